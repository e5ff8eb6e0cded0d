"""Which rows must be hidden together with a row, so that no published row gives it away by subtraction.

Belongs here: the rows of one ownership as two hierarchies, industries in an area and areas in a state, and the rules on
hidden rows. Not here: which rows are hidden in the first place (hold_out).

The rules, in every period: no published parent has exactly one hidden child, no published row of a state exactly one
hidden area, and no hidden row only published children.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import polars as pl

from pipelines.estimation.cell_network import Flags, Whole

# A row that would drag more rows along than this is left published.
MOST_ROWS = 40
# Domains and totals stay published, as in the publisher's own files.
COARSEST_LEVEL = 3
PERIOD = ("year", "quarter")
_STATE = "000"
_ROW = ("area_fips", "industry_code")


class Hierarchy:
    """Rows of one ownership over some periods, and which of them are hidden.

    rows: area_fips, industry_code, parent_code, naics_level, in order; a row's number is its place there. periods:
    year, quarter, in order. is_hidden, establishments: [period, row]; establishments are 0 where a row is missing.
    """

    def __init__(self, cells: pl.DataFrame, tree: pl.DataFrame) -> None:
        """cells: as in hold_out, of one ownership; rows of industries outside the tree are left alone.

        tree: industry_code, parent_code, naics_level.
        """
        self.rows = (
            cells.select(_ROW)
            .unique()
            .join(tree.select("industry_code", "parent_code", "naics_level"), on="industry_code")
            .sort(_ROW)
        )
        self.periods = cells.select(PERIOD).unique().sort(PERIOD)
        placed = cells.join(self.rows.select(_ROW).with_row_index("row"), on=_ROW).join(
            self.periods.with_row_index("period"), on=PERIOD
        )
        place = placed["period"].to_numpy(), placed["row"].to_numpy()
        shape = self.periods.height, self.rows.height
        self._is_here: Flags = np.zeros(shape, dtype=np.bool_)
        self._is_here[place] = True
        self.is_hidden: Flags = np.zeros(shape, dtype=np.bool_)
        self.is_hidden[place] = (placed["disclosure"] == "suppressed").to_numpy()
        self.establishments: Whole = np.zeros(shape, dtype=np.int64)
        self.establishments[place] = placed["establishments"].to_numpy()
        self._jobs: Whole = np.zeros(shape, dtype=np.int64)
        self._jobs[place] = placed["month3_employment"].fill_null(0).to_numpy()

        keys = list(self.rows.select(_ROW).iter_rows())
        number = {key: row for row, key in enumerate(keys)}
        self._level: list[int] = self.rows["naics_level"].to_list()
        self._parent = [
            number.get((area, above), -1) for (area, _), above in zip(keys, self.rows["parent_code"], strict=True)
        ]
        self._state = [
            -1 if area.endswith(_STATE) else number.get((area[:2] + _STATE, industry), -1) for area, industry in keys
        ]
        self._children, self._areas = _members(self._parent), _members(self._state)

    def is_open(self, row: int | slice = slice(None)) -> Flags:
        """[period, row], or [period] of one row: published, with establishments."""
        is_open: Flags = ~self.is_hidden[:, row] & (self.establishments[:, row] > 0)
        return is_open

    def hide(self, periods: Iterable[int], row: int) -> bool:
        """Hide an open row with its complements in all of some periods, or in none; whether that could be done."""
        done: list[tuple[int, list[int]]] = []
        for period in periods:
            new = self._hide_once(period, row)
            done.append((period, new))
            if not new:
                for earlier, hidden in done:
                    self.is_hidden[earlier, hidden] = False
                return False
        return True

    def _hide_once(self, period: int, row: int) -> list[int]:
        """The rows hidden in one period; none where that cannot be."""
        hidden = self.is_hidden[period]
        hidden[row] = True
        new = [row]
        for each in new:  # which grows
            for complement in self._complements(period, each):
                if complement is None or len(new) == MOST_ROWS:
                    hidden[new] = False
                    return []
                hidden[complement] = True
                new.append(complement)
        return new

    def _complements(self, period: int, row: int) -> Iterator[int | None]:
        """What each rule wants hidden beside a hidden row, None where nothing can be.

        Each is to be hidden before the next is asked for.
        """
        children, parent, state = self._children[row], self._parent[row], self._state[row]
        if children and not self.is_hidden[period, children].any():
            yield self._least(period, children)
        if self._has_one_hidden(period, parent, self._children):
            complement = self._least(period, self._children[parent])
            yield parent if complement is None and self._level[parent] >= COARSEST_LEVEL else complement
        if self._has_one_hidden(period, state, self._areas):
            yield self._least(period, self._areas[state])

    def _has_one_hidden(self, period: int, whole: int, members: Sequence[Sequence[int]]) -> bool:
        is_published = whole >= 0 and self._is_here[period, whole] and not self.is_hidden[period, whole]
        return bool(is_published and self.is_hidden[period, members[whole]].sum() == 1)

    def _least(self, period: int, rows: Sequence[int]) -> int | None:
        """The smallest open row with jobs, rather one that is hidden in another period."""
        establishments, jobs = self.establishments[period], self._jobs[period]

        def size(row: int) -> tuple[bool, bool, int, int, int]:
            return jobs[row] == 0, not self.is_hidden[:, row].any(), establishments[row], jobs[row], row

        open_rows = (row for row in rows if establishments[row] and not self.is_hidden[period, row])
        return min(open_rows, key=size, default=None)


def _members(whole_of: Sequence[int]) -> list[list[int]]:
    """The rows that add up to each row."""
    members: list[list[int]] = [[] for _ in whole_of]
    for row, whole in enumerate(whole_of):
        if whole >= 0:
            members[whole].append(row)
    return members
