"""The publishers' server as the clients of the tests see it: well, and with each fault."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import requests
from publisher_server import (
    Content,
    CutAfter,
    CutChunked,
    Empty,
    HugeLength,
    NoAnswer,
    OldVintage,
    OtherHeaders,
    PublisherServer,
    Redirect,
    SlowDrip,
    SlowHeaders,
    Status,
    WebPage,
    WrongLength,
)

SLICE = "/cew/data/api/2024/1/area/41051.csv"
BYTES = b'"area_fips","own_code"\n' + b'"41051","5"\n' * 2_000
SEPTEMBER, DECEMBER = datetime(2024, 9, 4, 10, 0, tzinfo=UTC), datetime(2024, 12, 4, 10, 0, tzinfo=UTC)
REPORT = "/ewind?p_p_resource_id=getReportXlsx&qcewArea=4101000000&qcewPeriodyear=2025&qcewPeriod=00"


@pytest.fixture
def server() -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        server.publish(SLICE, BYTES, last_modified=SEPTEMBER)
        yield server


@pytest.fixture
def client() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["User-Agent"] = "sectors tests (somebody@example.org)"
        yield session


def get(client: requests.Session, server: PublisherServer, path: str = SLICE, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(server.address + path, headers=named, timeout=5)


# Well, as BLS


def test_a_file_comes_whole_with_its_validators(server: PublisherServer, client: requests.Session) -> None:
    answer = get(client, server)
    assert (answer.status_code, answer.content) == (200, BYTES)
    assert answer.headers["Content-Length"] == str(len(BYTES))
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Last-Modified"] == "Wed, 04 Sep 2024 10:00:00 GMT"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"].startswith('"')


def test_only_a_robot_that_names_a_contact_is_let_in(server: PublisherServer, client: requests.Session) -> None:
    for name in ("Mozilla/5.0 (X11; Linux x86_64)", "python-requests/2.34", "me@home"):
        answer = get(client, server, User_Agent=name)
        assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html")
        assert b"<html>" in answer.content
    assert get(client, server, "/ewind", User_Agent="Mozilla/5.0").status_code == 200


def test_what_is_not_there_is_a_web_page_without_a_body(server: PublisherServer, client: requests.Session) -> None:
    answer = get(client, server, SLICE.replace("/1/", "/2/"))
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (404, b"", "text/html")
    server.withdraw(SLICE)
    assert get(client, server).status_code == 404


def test_a_file_is_overwritten_in_place(server: PublisherServer, client: requests.Session) -> None:
    first = get(client, server).headers["ETag"]
    server.publish(SLICE, BYTES, last_modified=DECEMBER)
    same = get(client, server)
    server.publish(SLICE, BYTES + b"\n", last_modified=DECEMBER)
    assert (same.headers["ETag"], same.headers["Last-Modified"][:11]) == (first, "Wed, 04 Dec")
    assert get(client, server).headers["ETag"] != first


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If_None_Match", "own", 304),
        ("If_None_Match", '"another", own', 304),
        ("If_None_Match", '"another"', 200),
        ("If_Modified_Since", "Wed, 04 Sep 2024 10:00:00 GMT", 304),
        ("If_Modified_Since", "Wed, 04 Sep 2024 09:59:59 GMT", 200),
        ("If_Modified_Since", "the other day", 200),
    ],
)
def test_an_unchanged_file_is_not_sent(
    server: PublisherServer, client: requests.Session, header: str, value: str, status: int
) -> None:
    etag = get(client, server).headers["ETag"]
    answer = get(client, server, **{header: value.replace("own", etag)})
    assert (answer.status_code, answer.headers["ETag"]) == (status, etag)
    assert answer.content == (b"" if status == 304 else BYTES)


def test_the_etag_counts_more_than_the_date(server: PublisherServer, client: requests.Session) -> None:
    answer = get(client, server, If_None_Match='"another"', If_Modified_Since="Fri, 01 Jan 2027 00:00:00 GMT")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("asked", "part", "content_range"),
    [
        ("bytes=0-9", BYTES[:10], f"bytes 0-9/{len(BYTES)}"),
        ("bytes=24000-", BYTES[24000:], f"bytes 24000-{len(BYTES) - 1}/{len(BYTES)}"),
        ("bytes=-5", BYTES[-5:], f"bytes {len(BYTES) - 5}-{len(BYTES) - 1}/{len(BYTES)}"),
        ("bytes=24000-99999", BYTES[24000:], f"bytes 24000-{len(BYTES) - 1}/{len(BYTES)}"),
    ],
)
def test_a_part_is_sent(
    server: PublisherServer, client: requests.Session, asked: str, part: bytes, content_range: str
) -> None:
    answer = get(client, server, Range=asked)
    assert (answer.status_code, answer.content, answer.headers["Content-Range"]) == (206, part, content_range)
    assert server.requests[-1].body_bytes == len(part)


def test_a_part_that_is_not_there_is_refused(server: PublisherServer, client: requests.Session) -> None:
    for asked in (f"bytes={len(BYTES)}-", "bytes=-0"):
        answer = get(client, server, Range=asked)
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(BYTES)}")


def test_a_range_that_cannot_be_read_gives_the_whole(server: PublisherServer, client: requests.Session) -> None:
    for asked in ("bytes=9-1", "bytes=0-1,5-6", "lines=1-2", "bytes=-"):
        assert get(client, server, Range=asked).status_code == 200


def test_a_part_of_another_vintage_is_not_sent(server: PublisherServer, client: requests.Session) -> None:
    first = get(client, server)
    validators = (first.headers["ETag"], first.headers["Last-Modified"])
    assert [get(client, server, Range="bytes=9-", If_Range=known).status_code for known in validators] == [206, 206]
    server.publish(SLICE, BYTES * 2, last_modified=DECEMBER)
    for known in validators:
        answer = get(client, server, Range="bytes=9-", If_Range=known)
        assert (answer.status_code, answer.content) == (200, BYTES * 2)


def test_a_connection_is_kept(server: PublisherServer) -> None:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=5)
    socket = None
    for method, path, status in (("GET", SLICE, 200), ("HEAD", SLICE, 200), ("GET", "/none", 404), ("GET", SLICE, 200)):
        connection.request(method, path, headers={"User-Agent": "a@example.org"})
        answer = connection.getresponse()
        assert (answer.status, len(answer.read())) == (status, len(BYTES) if method == "GET" and status == 200 else 0)
        assert socket in (None, connection.sock)
        socket = connection.sock
    connection.close()


def test_nothing_can_be_sent_to_it(server: PublisherServer, client: requests.Session) -> None:
    assert client.post(server.address + SLICE, data=b"x" * 100_000, timeout=5).status_code == 405


def test_requests_are_recorded(server: PublisherServer, client: requests.Session) -> None:
    before = time.monotonic()
    get(client, server, SLICE + "?again=1", Accept="text/csv")
    get(client, server, "/none")
    first, second = server.requests
    assert (first.method, first.path, first.status, first.body_bytes) == ("GET", SLICE + "?again=1", 200, len(BYTES))
    assert first.headers["accept"] == "text/csv"
    assert (second.path, second.status, second.body_bytes) == ("/none", 404, 0)
    assert before <= first.time <= second.time <= time.monotonic()
    server.clear_requests()
    assert server.requests == []


def test_requests_one_after_the_other_never_meet(server: PublisherServer, client: requests.Session) -> None:
    for _ in range(50):
        get(client, server, Connection="close")
    assert server.most_at_once == 1


def test_requests_that_meet_are_seen() -> None:
    with PublisherServer(seconds_an_answer=0.2) as server, ThreadPoolExecutor() as pool:
        assert all(pool.map(lambda _: plain_get(server, "/ewind"), range(3)))
        assert server.most_at_once == 3
        server.clear_requests()
        assert server.most_at_once == 0


# Unwell


def test_faults_come_in_order_one_a_request(server: PublisherServer, client: requests.Session) -> None:
    server.misbehave(SLICE, Status(503, retry_after="1", body=b"busy"), Status(429), Status(500))
    answers = [get(client, server) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 429, 500, 200]
    assert (answers[0].headers["Retry-After"], answers[0].content) == ("1", b"busy")
    assert "Retry-After" not in answers[1].headers
    assert [request.status for request in server.requests] == [503, 429, 500, 200]


def test_faults_for_ever_end_when_they_are_taken_back(server: PublisherServer, client: requests.Session) -> None:
    server.misbehave(SLICE, Status(403), Status(404), always=True)
    assert [get(client, server).status_code for _ in range(5)] == [403, 404, 403, 404, 403]
    assert get(client, server, "/ewind").status_code == 200
    server.misbehave(SLICE)
    assert get(client, server).status_code == 200


def test_a_body_is_cut(server: PublisherServer, client: requests.Session) -> None:
    server.misbehave(SLICE, CutAfter(1000), CutChunked(1000), CutChunked(10**9))
    for cut in (1000, 1000, len(BYTES)):
        answer = client.get(server.address + SLICE, stream=True, timeout=5)
        assert answer.headers.get("Content-Length") == (str(len(BYTES)) if answer.raw.chunked is False else None)
        received: list[bytes] = []
        with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
            received.extend(answer.iter_content(100))
        assert BYTES.startswith(b"".join(received))
        assert cut - 100 < len(b"".join(received)) <= cut
    assert get(client, server).content == BYTES


def test_what_was_cut_can_be_resumed_and_cut_again(server: PublisherServer, client: requests.Session) -> None:
    server.misbehave(SLICE, CutAfter(1000), CutAfter(500))
    with pytest.raises(requests.exceptions.RequestException):
        get(client, server)
    with pytest.raises(requests.exceptions.RequestException):
        get(client, server, Range="bytes=1000-")
    assert get(client, server, Range="bytes=1500-").content == BYTES[1500:]
    assert [request.status for request in server.requests] == [200, 206, 206]
    assert [request.body_bytes for request in server.requests] == [1000, 500, len(BYTES) - 1500]


def test_a_body_drips(server: PublisherServer, client: requests.Session) -> None:
    server.publish(SLICE, BYTES[:100], last_modified=SEPTEMBER)
    server.misbehave(SLICE, SlowDrip(bytes_a_second=400))
    began = time.monotonic()
    answer = client.get(server.address + SLICE, stream=True, timeout=5)
    headers_came = time.monotonic()
    assert answer.content == BYTES[:100]
    assert headers_came - began < 0.15
    assert 0.2 < time.monotonic() - began < 2


def test_headers_come_late(server: PublisherServer, client: requests.Session) -> None:
    server.misbehave(SLICE, SlowHeaders(0.3), SlowHeaders(0.3))
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.get(server.address + SLICE, timeout=0.1)
    began = time.monotonic()
    assert get(client, server).content == BYTES
    assert time.monotonic() - began > 0.3


def test_a_length_is_wrong(server: PublisherServer) -> None:
    server.misbehave(SLICE, WrongLength(len(BYTES) + 10), WrongLength(100))
    with pytest.raises(http.client.IncompleteRead) as short:
        plain_get(server)
    assert short.value.partial == BYTES
    assert plain_get(server) == BYTES[:100]
    assert server.requests[-1].body_bytes == len(BYTES)


def test_headers_say_something_else(server: PublisherServer, client: requests.Session) -> None:
    etag = get(client, server).headers["ETag"]
    server.misbehave(
        SLICE,
        OtherHeaders({"ETag": '"another"', "Last-Modified": None}),
        OtherHeaders({"Content-Range": "bytes 9-9/9"}),
        OtherHeaders({"Content-Length": "9" * 5000}),
    )
    whole, part, long = get(client, server), get(client, server, Range="bytes=24000-"), get(client, server)
    assert (whole.status_code, whole.content, whole.headers["ETag"]) == (200, BYTES, '"another"')
    assert "Last-Modified" not in whole.headers
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, BYTES[24000:], "bytes 9-9/9")
    assert (long.content, long.headers["Content-Length"]) == (BYTES, "9" * 5000)
    assert get(client, server).headers["ETag"] == etag


@pytest.mark.parametrize("declared", [10 * 2**30, None])
def test_a_huge_body_ends_when_the_client_leaves(
    server: PublisherServer, client: requests.Session, declared: int | None
) -> None:
    server.misbehave(SLICE, HugeLength(declared, sent_at_most=2**26))
    with client.get(server.address + SLICE, stream=True, timeout=5) as answer:
        assert answer.headers.get("Content-Length") == (str(declared) if declared else None)
        assert next(answer.iter_content(1000)) == bytes(1000)
    assert get(client, server).content == BYTES
    assert server.requests[0].body_bytes < 2**26


def test_a_huge_body_is_cut_off_at_last(server: PublisherServer) -> None:
    server.misbehave(SLICE, HugeLength(sent_at_most=2**18))
    with pytest.raises(http.client.IncompleteRead) as cut:
        plain_get(server)
    assert len(cut.value.partial) == 2**18


def test_other_bytes_come_with_a_good_status(server: PublisherServer, client: requests.Session) -> None:
    etag = get(client, server).headers["ETag"]
    server.misbehave(SLICE, WebPage(), Empty(), Content(b"area_fips\n"), OldVintage(b"old\n", DECEMBER))
    page, empty, other, old = (get(client, server, If_None_Match=etag) for _ in range(4))
    assert {answer.status_code for answer in (page, empty, other, old)} == {200}
    assert {answer.headers["Content-Type"] for answer in (page, empty, other, old)} == {"text/csv"}
    assert page.content.startswith(b"<!DOCTYPE html>")
    assert (empty.content, other.content, old.content) == (b"", b"area_fips\n", b"old\n")
    assert other.headers["Last-Modified"] == "Wed, 04 Sep 2024 10:00:00 GMT"
    assert old.headers["Last-Modified"] == "Wed, 04 Dec 2024 10:00:00 GMT"
    assert get(client, server, If_None_Match=etag).status_code == 304


def test_a_client_is_sent_elsewhere(server: PublisherServer, client: requests.Session) -> None:
    server.publish("/maintenance.html", b"<html>", last_modified=DECEMBER, content_type="text/html")
    server.misbehave(SLICE, Redirect("/maintenance.html"), Redirect(server.address + SLICE, code=301))
    assert get(client, server).content == b"<html>"
    answer = get(client, server)
    assert (answer.content, [each.status_code for each in answer.history]) == (BYTES, [301])


def test_no_answer_at_all(server: PublisherServer) -> None:
    server.misbehave(SLICE, NoAnswer())
    with pytest.raises(http.client.RemoteDisconnected):
        plain_get(server)
    assert server.requests[-1].status is None
    assert plain_get(server) == BYTES


def test_leaving_does_not_wait_for_slow_answers() -> None:
    with PublisherServer() as server:
        server.publish(SLICE, BYTES, last_modified=SEPTEMBER)
        server.misbehave(SLICE, SlowHeaders(60), SlowDrip(1))
        waiting = [threading.Thread(target=swallow, args=(server,), daemon=True) for _ in range(2)]
        for thread in waiting:
            thread.start()
        while len(server.requests) < 2:
            time.sleep(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 1
    for thread in waiting:
        thread.join(timeout=2)
        assert not thread.is_alive()


def test_a_date_without_a_time_zone_is_refused(server: PublisherServer) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        server.publish(SLICE, BYTES, last_modified=datetime(2024, 9, 4))


def plain_get(server: PublisherServer, path: str = SLICE) -> bytes:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", path, headers={"User-Agent": "a@example.org"})
        return connection.getresponse().read()
    finally:
        connection.close()


def swallow(server: PublisherServer) -> None:
    try:
        plain_get(server)
    except (OSError, http.client.HTTPException):
        return


# QualityInfo


def test_the_tool_begins_a_session(server: PublisherServer, client: requests.Session) -> None:
    answer = get(client, server, "/ewind")
    assert answer.content.startswith(b"<!DOCTYPE html>")
    get(client, server, REPORT)
    assert server.requests[-1].headers["Cookie"].startswith("JSESSIONID=")


def test_a_report_is_a_workbook_or_a_web_page(server: PublisherServer, client: requests.Session) -> None:
    server.publish_workbook("4101000000", 2025, "00", b"PK workbook")
    there, not_there = get(client, server, REPORT), get(client, server, REPORT.replace("2025", "2026"))
    assert (there.status_code, there.content) == (200, b"PK workbook")
    assert there.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert "ETag" not in there.headers
    assert not_there.status_code == 200
    assert not_there.headers["Content-Type"].startswith("text/html")
    assert not_there.content.startswith(b"<!DOCTYPE html>")


def test_one_report_misbehaves_and_not_the_others(server: PublisherServer, client: requests.Session) -> None:
    server.publish_workbook("4101000000", 2025, "00", b"PK workbook")
    server.misbehave("/ewind?p_p_resource_id=getReportXlsx&qcewPeriodyear=2025", Content(b"PK cut"), Status(500))
    assert get(client, server, "/ewind").status_code == 200
    assert get(client, server, REPORT.replace("2025", "2024")).status_code == 200
    other = get(client, server, REPORT)
    assert (other.content, "ETag" in other.headers, other.headers["Content-Type"][-5:]) == (b"PK cut", False, "sheet")
    assert get(client, server, REPORT).status_code == 500
    assert get(client, server, REPORT).content == b"PK workbook"


def test_areas_and_years_are_listed(server: PublisherServer, client: requests.Session) -> None:
    path = "/lmiservice/service/geog/areas/41/qcew"
    listed = json.loads(get(client, server, path + "?includestatewide=y").content)["Geog"]
    assert listed[0] == {"stfips": "41", "areatype": "01", "area": "000000", "areaname": "Oregon"}
    assert {"stfips": "41", "areatype": "04", "area": "000051", "areaname": "Multnomah County"} in listed
    assert json.loads(get(client, server, path).content)["Geog"] == listed[1:]
    server.areas, server.years = listed[:1], [2024, 2025]
    assert json.loads(get(client, server, path + "?includestatewide=y").content) == {"Geog": listed[:1]}
    years = ElementTree.fromstring(get(client, server, "/lmiservice/service/industry/qcewyears?indcodty=10").content)
    assert [element.text for element in years.iter("periodyear")] == ["2024", "2025"]
