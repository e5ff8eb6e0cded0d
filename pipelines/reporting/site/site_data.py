"""The data files of the dashboard: classic scripts that hand what they hold to the page.

Belongs here: how frames are cut into files and packed. Not here: what a page makes of them (static/).

A page that is opened from disk may not fetch files, but may add a script element: each file is one call of
`Sectors.receive(name, content)`. A file holds what one choice of region, definition and ownership needs, so that
periods, measures and sectors change at once, and a page loads tens of kilobytes instead of all.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

RANGE = ("lower", "upper", "interval90_lower", "interval90_upper")
_VIEW = ("region", "definition", "ownership")
_SAFE = re.compile(r"[A-Za-z0-9_]+")
COUNTY = r"^\d{5}$"
"""A region that is a county by itself has the county's code for a key."""
VIEW_TABLES: Mapping[str, str] = {
    "measures": "site_measures",
    "pay": "site_pay",
    "concentration": "site_concentration",
    "overlaps": "site_overlaps",
    "breaks": "site_breaks",
    "standards": "site_standards",
}
"""What a data file of a view holds, with the report it comes from."""


def file_name(*parts: object) -> str:
    """Keys as a part of a file name. Raises ValueError for a key that is more than letters, digits and _."""
    for part in parts:
        if not _SAFE.fullmatch(str(part)):
            raise ValueError(f"{str(part)[:60]!r}: a key that names a file has letters, digits and _ only")
    return "-".join(map(str, parts))


def data_files(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every data file but the shapes and the choices: its name and content; tables are the reports by name."""
    yield from _views(tables)
    yield from _industries(tables["site_industries"])
    yield from _counties(tables["site_measures"])


def write_script(folder: Path, name: str, content: object, origin: Sequence[str]) -> None:
    """Writes one data file below data/; who published the data stands in it."""
    path = folder / "data" / f"{name}.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    # ASCII only: a script's characters need no declaration, and no line separator ends a line of it
    packed = json.dumps({"origin": list(origin), "content": content}, separators=(",", ":"), allow_nan=False)
    path.write_text(f'Sectors.receive("{name}", {packed});\n', "ascii")


def packed(frame: pl.DataFrame) -> dict[str, Any]:
    """A frame by columns, each as short as it goes: one value for all, runs, few values by place, few rows, or a list.

    static/data.js unpacks it.
    """
    return {"rows": frame.height, "columns": {column.name: _packed_column(column.to_list()) for column in frame}}


def exact_ends_left_out(frame: pl.DataFrame) -> pl.DataFrame:
    """The same without the ends of ranges that are the figure itself, as most are: is_exact says so.

    Nothing is rounded: what the browser makes of a figure is what Python makes of it.
    """
    exact = pl.all_horizontal(pl.col(end) == pl.col("estimate") for end in RANGE).fill_null(False)
    marked = frame.with_columns(is_exact=exact)
    return marked.with_columns(pl.when("is_exact").then(None).otherwise(pl.col(end)).alias(end) for end in RANGE)


def _views(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, dict[str, Any]]]:
    cut = {
        name: _shortened(tables[report]).partition_by(_VIEW, as_dict=True, include_key=False)
        for name, report in VIEW_TABLES.items()
    }
    for key in cut["measures"]:
        region, definition, ownership = key
        content = {name: packed(parts[key]) for name, parts in cut.items() if key in parts}
        yield f"{file_name(region)}/{file_name(definition, ownership)}", content


def _shortened(frame: pl.DataFrame) -> pl.DataFrame:
    return exact_ends_left_out(frame) if "estimate" in frame.columns else frame


def _industries(industries: pl.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    lists = [name for name, kind in industries.schema.items() if kind == pl.List]
    shown = industries.with_columns(pl.col(lists).list.join(" "))
    for (region, year), rows in shown.partition_by("region", "year", as_dict=True, include_key=False).items():
        yield f"{file_name(region)}/industries-{file_name(year)}", packed(rows)


def _counties(measures: pl.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of each sector, definition, ownership and year: counties by period and measure, for the map."""
    columns = ("region", "measure", "period", "estimate_status", "known", "total", "estimate", *RANGE)
    counties = measures.filter(pl.col("region").str.contains(COUNTY)).with_columns(year=pl.col("period").str.head(4))
    rows = exact_ends_left_out(counties)
    by = ("sector", "definition", "ownership", "year")
    for key, part in rows.select(*by, *columns).partition_by(by, as_dict=True, include_key=False).items():
        yield f"counties/{file_name(*key)}", packed(part)


def _packed_column(values: list[Any]) -> object:
    words = list(dict.fromkeys(values))
    if len(words) == 1:
        return {"all": words[0]}
    if len(words) * 3 <= len(values):
        runs = [(value, len(list(run))) for value, run in groupby(values)]
        if len(runs) * 4 <= len(values):
            return {"runs": [value for value, _ in runs], "of": [length for _, length in runs]}
        places = {word: place for place, word in enumerate(words)}
        return {"words": words, "at": [places[value] for value in values]}
    filled = [place for place, value in enumerate(values) if value is not None]
    if len(filled) * 2 < len(values):
        return {"in": filled, "are": [values[place] for place in filled]}
    return values
