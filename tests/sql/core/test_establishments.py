"""Establishments by quarter: births, deaths, moves, masters, size classes, sectors and regions, by hand."""

from typing import Any

import pytest

Row = dict[str, Any]


def record(account: str, quarter: int, **changes: object) -> Row:
    return {
        "capture_sha256": "a",
        "member": "records.csv",
        "account": account,
        "unit": "00000",
        "area_fips": "41051",
        "own_code": "5",
        "industry_code": "236115",
        "multi_establishment_code": "1",
        "year": 2024,
        "quarter": quarter,
    } | changes


def build(warehouse: Any, *records: Row) -> list[Row]:
    slices = {(row["capture_sha256"], row["area_fips"], row["year"], row["quarter"]) for row in records}
    warehouse.insert(
        "core.vintages",
        *(
            {"source": "establishments", "capture_sha256": capture, "area_fips": area, "year": year, "quarter": quarter}
            for capture, area, year, quarter in sorted(slices)
        ),
        is_in_force=True,
    )
    warehouse.insert("raw.establishment_records", *records)
    warehouse.build("core.establishments")
    rows: list[Row] = (
        warehouse.connection.sql("FROM core.establishments ORDER BY account, unit, year, quarter").pl().to_dicts()
    )
    return rows


def of(rows: list[Row], column: str) -> dict[tuple[str, int], object]:
    return {(row["account"], row["quarter"]): row[column] for row in rows}


def test_births_and_deaths_are_told_between_quarters_that_are_both_in_hand(warehouse: Any) -> None:
    rows = build(
        warehouse,
        *(record("stays", quarter) for quarter in (1, 2, 3)),
        record("comes", 2),
        record("comes", 3),
        record("goes", 1),
        record("pauses", 1),
        record("pauses", 3),
    )
    assert of(rows, "is_new") == {
        ("stays", 1): None, ("stays", 2): False, ("stays", 3): False,
        ("comes", 2): True, ("comes", 3): False,
        ("goes", 1): None,
        ("pauses", 1): None, ("pauses", 3): True,
    }  # fmt: skip
    assert of(rows, "is_gone") == {
        ("stays", 1): False, ("stays", 2): False, ("stays", 3): None,
        ("comes", 2): False, ("comes", 3): None,
        ("goes", 1): True,
        ("pauses", 1): True, ("pauses", 3): None,
    }  # fmt: skip


def test_a_missing_quarter_tells_nothing(warehouse: Any) -> None:
    rows = build(warehouse, record("one", 1), record("one", 3), record("two", 3))
    assert set(of(rows, "is_new").values()) == set(of(rows, "is_gone").values()) == {None}
    assert set(of(rows, "has_moved").values()) == {None}


def test_the_quarter_before_the_first_is_the_fourth_of_the_year_before(warehouse: Any) -> None:
    rows = build(warehouse, record("one", 4, year=2023), record("one", 1), record("two", 1))
    assert of(rows, "is_new") == {("one", 4): None, ("one", 1): False, ("two", 1): True}


def test_moves_and_changes_of_industry(warehouse: Any) -> None:
    rows = build(
        warehouse,
        record("moves", 1),
        record("moves", 2, area_fips="41067"),
        record("changes", 1),
        record("changes", 2, industry_code="236116"),
        record("found", 1, area_fips="41999"),
        record("found", 2),
        record("new", 2),
    )
    assert of(rows, "has_moved") == {
        ("moves", 1): None, ("moves", 2): True, ("changes", 1): None, ("changes", 2): False,
        ("found", 1): None, ("found", 2): None, ("new", 2): None,
    }  # fmt: skip
    assert of(rows, "has_changed_industry") == {
        ("moves", 1): None, ("moves", 2): False, ("changes", 1): None, ("changes", 2): True,
        ("found", 1): None, ("found", 2): False, ("new", 2): None,
    }  # fmt: skip


def test_industries_of_two_naics_vintages_are_not_compared(warehouse: Any) -> None:
    rows = build(warehouse, record("one", 4, year=2021), record("one", 1, year=2022, industry_code="236116"))
    assert of(rows, "has_changed_industry") == {("one", 4): None, ("one", 1): None}
    assert of(rows, "is_new")["one", 1] is False


@pytest.mark.parametrize(
    ("jobs", "size_class"),
    [
        *((0, 1), (4, 1), (5, 2), (9, 2), (10, 3), (19, 3), (20, 4), (49, 4), (50, 5), (99, 5)),
        *((100, 6), (249, 6), (250, 7), (499, 7), (500, 8), (999, 8), (1000, 9)),
    ],
)
def test_size_classes_are_those_of_bls_by_the_third_month(warehouse: Any, jobs: int, size_class: int) -> None:
    rows = build(warehouse, record("one", 1, month1_employment=7, month3_employment=jobs))
    assert rows[0]["size_class"] == size_class


def test_units_are_establishments_and_share_an_employer(warehouse: Any) -> None:
    rows = build(
        warehouse,
        record("chain", 1, unit="00001", ein="123456789", multi_establishment_code="3"),
        record("chain", 1, unit="00002", ein="123456789", multi_establishment_code="3"),
        record("alone", 1, multi_establishment_code="2"),
    )
    assert [(row["account"], row["unit"], row["employer"]) for row in rows] == [
        ("alone", "00000", "alone"),
        ("chain", "00001", "123456789"),
        ("chain", "00002", "123456789"),
    ]


def test_of_several_files_that_in_force_speaks(warehouse: Any) -> None:
    warehouse.insert("raw.establishment_records", record("old", 1, capture_sha256="b"))
    warehouse.insert(
        "core.vintages",
        {"source": "establishments", "capture_sha256": "b", "area_fips": "41051", "year": 2024, "quarter": 1},
        is_in_force=False,
    )
    assert [row["account"] for row in build(warehouse, record("new", 1))] == ["new"]


def test_an_establishment_is_of_every_sector_and_region_it_lies_in(warehouse: Any) -> None:
    leaf = {"definition": "strict", "naics_vintage": 2022, "industry_code": "236115"}
    warehouse.insert(
        "core.industry_group_leaves",
        {"group_key": "strict:one", "sector": "one", "kind": "sector"} | leaf,
        {"group_key": "strict:two", "sector": "two", "kind": "sector"} | leaf,
        {"group_key": "strict:one+two", "sector": "one", "kind": "overlap", "other_sector": "two"} | leaf,
    )
    warehouse.insert("reference.region_areas", {"region": "metro", "area_fips": "41051"})
    warehouse.insert("reference.regions", {"region": "state", "statewide_area": "41000"})
    build(warehouse, record("here", 1), record("somewhere", 1, area_fips="41999", industry_code="236116"))
    warehouse.build("core.establishment_sectors")
    warehouse.build("core.establishment_regions")
    assert warehouse.connection.sql(
        "SELECT account, group_key FROM core.establishment_sectors ORDER BY ALL"
    ).fetchall() == [("here", "strict:one"), ("here", "strict:one+two"), ("here", "strict:two")]
    assert warehouse.connection.sql(
        "SELECT account, region FROM core.establishment_regions ORDER BY ALL"
    ).fetchall() == [("here", "metro"), ("here", "state"), ("somewhere", "state")]
