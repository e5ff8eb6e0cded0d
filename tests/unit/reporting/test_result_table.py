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

from pipelines.cli.runs import RESULT_WIDTH
from pipelines.reporting.result_table import percent, reading_notes, result_table, share_text

LEVELS = ("lower", "estimate", "upper")
SHARES = ("lower_share", "interval90_lower_share", "estimate_share", "interval90_upper_share", "upper_share")


def published(known: float, share: float | None, coverage: float | None = 1.0) -> dict[str, Any]:
    """A figure that nothing is hidden of: exact. Where the total is hidden there is no share."""
    exact = dict.fromkeys(LEVELS, known) | dict.fromkeys(SHARES, share)
    part = {"known": known, "known_share": share, "coverage_establishments": coverage}
    return {"estimate_status": "published"} | part | exact


def estimated(levels: Sequence[float], shares: Sequence[float | None], coverage: float = 1.0) -> dict[str, Any]:
    """A figure with hidden cells: lower, estimate, upper, and the share with its interval in between."""
    ranges = dict(zip(LEVELS, levels, strict=True)) | dict(zip(SHARES, shares, strict=True))
    return {"estimate_status": "estimated", "coverage_establishments": coverage} | ranges


def at_least(status: str, known: float | None, share: float | None, coverage: float = 1.0) -> dict[str, Any]:
    """A figure that is not shown beyond its published part."""
    ranges = dict.fromkeys((*LEVELS, *SHARES)) | {"lower": known or 0.0, "lower_share": share or 0.0}
    part = {"known": known, "known_share": share, "coverage_establishments": coverage}
    return {"estimate_status": status} | part | ranges


MEASURES: dict[str, dict[str, Any]] = {
    "businesses": published(5167.5, 0.0801),
    "employment": published(46_711.6, 0.0571),
    "wages": published(2_920_812_345.0, 0.0622),
}
NOT_SHOWN = ("withheld_single_cell", "contradictory_rows", "no_quarters")
SCHEMA = pl.Schema(
    {
        "region_name": pl.String,
        "period": pl.String,
        "data_origin": pl.String,
        "definition": pl.String,
        "sector": pl.String,
        "sector_name": pl.String,
        "measure": pl.String,
        "estimate_status": pl.String,
        "revision_status": pl.String,
    }
    | dict.fromkeys(("known", "known_share", "coverage_establishments", *LEVELS, *SHARES), pl.Float64)
)


def sector(
    name: str = "Construction",
    definition: str = "strict",
    origin: str = "U.S. Bureau of Labor Statistics",
    order: Sequence[str] = ("businesses", "employment", "wages"),
    revision: str = "final",
    **changes: dict[str, Any],
) -> pl.DataFrame:
    """The three rows of one sector, all published but for the changes."""
    rows = [
        {"region_name": "Portland Tri-County", "period": "2016", "data_origin": origin, "definition": definition}
        | {"sector": name.lower(), "sector_name": name, "measure": measure}
        | {"revision_status": revision}
        | MEASURES[measure]
        | changes.get(measure, {})
        for measure in order
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def lines(measures: pl.DataFrame, is_synthetic: bool = False) -> list[list[str]]:
    """The cells of each line of the printed table that has a figure."""
    console = Console(width=RESULT_WIDTH, record=True, file=io.StringIO())
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


def test_figures_with_hidden_cells_are_estimates_with_the_ranges_of_their_share() -> None:
    [cells] = lines(
        sector(
            employment=estimated((46_000, 47_000.4, 48_000), (0.309, 0.3121, 0.3142, 0.3167, 0.3222), coverage=0.91),
            wages=estimated((2.8e9, 2.95e9, 3.1e9), (0.05, 0.06, 0.0625, 0.065, 0.07), coverage=0.91),
        )
    )
    assert cells == [
        *("Construction", "5,168", "8.0 %"),
        *("≈ 47,000", "31.4 % (90 %: 31.2–31.7; proven 30.9–32.2)"),
        *("≈ $2,950.0 million", "6.2 % (90 %: 6.0–6.5; proven 5.0–7.0)", "91.0 %"),
    ]


@pytest.mark.parametrize(
    ("interval", "shown"),
    [
        ((0.3121, 0.3167), "31.4 % (90 %: 31.2–31.7; proven 30.9–32.2)"),
        ((0.3141, 0.3143), "31.42 % (90 %: 31.41–31.43; proven 30.90–32.22)"),
        ((0.31418, 0.31422), "31.420 % (90 %: 31.418–31.422; proven 30.900–32.220)"),
        ((0.3141999, 0.3142001), "31.420 % (90 %: 31.420–31.420; proven 30.900–32.220)"),
    ],
)
def test_digits_grow_until_the_interval_can_be_seen(interval: tuple[float, float], shown: str) -> None:
    row = estimated((1, 2, 3), (0.309, interval[0], 0.3142, interval[1], 0.3222))
    assert share_text(row) == shown


def test_an_estimate_whose_bounds_meet_is_exact() -> None:
    """One that cannot be otherwise: its rest is nothing, or follows from the rows around it."""
    [cells] = lines(sector(employment=estimated((46_712, 46_712, 46_712), (0.0571,) * 5)))
    assert cells == lines(sector())[0]
    rounded = estimated((46_712, 46_712, 46_712.00001), (0.0571, 0.0571, 0.0571, 0.0571, 0.0571 + 1e-10))
    assert lines(sector(employment=rounded)) == lines(sector())


@pytest.mark.parametrize("status", NOT_SHOWN)
def test_what_is_not_estimated_is_marked_as_at_least(status: str) -> None:
    [cells] = lines(
        sector(
            employment=at_least(status, 46_711.6, 0.0571, coverage=0.91),
            wages=at_least(status, 2_920_812_345.0, 0.0622, coverage=0.91),
        )
    )
    assert cells == ["Construction", "5,168", "8.0 %", "≥ 46,712", "≥ 5.7 %", "≥ $2,920.8 million", "≥ 6.2 %", "91.0 %"]


@pytest.mark.parametrize("status", NOT_SHOWN)
def test_where_all_is_hidden_nothing_is_shown(status: str) -> None:
    [cells] = lines(sector(wages=at_least(status, None, None)))
    assert cells[5:7] == ["hidden", "hidden"]
    assert cells[3:5] == ["46,712", "5.7 %"]


def test_a_share_of_a_hidden_total_is_hidden() -> None:
    [cells] = lines(sector(employment=published(46_711.6, None), wages=at_least("no_quarters", 2_920_812_345.0, None)))
    assert cells[3:7] == ["46,712", "hidden", "≥ $2,920.8 million", "hidden"]


def test_a_share_of_a_hidden_total_that_is_estimated_has_bounds_beside_an_exact_number() -> None:
    [cells] = lines(sector(employment=estimated((46_711.6,) * 3, (0.05, 0.055, 0.0571, 0.059, 0.06))))
    assert cells[3:5] == ["46,712", "5.7 % (90 %: 5.5–5.9; proven 5.0–6.0)"]


def test_an_estimate_of_what_may_be_all_there_is_has_no_share() -> None:
    [cells] = lines(sector(employment=estimated((46_000, 47_000, 48_000), (0, None, None, None, None))))
    assert cells[3:5] == ["≈ 47,000", "hidden"]


def test_coverage_is_the_least_of_the_measures() -> None:
    [cells] = lines(sector(employment={"coverage_establishments": 0.75}, wages={"coverage_establishments": 0.5}))
    assert cells[-1] == "50.0 %"


def test_without_any_establishment_there_is_no_coverage() -> None:
    nothing = published(0.0, 0.0, coverage=None)
    [cells] = lines(sector(businesses=nothing, employment=nothing, wages=nothing))
    assert cells == ["Construction", "0", "0.0 %", "0", "0.0 %", "$0.0 million", "0.0 %", "–"]
    [cells] = lines(sector(businesses=nothing))
    assert cells[-1] == "100.0 %"


def test_definitions_stand_under_each_other_in_the_order_given() -> None:
    measures = pl.concat(
        [
            sector("Construction"),
            sector("All target sectors"),
            sector("Construction", "broad", businesses=published(9_999.0, 0.1)),
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


@pytest.mark.parametrize("status", ["preliminary", "revised"])
def test_figures_that_are_not_final_are_marked_in_the_title_and_explained(status: str) -> None:
    measures = sector(revision=status)
    title = result_table(measures, is_synthetic=False).title
    assert str(title).startswith(f"Portland Tri-County, 2016 ({status}), private ownership: ")
    explained, _ = reading_notes(measures)
    assert explained.startswith(f"{status.capitalize()}: made from figures")
    assert "final" not in str(result_table(sector(), is_synthetic=False).title)


# Notes


WITHHELD = at_least("withheld_single_cell", 40_000.0, 0.05)
ESTIMATED = estimated((46_000, 47_000, 48_000), (0.05, 0.055, 0.0571, 0.059, 0.06))
COVERAGE_NOTE = "Published is the share of the sector's establishments"


def test_marks_are_explained_where_they_are_used() -> None:
    *no_marks, overlap = reading_notes(sector())
    assert no_marks == []
    assert overlap.startswith("Sectors overlap")
    for status, beginning in {
        "withheld_single_cell": "≥ marks the published part of a figure whose rest is a single hidden cell",
        "contradictory_rows": "≥ marks the published part of a figure that could not be estimated",
        "no_quarters": "≥ marks the published part of a figure that could not be estimated",
    }.items():
        coverage, mark, last = reading_notes(sector(wages=at_least(status, 40_000.0, 0.05)))
        assert coverage.startswith(COVERAGE_NOTE)
        assert mark.startswith(beginning)
        assert last == overlap
    _, mark, _ = reading_notes(sector(wages=ESTIMATED))
    assert mark.startswith("≈ marks an estimate")


def test_each_mark_is_explained_once() -> None:
    contradictory, no_quarters = (at_least(status, 40_000.0, 0.05) for status in NOT_SHOWN[1:])
    shown, unknown = sector(employment=ESTIMATED, wages=WITHHELD), sector(employment=contradictory, wages=no_quarters)
    assert [note[:1] for note in reading_notes(pl.concat([shown, unknown]))] == ["P", "≈", "≥", "≥", "S"]


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
