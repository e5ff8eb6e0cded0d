"""Typed tables of a capture: written once, whole or not at all, and again only when a reader changed."""

import gzip
import hashlib
import io
import zipfile
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.domain import qcew_codes
from pipelines.sources import archive_safety, bls, bls_files, inbox, qualityinfo, reading, reference_tables, typed_cells
from pipelines.sources.inbox import Container, recognise_container
from pipelines.sources.raw_store import Capture
from pipelines.sources.reading import RefusedFile
from pipelines.sources.typed_cells import TABLES, TypedCells, reader_fingerprint

AREAS = pl.DataFrame(
    [("41000", "Oregon -- Statewide", "state", "41"), ("41051", "Multnomah County, Oregon", "county", "41")],
    schema=["area_fips", "area_title", "area_kind", "state_fips"],
    orient="row",
)
TITLES = b'"area_fips","area_title"\r\n"41051","Multnomah County, Oregon"\r\n"41000","Oregon -- Statewide"\r\n'


def table(frequency: reading.Frequency, rows: int = 1, **values: str) -> bytes:
    """A CSV in BLS's layout, whose rows say in industry_code how many there are."""
    columns = bls.expected_columns(frequency)
    row = dict.fromkeys(columns, "0") | dict.fromkeys([name for name in columns if "disclosure" in name], "")
    row |= {"area_fips": "41051", "own_code": "5", "agglvl_code": "78", "year": "2016"}
    row |= {"qtr": "1" if frequency == "quarterly" else "A"} | values
    lines = [",".join((row | {"industry_code": str(100_000 + number)}).values()) for number in range(rows)]
    return "\n".join([",".join(columns), *lines, ""]).encode()


def zip_of(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


class Room:
    """A folder of typed tables, and the reading of contents into it."""

    def __init__(self, folder: Path, areas: pl.DataFrame = AREAS, wanted: Collection[str] = ()) -> None:
        self.folder = folder
        self.typed = TypedCells(folder / "typed", areas, wanted)

    def ensure(self, content: bytes, name: str = "input", source: str = "files") -> Capture:
        file = self.folder / name
        file.write_bytes(content)
        sha256, container = hashlib.sha256(content).hexdigest(), recognise_container(file)
        capture = Capture(sha256, source, name, name, container, len(content), "2026-12-02", periods="", areas="")
        self.typed.ensure(capture, file)
        return capture

    def read(self, capture: Capture, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.typed.table(capture, name))

    def refused(self, capture: Capture) -> dict[str, str]:
        return dict(self.read(capture, "refused_members").select("member", "reason").iter_rows())

    def written(self) -> list[str]:
        below = self.folder / "typed"
        return sorted(str(path.relative_to(below)) for path in below.rglob("*") if path.is_file())


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bls, "read_member", partial(bls.read_member, batch_bytes=2_000))


# What is written


def test_every_table_has_the_declared_columns_and_types_even_without_rows(room: Room) -> None:
    capture = room.ensure(table("quarterly"))
    for name, schema in TABLES.items():
        assert pl.read_parquet_schema(room.typed.table(capture, name)) == pl.Schema(
            [("capture_sha256", pl.String()), *schema.items()]
        )
    kinds = pl.read_parquet_schema(room.typed.table(capture, "quarterly_cells"))
    assert [kinds[name] for name in ("year", "quarter", "wages_usd")] == [pl.Int16(), pl.Int8(), pl.Int64()]
    assert room.read(capture, "annual_cells").height == 0


@pytest.mark.parametrize("container", ["csv", "csv.gz", "zip"])
def test_cells_carry_capture_publisher_member_and_line(room: Room, container: Container) -> None:
    plain = table("quarterly", rows=3)
    content = {"csv": plain, "csv.gz": gzip.compress(plain), "zip": zip_of(**{"a/b.csv": plain})}[container]
    capture = room.ensure(content, "received.dat")
    cells = room.read(capture, "quarterly_cells")
    member = "a/b.csv" if container == "zip" else "received.dat"
    assert cells.select("capture_sha256", "publisher", "member", "line_number", "industry_code").rows() == [
        (capture.capture_sha256, "bls", member, number + 2, str(100_000 + number)) for number in range(3)
    ]


def test_one_zip_may_hold_quarters_years_titles_and_packed_tables(room: Room) -> None:
    members = {
        "q.csv": table("quarterly", rows=2),
        "a.csv": table("annual", rows=3),
        "packed": gzip.compress(table("quarterly", rows=4, qtr="2")),
        "areas.csv": TITLES,
    }
    capture = room.ensure(zip_of(**members))
    assert room.read(capture, "quarterly_cells").group_by("member").len().sort("member").rows() == [
        ("packed", 4),
        ("q.csv", 2),
    ]
    assert room.read(capture, "annual_cells")["member"].to_list() == ["a.csv"] * 3
    assert room.read(capture, "titles").drop("capture_sha256").rows() == [
        ("areas.csv", "area_titles", "41051", "Multnomah County, Oregon"),
        ("areas.csv", "area_titles", "41000", "Oregon -- Statewide"),
    ]
    assert room.refused(capture) == {}


def test_a_title_file_alone_is_a_capture_too(room: Room) -> None:
    assert room.read(room.ensure(TITLES), "titles").height == 2


def test_a_table_of_many_batches_is_written_whole(room: Room, small_batches: None) -> None:
    plain = table("quarterly", rows=200)
    for content in (plain, gzip.compress(plain), zip_of(**{"a.csv.gz": gzip.compress(plain)})):
        cells = room.read(room.ensure(content), "quarterly_cells")
        assert cells["line_number"].to_list() == list(range(2, 202))
    assert pq.ParquetFile(room.typed.table(room.ensure(plain), "quarterly_cells")).num_row_groups > 5


def test_rejected_rows_are_kept_with_file_line_rule_and_text(room: Room) -> None:
    content = table("quarterly", rows=2) + b"41051,5,10\n"
    capture = room.ensure(content, "a.csv")
    rejected = (capture.capture_sha256, "a.csv", 4, "number_of_fields", "41051,5,10")
    assert room.read(capture, "rejected_rows").rows() == [rejected]
    assert room.read(capture, "quarterly_cells").height == 2


def test_the_real_workbook_is_read_bare_and_zipped_whatever_its_name(room: Room, shared_data: Path) -> None:
    workbook = (shared_data / "qualityinfo" / "qcew_oregon_2025_annual.xlsx").read_bytes()
    for content, member in ((workbook, "report"), (zip_of(**{"oregon.dat": workbook}), "oregon.dat")):
        cells = room.read(room.ensure(content, "report"), "annual_cells")
        total = cells.filter(own_code="5", industry_code="10")
        assert total.select("publisher", "member", "establishments", "average_employment", "wages_usd").rows() == [
            ("qualityinfo", member, 171_689, 1_692_261, 121_734_846_102)
        ]


# What is refused


def test_one_bad_member_is_recorded_and_does_not_block_the_others(room: Room, shared_data: Path) -> None:
    members = {
        "good.csv": table("quarterly", rows=5),
        "page.csv": b"<html>not found</html>",
        "cut.csv": table("quarterly", rows=5)[:-20],
        "code.csv": table("quarterly", rows=5, disclosure_code="X"),
        "empty.csv": b"",
        "titles.csv": b"area_fips,area_title\n41051\n",
        "cut.gz": gzip.compress(table("quarterly", rows=500))[:-10],
        "book.xlsx": zip_of(**{"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
        "readme.txt": b"see BLS",
    }
    capture = room.ensure(zip_of(**members))
    assert room.read(capture, "quarterly_cells")["member"].to_list() == ["good.csv"] * 5
    reasons = room.refused(capture)
    assert reasons.keys() == members.keys() - {"good.csv"}
    told = {
        "page.csv": "HTML",
        "cut.csv": "ends in the middle of line 6",
        "code.csv": "unknown disclosure_code 'X'",
        "empty.csv": "not a QCEW header",
        "titles.csv": "expected a code and a title",
        "cut.gz": "cut short",
        "book.xlsx": "the workbook is damaged",
        "readme.txt": "not a QCEW header: 'see BLS'",
    }
    assert {name: text in reasons[name] for name, text in told.items()} == dict.fromkeys(told, True)


@pytest.mark.usefixtures("small_batches")
def test_nothing_stays_of_a_member_that_is_refused_after_its_first_batches(room: Room) -> None:
    spoilt = table("quarterly", rows=100) + b"x\n" + table("quarterly", rows=100).split(b"\n", 1)[1]
    members = {
        "a.csv": table("quarterly", rows=30),
        "b.csv": spoilt + table("quarterly", year="2017").split(b"\n", 1)[1],
        "c.csv": table("annual", rows=30) + b"x\n",
    }
    capture = room.ensure(zip_of(**members))
    assert "[2016, 2017]" in room.refused(capture)["b.csv"]
    assert room.read(capture, "quarterly_cells")["line_number"].to_list() == list(range(2, 32))
    assert room.read(capture, "rejected_rows").select("member", "line_number").rows() == [("c.csv", 32)]
    whole = room.ensure(zip_of(**{"a.csv": members["a.csv"]}))
    for name in TABLES:
        files = [room.typed.table(each, name) for each in (capture, whole)]
        assert pq.read_schema(files[0]).remove_metadata() == pq.read_schema(files[1]).remove_metadata()
        assert {path.name for path in files[0].parent.iterdir()} == {f"{each}.parquet" for each in TABLES}


@pytest.mark.parametrize(
    ("content", "member", "reason"),
    [
        (b"a,b\n1,2\n", "input", "not a QCEW header"),
        (table("quarterly", rows=3, disclosure_code="X"), "input", "unknown disclosure_code"),
        (gzip.compress(table("quarterly", rows=900))[:-9], "input", "cut short"),
        (zip_of(**{"a.csv": b"<html>", "b.csv": b"x"}), "a.csv", "HTML"),
        (zip_of(), "input", "the archive is empty"),
        (zip_of(**{"__MACOSX/._a.csv": b"x"}), "input", "the archive is empty"),
    ],
)
def test_a_file_without_any_usable_table_is_refused_and_leaves_nothing(
    room: Room, content: bytes, member: str, reason: str
) -> None:
    with pytest.raises(RefusedFile) as refused:
        room.ensure(content)
    assert refused.value.member == member
    assert reason in refused.value.reason
    assert room.written() == []
    assert list(room.typed.folder.iterdir()) == []


# Of archives from the web, only the areas that are wanted

BY_AREA = {
    "2016.q1-q4.by_area/2016.q1-q4 41051 Multnomah County, Oregon.csv": table("quarterly", rows=2),
    "2016.q1-q4.by_area/2016.q1-q4 53011 Clark County, Washington.csv": table("quarterly", rows=3, area_fips="53011"),
    "2016.q1-q4.by_area/2016.q1-q4 53033 King County, Washington.csv": b"<html>a page, not a table",
}


def areas_read(room: Room, capture: Capture) -> set[str]:
    return set(room.read(capture, "quarterly_cells")["area_fips"])


def test_members_that_are_not_wanted_are_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room, content, opened = Room(tmp_path, wanted=["41051"]), zip_of(**BY_AREA), []
    open_member = zipfile.ZipFile.open

    def note(archive: zipfile.ZipFile, name: zipfile.ZipInfo, *rest: object, **more: object) -> object:
        opened.append(name.filename)
        return open_member(archive, name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(zipfile.ZipFile, "open", note)
    capture = room.ensure(content, source="bls")
    assert areas_read(room, capture) == {"41051"}
    assert set(opened) == {next(name for name in BY_AREA if "41051" in name)}
    assert room.refused(capture) == {}


def test_of_a_table_of_all_areas_the_rows_of_the_wanted_ones_are_read(tmp_path: Path) -> None:
    lines = table("quarterly", area_fips="53011").split(b"\n", 1)[1]
    single = {"2016.q1-q4.singlefile.csv": table("quarterly", rows=3) + lines}
    room = Room(tmp_path, wanted=["53011"])
    assert areas_read(room, room.ensure(zip_of(**single), source="bls")) == {"53011"}


def test_another_choice_of_areas_reads_anew_and_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    content, other = zip_of(**BY_AREA), zip_of(**{"a/" + name: member for name, member in BY_AREA.items()})
    untouched = Room(tmp_path, wanted=["41051"])
    beside = untouched.typed.folder_of(untouched.ensure(other, source="bls"))
    for wanted in (["41051"], ["53011", "41051"], [], ["53011"]):
        room = Room(tmp_path, wanted=wanted)
        capture = room.ensure(content, source="bls")
        assert areas_read(room, capture) == set(wanted or ["41051", "53011"])
        assert set(room.typed.folder.iterdir()) == {beside, room.typed.folder_of(capture)}


def test_the_order_of_the_wanted_areas_is_no_other_choice(tmp_path: Path) -> None:
    first, again = (Room(tmp_path, wanted=wanted) for wanted in (["41051", "53011"], ["53011", "41051"]))
    capture = first.ensure(zip_of(**BY_AREA), source="bls")
    again.typed.ensure(capture, tmp_path / "not there any more")


def test_a_choice_that_is_refused_leaves_the_one_before(tmp_path: Path) -> None:
    room, refused = Room(tmp_path, wanted=["41051"]), Room(tmp_path, wanted=["41000"])
    capture = room.ensure(zip_of(**BY_AREA), source="bls")
    with pytest.raises(RefusedFile):
        refused.ensure(zip_of(**BY_AREA), source="bls")
    assert areas_read(room, capture) == {"41051"}


def test_a_zip_of_the_inbox_and_a_slice_are_read_whole(tmp_path: Path) -> None:
    room = Room(tmp_path, wanted=["41000"])
    capture = room.ensure(zip_of(**BY_AREA), source="files")
    assert areas_read(room, capture) == {"41051", "53011"}
    assert room.refused(capture).keys() == {name for name in BY_AREA if "53033" in name}
    assert areas_read(room, room.ensure(table("quarterly"), source="bls")) == {"41051"}


def test_a_zip_without_any_wanted_area_is_refused(tmp_path: Path) -> None:
    room = Room(tmp_path, wanted=["41000"])
    with pytest.raises(RefusedFile):
        room.ensure(zip_of(**BY_AREA), source="bls")
    assert room.written() == []


# Once, and again


def test_a_capture_is_read_once(room: Room) -> None:
    capture = room.ensure(table("quarterly"))
    times = [room.typed.table(capture, name).stat().st_mtime_ns for name in TABLES]
    room.typed.ensure(capture, room.folder / "not there any more")
    assert [room.typed.table(capture, name).stat().st_mtime_ns for name in TABLES] == times


def test_another_area_table_is_another_reader(tmp_path: Path) -> None:
    other = Room(tmp_path, AREAS.with_columns(area_title=pl.lit("x")))
    assert other.typed.folder != TypedCells(tmp_path / "typed", AREAS).folder
    assert reader_fingerprint(AREAS) == reader_fingerprint(AREAS.clone())


@pytest.mark.parametrize(
    "module",
    [archive_safety, bls, bls_files, inbox, qcew_codes, qualityinfo, reading, reference_tables, typed_cells],
    ids=lambda each: each.__name__,
)
def test_a_change_of_any_readers_code_is_another_reader(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = reader_fingerprint(AREAS)
    changed = tmp_path / "changed.py"
    changed.write_bytes(Path(str(module.__file__)).read_bytes() + b"\n")
    monkeypatch.setattr(module, "__file__", str(changed))
    assert reader_fingerprint(AREAS) != before


def test_tables_of_other_readers_are_written_again_and_then_forgotten(tmp_path: Path) -> None:
    old = Room(tmp_path, AREAS.head(1))
    capture = old.ensure(table("quarterly"))
    new = Room(tmp_path)
    assert not new.typed.table(capture, "quarterly_cells").exists()
    new.ensure(table("quarterly"))
    (tmp_path / "typed" / ".DS_Store").write_bytes(b"left by a file browser")
    new.typed.forget_other_readers()
    assert not old.typed.folder.exists()
    assert new.read(capture, "quarterly_cells").height == 1


def test_a_forgotten_capture_is_read_again(room: Room) -> None:
    capture = room.ensure(table("quarterly"))
    room.typed.forget(capture)
    assert room.written() == []
    assert room.ensure(table("quarterly")) == capture
    assert room.read(capture, "quarterly_cells").height == 1


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, SystemExit])
def test_an_interruption_leaves_no_half_folder(
    room: Room, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    def stop_after_first_batch(stream: io.BytesIO, member: str) -> Iterator[reading.MemberCells]:
        yield next(read_member(stream, member))
        raise interruption

    read_member = bls.read_member
    with monkeypatch.context() as patch:
        patch.setattr(bls, "read_member", stop_after_first_batch)
        with pytest.raises(interruption):
            room.ensure(table("quarterly", rows=3))
    assert list(room.typed.folder.iterdir()) == []
    capture = room.ensure(table("quarterly", rows=3))
    assert room.read(capture, "quarterly_cells").height == 3
