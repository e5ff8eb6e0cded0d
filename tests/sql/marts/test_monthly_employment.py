"""Months: shown as far as their quarter is, and cut into series by breaks of the level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.estimation.seasonal_adjustment import seasonally_adjusted

if TYPE_CHECKING:
    from tests.sql.conftest import Warehouse

MONTHS = "marts.monthly_employment"
ADJUSTED = "marts.seasonally_adjusted_employment"
PLACE = {"region": "metro", "source": "bls", "ownership": "private"}
READING = {"definition": "strict", "sector": "health"}
VALUES = ("known", "lower", "estimate", "upper")


@pytest.fixture
def board(warehouse: Warehouse) -> Warehouse:
    group = {"group_key": "strict:health", "kind": "sector", **READING}
    warehouse.insert("core.industry_groups", group, group | {"kind": "bridge", "group_key": "another"})
    return warehouse


def add_quarter(warehouse: Warehouse, quarter: int, status: str, known: float | None, year: int = 2016) -> None:
    """Jobs of a quarter, exact where published, else from known to 9 more; each month has one more."""
    time = {"year": year, "quarter": quarter}
    more = 0 if status == "published" else 9
    figure = PLACE | READING | time | {"period": f"{year}-Q{quarter}", "sector_kind": "sector", "known": known}
    warehouse.insert("marts.sector_measures", figure, estimate_status=status, measure="employment")
    warehouse.insert("marts.sector_measures", figure, estimate_status="published", measure="wages")
    for place in range(3):
        jobs = (known or 0) + place - 1
        values = dict(zip(VALUES, (jobs, jobs, jobs + more / 3, jobs + more), strict=True))
        month = {"group_key": "strict:health", "month": 3 * quarter - 2 + place, **values}
        warehouse.insert("estimates.monthly_employment", PLACE | time | month)


def shown(warehouse: Warehouse) -> dict[int, tuple[object, ...]]:
    rows = warehouse.run(MONTHS)
    assert warehouse.broken_contracts(MONTHS) == []
    return {row["month"]: (row["estimate_status"], *(row[name] for name in VALUES)) for row in rows}


def test_months_are_shown_as_far_as_their_quarter(board: Warehouse) -> None:
    add_quarter(board, 1, "published", 100)
    add_quarter(board, 2, "estimated", 100)
    add_quarter(board, 3, "withheld_single_cell", 100)
    add_quarter(board, 4, "estimated", None)
    found = shown(board)
    assert list(found) == list(range(1, 13))
    assert found[1] == ("published", 99, 99, 99, 99)
    assert found[3] == ("published", 101, 101, 101, 101)
    assert found[5] == ("estimated", 100, 100, 103, 109)
    assert found[7] == ("withheld_single_cell", 99, None, None, None)
    assert found[11] == ("estimated", None, 0, 3, 9)
    assert board.row(MONTHS, month=6)["period"] == "2016-Q2"
    assert board.query("checks.withheld_months_shown") == []


def test_a_published_quarter_that_is_not_the_mean_of_its_months_is_found(board: Warehouse) -> None:
    add_quarter(board, 1, "published", 100)
    board.build(MONTHS)
    board.connection.execute("UPDATE marts.sector_measures SET known = 101")
    assert len(board.query("checks.withheld_months_shown")) == 3


def test_a_withheld_month_that_is_shown_is_found(board: Warehouse) -> None:
    add_quarter(board, 1, "withheld_single_cell", 100)
    board.build(MONTHS)
    board.connection.execute(f"UPDATE {MONTHS} SET upper = 109 WHERE month = 2")
    assert [row["month"] for row in board.query("checks.withheld_months_shown")] == [2]


def test_years_have_no_months_and_sources_without_months_no_rows(board: Warehouse) -> None:
    add_quarter(board, 1, "published", 100)
    figure = PLACE | READING | {"sector_kind": "sector", "known": 1, "estimate_status": "published"}
    board.insert("marts.sector_measures", figure | {"period": "2016", "year": 2016}, measure="employment")
    other = figure | {"source": "qualityinfo", "period": "2016-Q2", "year": 2016, "quarter": 2}
    board.insert("marts.sector_measures", other, other | {"region": "US", "source": "bls"}, measure="employment")
    assert list(shown(board)) == [1, 2, 3]


def test_a_quarter_of_contradictory_rows_has_no_months(board: Warehouse) -> None:
    """A region of two states, of which one could not be estimated: its months are not those of the other alone."""
    add_quarter(board, 1, "published", 100)
    add_quarter(board, 2, "published", 100)
    time = {"source": "bls", "state_fips": "53", "year": 2016}
    board.insert("estimates.asked_regions", time, region="metro", area_fips="53011")
    board.insert("estimates.contradictions", time, quarter=2)
    found = shown(board)
    assert found[4] == ("contradictory_rows", None, None, None, None)
    assert found[3][0] == "published"
    assert board.query("checks.withheld_months_shown") == []


def test_months_are_held_against_their_quarter(board: Warehouse) -> None:
    row = PLACE | {"group_key": "strict:health", "year": 2016, "quarter": 1, "measure": "employment"}
    board.insert("estimates.region_estimates", row | dict.fromkeys(VALUES, 100), hidden_cells=0)
    assert [row["months"] for row in board.query("checks.months_are_their_quarter")] == [0]
    add_quarter(board, 1, "published", 100)
    assert board.query("checks.months_are_their_quarter") == []
    board.connection.execute("UPDATE estimates.monthly_employment SET upper = 103 WHERE month = 3")
    assert [row["upper_of_months"] for row in board.query("checks.months_are_their_quarter")] == [
        pytest.approx(302 / 3)
    ]


def test_breaks_of_the_level_cut_the_series(board: Warehouse) -> None:
    for year in range(2014, 2019):
        for quarter in (1, 2, 3, 4):
            add_quarter(board, quarter, "published", 100, year)
    key = READING | {"region": "metro", "ownership": "private"}
    breaks = [("level", 2016, 3, True), ("share", 2015, 1, True), ("level", 2017, 1, False), ("level", 2016, 3, True)]
    for place, (series, year, quarter, breaks_series) in enumerate(breaks):
        time = {"series": series, "year": year, "quarter": quarter, "breaks_series": breaks_series}
        board.insert("marts.trend_breaks", key | time, break_id=f"b{place}")
    board.build(MONTHS)
    tables = seasonally_adjusted(board.frame("measures.seasonally_adjusted_employment"))
    board.fill(ADJUSTED, tables[ADJUSTED])
    assert board.broken_contracts(ADJUSTED) == []
    rows = board.rows(ADJUSTED)
    assert [row["breaks_before"] for row in rows] == [0] * 30 + [1] * 30
    assert [(row["adjustment_status"], row["months_used"]) for row in rows] == [("adjusted", 30)] * 60


def test_months_of_a_released_total_are_its_own(board: Warehouse) -> None:
    add_quarter(board, 1, "published", 100)
    add_quarter(board, 2, "estimated", 100)
    jobs = {f"month{month}_employment": 200 + month for month in (1, 2, 3)}
    total = PLACE | {"group_key": "strict:health", "year": 2016, "quarter": 1, "period": "2016-Q1"}
    board.insert("core.released_totals", total | jobs | {"disclosure": "disclosed"})
    found = shown(board)
    assert found[2] == ("published", 202, 202, 202, 202)
    assert found[5] == ("estimated", 100, 100, 103, 109)


def test_an_ownership_that_the_state_has_not_has_no_jobs_in_any_month(board: Warehouse) -> None:
    add_quarter(board, 1, "published", 100)
    none = PLACE | READING | {"ownership": "federal_government", "year": 2016, "quarter": 1, "period": "2016-Q1"}
    none |= {"sector_kind": "sector", "measure": "employment", "estimate_status": "published", "known": 0}
    board.insert("marts.sector_measures", none)

    def months() -> list[tuple[object, ...]]:
        rows = [row for row in board.run(MONTHS) if row["ownership"] == "federal_government"]
        return [(row["estimate_status"], *(row[name] for name in VALUES)) for row in rows]

    assert months() == [("published", 0, 0, 0, 0)] * 3
    time = {"source": "bls", "state_fips": "41", "year": 2016}
    board.insert("estimates.asked_regions", time, region="metro", area_fips="41051")
    board.insert("estimates.contradictions", time, quarter=1)
    assert months() == [("contradictory_rows", None, None, None, None)] * 3
