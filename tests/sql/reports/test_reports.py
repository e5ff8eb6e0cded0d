"""What stands at the end of a run: the right region and period, and every sentence that belongs beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse


@pytest.fixture
def regions(warehouse: Warehouse) -> Warehouse:
    warehouse.insert(
        "reference.regions",
        {"region": "clackamas", "sort_order": 1},
        {"region": "metro", "sort_order": 2, "is_default": True},
        {"region": "oregon", "sort_order": 3},
    )
    warehouse.add_sectors("construction", "health")
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.add_sectors("sum_of_sectors", kind="gross")
    warehouse.add_sectors("lens", kind="lens")
    return warehouse


def measures(warehouse: Warehouse, region: str, year: int, quarter: int = 0, **more: object) -> None:
    period = f"{year}-Q{quarter}" if quarter else str(year)
    where = {"region": region, "year": year, "quarter": quarter, "period": period, "definition": "strict",
             "ownership": "private", "sector": "construction", "sector_kind": "sector"}  # fmt: skip
    rows = ({"measure": measure} for measure in ("wages", "employment", "businesses"))
    warehouse.insert("marts.sector_measures", *rows, **where | more)


def shown(warehouse: Warehouse) -> set[tuple[str, str]]:
    return {(row["region"], row["period"]) for row in warehouse.query("reports.result_table")}


class TestResultTable:
    def test_the_default_region_comes_first_with_its_latest_year(self, regions: Warehouse) -> None:
        for region, year in (("metro", 2015), ("metro", 2016), ("clackamas", 2017), ("41051", 2018)):
            measures(regions, region, year)
        measures(regions, "metro", 2017, quarter=1)
        assert shown(regions) == {("metro", "2016")}

    def test_without_the_default_the_first_region_in_order(self, regions: Warehouse) -> None:
        for region in ("41051", "oregon", "clackamas"):
            measures(regions, region, 2016)
        assert shown(regions) == {("clackamas", "2016")}

    def test_without_any_named_region_the_first_county(self, regions: Warehouse) -> None:
        measures(regions, "41067", 2016)
        measures(regions, "41051", 2016)
        assert shown(regions) == {("41051", "2016")}

    def test_without_a_year_the_latest_quarter(self, regions: Warehouse) -> None:
        for year, quarter in ((2015, 4), (2016, 2), (2016, 1)):
            measures(regions, "metro", year, quarter)
        assert shown(regions) == {("metro", "2016-Q2")}

    def test_without_anything_nothing(self, regions: Warehouse) -> None:
        assert regions.query("reports.result_table") == []

    def test_private_sectors_and_their_union_in_the_order_of_the_definitions(self, regions: Warehouse) -> None:
        for definition in ("broad", "strict"):
            for sector, kind in (("all_target_sectors", "union"), ("health", "sector"), ("construction", "sector"),
                                 ("sum_of_sectors", "gross"), ("lens", "lens")):  # fmt: skip
                measures(regions, "metro", 2016, definition=definition, sector=sector, sector_kind=kind)
        measures(regions, "metro", 2016, ownership="government")
        rows: list[Row] = regions.query("reports.result_table")
        order = [("construction", "businesses"), ("construction", "employment"), ("construction", "wages")]
        assert [(row["sector"], row["measure"]) for row in rows][:3] == order
        sectors = list(dict.fromkeys((row["definition"], row["sector"]) for row in rows))
        assert sectors == [
            (definition, sector)
            for definition in ("strict", "broad")
            for sector in ("construction", "health", "all_target_sectors")
        ]
        assert len(rows) == 2 * 3 * 3


class TestRunNotes:
    def notes(self, warehouse: Warehouse) -> list[str]:
        return [row["note"] for row in warehouse.query("reports.run_notes")]

    def test_of_nothing_nothing_is_said(self, warehouse: Warehouse) -> None:
        assert self.notes(warehouse) == []

    def test_the_sample_is_called_a_sample_first_of_all(self, warehouse: Warehouse) -> None:
        warehouse.insert("core.identities", {"groups_checked": 5})
        warehouse.add_captures("a", source="sample")
        assert self.notes(warehouse)[0].startswith("SYNTHETIC SAMPLE")

    def test_real_files_are_not(self, warehouse: Warehouse) -> None:
        warehouse.add_captures("a")
        warehouse.insert("marts.figure_sources", {"capture_sha256": "a"})
        assert self.notes(warehouse) == []

    def test_a_file_that_no_figure_comes_from_is_named(self, warehouse: Warehouse) -> None:
        warehouse.add_captures("a")
        (note,) = self.notes(warehouse)
        assert note.startswith("In no figure: ")

    def test_files_that_serve_otherwise_are_not_named(self, warehouse: Warehouse) -> None:
        """Annual files beside complete quarters are reconciled with them; title files give names."""
        warehouse.add_captures("annual file", "titles")
        warehouse.insert("core.vintages", {"capture_sha256": "annual file", "quarter": 0})
        warehouse.insert("raw.titles", {"capture_sha256": "titles"})
        assert self.notes(warehouse) == []

    @pytest.mark.parametrize("useless", [{"is_in_force": False}, {"is_whole_area": False}, {"year": 2010}])
    def test_superseded_partial_and_old_files_are_named(self, warehouse: Warehouse, useless: Row) -> None:
        warehouse.add_captures("a")
        warehouse.insert("core.vintages", {"capture_sha256": "a", **useless})
        (note,) = self.notes(warehouse)
        assert note.startswith("In no figure: ")

    def test_several_vintages_are_counted(self, warehouse: Warehouse) -> None:
        vintages = ({"capture_sha256": sha256} for sha256 in ("a", "b"))
        warehouse.insert("core.vintages", *vintages, {"quarter": 2}, {"area_fips": "41067"}, {"source": "sample"})
        warehouse.insert("core.vintages", {"capture_sha256": "c", "quarter": 2, "is_whole_area": False})
        (note,) = self.notes(warehouse)
        assert note.startswith("Several vintages: 1 areas and periods")

    def test_identities_are_summed_up(self, warehouse: Warehouse) -> None:
        counts = ({"groups_checked": 1000, "groups_failed": failed, "measure": str(failed)} for failed in (0, 2))
        warehouse.insert("core.identities", *counts)
        assert self.notes(warehouse) == ["Identities of the source: 2,000 groups of figures checked, 2 failed."]

    def test_figures_that_two_publishers_have_are_counted_by_how_they_agree(self, warehouse: Warehouse) -> None:
        counts = {None: 1200, "tribal_government": 3, "unexplained": 2}
        causes = [cause for cause, count in counts.items() for _ in range(count)]
        rows = ({"industry_code": str(n), "is_within": cause is None, "cause": cause} for n, cause in enumerate(causes))
        warehouse.insert("marts.source_reconciliation", *rows)
        assert self.notes(warehouse) == [
            "BLS and the Oregon Employment Department both have 1,205 figures: 1,200 agree, 3 differ for a known "
            "reason, 2 without one (see marts.source_reconciliation)."
        ]

    def test_a_refusal_names_each_sector_once_whatever_the_vintages(self, warehouse: Warehouse) -> None:
        rows = (
            {"sector_name": name, "naics_vintage": vintage} for name in ("Energy", "All") for vintage in (2017, 2022)
        )
        shared = {"data_origin": "QualityInfo", "definition": "strict", "codes": "221111, 221112"}
        warehouse.insert("marts.refused_definitions", *rows, **shared)
        assert self.notes(warehouse) == [
            "Not computed from QualityInfo, which publishes no 6-digit industries: All, Energy (strict), because of "
            "221111, 221112."
        ]

    def test_refused_files_and_rejected_rows_are_told(self, warehouse: Warehouse) -> None:
        whole = {"address": "inbox/page.html", "member": "page.html", "reason": "this is a web page"}
        inside = {"address": "inbox/some.zip", "member": "2016.csv", "reason": "it is truncated"}
        warehouse.insert("raw.refused_files", whole, inside)
        warehouse.insert("raw.rejected_rows", *({"line_number": number} for number in range(3)))
        assert self.notes(warehouse) == [
            "Refused file: inbox/page.html: this is a web page",
            "Refused file: inbox/some.zip (2016.csv): it is truncated",
            "Rejected rows: 3 (see raw.rejected_rows).",
        ]
