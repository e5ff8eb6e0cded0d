"""Screening: industries of a region ranked by size, growth, concentration, local growth and pay, by open weights.

Belongs here: the criteria of an industry, their percentile ranks, the score, how much a place depends on the weights
and on what is hidden. Not here: which rows are compared (sql/measures), and bounds (measures).

Percentile ranks are by estimates, among the industries of a region, year and number of digits of which the criterion is
known: 0 the lowest, 1 the highest, ties share their mean, 0.5 where there is but one.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.domain.measures import Figure, difference, exactly, growth, location_quotient, product, quotient, status

CRITERIA = ("size", "growth", "concentration", "local_growth", "pay")
SIZE_STATUSES = ("published", "not_estimated")
"""Jobs are published, or some are hidden; these are never estimated, see measures.sector_screening."""
_COMPARED = ["region", "year", "naics_digits"]
_BOUNDS = ("lower", "estimate", "upper")
_DIGITS = 12  # of scores, so that what ties by arithmetic ties in the last place too
_is_hidden = pl.col("estimate_jobs").is_null()
_is_base_region = pl.col("region") == pl.col("base_region")
_across_years: Mapping[str, pl.Expr] = {
    "hidden": _is_hidden,
    "naics_switch": pl.col("is_first_of_vintage"),
    "no_base": pl.col("before_basis").is_null(),
    "hidden_base": pl.col("before_estimate_jobs").is_null(),
    "across_break": pl.col("break_reason").is_not_null(),
}
_in_base_region: Mapping[str, pl.Expr] = {
    "no_base_region": ~pl.col("has_base"),
    "hidden_in_base_region": pl.col("base_estimate_jobs").is_null(),
}
REASONS: Mapping[str, Mapping[str, pl.Expr]] = {
    "growth": {
        **_across_years,
        "zero_base": pl.col("before_upper_jobs") == 0,
        "base_may_be_zero": pl.col("before_lower_jobs") <= 0,
    },
    "concentration": {
        "hidden": _is_hidden,
        "hidden_total": pl.col("region_jobs").is_null() | (pl.col("region_jobs") == 0),
        **_in_base_region,
        "hidden_base_total": pl.col("base_region_jobs").is_null(),
        "zero_in_base_region": pl.col("base_lower_jobs") <= 0,
    },
    "local_growth": {
        **_across_years,
        **_in_base_region,
        "no_base_region_before": ~pl.col("has_base_before"),
        "hidden_in_base_region_before": pl.col("base_before_estimate_jobs").is_null(),
        "across_break_in_base_region": pl.col("base_break_reason").is_not_null(),
        "zero_in_base_region": pl.col("base_before_lower_jobs") <= 0,
    },
    "pay": {
        "hidden": _is_hidden,
        "no_jobs": pl.col("upper_jobs") == 0,
        "jobs_may_be_none": pl.col("lower_jobs") <= 0,
    },
}
"""Why a criterion is unknown, the first that applies; of size its estimate_status says so."""
STATUSES = {name: ("measured", *reasons) for name, reasons in REASONS.items()}


def sector_screening(industries: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """marts.sector_screening of the rows of measures.sector_screening: one row a region, year and industry.

    Unknown criteria are null with a status. The score is the weighted mean of the percentile ranks of the criteria that
    weigh something: null where one is unknown; score_lower and score_upper put unknown ones at 0 and at 1. The rank is
    1 more than the industries that lie above whatever is unknown of them, so that those without a rank take places too.
    """
    in_order = industries.sort("region", "year", "industry_code")
    placed = _placed(_scores(_measured(in_order)))
    return {"marts.sector_screening": _shown(placed).sort("region", "year", "industry_code")}


def _figure(suffix: str, prefix: str = "") -> Figure:
    """A figure of columns such as before_lower_jobs. Its interval is its proven range: sums of cells have no other."""
    lower, estimate, upper = (pl.col(f"{prefix}{part}_{suffix}") for part in _BOUNDS)
    return Figure(lower, estimate, upper, lower, upper)


def _measured(industries: pl.DataFrame) -> pl.DataFrame:
    """Growth, location quotient, local growth and pay, each with bounds and status, beside what they are made of.

    Of the base region itself the location quotient is 1 and local growth 0 by definition, whatever is hidden.
    """
    now, before = _figure("jobs"), _figure("jobs", "before_")
    base, base_before = _figure("jobs", "base_"), _figure("jobs", "base_before_")
    of_region, of_base_region = exactly(pl.col("region_jobs")), exactly(pl.col("base_region_jobs"))
    pay = quotient(_figure("wages"), now)
    measures: Mapping[str, tuple[str, Figure]] = {
        "growth": ("growth", growth(now, before)),
        "concentration": (
            "location_quotient",
            _by_definition(location_quotient(now, of_region, base, of_base_region), 1.0),
        ),
        "local_growth": (
            "local_growth",
            _by_definition(difference(now, product(before, quotient(base, base_before))), 0.0),
        ),
        "pay": ("pay", pay),
    }
    statuses = {name: status(REASONS[name]) for name in measures}
    is_known = {name: found == "measured" for name, found in statuses.items()}
    multiple = pay.each(lambda part: part / pl.col("standard_usd")).where(is_known["pay"])
    return industries.with_columns(
        *(found.alias(f"{name}_status") for name, found in statuses.items()),
        *(
            column
            for name, (suffix, figure) in measures.items()
            for column in _bounds(figure.where(is_known[name]), suffix)
        ),
        *_bounds(multiple, "pay_multiple"),
    )


def _by_definition(figure: Figure, value: float) -> Figure:
    return figure.each(lambda part: pl.when(_is_base_region).then(pl.lit(value)).otherwise(part))


def _bounds(figure: Figure, suffix: str) -> list[pl.Expr]:
    return [getattr(figure, part).alias(f"{part}_{suffix}") for part in _BOUNDS]


def _scores(measured: pl.DataFrame) -> pl.DataFrame:
    """Percentile ranks, what is missing of the criteria that weigh something, and the score with its range."""
    by = dict(zip(CRITERIA, ("jobs", "growth", "location_quotient", "local_growth", "pay"), strict=True))
    weights = {name: pl.col(f"weight_{name}") for name in CRITERIA}
    percentiles = {name: pl.col(f"percentile_{name}") for name in CRITERIA}
    ranked = measured.with_columns(
        _percentile(pl.col(f"estimate_{figure}").round(_DIGITS)).alias(f"percentile_{name}")
        for name, figure in by.items()
    )
    total = pl.sum_horizontal(weights.values())

    def score(unknown: float) -> pl.Expr:
        terms = [weights[name] * percentiles[name].fill_null(unknown) for name in CRITERIA]
        return (pl.sum_horizontal(terms) / total).round(_DIGITS)

    missing = [pl.when(percentiles[name].is_null() & (weights[name] > 0)).then(pl.lit(name)) for name in CRITERIA]
    return ranked.with_columns(
        pl.concat_list(missing).list.drop_nulls().alias("missing_criteria"),
        score(0.0).alias("score_lower"),
        score(1.0).alias("score_upper"),
    ).with_columns(score=pl.when(pl.col("missing_criteria").list.len() == 0).then("score_lower"))


def _percentile(value: pl.Expr) -> pl.Expr:
    """Mean rank as a part of the way from the lowest to the highest."""
    others = value.count().over(_COMPARED) - 1
    place = (value.rank("average").over(_COMPARED) - 1) / others
    return pl.when(value.is_not_null()).then(pl.when(others > 0).then(place).otherwise(0.5))


def _placed(scored: pl.DataFrame) -> pl.DataFrame:
    """Places by score, and how much they depend on the weights, among the industries compared."""
    weightings = _weightings(scored)
    groups = scored.partition_by(_COMPARED) or [scored]
    return pl.concat(_with_places(group, weightings) for group in groups).with_columns(
        rank=pl.when(pl.col("score").is_not_null()).then("rank_best")
    )


def _with_places(group: pl.DataFrame, weightings: NDArray[np.float64]) -> pl.DataFrame:
    lower, upper = (group[name].to_numpy() for name in ("score_lower", "score_upper"))
    above_for_sure = len(lower) - np.searchsorted(np.sort(lower), upper, side="right")
    # one with unknown criteria would count among those that may lie above it: it is no rival of its own
    perhaps_above = len(upper) - np.searchsorted(np.sort(upper), lower, side="right") - (upper > lower)
    is_ranked = group["score"].is_not_null().to_numpy()
    percentiles = group.select(f"percentile_{name}" for name in CRITERIA).fill_null(0.0).to_numpy()
    in_top = np.full(group.height, np.nan)
    if is_ranked.any():
        in_top[is_ranked] = _share_in_top(percentiles[is_ranked], weightings, group["top_share"][0])
    return group.with_columns(
        rank_best=pl.Series(above_for_sure + 1, dtype=pl.Int64),
        rank_worst=pl.Series(perhaps_above + 1, dtype=pl.Int64),
        industries=pl.lit(group.height, dtype=pl.Int64),
        ranked_industries=pl.lit(int(is_ranked.sum()), dtype=pl.Int64),
        top_share_of_weightings=pl.Series(in_top).fill_nan(None),
    )


def _weightings(scored: pl.DataFrame) -> NDArray[np.float64]:
    """[weighting, criterion]: drawn evenly from all weights there are, the same for every region.

    That is Dirichlet, all parameters 1; a criterion without weight has none in any of them.
    """
    if scored.is_empty():
        return np.empty((0, len(CRITERIA)))
    choices = scored.row(0, named=True)
    weighs = np.array([choices[f"weight_{name}"] > 0 for name in CRITERIA])
    drawn = np.zeros((choices["random_weightings"], len(CRITERIA)))
    drawn[:, weighs] = np.random.default_rng(choices["seed"]).dirichlet(np.ones(weighs.sum()), size=len(drawn))
    return drawn


def _share_in_top(
    percentiles: NDArray[np.float64], weightings: NDArray[np.float64], top_share: float
) -> NDArray[np.float64]:
    """Of each row of percentiles, the share of weightings by which its score is among the top ones, ties included."""
    scores = (percentiles @ weightings.T).round(_DIGITS)
    last = len(scores) - max(1, round(top_share * len(scores)))
    share: NDArray[np.float64] = (scores >= np.partition(scores, last, axis=0)[last]).mean(axis=1)
    return share


def _shown(screened: pl.DataFrame) -> pl.DataFrame:
    def bounds(suffix: str) -> list[str]:
        return [f"{part}_{suffix}" for part in _BOUNDS]

    return screened.select(
        *("region", "region_name", "period", "year", "industry_code", "industry_title", "naics_digits"),
        *("score", "score_lower", "score_upper", "missing_criteria", "rank", "rank_best", "rank_worst"),
        *("industries", "ranked_industries", "top_share_of_weightings"),
        *(f"percentile_{name}" for name in CRITERIA),
        *("establishments", "estimate_status", *bounds("jobs")),
        *("growth_status", *bounds("growth"), "before_basis", "break_reason"),
        *("base_region", "concentration_status", *bounds("location_quotient")),
        *("local_growth_status", *bounds("local_growth")),
        *("pay_status", *bounds("pay"), "pay_standard", *bounds("pay_multiple")),
        *("strict_sectors", "strict_sectors_in_part", "broad_sectors", "broad_sectors_in_part", "lenses"),
        *("revision_status", "source", "data_origin"),
    )
