"""The periods of one state that are estimated together, and what each may learn from the others.

Belongs here: which quarters make a year's estimates, which other quarters' rows serve as priors, and where a state's
rows are no sum of its counties. Not here: the estimates themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.estimation.cell_network import ALL_INDUSTRIES, TOTAL_COVERED, build_network
from pipelines.estimation.estimates import HiddenPeriod

# A cell's own figure of more than a year ago says little more about it than its industry does.
MOST_QUARTERS_APART = 4


@dataclass(frozen=True)
class StateYear:
    """Quarters of one state and year, in order; quarters[i] numbers periods[i]."""

    year: int
    quarters: tuple[int, ...]
    periods: tuple[HiddenPeriod, ...]


def state_year(cells: pl.DataFrame, tree: pl.DataFrame, breaks: pl.DataFrame, year: int) -> StateYear:
    """The quarters of a year with their networks, and the rows of neighbouring quarters as priors.

    cells: rows of build_network with year and quarter: the year's quarters and any neighbours, all of one NAICS
    vintage. breaks: area_prefix, own_code, industry_code, year, quarter: from that quarter on, cells of these areas,
    ownership and industry (or finer) are not what they were before. Raises ContradictoryEquations, ValueError.
    """
    rows = cells.with_columns(number=_number(pl.col("year"), pl.col("quarter")))
    quarters = tuple(sorted(rows.filter(year=year)["quarter"].unique().to_list()))
    periods = []
    for quarter in quarters:
        number = year * 4 + quarter
        own = rows.filter(number=number)
        apart = (pl.col("number") - number).abs()
        others = rows.filter(apart.is_between(1, MOST_QUARTERS_APART)).with_columns(quarters_apart=apart)
        periods.append(HiddenPeriod(build_network(own, tree), own, without_broken(others, breaks, number)))
    return StateYear(year, quarters, tuple(periods))


def without_broken(others: pl.DataFrame, breaks: pl.DataFrame, number: int) -> pl.DataFrame:
    """The rows of other quarters without those of cells that a listed break separates from quarter `number`."""
    for prefix, own, industry, year, quarter in breaks.select(
        "area_prefix", "own_code", "industry_code", "year", "quarter"
    ).iter_rows():
        at = year * 4 + quarter
        is_beyond = (pl.col("number") < at) if number >= at else (pl.col("number") >= at)
        is_broken = (
            is_beyond
            & pl.col("area_fips").str.starts_with(prefix)
            & (pl.col("own_code") == own)
            & pl.col("industry_code").str.starts_with(industry)
        )
        others = others.filter(~is_broken)
    return others


def separate_areas(cells: pl.DataFrame) -> Sequence[pl.DataFrame]:
    """The cells of one state as they belong together: all where counties add up to the state's rows in every quarter.

    Where counties are missing the state's own rows stand apart, an area like the counties, which share no equation.
    """
    is_state = pl.col("area_fips").str.ends_with("000")
    totals = cells.filter(own_code=TOTAL_COVERED, industry_code=ALL_INDUSTRIES)
    of_state = pl.col("establishments").filter(is_state).sum()
    of_parts = pl.col("establishments").filter(~is_state).sum()
    by_quarter = totals.group_by("year", "quarter").agg(is_whole=of_state == of_parts, has_state=is_state.any())
    if not by_quarter["has_state"].any() or by_quarter["is_whole"].all():
        return [cells]
    return [part for part in (cells.filter(~is_state), cells.filter(is_state)) if part.height]


def _number(year: pl.Expr, quarter: pl.Expr) -> pl.Expr:
    return year.cast(pl.Int64) * 4 + quarter.cast(pl.Int64)
