"""Measures how fast a singlefile of BLS's size and layout is taken in, beside the least that reading it can cost.

Belongs here: the steps, each in a process of its own so that its memory is its own, and their clocks. Not here: the
file (sources.sample_singlefile), the reader (sources.bls and typed_cells), printing (pipelines.cli).
"""

import multiprocessing
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from pipelines.orchestration.intake import sample_frames
from pipelines.orchestration.machine import megabytes
from pipelines.settings import Settings
from pipelines.sources.bls import expected_columns
from pipelines.sources.capture import SAMPLE_SOURCE, capture_files
from pipelines.sources.raw_store import RawStore
from pipelines.sources.reading import Frequency
from pipelines.sources.sample_singlefile import write_singlefile
from pipelines.sources.typed_cells import TypedCells

_PIECE = 2**20
_TEXTS = ("area_fips", "year", "qtr")
_SQL_TYPES = {pl.String(): "VARCHAR", pl.Int64(): "BIGINT", pl.Float64(): "DOUBLE"}


@dataclass(frozen=True)
class Step:
    """What one way through a file cost."""

    name: str
    seconds: float
    cpu_seconds: float
    """Of all threads."""
    peak_megabytes: float


@dataclass(frozen=True)
class ReadingSpeed:
    """What each step cost on one file; the steps are inflate, duckdb, polars and ingest."""

    rows: int
    zipped_bytes: int
    bytes: int
    """Of the text."""
    inflate: Step
    duckdb: Step
    polars: Step
    ingest: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        """The bare limits first, then the ingest."""
        return self.inflate, self.duckdb, self.polars, self.ingest

    @property
    def ratio(self) -> float:
        """Seconds of the whole ingest by those of the better bare read and inflating."""
        return self.ingest.seconds / (min(self.duckdb.seconds, self.polars.seconds) + self.inflate.seconds)

    @property
    def cpu_ratio(self) -> float:
        """The same of CPU seconds, which other work on the machine disturbs less."""
        bare = min(self.duckdb.cpu_seconds, self.polars.cpu_seconds)
        return self.ingest.cpu_seconds / (bare + self.inflate.cpu_seconds)


def reading_speed(settings: Settings, rows: int, frequency: Frequency = "quarterly") -> ReadingSpeed:
    """Writes a file of so many rows to a temporary folder and reads it in every way; nothing is kept.

    Needs some 500 bytes of disk a row. Raises ValueError where more rows are asked for than a file can have, and where
    the ingest loses a row.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _apart("write", partial(_write, folder, settings, rows, frequency))
        (zipped,), (text,) = folder.glob("*.zip"), folder.glob("*.csv")
        return ReadingSpeed(
            rows,
            zipped.stat().st_size,
            text.stat().st_size,
            inflate=_apart("inflate, to nothing", partial(_inflate, zipped)),
            duckdb=_apart("DuckDB's bare read, text to typed table", partial(_read_by_duckdb, text, frequency)),
            polars=_apart("Polars' bare read, text to Parquet", partial(_read_by_polars, text, frequency)),
            ingest=_apart("whole ingest of the zip", partial(_ingest, zipped, rows, frequency)),
        )


def _apart(name: str, work: Callable[[], None]) -> Step:
    """Does some work in a process that has done nothing before."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, name, work).result()


def _measured(name: str, work: Callable[[], None]) -> Step:
    start, cpu_start = time.perf_counter(), time.process_time()
    work()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    return Step(name, seconds, cpu_seconds, megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def _write(folder: Path, settings: Settings, rows: int, frequency: Frequency) -> None:
    """The zip, and beside it its text, which the bare readers take."""
    naics, areas = sample_frames(settings)
    with zipfile.ZipFile(write_singlefile(folder, frequency, naics, areas, rows)) as archive:
        archive.extractall(folder)


def _inflate(zipped: Path) -> None:
    with zipfile.ZipFile(zipped) as archive, archive.open(archive.namelist()[0]) as stream:
        while stream.read(_PIECE):
            pass


def _read_by_duckdb(text: Path, frequency: Frequency) -> None:
    columns = {name: _SQL_TYPES[kind] for name, kind in _kinds(frequency).items()}
    with duckdb.connect(text.with_suffix(".duckdb")) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            "CREATE TABLE cells AS SELECT * FROM read_csv($text, header = true, columns = $columns)",
            {"text": str(text), "columns": columns},
        )


def _read_by_polars(text: Path, frequency: Frequency) -> None:
    pl.scan_csv(text, schema=_kinds(frequency)).sink_parquet(text.with_suffix(".parquet"), compression="zstd")


def _kinds(frequency: Frequency) -> pl.Schema:
    """What type a bare reader is told that each column has."""
    kinds = pl.Schema()
    for name in expected_columns(frequency):
        is_ratio = name.startswith("lq_") or name.endswith("_pct_chg")
        is_text = name.endswith("_code") or name in _TEXTS
        kinds[name] = pl.String() if is_text else pl.Float64() if is_ratio else pl.Int64()
    return kinds


def _ingest(zipped: Path, rows: int, frequency: Frequency) -> None:
    """Captures the zip as any file is captured: hash, copy, inflate, check, reject, type, write Parquet."""
    store = RawStore(zipped.parent / "raw")
    typed = TypedCells(zipped.parent / "typed", pl.DataFrame(schema={"area_fips": pl.String}))
    report = capture_files([zipped], SAMPLE_SOURCE, store, typed, now=lambda: "2026-06-02T10:00:00.000000+00:00")
    (capture,) = report.new
    cells = pl.scan_parquet(typed.table(capture, f"{frequency}_cells")).select(pl.len()).collect().item()
    if cells != rows:
        raise ValueError(f"{zipped.name}: {cells:,} cells were read of {rows:,} rows that were written")
