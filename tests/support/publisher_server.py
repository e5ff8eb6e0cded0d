"""A web server on loopback that plays the Bureau of Labor Statistics and QualityInfo, well and unwell.

Belongs here: what is published, which fault comes next, the record of requests, and how answers go over the wire,
whole or broken. Not here: what a well publisher answers (publisher_answers), and files to publish (published_files).

    with PublisherServer() as server:
        server.publish("/cew/data/api/2024/1/area/41051.csv", content, last_modified=datetime(2024, 9, 4, tzinfo=UTC))
        server.misbehave("/cew/data/api/2024/1/area/41051.csv", Status(503, retry_after="1"), CutAfter(1000))
"""

import socketserver
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from socket import SHUT_RDWR, socket
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from publisher_answers import (
    Answer,
    PublishedFile,
    file_answer,
    forbidden,
    is_qualityinfo,
    names_a_contact,
    not_found,
    oregon_areas,
    qualityinfo_answer,
)
from publisher_faults import (
    Content,
    CutAfter,
    CutChunked,
    Empty,
    Fault,
    HugeLength,
    NoAnswer,
    OldVintage,
    OtherHeaders,
    Redirect,
    SlowDrip,
    SlowHeaders,
    Status,
    WebPage,
    WrongLength,
)

__all__ = [
    "Content", "CutAfter", "CutChunked", "Empty", "Fault", "HugeLength", "NoAnswer", "OldVintage", "OtherHeaders",
    "PublisherServer", "Redirect", "Request", "SlowDrip", "SlowHeaders", "Status", "WebPage", "WrongLength",
]  # fmt: skip

_ZEROS = bytes(2**16)
_SECONDS_BETWEEN_DRIPS = 0.05
_SECONDS_OF_PATIENCE = 20.0  # with a client that neither reads nor writes: no thread waits for ever


@dataclass
class Request:
    """A request as it came, and what was answered: status is None, and body_bytes grow, while it is not yet."""

    method: str
    path: str
    headers: Message
    time: float
    status: int | None = None
    body_bytes: int = 0


@dataclass(frozen=True)
class _Trouble:
    """Faults of a path, for requests that have at least these query parameters."""

    path: str
    query: frozenset[tuple[str, str]]
    faults: Iterator[Fault]

    def meets(self, path: str, query: Mapping[str, str]) -> bool:
        return self.path == path and self.query <= set(query.items())


class PublisherServer:
    """The publishers at one address, from entering to leaving the context.

    Each answer takes at least `seconds_an_answer`: give it some where `most_at_once` must see requests meet.
    `areas` and `years` are what QualityInfo's lists hold, and may be replaced.
    """

    def __init__(self, seconds_an_answer: float = 0.0) -> None:
        self.areas = oregon_areas()
        self.years = list(range(2000, 2026))
        self.seconds_an_answer = seconds_an_answer
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.own_errors: list[Exception] = []
        self._files: dict[str, PublishedFile] = {}
        self._workbooks: dict[tuple[str, str, str], bytes] = {}
        self._troubles: list[_Trouble] = []
        self._requests: list[Request] = []
        self._in_flight = self._most_at_once = 0
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()
        if self.own_errors and error is None:
            raise self.own_errors[0]

    @property
    def address(self) -> str:
        """Where both publishers are."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def publish(self, path: str, content: bytes, *, last_modified: datetime, content_type: str = "text/csv") -> None:
        """Lays a file at a path, in place of the one that was there."""
        file = PublishedFile(content, last_modified, content_type)
        with self.lock:
            self._files[path] = file

    def withdraw(self, path: str) -> None:
        """Takes the file at a path away, if there is one."""
        with self.lock:
            self._files.pop(path, None)

    def publish_workbook(self, area: str, year: int, period: str, content: bytes) -> None:
        """Lays a workbook of QualityInfo: an area of ten digits, and a period from 00, the year, to 04."""
        with self.lock:
            self._workbooks[area, str(year), period] = content

    def misbehave(self, path: str, *faults: Fault, always: bool = False) -> None:
        """One fault a request in this order, then the path is well again; or round and round for ever.

        They replace the faults that the path had; none at all makes it well. With a query, they are for requests that
        have at least its parameters, whatever their order, and go before those of the path without.
        """
        place, query = _split(path)
        trouble = _Trouble(place, frozenset(query.items()), cycle(faults) if always else iter(faults))
        with self.lock:
            others = [other for other in self._troubles if (other.path, other.query) != (place, trouble.query)]
            self._troubles = sorted([*others, trouble], key=lambda one: -len(one.query))

    @property
    def requests(self) -> list[Request]:
        """All requests since the last clear_requests, in the order they came."""
        with self.lock:
            return list(self._requests)

    def clear_requests(self) -> None:
        """Forgets the requests that were, and how many were in flight at once."""
        with self.lock:
            self._requests.clear()
            self._most_at_once = self._in_flight

    @property
    def most_at_once(self) -> int:
        """The most requests that were ever between their arrival and the last byte of their answer."""
        with self.lock:
            return self._most_at_once

    def arrive(self, request: Request) -> None:
        """Records a request that begins."""
        with self.lock:
            self._requests.append(request)
            self._in_flight += 1
            self._most_at_once = max(self._most_at_once, self._in_flight)

    def leave(self) -> None:
        """A request is about to be over."""
        with self.lock:
            self._in_flight -= 1

    def next_fault(self, path: str) -> Fault | None:
        """The fault that this request meets, which is used by it."""
        place, query = _split(path)
        with self.lock:
            mine = (trouble.faults for trouble in self._troubles if trouble.meets(place, query))
            return next((fault for faults in mine for fault in faults), None)

    def answer(self, request: Request, fault: Fault | None) -> Answer:
        """What is answered, before anything happens to it on the way."""
        place, query = _split(request.path)
        with self.lock:
            file = self._files.get(place)
            report = qualityinfo_answer(place, query, self._workbooks, self.areas, self.years)
        usual = file_answer(file, request.headers) if file else report or not_found()
        content_type = file.content_type if file else (report and report.content_type) or "text/csv"
        match fault:
            case Status(code, retry_after, body, of_type):
                return Answer(code, body, of_type, {"Retry-After": retry_after} if retry_after else {})
            case Redirect(to, code):
                return Answer(code, headers={"Location": to})
            case WebPage(content, of_type):
                return Answer(200, content, of_type)
            case Empty():
                return Answer(200, b"", content_type)
            case Content(content) if report and not file:
                return replace(report, body=content)
            case Content(content):
                since = file.last_modified if file else datetime(2000, 1, 1, tzinfo=UTC)
                return file_answer(PublishedFile(content, since, content_type), request.headers)
            case OldVintage(content, last_modified):
                return file_answer(PublishedFile(content, last_modified, content_type), request.headers)
        return usual


def _split(path: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(path)
    return parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))


class _Server(ThreadingHTTPServer):
    """One daemon thread a connection; an unlucky one troubles nobody."""

    request_queue_size = 64

    def __init__(self, publisher: PublisherServer) -> None:
        self.publisher = publisher
        self._connections: set[socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        """Binds without asking for the host's name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Ends what clients keep alive, so that they see that the server is gone."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing to say: the client went away, or the error is kept by the handler."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _SECONDS_OF_PATIENCE
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Tests are quiet."""

    def do_GET(self) -> None:
        self._record = Request(self.command, self.path, self.headers, time.monotonic())
        self._is_over = False
        self.server.publisher.arrive(self._record)
        try:
            self._answer()
        except OSError:
            self.close_connection = True  # the client went away
        except Exception as error:
            self.close_connection = True
            self.server.publisher.own_errors.append(error)
        finally:
            self._leave()

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815

    def _answer(self) -> None:
        publisher = self.server.publisher
        publisher.stopping.wait(publisher.seconds_an_answer)
        if self.command not in ("GET", "HEAD"):
            self.close_connection = True  # a body may follow, which nobody reads
            return self._send(Answer(405, headers={"Allow": "GET, HEAD"}))
        if not is_qualityinfo(self.path) and not names_a_contact(self.headers.get("User-Agent", "")):
            return self._send(forbidden())
        fault = publisher.next_fault(self.path)
        if isinstance(fault, NoAnswer):
            self.close_connection = True
            return None
        if isinstance(fault, SlowHeaders):
            publisher.stopping.wait(fault.seconds)
        answer = publisher.answer(self._record, fault)
        match fault:
            case CutAfter(count):
                return self._send_cut(answer, {"Content-Length": str(len(answer.body))}, answer.body[:count])
            case CutChunked(count):
                # cut inside a chunk, unless all is sent: then only the end is missing
                chunk = b"%x\r\n%b" % (len(answer.body), answer.body[:count])
                return self._send_cut(answer, {"Transfer-Encoding": "chunked"}, chunk)
            case WrongLength(declared):
                return self._send_cut(answer, {"Content-Length": str(declared)}, answer.body)
            case OtherHeaders(headers):
                return self._send_cut(answer, {"Content-Length": str(len(answer.body)), **headers}, answer.body)
            case HugeLength(declared, sent_at_most):
                return self._send_zeros(answer, declared, sent_at_most)
            case SlowDrip(bytes_a_second):
                return self._send(answer, drip=max(1, round(bytes_a_second * _SECONDS_BETWEEN_DRIPS)))
        return self._send(answer)

    def _send(self, answer: Answer, drip: int = 0) -> None:
        """A whole answer. The request is over just before the last byte: no client can begin its next before that."""
        head = self._head(answer, {} if answer.status == 304 else {"Content-Length": str(len(answer.body))})
        if not answer.body or self.command == "HEAD":
            self._put(head[:-1])
            self._leave()
            return self._put(head[-1:])
        self._put(head)
        most = answer.body[:-1]
        step = drip or max(1, len(most))
        for start in range(0, len(most), step):
            self._put_body(most[start : start + step])
            if drip and self.server.publisher.stopping.wait(_SECONDS_BETWEEN_DRIPS):
                raise ConnectionAbortedError("the server is closing")
        self._leave()
        return self._put_body(answer.body[-1:])

    def _send_cut(self, answer: Answer, length: Mapping[str, str | None], sent: bytes) -> None:
        """Sends something else than was declared, so that the connection cannot be used again."""
        self.close_connection = True
        self._put(self._head(answer, length))
        if self.command != "HEAD":
            self._put_body(sent)

    def _send_zeros(self, answer: Answer, declared: int | None, at_most: int) -> None:
        self.close_connection = True
        length = {"Transfer-Encoding": "chunked"} if declared is None else {"Content-Length": str(declared)}
        self._put(self._head(answer, length))
        if self.command == "HEAD":
            return
        for _ in range(0, min(at_most, at_most if declared is None else declared), len(_ZEROS)):
            if self.server.publisher.stopping.is_set():
                return
            self._put_body(b"%x\r\n%b\r\n" % (len(_ZEROS), _ZEROS) if declared is None else _ZEROS)

    def _head(self, answer: Answer, length: Mapping[str, str | None]) -> bytes:
        self._record.status = answer.status
        of_type = {"Content-Type": answer.content_type} if answer.content_type else {}
        # said even where the end comes too early: else a client may ask again on a connection that is just closing
        last = {"Connection": "close"} if self.close_connection else {}
        headers = {"Server": "Apache", "Date": self.date_time_string(), **of_type, **answer.headers, **length, **last}
        lines = [
            f"HTTP/1.1 {answer.status} {_phrase(answer.status)}",
            *(f"{name}: {value}" for name, value in headers.items() if value is not None),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _put(self, data: bytes) -> None:
        self.wfile.write(data)

    def _put_body(self, data: bytes) -> None:
        """Counts bytes before they leave, so that whoever has them finds them counted."""
        self._record.body_bytes += len(data)
        self._put(data)

    def _leave(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.server.publisher.leave()


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
