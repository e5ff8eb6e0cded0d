"""The polite session against a server that is well and unwell: what it asks, how often, and what it says."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from publisher_server import (
    CutAfter,
    CutChunked,
    Fault,
    HugeLength,
    NoAnswer,
    OtherHeaders,
    PublisherServer,
    Redirect,
    SlowDrip,
    SlowHeaders,
    Status,
    WrongLength,
)

from pipelines.sources.http import Manners, NotModified, PoliteSession, Received, RequestFailed, http_date
from pipelines.sources.reading import RefusedFile

CONTACT = "data@board.example"
PATH = "/cew/data/api/2024/1/area/41051.csv"
CONTENT = b"".join(b"line %05d of a file that is long enough to be cut\n" % number for number in range(4000))
PUBLISHED = datetime(2024, 9, 4, 14, 0, tzinfo=UTC)
QUICK = Manners(
    seconds_between_requests=0.0,
    seconds_of_silence=0.3,
    seconds_of_patience=0.3,
    slowest_bytes_a_second=50_000,
    attempts=3,
    first_wait_seconds=0.01,
    longest_wait_seconds=0.02,
)


@pytest.fixture
def server() -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        server.publish(PATH, CONTENT, last_modified=PUBLISHED)
        yield server


class Visit:
    """A session with a server, its pauses, and a place for files."""

    def __init__(self, server: PublisherServer, folder: Path, manners: Manners = QUICK, contact: str = CONTACT) -> None:
        self.server, self.target = server, folder / "file.csv"
        self.pauses: list[float] = []
        self.told: list[str] = []
        self.session = PoliteSession(contact, (server.address,), manners, self.told.append, self.pauses.append)

    def fetch(self, path: str = PATH, largest_bytes: int = 10**6, **version: str | None) -> Received | NotModified:
        return self.session.fetch(self.server.address + path, self.target, largest_bytes, **version)

    def failure(self, path: str = PATH) -> RequestFailed:
        with pytest.raises(RequestFailed) as failed:
            self.fetch(path)
        assert not self.target.exists(), "something of a failed transfer is left"
        return failed.value


@pytest.fixture
def visit(server: PublisherServer, tmp_path: Path) -> Visit:
    return Visit(server, tmp_path)


def statuses(server: PublisherServer) -> list[int | None]:
    return [request.status for request in server.requests]


# What is asked


def test_a_file_comes_whole_with_its_version(visit: Visit) -> None:
    received = visit.fetch()
    assert isinstance(received, Received)
    assert received.path.read_bytes() == CONTENT
    assert received.bytes == len(CONTENT)
    assert received.has_length
    assert http_date(received.last_modified) == "2024-09-04T14:00:00.000000+00:00"


def test_the_contact_is_told_to_the_publisher_and_to_nobody_else(visit: Visit) -> None:
    visit.server.misbehave(PATH, *[Status(403)] * 4)
    reason = visit.failure().reason
    assert CONTACT in visit.server.requests[0].headers["User-Agent"]
    assert CONTACT not in reason + str(visit.session) + "".join(visit.told)


def test_without_a_contact_the_server_refuses_and_the_reason_says_what_to_do(
    server: PublisherServer, tmp_path: Path
) -> None:
    failure = Visit(server, tmp_path, contact="").failure()
    assert "SECTORS_CONTACT_EMAIL" in failure.reason
    assert statuses(server) == [403], "a refusal is not tried again"


def test_a_version_in_hand_is_not_sent_again(visit: Visit) -> None:
    first = visit.fetch()
    assert isinstance(first, Received)
    for version in ({"etag": first.etag}, {"last_modified": first.last_modified}):
        assert isinstance(visit.fetch(**version), NotModified)
    assert statuses(visit.server) == [200, 304, 304]
    assert [request.body_bytes for request in visit.server.requests[1:]] == [0, 0]


def test_a_newer_version_is_sent(visit: Visit) -> None:
    first = visit.fetch()
    assert isinstance(first, Received)
    visit.server.publish(PATH, b"new\n", last_modified=PUBLISHED + timedelta(days=90))
    again = visit.fetch(etag=first.etag, last_modified=first.last_modified)
    assert isinstance(again, Received)
    assert visit.target.read_bytes() == b"new\n"


def test_requests_to_one_host_are_a_second_apart(server: PublisherServer, tmp_path: Path) -> None:
    visit = Visit(server, tmp_path, Manners())
    for _ in range(3):
        visit.fetch()
    assert [round(pause, 1) for pause in visit.pauses] == [1.0, 1.0]


def test_nothing_of_the_password_file_is_sent(visit: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    visit.fetch()
    assert visit.server.requests[0].headers["Authorization"] is None


# What passes


@pytest.mark.parametrize(
    "faults",
    [
        [Status(500)],
        [Status(503), Status(502)],
        [Status(429, retry_after="0")],
        [NoAnswer()],
        [SlowHeaders(0.6)],
        [SlowDrip(20_000)],
        [CutChunked(5_000)],
    ],
    ids=str,
)
def test_what_passes_is_tried_again(visit: Visit, faults: list[Fault]) -> None:
    visit.server.misbehave(PATH, *faults)
    assert isinstance(visit.fetch(), Received)
    assert visit.target.read_bytes() == CONTENT
    assert len(visit.told) == len(faults)
    assert all("asked again in" in sentence for sentence in visit.told)


def test_a_transfer_that_was_cut_goes_on_where_it_was(visit: Visit) -> None:
    visit.server.misbehave(PATH, CutAfter(100_000), CutAfter(50_000))
    received = visit.fetch()
    assert isinstance(received, Received)
    assert received.bytes == len(CONTENT)
    assert visit.target.read_bytes() == CONTENT
    assert statuses(visit.server) == [200, 206, 206]
    starts = [request.headers["Range"] for request in visit.server.requests]
    assert starts[0] is None
    assert starts[1:] == sorted(set(starts[1:])), "each attempt asks for less"


def test_a_file_that_is_replaced_while_it_comes_is_read_anew(visit: Visit) -> None:
    visit.server.misbehave(PATH, CutAfter(100_000))
    newer = CONTENT.replace(b"line", b"LINE")
    visit.session.sleep = lambda _: visit.server.publish(PATH, newer, last_modified=PUBLISHED + timedelta(days=1))
    visit.fetch()
    assert visit.target.read_bytes() == newer
    assert statuses(visit.server) == [200, 200]


SIZE = len(CONTENT)


@pytest.mark.parametrize(
    "part",
    [
        {"ETag": '"of another version"'},
        {"ETag": 'W/"of another version"'},
        {"Content-Range": f"bytes {{have}}-{SIZE - 1}/{SIZE + 1}"},
        {"Content-Range": f"bytes {{have}}-{SIZE - 2}/{SIZE}"},
        {"Content-Range": f"bytes {{have}}-{SIZE + 9}/{SIZE + 10}"},
        {"Content-Range": f"bytes {{have}}-{SIZE - 1}/*"},
        {"Content-Range": f"bytes 0-{SIZE - 1}/{SIZE}"},
        {"Content-Range": f"lines {{have}}-{SIZE - 1}/{SIZE}"},
        {"Content-Range": f"bytes {{have}}-{'9' * 5000}/1{'0' * 5000}"},
        {"Content-Range": None},
        {"Content-Length": "10"},
    ],
    ids=lambda part: " ".join(str(text)[:40] for one in part.items() for text in one),
)
def test_the_rest_of_another_version_is_not_joined(visit: Visit, part: dict[str, str | None]) -> None:
    have = 100_000
    said = {name: text and text.replace("{have}", str(have)) for name, text in part.items()}
    visit.server.misbehave(PATH, CutAfter(have), OtherHeaders(said))
    received = visit.fetch()
    assert isinstance(received, Received)
    assert visit.target.read_bytes() == CONTENT
    assert statuses(visit.server) == [200, 206, 200], "it is asked for anew"
    assert visit.server.requests[2].headers["Range"] is None
    assert "cannot be had by itself" in visit.told[1]


def test_a_rest_that_does_not_repeat_the_version_is_of_the_version_asked_for(visit: Visit) -> None:
    whole = visit.fetch()
    visit.target.unlink()
    silent = OtherHeaders({"ETag": None, "Last-Modified": None, "Content-Length": None})
    visit.server.misbehave(PATH, CutAfter(100_000), silent)
    assert visit.fetch() == whole
    assert visit.target.read_bytes() == CONTENT


def test_a_rest_without_a_length_is_whole_by_its_range(visit: Visit) -> None:
    visit.server.misbehave(PATH, CutChunked(100_000), CutChunked(50_000))
    received = visit.fetch()
    assert isinstance(received, Received)
    assert received.has_length
    assert visit.target.read_bytes() == CONTENT
    assert statuses(visit.server) == [200, 206, 206]


def test_a_body_that_is_shorter_than_said_is_asked_for_again(visit: Visit) -> None:
    visit.server.misbehave(PATH, WrongLength(len(CONTENT) + 100))
    visit.fetch()
    assert visit.target.read_bytes() == CONTENT
    assert statuses(visit.server) == [200, 416, 200], "its rest is asked for, which is not there"


def test_pauses_grow_and_keep_what_the_server_asks_for(server: PublisherServer, tmp_path: Path) -> None:
    manners = replace(QUICK, attempts=4, first_wait_seconds=1.0, longest_wait_seconds=60.0)
    visit = Visit(server, tmp_path, manners)
    server.misbehave(PATH, Status(500), Status(500), Status(429, retry_after="30"))
    visit.fetch()
    first, second, third = visit.pauses
    assert 1 <= first <= 2
    assert 2 <= second <= 3
    assert third == 30


def test_a_date_in_retry_after_is_kept_too(visit: Visit) -> None:
    visit.server.misbehave(PATH, Status(503, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=40))))
    visit.fetch()
    assert 35 < visit.pauses[0] <= 40


# What does not pass


def test_a_missing_file_is_said_at_once(visit: Visit) -> None:
    failure = visit.failure("/cew/data/api/2031/1/area/41051.csv")
    assert failure.is_missing
    assert "404" in failure.reason
    assert "not published" in failure.reason
    assert statuses(visit.server) == [404]


def test_a_server_that_stays_unwell_is_left_after_the_attempts(visit: Visit) -> None:
    visit.server.misbehave(PATH, Status(500), always=True)
    failure = visit.failure()
    assert statuses(visit.server) == [500, 500, 500]
    assert "500" in failure.reason
    assert "3 attempts" in failure.reason


def test_a_long_retry_after_is_not_waited_for(visit: Visit) -> None:
    visit.server.misbehave(PATH, Status(429, retry_after="86400"))
    assert "left alone for 86400 s" in visit.failure().reason
    assert visit.pauses == []


@pytest.mark.parametrize("seconds", ["9" * 5000, "9" * 400, "9" * 30])
def test_a_retry_after_without_end_is_not_waited_for(visit: Visit, seconds: str) -> None:
    visit.server.misbehave(PATH, Status(429, retry_after=seconds))
    assert "wants to be left alone for ever; the next run asks again" in visit.failure().reason
    assert visit.pauses == []


@pytest.mark.parametrize(
    "text", ["inf", "nan", "-1", "1e99", "Fri, 31 Dec 9999 23:59:59 -0100", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_a_retry_after_that_cannot_be_used_is_none(visit: Visit, text: str) -> None:
    visit.server.misbehave(PATH, Status(503, retry_after=text))
    assert isinstance(visit.fetch(), Received)
    assert visit.pauses[0] < 1


def test_a_host_that_refuses_three_times_is_not_asked_again(visit: Visit) -> None:
    visit.server.misbehave(PATH, Status(403), always=True)
    reasons = [visit.failure().reason for _ in range(5)]
    assert statuses(visit.server) == [403, 403, 403]
    assert reasons[-1].startswith("not asked:")


def test_a_missing_file_between_refusals_shows_that_the_host_answers(visit: Visit) -> None:
    visit.server.misbehave(PATH, Status(403), always=True)
    for _ in range(3):
        visit.failure()
        visit.failure("/elsewhere.csv") if _ < 2 else None
    assert statuses(visit.server) == [403, 404, 403, 404, 403]


@pytest.mark.parametrize("fault", [HugeLength(), HugeLength(declared=None)], ids=["declared", "without end"])
def test_more_than_such_a_file_can_have_is_refused(visit: Visit, fault: Fault) -> None:
    visit.server.misbehave(PATH, fault)
    started = time.monotonic()
    with pytest.raises(RefusedFile, match="more than such a file can have"):
        visit.fetch(largest_bytes=10**6)
    assert not visit.target.exists()
    assert time.monotonic() - started < 5
    assert len(visit.server.requests) == 1


@pytest.mark.parametrize("digits", [19, 5000])
def test_a_length_beyond_all_files_is_too_large(visit: Visit, digits: int) -> None:
    visit.server.misbehave(PATH, OtherHeaders({"Content-Length": "9" * digits}))
    with pytest.raises(RefusedFile, match="more than such a file can have"):
        visit.fetch(largest_bytes=10**6)
    assert not visit.target.exists()
    assert len(visit.server.requests) == 1


@pytest.mark.parametrize("text", ["-1", "1e3", "many", "²"])
def test_a_length_that_is_no_number_is_none(visit: Visit, text: str) -> None:
    visit.server.misbehave(PATH, OtherHeaders({"Content-Length": text}))
    received = visit.fetch()
    assert isinstance(received, Received)
    assert not received.has_length
    assert visit.target.read_bytes() == CONTENT


def test_a_version_that_cannot_be_sent_back_is_none(visit: Visit) -> None:
    visit.server.misbehave(PATH, OtherHeaders({"ETag": '\x0b"a"', "Last-Modified": "\x1f"}))
    received = visit.fetch()
    assert isinstance(received, Received)
    assert (received.etag, received.last_modified) == (None, None)


def test_a_body_that_is_longer_than_said_is_never_longer_in_hand(visit: Visit) -> None:
    visit.server.misbehave(PATH, WrongLength(1000))
    received = visit.fetch()
    assert isinstance(received, Received)
    assert visit.target.read_bytes() == CONTENT[:1000], "its content has to show that it was cut: see check_content"


# Redirects


def test_a_redirect_on_the_same_host_is_followed(visit: Visit) -> None:
    visit.server.misbehave("/old.csv", Redirect(PATH), always=True)
    visit.fetch("/old.csv")
    assert visit.target.read_bytes() == CONTENT


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/x.csv", "https://data.bls.example/x.csv", "//other.example/x"])
def test_a_redirect_to_another_host_is_not(visit: Visit, where: str) -> None:
    visit.server.misbehave(PATH, Redirect(where))
    failure = visit.failure()
    assert "not followed" in failure.reason
    assert len(visit.server.requests) == 1


@pytest.mark.parametrize("where", ["https://[x/", "//[", "http://[::1", "https://[v1]/"])
def test_a_redirect_that_cannot_be_read_is_said(visit: Visit, where: str) -> None:
    visit.server.misbehave(PATH, Redirect(where))
    failure = visit.failure()
    assert f"leads to {where!r}, which is no address" in failure.reason
    assert len(visit.server.requests) == 1


def test_a_redirect_in_a_circle_ends(visit: Visit) -> None:
    visit.server.misbehave(PATH, Redirect(PATH), always=True)
    assert "redirects" in visit.failure().reason
    assert len(visit.server.requests) == 5


def test_an_address_of_another_host_is_never_asked(visit: Visit) -> None:
    with pytest.raises(RequestFailed, match="not followed"):
        visit.session.fetch("https://data.bls.example/x.csv", visit.target, 10)
    assert visit.session.requests_sent == 0


# Dates


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "Fri, 31 Dec 9999 23:59:59 -0100",
        "Wed, 04 Sep 2024 10:00:00 +9999999999999999",
        f"Wed, 04 Sep {'9' * 5000} 10:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Sun, 31 Dec 1989 23:59:59 GMT",
        "Mon, 01 Jan 1990 00:30:00 +0100",
    ],
    ids=lambda text: str(text)[:50],
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert http_date(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon, 01 Jan 1990 00:00:00 GMT", "1990-01-01T00:00:00.000000+00:00"),
        ("Wed, 04 Sep 2024 10:00:00 -0400", "2024-09-04T14:00:00.000000+00:00"),
        ("Wed, 04 Sep 2024 14:00:00 -0000", "2024-09-04T14:00:00.000000+00:00"),
        ("Wed, 04 Sep 2024 14:00:00", "2024-09-04T14:00:00.000000+00:00"),
    ],
)
def test_dates_are_universal_time_wherever_this_machine_is(
    text: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        assert http_date(text) == moment
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_file_with_a_date_that_cannot_be_used_comes_all_the_same(visit: Visit) -> None:
    visit.server.misbehave(PATH, OtherHeaders({"Last-Modified": "Fri, 31 Dec 9999 23:59:59 -0100"}))
    received = visit.fetch()
    assert isinstance(received, Received)
    assert http_date(received.last_modified) is None
    assert visit.target.read_bytes() == CONTENT
