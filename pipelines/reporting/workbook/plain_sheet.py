"""A worksheet of texts and numbers that is written in half of XlsxWriter's time, to the same bytes.

Belongs here: what XlsxWriter does once a cell, for cells that have a format and no more. Not here: what a cell holds
(cells). XlsxWriter's own class writes the same file: a test holds the two against each other.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet

_column_letters = cache(xl_col_to_name)
_BLOCK = 16
"""Rows that say together which columns they use, as in XlsxWriter."""


class PlainSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter is not checked here
    """A worksheet whose cells are named by row and column, never as A1; it has no comments."""

    write_string = Worksheet._write_string
    write_number = Worksheet._write_number

    def _calculate_spans(self) -> None:
        rows = range(self.dim_rowmin, self.dim_rowmax + 1)
        columns: dict[int, set[int]] = {}
        for row in self.table.keys() & set(rows):
            columns.setdefault(row // _BLOCK, set()).update(self.table[row])
        self.row_spans = {block: f"{min(used) + 1}:{max(used) + 1}" for block, used in columns.items() if used}

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell)
        if cell.format and kind is CellNumberTuple:
            start = f'<c r="{_column_letters(col)}{row + 1}" s="{cell.format._get_xf_index()}"'
            self.fh.write(f"{start}><v>{cell.number:.16G}</v></c>")
        elif cell.format and kind is CellStringTuple:
            start = f'<c r="{_column_letters(col)}{row + 1}" s="{cell.format._get_xf_index()}"'
            self.fh.write(f'{start} t="s"><v>{cell.string}</v></c>')
        else:
            super()._write_cell(row, col, cell)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """No garbage collection inside: a million cells that all stay are else looked through again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
