"""What estimates are made from: cells of whole areas in force, five-digit areas only, down to six digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse


def found(warehouse: Warehouse) -> list[tuple[str, str, int, str]]:
    """(source, area, quarter, industry) of every cell."""
    rows = warehouse.run("estimates.network_cells")
    assert warehouse.broken_contracts("estimates.network_cells") == []
    return [(row["source"], row["area_fips"], row["quarter"], row["industry_code"]) for row in rows]


def test_a_cell_is_taken_as_it_stands_with_its_state(warehouse: Warehouse) -> None:
    warehouse.insert("core.vintages", {})
    published = {"industry_code": "62", "establishments": 4, "jobs": (30, 31, 35), "wages_usd": 90_000}
    hidden = {"industry_code": "23", "establishments": 2, "disclosure": "suppressed"}
    warehouse.insert("core.qcew_cells", published, hidden)
    assert found(warehouse) == [("bls", "41051", 1, "23"), ("bls", "41051", 1, "62")]
    figures = ("establishments", "month1_employment", "month2_employment", "month3_employment", "wages_usd")
    row = warehouse.row("estimates.network_cells", industry_code="62")
    assert tuple(row[name] for name in figures) == (4, 30, 31, 35, 90_000)
    assert (row["state_fips"], row["naics_vintage"], row["disclosure"]) == ("41", 2012, "disclosed")
    row = warehouse.row("estimates.network_cells", industry_code="23")
    assert tuple(row[name] for name in figures) == (2, None, None, None, None)


@pytest.mark.parametrize("useless", [{"is_whole_area": False}, {"is_in_force": False}])
def test_an_area_that_is_not_whole_or_not_in_force_is_left_out(warehouse: Warehouse, useless: Row) -> None:
    """A file of some industries leaves others out: its rows would not add up."""
    warehouse.insert("core.vintages", {}, {"area_fips": "41067", **useless})
    warehouse.insert("core.qcew_cells", {}, {"area_fips": "41067"})
    assert found(warehouse) == [("bls", "41051", 1, "10")]


@pytest.mark.parametrize("other", [{"source": "sample"}, {"year": 2015}, {"quarter": 2}])
def test_another_whole_source_or_period_does_not_make_an_area_whole(warehouse: Warehouse, other: Row) -> None:
    warehouse.insert("core.vintages", other)
    warehouse.insert("core.qcew_cells", {})
    assert found(warehouse) == []


def test_two_vintages_in_force_do_not_double_a_cell(warehouse: Warehouse) -> None:
    warehouse.insert("core.vintages", {}, {"capture_sha256": "corrected", "vintage_order": 2})
    warehouse.insert("core.qcew_cells", {})
    assert found(warehouse) == [("bls", "41051", 1, "10")]


def test_states_counties_and_unknown_counties_are_taken_but_no_metropolitan_area_or_nation(
    warehouse: Warehouse,
) -> None:
    areas = [{"area_fips": area} for area in ("41000", "41051", "41999", "C3890", "CS440", "US000", "USCMS")]
    warehouse.insert("core.vintages", *areas)
    warehouse.insert("core.qcew_cells", *areas)
    assert [area for _, area, _, _ in found(warehouse)] == ["41000", "41051", "41999"]
    assert {row["state_fips"] for row in warehouse.rows("estimates.network_cells")} == {"41"}


def test_a_source_of_five_digits_is_left_out(warehouse: Warehouse) -> None:
    sources = [{"source": source} for source in ("bls", "qualityinfo", "sample")]
    warehouse.insert("core.vintages", *sources)
    warehouse.insert("core.qcew_cells", *sources)
    assert [source for source, *_ in found(warehouse)] == ["bls", "sample"]


def test_quarters_before_the_trees_are_left_out(warehouse: Warehouse) -> None:
    warehouse.insert("core.vintages", {}, {"year": 2010})
    warehouse.insert("core.qcew_cells", {}, {"year": 2010, "naics_vintage": None})
    assert [row["year"] for row in warehouse.run("estimates.network_cells")] == [2016]
