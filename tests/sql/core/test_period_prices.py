"""The price index of a period: the mean of its months, or none where one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse


def priced(warehouse: Warehouse, year: int, *without: int) -> None:
    """Gives each month of a year its number as its index, 1 to 12, but those `without`."""
    months = (month for month in range(1, 13) if month not in without)
    warehouse.insert("reference.price_index", *({"year": year, "month": month, "cpi_u": month} for month in months))


def prices(warehouse: Warehouse) -> dict[str, Row]:
    rows = warehouse.run("core.period_prices")
    assert warehouse.broken_contracts("core.period_prices") == []
    return {row["period"]: row for row in rows}


def test_a_period_is_the_mean_of_its_months(warehouse: Warehouse) -> None:
    priced(warehouse, 2016)
    found = prices(warehouse)
    assert {period: row["cpi_u"] for period, row in found.items()} == {
        "2016": 6.5, "2016-Q1": 2, "2016-Q2": 5, "2016-Q3": 8, "2016-Q4": 11,
    }  # fmt: skip
    assert {row["missing_months"] for row in found.values()} == {None}


@pytest.mark.parametrize(("without", "missing"), [((10,), "2025-10"), ((10, 11, 12), "2025-10, 2025-11, 2025-12")])
def test_a_month_never_published_leaves_its_quarter_and_year_without(
    warehouse: Warehouse, without: tuple[int, ...], missing: str
) -> None:
    priced(warehouse, 2025, *without)
    found = prices(warehouse)
    assert {period for period, row in found.items() if row["cpi_u"] is None} == {"2025", "2025-Q4"}
    assert (found["2025"]["missing_months"], found["2025-Q4"]["missing_months"]) == (missing, missing)
    assert found["2025-Q3"]["cpi_u"] == 8


def test_of_years_without_any_month_nothing_is_said(warehouse: Warehouse) -> None:
    priced(warehouse, 2016)
    assert {row["year"] for row in prices(warehouse).values()} == {2016}
