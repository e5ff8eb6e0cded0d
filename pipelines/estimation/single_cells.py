"""Which totals would give away a single hidden cell.

Belongs here: the re-disclosure guard on outputs made of public rows. Not here: suppression of a state's own records.

A total whose hidden part is one cell is that cell; one that differs from another total of the same quarter by one cell
gives it away where both are known to the unit. Totals of few establishments are left to the rule on their number.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from pipelines.estimation.cell_network import CELL, Flags, Whole

FEWEST_ESTABLISHMENTS = 3
"""A hidden part of fewer establishments is withheld."""
SEED = 20160901


@dataclass(frozen=True)
class SingleCells:
    """One entry a total. cells and establishments of its hidden part; single_cell: its name where it is one cell."""

    cells: Whole
    establishments: Whole
    single_cell: pl.Series
    _selection: sparse.csr_array
    _number: NDArray[np.uint64]

    def pins_cell(self, is_exact: Flags) -> Flags:
        """Exact totals that differ from another exact total, or from what is published, by a single cell."""
        sums = _sums(self._selection, self._number)
        exact = np.unique(np.append(sums[is_exact], np.uint64(0)))
        counts = np.diff(self._selection.indptr)
        without_one = np.repeat(sums, counts) - self._number[self._selection.indices]
        reached = np.isin(without_one, exact)
        pins = np.zeros(len(sums), dtype=bool)
        rows = np.repeat(np.arange(len(sums)), counts)[reached]
        pins[rows] = True
        # The larger one of two gives the cell away no more than the smaller one.
        smaller = np.isin(sums, without_one[reached & np.repeat(is_exact, counts)])
        gives_away: Flags = is_exact & (counts > 0) & (pins | smaller)
        return gives_away


def single_cells(leaves: pl.DataFrame, selection: sparse.csr_array) -> SingleCells:
    """leaves: area_fips, own_code, industry_code, establishments; selection: totals by leaves.

    Cells without establishments hide nobody and do not count.
    """
    inhabited = sparse.diags_array((leaves["establishments"] > 0).to_numpy().astype(np.float64))
    own = sparse.csr_array((selection > 0).astype(np.float64) @ inhabited)
    own.eliminate_zeros()
    cells = np.diff(own.indptr).astype(np.int64)
    names = leaves.select(pl.concat_str(CELL, separator=" ")).to_series()
    only = np.where(cells == 1, own.indices[np.minimum(own.indptr[:-1], max(own.nnz - 1, 0))] if own.nnz else 0, 0)
    single = pl.DataFrame(
        {"name": names.gather(only) if len(names) else pl.Series([None] * len(cells), dtype=pl.String)}
    )
    return SingleCells(
        cells=cells,
        establishments=(own @ leaves["establishments"].to_numpy()).astype(np.int64),
        single_cell=single.select(pl.when(pl.Series(cells == 1)).then("name")).to_series(),
        _selection=own,
        _number=np.random.default_rng(SEED).integers(1, 2**63, leaves.height, dtype=np.uint64),
    )


def _sums(selection: sparse.csr_array, number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A number for each set of leaves, modulo 2**64: two sets have the same one by a chance of 1 in 10**19."""
    totals = np.zeros(selection.shape[0], dtype=np.uint64)
    rows = np.repeat(np.arange(selection.shape[0]), np.diff(selection.indptr))
    np.add.at(totals, rows, number[selection.indices])
    return totals
