"""Totals that an agency released: exact where it states them, withheld where it hides them, whatever the cells tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

GROUP, OTHER, SUM = "strict:health", "strict:design", "strict:sum_of_sectors"
HIDDEN = {"disclosure": "suppressed"}


def shown(jobs: int, wages: int) -> Row:
    return {"disclosure": "disclosed", "wages_usd": wages} | {f"month{month}_employment": jobs for month in (1, 2, 3)}


def release(warehouse: Warehouse, *totals: Row, capture: str = "a") -> None:
    """Totals of the sector in the region and 2024-Q1, private and of 9 establishments if nothing else is said."""
    plain: Row = {"region": "metro", "own_code": "5", "group_key": GROUP, "year": 2024, "quarter": 1}
    held = len(warehouse.rows("raw.released_totals"))
    for number, total in enumerate(totals, start=held + 1):
        row = plain | {"establishments": 9, "capture_sha256": capture, "line_number": number} | total
        warehouse.insert("raw.released_totals", row)


def cells(warehouse: Warehouse, own: str = "5", establishments: float = 9, quarter: int = 1, **more: object) -> None:
    """What the cells of the one county tell of the sector: 50 jobs and 400 dollars are shown, two cells are hidden."""
    told = {"establishments": establishments, "establishments_published": 5, "employment_known": 50.0,
            "wages_known": 400, "hidden_cells": 2, "total_cells": 6}  # fmt: skip
    where = {"source": "release", "group_key": GROUP, "area_fips": "41051", "own_code": own, "year": 2024}
    period = {"quarter": quarter, "period": f"2024-Q{quarter}" if quarter else "2024"}
    warehouse.insert("core.group_totals", where | period | told | more)


@pytest.fixture
def metro(warehouse: Warehouse) -> Warehouse:
    """A region of one county in four quarters and their year, of a release."""
    warehouse.add_captures("a", source="release")
    for group, kind in {GROUP: "sector", OTHER: "sector", SUM: "gross"}.items():
        warehouse.insert("core.industry_groups", {"group_key": group, "definition": "strict", "kind": kind})
    for group, code in {GROUP: "621111", "bridge": "621111", OTHER: "541512"}.items():
        leaf = {"group_key": group, "naics_vintage": 2022, "industry_code": code}
        warehouse.insert("core.industry_group_leaves", leaf)
    for quarter in range(5):
        place: Row = {"region": "metro", "period": f"2024-Q{quarter}" if quarter else "2024", "year": 2024}
        warehouse.insert("core.region_periods", place | {"quarter": quarter, "source": "release", "area_fips": "41051"})
    return warehouse


def totals(
    warehouse: Warehouse, ownership: str = "private", group: str = GROUP, **where: object
) -> dict[tuple[str, str], tuple[object, ...]]:
    rows = warehouse.run("core.released_totals", ownership=ownership, group_key=group, **where)
    assert warehouse.broken_contracts("core.released_totals") == []
    assert {row["source"] for row in rows} <= {"release"}
    return {(row["ownership"], row["period"]): (row["employment"], row["wages_usd"]) for row in rows}


class TestTotals:
    def test_a_total_is_of_its_quarter_and_ownership(self, metro: Warehouse) -> None:
        release(metro, shown(90, 700))
        cells(metro)
        assert totals(metro) == {("private", "2024-Q1"): (90.0, 700)}

    def test_a_hidden_total_is_there_without_values(self, metro: Warehouse) -> None:
        release(metro, HIDDEN)
        cells(metro)
        assert totals(metro, disclosure="suppressed") == {("private", "2024-Q1"): (None, None)}

    def test_of_several_releases_the_newest_speaks(self, metro: Warehouse) -> None:
        release(metro, shown(90, 700))
        metro.add_captures("b", source="release")
        release(metro, shown(91, 701), capture="b")
        cells(metro)
        assert totals(metro) == {("private", "2024-Q1"): (91.0, 701)}

    def test_a_state_is_known_by_its_area(self, metro: Warehouse) -> None:
        metro.insert("reference.regions", {"region": "metro", "statewide_area": "41000"})
        release(metro, shown(90, 700) | {"region": "41000"})
        cells(metro)
        assert totals(metro) == {("private", "2024-Q1"): (90.0, 700)}

    def test_all_governments_are_their_parts(self, metro: Warehouse) -> None:
        release(metro, shown(9, 70) | {"own_code": "1", "establishments": 2})
        release(metro, shown(30, 200) | {"own_code": "3", "establishments": 4})
        cells(metro, "1", 2)
        cells(metro, "3", 4)
        assert totals(metro, ownership="government") == {("government", "2024-Q1"): (39.0, 270)}

    def test_one_hidden_government_hides_all_of_them(self, metro: Warehouse) -> None:
        release(metro, HIDDEN | {"own_code": "1", "establishments": 2})
        release(metro, shown(30, 200) | {"own_code": "3", "establishments": 4})
        cells(metro, "1", 2)
        cells(metro, "3", 4)
        assert totals(metro, ownership="government") == {("government", "2024-Q1"): (None, None)}

    def test_a_set_of_industries_is_known_by_any_of_its_names(self, metro: Warehouse) -> None:
        release(metro, shown(90, 700))
        cells(metro)
        cells(metro, group_key="bridge")
        assert totals(metro, group="bridge") == {("private", "2024-Q1"): (90.0, 700)}

    @pytest.mark.parametrize(("other", "summed"), [(shown(5, 60), (95.0, 760)), (HIDDEN, (None, None))])
    def test_the_plain_sum_of_sectors_is_their_totals(
        self, metro: Warehouse, other: Row, summed: tuple[object, ...]
    ) -> None:
        release(metro, shown(90, 700), other | {"group_key": OTHER, "establishments": 3})
        cells(metro)
        cells(metro, establishments=3, group_key=OTHER)
        assert totals(metro, group=SUM) == {("private", "2024-Q1"): summed}

    def test_the_sum_is_of_all_sectors_that_have_cells(self, metro: Warehouse) -> None:
        release(metro, shown(90, 700))
        cells(metro)
        cells(metro, establishments=3, group_key=OTHER)
        assert totals(metro, group=SUM) == {}

    def test_four_quarters_make_a_year(self, metro: Warehouse) -> None:
        for quarter in range(1, 5):
            release(metro, shown(10 * quarter, 100) | {"quarter": quarter})
            cells(metro, quarter=quarter)
        assert totals(metro, quarter=0) == {("private", "2024"): (25.0, 400)}

    def test_three_quarters_make_none(self, metro: Warehouse) -> None:
        for quarter in range(1, 4):
            release(metro, shown(10, 100) | {"quarter": quarter})
            cells(metro, quarter=quarter)
        assert totals(metro, quarter=0) == {}

    def test_a_hidden_quarter_hides_the_year(self, metro: Warehouse) -> None:
        for quarter in range(1, 5):
            release(metro, (HIDDEN if quarter == 2 else shown(10, 100)) | {"quarter": quarter})
            cells(metro, quarter=quarter)
        assert totals(metro, quarter=0) == {("private", "2024"): (None, None)}

    def test_a_total_of_another_definition_is_left_out_and_told(self, metro: Warehouse) -> None:
        release(metro, shown(90, 700) | {"establishments": 8})
        cells(metro)
        assert totals(metro) == {}
        (left_out,) = metro.query("checks.totals_of_other_definitions")
        assert (left_out["region"], left_out["group_key"], left_out["own_code"]) == ("metro", GROUP, "5")

    def test_a_total_that_is_used_is_none_of_another_definition(self, metro: Warehouse) -> None:
        release(metro, shown(90, 700))
        cells(metro)
        assert totals(metro)
        assert metro.query("checks.totals_of_other_definitions") == []


@pytest.mark.parametrize(("jobs", "wages", "is_wrong"), [(50, 400, False), (49, 400, True), (50, 399, True)])
def test_a_total_below_its_cells_is_found(metro: Warehouse, jobs: int, wages: int, is_wrong: bool) -> None:
    release(metro, shown(jobs, wages))
    cells(metro)
    metro.build("core.released_totals")
    assert bool(metro.query("checks.totals_below_their_cells")) is is_wrong


class TestRegions:
    def region(self, warehouse: Warehouse) -> Row:
        cells(warehouse)
        warehouse.build("core.released_totals", "core.region_groups")
        assert warehouse.broken_contracts("core.region_groups") == []
        where = {"period": "2024-Q1", "ownership": "private", "vintage": "in_force"}
        return warehouse.row("core.region_groups", group_key=GROUP, **where)

    def test_a_stated_total_is_exact(self, metro: Warehouse) -> None:
        release(metro, shown(90, 700))
        found = self.region(metro)
        assert (found["employment_known"], found["wages_known"], found["hidden_cells"]) == (90.0, 700, 0)
        assert found["establishments_published"] == found["establishments"] == 9

    def test_of_a_hidden_one_the_shown_cells_are_known(self, metro: Warehouse) -> None:
        release(metro, HIDDEN)
        found = self.region(metro)
        assert (found["employment_known"], found["wages_known"], found["hidden_cells"]) == (50.0, 400, 2)
