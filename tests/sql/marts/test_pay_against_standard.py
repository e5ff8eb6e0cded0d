"""Average pay as a multiple of the Self-Sufficiency Standard, by hand: the Standard is carried by consumer prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from expectations.suites import BY_TABLE

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

FAMILY = {"family_type": "two_adults_infant", "family": "two adults with an infant", "adults": 2}
STANDARD = {"area_fips": "41051", "year": 2017, **FAMILY, "usd_per_year_per_adult": 40_000, "grade": "A"}
PAY = {
    "region": "metro",
    "region_name": "Metro",
    "definition": "strict",
    "sector": "health",
    "sector_name": "Health",
    "sector_kind": "sector",
    "ownership": "private",
    "period": "2016",
    "year": 2016,
    "quarter": 0,
    "source": "bls",
    "data_origin": "BLS",
    "estimate_status": "published",
}
EXACT = dict.fromkeys(("lower", "interval90_lower", "estimate", "interval90_upper", "upper"), 60_000)
HIDDEN = {
    "lower": 20_000,
    "interval90_lower": 40_000,
    "estimate": 50_000,
    "interval90_upper": 56_000,
    "upper": 90_000,
    "estimate_status": "estimated",
}


@pytest.fixture
def metro(warehouse: Warehouse) -> Warehouse:
    """A region of two counties, prices of 200 in 2016 and 250 in 2017, and a Standard of 2017 in one of them."""
    warehouse.insert("reference.areas", {"area_fips": "41051", "area_title": "Multnomah County, Oregon"})
    for area in ("41051", "41067"):
        warehouse.insert("reference.region_areas", {"region": "metro", "area_fips": area})
    for year, cpi_u in ((2016, 200), (2017, 250)):
        months = ({"year": year, "month": month, "cpi_u": cpi_u} for month in range(1, 13))
        warehouse.insert("reference.price_index", *months)
    warehouse.insert("reference.self_sufficiency_standards", STANDARD)
    return warehouse


def compared(warehouse: Warehouse, *rows: Row) -> list[Row]:
    for row in rows:
        warehouse.insert("marts.sector_pay", {**PAY, **row})
    warehouse.build("core.period_prices", "marts.pay_against_standard")
    assert warehouse.broken_contracts("marts.pay_against_standard") == []
    assert broken_expectations(warehouse) == {}
    return warehouse.rows("marts.pay_against_standard")


def broken_expectations(warehouse: Warehouse) -> dict[str, list[str]]:
    """The sectors whose rows a query of the suite finds, by its name."""
    suite = BY_TABLE["marts.pay_against_standard"]
    found = {}
    for expectation in suite.expectations:
        if sql := expectation.sql(suite.table):
            sectors = [sector for (sector,) in warehouse.connection.execute(f"SELECT sector FROM ({sql})").fetchall()]
            found |= {expectation.name: sectors} if sectors else {}
    return found


def test_a_standard_is_carried_to_the_year_of_the_pay(metro: Warehouse) -> None:
    """40,000 dollars of 2017 are 32,000 of 2016; pay of 60,000 is 1.875 times that."""
    (row,) = compared(metro, EXACT)
    assert (row["standard_year"], row["is_carried"]) == (2017, True)
    assert (row["carried_factor"], row["carried_usd_per_year"]) == pytest.approx((0.8, 32_000))
    assert row["estimate_multiple"] == row["lower_multiple"] == row["upper_multiple"] == pytest.approx(1.875)
    assert row["reading"] == (
        "Health, Metro, 2016, private: average pay per job, part-time jobs included, is 1.88 times what the "
        "Self-Sufficiency Standard of 2017 for two adults with an infant in Multnomah County, Oregon asks each adult "
        "to earn in full-time work, carried to 2016 by CPI-U"
    )


def test_a_standard_of_the_same_year_is_not_carried_even_without_prices(metro: Warehouse) -> None:
    metro.connection.execute("DELETE FROM reference.price_index WHERE year = 2017 AND month = 10")
    (row,) = compared(metro, {**EXACT, "year": 2017, "period": "2017"})
    assert (row["is_carried"], row["carried_factor"], row["estimate_multiple"]) == (False, 1, 1.5)
    assert row["reading"].endswith("asks each adult to earn in full-time work")


def test_hidden_cells_leave_a_range_and_the_reading_says_so(metro: Warehouse) -> None:
    (row,) = compared(metro, {**HIDDEN, "year": 2017, "period": "2017"})
    names = ("lower", "interval90_lower", "estimate", "interval90_upper", "upper")
    assert [row[f"{name}_multiple"] for name in names] == pytest.approx([0.5, 1, 1.25, 1.4, 2.25])
    assert "is about 1.25 times (hidden cells: 90 % from 1.00 to 1.40, proven from 0.50 to 2.25) what" in row["reading"]


def test_pay_without_an_upper_bound_says_what_is_proven(metro: Warehouse) -> None:
    """Where there may be no job at all, pay per job has no bound."""
    (row,) = compared(metro, HIDDEN | {"upper": None})
    assert "proven at least 0.62: there may be no job) what" in row["reading"]
    assert row["upper_multiple"] is None


def test_pay_of_a_quarter_is_compared_by_prices_of_its_year(metro: Warehouse) -> None:
    metro.connection.execute("UPDATE reference.price_index SET cpi_u = 100 WHERE year = 2016 AND month <= 6")
    metro.connection.execute("UPDATE reference.price_index SET cpi_u = 300 WHERE year = 2016 AND month > 6")
    (row,) = compared(metro, {**EXACT, "period": "2016-Q1", "quarter": 1})
    assert row["estimate_multiple"] == pytest.approx(1.875)
    assert row["reading"].startswith("Health, Metro, 2016-Q1 (times four), private: average pay per job")


@pytest.mark.parametrize("year", [2016, 2017])
def test_without_prices_there_is_no_multiple_but_a_reason(metro: Warehouse, year: int) -> None:
    metro.connection.execute("DELETE FROM reference.price_index WHERE year = ? AND month = 10", [year])
    (row,) = compared(metro, EXACT)
    assert (row["estimate"], row["estimate_multiple"], row["carried_factor"]) == (60_000, None, None)
    assert row["multiple_note"] == f"consumer prices of {year} are not complete"
    assert "part-time jobs included, has no multiple of the Self-Sufficiency Standard of 2017" in row["reading"]
    assert row["reading"].endswith(f"in Multnomah County, Oregon: consumer prices of {year} are not complete")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("withheld_single_cell", "is withheld: it would give away a single cell"),
        ("contradictory_rows", "is not known: published rows contradict one another"),
        ("no_quarters", "is not known: cells are hidden, and not estimated from this source"),
    ],
)
def test_what_is_withheld_stays_withheld(metro: Warehouse, status: str, words: str) -> None:
    (row,) = compared(metro, {"estimate_status": status})
    assert all(row[f"{name}_multiple"] is None for name in EXACT)
    assert row["reading"].endswith(words)


def test_only_standards_of_the_regions_own_counties_are_compared(metro: Warehouse) -> None:
    elsewhere = {**PAY, **EXACT, "region": "elsewhere"}
    by_itself = {**PAY, **EXACT, "region": "41051"}
    assert {row["region"] for row in compared(metro, EXACT, elsewhere, by_itself)} == {"metro", "41051"}


def test_each_standard_is_a_row_of_its_own(metro: Warehouse) -> None:
    single = {**STANDARD, "family_type": "one_adult", "family": "one adult", "adults": 1}
    metro.insert("reference.self_sufficiency_standards", {**STANDARD, "year": 2016}, single)
    rows = compared(metro, EXACT)
    assert [(row["standard_year"], row["family_type"]) for row in rows] == [
        (2016, "two_adults_infant"),
        (2017, "one_adult"),
        (2017, "two_adults_infant"),
    ]


def test_a_made_up_economy_says_so_in_its_reading(metro: Warehouse) -> None:
    (row,) = compared(metro, {**EXACT, "data_origin": "SYNTHETIC SAMPLE"})
    assert row["reading"].startswith("SYNTHETIC SAMPLE: Health, Metro, 2016, private: average pay")


def test_the_suite_finds_what_must_not_be_said(warehouse: Warehouse) -> None:
    sound = {
        "estimate_status": "published",
        "estimate": 6.0,
        "estimate_multiple": 2.0,
        "carried_factor": 0.8,
        "is_carried": True,
        "reading": "pay, part-time jobs included, carried to 2016 by CPI-U",
    }
    rows = {
        "sound": sound,
        "withheld": sound | {"estimate_status": "withheld_single_cell"},
        "silent": sound | {"reading": "pay, part-time jobs included"},
        "unexplained": sound | {"estimate_multiple": None},
        "praised": sound | {"reading": "self-sufficient; part-time jobs included, carried to 2016 by CPI-U"},
        "bare": sound | {"reading": "pay, carried to 2016 by CPI-U"},
    }
    for sector, row in rows.items():
        warehouse.insert("marts.pay_against_standard", {"sector": sector, **row})
    assert broken_expectations(warehouse) == {
        "withheld_multiples_shown": ["withheld"],
        "carried_says_so": ["silent"],
        "multiple_or_why_not": ["unexplained"],
        "nobody_is_called_self_sufficient": ["praised"],
        "column_matches(reading)": ["bare"],
    }
