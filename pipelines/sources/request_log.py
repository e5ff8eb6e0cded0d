"""Remembers of every address what it answered, so that a later run asks only for what is new.

Belongs here: one small file an address, and the mark of a look that is under way. Not here: the captures themselves
(raw_store), or what is asked next (capture_plan). Layout: FOLDER/requests/<first two digits>/<hash of the address>.json
and FOLDER/look_<source>.json; each is moved into place whole.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.domain.periods import Period
from pipelines.domain.release_calendar import release_window
from pipelines.sources.raw_store import Capture
from pipelines.sources.remote_files import RemoteFile
from pipelines.sources.whole_files import DamagedFile, read_json, write_json

Outcome = Literal["captured", "unchanged", "older", "missing", "failed", "refused"]
"""captured: new content; unchanged: the content in hand; older: an earlier version than that in hand; missing: no such
file; failed: no answer that could be used; refused: an answer whose content is not what was asked for."""

PUBLICATION_TIME = time(10, tzinfo=ZoneInfo("America/New_York"))
"""What was asked before it may be other content after it, so that a look that was cut off does not go on beyond it."""


@dataclass(frozen=True)
class Held:
    """Content that an address had before, and when it was first and last seen there."""

    capture_sha256: str
    since: str
    until: str


@dataclass(frozen=True)
class LastAnswer:
    """What is known of one address. Times are UTC, ISO 8601."""

    address: str
    source: str
    period: str
    area_fips: str | None
    outcome: Outcome
    checked_at: str
    reason: str | None = None
    failing_since: str | None = None
    """The first of the answers without use since the last good one."""
    capture_sha256: str | None = None
    """The content in hand: the newest good one."""
    first_captured_at: str | None = None
    """When the address first had content."""
    content_since: str | None = None
    """When the content in hand was captured."""
    content_checked_at: str | None = None
    """When the publisher last said, or showed, that the content in hand is its present one."""
    published_at: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    """As the publisher last gave them for the content in hand; none where the whole of it is to be asked for again."""
    last_quarter: str | None = None
    """The newest quarter in the content in hand; of a year that is under way not its fourth."""
    earlier: tuple[Held, ...] = ()
    """What it had before the content in hand, oldest first."""


_FOR_PLANS = ("last_quarter", "earlier")
SCHEMA = pl.Schema({name: pl.String() for name in LastAnswer.__dataclass_fields__ if name not in _FOR_PLANS})


class RequestLog:
    """The answers kept under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def last(self, address: str) -> LastAnswer | None:
        """What the address last answered, None if it was never asked. Raises DamagedFile."""
        path = self._path(address)
        return _read_answer(path) if path.exists() else None

    def all(self) -> list[LastAnswer]:
        """The last answer of every address, in the order of source, period, area and address. Raises DamagedFile."""
        answers = (_read_answer(path) for path in self.folder.glob("requests/??/*.json"))
        return sorted(answers, key=lambda one: (one.source, one.period, one.area_fips or "", one.address))

    def captured(
        self,
        asked: RemoteFile,
        capture: Capture,
        outcome: Outcome,
        now: str,
        etag: str | None,
        last_modified: str | None,
        flaw: str | None = None,
    ) -> LastAnswer:
        """Keeps that an address has this content now, with the version that it named.

        With a flaw the whole of it is asked for again, once: if the same comes, it is as the publisher has it.
        """
        before = self.last(asked.address)
        is_same = before is not None and before.capture_sha256 == capture.capture_sha256
        is_asked_anew = flaw is not None and not (before and is_same and before.reason == flaw)
        return self._keep(
            LastAnswer(
                address=asked.address,
                source=asked.source,
                period=asked.period.label,
                area_fips=asked.area_fips,
                outcome=outcome,
                checked_at=now,
                reason=flaw,
                capture_sha256=capture.capture_sha256,
                first_captured_at=(before and before.first_captured_at) or now,
                content_since=before.content_since if before and is_same else now,
                content_checked_at=now,
                published_at=capture.published_at,
                etag=None if is_asked_anew else etag,
                last_modified=None if is_asked_anew else last_modified,
                last_quarter=_last_quarter(capture),
                earlier=before.earlier if before and is_same else tuple(_held_before(before)),
            )
        )

    def unchanged(self, before: LastAnswer, now: str) -> LastAnswer:
        """Keeps that what is in hand is still the publisher's present content."""
        return self._keep(
            replace(
                before, outcome="unchanged", checked_at=now, content_checked_at=now, reason=None, failing_since=None
            )
        )

    def older(self, before: LastAnswer, now: str) -> LastAnswer:
        """Keeps that an earlier version came; the newer content stays the one in hand."""
        return self._keep(replace(before, outcome="older", checked_at=now, reason=None, failing_since=None))

    def bad(self, asked: RemoteFile, outcome: Outcome, reason: str, now: str) -> LastAnswer:
        """Keeps that an address gave nothing that can be used, beside what is in hand from before."""
        nothing = LastAnswer(asked.address, asked.source, asked.period.label, asked.area_fips, outcome, now)
        before = self.last(asked.address) or nothing
        since = before.failing_since or now
        return self._keep(replace(before, outcome=outcome, checked_at=now, reason=reason, failing_since=since))

    def begin_look(self, source: str, now: str) -> str:
        """The time since which an answer counts as of this look: now, or the beginning of the one that was cut off."""
        path = self._look(source)
        if path.exists():
            began = str(read_json(path).get("began_at", "1990-01-01T00:00:00+00:00"))
            if not _has_published_between(datetime.fromisoformat(began), datetime.fromisoformat(now)):
                return began
        write_json(path, {"began_at": now})
        return now

    def end_look(self, source: str) -> None:
        """Everything was asked: the next look asks again."""
        self._look(source).unlink(missing_ok=True)

    def _keep(self, answer: LastAnswer) -> LastAnswer:
        write_json(self._path(answer.address), asdict(answer))
        return answer

    def _look(self, source: str) -> Path:
        return self.folder / f"look_{source}.json"

    def _path(self, address: str) -> Path:
        name = hashlib.sha256(address.encode()).hexdigest()
        return self.folder / "requests" / name[:2] / f"{name}.json"


def quarters_seen(answers: Iterable[LastAnswer]) -> dict[Period, date]:
    """The quarters of which BLS has given something, with the day on which it first did.

    An archive of a year that is under way has its quarters one after another: those that were not due when it first
    came are taken to have come with its present content.
    """
    seen: dict[Period, date] = {}
    for answer in answers:
        if answer.source == "bls" and answer.first_captured_at:
            first, present = (date.fromisoformat((at or answer.first_captured_at)[:10])
                              for at in (answer.first_captured_at, answer.content_since))  # fmt: skip
            for quarter in Period.parse(answer.period).quarters:
                if answer.last_quarter and quarter > Period.parse(answer.last_quarter):
                    continue
                was_due = answer.area_fips is not None or release_window(quarter).opens <= first
                day = first if was_due else present
                seen[quarter] = min(seen.get(quarter, day), day)
    return seen


def last_seen(answers: Iterable[LastAnswer], as_of: date | None = None) -> dict[str, str]:
    """When each captured content was last seen at its publisher; as far as was known at the end of a day."""
    end = f"{as_of or date.max}T23:59:59.999999+00:00"
    seen: dict[str, str] = {}
    for answer in answers:
        for held in (*answer.earlier, *_held_before(replace(answer, earlier=()))):
            if held.since <= end:
                seen[held.capture_sha256] = max(seen.get(held.capture_sha256, ""), min(held.until, end))
    return seen


def answers_frame(answers: Sequence[LastAnswer]) -> pl.DataFrame:
    """One row an address."""
    return pl.DataFrame([{name: getattr(answer, name) for name in SCHEMA} for answer in answers], schema=SCHEMA)


def _last_quarter(capture: Capture) -> str | None:
    """Of the periods that a capture holds, such as 2026-Q1 to 2026-Q3."""
    last = capture.periods.rpartition(" ")[2]
    return last if "-Q" in last else None


def _held_before(answer: LastAnswer | None) -> Iterator[Held]:
    """All that an address had, the content in hand last."""
    if answer is None:
        return
    yield from answer.earlier
    if answer.capture_sha256 and answer.content_since and answer.content_checked_at:
        yield Held(answer.capture_sha256, answer.content_since, answer.content_checked_at)


def _read_answer(path: Path) -> LastAnswer:
    row = read_json(path)
    try:
        return LastAnswer(**row | {"earlier": tuple(Held(**held) for held in row.get("earlier", ()))})
    except TypeError as error:
        raise DamagedFile(path, str(error)) from error


def _has_published_between(began: datetime, now: datetime) -> bool:
    """Whether BLS's hour of publication lies between two moments."""
    there = now.astimezone(PUBLICATION_TIME.tzinfo)
    latest = datetime.combine(there.date(), PUBLICATION_TIME)
    return began < (latest if latest <= there else latest - timedelta(days=1))
