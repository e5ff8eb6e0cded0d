"""Reads CSV text straight into typed columns where every field is spelt in the plainest way.

Belongs here: telling plain text from any other without reading it twice. Not here: what columns mean (bls), and how
text is read that is not plain: the careful reader does that, and what is read here must be what it would find.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

MOST_DIGITS = 18
"""Of a whole number; 64 bits hold all of them."""
_PIECE = 2**18  # bytes looked at together: they stay in the processor's cache
_PLUS = re.compile(rb"\+[0-9.]")
_MINUS, _POINT, _ZERO, _LINE_END = b"-.0\n"


def read_plain(block: bytes, columns: Sequence[str], kinds: Mapping[str, pl.DataType]) -> pl.DataFrame | None:
    """The columns of these kinds (text, Int64, Float64) of whole lines without a header; None where any is not plain.

    Plain: every line has all fields and no line end inside one; numbers are there, whole ones with at most MOST_DIGITS
    digits, and none is spelt with a plus, a leading zero or as -0. Text that is missing is empty. The first column must
    be text and the last one a number. Other columns are not looked at.
    """
    if kinds.get(columns[0]) != pl.String() or kinds.get(columns[-1]) == pl.String():
        return None
    if _PLUS.search(block) or _has_odd_zero(block):
        return None
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    schema = {name: kinds.get(name, pl.Float64() if name == columns[-1] else pl.String()) for name in columns}
    # Polars refuses a line that is too long only where it reads all columns; without commas in texts a count finds it.
    # A line that is too short it fills up, which only a number in the last field shows for certain.
    are_all_read = block.count(b",") != lines * (len(columns) - 1)
    read = [at for at, name in enumerate(columns) if are_all_read or name in kinds or name == columns[-1]]
    try:
        frame = pl.read_csv(block, has_header=False, schema=schema, columns=read, empty_string_is_null=False)
    except pl.exceptions.PolarsError:
        return None
    if frame.height != lines or frame.get_column(columns[-1]).null_count():
        return None
    numbers = [name for name, kind in kinds.items() if kind != pl.String()]
    whole = [name for name, kind in kinds.items() if kind == pl.Int64()]
    limit = 10**MOST_DIGITS
    is_odd = [
        *(pl.col(name).null_count() > 0 for name in numbers),
        *((pl.col(name) >= limit).any() | (pl.col(name) <= -limit).any() for name in whole),
    ]
    if frame.select(pl.any_horizontal(is_odd)).item():
        return None
    return frame.select(kinds.keys())


def _has_odd_zero(block: bytes) -> bool:
    """Whether a zero begins a longer number anywhere but in the first field of a line, or a minus stands before 0.

    Each byte is looked at with the two before and the one after it; the first two are of a first field.
    """
    text = np.frombuffer(block if block.endswith(b"\n") else block + b"\n", np.uint8)
    for start in range(0, len(text) - 3, _PIECE):
        piece = text[start : start + _PIECE + 3]
        second, before, here, after = piece[:-3], piece[1:-2], piece[2:-1], piece[3:]
        begins = (here == _ZERO) & (before < _ZERO) & (before != _POINT)  # letters come after digits
        is_odd = begins & ((after - _ZERO < 10) | ((before == _MINUS) & (after != _POINT)))
        if (is_odd & (before != _LINE_END) & (second != _LINE_END)).any():
            return True
    return False
