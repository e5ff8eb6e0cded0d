"""Runs the estimates of every state and year that the warehouse holds cells of, each once while nothing has changed.

Belongs here: what is read for them, and keeping what was found. Not here: how it is found (pipelines.estimation).
Layout of what is kept: FOLDER/<fingerprint of the code>/<hash of all that goes in>/ with cells, totals, months and
conflicts, each .parquet; a folder appears whole or not at all.
"""

import hashlib
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from pipelines import estimation
from pipelines.estimation.contradictions import ROWS_SCHEMA, ContradictoryEquations
from pipelines.estimation.region_estimates import monthly_employment, pay_estimates, region_estimates
from pipelines.estimation.state_estimates import AskedTotals, StateEstimates, estimate_state_year
from pipelines.estimation.state_years import MOST_QUARTERS_APART, separate_areas, state_year
from pipelines.warehouse.reports import read_report

PACKAGES = ("highspy", "numpy", "polars", "scipy")
CONFLICTS_SCHEMA = pl.Schema(
    {"quarter": pl.Int8(), "place": pl.Int16(), "reason": pl.String()} | dict(ROWS_SCHEMA.items())
)
NO_ROW = pl.DataFrame({name: [None] for name in ROWS_SCHEMA}, schema=ROWS_SCHEMA)


class Place(NamedTuple):
    """Where estimates belong."""

    source: str
    state_fips: str
    year: int


@dataclass(frozen=True)
class Inputs:
    """All that one state and year's estimates are made from. cells: those of the year and of neighbouring quarters."""

    place: Place
    cells: pl.DataFrame
    tree: pl.DataFrame
    breaks: pl.DataFrame
    asked: AskedTotals

    def content_sha256(self) -> str:
        """Of every frame's content."""
        digest = hashlib.sha256(" ".join(map(str, self.place)).encode())
        asked = (self.asked.groups, self.asked.sums, self.asked.regions, self.asked.ownerships)
        for frame in (self.cells, self.tree, self.breaks, *asked):
            digest.update(frame.write_csv().encode())
        return digest.hexdigest()


def estimate_everything(
    connection: duckdb.DuckDBPyConnection, folder: Path, processes: int = 1
) -> dict[str, pl.DataFrame]:
    """The tables of the estimates layer that are not SQL, by name. folder: where finished states and years are kept.

    processes: states and years that are estimated at a time, this process being one of them.
    """
    kept = folder / code_fingerprint()
    nothing, no_source = StateEstimates.nothing(), pl.lit("").alias("source")
    no_state = (no_source, pl.lit("").alias("state_fips"), pl.lit(0, pl.Int16).alias("year"))
    cells, totals, months = (
        [frame.with_columns(no_source)] for frame in (nothing.cells, nothing.totals, nothing.months)
    )
    conflicts = [_conflicts({}).with_columns(no_state)]
    for place, found in _ensure_all(read_inputs(connection), kept, processes):
        source = pl.lit(place.source).alias("source")
        cells.append(found["cells"].with_columns(source))
        totals.append(found["totals"].with_columns(source))
        months.append(found["months"].with_columns(source))
        of_state = (source, pl.lit(place.state_fips).alias("state_fips"), pl.lit(place.year, pl.Int16).alias("year"))
        conflicts.append(found["conflicts"].with_columns(of_state))
    _forget_other_code(folder, kept)
    sums = read_report(connection, "estimation_sums")["group_key"].unique().sort()
    by_source = pl.concat(totals).partition_by("source", as_dict=True, include_key=False)
    regions = [region_estimates(nothing.totals, sums).with_columns(no_source)]
    pay = [pay_estimates(nothing.totals).with_columns(no_source)]
    for (name,), of_source in by_source.items():
        source = pl.lit(name).alias("source")
        regions.append(region_estimates(of_source, sums).with_columns(source))
        pay.append(pay_estimates(of_source).with_columns(source))
    return {
        "estimates.hidden_cells": pl.concat(cells),
        "estimates.region_estimates": pl.concat(regions),
        "estimates.pay_estimates": pl.concat(pay),
        "estimates.monthly_employment": monthly_employment(pl.concat(months)),
        "estimates.contradictions": pl.concat(conflicts),
    }


def read_inputs(connection: duckdb.DuckDBPyConnection) -> Iterator[Inputs]:
    """One for each source, state, year, and set of areas that belong together, in this order."""
    ownerships = read_report(connection, "estimation_ownerships")
    sums = read_report(connection, "estimation_sums")
    breaks = read_report(connection, "estimation_breaks")
    for of_year in read_report(connection, "estimation_years").iter_rows(named=True):
        place = Place(*(of_year[name] for name in Place._fields))
        vintage = {"naics_vintage": of_year["naics_vintage"]}
        neighbours = {"most_quarters_apart": MOST_QUARTERS_APART}
        cells = read_report(connection, "estimation_cells", of_year | neighbours)
        regions = read_report(connection, "estimation_regions", place._asdict())
        groups = read_report(connection, "estimation_groups", vintage)
        tree = read_report(connection, "estimation_industries", vintage)
        for together in separate_areas(cells, place.year):
            asked = AskedTotals(groups, sums, _in_these_areas(regions, together), ownerships)
            yield Inputs(place, together, tree, breaks, asked)


def code_fingerprint() -> str:
    """16 hexadecimal digits that change with the code of the estimates and with the packages they stand on."""
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in PACKAGES).encode())
    for path in sorted(Path(str(estimation.__file__)).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _in_these_areas(regions: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The regions' areas among the cells; a whole state is all of its areas where these are there."""
    areas = cells.select(pl.col("area_fips").unique().sort())
    parts = areas.filter(~pl.col("area_fips").str.ends_with("000"))
    is_state = pl.col("area_fips").str.ends_with("000")
    if parts.height and parts.height < areas.height:
        states = regions.filter(is_state).select("region").join(parts, how="cross")
        regions = pl.concat([regions.filter(~is_state), states])
    return regions.join(areas, on="area_fips", how="semi").unique().sort("region", "area_fips")


def _ensure_all(
    every: Iterable[Inputs], kept: Path, processes: int
) -> Iterator[tuple[Place, Mapping[str, pl.DataFrame]]]:
    """What was found, in the order of the inputs. The last one that is not kept is estimated in this process."""
    done: list[tuple[Place, Path]] = []
    running: list[Future[None]] = []
    with ThreadPoolExecutor(max(processes - 1, 1)) as others:
        waiting: tuple[Inputs, Path] | None = None
        for inputs in every:
            if waiting:
                running = [each for each in running if not each.done() or each.result()]  # which raises what failed
                if len(running) < processes - 1:
                    running.append(others.submit(_ensure_elsewhere, *waiting))
                else:
                    _ensure(*waiting)
            folder = kept / inputs.content_sha256()
            done.append((inputs.place, folder))
            waiting = None if folder.exists() else (inputs, folder)
        if waiting:
            _ensure(*waiting)
        for each in running:
            each.result()
    for place, folder in done:
        names = ("cells", "totals", "months", "conflicts")
        yield place, {name: pl.read_parquet(folder / f"{name}.parquet") for name in names}


def _ensure_elsewhere(inputs: Inputs, folder: Path) -> None:
    """The same in a process of its own. Not by multiprocessing, which would run the caller's main program once more."""
    program = f"from {__name__} import ensure_what_stdin_says; ensure_what_stdin_says()"
    asked = pickle.dumps((inputs, folder))
    ended = subprocess.run([sys.executable, "-c", program], input=asked, stderr=subprocess.PIPE, check=False)
    if ended.returncode:
        raise RuntimeError(f"estimating {' '.join(map(str, inputs.place))} failed: {ended.stderr.decode()}")


def ensure_what_stdin_says() -> None:
    """Entry point of the other processes: a pickle of inputs and the folder for what is found."""
    _ensure(*pickle.load(sys.stdin.buffer))


def _ensure(inputs: Inputs, folder: Path) -> None:
    """Estimates and keeps what was found, unless another run did so meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".part-") as temporary:
        whole = Path(temporary) / folder.name
        whole.mkdir()
        for name, frame in _estimate(inputs).items():
            frame.write_parquet(whole / f"{name}.parquet")
        if not folder.exists():
            whole.rename(folder)


def _estimate(inputs: Inputs) -> dict[str, pl.DataFrame]:
    year = state_year(inputs.cells, inputs.tree, inputs.breaks, inputs.place.year)
    try:
        found = estimate_state_year(year, inputs.asked)
        conflicts = year.conflicts
    except ValueError as error:
        found = StateEstimates.nothing()
        conflicts = dict.fromkeys((quarter.quarter for quarter in year.quarters), error) | dict(year.conflicts)
    return {
        "cells": found.cells,
        "totals": found.totals,
        "months": found.months,
        "conflicts": _conflicts(conflicts),
    }


def _conflicts(conflicts: Mapping[int, ValueError]) -> pl.DataFrame:
    frames = [pl.DataFrame(schema=CONFLICTS_SCHEMA)]
    for quarter, conflict in sorted(conflicts.items()):
        rows = conflict.rows if isinstance(conflict, ContradictoryEquations) else NO_ROW
        frames.append(
            rows.with_row_index("place", offset=1)
            .with_columns(pl.lit(quarter).alias("quarter"), pl.lit(str(conflict)).alias("reason"))
            .select(pl.col(name).cast(kind) for name, kind in CONFLICTS_SCHEMA.items())
        )
    return pl.concat(frames)


def _forget_other_code(folder: Path, kept: Path) -> None:
    others = (old for old in folder.glob("*") if old.is_dir() and old != kept)
    for left in (*others, *kept.glob(".part-*")):  # and what runs that were killed were writing
        shutil.rmtree(left)
