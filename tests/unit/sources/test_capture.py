"""The way in: every file is checked, then kept unchanged once; a refused one leaves nothing and stops nobody."""

import hashlib
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources import bls, capture
from pipelines.sources.capture import SAMPLE_SOURCE, CaptureReport, capture_files
from pipelines.sources.raw_store import Capture, RawStore, sha256_of
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


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.comment = comment.encode()
        for name, member in members.items():
            archive.writestr(name, member)
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

    def put(self, name: str, content: bytes) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def capture(self, *files: Path, source: str = "files") -> CaptureReport:
        return capture_files(files, source, self.store, self.typed, lambda: f"t{next(self.clock):03}")

    def cells(self, captured: Capture) -> pl.DataFrame:
        return pl.read_parquet(self.typed.table(captured.capture_sha256, "quarterly_cells"))

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
            retrieved_at="t001",
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
    path = house.put("2016.csv", table(month2_emplvl="1"))
    [old] = house.capture(path).new
    house.put("2016.csv", table(month2_emplvl="2"))
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
