"""Proven bounds of totals of hidden cells: the least and the most that the published rows allow.

Belongs here: bounds of totals, of shares and of quotients of totals. Not here: the solver (component_program), cheap
bounds of single cells (cell_bounds), estimates.

Bound a total itself: the bounds of its cells, added up, are several times wider. Months, quarters and measures share no
equation, so that their bounds may be added or divided: one program of all of them would give the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pipelines.estimation.cell_bounds import bound_cells
from pipelines.estimation.cell_network import MEASURES, CellNetwork, Whole
from pipelines.estimation.component_program import ComponentProgram, NoValuesFit, Proofs
from pipelines.estimation.contradictions import ContradictoryEquations
from pipelines.estimation.enclosures import Enclosure
from pipelines.estimation.hidden_totals import HiddenTotals, distinct_rows
from pipelines.estimation.linear_programs import Floats

# The solver's tolerances suit numbers up to some millions: wages are solved in thousands of dollars.
UNITS: Mapping[str, int] = {"wages": 1000}
# Shares closer than this are the same.
CLOSE = 1e-9
MOST_STEPS = 100

Total = tuple[int, bytes, bytes]
"""A component's part of a total: the component, its leaves, and how often each counts."""


class BoundProgram:
    """The equations of one network and measure as linear programs, one for each connected component.

    Raises ContradictoryEquations where no values fit them.
    """

    def __init__(self, network: CellNetwork, measure: str, proofs: dict[Total, Proofs] | None = None) -> None:
        """proofs: what the programs of other measures of the same network have proved, and this one adds to."""
        self.measure = measure
        self._proofs = {} if proofs is None else proofs
        rows = _rows(network, measure)
        residual = rows["residual"].to_numpy()
        kind = rows["equation"].rank("dense").to_numpy()
        lower, upper = bound_cells(network, measure)
        matrix = _matrix(network)
        of_row, self._component = _components(matrix)
        self._programs: dict[int, tuple[ComponentProgram, NDArray[np.intp]]] = {}
        for component in np.flatnonzero(np.bincount(of_row) > 1).tolist():
            own, leaves = np.flatnonzero(of_row == component), np.flatnonzero(self._component == component)
            try:
                part = matrix[own][:, leaves]
                enclosure = Enclosure(part, kind[own], residual[own], lower[leaves], upper[leaves])
                program = ComponentProgram(part, residual[own], UNITS.get(measure, 1), enclosure)
            except NoValuesFit as conflict:
                raise _contradiction(rows[own], conflict.weights) from None
            self._programs[component] = program, leaves
        self._solved: dict[Total, tuple[float, float]] = {}

        # Groups without other equations: all of the residual goes to the leaf that costs least.
        alone = np.flatnonzero(~np.isin(self._component, list(self._programs)))
        self._alone = alone[np.argsort(network.county_group[alone], kind="stable")]
        groups, self._starts = np.unique(network.county_group[self._alone], return_index=True)
        self._of_alone = residual[groups].astype(np.float64)

    def bounds(self, totals: HiddenTotals) -> tuple[Whole, Whole]:
        """The least and the most that each total can be, in jobs or dollars.

        Both are whole, so that what is proven is rounded inwards. Without metropolitan equations it is whole already.
        """
        selection = sparse.csc_array(totals.selection, dtype=np.float64)
        lower, upper = self._ends_of_alone(selection)
        for component, (_, leaves) in self._programs.items():
            part = sparse.csr_array(selection[:, leaves])
            hidden = np.flatnonzero(np.diff(part.indptr))
            if len(hidden):
                ends = self._ends(component, sparse.csr_array(part[hidden]))
                lower[hidden] += ends[0]
                upper[hidden] += ends[1]
        known = totals.known[self.measure]
        return known + np.ceil(lower).astype(np.int64), known + np.floor(upper).astype(np.int64)

    def _ends(self, component: int, selection: sparse.csr_array) -> tuple[Floats, Floats]:
        """The least and the most of totals of one component's leaves; totals of the same leaves are solved once."""
        first, place = distinct_rows(selection)
        rows = (slice(*selection.indptr[[row, row + 1]]) for row in first)
        keys = [(component, selection.indices[own].tobytes(), selection.data[own].tobytes()) for own in rows]
        new = [number for number, key in enumerate(keys) if key not in self._solved]
        if new:
            proofs = [self._proofs.setdefault(keys[number], {}) for number in new]
            ends = self._programs[component][0].ends(sparse.csr_array(selection[first[new]]), proofs)
            self._solved |= zip(
                (keys[number] for number in new), zip(*(end.tolist() for end in ends), strict=True), strict=True
            )
        lower, upper = np.array([self._solved[key] for key in keys]).T
        return lower[place], upper[place]

    def _ends_of_alone(self, selection: sparse.csc_array) -> tuple[Floats, Floats]:
        """What the groups without other equations give of each total: all of the residual goes to one leaf of each."""
        count = selection.shape[0]
        if not len(self._alone):
            return np.zeros(count), np.zeros(count)
        sizes = np.diff(self._starts, append=len(self._alone))
        counted = sparse.coo_array(selection[:, self._alone])
        group = np.repeat(np.arange(len(sizes)), sizes)[counted.col]
        pairs, place = np.unique(counted.row.astype(np.int64) * len(sizes) + group, return_inverse=True)
        least, most = np.full(len(pairs), np.inf), np.zeros(len(pairs))
        np.minimum.at(least, place, counted.data)
        np.maximum.at(most, place, counted.data)
        least[np.bincount(place, minlength=len(pairs)) < sizes[pairs % len(sizes)]] = 0
        lower, upper = (
            np.bincount(pairs // len(sizes), each * self._of_alone[pairs % len(sizes)], count).astype(np.float64)
            for each in (least, most)
        )
        return lower, upper

    def cheapest(self, cost: Floats) -> tuple[float, Floats]:
        """A proven lower bound of cost @ values, and values that fit all equations and come to the least cost."""
        bound, values = 0.0, np.zeros(len(cost))
        if len(self._alone):
            group = np.repeat(np.arange(len(self._starts)), np.diff(self._starts, append=len(self._alone)))
            values[self._alone[np.lexsort((cost[self._alone], group))[self._starts]]] = self._of_alone
            bound = float(cost @ values)
        for program, leaves in self._programs.values():
            if cost[leaves].any():  # else any values that fit are cheapest, such as the last ones
                bound += program.least(cost[leaves])
            values[leaves] = program.values()
        return bound, values


def bound_totals(network: CellNetwork, totals: HiddenTotals) -> pl.DataFrame:
    """Bounds of every total and measure: the columns of keys, then measure, known, lower and upper (jobs, dollars).

    known is the published part. Raises ContradictoryEquations.
    """
    frames = []
    for measure in MEASURES:
        lower, upper = BoundProgram(network, measure).bounds(totals)
        numbers = {"known": totals.known[measure], "lower": lower, "upper": upper}
        frames.append(
            totals.keys.with_columns(
                measure=pl.lit(measure), **{name: pl.Series(each) for name, each in numbers.items()}
            )
        )
    return pl.concat(frames)


class SharePart(NamedTuple):
    """One month's or quarter's part of a share: totals of one network, those of `numerator` parts of `denominator`."""

    program: BoundProgram
    numerator: HiddenTotals
    denominator: HiddenTotals


def bound_shares(parts: Sequence[SharePart]) -> tuple[Floats, Floats]:
    """The least and the most that totals can be of others that they are part of: fractions, one a row of the totals.

    Numerators and denominators are added over the parts before they are divided. A hidden denominator is bounded
    jointly with its numerator; one that may be 0 leaves 0 to 1.
    """
    above = np.sum([part.program.bounds(part.numerator) for part in parts], axis=0)
    below = np.sum([part.program.bounds(part.denominator) for part in parts], axis=0)
    lower, upper = np.zeros(below.shape[1]), np.ones(below.shape[1])
    np.divide(above[0], below[1], out=lower, where=below[0] > 0)
    np.divide(above[1], below[0], out=upper, where=below[0] > 0)
    rows = np.flatnonzero((above[1] > 0) & (below[0] > 0) & (below[0] < below[1]))
    if len(rows):
        first, place = distinct_rows(_content(parts)[rows])
        least, most = (
            [_least_share(parts, total, sign, sign * apart[total], below[0][total]) for total in rows[first].tolist()]
            for sign, apart in ((1, lower), (-1, upper))
        )
        lower[rows], upper[rows] = np.array(least)[place], -np.array(most)[place]
    return lower.clip(0, 1), upper.clip(0, 1)


def bound_quotients(
    above: tuple[NDArray[Any], NDArray[Any]], below: tuple[NDArray[Any], NDArray[Any]]
) -> tuple[Floats, Floats]:
    """Bounds of quotients of totals that share no equation, such as pay per job or growth, from the bounds of both.

    Infinite where the denominator may be 0, nan where numerator and denominator may be.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return above[0] / below[1], above[1] / below[0]


def _content(parts: Sequence[SharePart]) -> sparse.csr_array:
    """All that the share of each row depends on, one row each."""
    columns = [
        columns
        for program, *totals in parts
        for each in totals
        for columns in (each.known[program.measure][:, np.newaxis], each.selection)
    ]
    return sparse.csr_array(sparse.hstack([sparse.csr_array(each) for each in columns]))


def _least_share(parts: Sequence[SharePart], total: int, sign: int, guess: float, least_below: int) -> float:
    """A proven lower bound of sign * share; guess: one less sharp.

    sign * share is at least a guess where sign * numerator - guess * denominator is never negative. The values for
    which that is least make the next guess (Dinkelbach, On nonlinear fractional programming, Management Science, 1967).
    """
    for _ in range(MOST_STEPS):
        least = above = below = 0.0
        for program, numerator, denominator in parts:
            known_above, known_below = (int(each.known[program.measure][total]) for each in (numerator, denominator))
            cost_above, cost_below = _costs(numerator, total), _costs(denominator, total)
            cost = sign * cost_above - guess * cost_below
            bound, values = program.cheapest(cost)
            least += sign * known_above - guess * known_below + bound
            above += known_above + float(cost_above @ values)
            below += known_below + float(cost_below @ values)
        proven = guess + min(least, 0.0) / least_below
        better = sign * above / below
        if abs(better - guess) < CLOSE:
            break
        guess = better
    return proven


def _costs(totals: HiddenTotals, total: int) -> Floats:
    """How often each leaf counts in one total."""
    selection = totals.selection
    own = slice(selection.indptr[total], selection.indptr[total + 1])
    costs = np.zeros(selection.shape[1])
    costs[selection.indices[own]] = selection.data[own]
    return costs


def _rows(network: CellNetwork, measure: str) -> pl.DataFrame:
    """Equations of a measure in the order of the matrix, as contradictions name them."""
    return pl.concat(
        kind.groups.select(
            pl.lit(name).alias("equation"),
            pl.all(),
            pl.lit(measure).alias("measure"),
            pl.Series("residual", kind.residual[measure]),
        )
        for name, kind in network.equations.items()
    )


def _matrix(network: CellNetwork) -> sparse.csc_array:
    """Equations by leaves: 1 where a leaf belongs to an equation."""
    kinds = []
    for kind in network.equations.values():
        leaf = np.flatnonzero(kind.group >= 0)
        shape = (kind.groups.height, network.leaves.height)
        kinds.append(sparse.coo_array((np.ones(len(leaf)), (kind.group[leaf], leaf)), shape=shape))
    return sparse.vstack(kinds, format="csc")


def _components(matrix: sparse.csc_array) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The connected component of each row and of each leaf."""
    rows, _ = matrix.shape
    _, component = connected_components(sparse.block_array([[None, matrix], [matrix.T, None]]), directed=False)
    return component[:rows], component[rows:]


def _contradiction(rows: pl.DataFrame, weights: Floats) -> ContradictoryEquations:
    """weights: of rows whose weighted sum cannot hold."""
    more, less = (rows["residual"].filter(pl.Series(side)) for side in (weights > 0, weights < 0))
    reason = "no values of the hidden cells fit"
    if (np.abs(weights[weights != 0]) == 1).all():
        reason = (
            f"the hidden cells of {len(more)} equations ({more.sum():,} {rows['measure'][0]} in all) are among "
            f"those of {len(less)} others ({less.sum():,} in all)"
        )
    return ContradictoryEquations(reason, rows.filter(pl.Series(weights != 0)))
