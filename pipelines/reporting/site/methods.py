"""Words and tables of what does not follow the view: published figures, how to read, files, checks.

Belongs here: wording of the overview's comparison, the methods and the screening page. Not here: layout (templates).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import polars as pl

from pipelines.domain.naics import vintage_in_force
from pipelines.reporting.site import charts, theme
from pipelines.reporting.site.figures import RANGES, Figure
from pipelines.reporting.site.rows import Rows, range_row, short
from pipelines.reporting.site.sentences import apart, level, number, percent

STATISTICS: Mapping[str, str] = {
    "businesses": "businesses",
    "employment": "jobs",
    "average_wage": "average pay",
    "location_quotient": "location quotient",
    "share_of_businesses": "share of businesses",
    "share_of_employment": "share of employment",
    "share_of_wages": "share of wages",
}
_UNITS: Mapping[str, str] = {"share": "share", "usd_per_year": "pay", "ratio": "quotient"}


@dataclass(frozen=True)
class Compared:
    """Published figures beside ours: rows of the chart, cells of the table, and both in words."""

    rows: Rows
    table: list[tuple[str, ...]]
    words: str
    alt: str


def compared(figures: pl.DataFrame) -> Compared:
    """Rows of site_published_figures, each of our readings beside the published figure."""
    rows: Rows = []
    table: list[tuple[str, ...]] = []
    found = figures.to_dicts()
    reproduced = comparable = 0
    for order, (_, group) in enumerate(groupby(found, key=lambda row: str(row["figure_id"]))):
        readings = list(group)
        first = readings[0]
        what = STATISTICS.get(first["statistic"], first["statistic"].replace("_", " "))
        sector = first["sector_name"] or first["sector"]
        name = f"{sector}: {what}"
        comparable += first["is_reproduced_by_any"] is not None
        reproduced += bool(first["is_reproduced_by_any"])
        ours = ", ".join(dict.fromkeys(str(row["our_year"]) for row in readings if row["our_value"] is not None))
        published = f"{_value(first['unit'], first['published_value'])} published for {first['published_year']}"
        for row in readings:
            if row["our_value"] is not None and row["published_value"]:
                # what is compared stands first: the end of a line may be cut off
                called = f"{what.capitalize()}: {sector}"
                rows.append(_compared_row(order, called, f"{published}; ours of {ours}", row))
            table.append(_compared_cells(name, row))
    places = {order: place for place, order in enumerate(dict.fromkeys(row["order"] for row in rows))}
    rows = [{**row, "order": places[row["order"]]} for row in rows]
    count = figures.get_column("figure_id").n_unique()
    verdict = (
        f"{reproduced} of {comparable} that can be compared are reproduced by one of our readings."
        if comparable
        else "None of them can be compared with the figures in hand: the notes say why."
    )
    words = f"{count} published figures stand beside our own, reproduced or not. {verdict}"
    alt = "; ".join(
        f"{name}, {detail}: {percent(min(ratios), 0)} to {percent(max(ratios), 0)} of the published"
        for (name, detail), group in groupby(rows, key=lambda row: (row["name"], row["detail"]))
        for ratios in [[row["ratio"] for row in group]]
    )
    return Compared(rows, table, words, alt)


def _compared_row(order: int, name: str, detail: str, row: Mapping[str, Any]) -> dict[str, Any]:
    colour = theme.ACCENT if row["definition"] == "strict" else theme.SECOND
    return {
        "order": order,
        "name": short(name),
        "detail": detail,
        "ratio": row["our_value"] / row["published_value"],
        "definition": row["definition"],
        "colour": colour,
        "fill": colour if row["our_year"] == row["published_year"] else theme.PAPER,
    }


def _compared_cells(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    ours = row["our_value"]
    sign = "" if row["is_complete"] in (True, None) else "≥ "
    said = {True: "yes", False: "no", None: "not compared"}
    reading = row["reading"].replace("_", " ")
    years = f" ({row['our_year']})" if row["our_year"] not in (None, row["published_year"]) else ""
    difference = row["difference"]
    return (
        apart(name),
        apart(row["publisher"]),
        str(row["published_year"]),
        _value(row["unit"], row["published_value"]),
        f"{row['definition']}, {reading}",
        "–" if ours is None else f"{sign}{_value(row['unit'], ours)}{years}",
        "–" if difference is None else _difference(row["unit"], difference),
        said[row["is_reproduced"]],
        row["note"] or "",
    )


def _value(unit: str, value: float) -> str:
    return level(_UNITS.get(unit, unit), value)


def _difference(unit: str, value: float) -> str:
    if unit == "share":
        return f"{'+' if value > 0 else ''}{number(100 * value, 1)} points"
    shown = level(_UNITS.get(unit, unit), abs(value))
    return f"{'+' if value > 0 else '−'}{shown}"


_EXAMPLES: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    (
        "Nothing is hidden",
        dict.fromkeys(("lower", "estimate", "upper", "interval90_lower", "interval90_upper"), 0.052),
        "5.2 %",
    ),
    (
        "Some cells are hidden: estimated",
        {"lower": 0.03, "estimate": 0.044, "upper": 0.07, "interval90_lower": 0.038, "interval90_upper": 0.051},
        "≈ 4.4 %",
    ),
    ("The rest is withheld: at least this", {"estimate": None, "known": 0.031, "lower": None}, "≥ 3.1 %"),
)
EXAMPLE_ROWS = [
    range_row(order, name, theme.ACCENT, row, 1.0, label) for order, (name, row, label) in enumerate(_EXAMPLES)
]
EXAMPLE_TABLE = [
    ("Nothing is hidden", "5.2 %", "–", "–", "published"),
    ("Some cells are hidden", "≈ 4.4 %", "3.8 – 5.1 %", "3.0 – 7.0 %", "estimated"),
    ("The rest is withheld", "≥ 3.1 %", "–", "–", "the rest is withheld"),
]
EXAMPLE_ALT = (
    "Three made-up bars: a plain one of 5.2 %; one of 4.4 % with a thick line from 3.8 to 5.1 and a thin one from 3.0 "
    "to 7.0; a hatched one of at least 3.1 %."
)


@cache
def example_figure() -> Figure:
    """Three made-up bars that show how to read all others."""
    return Figure(
        "example",
        "An example: three ways a share can be known",
        charts.range_bars("rows", "share"),
        ("What is known", "Share", *RANGES),
        "The figures of this example mean nothing.",
        is_wide=True,
    )


def counts_of_codes(lines: Iterable[Mapping[str, Any]]) -> str:
    """`10 codes by the strict definition, 4 more by the broad one`, as the lines of a sector list them."""
    codes: dict[str, set[str]] = {"strict": set(), "broad": set()}
    for line in lines:
        codes.setdefault(line["definition"], set()).add(line["industry_code"])
    strict, more = len(codes["strict"]), len(codes["broad"] - codes["strict"])
    counted = f"{strict} code{'' if strict == 1 else 's'}"
    return f"{counted} by the strict definition, {more} more by the broad one" if more else f"{counted} by either"


def naics_words(listed: int, years: Iterable[int]) -> str:
    """Which NAICS vintage the codes are listed in, and by which the figures of each year are classified."""
    by_vintage: dict[int, list[int]] = {}
    for year in sorted(set(years)):
        by_vintage.setdefault(vintage_in_force(year), []).append(year)
    if set(by_vintage) == {listed}:
        return f"Codes, and the figures, are by NAICS {listed}."
    spans = [
        f"those of {found[0] if len(found) == 1 else f'{found[0]} to {found[-1]}'} by NAICS {vintage}"
        for vintage, found in by_vintage.items()
    ]
    return (
        f"Codes are listed in NAICS {listed}. Figures are classified by the NAICS of their time, "
        f"{', '.join(spans)}: there a sector has the codes of that vintage that hold the same industries."
    )


def vintage_words(files: pl.DataFrame) -> str:
    """Which periods and files the figures come from, in a sentence."""
    if files.is_empty():
        return ""
    spans = files.get_column("periods").drop_nulls().sort()
    first, last = spans[0].split(" to ")[0], spans[-1].split(" to ")[-1]
    newest = max(files.get_column("published_at").drop_nulls().to_list(), default="")[:10]
    count = f"{files.height} file{'' if files.height == 1 else 's'}"
    return f"{first} to {last}, from {count}, the newest of {newest}."


def checks_words(checks: Mapping[str, int] | None) -> str:
    """What became of the expectations that must hold before anything is published."""
    if checks is None:
        return (
            "The record of the checks is not part of this copy; nothing is published unless the blocking checks pass."
        )
    failed = f"{number(checks['failed'])} failed" if checks["failed"] else "none failed"
    return (
        f"{number(checks['expectations'])} expectations on {number(checks['tables'])} tables were evaluated before "
        f"these figures were published: {number(checks['passed'])} passed, {failed}, "
        f"{number(checks['warnings'])} warned."
    )


def analysis_words(analysis: pl.DataFrame, weights: pl.DataFrame) -> Mapping[str, str]:
    """What industries are ranked by, and how firmness is measured."""
    row = analysis.row(0, named=True)
    criteria = [name.replace("_", " ") for name in weights.get_column("criterion")]
    if weights.get_column("weight").n_unique() == 1:
        by = ", ".join(criteria[:-1]) + f" and {criteria[-1]}, which all weigh the same"
    else:
        by = ", ".join(f"{name} (weight {weight:g})" for name, weight in zip(criteria, weights["weight"], strict=True))
    return {"by": by, "random_weightings": number(row["random_weightings"]), "top": percent(row["top_share"], 0)}
