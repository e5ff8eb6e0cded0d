"""Which series a recoding, a switch of NAICS vintages or a new cut of areas breaks, and which it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

TREE = (
    "10 > 101 > 1012 > 23 > 236 > 2361 > 23611 > 236115",
    "10 > 102 > 1025 > 62 > 624 > 6241 > 62412 > 624120",
    "624 > 6244 > 62441 > 624410",
    "102 > 1027 > 81 > 814 > 8141 > 81411 > 814110",
)
MODELS = ("core.naics_ancestry", "core.industry_group_leaves", "core.industry_groups")
OREGON = {"break_id": "oregon", "area_prefix": "41", "industry_code": "624120", "year": 2018, "quarter": 1}
HOME_CARE = {"break_id": "home_care", "area_prefix": "", "own_code": "5", "year": 2013, "quarter": 1}
EVIDENCE = {"reason": "Jobs moved", "grade": "A", "source": "A letter"}
KEY = ("sector", "ownership", "series")


@pytest.fixture
def region(warehouse: Warehouse) -> Warehouse:
    """Portland, with construction, health and child care inside it, in all vintages."""
    warehouse.add_sectors("construction", "health", "child_care")
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.add_sectors("sum_of_sectors", kind="gross")
    for vintage in (2012, 2017, 2022):
        warehouse.add_industries(*TREE, vintage=vintage)
        for sector, code in (("construction", "23"), ("health", "62"), ("child_care", "6244")):
            warehouse.define(sector, code, vintage=vintage)
    add_region(warehouse, "metro", "41051", "41067")
    warehouse.build(*MODELS)
    return warehouse


def add_region(warehouse: Warehouse, name: str, *areas: str) -> None:
    rows = [{"area_fips": area} for area in areas]
    warehouse.insert("core.region_periods", *rows, region=name, period="2018-Q1", year=2018, quarter=1, source="bls")


def breaks(warehouse: Warehouse) -> dict[tuple[str, str, str], Row]:
    warehouse.build("marts.trend_breaks")
    assert warehouse.broken_contracts("marts.trend_breaks") == []
    rows = warehouse.rows("marts.trend_breaks", region="metro")
    found = {(row["sector"], row["ownership"], row["series"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def breaking(found: dict[tuple[str, str, str], Row]) -> dict[tuple[str, str, str], bool]:
    return {key: row["breaks_series"] for key, row in found.items()}


def test_a_move_between_ownerships_breaks_what_holds_one_of_them(region: Warehouse) -> None:
    region.insert("reference.trend_breaks", *({"own_code": own} for own in "25"), **OREGON, **EVIDENCE)
    found = breaks(region)
    series = breaking(found)
    for ownership in ("private", "state_government", "government"):
        assert series["health", ownership, "level"], ownership
        assert series["health", ownership, "share"], ownership
        assert ("construction", ownership, "level") not in series
        assert series["construction", ownership, "share"], ownership  # its denominator jumped
        assert ("child_care", ownership, "level") not in series  # 624410 did not move
    assert not series["health", "total_covered", "level"]
    assert not series["health", "total_covered", "share"]
    assert ("construction", "total_covered", "share") not in series
    assert not {own for _, own, _ in series} & {"federal_government", "local_government"}
    row = found["construction", "private", "share"]
    assert row["reason"] == "Jobs moved: all industries, of which it is a share, hold some of what moved"
    assert found["health", "total_covered", "level"]["reason"] == "Jobs moved: all that moved stayed in it"
    assert (row["kind"], row["break_id"], row["year"], row["quarter"]) == ("recoding", "oregon", 2018, 1)
    assert (row["grade"], row["source"], row["note"]) == ("A", "A letter", None)


def test_a_move_between_industries_breaks_what_holds_one_of_them(region: Warehouse) -> None:
    cells = ({"industry_code": code} for code in ("814110", "624120"))
    region.insert("reference.trend_breaks", *cells, **HOME_CARE, **EVIDENCE)
    broken = {
        (sector, ownership, series): True
        for sector in ("health", "all_target_sectors", "sum_of_sectors")
        for ownership in ("private", "total_covered")
        for series in ("level", "share")
    }
    assert breaking(breaks(region)) == broken  # and no share of another sector: all of it stayed private


def test_the_sum_of_sectors_breaks_with_any_of_them(region: Warehouse) -> None:
    region.insert("reference.trend_breaks", *({"own_code": own} for own in "25"), **OREGON, **EVIDENCE)
    found = breaks(region)
    assert found["sum_of_sectors", "private", "level"]["breaks_series"]
    assert not found["sum_of_sectors", "total_covered", "level"]["breaks_series"]
    assert found["sum_of_sectors", "private", "share"]["reason"] == (
        "Jobs moved: all industries, of which it is a share, hold some of what moved; "
        "some of what moved lies in it, some outside"
    )


def test_a_coarse_cell_breaks_a_part_of_it(region: Warehouse) -> None:
    region.insert("reference.trend_breaks", OREGON | {"industry_code": "62", "own_code": "5"}, **EVIDENCE)
    series = breaking(breaks(region))
    assert series["child_care", "private", "level"]
    assert not series["health", "private", "level"]


@pytest.mark.parametrize(
    ("prefix", "concerns"), [("", True), ("41", True), ("41067", True), ("41005", False), ("53", False)]
)
def test_a_break_concerns_a_region_that_has_an_area_of_it(region: Warehouse, prefix: str, concerns: bool) -> None:
    row = OREGON | {"area_prefix": prefix, "own_code": "5"}
    region.insert("reference.trend_breaks", row, row | {"own_code": "2"}, **EVIDENCE)
    assert bool(breaks(region)) is concerns


def test_a_whole_state_has_the_counties_that_define_it(region: Warehouse) -> None:
    add_region(region, "oregon", "41000")
    region.insert("reference.region_areas", *({"area_fips": area} for area in ("41005", "41051")), region="oregon")
    row = OREGON | {"area_prefix": "41005", "own_code": "5"}
    region.insert("reference.trend_breaks", row, row | {"own_code": "2"}, **EVIDENCE)
    assert breaks(region) == {}
    assert region.rows("marts.trend_breaks", region="oregon") != []


@pytest.mark.parametrize(("prefix", "concerns"), [("41", True), ("72", False)])
def test_the_nation_has_every_state(region: Warehouse, prefix: str, concerns: bool) -> None:
    add_region(region, "united_states", "US000")
    row = OREGON | {"area_prefix": prefix, "own_code": "5"}
    region.insert("reference.trend_breaks", row, row | {"own_code": "2"}, **EVIDENCE)
    breaks(region)
    assert bool(region.rows("marts.trend_breaks", region="united_states")) is concerns


def test_a_recoding_at_a_switch_is_of_the_vintages_before_and_after(region: Warehouse) -> None:
    region.add_industries("6244 > 62449 > 624499", vintage=2017)  # gone in 2022
    region.define("construction", "624499", vintage=2017)
    region.build(*MODELS)
    row = OREGON | {"industry_code": "624499", "year": 2022}
    region.insert("reference.trend_breaks", *(row | {"own_code": own} for own in "25"), **EVIDENCE)
    assert breaking(breaks(region))["construction", "private", "level"]
    region.connection.execute("UPDATE reference.trend_breaks SET quarter = 2")
    assert breaks(region) == {}


def test_switches_of_vintages_break_what_does_not_hold_the_same(region: Warehouse) -> None:
    switch = {"definition": "strict", "earlier_vintage": 2012, "later_vintage": 2017}
    region.insert(
        "reference.sector_continuity",
        switch | {"sector": "health", "is_exact": False, "reason": "624121 is left out"},
        switch | {"sector": "construction", "is_exact": True, "reason": None},
    )
    found = breaks(region)
    assert {own for _, own, _ in found} == {row["ownership"] for row in region.rows("reference.ownerships")}
    for series in ("level", "share"):
        health, construction = found["health", "private", series], found["construction", "private", series]
        assert (health["break_id"], health["kind"]) == ("naics_2017", "naics_switch")
        assert (health["year"], health["quarter"]) == (2017, 1)
        assert (health["breaks_series"], health["reason"]) == (True, "624121 is left out")
        assert not construction["breaks_series"]
        assert construction["reason"] == "Its codes of NAICS 2012 and 2017 hold the same"
        assert found["sum_of_sectors", "private", series]["reason"] == "624121 is left out"


@pytest.mark.parametrize(
    ("areas", "concerns"),
    [
        ({"41051", "41099"}, True),
        ({"41051", "41067"}, False),  # the region holds all of them
        ({"41098", "41099"}, False),
        ({"41051", "41067", "41099"}, True),
    ],
)
def test_new_areas_break_a_region_that_holds_some_of_them(region: Warehouse, areas: set[str], concerns: bool) -> None:
    rows = [{"area_fips": area} for area in sorted(areas)]
    region.insert("reference.area_changes", *rows, break_id="cut", year=2024, quarter=1, **EVIDENCE)
    found = breaks(region)
    assert bool(found) is concerns
    if concerns:
        assert {sector for sector, _, _ in found} == {
            *("construction", "health", "child_care"),
            *("all_target_sectors", "sum_of_sectors"),
        }
        assert {(row["kind"], row["breaks_series"], row["reason"]) for row in found.values()} == {
            ("area_change", True, "Jobs moved")
        }
