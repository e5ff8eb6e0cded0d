"""Single sums: what they tell of hidden members, and what makes them wide enough; the quick part of disclosure control.

Belongs here: what one sum by itself tells of a hidden member, handed on from sum to sum, and what to hide beside it.
Not here: what several sums tell together (disclosure).

Of a sum with a shown whole, a hidden part can be larger only by what its other hidden parts can be smaller; so those
must come to its width. A hidden whole is free upwards, and downwards by its hidden parts.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.estimation.cell_network import Flags
from pipelines.estimation.disclosure_programs import Places
from pipelines.estimation.disclosure_table import DisclosureTable
from pipelines.estimation.linear_programs import Floats

MOST_ROUNDS = 50


def outer_ranges(equations: sparse.csr_array, values: Floats, hidden: Flags) -> tuple[Floats, Floats]:
    """The least and the most each figure can be by its sums alone, handed on from sum to sum.

    The attacker knows at least this much: a range that is too narrow here is too narrow. values: whole, by figure.
    """
    entries = sparse.coo_array(equations)
    sums, figures, is_part = entries.row, entries.col, entries.data > 0
    least, most = np.where(hidden, 0.0, values), np.where(hidden, np.inf, values)
    for _ in range(MOST_ROUNDS):
        before = least, most
        # By the signs of the equation, a member is what all others leave of 0.
        low = np.where(is_part, least[figures], -most[figures])
        high = np.where(is_part, most[figures], -least[figures])
        up, down = -_others(sums, low, -np.inf), -_others(sums, high, np.inf)
        least, most = least.copy(), most.copy()
        np.maximum.at(least, figures, np.where(is_part, down, -up))
        np.minimum.at(most, figures, np.where(is_part, up, -down))
        if np.array_equal(before[0], least) and np.array_equal(before[1], most):
            break
    return least, most


def _others(sums: NDArray[np.int32], amounts: Floats, end: float) -> Floats:
    """Of each member of a sum, what all the others come to; `end` where one of them is infinite."""
    is_open = np.isinf(amounts)
    finite = np.where(is_open, 0.0, amounts)
    others = np.bincount(sums, finite)[sums] - finite
    is_end = np.bincount(sums, is_open)[sums] > is_open
    ends: Floats = np.where(is_end, end, others)
    return ends


def widen_sums(table: DisclosureTable, hidden: Flags, widths: Mapping[str, tuple[Floats, Floats]]) -> None:
    """Hides figures in place until no single sum tells a protected figure too well.

    widths: by measure, how far up and down the range of each figure must reach. What cannot be hidden because it is
    public is left, and so are sums that nothing can widen.
    """
    sums = _Sums(table, widths)
    waiting = set(range(table.equations.shape[0]))
    while waiting:
        now, waiting = sorted(waiting), set()
        for equation in now:
            while (figure := sums.wanted(equation, hidden)) is not None:
                hidden[figure] = True
                waiting.update(sums.equations_of(figure))


class _Sums:
    """The sums of a table, and what each lacks."""

    def __init__(self, table: DisclosureTable, widths: Mapping[str, tuple[Floats, Floats]]) -> None:
        self._table = table
        self._values = np.stack([table.values[name].astype(np.float64) for name in widths])
        self._up, self._down = (np.stack([of[way] for of in widths.values()]) for way in (0, 1))
        equations = table.equations
        self._members = np.split(equations.indices, equations.indptr[1:-1])
        self._signs = np.split(equations.data, equations.indptr[1:-1])
        turned = equations.T.tocsr()
        self._equations = np.split(turned.indices, turned.indptr[1:-1])

    def equations_of(self, figure: int) -> list[int]:
        """The sums that a figure is in."""
        found: list[int] = self._equations[figure].tolist()
        return found

    def wanted(self, equation: int, hidden: Flags) -> int | None:
        """The next figure to hide in a sum; None where it is wide enough, or nothing in it can be hidden."""
        members, signs = self._members[equation], self._signs[equation]
        parts, whole = members[signs > 0], int(members[signs < 0][0])
        lack = self._lack(parts[hidden[parts]], whole, bool(hidden[whole]))
        if lack is None:
            return None
        can_hide = members[~hidden[members] & ~self._table.is_public[members]]
        can_hide = can_hide[self._values[:, can_hide].any(axis=0) | (can_hide == whole)]
        return self._least_loss(can_hide, lack, whole) if len(can_hide) else None

    def _lack(self, parts: Places, whole: int, whole_is_hidden: bool) -> Floats | None:
        """By how much the hidden members fall short of what a protected one needs, by measure; None if they do not."""
        protected = parts[self._table.protected[parts]]
        room = self._values[:, parts].sum(axis=1)
        if whole_is_hidden:
            if not self._table.protected[whole]:
                return None
            short: Floats = self._down[:, whole] - room
            if not len(parts):
                return short
        elif len(protected):
            others = room[:, None] - self._values[:, protected]
            short = (self._up[:, protected] - others).max(axis=1)
            if len(parts) == 1:
                return np.maximum(short, np.minimum(self._up[:, protected[0]], 1.0))
        else:
            return None
        return short if (short > 0).any() else None

    def _least_loss(self, figures: Places, lack: Floats, whole: int) -> int:
        """The cheapest figure that makes up for it, as a hidden whole does, or else the one that helps most."""
        lack = np.maximum(lack, 0)
        values = self._values[:, figures]
        loss = self._table.loss[figures]
        suffices = (values >= lack[:, None]).all(axis=0) | (figures == whole)
        if suffices.any():
            return int(figures[suffices][np.argmin(loss[suffices])])
        helps = np.minimum(values / np.maximum(lack, 1e-9)[:, None], 1).sum(axis=0)
        return int(figures[np.argmax(helps)])
