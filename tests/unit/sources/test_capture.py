"""The way in: every file is checked, then kept unchanged once; a refused one leaves nothing and stops nobody."""

import hashlib
import io
import os
import random
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sources import bls, capture
from pipelines.sources.capture import SAMPLE_SOURCE, CaptureReport, Origin, capture_file, capture_files
from pipelines.sources.raw_store import Capture, RawStore, sha256_of
from pipelines.sources.reading import RefusedFile
from pipelines.sources.sample_files import SYNTHETIC_MARK
from pipelines.sources.typed_cells import TypedCells

AREAS = pl.DataFrame(schema=dict.fromkeys(("area_fips", "area_title", "area_kind", "state_fips"), pl.String))


def table(rows: int = 1, **values: str) -> bytes:
    """A quarterly CSV in BLS's layout; each row says in month1_emplvl which one it is."""
    columns = bls.expected_columns("quarterly")
    row = dict.fromkeys(columns, "0") | dict.fromkeys([name for name in columns if "disclosure" in name], "")
    row |= {"area_fips": "41051", "own_code": "5", "industry_code": "10", "agglvl_code": "71", "year": "2016"}
    row |= {"qtr": "1"} | values
    lines = [",".join((row | {"month1_emplvl": str(number)}).values()) for number in range(rows)]
    return "\n".join([",".join(columns), *lines, ""]).encode()


def annual_table() -> bytes:
    columns = bls.expected_columns("annual")
    row = dict.fromkeys(columns, "0") | dict.fromkeys([name for name in columns if "disclosure" in name], "")
    row |= {"area_fips": "41067", "own_code": "5", "industry_code": "10", "agglvl_code": "71", "year": "2016"}
    return "\n".join([",".join(columns), ",".join((row | {"qtr": "A"}).values()), ""]).encode()


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: str = "", year: int = 2020) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.comment = comment.encode()
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 6, 2, 10, 0, 0)), member, method)
    return content.getvalue()


class House:
    """An inbox, a store and typed tables in one folder, with a clock that counts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.store = RawStore(folder / "raw")
        self.typed = TypedCells(folder / "typed", AREAS)
        self.clock = iter(range(1, 1000))

    def put(self, name: str, content: bytes, written: str = "2020-06-02") -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        moment = datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))
        return path

    def capture(self, *files: Path, source: str = "files") -> CaptureReport:
        return capture_files(files, source, self.store, self.typed, self.now)

    def capture_one(self, path: Path, check: Callable[[Path], None] = lambda _: None, **said: str) -> Capture:
        origin = Origin(
            **{"source": "bls", "address": "https://x/a.csv", "name": path.name} | said, retrieved_at=self.now()
        )
        return capture_file(path, sha256_of(path), origin, self.store, self.typed, check)

    def now(self) -> str:
        return f"2026-12-02T00:00:00.{next(self.clock):06}+00:00"

    def cells(self, captured: Capture) -> pl.DataFrame:
        return pl.read_parquet(self.typed.table(captured, "quarterly_cells"))

    def leftovers(self) -> list[Path]:
        return [path for top in ("raw", "typed") for path in (self.folder / top).rglob("*") if path.is_file()]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def reasons(report: CaptureReport) -> list[str]:
    return [refusal.reason for _, refusal in report.refused]


# What is captured


def test_a_captured_file_has_a_manifest_row_and_typed_cells(house: House) -> None:
    content = table(rows=3, qtr="2") + table(qtr="4", area_fips="41067").split(b"\n", 1)[1]
    path = house.put("some name.txt", content)
    report = house.capture(path)
    assert (report.known, report.refused) == ([], [])
    assert report.new == [
        Capture(
            capture_sha256=hashlib.sha256(content).hexdigest(),
            source="files",
            address=str(path),
            file_name="some name.txt",
            container="csv",
            bytes=len(content),
            retrieved_at="2026-12-02T00:00:00.000001+00:00",
            published_at="2020-06-02T00:00:00.000000+00:00",
            periods="2016-Q2 to 2016-Q4",
            areas="2 areas",
        )
    ]
    assert house.store.path(report.new[0]).read_bytes() == content == path.read_bytes()
    assert house.cells(report.new[0]).height == 4


def test_periods_name_quarters_and_years_in_order(house: House) -> None:
    for name, content, periods, areas in (
        ("one", table(), "2016-Q1", "41051"),
        ("annual", annual_table(), "2016", "41067"),
        ("both", zip_of({"q": table(qtr="3"), "a": annual_table()}), "2016 to 2016-Q3", "2 areas"),
        ("titles", b"industry_code,industry_title\n10,Total\n", "none", "0 areas"),
    ):
        [captured] = house.capture(house.put(name, content)).new
        assert (captured.periods, captured.areas) == (periods, areas)


def test_the_same_bytes_twice_are_one_capture(house: House) -> None:
    first, again = house.put("a.csv", table()), house.put("folder/b.dat", table())
    report = house.capture(first, again)
    assert (len(report.new), report.known) == (1, report.new)
    assert house.capture(again).known == report.new
    assert house.store.captures(["files"]) == report.new
    assert report.new[0].file_name == "a.csv"


def test_new_bytes_for_the_same_period_are_a_second_capture_beside_the_first(house: House) -> None:
    path = house.put("2016.csv", table(month2_emplvl="1"), written="2017-06-02")
    [old] = house.capture(path).new
    house.put("2016.csv", table(month2_emplvl="2"), written="2017-09-06")
    [new] = house.capture(path).new
    assert (old.periods, old.address) == (new.periods, new.address)
    assert house.store.captures(["files"]) == [old, new]
    assert house.cells(old)["month2_employment"].to_list() == [1]
    assert house.cells(new)["month2_employment"].to_list() == [2]


def test_the_address_is_what_the_caller_calls_it(house: House) -> None:
    path = house.put("a.csv", table())
    report = capture_files(
        [path], "files", house.store, house.typed, lambda: "t", address=lambda each: f"bls:{each.name}"
    )
    assert report.new[0].address == "bls:a.csv"


# The order of vintages


def test_an_old_zip_that_is_captured_later_does_not_supersede_newer_content(house: House) -> None:
    newer = house.put("newer.zip", zip_of({"a.csv": table(month2_emplvl="2")}, year=2018))
    older = house.put("older.zip", zip_of({"a.csv": table(month2_emplvl="1")}, year=2017), written="2026-01-01")
    reports = [house.capture(newer), house.capture(older)]
    assert [len(report.new) for report in reports] == [1, 1]
    order = house.store.captures(["files"])
    assert [capture.file_name for capture in order] == ["older.zip", "newer.zip"]
    assert [capture.published_at[:10] for capture in order] == ["2017-06-02", "2018-06-02"]


@settings(max_examples=15, deadline=None)
@given(dates=st.permutations(["2016-09-07", "2016-12-07", "2017-03-08", "2017-06-07"]), cuts=st.sets(st.integers(1, 3)))
def test_files_order_alike_in_one_run_and_in_several(dates: list[str], cuts: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        files = [house.put(f"{day}.csv", table(month2_emplvl=str(n)), day) for n, day in enumerate(dates)]
        for start, end in pairwise([0, *sorted(cuts), len(files)]):
            assert len(house.capture(*files[start:end]).new) == end - start
        assert [captured.file_name for captured in house.store.captures(["files"])] == sorted(
            map("{}.csv".format, dates)
        )


def test_a_file_that_bears_a_date_of_the_future_was_published_when_it_came(house: House) -> None:
    [captured] = house.capture(house.put("a.csv", table(), written="2031-01-01")).new
    assert captured.published_at == captured.retrieved_at


def test_a_file_from_the_web_is_of_the_day_that_its_server_says(house: House) -> None:
    said = {"published_at": "2025-09-09T14:00:00.000000+00:00", "etag": '"1"', "last_modified": "Tue, 09 Sep 2025"}
    captured = house.capture_one(house.put("a.csv", table()), **said)
    assert {name: getattr(captured, name) for name in said} == said
    assert captured.source == "bls"
    silent = house.capture_one(house.put("b.csv", table(qtr="2")))
    assert silent.published_at == silent.retrieved_at


# What its source finds wrong with it


def refuse(_: Path) -> None:
    raise RefusedFile("a.csv", "it is of another area")


def test_a_file_that_its_check_refuses_leaves_nothing_behind(house: House) -> None:
    with pytest.raises(RefusedFile, match="another area"):
        house.capture_one(house.put("a.csv", table()), check=refuse)
    assert house.leftovers() == []


def test_the_check_sees_the_typed_tables_and_a_known_file_is_checked_again(house: House) -> None:
    seen: list[list[str]] = []

    def look(tables: Path) -> None:
        seen.append(pl.read_parquet(tables / "quarterly_cells.parquet")["area_fips"].unique().to_list())

    path = house.put("a.csv", table())
    first = house.capture_one(path, check=look)
    assert house.capture_one(path, check=look, address="https://x/other.csv") == first
    assert seen == [["41051"], ["41051"]]


def test_a_known_file_that_a_check_refuses_stays_as_it_was(house: House) -> None:
    path = house.put("a.csv", table())
    [captured] = house.capture(path).new
    with pytest.raises(RefusedFile, match="another area"):
        house.capture_one(path, check=refuse)
    assert house.store.captures(["files", "bls"]) == [captured]
    assert house.cells(captured).height == 1


# What is refused

REFUSED = {
    "a page.zip": (b"<!DOCTYPE html><html></html>", "web page (HTML)"),
    "empty.csv": (b"", "the file is empty"),
    "binary.csv": (b"\0\1\2", "neither text nor"),
    "text.csv": (b"no table\n", "not a QCEW header"),
    "cut.zip": (zip_of({"a.csv": table(rows=99)})[:-9], "damaged, cut short or locked"),
    "cut.csv": (table(rows=3)[:-9], "the file ends in the middle of line 4"),
    "years.csv": (table() + table(year="2017").split(b"\n", 1)[1], "[2016, 2017]"),
    "nothing.zip": (zip_of({}), "the archive is empty"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_file_leaves_nothing_behind(house: House, name: str) -> None:
    content, told = REFUSED[name]
    path = house.put(name, content)
    report = house.capture(path)
    assert (report.new, report.known) == ([], [])
    [(address, refusal)] = report.refused
    assert (address, refusal.member) == (str(path), name)
    assert told in refusal.reason
    assert house.leftovers() == []
    assert house.store.captures(["files"]) == []


def test_refused_files_do_not_stop_the_others(house: House) -> None:
    bad = [house.put(name, content) for name, (content, _) in REFUSED.items()]
    good = [house.put("1.csv", table(qtr="1")), house.put("2.csv", table(qtr="2"))]
    report = house.capture(*bad[:4], good[0], house.inbox / "gone.csv", *bad[4:], good[1])
    assert [captured.file_name for captured in report.new] == ["1.csv", "2.csv"]
    assert [refusal.member for _, refusal in report.refused] == [*list(REFUSED)[:4], "gone.csv", *list(REFUSED)[4:]]
    assert "cannot be read (No such file or directory)" in reasons(report)[4]


def test_a_file_that_changes_while_it_is_read_is_refused_and_nothing_of_it_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.put("a.csv", table(rows=1))

    def hash_before_the_rest_arrives(file: Path) -> str:
        digest = sha256_of(file)
        house.put("a.csv", table(rows=2))
        return digest

    with monkeypatch.context() as patch:
        patch.setattr(capture, "sha256_of", hash_before_the_rest_arrives)
        assert "changed while it was being captured" in reasons(house.capture(path))[0]
    assert house.leftovers() == []
    assert house.cells(house.capture(path).new[0]).height == 2
    house.put("a.csv", table(rows=1))
    assert house.cells(house.capture(path).new[0]).height == 1


@pytest.mark.parametrize("stage", ["after reading", "between file and row"])
def test_an_interrupted_capture_is_repaired_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    path = house.put("a.csv", table(rows=2))

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if stage == "after reading":
            patch.setattr(RawStore, "keep", stop)
        else:
            patch.setattr(Path, "write_text", stop)
        with pytest.raises(KeyboardInterrupt):
            house.capture(path)
    assert house.store.captures(["files"]) == []
    report = house.capture(path)
    assert len(report.new) == 1
    assert house.store.captures(["files"]) == report.new
    assert house.store.path(report.new[0]).read_bytes() == path.read_bytes()
    assert house.cells(report.new[0]).height == 2


# Synthetic files never come in as real ones

SYNTHETIC: dict[str, Callable[[House], Path]] = {
    "by the comment": lambda house: house.put("2016.zip", zip_of({"a.csv": table()}, comment=SYNTHETIC_MARK)),
    "by a member": lambda house: house.put("2016.zip", zip_of({"SYNTHETIC-SAMPLE/a.csv": table()})),
    "by the name": lambda house: house.put("2016.SYNTHETIC-SAMPLE.csv", table()),
    "by the folder": lambda house: house.put("SYNTHETIC-SAMPLE/2016.annual.singlefile.csv", annual_table()),
}


@pytest.mark.parametrize("way", SYNTHETIC)
def test_a_synthetic_file_is_refused_as_real_and_taken_as_sample(house: House, way: str) -> None:
    path = SYNTHETIC[way](house)
    assert "file of the synthetic sample, not of BLS" in reasons(house.capture(path))[0]
    assert house.leftovers() == []
    assert len(house.capture(path, source=SAMPLE_SOURCE).new) == 1


def test_a_file_captured_as_sample_is_still_refused_as_real(house: House) -> None:
    path = house.put("a.csv", table())
    assert house.capture(path, source=SAMPLE_SOURCE).new
    report = house.capture(path)
    assert (report.new, report.known) == ([], [])
    assert "file of the synthetic sample" in reasons(report)[0]
    assert house.capture(path, source=SAMPLE_SOURCE).known


# Whatever happens to an archive on its way, no wrong number gets in and no other file is lost


def damaged_archives(count: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(2016)
    members = {"a.csv": table(rows=30), "b.csv": table(rows=40), "c/c.csv": table(rows=20)}
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    archives = [zip_of(members, method) for method in methods]
    for number in range(count):
        content = bytearray(chance.choice(archives))
        at = chance.choice([chance.randrange(len(content)), len(content) - chance.randrange(1, 300)])
        match chance.choice(["flip", "cut", "insert", "zero"]):
            case "flip":
                content[at] ^= 1 << chance.randrange(8)
            case "cut":
                del content[at:]
            case "insert":
                content[at:at] = chance.randbytes(chance.randrange(1, 9))
            case "zero":
                content[at : at + 20] = bytes(chance.randrange(1, 20))
        yield f"{number}.zip", bytes(content)


def test_damaged_archives_are_refused_or_read_right(house: House) -> None:
    files = [house.put(name, content) for name, content in damaged_archives(80)]
    report = house.capture(*files, house.put("good.csv", table(rows=7)))
    assert len(report.new) + len(report.known) + len(report.refused) == 81
    assert report.new[-1].file_name == "good.csv"
    assert len(report.refused) > 20
    assert len(report.new) > 20
    for captured in report.new:
        cells = house.cells(captured)
        assert cells["month1_employment"].to_list() == (cells["line_number"] - 2).to_list()
        assert set(cells.group_by("member").len()["len"]) <= {7, 20, 30, 40}
