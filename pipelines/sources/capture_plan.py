"""Which files a look at the publishers asks for, and why: decided before the first request.

Belongs here: the plan, from the scope, the release calendar and what was answered before. Not here: the requests
(web_capture).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from pipelines.domain.periods import Period
from pipelines.domain.release_calendar import (
    LONGEST_SLIP,
    final_from,
    is_late,
    newest_due_quarter,
    quarters_between,
    release_window,
)
from pipelines.sources import bls_files, qualityinfo_files
from pipelines.sources.capture_scope import CaptureScope
from pipelines.sources.remote_files import RemoteFile, WebSource
from pipelines.sources.request_log import LastAnswer, quarters_seen

Reason = Literal["new period", "open for revision", "never seen", "final, asked again"]

PROBES = 2
"""Slices of a quarter that are asked for before all others: one may be missing though the quarter is there."""
SECONDS_A_SLICE = 1.3  # one request a second, and the time of a small file
SECONDS_A_ZIP = 90.0  # a few hundred megabytes


@dataclass(frozen=True)
class PlannedRequest:
    """One file to ask for. `only_if` are addresses of which one must be there: the probes of an unseen quarter."""

    file: RemoteFile
    reason: Reason
    before: LastAnswer | None = None
    only_if: tuple[str, ...] = ()


@dataclass(frozen=True)
class CapturePlan:
    """What is asked of a source, in this order; how many files are final and left alone; which quarters are late."""

    source: WebSource
    requests: tuple[PlannedRequest, ...]
    final_files: int
    late: tuple[Period, ...] = ()

    def least_requests(self) -> int:
        """Requests that are made even if no new quarter is there."""
        return sum(not request.only_if for request in self.requests)

    def seconds(self) -> float:
        """About how long all requests take."""
        return sum(SECONDS_A_ZIP if one.file.area_fips is None else SECONDS_A_SLICE for one in self.requests)

    def late_sentences(self) -> list[str]:
        """The quarters that should be out, a sentence each."""
        return [f"late: BLS has not published {quarter} yet, as far as was seen" for quarter in self.late]

    def frame(self) -> pl.DataFrame:
        """One row a request: reason, period, area_fips, address, is_certain (made whatever others answer)."""
        rows = [(one.reason, one.file.period.label, one.file.area_fips, one.file.address, not one.only_if)
                for one in self.requests]  # fmt: skip
        names = ("reason", "period", "area_fips", "address")
        schema = dict.fromkeys(names, pl.String) | {"is_certain": pl.Boolean}
        return pl.DataFrame(rows, schema=schema, orient="row")


@dataclass(frozen=True)
class Wanted:
    """What of a scope is asked for. since: first year. quarters: only these. final_too: what is final as well."""

    since: int | None = None
    quarters: tuple[Period, ...] | None = None
    final_too: bool = False


def plan_bls(
    base: str, scope: CaptureScope, today: date, answers: Sequence[LastAnswer], wanted: Wanted = Wanted()
) -> CapturePlan:
    """Plans a look at BLS: slices of the newest years, zips of whole years before them.

    Of a quarter of which nothing was ever seen, two slices are asked for first, of states or the nation if it can be;
    the others follow if one of them is there. Quarters in hand that will be published again are asked for though the
    scope's years have gone on.
    """
    newest = newest_due_quarter(today)
    first_year_of_slices = newest.year - scope.bls_years
    since = wanted.since or first_year_of_slices
    seen = quarters_seen(answers)
    unfinished = _unfinished(answers, seen)
    usual = {*quarters_between(Period(since, 1), newest), *unfinished}
    asked = usual if wanted.quarters is None else wanted.quarters
    quarters = sorted(quarter for quarter in asked if quarter <= newest)
    of_slices = [one for one in quarters if one.year >= first_year_of_slices or one in unfinished]
    old_years = sorted({quarter.year for quarter in quarters if quarter not in of_slices})
    only_if: dict[str, tuple[str, ...]] = {}
    files: list[RemoteFile] = []
    for quarter in sorted(of_slices, reverse=True):
        slices = [bls_files.area_slice(base, quarter, area) for area in _states_first(scope.bls_areas)]
        if quarter not in seen and today <= release_window(quarter).closes + LONGEST_SLIP:
            probes = tuple(one.address for one in slices[:PROBES])
            only_if |= dict.fromkeys((one.address for one in slices[PROBES:]), probes)
        files += slices
    files += [bls_files.year_of_areas(base, year) for year in reversed(old_years)]
    late = _late(quarters, today, seen)
    return _plan("bls", files, answers, seen, wanted.final_too, only_if, late)


def plan_nation(
    base: str, scope: CaptureScope, today: date, answers: Sequence[LastAnswer], wanted: Wanted = Wanted()
) -> CapturePlan:
    """Plans a look at BLS for every area: of each of the scope's years the zip of quarters and that of averages.

    Averages come with the fourth quarter. A year in hand that will be published again is asked for though the scope's
    years have gone on.
    """
    newest = newest_due_quarter(today)
    seen = quarters_seen(answers)
    usual = quarters_between(Period(wanted.since or newest.year - scope.bls_years, 1), newest)
    asked = usual if wanted.quarters is None else wanted.quarters
    quarters = sorted(quarter for quarter in asked if quarter <= newest)
    years = {quarter.year for quarter in quarters}
    if wanted.quarters is None:
        years |= {year for year in _unfinished_years(base, answers, seen) if year <= newest.year}
    files: list[RemoteFile] = []
    for year in sorted(years, reverse=True):
        files.append(bls_files.year_of_nation(base, year, of_quarters=True))
        if Period(year, 4) <= newest:
            files.append(bls_files.year_of_nation(base, year, of_quarters=False))
    return _plan("bls", files, answers, seen, wanted.final_too, late=_late(quarters, today, seen))


def plan_qualityinfo(
    base: str, scope: CaptureScope, today: date, answers: Sequence[LastAnswer], wanted: Wanted = Wanted()
) -> CapturePlan:
    """Plans a look at QualityInfo: workbooks of the scope's areas, of years and quarters as its scope says.

    Nobody says when the Department revises for the last time, and there are few: none is ever final.
    """
    newest = newest_due_quarter(today)
    newest_year = newest.year if newest.quarter == 4 else newest.year - 1
    first_year = wanted.since or newest_year - scope.qualityinfo_years + 1
    periods: list[Period] = []
    if scope.has_annual_workbooks:
        periods += [Period(year) for year in range(first_year, newest_year + 1)]
    if scope.has_quarterly_workbooks:
        periods += quarters_between(Period(first_year, 1), newest)
    files = [
        qualityinfo_files.workbook(base, period, area)
        for period in sorted(periods, reverse=True)
        for area in scope.qualityinfo_areas
    ]
    return _plan("qualityinfo", files, answers, {}, final_too=True)


def left_of(plan: CapturePlan, began_at: str) -> list[PlannedRequest]:
    """The requests of a plan that were not answered yet in the look that began then, and probes that found nothing."""
    probes = {address for one in plan.requests for address in one.only_if}
    return [
        one
        for one in plan.requests
        if one.before is None
        or one.before.checked_at < began_at
        or (one.before.outcome == "missing" and one.file.address in probes)
    ]


def _plan(
    source: WebSource,
    files: Iterable[RemoteFile],
    answers: Sequence[LastAnswer],
    seen: Mapping[Period, date],
    final_too: bool,
    only_if: Mapping[str, tuple[str, ...]] = {},
    late: tuple[Period, ...] = (),
) -> CapturePlan:
    by_address = {answer.address: answer for answer in answers}
    requests: list[PlannedRequest] = []
    final_files = 0
    for file in files:
        before = by_address.get(file.address)
        is_final = source == "bls" and before is not None and _is_final(before, file.period, seen)
        if is_final and not final_too:
            final_files += 1
            continue
        reason = _reason(file, before, is_final, seen)
        requests.append(PlannedRequest(file, reason, before, only_if.get(file.address, ())))
    order: dict[Reason, int] = {"new period": 0, "open for revision": 1, "never seen": 2, "final, asked again": 3}
    return CapturePlan(source, tuple(sorted(requests, key=lambda one: order[one.reason])), final_files, late)


def _late(quarters: Iterable[Period], today: date, seen: Mapping[Period, date]) -> tuple[Period, ...]:
    """Of these, the quarters after the newest in hand that should be out; none where nothing is in hand."""
    newest = max(seen, default=newest_due_quarter(today))
    return tuple(one for one in quarters if one > newest and is_late(one, today, seen))


def _unfinished(answers: Sequence[LastAnswer], seen: Mapping[Period, date]) -> set[Period]:
    """Quarters of which a slice is in hand that was not yet asked for after their last publication."""
    slices = ((Period.parse(one.period), one) for one in answers if one.source == "bls" and one.area_fips)
    return {quarter for quarter, one in slices if one.capture_sha256 and not _is_final(one, quarter, seen)}


def _unfinished_years(base: str, answers: Sequence[LastAnswer], seen: Mapping[Period, date]) -> set[int]:
    """Years of which the nation's quarters are in hand that were not yet asked for after their last publication."""
    years = ((Period.parse(one.period), one) for one in answers if one.source == "bls" and one.area_fips is None)
    return {
        year.year
        for year, one in years
        if one.capture_sha256
        and one.address == bls_files.year_of_nation(base, year.year, of_quarters=True).address
        and not _is_final(one, year, seen)
    }


def _is_final(before: LastAnswer, period: Period, seen: Mapping[Period, date]) -> bool:
    """Whether the last look found what is in hand, or that there is no such file, after its last publication."""
    looked_at = before.content_checked_at if before.capture_sha256 else before.checked_at
    is_sure = before.reason is None if before.capture_sha256 else before.outcome == "missing"
    return is_sure and date.fromisoformat((looked_at or "")[:10]) >= final_from(period, seen)


def _reason(file: RemoteFile, before: LastAnswer | None, is_final: bool, seen: Mapping[Period, date]) -> Reason:
    if is_final:
        return "final, asked again"
    if before and before.capture_sha256:
        return "open for revision"
    is_under_way = file.area_fips is not None or "_singlefile" in file.name
    return "new period" if seen and is_under_way and _first_quarter(file) > max(seen) else "never seen"


def _first_quarter(file: RemoteFile) -> Period:
    """The quarter with which a file is first there: averages come with their year's fourth."""
    return file.period.quarters[0] if file.has_quarters else file.period.quarters[-1]


def _states_first(areas: Iterable[str]) -> list[str]:
    """States and the nation have every quarter that is out; a small county may lack one."""
    return sorted(areas, key=lambda area: (not area.endswith("000"), area))
