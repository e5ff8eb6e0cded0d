"""Laws of what is known, on random economies whose truth is known: random trees, sectors, areas and suppression.

The truth is drawn at the finest industries and added up exactly; any cells may be hidden. What the models find is held
against a recursion over the tree that says the same in other words: at each node, its own row if it lies wholly inside
the group and is published, else what is known of its children.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.sql.conftest import NewWarehouse, Row, Warehouse

CLASSIFICATION = (
    "core.naics_ancestry",
    "core.industry_group_leaves",
    "core.industry_groups",
    "core.industry_group_codes",
)
REGION = (
    *("core.region_totals", "core.region_groups", "core.region_measures"),
    *("estimates.figure_estimates", "marts.sector_measures"),
)
CHECKS = (
    *("checks.sector_exceeds_region", "checks.union_exceeds_gross", "checks.union_below_part"),
    *("checks.estimates_out_of_order", "checks.withheld_figures_shown"),
)
SECTORS = ("one", "other", "third")

few = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


class Figures(NamedTuple):
    """Establishments, jobs and wages of a cell, or of several added up."""

    establishments: int = 0
    jobs: int = 0
    wages: int = 0

    def plus(self, other: Figures) -> Figures:
        return Figures(*(one + another for one, another in zip(self, other, strict=True)))


@dataclass
class Economy:
    """Parents of all industries, codes of each sector, the truth of each place's finest industries; nothing hidden yet.

    A place is an area and an ownership. Of codes of the skipped length no rows are published at all.
    """

    parents: dict[str, str]
    sectors: dict[str, list[str]]
    truth: dict[tuple[str, str], dict[str, Figures]]
    skipped_length: int = 0

    def __post_init__(self) -> None:
        self.children: dict[str, list[str]] = {code: [] for code in ("10", *self.parents)}
        for code, parent in self.parents.items():
            self.children[parent].append(code)
        self.leaves: dict[str, frozenset[str]] = {}
        for code in reversed(self.children):  # parents come before their children
            below = [self.leaves[child] for child in self.children[code]]
            self.leaves[code] = frozenset[str]().union(*below) if below else frozenset({code})
        self.rows = {place: self._rows(place) for place in self.truth}
        self.hidden: set[tuple[str, str, str]] = set()

    def group(self, *sectors: str) -> frozenset[str]:
        """Finest industries of a sector, or of the union of several."""
        return frozenset[str]().union(*(self.leaves[code] for sector in sectors for code in self.sectors[sector]))

    def sum(self, place: tuple[str, str], leaves: frozenset[str]) -> Figures:
        total = Figures()
        for leaf, figures in self.truth[place].items():
            if leaf in leaves:
                total = total.plus(figures)
        return total

    def _rows(self, place: tuple[str, str]) -> dict[str, Figures]:
        """The figures of every row there is of a place."""
        return {
            code: self.sum(place, self.leaves[code])
            for code in self.children
            if len(code) != self.skipped_length and self.leaves[code] & self.truth[place].keys()
        }

    def cells(self) -> Iterator[Row]:
        for area, own in self.truth:
            for code, figures in self.rows[area, own].items():
                row: Row = {"area_fips": area, "own_code": own, "industry_code": code}
                row["establishments"] = figures.establishments
                if (area, own, code) in self.hidden:
                    yield row | {"disclosure": "suppressed"}
                else:
                    yield row | {"employment": figures.jobs, "wages_usd": figures.wages}

    def known(self, place: tuple[str, str], group: frozenset[str], code: str = "10") -> Figures:
        """What the topmost published rows below a node tell of a group."""
        row = self.rows[place].get(code)
        if row and self.leaves[code] <= group and (*place, code) not in self.hidden:
            return row
        total = Figures()
        for child in self.children[code]:
            total = total.plus(self.known(place, group, child))
        return total

    def hidden_leaves(self, place: tuple[str, str], group: frozenset[str], code: str = "10") -> int:
        """How many of the finest rows of a group have no published row at or above them inside it."""
        row = self.rows[place].get(code)
        if row and self.leaves[code] <= group and (*place, code) not in self.hidden:
            return 0
        children = self.children[code]
        if not children:
            return int(row is not None and code in group)
        return sum(self.hidden_leaves(place, group, child) for child in children)


@st.composite
def economies(draw: st.DrawFn) -> Economy:
    parents: dict[str, str] = {}
    layer = ["10"]
    for digits in range(2, 7):
        children = [
            f"{'2' if code == '10' else code}{number}"
            for code in layer
            for number in range(1, 1 + draw(st.integers(1, 3 if digits < 5 else 2)))
        ]
        parents |= {child: "10" if digits == 2 else child[:-1] for child in children}
        layer = children
    codes = st.lists(st.sampled_from(sorted(parents)), min_size=1, max_size=3, unique=True)
    sectors = draw(st.fixed_dictionaries({SECTORS[0]: codes}, optional=dict.fromkeys(SECTORS[1:], codes)))
    if siblings := [code for code in sorted(parents) if code.endswith("2")]:
        # often two sectors fill a node that neither fills alone
        second = draw(st.sampled_from(siblings))
        sectors |= draw(st.sampled_from([{}, {SECTORS[0]: [second[:-1] + "1"], SECTORS[1]: [second]}]))
    figures = st.builds(Figures, st.integers(1, 5), st.integers(1, 99), st.integers(1, 9999))
    places = draw(st.sampled_from([["5"], ["5", "3"]]))
    truth = {
        (area, own): draw(st.dictionaries(st.sampled_from(layer), figures, min_size=1, max_size=12))
        for area in ("41051", "41067")
        for own in places
    }
    economy = Economy(parents, sectors, truth, skipped_length=draw(st.sampled_from([0, 0, 3, 4, 5])))
    random, density = draw(st.randoms(use_true_random=False)), draw(st.sampled_from([0.1, 0.5, 0.9]))
    keys = [(row["area_fips"], row["own_code"], row["industry_code"]) for row in economy.cells()]
    economy.hidden = {key for key in keys if random.random() < density}
    return economy


def fill(warehouse: Warehouse, economy: Economy) -> None:
    """The economy as the models find it, classified."""
    root = {"industry_code": "10", "naics_level": 0}
    below = ({"industry_code": code, "parent_code": parent} for code, parent in economy.parents.items())
    levels = ({**row, "naics_level": len(row["industry_code"]) + 2} for row in below)
    warehouse.insert("reference.naics", root, *levels, naics_vintage=2012)
    warehouse.add_sectors(*SECTORS)
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.add_sectors("sum_of_sectors", kind="gross")
    for sector, codes in economy.sectors.items():
        warehouse.define(sector, *codes)
    warehouse.insert("core.period_cells", *economy.cells())
    warehouse.build(*CLASSIFICATION, "core.group_totals")


def known_rows(warehouse: Warehouse) -> dict[tuple[str, ...], Row]:
    return {(row["group_key"], row["area_fips"], row["own_code"]): row for row in warehouse.rows("core.group_totals")}


def groups(economy: Economy) -> dict[str, frozenset[str]]:
    found = {f"strict:{sector}": economy.group(sector) for sector in economy.sectors}
    return found | {"strict:all_target_sectors": economy.group(*economy.sectors)}


@few
@given(economy=economies())
def test_group_totals_are_those_of_the_topmost_published_rows(new_warehouse: NewWarehouse, economy: Economy) -> None:
    with new_warehouse() as warehouse:
        fill(warehouse, economy)
        rows = known_rows(warehouse)
        for key, group in groups(economy).items():
            for place in economy.truth:
                truth, known = economy.sum(place, group), economy.known(place, group)
                row = rows.pop((key, *place), None)
                if row is None:
                    assert truth == Figures()
                    continue
                assert row["establishments"] == truth.establishments, "establishments are never hidden"
                assert (row["establishments_published"], row["employment_known"], row["wages_known"]) == known
                assert row["hidden_cells"] == economy.hidden_leaves(place, group)
                assert row["total_cells"] == len(group & economy.truth[place].keys())
                assert row["employment_known"] <= truth.jobs
                # every establishment here has jobs: nothing hidden and everything known are the same
                assert (row["hidden_cells"] == 0) == (row["employment_known"] == truth.jobs)
                assert (row["hidden_cells"] == 0) == (row["wages_known"] == truth.wages)
        assert all("+" in key for key, *_ in rows), "only overlaps are left"


@few
@given(economy=economies(), data=st.data())
def test_disclosing_a_cell_never_lowers_what_is_known(
    new_warehouse: NewWarehouse, economy: Economy, data: st.DataObject
) -> None:
    with new_warehouse() as warehouse:
        fill(warehouse, economy)
        before = known_rows(warehouse)
        economy.hidden -= data.draw(st.sets(st.sampled_from(sorted(economy.hidden)))) if economy.hidden else set()
        warehouse.connection.execute("DELETE FROM core.period_cells")
        warehouse.insert("core.period_cells", *economy.cells())
        warehouse.build("core.group_totals")
        after = known_rows(warehouse)
        assert before.keys() == after.keys()
        for key, row in before.items():
            for more in ("employment_known", "wages_known", "establishments_published"):
                assert after[key][more] >= row[more]
            assert after[key]["hidden_cells"] <= row["hidden_cells"]
            assert after[key]["establishments"] == row["establishments"]


@few
@given(economy=economies())
def test_the_union_lies_between_each_sector_and_their_sum(new_warehouse: NewWarehouse, economy: Economy) -> None:
    with new_warehouse() as warehouse:
        fill(warehouse, economy)
        places = ({"region": "both", "area_fips": area} for area in sorted({area for area, _ in economy.truth}))
        shared = {"period": "2016-Q1", "year": 2016, "quarter": 1, "source": "bls", "basis": "counties"}
        warehouse.insert("core.region_periods", *places, **shared)
        warehouse.build(*REGION)
        assert warehouse.broken_contracts(*REGION) == []
        assert [row for check in CHECKS for row in warehouse.query(check)] == []
        for ownership in ("private", "government", "total_covered"):
            for measure in ("businesses", "employment", "wages"):
                found = {
                    row["sector"]: row
                    for row in warehouse.rows("marts.sector_measures", ownership=ownership, measure=measure)
                }
                for row in found.values():
                    assert row["known"] is not None or row["hidden_cells"] > 0, "unknown only where all is hidden"
                sectors = [found[sector]["known"] or 0 for sector in economy.sectors]
                union, gross = found["all_target_sectors"], found["sum_of_sectors"]
                assert (gross["known"] or 0) == sum(sectors)
                assert (union["known"] or 0) >= max(sectors)
                assert union["total_cells"] <= gross["total_cells"]
                if gross["hidden_cells"] == 0:
                    assert union["known"] <= gross["known"]
