"""How many of BLS's own location quotients come out, row by row, with the nation's file and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

MODELS = ("core.quotient_ranges", "core.quotient_agreement")
AREAS = ("41001", "41003", "41005", "41007", "41009")


def add(warehouse: Warehouse, area: str, health: int, quotient: float) -> None:
    """An area with so many of 1,000 dollars in private health care."""
    row = {"area_fips": area, "establishments": 0}
    warehouse.insert(
        "core.qcew_cells",
        {**row, "own_code": "0", "wages_usd": 1000, "lq_wages": 1.0},
        {**row, "industry_code": "62", "wages_usd": health, "lq_wages": quotient},
    )


def agreement(warehouse: Warehouse, measure: str = "wages") -> Row:
    warehouse.build(*MODELS)
    assert warehouse.broken_contracts(*MODELS) == []
    return warehouse.row("core.quotient_agreement", measure=measure)


def counts(row: Row) -> tuple[int, int, int, int]:
    return row["rows_with_quotient"], row["rows_compared"], row["rows_agreeing"], row["rows_disagreeing"]


def test_all_agree_within_the_rounding(warehouse: Warehouse) -> None:
    for area, health in zip(AREAS, (100, 37, 51, 8, 250), strict=True):
        add(warehouse, area, health, quotient=round(health / 50, 2))
    row = agreement(warehouse)
    assert (row["basis"], row["disagreeing_rows"]) == ("implied", [])
    assert counts(row) == (10, 10, 10, 0)


def test_as_many_agree_as_any_national_share_allows(warehouse: Warehouse) -> None:
    """Three say that health is 5 % of the nation's wages, two that it is 4 %."""
    for area, health, quotient in zip(AREAS, (100, 50, 25, 100, 40), (2.0, 1.0, 0.5, 2.5, 1.0), strict=True):
        add(warehouse, area, health, quotient)
    row = agreement(warehouse)
    assert counts(row) == (10, 10, 8, 2)
    # the smallest share that the three allow is that of the narrowest range, 0.1 / 2.005: 0.1 by it rounds to 2.01
    assert row["disagreeing_rows"] == [
        "41007 own 5 industry 62: published 2.50, found 2.01",
        "41009 own 5 industry 62: published 1.00, found 0.80",
    ]


def test_a_zero_with_a_quotient_agrees_with_nobody(warehouse: Warehouse) -> None:
    add(warehouse, "41001", health=100, quotient=2.0)
    add(warehouse, "41003", health=50, quotient=1.0)
    add(warehouse, "41005", health=0, quotient=0.3)
    add(warehouse, "41007", health=0, quotient=0.0)
    row = agreement(warehouse)
    assert counts(row) == (8, 8, 7, 1)
    assert row["disagreeing_rows"] == ["41005 own 5 industry 62: published 0.30, found 0.00"]


def test_a_row_alone_in_its_industry_is_not_compared(warehouse: Warehouse) -> None:
    add(warehouse, "41001", health=100, quotient=2.0)
    row = {"own_code": "0", "wages_usd": 1000, "lq_wages": 1.0}
    warehouse.insert("core.qcew_cells", row, area_fips="41003")
    assert counts(agreement(warehouse)) == (3, 2, 2, 0)


def test_with_the_nation_in_hand_rows_are_recomputed(warehouse: Warehouse) -> None:
    """All agree with each other that health is 5 % of the nation's wages, and it is 4 %."""
    add(warehouse, "US000", health=40, quotient=1.0)
    add(warehouse, "41001", health=100, quotient=2.0)
    add(warehouse, "41003", health=50, quotient=1.0)
    row = {"industry_code": "11", "wages_usd": 1, "lq_wages": 7.0, "establishments": 0}
    warehouse.insert("core.qcew_cells", row, area_fips="41001")  # the nation's is hidden
    row = agreement(warehouse)
    assert row["basis"] == "recomputed"
    assert counts(row) == (5, 4, 2, 2)
    assert row["disagreeing_rows"] == [
        "41001 own 5 industry 62: published 2.00, found 2.50",
        "41003 own 5 industry 62: published 1.00, found 1.25",
    ]


def test_only_twenty_are_named(warehouse: Warehouse) -> None:
    add(warehouse, "US000", health=40, quotient=1.0)
    for county in range(30):
        add(warehouse, f"41{county:03}", health=100, quotient=2.0)
    row = agreement(warehouse)
    assert (row["rows_disagreeing"], len(row["disagreeing_rows"])) == (30, 20)


@pytest.mark.parametrize(("other_quotient", "agreeing"), [(1.13, 4), (1.12, 4), (1.11, 3)])
def test_weekly_wages_are_compared_as_published(warehouse: Warehouse, other_quotient: float, agreeing: int) -> None:
    """Multnomah's construction in the first quarter of 2016, and a county of the same wages; halves count for both."""
    for area, quotient in (("41051", 1.13), ("41067", other_quotient)):
        row = {"area_fips": area, "establishments": 0}
        total = {**row, "own_code": "0", "average_weekly_wage_usd": 1081, "lq_average_weekly_wage": 1.0}
        cell = {**row, "industry_code": "23", "average_weekly_wage_usd": 1236, "lq_average_weekly_wage": quotient}
        warehouse.insert("core.qcew_cells", total, cell)
    assert counts(agreement(warehouse, "average_weekly_wage")) == (4, 4, agreeing, 4 - agreeing)
