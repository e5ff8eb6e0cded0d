"""Industries of a region: known from the fewest published rows, quarter by quarter, and what of them is hidden."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

TREE = (
    "10 > 101 > 1013 > 31-33 > 335 > 3351 > 33511 > 335110",
    "3351 > 33512 > 335121 335122",
    "335 > 3352 > 33521 > 335210",
)
LEAVES = {
    "335110": ("33511", "3351", "335"),
    "335121": ("33512", "3351", "335"),
    "335122": ("33512", "3351", "335"),
    "335210": ("33521", "3352", "335"),
}
AREAS = ("41051", "41067")
MODELS = ("core.industry_parts", "core.region_industries")


@pytest.fixture
def metro(warehouse: Warehouse) -> Warehouse:
    """A region of two counties, whose year 2016 has four quarters."""
    warehouse.add_industries(*TREE)
    warehouse.build("core.naics_ancestry")
    for quarter in range(5):
        add_period(warehouse, 2016, quarter)
    return warehouse


def add_period(warehouse: Warehouse, year: int, quarter: int, table: str = "core.region_periods") -> None:
    told = {"area_vintage": "year_before"} if "before" in table else {"revision_status": "final", "basis": "counties"}
    period = f"{year}-Q{quarter}" if quarter else str(year)
    rows = [{"area_fips": area, **told} for area in AREAS]
    warehouse.insert(table, *rows, region="metro", period=period, year=year, quarter=quarter, source="bls")


def published(code: str, establishments: float, jobs: float, **where: object) -> Row:
    """A published cell; everybody earns $1,000 a quarter."""
    figures = {"establishments": establishments, "employment": jobs, "wages_usd": round(1000 * jobs)}
    return {"industry_code": code, **figures, **where}


def hidden(code: str, establishments: float, **where: object) -> Row:
    return {"industry_code": code, "establishments": establishments, "disclosure": "suppressed", **where}


def in_all_quarters(*cells: Row) -> list[Row]:
    return [{"quarter": quarter, **cell} for quarter in (1, 2, 3, 4) for cell in cells]


def found(warehouse: Warehouse, code: str, **where: object) -> tuple[object, ...]:
    """(establishments, known jobs, known wages, hidden cells, establishments in them) of an industry."""
    warehouse.build(*MODELS)
    assert warehouse.broken_contracts(*MODELS) == []
    row = warehouse.row("core.region_industries", industry_code=code, **where)
    names = ("establishments", "employment_known", "wages_known", "hidden_cells", "hidden_establishments")
    return tuple(row[name] for name in names)


def test_an_industry_of_a_region_is_the_sum_of_its_areas(metro: Warehouse) -> None:
    cells = in_all_quarters(published("335", 10, 100), published("335", 5, 20, area_fips="41067"))
    metro.insert("core.period_cells", *cells)
    assert found(metro, "335") == (15, 120, 480_000, 0, 0)


def test_a_published_row_tells_of_an_industry_whatever_is_hidden_below(metro: Warehouse) -> None:
    cells = [published("335", 10, 100), hidden("3351", 10), hidden("33512", 10), hidden("335121", 4),
        hidden("335122", 6)]  # fmt: skip
    metro.insert("core.period_cells", *in_all_quarters(*cells))
    assert found(metro, "335") == (10, 100, 400_000, 0, 0)
    assert found(metro, "3351") == (10, 0, 0, 2, 10)


def test_of_a_hidden_industry_its_published_parts_are_known_once(metro: Warehouse) -> None:
    cells = [hidden("335", 10), hidden("3351", 9), published("33511", 4, 40), published("335110", 4, 40),
        hidden("33512", 5), published("335121", 3, 30), hidden("335122", 2), published("3352", 1, 7),
        published("33521", 1, 7)]  # fmt: skip
    metro.insert("core.period_cells", *in_all_quarters(*cells))
    assert found(metro, "335") == (10, 77, 308_000, 1, 2)
    assert found(metro, "3351") == (9, 70, 280_000, 1, 2)
    assert found(metro, "3352") == (1, 7, 28_000, 0, 0)


def test_a_row_hidden_in_one_quarter_is_known_in_the_others(metro: Warehouse) -> None:
    cells = in_all_quarters(published("3352", 2, 12), published("335210", 2, 12))
    cells[:2] = hidden("3352", 2, quarter=1), hidden("335210", 2, quarter=1)
    metro.insert("core.period_cells", *cells)
    assert found(metro, "3352") == (2, 9, 36_000, 1, 0.5)


def test_a_quarter_without_row_has_no_establishment(metro: Warehouse) -> None:
    metro.insert("core.period_cells", published("335", 4, 12, quarter=2))
    assert found(metro, "335") == (1, 3, 12_000, 0, 0)


def test_a_year_of_annual_files_is_told_by_its_own_rows(metro: Warehouse) -> None:
    add_period(metro, 2015, 0)
    metro.insert("core.period_cells", published("335", 4, 12), hidden("3351", 4), year=2015, quarter=0)
    metro.insert("core.period_cells", published("335", 9, 90, quarter=0))  # 2016 has quarters
    assert found(metro, "335", year=2015) == (4, 12, 12_000, 0, 0)
    assert found(metro, "3351", year=2015) == (4, 0, 0, 1, 4)
    assert metro.rows("core.region_industries", year=2016) == []


def test_of_a_year_before_establishments_may_be_unknown(metro: Warehouse) -> None:
    for quarter in range(5):
        add_period(metro, 2015, quarter, "core.year_before_regions")
    cells = in_all_quarters(published("335", 4, 12), hidden("335", 1, area_fips="41067"))
    cells[1]["establishments"] = None
    metro.insert("core.period_cells", *cells, year=2015, vintage="year_before")
    assert found(metro, "335", vintage="year_before") == (None, 12, 48_000, 1, None)


def test_other_ownerships_coarser_rows_and_replaced_files_tell_of_no_industry(metro: Warehouse) -> None:
    cell = published("335", 1, 1)
    elsewhere: list[Row] = [{"own_code": "3"}, {"vintage": "replaced"}, {"source": "sample"}, {"area_fips": "41005"},
        {"industry_code": "31-33"}, {"industry_code": "10"}]  # fmt: skip
    metro.insert("core.period_cells", *({**cell, **where} for where in elsewhere))
    metro.build(*MODELS)
    assert metro.rows("core.region_industries") == []


@pytest.mark.parametrize("seed", range(4))
def test_where_nothing_is_hidden_it_is_the_year_of_the_cells(metro: Warehouse, seed: int) -> None:
    metro.insert(
        "core.vintages", *({"area_fips": area, "quarter": quarter} for area in AREAS for quarter in (1, 2, 3, 4))
    )
    for (area, quarter, code), (establishments, jobs) in truth(seed).items():
        cell = {"area_fips": area, "quarter": quarter, "industry_code": code, "establishments": establishments}
        months = (jobs, jobs + 1, jobs + 3)
        average = {"average_employment": sum(months) / 3, "wages_usd": 1000 * jobs}
        metro.insert("core.qcew_cells", {**cell, **average, "jobs": months})
    metro.build("core.qcew_annual", "core.period_cells", *MODELS)
    years: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0])
    for annual in metro.rows("core.qcew_annual", year=2016):
        for place, name in enumerate(("establishments", "average_employment", "wages_usd")):
            years[annual["industry_code"]][place] += annual[name]
    for row in metro.rows("core.region_industries"):
        units, jobs_of_year, wages = years[row["industry_code"]]
        assert (row["establishments"], row["wages_known"], row["hidden_cells"]) == (units, wages, 0)
        assert row["employment_known"] == pytest.approx(jobs_of_year, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_known_and_what_is_hidden_are_all_there_is(metro: Warehouse, seed: int) -> None:
    """Whatever rows are hidden: known jobs and those of the hidden cells add up to the industry's, exactly."""
    whole, draw = truth(seed), random.Random(seed)
    for (area, quarter, code), (establishments, jobs) in whole.items():
        is_hidden = draw.random() < 0.5
        cell = hidden(code, establishments) if is_hidden else published(code, establishments, jobs)
        metro.insert("core.period_cells", cell, area_fips=area, quarter=quarter)
    metro.build(*MODELS)
    hidden_jobs: dict[str, float] = defaultdict(float)
    for part in metro.rows("core.industry_parts", is_hidden=True):
        hidden_jobs[part["industry_code"]] += whole[part["area_fips"], part["quarter"], part["cell_code"]][1] / 4
    for row in metro.rows("core.region_industries"):
        code = row["industry_code"]
        all_jobs = sum(jobs for (_, _, industry), (_, jobs) in whole.items() if industry == code) / 4
        all_establishments = sum(count for (_, _, industry), (count, _) in whole.items() if industry == code) / 4
        assert row["employment_known"] + hidden_jobs[code] == pytest.approx(all_jobs)
        assert row["establishments"] == pytest.approx(all_establishments)


def truth(seed: int) -> dict[tuple[str, int, str], tuple[int, int]]:
    """(establishments, jobs) by area, quarter and industry; those of a parent are the sums of its parts."""
    draw = random.Random(seed)
    cells: dict[tuple[str, int, str], tuple[int, int]] = {}
    for area in AREAS:
        for quarter in (1, 2, 3, 4):
            for leaf, parents in LEAVES.items():
                if draw.random() < 0.2:
                    continue
                establishments, jobs = draw.randint(1, 9), 3 * draw.randint(0, 50)
                for code in (leaf, *parents):
                    before = cells.get((area, quarter, code), (0, 0))
                    cells[area, quarter, code] = before[0] + establishments, before[1] + jobs
    return cells
