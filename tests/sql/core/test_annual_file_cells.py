"""Annual files as their publishers wrote them: all sizes, the vintage in force, one row a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

WHOLE_AREA: tuple[Row, ...] = ({"own_code": "0"}, {"industry_code": "621111"})


def cells(warehouse: Warehouse, **where: object) -> list[Row]:
    warehouse.build("core.vintages", "core.annual_file_cells")
    return warehouse.rows("core.annual_file_cells", **where)


def test_a_cell_keeps_its_figures(warehouse: Warehouse) -> None:
    warehouse.add_captures("a")
    figures = {"establishments": 3, "average_employment": 30, "wages_usd": 900, "average_annual_pay_usd": 30}
    warehouse.insert("raw.annual_cells", {**figures, "industry_code": "621111"})
    (row,) = cells(warehouse)
    assert {name: row[name] for name in figures} == figures
    assert (row["source"], row["naics_level"], row["naics_vintage"], row["capture_sha256"]) == ("bls", 8, 2012, "a")


def test_suppressed_is_null_but_for_establishments(warehouse: Warehouse) -> None:
    warehouse.add_captures("a")
    warehouse.insert("raw.annual_cells", {"disclosure": "suppressed", "establishments": 2})
    (row,) = cells(warehouse)
    assert (row["establishments"], row["average_employment"], row["wages_usd"]) == (2, None, None)


@pytest.mark.parametrize(("agglvl_code", "level"), [("70", 0), ("71", 0), ("96", 0)])
def test_totals_of_all_industries_are_the_root(warehouse: Warehouse, agglvl_code: str, level: int) -> None:
    warehouse.add_captures("a")
    warehouse.insert("raw.annual_cells", {"agglvl_code": agglvl_code})
    assert [row["naics_level"] for row in cells(warehouse)] == [level]


def test_size_classes_are_left_out(warehouse: Warehouse) -> None:
    warehouse.add_captures("a")
    warehouse.insert("raw.annual_cells", {"establishments": 9}, {"size_code": "1", "industry_code": "62"})
    assert [row["establishments"] for row in cells(warehouse)] == [9]


def test_a_cell_that_one_capture_holds_twice_is_one_cell(warehouse: Warehouse) -> None:
    warehouse.add_captures("a")
    warehouse.insert("raw.annual_cells", {"member": "one.csv"}, {"member": "two.csv"})
    assert len(cells(warehouse)) == 1


def test_a_later_whole_area_supersedes_only_its_own_area_and_year(warehouse: Warehouse) -> None:
    warehouse.add_captures("old", "new")
    for keys in ({}, {"area_fips": "41067"}, {"year": 2015}):
        old: Row = {"industry_code": "62", **keys}
        warehouse.insert("raw.annual_cells", old, *({**row, **keys} for row in WHOLE_AREA), capture_sha256="old")
    warehouse.insert("raw.annual_cells", *WHOLE_AREA, capture_sha256="new")
    left = {(row["area_fips"], row["year"]) for row in cells(warehouse, industry_code="62")}
    assert left == {("41067", 2016), ("41051", 2015)}
    assert {row["capture_sha256"] for row in cells(warehouse, area_fips="41051", year=2016)} == {"new"}


def test_quarters_of_the_same_capture_change_nothing(warehouse: Warehouse) -> None:
    warehouse.add_captures("both", "later quarter")
    warehouse.insert("raw.annual_cells", *WHOLE_AREA, capture_sha256="both")
    warehouse.insert("raw.quarterly_cells", *WHOLE_AREA, capture_sha256="both")
    warehouse.insert("raw.quarterly_cells", *WHOLE_AREA, capture_sha256="later quarter")
    assert len(cells(warehouse)) == len(WHOLE_AREA)
