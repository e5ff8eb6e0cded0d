"""The table at the end of a run: what is only a published part looks like one, and synthetic looks synthetic."""

import io
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from pipelines.reporting.result_table import percent, reading_notes, result_table

MEASURES: dict[str, dict[str, Any]] = {
    "businesses": {"known": 5167.5, "known_share": 0.0801, "coverage_establishments": 1.0},
    "employment": {"known": 46_711.6, "known_share": 0.0571, "coverage_establishments": 1.0},
    "wages": {"known": 2_920_812_345.0, "known_share": 0.0622, "coverage_establishments": 1.0},
}
SCHEMA = pl.Schema(
    {
        "region_name": pl.String,
        "period": pl.String,
        "data_origin": pl.String,
        "definition": pl.String,
        "sector": pl.String,
        "sector_name": pl.String,
        "measure": pl.String,
        "known": pl.Float64,
        "known_share": pl.Float64,
        "coverage_establishments": pl.Float64,
        "hidden_cells": pl.Int64,
    }
)


def sector(
    name: str = "Construction",
    definition: str = "strict",
    origin: str = "U.S. Bureau of Labor Statistics",
    hidden: Sequence[str] = (),
    order: Sequence[str] = ("businesses", "employment", "wages"),
    **changes: dict[str, Any],
) -> pl.DataFrame:
    """The three rows of one sector; hidden names the measures with hidden cells."""
    rows = [
        {"region_name": "Portland Tri-County", "period": "2016", "data_origin": origin, "definition": definition}
        | {"sector": name.lower(), "sector_name": name, "measure": measure, "hidden_cells": int(measure in hidden)}
        | MEASURES[measure]
        | changes.get(measure, {})
        for measure in order
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def lines(measures: pl.DataFrame, is_synthetic: bool = False) -> list[list[str]]:
    """The cells of each line of the printed table that has a figure."""
    console = Console(width=150, record=True, file=io.StringIO())
    console.print(result_table(measures, is_synthetic))
    shown = console.export_text().splitlines()
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in shown if "%" in line]


def test_each_measure_is_a_number_and_a_share_and_coverage_is_last() -> None:
    assert lines(sector()) == [
        ["Construction", "5,168", "8.0 %", "46,712", "5.7 %", "$2,920.8 million", "6.2 %", "100.0 %"]
    ]


@pytest.mark.parametrize("order", [("wages", "employment", "businesses"), ("employment", "businesses", "wages")])
def test_measures_may_come_in_any_order(order: Sequence[str]) -> None:
    assert lines(sector(order=order)) == lines(sector())


def test_figures_with_hidden_cells_are_marked_as_at_least() -> None:
    [cells] = lines(
        sector(
            hidden=["employment", "wages"],
            employment={"coverage_establishments": 0.91},
            wages={"coverage_establishments": 0.91},
        )
    )
    assert cells == ["Construction", "5,168", "8.0 %", "≥ 46,712", "≥ 5.7 %", "≥ $2,920.8 million", "≥ 6.2 %", "91.0 %"]


def test_a_share_of_a_hidden_total_is_hidden() -> None:
    [cells] = lines(sector(hidden=["wages"], wages={"known_share": None}))
    assert cells[5:7] == ["≥ $2,920.8 million", "hidden"]
    assert cells[3:5] == ["46,712", "5.7 %"]


def test_coverage_is_the_least_of_the_measures() -> None:
    [cells] = lines(sector(employment={"coverage_establishments": 0.75}, wages={"coverage_establishments": 0.5}))
    assert cells[-1] == "50.0 %"


def test_without_any_establishment_there_is_no_coverage() -> None:
    nothing = {"known": 0.0, "known_share": 0.0, "coverage_establishments": None}
    [cells] = lines(sector(businesses=nothing, employment=nothing, wages=nothing))
    assert cells == ["Construction", "0", "0.0 %", "0", "0.0 %", "$0.0 million", "0.0 %", "–"]
    [cells] = lines(sector(businesses=nothing))
    assert cells[-1] == "100.0 %"


def test_definitions_stand_under_each_other_in_the_order_given() -> None:
    measures = pl.concat(
        [
            sector("Construction"),
            sector("All target sectors"),
            sector("Construction", "broad", businesses={"known": 9_999.0}),
        ]
    )
    assert [cells[:2] for cells in lines(measures)] == [
        ["Construction", "5,168"],
        ["All target sectors", "5,168"],
        ["Construction", "9,999"],
    ]
    table = result_table(measures, is_synthetic=False)
    names = [str(cell) for cell in table.columns[0].cells]
    assert names == ["strict definition", "Construction", "All target sectors", "broad definition", "Construction"]


@pytest.mark.parametrize("name", ["Health [broad]", "Trades [/x]", "[red]Clean energy"])
def test_brackets_in_a_name_are_shown_as_they_are(name: str) -> None:
    [cells] = lines(sector(name))
    assert cells[0] == name


def test_the_title_says_where_when_and_whose() -> None:
    title = result_table(sector(), is_synthetic=False).title
    assert str(title) == (
        "Portland Tri-County, 2016, private ownership: number and share of the region. U.S. Bureau of Labor Statistics."
    )
    assert isinstance(title, Text)
    assert "red" not in str(title.style)


def test_the_title_of_a_synthetic_table_says_so_in_red() -> None:
    title = result_table(sector(origin="SYNTHETIC SAMPLE"), is_synthetic=True).title
    assert isinstance(title, Text)
    assert title.plain.endswith("SYNTHETIC SAMPLE.")
    assert "red" in str(title.style)


# Notes


def test_the_mark_is_explained_where_it_is_used() -> None:
    marked, overlap = reading_notes(sector(hidden=["wages"]))
    assert marked.startswith("≥ marks the published part of a figure")
    assert reading_notes(sector()) == [overlap]
    assert "Sectors overlap" in overlap


def test_an_empty_table_needs_no_notes() -> None:
    assert reading_notes(sector().clear()) == []


# Percentages


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.0, "0.0 %"),
        (0.0571, "5.7 %"),
        (0.9949, "99.5 %"),
        (0.9994, "99.9 %"),
        (0.9995, "99.9 %"),
        (0.99999999, "99.9 %"),
        (1.0, "100.0 %"),
    ],
)
def test_less_than_all_is_never_shown_as_all(share: float, shown: str) -> None:
    assert percent(share) == shown


@given(st.floats(0, 1))
def test_a_shown_share_is_near_the_share(share: float) -> None:
    shown = float(percent(share).removesuffix(" %"))
    assert abs(shown - 100 * share) <= 0.1
    assert (shown == 100) == (share == 1)
