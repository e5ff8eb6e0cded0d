"""The periods of one state that are estimated together, and what each may learn from the others.

Belongs here: which quarters make a year's estimates, which other quarters' rows serve as priors, and where a state's
rows are no sum of its counties. Not here: the estimates themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.estimation.bounds import BoundProgram, Total
from pipelines.estimation.cell_network import ALL_INDUSTRIES, MEASURES, TOTAL_COVERED, build_network
from pipelines.estimation.component_program import Proofs
from pipelines.estimation.estimates import HiddenPeriod

# A cell's own figure of more than a year ago says little more about it than its industry does.
MOST_QUARTERS_APART = 4


@dataclass(frozen=True)
class Quarter:
    """One quarter that can be estimated: its network, rows and priors, and a program of its equations a measure."""

    quarter: int
    period: HiddenPeriod
    programs: Mapping[str, BoundProgram]


@dataclass(frozen=True)
class StateYear:
    """The quarters of one state and year that can be estimated, and why others cannot, by quarter."""

    year: int
    quarters: tuple[Quarter, ...]
    conflicts: Mapping[int, ValueError]

    @property
    def periods(self) -> tuple[HiddenPeriod, ...]:
        """What is estimated, quarter by quarter."""
        return tuple(quarter.period for quarter in self.quarters)


def state_year(cells: pl.DataFrame, tree: pl.DataFrame, breaks: pl.DataFrame, year: int) -> StateYear:
    """The quarters of a year with their networks, and the rows of neighbouring quarters as priors.

    cells: rows of build_network with year and quarter: the year's quarters and any neighbours, all of one NAICS
    vintage. breaks: area_prefix, own_code, industry_code, year, quarter: from that quarter on, cells of these areas,
    ownership and industry (or finer) are not what they were before. A quarter whose rows contradict each other, or
    cannot be read as a network, is among the conflicts.
    """
    rows = cells.with_columns(number=pl.col("year").cast(pl.Int64) * 4 + pl.col("quarter").cast(pl.Int64))
    quarters, conflicts = [], {}
    for quarter in sorted(rows.filter(year=year)["quarter"].unique().to_list()):
        number = year * 4 + quarter
        own = rows.filter(number=number)
        apart = (pl.col("number") - number).abs()
        others = rows.filter(apart.is_between(1, MOST_QUARTERS_APART)).with_columns(quarters_apart=apart)
        try:
            network = build_network(own, tree)
            series = breaks_before(network.leaves, breaks, number)
            period = HiddenPeriod(network, own, without_broken(others, breaks, number), series)
            proofs: dict[Total, Proofs] = {}
            programs = {measure: BoundProgram(period.network, measure, proofs) for measure in MEASURES}
            quarters.append(Quarter(quarter, period, programs))
        except ValueError as conflict:
            conflicts[quarter] = conflict
    return StateYear(year, tuple(quarters), conflicts)


def breaks_before(leaves: pl.DataFrame, breaks: pl.DataFrame, number: int) -> pl.Series:
    """For each leaf, how many listed breaks lie between its first quarter and quarter `number`."""
    rows = breaks.filter(pl.col("year") * 4 + pl.col("quarter") <= number)
    counted = leaves.with_columns(series=pl.lit(0, pl.UInt32))
    for prefix, own, industry in rows.select("area_prefix", "own_code", "industry_code").iter_rows():
        counted = counted.with_columns(pl.col("series") + _is_of(prefix, own, industry).cast(pl.UInt32))
    return counted["series"]


def _is_of(area_prefix: str, own_code: str, industry_code: str) -> pl.Expr:
    """Whether a cell is one of those that a listed break separates."""
    return (
        pl.col("area_fips").str.starts_with(area_prefix)
        & (pl.col("own_code") == own_code)
        & pl.col("industry_code").str.starts_with(industry_code)
    )


def without_broken(others: pl.DataFrame, breaks: pl.DataFrame, number: int) -> pl.DataFrame:
    """The rows of other quarters without those of cells that a listed break separates from quarter `number`."""
    for prefix, own, industry, year, quarter in breaks.select(
        "area_prefix", "own_code", "industry_code", "year", "quarter"
    ).iter_rows():
        at = year * 4 + quarter
        is_beyond = (pl.col("number") < at) if number >= at else (pl.col("number") >= at)
        others = others.filter(~(is_beyond & _is_of(prefix, own, industry)))
    return others


def separate_areas(cells: pl.DataFrame, year: int) -> Sequence[pl.DataFrame]:
    """The cells of one state as they belong together: all where counties add up to the state's rows all year.

    Where counties are missing the state's own rows stand apart, an area like the counties, which share no equation.
    """
    is_state = pl.col("area_fips").str.ends_with("000")
    totals = cells.filter(own_code=TOTAL_COVERED, industry_code=ALL_INDUSTRIES, year=year)
    of_state = pl.col("establishments").filter(is_state).sum()
    of_parts = pl.col("establishments").filter(~is_state).sum()
    by_quarter = totals.group_by("year", "quarter").agg(is_whole=of_state == of_parts, has_state=is_state.any())
    if not by_quarter["has_state"].any() or by_quarter["is_whole"].all():
        return [cells]
    return [part for part in (cells.filter(~is_state), cells.filter(is_state)) if part.height]
