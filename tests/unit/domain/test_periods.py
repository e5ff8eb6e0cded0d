import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.periods import QUARTERS, Period

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
