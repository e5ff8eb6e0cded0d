"""How figures change: over the year, since the first year, and what of the region's growth they are.

Belongs here: the measures of change of one series, and when there is none. Not here: which figures stand beside which
(sql/measures), the arithmetic of bounds and intervals (measures).
"""

from collections.abc import Mapping

import polars as pl

from pipelines.domain.measures import Figure, annualised_growth, difference, exactly, figure, growth, quotient, status

ADDITIVE = ("businesses", "employment", "wages")
"""The measures that are parts of the region's: only these contribute to its growth."""
SHOWN = ("measured", "first_year")
"""Statuses beside which there is a figure."""
_WANTING: Mapping[str, pl.Expr] = {
    "incomplete_year": pl.col("series_status") == "incomplete_year",
    "hidden": pl.col("estimate").is_null(),
}
_WANTING_BASE: Mapping[str, pl.Expr] = {
    **_WANTING,
    "incomplete_base_year": pl.col("base_status") == "incomplete_year",
    "no_base": pl.col("base_basis").is_null(),
    "hidden_base": pl.col("base_estimate").is_null(),
}
CHANGE_STATUSES = ("measured", *_WANTING_BASE, "across_break")
GROWTH_STATUSES = (*CHANGE_STATUSES, "zero_base", "base_may_be_zero")
CONTRIBUTION_STATUSES = (*CHANGE_STATUSES, "not_additive", "hidden_region_base", "zero_region_base")
INDEX_STATUSES = ("measured", *_WANTING, "zero_base", "first_year", "across_break", "base_may_be_zero")


def sector_trends(series: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of measures.sector_trends with their measures of change: one row a series and period.

    marts.sector_trends: change, growth and contribution over the year, annualised growth and index (first year 100)
    since the first, each with bounds and interval, null with a status where it cannot be told, or where a break lies
    between: jobs that moved between cells are no growth. marts.sector_trends_across_breaks: the periods with a break in
    one of the comparisons, as if there were none, for who asks.
    """
    over_the_year, since_first = (
        pl.col(f"breaks_{name}").is_not_null() for name in ("over_the_year", "since_first_year")
    )
    is_unbroken = pl.lit(False)
    return {
        "marts.sector_trends": _measured(series, over_the_year, since_first),
        "marts.sector_trends_across_breaks": _measured(
            series.filter(over_the_year | since_first), is_unbroken, is_unbroken
        ),
    }


def _measured(series: pl.DataFrame, is_broken: pl.Expr, is_broken_since_first: pl.Expr) -> pl.DataFrame:
    now, base, first = figure(), figure("base"), figure("first")
    region_base = exactly(pl.col("region_base"))
    changed = difference(now, base)
    base_statuses = {**_WANTING_BASE, "across_break": is_broken}
    is_first = pl.col("year") == pl.col("first_year")
    since_first = {
        **_WANTING,
        "zero_base": first.upper == 0,
        "first_year": is_first,
        "across_break": is_broken_since_first,
        "base_may_be_zero": first.lower <= 0,
    }
    measured: dict[str, tuple[Figure, Mapping[str, pl.Expr]]] = {
        "change": (changed, base_statuses),
        "growth": (
            growth(now, base),
            {**base_statuses, "zero_base": base.upper == 0, "base_may_be_zero": base.lower <= 0},
        ),
        "contribution": (
            changed.each(lambda part: part / pl.col("region_base")),
            {
                "not_additive": ~pl.col("measure").is_in(ADDITIVE),
                **base_statuses,
                "hidden_region_base": pl.col("region_base").is_null(),
                "zero_region_base": pl.col("region_base") == 0,
            },
        ),
        "index": (_index(now, first, is_first), since_first),
    }
    statuses = {name: status(reasons) for name, (_, reasons) in measured.items()}
    years = pl.col("year") - pl.col("first_year")
    yearly = annualised_growth(now, first, years).where((statuses["index"] == "measured") & (years > 0))
    region_growth = growth(exactly(pl.col("region_now")), region_base).where(
        (region_base.lower > 0) & ~pl.col("is_region_broken")
    )
    return series.select(
        *("region", "region_name", "definition", "sector", "sector_name", "sector_kind", "ownership", "measure"),
        *("period", "year", "quarter", "series_status", "revision_status"),
        *now.columns(),
        "base_basis",
        "base_estimate",
        *(
            column
            for name, (measure, _) in measured.items()
            for column in (
                statuses[name].alias(f"{name}_status"),
                *measure.where(statuses[name].is_in(SHOWN)).columns(name),
            )
        ),
        region_growth.estimate.alias("region_growth"),
        "first_year",
        *yearly.columns("annualised_growth"),
        *("breaks_over_the_year", "breaks_since_first_year", "source", "data_origin"),
    )


def _index(now: Figure, first: Figure, is_first: pl.Expr) -> Figure:
    """now in hundredths of the first year, which is 100 by definition, however little of it is published."""
    hundredths = quotient(now, first).each(lambda ratio: 100 * ratio)
    return hundredths.each(lambda part: pl.when(is_first & first.estimate.is_not_null()).then(100.0).otherwise(part))
