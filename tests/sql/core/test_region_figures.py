"""Regions added up over areas and ownerships: totals, sectors, shares; hidden is null, absent is zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

PLACES = {"region": "metro", "period": "2016-Q1", "year": 2016, "quarter": 1, "source": "bls", "basis": "counties"}


@pytest.fixture
def metro(warehouse: Warehouse) -> Warehouse:
    """A region of two counties."""
    warehouse.insert("core.region_periods", {"area_fips": "41051"}, {"area_fips": "41067"}, **PLACES)
    return warehouse


def total(area: str, own: str, establishments: float, employment: float | None) -> Row:
    """An ownership's row of all industries, hidden where employment is None; everybody earns $1,000."""
    row: Row = {"area_fips": area, "own_code": own, "establishments": establishments}
    if employment is None:
        return row | {"disclosure": "suppressed"}
    return row | {"employment": employment, "wages_usd": int(1000 * employment)}


def totals(warehouse: Warehouse, *cells: Row) -> dict[str, tuple[object, ...]]:
    """Establishments and jobs by ownership."""
    warehouse.insert("core.period_cells", *cells)
    rows = warehouse.run("core.region_totals")
    assert warehouse.broken_contracts("core.region_totals") == []
    for row in rows:
        assert row["wages_usd"] == (None if row["employment"] is None else 1000 * row["employment"])
    return {row["ownership"]: (row["establishments"], row["employment"]) for row in rows}


class TestTotals:
    def test_ownerships_are_added_up_over_the_counties(self, metro: Warehouse) -> None:
        found = totals(
            metro,
            total("41051", "0", 115, 1350),
            total("41051", "1", 5, 100),
            total("41051", "2", 4, 50),
            total("41051", "3", 6, 200),
            total("41051", "5", 100, 1000),
            total("41067", "0", 53, 560),
            total("41067", "3", 3, 60),
            total("41067", "5", 50, 500),
        )
        assert found == {
            "private": (150, 1500),
            "federal_government": (5, 100),
            "state_government": (4, 50),
            "local_government": (9, 260),
            "government": (18, 410),  # 5 + 4 + 6 + 3; Washington County has only local government here
            "total_covered": (168, 1910),
        }

    def test_an_ownership_without_a_row_has_no_establishment(self, metro: Warehouse) -> None:
        found = totals(metro, total("41051", "5", 10, 100), total("41067", "5", 5, 50))
        assert found["federal_government"] == (0, 0)
        assert found["government"] == (0, 0)
        assert found["total_covered"] == (15, 150)

    def test_a_hidden_private_total_is_null_not_zero(self, metro: Warehouse) -> None:
        found = totals(metro, total("41051", "5", 10, 100), total("41067", "5", 5, None), total("41067", "3", 1, 10))
        assert found["private"] == (15, None), "establishments are published all the same"
        assert found["total_covered"] == (16, None)
        assert found["local_government"] == (1, 10)

    def test_a_published_whole_serves_where_a_part_is_hidden(self, metro: Warehouse) -> None:
        found = totals(
            metro,
            total("41051", "0", 11, 120),
            total("41051", "5", 10, None),
            total("41051", "3", 1, None),
            total("41067", "5", 5, 50),
        )
        assert found["total_covered"] == (16, 170)
        assert found["private"] == (15, None)
        assert found["government"] == (1, None)

    def test_a_hidden_whole_is_the_sum_of_published_parts(self, metro: Warehouse) -> None:
        cells = [total("41051", "0", 11, None), total("41051", "5", 10, 100), total("41051", "3", 1, 20)]
        assert totals(metro, *cells)["total_covered"] == (11, 120)

    def test_a_hidden_whole_without_parts_is_unknown(self, metro: Warehouse) -> None:
        assert totals(metro, total("41051", "0", 11, None))["total_covered"] == (11, None)

    def test_the_states_own_row_of_all_governments_is_not_counted_beside_its_parts(self, warehouse: Warehouse) -> None:
        """own_code 8 (level 96) stands at 41000 only."""
        warehouse.insert("core.region_periods", {"area_fips": "41000"}, **PLACES | {"basis": "statewide"})
        found = totals(
            warehouse,
            total("41000", "0", 120, 1200),
            total("41000", "8", 20, 200),
            total("41000", "1", 5, 50),
            total("41000", "2", 5, None),
            total("41000", "3", 10, 100),
            total("41000", "5", 100, 1000),
        )
        assert found["government"] == (20, 200), "its own row tells what the hidden part would not"
        assert found["total_covered"] == (120, 1200)
        assert found["state_government"] == (5, None)

    def test_international_government_is_covered_but_no_government_of_the_country(self, metro: Warehouse) -> None:
        found = totals(metro, total("41051", "4", 1, 9), total("41051", "1", 2, 20), total("41051", "5", 10, 100))
        assert found["government"] == (2, 20)
        assert found["total_covered"] == (13, 129)

    def test_only_the_source_area_and_period_of_the_region_count(self, metro: Warehouse) -> None:
        other: list[Row] = [{"source": "qualityinfo"}, {"area_fips": "53011"}, {"quarter": 0}, {"industry_code": "62"}]
        cells = [total("41051", own, 10, 100) for own in ("0", "3")]
        elsewhere = [{**total("41051", own, 7, 70), **keys} for own in ("0", "3") for keys in other]
        found = totals(metro, *elsewhere[:4], *cells, *elsewhere[4:])
        # total covered has a row of its own, all governments together are added up
        assert (found["total_covered"], found["government"]) == ((10, 100), (10, 100))

    def test_a_total_of_another_period_source_or_area_is_no_total(self, metro: Warehouse) -> None:
        parts = [total("41051", own, 10, 100) for own in ("3", "5")]
        other: list[Row] = [{"source": "qualityinfo"}, {"area_fips": "53011"}, {"quarter": 0}, {"industry_code": "62"}]
        elsewhere = [{**total("41051", "0", 7, 70), **keys} for keys in other]
        assert totals(metro, *parts, *elsewhere)["total_covered"] == (20, 200)

    def test_a_mean_of_months_and_a_rounded_average_add_up(self, warehouse: Warehouse) -> None:
        """One county from its quarters, another from its annual file."""
        places = PLACES | {"period": "2016", "quarter": 0}
        warehouse.insert("core.region_periods", {"area_fips": "41051"}, {"area_fips": "41067"}, **places)
        cells = [{**total("41051", "5", 10.25, 100 + 1 / 3), "wages_usd": 5}, {**total("41067", "5", 7, 50)}]
        warehouse.insert("core.period_cells", *cells, quarter=0)
        row = {row["ownership"]: row for row in warehouse.run("core.region_totals")}["private"]
        assert (row["establishments"], row["wages_usd"]) == (17.25, 50_005)
        assert row["employment"] == pytest.approx(150 + 1 / 3)


def add_groups(warehouse: Warehouse) -> None:
    """Two sectors and their overlap, the union, the gross sum and a lens."""
    kinds = {"health": "sector", "child_care": "sector", "union": "union", "gross": "gross", "lens": "lens"}
    rows: list[Row] = [{"group_key": f"strict:{key}", "kind": kind, "sector": key} for key, kind in kinds.items()]
    rows.append({"group_key": "strict:overlap", "kind": "overlap", "sector": "health", "other_sector": "child_care"})
    warehouse.insert("core.industry_groups", *rows, definition="strict")
    broad = {"group_key": "broad:health", "kind": "sector", "sector": "health"}
    warehouse.insert("core.industry_groups", broad, {**broad, "group_key": "broad:gross", "kind": "gross"},
                     definition="broad")  # fmt: skip


def part(group: str, area: str, establishments: float, employment: float, **more: object) -> Row:
    key = group if ":" in group else f"strict:{group}"
    known = {"establishments_published": establishments, "employment_known": employment}
    row: Row = {"source": "bls", "group_key": key, "area_fips": area, "own_code": "5", "establishments": establishments}
    return row | known | {"wages_known": int(1000 * employment), "total_cells": 2} | more


class TestGroups:
    @pytest.fixture
    def grouped(self, metro: Warehouse) -> Warehouse:
        add_groups(metro)
        return metro

    def found(self, warehouse: Warehouse, *parts: Row) -> dict[tuple[str, str], Row]:
        warehouse.insert("core.group_totals", *parts, period="2016-Q1", year=2016, quarter=1)
        rows = warehouse.run("core.region_groups")
        assert warehouse.broken_contracts("core.region_groups") == []
        return {(row["group_key"], row["ownership"]): row for row in rows}

    def test_areas_and_ownerships_are_added_up(self, grouped: Warehouse) -> None:
        found = self.found(
            grouped,
            part("health", "41051", 10, 100, hidden_cells=1, establishments_published=8),
            part("health", "41067", 5, 50, hidden_cells=2, establishments_published=4),
            part("health", "41067", 2, 30, own_code="3"),
            part("health", "41067", 1, 10, own_code="1"),
        )
        private = found["strict:health", "private"]
        assert (private["establishments"], private["establishments_published"]) == (15, 12)
        assert (private["employment_known"], private["wages_known"]) == (150, 150_000)
        assert (private["hidden_cells"], private["total_cells"]) == (3, 4)
        assert found["strict:health", "government"]["employment_known"] == 40
        assert found["strict:health", "total_covered"]["employment_known"] == 190

    def test_a_group_without_an_establishment_is_zero(self, grouped: Warehouse) -> None:
        found = self.found(grouped, part("health", "41051", 10, 100))
        nothing = found["strict:child_care", "private"]
        assert (nothing["establishments"], nothing["employment_known"], nothing["total_cells"]) == (0, 0, 0)
        groups = 8  # six strict, two broad
        assert len(found) == groups * 6, "each group and ownership has a row"

    def test_the_gross_sum_counts_overlaps_twice_and_lenses_not_at_all(self, grouped: Warehouse) -> None:
        found = self.found(
            grouped,
            part("health", "41051", 10, 100, hidden_cells=1),
            part("child_care", "41051", 4, 40, hidden_cells=1),
            part("overlap", "41051", 4, 40),
            part("union", "41051", 10, 100),
            part("lens", "41051", 3, 30),
            part("broad:health", "41051", 99, 990),
        )
        gross = found["strict:gross", "private"]
        assert (gross["establishments"], gross["establishments_published"]) == (14, 14)
        assert (gross["employment_known"], gross["wages_known"]) == (140, 140_000)
        assert (gross["hidden_cells"], gross["total_cells"]) == (2, 4)
        assert found["strict:union", "private"]["employment_known"] == 100
        assert found["broad:gross", "private"]["employment_known"] == 990, "each reading has its own sum"

    def test_refused_groups_are_left_out_not_zero(self, grouped: Warehouse) -> None:
        refused = ({"group_key": f"strict:{key}"} for key in ("child_care", "union", "gross", "overlap"))
        grouped.insert("core.refused_groups", *refused, source="bls", naics_vintage=2012)
        other = {"source": "qualityinfo", "naics_vintage": 2012, "group_key": "strict:health"}
        grouped.insert("core.refused_groups", other, {**other, "source": "bls", "naics_vintage": 2022})
        found = self.found(grouped, part("health", "41051", 10, 100), part("child_care", "41051", 4, 40))
        assert {key for key, _ in found} == {"strict:health", "strict:lens", "broad:health", "broad:gross"}

    def test_other_sources_areas_and_periods_are_not_counted(self, grouped: Warehouse) -> None:
        own = part("health", "41051", 10, 100)
        others = [{**own, "source": "qualityinfo"}, {**own, "area_fips": "53011"}, {**own, "own_code": "8"}]
        later = {**own, "period": "2016-Q2", "quarter": 2, "year": 2016}
        grouped.insert("core.group_totals", later)
        found = self.found(grouped, own, *others)
        assert found["strict:health", "private"]["employment_known"] == 100
        assert found["strict:health", "total_covered"]["employment_known"] == 100


class TestMeasures:
    @staticmethod
    def measures(warehouse: Warehouse, total: Row, group: Row, ownership: str = "private") -> dict[str, Row]:
        """The three measures of the one group of the one region."""
        key = {"region": "metro", "period": "2016-Q1", "ownership": ownership}
        warehouse.insert("core.region_totals", total, **key)
        warehouse.insert("core.region_groups", {"group_key": "strict:health", **group}, **key)
        rows = warehouse.run("core.region_measures")
        assert warehouse.broken_contracts("core.region_measures") == []
        return {row["measure"]: row for row in rows}

    def test_each_measure_stands_beside_the_regions_total(self, warehouse: Warehouse) -> None:
        found = self.measures(
            warehouse,
            {"establishments": 100, "employment": 1000, "wages_usd": 5_000_000},
            {"establishments": 20, "establishments_published": 15, "employment_known": 300, "wages_known": 1_000_000,
             "hidden_cells": 2, "total_cells": 9},
        )  # fmt: skip
        by_measure = {
            measure: tuple(row[name] for name in ("known", "total", "known_share", "coverage_establishments"))
            for measure, row in found.items()
        }
        assert by_measure == {
            "businesses": (20, 100, 0.2, 1.0),
            "employment": (300, 1000, 0.3, 0.75),
            "wages": (1_000_000, 5_000_000, 0.2, 0.75),
        }
        hidden = {measure: (row["hidden_cells"], row["total_cells"]) for measure, row in found.items()}
        assert hidden == {"businesses": (0, 9), "employment": (2, 9), "wages": (2, 9)}

    def test_a_hidden_total_makes_the_share_null_never_zero(self, warehouse: Warehouse) -> None:
        found = self.measures(
            warehouse,
            {"establishments": 10, "employment": None, "wages_usd": None},
            {"establishments": 5, "establishments_published": 5, "employment_known": 30, "wages_known": 1000},
        )
        assert (found["employment"]["known"], found["employment"]["total"]) == (30, None)
        assert found["employment"]["known_share"] is None
        assert found["wages"]["known_share"] is None
        assert found["businesses"]["known_share"] == 0.5

    def test_a_region_without_establishments_of_the_ownership_has_no_share(self, warehouse: Warehouse) -> None:
        found = self.measures(warehouse, {"employment": 0, "wages_usd": 0}, {"establishments": 0})
        assert {row["known_share"] for row in found.values()} == {None}
        assert {row["coverage_establishments"] for row in found.values()} == {None}
        assert {row["known"] for row in found.values()} == {0}
