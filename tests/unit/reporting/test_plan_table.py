"""The plan of a look as people read it on a terminal."""

import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from pipelines.reporting.plan_table import plan_files, plan_sentences, plan_summary

SCHEMA = dict.fromkeys(("reason", "period", "area_fips", "address"), pl.String) | {"is_certain": pl.Boolean}
Row = tuple[str, str, str | None, str, bool]
AREAS = ("41000", "41001", "41003", "41005", "US000")


def text(table: Table, width: int = 120) -> list[str]:
    """What the terminal shows, a line each, without the spaces around."""
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(table)
    return [line.strip() for line in out.getvalue().splitlines() if line.strip()]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│┃|").replace("┃", "│").split("│")]


def plan(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def slices(reason: str, period: str, certain: int = len(AREAS)) -> list[Row]:
    """Of every area; only the first ones are asked for whatever they answer."""
    return [(reason, period, area, f"https://bls/{period}/{area}.csv", n < certain) for n, area in enumerate(AREAS)]


PLAN = plan(
    *slices("new period", "2026-Q2", certain=2),
    *slices("open for revision", "2026-Q1")[:2],
    ("never seen", "2016", None, "https://bls/2016.zip", True),
)


def test_the_summary_has_a_row_a_reason_and_period_in_the_order_of_asking() -> None:
    lines = text(plan_summary(PLAN))
    assert lines[0] == "Files to ask for"
    rows = [cells(line) for line in lines if "│" in line]
    assert rows == [
        ["new period", "2026-Q2", "5", "2", "41000, 41001, 41003 and 2 more"],
        ["open for revision", "2026-Q1", "2", "2", "41000, 41001"],
        ["never seen", "2016", "1", "1", "all, in one archive"],
    ]
    [head] = [line for line in lines if "Why" in line]
    assert cells(head) == ["Why", "Period", "Files", "At least", "Areas"]


def test_one_period_with_two_reasons_has_two_rows() -> None:
    found = plan_summary(plan(*slices("open for revision", "2025")[:1], *slices("never seen", "2025")[1:3]))
    assert [cells(line)[:3] for line in text(found) if "│" in line] == [
        ["open for revision", "2025", "1"],
        ["never seen", "2025", "2"],
    ]


@pytest.mark.parametrize(
    ("count", "areas"), [(1, "41000"), (3, "41000, 41001, 41003"), (4, "41000, 41001, 41003 and 1 more")]
)
def test_three_areas_are_named_and_the_others_counted(count: int, areas: str) -> None:
    [line] = [line for line in text(plan_summary(plan(*slices("never seen", "2025-Q1")[:count]))) if "│" in line]
    assert cells(line)[-1] == areas


def test_the_list_has_every_file_with_its_whole_address_on_a_narrow_terminal_too() -> None:
    lines = [line.split() for line in plan_files(PLAN)]
    assert [line[-1] for line in lines] == PLAN["address"].to_list()
    assert [line[1] for line in lines] == [area or "all" for area in PLAN["area_fips"]]


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((9, 9, 12.0, 0), "bls: 9 requests, at most one a second: about 1 min at most."),
        ((44, 1_056, 1_373.0, 0), "bls: 44 to 1,056 requests, at most one a second: about 23 min at most."),
        (
            (1, 1, 90.0, 1_204),
            "bls: 1 requests, at most one a second: about 2 min at most; 1,204 files are in hand and final, they "
            "are not asked for.",
        ),
        ((0, 0, 0.0, 7), "bls: nothing to ask for; 7 files are in hand and final, they are not asked for."),
        ((0, 0, 0.0, 0), "bls: nothing to ask for."),
    ],
)
def test_a_sentence_says_how_many_how_long_and_what_is_left_alone(
    counts: tuple[int, int, float, int], sentence: str
) -> None:
    assert plan_sentences("bls", *counts) == [sentence]


@given(st.lists(st.tuples(st.sampled_from(["2026-Q2", "2026-Q1"]), st.booleans()), max_size=30))
def test_the_summary_counts_every_file_once(files: list[tuple[str, bool]]) -> None:
    rows = [("never seen", period, "41000", f"https://{n}", certain) for n, (period, certain) in enumerate(files)]
    found = [cells(line) for line in text(plan_summary(plan(*rows))) if "│" in line]
    assert sum(int(row[2]) for row in found) == len(files)
    assert sum(int(row[3]) for row in found) == sum(certain for _, certain in files)
