"""What is expected of a hidden leaf before any margin is looked at: jobs, pay, and how far they may be off.

Belongs here: priors from the industry's row of the state and from the leaf's own other periods, and their variances,
fitted on the disclosed cells of the same state. Not here: making leaves add up (raking).

Jobs are job-months of the quarter (three months added), pay is wages of the quarter per job-month.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize

from pipelines.estimation.margins import Floats

CELL = ("area_fips", "own_code", "industry_code")
MONTHS = ("month1_employment", "month2_employment", "month3_employment")
APART = "quarters_apart"

# Disclosed cells have more establishments than hidden ones and are nearer to their county's pay: half of it is carried
# over.
COUNTY_PAY_EXPONENT = 0.5
# Of the industry's change in the state since the other period, and of the cell's own change in establishments.
STATE_CHANGE_EXPONENT, ESTABLISHMENTS_CHANGE_EXPONENT = 0.7, 0.3
# A cell wanders off with the quarters: variance grows by half of the first quarter's with each further one.
DRIFT_A_QUARTER = 0.5
# A cell that is hidden in one quarter and disclosed in the next has changed more than one disclosed in both.
HIDDEN_CHANGE = 1.5
# Deviances above this quantile count as it: one giant must not widen every cell.
WINSORISED_QUANTILE = 0.92
FEWEST_CELLS_TO_FIT = 30
LEAST_JOBS, LEAST_PAY_USD = 1.0, 1.0


@dataclass(frozen=True)
class Variance:
    """Relative variance of what has `size` establishments (or jobs a month): per_unit / size + common."""

    per_unit: float
    common: float

    def of(self, size: Floats) -> Floats:
        """Relative variance for each size."""
        return self.per_unit / np.maximum(size, 1.0) + self.common


@dataclass(frozen=True)
class Variances:
    """Relative variances of one state and period: size and pay of a cell around the industry's in the state, by
    establishments; jobs and pay around the cell's own other quarter, and a month's share of the quarter around the
    industry's, by jobs a month.
    """

    size: Variance
    pay: Variance
    own_jobs: Variance
    own_pay: Variance
    month_share: Variance


# Where a state has too few disclosed cells to fit: rounded fits of Oregon's of 2016.
USUAL_VARIANCES = Variances(
    size=Variance(2.0, 0.07),
    pay=Variance(0.2, 0.03),
    own_jobs=Variance(0.15, 0.006),
    own_pay=Variance(0.2, 0.01),
    month_share=Variance(0.05, 0.001),
)


@dataclass(frozen=True)
class Priors:
    """One entry a leaf; month_shares [month, leaf]. has_own_period: another period of the cell itself is disclosed.

    jobs_level, pay_level: what a cell's jobs and pay go up and down with from period to period.
    """

    jobs: Floats
    jobs_variance: Floats
    pay: Floats
    pay_variance: Floats
    month_shares: Floats
    month_variance: Floats
    has_own_period: NDArray[np.bool_]
    jobs_level: Floats
    pay_level: Floats
    variances: Variances


def leaf_priors(leaves: pl.DataFrame, cells: pl.DataFrame, tree: pl.DataFrame, other_periods: pl.DataFrame) -> Priors:
    """Priors of hidden leaves.

    leaves: area_fips, own_code, industry_code, establishments. cells: the period's published and hidden rows, of the
    state (ss000) where it is there, and of its areas. tree: industry_code, parent_code. other_periods: rows like cells
    with quarters_apart (1 or more), of the same NAICS vintage and on the same side of every break; may be empty.
    """
    rows, others = _with_jobs(cells), _with_jobs(other_periods)
    reference = _reference(rows)
    expected = _expected(leaves, reference, tree)
    disclosed = _disclosed_areas(rows, tree).join(_as_reference(reference), on=("own_code", "industry_code"))
    county_pay = _county_pay(disclosed)
    expected, disclosed = (
        rows.join(county_pay, on="area_fips", how="left", maintain_order="left").with_columns(
            expected_pay=pl.col("pay") * pl.col("county_pay").fill_null(1.0) ** COUNTY_PAY_EXPONENT
        )
        for rows in (expected, disclosed)
    )
    own_change = _own_periods(disclosed.select(*CELL, "establishments", "jobs", "wages_usd", "size", "pay"), others)
    variances = _fit(disclosed, own_change)
    own = expected.join(_own_prior(_own_periods(expected, others)), on=CELL, how="left", maintain_order="left")

    establishments = np.maximum(own["establishments"].to_numpy().astype(np.float64), 1.0)
    by_size = establishments * own["size"].to_numpy()
    has_own = own["own_jobs"].is_not_null().to_numpy()
    jobs = np.where(has_own, own["own_jobs"].fill_null(1.0).to_numpy(), by_size)
    pay = np.where(has_own, own["own_pay"].fill_null(1.0).to_numpy(), own["expected_pay"].to_numpy())
    drift = HIDDEN_CHANGE * (1 + DRIFT_A_QUARTER * (own["nearest"].fill_null(1).to_numpy() - 1))
    jobs = np.maximum(jobs, LEAST_JOBS)
    a_month = jobs / 3
    return Priors(
        jobs=jobs,
        jobs_variance=np.where(has_own, variances.own_jobs.of(a_month) * drift, variances.size.of(establishments)),
        pay=np.maximum(pay, LEAST_PAY_USD),
        pay_variance=np.where(has_own, variances.own_pay.of(a_month) * drift, variances.pay.of(establishments)),
        month_shares=own.select(f"share_{month}" for month in MONTHS).to_numpy().T.astype(np.float64),
        month_variance=variances.month_share.of(a_month),
        has_own_period=has_own,
        jobs_level=own["size"].to_numpy() ** STATE_CHANGE_EXPONENT * establishments**ESTABLISHMENTS_CHANGE_EXPONENT,
        pay_level=own["pay"].to_numpy(),
        variances=variances,
    )


def _with_jobs(cells: pl.DataFrame) -> pl.DataFrame:
    """Published rows with anything in them, with `jobs`."""
    is_published = (pl.col("disclosure") == "disclosed") & (pl.col("establishments") > 0)
    with_jobs = cells.filter(is_published).with_columns(jobs=pl.sum_horizontal(MONTHS)).filter(pl.col("jobs") > 0)
    # Sums of fractions depend on the order of the rows.
    return with_jobs.sort(*CELL, *([APART] if APART in cells.columns else []))


def _is_state() -> pl.Expr:
    return pl.col("area_fips").str.contains(r"^\d{2}000$")


def _is_area() -> pl.Expr:
    return pl.col("area_fips").str.contains(r"^\d{5}$") & ~_is_state()


def _reference(rows: pl.DataFrame) -> pl.DataFrame:
    """One row an ownership and industry: the state's row, or what its disclosed areas add up to where it is hidden."""
    sums = [pl.sum(name) for name in ("establishments", "jobs", *MONTHS, "wages_usd")]
    ranked = rows.filter(_is_state() | _is_area()).with_columns(is_pooled=~_is_state())
    pooled = ranked.group_by("own_code", "industry_code", "is_pooled").agg(sums)
    return (
        pooled.sort("own_code", "industry_code", "is_pooled")
        .unique(("own_code", "industry_code"), keep="first", maintain_order=True)
        .select(
            "own_code",
            "industry_code",
            size=pl.col("jobs") / pl.col("establishments"),
            pay=pl.max_horizontal(pl.col("wages_usd") / pl.col("jobs"), LEAST_PAY_USD),
            **{f"share_{month}": (pl.col(month) + 1) / (pl.col("jobs") + 3) for month in MONTHS},
        )
    )


def _as_reference(reference: pl.DataFrame) -> pl.DataFrame:
    return reference.select("own_code", "industry_code", "size", "pay", *(f"share_{month}" for month in MONTHS))


def _expected(leaves: pl.DataFrame, reference: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """The leaves with size, pay and month shares of their industry, or of the first one above it that is known."""
    parent = dict(tree.select("industry_code", "parent_code").iter_rows())
    known = set(reference.select("own_code", "industry_code").iter_rows())
    wanted = leaves.select("own_code", "industry_code").unique(maintain_order=True)
    found = []
    for own, industry in wanted.iter_rows():
        code = industry
        while (own, code) not in known and parent.get(code) is not None:
            code = parent[code]
        found.append(code)
    names = ("size", "pay", *(f"share_{month}" for month in MONTHS))
    anything = {"size": 3.0, "pay": LEAST_PAY_USD} | {f"share_{month}": 1 / 3 for month in MONTHS}
    return (
        leaves.join(wanted.with_columns(known_code=pl.Series(found, dtype=pl.String)),
                    on=("own_code", "industry_code"), how="left", maintain_order="left")
        .join(reference.rename({"industry_code": "known_code"}), on=("own_code", "known_code"), how="left",
              maintain_order="left")
        .with_columns(pl.col(name).fill_null(anything[name]) for name in names)
    )  # fmt: skip


def _disclosed_areas(rows: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    parents = tree["parent_code"].drop_nulls().unique().to_list()
    return rows.filter(_is_area() & ~pl.col("industry_code").is_in(parents))


def _county_pay(disclosed: pl.DataFrame) -> pl.DataFrame:
    """What an area pays, relative to what its disclosed cells would at their industries' pay in the state."""
    return disclosed.group_by("area_fips").agg(
        county_pay=(pl.sum("wages_usd") + 1) / ((pl.col("jobs") * pl.col("pay")).sum() + 1)
    )


def _own_periods(wanted: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """The wanted cells' rows in other periods, brought to this period by what changed in the industry statewide.

    Columns of wanted, then other_jobs, other_pay, quarters_apart; one row a cell and other period.
    """
    if others.is_empty():
        others = others.with_columns(quarters_apart=pl.lit(1, pl.Int64))
    then = pl.concat(
        [_reference(rows).with_columns(quarters_apart=apart) for (apart,), rows in
         others.with_columns(pl.col("quarters_apart").cast(pl.Int64)).partition_by(
             "quarters_apart", as_dict=True, maintain_order=True).items()]
        or [_reference(others).with_columns(quarters_apart=pl.lit(1, pl.Int64))]
    )  # fmt: skip
    industry = ("own_code", "industry_code")
    per_establishment = pl.col("size") / pl.col("size_then")
    more_establishments = pl.col("establishments") / pl.col("establishments_then")
    return (
        wanted.join(
            others.select(
                *CELL,
                pl.col("quarters_apart").cast(pl.Int64),
                establishments_then="establishments",
                other_jobs="jobs",
                other_pay=pl.col("wages_usd") / pl.col("jobs"),
            ),
            on=CELL,
            maintain_order="left_right",
        )
        .join(
            then.select(*industry, "quarters_apart", size_then="size", pay_then="pay"),
            on=(*industry, "quarters_apart"),
            how="left",
            maintain_order="left",
        )
        .with_columns(
            other_jobs=pl.col("other_jobs")
            * per_establishment.fill_null(1.0) ** STATE_CHANGE_EXPONENT
            * more_establishments.clip(0.1, 10.0) ** ESTABLISHMENTS_CHANGE_EXPONENT,
            other_pay=pl.max_horizontal(
                pl.col("other_pay") * (pl.col("pay") / pl.col("pay_then")).fill_null(1.0), LEAST_PAY_USD
            ),
        )
    )


def _own_prior(periods: pl.DataFrame) -> pl.DataFrame:
    """One row a cell: the geometric mean of its other periods, the near ones counting as 1 / quarters_apart²."""
    weight = pl.col("quarters_apart").cast(pl.Float64) ** -2
    mean = {name: ((pl.col(f"other_{name}").log() * weight).sum() / weight.sum()).exp() for name in ("jobs", "pay")}
    return periods.group_by(CELL, maintain_order=True).agg(
        own_jobs=mean["jobs"], own_pay=mean["pay"], nearest=pl.min("quarters_apart")
    )


def _fit(disclosed: pl.DataFrame, own_change: pl.DataFrame) -> Variances:
    """Variances of the disclosed cells around what would have been expected of them had they been hidden."""
    usual = USUAL_VARIANCES
    cells = disclosed.filter(pl.col("wages_usd") > 0)
    establishments = cells["establishments"].to_numpy().astype(np.float64)
    a_month = cells["jobs"].to_numpy() / 3
    size = cells.select(pl.col("jobs") / (pl.col("establishments") * pl.col("size"))).to_series().to_numpy()
    pay = cells.select(pl.col("wages_usd") / (pl.col("jobs") * pl.col("expected_pay"))).to_series().to_numpy()
    shares = np.concatenate([
        cells.select((pl.col(month) + 1) / (pl.col("jobs") + 3) / pl.col(f"share_{month}")).to_series().to_numpy()
        for month in MONTHS
    ])  # fmt: skip
    near = own_change.filter((pl.col("quarters_apart") == 1) & (pl.col("wages_usd") > 0))
    own_month = near["jobs"].to_numpy() / 3
    own_jobs = (near["jobs"] / near["other_jobs"]).to_numpy()
    own_pay = (near["wages_usd"] / near["jobs"] / near["other_pay"]).to_numpy()
    return Variances(
        size=_fit_variance(size, establishments, usual.size),
        pay=_fit_variance(pay, establishments, usual.pay),
        own_jobs=_fit_variance(own_jobs, own_month, usual.own_jobs),
        own_pay=_fit_variance(own_pay, own_month, usual.own_pay),
        month_share=_fit_variance(shares, np.tile(a_month, 3), usual.month_share),
    )


def _fit_variance(ratio: Floats, size: Floats, usual: Variance) -> Variance:
    """Variance of ratios (actual to expected) by size, from their gamma deviances; large cells weigh more."""
    if len(ratio) < FEWEST_CELLS_TO_FIT:
        return usual
    deviance = 2 * (ratio - 1 - np.log(ratio))
    deviance = np.minimum(deviance, np.quantile(deviance, WINSORISED_QUANTILE))
    weight = np.sqrt(np.minimum(size, 100.0))
    terms = np.stack([1 / np.maximum(size, 1.0), np.ones_like(size)], axis=1)
    (per_unit, common), _ = optimize.nnls(terms * weight[:, None], deviance * weight)
    return Variance(max(float(per_unit), usual.per_unit / 10), max(float(common), usual.common / 10))
