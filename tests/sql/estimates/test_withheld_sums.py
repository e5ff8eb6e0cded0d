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
