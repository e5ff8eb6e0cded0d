"""What people may read of an industry: exact, estimated from its hidden cells quarter by quarter, or withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

TREE = (
    "10 > 101 > 1013 > 31-33 > 335 > 3351 > 33511 > 335110",
    "3351 > 33512 > 335121 335122",
    "335 > 3352 > 33521 > 335210 335220",
)
MODELS = ("core.industry_parts", "core.region_industries", "estimates.industry_estimates")
MONTHS = ("month1_employment", "month2_employment", "month3_employment")
QUARTERS = (1, 2, 3, 4)


@pytest.fixture
def county(warehouse: Warehouse) -> Warehouse:
    """A region of one county with four quarters of 2016."""
    warehouse.add_industries(*TREE)
    warehouse.build("core.naics_ancestry")
    add_region(warehouse, "here", "41051")
    return warehouse


def add_region(warehouse: Warehouse, region: str, area: str) -> None:
    for quarter in QUARTERS:
        place = {"region": region, "period": f"2016-Q{quarter}", "year": 2016, "quarter": quarter, "area_fips": area}
        warehouse.insert("core.region_periods", place, source="bls", revision_status="final")


def hide(warehouse: Warehouse, *codes: str, quarters: tuple[int, ...] = QUARTERS, **where: object) -> None:
    """Suppressed cells of two establishments each."""
    cells = [{"industry_code": code, "quarter": quarter} for code in codes for quarter in quarters]
    warehouse.insert("core.period_cells", *cells, **{"establishments": 2, "disclosure": "suppressed", **where})


def publish(warehouse: Warehouse, code: str, jobs: float, quarters: tuple[int, ...] = QUARTERS) -> None:
    """A published cell; everybody earns $1,000 a quarter."""
    cells = [{"industry_code": code, "quarter": quarter} for quarter in quarters]
    warehouse.insert("core.period_cells", *cells, employment=jobs, wages_usd=round(1000 * jobs), establishments=2)


def estimate(
    warehouse: Warehouse,
    code: str,
    lower: int,
    middle: float,
    upper: int,
    quarters: tuple[int, ...] = QUARTERS,
    **where: object,
) -> None:
    """Bounds and estimate of a hidden cell's jobs, the same in every month; wages are a thousand times as many."""
    rows: list[Row] = [
        {
            "measure": measure,
            "quarter": quarter,
            "lower": size * lower,
            "estimate": size * middle,
            "upper": size * upper,
        }
        for quarter in quarters
        for measure, size in [*((month, 1) for month in MONTHS), ("wages", 1000)]
    ]
    place = {"source": "bls", "area_fips": "41051", "own_code": "5", "industry_code": code, "year": 2016}
    warehouse.insert("estimates.hidden_cells", *rows, **place | where)


def found(warehouse: Warehouse, code: str, region: str = "here") -> tuple[object, ...]:
    """(status, then lower, estimate and upper of jobs) of an industry; wages must say the same."""
    warehouse.build(*MODELS)
    assert warehouse.broken_contracts(*MODELS) == []
    row = warehouse.row("estimates.industry_estimates", industry_code=code, region=region)
    jobs, wages = ([row[f"{part}_{name}"] for part in ("lower", "estimate", "upper")] for name in ("jobs", "wages"))
    assert wages == [None if number is None else 4000 * number for number in jobs]
    return row["estimate_status"], *jobs


def test_what_is_published_is_exact(county: Warehouse) -> None:
    publish(county, "335", 30)
    hide(county, "3351", "335110")
    assert found(county, "335") == ("published", 30, 30, 30)


def test_hidden_cells_are_added_to_what_is_known(county: Warehouse) -> None:
    hide(county, "335", "335110", "335210")
    publish(county, "335220", 7)
    estimate(county, "335110", 1, 4, 9)
    estimate(county, "335210", 0, 2, 3)
    assert found(county, "335") == ("estimated", 8, 13, 19)


def test_a_year_adds_published_quarters_and_estimated_ones(county: Warehouse) -> None:
    publish(county, "335", 20, quarters=(1, 2, 3))
    hide(county, "335", "335110", "335210", quarters=(4,))
    for code in ("335110", "335210"):
        estimate(county, code, 4, 6, 12, quarters=(4,))
    assert found(county, "335") == ("estimated", 17, 18, 21)


@pytest.mark.parametrize("quarters", [QUARTERS, (3,)])
def test_a_single_cell_is_withheld_if_only_in_one_quarter(county: Warehouse, quarters: tuple[int, ...]) -> None:
    others = tuple(set(QUARTERS) - set(quarters))
    publish(county, "335", 20, quarters=others)
    hide(county, "335", "335110", quarters=quarters)
    estimate(county, "335110", 1, 4, 9, quarters=quarters)
    assert found(county, "335") == ("withheld_single_cell", 5 * len(others), None, None)


def test_two_cells_of_one_establishment_are_withheld(county: Warehouse) -> None:
    hide(county, "335", "335110", "335210", establishments=1)
    for code in ("335110", "335210"):
        estimate(county, code, 1, 4, 9)
    assert found(county, "335") == ("withheld_single_cell", 0, None, None)


def test_what_bounds_pin_is_withheld(county: Warehouse) -> None:
    hide(county, "335", "335110", "335210")
    estimate(county, "335110", 4, 4, 4)
    estimate(county, "335210", 5, 5, 5, quarters=(1,))
    estimate(county, "335210", 4, 5, 6, quarters=(2, 3, 4))
    assert found(county, "335")[0] == "withheld_single_cell"


def test_without_estimates_the_published_part_is_shown(county: Warehouse) -> None:
    hide(county, "335", "335110", "335210")
    publish(county, "335220", 7)
    estimate(county, "335110", 1, 4, 9)
    assert found(county, "335") == ("no_quarters", 7, None, None)


def test_contradictory_rows_are_not_estimated(county: Warehouse) -> None:
    hide(county, "335", "335110", "335210")
    county.insert("estimates.contradictions", {"source": "bls", "state_fips": "41", "year": 2016, "quarter": 2})
    assert found(county, "335")[0] == "contradictory_rows"


def test_a_single_withheld_part_takes_another_along(county: Warehouse) -> None:
    """335 is published, 3351 and 3352 hidden, 3352 a single cell: 335 less 3351 would give its estimate back."""
    publish(county, "335", 30)
    hide(county, "3351", "335110", "335121", "3352", "335210")
    for code in ("335110", "335121", "335210"):
        estimate(county, code, 1, 4, 9)
    assert found(county, "335")[0] == "published"
    assert found(county, "3352")[0] == "withheld_single_cell"
    assert found(county, "3351")[0] == "withheld_single_cell"


class TestWholeStates:
    @pytest.fixture
    def state(self, county: Warehouse) -> Warehouse:
        """Two hidden cells of the state: of one a county's is hidden, of the other two."""
        add_region(county, "oregon", "41000")
        hide(county, "335", "335110", "335210", area_fips="41000", establishments=3)
        cells: list[Row] = [
            {"industry_code": "335110", "establishments": 2, "disclosure": "suppressed"},
            {"industry_code": "335110", "area_fips": "41067", "jobs": 10, "wages_usd": 10_000},
            {"industry_code": "335210", "establishments": 2, "disclosure": "suppressed"},
            {"industry_code": "335210", "area_fips": "41067", "disclosure": "suppressed"},
        ]
        county.insert("core.qcew_cells", *({**cell, "quarter": quarter} for cell in cells for quarter in QUARTERS))
        estimate(county, "335110", 1, 4, 9)
        estimate(county, "335210", 2, 3, 4)
        estimate(county, "335210", 0, 1, 5, area_fips="41067")
        return county

    def test_county_cells_tell_of_a_hidden_cell_of_the_state(self, state: Warehouse) -> None:
        assert found(state, "335", "oregon") == ("estimated", 1 + 10 + 2, 4 + 10 + 3 + 1, 9 + 10 + 4 + 5)

    def test_but_not_where_establishments_lie_in_no_county(self, state: Warehouse) -> None:
        state.connection.execute("DELETE FROM core.qcew_cells WHERE area_fips = '41067' AND industry_code = '335210'")
        assert found(state, "335", "oregon") == ("no_quarters", 0, None, None)
