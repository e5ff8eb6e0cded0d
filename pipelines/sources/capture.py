"""Turns input files into captures: read and checked first, then kept unchanged with a manifest row.

Belongs here: the one way in for every file, whatever its source. Not here: where files come from (inbox folders,
sample_files, and later HTTP), or how the store is laid out (raw_store, typed_cells).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.sources import inbox
from pipelines.sources.raw_store import Capture, RawStore, sha256_of
from pipelines.sources.reading import RefusedFile
from pipelines.sources.sample_files import SYNTHETIC_MARK, SYNTHETIC_NAME
from pipelines.sources.typed_cells import TypedCells

SAMPLE_SOURCE = "sample"
REFUSALS_SCHEMA = pl.Schema({"address": pl.String, "member": pl.String, "reason": pl.String})


@dataclass
class CaptureReport:
    """What became of the files offered in one run."""

    new: list[Capture] = field(default_factory=list)
    known: list[Capture] = field(default_factory=list)
    refused: list[tuple[str, RefusedFile]] = field(default_factory=list)


def capture_files(
    files: Iterable[Path],
    source: str,
    store: RawStore,
    typed: TypedCells,
    now: Callable[[], str],
    address: Callable[[Path], str] = str,
) -> CaptureReport:
    """Captures files in their order; one that is refused does not stop the others.

    `now` gives the retrieval time (UTC, ISO 8601), `address` what the manifest calls a file's origin.
    """
    report = CaptureReport()
    for path in files:
        try:
            sha256 = _hash(path)
            known = store.find(sha256)
            if known and known.source == SAMPLE_SOURCE != source:
                raise _synthetic(path)
            capture = known or _capture_new(path, sha256, source, address(path), store, typed, now())
            (report.known if known else report.new).append(capture)
        except RefusedFile as refusal:
            report.refused.append((address(path), refusal))
    return report


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise RefusedFile(path.name, f"the file cannot be read ({error.strerror})") from error


def _capture_new(
    path: Path, sha256: str, source: str, address: str, store: RawStore, typed: TypedCells, retrieved_at: str
) -> Capture:
    container = inbox.recognise_container(path)
    if source != SAMPLE_SOURCE:
        _refuse_synthetic(path, container)
    typed.ensure(sha256, path, container, path.name)
    periods, areas = _extent(typed, sha256)
    size = path.stat().st_size
    capture = Capture(sha256, source, address, path.name, container, size, retrieved_at, periods, areas)
    try:
        return store.keep(path, capture)
    except ValueError as error:
        typed.forget(sha256)  # they may be of other bytes than the hash says
        raise RefusedFile(path.name, str(error)) from error


def _refuse_synthetic(path: Path, container: inbox.Container) -> None:
    """Files of the sample economy look exactly like BLS's: they must not come in as real ones."""
    names = [str(path), *(member.name for member in inbox.open_members(path, container))]
    if SYNTHETIC_MARK in inbox.zip_comment(path, container) or any(SYNTHETIC_NAME in name for name in names):
        raise _synthetic(path)


def _synthetic(path: Path) -> RefusedFile:
    return RefusedFile(path.name, "this is a file of the synthetic sample, not of BLS; use SOURCE=sample for it")


def _extent(typed: TypedCells, sha256: str) -> tuple[str, str]:
    """Periods and areas of a capture, as its manifest row says them."""
    quarterly = pl.scan_parquet(typed.table(sha256, "quarterly_cells"))
    annual = pl.scan_parquet(typed.table(sha256, "annual_cells"))
    labels = [
        *(f"{year}-Q{quarter}" for year, quarter in quarterly.select("year", "quarter").unique().collect().iter_rows()),
        *(str(year) for (year,) in annual.select("year").unique().collect().iter_rows()),
    ]
    areas = pl.concat([quarterly.select("area_fips"), annual.select("area_fips")]).unique().collect().to_series()
    first, last = min(labels, default="none"), max(labels, default="none")
    return first if first == last else f"{first} to {last}", areas[0] if len(areas) == 1 else f"{len(areas)} areas"
