"""Quarterly cells of all sizes, one row a cell, suppressed never zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse


def only_cell(warehouse: Warehouse, **cell: object) -> Row:
    warehouse.add_captures("a")
    warehouse.insert("raw.quarterly_cells", cell)
    warehouse.build("core.vintages", "core.qcew_cells")
    assert warehouse.broken_contracts("core.qcew_cells") == []
    return warehouse.row("core.qcew_cells")


def test_average_employment_is_the_mean_of_the_months(warehouse: Warehouse) -> None:
    cell = only_cell(warehouse, jobs=(10, 11, 13))
    assert cell["average_employment"] == pytest.approx(34 / 3)


def test_a_source_without_months_keeps_its_average(warehouse: Warehouse) -> None:
    months = dict.fromkeys(("month1_employment", "month2_employment", "month3_employment"))
    cell = only_cell(warehouse, publisher="qualityinfo", average_employment=12, **months)
    assert (cell["source"], cell["average_employment"], cell["month1_employment"]) == ("qualityinfo", 12, None)


def test_suppressed_is_null_but_for_establishments(warehouse: Warehouse) -> None:
    cell = only_cell(warehouse, disclosure="suppressed", establishments=2)
    assert cell["establishments"] == 2
    assert cell["average_employment"] is None
    assert cell["wages_usd"] is None


def test_a_true_zero_is_zero(warehouse: Warehouse) -> None:
    cell = only_cell(warehouse, disclosure="true_zero", establishments=0)
    assert (cell["establishments"], cell["average_employment"], cell["wages_usd"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("year", "vintage"),
    [(2010, None), (2011, 2012), (2016, 2012), (2017, 2017), (2021, 2017), (2022, 2022), (2026, 2022)],
)
def test_the_naics_vintage_is_that_in_force(warehouse: Warehouse, year: int, vintage: int | None) -> None:
    assert only_cell(warehouse, year=year)["naics_vintage"] == vintage


@pytest.mark.parametrize(
    ("agglvl_code", "industry_code", "level"),
    [("70", "10", 0), ("71", "10", 0), ("96", "10", 0), ("40", "10", 0), ("72", "101", 2), ("74", "31-33", 4),
     ("78", "238211", 8)],
)  # fmt: skip
def test_the_level_is_the_last_digit_of_the_aggregation_level_but_for_totals(
    warehouse: Warehouse, agglvl_code: str, industry_code: str, level: int
) -> None:
    assert only_cell(warehouse, agglvl_code=agglvl_code, industry_code=industry_code)["naics_level"] == level


def test_size_classes_are_left_out(warehouse: Warehouse) -> None:
    warehouse.add_captures("a")
    sized = {"size_code": "1", "industry_code": "62"}
    warehouse.insert("raw.quarterly_cells", {"size_code": "0", "establishments": 9}, sized)
    warehouse.build("core.vintages", "core.qcew_cells")
    assert warehouse.row("core.qcew_cells")["establishments"] == 9


def test_a_cell_that_one_capture_holds_twice_is_one_cell(warehouse: Warehouse) -> None:
    warehouse.add_captures("a")
    twice = [{"member": "by area.csv", "line_number": 9}, {"member": "by industry.csv", "line_number": 3}]
    warehouse.insert("raw.quarterly_cells", *twice, establishments=5)
    warehouse.build("core.vintages", "core.qcew_cells")
    cell = warehouse.row("core.qcew_cells")
    assert (cell["establishments"], cell["member"], cell["line_number"]) == (5, "by area.csv", 9)


def test_quarters_and_years_have_one_shape(warehouse: Warehouse) -> None:
    figures = {"establishments": 3, "average_employment": 10.5, "wages_usd": 900}
    warehouse.insert("core.qcew_cells", figures, {"disclosure": "suppressed", "quarter": 2})
    warehouse.insert("core.qcew_annual", {**figures, "establishments": 2.75})
    rows = warehouse.run("core.period_cells")
    assert [(row["period"], row["year"], row["quarter"]) for row in rows] == [
        ("2016", 2016, 0),
        ("2016-Q1", 2016, 1),
        ("2016-Q2", 2016, 2),
    ]
    assert [(row["establishments"], row["employment"], row["wages_usd"]) for row in rows] == [
        (2.75, 10.5, 900),
        (3, 10.5, 900),
        (1, None, None),
    ]
