"""Remembers of every address what it last answered, so that a later run asks only for what is new.

Belongs here: one small file an address, and the mark of a look that is under way. Not here: the captures themselves
(raw_store), or what is asked next (capture_plan). Layout: FOLDER/requests/<first two digits>/<hash of the address>.json
and FOLDER/look.json; each is moved into place whole.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.domain.periods import Period
from pipelines.sources.raw_store import Capture
from pipelines.sources.remote_files import RemoteFile

Outcome = Literal["captured", "unchanged", "older", "missing", "failed", "refused"]
"""captured: new content; unchanged: the content in hand; older: an earlier version than that in hand; missing: no such
file; failed: no answer that could be used; refused: an answer whose content is not what was asked for."""

GOOD_OUTCOMES: tuple[Outcome, ...] = ("captured", "unchanged", "older")
LONGEST_LOOK = timedelta(hours=20)
"""A look that was cut off is gone on with for so long; after that everything is asked again."""


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


SCHEMA = pl.Schema(dict.fromkeys(LastAnswer.__dataclass_fields__, pl.String))


class RequestLog:
    """The answers kept under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def last(self, address: str) -> LastAnswer | None:
        """What the address last answered, None if it was never asked."""
        path = self._path(address)
        return LastAnswer(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

    def all(self) -> list[LastAnswer]:
        """The last answer of every address, in the order of source, period, area and address."""
        rows = (json.loads(path.read_text(encoding="utf-8")) for path in self.folder.glob("requests/??/*.json"))
        return sorted(
            (LastAnswer(**row) for row in rows),
            key=lambda one: (one.source, one.period, one.area_fips or "", one.address),
        )

    def good(
        self, asked: RemoteFile, capture: Capture, outcome: Outcome, now: str, flaw: str | None = None
    ) -> LastAnswer:
        """Keeps that an address has content that is in hand now. With a flaw the whole of it is asked for again."""
        before = self.last(asked.address)
        if outcome == "older" and before:  # the newer content stays the one in hand
            return self._keep(replace(before, outcome=outcome, checked_at=now, reason=None, failing_since=None))
        is_same = before is not None and before.capture_sha256 == capture.capture_sha256
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
                etag=None if flaw else capture.etag,
                last_modified=None if flaw else capture.last_modified,
            )
        )

    def bad(self, asked: RemoteFile, outcome: Outcome, reason: str, now: str) -> LastAnswer:
        """Keeps that an address gave nothing that can be used, beside what is in hand from before."""
        nothing = LastAnswer(asked.address, asked.source, asked.period.label, asked.area_fips, outcome, now)
        before = self.last(asked.address) or nothing
        since = before.failing_since or now
        return self._keep(replace(before, outcome=outcome, checked_at=now, reason=reason, failing_since=since))

    def begin_look(self, now: str) -> str:
        """The time since which an answer counts as of this look: now, or the beginning of the one that was cut off."""
        path = self.folder / "look.json"
        if path.exists():
            began = str(json.loads(path.read_text(encoding="utf-8"))["began_at"])
            if datetime.fromisoformat(now) - datetime.fromisoformat(began) < LONGEST_LOOK:
                return began
        _write(path, {"began_at": now})
        return now

    def end_look(self) -> None:
        """Everything was asked: the next look asks again."""
        (self.folder / "look.json").unlink(missing_ok=True)

    def _keep(self, answer: LastAnswer) -> LastAnswer:
        _write(self._path(answer.address), asdict(answer))
        return answer

    def _path(self, address: str) -> Path:
        name = hashlib.sha256(address.encode()).hexdigest()
        return self.folder / "requests" / name[:2] / f"{name}.json"


def quarters_seen(answers: Sequence[LastAnswer]) -> dict[Period, date]:
    """The quarters of which BLS has given something, with the day on which it first did."""
    seen: dict[Period, date] = {}
    for answer in answers:
        if answer.source == "bls" and answer.first_captured_at:
            day = date.fromisoformat(answer.first_captured_at[:10])
            for quarter in Period.parse(answer.period).quarters:
                seen[quarter] = min(seen.get(quarter, day), day)
    return seen


def answers_frame(answers: Sequence[LastAnswer]) -> pl.DataFrame:
    """One row an address."""
    return pl.DataFrame([asdict(answer) for answer in answers], schema=SCHEMA)


def _write(path: Path, content: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)
