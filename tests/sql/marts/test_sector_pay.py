"""Average pay: exact where nothing is hidden, else between proven bounds, a quarter's wages times four."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

WHERE = {"region": "metro", "definition": "strict", "sector": "health", "sector_kind": "sector", "ownership": "private"}


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


def pay(warehouse: Warehouse) -> Row:
    warehouse.build("marts.sector_pay")
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
    assert [row[name] for name in ("lower", "interval90_lower", "estimate", "interval90_upper", "upper")] == [
        expected
    ] * 5


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
    assert [row[name] for name in ("lower", "estimate", "upper")] == [None] * 3


def test_without_jobs_there_is_no_row(group: Warehouse) -> None:
    levels(group, 0, exact(0), exact(0))
    group.build("marts.sector_pay")
    assert group.rows("marts.sector_pay") == []
