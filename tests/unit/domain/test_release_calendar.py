"""The release calendar against the days on which BLS published, and its own laws."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.periods import QUARTERS, Period
from pipelines.domain.release_calendar import (
    LONGEST_SLIP,
    RELEASED_ON,
    REVISION_STATUSES,
    SETTLING,
    final_from,
    is_late,
    newest_due_quarter,
    published_with,
    quarters_between,
    release_date,
    release_window,
    releases_table,
    revision_status,
)

PERIODS = st.builds(Period, st.integers(1990, 2059), st.none() | st.sampled_from(QUARTERS))
DAYS = st.dates(date(1991, 1, 1), date(2059, 12, 31))


@pytest.mark.parametrize(("period", "day"), RELEASED_ON.items())
def test_every_known_release_falls_into_its_window(period: Period, day: date) -> None:
    window = release_window(period)
    assert window.opens <= day <= window.closes


def test_the_months_of_the_calendar() -> None:
    windows = {quarter: release_window(Period(2025, quarter)) for quarter in QUARTERS}
    assert (windows[1].opens, windows[1].closes) == (date(2025, 8, 1), date(2025, 9, 30))
    assert (windows[2].opens, windows[2].closes) == (date(2025, 12, 1), date(2025, 12, 31))
    assert (windows[3].opens, windows[3].closes) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (windows[4].opens, windows[4].closes) == (date(2026, 6, 1), date(2026, 6, 30))
    assert release_window(Period(2025)) == windows[4]


def test_how_often_each_quarter_is_published() -> None:
    times = [len(published_with(Period(2025, quarter))) for quarter in QUARTERS]
    assert times == [5, 4, 3, 2]
    assert [str(quarter) for quarter in published_with(Period(2025, 3))] == ["2025-Q3", "2025-Q4", "2026-Q1"]
    assert published_with(Period(2025)) == (Period(2025, 4), Period(2026, 1))


@pytest.mark.parametrize(
    ("today", "newest"),
    [
        (date(2026, 2, 28), Period(2025, 2)),
        (date(2026, 3, 1), Period(2025, 3)),
        (date(2026, 7, 31), Period(2025, 4)),
        (date(2026, 8, 1), Period(2026, 1)),
        (date(2026, 11, 30), Period(2026, 1)),
        (date(2026, 12, 1), Period(2026, 2)),
    ],
)
def test_the_newest_quarter_that_may_be_out(today: date, newest: Period) -> None:
    assert newest_due_quarter(today) == newest


@given(DAYS)
def test_the_window_of_the_newest_is_open_and_of_the_next_is_not(today: date) -> None:
    newest = newest_due_quarter(today)
    following = quarters_between(newest, Period(newest.year + 1, 4))[1]
    assert release_window(newest).opens <= today < release_window(following).opens


def test_a_release_is_late_after_its_window_until_it_is_seen() -> None:
    quarter = Period(2031, 2)
    assert not is_late(quarter, date(2031, 12, 31), {})
    assert is_late(quarter, date(2032, 1, 1), {})
    assert not is_late(quarter, date(2032, 1, 1), {quarter: date(2032, 1, 1)})


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2025-09-09", "preliminary"),
        ("2025-12-18", "preliminary"),
        ("2025-12-19", "revised"),
        ("2026-08-27", "revised"),
        ("2026-08-28", "final"),
        ("2030-01-01", "final"),
    ],
)
def test_what_a_file_of_the_first_quarter_of_2025_was_on_a_day(day: str, status: str) -> None:
    assert revision_status(Period(2025, 1), date.fromisoformat(day), {}) == status


def test_a_quarter_seen_early_makes_the_others_final_early() -> None:
    seen = {Period(2032, 1): date(2032, 8, 20)}
    assert revision_status(Period(2031, 4), date(2032, 8, 20), {}) == "preliminary"
    assert revision_status(Period(2031, 4), date(2032, 8, 20), seen) == "final"
    assert revision_status(Period(2031, 4), date(2032, 8, 19), seen) == "preliminary"


def test_a_file_that_was_seen_a_day_before_its_release_counts_from_then() -> None:
    """Files of a release are put up together, some of them a day before it is told."""
    first = Period(2026, 1)
    day = RELEASED_ON[first] - timedelta(days=1)
    assert revision_status(Period(2025, 1), day, {}) == "revised"
    assert revision_status(Period(2025, 1), day, {first: day}) == "final"
    assert revision_status(Period(2025, 1), day, {first: RELEASED_ON[first]}) == "revised"


@given(PERIODS, DAYS, DAYS)
def test_what_is_published_only_ever_becomes_more_final(period: Period, one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    ranks = [REVISION_STATUSES.index(revision_status(period, day, {})) for day in (earlier, later)]
    assert ranks == sorted(ranks)


LAST, CLOSES = Period(2031, 1), date(2031, 9, 30)


@pytest.mark.parametrize(
    ("seen", "final"),
    [
        ({LAST: date(2031, 8, 30)}, date(2031, 9, 20)),
        ({LAST: date(2031, 12, 1)}, date(2031, 12, 22)),  # it slipped
        ({LAST: date(2035, 1, 1)}, CLOSES + LONGEST_SLIP + SETTLING),  # first looked for years later
        ({}, CLOSES + LONGEST_SLIP),
        ({Period(2030, 4): date(2031, 6, 3), Period(2031, 2): date(2031, 12, 3)}, CLOSES + LONGEST_SLIP),
    ],
)
def test_a_period_is_final_three_weeks_after_its_last_release_was_seen(seen: dict[Period, date], final: date) -> None:
    assert timedelta(weeks=3) == SETTLING
    assert {final_from(period, seen) for period in (*Period(2030).quarters, Period(2030))} == {final}


def test_a_known_release_makes_a_period_final_only_once_it_was_seen() -> None:
    assert final_from(Period(2025), {}) == date(2027, 9, 30)
    assert final_from(Period(2025), {Period(2026, 1): RELEASED_ON[Period(2026, 1)]}) == date(2026, 9, 18)


@given(PERIODS, DAYS, DAYS)
def test_a_release_that_is_seen_later_never_makes_a_period_final_earlier(period: Period, one: date, two: date) -> None:
    last = published_with(period)[-1]
    earlier, later = (final_from(period, {last: day}) for day in sorted((one, two)))
    assert earlier <= later <= release_window(last).closes + LONGEST_SLIP + SETTLING


@given(st.builds(Period, st.integers(2032, 2059), st.sampled_from(QUARTERS)), DAYS)
def test_a_release_whose_day_is_not_known_counts_from_the_end_of_its_window_or_when_it_was_seen(
    quarter: Period, day: date
) -> None:
    closes = release_window(quarter).closes
    assert release_date(quarter, {}) == closes
    assert release_date(quarter, {quarter: day}) == min(day, closes)


def test_the_table_has_each_publication_once() -> None:
    table = releases_table()
    assert table.height == table.n_unique(["year", "quarter", "publication_number"])
    of_2025 = table.filter(year=2025).group_by("quarter").len().sort("quarter")["len"].to_list()
    assert of_2025 == [2, 5, 4, 3, 2]
    first = table.filter(year=2025, quarter=2, publication_number=1).row(0, named=True)
    assert first["published_by"] == date(2025, 12, 19)
    assert table.filter(year=2024, quarter=1, publication_number=5).row(0, named=True)["published_with"] == "2025-Q1"


@given(DAYS)
def test_windows_do_not_overlap(today: date) -> None:
    quarters = quarters_between(Period(today.year - 2, 1), Period(today.year, 4))
    inside = [
        quarter for quarter in quarters if release_window(quarter).opens <= today <= release_window(quarter).closes
    ]
    assert len(inside) <= 1


def test_the_files_of_2016_that_bear_the_day_of_the_next_first_quarter_are_final() -> None:
    statuses = {revision_status(Period(2016, quarter), date(2017, 9, 6), {}) for quarter in (1, 2, 3, 4)}
    assert statuses == {"final"}
    assert revision_status(Period(2016, 4), date(2017, 9, 5), {}) == "preliminary"
