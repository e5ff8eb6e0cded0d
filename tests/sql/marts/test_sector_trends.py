"""Series and their comparisons: which figure stands beside which, and what forbids it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.domain.trends import sector_trends

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

SERIES = "marts.sector_series"
KEY = {"region": "metro", "definition": "strict", "sector": "health", "ownership": "private"}


@pytest.fixture
def board(warehouse: Warehouse) -> Warehouse:
    warehouse.add_sectors("health")
    warehouse.insert("core.industry_groups", {"group_key": "strict:health", "sector": "health", "kind": "sector"},
                     definition="strict")  # fmt: skip
    warehouse.connection.execute("UPDATE reference.analysis SET price_year = 2017")
    for year, index in ((2015, 80.0), (2016, 100.0), (2017, 120.0)):
        for quarter in range(5):
            period = {"period": label(year, quarter), "year": year, "quarter": quarter, "cpi_u": index}
            warehouse.insert("core.period_prices", period)
    return warehouse


def label(year: int, quarter: int) -> str:
    return f"{year}-Q{quarter}" if quarter else f"{year}"


def add(warehouse: Warehouse, year: int, quarter: int, jobs: float | None, total: float = 1000, **more: object) -> None:
    """A figure of files, exact, or withheld where jobs is None; everybody earns $10 a year."""
    period = {"period": label(year, quarter), "year": year, "quarter": quarter, "source": "bls"}
    warehouse.insert("core.region_periods", {"region": "metro", "region_name": "Metro", "area_fips": "41051"}, **period)
    status = "published" if jobs is not None else "withheld_single_cell"
    shown = {**KEY, **period, "estimate_status": status, "revision_status": "final", "sector_kind": "sector", **more}
    for measure, factor in (("employment", 1), ("wages", 10)):
        value = None if jobs is None else jobs * factor
        figures: Row = dict.fromkeys(
            ("known", "lower", "estimate", "upper", "interval90_lower", "interval90_upper"), value
        )
        shares = {
            f"{name}_share": None if jobs is None else jobs / total
            for name in ("lower", "estimate", "upper", "interval90_lower", "interval90_upper")
        }
        warehouse.insert("marts.sector_measures", {**shown, **figures, **shares, "measure": measure})
    warehouse.insert("core.region_totals", {"establishments": 9, "employment": total, "wages_usd": 10 * total},
                     region="metro", ownership="private", period=label(year, quarter))  # fmt: skip


def add_before(
    warehouse: Warehouse, year: int, quarter: int, jobs: float | None, total: float | None = 1000, hidden_cells: int = 0
) -> None:
    """A figure of a year before, told by changes."""
    period = {"period": label(year, quarter), "region": "metro"}
    place = {"region_name": "Metro", "area_fips": "41051", "year": year, "quarter": quarter, "source": "bls"}
    warehouse.insert("core.year_before_regions", period | place)
    for measure, factor in (("employment", 1), ("wages", 10)):
        row = {"group_key": "strict:health", "ownership": "private", "measure": measure, "vintage": "year_before"}
        known = None if jobs is None else jobs * factor
        whole = None if total is None else total * factor
        warehouse.insert("core.region_measures", row | period, known=known, total=whole, hidden_cells=hidden_cells)
    totals = {"establishments": 9, "employment": total, "wages_usd": None if total is None else 10 * total}
    warehouse.insert("core.region_totals", totals, ownership="private", vintage="year_before", **period)


def add_break(warehouse: Warehouse, year: int, quarter: int, series: str = "level", breaks: bool = True) -> None:
    row = {"break_id": f"b{year}{quarter}", "reason": f"moved {year}-Q{quarter}", "breaks_series": breaks}
    warehouse.insert("marts.trend_breaks", KEY | row, series=series, year=year, quarter=quarter)


def trends(warehouse: Warehouse) -> dict[tuple[str, str], dict[str, Any]]:
    warehouse.build("marts.sector_pay", SERIES)
    assert warehouse.broken_contracts(SERIES) == []
    frame = warehouse.frame("measures.sector_trends")
    tables = sector_trends(frame)
    for name, table in tables.items():
        warehouse.fill(name, table)
    assert warehouse.broken_contracts(*tables) == []
    for check in ("changes_without_reason", "changes_across_breaks", "changes_out_of_order"):
        assert warehouse.query(f"checks.{check}") == []
    return {(row["measure"], row["period"]): row for row in tables["marts.sector_trends"].iter_rows(named=True)}


def test_a_year_stands_beside_the_year_before_and_the_first(board: Warehouse) -> None:
    for year, jobs, total in ((2015, 100, 1000), (2016, 110, 1100), (2017, 132, 1210)):
        add(board, year, 0, jobs, total)
    found = trends(board)["employment", "2017"]
    assert (found["estimate_change"], found["first_year"]) == (22, 2015)
    assert found["estimate_growth"] == pytest.approx(0.2)
    assert found["estimate_contribution"] == pytest.approx(22 / 1100)
    assert found["region_growth"] == pytest.approx(0.1)
    assert found["estimate_index"] == pytest.approx(132)
    assert found["estimate_annualised_growth"] == pytest.approx(1.32**0.5 - 1)
    assert trends(board)["share_of_employment", "2016"]["estimate_change"] == pytest.approx(0)


def test_quarters_are_compared_with_the_same_quarter(board: Warehouse) -> None:
    for year, quarter, jobs in ((2016, 1, 100), (2016, 2, 200), (2017, 1, 150)):
        add(board, year, quarter, jobs)
    found = trends(board)
    assert found["employment", "2017-Q1"]["estimate_growth"] == pytest.approx(0.5)
    assert found["employment", "2016-Q2"]["growth_status"] == "no_base"


def test_a_year_before_the_files_is_told_by_their_changes(board: Warehouse) -> None:
    add(board, 2016, 0, 110, total=2000)
    add_before(board, 2015, 0, 100)
    found = trends(board)
    row = found["employment", "2016"]
    assert (row["base_basis"], row["base_estimate"], row["estimate_change"]) == ("changes_over_the_year", 100, 10)
    assert (row["first_year"], row["estimate_index"]) == (2015, pytest.approx(110))
    assert found["share_of_employment", "2016"]["estimate_growth"] == pytest.approx(0.055 / 0.1 - 1)
    assert found["average_annual_pay", "2016"]["estimate_change"] == 0
    # the same dollars bought more in 2015: 10 x 120 / 80 then, 10 x 120 / 100 now
    assert found["real_average_annual_pay", "2016"]["estimate_change"] == pytest.approx(12 - 15)
    assert ("employment", "2015") not in found, "what is only told is compared with, not shown as a figure"


@pytest.mark.parametrize("hidden", [{"jobs": 60, "hidden_cells": 2}, {"jobs": None}])
def test_a_base_with_hidden_cells_is_no_base(board: Warehouse, hidden: dict[str, Any]) -> None:
    add(board, 2016, 0, 110)
    add_before(board, 2015, 0, **hidden)
    row = trends(board)["employment", "2016"]
    assert (row["change_status"], row["estimate_change"], row["base_estimate"]) == ("hidden_base", None, None)


def test_a_hidden_total_a_year_before_forbids_shares_and_contributions_only(board: Warehouse) -> None:
    add(board, 2016, 0, 110)
    add_before(board, 2015, 0, 100, total=None)
    found = trends(board)
    assert found["employment", "2016"]["change_status"] == "measured"
    assert found["employment", "2016"]["contribution_status"] == "hidden_region_base"
    assert found["share_of_employment", "2016"]["change_status"] == "hidden_base"


def test_a_zero_base_has_a_change_and_no_growth(board: Warehouse) -> None:
    add(board, 2016, 0, 10)
    add_before(board, 2015, 0, 0)
    row = trends(board)["employment", "2016"]
    assert (row["change_status"], row["estimate_change"]) == ("measured", 10)
    assert (row["growth_status"], row["estimate_growth"]) == ("zero_base", None)


def test_a_year_of_one_quarter_says_so(board: Warehouse) -> None:
    add(board, 2016, 1, 100)
    add(board, 2017, 0, 150)
    found = trends(board)
    assert (found["employment", "2016"]["change_status"], found["employment", "2016"]["estimate"]) == (
        "incomplete_year",
        None,
    )
    assert found["employment", "2017"]["change_status"] == "incomplete_base_year"
    assert found["employment", "2017"]["estimate_change"] is None


@pytest.mark.parametrize(
    ("broken", "period", "status"),
    [
        ((2016, 1), "2016", "across_break"),
        ((2016, 4), "2016", "across_break"),
        ((2015, 2), "2016", "across_break"),  # the year before is a mixture
        ((2015, 1), "2016", "measured"),
        ((2017, 1), "2016", "measured"),
        ((2016, 2), "2016-Q2", "across_break"),
        ((2015, 3), "2016-Q2", "across_break"),
        ((2016, 3), "2016-Q2", "measured"),
        ((2015, 2), "2016-Q2", "measured"),
    ],
)
def test_a_break_lies_between_two_periods_or_not(
    board: Warehouse, broken: tuple[int, int], period: str, status: str
) -> None:
    for year, jobs in ((2015, 100), (2016, 110)):
        add(board, year, 0, jobs)
        add(board, year, 2, jobs)
    add_break(board, *broken)
    row = trends(board)["employment", period]
    assert row["change_status"] == row["growth_status"] == row["index_status"] == status
    assert row["breaks_over_the_year"] == (f"moved {broken[0]}-Q{broken[1]}" if status == "across_break" else None)
    asked = board.rows("marts.sector_trends_across_breaks", measure="employment", period=period)
    assert [each["estimate_change"] for each in asked] == ([10] if status == "across_break" else [])


def test_a_break_of_the_share_leaves_the_level(board: Warehouse) -> None:
    for year, jobs in ((2015, 100), (2016, 110)):
        add(board, year, 0, jobs)
    add_break(board, 2016, 1, series="share")
    add_break(board, 2016, 2, breaks=False)
    found = trends(board)
    assert found["employment", "2016"]["growth_status"] == "measured"
    assert found["share_of_employment", "2016"]["growth_status"] == "across_break"


def test_after_a_break_growth_goes_on_and_the_index_does_not(board: Warehouse) -> None:
    for year, jobs in ((2015, 100), (2016, 110), (2017, 121)):
        add(board, year, 0, jobs)
    add_break(board, 2016, 1)
    row = trends(board)["employment", "2017"]
    assert (row["growth_status"], row["estimate_growth"]) == ("measured", pytest.approx(0.1))
    assert (row["index_status"], row["estimate_index"], row["estimate_annualised_growth"]) == (
        "across_break",
        None,
        None,
    )


def test_a_withheld_figure_has_no_change(board: Warehouse) -> None:
    add(board, 2015, 0, 100)
    add(board, 2016, 0, None)
    row = trends(board)["employment", "2016"]
    assert (row["change_status"], row["index_status"], row["estimate_change"]) == ("hidden", "hidden", None)
