"""What can go wrong with a publisher's answers, as small values that a test hands to `PublisherServer.misbehave`.

Belongs here: the faults, and what each is named after. Not here: how they are played (publisher_server).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Status:
    """An answer with this status, such as 403, 404, 429, 500 or 503; retry_after as it stands in the header."""

    code: int
    retry_after: str | None = None
    body: bytes = b""
    content_type: str = "text/html"


@dataclass(frozen=True)
class CutAfter:
    """The usual answer with its full length declared, but the connection closes after so many bytes of its body."""

    bytes: int


@dataclass(frozen=True)
class CutChunked:
    """The usual answer in chunks, without a length; the connection closes after so many bytes, and no last chunk."""

    bytes: int


@dataclass(frozen=True)
class SlowDrip:
    """The usual answer: its headers at once, its body in drips."""

    bytes_a_second: float


@dataclass(frozen=True)
class SlowHeaders:
    """The usual answer, after so many seconds of silence."""

    seconds: float


@dataclass(frozen=True)
class WrongLength:
    """The usual answer with another length than it has: more than is sent, or less."""

    declared: int


@dataclass(frozen=True)
class HugeLength:
    """Declares very much, or, with None, chunks without an end; then zeros until the client leaves.

    No more than sent_at_most bytes are sent, so that a client that never leaves is cut off.
    """

    declared: int | None = 10 * 2**30
    sent_at_most: int = 8 * 2**20


@dataclass(frozen=True)
class OtherHeaders:
    """The usual answer, but these headers say something else; None leaves one out."""

    headers: Mapping[str, str | None]


@dataclass(frozen=True)
class WebPage:
    """A web page where a file should be, with status 200 and the file's content type."""

    content: bytes = b"<!DOCTYPE html>\n<html><body><h1>Service temporarily unavailable</h1></body></html>\n"
    content_type: str = "text/csv"


@dataclass(frozen=True)
class Empty:
    """Status 200, and nothing."""


@dataclass(frozen=True)
class Content:
    """Other bytes for one answer, as if they had been published: a header only, another area's file."""

    content: bytes


@dataclass(frozen=True)
class OldVintage:
    """What was published before, with the date it had, as from a copy that was not renewed."""

    content: bytes
    last_modified: datetime


@dataclass(frozen=True)
class Redirect:
    """Sends the client elsewhere: a path of this server, or a whole address."""

    to: str
    code: int = 302


@dataclass(frozen=True)
class NoAnswer:
    """The connection closes without a word."""


Fault = (
    Status
    | CutAfter
    | CutChunked
    | SlowDrip
    | SlowHeaders
    | WrongLength
    | HugeLength
    | OtherHeaders
    | WebPage
    | Empty
    | Content
    | OldVintage
    | Redirect
    | NoAnswer
)
