"""Each check finds the rows planted for it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.warehouse.sql_models import model_names

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse


@pytest.mark.parametrize("check", sorted(set(model_names("checks")) - {"checks.unpublished_default_region"}))
def test_of_nothing_there_is_nothing_to_say(warehouse: Warehouse, check: str) -> None:
    assert warehouse.query(check) == []


class TestCapturesContradictThemselves:
    @pytest.mark.parametrize(
        "other",
        [{"establishments": 2}, {"jobs": (5, 5, 6)}, {"wages_usd": 9}, {"average_employment": 7},
         {"disclosure": "suppressed"}],
    )  # fmt: skip
    def test_one_capture_with_two_figures_for_a_quarters_cell(self, warehouse: Warehouse, other: Row) -> None:
        cell = {"jobs": 5, "wages_usd": 100, "member": "one.csv"}
        warehouse.insert("raw.quarterly_cells", cell, {**cell, "member": "two.csv", **other})
        (found,) = warehouse.query("checks.captures_contradict_themselves")
        assert (found["industry_code"], found["members"], len(found["stated"])) == ("10", ["one.csv", "two.csv"], 2)

    @pytest.mark.parametrize("other", [{"establishments": 2}, {"average_employment": 7}, {"wages_usd": 9}])
    def test_one_capture_with_two_figures_for_a_years_cell(self, warehouse: Warehouse, other: Row) -> None:
        cell = {"average_employment": 5, "wages_usd": 100, "member": "one.csv"}
        warehouse.insert("raw.annual_cells", cell, {**cell, "member": "two.csv", **other})
        (found,) = warehouse.query("checks.annual_captures_contradict_themselves")
        assert found["members"] == ["one.csv", "two.csv"]

    @pytest.mark.parametrize("frequency", ["quarterly", "annual"])
    def test_repeating_oneself_or_differing_from_others_is_no_contradiction(
        self, warehouse: Warehouse, frequency: str
    ) -> None:
        cell = {"wages_usd": 100}
        hidden = {"disclosure": "suppressed", "industry_code": "62"}
        others = ({**cell, "wages_usd": 1, **key} for key in (
            {"capture_sha256": "later"}, {"publisher": "qualityinfo"}, {"size_code": "1"}, {"own_code": "3"},
            {"area_fips": "41067"}, {"year": 2015}, {"industry_code": "23"},
        ))  # fmt: skip
        again = ({**row, "member": "again.csv", "line_number": 7} for row in (cell, hidden))
        warehouse.insert(f"raw.{frequency}_cells", cell, hidden, *again, *others)
        assert warehouse.query("checks.captures_contradict_themselves") == []
        assert warehouse.query("checks.annual_captures_contradict_themselves") == []


class TestIdentities:
    @pytest.fixture
    def identities(self, warehouse: Warehouse) -> Warehouse:
        broken = {"groups_checked": 9, "groups_failed": 2, "failing_groups": ["one", "two"]}
        rows = ({"identity": name, **broken} for name in ("industries_add_up", "last_year_adds_up",
                                                          "location_quotients_agree"))  # fmt: skip
        sound = ({"identity": name, "groups_checked": 9} for name in ("ownerships_add_up", "average_weekly_wage"))
        warehouse.insert("core.identities", *rows, *sound, source="bls", measure="wages", period="2016-Q1")
        return warehouse

    def test_each_broken_group_of_published_figures_is_a_row(self, identities: Warehouse) -> None:
        found = [(row["identity"], row["failing_group"]) for row in identities.query("checks.identities_hold")]
        assert found == [("industries_add_up", "one"), ("industries_add_up", "two")]

    def test_columns_that_the_source_derives_are_apart(self, identities: Warehouse) -> None:
        found = {row["identity"] for row in identities.query("checks.derived_identities_hold")}
        assert found == {"last_year_adds_up", "location_quotients_agree"}


class TestUnknownIndustries:
    @pytest.fixture
    def tree(self, warehouse: Warehouse) -> Warehouse:
        warehouse.add_industries("10 > 102 > 1025 > 62")
        return warehouse

    def test_a_code_that_the_vintage_does_not_have_is_found(self, tree: Warehouse) -> None:
        tree.add_industries("10 > 101 > 1012 > 23", vintage=2022)
        cells = ({"industry_code": "23", "area_fips": area} for area in ("41067", "41051"))
        tree.insert("core.period_cells", {"industry_code": "62"}, *cells)
        (found,) = tree.query("checks.unknown_industries")
        assert (found["industry_code"], found["first_area"], found["rows"]) == ("23", "41051", 2)

    def test_years_before_the_trees_and_the_departments_sum_of_two_sectors_are_let_through(
        self, tree: Warehouse
    ) -> None:
        before = {"industry_code": "23", "year": 2010, "naics_vintage": None}
        tree.insert("core.period_cells", {"industry_code": "62"}, before)
        odd = {"industry_code": "22+48-49", "naics_level": 4}
        tree.insert("core.period_cells", {**odd, "source": "qualityinfo"})
        assert tree.query("checks.unknown_industries") == []
        tree.insert("core.period_cells", {**odd, "source": "bls"})
        assert len(tree.query("checks.unknown_industries")) == 1


class TestSingleHiddenChild:
    @pytest.fixture
    def tree(self, warehouse: Warehouse) -> Warehouse:
        warehouse.add_industries("10 > 102 > 1025 > 62 > 621 622 623")
        return warehouse

    def found(self, warehouse: Warehouse, parent: str, *children: str, **keys: object) -> list[tuple[str, str]]:
        """(parent, hidden industry), with the disclosure of 62 and of 621, 622 and 623."""
        codes = ("62", "621", "622", "623")
        cells = (
            {"industry_code": code, "disclosure": state}
            for code, state in zip(codes, (parent, *children), strict=False)
        )
        warehouse.insert("core.period_cells", *cells, **keys)
        rows = warehouse.query("checks.single_hidden_child")
        return [(row["industry_code"], row["hidden_industry"]) for row in rows]

    def test_one_hidden_child_of_a_published_parent_is_given_away(self, tree: Warehouse) -> None:
        assert self.found(tree, "disclosed", "disclosed", "suppressed", "true_zero") == [("62", "622")]

    def test_an_only_child_is_given_away_too(self, tree: Warehouse) -> None:
        assert self.found(tree, "disclosed", "suppressed") == [("62", "621")]

    def test_two_hidden_ones_hide_each_other(self, tree: Warehouse) -> None:
        assert self.found(tree, "disclosed", "suppressed", "suppressed", "disclosed") == []

    def test_a_hidden_parent_gives_nothing_away(self, tree: Warehouse) -> None:
        assert self.found(tree, "suppressed", "suppressed", "disclosed", "disclosed") == []

    def test_nothing_hidden_nothing_given_away(self, tree: Warehouse) -> None:
        assert self.found(tree, "disclosed", "disclosed", "true_zero") == []

    @pytest.mark.parametrize("other", [{"area_fips": "41067"}, {"own_code": "3"}, {"quarter": 2}, {"source": "sample"}])
    def test_children_of_others_are_not_looked_at(self, tree: Warehouse, other: Row) -> None:
        assert self.found(tree, "disclosed", "disclosed", "disclosed", "disclosed") == []
        assert self.found(tree, "suppressed", "suppressed", "disclosed", "disclosed", **other) == []

    def test_years_are_not_looked_at(self, tree: Warehouse) -> None:
        assert self.found(tree, "disclosed", "disclosed", "suppressed", "disclosed", quarter=0) == []


def measures(warehouse: Warehouse, sector: str, kind: str, known: float, **more: object) -> None:
    shared = {"region": "metro", "definition": "strict", "ownership": "private", "measure": "employment",
              "period": "2016-Q1", "year": 2016, "quarter": 1, "total": 1000, "total_cells": 9}  # fmt: skip
    warehouse.insert("marts.sector_measures", {"sector": sector, "sector_kind": kind, "known": known}, **shared | more)


class TestSectorExceedsRegion:
    def test_a_sector_larger_than_its_region_is_found(self, warehouse: Warehouse) -> None:
        for sector, known in (("larger", 1001), ("all of it", 1000), ("smaller", 999)):
            measures(warehouse, sector, "sector", known)
        measures(warehouse, "union too", "union", 1001)
        found = {row["sector"] for row in warehouse.query("checks.sector_exceeds_region")}
        assert found == {"larger", "union too"}

    def test_the_gross_sum_may_count_twice_and_a_hidden_total_says_nothing(self, warehouse: Warehouse) -> None:
        measures(warehouse, "sum", "gross", 1500)
        measures(warehouse, "sector", "sector", 1500, total=None)
        assert warehouse.query("checks.sector_exceeds_region") == []

    @pytest.mark.parametrize(("known", "is_found"), [(1005, False), (1005.5, True)])
    def test_rounded_averages_of_a_year_may_differ_by_half_a_unit_a_cell(
        self, warehouse: Warehouse, known: float, is_found: bool
    ) -> None:
        measures(warehouse, "sector", "sector", known, quarter=0, total_cells=9)  # (9 + 1) / 2
        assert warehouse.query("checks.sector_exceeds_region"), "years made from quarters are exact"
        warehouse.insert("core.qcew_annual", {"basis": "annual_file"})
        assert bool(warehouse.query("checks.sector_exceeds_region")) is is_found

    def test_wages_of_a_year_are_exact(self, warehouse: Warehouse) -> None:
        measures(warehouse, "sector", "sector", 1001, quarter=0, measure="wages")
        assert len(warehouse.query("checks.sector_exceeds_region")) == 1


class TestUnion:
    def test_less_than_one_of_its_parts_is_found(self, warehouse: Warehouse) -> None:
        measures(warehouse, "all", "union", 100)
        for sector, known in (("larger", 101), ("same", 100), ("smaller", 99)):
            measures(warehouse, sector, "sector", known)
        measures(warehouse, "lens of nothing", "lens", 101)
        (found,) = warehouse.query("checks.union_below_part")
        assert (found["sector"], found["part_known"], found["union_known"]) == ("larger", 101, 100)

    def test_other_regions_periods_and_measures_are_not_compared(self, warehouse: Warehouse) -> None:
        measures(warehouse, "all", "union", 100)
        others = ({"region": "other"}, {"period": "2016-Q2"}, {"measure": "wages"}, {"ownership": "government"},
                  {"definition": "broad"})  # fmt: skip
        for other in others:
            measures(warehouse, "larger", "sector", 101, **other)
            measures(warehouse, "sum", "gross", 99, **other)
        assert warehouse.query("checks.union_below_part") == []
        assert warehouse.query("checks.union_exceeds_gross") == []

    @pytest.mark.parametrize(("union", "is_found"), [(100, False), (101, True), (99, False)])
    def test_more_than_the_sum_of_its_parts_is_found(self, warehouse: Warehouse, union: float, is_found: bool) -> None:
        measures(warehouse, "all", "union", union)
        measures(warehouse, "sum", "gross", 100)
        assert bool(warehouse.query("checks.union_exceeds_gross")) is is_found

    @pytest.mark.parametrize(("larger", "is_found"), [(105, False), (105.5, True)])
    def test_rounded_averages_of_a_year_may_differ_by_half_a_unit_a_cell(
        self, warehouse: Warehouse, larger: float, is_found: bool
    ) -> None:
        measures(warehouse, "all", "union", larger, quarter=0)  # nine cells: (9 + 1) / 2
        measures(warehouse, "sum", "gross", 100, quarter=0)
        assert warehouse.query("checks.union_exceeds_gross"), "years made from quarters are exact"
        warehouse.insert("core.qcew_annual", {"basis": "annual_file"})
        assert bool(warehouse.query("checks.union_exceeds_gross")) is is_found
        measures(warehouse, "part", "sector", larger + larger - 100, quarter=0)
        assert bool(warehouse.query("checks.union_below_part")) is is_found

    def test_wages_of_a_year_are_exact(self, warehouse: Warehouse) -> None:
        for sector, kind, known in (("all", "union", 101), ("sum", "gross", 100), ("part", "sector", 102)):
            measures(warehouse, sector, kind, known, quarter=0, measure="wages")
        assert len(warehouse.query("checks.union_exceeds_gross")) == 1
        assert len(warehouse.query("checks.union_below_part")) == 1

    def test_while_cells_of_the_sum_are_hidden_more_may_be_known_of_the_union(self, warehouse: Warehouse) -> None:
        """A published row that two sectors fill together lies in neither of them."""
        measures(warehouse, "all", "union", 101, hidden_cells=0)
        measures(warehouse, "sum", "gross", 60, hidden_cells=2)
        assert warehouse.query("checks.union_exceeds_gross") == []

    def test_what_is_hidden_of_the_union_alone_does_not_excuse_it(self, warehouse: Warehouse) -> None:
        measures(warehouse, "all", "union", 101, hidden_cells=2)
        measures(warehouse, "sum", "gross", 100, hidden_cells=0)
        assert len(warehouse.query("checks.union_exceeds_gross")) == 1

    def test_more_cells_than_the_sum_are_found_whatever_is_hidden(self, warehouse: Warehouse) -> None:
        measures(warehouse, "all", "union", 1, hidden_cells=2, total_cells=10)
        measures(warehouse, "sum", "gross", 100, hidden_cells=2, total_cells=9)
        assert len(warehouse.query("checks.union_exceeds_gross")) == 1


class TestUnpublishedDefaultRegion:
    @pytest.fixture
    def regions(self, warehouse: Warehouse) -> Warehouse:
        warehouse.insert("reference.regions", {"region": "metro", "is_default": True}, {"region": "other"})
        return warehouse

    def test_without_any_period_it_is_found(self, regions: Warehouse) -> None:
        measures(regions, "health", "sector", 1, region="other")
        assert [row["region"] for row in regions.query("checks.unpublished_default_region")] == ["metro"]

    def test_with_one_it_is_not(self, regions: Warehouse) -> None:
        measures(regions, "health", "sector", 1)
        assert regions.query("checks.unpublished_default_region") == []
