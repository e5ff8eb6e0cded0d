"""A county's file is revised, and something goes wrong with it: each fault, the real code, over loopback.

After each: the capture in hand is the one of before, whole, and serves; all other files are renewed; the message names
file and cause; the next run, with the publisher well, captures the revision.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from publisher_server import (
    Content,
    CutAfter,
    CutChunked,
    Empty,
    Fault,
    HugeLength,
    NoAnswer,
    OldVintage,
    Redirect,
    SlowDrip,
    Status,
    WebPage,
    WrongLength,
)
from web_board import COUNTIES, FIRST_RELEASE, NEXT_RELEASE, WebBoard, path_of, sha256

from pipelines.settings import SettingsError

PATH = path_of(2, "41051")
Files = Mapping[str, bytes]


def header_only(revision: bytes) -> bytes:
    return revision.splitlines(keepends=True)[0]


def without_a_line(revision: bytes) -> bytes:
    """Cut exactly at the end of a line, as a proxy does that gives up."""
    lines = revision.splitlines(keepends=True)
    return b"".join(lines[: 2 * len(lines) // 3])


PASSING: Mapping[str, list[Fault]] = {
    "429 Too Many Requests, Retry-After: 1": [Status(429, retry_after="1")],
    "500 twice": [Status(500), Status(500)],
    "connection closed without an answer": [NoAnswer()],
    "connection cut in the middle of the body": [CutAfter(50_000)],
    "connection cut in the middle of a chunked body": [CutChunked(50_000)],
    "more announced than sent": [WrongLength(10**6)],
    "body in slow drips, once": [SlowDrip(1_000)],
}
"""Faults that the session itself gets over."""

LASTING: Mapping[str, tuple[Fault | str, str, str]] = {
    "403 Forbidden": (Status(403), "failed", r"SECTORS_CONTACT_EMAIL"),
    "404 Not Found": (Status(404), "missing", r"404 Not Found: there is no such file"),
    "500, always": (Status(500), "failed", r"answers 500 .*after 5 attempts"),
    "429, Retry-After: a day": (Status(429, retry_after="86400"), "failed", r"left alone for 86400 s"),
    "cut again and again": (CutChunked(50_000), "failed", r"connection was cut.*after 5 attempts"),
    "body in slow drips, always": (SlowDrip(1_000), "failed", r"too slow"),
    "less announced than sent": (WrongLength(120_000), "refused", r"truncated|lines are missing"),
    "10 GB announced": (HugeLength(), "refused", r"10,737,418,240 bytes are more than"),
    "a body without end": (
        HugeLength(declared=None, sent_at_most=2**27),
        "refused",
        r"bytes are more than such a file",
    ),
    "a web page with status 200 and a csv type": (WebPage(), "refused", r"web page \(HTML\)"),
    "an empty file": (Empty(), "refused", r"the file is empty"),
    "the header only": ("header only", "refused", r"no usable row"),
    "the last line truncated": ("truncated", "refused", r"truncated"),
    "cut at the end of a line": ("without a line", "refused", r"lines are missing"),
    "another year inside": ("another year", "refused", r"asked for 2024-Q2, but the file holds 2019-Q2"),
    "another quarter inside": ("another quarter", "refused", r"asked for 2024-Q2, but the file holds 2024-Q3"),
    "another area inside": ("another area", "refused", r"asked for area 41051, but the file holds 41067"),
    "redirect to another host": (Redirect("https://mirror.example/x.csv"), "failed", r"mirror\.example.*not followed"),
    "redirect in a circle": (Redirect(PATH), "failed", r"redirects"),
}


def content_of(name: str, first: Files, revision: bytes) -> bytes:
    """The bytes that come instead of the revision."""
    match name:
        case "header only":
            return header_only(revision)
        case "truncated":
            return revision[:-25]
        case "without a line":
            return without_a_line(revision)
        case "another year":
            return revision.replace(b',"2024",', b',"2019",')
        case "another quarter":
            return first[path_of(3, "41051")]
    return first[path_of(2, "41067")]


@pytest.fixture
def before(board: WebBoard, next_vintage: Files) -> tuple[str, list[Any]]:
    """The revision is published; what is in hand before it is asked for."""
    board.publish(next_vintage, NEXT_RELEASE)
    in_hand = board.answer(PATH).capture_sha256
    assert in_hand
    assert in_hand != sha256(next_vintage[PATH])
    return in_hand, board.captures()


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_got_over(
    board: WebBoard, before: tuple[str, list[Any]], next_vintage: Files, fault: str, fault_table: Any
) -> None:
    board.server.misbehave(PATH, *PASSING[fault])
    board.look()
    told = [sentence for sentence in board.told if "asked again in" in sentence]
    assert PATH in told[0]
    assert board.answer(PATH).outcome == "captured"
    assert board.answer(PATH).capture_sha256 == sha256(next_vintage[PATH])
    assert board.damaged() == []
    cause = told[0].split(": ", 1)[1].rpartition("; asked")[0]
    fault_table.add(fault, f"{cause}; asked again at once", "the revision", "asks with its ETag")


@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_that_lasts_leaves_what_is_in_hand_and_heals(
    board: WebBoard,
    before: tuple[str, list[Any]],
    first_vintage: Files,
    next_vintage: Files,
    fault: str,
    fault_table: Any,
) -> None:
    in_hand, captures = before
    kind, outcome, cause = LASTING[fault]
    revision = next_vintage[PATH]
    wrong = Content(content_of(kind, first_vintage, revision)) if isinstance(kind, str) else kind
    board.server.misbehave(PATH, wrong, always=True)
    report = board.look()
    answer = board.answer(PATH)
    others = [path for path in first_vintage if path != PATH]

    assert (answer.outcome, answer.capture_sha256) == (outcome, in_hand)
    said = next(sentence for sentence in board.told if sentence.startswith("not captured: bls 2024-Q2 41051"))
    assert answer.reason
    assert answer.reason in said
    assert re.search(cause, said), said
    assert {board.answer(path).outcome for path in others} <= {"captured", "unchanged"}
    assert [one for one in captures if one not in report.captures] == [], "a capture was lost"
    assert in_hand in {one.capture_sha256 for one in report.captures}, "what is in hand does not serve"
    assert not any(one.address.endswith(PATH) and one.capture_sha256 != in_hand for one in report.captures)
    assert board.damaged() == []

    board.server.misbehave(PATH)
    board.look()
    assert board.answer(PATH).outcome == "captured"
    assert board.answer(PATH).capture_sha256 == sha256(revision)
    assert board.answer(PATH).failing_since is None
    fault_table.add(fault, answer.reason, "the vintage before", "captures the revision")


def test_without_a_contact_nothing_is_asked(board: WebBoard, fault_table: Any) -> None:
    board.changes["contact_email"] = None
    board.server.clear_requests()
    with pytest.raises(SettingsError, match="SECTORS_CONTACT_EMAIL is not set: BLS blocks programs") as refused:
        board.look()
    assert board.server.requests == []
    said = str(refused.value).partition(". ")[0]
    fault_table.add("no contact address", said, "everything of before", "asks, once the address is set")


def test_an_earlier_version_after_the_newer_one_is_kept_and_does_not_serve(
    board: WebBoard, before: tuple[str, list[Any]], first_vintage: Files, next_vintage: Files, fault_table: Any
) -> None:
    board.look()
    newer = board.answer(PATH).capture_sha256
    assert newer == sha256(next_vintage[PATH])
    stale = first_vintage[PATH]
    once_more = stale.replace(b"\n", b"\r\n")
    for content in (stale, once_more):  # the very bytes of the first vintage, and others that say the same
        board.server.misbehave(PATH, OldVintage(content, FIRST_RELEASE + timedelta(days=1)))
        captures = board.look().captures
        assert board.answer(PATH).outcome == "older"
        assert board.answer(PATH).capture_sha256 == newer
        of_path = [one.capture_sha256 for one in captures if one.address.endswith(PATH)]
        assert of_path[-1] == newer, "the newest is last in the order of vintages"
        assert sha256(content) in of_path
    said = next(sentence for sentence in board.told if "earlier version" in sentence)
    fault_table.add("a preliminary file after a later one", said, "the later vintage", "asks with the later one's ETag")
    board.server.clear_requests()
    board.look()
    assert [request.status for request in board.server.requests if request.path == PATH] == [304]


def test_one_bad_file_in_each_way_at_once_stops_nobody(
    board: WebBoard, next_vintage: Files, first_vintage: Files
) -> None:
    board.publish(next_vintage, NEXT_RELEASE)
    faults = [WebPage(), Empty(), Status(404), Redirect("https://mirror.example/")]
    bad = [path_of(quarter, "41051") for quarter in (1, 2, 3)]
    for path, fault in zip(bad, faults, strict=False):
        board.server.misbehave(path, fault)
    board.look()
    assert [board.answer(path).outcome for path in bad] == ["refused", "refused", "missing"]
    assert board.answer(path_of(4, "41051")).outcome == "captured"
    assert {board.answer(path_of(quarter, "41067")).outcome for quarter in (1, 2, 3, 4)} == {"unchanged"}
    assert len(COUNTIES) * 4 == len(first_vintage)


def test_a_second_run_with_nothing_new_asks_once_a_file_and_gets_no_body(board: WebBoard, first_vintage: Files) -> None:
    board.server.clear_requests()
    board.look()
    asked = board.server.requests
    assert sorted(request.path for request in asked) == sorted(first_vintage)
    assert all(request.headers["If-None-Match"] for request in asked)
    assert {request.status for request in asked} == {304}
    assert sum(request.body_bytes for request in asked) == 0
