"""Cells of the workbook: text stays text, numbers keep their value, and what a cell cannot hold is said."""

import io
from datetime import date
from typing import Any

import openpyxl
import polars as pl
import pytest
from xlsxwriter.workbook import Workbook

from pipelines.domain.concentration import CONCENTRATION_STATUSES
from pipelines.domain.trends import CHANGE_STATUSES, CONTRIBUTION_STATUSES, GROWTH_STATUSES, INDEX_STATUSES
from pipelines.reporting.workbook.cells import CUT, LONGEST_TEXT, Column, Formats, Kind, cell_text, unit, write_column
from pipelines.reporting.workbook.sheets import TABLE_SHEETS
from pipelines.reporting.workbook.words import STATUSES, in_words

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "</script><b>&amp;",
    "http://example.org",
    "12",
    "_x0041_",
    "abc\u202egpj.exe",
    "\"quoted\", 'so'",
    "x" * 10_000,
)


def read_back(column: Column, frame: pl.DataFrame) -> tuple[list[Any], Formats]:
    """The cells of a column that was written, as another library reads them."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as workbook:
        formats = Formats(workbook)
        write_column(workbook.add_worksheet(), 0, 0, column, frame, formats)
    sheet = openpyxl.load_workbook(target).active
    return [sheet.cell(row, 1) for row in range(1, frame.height + 1)], formats


def test_text_comes_back_as_text_whatever_it_begins_with() -> None:
    cells, formats = read_back(Column("name", "Name"), pl.DataFrame({"name": HOSTILE}))
    read = [cell.value.replace("_x005F_", "_") for cell in cells]  # openpyxl leaves the escape of _x…_ as it is
    assert read == list(HOSTILE)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [cell.quotePrefix for cell in cells] == [text[0] in "=+-@\t" for text in HOSTILE]
    assert not formats.replaced
    assert not formats.cut


def test_what_a_cell_cannot_hold_is_replaced_or_cut_visibly_and_told() -> None:
    texts = ["a\x00b\x1fc\ufffe", "one\r\ntwo\rthree", "é" * 40_000, "𝄞" * 20_000]
    cells, formats = read_back(Column("name", "Name"), pl.DataFrame({"name": texts}))
    assert cells[0].value == "a�b�c�"
    assert cells[1].value == "one\ntwo\nthree"
    assert cells[2].value == "é" * (LONGEST_TEXT - len(CUT)) + CUT
    assert cells[3].value == "𝄞" * ((LONGEST_TEXT - len(CUT)) // 2) + CUT
    assert (len(formats.replaced), len(formats.cut)) == (1, 2)


def test_a_text_that_just_fits_is_whole() -> None:
    assert cell_text("x" * LONGEST_TEXT) == "x" * LONGEST_TEXT


@pytest.mark.parametrize(
    ("kind", "value", "number_format"),
    [
        ("count", 46_712, "#,##0"),
        ("count", 46_712.25, "#,##0"),
        ("dollars", 2.5e12, "$#,##0"),
        ("percent", 0.0574, "0.00%"),
        ("ratio", 1.25, "0.00"),
        ("hundredths", 103.2, "0.0"),
        ("year", 2016, "0"),
    ],
)
def test_numbers_stay_numbers_with_their_format(kind: Kind, value: float, number_format: str) -> None:
    (cell, unknown), _ = read_back(Column("value", "Value", kind), pl.DataFrame({"value": [value, None]}))
    assert (cell.value, cell.data_type, cell.number_format) == (value, "n", number_format)
    assert unknown.value is None


def test_days_are_dates_and_answers_are_words() -> None:
    days, _ = read_back(Column("day", "Day", "date"), pl.DataFrame({"day": [date(2017, 9, 6), None]}))
    assert [cell.is_date for cell in days] == [True, False]
    assert days[0].value.date() == date(2017, 9, 6)
    answers, _ = read_back(Column("is_so", "So", "yes_no"), pl.DataFrame({"is_so": [True, False, None]}))
    assert [cell.value for cell in answers] == ["yes", "no", None]


def test_the_unit_follows_the_measure() -> None:
    frame = pl.DataFrame({"estimate": [1.0, 2.0, 0.5], "measure": ["employment", "wages", "share_of_wages"]})
    cells, _ = read_back(Column("estimate", "Figure", "unit"), frame)
    assert [cell.number_format for cell in cells] == ["#,##0", "$#,##0", "0.00%"]
    assert unit("location_quotient") == "ratio"
    assert unit("real_average_annual_pay") == "dollars"


def test_an_estimate_is_marked_and_a_published_figure_is_not() -> None:
    frame = pl.DataFrame(
        {
            "estimate_share": [0.2, 0.2, 0.2, None],
            "lower_share": [0.2, 0.1, 0.1, 0.1],
            "upper_share": [0.2, 0.3, None, None],
        }
    )
    cells, _ = read_back(Column("estimate_share", "Share", "percent"), frame)
    assert [cell.value for cell in cells] == [0.2, 0.2, 0.2, None]
    assert [cell.number_format for cell in cells[:3]] == ["0.00%", '"≈ "0.00%', '"≈ "0.00%']


def test_the_published_part_is_marked_where_something_is_hidden() -> None:
    frame = pl.DataFrame({"known": [5.0, 5.0, None], "hidden_cells": [0, 2, 2]})
    cells, _ = read_back(Column("known", "Published part", "count"), frame)
    assert [cell.number_format for cell in cells[:2]] == ["#,##0", '"≥ "#,##0']
    assert cells[2].value is None


def test_every_status_of_the_measures_has_words() -> None:
    known = {*CONCENTRATION_STATUSES, *CHANGE_STATUSES, *GROWTH_STATUSES, *CONTRIBUTION_STATUSES, *INDEX_STATUSES}
    assert known - set(STATUSES) == set()


def test_a_key_without_words_is_shown_as_it_is() -> None:
    assert in_words("change_status", "something_new") == "something new"
    assert in_words("measure", "employment") == in_words("statistic", "employment") == "Jobs"
    assert in_words("base_ownership", "total_covered") == "All ownerships"


def test_sheet_names_are_such_as_a_workbook_can_have() -> None:
    names = [sheet.name for sheet in TABLE_SHEETS]
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)
