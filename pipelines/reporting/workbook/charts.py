"""The charts of a workbook: native ones, whose series refer to cells, so that they say what the cells say.

Belongs here: which cells are drawn and how. Not here: where the cells are written (book).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import polars as pl
from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_range_formula
from xlsxwriter.workbook import Workbook

from pipelines.reporting.workbook.cells import cell_text
from pipelines.reporting.workbook.sheets import TableSheet
from pipelines.reporting.workbook.words import in_words

MEASURES = ("businesses", "employment", "wages")
# Okabe and Ito's colours, told apart by colour-blind readers; markers and patterns tell the same without colour.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
MARKERS = ("circle", "square", "diamond", "triangle", "x", "star", "plus")
PATTERNS = ("wide_upward_diagonal", "dotted_diamond", "horizontal_brick")
SIZE = {"width": 620, "height": 400}
AXIS_FORMATS = {"businesses": "#,##0", "employment": "#,##0", "wages": '$#,##0.0,," m"'}


@dataclass(frozen=True)
class WrittenTable:
    """A table as it stands in a workbook: rows of frame from first_row on, columns in the order of the sheet."""

    sheet: TableSheet
    frame: pl.DataFrame
    first_row: int

    def cells(self, name: str, rows: Sequence[int]) -> str:
        """The reference to the cells of a column in rows of the frame that follow each other."""
        column = [each.name for each in self.sheet.columns].index(name)
        first, last = self.first_row + rows[0], self.first_row + rows[-1]
        return str(xl_range_formula(self.sheet.name, first, column, last, column))

    def rows(self, *conditions: pl.Expr) -> list[int]:
        """The rows of the frame that fulfil the conditions."""
        return self.frame.with_row_index("at").filter(*conditions).get_column("at").to_list()


def share_charts(workbook: Workbook, table: WrittenTable, mark: str) -> Iterator[tuple[Chart, str]]:
    """A bar chart a measure, with what it shows in words: the share of each sector, with its 90 % interval.

    table: rows of one region, those of a definition and measure following each other, sectors first. mark comes first
    in each title.
    """
    for measure in MEASURES:
        chart = workbook.add_chart({"type": "bar"})
        for position, definition in enumerate(table.frame.get_column("definition").unique(maintain_order=True)):
            rows = table.rows(
                pl.col("definition") == definition, pl.col("measure") == measure, pl.col("sector_kind") == "sector"
            )
            if rows:
                chart.add_series(_bar(table, rows, position))
        if not chart.series:
            continue
        what = f"Share of {in_words('measure', measure).lower()}"
        _dress(chart, f"{mark}{what}, private, with 90 % intervals")
        chart.set_x_axis({"num_format": "0%", "min": 0, "major_gridlines": {"visible": True, "line": _THIN}})
        chart.set_y_axis({"reverse": True, "crossing": "max", "num_font": {"size": 9}})
        yield chart, f"{what} of each target sector in the region, with 90 % intervals: columns of this sheet."


def series_charts(workbook: Workbook, table: WrittenTable, mark: str) -> Iterator[tuple[Chart, str]]:
    """A line chart a measure, with what it shows in words: each sector by quarter, or by year.

    table: rows of one region, each series in one piece. Only the first definition is drawn, and private ownership;
    where a figure is unknown the line is broken. Years are drawn where there are no quarters.
    """
    definition = table.frame.item(0, "definition")
    drawn = (pl.col("definition") == definition, pl.col("ownership") == "private", pl.col("sector_kind") == "sector")
    is_quarter = pl.col("quarter") > 0
    by_quarter = bool(table.rows(*drawn, is_quarter))
    for measure in MEASURES:
        chart = workbook.add_chart({"type": "line"})
        of_measure = (*drawn, pl.col("measure") == measure, is_quarter if by_quarter else ~is_quarter)
        sectors = table.frame.filter(*of_measure).get_column("sector").unique(maintain_order=True)
        for sector, colour, marker in zip(sectors, cycle(COLOURS), cycle(MARKERS), strict=False):
            rows = table.rows(*of_measure, pl.col("sector") == sector)
            chart.add_series(
                {
                    "name": table.cells("sector_name", rows[:1]),
                    "categories": table.cells("period", rows),
                    "values": table.cells("estimate", rows),
                    "line": {"color": colour, "width": 2},
                    "marker": {"type": marker, "size": 6, "fill": {"color": colour}, "border": {"color": colour}},
                }
            )
        if not chart.series:
            continue
        what = f"{in_words('measure', measure)} by {'quarter' if by_quarter else 'year'}"
        _dress(chart, f"{mark}{what}, private, {definition} definition")
        chart.set_y_axis(
            {"num_format": AXIS_FORMATS[measure], "min": 0, "major_gridlines": {"visible": True, "line": _THIN}}
        )
        chart.set_x_axis({"num_font": {"size": 9}})
        yield chart, f"{what} of each target sector in the region: rows of the sheet {table.sheet.name}."


_THIN = {"color": "#D9D9D9", "width": 0.5}


def _bar(table: WrittenTable, rows: Sequence[int], position: int) -> dict[str, object]:
    """The shares of one definition; the second and further ones have a pattern, not only another colour."""
    colour = COLOURS[position % len(COLOURS)]
    fill: dict[str, object] = {"fill": {"color": colour}}
    if position:
        pattern = PATTERNS[(position - 1) % len(PATTERNS)]
        fill = {"pattern": {"pattern": pattern, "fg_color": colour, "bg_color": "#FFFFFF"}}
    return {
        "name": table.cells("definition", rows[:1]),
        "categories": table.cells("sector_name", rows),
        "values": table.cells("estimate_share", rows),
        "border": {"color": colour},
        "gap": 60,
        "x_error_bars": {
            "type": "custom",
            "plus_values": table.cells("share_to_upper", rows),
            "minus_values": table.cells("share_to_lower", rows),
            "line": {"color": "#404040", "width": 1},
        },
        **fill,
    }


def _dress(chart: Chart, title: str) -> None:
    chart.set_title({"name": cell_text(title), "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"})
    chart.set_size(SIZE)
    chart.show_blanks_as("gap")
    chart.show_hidden_data()
