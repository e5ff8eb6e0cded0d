"""Input files are told apart by what is in them, opened one table at a time, and closed again."""

import bz2
import gc
import gzip
import io
import lzma
import os
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import openpyxl
import pytest

from pipelines.sources.inbox import (
    UNREADABLE,
    Container,
    content_date,
    list_files,
    open_members,
    recognise_container,
    zip_comment,
)
from pipelines.sources.reading import RefusedFile

CSV = b"area_fips,own_code\n41051,5\n"


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.comment = comment
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def workbook() -> bytes:
    content = io.BytesIO()
    openpyxl.Workbook().save(content)
    return content.getvalue()


def with_flag(content: bytes, name: str, offset: int, value: int) -> bytes:
    """A zip whose headers of one member have a 16-bit field changed: 6 flags, 8 compression method (local header)."""
    changed = bytearray(content)
    for signature, shift, name_at in ((b"PK\x03\x04", 0, 30), (b"PK\x01\x02", 2, 46)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            if content[at + name_at :].startswith(name.encode()):
                changed[at + offset + shift : at + offset + shift + 2] = value.to_bytes(2, "little")
    return bytes(changed)


def encrypted(content: bytes, name: str) -> bytes:
    return with_flag(content, name, 6, 1)


def with_unknown_method(content: bytes, name: str) -> bytes:
    return with_flag(content, name, 8, 99)


def tables(path: Path) -> dict[str, bytes | str]:
    """What each member of a file holds, or why it cannot be read."""
    found: dict[str, bytes | str] = {}
    for member in open_members(path, recognise_container(path)):
        try:
            with member.open() as stream:
                found[member.name] = stream.read()
        except (RefusedFile, *UNREADABLE) as error:
            found[member.name] = str(error)
    return found


# Which files


def test_a_folder_is_searched_in_the_order_of_paths_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in ("b.csv", "a/2.zip", "a/1.zip", ".DS_Store", ".hidden/c.csv", "a/.part", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(CSV)
    assert list_files(tmp_path) == [tmp_path / name for name in ("a/1.zip", "a/2.zip", "b.csv", "c")]


def test_a_hidden_folder_that_is_named_as_the_inbox_is_read(tmp_path: Path) -> None:
    inbox = tmp_path / ".inbox"
    inbox.mkdir()
    (inbox / "a.csv").write_bytes(CSV)
    assert list_files(inbox) == [inbox / "a.csv"]
    assert list_files(inbox / "a.csv") == [inbox / "a.csv"]


def test_an_empty_folder_has_no_files_and_a_missing_one_is_named(tmp_path: Path) -> None:
    assert list_files(tmp_path) == []
    with pytest.raises(FileNotFoundError, match=f"INBOX {tmp_path / 'nowhere'}: no such file or folder"):
        list_files(tmp_path / "nowhere")


# What they are


@pytest.mark.parametrize("name", ["x", "x.csv", "x.zip", "x.txt", "x.xlsx", "x.csv.gz"])
@pytest.mark.parametrize(
    ("content", "container"),
    [
        (CSV, "csv"),
        (b"\xef\xbb\xbf" + CSV, "csv"),
        (gzip.compress(CSV), "csv.gz"),
        (zip_of({"a.csv": CSV}), "zip"),
        (zip_of({}), "zip"),
        (workbook(), "xlsx"),
    ],
    ids=["plain", "with a mark", "packed", "archive", "empty archive", "workbook"],
)
def test_a_container_is_told_by_its_content_whatever_the_name(
    tmp_path: Path, name: str, content: bytes, container: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert recognise_container(tmp_path / name) == container


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><html></html>", "web page (HTML)"),
        (b"\r\n <html></html>", "web page (HTML)"),
        (b"\x7fELF\0\0\0\0", "neither text nor"),
        ("area_fips,own_code\n".encode("utf-16"), "neither text nor"),
        (b"PK\x03\x04", "damaged, cut short or locked"),
        (zip_of({"a.csv": CSV * 100})[:-30], "damaged, cut short or locked"),
        (b"PK" + CSV, "damaged, cut short or locked"),
    ],
)
@pytest.mark.parametrize("name", ["2016.zip", "2016.csv"])
def test_a_file_that_can_hold_no_table_is_refused_by_name_and_reason(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RefusedFile) as refused:
        recognise_container(tmp_path / name)
    assert refused.value.member == name
    assert told in refused.value.reason


# What is in them


def test_a_bare_file_is_one_table_of_its_own_name(tmp_path: Path) -> None:
    for name, content in {"a.txt": CSV, "b.zip": gzip.compress(CSV), "c": workbook()}.items():
        (tmp_path / name).write_bytes(content)
    assert tables(tmp_path / "a.txt") == {"a.txt": CSV}
    assert tables(tmp_path / "b.zip") == {"b.zip": CSV}
    [member] = open_members(tmp_path / "c", "xlsx")
    assert (member.name, member.kind) == ("c", "xlsx")


def test_members_of_a_zip_come_in_the_order_of_their_names_without_folders(tmp_path: Path) -> None:
    members = {"b/2.csv": CSV + b"2", "b/": b"", "a.csv": CSV, "__MACOSX/._a.csv": b"\0\5", "b/1.csv": CSV + b"1"}
    (tmp_path / "x").write_bytes(zip_of(members))
    assert list(tables(tmp_path / "x").items()) == [("a.csv", CSV), ("b/1.csv", CSV + b"1"), ("b/2.csv", CSV + b"2")]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_are_told_by_content_too(tmp_path: Path, method: int) -> None:
    members = {"packed.csv": gzip.compress(CSV), "book.csv": workbook(), "plain.gz": CSV, "nothing.csv": b""}
    (tmp_path / "x").write_bytes(zip_of(members, method))
    kinds = {member.name: member.kind for member in open_members(tmp_path / "x", "zip")}
    assert kinds == {"packed.csv": "csv", "book.csv": "xlsx", "plain.gz": "csv", "nothing.csv": "csv"}
    assert tables(tmp_path / "x") == {**members, "packed.csv": CSV}


def test_members_that_are_not_wanted_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    open_in_zip = zipfile.ZipFile.open

    def watched(archive: zipfile.ZipFile, name: zipfile.ZipInfo, *rest: str) -> IO[bytes]:
        opened.append(name.filename)
        return open_in_zip(archive, name, *rest)  # type: ignore[arg-type]

    (tmp_path / "x").write_bytes(zip_of({"a 41051.csv": CSV, "a 53011.csv": CSV, "a 06001.csv": CSV}))
    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    members = open_members(tmp_path / "x", "zip", wanted=lambda name: "41051" in name or "53011" in name)
    assert [member.name for member in members] == ["a 41051.csv", "a 53011.csv"]
    assert set(opened) == {"a 41051.csv", "a 53011.csv"}


@pytest.mark.parametrize(
    ("content", "container"),
    [(CSV, "csv"), (gzip.compress(CSV), "csv.gz"), (workbook(), "xlsx")],
    ids=["plain", "packed", "workbook"],
)
def test_a_bare_file_is_always_wanted(tmp_path: Path, content: bytes, container: Container) -> None:
    (tmp_path / "x").write_bytes(content)
    assert len(list(open_members(tmp_path / "x", container, wanted=lambda name: False))) == 1


def test_a_large_gzip_inside_a_zip_is_read_to_its_end(tmp_path: Path) -> None:
    large = b"".join(b"%d,%d\n" % (number, number * number) for number in range(300_000))
    packed = gzip.compress(large[:1_000_000], 1) + gzip.compress(large[1_000_000:], 1)  # gzip files may be chained
    (tmp_path / "x").write_bytes(zip_of({"a.csv.gz": packed}))
    for member in open_members(tmp_path / "x", "zip"):
        with member.open() as stream:
            first = stream.readline()
            blocks = [first, *iter(lambda: stream.read(65_536), b"")]
    assert b"".join(blocks) == large
    assert len(blocks) > 60


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            encrypted(zip_of({"a.csv": CSV, "b.csv": CSV, "c.csv": CSV}), "b.csv"),
            "b.csv: it is encrypted, as no published file is; get it without a password",
        ),
        (
            zip_of({"a.csv": CSV, "b.csv": zip_of({"x.csv": CSV}), "c.csv": CSV}),
            "b.csv: it is a zip inside a zip, which is not read; unpack it and give it by itself",
        ),
        (
            zip_of({"a.csv": CSV, "b.csv": gzip.compress(bytes(2_000_000)), "c.csv": CSV}),
            "inflate to more than 1,000,000, as no QCEW file does: it is a gzip bomb. Do not unpack it",
        ),
        (with_unknown_method(zip_of({"a.csv": CSV, "b.csv": CSV, "c.csv": CSV}), "b.csv"), "compression method"),
        (
            zip_of({"a.csv": CSV, "b.csv": CSV * 50, "c.csv": CSV}, zipfile.ZIP_STORED).replace(
                CSV * 50, CSV * 49 + CSV.replace(b"5", b"6")
            ),
            "Bad CRC-32",
        ),
        (
            zip_of({"a.csv": CSV, "b.csv": b"b" * 10_000, "c.csv": CSV}, zipfile.ZIP_BZIP2).replace(
                bz2.compress(b"b" * 10_000)[4:20], bytes(16)
            ),
            "Invalid data stream",
        ),
    ],
    ids=["encrypted", "zip in a zip", "gzip bomb", "unknown method", "wrong checksum", "damaged bzip2"],
)
def test_one_bad_member_leaves_the_others_readable(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    found = tables(tmp_path / "x.zip")
    assert (found["a.csv"], found["c.csv"]) == (CSV, CSV)
    assert told in str(found["b.csv"])


def test_what_archives_raise_when_damaged_is_known(tmp_path: Path) -> None:
    damaged = {
        "gzip cut": gzip.compress(CSV * 100)[:-9],
        "gzip with a wrong checksum": gzip.compress(CSV)[:-8] + bytes(8),
        "gzip with more behind": gzip.compress(CSV) + b"more",
    }
    for name, content in damaged.items():
        (tmp_path / name).write_bytes(content)
        [member] = open_members(tmp_path / name, "csv.gz")
        with pytest.raises(UNREADABLE), member.open() as stream:
            stream.read()
    with pytest.raises(UNREADABLE):
        lzma.decompress(b"\xfd7zXZ\0damaged", lzma.FORMAT_XZ)


def test_a_comment_is_read_from_zips_only(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(zip_of({"a.csv": CSV}, comment="Notiz \N{SNOWMAN}".encode()))
    assert zip_comment(tmp_path / "x", "zip") == "Notiz \N{SNOWMAN}"
    (tmp_path / "y").write_bytes(CSV)
    assert zip_comment(tmp_path / "y", "csv") == ""


# What is opened is closed


@pytest.fixture
def unclosed() -> Iterator[list[warnings.WarningMessage]]:
    """Warnings about files that were left to the garbage collector to close."""
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        yield caught


CONTAINERS = {
    "csv": CSV,
    "gz": gzip.compress(CSV),
    "zip": zip_of({"a.csv": CSV, "b.csv.gz": gzip.compress(CSV), "c.xlsx": workbook()}),
    "damaged zip": encrypted(zip_of({"a.csv": CSV, "b.csv": CSV}), "a.csv"),
}


@pytest.mark.parametrize("content", CONTAINERS.values(), ids=CONTAINERS)
def test_every_handle_is_closed_when_all_members_were_read(
    tmp_path: Path, content: bytes, unclosed: list[warnings.WarningMessage]
) -> None:
    (tmp_path / "x").write_bytes(content)
    assert tables(tmp_path / "x")
    gc.collect()
    assert [str(warning.message) for warning in unclosed] == []


@pytest.mark.parametrize("content", CONTAINERS.values(), ids=CONTAINERS)
def test_every_handle_is_closed_when_reading_stops_early(
    tmp_path: Path, content: bytes, unclosed: list[warnings.WarningMessage]
) -> None:
    (tmp_path / "x").write_bytes(content)

    def stop_early() -> None:
        for member in open_members(tmp_path / "x", recognise_container(tmp_path / "x")):
            with member.open() as stream:
                stream.read(1)
                raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, RefusedFile)):
        stop_early()
    gc.collect()
    assert [str(warning.message) for warning in unclosed] == []


def test_the_date_of_content_is_that_of_the_newest_member_or_the_files_own(tmp_path: Path) -> None:
    packed, plain, empty = tmp_path / "a.zip", tmp_path / "c.csv", tmp_path / "empty.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, year in (("old.csv", 2017), ("new.csv", 2018), ("older.csv", 2016)):
            archive.writestr(zipfile.ZipInfo(name, (year, 9, 6, 10, 0, 0)), "text")
    plain.write_text("text")
    empty.write_bytes(zip_of({}))
    for path in (packed, plain, empty):
        os.utime(path, (1_500_000_000, 1_500_000_000))
    assert content_date(packed) == "2018-09-06T10:00:00.000000+00:00"
    assert content_date(plain) == content_date(empty) == "2017-07-14T02:40:00.000000+00:00"
    assert content_date(tmp_path / "gone") == ""
