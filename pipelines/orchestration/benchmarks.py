"""Measures the estimates on the cells of one state and year in the warehouse: how good they are, and what they cost.

Belongs here: getting cells out of the warehouse, running seeds and clocks, frames of results. Not here: hiding and
scoring (pipelines.estimation), printing (pipelines.cli).
"""

import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl

from pipelines.estimation.accuracy import (
    SECTOR_LEVEL,
    score_table,
    scored_cells,
    scored_sums,
    scored_totals,
    sector_by_county_errors,
)
from pipelines.estimation.bounds import bound_totals
from pipelines.estimation.cell_bounds import bound_cells
from pipelines.estimation.cell_network import MEASURES, CellNetwork, build_network
from pipelines.estimation.estimates import WAGES, HiddenEstimates, HiddenPeriod, estimate_periods
from pipelines.estimation.hidden_totals import HiddenTotals, hidden_totals
from pipelines.estimation.hold_out import hide_further
from pipelines.estimation.intervals import Interval, interval90
from pipelines.estimation.state_years import StateYear, separate_areas, state_year
from pipelines.orchestration.intake import sample_frames
from pipelines.orchestration.machine import megabytes
from pipelines.settings import Settings
from pipelines.sources.capture import SAMPLE_SOURCE
from pipelines.sources.sample_cells import publish_cells
from pipelines.sources.sample_economy import simulate_economy
from pipelines.sources.sample_files import SAMPLE_YEARS
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.reports import read_report

Result = TypeVar("Result")


@dataclass(frozen=True)
class StateCells:
    """What the warehouse holds of one state and whole year.

    cells: as hide_further takes them. tree: industry_code, parent_code, naics_level. breaks: as state_year takes them.
    groups: group_key, industry_code of the target sectors. regions: region, area_fips of those all there.
    """

    source: str
    state_fips: str
    year: int
    cells: pl.DataFrame
    tree: pl.DataFrame
    breaks: pl.DataFrame
    groups: pl.DataFrame
    regions: pl.DataFrame

    @property
    def is_sample(self) -> bool:
        """Whether the cells are of the made-up economy."""
        return self.source == SAMPLE_SOURCE


def benchmark_database(settings: Settings) -> Path:
    """The published warehouse, or the working database where nothing has been published yet."""
    is_published = settings.published_database.exists()
    return settings.published_database if is_published else settings.working_database


def read_state_cells(database: Path, state_fips: str | None = None, year: int | None = None) -> StateCells:
    """The cells of a state and year; without these the first state there is, and its latest whole year.

    Raises FileNotFoundError without a database, and ValueError, naming what there is, where the year is not whole.
    """
    with open_database(database, read_only=True) as connection:
        years = read_report(connection, "benchmark_years")
        there = years.filter(
            pl.col("state_fips") == state_fips if state_fips else pl.lit(True),
            pl.col("year") == year if year else pl.lit(True),
        )
        if there.is_empty():
            found = ", ".join(f"{state} {of}" for state, of in years.select("state_fips", "year").iter_rows())
            raise ValueError(
                f"state {state_fips or '(any)'}, year {year or '(any)'}: no cells of four quarters down to six digits; "
                f"there are: {found or 'none'}"
            )
        chosen = there.row(0, named=True)
        vintage = {"naics_vintage": chosen["naics_vintage"]}
        cells = read_report(
            connection, "benchmark_cells", {key: chosen[key] for key in ("source", "state_fips", "year")}
        )
        regions = read_report(connection, "benchmark_regions")
        is_there = pl.col("area_fips").is_in(cells["area_fips"].unique().to_list())
        return StateCells(
            chosen["source"],
            chosen["state_fips"],
            chosen["year"],
            cells,
            tree=read_report(connection, "estimation_industries", vintage),
            breaks=read_report(connection, "estimation_breaks"),
            groups=read_report(connection, "benchmark_groups", vintage),
            regions=regions.filter(is_there.all().over("region")),
        )


def accuracy(state: StateCells, seeds: Iterable[int]) -> pl.DataFrame:
    """score_table of cells hidden further, of all seeds together. Raises ValueError for contradictory cells."""
    cells, sums = [], []
    for seed in seeds:
        held_out = hide_further(state.cells, state.tree, seed)
        for quarter, period, found in _estimated(state, held_out.cells):
            areas = period.cells["area_fips"].unique().to_list()
            truth = held_out.truth.filter(pl.col("area_fips").is_in(areas), quarter=quarter)
            cells.append(scored_cells(period, found, truth))
            sums.append(scored_sums(period, found, truth))
    return score_table(pl.concat(cells), pl.concat(sums))


def sample_accuracy(state: StateCells, settings: Settings) -> pl.DataFrame:
    """sector_by_county_errors of the sample's own hidden cells, whose truth is known, for two sets of groups.

    groups: 2-digit sectors, target sectors. Raises ValueError where the cells are not those of the sample's truth.
    """
    truth = _sample_truth(state, settings)
    codes = state.tree.filter(naics_level=SECTOR_LEVEL)["industry_code"]
    sets = {
        "2-digit sectors": pl.DataFrame({"group_key": codes, "industry_code": codes}),
        "target sectors": state.groups,
    }
    estimated = list(_estimated(state, state.cells))
    return pl.concat(
        sector_by_county_errors(
            pl.concat(
                scored_totals(period, found, groups, truth.filter(quarter=quarter))
                for quarter, period, found in estimated
            )
        ).select(pl.lit(name).alias("groups"), pl.all())
        for name, groups in sets.items()
        if groups.height
    )


@dataclass(frozen=True)
class Speed:
    """What a state and year cost. steps: step, times (how often it is done), cpu_seconds of one time, all threads."""

    steps: pl.DataFrame
    peak_megabytes: float


def speed(database: Path, state_fips: str | None = None, year: int | None = None) -> tuple[StateCells, Speed]:
    """The cells measured on, and what each step from the warehouse to bounds of the year's totals costs.

    Bounds are those of every target sector in every county and region. Raises as read_state_cells.
    """
    clock = _Clock()
    state = clock.measure("read the cells", lambda: read_state_cells(database, state_fips, year))
    years = _years(state, state.cells)
    periods = [period for each in years for period in each.periods]
    networks = [period.network for period in periods]
    count = len(periods)

    def reduce() -> None:
        for period in periods:
            build_network(period.cells, state.tree)

    def rake() -> None:
        for each in years:
            _with_intervals(each.periods)

    clock.measure("reduce a quarter to hidden cells and equations", reduce, count)
    clock.measure("rake a quarter, four measures with intervals", rake, count)
    totals = clock.measure("add up a quarter's totals", lambda: [_totals(each, state) for each in networks], count)
    clock.measure(
        f"bound the year's totals, {totals[0].keys.height:,} sectors by regions",
        lambda: [bound_totals(network, each) for network, each in zip(networks, totals, strict=True)],
    )
    return state, Speed(clock.steps(), megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


class _Clock:
    """CPU seconds by step, in order."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, int, float]] = []

    def measure(self, step: str, work: Callable[[], Result], times: int = 1) -> Result:
        """Do some work, which is so many times the step."""
        start = time.process_time()
        result = work()
        self._steps.append((step, times, (time.process_time() - start) / times))
        return result

    def steps(self) -> pl.DataFrame:
        """As in Speed."""
        return pl.DataFrame(
            self._steps, {"step": pl.String, "times": pl.Int64, "cpu_seconds": pl.Float64}, orient="row"
        )


def _years(state: StateCells, cells: pl.DataFrame) -> list[StateYear]:
    """The year, or the parts of it that share no equation. Raises ValueError where a quarter cannot be estimated."""
    years = [state_year(part, state.tree, state.breaks, state.year) for part in separate_areas(cells, state.year)]
    conflicts = [conflict for year in years for conflict in year.conflicts.values()]
    if conflicts:
        raise conflicts[0]
    return years


def _estimated(state: StateCells, cells: pl.DataFrame) -> Iterator[tuple[int, HiddenPeriod, HiddenEstimates]]:
    """Quarter, period and estimates of a year's cells."""
    for year in _years(state, cells):
        for quarter, found in zip(year.quarters, estimate_periods(year.periods), strict=True):
            yield quarter.quarter, quarter.period, found


def _with_intervals(periods: Sequence[HiddenPeriod]) -> list[Interval]:
    return [
        interval90(
            found.values[measure],
            found.standard_errors[measure],
            *bound_cells(period.network, measure),
            is_whole=measure != WAGES,
        )
        for found, period in zip(estimate_periods(periods), periods, strict=True)
        for measure in MEASURES
    ]


def _totals(network: CellNetwork, state: StateCells) -> HiddenTotals:
    """Every target sector in every county and region."""
    totals = hidden_totals(network, state.groups)
    areas = totals.keys.select("area_fips").unique(maintain_order=True)
    regions = state.regions.join(areas, on="area_fips", how="semi")
    places = pl.concat([areas.select("area_fips", region="area_fips"), regions.select("area_fips", "region")])
    members = totals.keys.with_columns(group="group_key").join(places, on="area_fips", maintain_order="left_right")
    return totals.combined(members)


def _sample_truth(state: StateCells, settings: Settings) -> pl.DataFrame:
    """All cells of the sample with their true values."""
    naics, areas = sample_frames(settings)
    economy = simulate_economy(naics, areas, settings.sample_seed, SAMPLE_YEARS)
    truth = publish_cells(economy, naics).quarterly.filter(year=state.year)
    keys = ["area_fips", "own_code", "industry_code", "quarter"]
    values = ["disclosure", *MEASURES.values()]
    published = state.cells.filter(pl.col("disclosure") != "suppressed").select(*keys, *values)
    if published.join(truth, on=[*keys, *values], how="anti").height:
        raise ValueError(
            f"the warehouse holds another sample than seed {settings.sample_seed} makes: build it anew by `make run`"
        )
    return truth
