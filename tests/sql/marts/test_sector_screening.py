"""The screening from its tables: what stands beside an industry, which sectors hold it, what forbids a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.domain.screening import CRITERIA, sector_screening

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

MART = "marts.sector_screening"
CHECKS = ("checks.screening_without_reason", "checks.screening_out_of_order")
CLASSIFICATION = (
    *("core.naics_ancestry", "core.industry_group_leaves", "core.industry_groups", "core.industry_group_codes"),
)


@pytest.fixture
def board(warehouse: Warehouse) -> Warehouse:
    """Metro, two counties of Oregon, of which 2016 is in force, and 2015 told by the changes over the year."""
    warehouse.add_industries("10 > 101 > 1013 > 31-33 > 334 > 3344 > 33441 > 334413 334418")
    warehouse.add_industries("10 > 102 > 1025 > 62 > 621 > 6211 > 62111 > 621111", "10 > 102 > 1029 > 99 > 999")
    warehouse.add_sectors("electronics", "health")
    warehouse.add_sectors("chips", kind="lens")
    warehouse.define("electronics", "334413")
    warehouse.define("electronics", "334", definition="broad")
    warehouse.define("chips", "334413", definition="broad")
    warehouse.define("health", "62")
    warehouse.build(*CLASSIFICATION)
    choices = {"price_year": 2016, "base_region": "oregon", "random_weightings": 20, "seed": 1, "top_share": 0.5}
    warehouse.fill("reference.analysis", pl.DataFrame([choices]))
    warehouse.insert("reference.screening_weights", *({"criterion": name, "weight": 1} for name in CRITERIA))
    for region, areas in {"metro": ("41051", "41067"), "oregon": ("41000",)}.items():
        place = {"region": region, "region_name": region.title(), "period": "2016", "year": 2016, "source": "bls"}
        warehouse.insert("core.region_periods", *({**place, "area_fips": area} for area in areas))
        total = {
            "region": region,
            "period": "2016",
            "ownership": "private",
            "employment": 1000 if region == "metro" else 8000,
        }
        warehouse.insert("core.region_totals", total)
    return warehouse


def add(
    warehouse: Warehouse, region: str, code: str, jobs: float | None, before: float | None = None, **more: object
) -> None:
    """An industry in 2016, withheld where jobs is None, and a year before; everybody earns $50,000."""
    industry = {"region": region, "industry_code": code, "naics_level": len(code) + 2, "naics_vintage": 2012}
    now: Row = {**industry, "period": "2016", "year": 2016, "vintage": "in_force", "establishments": 3, **more}
    known = {"employment_known": jobs or 0, "wages_known": 50_000 * (jobs or 0), "hidden_cells": int(jobs is None)}
    warehouse.insert("core.region_industries", known | now)
    if before is not None:
        told = {"period": "2015", "year": 2015, "vintage": "year_before", "employment_known": before}
        warehouse.insert("core.region_industries", {**industry, **told})


def screen(warehouse: Warehouse) -> None:
    warehouse.fill(MART, sector_screening(warehouse.frame("measures.sector_screening"))[MART])
    assert warehouse.broken_contracts(MART) == []
    for check in CHECKS:
        assert warehouse.query(check) == []


def of_metro(warehouse: Warehouse, code: str = "334") -> Row:
    screen(warehouse)
    return warehouse.row(MART, region="metro", industry_code=code)


def test_an_industry_stands_beside_the_year_before_and_the_base_region(board: Warehouse) -> None:
    add(board, "metro", "334", 110, before=100)
    add(board, "oregon", "334", 600, before=500)
    row = of_metro(board)
    assert row["estimate_growth"] == pytest.approx(0.1)
    assert row["estimate_location_quotient"] == pytest.approx((110 / 1000) / (600 / 8000))
    assert row["estimate_local_growth"] == pytest.approx(110 - 100 * 600 / 500)
    assert (row["estimate_pay"], row["naics_digits"], row["before_basis"]) == (50_000, 3, "changes_over_the_year")
    assert (row["rank"], row["missing_criteria"]) == (1, [])


def test_what_is_in_force_goes_before_what_changes_tell(board: Warehouse) -> None:
    add(board, "metro", "334", 110, before=100)
    row = {"region": "metro", "period": "2015", "year": 2015, "industry_code": "334", "naics_level": 5}
    board.insert("core.region_industries", {**row, "vintage": "in_force", "employment_known": 88})
    found = of_metro(board)
    assert (found["before_basis"], found["estimate_growth"]) == ("files", 0.25)


def test_an_industry_hidden_a_year_before_has_no_growth(board: Warehouse) -> None:
    add(board, "metro", "334", 110)
    told = {"period": "2015", "year": 2015, "vintage": "year_before", "employment_known": 7, "hidden_cells": 1}
    board.insert("core.region_industries", {"region": "metro", "industry_code": "334", "naics_level": 5, **told})
    row = of_metro(board)
    assert (row["growth_status"], row["local_growth_status"]) == ("hidden_base", "hidden_base")


def test_an_industry_without_row_a_year_before_is_new(board: Warehouse) -> None:
    add(board, "metro", "334", 110)
    add(board, "metro", "621", 10, before=10)
    assert of_metro(board)["growth_status"] == "zero_base"


def test_a_first_year_has_no_growth(board: Warehouse) -> None:
    add(board, "metro", "334", 110)
    row = of_metro(board)
    assert (row["growth_status"], row["concentration_status"]) == ("no_base", "no_base_region")


def test_the_first_year_of_a_vintage_has_no_growth(board: Warehouse) -> None:
    add(board, "metro", "334", 110, before=100)
    board.connection.execute("UPDATE reference.naics_vintages SET first_year = 2016 WHERE naics_vintage = 2012")
    assert of_metro(board)["growth_status"] == "naics_switch"


@pytest.mark.parametrize(
    ("changed", "is_broken"),
    [
        ({}, True),
        ({"industry_code": "3344"}, True),
        ({"industry_code": "62"}, False),
        ({"area_prefix": "41067"}, True),
        ({"area_prefix": "41005"}, False),
        ({"own_code": "2"}, False),
        ({"year": 2015, "quarter": 1}, False),
        ({"year": 2015, "quarter": 2}, True),
        ({"year": 2016, "quarter": 4}, True),
        ({"year": 2017, "quarter": 1}, False),
    ],
)
def test_growth_does_not_cross_a_break(board: Warehouse, changed: Row, is_broken: bool) -> None:
    add(board, "metro", "334", 110, before=100)
    add(board, "oregon", "334", 600, before=500)
    cells = {"own_code": "5", "industry_code": "334413", "area_prefix": "41", "year": 2016, "quarter": 1}
    board.insert("reference.trend_breaks", {**cells, "reason": "They moved", **changed})
    row = of_metro(board)
    found = (row["growth_status"], row["local_growth_status"], row["break_reason"])
    expected = ("across_break", "across_break", "They moved") if is_broken else ("measured", "measured", None)
    assert found == expected


def test_local_growth_does_not_cross_a_break_of_the_base_region(board: Warehouse) -> None:
    add(board, "metro", "334", 110, before=100)
    add(board, "oregon", "334", 600, before=500)
    board.insert("reference.region_areas", {"region": "oregon", "area_fips": "41005"})
    moved = {"own_code": "5", "industry_code": "334", "area_prefix": "41005", "year": 2016, "quarter": 1}
    board.insert("reference.trend_breaks", {**moved, "reason": "They moved"})
    row = of_metro(board)
    assert (row["growth_status"], row["local_growth_status"]) == ("measured", "across_break_in_base_region")


@pytest.mark.parametrize(("areas", "status"), [(("41051", "41067"), "measured"), (("41051", "41005"), "across_break")])
def test_growth_does_not_cross_areas_cut_anew_in_part(board: Warehouse, areas: tuple[str, ...], status: str) -> None:
    add(board, "metro", "334", 110, before=100)
    change = {"break_id": "new", "year": 2016, "quarter": 1, "reason": "Cut anew"}
    board.insert("reference.area_changes", *({**change, "area_fips": area} for area in areas))
    assert of_metro(board)["growth_status"] == status


def test_target_sectors_are_marked_whole_and_in_part(board: Warehouse) -> None:
    add(board, "metro", "334", 110)
    add(board, "metro", "621", 10)
    add(board, "metro", "6211", 10)
    row = of_metro(board)
    assert (row["strict_sectors"], row["strict_sectors_in_part"]) == ([], ["electronics"])
    assert (row["broad_sectors"], row["broad_sectors_in_part"], row["lenses"]) == (["electronics"], [], ["chips"])
    for code in ("621", "6211"):
        row = board.row(MART, region="metro", industry_code=code)
        assert (row["strict_sectors"], row["broad_sectors"], row["lenses"]) == (["health"], [], [])


def test_a_withheld_industry_is_shown_without_rank(board: Warehouse) -> None:
    add(board, "metro", "334", None)
    add(board, "metro", "621", 10)
    row = of_metro(board)
    assert (row["estimate_status"], row["establishments"], row["rank"]) == ("not_estimated", 3, None)
    assert row["missing_criteria"] == list(CRITERIA)


def test_unclassified_establishments_are_no_industry(board: Warehouse) -> None:
    add(board, "metro", "999", 5)
    screen(board)
    assert board.rows(MART) == []


def test_pay_is_set_against_the_first_standard_of_the_region(board: Warehouse) -> None:
    add(board, "metro", "334", 110)
    add(board, "oregon", "334", 600)
    board.insert("reference.region_areas", *({"region": "metro", "area_fips": area} for area in ("41051", "41067")))
    board.insert("reference.areas", {"area_fips": "41051", "area_title": "Multnomah County, Oregon"})
    board.insert("reference.areas", {"area_fips": "41067", "area_title": "Washington County, Oregon"})
    standards: list[Row] = [
        {"area_fips": "41067", "family_type": "a", "year": 2016, "usd_per_year_per_adult": 10_000.0},
        {"area_fips": "41051", "family_type": "b", "year": 2016, "usd_per_year_per_adult": 10_000.0},
        {"area_fips": "41051", "family_type": "a", "year": 2013, "usd_per_year_per_adult": 10_000.0},
        {"area_fips": "41051", "family_type": "a", "year": 2014, "usd_per_year_per_adult": 20_000.0},
    ]
    board.insert("reference.self_sufficiency_standards", *standards, family="one adult")
    prices = [{"period": "2014", "year": 2014, "cpi_u": 80.0}, {"period": "2016", "year": 2016, "cpi_u": 100.0}]
    board.insert("core.period_prices", *prices)
    row = of_metro(board)
    assert row["estimate_pay_multiple"] == pytest.approx(50_000 / (20_000 * 100 / 80))
    assert row["pay_standard"] == (
        "Self-Sufficiency Standard of 2014 for one adult in Multnomah County, Oregon, carried to 2016 by CPI-U"
    )
    of_state = board.row(MART, region="oregon")
    assert (of_state["pay_standard"], of_state["estimate_pay_multiple"]) == (None, None)
