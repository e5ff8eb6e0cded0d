"""Which regions can be shown, from which source and areas; and that one with a missing area is named, not zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Warehouse

MODELS = ("core.region_coverage", "core.region_periods", "marts.region_availability")


def there(warehouse: Warehouse, *areas: str, source: str = "bls", quarter: int = 1, **shared: object) -> None:
    """A period of whole areas."""
    for area in areas:
        keys = {"source": source, "area_fips": area, "quarter": quarter, "year": shared.get("year", 2016)}
        judged = {"is_whole_area": True, "revision_status": "final"}
        warehouse.insert("core.vintages", {name: shared.get(name, usual) for name, usual in judged.items()}, **keys)
        naics_vintage = shared.get("naics_vintage", 2012)
        warehouse.insert("core.period_cells", {"own_code": "0"}, {}, naics_vintage=naics_vintage, **keys)


def add_region(warehouse: Warehouse, key: str, *counties: str, statewide_area: str | None = None) -> None:
    row = {"region": key, "region_name": key.title(), "statewide_area": statewide_area}
    warehouse.insert("reference.regions", row)
    warehouse.insert("reference.region_areas", *({"area_fips": area} for area in counties), region=key)


def build(warehouse: Warehouse) -> None:
    warehouse.build(*MODELS)
    assert warehouse.broken_contracts(*MODELS) == []


def areas(warehouse: Warehouse, region: str, period: str = "2016-Q1") -> list[tuple[str, str, str]]:
    """(source, way of adding up, area) of each area whose rows are added up."""
    rows = warehouse.rows("core.region_periods", region=region, period=period)
    return [(row["source"], row["basis"], row["area_fips"]) for row in rows]


def availability(warehouse: Warehouse, region: str, period: str = "2016-Q1") -> tuple[bool, str | None]:
    row = warehouse.row("marts.region_availability", region=region, period=period)
    return row["is_available"], row["missing_areas"]


def test_a_region_is_the_sum_of_its_counties(warehouse: Warehouse) -> None:
    add_region(warehouse, "metro", "41051", "41067")
    there(warehouse, "41051", "41067")
    build(warehouse)
    assert areas(warehouse, "metro") == [("bls", "counties", "41051"), ("bls", "counties", "41067")]
    assert availability(warehouse, "metro") == (True, None)


class TestRevisionStatus:
    """A region is as final as the least final file in force behind it."""

    @staticmethod
    def status(warehouse: Warehouse, period: str = "2016-Q1") -> set[str]:
        build(warehouse)
        return {row["revision_status"] for row in warehouse.rows("core.region_periods", region="metro", period=period)}

    @pytest.mark.parametrize(
        ("statuses", "expected"),
        [
            (("final", "final"), "final"),
            (("final", "revised"), "revised"),
            (("preliminary", "revised"), "preliminary"),
            (("preliminary", "final"), "preliminary"),
        ],
    )
    def test_over_the_areas(self, warehouse: Warehouse, statuses: tuple[str, str], expected: str) -> None:
        add_region(warehouse, "metro", "41051", "41067")
        for area, status in zip(("41051", "41067"), statuses, strict=True):
            there(warehouse, area, revision_status=status)
        replaced = {"area_fips": "41067", "is_in_force": False, "revision_status": "preliminary"}
        warehouse.insert("core.vintages", replaced, {"quarter": 2, "revision_status": "preliminary"})
        assert self.status(warehouse) == {expected}

    def test_over_the_quarters_of_a_year_and_not_its_annual_file(self, warehouse: Warehouse) -> None:
        add_region(warehouse, "metro", "41051")
        for quarter, status in enumerate(("final", "final", "final", "revised"), start=1):
            there(warehouse, "41051", quarter=quarter, revision_status=status)
        there(warehouse, "41051", quarter=0, revision_status="preliminary")
        assert self.status(warehouse, "2016") == {"revised"}
        assert self.status(warehouse, "2016-Q1") == {"final"}

    def test_of_the_annual_file_where_a_quarter_is_missing(self, warehouse: Warehouse) -> None:
        add_region(warehouse, "metro", "41051")
        for quarter in (1, 2, 3):
            there(warehouse, "41051", quarter=quarter, revision_status="final")
        there(warehouse, "41051", quarter=0, revision_status="preliminary")
        assert self.status(warehouse, "2016") == {"preliminary"}


def test_a_region_with_a_missing_county_is_absent_and_named(warehouse: Warehouse) -> None:
    add_region(warehouse, "metro", "41051", "41067", "41005")
    there(warehouse, "41051")
    build(warehouse)
    assert areas(warehouse, "metro") == []
    assert availability(warehouse, "metro") == (False, "41005, 41067")


def test_periods_are_judged_one_by_one(warehouse: Warehouse) -> None:
    add_region(warehouse, "metro", "41051", "41067")
    there(warehouse, "41051", "41067")
    there(warehouse, "41051", quarter=2)
    build(warehouse)
    assert availability(warehouse, "metro") == (True, None)
    assert availability(warehouse, "metro", "2016-Q2") == (False, "41067")
    assert areas(warehouse, "metro", "2016-Q2") == []


def test_every_county_is_a_region_by_itself_but_no_state_metropolitan_or_unknown_area(warehouse: Warehouse) -> None:
    there(warehouse, "41051", "41000", "41999", "41996", "C3890", "US000", "USCMS", "CS440")
    warehouse.insert("reference.areas", {"area_fips": "41051", "area_title": "Multnomah County, Oregon"})
    build(warehouse)
    assert [(row["region"], row["basis"]) for row in warehouse.rows("core.region_coverage")] == [("41051", "county")]
    assert warehouse.row("marts.region_availability")["region_name"] == "Multnomah County, Oregon"


def test_an_area_of_which_only_some_industries_were_captured_is_missing(warehouse: Warehouse) -> None:
    """Else every sector that was not captured would be shown as zero."""
    add_region(warehouse, "metro", "41051", "41067")
    there(warehouse, "41051")
    there(warehouse, "41067", is_whole_area=False)
    build(warehouse)
    assert availability(warehouse, "metro") == (False, "41067")
    assert warehouse.rows("marts.region_availability", region="41067") == []


def test_a_superseded_whole_area_does_not_make_it_available(warehouse: Warehouse) -> None:
    there(warehouse, "41051")
    warehouse.connection.execute("UPDATE core.vintages SET is_in_force = false")
    build(warehouse)
    assert warehouse.rows("core.region_periods") == []


class TestYears:
    def test_four_whole_quarters_make_a_year(self, warehouse: Warehouse) -> None:
        for quarter in (1, 2, 3, 4):
            there(warehouse, "41051", quarter=quarter)
        warehouse.insert("core.period_cells", {}, quarter=0)
        build(warehouse)
        assert areas(warehouse, "41051", "2016") == [("bls", "county", "41051")]

    def test_three_do_not(self, warehouse: Warehouse) -> None:
        for quarter in (1, 2, 3):
            there(warehouse, "41051", quarter=quarter)
        there(warehouse, "41051", quarter=4, is_whole_area=False)
        warehouse.insert("core.period_cells", {}, quarter=0)
        build(warehouse)
        assert areas(warehouse, "41051", "2016") == []

    def test_an_annual_file_does(self, warehouse: Warehouse) -> None:
        there(warehouse, "41051", quarter=0)
        build(warehouse)
        assert areas(warehouse, "41051", "2016") == [("bls", "county", "41051")]

    def test_one_county_from_quarters_and_another_from_its_annual_file_make_a_region(
        self, warehouse: Warehouse
    ) -> None:
        add_region(warehouse, "metro", "41051", "41067")
        for quarter in (1, 2, 3, 4):
            there(warehouse, "41051", quarter=quarter)
        warehouse.insert("core.period_cells", {}, quarter=0)
        there(warehouse, "41067", quarter=0)
        build(warehouse)
        assert availability(warehouse, "metro", "2016") == (True, None)
        assert availability(warehouse, "metro", "2016-Q1") == (False, "41067")

    def test_years_without_a_naics_vintage_are_not_shown(self, warehouse: Warehouse) -> None:
        there(warehouse, "41051", quarter=0, year=2010, naics_vintage=None)
        build(warehouse)
        assert warehouse.rows("marts.region_availability") == []


class TestWholeStates:
    @pytest.fixture
    def oregon(self, warehouse: Warehouse) -> Warehouse:
        add_region(warehouse, "oregon", "41001", "41999", statewide_area="41000")
        return warehouse

    def test_the_states_own_rows_come_before_its_counties(self, oregon: Warehouse) -> None:
        there(oregon, "41000", "41001", "41999")
        build(oregon)
        assert areas(oregon, "oregon") == [("bls", "statewide", "41000")]

    def test_the_counties_serve_where_they_are_not_there(self, oregon: Warehouse) -> None:
        there(oregon, "41001", "41999")
        build(oregon)
        assert areas(oregon, "oregon") == [("bls", "counties", "41001"), ("bls", "counties", "41999")]

    def test_with_neither_the_smaller_lack_is_named(self, oregon: Warehouse) -> None:
        there(oregon, "41053")
        build(oregon)
        assert availability(oregon, "oregon") == (False, "41000")

    def test_equal_lacks_are_named_in_order(self, oregon: Warehouse) -> None:
        there(oregon, "41001")
        build(oregon)
        assert availability(oregon, "oregon") == (False, "41000")

    def test_the_preferred_source_comes_first_even_if_it_has_only_counties(self, oregon: Warehouse) -> None:
        there(oregon, "41001", "41999")
        there(oregon, "41000", source="qualityinfo")
        build(oregon)
        assert areas(oregon, "oregon") == [("bls", "counties", "41001"), ("bls", "counties", "41999")]

    def test_the_other_source_serves_periods_that_the_preferred_one_has_not(self, oregon: Warehouse) -> None:
        there(oregon, "41000")
        there(oregon, "41000", source="qualityinfo")
        there(oregon, "41000", source="qualityinfo", quarter=2)
        build(oregon)
        assert areas(oregon, "oregon", "2016-Q1") == [("bls", "statewide", "41000")]
        assert areas(oregon, "oregon", "2016-Q2") == [("qualityinfo", "statewide", "41000")]

    def test_an_incomplete_preferred_source_gives_way_to_a_complete_one(self, oregon: Warehouse) -> None:
        there(oregon, "41001")
        there(oregon, "41000", source="qualityinfo")
        build(oregon)
        assert areas(oregon, "oregon") == [("qualityinfo", "statewide", "41000")]
        assert availability(oregon, "oregon") == (True, None)


class TestTheNation:
    @pytest.fixture
    def nation(self, warehouse: Warehouse) -> Warehouse:
        add_region(warehouse, "united_states", statewide_area="US000")
        return warehouse

    def test_its_own_rows_are_taken(self, nation: Warehouse) -> None:
        there(nation, "US000", "41051")
        build(nation)
        assert areas(nation, "united_states") == [("bls", "statewide", "US000")]

    def test_it_is_missing_where_its_file_is_not_in_hand(self, nation: Warehouse) -> None:
        there(nation, "41051", "41000")
        build(nation)
        assert areas(nation, "united_states") == []
        assert availability(nation, "united_states") == (False, "US000")


def test_counties_of_two_sources_make_no_region(warehouse: Warehouse) -> None:
    add_region(warehouse, "metro", "41051", "41067")
    there(warehouse, "41051")
    there(warehouse, "41067", source="qualityinfo")
    build(warehouse)
    assert areas(warehouse, "metro") == []
    assert availability(warehouse, "metro")[0] is False


def test_titles_captured_twice_do_not_multiply_a_region(warehouse: Warehouse) -> None:
    """BLS's area_titles.csv lists every area twice; another vintage of it may word a title otherwise."""
    there(warehouse, "09110", year=2024, naics_vintage=2022)
    titles = (
        {"capture_sha256": "old", "title": "Capitol Planning Region"},
        {"capture_sha256": "new", "title": "Capitol Planning Region, Connecticut"},
        {"capture_sha256": "new", "title": "Capitol Planning Region, Connecticut", "member": "twice.csv"},
    )
    warehouse.insert("raw.titles", *titles, title_kind="area_titles", code="09110")
    warehouse.insert("raw.titles", {"title_kind": "industry_titles", "code": "09110", "title": "no area"})
    build(warehouse)
    assert areas(warehouse, "09110", "2024-Q1") == [("bls", "county", "09110")]
    assert warehouse.row("marts.region_availability")["region_name"] == "Capitol Planning Region"


def test_an_area_without_title_is_named_by_its_code(warehouse: Warehouse) -> None:
    there(warehouse, "41051")
    build(warehouse)
    assert warehouse.row("marts.region_availability")["region_name"] == "41051"


def test_areas_listed(warehouse: Warehouse) -> None:
    add_region(warehouse, "metro", "41051", "41067")
    there(warehouse, "41067")
    build(warehouse)
    row = warehouse.row("core.region_coverage", region="metro")
    assert (row["areas"], row["missing_areas"]) == (["41067"], ["41051"])
