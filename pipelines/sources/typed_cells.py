"""Writes what the readers find in a capture as Parquet, once, and finds it again while nothing has changed.

Belongs here: the folder of typed tables of one capture, and the choice of the reader for each table inside a file.
Not here: the readers themselves, and how the tables lie in the folder (typed_tables).
Layout: FOLDER/<reader fingerprint>/<hash>[-<areas>]/{quarterly_cells, annual_cells, titles, establishment_records,
record_counts, released_totals, rejected_rows, refused_members}.parquet; a folder appears whole or not at all.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import polars as pl
import pyarrow as pa

from pipelines.domain import qcew_codes
from pipelines.sources import (
    archive_safety,
    bls,
    bls_files,
    establishment_cells,
    establishment_fields,
    establishment_layouts,
    establishment_records,
    inbox,
    plain_csv,
    qualityinfo,
    reading,
    reference_tables,
    release_files,
    typed_tables,
)
from pipelines.sources.establishment_layouts import RECORD_SCHEMA
from pipelines.sources.inbox import Container, Member
from pipelines.sources.raw_store import Capture
from pipelines.sources.read_ahead import read_ahead
from pipelines.sources.reading import ANNUAL_SCHEMA, QUARTERLY_SCHEMA, REJECTED_SCHEMA, MemberCells, RefusedFile
from pipelines.sources.release_files import RELEASED_TOTALS_SCHEMA, MemberTotals
from pipelines.sources.typed_tables import TypedTables, count_rows, drop_members

Kind = Literal["publications", "records", "release"]
"""What files are: a publisher's, which tell of themselves what they are; establishment records; a release of these."""
TITLES_SCHEMA = pl.Schema({"member": pl.String, "title_kind": pl.String, "code": pl.String, "title": pl.String})
REFUSED_SCHEMA = pl.Schema({"member": pl.String, "reason": pl.String})
_FINDINGS = ("quarterly_cells", "annual_cells", "titles", "released_totals")
_NOTHING = "the archive is empty; expected QCEW tables inside"
_AHEAD: dict[Kind, int] = {"publications": 6, "records": 1, "release": 1}
"""Batches read while others are written: of cells more than are written at once, lest reading waits for it; quarters of
records are large themselves.
"""
LARGEST_TITLE_FILE = 16 * 2**20  # BLS's have 1 MB
PUBLISHER: dict[str, pl.DataType] = {"publisher": pl.String()}
TABLES: dict[str, pl.Schema] = {
    "quarterly_cells": pl.Schema([*PUBLISHER.items(), *QUARTERLY_SCHEMA.items()]),
    "annual_cells": pl.Schema([*PUBLISHER.items(), *ANNUAL_SCHEMA.items()]),
    "titles": TITLES_SCHEMA,
    "establishment_records": pl.Schema({"member": pl.String} | dict(RECORD_SCHEMA)),
    "record_counts": pl.Schema({"member": pl.String, "outcome": pl.String, "records": pl.Int64}),
    "released_totals": RELEASED_TOTALS_SCHEMA,
    "rejected_rows": REJECTED_SCHEMA,
    "refused_members": REFUSED_SCHEMA,
}
"""The tables read from one capture; each is written with the column capture_sha256 before the others."""


@dataclass(frozen=True)
class MemberTitles:
    """A BLS title file: title_kind is area or industry; titles has the columns code and title."""

    member: str
    title_kind: str
    titles: pl.DataFrame


@dataclass(frozen=True)
class MemberRecords:
    """Establishment records of one quarter of a capture."""

    member: str
    records: pl.DataFrame


@dataclass(frozen=True)
class MemberCounts:
    """What became of the records of a capture: outcome, records."""

    counts: pl.DataFrame


Found = MemberCells | MemberTitles | MemberRecords | MemberCounts | MemberTotals | RefusedFile


class TypedCells:
    """Typed tables of captures under one folder, kept apart by the fingerprint of the code that read them."""

    def __init__(
        self,
        folder: Path,
        areas: pl.DataFrame,
        wanted_areas: Collection[str] = (),
        kind: Kind = "publications",
        naics: pl.DataFrame | None = None,
    ) -> None:
        """areas: reference.areas. wanted_areas: the areas that are read of archives that come from the web.

        kind: of the files; others are not read. naics: reference.naics, that all but publications are read by.
        """
        self.areas = areas
        self.kind = kind
        self.naics = pl.DataFrame() if naics is None else naics
        self.folder = folder / reader_fingerprint(areas, naics)
        self.wanted_areas = frozenset(wanted_areas)

    def folder_of(self, capture: Capture) -> Path:
        """Where the tables of a capture are: apart for each choice of areas, where only some are read."""
        wanted = self._wanted_of(capture)
        if wanted is None:
            return self.folder / capture.capture_sha256
        choice = hashlib.sha256(" ".join(sorted(wanted)).encode()).hexdigest()[:16]
        return self.folder / f"{capture.capture_sha256}-{choice}"

    def table(self, capture: Capture, name: str) -> Path:
        """Where one table of a capture is: a Parquet file, or a folder of them (typed_tables.parquet_files)."""
        return self.folder_of(capture) / f"{name}.parquet"

    def empty(self, name: str) -> pl.LazyFrame:
        """A table of no capture."""
        return pl.LazyFrame(schema={"capture_sha256": pl.String} | dict(TABLES[name]))

    def ensure(self, capture: Capture, file: Path) -> None:
        """Reads a captured file into its typed tables unless they are there already.

        What was read of it for another choice of areas goes. Raises RefusedFile where nothing in the file can be used;
        nothing is written then.
        """
        target = self.folder_of(capture)
        if target.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".part-") as temporary:
            whole = Path(temporary) / target.name
            whole.mkdir()
            wanted = self._wanted_of(capture)
            results: Iterator[Found]
            match self.kind:
                case "publications":
                    results = _read_file(file, capture.container, capture.file_name, self.areas, wanted)
                case "records":
                    results = _read_records(file, capture.file_name, self.naics, self.areas, Path(temporary))
                case "release":
                    results = release_files.read_released(file, capture.file_name, self.naics, self.areas)
            nothing = "no table of the areas wanted is in it" if wanted else _NOTHING
            with closing(read_ahead(results, _AHEAD[self.kind])) as found:
                _write_tables(whole, capture, found, nothing)
            others = self.folder.glob(f"{capture.capture_sha256}*")
            for number, other in enumerate([each for each in others if each != target]):
                other.rename(Path(temporary) / f"other-{number}")  # it goes whole: a killed run leaves no half of it
            if not target.exists():
                whole.rename(target)

    def forget(self, capture: Capture) -> None:
        """Removes the typed tables of one capture."""
        shutil.rmtree(self.folder_of(capture), ignore_errors=True)

    def forget_unfinished(self) -> None:
        """Removes what runs that were killed were writing; for a run that keeps the others out."""
        for left in self.folder.parent.glob("*/.part-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _wanted_of(self, capture: Capture) -> frozenset[str] | None:
        """The areas to read of a capture; None for all that it holds."""
        is_whole_nation = capture.source == "bls" and capture.container == "zip"
        return self.wanted_areas if is_whole_nation and self.wanted_areas else None

    def forget_other_readers(self) -> None:
        """Removes typed tables that an earlier version of the readers wrote; captures are kept."""
        for old in self.folder.parent.iterdir():
            if old.is_dir() and old != self.folder:
                shutil.rmtree(old)


def reader_fingerprint(areas: pl.DataFrame, naics: pl.DataFrame | None = None) -> str:
    """16 hexadecimal digits that change whenever a reader's code, or a code table it reads by, changes."""
    digest = hashlib.sha256()
    of_records = (
        establishment_cells, establishment_fields, establishment_layouts, establishment_records, release_files
    )  # fmt: skip
    modules = (
        archive_safety,
        bls,
        bls_files,
        inbox,
        plain_csv,
        qcew_codes,
        qualityinfo,
        reading,
        reference_tables,
        typed_tables,
    )
    for module in modules if naics is None else (*modules, *of_records):
        digest.update(Path(str(module.__file__)).read_bytes())
    digest.update(Path(__file__).read_bytes())
    for frame in (areas, naics):
        digest.update(frame.write_csv().encode() if frame is not None else b"")
    return digest.hexdigest()[:16]


def _read_file(
    file: Path, container: Container, name: str, areas: pl.DataFrame, wanted: frozenset[str] | None
) -> Iterator[Found]:
    """What each table of a file holds of the wanted areas; a table that is refused does not stop the others."""
    for member in inbox.open_members(file, container, partial(_may_hold, wanted) if wanted else None):
        label = member.name if container == "zip" else name
        try:
            for found in _read_member(member, label, areas):
                yield _only(wanted, found) if wanted and isinstance(found, MemberCells) else found
        except RefusedFile as refusal:
            yield RefusedFile(label, refusal.reason)
        except inbox.UNREADABLE as error:
            yield RefusedFile(label, f"it is damaged or cut short ({error}); download it again")


def _read_records(
    file: Path, name: str, naics: pl.DataFrame, areas: pl.DataFrame, folder: Path
) -> Iterator[MemberCells | MemberRecords | MemberCounts]:
    """Records of a file and the cells they add up to, a quarter at a time; folder: for what waits on disk.

    Raises RefusedFile where no record can be used. It says nothing of what a record holds.
    """
    typed = folder / "records"
    try:
        counts = establishment_records.write_records(file, typed, naics, areas)
    except (pl.exceptions.PolarsError, pa.ArrowException, ValueError) as error:
        raise RefusedFile(name, f"it is damaged or cut short ({type(error).__name__}); export it again") from None
    outcomes = {
        "kept": counts.kept,
        "repeated_later": counts.repeated,
        "masters_left_out": counts.masters_left_out,
        "masters_alone": counts.masters_alone,
        "unknown_county": counts.unknown_county,
        **counts.rejected,
    }
    if not counts.kept:
        rules = ", ".join(f"{rule}: {records:,}" for rule, records in counts.rejected.items())
        raise RefusedFile(name, f"none of its {counts.read:,} records can be used ({rules})")
    rows = pl.DataFrame({"outcome": list(outcomes), "records": list(outcomes.values())})
    yield MemberCounts(rows.with_columns(member=pl.lit(name)))
    rejected = pl.read_parquet(typed / "rejected_rows.parquet").with_columns(member=pl.lit(name))
    records = pl.scan_parquet(typed / "records.parquet")
    for year, quarter in records.select("year", "quarter").unique().sort("year", "quarter").collect().iter_rows():
        of_quarter = records.filter(pl.col("year") == year, pl.col("quarter") == quarter).collect()
        of_quarter = of_quarter.with_columns(member=pl.lit(name))
        yield MemberRecords(name, of_quarter)
        yield MemberCells(
            name, "quarterly", establishment_cells.quarter_cells(of_quarter, naics, areas), rejected, "establishments"
        )
        rejected = rejected.clear()


def _may_hold(wanted: frozenset[str], member: str) -> bool:
    """Whether a member can have rows of the wanted areas, by its name."""
    area = bls_files.area_of_member(member)
    return area is None or area in wanted


def _only(wanted: frozenset[str], found: MemberCells) -> MemberCells:
    return replace(found, cells=found.cells.filter(pl.col("area_fips").is_in(list(wanted))))


def _read_member(member: Member, label: str, areas: pl.DataFrame) -> Iterator[MemberCells | MemberTitles]:
    with member.open() as stream:
        if member.kind == "xlsx":
            yield qualityinfo.read_workbook(stream, label, areas)
            return
        header = stream.readline(bls.LONGEST_LINE)
    title_kind = reference_tables.recognise_title_file(header.decode("utf-8-sig", errors="replace"))
    with member.open() as stream:
        if title_kind:
            yield MemberTitles(
                label, title_kind, reference_tables.read_titles(stream.read(LARGEST_TITLE_FILE), title_kind)
            )
        else:
            yield from bls.read_member(stream, label)


def _write_tables(folder: Path, capture: Capture, results: Iterator[Found], nothing: str) -> None:
    """Writes each table of a capture; raises RefusedFile, with the first refusal or `nothing`, where all are empty."""
    refusals: list[RefusedFile] = []
    with TypedTables(folder, TABLES, capture.capture_sha256) as tables:
        for result in results:
            match result:
                case RefusedFile():
                    refusals.append(result)
                case MemberTitles():
                    titles = result.titles.with_columns(
                        member=pl.lit(result.member), title_kind=pl.lit(result.title_kind)
                    )
                    tables.write("titles", titles)
                case MemberRecords():
                    tables.write("establishment_records", result.records)
                case MemberCounts():
                    tables.write("record_counts", result.counts)
                case MemberTotals():
                    tables.write("released_totals", result.totals)
                case MemberCells():
                    cells = result.cells.with_columns(publisher=pl.lit(result.publisher))
                    tables.write(f"{result.frequency}_cells", cells)
                    tables.write("rejected_rows", result.rejected)
        refused = [(refusal.member, refusal.reason) for refusal in refusals]
        tables.write("refused_members", pl.DataFrame(refused, schema=REFUSED_SCHEMA, orient="row"))
    for name in ("quarterly_cells", "annual_cells", "rejected_rows"):
        drop_members(folder / f"{name}.parquet", {refusal.member for refusal in refusals})
    if not any(count_rows(folder / f"{name}.parquet") for name in _FINDINGS):
        raise refusals[0] if refusals else RefusedFile(capture.file_name, nothing)
