"""Years: mean, mean and sum of quarters; the annual file only where quarters are missing; hidden stays hidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

QUARTERS = (1, 2, 3, 4)
TOTAL = {"own_code": "0", "industry_code": "10"}
MODELS = ("core.vintages", "core.qcew_cells", "core.annual_file_cells", "core.qcew_annual")


@pytest.fixture(autouse=True)
def captures(warehouse: Warehouse) -> None:
    warehouse.add_captures("quarters", "annual file")


def quarter(warehouse: Warehouse, number: int, *cells: Row, finest: str = "621111", **shared: object) -> None:
    """One quarter of a whole area: its total, cells, and an industry as fine as the publisher has any."""
    whole = (TOTAL, {"industry_code": finest}, *cells)
    warehouse.insert("raw.quarterly_cells", *whole, quarter=number, capture_sha256="quarters", **shared)


def year(warehouse: Warehouse, *cells: Row, **shared: object) -> None:
    """A whole area's annual file."""
    whole = (TOTAL, {"industry_code": "621111"}, *cells)
    warehouse.insert("raw.annual_cells", *whole, capture_sha256="annual file", **shared)


def built(warehouse: Warehouse, **where: object) -> list[Row]:
    warehouse.build(*MODELS)
    assert warehouse.broken_contracts("core.qcew_annual") == []
    return warehouse.rows("core.qcew_annual", **where)


def annual(warehouse: Warehouse, industry: str = "23") -> Row:
    (row,) = built(warehouse, industry_code=industry, own_code="5")
    return row


def values(row: Row) -> tuple[object, ...]:
    return row["disclosure"], row["establishments"], row["average_employment"], row["wages_usd"], row["basis"]


def four_quarters(warehouse: Warehouse, cells: Iterable[Row | None]) -> None:
    """Four quarters of a whole area, and in it an industry whose cell is given, None for no row."""
    for number, cell in zip(QUARTERS, cells, strict=True):
        quarter(warehouse, number, *([] if cell is None else [cell]))


def test_a_year_is_the_mean_the_mean_and_the_sum(warehouse: Warehouse) -> None:
    construction = {"industry_code": "23", "taxable_wages_usd": 30, "contributions_usd": 2}
    four_quarters(
        warehouse,
        [
            {**construction, "establishments": 10, "jobs": (100, 101, 102), "wages_usd": 1000},
            {**construction, "establishments": 11, "jobs": (103, 104, 105), "wages_usd": 1100},
            {**construction, "establishments": 11, "jobs": (106, 107, 108), "wages_usd": 1200},
            {**construction, "establishments": 11, "jobs": (109, 110, 110), "wages_usd": 1301},
        ],
    )
    row = annual(warehouse)
    # 43 / 4; months sum to 303 + 312 + 321 + 329 = 1265, over 12
    assert values(row) == ("disclosed", 10.75, pytest.approx(1265 / 12), 4601, "quarters")
    assert (row["taxable_wages_usd"], row["contributions_usd"]) == (120, 8)
    assert row["captures"] == ["quarters"]


def test_one_suppressed_quarter_suppresses_the_year_but_for_establishments(warehouse: Warehouse) -> None:
    seen = {"industry_code": "23", "establishments": 4, "jobs": 40, "wages_usd": 400}
    hidden = {"industry_code": "23", "establishments": 2, "disclosure": "suppressed"}
    four_quarters(warehouse, [seen, seen, hidden, seen])
    row = annual(warehouse)
    assert values(row) == ("suppressed", 3.5, None, None, "quarters")
    assert (row["taxable_wages_usd"], row["contributions_usd"]) == (None, None)


def test_a_cell_without_a_row_in_a_quarter_of_a_complete_year_had_nothing_then(warehouse: Warehouse) -> None:
    seen = {"industry_code": "23", "establishments": 4, "jobs": 12, "wages_usd": 400}
    four_quarters(warehouse, [seen, None, None, seen])
    # 8 / 4; 2 quarters of 12 jobs over 4
    assert values(annual(warehouse)) == ("disclosed", 2.0, 6.0, 800, "quarters")


def test_a_suppressed_quarter_and_an_absent_one_are_hidden_not_zero(warehouse: Warehouse) -> None:
    four_quarters(warehouse, [{"industry_code": "23", "disclosure": "suppressed"}, None, None, None])
    assert values(annual(warehouse)) == ("suppressed", 0.25, None, None, "quarters")


def test_true_zero_in_every_quarter_is_a_true_zero_of_the_year(warehouse: Warehouse) -> None:
    nothing = {"industry_code": "23", "establishments": 0, "disclosure": "true_zero"}
    four_quarters(warehouse, [nothing] * 4)
    assert values(annual(warehouse)) == ("true_zero", 0, 0, 0, "quarters")


def test_true_zero_in_some_quarters_is_a_year_with_less(warehouse: Warehouse) -> None:
    nothing = {"industry_code": "23", "establishments": 0, "disclosure": "true_zero"}
    seen = {"industry_code": "23", "establishments": 4, "jobs": 12, "wages_usd": 400}
    four_quarters(warehouse, [nothing, nothing, nothing, seen])
    assert values(annual(warehouse)) == ("disclosed", 1, 3, 400, "quarters")


def test_with_three_quarters_the_annual_file_is_used(warehouse: Warehouse) -> None:
    for number in (1, 2, 3):
        quarter(warehouse, number, {"industry_code": "23", "establishments": 50, "jobs": 500, "wages_usd": 5000})
    year(warehouse, {"industry_code": "23", "establishments": 7, "average_employment": 70, "wages_usd": 700})
    row = annual(warehouse)
    assert values(row) == ("disclosed", 7, 70, 700, "annual_file")
    assert row["captures"] == ["annual file"]


def test_with_three_quarters_and_no_annual_file_there_is_no_year(warehouse: Warehouse) -> None:
    for number in (1, 2, 3):
        quarter(warehouse, number, {"industry_code": "23"})
    assert built(warehouse) == []


def test_where_both_are_there_the_quarters_win(warehouse: Warehouse) -> None:
    seen = {"industry_code": "23", "establishments": 10, "jobs": (10, 10, 11), "wages_usd": 100}
    four_quarters(warehouse, [seen] * 4)
    year(
        warehouse,
        {"industry_code": "23", "establishments": 10, "average_employment": 10, "wages_usd": 400},
        {"industry_code": "31-33", "establishments": 9},
    )
    assert values(annual(warehouse)) == ("disclosed", 10, pytest.approx(31 / 3), 400, "quarters")
    # the quarters are complete, and there is no manufacturing in them
    assert built(warehouse, industry_code="31-33") == []


def test_suppressed_annual_file_stays_hidden(warehouse: Warehouse) -> None:
    year(warehouse, {"industry_code": "23", "establishments": 2, "disclosure": "suppressed"})
    assert values(annual(warehouse)) == ("suppressed", 2, None, None, "annual_file")


def hidden_in_one_quarter(warehouse: Warehouse, annual_total: int) -> None:
    """Construction hidden in the second quarter only, and an annual file that publishes its year."""
    shown = {"industry_code": "23", "establishments": 8}
    four_quarters(warehouse, [shown, shown | {"disclosure": "suppressed"}, shown, shown])
    for table, wages in (("raw.quarterly_cells", 250), ("raw.annual_cells", annual_total)):
        warehouse.connection.execute(f"UPDATE {table} SET wages_usd = {wages} WHERE own_code = '0'")


def test_a_year_hidden_by_a_quarter_is_known_where_the_annual_file_publishes_it(warehouse: Warehouse) -> None:
    year(warehouse, {"industry_code": "23", "establishments": 9, "average_employment": 41, "wages_usd": 1234})
    hidden_in_one_quarter(warehouse, annual_total=1000)

    # establishments stay the mean of quarters; the captures of both are named
    row = annual(warehouse)
    assert values(row) == ("disclosed", 8.0, 41.0, 1234, "annual_file")
    assert len(row["captures"]) == 2


def test_an_annual_file_of_another_vintage_does_not_open_a_hidden_year(warehouse: Warehouse) -> None:
    year(warehouse, {"industry_code": "23", "establishments": 9, "average_employment": 41, "wages_usd": 1234})
    hidden_in_one_quarter(warehouse, annual_total=999)  # the quarters have 4 x 250

    assert values(annual(warehouse)) == ("suppressed", 8.0, None, None, "quarters")


HIDDEN: Row = {"industry_code": "23", "establishments": 3, "disclosure": "suppressed"}
FILED: Row = {"industry_code": "23", "establishments": 3, "average_employment": 70, "wages_usd": 700}


class TestYearsPublishedThoughQuartersAreHidden:
    """BLS publishes the year of some cells that it hides in every quarter."""

    def add(self, warehouse: Warehouse, filed: Row, total_of_year: int = 400, capture: str = "annual file") -> None:
        """Four quarters of $100 in the whole area, the industry hidden; and an annual file."""
        for number in QUARTERS:
            total, finest = {**TOTAL, "wages_usd": 100}, {"industry_code": "621111"}
            warehouse.insert("raw.quarterly_cells", total, finest, HIDDEN, quarter=number, capture_sha256="quarters")
        total = {**TOTAL, "wages_usd": total_of_year}
        warehouse.insert("raw.annual_cells", total, {"industry_code": "621111"}, filed, capture_sha256=capture)

    def test_the_file_tells_what_the_quarters_hide(self, warehouse: Warehouse) -> None:
        self.add(warehouse, FILED)
        row = annual(warehouse)
        assert values(row) == ("disclosed", 3, 70, 700, "annual_file")
        assert row["captures"] == ["annual file", "quarters"]
        assert annual(warehouse, "621111")["basis"] == "quarters"

    def test_establishments_stay_those_of_the_quarters(self, warehouse: Warehouse) -> None:
        self.add(warehouse, {**FILED, "establishments": 4})
        assert annual(warehouse)["establishments"] == 3

    def test_a_file_of_another_vintage_does_not(self, warehouse: Warehouse) -> None:
        self.add(warehouse, FILED, total_of_year=401)
        assert values(annual(warehouse)) == ("suppressed", 3, None, None, "quarters")

    def test_what_the_file_hides_too_stays_hidden(self, warehouse: Warehouse) -> None:
        self.add(warehouse, HIDDEN)
        assert values(annual(warehouse)) == ("suppressed", 3, None, None, "quarters")

    def test_a_capture_that_holds_both_is_named_once(self, warehouse: Warehouse) -> None:
        self.add(warehouse, FILED, capture="quarters")
        assert annual(warehouse)["captures"] == ["quarters"]


def test_areas_and_years_are_complete_by_themselves(warehouse: Warehouse) -> None:
    seen = {"industry_code": "23", "establishments": 4, "jobs": 40, "wages_usd": 400}
    four_quarters(warehouse, [seen] * 4)
    for area, of_year in (("41067", 2016), ("41051", 2015)):
        filed = {"industry_code": "23", "establishments": 7, "average_employment": 70, "wages_usd": 700}
        year(warehouse, filed, area_fips=area, year=of_year)
        quarter(warehouse, 1, seen, area_fips=area, year=of_year)
    found = {
        (row["area_fips"], row["year"]): (row["basis"], row["average_employment"])
        for row in built(warehouse, industry_code="23")
    }
    assert found == {
        ("41051", 2015): ("annual_file", 70),
        ("41051", 2016): ("quarters", 40),
        ("41067", 2016): ("annual_file", 70),
    }


def test_four_slices_of_one_industry_complete_only_that(warehouse: Warehouse) -> None:
    """BLS's slices of all industries together tell nothing of 23: its annual file must not give way to them."""
    for number in QUARTERS:
        total = ({**TOTAL, "jobs": 950}, {"industry_code": "10", "jobs": 950})
        warehouse.insert("raw.quarterly_cells", *total, quarter=number, capture_sha256="quarters")
    year(warehouse, {"industry_code": "23", "establishments": 7, "average_employment": 70, "wages_usd": 700})
    assert values(annual(warehouse)) == ("disclosed", 7, 70, 700, "annual_file")
    assert annual(warehouse, "10")["basis"] == "quarters"


def test_three_slices_of_an_industry_are_no_year_of_it(warehouse: Warehouse) -> None:
    """Beside four quarters of the total: what is missing of the industry is missing, not zero."""
    for number in QUARTERS:
        warehouse.insert("raw.quarterly_cells", TOTAL, {}, quarter=number, capture_sha256="quarters")
    warehouse.add_captures("industry")
    for number in (1, 2, 3):
        warehouse.insert("raw.quarterly_cells", {"industry_code": "23"}, quarter=number, capture_sha256="industry")
    assert built(warehouse, industry_code="23") == []


def test_averages_of_quarters_without_months_are_averaged(warehouse: Warehouse) -> None:
    months = dict.fromkeys(("month1_employment", "month2_employment", "month3_employment"))
    for number in QUARTERS:
        cell = {"industry_code": "23", "average_employment": 10 + number, "wages_usd": 100, "establishments": 3}
        quarter(warehouse, number, {**cell, **months}, publisher="qualityinfo", finest="62111")
    assert values(annual(warehouse)) == ("disclosed", 3, 12.5, 400, "quarters")


def test_before_2011_there_is_no_naics_vintage(warehouse: Warehouse) -> None:
    year(warehouse, {"industry_code": "23"}, year=2010)
    assert annual(warehouse)["naics_vintage"] is None
