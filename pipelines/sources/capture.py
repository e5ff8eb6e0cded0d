"""Turns input files into captures: read and checked first, then kept unchanged with a manifest row.

Belongs here: the one way in for every file, whatever its source. Not here: where files come from (inbox folders,
sample_files, web_capture), or how the store is laid out (raw_store, typed_cells).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from pipelines.sources import inbox
from pipelines.sources.establishment_layouts import recognise_records
from pipelines.sources.raw_store import Capture, RawStore, sha256_of
from pipelines.sources.reading import RefusedFile
from pipelines.sources.sample_files import SYNTHETIC_MARK, SYNTHETIC_NAME
from pipelines.sources.typed_cells import Kind, TypedCells

SAMPLE_SOURCE, RECORDS_SOURCE, RELEASE_SOURCE = "sample", "establishments", "release"
REFUSALS_SCHEMA = pl.Schema({"address": pl.String, "member": pl.String, "reason": pl.String})


@dataclass
class CaptureReport:
    """What became of the files offered in one run."""

    new: list[Capture] = field(default_factory=list)
    known: list[Capture] = field(default_factory=list)
    refused: list[tuple[str, RefusedFile]] = field(default_factory=list)


@dataclass(frozen=True)
class Origin:
    """Where a file comes from, as its manifest row will say it; times are UTC, ISO 8601."""

    source: str
    address: str
    name: str
    retrieved_at: str
    published_at: str = ""
    etag: str | None = None
    last_modified: str | None = None


def capture_files(
    files: Iterable[Path],
    source: str,
    store: RawStore,
    typed: TypedCells,
    now: Callable[[], str],
    address: Callable[[Path], str] = str,
) -> CaptureReport:
    """Captures files in their order; one that is refused does not stop the others.

    `now` gives the retrieval time (UTC, ISO 8601), `address` what the manifest calls a file's origin. Their content
    counts as published on the date that the files themselves bear.
    """
    report = CaptureReport()
    for path in files:
        try:
            origin = Origin(source, address(path), path.name, now(), published_at=_content_date(path, source))
            sha256 = _hash(path)
            known = store.find(sha256)
            capture = capture_file(path, sha256, origin, store, typed)
            (report.known if known else report.new).append(capture)
        except RefusedFile as refusal:
            report.refused.append((address(path), refusal))
    return report


def capture_file(
    path: Path,
    sha256: str,
    origin: Origin,
    store: RawStore,
    typed: TypedCells,
    check: Callable[[Path], None] = lambda _: None,
) -> Capture:
    """Reads, checks and keeps one file; the capture, which is an earlier one if its bytes are known.

    sha256: of the file's content. check: what else must hold of its typed tables, given their folder; it raises
    RefusedFile. Raises RefusedFile where nothing in the file can be used, or it is not what it should be.
    """
    known = store.find(sha256)
    if known and known.source == SAMPLE_SOURCE != origin.source:
        raise _synthetic(path)
    container = _container(path, typed.kind)
    if origin.source != SAMPLE_SOURCE and typed.kind == "publications":
        _refuse_synthetic(path, container)
    size = path.stat().st_size
    capture = known or Capture(
        sha256, origin.source, origin.address, origin.name, container, size, origin.retrieved_at,
        periods="", areas="", etag=origin.etag, last_modified=origin.last_modified, published_at=origin.published_at,
    )  # fmt: skip
    typed.ensure(capture, path)
    try:
        check(typed.folder_of(capture))
        if known:
            return known
        periods, areas = _extent(typed, capture)
        return store.keep(path, replace(capture, periods=periods, areas=areas))
    except RefusedFile:
        if not known:
            typed.forget(capture)
        raise
    except ValueError as error:
        typed.forget(capture)  # they may be of other bytes than the hash says
        raise RefusedFile(path.name, str(error)) from error


def _content_date(path: Path, source: str) -> str:
    """When a file of the inbox was published, as far as it shows; the sample was never published."""
    return inbox.content_date(path) if source != SAMPLE_SOURCE else ""


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise RefusedFile(path.name, f"the file cannot be read ({error.strerror})") from error


def _refuse_synthetic(path: Path, container: inbox.Container) -> None:
    """Files of the sample economy look exactly like BLS's: they must not come in as real ones."""
    names = [str(path), *inbox.table_names(path, container)]
    if SYNTHETIC_MARK in inbox.zip_comment(path, container) or any(SYNTHETIC_NAME in name for name in names):
        raise _synthetic(path)


def _container(path: Path, kind: Kind) -> inbox.Container:
    """How a file is read; raises RefusedFile for files of another kind than the one that is taken."""
    if kind == "release":
        return "parquet"
    records = recognise_records(path)
    if records and kind == "publications":
        reason = "it may hold establishment records, which are confidential; give them to SOURCE=establishments only"
        raise RefusedFile(path.name, reason)
    if kind == "records" and not records:
        reason = "it holds no establishment records, and SOURCE=establishments takes nothing else"
        raise RefusedFile(path.name, reason)
    return records or inbox.recognise_container(path)


def is_synthetic_name(name: str) -> bool:
    """Whether a file says by its name that it is of the synthetic sample."""
    return SYNTHETIC_NAME in name


def _synthetic(path: Path) -> RefusedFile:
    return RefusedFile(path.name, "this is a file of the synthetic sample, not of BLS; use SOURCE=sample for it")


def _extent(typed: TypedCells, capture: Capture) -> tuple[str, str]:
    """Periods and areas of a capture, as its manifest row says them."""
    quarterly, totals = (pl.scan_parquet(typed.table(capture, name)) for name in ("quarterly_cells", "released_totals"))
    quarters = (
        pl.concat([found.select("year", "quarter") for found in (quarterly, totals)])
        .unique()
        .collect(engine="streaming")
    )
    annual = pl.scan_parquet(typed.table(capture, "annual_cells"))
    labels = [
        *(f"{year}-Q{quarter}" for year, quarter in quarters.iter_rows()),
        *(str(year) for (year,) in annual.select("year").unique().collect(engine="streaming").iter_rows()),
    ]
    places = [quarterly.select("area_fips"), annual.select("area_fips"), totals.select(area_fips="region")]
    areas = pl.concat(places).unique().collect(engine="streaming").to_series()
    first, last = min(labels, default="none"), max(labels, default="none")
    return first if first == last else f"{first} to {last}", areas[0] if len(areas) == 1 else f"{len(areas)} areas"
