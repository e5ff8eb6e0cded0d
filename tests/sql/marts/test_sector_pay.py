"""Average pay: exact where nothing is hidden, else between proven bounds, a quarter's wages times four."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from expectations.suites import BY_TABLE

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

WHERE = {"region": "metro", "definition": "strict", "sector": "health", "sector_kind": "sector", "ownership": "private"}

BOUNDS = ("lower", "interval90_lower", "estimate", "interval90_upper", "upper")


@pytest.fixture
def group(warehouse: Warehouse) -> Warehouse:
    warehouse.insert(
        "core.industry_groups",
        {"group_key": "strict:health", "definition": "strict", "kind": "sector", "sector": "health"},
    )
    return warehouse


def levels(warehouse: Warehouse, quarter: int, wages: Row, employment: Row) -> None:
    period = {"year": 2016, "quarter": quarter, "period": f"2016-Q{quarter}" if quarter else "2016"}
    rows = ({"measure": "wages"} | wages, {"measure": "employment"} | employment)
    warehouse.insert("marts.sector_measures", *rows, **WHERE, **period, source="bls")


def priced(warehouse: Warehouse, year: int, *months: float) -> None:
    """Gives a year its index, month by month; one number is for all months."""
    numbers = months if len(months) > 1 else months * 12
    rows = ({"year": year, "month": month, "cpi_u": cpi_u} for month, cpi_u in enumerate(numbers, start=1))
    warehouse.insert("reference.price_index", *rows)


def real_dollars_of(warehouse: Warehouse, price_year: int) -> None:
    warehouse.connection.execute("UPDATE reference.analysis SET price_year = ?", [price_year])


def five(row: Row, pattern: str = "{}") -> list[object]:
    """The bounds, interval and estimate of a row, lowest first."""
    return [row[pattern.format(name)] for name in BOUNDS]


def pay(warehouse: Warehouse) -> Row:
    warehouse.build("core.period_prices", "marts.sector_pay")
    assert warehouse.broken_contracts("marts.sector_pay") == []
    return warehouse.row("marts.sector_pay")


def exact(value: float) -> Row:
    return {"known": value, "upper": value, "estimate_status": "published"}


def estimated(known: float, upper: float, status: str = "estimated") -> Row:
    return {"known": known, "upper": upper, "estimate_status": status, "hidden_cells": 3}


def estimates(warehouse: Warehouse, quarter: int, is_withheld: bool = False) -> None:
    numbers = {"lower": 30_000, "interval90_lower": 35_000, "estimate": 40_000, "interval90_upper": 46_000,
               "upper": 90_000}  # fmt: skip
    where = {"source": "bls", "region": "metro", "ownership": "private", "group_key": "strict:health", "year": 2016}
    warehouse.insert("estimates.pay_estimates", numbers, **where, quarter=quarter, is_withheld=is_withheld)


@pytest.mark.parametrize(("quarter", "expected"), [(0, 50_000), (2, 200_000)])
def test_what_is_published_is_exact_and_a_quarter_counts_four_times(
    group: Warehouse, quarter: int, expected: int
) -> None:
    levels(group, quarter, exact(5_000_000), exact(100))
    estimates(group, quarter)
    row = pay(group)
    assert row["estimate_status"] == "published"
    assert five(row) == [expected] * 5


def test_hidden_cells_leave_an_estimate_between_its_bounds(group: Warehouse) -> None:
    levels(group, 0, estimated(3_000_000, 6_000_000), estimated(60, 110))
    estimates(group, 0)
    row = pay(group)
    assert row["estimate_status"] == "estimated"
    assert (row["lower"], row["estimate"], row["upper"]) == (30_000, 40_000, 90_000)
    assert (row["interval90_lower"], row["interval90_upper"]) == (35_000, 46_000)


@pytest.mark.parametrize(
    ("status", "is_withheld", "shown"),
    [
        ("withheld_single_cell", False, "withheld_single_cell"),
        ("contradictory_rows", False, "contradictory_rows"),
        ("estimated", True, "withheld_single_cell"),
    ],
)
def test_what_is_withheld_or_unknown_has_no_pay(group: Warehouse, status: str, is_withheld: bool, shown: str) -> None:
    levels(group, 0, estimated(3_000_000, 6_000_000, status), estimated(60, 110, status))
    estimates(group, 0, is_withheld)
    row = pay(group)
    assert row["estimate_status"] == shown
    for pattern in ("{}", "weekly_{}", "real_{}"):
        assert five(row, pattern) == [None] * 5


def test_without_jobs_there_is_no_row(group: Warehouse) -> None:
    levels(group, 0, exact(0), exact(0))
    group.build("marts.sector_pay")
    assert group.rows("marts.sector_pay") == []


@pytest.mark.parametrize(("quarter", "a_week"), [(0, 50_000 / 52), (2, 5_000_000 / 100 / 13)])
def test_a_weeks_pay_is_a_thirteenth_of_a_quarters_and_a_52nd_of_a_years(
    group: Warehouse, quarter: int, a_week: float
) -> None:
    levels(group, quarter, exact(5_000_000), exact(100))
    assert five(pay(group), "weekly_{}") == pytest.approx([a_week] * 5)


def test_hidden_cells_leave_a_weeks_pay_between_its_bounds(group: Warehouse) -> None:
    levels(group, 0, estimated(3_000_000, 6_000_000), estimated(60, 110))
    estimates(group, 0)
    weekly = [30_000 / 52, 35_000 / 52, 40_000 / 52, 46_000 / 52, 90_000 / 52]
    assert five(pay(group), "weekly_{}") == pytest.approx(weekly)


def test_real_pay_of_a_year_is_carried_by_the_mean_of_its_months(group: Warehouse) -> None:
    """Prices of 2016 are 240 on average, of 2024 312: a dollar of 2016 is 1.30 dollars of 2024."""
    priced(group, 2016, *[230] * 6, *[250] * 6)
    priced(group, 2024, 312)
    real_dollars_of(group, 2024)
    levels(group, 0, estimated(3_000_000, 6_000_000), estimated(60, 110))
    estimates(group, 0)
    row = pay(group)
    assert (row["price_year"], row["real_note"]) == (2024, None)
    assert row["price_factor"] == pytest.approx(1.3)
    assert five(row, "real_{}") == pytest.approx([39_000, 45_500, 52_000, 59_800, 117_000])


def test_real_pay_of_a_quarter_is_carried_from_its_own_three_months(group: Warehouse) -> None:
    priced(group, 2016, 1, 1, 1, 200, 250, 300, 1, 1, 1, 1, 1, 1)
    priced(group, 2024, 300)
    real_dollars_of(group, 2024)
    levels(group, 2, exact(5_000_000), exact(100))
    row = pay(group)
    assert row["price_factor"] == pytest.approx(1.2)
    assert five(row, "real_{}") == pytest.approx([240_000] * 5)


def test_a_dollar_of_the_year_of_real_dollars_is_a_dollar(group: Warehouse) -> None:
    priced(group, 2016, 240.007)
    levels(group, 0, exact(5_000_000), exact(100))
    row = pay(group)
    assert (row["price_factor"], row["real_estimate"]) == (1, 50_000)


@pytest.mark.parametrize(
    ("price_year", "months", "note"),
    [
        (2016, 11, "no real pay: consumer prices of 2016 are not complete"),
        (2024, 12, "no real pay: consumer prices of 2024 are not complete"),
    ],
)
def test_without_prices_of_the_year_of_dollars_there_is_no_real_pay(
    group: Warehouse, price_year: int, months: int, note: str
) -> None:
    priced(group, 2016, *[240] * months)
    real_dollars_of(group, price_year)
    levels(group, 0, exact(5_000_000), exact(100))
    row = pay(group)
    assert (row["estimate"], row["real_note"], row["price_factor"]) == (50_000, note, None)
    assert five(row, "real_{}") == [None] * 5


@pytest.mark.parametrize(
    ("months", "note"),
    [(11, "no real pay: no consumer prices of 2016-12"), (0, "no real pay: no consumer prices of 2016")],
)
def test_months_that_are_missing_are_named_and_never_guessed(group: Warehouse, months: int, note: str) -> None:
    priced(group, 2024, 312)
    if months:
        priced(group, 2016, *[240] * months)
    real_dollars_of(group, 2024)
    levels(group, 0, exact(5_000_000), exact(100))
    row = pay(group)
    assert (row["real_note"], five(row, "real_{}")) == (note, [None] * 5)


def test_the_suite_finds_what_is_shown_though_withheld_or_unexplained(group: Warehouse) -> None:
    sound = dict.fromkeys(("estimate", "real_estimate"), 100.0) | {"price_factor": 1.0, "price_year": 2016}
    rows = {
        "sound": {"estimate_status": "published", **sound},
        "withheld": {"estimate_status": "withheld_single_cell", "price_year": 2016, "real_note": "no prices",
                     "weekly_upper": 9.0},
        "unexplained": {"estimate_status": "published", **sound, "real_estimate": None},
        "inflated": {"estimate_status": "published", **sound, "price_factor": 2.0},
    }  # fmt: skip
    for sector, row in rows.items():
        group.insert("marts.sector_pay", {"sector": sector, "year": 2016, **row})
    queries = {
        expectation.name: expectation.sql("marts.sector_pay")
        for expectation in BY_TABLE["marts.sector_pay"].expectations
    }
    found = {
        name: [sector for (sector,) in group.connection.execute(f"SELECT sector FROM ({sql})").fetchall()]
        for name, sql in queries.items()
        if sql
    }
    assert found == {
        "withheld_pay_shown": ["withheld"],
        "real_pay_or_why_not": ["unexplained"],
        "price_year_is_its_own": ["inflated"],
    }
