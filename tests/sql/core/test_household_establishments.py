"""What of the businesses are households: in each group, in the region, of every kind of source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

TABLE = "core.household_establishments"
CLASSIFICATION = ("core.naics_ancestry", "core.industry_group_leaves", "core.industry_groups")


@pytest.fixture
def counted(warehouse: Warehouse) -> Warehouse:
    """Health holds home care and something else; private households are in no sector."""
    warehouse.add_industries("10 > 102 > 1025 > 62 > 624 > 6241 > 62412 > 624120", "62 > 621 > 6211 > 62111 > 621111")
    warehouse.add_industries("102 > 1027 > 81 > 814 > 8141 > 81411 > 814110")
    warehouse.add_sectors("health", "other")
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.add_sectors("sum_of_sectors", kind="gross")
    warehouse.define("health", "62")
    warehouse.define("other", "621")
    warehouse.build(*CLASSIFICATION)
    places = ({"area_fips": area} for area in ("41051", "41067"))
    warehouse.insert("core.region_periods", *places, region="metro", period="2016", year=2016, source="bls")
    for sector in ("health", "other", "all_target_sectors", "sum_of_sectors"):
        for ownership in ("private", "government", "total_covered"):
            row = {"group_key": f"strict:{sector}", "ownership": ownership, "measure": "businesses"}
            warehouse.insert("core.region_measures", row, region="metro", period="2016")
    return warehouse


def fill(warehouse: Warehouse, *cells: Row, **shared: object) -> None:
    warehouse.insert("core.period_cells", *cells, **{"period": "2016", "year": 2016, "quarter": 0, **shared})


def found(warehouse: Warehouse) -> dict[tuple[str, str], tuple[float, float]]:
    rows = warehouse.run(TABLE, region="metro")
    assert warehouse.broken_contracts(TABLE) == []
    return {
        (row["group_key"].removeprefix("strict:"), row["ownership"]): (
            row["establishments"],
            row["region_establishments"],
        )
        for row in rows
    }


def test_households_are_counted_where_their_industry_is_in_the_group(counted: Warehouse) -> None:
    home_care = {"industry_code": "624120", "establishments": 30, "disclosure": "suppressed"}
    fill(counted, home_care, {"industry_code": "814110", "establishments": 500}, {"industry_code": "62412"})
    fill(counted, {"industry_code": "624120", "establishments": 4}, area_fips="41067")
    fill(counted, {"industry_code": "624120", "establishments": 7}, own_code="2")
    fill(counted, {"industry_code": "621111", "establishments": 99})
    counts = found(counted)
    assert counts["health", "private"] == (34, 534)
    assert counts["health", "government"] == (7, 7)
    assert counts["health", "total_covered"] == (41, 541)
    assert counts["other", "private"] == (0, 534), "a sector without them is compared with a region without them"
    assert counts["all_target_sectors", "private"] == counts["sum_of_sectors", "private"] == (34, 534)


def test_of_a_coarse_source_the_row_above_is_taken(counted: Warehouse) -> None:
    counted.connection.execute("UPDATE core.region_periods SET source = 'qualityinfo'")
    fill(counted, {"industry_code": "62412", "establishments": 30}, source="qualityinfo")
    fill(counted, {"industry_code": "6241", "establishments": 80}, source="qualityinfo")
    assert found(counted)["health", "private"] == (30, 30)


def test_what_was_replaced_and_a_region_without_them_do_not_count(counted: Warehouse) -> None:
    fill(counted, {"industry_code": "814110", "establishments": 500}, vintage="replaced")
    assert set(found(counted).values()) == {(0, 0)}


def test_the_share_is_given_with_and_without_them(counted: Warehouse) -> None:
    fill(counted, {"industry_code": "814110", "establishments": 500}, {"industry_code": "624120", "establishments": 30})
    counted.connection.execute("DELETE FROM core.region_measures")
    row = {"group_key": "strict:health", "ownership": "private", "measure": "businesses", "known": 130, "total": 1030}
    counted.insert("core.region_measures", row, region="metro", period="2016")
    counted.build("estimates.figure_estimates", "marts.sector_measures", TABLE, "marts.share_of_businesses")
    share = counted.row("marts.share_of_businesses")
    assert (share["businesses"], share["businesses_without_households"]) == (130, 100)
    assert (share["region_businesses_without_households"], share["share_without_households"]) == (500, 0.2)
