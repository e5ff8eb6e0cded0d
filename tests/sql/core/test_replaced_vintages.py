"""What was said before: each replaced vintage as it stood, and what regions and sectors were with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.sql.conftest import NewWarehouse, Row, Warehouse

CELLS = ("core.vintages", "core.qcew_cells", "core.replaced_cells")
FIGURES = (
    *CELLS,
    *("core.annual_file_cells", "core.qcew_annual", "core.period_cells", "core.naics_ancestry"),
    *("core.industry_group_leaves", "core.industry_groups", "core.industry_group_codes", "core.refused_groups"),
    *("core.region_coverage", "core.region_periods", "core.replaced_regions", "core.group_totals"),
    *("core.region_totals", "core.region_groups", "core.region_measures"),
)
FIGURES_OF_A_CELL = ("disclosure", "establishments", "average_employment", "wages_usd", "capture_sha256")
INDUSTRIES = ("62", "621", "621111", "624410")
TOTAL = {"own_code": "0", "industry_code": "10", "establishments": 9}


def cell(industry: str, establishments: int, jobs: int | None, own_code: str = "5") -> Row:
    """A cell, hidden where jobs is None; everybody earns $1,000 in the quarter."""
    row: Row = {"industry_code": industry, "own_code": own_code, "establishments": establishments}
    if jobs is None:
        return row | {"disclosure": "suppressed"}
    return row | {"jobs": jobs, "wages_usd": 1000 * jobs}


def held(rows: Iterable[Row]) -> dict[tuple[str, str], tuple[object, ...]]:
    return {(row["own_code"], row["industry_code"]): tuple(row[name] for name in FIGURES_OF_A_CELL) for row in rows}


def test_a_replaced_vintage_is_the_whole_file_with_the_parts_that_came_after_it(warehouse: Warehouse) -> None:
    warehouse.add_captures("first", "part", "second", "third")
    for capture, jobs in (("first", 10), ("second", 20), ("third", 30)):
        rows = (TOTAL, cell("62", 2, jobs), cell("621111", 1, None))
        warehouse.insert("raw.quarterly_cells", *rows, capture_sha256=capture)
    warehouse.insert("raw.quarterly_cells", cell("62", 2, 11), cell("23", 1, 5), capture_sha256="part")
    warehouse.build(*CELLS)
    assert warehouse.broken_contracts(*CELLS) == []
    found = [
        (row["vintage_number"], row["newer_vintages"], row["industry_code"], row["average_employment"])
        for row in warehouse.rows("core.replaced_cells", own_code="5")
    ]
    assert sorted(found, key=str) == [
        (1, 2, "23", 5.0),
        (1, 2, "62", 11.0),
        (1, 2, "621111", None),
        (2, 1, "62", 20.0),
        (2, 1, "621111", None),
    ]
    warehouse.build("core.qcew_annual", "core.period_cells")
    vintages = [(row["vintage"], row["employment"]) for row in warehouse.rows("core.period_cells", industry_code="62")]
    assert vintages == [("in_force", 30.0), ("replaced", 20.0)], "only the one just before is beside the one in force"


def test_an_industry_before_any_whole_file_is_no_vintage(warehouse: Warehouse) -> None:
    warehouse.add_captures("part", "whole")
    warehouse.insert("raw.quarterly_cells", cell("62", 2, 10), capture_sha256="part")
    warehouse.insert("raw.quarterly_cells", TOTAL, cell("621111", 1, 5), capture_sha256="whole")
    warehouse.build(*CELLS)
    assert warehouse.rows("core.replaced_cells") == []


class File(NamedTuple):
    """A capture: whole or in part, with the jobs of its industries, None where hidden."""

    is_whole: bool
    jobs: dict[str, int | None]


_FILES = st.builds(
    File, st.booleans(), st.dictionaries(st.sampled_from(INDUSTRIES), st.none() | st.integers(0, 9), min_size=1)
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(files=st.lists(_FILES, min_size=1, max_size=6))
def test_a_replaced_vintage_is_what_was_in_force_before_the_next_whole_file(
    new_warehouse: NewWarehouse, files: Sequence[File]
) -> None:
    def build(warehouse: Warehouse, captured: Sequence[File]) -> None:
        for order, file in enumerate(captured, start=1):
            name = f"{order:02}"
            warehouse.insert("raw.captures", {"capture_sha256": name, "vintage_order": order})
            whole = (TOTAL, cell("621111", 1, file.jobs.get("621111", 3)))
            others = (cell(code, 1, jobs) for code, jobs in file.jobs.items() if code != "621111")
            # a part has no total covered: it never is a whole area
            rows = [*whole, *others] if file.is_whole else [cell(code, 1, jobs) for code, jobs in file.jobs.items()]
            warehouse.insert("raw.quarterly_cells", *rows, capture_sha256=name)
        warehouse.build(*CELLS)

    whole = [position for position, file in enumerate(files) if file.is_whole]
    with new_warehouse() as warehouse:
        build(warehouse, files)
        replaced = {n: held(warehouse.rows("core.replaced_cells", vintage_number=n)) for n in range(1, len(whole) + 1)}
    for number, next_whole in enumerate(whole[1:], start=1):
        with new_warehouse() as warehouse:
            build(warehouse, files[:next_whole])
            # the parts before the first whole file are another vintage; they are in force until it comes
            assert replaced[number] == held(warehouse.rows("core.qcew_cells"))
    assert replaced.get(len(whole), {}) == {}


class TestRegions:
    """Two counties; the first gets a newer file, in which health grew and child care was published."""

    OLD = (cell("10", 60, 600), cell("62", 20, 200), cell("621111", 12, 120), cell("624410", 8, None))
    NEW = (cell("10", 61, 610), cell("62", 21, 220), cell("621111", 12, 125), cell("624410", 9, 95))
    OTHER = (cell("10", 40, 400), cell("62", 10, 100), cell("621111", 10, 100))

    @pytest.fixture
    def counties(self, warehouse: Warehouse) -> Warehouse:
        warehouse.add_industries(
            "10 > 102 > 1025 > 62 > 621 > 6211 > 62111 > 621111", "62 > 624 > 6244 > 62441 > 624410"
        )
        warehouse.add_industries("10 > 101 > 1012 > 23 > 236 > 2361 > 23611 > 236115")  # in no sector
        warehouse.add_sectors("health", "child_care")
        warehouse.add_sectors("sum_of_sectors", kind="gross")
        warehouse.define("health", "62")
        warehouse.define("child_care", "624410")
        for region, areas in {"metro": ("41051", "41067"), "other": ("41067",)}.items():
            warehouse.insert("reference.regions", {"region": region, "region_name": region})
            warehouse.insert("reference.region_areas", *({"area_fips": area} for area in areas), region=region)
        self.capture(warehouse, "old", "41051", *self.OLD)
        self.capture(warehouse, "other", "41067", *self.OTHER)
        return warehouse

    @staticmethod
    def capture(warehouse: Warehouse, name: str, area: str, *rows: Row, quarter: int = 1) -> None:
        if not warehouse.rows("raw.captures", capture_sha256=name):
            warehouse.add_captures(name)
        total = {**rows[0], "own_code": "0"}
        warehouse.insert("raw.quarterly_cells", total, *rows, capture_sha256=name, area_fips=area, quarter=quarter)

    @staticmethod
    def figures(warehouse: Warehouse, vintage: str, region: str = "metro") -> dict[tuple[str, ...], tuple[object, ...]]:
        names = ("known", "total", "known_share", "coverage_establishments", "hidden_cells", "total_cells")
        return {
            (row["group_key"], row["period"], row["ownership"], row["measure"]): tuple(row[name] for name in names)
            for row in warehouse.rows("core.region_measures", vintage=vintage, region=region)
        }

    def test_what_a_region_was_is_what_it_was_before_the_file_came(self, counties: Warehouse) -> None:
        counties.build(*FIGURES)
        assert counties.rows("core.replaced_regions") == []
        assert counties.rows("core.region_measures", vintage="replaced") == []
        then = self.figures(counties, "in_force")
        self.capture(counties, "new", "41051", *self.NEW)
        counties.build(*FIGURES)
        assert counties.broken_contracts(*FIGURES) == []
        assert self.figures(counties, "replaced") == then
        assert self.figures(counties, "in_force") != then
        assert self.figures(counties, "replaced", "other") == {}, "nothing of this region was replaced"

    def test_the_figures_before_and_after(self, counties: Warehouse) -> None:
        self.capture(counties, "new", "41051", *self.NEW)
        counties.build(*FIGURES)
        found = {
            (vintage, group, measure): self.figures(counties, vintage)[f"strict:{group}", "2016-Q1", "private", measure]
            for vintage in ("replaced", "in_force")
            for group in ("health", "child_care", "sum_of_sectors")
            for measure in ("businesses", "employment")
        }
        known = {key: figure[:2] for key, figure in found.items()}
        assert known == {
            ("replaced", "health", "businesses"): (30, 100),
            ("replaced", "health", "employment"): (300, 1000),
            ("replaced", "child_care", "businesses"): (8, 100),
            ("replaced", "child_care", "employment"): (None, 1000),
            ("replaced", "sum_of_sectors", "businesses"): (38, 100),
            ("replaced", "sum_of_sectors", "employment"): (300, 1000),
            ("in_force", "health", "businesses"): (31, 101),
            ("in_force", "health", "employment"): (320, 1010),
            ("in_force", "child_care", "businesses"): (9, 101),
            ("in_force", "child_care", "employment"): (95, 1010),
            ("in_force", "sum_of_sectors", "businesses"): (40, 101),
            ("in_force", "sum_of_sectors", "employment"): (415, 1010),
        }
        areas = [
            (row["area_fips"], row["area_vintage"]) for row in counties.rows("core.replaced_regions", region="metro")
        ]
        assert areas == [("41051", "replaced"), ("41067", "in_force")]

    def test_another_quarter_and_a_whole_year_have_no_before(self, counties: Warehouse) -> None:
        for quarter in (2, 3, 4):
            self.capture(counties, "old", "41051", *self.OLD, quarter=quarter)
            self.capture(counties, "other", "41067", *self.OTHER, quarter=quarter)
        self.capture(counties, "new", "41051", *self.NEW)
        counties.build(*FIGURES)
        periods = {vintage: {key[1] for key in self.figures(counties, vintage)} for vintage in ("replaced", "in_force")}
        assert periods["replaced"] == {"2016-Q1"}
        assert periods["in_force"] == {"2016", *(f"2016-Q{quarter}" for quarter in (1, 2, 3, 4))}

    def test_tables_of_today_read_only_what_is_in_force(self, counties: Warehouse) -> None:
        self.capture(counties, "new", "41051", *self.NEW)
        made = (*FIGURES, "estimates.figure_estimates", "marts.sector_measures", "marts.sector_overlap")
        counties.build(*made)
        assert counties.broken_contracts(*made) == []
        health = {"sector": "health", "region": "metro", "ownership": "private"}
        figures = {row["measure"]: row["known"] for row in counties.rows("marts.sector_measures", **health)}
        assert figures == {"businesses": 31, "employment": 320, "wages": 320_000}
        overlap = {"region": "metro", "ownership": "private", "measure": "businesses"}
        assert counties.row("marts.sector_overlap", **overlap)["known"] == 9
        assert counties.query("checks.known_parts_agree") == []
        assert counties.query("checks.unknown_industries") == []
