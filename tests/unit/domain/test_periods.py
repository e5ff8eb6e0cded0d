import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.periods import (
    QUARTERS,
    RELEASE_CALENDAR_MONTHS,
    RELEASE_MONTH,
    Period,
    expected_release,
    latest_expected_quarter,
)

PERIODS = st.builds(Period, st.integers(1990, 2100), st.none() | st.sampled_from(QUARTERS))


def test_labels() -> None:
    assert Period(2016).label == "2016"
    assert Period(2016, 1).label == "2016-Q1"
    assert str(Period(2016, 4)) == "2016-Q4"


@given(PERIODS)
def test_a_label_is_read_back(period: Period) -> None:
    assert Period.parse(period.label) == period


@pytest.mark.parametrize("label", ["2016-Q5", "2016Q1", "16", "2016-1", "", "2016-Q1 "])
def test_other_labels_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match="is not a period: expected a year such as 2016"):
        Period.parse(label)


def test_a_fifth_quarter_is_refused() -> None:
    with pytest.raises(ValueError, match="quarter 5 of 2016"):
        Period(2016, 5)


def test_a_year_comes_after_its_quarters_and_before_the_next() -> None:
    mixed = [Period(2017, 1), Period(2016), Period(2016, 4), Period(2016, 1), Period(2015)]
    assert sorted(mixed) == [Period(2015), Period(2016, 1), Period(2016, 4), Period(2016), Period(2017, 1)]


def test_quarters_and_the_year_before() -> None:
    assert Period(2016).quarters == tuple(Period(2016, quarter) for quarter in (1, 2, 3, 4))
    assert Period(2016, 2).quarters == (Period(2016, 2),)
    assert Period(2016, 2).year_before == Period(2015, 2)
    assert Period(2016).is_annual
    assert not Period(2016, 2).is_annual


@pytest.mark.parametrize(
    ("period", "released"),
    [
        # Actual months in which BLS published them.
        (Period(2025, 1), (2025, 9)),
        (Period(2025, 2), (2025, 12)),
        (Period(2025, 3), (2026, 3)),
        (Period(2025, 4), (2026, 6)),
        (Period(2025), (2026, 6)),
        (Period(2026, 2), (2026, 12)),
    ],
)
def test_expected_release(period: Period, released: tuple[int, int]) -> None:
    assert expected_release(period) == released


def test_an_early_first_quarter_is_in_the_calendar() -> None:
    """The first quarter of 2026 came on 28 August: a look in August must be planned."""
    assert set(RELEASE_CALENDAR_MONTHS) == {8, *(month for month, _ in RELEASE_MONTH.values())}


@pytest.mark.parametrize(
    ("month", "newest"),
    [(2, Period(2025, 2)), (3, Period(2025, 3)), (6, Period(2025, 4)), (9, Period(2026, 1)), (12, Period(2026, 2))],
)
def test_latest_expected_quarter(month: int, newest: Period) -> None:
    assert latest_expected_quarter(2026, month) == newest


@given(st.integers(1991, 2100), st.integers(1, 12))
def test_the_latest_quarter_is_out_and_the_next_is_not(year: int, month: int) -> None:
    newest = latest_expected_quarter(year, month)
    following = Period(newest.year + (newest.quarter == 4), (newest.quarter or 0) % 4 + 1)
    assert expected_release(newest) <= (year, month) < expected_release(following)
