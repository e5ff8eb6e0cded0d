"""An older year comes as a zip of all areas, and the zip is bad: each fault, the real code, over loopback.

After each: nothing of the zip is in hand, the message names file and cause, and the next run takes the good one.
"""

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from published_files import by_area_zip
from publisher_server import Content, CutAfter
from web_board import COUNTIES, YEAR, WebBoard, sha256

from pipelines.orchestration.intake import typed_files
from pipelines.sources.sample_files import SYNTHETIC_NAME

PUBLISHED = datetime(2024, 9, 4, 14, tzinfo=UTC)
Change = Callable[[bytes], bytes]


def members(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def packed(*pairs: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in pairs:
            archive.writestr(name, member)
    return content.getvalue()


def with_member(name: str, member: bytes = b"") -> Change:
    return lambda content: packed(*members(content), (name, member or members(content)[0][1]))


def with_link(content: bytes) -> bytes:
    link = zipfile.ZipInfo(members(content)[0][0].replace("41051", "41999"))
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return packed(*members(content), (link, b"/etc/passwd"))


def with_bad_checksum(content: bytes) -> bytes:
    """One byte of the first member's packed data is another."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]
    middle = first.header_offset + 30 + len(first.filename) + first.compress_size // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def claiming_much(content: bytes) -> bytes:
    """Members that say they hold 4 GB each, five of them."""
    first_name, first = members(content)[0]
    many = packed(*((f"{first_name}.{number}.csv", first) for number in range(5)))
    size = struct.pack("<L", len(first))
    return many.replace(size, struct.pack("<L", 2**32 - 2))


def nested(content: bytes) -> bytes:
    return packed(*members(content)[1:], ("2023.q1-q4.by_area/inner.zip", packed(*members(content)[:1])))


BAD: Mapping[str, tuple[Change, str]] = {
    "a member named ../": (with_member("../outside.csv"), "leads outside the archive"),
    "a member with an absolute name": (with_member("/etc/outside.csv"), "leads outside the archive"),
    "a member that is a symbolic link": (with_link, "symbolic link"),
    "zip bomb by ratio: 300 MB of zeros": (with_member("x.csv", bytes(3 * 10**8)), "zip bomb"),
    "zip bomb by total: 20 GB claimed": (claiming_much, "would inflate to"),
    "zip bomb by count: 20,001 members": (
        lambda content: packed(*members(content), *((f"{number}.csv", b"") for number in range(20_001))),
        "members, and no QCEW file has more than",
    ),
    "two CSV members of one area": (
        with_member("2023.q1-q4.by_area/2023.q1-q4 41051 Again.csv"),
        "expected one table an area",
    ),
    "a zip of another year": (lambda content: content, "asked for 2023, but the file holds 2024-Q1"),
    "a zip of other areas only": (
        lambda content: packed(("2023.q1-q4.by_area/2023.q1-q4 41001 Baker County.csv", members(content)[0][1])),
        "no table of the areas wanted is in it",
    ),
    "a zip without its end": (lambda content: content[: len(content) // 2], "damaged, cut short or locked"),
    "a csv in the zip's place": (lambda content: members(content)[0][1], "it is a csv file"),
    "no zip at all": (lambda content: b"PK\x03\x04 no more", "damaged, cut short or locked"),
}  # fmt: skip
FLAWED: Mapping[str, tuple[Change, str]] = {
    "a member with a bad CRC": (with_bad_checksum, "41051 .*it is damaged|41051 .*damaged"),
    "a zip in the zip": (nested, "inner.zip.*zip"),
}
"""The other members are used, and the whole is asked for again until it is without flaw."""


@pytest.fixture
def board_since(board: WebBoard, year_before: tuple[str, bytes]) -> WebBoard:
    """The board also wants the year before, which comes as a zip."""
    board.changes["since"] = YEAR - 1
    path, content = year_before
    board.server.publish(path, content, last_modified=PUBLISHED, content_type="application/zip")
    return board


def areas_of(board: WebBoard, year: int) -> list[str]:
    files = typed_files(board.settings)("quarterly_cells")
    return sorted(pl.scan_parquet(files).filter(year=year).select("area_fips").unique().collect().to_series())


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_archive_is_refused_whole(
    board_since: WebBoard,
    year_before: tuple[str, bytes],
    first_vintage: Mapping[str, bytes],
    fault: str,
    fault_table: Any,
) -> None:
    board, (path, content) = board_since, year_before
    change, cause = BAD[fault]
    base = next(iter(by_area_zip(first_vintage).values())) if fault == "a zip of another year" else content
    board.server.misbehave(path, Content(change(base)))
    board.look()
    answer = board.answer(path)
    assert answer.outcome == "refused"
    assert answer.reason
    assert cause in answer.reason
    assert any(path in sentence or "2023" in sentence for sentence in board.told if sentence.startswith("not captured"))
    assert areas_of(board, YEAR - 1) == []
    assert board.damaged() == []
    board.look()
    assert board.answer(path).capture_sha256 == sha256(content)
    assert areas_of(board, YEAR - 1) == sorted(COUNTIES)
    fault_table.add(fault, answer.reason, "nothing of the zip", "captures the zip")


@pytest.mark.parametrize("fault", FLAWED)
def test_a_flawed_archive_is_used_without_the_flaw_and_asked_for_again(
    board_since: WebBoard, year_before: tuple[str, bytes], fault: str, fault_table: Any
) -> None:
    board, (path, content) = board_since, year_before
    change, cause = FLAWED[fault]
    board.server.misbehave(path, Content(change(content)))
    found = board.look()
    reason = board.answer(path).reason
    assert reason
    assert pl.Series([reason]).str.contains(cause).item(), reason
    assert areas_of(board, YEAR - 1) == ["41067"]
    assert reason.partition(": ")[2].partition(": ")[2] in set(found.refused["reason"])
    board.server.clear_requests()
    board.look()
    (request,) = (one for one in board.server.requests if one.path == path)
    assert request.headers["If-None-Match"] is None, "a flawed file must come again, whatever its version"
    assert board.answer(path).reason is None
    assert areas_of(board, YEAR - 1) == sorted(COUNTIES)
    fault_table.add(fault, reason, "its other members", "captures the whole zip")


def test_a_zip_that_is_cut_goes_on_where_it_was(
    board_since: WebBoard, year_before: tuple[str, bytes], fault_table: Any
) -> None:
    board, (path, content) = board_since, year_before
    board.server.misbehave(path, CutAfter(len(content) // 2))
    board.server.clear_requests()
    board.look()
    asked = [request for request in board.server.requests if request.path == path]
    assert [request.status for request in asked] == [200, 206]
    assert asked[1].body_bytes < len(content)
    assert board.answer(path).capture_sha256 == sha256(content)
    said = next(sentence for sentence in board.told if path in sentence)
    cause = said.split(": ", 1)[1].rpartition("; asked")[0]
    fault_table.add(
        "a zip cut in the middle", f"{cause}; its rest is asked for", "the zip", "does not ask: it is final"
    )


def test_of_a_zip_only_the_wanted_areas_are_read(board_since: WebBoard, sample_zips: Mapping[str, Any]) -> None:
    """The zip of the sample's own has 38 areas; the board wants two."""
    board = board_since
    (whole,) = (path for name, path in sample_zips.items() if name.startswith(f"{YEAR - 1}_qtrly"))
    everything = [(name.replace(SYNTHETIC_NAME, "BLS"), member) for name, member in members(whole.read_bytes())]
    assert len(everything) > 30
    path = f"/cew/data/files/{YEAR - 1}/csv/{YEAR - 1}_qtrly_by_area.zip"
    board.server.publish(path, packed(*everything), last_modified=PUBLISHED)
    board.look()
    assert board.answer(path).outcome == "captured", board.told
    assert areas_of(board, YEAR - 1) == sorted(COUNTIES)
