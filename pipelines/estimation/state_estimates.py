"""One state and year: its hidden cells, and what it adds to every total that is asked for.

Belongs here: networks, bounds and estimates put together into tables. Not here: each of these steps (cell_network,
bounds, estimates), regions and years made of several states and quarters (region_estimates).
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.estimation.bounds import SharePart, bound_shares
from pipelines.estimation.cell_bounds import bound_cells
from pipelines.estimation.cell_network import ALL_INDUSTRIES, CELL, MEASURES, Flags
from pipelines.estimation.estimates import WAGES, HiddenEstimates, estimate_periods
from pipelines.estimation.hidden_totals import HiddenTotals, distinct_rows, totals_by_ownership
from pipelines.estimation.intervals import interval90
from pipelines.estimation.margins import Floats
from pipelines.estimation.priors import MONTHS
from pipelines.estimation.single_cells import single_cells
from pipelines.estimation.state_years import Quarter, StateYear

ALL = "all_industries"
"""The group of all industries, whose totals the others are shares of."""
EMPLOYMENT = "employment"
MONTHS_OF: dict[str, tuple[str, ...]] = {EMPLOYMENT: MONTHS, WAGES: (WAGES,)}
"""The measures of totals and those of cells that each is made of: mean jobs of the months, wages."""
# The solver works outside Python's lock; each quarter has programs of its own.
MOST_THREADS = 2


_NUMBERS = ("lower", "estimate", "upper", "interval90_lower", "interval90_upper")
CELLS_SCHEMA = pl.Schema(
    dict.fromkeys(CELL, pl.String())
    | {"year": pl.Int16(), "quarter": pl.Int8(), "measure": pl.String()}
    | dict.fromkeys(_NUMBERS, pl.Float64())
    | {"lower": pl.Int64(), "upper": pl.Int64()}
)
TOTALS_SCHEMA = pl.Schema(
    dict.fromkeys(("region", "ownership", "group_key"), pl.String())
    | {"year": pl.Int16(), "quarter": pl.Int8(), "measure": pl.String()}
    | dict.fromkeys(("known", "lower", "estimate", "upper", "standard_error"), pl.Float64())
    | {"hidden_cells": pl.Int64(), "hidden_establishments": pl.Int64()}
    | {"single_cell": pl.String(), "pins_cell": pl.Boolean(), "share_lower": pl.Float64(), "share_upper": pl.Float64()}
)
MONTHS_SCHEMA = pl.Schema(
    dict.fromkeys(("region", "ownership", "group_key"), pl.String())
    | {"year": pl.Int16(), "quarter": pl.Int8(), "month": pl.Int8()}
    | dict.fromkeys(("known", "lower", "estimate", "upper"), pl.Float64())
)


@dataclass(frozen=True)
class AskedTotals:
    """What is added up. groups: group_key, industry_code (finest, of the vintage in force). sums: group_key, part_key:
    groups that are sums of others, overlaps counted twice. regions: region, area_fips. ownerships: ownership, own_code.
    """

    groups: pl.DataFrame
    sums: pl.DataFrame
    regions: pl.DataFrame
    ownerships: pl.DataFrame


@dataclass(frozen=True)
class StateEstimates:
    """cells: one row a hidden cell, quarter and measure. totals: one row a total asked for, quarter and measure.
    months: one row a total asked for and month.

    cells: area_fips, own_code, industry_code, year, quarter, measure (three months, wages), lower, estimate, upper,
    interval90_lower, interval90_upper. totals: region, ownership, group_key, year, quarter (0 where the year is whole),
    measure (employment: mean jobs, wages: dollars), known, lower, estimate, upper, standard_error, hidden_cells,
    hidden_establishments, single_cell, pins_cell, share_lower and share_upper (null where the total of all industries
    is published). months: region, ownership, group_key, year, quarter, month (1-12), known, lower, estimate, upper.
    """

    cells: pl.DataFrame
    totals: pl.DataFrame
    months: pl.DataFrame

    @classmethod
    def nothing(cls) -> "StateEstimates":
        """No rows."""
        return cls(*(pl.DataFrame(schema=schema) for schema in (CELLS_SCHEMA, TOTALS_SCHEMA, MONTHS_SCHEMA)))


def estimate_state_year(year: StateYear, asked: AskedTotals) -> StateEstimates:
    """Bounds, estimates and standard errors of a state's hidden cells and of its part of every total.

    Raises ValueError where an area has only rows that are coarser than a group.
    """
    of_year = pl.lit(year.year, pl.Int16).alias("year")
    if not year.quarters:
        return StateEstimates.nothing()
    found = estimate_periods(year.periods)
    with ThreadPoolExecutor(MOST_THREADS) as threads:
        quarters = list(threads.map(partial(_QuarterTotals, asked=asked), year.quarters, found))
    totals = [part.frame(measure) for part in quarters for measure in MONTHS_OF]
    if len(quarters) == 4:
        year_totals = _whole_year(pl.concat(totals), quarters, _whole_regions(year, asked.regions))
        totals.append(year_totals.select(totals[0].columns))
    cells = [_cells(*each) for each in zip(year.quarters, found, strict=True)]
    months = [part.months() for part in quarters]
    return StateEstimates(
        *(
            pl.concat(frames).with_columns(of_year).select(pl.col(name).cast(kind) for name, kind in schema.items())
            for frames, schema in ((cells, CELLS_SCHEMA), (totals, TOTALS_SCHEMA), (months, MONTHS_SCHEMA))
        )
    )


def _cells(quarter: Quarter, found: HiddenEstimates) -> pl.DataFrame:
    network = quarter.period.network
    is_cell = ~network.leaves["is_remainder"].to_numpy()
    frames = []
    for measure in MEASURES:
        lower, upper = (end[is_cell] for end in bound_cells(network, measure))
        estimate = found.values[measure][is_cell].clip(lower, upper)
        error = found.standard_errors[measure][is_cell]
        interval = interval90(estimate, error, lower, upper, is_whole=measure != WAGES)
        frames.append(
            network.leaves.filter(is_cell).select(
                *CELL,
                quarter=pl.lit(quarter.quarter, pl.Int8),
                measure=pl.lit(measure),
                lower=pl.Series(lower),
                estimate=pl.Series(estimate),
                upper=pl.Series(upper),
                interval90_lower=pl.Series(interval.lower),
                interval90_upper=pl.Series(interval.upper),
            )
        )
    return pl.concat(frames)


class _QuarterTotals:
    """The totals of one quarter: regions by ownerships by groups."""

    def __init__(self, quarter: Quarter, found: HiddenEstimates, asked: AskedTotals) -> None:
        network = quarter.period.network
        everything = pl.DataFrame({"group_key": [ALL], "industry_code": [ALL_INDUSTRIES]})
        parts = totals_by_ownership(network, pl.concat([asked.groups, everything]))
        totals = parts.combined(_members(parts.keys, asked))
        self.totals = replace(totals, keys=totals.keys.rename({"group": "group_key"}))
        self.quarter, self.programs, self.found = quarter.quarter, quarter.programs, found
        self.singles = single_cells(network.leaves, self.totals.selection)
        first, self.place = distinct_rows(self.totals.selection)
        self.distinct = self.totals.rows(first)
        # One after another: what proves a measure's bounds proves many of the next one's.
        self.bounds = {measure: self._hidden_bounds(measure) for measure in MEASURES}

    def _hidden_bounds(self, measure: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of the hidden part of each total; totals of the same hidden leaves are bounded once."""
        lower, upper = self.programs[measure].bounds(self.distinct)
        known = self.distinct.known[measure]
        return (lower - known)[self.place], (upper - known)[self.place]

    @cached_property
    def denominators(self) -> NDArray[np.intp]:
        """The row of all industries for each row."""
        keys = self.totals.keys.with_row_index("row")
        whole = keys.filter(group_key=ALL).select("region", "ownership", denominator="row")
        return keys.join(whole, on=("region", "ownership"), maintain_order="left")["denominator"].to_numpy()

    def share_parts(self, measure: str, rows: NDArray[np.intp]) -> list[SharePart]:
        """The months' parts of the shares of some rows."""
        numerator, denominator = self.totals.rows(rows), self.totals.rows(self.denominators[rows])
        return [SharePart(self.programs[name], numerator, denominator) for name in MONTHS_OF[measure]]

    def frame(self, measure: str) -> pl.DataFrame:
        names = MONTHS_OF[measure]
        known = np.sum([self.totals.known[name] for name in names], axis=0) / len(names)
        lower, upper = (np.sum([self.bounds[name][end] for name in names], axis=0) / len(names) for end in (0, 1))
        hidden, error = self.found.mean_totals(self.distinct.selection, measure == WAGES)
        hidden = hidden[self.place].clip(lower, upper)
        hidden_share = self._hidden_shares(measure)
        is_exact = lower == upper
        return self.totals.keys.with_columns(
            quarter=pl.lit(self.quarter, pl.Int8),
            measure=pl.lit(measure),
            known=pl.Series(known),
            lower=pl.Series(known + lower),
            estimate=pl.Series(known + hidden),
            upper=pl.Series(known + upper),
            standard_error=pl.Series(np.where(is_exact, 0.0, error[self.place])),
            hidden_cells=pl.Series(self.singles.cells),
            hidden_establishments=pl.Series(self.singles.establishments),
            single_cell=self.singles.single_cell,
            pins_cell=pl.Series(self._pins_cell(measure)),
            share_lower=hidden_share[0],
            share_upper=hidden_share[1],
        )

    def _pins_cell(self, measure: str) -> Flags:
        """In any month: months are shown beside their quarter."""
        is_exact = [self.bounds[name][0] == self.bounds[name][1] for name in MONTHS_OF[measure]]
        pinned: Flags = np.any([self.singles.pins_cell(each) for each in is_exact], axis=0)
        return pinned

    def months(self) -> pl.DataFrame:
        """Jobs of each month of the quarter; their mean is the quarter's figure, up to cutting at the bounds."""
        weights = self.distinct.selection.astype(np.float64)
        frames = []
        for month, name in enumerate(MONTHS, start=len(MONTHS) * (self.quarter - 1) + 1):
            known, (lower, upper) = self.totals.known[name], self.bounds[name]
            hidden = (weights @ self.found.values[name])[self.place].clip(lower, upper)
            frames.append(
                self.totals.keys.with_columns(
                    quarter=pl.lit(self.quarter, pl.Int8),
                    month=pl.lit(month, pl.Int8),
                    known=pl.Series(known),
                    lower=pl.Series(known + lower),
                    estimate=pl.Series(known + hidden),
                    upper=pl.Series(known + upper),
                )
            )
        return pl.concat(frames)

    def _hidden_shares(self, measure: str) -> tuple[pl.Series, pl.Series]:
        """Bounds of the shares whose denominators are hidden, null elsewhere."""
        rows = hidden_denominators(self, measure)
        shares = bound_shares(self.share_parts(measure, rows)) if len(rows) else (np.zeros(0), np.zeros(0))
        return scattered(shares[0], rows, self.totals), scattered(shares[1], rows, self.totals)


def hidden_denominators(quarter: _QuarterTotals, measure: str) -> NDArray[np.intp]:
    """Rows whose total of all industries is not known to the unit."""
    is_open = np.any([quarter.bounds[name][0] < quarter.bounds[name][1] for name in MONTHS_OF[measure]], axis=0)
    return np.flatnonzero(is_open[quarter.denominators])


def scattered(values: Floats, rows: NDArray[np.intp], totals: HiddenTotals) -> pl.Series:
    """The values in their rows, null elsewhere."""
    spread = np.full(totals.keys.height, np.nan)
    spread[rows] = values
    return pl.Series(spread).fill_nan(None)


def _whole_regions(year: StateYear, regions: pl.DataFrame) -> list[str]:
    """The regions of which every area is there in every quarter."""
    for quarter in year.quarters:
        areas = quarter.period.network.published["area_fips"].unique().to_list()
        missing = regions.filter(~pl.col("area_fips").is_in(areas))["region"]
        regions = regions.filter(~pl.col("region").is_in(missing.to_list()))
    return regions["region"].unique().sort().to_list()


def _whole_year(totals: pl.DataFrame, quarters: list[_QuarterTotals], regions: list[str]) -> pl.DataFrame:
    """Mean jobs and total wages of the year. Quarters share no equation, so that their bounds add up.

    A cell's errors are alike in all quarters, so that standard errors add up too.
    """
    of_mean = pl.when(pl.col("measure") == EMPLOYMENT).then(0.25).otherwise(1.0)
    keys = ["region", "ownership", "group_key", "measure"]
    added = (
        totals.filter(pl.col("region").is_in(regions))
        .group_by(keys, maintain_order=True)
        .agg(
            *((pl.col(name) * of_mean).sum() for name in ("known", "lower", "estimate", "upper", "standard_error")),
            hidden_cells=pl.col("hidden_cells").max(),
            hidden_establishments=pl.col("hidden_establishments").max(),
            single_cell=pl.when(pl.col("single_cell").filter(pl.col("hidden_cells") > 0).n_unique() == 1).then(
                pl.col("single_cell").filter(pl.col("hidden_cells") > 0).first()
            ),
            pins_cell=pl.col("pins_cell").any(),
            quarter=pl.lit(0, pl.Int8),
        )
    )
    return added.join(_year_shares(quarters), on=keys, how="left", maintain_order="left")


def _year_shares(quarters: list[_QuarterTotals]) -> pl.DataFrame:
    """Of the totals that are there in every quarter."""
    keys = quarters[0].totals.keys
    for quarter in quarters[1:]:
        keys = keys.join(quarter.totals.keys, on=keys.columns, how="semi", maintain_order="left")
    places = [
        keys.join(quarter.totals.keys.with_row_index("row"), on=keys.columns, how="left", maintain_order="left")[
            "row"
        ].to_numpy()
        for quarter in quarters
    ]
    frames = []
    for measure in MONTHS_OF:
        is_open = np.any(
            [
                np.isin(rows, hidden_denominators(quarter, measure))
                for quarter, rows in zip(quarters, places, strict=True)
            ],
            axis=0,
        )
        open_rows = np.flatnonzero(is_open)
        parts = [
            part
            for quarter, rows in zip(quarters, places, strict=True)
            for part in quarter.share_parts(measure, rows[open_rows])
        ]
        lower, upper = bound_shares(parts) if len(open_rows) else (np.zeros(0), np.zeros(0))
        frames.append(
            keys[open_rows].with_columns(
                measure=pl.lit(measure), share_lower=pl.Series(lower), share_upper=pl.Series(upper)
            )
        )
    return pl.concat(frames)


def _members(keys: pl.DataFrame, asked: AskedTotals) -> pl.DataFrame:
    """Which totals of areas each total asked for consists of: the columns of keys, region, ownership, group."""
    groups = keys.select(pl.col("group_key").unique(maintain_order=True)).with_columns(part_key="group_key")
    members = (
        pl.concat([groups, asked.sums.select("group_key", "part_key")])
        .rename({"group_key": "group", "part_key": "group_key"})
        .join(asked.regions, how="cross", maintain_order="left_right")
        .join(asked.ownerships, how="cross", maintain_order="left_right")
        .join(keys, on=keys.columns, how="semi")
    )
    return members.select(*keys.columns, "region", "ownership", "group").sort(
        "region", "ownership", "group", *keys.columns
    )
