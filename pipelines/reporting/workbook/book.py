"""Writes the workbook of one region.

Belongs here: the order of sheets, their frame (title, mark, headings, print) and the file. Not here: what stands on
them (sheets, notes, charts).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.reporting.workbook.cells import Formats, cell_text, fitting_width, write_column, write_text
from pipelines.reporting.workbook.charts import SIZE, WrittenTable, series_charts, share_charts
from pipelines.reporting.workbook.notes import write_notes
from pipelines.reporting.workbook.plain_sheet import PlainSheet, no_search_for_cycles
from pipelines.reporting.workbook.sheets import SUMMARY, TABLE_SHEETS, TableSheet

SYNTHETIC_SENTENCE = f"{SYNTHETIC}: made-up figures of a made-up economy, to show how it works."
QUERIES = ("sources", "warnings", *(sheet.query for sheet in TABLE_SHEETS), "definitions")
"""The reports that a workbook is made from, without workbook_; all but definitions are of one region."""
HEADINGS_ROW = 5
LONGEST_IN_HEADER = 80
LONGEST_PROPERTY = 255
LINE = 13.5
"""Points a line of headings."""
GREY = "#595959"
NO_DATE = date(1980, 1, 1)
"""The date of a workbook of whose files none has one: what zip archives begin with."""
_OPTIONS = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}
_CHART_ROWS = SIZE["height"] // 20 + 2
_CHART_LEFTS = (0, SIZE["width"] + 20, 2 * (SIZE["width"] + 20))


def write_workbook(path: Path, region: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> None:
    """Writes the workbook of one region: notes, then a sheet a table, marked on every sheet if it is the sample.

    region: a row of the report workbook_regions. frames: by the names of QUERIES, rows of this region in the order of
    display, with the columns of the reports. Shares are 0–1, wages and pay US dollars. The same frames make the same
    bytes: the file's date is that of the newest file that the figures come from. Raises KeyError for a frame that is
    wanting, and xlsxwriter.exceptions.FileCreateError where the file cannot be written.
    """
    title = cell_text(region["region_name"])
    with no_search_for_cycles(), Workbook(path, _OPTIONS) as workbook:
        workbook.set_properties(_properties(region, frames["sources"]))
        formats = Formats(workbook)
        notes = workbook.add_worksheet("Notes", PlainSheet)
        written = [_write_sheet(workbook, sheet, region, frames[sheet.query], formats) for sheet in TABLE_SHEETS]
        _place_charts(workbook, {table.sheet.name: table for table in written}, region)
        _frame_sheet(notes, f"{title}: target sectors", region, formats)
        facts = [
            ("Region", f"{title} ({region['region']})"),
            ("Periods", " to ".join(dict.fromkeys((region["first_period"], region["last_period"])))),
            ("Publisher", region["data_origin"]),
        ]
        write_notes(notes, 3, facts, frames, formats)


def _write_sheet(
    workbook: Workbook, table: TableSheet, region: Mapping[str, Any], frame: pl.DataFrame, formats: Formats
) -> WrittenTable:
    """A sheet with its title, where it is from, the mart's column names, headings and rows; or why it has none."""
    sheet = workbook.add_worksheet(table.name, PlainSheet)
    _frame_sheet(sheet, f"{table.title} — {region['region_name']}", region, formats)
    write_text(sheet, 2, 0, table.about, formats)
    origin = f"From {table.mart}, region {region['region']} (sql/reports/workbook_{table.query}.sql)"
    write_text(sheet, 3, 0, origin, formats, font_color=GREY)
    result = WrittenTable(table, frame, HEADINGS_ROW + 1)
    if frame.is_empty():
        sheet.set_column(0, 0, 100)
        write_text(sheet, HEADINGS_ROW, 0, f"No rows: {table.if_empty}.", formats, bold=True, text_wrap=True)
        return result
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, fitting_width(column, frame))
        look = {"text_wrap": True, **column.alignment}
        write_text(sheet, HEADINGS_ROW - 1, position, column.name, formats, font_size=7, font_color=GREY, **look)
        write_text(
            sheet, HEADINGS_ROW, position, column.heading, formats, bold=True, bg_color="#DDEBF7", bottom=1, **look
        )
        write_column(sheet, HEADINGS_ROW + 1, position, column, frame, formats)
    last_row, last_column = HEADINGS_ROW + frame.height, len(table.columns) - 1
    sheet.set_row(HEADINGS_ROW - 1, 2 * LINE)
    sheet.set_row(HEADINGS_ROW, 6 * LINE)
    sheet.autofilter(HEADINGS_ROW, 0, last_row, last_column)
    sheet.freeze_panes(HEADINGS_ROW + 1, table.frozen)
    sheet.repeat_rows(HEADINGS_ROW)
    sheet.print_area(0, 0, last_row, last_column)
    return result


def _frame_sheet(sheet: Worksheet, title: str, region: Mapping[str, Any], formats: Formats) -> None:
    """Title and mark on the sheet and in print: landscape, as wide as the page."""
    write_text(sheet, 0, 0, title, formats, bold=True, font_size=14)
    if region["is_synthetic"]:
        write_text(sheet, 1, 0, SYNTHETIC_SENTENCE, formats, bold=True, font_color="#C00000")
    else:
        write_text(sheet, 1, 0, region["data_origin"], formats)
    mark = f'&"Calibri,Bold"{SYNTHETIC}' if region["is_synthetic"] else ""
    sheet.set_header(f"&L{_in_header(region['region_name'])}&C{mark}&R&A")
    sheet.set_footer(f"&L{_in_header(region['data_origin'])}&C{mark}&RPage &P of &N")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _in_header(text: str) -> str:
    """Text for a page's header or footer, where & begins a code and the whole has at most 255 characters."""
    return cell_text(text).replace("&", "＆").replace("\n", " ")[:LONGEST_IN_HEADER]


def _place_charts(workbook: Workbook, tables: Mapping[str, WrittenTable], region: Mapping[str, Any]) -> None:
    """Below the summary: the shares in one line, what they were over time in the next."""
    mark = f"{SYNTHETIC}: " if region["is_synthetic"] else ""
    summary, series = tables[SUMMARY.name], tables["Time series"]
    if summary.frame.is_empty():
        return
    sheet = workbook.get_worksheet_by_name(SUMMARY.name)
    row = summary.first_row + summary.frame.height + 1
    for charts in (share_charts(workbook, summary, mark), series_charts(workbook, series, mark)):
        _insert(sheet, row, charts)
        row += _CHART_ROWS
    sheet.print_area(0, 0, row - 1, [column.name for column in SUMMARY.columns].index("revision_status"))


def _insert(sheet: Worksheet, row: int, charts: Iterable[tuple[Chart, str]]) -> None:
    for left, (chart, description) in zip(_CHART_LEFTS, charts, strict=False):
        sheet.insert_chart(row, 0, chart, {"x_offset": left, "description": description, "object_position": 3})


def _properties(region: Mapping[str, Any], sources: pl.DataFrame) -> dict[str, object]:
    day = max(filter(None, [*sources["published_on"], *sources["retrieved_on"]]), default=NO_DATE)
    mark = f"{SYNTHETIC}: " if region["is_synthetic"] else ""
    return {
        "title": cell_text(f"{mark}Target sectors of {region['region_name']}")[:LONGEST_PROPERTY],
        "subject": "Shares of businesses, jobs and wages, from QCEW",
        "author": "",
        "comments": cell_text(region["data_origin"])[:LONGEST_PROPERTY],
        "created": datetime(day.year, day.month, day.day),
    }
