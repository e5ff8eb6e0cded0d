"""One connected component of equations as a linear program: the least that a sum of its leaves can come to.

Belongs here: the solver (HiGHS), the proof of its answers, and which rows conflict where there is no answer. Not here:
what rows and leaves are called (bounds).

Program: minimise cost @ values where matrix @ values == residual, values >= 0. Any duals y prove a bound, whatever the
solver's tolerances: cost @ values >= y @ residual + sum(min(0, cost - y @ matrix) * upper) where values <= upper (weak
duality). With county and state equations alone the matrix is totally unimodular: duals of whole costs are whole numbers
and the bound is exact.
"""

from collections.abc import Sequence

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pipelines.estimation.cell_network import Whole
from pipelines.estimation.enclosures import Enclosure
from pipelines.estimation.linear_programs import Floats, new_solver, require_optimum

# Duals closer to a whole number are taken for it: any duals prove a bound.
ROUNDED = 1e-9
# More than what rounding may add up to in a sum of floating-point numbers, relative to their size.
PRECISION = 1e-13
# Values this near to a whole bound, in jobs or dollars, have reached it: the solver's own are as inexact.
REACHED = 1e-3
# Solves for all totals at once whose ends are still to be reached, before each by itself.
ROUNDS = 2
# Duals of a conflict are whole numbers or simple fractions; what is less is none.
TINY = 1e-6
PRIMAL_SIMPLEX = 4


Proofs = dict[int, NDArray[np.int8]]
"""Duals that prove a total's ends: under 1 its least, under -1 its most. They prove some bound whatever the residuals
are, and often the sharpest: months of a quarter hide their cells in the same rows."""


class NoValuesFit(Exception):  # noqa: N818, an answer rather than a fault
    """The equations contradict each other. weights: one a row, 0 for rows that have no part in it.

    weights @ matrix <= 0 while weights @ residual > 0.
    """

    def __init__(self, weights: Floats) -> None:
        super().__init__("no values fit the equations")
        self.weights = weights


class ComponentProgram:
    """A program whose costs alone change, so that each solve starts from the last one's answer."""

    def __init__(self, matrix: sparse.csc_array, residual: Whole, unit: int, enclosure: Enclosure) -> None:
        """matrix: rows by leaves, 0 and 1; residual: by row; unit: solve in units of this many.

        enclosure: what the same rows prove without a solver. Raises NoValuesFit.
        """
        self._enclosure = enclosure
        self._transposed = sparse.csr_array(matrix.T, dtype=np.float64)
        self._residual = residual.astype(np.float64)
        entries = matrix.tocoo()
        self._upper = np.full(matrix.shape[1], np.inf)
        np.minimum.at(self._upper, entries.col, self._residual[entries.row])
        self._unit = unit
        self._cost = np.zeros(matrix.shape[1])
        self._dual = np.zeros(matrix.shape[0])
        self._solver = _solver(matrix, self._residual / unit, self._cost)
        status = _solve(self._solver)
        if status == highspy.HighsModelStatus.kInfeasible:
            raise NoValuesFit(_conflict(matrix, self._residual / unit))
        require_optimum(status)

    def ends(self, selection: sparse.csr_array, proofs: Sequence[Proofs]) -> tuple[Floats, Floats]:
        """The least and the most, both proven, that each total of leaves can be; selection counts them, [total, leaf].

        proofs: for each total what proved its ends in like programs, to which this one's are added. What no solve is
        needed for is proven by the enclosure, or by these; values that other solves came to show that it is reached.
        """
        lower, upper = self._enclosure.ends(selection)
        lowest = highest = selection @ self.values()
        for sign, end in ((1, lower), (-1, upper)):  # a solve that resembles the one before is quick
            for total, proof in enumerate(proofs):
                if sign in proof:
                    known = sign * self._proven(_cost(selection, total, sign), proof[sign].astype(np.float64))
                    end[total] = max(end[total], known) if sign > 0 else min(end[total], known)
            for number in range(-ROUNDS, len(proofs)):
                is_open = sign * ((lowest if sign > 0 else highest) - end) > REACHED
                if number < 0:
                    # All that may be reached at once.
                    self.least(sign * (selection.T @ is_open.astype(np.float64)))
                elif is_open[number]:
                    end[number] = sign * self.least(_cost(selection, number, sign))
                    self._remember(proofs[number], sign)
                else:
                    continue
                came_to = selection @ self.values()
                lowest, highest = np.minimum(lowest, came_to), np.maximum(highest, came_to)
        return lower, upper

    def _proven(self, cost: Floats, dual: Floats) -> float:
        """The lower bound of cost @ values that some duals prove; exact, as costs and duals are whole numbers."""
        return float(dual @ self._residual) + self._enclosure.least(cost - self._transposed @ dual)

    def _remember(self, proof: Proofs, sign: int) -> None:
        """Adds the duals of the last solve, if they are small whole numbers."""
        if (self._dual == self._dual.astype(np.int8)).all():
            proof[sign] = self._dual.astype(np.int8)

    def least(self, cost: Floats) -> float:
        """A proven lower bound of cost @ values; exact where costs and duals are whole numbers.

        Raises RuntimeError where the solver does not reach an optimum.
        """
        changed = np.flatnonzero(cost != self._cost).astype(np.int32)
        self._solver.changeColsCost(len(changed), changed, cost[changed])
        self._cost = cost.copy()
        require_optimum(_solve(self._solver))
        dual = _as_array(self._solver.getSolution().row_dual)
        whole = np.rint(dual)
        is_whole = np.abs(dual - whole) < ROUNDED
        self._dual = dual = np.where(is_whole, whole, dual)
        bound = dual @ self._residual + np.minimum(cost - self._transposed @ dual, 0) @ self._upper
        if is_whole.all() and (cost == np.rint(cost)).all():
            # Sums of whole numbers are exact in floating point.
            return float(bound)
        size = np.abs(dual) @ self._residual + (np.abs(cost) + self._transposed @ np.abs(dual)) @ self._upper
        return float(bound - PRECISION * size)

    def values(self) -> Floats:
        """Values of the leaves that the last solve came to."""
        return _as_array(self._solver.getSolution().col_value) * self._unit


def _cost(selection: sparse.csr_array, total: int, sign: int) -> Floats:
    """How often each leaf counts in one total, with a sign."""
    own = slice(*selection.indptr[[total, total + 1]])
    cost = np.zeros(selection.shape[1])
    cost[selection.indices[own]] = sign * selection.data[own]
    return cost


def _as_array(numbers: list[float]) -> Floats:
    """HiGHS gives lists of numbers; this is the quick way to an array."""
    return np.fromiter(numbers, np.float64, len(numbers))


def _solver(matrix: sparse.csc_array, residual: Floats, cost: Floats) -> highspy.Highs:
    return new_solver(matrix, residual, cost, simplex_strategy=PRIMAL_SIMPLEX)


def _solve(solver: highspy.Highs) -> highspy.HighsModelStatus:
    """The status of a solve; where it is no optimum, of another one from the start."""
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        solver.clearSolver()
        solver.run()
    return solver.getModelStatus()


def _conflict(matrix: sparse.csc_array, residual: Floats) -> Floats:
    """Weights of an irreducible set of rows that cannot all hold."""
    kept = np.flatnonzero(_weights(matrix, residual))
    own = matrix[kept]
    solver = _solver(own, residual[kept], np.zeros(matrix.shape[1]))
    is_needed = np.ones(len(kept), dtype=bool)
    # Deletion filter: a row without which the others still conflict is left out for good.
    for row, value in enumerate(residual[kept].tolist()):
        solver.changeRowBounds(row, -np.inf, np.inf)
        solver.run()
        is_needed[row] = solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible
        if is_needed[row]:
            solver.changeRowBounds(row, value, value)
    weights = np.zeros(matrix.shape[0])
    weights[kept[is_needed]] = _weights(own[is_needed], residual[kept[is_needed]])
    return weights


def _weights(matrix: sparse.csc_array, residual: Floats) -> Floats:
    """Weights of rows that conflict: duals of the least correction of residuals, cut down to their smallest part."""
    rows = matrix.shape[0]
    corrections = sparse.hstack([matrix, sparse.eye_array(rows), -sparse.eye_array(rows)], format="csc")
    cost = np.repeat([0.0, 1.0], [matrix.shape[1], 2 * rows])
    solver = _solver(corrections, residual, cost)
    require_optimum(_solve(solver))
    weights = np.array(solver.getSolution().row_dual)
    weights[np.abs(weights) < TINY] = 0
    taking_part = sparse.diags_array((weights != 0).astype(np.float64)) @ matrix
    count, part = connected_components(taking_part @ taking_part.T, directed=False)
    excess = np.bincount(part, weights * residual, count)
    size = np.where(excess > TINY, np.bincount(part, weights != 0, count), np.inf)
    return np.where(part == np.argmin(size), weights, 0.0)
