"""A line that is withheld takes along the sums that would give it back by one subtraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

HIDDEN = {"known": 700, "total": 2000, "known_share": 0.35, "hidden_cells": 3, "total_cells": 9}
NUMBERS = dict.fromkeys(("lower", "interval90_lower", "estimate", "interval90_upper", "upper"), 900)
SHARES = {f"{name}_share": 0.45 for name in NUMBERS}
FOUND = NUMBERS | SHARES | {"known": 700, "hidden_cells": 3, "hidden_establishments": 9}
GROUPS = {"health": "sector", "energy": "sector", "health+energy": "overlap", "sum_of_sectors": "gross"}

Line = tuple[int, str, str]


def statuses(warehouse: Warehouse, lines: list[Line], withheld: set[Line]) -> dict[Line, str]:
    """Of lines (quarter, ownership, group) of one region and year, some of which are withheld by themselves."""
    groups: list[Row] = [
        {"group_key": f"strict:{group}", "definition": "strict", "kind": kind, "sector": group.split("+")[0]}
        for group, kind in GROUPS.items()
    ]
    warehouse.insert("core.industry_groups", *groups)
    for quarter in sorted({quarter for quarter, *_ in lines}):
        period = f"2016-Q{quarter}" if quarter else "2016"
        where: Row = {"region": "metro", "period": period}
        warehouse.insert("core.region_periods", where | {"area_fips": "41051", "year": 2016, "quarter": quarter,
                                                         "source": "bls", "basis": "counties"})  # fmt: skip
    for line in lines:
        quarter, ownership, group = line
        key: Row = {"group_key": f"strict:{group}", "region": "metro", "ownership": ownership, "measure": "employment"}
        period = f"2016-Q{quarter}" if quarter else "2016"
        warehouse.insert("core.region_measures", key | HIDDEN | {"period": period})
        found = key | FOUND | {"source": "bls", "year": 2016, "quarter": quarter, "is_withheld": line in withheld}
        warehouse.insert("estimates.region_estimates", found)
    warehouse.build("estimates.asked_regions", "estimates.figure_estimates")
    return {
        (int(row["period"][6:] or 0), row["ownership"], row["group_key"].removeprefix("strict:")): row[
            "estimate_status"
        ]
        for row in warehouse.rows("estimates.figure_estimates")
    }


def withheld_lines(found: dict[Line, str]) -> set[Line]:
    assert set(found.values()) <= {"estimated", "withheld_single_cell"}
    return {line for line, status in found.items() if status == "withheld_single_cell"}


def test_a_year_goes_with_any_of_its_quarters(warehouse: Warehouse) -> None:
    lines = [(quarter, "private", group) for quarter in range(5) for group in ("health", "energy")]
    found = withheld_lines(statuses(warehouse, lines, {(4, "private", "health")}))
    assert found == {(4, "private", "health"), (0, "private", "health")}


@pytest.mark.parametrize(
    ("withheld", "sums"),
    [
        ("private", {"total_covered"}),
        ("government", {"total_covered"}),
        ("state_government", {"government", "total_covered"}),
        ("total_covered", set()),
    ],
)
def test_ownerships_of_several_go_with_any_of_their_parts(warehouse: Warehouse, withheld: str, sums: set[str]) -> None:
    owners = ("private", "federal_government", "state_government", "local_government", "government", "total_covered")
    lines = [(1, owner, "health") for owner in owners]
    found = withheld_lines(statuses(warehouse, lines, {(1, withheld, "health")}))
    assert found == {(1, owner, "health") for owner in sums | {withheld}}


def test_the_gross_sum_goes_with_any_of_its_sectors_and_not_with_an_overlap(warehouse: Warehouse) -> None:
    lines = [(1, "private", group) for group in GROUPS]
    sector = (1, "private", "energy")
    assert withheld_lines(statuses(warehouse, lines, {sector})) == {sector, (1, "private", "sum_of_sectors")}


def test_an_overlap_alone_takes_nothing_along(warehouse: Warehouse) -> None:
    overlap = (1, "private", "health+energy")
    assert withheld_lines(statuses(warehouse, [(1, "private", group) for group in GROUPS], {overlap})) == {overlap}


@pytest.mark.parametrize(
    ("cells", "establishments", "withheld"),
    [(1, 9, True), (2, 2, True), (2, 3, False), (0, 0, False)],
    ids=["a single cell", "two establishments", "enough", "nothing"],
)
def test_a_sector_goes_where_a_part_of_it_leaves_too_little(
    warehouse: Warehouse, cells: int, establishments: int, withheld: bool
) -> None:
    """The strict definition within the broad one, and the lens within both."""
    kinds = {"strict:energy": "sector", "broad:energy": "sector", "strict:solar": "lens", "strict:all": "union"}
    industries = {"strict:energy": "ab", "broad:energy": "abc", "strict:solar": "a", "strict:all": "abcd"}
    hidden = {"strict:energy": (3, 9), "strict:solar": (0, 0), "strict:all": (4 + cells, 12)}
    hidden["broad:energy"] = (3 + cells, 9 + establishments)
    found = _statuses_of_nested(warehouse, kinds, industries, hidden)
    assert [group for group, status in found.items() if status == "withheld_single_cell"] == (
        ["broad:energy"] if withheld else []
    )


def test_a_sector_stays_where_the_part_is_withheld_or_not_wholly_inside(warehouse: Warehouse) -> None:
    kinds = dict.fromkeys(("strict:energy", "broad:energy", "strict:homes", "broad:homes"), "sector")
    industries = {"strict:energy": "ab", "broad:energy": "bc", "strict:homes": "d", "broad:homes": "de"}
    hidden = {"strict:energy": (3, 9), "broad:energy": (4, 12), "strict:homes": (1, 9), "broad:homes": (2, 12)}
    found = _statuses_of_nested(warehouse, kinds, industries, hidden, withheld=("strict:homes",))
    assert [group for group, status in found.items() if status == "withheld_single_cell"] == ["strict:homes"]


def _statuses_of_nested(
    warehouse: Warehouse,
    kinds: dict[str, str],
    industries: dict[str, str],
    hidden: dict[str, tuple[int, int]],
    withheld: tuple[str, ...] = (),
) -> dict[str, str]:
    for group, kind in kinds.items():
        definition, sector = group.split(":")
        known: Row = {"group_key": group, "definition": definition, "kind": kind, "sector": sector}
        warehouse.insert("core.industry_groups", known)
        leaves = [known | {"naics_vintage": 2012, "industry_code": code} for code in industries[group]]
        warehouse.insert("core.industry_group_leaves", *leaves)
        key: Row = {"group_key": group, "region": "metro", "ownership": "private", "measure": "employment"}
        cells, establishments = hidden[group]
        warehouse.insert("core.region_measures", key | HIDDEN | {"period": "2016-Q1", "hidden_cells": cells or 1})
        counts: Row = {"hidden_cells": cells, "hidden_establishments": establishments, "is_withheld": group in withheld}
        warehouse.insert(
            "estimates.region_estimates", key | FOUND | {"source": "bls", "year": 2016, "quarter": 1} | counts
        )
    place: Row = {"region": "metro", "period": "2016-Q1", "area_fips": "41051", "year": 2016, "quarter": 1}
    warehouse.insert("core.region_periods", place | {"source": "bls", "basis": "counties"})
    warehouse.build("estimates.asked_regions", "estimates.figure_estimates")
    return {row["group_key"]: row["estimate_status"] for row in warehouse.rows("estimates.figure_estimates")}
