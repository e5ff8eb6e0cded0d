"""The Standard by the year and the hour of one adult, worked out by hand."""

import pytest

from pipelines.domain.living_standards import HOURS_PER_YEAR, LivingStandard, StandardUnit, usd_per_year_per_adult


def standard(value: float, unit: StandardUnit, adults: int) -> LivingStandard:
    return LivingStandard("41051", 2021, "family", adults, "a family", value, unit, "a page", "A", None)


def test_a_year_of_full_time_work_has_2112_hours() -> None:
    assert HOURS_PER_YEAR == 2112


def test_a_published_hourly_wage_agrees_with_its_month_and_year() -> None:
    """One adult of a table of the Center for Women's Welfare: $11.04 an hour, $1,943 a month, $23,314 a year."""
    assert round(1943 / 176, 2) == 11.04
    assert usd_per_year_per_adult(23314, "usd_per_year", 1) / HOURS_PER_YEAR == pytest.approx(11.04, abs=0.005)


@pytest.mark.parametrize(
    ("value", "unit", "adults", "a_year", "an_hour"),
    [
        (36.42, "usd_per_hour", 1, 76_919.04, 36.42),
        (36.42, "usd_per_hour", 2, 76_919.04, 36.42),  # an hourly wage is each adult's own
        (85_022, "usd_per_year", 2, 42_511, 20.1283),  # a yearly income is the family's
        (21_120, "usd_per_year", 1, 21_120, 10),
    ],
)
def test_values_by_the_year_and_the_hour_of_an_adult(
    value: float, unit: StandardUnit, adults: int, a_year: float, an_hour: float
) -> None:
    found = standard(value, unit, adults)
    assert found.usd_per_year_per_adult == pytest.approx(a_year)
    assert found.usd_per_hour_per_adult == pytest.approx(an_hour, abs=0.00005)
