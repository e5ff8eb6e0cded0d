"""How a value becomes a cell: text that stays text, numbers with their formats, unknown figures as empty cells.

Belongs here: the rules of cells. Not here: which columns there are (sheets).

Text is always written as text, and marked so where a spreadsheet would read it as a formula when somebody edits it.
Characters that a workbook cannot hold are replaced, longer text is cut, both visibly.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.reporting.uncertainty import INVISIBLE
from pipelines.reporting.workbook.words import in_words

Kind = Literal["text", "words", "yes_no", "count", "year", "dollars", "percent", "ratio", "hundredths", "date", "unit"]
"""What a column holds; 'unit' follows the measure or statistic of its row."""

LONGEST_TEXT = 32_767
"""The most characters of a cell, counted as Excel does: UTF-16 code units."""
CUT = " … [cut: longer than a cell can be]"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
READ_AS_FORMULA = ("=", "+", "-", "@", "\t", "\n")
NUMBER_FORMATS: Mapping[str, str] = {
    "count": "#,##0",
    "year": "0",
    "dollars": "$#,##0",
    "percent": "0.00%",
    "ratio": "0.00",
    "hundredths": "0.0",
    "date": "yyyy-mm-dd",
}
_DOLLARS = {"wages", "average_annual_pay", "real_average_annual_pay", "average_wage"}


@dataclass(frozen=True)
class Column:
    """A column of a sheet: name is the mart's, heading says in words what it is, with its unit; width in characters."""

    name: str
    heading: str
    kind: Kind = "text"
    width: float = 11

    @property
    def alignment(self) -> Mapping[str, object]:
        """Numbers to the right, as spreadsheets have them; text a little off what stands to its left."""
        return {"align": "left", "indent": 1} if self.kind in ("text", "words", "yes_no") else {"align": "right"}


@dataclass
class Formats:
    """The formats of one workbook, each made once, and the texts that had to be changed."""

    workbook: Workbook
    replaced: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    _made: dict[tuple[tuple[str, object], ...], Format] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], Format] = field(default_factory=dict)

    def of(self, **properties: object) -> Format:
        """The format with these properties, as XlsxWriter names them."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.workbook.add_format(dict(properties))
        return self._made[key]

    def number(self, kind: str, mark: str) -> Format:
        """The format of a number, with ≈ or ≥ before it: the cell stays a number."""
        if (kind, mark) not in self._numbers:
            pattern = f'"{mark} "{NUMBER_FORMATS[kind]}' if mark else NUMBER_FORMATS[kind]
            self._numbers[kind, mark] = self.of(num_format=pattern, valign="top")
        return self._numbers[kind, mark]

    def text(self, text: str, **properties: object) -> tuple[str, Format]:
        """The text as a cell can hold it, noted where it is not as it was, and the format that keeps it text."""
        held = cell_text(text)
        if NOT_IN_XML.search(text):
            self.replaced.add(held)
        if held.endswith(CUT):
            self.cut.add(held)
        if held.startswith(READ_AS_FORMULA):
            properties["quote_prefix"] = True
        return held, self.of(valign="top", **properties)


def cell_text(text: str) -> str:
    """The text as a cell can hold it: line ends as LF, what XML cannot hold as �, and cut where it is too long."""
    held = NOT_IN_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _units(held) <= LONGEST_TEXT:
        return held
    kept = held.encode("utf-16-le")[: 2 * (LONGEST_TEXT - _units(CUT))]
    return kept.decode("utf-16-le", errors="ignore") + CUT


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def write_text(sheet: Worksheet, row: int, column: int, text: str, formats: Formats, **properties: object) -> None:
    """Writes text as text, whatever it begins with."""
    sheet.write_string(row, column, *formats.text(text, **properties))


def fitting_width(column: Column, frame: pl.DataFrame) -> float:
    """The width that shows the largest number of a column: one that is too narrow shows ### instead."""
    if column.kind not in ("count", "dollars", "unit"):
        return column.width
    largest = frame.select(pl.col(column.name).cast(pl.Float64).abs().max()).item() or 0.0
    return max(column.width, len(f"≈ ${largest:,.0f}") + 2)


def write_column(
    sheet: Worksheet,
    first_row: int,
    position: int,
    column: Column,
    frame: pl.DataFrame,
    formats: Formats,
    is_wrapped: bool = False,
) -> None:
    """Writes the values of one column below each other; an unknown one leaves its cell empty."""
    values = enumerate(frame.get_column(column.name).to_list(), start=first_row)
    match column.kind:
        case "text" | "words" | "yes_no":
            # Few texts stand in many cells: each is looked at once.
            cells = {
                value: formats.text(_in_cell(column, value), text_wrap=is_wrapped, **column.alignment)
                for value in frame.get_column(column.name).unique(maintain_order=True)
                if value is not None
            }
            for row, value in values:
                if value is not None:
                    sheet.write_string(row, position, *cells[value])
        case "date":
            for row, day in values:
                if day is not None:
                    sheet.write_datetime(row, position, day, formats.number("date", ""))
        case _:
            shown = zip(values, _kinds(column, frame), _marks(column, frame), strict=True)
            for (row, value), kind, mark in shown:
                if value is not None:
                    sheet.write_number(row, position, value, formats.number(kind, mark))


def _in_cell(column: Column, value: Any) -> str:
    if column.kind == "words":
        return in_words(column.name, value)
    return {True: "yes", False: "no"}[value] if column.kind == "yes_no" else str(value)


def _kinds(column: Column, frame: pl.DataFrame) -> list[str]:
    if column.kind != "unit":
        return [column.kind] * frame.height
    measures = frame.get_column("statistic" if "statistic" in frame.columns else "measure").to_list()
    return [unit(measure) for measure in measures]


def unit(measure: str) -> str:
    """The kind of number that a measure or statistic is."""
    if measure.startswith("share_of_"):
        return "percent"
    if measure == "location_quotient":
        return "ratio"
    return "dollars" if measure in _DOLLARS else "count"


def _marks(column: Column, frame: pl.DataFrame) -> list[str]:
    """≈ before an estimate whose bounds lie apart, ≥ before what is only the published part."""
    approximate = at_least = pl.lit(False)
    lower, upper = (column.name.replace("estimate", end) for end in ("lower", "upper"))
    if lower != column.name and {lower, upper} <= set(frame.columns):
        apart = pl.col(upper) - pl.col(lower) > INVISIBLE * pl.max_horizontal(pl.col(upper).abs(), pl.col(lower).abs())
        approximate = apart.fill_null(True)
    if column.name.startswith("known") and "hidden_cells" in frame.columns:
        at_least = pl.col("hidden_cells") > 0
    if column.name == "our_value":
        at_least = ~pl.col("is_complete")
    marks = pl.when(approximate).then(pl.lit("≈")).when(at_least).then(pl.lit("≥")).otherwise(pl.lit(""))
    return frame.with_columns(mark=marks).get_column("mark").to_list()
