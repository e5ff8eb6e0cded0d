"""The plain worksheet writes what XlsxWriter's own class writes, byte for byte."""

import gc
import io
from datetime import datetime

import pytest
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.reporting.workbook.plain_sheet import PlainSheet, no_search_for_cycles

NUMBERS = (0, 1, -2, 2**53 + 1, 0.1, 1 / 3, 1e-300, 1.5e300, -0.0, 123456789.123456789)
TEXTS = ("plain", "", " with spaces ", "=1+1", "a & b < c", "_x0041_", "plain", "two\nlines")


def written_as(kind: type[Worksheet]) -> bytes:
    """A workbook with every kind of cell that ours have, gaps, formats, heights and a chart that reads cells."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": datetime(2026, 1, 1)})
        bold, percent = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "0.00%"})
        workbook.add_worksheet("Empty", kind)
        sheet = workbook.add_worksheet("Cells", kind)
        for row, number in enumerate(NUMBERS, start=2):
            sheet.write_number(row, 0, number, percent)
            sheet.write_number(row, 30, number)
        for row, text in enumerate(TEXTS, start=40):
            sheet.write_string(row, 701, text, bold)
            sheet.write_string(row, 702, text)
        sheet.write_datetime(70, 3, datetime(2024, 2, 29), percent)
        sheet.write_blank(71, 4, None, bold)
        sheet.set_row(5, 30)
        sheet.set_row(60, 30, bold)
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": ["Cells", 2, 0, 11, 0], "categories": ["Cells", 40, 701, 47, 701]})
        sheet.insert_chart(80, 0, chart)
    return target.getvalue()


def test_a_plain_sheet_is_the_same_file_as_one_of_xlsxwriter() -> None:
    assert written_as(PlainSheet) == written_as(Worksheet)


def test_a_number_that_is_none_is_refused_as_by_xlsxwriter() -> None:
    with Workbook(io.BytesIO(), {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Cells", PlainSheet)
        with pytest.raises(TypeError):
            sheet.write_number(0, 0, float("nan"))


def broken_off_inside() -> None:
    with no_search_for_cycles():
        assert not gc.isenabled()
        raise ValueError("broken off")


def test_cycles_are_searched_for_again_afterwards_also_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken off"):
        broken_off_inside()
    assert gc.isenabled()
