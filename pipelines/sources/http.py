"""Fetches files over HTTP as a guest should: by name, slowly, only what is new, and never off the hosts it was given.

Belongs here: the polite session, its retries, and what it refuses before a byte is kept. Not here: which files there
are (bls_files, qualityinfo_files), and whether the content of one is right (capture).
"""

import email.utils
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3

from pipelines.sources.reading import RefusedFile

PRODUCT = "target-sectors (QCEW shares of target sectors)"

_BLOCK = 2**16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 500, 502, 503, 504})
_MOST_REDIRECTS = 5
_NUMBER = re.compile(r"[0-9]+")
_PART = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_BEYOND_ALL = 10**18  # bytes or seconds: no file is so large, nobody waits so long
_FIRST_DATE = datetime(1990, 1, 1, tzinfo=UTC)  # what is older is a clock or a field that was never set


@dataclass(frozen=True)
class Manners:
    """How a session behaves; seconds, bytes and numbers of requests."""

    seconds_between_requests: float = 1.0
    """To one host; BLS tolerates about one request a second."""
    seconds_to_connect: float = 10.0
    seconds_of_silence: float = 60.0
    """Without a byte, after which a transfer is given up."""
    seconds_of_patience: float = 60.0
    """After which a transfer slower than slowest_bytes_a_second is given up."""
    slowest_bytes_a_second: int = 2_000
    attempts: int = 5
    first_wait_seconds: float = 2.0
    """After the first failed attempt; doubled after each, with as much again at random."""
    longest_wait_seconds: float = 120.0
    longest_retry_after_seconds: float = 600.0
    """A server that asks to be left alone for longer is left alone until the next run."""
    most_failures_in_a_row: int = 3
    """Of one host that refuses or does not answer: it is not asked again in this run."""


@dataclass(frozen=True)
class NotModified:
    """The server has nothing newer than what the request named."""


@dataclass(frozen=True)
class Received:
    """A whole body, at the path that was asked for, with what the server said of it."""

    path: Path
    bytes: int
    etag: str | None
    last_modified: str | None
    """As the header has it: an HTTP date."""
    has_length: bool
    """Whether the server said how long the body is, so that it is known to be whole."""


class RequestFailed(Exception):  # noqa: N818 - it names the situation
    """A file that could not be had: its address, and a reason for the person who must act."""

    def __init__(self, address: str, reason: str, is_missing: bool = False) -> None:
        super().__init__(f"{address}: {reason}")
        self.address = address
        self.reason = reason
        self.is_missing = is_missing


class _TryAgain(Exception):  # noqa: N818 - it names the situation
    """An attempt that failed in a way that may pass; after how many seconds the server wants to be asked again."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass
class _Transfer:
    """One file on its way, across attempts: what is there of it, and of which version."""

    address: str
    target: Path
    largest_bytes: int
    conditions: dict[str, str]
    etag: str | None = None
    last_modified: str | None = None
    length: int | None = None
    """Of the whole file, as far as the server has said it."""

    @property
    def version(self) -> str | None:
        """What names the same bytes, and no others."""
        return None if self.etag is None or self.etag.startswith("W/") else self.etag

    def headers(self) -> dict[str, str]:
        """Of the next attempt: go on where the last one was cut, if the file is still the same."""
        if (have := self.bytes_here()) and self.version:
            return {"Range": f"bytes={have}-", "If-Range": self.version}
        return self.conditions

    def bytes_here(self) -> int:
        return self.target.stat().st_size if self.target.exists() else 0

    def start_over(self) -> None:
        self.target.unlink(missing_ok=True)
        self.etag = self.last_modified = self.length = None

    def begin(self, response: requests.Response) -> None:
        """With a whole file."""
        self.start_over()
        self.etag, self.last_modified = _said(response, "ETag"), _said(response, "Last-Modified")
        self.length = _length(response)

    def goes_on_with(self, response: requests.Response) -> bool:
        """Whether a part is all that is missing, and of the version that is here."""
        part = _PART.fullmatch(response.headers.get("Content-Range", ""))
        if part is None or response.headers.get("ETag", self.etag) != self.etag:
            return False
        start, end, total = map(int, part.groups())
        is_the_rest = start == self.bytes_here() > 0 and end + 1 == total and _length(response) in (None, total - start)
        if not is_the_rest or self.length not in (None, total):
            return False
        self.length = total
        return True


class _SessionWithoutRedirects(requests.Session):
    """Leaves redirects to its user: even one that it does not follow it would read, body and all."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


@dataclass
class PoliteSession:
    """Fetches files from the given origins, and from no other.

    `contact` is the e-mail address that the publishers can write to; it goes into the User-Agent and nowhere else.
    `origins` are schemes with hosts, such as https://data.bls.gov. `tell` hears of every pause before a new attempt.
    """

    contact: str = field(repr=False)
    origins: Collection[str]
    manners: Manners = Manners()
    tell: Callable[[str], object] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    requests_sent: int = 0

    def __post_init__(self) -> None:
        self._session = _SessionWithoutRedirects()
        self._session.auth = lambda request: request  # without it, passwords of ~/.netrc would be sent along
        self._session.headers.update(
            {"User-Agent": f"{PRODUCT}; {self.contact}", "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        self._asked_at: dict[str, float] = {}
        self._failures_in_a_row: dict[str, int] = {}

    def __enter__(self) -> "PoliteSession":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def fetch(
        self,
        address: str,
        target: Path,
        largest_bytes: int,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Received | NotModified:
        """Fetches one file to `target`, unless it is still the version named by etag and last_modified.

        Attempts that fail in passing are repeated with growing pauses, from where they were cut. Raises RequestFailed
        with the reason, RefusedFile where the answer is larger than largest_bytes. What is left of a failed transfer
        is removed.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        transfer = _Transfer(address, target, largest_bytes, {name: text for name, text in conditions.items() if text})
        try:
            return self._fetch(transfer)
        except BaseException:
            transfer.start_over()
            raise

    def _fetch(self, transfer: _Transfer) -> Received | NotModified:
        host = origin_of(transfer.address)
        if self._failures_in_a_row.get(host, 0) >= self.manners.most_failures_in_a_row:
            raise RequestFailed(transfer.address, f"not asked: {host} refused or failed several times in a row")
        try:
            answer = self._attempts()(self._attempt, transfer)
        except _TryAgain as last:
            self._count_failure(host)
            reason = f"{last}, after {self.manners.attempts} attempts; the next run asks again"
            raise RequestFailed(transfer.address, reason) from None
        self._failures_in_a_row[host] = 0
        return answer

    def _attempts(self) -> tenacity.Retrying:
        manners = self.manners
        growing = tenacity.wait_exponential_jitter(
            multiplier=manners.first_wait_seconds, max=manners.longest_wait_seconds, jitter=manners.first_wait_seconds
        )

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after if isinstance(error, _TryAgain) else None
            return growing(state) if asked is None else max(asked, growing(state))

        def tell(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            pause = state.next_action.sleep if state.next_action else 0
            self.tell(f"{state.args[0].address}: {error}; asked again in {pause:.0f} s")

        return tenacity.Retrying(
            stop=tenacity.stop_after_attempt(manners.attempts),
            wait=wait,
            retry=tenacity.retry_if_exception_type(_TryAgain),
            before_sleep=tell,
            sleep=self.sleep,
            reraise=True,
        )

    def _attempt(self, transfer: _Transfer) -> Received | NotModified:
        try:
            with self._ask(transfer) as response:
                return self._receive(transfer, response)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _TryAgain(_plain(error)) from error

    def _ask(self, transfer: _Transfer) -> requests.Response:
        """The answer after redirects, each of which is a request of its own and must stay on the given origins."""
        address = transfer.address
        for _ in range(_MOST_REDIRECTS):
            if origin_of(address) not in self.origins:
                raise RequestFailed(
                    transfer.address, f"leads to {origin_of(address)}, which is not asked; not followed"
                )
            self._wait_for_turn(origin_of(address))
            self.requests_sent += 1
            silence = (self.manners.seconds_to_connect, self.manners.seconds_of_silence)
            response = self._session.get(
                address, headers=transfer.headers(), stream=True, timeout=silence, allow_redirects=False
            )
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                return response
            response.close()
            address = _redirected(transfer.address, address, response.headers["Location"])
        raise RequestFailed(transfer.address, f"more than {_MOST_REDIRECTS} redirects; look at the address")

    def _wait_for_turn(self, host: str) -> None:
        due = self._asked_at.get(host, -float("inf")) + self.manners.seconds_between_requests
        if (pause := due - time.monotonic()) > 0:
            self.sleep(pause)
        self._asked_at[host] = time.monotonic()

    def _receive(self, transfer: _Transfer, response: requests.Response) -> Received | NotModified:
        status = response.status_code
        if status == 304 and transfer.conditions:
            return NotModified()
        if status == 206 and transfer.goes_on_with(response):
            return self._write(transfer, response)
        if status in (206, 416):
            transfer.start_over()
            raise _TryAgain(f"{status}: the rest of the file cannot be had by itself")
        if status == 200:
            transfer.begin(response)
            return self._write(transfer, response)
        if status in _BUSY:
            raise _TryAgain(f"the server answers {status} {response.reason}", self._retry_after(transfer, response))
        if status in (401, 403):
            self._count_failure(origin_of(transfer.address))
        is_missing = status in (404, 410)
        if is_missing:
            self._failures_in_a_row[origin_of(transfer.address)] = 0
        raise RequestFailed(transfer.address, _hint(status, response.reason), is_missing)

    def _retry_after(self, transfer: _Transfer, response: requests.Response) -> float | None:
        seconds = _seconds(response.headers.get("Retry-After"))
        if seconds and seconds > self.manners.longest_retry_after_seconds:
            self._count_failure(origin_of(transfer.address))
            how_long = "ever" if seconds >= _BEYOND_ALL else f"{seconds:.0f} s"
            reason = f"the server answers {response.status_code} and wants to be left alone for {how_long}"
            raise RequestFailed(transfer.address, f"{reason}; the next run asks again")
        return seconds

    def _write(self, transfer: _Transfer, response: requests.Response) -> Received:
        offset, length = transfer.bytes_here(), transfer.length
        if length is not None and length > transfer.largest_bytes:
            raise RefusedFile(transfer.address, _too_large(length, transfer.largest_bytes))
        started, received = time.monotonic(), 0
        with transfer.target.open("ab") as file:
            while block := response.raw.read1(_BLOCK, decode_content=False):
                received += len(block)
                if offset + received > transfer.largest_bytes:
                    raise RefusedFile(transfer.address, _too_large(offset + received, transfer.largest_bytes))
                file.write(block)
                self._give_up_if_slow(received, time.monotonic() - started)
        have = offset + received
        if length is not None and have != length:
            raise _TryAgain(f"the connection was cut after {have:,} of {length:,} bytes")
        return Received(transfer.target, have, transfer.etag, transfer.last_modified, has_length=length is not None)

    def _give_up_if_slow(self, received: int, seconds: float) -> None:
        if seconds > self.manners.seconds_of_patience and received / seconds < self.manners.slowest_bytes_a_second:
            raise _TryAgain(f"the transfer is too slow: {received:,} bytes in {seconds:.0f} s")

    def _count_failure(self, host: str) -> None:
        self._failures_in_a_row[host] = self._failures_in_a_row.get(host, 0) + 1


def http_date(text: str | None) -> str | None:
    """An HTTP date as UTC in ISO 8601 with microseconds, None where it is none or cannot be right."""
    try:
        found = email.utils.parsedate_to_datetime(text or "")
        moment = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="microseconds") if moment >= _FIRST_DATE else None


def origin_of(address: str) -> str:
    """Scheme and host of an address, such as https://data.bls.gov."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _redirected(asked: str, address: str, location: str) -> str:
    """Where a redirect leads."""
    try:
        found = urljoin(address, location)
        origin_of(found)
    except ValueError as error:
        reason = f"leads to {location[:200]!r}, which is no address ({error}); not followed"
        raise RequestFailed(asked, reason) from error
    return found


def _said(response: requests.Response, name: str) -> str | None:
    """A header that can be sent back, which one with control characters cannot."""
    text = response.headers.get(name)
    return text if text and text.isprintable() else None


def _length(response: requests.Response) -> int | None:
    return _number(response.headers.get("Content-Length", ""))


def _number(text: str) -> int | None:
    """Digits as a number, none larger than _BEYOND_ALL; None where it is something else."""
    if not _NUMBER.fullmatch(text):
        return None
    return int(text) if len(text) <= 18 else _BEYOND_ALL


def _seconds(retry_after: str | None) -> float | None:
    """What a Retry-After header asks for: seconds, or the time until a date."""
    if retry_after is None:
        return None
    if (seconds := _number(retry_after.strip())) is not None:
        return float(seconds)
    moment = http_date(retry_after)
    return max(0.0, (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()) if moment else None


def _plain(error: Exception) -> str:
    """A failed connection in words; the libraries' own texts repeat addresses and objects."""
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "no answer within the time-out"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate cannot be trusted"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | urllib3.exceptions.ProtocolError):
        return "the connection was cut"
    return "no connection"


def _too_large(found: int, largest: int) -> str:
    return f"{found:,} bytes are more than such a file can have ({largest:,}); nothing was kept. Look at the address"


def _hint(status: int, reason: str) -> str:
    hints = {
        401: "the server asks for a password; BLS and QualityInfo do not: look at the address",
        403: "the server refuses this program. BLS blocks robots without a contact: see that SECTORS_CONTACT_EMAIL is "
        "an address that is read, and wait some hours before the next run",
        404: "there is no such file: not published, or the address has changed",
        410: "the file was taken away for good: look at the publisher's page",
    }
    return f"{status} {reason}: {hints.get(status, 'an answer that was not expected; look at the address')}"
