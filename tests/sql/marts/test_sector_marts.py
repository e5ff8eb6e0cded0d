"""The tables people read: the long one, the three wide ones, overlaps, refusals, and the files behind the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

KEY = {"region": "metro", "period": "2016", "ownership": "private"}
MEASURES = ("estimates.figure_estimates", "marts.sector_measures")


@pytest.fixture
def region(warehouse: Warehouse) -> Warehouse:
    """A region of two counties in one year, with a sector, another in it, their overlap, union and gross sum."""
    places = {"region": "metro", "region_name": "Metro", "period": "2016", "year": 2016, "quarter": 0}
    counties = ({"area_fips": area} for area in ("41051", "41067"))
    warehouse.insert("core.region_periods", *counties, **places, source="bls", basis="counties")
    warehouse.add_sectors("health", "child_care")
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.add_sectors("sum_of_sectors", kind="gross")
    kinds = {"health": "sector", "child_care": "sector", "all_target_sectors": "union", "sum_of_sectors": "gross"}
    groups: list[Row] = [{"group_key": f"strict:{key}", "kind": kind, "sector": key} for key, kind in kinds.items()]
    overlap = {"kind": "overlap", "sector": "health", "other_sector": "child_care"}
    groups.append({"group_key": "strict:health+child_care", **overlap})
    warehouse.insert("core.industry_groups", *groups, definition="strict")
    for group in groups:
        measures = ({"measure": measure, "known": known, "known_share": known / 1000, "total": 1000, "total_cells": 9}
                    for measure, known in (("businesses", 20.25), ("employment", 200.5), ("wages", 300)))  # fmt: skip
        warehouse.insert("core.region_measures", *measures, group_key=group["group_key"], **KEY)
    return warehouse


def test_the_long_table_has_one_row_a_sector_and_measure_and_no_overlaps(region: Warehouse) -> None:
    region.build(*MEASURES)
    rows = region.rows("marts.sector_measures")
    assert region.broken_contracts(*MEASURES) == []
    assert len(rows) == 4 * 3, "two counties do not double a region's rows"
    assert {(row["sector"], row["sector_kind"]) for row in rows} == {
        ("health", "sector"),
        ("child_care", "sector"),
        ("all_target_sectors", "union"),
        ("sum_of_sectors", "gross"),
    }
    row = region.row("marts.sector_measures", sector="child_care", measure="employment")
    assert (row["sector_name"], row["known"], row["total"], row["known_share"]) == ("Child care", 200.5, 1000, 0.2005)
    assert row["data_origin"] == "U.S. Bureau of Labor Statistics, QCEW"
    assert (row["estimate_status"], row["coverage"], row["coarser_region"]) == ("published", 1, None)
    assert (row["estimate"], row["lower_share"], row["interval90_upper"]) == (200.5, 0.2005, 200.5)


@pytest.mark.parametrize(
    ("measure", "column", "value"),
    [("businesses", "businesses", 20.25), ("employment", "employment", 200.5), ("wages", "wages_usd", 300)],
)
def test_the_wide_tables_hold_one_measure_each(region: Warehouse, measure: str, column: str, value: float) -> None:
    region.build(*MEASURES, "core.household_establishments", f"marts.share_of_{measure}")
    assert region.broken_contracts(f"marts.share_of_{measure}") == []
    assert len(region.rows(f"marts.share_of_{measure}")) == 4
    row = region.row(f"marts.share_of_{measure}", sector="health")
    assert (row[column], row[f"region_{column}"], row["known_share"]) == (value, 1000, value / 1000)
    assert (row["estimate"], row["estimate_share"]) == (value, value / 1000)


def test_a_hidden_total_stays_null_in_the_wide_tables(region: Warehouse) -> None:
    region.connection.execute("UPDATE core.region_measures SET total = NULL, known_share = NULL")
    region.build(*MEASURES, "marts.share_of_wages")
    row = region.row("marts.share_of_wages", sector="health")
    assert (row["wages_usd"], row["region_wages_usd"], row["known_share"]) == (300, None, None)
    assert (row["estimate"], row["estimate_share"]) == (300, None)


def test_overlaps_name_both_sectors(region: Warehouse) -> None:
    region.build("estimates.figure_estimates")
    rows = region.run("marts.sector_overlap")
    assert region.broken_contracts("marts.sector_overlap") == []
    assert [row["measure"] for row in rows] == ["businesses", "employment", "wages"]
    assert {(row["sector_name"], row["other_sector_name"], row["definition"]) for row in rows} == {
        ("Health", "Child care", "strict")
    }
    assert [(row["estimate_status"], row["estimate"]) for row in rows] == [
        ("published", 20.25), ("published", 200.5), ("published", 300),
    ]  # fmt: skip


def test_refused_definitions_say_which_codes_stand_in_the_way(region: Warehouse) -> None:
    refused = ("strict:child_care", "strict:all_target_sectors", "strict:health+child_care")
    rows = ({"group_key": key, "codes": ["624410", "624420"]} for key in refused)
    region.insert("core.refused_groups", *rows, source="qualityinfo", naics_vintage=2022)
    found = region.run("marts.refused_definitions")
    assert region.broken_contracts("marts.refused_definitions") == []
    assert [row["sector"] for row in found] == ["all_target_sectors", "child_care"], "overlaps go without saying"
    assert found[1]["reason"] == (
        "Child care (strict) is finer than Oregon Employment Department, QualityInfo, which publishes no 6-digit "
        "industries; it would need 624410, 624420"
    )
    assert found[1]["codes"] == "624410, 624420"


class TestCoarserRegion:
    """Four regions around each other: metro lies in the valley, the valley in the west, the west in the state."""

    AROUND = (("valley", 3), ("west", 8), ("state", 1000))

    def shown(self, warehouse: Warehouse, **statuses: str) -> dict[str, str | None]:
        """For each region with a status the coarser region that its figure names."""
        around = ({"coarser_region": region, "size_order": size} for region, size in self.AROUND)
        warehouse.insert("estimates.coarser_regions", *around, region="metro", period="2016")
        key = {"period": "2016", "group_key": "strict:health", "ownership": "private", "measure": "employment"}
        for region, status in statuses.items():
            warehouse.insert("estimates.figure_estimates", key, region=region, estimate_status=status)
            if region != "metro":  # the fixture's
                warehouse.insert("core.region_measures", key, region=region, known=1)
                place = {"area_fips": "41000", "period": "2016", "year": 2016, "source": "bls"}
                warehouse.insert("core.region_periods", place, region=region)
        rows = warehouse.run("marts.sector_measures", sector="health", measure="employment")
        assert warehouse.broken_contracts("marts.sector_measures") == []
        return {row["region"]: row["coarser_region"] for row in rows}

    @pytest.mark.parametrize("status", ["published", "estimated"])
    def test_a_withheld_figure_names_the_smallest_region_whose_figure_is_shown(
        self, region: Warehouse, status: str
    ) -> None:
        found = self.shown(region, metro="withheld_single_cell", valley="no_quarters", west=status, state="published")
        assert found == {"metro": "west", "valley": None, "west": None, "state": None}

    def test_where_none_is_shown_none_is_named(self, region: Warehouse) -> None:
        hidden = "withheld_single_cell"
        assert self.shown(region, metro=hidden, valley=hidden, west="contradictory_rows")["metro"] is None

    @pytest.mark.parametrize("status", ["published", "estimated", "contradictory_rows", "no_quarters"])
    def test_only_withheld_figures_name_one(self, region: Warehouse, status: str) -> None:
        assert self.shown(region, metro=status, valley="published")["metro"] is None

    @pytest.mark.parametrize(
        "other",
        [{"group_key": "strict:child_care"}, {"ownership": "government"}, {"measure": "wages"}, {"period": "2017"}],
    )
    def test_another_figure_of_the_larger_region_does_not_serve(self, region: Warehouse, other: Row) -> None:
        key = {"period": "2016", "group_key": "strict:health", "ownership": "private", "measure": "employment"}
        row = {"region": "valley", "estimate_status": "published"} | key | other
        region.insert("estimates.figure_estimates", row)
        assert self.shown(region, metro="withheld_single_cell", state="published")["metro"] == "state"


class TestFigureSources:
    @pytest.fixture
    def traced(self, region: Warehouse) -> Warehouse:
        region.add_captures("a", "b", "c", "elsewhere")
        region.insert("core.qcew_annual", {"captures": ["a", "b"]}, {"own_code": "3", "captures": ["b"]})
        region.insert("core.qcew_annual", {"captures": ["c"], "basis": "annual_file"}, area_fips="41067")
        region.insert("core.qcew_annual", {"captures": ["elsewhere"]}, area_fips="53011")
        quarters = {1: "b", 2: "a", 3: "b", 4: "a"}
        vintages = ({"capture_sha256": name, "quarter": quarter} for quarter, name in quarters.items())
        region.insert("core.vintages", *vintages, {"capture_sha256": "c", "quarter": 0, "area_fips": "41067"})
        return region

    def files(self, warehouse: Warehouse, period: str) -> list[str]:
        rows = warehouse.run("marts.figure_sources", region="metro", period=period)
        assert warehouse.broken_contracts("marts.figure_sources") == []
        return [row["capture_sha256"] for row in rows]

    def test_a_year_is_traced_to_every_file_of_its_areas(self, traced: Warehouse) -> None:
        assert self.files(traced, "2016") == ["a", "b", "c"]

    def test_a_quarter_is_traced_to_the_files_of_its_cells(self, traced: Warehouse) -> None:
        places = {"region": "metro", "period": "2016-Q1", "year": 2016, "quarter": 1, "source": "bls"}
        traced.insert("core.region_periods", {"area_fips": "41051"}, **places)
        cells = [{"capture_sha256": "b"}, {"capture_sha256": "b", "own_code": "3"}]
        traced.insert("core.qcew_cells", *cells, {"capture_sha256": "elsewhere", "quarter": 2})
        traced.insert("core.qcew_cells", {"capture_sha256": "elsewhere", "source": "sample"})
        assert self.files(traced, "2016-Q1") == ["b"]
        assert self.files(traced, "2016") == ["a", "b", "c"]

    def test_totals_of_a_release_are_a_file_of_their_own(self, traced: Warehouse) -> None:
        traced.add_captures("totals", "older totals")
        traced.connection.execute("UPDATE core.region_periods SET revision_status = 'final'")
        total = {"region": "metro", "period": "2016", "captures": ["totals"], "year": 2016, "quarter": 0}
        traced.insert("core.released_totals", total | {"source": "bls", "group_key": "strict:health"})
        traced.insert("core.released_totals", total | {"source": "bls", "group_key": "strict:energy"})
        assert self.files(traced, "2016") == ["a", "b", "c", "totals"]

    def test_a_file_says_when_it_was_published_and_how_final_it_was(self, traced: Warehouse) -> None:
        traced.connection.execute("UPDATE raw.captures SET published_at = '2017-03-08T15:00:00' WHERE source = 'files'")
        traced.connection.execute("UPDATE core.vintages SET revision_status = 'revised' WHERE quarter IN (0, 3)")
        rows = traced.run("marts.figure_sources", region="metro", period="2016")
        found = {row["capture_sha256"]: (row["published_at"], row["revision_status"]) for row in rows}
        day = "2017-03-08T15:00:00"
        assert found == {"a": (day, "final"), "b": (day, "revised"), "c": (day, "revised")}, "b: of one of its quarters"


def test_how_final_a_region_and_period_is_stands_in_every_table_of_figures(region: Warehouse) -> None:
    region.connection.execute("UPDATE core.region_periods SET revision_status = 'preliminary'")
    tables = ("marts.share_of_businesses", "marts.share_of_employment", "marts.share_of_wages")
    region.build(*MEASURES, "core.household_establishments", *tables, "marts.sector_overlap", "marts.sector_pay")
    for table in (MEASURES[-1], *tables, "marts.sector_overlap", "marts.sector_pay"):
        assert {row["revision_status"] for row in region.rows(table)} == {"preliminary"}, table
