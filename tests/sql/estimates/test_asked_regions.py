"""What is added up of a state's cells: each region's areas, quarter by quarter, in each of its states."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

FIRST_QUARTER = {"period": "2016-Q1", "year": 2016, "quarter": 1, "source": "bls", "basis": "counties"}


def asked(warehouse: Warehouse, *places: Row) -> list[tuple[object, ...]]:
    """(region, source, year, state, area) of every row."""
    warehouse.insert("core.region_periods", *places, **FIRST_QUARTER)
    rows = warehouse.run("estimates.asked_regions")
    assert warehouse.broken_contracts("estimates.asked_regions") == []
    return [tuple(row[name] for name in ("region", "source", "year", "state_fips", "area_fips")) for row in rows]


def test_a_region_of_two_states_is_asked_in_both(warehouse: Warehouse) -> None:
    places = ({"region": "metro", "area_fips": area} for area in ("41051", "53011"))
    assert asked(warehouse, *places) == [
        ("metro", "bls", 2016, "41", "41051"),
        ("metro", "bls", 2016, "53", "53011"),
    ]


def test_a_whole_state_is_asked_by_its_own_rows(warehouse: Warehouse) -> None:
    place = {"region": "oregon", "area_fips": "41000", "basis": "statewide"}
    assert asked(warehouse, place) == [("oregon", "bls", 2016, "41", "41000")]


def test_an_area_is_asked_once_by_each_region_whatever_the_quarters(warehouse: Warehouse) -> None:
    places = (
        {"region": region, "area_fips": "41051", "period": f"2016-Q{quarter}", "quarter": quarter}
        for region in ("41051", "metro")
        for quarter in (1, 2, 3, 4)
    )
    assert asked(warehouse, *places) == [
        ("41051", "bls", 2016, "41", "41051"),
        ("metro", "bls", 2016, "41", "41051"),
    ]


def test_a_year_without_quarters_is_not_asked(warehouse: Warehouse) -> None:
    place = {"region": "41051", "area_fips": "41051"}
    year = {**place, "period": "2015", "year": 2015, "quarter": 0}
    assert asked(warehouse, place, year) == [("41051", "bls", 2016, "41", "41051")]


def test_sources_and_years_are_asked_apart(warehouse: Warehouse) -> None:
    place = {"region": "41051", "area_fips": "41051"}
    later = {**place, "period": "2017-Q1", "year": 2017, "source": "sample"}
    assert asked(warehouse, place, later) == [
        ("41051", "bls", 2016, "41", "41051"),
        ("41051", "sample", 2017, "41", "41051"),
    ]
