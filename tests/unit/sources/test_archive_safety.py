"""Archives that could do harm are refused before anything in them is read; harmless ones pass unchanged."""

import gzip
import io
import stat
import struct
import tempfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from typing import BinaryIO

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sources import bls
from pipelines.sources.archive_safety import ARCHIVE, MB, Limits, bounded_gzip, open_member, refuse_unsafe
from pipelines.sources.inbox import Container, open_members, recognise_container
from pipelines.sources.raw_store import Capture
from pipelines.sources.reading import MemberCells, RefusedFile
from pipelines.sources.typed_cells import TypedCells

CSV = b"area_fips,own_code\n41051,5\n"
ADVICE = "Nothing of it was read: download it again from its publisher, or pack its tables anew"
SMALL = Limits(total_bytes=1_000, ratio=10, ratio_from=100, members=3)


def zip_of(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members:
            archive.writestr(name, member, method)
    return content.getvalue()


def workbook_with(*parts: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    content = io.BytesIO()
    openpyxl.Workbook().save(content)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return content.getvalue()


def with_size(content: bytes, real: int, told: int) -> bytes:
    """A zip that tells another size of the member of this real size, in its directory and before the member."""
    assert content.count(struct.pack("<L", real)) >= 2
    return content.replace(struct.pack("<L", real), struct.pack("<L", told))


def refused(content: bytes, folder: Path) -> RefusedFile:
    """How the way in refuses a file: when it is recognised, and again when a stored one is opened."""
    path = folder / "2016.zip"
    path.write_bytes(content)
    with pytest.raises(RefusedFile) as first:
        recognise_container(path)
    containers: tuple[Container, ...] = ("zip", "xlsx")
    for container in containers:
        with pytest.raises(RefusedFile) as again:
            list(open_members(path, container))
        assert str(again.value) == str(first.value)
    return first.value


def refusal_by(content: bytes, limits: Limits) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive, pytest.raises(RefusedFile) as found:
        refuse_unsafe(archive.infolist(), archive.start_dir, "2016.zip", limits)
    return str(found.value)


def special(mode: int, name: str = "a.csv") -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (mode | 0o644) << 16
    return info


# Names and kinds of members


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "x/../../a.csv", "x\\..\\a.csv", "..", "/etc/a.csv", "C:\\a.csv", "c:a.csv", "\\\\server\\a.csv"],
)
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    refusal = refused(zip_of(("b.csv", CSV), (name, CSV)), tmp_path)
    assert str(refusal) == f"2016.zip: member {name!r} has a name that leads outside the archive. {ADVICE}"


@pytest.mark.parametrize("name", ["a\nb.csv", "a\x1b[2J.csv", "a\x7f.csv", "a\x85.csv"])
def test_a_control_character_in_a_name_is_refused_and_not_printed(tmp_path: Path, name: str) -> None:
    refusal = refused(zip_of((name, CSV)), tmp_path)
    assert str(refusal) == f"2016.zip: member {name!r} has a control character in its name. {ADVICE}"
    assert refusal.reason.isprintable()


def test_a_nul_that_zipfile_would_cut_a_name_at_is_refused(tmp_path: Path) -> None:
    content = zip_of(("a.csv?.exe", CSV)).replace(b"a.csv?.exe", b"a.csv\0.exe")
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["a.csv"]
    assert r"member 'a.csv\x00.exe' has a control character" in refused(content, tmp_path).reason


def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zip_of(("a.csv", CSV), ("b.csv", CSV), ("a.csv", CSV))
    assert "member 'a.csv' is there 2 times" in refused(content, tmp_path).reason


def test_a_long_name_is_shown_in_part(tmp_path: Path) -> None:
    assert len(refused(zip_of(("../" + "x" * 60_000, CSV)), tmp_path).reason) < 300


@pytest.mark.parametrize(
    "name", ["a..b.csv", "2016.q1-q4.by_area/2016 41000 Oregon -- Statewide.csv", "a\\b.csv", "..."]
)
def test_a_plain_name_passes(tmp_path: Path, name: str) -> None:
    (tmp_path / "x").write_bytes(zip_of((name, CSV)))
    assert [member.name for member in open_members(tmp_path / "x", "zip")] == [name]


@pytest.mark.parametrize(
    ("mode", "what"),
    [(stat.S_IFLNK, "symbolic link"), (stat.S_IFIFO, "special file"), (stat.S_IFCHR, "special file")],
)
def test_a_link_and_a_special_file_are_refused(tmp_path: Path, mode: int, what: str) -> None:
    refusal = refused(zip_of(("b.csv", CSV), (special(mode), b"/etc/passwd")), tmp_path)
    assert str(refusal) == f"2016.zip: member 'a.csv' is a {what}, not a table. {ADVICE}"


def test_files_and_folders_with_unix_modes_pass(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(zip_of((special(stat.S_IFDIR, "b/"), b""), (special(stat.S_IFREG), CSV)))
    assert [member.name for member in open_members(tmp_path / "x", "zip")] == ["a.csv"]


# Sizes


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    refusal = refused(zip_of(("a.csv", CSV), ("b.csv", bytes(2 * MB))), tmp_path)
    assert refusal.member == "2016.zip"
    assert "member 'b.csv' would inflate from 1,9" in refusal.reason
    assert refusal.reason.endswith(f" to 2,000,000 bytes, more than 100 times: it is a zip bomb. {ADVICE}")


def test_a_bomb_that_says_it_packs_nothing_is_refused() -> None:
    info = zipfile.ZipInfo("a.csv")
    info.header_offset, info.file_size, info.compress_size = 0, MB + 1, 0
    with pytest.raises(RefusedFile, match="from 0 to 1,000,001 bytes, more than 100 times"):
        refuse_unsafe([info], 1_000, "2016.zip", ARCHIVE)


def test_little_text_may_be_all_alike(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(zip_of(("a.csv", bytes(MB))))
    assert recognise_container(tmp_path / "x") == "zip"


def test_too_many_bytes_together_are_refused() -> None:
    members = [(name, bytes(range(200)) * 2) for name in ("a.csv", "b.csv", "c.csv")]
    assert refusal_by(zip_of(*members), SMALL) == (
        f"2016.zip: it would inflate to 1,200 bytes, and no QCEW file has more than 1,000. {ADVICE}"
    )


def test_too_many_members_are_refused() -> None:
    assert refusal_by(zip_of(*((f"{number}.csv", b"") for number in range(4))), SMALL) == (
        f"2016.zip: it has 4 members, and no QCEW file has more than 3. {ADVICE}"
    )


def test_a_workbook_has_smaller_limits(tmp_path: Path) -> None:
    parts = [(f"xl/{number}", b"") for number in range(1_000)]
    (tmp_path / "x").write_bytes(zip_of(*parts, ("a.csv", b"")))
    assert recognise_container(tmp_path / "x") == "zip"
    (tmp_path / "2016.zip").write_bytes(workbook_with(*parts))
    with pytest.raises(RefusedFile, match=r"members, and no QCEW file has more than 1,000\. Nothing of it was read"):
        recognise_container(tmp_path / "2016.zip")


def test_the_real_files_pass(shared_data: Path) -> None:
    assert recognise_container(shared_data / "bls" / "2016_qtrly_by_area.zip") == "zip"
    assert recognise_container(shared_data / "qualityinfo" / "qcew_oregon_2025_annual.xlsx") == "xlsx"


# Members that share bytes


def overlapping_bomb(kernel: bytes, names: list[str]) -> bytes:
    """A zip whose members each quote the header of the next, and all end in the same packed bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain, packed, content = kernel, packer.compress(kernel) + packer.flush(), b""
    entries: list[tuple[str, bytes, int]] = []
    for name in reversed(names):
        fields = struct.pack("<5H3L2H", 20, 0, 8, 0, 33, zlib.crc32(plain), len(packed), len(plain), len(name), 0)
        header = b"PK\3\4" + fields + name.encode()
        content = header + packed
        entries.append((name, fields, len(content)))
        plain, packed = header + plain, b"\0" + struct.pack("<2H", len(header), len(header) ^ 0xFFFF) + content
    directory = b"".join(
        b"PK\1\2\x14\0" + fields + struct.pack("<3H2L", 0, 0, 0, 0, len(content) - size) + name.encode()
        for name, fields, size in entries
    )
    count = len(entries)
    return content + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(content), 0)


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    content = overlapping_bomb(CSV * 1_000, ["a.csv", "b.csv", "c.csv"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("c.csv") == CSV * 1_000
        assert archive.read("b.csv").endswith(CSV * 1_000)
    assert str(refused(content, tmp_path)) == (
        f"2016.zip: member 'a.csv' shares bytes with what follows it: it is a zip bomb or damaged. {ADVICE}"
    )


def test_two_entries_for_the_same_bytes_are_refused(tmp_path: Path) -> None:
    content = zip_of(("a.csv", CSV), ("b.csv", CSV))
    twice = content.replace(struct.pack("<L", content.find(b"PK\3\4", 4)) + b"b.csv", bytes(4) + b"b.csv")
    assert twice != content
    assert "shares bytes with what follows it" in refused(twice, tmp_path).reason


def test_a_member_that_reaches_into_the_directory_is_refused() -> None:
    content = zip_of(("a.csv", CSV), method=zipfile.ZIP_STORED)
    with zipfile.ZipFile(io.BytesIO(content)) as archive, pytest.raises(RefusedFile, match=r"'a\.csv' shares bytes"):
        refuse_unsafe(archive.infolist(), archive.start_dir - 1, "2016.zip", ARCHIVE)


# Members that are not of the size they declare


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("told", [0, 27, 53, 55, 90])
def test_a_forged_size_is_noticed(told: int, method: int) -> None:
    content = with_size(zip_of(("a.csv", CSV + CSV), method=method), 54, told)
    if method == zipfile.ZIP_STORED:
        content = content.replace(struct.pack("<2L", told, told), struct.pack("<2L", 54, told))
    with zipfile.ZipFile(io.BytesIO(content)) as archive, pytest.raises(RefusedFile) as noticed:
        open_member(archive, archive.infolist()[0]).read()
    assert str(noticed.value) == (
        f"a.csv: it holds more or fewer bytes than the {told} its archive declares: it is forged or damaged; "
        "download it again from its publisher"
    )


def crc(plain: bytes) -> bytes:
    return struct.pack("<L", zlib.crc32(plain))


def test_a_forged_checksum_does_not_hide_a_forged_size_as_it_does_from_zipfile() -> None:
    content = with_size(zip_of(("a.csv", CSV + CSV)), 54, 27)
    forged = content.replace(crc(CSV + CSV), crc(CSV))
    with zipfile.ZipFile(io.BytesIO(content)) as archive, pytest.raises(zipfile.BadZipFile, match="Bad CRC-32"):
        archive.read("a.csv")
    with zipfile.ZipFile(io.BytesIO(forged)) as archive:
        assert archive.read("a.csv") == CSV
        with pytest.raises(zipfile.BadZipFile, match=r"Bad CRC-32 for file 'a\.csv'"):
            open_member(archive, archive.infolist()[0]).read()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_lying_bomb_does_not_fill_the_memory(method: int) -> None:
    size = 300 * MB
    content = with_size(zip_of(("a.csv", bytes(size)), method=method), size, 1_000)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tracemalloc.start()
        try:
            with pytest.raises(RefusedFile, match="more or fewer bytes than the 1,000"):
                open_member(archive, archive.infolist()[0]).read()
            assert tracemalloc.get_traced_memory()[1] < 150 * MB
        finally:
            tracemalloc.stop()


LYING_BOOK = with_size(workbook_with(("xl/x.xml", bytes(123_456))), 123_456, 1_000)
BAD_BOOKS = {
    r"part 'xl/x\.xml': it holds more or fewer bytes than the 1,000 its archive declares": LYING_BOOK,
    r"member 'xl/x\.xml' would inflate .* it is a zip bomb": workbook_with(("xl/x.xml", bytes(2 * MB))),
}


def test_a_workbook_with_a_lying_part_is_refused_before_others_read_its_parts(tmp_path: Path) -> None:
    assert refused(LYING_BOOK, tmp_path).reason.startswith("part 'xl/x.xml': it holds more or fewer bytes")


@pytest.mark.parametrize("reason", BAD_BOOKS)
def test_a_bad_workbook_in_a_zip_is_refused_alone(tmp_path: Path, reason: str) -> None:
    (tmp_path / "x.zip").write_bytes(zip_of(("a.csv", CSV), ("book.xlsx", BAD_BOOKS[reason])))
    members = open_members(tmp_path / "x.zip", "zip")
    with next(members).open() as table:
        assert table.read() == CSV
    book = next(members)
    with pytest.raises(RefusedFile, match=rf"book\.xlsx: {reason}"):
        book.open()


# Gzip


def test_a_gzip_bomb_is_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "2016.csv.gz").write_bytes(content := gzip.compress(bytes(20 * MB)))
    [member] = open_members(tmp_path / "2016.csv.gz", "csv.gz")
    with member.open() as stream, pytest.raises(RefusedFile) as refusal:
        stream.read()
    assert str(refusal.value) == (
        f"2016.csv.gz: its {len(content):,} bytes inflate to more than 10,000,000, as no QCEW file does: it is a gzip "
        "bomb. Do not unpack it; download it again from its publisher"
    )


def test_a_gzip_file_may_be_as_large_as_its_limit() -> None:
    packed = [io.BytesIO(gzip.compress(bytes(size))) for size in (1_000, 1_001)]
    with bounded_gzip(packed[0], 10**6, "a.csv.gz", SMALL) as stream:
        assert stream.read() == bytes(1_000)
    with bounded_gzip(packed[1], 10**6, "a.csv.gz", SMALL) as stream, pytest.raises(RefusedFile, match="than 1,000"):
        stream.read()
    assert [each.closed for each in packed] == [True, True]


# Bad members do not stop the others, and harmless archives pass


def quarterly_table(rows: int) -> bytes:
    columns = bls.expected_columns("quarterly")
    row = dict.fromkeys(columns, "0") | dict.fromkeys([name for name in columns if "disclosure" in name], "")
    row |= {"area_fips": "41051", "own_code": "5", "industry_code": "10", "agglvl_code": "71", "year": "2016"}
    return "\n".join([",".join(columns), *[",".join((row | {"qtr": "1"}).values())] * rows, ""]).encode()


def with_rows(rows: int) -> Callable[[bytes], bytes]:
    """Lets a zip declare fewer rows of its table of 999."""
    return lambda content: with_size(content, len(quarterly_table(999)), len(quarterly_table(rows)))


def with_checksum(checksum: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(crc(quarterly_table(999)), checksum)


SPOILERS: dict[str, tuple[list[Callable[[bytes], bytes]], str]] = {
    "checksum": ([with_checksum(bytes(4))], "Bad CRC-32 for file 'bad.csv'"),
    "size": ([with_rows(998)], "it holds more or fewer bytes than the "),
    "size and checksum": ([with_rows(998), with_checksum(crc(quarterly_table(998)))], "Bad CRC-32 for file 'bad.csv'"),
}


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_nothing_of_a_bad_member_stays_and_the_others_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiler: str
) -> None:
    spoils, reason = SPOILERS[spoiler]
    members = [("a.csv", quarterly_table(3)), ("bad.csv", quarterly_table(999)), ("z.csv", quarterly_table(4))]
    content = reduce(lambda content, spoil: spoil(content), spoils, zip_of(*members))
    (path := tmp_path / "x.zip").write_bytes(content)
    yielded: list[str] = []
    read_member = bls.read_member

    def in_small_batches(stream: BinaryIO, member: str) -> Iterator[MemberCells]:
        for batch in read_member(stream, member, 1_000):
            yielded.append(member)
            yield batch

    monkeypatch.setattr(bls, "read_member", in_small_batches)
    areas = pl.DataFrame(schema=dict.fromkeys(("area_fips", "area_title", "area_kind", "state_fips"), pl.String))
    typed = TypedCells(tmp_path / "typed", areas)
    capture = Capture("sha256", "files", str(path), "x.zip", "zip", len(content), "t1", "", "")
    typed.ensure(capture, path)
    assert "bad.csv" in yielded
    cells = pl.read_parquet(typed.table(capture, "quarterly_cells"))
    assert cells["member"].to_list() == ["a.csv"] * 3 + ["z.csv"] * 4
    assert pl.read_parquet(typed.table(capture, "rejected_rows")).height == 0
    [(member, told)] = pl.read_parquet(typed.table(capture, "refused_members")).select("member", "reason").rows()
    assert member == "bad.csv"
    assert reason in told


def is_plain(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return (
        bool(parts[0]) and ".." not in parts and name[1:2] != ":" and not name.endswith("/") and "__MACOSX" not in name
    )


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("./\\"), min_size=1).filter(is_plain)
CONTENTS = st.builds(lambda text, times: b"," + text * times, st.binary(max_size=200), st.integers(1, 500))
METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])


@settings(deadline=None)
@given(st.dictionaries(NAMES, CONTENTS, max_size=6), METHODS)
def test_harmless_archives_pass_unchanged(members: dict[str, bytes], method: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(zip_of(*members.items(), method=method))
        assert recognise_container(path) == "zip"
        found = {}
        for member in open_members(path, "zip"):
            with member.open() as stream:
                found[member.name] = stream.read()
    assert found == members
    assert list(found) == sorted(members)
