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


class TestSourcesDisagree:
    def test_what_no_known_reason_explains_is_found(self, warehouse: Warehouse) -> None:
        causes = {"10": "tribal_government", "23": "unexplained", "62": None}
        rows = ({"industry_code": code, "is_within": cause is None, "cause": cause} for code, cause in causes.items())
        warehouse.insert("marts.source_reconciliation", *rows)
        assert [row["industry_code"] for row in warehouse.query("checks.sources_disagree")] == ["23"]


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


# 900 of 2,000 jobs, of which 700 are published
LEVELS = {"lower": 800, "interval90_lower": 850, "estimate": 900, "interval90_upper": 950, "upper": 1000}
SHARES = {f"{name}_share": level / 2000 for name, level in LEVELS.items()}
ONLY_BOUNDS = dict.fromkeys([name for name in (*LEVELS, *SHARES) if "90" in name or "estimate" in name])
ONLY_PUBLISHED = {"known": 700, "known_share": 0.35, "lower": 700, "lower_share": 0.35}


class TestEstimatesOutOfOrder:
    def found(self, warehouse: Warehouse, **changes: object) -> list[Row]:
        measures(warehouse, "health", "sector", **({"known": 700} | LEVELS | SHARES | changes))
        return warehouse.query("checks.estimates_out_of_order")

    @pytest.mark.parametrize("changes", [
        {},
        {"known": 800, "lower": 800 - 1e-7},
        {"interval90_lower": 800, "estimate": 800, "interval90_upper": 800},  # at a bound
        dict.fromkeys(LEVELS, 700) | dict.fromkeys(SHARES, 0.35),  # exact
        dict.fromkeys((*LEVELS, *SHARES)) | ONLY_PUBLISHED,  # withheld
        {"lower": 8e11, "interval90_lower": 8e11 - 1e5, "estimate": 9e11, "interval90_upper": 9e11, "upper": 9e11},
    ])  # fmt: skip
    def test_what_is_in_order_is_not_found(self, warehouse: Warehouse, changes: Row) -> None:
        assert self.found(warehouse, **changes) == []

    @pytest.mark.parametrize("changes", [
        {"estimate": 799.9}, {"estimate": 1000.1}, {"interval90_lower": 799.9}, {"interval90_upper": 1000.1},
        {"interval90_lower": 1000.1}, {"interval90_upper": 799.9}, {"interval90_lower": 940, "interval90_upper": 930},
        {"upper": 799.9}, {"known": 800.1},
        {"estimate_share": 0.399}, {"estimate_share": 0.501}, {"interval90_lower_share": 0.399},
        {"interval90_upper_share": 0.501}, {"upper_share": 0.399},
        ONLY_BOUNDS | {"upper": 799.9}, ONLY_BOUNDS | {"upper_share": 0.399},
    ])  # fmt: skip
    def test_what_is_out_of_order_is(self, warehouse: Warehouse, changes: Row) -> None:
        assert [row["sector"] for row in self.found(warehouse, **changes)] == ["health"]


class TestWithheldFiguresShown:
    NOT_SHOWN = ("withheld_single_cell", "contradictory_rows", "no_quarters")

    @staticmethod
    def found(warehouse: Warehouse, status: str, **figures: object) -> list[str]:
        measures(warehouse, "health", "sector", **{"hidden_cells": 3} | figures, estimate_status=status)
        return [row["estimate_status"] for row in warehouse.query("checks.withheld_figures_shown")]

    @pytest.mark.parametrize("status", NOT_SHOWN)
    def test_a_published_part_is_sound(self, warehouse: Warehouse, status: str) -> None:
        assert self.found(warehouse, status, **ONLY_PUBLISHED) == []

    @pytest.mark.parametrize("status", NOT_SHOWN)
    def test_nothing_is_the_published_part_where_all_is_hidden(self, warehouse: Warehouse, status: str) -> None:
        nothing = {"known": None, "known_share": None, "lower": 0, "lower_share": 0}
        assert self.found(warehouse, status, **ONLY_PUBLISHED | nothing) == []

    @pytest.mark.parametrize("status", NOT_SHOWN)
    @pytest.mark.parametrize("name", [*LEVELS, *SHARES])
    def test_anything_more_is_found(self, warehouse: Warehouse, status: str, name: str) -> None:
        assert self.found(warehouse, status, **ONLY_PUBLISHED | {name: (LEVELS | SHARES)[name]}) == [status]

    @pytest.mark.parametrize("missing", [None, "estimate", "upper"])
    def test_an_estimated_figure_has_its_estimate_and_bounds(self, warehouse: Warehouse, missing: str | None) -> None:
        figures = {"known": 700} | LEVELS | ({missing: None} if missing else {})
        assert self.found(warehouse, "estimated", **figures) == (["estimated"] if missing else [])

    @pytest.mark.parametrize("status", ["published", "estimated", *NOT_SHOWN])
    @pytest.mark.parametrize(("estimate", "is_found"), [(700, False), (701, True), (None, True)])
    def test_what_is_published_is_exact_whatever_hides_its_total(
        self, warehouse: Warehouse, status: str, estimate: float | None, is_found: bool
    ) -> None:
        figures = {"known": 700, "lower": 700, "estimate": estimate, "upper": 700, "total": None, "hidden_cells": 0}
        assert self.found(warehouse, status, **figures) == ([status] if is_found else [])


FIGURE = {"group_key": "strict:health", "region": "metro", "ownership": "private", "measure": "employment"}


class TestKnownPartsAgree:
    def found(
        self, warehouse: Warehouse, measured: Row, network: Row, *, quarter: int = 1, basis: str = "counties"
    ) -> list[tuple[float, float]]:
        """(as SQL adds it up, as the network has it) of 700 published jobs and at most 300 hidden ones."""
        when = {"region": "metro", "period": f"2016-Q{quarter}", "year": 2016, "quarter": quarter, "source": "bls"}
        counties = ({"area_fips": area} for area in ("41051", "41067"))
        warehouse.insert("core.region_periods", *counties, **when, basis=basis)
        measured = FIGURE | {"period": when["period"], "known": 700, "hidden_cells": 3} | measured
        warehouse.insert("core.region_measures", measured)
        estimate = {"source": "bls", "year": 2016, "quarter": quarter, "known": 700, "lower": 700, "upper": 1000}
        warehouse.insert("estimates.region_estimates", FIGURE | estimate | network)
        return [(row["added_up"], row["in_the_network"]) for row in warehouse.query("checks.known_parts_agree")]

    @pytest.mark.parametrize(("measured", "network"), [
        ({}, {}),
        ({"known": 700.0005}, {}),  # thirds of a month
        ({"known": None}, {"known": 0, "lower": 0}),
        ({"hidden_cells": 0}, {"upper": 700}),
    ])  # fmt: skip
    def test_what_agrees_is_not_found(self, warehouse: Warehouse, measured: Row, network: Row) -> None:
        assert self.found(warehouse, measured, network) == []

    @pytest.mark.parametrize(("measured", "network"), [
        ({"known": 699}, {}),  # the network has more
        ({"known": 701}, {"lower": 800}),  # the network has less
        ({"known": None}, {"lower": 800}),
        ({}, {"lower": 699}),
        ({}, {"upper": 699}),
        ({"hidden_cells": 0}, {"upper": 701}),
    ])  # fmt: skip
    def test_what_does_not_is(self, warehouse: Warehouse, measured: Row, network: Row) -> None:
        assert self.found(warehouse, measured, network) == [(measured.get("known", 700), 700)]

    @pytest.mark.parametrize(("known", "lower", "is_found"), [(750, 750, False), (750, 740, True), (650, 700, True)])
    def test_a_states_own_rows_may_publish_more_than_its_counties_but_not_less(
        self, warehouse: Warehouse, known: float, lower: float, is_found: bool
    ) -> None:
        found = self.found(warehouse, {"known": known}, {"lower": lower}, basis="statewide")
        assert found == ([(known, 700)] if is_found else [])

    def test_years_are_not_compared(self, warehouse: Warehouse) -> None:
        """An annual file may publish what its quarters hide."""
        assert self.found(warehouse, {"known": 960}, {}, quarter=0) == []

    @pytest.mark.parametrize("other", [
        {"source": "sample"}, {"year": 2015}, {"quarter": 2}, {"region": "oregon"}, {"ownership": "government"},
        {"group_key": "strict:energy"}, {"measure": "wages"},
    ])  # fmt: skip
    def test_other_figures_are_not_compared(self, warehouse: Warehouse, other: Row) -> None:
        assert self.found(warehouse, {"known": 1}, other) == []


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


class TestEstablishmentsAreTheirCells:
    def plant(self, warehouse: Warehouse, wages_usd: int) -> None:
        jobs = dict.fromkeys(("month1_employment", "month2_employment", "month3_employment"), 3)
        where = {"area_fips": "41051", "own_code": "5", "industry_code": "236115", "year": 2024, "quarter": 1}
        one = {"capture_sha256": "a", "wages_usd": 100} | jobs | where
        warehouse.insert("core.establishments", one | {"account": "1"}, one | {"account": "2"})
        vintage = {name: where[name] for name in ("area_fips", "year", "quarter")}
        warehouse.insert("core.vintages", vintage | {"source": "establishments"})
        cell = where | {"publisher": "establishments", "establishments": 2, "jobs": 6, "wages_usd": wages_usd}
        warehouse.insert("raw.quarterly_cells", cell)

    def test_sums_that_agree(self, warehouse: Warehouse) -> None:
        self.plant(warehouse, 200)
        assert warehouse.query("checks.establishments_are_their_cells") == []

    def test_both_sides_of_one_that_does_not(self, warehouse: Warehouse) -> None:
        self.plant(warehouse, 201)
        found = warehouse.query("checks.establishments_are_their_cells")
        assert [row["wages_usd"] for row in found] == [200, 201]
