"""What a look asks for, why and in which order: decided by the scope, the calendar and the last answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.periods import QUARTERS, Period
from pipelines.domain.release_calendar import (
    LONGEST_SLIP,
    final_from,
    newest_due_quarter,
    quarters_between,
    release_date,
    release_window,
)
from pipelines.sources.bls_files import area_slice, year_of_areas, year_of_nation
from pipelines.sources.capture_plan import (
    PROBES,
    SECONDS_A_SLICE,
    SECONDS_A_ZIP,
    CapturePlan,
    Wanted,
    left_of,
    plan_bls,
    plan_nation,
    plan_qualityinfo,
)
from pipelines.sources.capture_scope import CaptureScope
from pipelines.sources.qualityinfo_files import workbook
from pipelines.sources.remote_files import RemoteFile
from pipelines.sources.request_log import LastAnswer, Outcome, quarters_seen

BASE = "https://bls"
SCOPE = CaptureScope(("41000", "41051", "41999"), 1, ("41000", "41051"), 2, True, False)
TODAY = date(2026, 12, 9)
NEWEST = Period(2026, 2)
QUARTERS_OF_SCOPE = quarters_between(Period(2025, 1), NEWEST)
ALL = Wanted()


def answer(file: RemoteFile, day: date, outcome: Outcome = "captured", reason: str | None = None) -> LastAnswer:
    """An answer of a day; its address has had content since its period was out, unless it is missing or refused."""
    moment = f"{day}T16:00:00.000000+00:00"
    has_content = outcome not in ("missing", "refused")
    given, sha256 = (moment, "a" * 64) if has_content else (None, None)
    first = f"{min(day, release_date(file.period, {}))}T16:00:00.000000+00:00" if has_content else None
    return LastAnswer(
        file.address, file.source, file.period.label, file.area_fips, outcome, moment, reason,
        capture_sha256=sha256, first_captured_at=first, content_since=given, content_checked_at=given,
    )  # fmt: skip


def slices(quarters: Sequence[Period], areas: Sequence[str] = SCOPE.bls_areas) -> list[RemoteFile]:
    return [area_slice(BASE, quarter, area) for quarter in quarters for area in areas]


def seen(quarters: Sequence[Period], day: date = TODAY) -> list[LastAnswer]:
    return [answer(file, day) for file in slices(quarters)]


LAST_RELEASE = answer(area_slice(BASE, Period(2026, 1), "US000"), date(2026, 8, 28))
"""With it all of 2025 is out for the last time, so that it is final from 2026-09-18."""


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


def test_of_a_quarter_that_was_never_seen_the_state_and_one_more_area_are_the_probes() -> None:
    found = plan()
    waited_for = QUARTERS_OF_SCOPE[1:]  # the first of 2025 is out for more than a year
    probes = {one.file.period: one.only_if for one in found.requests if one.only_if}
    assert probes == {
        quarter: tuple(file.address for file in slices([quarter], ["41000", "41051"])) for quarter in waited_for
    }
    assert {one.file.area_fips for one in found.requests if one.only_if} == {"41999"}
    assert found.least_requests() == len(found.requests) - len(waited_for)


@pytest.mark.parametrize(
    ("areas", "probes"),
    [
        (("53011", "53015", "53059"), ("53011", "53015")),
        (("41001", "41003", "53000", "US000"), ("53000", "US000")),
        (("41001", "41003", "US000"), ("US000", "41001")),
    ],
)
def test_states_and_the_nation_are_probes_before_counties(areas: tuple[str, ...], probes: tuple[str, ...]) -> None:
    found = plan_bls(BASE, CaptureScope(areas, 0, ("41000",), 1, True, False), TODAY, ())
    assert tuple(one.file.area_fips for one in found.requests)[:PROBES] == probes
    newest = [one for one in found.requests if one.file.period == NEWEST]
    assert [one.only_if for one in newest[:PROBES]] == [()] * PROBES
    addresses = tuple(file.address for file in slices([NEWEST], probes))
    assert [one.only_if for one in newest[PROBES:]] == [addresses] * (len(areas) - PROBES)


@pytest.mark.parametrize("areas", [("41000",), ("41000", "41051")])
def test_as_few_areas_as_probes_wait_for_none(areas: tuple[str, ...]) -> None:
    found = plan_bls(BASE, CaptureScope(areas, 0, ("41000",), 1, True, False), TODAY, ())
    assert {one.only_if for one in found.requests} == {()}


def test_probes_are_asked_for_before_what_depends_on_them() -> None:
    requests = plan(seen([Period(2025, 3)])).requests
    addresses = [one.file.address for one in requests]
    assert any(one.only_if for one in requests)
    for one in requests:
        assert set(one.only_if) <= set(addresses[: addresses.index(one.file.address)])


def test_a_plan_says_its_source_and_what_is_asked_for_whatever_others_answer() -> None:
    found = plan()
    assert (found.source, plan_qualityinfo("https://q", SCOPE, TODAY, ()).source) == ("bls", "qualityinfo")
    assert found.frame().columns == ["reason", "period", "area_fips", "address", "is_certain"]
    assert found.frame()["is_certain"].to_list() == [not one.only_if for one in found.requests]
    assert found.frame()["is_certain"].sum() == found.least_requests()


# With answers


def test_a_new_quarter_comes_first_then_revisions_then_what_is_lacking() -> None:
    known = [one for one in QUARTERS_OF_SCOPE if Period(2025, 3) <= one < NEWEST]
    found = plan(seen(known, date(2026, 11, 30)))  # 2026-Q1 since the end of August
    reasons = {(one.file.period, one.reason) for one in found.requests}
    assert {quarter for quarter, reason in reasons if reason == "new period"} == {NEWEST}
    assert {quarter for quarter, reason in reasons if reason == "open for revision"} == {Period(2026, 1)}
    assert {quarter for quarter, reason in reasons if reason == "never seen"} == {Period(2025, 1), Period(2025, 2)}
    ranks = [("new period", "open for revision", "never seen").index(one.reason) for one in found.requests]
    assert ranks == sorted(ranks)
    assert found.final_files == 2 * len(SCOPE.bls_areas)  # 2025-Q3 and Q4


def test_a_quarter_of_which_one_area_was_seen_needs_no_probe() -> None:
    found = plan([answer(area_slice(BASE, NEWEST, "41999"), date(2026, 12, 2))])
    assert {one.only_if for one in found.requests if one.file.period == NEWEST} == {()}


def test_a_request_brings_what_its_address_last_answered() -> None:
    last = answer(area_slice(BASE, NEWEST, "41000"), date(2026, 12, 2))
    assert [one.before for one in plan([last]).requests if one.before] == [last]


@pytest.mark.parametrize(
    ("checked", "outcome", "is_asked"),
    [
        ("2026-09-17", "captured", True),  # a day before 2026-Q1 has settled
        ("2026-09-18", "captured", False),
        ("2026-09-18", "unchanged", False),
        ("2026-09-18", "missing", False),
        ("2026-09-17", "missing", True),
        ("2026-09-18", "refused", True),
        ("2026-12-08", "refused", True),
    ],
)
def test_a_file_is_left_alone_once_it_was_right_after_its_last_release(
    checked: str, outcome: Outcome, is_asked: bool
) -> None:
    file = area_slice(BASE, Period(2025, 2), "41051")
    found = plan([LAST_RELEASE, answer(file, date.fromisoformat(checked), outcome)])
    assert (("2025-Q2", "41051") in asked(found)) == is_asked
    assert found.final_files == (not is_asked)


@pytest.mark.parametrize("outcome", ["captured", "missing"])
def test_while_its_last_release_was_not_seen_a_file_is_asked_for_until_the_longest_slip_is_over(
    outcome: Outcome,
) -> None:
    file, lost = area_slice(BASE, Period(2025, 4), "41051"), date(2027, 9, 30)
    for day, is_final in ((TODAY, False), (date(2027, 9, 29), False), (lost, True)):
        found = plan_bls(BASE, replace(SCOPE, bls_years=2), day, [answer(file, day, outcome)])
        assert (("2025-Q4", "41051") in asked(found)) == (not is_final)
        assert found.final_files == is_final


@pytest.mark.parametrize(("day", "final"), [("2026-09-17", 0), ("2026-09-18", 12)])
def test_the_first_quarter_seen_on_28_august_makes_the_year_before_final_from_18_september(
    day: str, final: int
) -> None:
    today = date.fromisoformat(day)
    answers = seen([*Period(2025).quarters, Period(2026, 1)], today)
    assert plan(answers, today=today).final_files == final


def test_content_that_was_confirmed_before_its_last_release_is_not_final_by_a_failure_after_it() -> None:
    file = area_slice(BASE, Period(2025, 2), "41051")
    confirmed = answer(file, date(2026, 6, 2))
    failed = replace(confirmed, outcome="failed", reason="no answer", checked_at="2026-12-01T00:00:00.000000+00:00")
    assert ("2025-Q2", "41051") in asked(plan([LAST_RELEASE, failed]))


def test_final_content_that_failed_when_it_was_asked_again_is_asked_for_until_it_answers() -> None:
    file = area_slice(BASE, Period(2025, 2), "41051")
    failed = answer(file, date(2026, 12, 7), "failed", "no answer")
    answered = replace(failed, outcome="unchanged", reason=None)
    assert ("2025-Q2", "41051") in asked(plan([LAST_RELEASE, failed]))
    assert ("2025-Q2", "41051") not in asked(plan([LAST_RELEASE, answered]))


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
    found = plan([LAST_RELEASE, *seen([Period(2025, 2), NEWEST])], Wanted(final_too=True))
    reasons = list(dict.fromkeys(one.reason for one in found.requests))
    assert reasons == ["open for revision", "never seen", "final, asked again"]


def test_years_before_the_slices_are_zips_of_all_areas() -> None:
    found = plan(wanted=Wanted(since=2012))
    zips = [one for one in found.requests if one.file.area_fips is None]
    assert [one.file for one in zips] == [year_of_areas(BASE, year) for year in range(2024, 2011, -1)]
    assert {one.only_if for one in zips} == {()}
    assert min(one.file.period for one in found.requests if one.file.area_fips) == Period(2025, 1)
    slices_asked = len(found.requests) - len(zips)
    assert found.seconds() == pytest.approx(SECONDS_A_ZIP * len(zips) + SECONDS_A_SLICE * slices_asked)


def test_a_later_first_year_asks_for_less() -> None:
    assert {one.file.period for one in plan(wanted=Wanted(since=2026)).requests} == {Period(2026, 1), NEWEST}


def test_a_backfill_asks_for_its_quarters_alone() -> None:
    wanted = Wanted(quarters=(Period(2016, 2), Period(2016, 3), Period(2025, 4), Period(2026, 3), Period(2031, 1)))
    found = plan(wanted=wanted)
    assert asked(found) == [*(("2025-Q4", area) for area in SCOPE.bls_areas), ("2016", None)]


@pytest.mark.parametrize("final_too", [False, True])
def test_a_backfill_of_no_quarters_asks_for_nothing(final_too: bool) -> None:
    for answers in ((), seen(QUARTERS_OF_SCOPE)):
        found = plan(answers, Wanted(quarters=(), final_too=final_too))
        assert (found.requests, found.final_files, found.late) == ((), 0, ())
        assert found.frame().is_empty()


def test_a_backfill_of_quarters_that_are_final_and_in_hand_asks_for_nothing() -> None:
    quarters = (Period(2025, 1), Period(2025, 2))
    found = plan([LAST_RELEASE, *seen(quarters)], Wanted(quarters=quarters))
    assert (found.requests, found.final_files) == ((), 6)


# The scope's years have moved on

YEAR_BEFORE = Period(2026).quarters
NO_YEARS = replace(SCOPE, bls_years=0)
IN_WINDOW = date(2027, 8, 2)  # of 2027-Q1, with which the quarters of 2026 are published for the last time


def test_quarters_in_hand_that_are_not_final_stay_in_the_plan_as_slices() -> None:
    found = plan_bls(BASE, NO_YEARS, IN_WINDOW, seen(YEAR_BEFORE, date(2027, 7, 30)))
    assert [one.file for one in found.requests if one.reason == "open for revision"] == slices(
        sorted(YEAR_BEFORE, reverse=True)
    )
    assert {one.file.period for one in found.requests if one.reason == "new period"} == {Period(2027, 1)}
    assert {one.file.period for one in plan_bls(BASE, NO_YEARS, IN_WINDOW, ()).requests} == {Period(2027, 1)}


def test_they_leave_the_plan_when_they_are_final() -> None:
    came = date(2027, 8, 27)
    for day, is_asked in ((date(2027, 9, 16), True), (date(2027, 9, 17), False)):
        answers = [*seen(YEAR_BEFORE, day), answer(area_slice(BASE, Period(2027, 1), "41000"), came)]
        found = plan_bls(BASE, NO_YEARS, day, answers)
        assert ({one.file.period for one in found.requests} >= set(YEAR_BEFORE)) == is_asked
        assert {one.file.area_fips is None for one in found.requests} == {False}


def test_a_quarter_of_which_one_slice_is_in_hand_is_asked_for_whole_and_other_quarters_are_not() -> None:
    [one_slice] = slices([Period(2026, 3)], ["41051"])
    found = plan_bls(BASE, NO_YEARS, IN_WINDOW, [answer(one_slice, date(2027, 7, 30))])
    assert {one.file for one in found.requests if one.file.period.year == 2026} == set(slices([Period(2026, 3)]))


def test_a_backfill_of_a_quarter_in_hand_that_is_not_final_asks_for_slices_of_others_for_a_zip() -> None:
    answers = seen([Period(2026, 3)], date(2027, 7, 30))
    wanted = Wanted(quarters=(Period(2025, 3), Period(2026, 3)))
    found = plan_bls(BASE, NO_YEARS, IN_WINDOW, answers, wanted)
    assert {one.file for one in found.requests} == {*slices([Period(2026, 3)]), year_of_areas(BASE, 2025)}


def test_zips_in_hand_stay_zips() -> None:
    answers = [answer(year_of_areas(BASE, 2026), date(2027, 7, 30))]
    found = plan_bls(BASE, NO_YEARS, IN_WINDOW, answers, Wanted(since=2026))
    assert [one.file for one in found.requests if one.file.period.year == 2026] == [year_of_areas(BASE, 2026)]
    assert {one.file.period for one in plan_bls(BASE, NO_YEARS, IN_WINDOW, answers).requests} == {Period(2027, 1)}


# The whole nation


def nation(answers: Sequence[LastAnswer] = (), wanted: Wanted = ALL, today: date = TODAY) -> list[tuple[str, str]]:
    """Reason and name of each file that is asked for."""
    return [(one.reason, one.file.name) for one in plan_nation(BASE, SCOPE, today, answers, wanted).requests]


def of_nation(year: int, of_quarters: bool, day: date, first: date, last_quarter: str | None = None) -> LastAnswer:
    """An answer of a day, of an address that has had content since another day."""
    found = answer(year_of_nation(BASE, year, of_quarters), day)
    return replace(found, first_captured_at=f"{first}T16:00:00.000000+00:00", last_quarter=last_quarter)


def test_the_nation_is_the_scopes_years_as_archives_and_averages_of_whole_years() -> None:
    """On 9 December 2026 the second quarter may be out: 2025 is whole, 2026 has no averages yet."""
    assert nation() == [
        ("never seen", "2026_qtrly_singlefile.zip"),
        ("never seen", "2025_qtrly_singlefile.zip"),
        ("never seen", "2025_annual_singlefile.zip"),
    ]
    found = plan_nation(BASE, SCOPE, TODAY, ())
    assert found.least_requests() == 3
    assert found.seconds() == pytest.approx(3 * SECONDS_A_ZIP)


def test_a_first_year_and_a_backfill_choose_the_nations_years() -> None:
    since = [name for _, name in nation(wanted=Wanted(since=1990))]
    assert len(since) == 2 * 36 + 1
    assert since[-2:] == ["1990_qtrly_singlefile.zip", "1990_annual_singlefile.zip"]
    backfill = Wanted(quarters=(Period(2016, 2), Period(2017, 4), Period(2026, 4)))
    assert [name for _, name in nation(wanted=backfill)] == [
        "2017_qtrly_singlefile.zip",
        "2017_annual_singlefile.zip",
        "2016_qtrly_singlefile.zip",
        "2016_annual_singlefile.zip",
    ]


def test_a_year_of_the_nation_is_final_three_weeks_after_the_next_first_quarter_came() -> None:
    """2026-Q1 came on 28 August 2026 inside the zip of 2026, so that 2025 is final from 18 September on."""
    came = date(2026, 8, 28)
    for looked, is_asked in ((date(2026, 9, 17), True), (date(2026, 9, 18), False)):
        answers = [
            of_nation(2026, True, looked, came, "2026-Q1"),
            of_nation(2025, True, looked, came, "2025-Q4"),
            of_nation(2025, False, looked, came),
        ]
        found = plan_nation(BASE, SCOPE, TODAY, answers)
        names = [one.file.name for one in found.requests if one.reason == "open for revision"]
        of_2025 = ["2025_qtrly_singlefile.zip", "2025_annual_singlefile.zip"] if is_asked else []
        assert names == ["2026_qtrly_singlefile.zip", *of_2025]
        assert found.final_files == 2 - len(of_2025)


def test_a_new_years_archive_and_its_averages_are_new_periods_until_they_are_there() -> None:
    in_2027 = date(2027, 6, 1)
    whole = of_nation(2026, True, date(2027, 3, 30), date(2026, 8, 28), "2026-Q3")
    assert nation([whole], today=in_2027)[:2] == [
        ("new period", "2026_annual_singlefile.zip"),
        ("open for revision", "2026_qtrly_singlefile.zip"),
    ]
    in_window = nation([replace(whole, last_quarter="2026-Q4")], today=date(2027, 8, 2))
    assert ("new period", "2027_qtrly_singlefile.zip") in in_window


def test_a_quarter_that_is_not_in_the_years_archive_is_late() -> None:
    """The archive of 2026 is in hand with its first quarter; the second should be out by the end of December."""
    in_hand = of_nation(2026, True, date(2026, 12, 31), date(2026, 8, 28), "2026-Q1")
    assert plan_nation(BASE, SCOPE, date(2026, 12, 31), [in_hand]).late == ()
    assert plan_nation(BASE, SCOPE, date(2027, 1, 1), [in_hand]).late == (NEWEST,)
    there = replace(in_hand, last_quarter="2026-Q2")
    assert plan_nation(BASE, SCOPE, date(2027, 1, 1), [there]).late == ()


def test_a_year_of_the_nation_in_hand_that_is_not_final_stays_in_the_plan() -> None:
    no_years = replace(SCOPE, bls_years=0)
    of_2026 = of_nation(2026, True, date(2027, 7, 30), date(2026, 8, 28), "2026-Q4")
    found = plan_nation(BASE, no_years, IN_WINDOW, [of_2026])
    assert {one.file.period.year for one in found.requests} == {2026, 2027}
    assert {one.file.period.year for one in plan_nation(BASE, no_years, IN_WINDOW, ()).requests} == {2027}


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
    for today, is_probed in ((closes + LONGEST_SLIP, True), (closes + LONGEST_SLIP + timedelta(days=1), False)):
        found = plan_bls(BASE, replace(SCOPE, bls_years=2), today, seen([Period(2025, 4)], date(2026, 6, 2)))
        assert any(one.only_if for one in found.requests if one.file.period == lost) == is_probed


# A look that was cut off


def test_what_was_answered_since_the_look_began_is_not_asked_for_again() -> None:
    files = slices([NEWEST])
    answers = [answer(files[0], date(2026, 12, 7)), answer(files[1], TODAY)]
    found = plan(answers, Wanted(quarters=(NEWEST,)))
    assert [one.file for one in left_of(found, f"{TODAY}T10:00:00.000000+00:00")] == [files[0], files[2]]
    assert left_of(found, answers[1].checked_at) == [one for one in found.requests if one.before != answers[1]]
    assert left_of(found, f"{TODAY}T17:00:00.000000+00:00") == list(found.requests)


@pytest.mark.parametrize(
    ("outcomes", "asked_again"),
    [(("missing", "missing"), [0, 1]), (("captured", "missing"), []), (("missing", "failed"), [0])],
)
def test_probes_that_found_nothing_before_the_cut_are_asked_again(
    outcomes: tuple[Outcome, Outcome], asked_again: list[int]
) -> None:
    files = slices([NEWEST])
    answers = [answer(file, TODAY, outcome) for file, outcome in zip(files[:PROBES], outcomes, strict=True)]
    if outcomes[1] == "failed":
        answers[1] = replace(answers[1], capture_sha256=None, first_captured_at=None)
    left = left_of(plan(answers, Wanted(quarters=(NEWEST,))), f"{TODAY}T10:00:00.000000+00:00")
    assert [one.file for one in left] == [*(files[n] for n in asked_again), *files[PROBES:]]


def test_a_missing_file_that_nothing_waits_for_is_not_asked_for_twice_in_a_look() -> None:
    files = slices([NEWEST])
    answers = [answer(files[0], TODAY), answer(files[1], TODAY), answer(files[2], TODAY, "missing")]
    assert left_of(plan(answers, Wanted(quarters=(NEWEST,))), f"{TODAY}T10:00:00.000000+00:00") == []


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
    newest, days = newest_due_quarter(today), quarters_seen(answers)
    quarters = {*quarters_between(Period(newest.year - SCOPE.bls_years, 1), newest)}
    quarters |= {  # in hand, and not asked for since their last publication
        file.period
        for file, (day, outcome) in story.items()
        if outcome == "captured" and file.period <= newest and min(day, today) < final_from(file.period, days)
    }
    every = {file.address for file in slices(sorted(quarters))}
    found = plan(answers, today=today)
    addresses = [one.file.address for one in found.requests]
    assert len(set(addresses)) == len(addresses)
    assert set(addresses) <= every
    assert len(addresses) + found.final_files == len(every)
    assert {one.file.address for one in plan(answers, Wanted(final_too=True), today).requests} == every
    assert found.frame().height == len(addresses)
    assert found.frame()["address"].to_list() == addresses


# QualityInfo


def test_workbooks_are_asked_for_by_year_the_newest_first() -> None:
    found = plan_qualityinfo("https://q", SCOPE, TODAY, ())
    assert asked(found) == [(str(year), area) for year in (2025, 2024) for area in ("41000", "41051")]
    assert {one.only_if for one in found.requests} == {()}
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


@pytest.mark.parametrize("outcome", ["captured", "unchanged", "missing"])
@pytest.mark.parametrize("final_too", [False, True])
def test_a_workbook_is_never_final(outcome: Outcome, final_too: bool) -> None:
    scope, today = replace(SCOPE, has_quarterly_workbooks=True), date(2036, 12, 9)
    wanted = Wanted(since=2016, final_too=final_too)
    every = [one.file for one in plan_qualityinfo("https://q", scope, today, (), wanted).requests]
    found = plan_qualityinfo("https://q", scope, today, [answer(file, today, outcome) for file in every], wanted)
    assert [one.file for one in found.requests] == every
    assert workbook("https://q", Period(2016), "41000") in every
    assert {one.reason for one in found.requests} == {"never seen" if outcome == "missing" else "open for revision"}
    assert found.final_files == 0


def test_every_quarter_of_the_scope_is_in_the_plan() -> None:
    assert {quarter.quarter for quarter in QUARTERS_OF_SCOPE} == set(QUARTERS)
    assert {one.file.period for one in plan().requests} == set(QUARTERS_OF_SCOPE)
