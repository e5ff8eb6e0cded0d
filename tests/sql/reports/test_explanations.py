"""A figure taken apart, on tables worked out by hand: known rows, hidden cells, denominators, what stands beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.domain.figure_names import UnknownFigure
from pipelines.warehouse.explanations import Explanation, NoFigure, explain

if TYPE_CHECKING:
    from tests.sql.conftest import Warehouse

HIDDEN = {"disclosure": "suppressed"}


@pytest.fixture
def energy(warehouse: Warehouse) -> Warehouse:
    """A sector of two industries, all of 22111, in two counties in 2016-Q1, and a builder that shares one of them.

    41051: 22111 is hidden, of its parts 221111 is published and 221113 hidden. 41067: 22111 is published, its parts
    are hidden, so that nothing is hidden from the sector.
    """
    warehouse.add_industries("10 > 102 > 1021 > 22 > 221 > 2211 > 22111 > 221111 221113", "2211 > 22112 > 221121")
    warehouse.add_sectors("energy", "builders")
    warehouse.add_sectors("solar", kind="lens")
    warehouse.connection.execute("UPDATE reference.sectors SET lens_of = 'energy' WHERE sector = 'solar'")
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.add_sectors("sum_of_sectors", kind="gross")
    warehouse.define("energy", "221111", "221113")
    warehouse.define("builders", "221113")
    warehouse.define("solar", "221113")
    warehouse.insert(
        "reference.regions", {"region": "metro", "region_name": "Metro [two]", "sort_order": 1}, {"region": "far"}
    )
    warehouse.insert("raw.captures", {"capture_sha256": "a", "file_name": "2016.csv"})
    quarter = {"region": "metro", "region_name": "Metro [two]", "period": "2016-Q1", "year": 2016, "quarter": 1}
    place = {"source": "bls", "basis": "counties", "revision_status": "final"}
    warehouse.insert("core.region_periods", *({"area_fips": area} for area in ("41051", "41067")), **quarter, **place)
    warehouse.insert("marts.region_availability", {**quarter, "is_available": True})
    for region, period, missing in (("metro", "2016-Q2", "41067"), ("far", "2016-Q1", "41001, 41003")):
        row = {"region": region, "period": period, "is_available": False, "missing_areas": missing}
        warehouse.insert("marts.region_availability", row, year=2016, quarter=int(period[-1]))
    cells = (
        ("41051", "10", 100, (1000, 1001, 1003)),
        ("41051", "2211", 9, (50, 50, 50)),
        ("41051", "22111", 5, None),
        ("41051", "221111", 3, (10, 20, 31)),
        ("41051", "221113", 2, None),
        ("41067", "10", 50, (500, 500, 500)),
        ("41067", "22111", 4, (40, 40, 41)),
        ("41067", "221111", 3, None),
        ("41067", "221113", 1, None),
    )
    for line, (area, code, establishments, jobs) in enumerate(cells, start=2):
        told = {"jobs": jobs, "average_employment": sum(jobs) / 3, "wages_usd": 1000 * sum(jobs)} if jobs else HIDDEN
        row = {"area_fips": area, "industry_code": code, "establishments": establishments, "line_number": line}
        warehouse.insert("core.qcew_cells", {**row, **told}, member="2016.csv")
    warehouse.build("core.naics_ancestry", "core.industry_group_leaves", "core.industry_groups")
    warehouse.build("core.industry_group_codes", "core.period_cells", "core.group_totals")
    warehouse.build("core.region_groups", "core.region_totals", "core.region_measures")
    publish_measures(warehouse)
    return warehouse


def publish_measures(warehouse: Warehouse) -> None:
    """Figures as marts.sector_measures has them, without estimates."""
    kinds = {row["sector"]: row["kind"] for row in warehouse.rows("reference.sectors")}
    groups = {row["group_key"]: row for row in warehouse.rows("core.industry_groups") if row["kind"] != "overlap"}
    for row in warehouse.rows("core.region_measures"):
        if group := groups.get(row["group_key"]):
            named = {"definition": group["definition"], "sector": group["sector"], "sector_name": group["sector"]}
            kept = {key: value for key, value in row.items() if key not in ("group_key", "vintage")}
            period = {"year": 2016, "quarter": 1, "source": "bls", "sector_kind": kinds[group["sector"]]}
            warehouse.insert("marts.sector_measures", {**kept, **named, **period, "data_origin": "BLS"})


def explained(warehouse: Warehouse, words: str) -> Explanation:
    return explain(warehouse.connection, words.split())


def codes(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["area_fips"], row["industry_code"]) for row in rows]


class TestKnownPart:
    def test_a_published_parent_counts_for_what_is_hidden_below_it(self, energy: Warehouse) -> None:
        found = explained(energy, "metro energy employment 2016-Q1")
        assert codes(found.known["rows"]) == [("41051", "221111"), ("41067", "22111")]
        assert found.known["sum"] == found.figure["known"] == (61 + 121) / 3
        assert found.disagreements == []

    def test_each_row_is_found_by_file_and_line(self, energy: Warehouse) -> None:
        row = explained(energy, "metro energy employment 2016-Q1").known["rows"][0]
        (line,) = row["rows"]
        where = {name: line[name] for name in ("capture_sha256", "file_name", "member", "line_number")}
        assert where == {"capture_sha256": "a", "file_name": "2016.csv", "member": "2016.csv", "line_number": 5}
        assert [line[f"month{number}_employment"] for number in (1, 2, 3)] == [10, 20, 31]

    def test_wages_are_whole_dollars(self, energy: Warehouse) -> None:
        known = explained(energy, "metro energy wages 2016-Q1").known
        assert [row["value"] for row in known["rows"]] == [61_000, 121_000]
        assert known["sum"] == 182_000

    def test_businesses_are_those_of_the_topmost_rows_hidden_or_not(self, energy: Warehouse) -> None:
        found = explained(energy, "metro energy businesses 2016-Q1")
        assert codes(found.known["rows"]) == [("41051", "22111"), ("41067", "22111")]
        assert (found.known["sum"], found.hidden["rows"]) == (9, [])

    def test_the_gross_sum_has_the_rows_of_every_sector(self, energy: Warehouse) -> None:
        found = explained(energy, "metro sum_of_sectors employment 2016-Q1")
        assert {row["sector"] for row in found.known["rows"]} == {"energy"}
        assert [(row["sector"], row["industry_code"]) for row in found.hidden["rows"]] == [
            ("energy", "221113"),
            ("builders", "221113"),
            ("builders", "221113"),
        ]
        assert found.disagreements == []

    def test_the_union_counts_each_row_once(self, energy: Warehouse) -> None:
        found = explained(energy, "metro all_target_sectors employment 2016-Q1")
        assert codes(found.known["rows"]) == [("41051", "221111"), ("41067", "22111")]

    def test_where_all_is_hidden_the_known_part_is_unknown_and_no_row_is_listed(self, energy: Warehouse) -> None:
        found = explained(energy, "metro builders wages 2016-Q1")
        assert (found.figure["known"], found.known["rows"], found.disagreements) == (None, [], [])

    def test_rows_that_do_not_add_up_are_told(self, energy: Warehouse) -> None:
        energy.connection.execute("UPDATE marts.sector_measures SET known = 1, hidden_cells = 7, total = 2")
        told = explained(energy, "metro energy wages 2016-Q1").disagreements
        assert [each.split(" is ")[0] for each in told] == [
            "the known part", "the region's total", "the number of hidden cells",
        ]  # fmt: skip
        assert "add up to 182000" in told[0]


class TestHiddenPart:
    def test_a_hidden_cell_has_establishments_a_line_and_a_published_row_above_but_no_value(
        self, energy: Warehouse
    ) -> None:
        hidden = explained(energy, "metro energy employment 2016-Q1").hidden
        (cell,) = hidden["rows"]
        assert (cell["area_fips"], cell["industry_code"], cell["establishments"]) == ("41051", "221113", 2)
        assert cell["nearest_published_code"] == "2211"
        assert [(row["line_number"], row["disclosure"]) for row in cell["rows"]] == [(6, "suppressed")]
        names = set(cell) | set(cell["rows"][0])
        assert {name for name in names if "employment" in name or "wages" in name or "value" in name} == set()

    def test_without_a_published_row_above_there_is_none(self, energy: Warehouse) -> None:
        energy.connection.execute(
            "UPDATE core.qcew_cells SET disclosure = 'suppressed' WHERE industry_code IN ('10', '2211')"
        )
        (cell,) = explained(energy, "metro energy employment 2016-Q1").hidden["rows"]
        assert cell["nearest_published_code"] is None


class TestRegion:
    def test_its_total_is_traced_to_the_rows_of_all_industries(self, energy: Warehouse) -> None:
        region = explained(energy, "metro energy employment 2016-Q1").region
        assert [area["area_fips"] for area in region["areas"]] == ["41051", "41067"]
        assert [row["value"] for row in region["rows"]] == [3004 / 3, 500]
        assert region["sum"] == region["expected"] == 4504 / 3

    def test_an_ownership_without_a_row_of_its_own_is_the_sum_of_its_parts(self, energy: Warehouse) -> None:
        parts = ({"own_code": code, "jobs": 9, "average_employment": 9.0} for code in ("1", "3"))
        energy.insert("core.qcew_cells", *parts, area_fips="41051")
        energy.build("core.period_cells", "core.region_totals", "core.region_measures")
        energy.connection.execute("DELETE FROM marts.sector_measures")
        publish_measures(energy)
        found = explained(energy, "metro energy employment 2016-Q1 government")
        assert [(row["own_code"], row["value"]) for row in found.region["rows"]] == [("1", 9), ("3", 9)]
        assert (found.region["sum"], found.disagreements) == (18, [])


class TestYear:
    def test_a_year_lists_the_lines_of_its_quarters_and_the_captures_of_the_year(self, energy: Warehouse) -> None:
        energy.connection.execute("DELETE FROM core.qcew_cells")
        energy.connection.execute("DELETE FROM marts.sector_measures")
        for quarter in (1, 2, 3, 4):
            cell = {"industry_code": "221111", "quarter": quarter, "line_number": 10 * quarter, "jobs": quarter}
            energy.insert("core.qcew_cells", {**cell, "average_employment": float(quarter)}, member="2016.csv")
        energy.insert(
            "core.qcew_annual", {"industry_code": "221111", "average_employment": 2.5, "captures": ["a", "b"]}
        )
        place = {"region": "metro", "period": "2016", "year": 2016, "source": "bls", "area_fips": "41051"}
        energy.insert("core.region_periods", place)
        row = {"region": "metro", "sector": "energy", "measure": "employment", "period": "2016", "known": 2.5}
        more = {"definition": "strict", "ownership": "private", "year": 2016, "total": 0.0}
        energy.insert("marts.sector_measures", row | more)
        energy.insert("marts.region_availability", {"region": "metro", "period": "2016", "year": 2016})
        found = explained(energy, "metro energy employment 2016")
        (cell,) = found.known["rows"]
        assert (cell["value"], cell["captures"]) == (2.5, ["a", "b"])
        assert [(line["quarter"], line["line_number"]) for line in cell["rows"]] == [(1, 10), (2, 20), (3, 30), (4, 40)]
        assert found.disagreements == []


class TestBeside:
    def test_lenses_and_overlaps_of_the_figure_and_of_no_other(self, energy: Warehouse) -> None:
        pair = {"sector": "energy", "other_sector": "builders", "definition": "strict", "period": "2016-Q1"}
        key = {"region": "metro", "ownership": "private"}
        measures = ("wages", "employment")
        energy.insert("marts.sector_overlap", *({"measure": measure} for measure in measures), **pair, **key)
        beside = explained(energy, "metro energy wages 2016-Q1").beside
        told = [(row["relation"], row["sector"], row["other_sector"]) for row in beside]
        assert told == [("overlap", "energy", "builders"), ("lens", "solar", None)]
        assert [row["relation"] for row in explained(energy, "metro builders wages 2016-Q1").beside] == ["overlap"]

    def test_the_files_of_the_region_and_period(self, energy: Warehouse) -> None:
        row = {"region": "metro", "capture_sha256": "a", "address": "somewhere"}
        energy.insert("marts.figure_sources", row | {"period": "2016-Q1"}, row | {"period": "2016-Q2"})
        (file,) = explained(energy, "metro energy wages 2016-Q1").files
        assert (file["capture_sha256"], file["file_name"], file["address"]) == ("a", "2016.csv", "somewhere")

    @pytest.mark.parametrize(
        ("area", "own_code", "industry", "is_told"),
        [("41", "5", "2211", True), ("", "5", "221111", True), ("53", "5", "2211", False), ("41", "2", "2211", False),
         ("41", "5", "23", False)],
    )  # fmt: skip
    def test_breaks_in_its_cells(
        self, energy: Warehouse, area: str, own_code: str, industry: str, is_told: bool
    ) -> None:
        row = {"break_id": "moved", "area_prefix": area, "own_code": own_code, "industry_code": industry}
        energy.insert("reference.trend_breaks", row | {"year": 2018, "quarter": 1})
        told = [found["first_quarter"] for found in explained(energy, "metro energy wages 2016-Q1").breaks]
        assert told == (["2018-Q1"] if is_told else [])


class TestWhatIsNotThere:
    def why(self, warehouse: Warehouse, words: str) -> str:
        with pytest.raises(NoFigure) as error:
            explained(warehouse, words)
        return str(error.value)

    def test_a_region_with_a_missing_area(self, energy: Warehouse) -> None:
        message = self.why(energy, "metro energy wages 2016-Q2")
        assert message == "metro cannot be computed for 2016-Q2: no data of 41067. Periods it has: 2016-Q1"

    def test_a_region_without_any_period(self, energy: Warehouse) -> None:
        assert "no data of 41001, 41003. Periods it has: none; put" in self.why(energy, "far energy wages 2016-Q1")

    def test_a_definition_that_the_sector_does_not_have(self, energy: Warehouse) -> None:
        energy.insert("core.industry_groups", {"group_key": "broad:x", "definition": "broad", "sector": "x"})
        message = self.why(energy, "metro energy wages 2016-Q1 broad")
        assert message == "energy has no broad definition: expected one of strict"

    def test_a_refused_definition(self, energy: Warehouse) -> None:
        energy.connection.execute("DELETE FROM marts.sector_measures")
        refused = {"definition": "strict", "sector": "energy", "source": "bls", "naics_vintage": 2012}
        energy.insert("marts.refused_definitions", refused | {"reason": "finer than the source"})
        assert self.why(energy, "metro energy wages 2016-Q1") == "finer than the source"

    def test_words_are_those_of_this_warehouse(self, energy: Warehouse) -> None:
        with pytest.raises(UnknownFigure, match="did you mean energy"):
            explained(energy, "metro enrgy wages 2016-Q1")
