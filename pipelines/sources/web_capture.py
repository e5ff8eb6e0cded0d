"""Asks the publishers for what was planned, checks each answer and turns the good ones into captures.

Belongs here: one look at a publisher, request by request. Not here: what is asked for (capture_plan), how (http), and
what may come in (capture).
"""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from pipelines.sources import inbox, qualityinfo_files
from pipelines.sources.capture import Origin, capture_file
from pipelines.sources.capture_plan import CapturePlan, PlannedRequest, left_of
from pipelines.sources.http import NotModified, PoliteSession, Received, RequestFailed, http_date
from pipelines.sources.raw_store import Capture, RawStore, sha256_of
from pipelines.sources.reading import RefusedFile
from pipelines.sources.remote_files import RemoteFile, check_content
from pipelines.sources.request_log import LastAnswer, Outcome, RequestLog
from pipelines.sources.typed_cells import TypedCells

PROGRESS_EVERY = 50
"""Requests between two lines of progress."""


@dataclass
class LookReport:
    """What became of the requests of one look."""

    answers: list[tuple[PlannedRequest, LastAnswer]] = field(default_factory=list)
    waiting: list[PlannedRequest] = field(default_factory=list)
    """Not asked for, because the probe of their quarter is not there."""
    earlier: int = 0
    """Answered before the look was cut off, and not asked again."""
    requests_sent: int = 0

    def count(self, *outcomes: str) -> int:
        """How many addresses answered in one of these ways."""
        return sum(answer.outcome in outcomes for _, answer in self.answers)


@dataclass(frozen=True)
class Look:
    """Everything that one look at a publisher works with. `now` gives the time, UTC in ISO 8601."""

    session: PoliteSession
    store: RawStore
    typed: TypedCells
    log: RequestLog
    now: Callable[[], str]
    tell: Callable[[str], object] = lambda _: None

    def at(self, plan: CapturePlan) -> LookReport:
        """Asks for everything that is planned; a file that cannot be had or used does not stop the others.

        A look that was cut off is gone on with. Raises OSError where this machine fails, such as a full disk.
        """
        began_at = self.log.begin_look(plan.source, self.now())
        todo = left_of(plan, began_at)
        report = LookReport(earlier=len(plan.requests) - len(todo))
        asked_now = {one.file.address for one in todo}
        missing = {one.file.address for one in plan.requests if _is_missing(one.before)} - asked_now
        for number, planned in enumerate(todo, start=1):
            if planned.only_if and missing.issuperset(planned.only_if):
                report.waiting.append(planned)
                continue
            answer = self._ask(planned)
            report.answers.append((planned, answer))
            if _is_missing(answer):
                missing.add(planned.file.address)
            if number % PROGRESS_EVERY == 0:
                self.tell(f"{number} of {len(todo)} files asked for")
        report.requests_sent = self.session.requests_sent
        self.log.end_look(plan.source)
        return report

    def _ask(self, planned: PlannedRequest) -> LastAnswer:
        file, before = planned.file, planned.before
        in_hand = self._in_hand(before)
        version = before if in_hand and before else None
        with tempfile.TemporaryDirectory(dir=self.store.incoming()) as folder:
            target = Path(folder) / file.name
            try:
                answer = self.session.fetch(
                    file.address,
                    target,
                    file.largest_bytes,
                    etag=version.etag if version else None,
                    last_modified=version.last_modified if version else None,
                )
                if isinstance(answer, Received):
                    return self._take(file, answer, version, in_hand)
                assert before, "not modified is an answer to a condition"
                return self.log.unchanged(before, self.now())
            except RequestFailed as failure:
                if failure.is_missing and planned.reason == "new period":
                    self.tell(f"{file} is not published yet")
                    return self.log.bad(file, "missing", failure.reason, self.now())
                return self._leave(file, "missing" if failure.is_missing else "failed", failure.reason)
            except RefusedFile as refusal:
                return self._leave(file, "refused", refusal.reason)

    def _in_hand(self, before: LastAnswer | None) -> Capture | None:
        """The capture that the address last had, if the store still has it."""
        return self.store.find(before.capture_sha256) if before and before.capture_sha256 else None

    def _take(
        self, file: RemoteFile, received: Received, before: LastAnswer | None, in_hand: Capture | None
    ) -> LastAnswer:
        _refuse_other_kind(file, received)
        _refuse_unproven_end(file, received)
        now, version = self.now(), (received.etag, received.last_modified)
        published_at = http_date(received.last_modified) or ""
        origin = Origin(file.source, file.address, file.name, now, published_at, *version)
        check = partial(self._check, file, in_hand)
        try:
            capture = capture_file(received.path, sha256_of(received.path), origin, self.store, self.typed, check)
        except _SameContent:
            assert in_hand, "it is the same as what is in hand"
            return self.log.captured(file, in_hand, "unchanged", now, *version)
        flaw = self._flaw(capture)
        if in_hand and capture.capture_sha256 == in_hand.capture_sha256:
            return self.log.captured(file, capture, "unchanged", now, *version, flaw)
        if before and _is_earlier(received, before):
            self.tell(f"{file.name}: an earlier version than the one in hand came; it is kept, the newer one serves")
            return self.log.older(before, now)
        if before and capture.capture_sha256 in {held.capture_sha256 for held in before.earlier}:
            self.tell(f"{file.name}: the publisher has gone back to a file that it had before; that one serves again")
        return self.log.captured(file, capture, "captured", now, *version, flaw)

    def _flaw(self, capture: Capture) -> str | None:
        """What of a capture could not be used; it may be damaged on the way, so that it is asked for again."""
        refused, rejected = (
            pl.read_parquet(self.typed.table(capture, name)) for name in ("refused_members", "rejected_rows")
        )
        if refused.height:
            first = refused.row(0, named=True)
            return f"{refused.height} of its tables refused: {first['member']}: {first['reason']}"
        if rejected.height:
            first = rejected.row(0, named=True)
            place = f"{first['member']}, line {first['line_number']}"
            return f"{rejected.height} of its lines rejected: {place}: {first['rule']}"
        return None

    def _check(self, file: RemoteFile, in_hand: Capture | None, tables: Path) -> None:
        check_content(file, tables)
        is_dated_inside = file.source == "qualityinfo"
        if is_dated_inside and in_hand and self._says_what_is_in_hand(tables, in_hand):
            raise _SameContent(file.name)

    def _says_what_is_in_hand(self, tables: Path, in_hand: Capture) -> bool:
        try:
            self.typed.ensure(in_hand, self.store.path(in_hand))
        except RefusedFile:
            return False
        return _says_the_same(tables, self.typed.folder_of(in_hand))

    def _leave(self, file: RemoteFile, outcome: Outcome, reason: str) -> LastAnswer:
        self.tell(f"not captured: {file}: {reason}")
        return self.log.bad(file, outcome, reason, self.now())


class _SameContent(RefusedFile):
    """A workbook that says what the one in hand says; only the time of its making, written inside, is another."""

    def __init__(self, member: str) -> None:
        super().__init__(member, "the same figures as in the file in hand")


def offered(plan: CapturePlan, session: PoliteSession, base: str, folder: Path) -> tuple[CapturePlan, list[str]]:
    """The part of a plan that QualityInfo offers by its own lists of areas and years, and what it does not offer.

    Opens the front page first, as a visitor does, for its cookie. Raises RequestFailed or RefusedFile where the lists
    cannot be had or read.
    """
    read = partial(_read_small, session, folder)
    read(qualityinfo_files.front_page(base))
    areas = qualityinfo_files.read_areas(read(qualityinfo_files.list_of_areas(base)))
    years = qualityinfo_files.read_years(read(qualityinfo_files.list_of_years(base)))
    there = tuple(one for one in plan.requests if one.file.area_fips in areas and one.file.period.year in years)
    absent = [str(one.file) for one in plan.requests if one not in there]
    return replace(plan, requests=there), absent


def _read_small(session: PoliteSession, folder: Path, address: str) -> bytes:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        answer = session.fetch(address, Path(place) / "answer", qualityinfo_files.LARGEST_LIST)
        return b"" if isinstance(answer, NotModified) else answer.path.read_bytes()


def _is_missing(answer: LastAnswer | None) -> bool:
    return answer is not None and answer.outcome == "missing"


def _is_earlier(received: Received, before: LastAnswer) -> bool:
    """Whether a file bears an earlier date than the one in hand: a copy that was not renewed on the way."""
    came, had = http_date(received.last_modified), http_date(before.last_modified)
    return came is not None and had is not None and came < had


def _refuse_other_kind(file: RemoteFile, received: Received) -> None:
    kind = inbox.recognise_container(received.path)
    if kind.partition(".")[0] != file.name.rpartition(".")[2]:
        raise RefusedFile(file.name, f"asked for a file of this name, but it is a {kind} file; look at the address")


def _refuse_unproven_end(file: RemoteFile, received: Received) -> None:
    """Where nobody said how long a CSV is, only its last line end shows that it was not cut."""
    if received.has_length or not file.name.endswith(".csv") or not received.bytes:
        return
    with received.path.open("rb") as content:
        content.seek(-1, 2)
        if content.read(1) != b"\n":
            raise RefusedFile(file.name, "the last line has no end: the file may be cut; the next run asks again")


def _says_the_same(tables: Path, others: Path) -> bool:
    """Whether two captures were read into the same rows."""
    names: Iterable[str] = ("quarterly_cells", "annual_cells", "rejected_rows")
    left, right = ([pl.read_parquet(at / f"{name}.parquet").drop("capture_sha256") for name in names]
                   for at in (tables, others))  # fmt: skip
    return all(one.equals(other) for one, other in zip(left, right, strict=True))
