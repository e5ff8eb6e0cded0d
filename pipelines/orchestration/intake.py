"""Brings the files of a run's source into the raw store and says what became of each.

Belongs here: the choice between sample and inbox, and the raw tables that follow. Not here: reading and storing
(pipelines.sources).
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines.settings import SHIPPED_DEFINITIONS, Settings
from pipelines.sources.capture import REFUSALS_SCHEMA, SAMPLE_SOURCE, CaptureReport, capture_files
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.inbox import list_files, oldest_first
from pipelines.sources.raw_store import Capture, RawStore, manifest_frame
from pipelines.sources.reading import RefusedFile
from pipelines.sources.sample_files import FILES_A_YEAR, SAMPLE_YEARS, sample_fingerprint, write_sample
from pipelines.sources.typed_cells import TypedCells

FILES_SOURCE = "files"


class NothingToBuildFrom(ValueError):  # noqa: N818 - it names the situation
    """No capture can be used; says why each file was refused."""


@dataclass(frozen=True)
class Intake:
    """Captures a run may use, and what was refused on the way."""

    report: CaptureReport
    captures: list[Capture]
    refused: pl.DataFrame
    rejected_rows: int

    def tables(self) -> dict[str, pl.DataFrame]:
        """raw.captures and raw.refused_files."""
        return {"raw.captures": manifest_frame(self.captures), "raw.refused_files": self.refused}

    def summary(self) -> Iterator[str]:
        """What happened, in sentences for the terminal."""
        yield (
            f"{len(self.captures)} captured files ({len(self.report.new)} new, {len(self.report.known)} seen before),"
            f" {self.refused.height} refused, {self.rejected_rows} rows rejected"
        )
        for address, member, reason in self.refused.iter_rows():
            yield f"refused: {address}{'' if address.endswith(member) else f' ({member})'}: {reason}"


def take_in(settings: Settings) -> Intake:
    """Captures what the source offers and reads every capture that is not typed yet.

    A capture that today's readers refuse is left out and reported, like any refused file. Raises NothingToBuildFrom
    where no capture can be used.
    """
    store, typed = RawStore(settings.raw_dir), _typed_cells(settings)
    report = (
        _capture_sample(settings, store, typed) if settings.is_synthetic else _capture_inbox(settings, store, typed)
    )
    captures = []
    for capture in _usable_captures(settings, store):
        try:
            typed.ensure(capture.capture_sha256, store.path(capture), capture.container, capture.file_name)
            captures.append(capture)
        except RefusedFile as refusal:
            report.refused.append((capture.address, refusal))
    refused = _refusals(report, captures, typed)
    if not captures:
        reasons = "; ".join(f"{address}: {reason}" for address, _, reason in refused.iter_rows())
        raise NothingToBuildFrom(reasons or f"no files: put QCEW files into {settings.inbox}, or set INBOX to some")
    typed.forget_other_readers()
    return Intake(report, captures, refused, _count(typed, captures, "rejected_rows"))


def typed_files(settings: Settings, table: str) -> list[Path]:
    """The Parquet files of one typed table, one a capture that take_in could read, oldest first."""
    typed = _typed_cells(settings)
    captures = _usable_captures(settings, RawStore(settings.raw_dir))
    files = (typed.table(capture.capture_sha256, table) for capture in captures)
    return [file for file in files if file.exists()]


def write_sample_files(folder: Path, settings: Settings) -> list[Path]:
    """Writes the synthetic sample into a folder; the files."""
    return write_sample(folder, *sample_frames(settings), seed=settings.sample_seed)


def _typed_cells(settings: Settings) -> TypedCells:
    tables = load_definitions(settings.definitions_dir, SHIPPED_DEFINITIONS).tables()
    return TypedCells(settings.typed_dir, tables["reference.areas"])


def _usable_captures(settings: Settings, store: RawStore) -> list[Capture]:
    """Synthetic and real captures are never used together, nor samples of different making."""
    if not settings.is_synthetic:
        return store.captures((FILES_SOURCE,))
    origin = _sample_origin(settings)
    return [capture for capture in store.captures((SAMPLE_SOURCE,)) if capture.address.startswith(origin)]


def _capture_inbox(settings: Settings, store: RawStore, typed: TypedCells) -> CaptureReport:
    files = oldest_first(list_files(settings.inbox)) if settings.inbox.exists() else []
    return capture_files(files, FILES_SOURCE, store, typed, _now)


def _capture_sample(settings: Settings, store: RawStore, typed: TypedCells) -> CaptureReport:
    known = _usable_captures(settings, store)
    if len(known) == FILES_A_YEAR * len(SAMPLE_YEARS):
        return CaptureReport(known=known)
    origin = _sample_origin(settings)
    with tempfile.TemporaryDirectory() as folder:
        files = write_sample_files(Path(folder), settings)
        return capture_files(files, SAMPLE_SOURCE, store, typed, _now, address=lambda path: origin + path.name)


def _sample_origin(settings: Settings) -> str:
    maker = sample_fingerprint(*sample_frames(settings))
    return f"synthetic sample, seed {settings.sample_seed}, made by {maker}: "


def sample_frames(settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The industries and areas of the sample: NAICS 2022 as code, title, parent_code, level; reference.areas."""
    tables = load_definitions(settings.definitions_dir, SHIPPED_DEFINITIONS).tables()
    naics = (
        tables["reference.naics"]
        .filter(pl.col("naics_vintage") == 2022)
        .select(code="industry_code", title="industry_title", parent_code="parent_code", level="naics_level")
    )
    return naics, tables["reference.areas"]


def _refusals(report: CaptureReport, captures: list[Capture], typed: TypedCells) -> pl.DataFrame:
    whole = [(address, refusal.member, refusal.reason) for address, refusal in report.refused]
    inside = [
        (capture.address, member, reason)
        for capture in captures
        for _, member, reason in pl.read_parquet(typed.table(capture.capture_sha256, "refused_members")).iter_rows()
    ]
    return pl.DataFrame([*whole, *inside], schema=REFUSALS_SCHEMA, orient="row").unique(maintain_order=True)


def _count(typed: TypedCells, captures: list[Capture], table: str) -> int:
    counts = (
        pl.scan_parquet(typed.table(capture.capture_sha256, table)).select(pl.len()).collect().item()
        for capture in captures
    )
    return int(sum(counts))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
