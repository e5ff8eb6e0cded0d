"""What a look asks for, why and in which order: decided by the scope, the calendar and the last answers."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.periods import QUARTERS, Period
from pipelines.domain.release_calendar import LONGEST_SLIP, SETTLING, final_from, quarters_between, release_window
from pipelines.sources.bls_files import area_slice, year_of_areas
from pipelines.sources.capture_plan import (
    SECONDS_A_SLICE,
    SECONDS_A_ZIP,
    CapturePlan,
    Wanted,
    left_of,
    plan_bls,
    plan_qualityinfo,
)
from pipelines.sources.capture_scope import CaptureScope
from pipelines.sources.qualityinfo_files import workbook
from pipelines.sources.remote_files import RemoteFile
from pipelines.sources.request_log import LastAnswer, Outcome

BASE = "https://bls"
SCOPE = CaptureScope(("41000", "41051", "41999"), 1, ("41000", "41051"), 2, True, False)
TODAY = date(2026, 12, 9)  # 2026-Q2 came on the second
NEWEST = Period(2026, 2)
QUARTERS_OF_SCOPE = quarters_between(Period(2025, 1), NEWEST)
ALL = Wanted()


def answer(file: RemoteFile, day: date, outcome: Outcome = "captured", reason: str | None = None) -> LastAnswer:
    """An answer of a day; its address has content unless it is missing."""
    moment = f"{day}T16:00:00.000000+00:00"
    given = None if outcome in ("missing", "refused") else moment
    sha256 = None if given is None else "a" * 64
    return LastAnswer(
        file.address, file.source, file.period.label, file.area_fips, outcome, moment, reason,
        capture_sha256=sha256, first_captured_at=given, content_since=given, content_checked_at=given,
    )  # fmt: skip


def slices(quarters: Sequence[Period], areas: Sequence[str] = SCOPE.bls_areas) -> list[RemoteFile]:
    return [area_slice(BASE, quarter, area) for quarter in quarters for area in areas]


def seen(quarters: Sequence[Period], day: date = TODAY) -> list[LastAnswer]:
    return [answer(file, day) for file in slices(quarters)]


def plan(answers: Sequence[LastAnswer] = (), wanted: Wanted = ALL, today: date = TODAY) -> CapturePlan:
    return plan_bls(BASE, SCOPE, today, answers, wanted)


def asked(planned: CapturePlan) -> list[tuple[str, str | None]]:
    return [(one.file.period.label, one.file.area_fips) for one in planned.requests]


# Without any answer


def test_without_an_answer_all_is_asked_for_the_newest_first_and_of_each_quarter_the_state() -> None:
    found = plan()
    assert {one.reason for one in found.requests} == {"never seen"}
    newest_first = sorted(QUARTERS_OF_SCOPE, reverse=True)
    assert asked(found) == [(quarter.label, area) for quarter in newest_first for area in SCOPE.bls_areas]
    assert found.final_files == 0


def test_of_a_quarter_that_was_never_seen_the_state_is_the_probe() -> None:
    found = plan()
    probes = {one.only_if for one in found.requests if one.only_if}
    waited_for = QUARTERS_OF_SCOPE[1:]  # the first of 2025 is out for more than a year
    assert probes == {file.address for file in slices(waited_for, ["41000"])}
    assert all(one.only_if is None for one in found.requests if one.file.area_fips == "41000")
    assert found.least_requests() == len(found.requests) - 2 * len(waited_for)


def test_without_a_state_the_first_area_is_the_probe() -> None:
    scope = CaptureScope(("53011", "53059"), 0, ("41000",), 1, True, False)
    found = plan_bls(BASE, scope, TODAY, ())
    assert found.requests[0].file.area_fips == "53011"
    assert [one.only_if is None for one in found.requests] == [True, False] * 2


def test_a_probe_is_always_asked_for_before_what_depends_on_it() -> None:
    addresses = [one.file.address for one in plan(seen([Period(2025, 3)])).requests]
    for one in plan(seen([Period(2025, 3)])).requests:
        assert one.only_if is None or addresses.index(one.only_if) < addresses.index(one.file.address)


# With answers


def test_a_new_quarter_comes_first_then_revisions_then_what_is_lacking() -> None:
    known = [one for one in QUARTERS_OF_SCOPE if Period(2025, 3) <= one < NEWEST]
    found = plan(seen(known, date(2026, 11, 30)))
    reasons = {(one.file.period, one.reason) for one in found.requests}
    assert {quarter for quarter, reason in reasons if reason == "new period"} == {NEWEST}
    assert {quarter for quarter, reason in reasons if reason == "open for revision"} == {Period(2026, 1)}
    assert {quarter for quarter, reason in reasons if reason == "never seen"} == {Period(2025, 1), Period(2025, 2)}
    ranks = [("new period", "open for revision", "never seen").index(one.reason) for one in found.requests]
    assert ranks == sorted(ranks)
    assert found.final_files == 2 * len(SCOPE.bls_areas)  # 2025-Q3 and Q4


def test_a_quarter_of_which_one_area_was_seen_needs_no_probe() -> None:
    found = plan([answer(area_slice(BASE, NEWEST, "41999"), date(2026, 12, 2))])
    assert {one.only_if for one in found.requests if one.file.period == NEWEST} == {None}


def test_a_request_brings_what_its_address_last_answered() -> None:
    last = answer(area_slice(BASE, NEWEST, "41000"), date(2026, 12, 2))
    assert [one.before for one in plan([last]).requests if one.before] == [last]


@pytest.mark.parametrize(
    ("checked", "outcome", "is_asked"),
    [
        ("2026-09-03", "captured", True),  # a day before 2026-Q1 has settled
        ("2026-09-04", "captured", False),
        ("2026-09-04", "unchanged", False),
        ("2026-09-04", "missing", False),
        ("2026-09-03", "missing", True),
        ("2026-09-04", "refused", True),
        ("2026-12-08", "refused", True),
    ],
)
def test_a_file_is_left_alone_once_it_was_right_after_its_last_release(
    checked: str, outcome: Outcome, is_asked: bool
) -> None:
    file = area_slice(BASE, Period(2025, 2), "41051")
    found = plan([answer(file, date.fromisoformat(checked), outcome)])
    assert (("2025-Q2", "41051") in asked(found)) == is_asked
    assert found.final_files == (not is_asked)


def test_content_that_was_confirmed_before_its_last_release_is_not_final_by_a_failure_after_it() -> None:
    file = area_slice(BASE, Period(2025, 2), "41051")
    confirmed = answer(file, date(2026, 6, 2))
    failed = LastAnswer(**{**vars(confirmed), "outcome": "failed", "checked_at": "2026-12-01T00:00:00+00:00"})
    assert ("2025-Q2", "41051") in asked(plan([failed]))


def test_final_content_stays_final_through_a_failure() -> None:
    file = area_slice(BASE, Period(2025, 2), "41051")
    swept = answer(file, date(2026, 12, 7), "failed")
    assert ("2025-Q2", "41051") not in asked(plan([swept]))


def test_an_archive_with_a_flaw_is_never_final() -> None:
    file = year_of_areas(BASE, 2016)
    wanted = Wanted(quarters=Period(2016).quarters)
    for reason, is_asked in ((None, False), ("1 of its tables refused", True)):
        found = plan([answer(file, TODAY, reason=reason)], wanted)
        assert [one.file for one in found.requests] == [file] * is_asked


# What is wanted


def test_final_too_asks_for_the_final_files_last() -> None:
    answers = seen(QUARTERS_OF_SCOPE)
    found = plan(answers, Wanted(final_too=True))
    assert found.final_files == 0
    assert len(found.requests) == len(answers)
    final = [one.file.period.year for one in found.requests if one.reason == "final, asked again"]
    assert final == [2025] * 12
    assert [one.reason for one in found.requests][-12:] == ["final, asked again"] * 12
    assert len(plan(answers).requests) + 12 == len(answers)


def test_what_was_never_seen_comes_before_what_is_final_and_asked_again() -> None:
    found = plan(seen([Period(2025, 2), NEWEST]), Wanted(final_too=True))
    reasons = list(dict.fromkeys(one.reason for one in found.requests))
    assert reasons == ["open for revision", "never seen", "final, asked again"]


def test_years_before_the_slices_are_zips_of_all_areas() -> None:
    found = plan(wanted=Wanted(since=2012))
    zips = [one for one in found.requests if one.file.area_fips is None]
    assert [one.file for one in zips] == [year_of_areas(BASE, year) for year in range(2024, 2011, -1)]
    assert {one.only_if for one in zips} == {None}
    assert min(one.file.period for one in found.requests if one.file.area_fips) == Period(2025, 1)
    slices_asked = len(found.requests) - len(zips)
    assert found.seconds() == pytest.approx(SECONDS_A_ZIP * len(zips) + SECONDS_A_SLICE * slices_asked)


def test_a_later_first_year_asks_for_less() -> None:
    assert {one.file.period for one in plan(wanted=Wanted(since=2026)).requests} == {Period(2026, 1), NEWEST}


def test_a_backfill_asks_for_its_quarters_alone() -> None:
    wanted = Wanted(quarters=(Period(2016, 2), Period(2016, 3), Period(2025, 4), Period(2026, 3), Period(2031, 1)))
    found = plan(wanted=wanted)
    assert asked(found) == [*(("2025-Q4", area) for area in SCOPE.bls_areas), ("2016", None)]


def test_a_backfill_of_no_quarters_asks_for_nothing() -> None:
    assert asked(plan(wanted=Wanted(quarters=()))) == []


def test_a_backfill_of_quarters_that_are_final_and_in_hand_asks_for_nothing() -> None:
    quarters = (Period(2025, 1), Period(2025, 2))
    found = plan(seen(quarters), Wanted(quarters=quarters))
    assert (found.requests, found.final_files) == ((), 6)


# Late, and lost


def test_a_quarter_is_late_after_its_window_until_it_is_seen() -> None:
    known = seen([Period(2026, 1)], date(2026, 8, 28))
    assert plan(known, today=date(2026, 12, 31)).late == ()
    late = plan(known, today=date(2027, 1, 4))
    assert late.late == (NEWEST,)
    assert late.late_sentences() == ["late: BLS has not published 2026-Q2 yet, as far as was seen"]
    assert plan(known + seen([NEWEST]), today=date(2027, 1, 4)).late == ()


def test_nothing_is_called_late_where_nothing_was_ever_seen_or_a_newer_one_was() -> None:
    assert plan(today=date(2027, 1, 4)).late == ()
    assert plan(seen([NEWEST]), today=date(2027, 1, 4)).late == ()


def test_a_quarter_that_nobody_saw_for_a_year_is_no_longer_waited_for() -> None:
    lost = Period(2026, 1)
    closes = release_window(lost).closes
    scope = CaptureScope(SCOPE.bls_areas, 2, ("41000",), 1, True, False)
    for today, is_probed in ((closes + LONGEST_SLIP, True), (closes + LONGEST_SLIP + SETTLING, False)):
        found = plan_bls(BASE, scope, today, seen([Period(2025, 4)], date(2026, 6, 2)))
        assert any(one.only_if for one in found.requests if one.file.period == lost) == is_probed


# A look that was cut off


def test_what_was_answered_since_the_look_began_is_not_asked_for_again() -> None:
    files = slices([NEWEST])
    answers = [answer(files[0], date(2026, 12, 7)), answer(files[1], TODAY)]
    found = plan(answers, Wanted(quarters=(NEWEST,)))
    assert [one.file for one in left_of(found, f"{TODAY}T10:00:00.000000+00:00")] == [files[0], files[2]]
    assert left_of(found, answers[1].checked_at) == [one for one in found.requests if one.before != answers[1]]
    assert left_of(found, f"{TODAY}T17:00:00.000000+00:00") == list(found.requests)


# Laws


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.dictionaries(
        st.sampled_from(slices(quarters_between(Period(2023, 1), Period(2028, 2)))),
        st.tuples(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.sampled_from(["captured", "missing", "refused"])),
        max_size=12,
    ),
)
def test_every_file_of_the_scope_is_asked_for_or_final_once(
    today: date, story: dict[RemoteFile, tuple[date, Outcome]]
) -> None:
    answers = [answer(file, min(day, today), outcome) for file, (day, outcome) in story.items()]
    found, every = plan(answers, today=today), plan(today=today)
    addresses = [one.file.address for one in found.requests]
    assert len(set(addresses)) == len(addresses)
    assert set(addresses) <= {one.file.address for one in every.requests}
    assert len(addresses) + found.final_files == len(every.requests)
    assert set(asked(plan(answers, Wanted(final_too=True), today))) == set(asked(every))
    assert found.frame().height == len(addresses)
    assert found.frame()["address"].to_list() == addresses


# QualityInfo


def test_workbooks_are_asked_for_by_year_the_newest_first() -> None:
    found = plan_qualityinfo("https://q", SCOPE, TODAY, ())
    assert asked(found) == [(str(year), area) for year in (2025, 2024) for area in ("41000", "41051")]
    assert {one.only_if for one in found.requests} == {None}
    for day, newest in ((date(2026, 5, 31), "2024"), (date(2026, 6, 1), "2025"), (date(2026, 8, 1), "2025")):
        assert asked(plan_qualityinfo("https://q", SCOPE, day, ()))[0] == (newest, "41000")
    assert len(plan_qualityinfo("https://q", SCOPE, TODAY, (), Wanted(since=2000)).requests) == 2 * 26


def test_workbooks_of_quarters_are_asked_for_where_they_are_wanted() -> None:
    scope = CaptureScope(("41000",), 0, ("41000",), 1, False, True)
    found = plan_qualityinfo("https://q", scope, TODAY, ())
    assert [period for period, _ in asked(found)] == [f"2026-Q{n}" for n in (2, 1)] + [
        f"2025-Q{n}" for n in (4, 3, 2, 1)
    ]
    assert {one.file.has_quarters for one in found.requests} == {True}


def test_a_workbook_is_final_after_the_first_quarter_that_follows_its_year() -> None:
    for day in (date(2026, 9, 3), date(2026, 9, 4)):
        books = [answer(workbook("https://q", Period(2025), area), day) for area in SCOPE.qualityinfo_areas]
        found = plan_qualityinfo("https://q", SCOPE, TODAY, books)
        assert found.final_files == (2 if day >= final_from(Period(2025), {}) else 0)
    assert final_from(Period(2025), {}) == date(2026, 9, 4)


def test_every_quarter_of_the_scope_is_in_the_plan() -> None:
    assert {quarter.quarter for quarter in QUARTERS_OF_SCOPE} == set(QUARTERS)
    assert {one.file.period for one in plan().requests} == set(QUARTERS_OF_SCOPE)
