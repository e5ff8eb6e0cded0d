"""Cells of establishments: every level, area and ownership, against sums worked out by hand."""

from typing import Any

import polars as pl
import pytest

from pipelines.settings import SHIPPED_DEFINITIONS
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.establishment_cells import quarter_cells
from pipelines.sources.establishment_layouts import RECORD_SCHEMA
from pipelines.sources.reading import QUARTERLY_SCHEMA


@pytest.fixture(scope="module")
def naics() -> pl.DataFrame:
    return load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS).tables()["reference.naics"]


@pytest.fixture(scope="module")
def areas() -> pl.DataFrame:
    return load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS).areas


def records(*rows: dict[str, Any]) -> pl.DataFrame:
    plain = {
        "year": 2024,
        "quarter": 1,
        "account": "0000000001",
        "unit": "00000",
        "area_fips": "41051",
        "own_code": "5",
        "industry_code": "236115",
        "multi_establishment_code": "1",
        **dict.fromkeys(("month1_employment", "month2_employment", "month3_employment"), 1),
        "wages_usd": 13_000,
        "taxable_wages_usd": 1_000,
        "contributions_usd": 10,
    }
    numbered = [plain | {"line_number": line} | row for line, row in enumerate(rows, start=2)]
    return pl.DataFrame(numbered, schema=RECORD_SCHEMA).with_columns(member=pl.lit("records.csv"))


def cell(cells: pl.DataFrame, area_fips: str, own_code: str, industry_code: str) -> dict[str, Any]:
    return cells.row(
        by_predicate=(pl.col("area_fips") == area_fips)
        & (pl.col("own_code") == own_code)
        & (pl.col("industry_code") == industry_code),
        named=True,
    )


def test_an_establishment_is_in_every_level_of_its_county_and_state(naics: pl.DataFrame, areas: pl.DataFrame) -> None:
    cells = quarter_cells(records({}), naics, areas)
    assert cells.schema == QUARTERLY_SCHEMA
    there = cells.filter(pl.col("establishments") > 0)
    levels = ["71", "72", "73", "74", "75", "76", "77", "78"]
    codes = ["10", "101", "1012", "23", "236", "2361", "23611", "236115"]
    of_county = there.filter(pl.col("area_fips") == "41051").sort("agglvl_code")
    assert of_county.select("own_code", "industry_code", "agglvl_code").rows() == [
        ("0", "10", "70"),
        *(("5", code, level) for code, level in zip(codes, levels, strict=True)),
    ]
    of_state = there.filter(pl.col("area_fips") == "41000")
    assert of_state["agglvl_code"].sort().to_list() == [f"5{level}" for level in range(9)]
    assert there.height == 18
    assert set(there["disclosure"]) == {"disclosed"}
    assert set(there["wages_usd"]) == {13_000}
    assert set(there["average_weekly_wage_usd"]) == {1_000}


def test_counties_ownerships_and_industries_are_added_up(naics: pl.DataFrame, areas: pl.DataFrame) -> None:
    cells = quarter_cells(
        records(
            {"month3_employment": 4},
            {"industry_code": "236116", "month3_employment": 5, "wages_usd": 7_000},
            {"area_fips": "41067", "own_code": "3", "month3_employment": 6},
            {"area_fips": "41999", "month3_employment": 0, "wages_usd": 0},
        ),
        naics,
        areas,
    )
    found = {
        place: (cell(cells, *place)["establishments"], cell(cells, *place)["month3_employment"])
        for place in (
            ("41051", "5", "236115"), ("41051", "5", "2361"), ("41067", "3", "236115"), ("41000", "5", "236115"),
            ("41000", "5", "10"), ("41000", "0", "10"), ("41999", "5", "10"),
        )
    }  # fmt: skip
    assert list(found.values()) == [(1, 4), (2, 9), (1, 6), (2, 4), (3, 9), (4, 15), (1, 0)]
    assert cell(cells, "41000", "0", "10")["wages_usd"] == 13_000 + 7_000 + 13_000
    assert cell(cells, "41999", "0", "10")["disclosure"] == "disclosed"  # an establishment without jobs is one
    assert cell(cells, "41067", "0", "10")["line_number"] == 4


def test_what_one_establishment_does_not_tell_is_unknown_in_all_cells_it_is_in(
    naics: pl.DataFrame, areas: pl.DataFrame
) -> None:
    cells = quarter_cells(
        records({}, {"area_fips": "41067", "taxable_wages_usd": None, "contributions_usd": None}), naics, areas
    )
    assert cell(cells, "41051", "5", "10")["taxable_wages_usd"] == 1_000
    assert cell(cells, "41067", "5", "10")["taxable_wages_usd"] is None
    assert cell(cells, "41000", "5", "10")["contributions_usd"] is None
    assert cell(cells, "41000", "5", "10")["wages_usd"] == 26_000


def test_every_county_of_the_state_is_there_and_of_no_other(naics: pl.DataFrame, areas: pl.DataFrame) -> None:
    cells = quarter_cells(records({}), naics, areas)
    kinds = areas.filter(pl.col("state_fips") == "41", pl.col("area_kind").is_in(["county", "unknown_county", "state"]))
    assert set(cells["area_fips"]) == set(kinds["area_fips"])
    empty = cell(cells, "41067", "0", "10")
    assert (empty["disclosure"], empty["establishments"], empty["wages_usd"], empty["taxable_wages_usd"]) == (
        "true_zero", 0, 0, 0,
    )  # fmt: skip


def test_cells_are_of_the_naics_vintage_of_their_year(naics: pl.DataFrame, areas: pl.DataFrame) -> None:
    cells = quarter_cells(records({"year": 2016, "industry_code": "511110"}), naics, areas)  # newspapers, until 2021
    assert cell(cells, "41051", "5", "51111")["establishments"] == 1
