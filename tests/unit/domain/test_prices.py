"""Years that have an index: all twelve months, or none."""

from decimal import Decimal

from pipelines.domain.prices import MonthlyPrice, complete_years


def months(year: int, *numbers: int) -> list[MonthlyPrice]:
    return [MonthlyPrice(year, month, Decimal("240.007"), "BLS") for month in numbers]


def test_a_year_is_complete_with_its_twelfth_month() -> None:
    assert complete_years(months(2016, *range(1, 13)) + months(2017, *range(1, 12))) == (2016,)


def test_a_month_never_published_leaves_its_year_without_an_index() -> None:
    without_october = [month for month in range(1, 13) if month != 10]
    assert complete_years(months(2025, *without_october)) == ()
    assert complete_years([]) == ()
