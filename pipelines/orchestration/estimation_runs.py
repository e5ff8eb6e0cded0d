"""Runs the estimates of every state and year that the warehouse holds cells of, each once while nothing has changed.

Belongs here: what is read for them, and keeping what was found. Not here: how it is found (pipelines.estimation), and
what becomes of it (added_up).
Layout of what is kept: FOLDER/<fingerprint of the code>/<hash of all that goes in>/ with cells, totals, months and
conflicts, each .parquet; a folder appears whole or not at all. Beside them, added_up/ holds the tables made of them.
"""

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, NamedTuple

import duckdb
import polars as pl

from pipelines import estimation
from pipelines.estimation.contradictions import ROWS_SCHEMA, ContradictoryEquations
from pipelines.estimation.state_estimates import AskedTotals, StateEstimates, estimate_state_year
from pipelines.estimation.state_years import MOST_QUARTERS_APART, separate_areas, state_year
from pipelines.orchestration.added_up import added_up
from pipelines.warehouse.reports import read_report

Spread = Callable[[Callable[[bytes], object], Sequence[bytes]], object]
"""Calls a function with each of some arguments, wherever there is room for it, and returns when all are done."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""For the linear algebra of each process: its threads wait for each other by turning round, several times as much work
where processes share the cores, and the last digits of standard errors would depend on how many cores there are."""
ADDED_UP = "added_up"
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
    connection: duckdb.DuckDBPyConnection, folder: Path, processes: int = 1, spread: Spread | None = None
) -> Mapping[str, Sequence[Path]]:
    """Estimates every state and year of the warehouse; the files that hold each table that is not SQL, as in added_up.

    folder: where finished states and years are kept. processes: states and years that are estimated at a time; more
    than one in processes of their own. spread: estimates them all in its own way, wherever it can see the folder.
    """
    kept, every = folder / code_fingerprint(), read_inputs(connection)
    found = spread_all(every, kept, spread) if spread else ensure_all(every, kept, processes)
    _forget_other_code(folder, kept)
    return added_up(found, read_report(connection, "estimation_sums")["group_key"].unique().sort(), kept / ADDED_UP)


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


def ensure_all(every: Iterable[Inputs], kept: Path, processes: int) -> list[Path]:
    """The folders of what was found, in the order of the inputs; in this process, or in so many others."""
    done: list[Path] = []
    running: set[Future[None]] = set()
    with ThreadPoolExecutor(processes) as others:
        for inputs in every:
            folder = kept / inputs.content_sha256()
            done.append(folder)
            if folder.exists():
                continue
            if processes == 1:
                _ensure(inputs, folder)
                continue
            while len(running) >= processes:
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                _require_success(ended)
            running.add(others.submit(_ensure_elsewhere, inputs.place, _packed(inputs, folder)))
        _require_success(running)
    return done


def spread_all(every: Iterable[Inputs], kept: Path, spread: Spread) -> list[Path]:
    """The same, where all that is not kept is estimated somewhere else."""
    done: list[Path] = []
    asked: list[bytes] = []
    for inputs in every:
        folder = kept / inputs.content_sha256()
        done.append(folder)
        if not folder.exists():
            asked.append(pickle.dumps((inputs, folder)))
    spread(ensure_pickled, asked)
    return done


def ensure_pickled(asked: bytes) -> None:
    """Entry point of tasks elsewhere: a pickle of inputs and the folder for what is found."""
    _ensure(*pickle.loads(asked))


def _require_success(ended: Iterable[Future[None]]) -> None:
    for each in ended:
        each.result()  # which raises what failed


def _packed(inputs: Inputs, folder: Path) -> IO[bytes]:
    """What another process needs, in a file without a name: so many states need not be held in this one's memory."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whom it is handed to
    pickle.dump((inputs, folder), file)
    file.seek(0)
    return file


def _ensure_elsewhere(place: Place, asked: IO[bytes]) -> None:
    """The same in a process of its own. Not by multiprocessing, which would run the caller's main program once more."""
    program = f"from {__name__} import ensure_what_stdin_says; ensure_what_stdin_says()"
    command, environment = [sys.executable, "-c", program], os.environ | ONE_THREAD
    with asked:
        ended = subprocess.run(command, stdin=asked, stderr=subprocess.PIPE, env=environment, check=False)
    if ended.returncode:
        raise RuntimeError(f"estimating {' '.join(map(str, place))} failed: {ended.stderr.decode()}")


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
    source = pl.lit(inputs.place.source).alias("source")
    of_state = (pl.lit(inputs.place.state_fips).alias("state_fips"), pl.lit(inputs.place.year, pl.Int16).alias("year"))
    return {
        "cells": found.cells.with_columns(source),
        "totals": found.totals.with_columns(source),
        "months": found.months.with_columns(source),
        "conflicts": _conflicts(conflicts).with_columns(source, *of_state),
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
    others = (old for old in folder.glob("*") if old.is_dir() and old not in (kept, kept / ADDED_UP))
    for left in (*others, *kept.glob(".part-*")):  # and what runs that were killed were writing
        shutil.rmtree(left)
