"""Answers to people's own queries as a terminal table, CSV or JSON, every value as it is.

Belongs here: layout. Not here: what is asked (warehouse), where it is printed (cli).

An answer is a frame whose values are all texts, null where there is no value, and what each column's texts are:
number, boolean, text, or nested (JSON).
"""

import json
from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.domain.code_tables import SYNTHETIC

SYNTHETIC_NOTE = f"{SYNTHETIC}: made-up figures of a made-up economy."
ROWS_SHOWN = 40
LINES_SHOWN = 200
"""Of an answer too wide for a table about as many lines, one for each value."""
_WIDEST_TEXT = 24
_NARROWEST_TEXT = 8
_NO_NUMBERS = frozenset({"nan", "inf", "-inf"})


def answer_csv(rows: pl.DataFrame) -> str:
    """CSV with a header: null is an empty field, an empty text is \"\" in quotes. Values are exact."""
    return rows.write_csv()


def answer_json(rows: pl.DataFrame, kinds: Mapping[str, str]) -> Iterator[str]:
    """A JSON array in parts, one line a row: numbers with every digit, null as null, lists and structures as such.

    What is no number in JSON (nan, inf) is a text.
    """
    if rows.is_empty():
        yield "[]\n"
        return
    keys = [json.dumps(name) + ": " for name in rows.columns]
    is_text = [kinds[name] == "text" for name in rows.columns]
    before = "[\n"
    for row in rows.iter_rows():
        yield before + "{" + ", ".join(map(_json_pair, keys, row, is_text)) + "}"
        before = ",\n"
    yield "\n]\n"


def answer_table(
    rows: pl.DataFrame, kinds: Mapping[str, str], width: int, is_synthetic: bool, whole: str
) -> RenderableType:
    """The first rows as a table, or, where it would be wider than the terminal, as one block a row; the rest counted.

    width: characters of the terminal. whole: how to get all rows, in words. What terminals would obey (escapes, marks
    of direction, line ends) is shown as its code; null is dimmed, an empty text is empty.
    """
    shown = rows.head(ROWS_SHOWN)
    is_wide = _width(shown, kinds) > width
    shown = shown.head(max(1, LINES_SHOWN // shown.width)) if is_wide else shown
    body = _records(shown) if is_wide else [_table(shown, kinds)]
    return Group(*body, Text(_caption(shown.height, rows.height, is_synthetic, whole), style="italic"))


def examples_list(examples: Sequence[tuple[str, str]]) -> Table:
    """The example queries: name and question, a line each."""
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, question in examples:
        table.add_row(Text(name), Text(question))
    return table


def _json_pair(key: str, value: str | None, is_text: bool) -> str:
    if value is None:
        return key + "null"
    return key + (json.dumps(value) if is_text or value in _NO_NUMBERS else value)


def _caption(shown: int, total: int, is_synthetic: bool, whole: str) -> str:
    rows = f"{total:,} row{'' if total == 1 else 's'}"
    counted = f"{rows}." if shown == total else f"The first {shown:,} of {rows}; all of them: {whole}."
    return f"{SYNTHETIC_NOTE} {counted}" if is_synthetic else counted


def _width(rows: pl.DataFrame, kinds: Mapping[str, str]) -> int:
    """Characters that a table needs at least: numbers whole, texts in not too many lines."""
    return 1 + sum(3 + _column_width(rows.get_column(name), kinds[name]) for name in rows.columns)


def _column_width(column: pl.Series, kind: str) -> int:
    longest = max((len(printable(value)) for value in column if value is not None), default=4)
    return max(len(printable(column.name)), longest if kind == "number" else min(longest, _WIDEST_TEXT))


def _table(rows: pl.DataFrame, kinds: Mapping[str, str]) -> Table:
    table = Table(box=box.ROUNDED)
    for name in rows.columns:
        is_number = kinds[name] == "number"
        table.add_column(
            Text(printable(name)),
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
            min_width=_NARROWEST_TEXT if not is_number else None,
        )
    for row in rows.iter_rows():
        table.add_row(*map(_cell, row))
    return table


def _records(rows: pl.DataFrame) -> list[RenderableType]:
    tables: list[RenderableType] = []
    for number, row in enumerate(rows.iter_rows(), start=1):
        table = Table(box=box.ROUNDED, title=f"row {number}", title_justify="left", show_header=False)
        table.add_column(no_wrap=True, style="bold")
        table.add_column(overflow="fold")
        for name, value in zip(rows.columns, row, strict=True):
            table.add_row(Text(printable(name)), _cell(value))
        tables.append(table)
    return tables


def _cell(value: str | None) -> Text:
    return Text("null", style="dim italic") if value is None else Text(printable(value))


def printable(text: str) -> str:
    """A text without what a terminal would obey instead of show: each such character as its code."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
