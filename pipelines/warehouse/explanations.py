"""A figure of the published warehouse, taken apart: the cells, rows and files that it is made of.

Belongs here: reading the reports explain_*, and checking that the parts add up. Not here: how it is worded (reporting).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import polars as pl

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.domain.figure_names import FigureName, UnknownFigure, parse_figure_name
from pipelines.warehouse.reports import read_report

Facts = dict[str, Any]

UNITS: Mapping[str, str] = {"businesses": "establishments", "employment": "jobs", "wages": "US dollars"}
ALL_INDUSTRIES = "10"
_VALUES: Mapping[str, str] = {
    "businesses": "establishments",
    "employment": "average_employment",
    "wages": "wages_usd",
}
_CELL = ["area_fips", "own_code", "industry_code"]
_PLACE = ("region", "period")
_GROUP = ("sector", "definition")
_WHERE_A_ROW_IS = ("capture_sha256", "file_name", "member", "line_number")
_MONTHS = ("month1_employment", "month2_employment", "month3_employment")
_JUDGEMENT = ("is_topmost", "is_known", "is_hidden")
_FOR_HIDDEN_CELLS = ("nearest_published_code", "nearest_published_title")


class NoFigure(UnknownFigure):
    """A figure that has a name but is not in the warehouse: says why, and what is there instead."""


@dataclass(frozen=True)
class Explanation:
    """A figure and what it is made of; shares 0–1, wages in US dollars. No value of a hidden cell is in it.

    figure: the row of marts.sector_measures, with the codes of its definition. region: its areas and the rows of all
    industries that its total is the sum of. known: the rows that are counted, and their sum. hidden: the cells that are
    not known. beside: overlaps and lenses. files: the input files. breaks: of its series.
    """

    figure: Facts
    region: Facts
    known: Facts
    hidden: Facts
    beside: list[Facts]
    files: list[Facts]
    breaks: list[Facts]

    @property
    def disagreements(self) -> list[str]:
        """Sums of rows that are not what the figure says: none, or the warehouse contradicts itself."""
        sums = {"known part": self.known, "region's total": self.region, "number of hidden cells": self.hidden}
        return [
            f"the {name} is {part['expected']}, but the rows listed for it add up to {part['sum']}"
            for name, part in sums.items()
            if not part["agrees"]
        ]

    def as_dict(self) -> Facts:
        """The same as dictionaries and lists, in a stable order, for JSON."""
        return asdict(self)


def explain(connection: duckdb.DuckDBPyConnection, words: Iterable[str]) -> Explanation:
    """The figure that the words name, in a published warehouse, taken apart.

    Raises UnknownFigure for words that name none, NoFigure for a figure that is not there.
    """
    vocabularies = read_report(connection, "explain_words")
    known_words = {str(kind): list(rows["word"]) for (kind,), rows in vocabularies.group_by("vocabulary")}
    name = parse_figure_name(words, known_words)
    ask = _Asking(connection, name)
    found = ask.rows("figure", *_PLACE, *_GROUP, "ownership", "measure")
    if not found:
        raise NoFigure(_absence(name, ask.rows("absence", *_PLACE, *_GROUP)[0]))
    figure = found[0]
    cells = ask.frame("cells", *_PLACE, *_GROUP, "ownership")
    totals = ask.frame("areas", *_PLACE, "ownership")
    codes = sorted({*cells["industry_code"], ALL_INDUSTRIES})
    rows = ask.frame("rows", *_PLACE, industry_codes=codes)
    return Explanation(
        figure=_figure(figure, ask.rows("codes", *_GROUP, naics_vintage=figure["naics_vintage"])),
        region=_region(figure, totals, rows),
        known=_known(figure, cells, rows),
        hidden=_hidden(figure, cells, rows),
        beside=ask.rows("beside", *_PLACE, *_GROUP, "ownership", "measure"),
        files=ask.rows("files", *_PLACE),
        breaks=ask.rows("breaks", *_PLACE, *_GROUP, "ownership"),
    )


@dataclass(frozen=True)
class _Asking:
    """Reads the reports about one figure; each gets those parts of its name that it asks for."""

    connection: duckdb.DuckDBPyConnection
    name: FigureName

    def frame(self, report: str, *parts: str, **more: object) -> pl.DataFrame:
        values = {part: getattr(self.name, part) for part in parts} | more
        return read_report(self.connection, f"explain_{report}", values)

    def rows(self, report: str, *parts: str, **more: object) -> list[Facts]:
        return self.frame(report, *parts, **more).to_dicts()


def _figure(figure: Facts, codes: list[Facts]) -> Facts:
    named = {"unit": UNITS[figure["measure"]], "is_synthetic": figure["data_origin"] == SYNTHETIC}
    return {**figure, **named, "codes": codes}


def _region(figure: Facts, totals: pl.DataFrame, rows: pl.DataFrame) -> Facts:
    counted = _with_rows(totals.filter(pl.col("own_code").is_not_null()), rows, figure["measure"])
    areas = totals.select("area_fips", "area_title", "basis").unique(maintain_order=True).to_dicts()
    values = [row["value"] for row in counted]
    added = None if None in values else _sum(figure["measure"], values)
    return {
        "areas": areas,
        "expected": figure["total"],
        "sum": added,
        # the total of a measure can be known where a part of it is hidden for others: then there is nothing to add
        "agrees": added == figure["total"] or added is None,
        "rows": counted,
    }


def _known(figure: Facts, cells: pl.DataFrame, rows: pl.DataFrame) -> Facts:
    is_counted = "is_topmost" if figure["measure"] == "businesses" else "is_known"
    counted = cells.filter(is_counted).drop(*_JUDGEMENT, *_FOR_HIDDEN_CELLS)
    listed = _with_rows(counted, rows, figure["measure"])
    added = _sum(figure["measure"], [row["value"] for row in listed])
    return {
        "expected": figure["known"],
        "sum": added,
        "agrees": added == (figure["known"] or 0),  # null where all is hidden: then there is nothing to add
        "rows": listed,
    }


def _hidden(figure: Facts, cells: pl.DataFrame, rows: pl.DataFrame) -> Facts:
    unknown = cells.filter("is_hidden" if figure["measure"] != "businesses" else pl.lit(False))
    values = ("average_employment", "wages_usd", "basis", "disclosure")
    listed = _with_rows(unknown.drop(*_JUDGEMENT, *values), rows)
    return {
        "expected": figure["hidden_cells"],
        "sum": len(listed),
        "agrees": len(listed) == figure["hidden_cells"],
        "establishments": sum(row["establishments"] for row in listed),
        "rows": listed,
    }


def _with_rows(cells: pl.DataFrame, rows: pl.DataFrame, measure: str | None = None) -> list[Facts]:
    """Cells, each with its value of the measure and the rows of its quarters; without a measure no row has a value."""
    values = (
        [] if measure is None else [*_MONTHS, "average_employment"] if measure == "employment" else [_VALUES[measure]]
    )
    kept = list(dict.fromkeys(["quarter", "disclosure", "establishments", *values, *_WHERE_A_ROW_IS]))
    rows_of = {key: found.select(kept).to_dicts() for key, found in rows.group_by(_CELL, maintain_order=True)}
    return [
        {**cell, **({"value": cell[_VALUES[measure]]} if measure else {}), "rows": rows_of.get(_key(cell), [])}
        for cell in cells.to_dicts()
    ]


def _key(cell: Facts) -> tuple[object, ...]:
    return tuple(cell[name] for name in _CELL)


def _sum(measure: str, values: list[float]) -> float:
    """The sum; mean jobs are whole twelfths, and added as such it is exact, as the warehouse adds them."""
    if measure == "employment":
        return sum(round(12 * value) for value in values) / 12
    return sum(values)


def _absence(name: FigureName, found: Facts) -> str:
    """Why a figure is not there, and what is."""
    if name.definition not in (found["definitions"] or []):
        there = ", ".join(found["definitions"] or []) or "none"
        return f"{name.sector} has no {name.definition} definition: expected one of {there}"
    if not found["is_available"]:
        periods = ", ".join(found["periods"] or []) or "none; put the files of its areas into the inbox and run"
        missing = found["missing_areas"] or "all of its areas"
        return f"{name.region} cannot be computed for {name.period}: no data of {missing}. Periods it has: {periods}"
    return found["refusal"] or f"the warehouse has no figure of {name}: run again, or see marts.sector_measures"
