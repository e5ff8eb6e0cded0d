"""Which regions lie around a region: all of its areas and more, or the whole of the state that it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sql.conftest import Warehouse


def there(warehouse: Warehouse, region: str, *areas: str, basis: str = "counties", quarter: int = 1) -> None:
    shared = {"period": f"2016-Q{quarter}", "year": 2016, "quarter": quarter, "source": "bls"}
    places = ({"area_fips": area} for area in areas)
    warehouse.insert("core.region_periods", *places, region=region, basis=basis, **shared)


def around(warehouse: Warehouse) -> dict[str, list[tuple[str, int]]]:
    """(larger region, its size) for each region that has one, the smallest first."""
    rows = warehouse.run("estimates.coarser_regions")
    assert warehouse.broken_contracts("estimates.coarser_regions") == []
    found: dict[str, list[tuple[str, int]]] = {}
    for row in sorted(rows, key=lambda row: (row["size_order"], row["coarser_region"])):
        found.setdefault(row["region"], []).append((row["coarser_region"], row["size_order"]))
    return found


def test_the_smallest_region_comes_first_and_the_state_last(warehouse: Warehouse) -> None:
    there(warehouse, "oregon", "41000", basis="statewide")
    there(warehouse, "valley", "41005", "41047", "41051", "41067")
    there(warehouse, "metro", "41051", "41067")
    there(warehouse, "41051", "41051", basis="county")
    assert around(warehouse) == {
        "41051": [("metro", 2), ("valley", 4), ("oregon", 1000)],
        "metro": [("valley", 4), ("oregon", 1000)],
        "valley": [("oregon", 1000)],
    }


def test_a_state_contains_its_counties_and_no_others(warehouse: Warehouse) -> None:
    there(warehouse, "oregon", "41000", basis="statewide")
    there(warehouse, "washington", "53000", basis="statewide")
    for county in ("41001", "41999", "53011"):
        there(warehouse, county, county, basis="county")
    assert around(warehouse) == {
        "41001": [("oregon", 1000)],
        "41999": [("oregon", 1000)],
        "53011": [("washington", 1000)],
    }


def test_a_region_of_two_states_lies_in_neither_and_contains_counties_of_both(warehouse: Warehouse) -> None:
    there(warehouse, "oregon", "41000", basis="statewide")
    there(warehouse, "washington", "53000", basis="statewide")
    there(warehouse, "columbia", "41051", "53011")
    there(warehouse, "41051", "41051", basis="county")
    there(warehouse, "53011", "53011", basis="county")
    assert around(warehouse) == {
        "41051": [("columbia", 2), ("oregon", 1000)],
        "53011": [("columbia", 2), ("washington", 1000)],
    }


def test_a_state_added_up_from_its_counties_is_as_large_as_they_are_many(warehouse: Warehouse) -> None:
    there(warehouse, "oregon", "41001", "41051", "41999")
    there(warehouse, "41051", "41051", basis="county")
    assert around(warehouse) == {"41051": [("oregon", 3)]}


def test_regions_that_are_the_same_or_only_overlap_are_not_larger(warehouse: Warehouse) -> None:
    there(warehouse, "multnomah", "41051")
    there(warehouse, "41051", "41051", basis="county")
    there(warehouse, "west", "41005", "41067")
    there(warehouse, "south", "41005", "41047", "41053")
    there(warehouse, "washington", "53000", basis="statewide")
    there(warehouse, "the_evergreen_state", "53000", basis="statewide")
    assert around(warehouse) == {}


def test_periods_are_looked_at_one_by_one(warehouse: Warehouse) -> None:
    there(warehouse, "metro", "41051", "41067")
    there(warehouse, "41051", "41051", basis="county", quarter=2)
    assert around(warehouse) == {}
