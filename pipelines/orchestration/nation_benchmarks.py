"""Measures what the estimates of a nation's states cost, on synthetic states of real shape.

Belongs here: making the states, running their estimates as a run does, clocks and memory. Not here: the states
themselves (sources.sample_nation), the estimates (estimation_runs), printing (pipelines.cli).

States are made in this process and estimated by another one, so that the memory that is measured is the estimates' own.
"""

import os
import pickle
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.estimation.state_estimates import AskedTotals
from pipelines.orchestration.added_up import added_up
from pipelines.orchestration.benchmarks import benchmark_database
from pipelines.orchestration.estimation_runs import Inputs, Place, ensure_all
from pipelines.orchestration.intake import sample_frames
from pipelines.orchestration.machine import megabytes
from pipelines.settings import Settings
from pipelines.sources.capture import SAMPLE_SOURCE
from pipelines.sources.sample_nation import state_cells
from pipelines.warehouse.build import build_from_parquet
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.reports import read_report

YEAR, VINTAGE = 2024, {"naics_vintage": 2022}
FEWEST_PROCESSES = 2


@dataclass(frozen=True)
class Asked:
    """What is asked of every state: the tree of industries, breaks, and which totals, of every county by itself."""

    tree: pl.DataFrame
    breaks: pl.DataFrame
    groups: pl.DataFrame
    sums: pl.DataFrame
    ownerships: pl.DataFrame

    def of(self, state_fips: str, cells: pl.DataFrame) -> Inputs:
        """All that a state's estimates are made from; its counties are regions, and so are all of them together."""
        areas = cells.select(pl.col("area_fips").unique().sort()).filter(~pl.col("area_fips").str.ends_with("000"))
        regions = pl.concat([areas.with_columns(region="area_fips"), areas.with_columns(region=pl.lit(state_fips))])
        totals = AskedTotals(self.groups, self.sums, regions.select("region", "area_fips"), self.ownerships)
        return Inputs(Place(SAMPLE_SOURCE, state_fips, YEAR), cells, self.tree, self.breaks, totals)


@dataclass(frozen=True)
class NationCost:
    """What some states of a year cost. states: state_fips, counties, cells, hidden (both of four quarters), seconds.

    A state's seconds are those from its start to its end beside others. seconds, cpu_seconds: of all states together,
    adding up included. parent_megabytes, largest_megabytes: peak memory of the process that reads states and adds up,
    and of the largest of those that estimate one. all_counties: state_fips, counties of the whole nation.
    """

    states: pl.DataFrame
    all_counties: pl.DataFrame
    processes: int
    seconds: float
    adding_seconds: float
    cpu_seconds: float
    parent_megabytes: float
    largest_megabytes: float

    @property
    def is_whole(self) -> bool:
        """Whether every state was measured."""
        return self.states.height == self.all_counties.height

    def nation_seconds(self) -> float:
        """Of all states: as measured, or where only some were, interpolated between them by number of counties."""
        if self.is_whole:
            return self.seconds
        counties, seconds = self.states.sort("counties").select("counties", "seconds").to_numpy().T
        each = np.interp(self.all_counties["counties"].to_numpy(), counties, seconds)
        part = float(self.all_counties["counties"].to_numpy().sum() / counties.sum())
        return float(each.sum()) / self.processes + self.adding_seconds * part


def nation_cost(settings: Settings, count: int | None = None, seed: int = 1, scale: float = 1.0) -> NationCost:
    """Makes and estimates all states, or `count` of them from the smallest to the largest.

    What is asked of each is what the warehouse at hand asks of its states. scale: of the number of businesses, for
    tests. Raises FileNotFoundError without a warehouse, and RuntimeError where an estimate fails.
    """
    naics, areas = sample_frames(settings)
    counties = areas.filter(pl.col("area_kind") == "county")
    all_counties = counties.group_by("state_fips").agg(counties=pl.len()).sort("counties", "state_fips")
    processes = max(os.cpu_count() or 1, FEWEST_PROCESSES)
    asked = _asked(benchmark_database(settings))
    with tempfile.TemporaryDirectory() as folder:
        for state_fips in _some(all_counties["state_fips"].to_list(), count):
            cells = state_cells(naics, areas, state_fips, YEAR, seed, scale)
            cells.write_parquet(Path(folder) / f"{state_fips}.parquet")
        measured = _measured_elsewhere(Path(folder), asked, processes)
    states = measured.states.join(all_counties, on="state_fips", maintain_order="left")
    return replace(measured, states=states, all_counties=all_counties)


def _some(ordered: Sequence[str], count: int | None) -> list[str]:
    """So many of some things in order, evenly from the first to the last, the last one among them in any case."""
    if count is None or count >= len(ordered):
        return list(ordered)
    return [ordered[place] for place in np.rint(np.linspace(len(ordered) - 1, 0, count)).astype(int).tolist()]


def _asked(database: Path) -> Asked:
    with open_database(database, read_only=True) as connection:
        return Asked(
            tree=read_report(connection, "estimation_industries", VINTAGE),
            breaks=read_report(connection, "estimation_breaks"),
            groups=read_report(connection, "estimation_groups", VINTAGE),
            sums=read_report(connection, "estimation_sums"),
            ownerships=read_report(connection, "estimation_ownerships"),
        )


def _measured_elsewhere(folder: Path, asked: Asked, processes: int) -> NationCost:
    """As _measured, in a process that has done nothing else."""
    program = f"from {__name__} import measure_what_stdin_says; measure_what_stdin_says()"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps((folder, asked, processes)),
        capture_output=True,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(f"estimating the states failed: {ended.stderr.decode()}")
    found: NationCost = pickle.loads(ended.stdout)
    return found


def measure_what_stdin_says() -> None:
    """Entry point of the process that is measured: reads a pickle of arguments, writes one of the cost."""
    sys.stdout.buffer.write(pickle.dumps(_measured(*pickle.load(sys.stdin.buffer))))


def _own_peak_megabytes() -> float:
    """The most memory of this process; where Linux tells it, without what its parent had when it started this one."""
    status = Path("/proc/self/status")
    told = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(told[1]) / 1e3 if told else megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _measured(folder: Path, asked: Asked, processes: int) -> NationCost:
    """Estimates the states whose cells lie in a folder, as a run does, and clocks it."""
    began: dict[str, float] = {}
    sizes: list[tuple[str, int, int]] = []

    def states() -> Iterator[Inputs]:
        for file in sorted(folder.glob("*.parquet")):
            cells = pl.read_parquet(file)
            sizes.append((file.stem, cells.height, cells.filter(disclosure="suppressed").height))
            yield asked.of(file.stem, cells)
            began[file.stem] = time.time()  # the next one is asked for when this one has been handed over

    start = time.perf_counter()
    found = ensure_all(states(), folder / "kept", processes)
    between = time.perf_counter()
    tables = added_up(found, asked.sums["group_key"].unique().sort(), folder / "added_up")
    with open_database(folder / "nation.duckdb") as connection:
        for name, files in tables.items():
            build_from_parquet(connection, ALL_TABLES[name], files)
    end = time.perf_counter()
    of_others, own = (resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    schema = {"state_fips": pl.String, "cells": pl.Int64, "hidden": pl.Int64}
    kept_at = [each.stat().st_mtime for each in found]
    return NationCost(
        pl.DataFrame(sizes, schema, orient="row").with_columns(
            seconds=pl.Series([at - began[state] for at, (state, *_) in zip(kept_at, sizes, strict=True)])
        ),
        pl.DataFrame(),
        processes,
        seconds=end - start,
        adding_seconds=end - between,
        cpu_seconds=sum(used.ru_utime + used.ru_stime for used in (of_others, own)),
        parent_megabytes=_own_peak_megabytes(),
        largest_megabytes=megabytes(of_others.ru_maxrss),
    )
