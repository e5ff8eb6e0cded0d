"""Proven bounds of totals of hidden cells without a solver: what each kind of equation leaves alone.

Belongs here: such bounds of totals. Not here: those of single cells (cell_bounds), the sharpest of totals (bounds).

Where leaves add up to a residual, some of them come to at least what the others leave over, each at its most, and to
at most what these leave over, each at its least. Equations of one kind share no leaf, so that what is proven of each
may be added; of several kinds the narrowest counts.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.estimation.cell_network import Whole
from pipelines.estimation.linear_programs import Floats


class Enclosure:
    """Equations of several kinds over the same leaves."""

    def __init__(
        self, matrix: sparse.csc_array, kind: NDArray[np.integer], residual: Whole, lower: Whole, upper: Whole
    ) -> None:
        """matrix: rows by leaves, 0 and 1; kind, residual: of each row; lower, upper: proven bounds of each leaf."""
        self._lower, self._upper = lower.astype(np.float64), upper.astype(np.float64)
        rows, leaves = matrix.shape
        entries = matrix.tocoo()
        self._row_of_leaf = []
        for each in np.unique(kind):
            inside = kind[entries.row] == each
            row_of_leaf = np.full(leaves, rows)  # the last row stands for none
            row_of_leaf[entries.col[inside]] = entries.row[inside]
            self._row_of_leaf.append(row_of_leaf)
        # What a row leaves for some of its leaves is known once the others' ends are taken off; of no row, anything.
        self._least_of_row = np.append(residual - matrix @ self._upper, -np.inf)
        self._most_of_row = np.append(residual - matrix @ self._lower, np.inf)

    def least(self, weights: Floats) -> float:
        """A lower bound of the weighted sum of the leaves."""
        return float(np.where(weights > 0, self._lower, self._upper) @ weights)

    def ends(self, selection: sparse.csr_array) -> tuple[Floats, Floats]:
        """The least and the most of each total, whole numbers; selection counts its leaves, [total, leaf].

        0 and infinite where a leaf counts more than once.
        """
        count = selection.shape[0]
        counted = sparse.coo_array(selection)
        lower, upper = np.zeros(count), np.full(count, np.inf)
        for row_of_leaf in self._row_of_leaf:
            width = len(self._least_of_row)
            pairs, place = np.unique(
                counted.row.astype(np.int64) * width + row_of_leaf[counted.col], return_inverse=True
            )
            total, row = pairs // width, pairs % width
            least, most = (np.bincount(place, each[counted.col], len(pairs)) for each in (self._lower, self._upper))
            lower = np.maximum(lower, np.bincount(total, np.maximum(least, self._least_of_row[row] + most), count))
            upper = np.minimum(upper, np.bincount(total, np.minimum(most, self._most_of_row[row] + least), count))
        repeated = np.unique(counted.row[counted.data > 1])
        lower[repeated], upper[repeated] = 0, np.inf
        return lower, upper
