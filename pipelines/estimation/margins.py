"""The county and state margins of hidden leaves as linear algebra: sums over groups and solving for their multipliers.

Belongs here: A x and (A V A')⁻¹ for the equations A of one network, several measures at once. Not here: what V is
(raking, intervals), where groups come from (cell_network).

A leaf is in one county group and at most one state group. County groups are disjoint, so their block of A V A' is
block-diagonal, and what is left after eliminating it (the Schur complement) has the size of the state groups only. Few
state groups meet in a county group, so it is sparse, and so is its factor.
Arrays of leaves are [measure, leaf], covariances of leaves [measure, measure, leaf].
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

Floats = NDArray[np.float64]
Groups = NDArray[np.int64]
Flags = NDArray[np.bool_]
Solve = Callable[[Floats], Floats]

# The equations of a county and of the state overlap where a component's totals agree, so A V A' is singular; a ridge of
# this part of its diagonal picks one of the equivalent multipliers.
RIDGES = (1e-9, 1e-7, 1e-5)
SYMMETRIC: dict[str, Any] = {
    "permc_spec": "MMD_AT_PLUS_A",
    "diag_pivot_thresh": 0.0,
    "options": {"SymmetricMode": True},
}
STEP_ACCURACY, MOST_REFINEMENTS = 1e-9, 20


class Crossings(NamedTuple):
    """Where state and county groups meet: the places of what is not zero in A V A', whatever V is.

    inside: leaves of a state group; crossing: that of each of them. county, state: the groups of each crossing. left,
    right: all pairs of crossings of one county group; place: their entry of the Schur complement, of which row and
    column are the state groups. diagonal: the entry of each state group with itself.
    """

    inside: Groups
    crossing: Groups
    county: Groups
    state: Groups
    left: Groups
    right: Groups
    place: Groups
    row: Groups
    column: Groups
    diagonal: Groups


@dataclass(frozen=True)
class Margins:
    """Groups of every leaf. state_group is -1 where a leaf is in no state equation."""

    county_group: Groups
    state_group: Groups
    county_count: int
    state_count: int

    @classmethod
    def of(cls, county_group: NDArray[np.int32], state_group: NDArray[np.int32]) -> "Margins":
        """Margins of groups that are numbered from 0."""
        county, state = county_group.astype(np.int64), state_group.astype(np.int64)
        return cls(county, state, int(county.max(initial=-1)) + 1, int(state.max(initial=-1)) + 1)

    @property
    def leaf_count(self) -> int:
        """Number of leaves."""
        return len(self.county_group)

    def county_sums(self, leaves: Floats) -> Floats:
        """[measure, county group] sums of [measure, leaf]."""
        sums = [np.bincount(self.county_group, row, self.county_count) for row in leaves]
        # Of nothing, bincount makes integers.
        return np.stack(sums).astype(np.float64, copy=False)

    def state_sums(self, leaves: Floats) -> Floats:
        """[measure, state group] sums of [measure, leaf]."""
        return np.stack([self._by_state(row) for row in leaves])

    def of_leaves(self, county: Floats, state: Floats) -> Floats:
        """A'λ: [measure, leaf] sum of the two multipliers of each leaf."""
        padded = np.pad(state, ((0, 0), (0, 1)))
        spread: Floats = county[:, self.county_group] + padded[:, self._state_or_none]
        return spread

    def by_group_size(self) -> Iterator[Groups]:
        """Leaf numbers of the county groups, all groups of one size as one array [group, leaf in it]."""
        order = np.argsort(self.county_group, kind="stable")
        sizes = np.bincount(self.county_group, minlength=self.county_count)
        starts = np.cumsum(sizes) - sizes
        for size in np.unique(sizes[sizes > 0]):
            yield order[starts[sizes == size][:, None] + np.arange(size)]

    @cached_property
    def memberships(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        """[leaf, county group] and [leaf, state group]: 1 where a leaf belongs to a group."""
        return _membership(self.county_group, self.county_count), _membership(self.state_group, self.state_count)

    @cached_property
    def crossings(self) -> Crossings:
        """Where state and county groups meet."""
        inside = np.flatnonzero(self.state_group >= 0)
        keys, crossing = np.unique(
            self.county_group[inside] * self.state_count + self.state_group[inside], return_inverse=True
        )
        county, state = keys // max(self.state_count, 1), keys % max(self.state_count, 1)
        sizes = np.bincount(county, minlength=self.county_count)
        first, own = (np.cumsum(sizes) - sizes)[county], sizes[county]
        left = np.repeat(np.arange(len(keys)), own)
        right = np.arange(len(left)) - np.repeat(np.cumsum(own) - own, own) + np.repeat(first, own)
        diagonal = np.arange(self.state_count)
        entries, place = np.unique(
            np.concatenate([diagonal * (self.state_count + 1), state[left] * self.state_count + state[right]]),
            return_inverse=True,
        )
        row, column = entries // max(self.state_count, 1), entries % max(self.state_count, 1)
        places = place[self.state_count :]
        return Crossings(inside, crossing, county, state, left, right, places, row, column, place[: self.state_count])

    @cached_property
    def _state_or_none(self) -> Groups:
        return np.where(self.state_group < 0, self.state_count, self.state_group)

    def _by_state(self, row: Floats) -> Floats:
        sums: Floats = np.bincount(self._state_or_none, row, self.state_count + 1)[:-1].astype(np.float64, copy=False)
        return sums


class NormalEquations:
    """A V A' of one covariance of leaves, factorised. Leaves and measures that cannot move have zeros in V.

    Matrices have the measures one after another: all groups of measure 0, then all of measure 1.
    """

    def __init__(self, margins: Margins, covariance: Floats) -> None:
        self.margins = margins
        self.covariance = covariance
        self.measures = len(covariance)
        self._county_inverse = self._invert_counties()
        crossings = margins.crossings
        self._meeting = np.array(
            [[np.bincount(crossings.crossing, leaf[crossings.inside], len(crossings.county)) for leaf in row]
             for row in covariance], dtype=np.float64
        )  # fmt: skip
        of_states = np.stack([margins.state_sums(row) for row in covariance])
        variance = np.concatenate([of_states[measure, measure] for measure in range(self.measures)])
        self._scale = 1 / np.sqrt(np.where(variance > 0, variance, 1.0))
        self._schur, self._solve = _factorised(self._schur_complement(of_states), variance > 0)

    def step(self, county: Floats, state: Floats) -> Floats:
        """V A'λ, the least change of the leaves that adds the given [measure, group] amounts to the margins.

        Conjugate gradients on the exact Schur complement with its factor, ridge and all, as preconditioner.
        """
        margins = self.margins
        first = margins.of_leaves(self._times_inverse(county), np.zeros_like(state))
        left = state - margins.state_sums(self._times_covariance(first))
        scale = self._scale.reshape(state.shape)
        multipliers, direction, gain_before = np.zeros_like(state), np.zeros_like(state), 1.0
        goal = STEP_ACCURACY * np.linalg.norm(scale * left)
        for _ in range(MOST_REFINEMENTS):
            if np.linalg.norm(scale * left) <= goal:
                break
            better = scale * self._solve((scale * left).ravel()).reshape(state.shape)
            gain = float((left * better).sum())
            direction = better + gain / gain_before * direction
            image = self._times_schur(direction)
            curvature = float((direction * image).sum())
            if not curvature > 0:
                break
            multipliers += gain / curvature * direction
            left -= gain / curvature * image
            gain_before = gain
        spread = self._times_covariance(margins.of_leaves(np.zeros_like(county), multipliers))
        of_county = self._times_inverse(county - margins.county_sums(spread))
        return self._times_covariance(margins.of_leaves(of_county, multipliers))

    def _times_schur(self, state: Floats) -> Floats:
        """The Schur complement times [measure, state group], leaf by leaf: its entries themselves lose digits."""
        margins = self.margins
        spread = self._times_covariance(margins.of_leaves(np.zeros((self.measures, margins.county_count)), state))
        back = margins.of_leaves(self._times_inverse(margins.county_sums(spread)), np.zeros_like(state))
        return margins.state_sums(spread - self._times_covariance(back))

    def leaf_variances(self) -> Floats:
        """[measure, leaf] diagonal of V - V A'(A V A')⁻¹ A V: what the margins leave of each leaf's variance."""
        margins, measures = self.margins, self.measures
        inverse = self._inverse.reshape(measures, margins.state_count, measures, margins.state_count)
        inverse = np.pad(inverse, ((0, 0), (0, 1), (0, 0), (0, 1)))
        left = np.empty((measures, margins.leaf_count))
        for leaves in margins.by_group_size():
            block = self.covariance[:, :, leaves].transpose(2, 3, 0, 1)  # group, leaf, measure, measure
            county = self._county_inverse[:, :, margins.county_group[leaves[:, 0]]].transpose(2, 0, 1)
            explained = np.einsum("gium,gmn,gjnv->giujv", block, county, block, optimize=True)
            of_leaf = np.einsum("giuiu->giu", explained)
            open_to_state = -explained
            place = np.arange(leaves.shape[1])
            open_to_state[:, place, :, place, :] += block.transpose(1, 0, 2, 3)
            states = np.where(margins.state_group[leaves] < 0, margins.state_count, margins.state_group[leaves])
            # Advanced indices first: group, leaf, leaf, measure, measure.
            between = inverse[:, states[:, :, None], :, states[:, None, :]]
            through = np.einsum("giujv,gjlvw->giulw", open_to_state, between, optimize=True)
            of_state = np.einsum("giulw,giulw->giu", through, open_to_state, optimize=True)
            variance = np.einsum("giuu->giu", block) - of_leaf - of_state
            left[:, leaves] = variance.transpose(2, 0, 1)
        return np.maximum(left, 0.0)

    def total_variances(self, selection: sparse.csr_array, measure: int) -> Floats:
        """s'Vs - s'V A'(A V A')⁻¹ A V s of one measure for each row s of selection, [total, leaf]."""
        weights = sparse.csr_array(selection).astype(np.float64)
        spread = [weights @ sparse.diags_array(row) for row in self.covariance[measure]]
        of_county, of_state = (
            sparse.hstack([row @ membership for row in spread], format="csr") for membership in self.margins.memberships
        )
        through = of_county @ _diagonals(self._county_inverse)
        beyond = sparse.csr_array(of_state - through @ self._between.T)
        explained = of_county.multiply(through).sum(axis=1) + beyond.multiply(beyond @ self._inverse).sum(axis=1)
        left: Floats = np.maximum(weights.power(2) @ self.covariance[measure, measure] - explained, 0.0)
        return left

    def _invert_counties(self) -> Floats:
        block = np.stack([self.margins.county_sums(row) for row in self.covariance])
        places = np.arange(self.measures)
        diagonal = block[places, places]
        block[places, places] = np.where(diagonal > 0, diagonal, 1.0)
        inverse = np.linalg.inv(block.transpose(2, 0, 1))
        return np.ascontiguousarray(inverse.transpose(1, 2, 0))

    def _schur_complement(self, of_states: Floats) -> sparse.csc_array:
        """Scaled, so that its diagonal was 1 before the counties were taken out."""
        at, states = self.margins.crossings, self.margins.state_count
        through = np.einsum("mpk,pnk->mnk", self._meeting, self._county_inverse[:, :, at.county])
        scale = self._scale.reshape(self.measures, states)
        rows, columns, entries = [], [], []
        for row, column in np.ndindex(self.measures, self.measures):
            taken = sum(through[row, k][at.left] * self._meeting[column, k][at.right] for k in range(self.measures))
            block = -np.bincount(at.place, taken, len(at.row)).astype(np.float64)
            block[at.diagonal] += of_states[row, column]
            rows.append(row * states + at.row)
            columns.append(column * states + at.column)
            entries.append(block * scale[row][at.row] * scale[column][at.column])
        size = self.measures * states
        places = np.concatenate(rows), np.concatenate(columns)
        return sparse.csc_array(sparse.coo_array((np.concatenate(entries), places), shape=(size, size)))

    @cached_property
    def _between(self) -> sparse.csr_array:
        """Covariance of state groups and county groups."""
        at, shape = self.margins.crossings, (self.margins.state_count, self.margins.county_count)
        blocks = [[sparse.coo_array((block, (at.state, at.county)), shape=shape) for block in row]
                  for row in self._meeting]  # fmt: skip
        return sparse.csr_array(sparse.block_array(blocks))

    @cached_property
    def _inverse(self) -> Floats:
        """Of the Schur complement, by connected components."""
        inverse = np.zeros(self._schur.shape)
        count, component = connected_components(self._schur, directed=False)
        order = np.argsort(component, kind="stable")
        for places in np.split(order, np.cumsum(np.bincount(component, minlength=count))[:-1]):
            scale = self._scale[places]
            block = np.linalg.inv(self._schur[places][:, places].toarray())
            inverse[np.ix_(places, places)] = scale[:, None] * block * scale
        return inverse

    def _times_covariance(self, leaves: Floats) -> Floats:
        product: Floats = np.einsum("mnl,nl->ml", self.covariance, leaves)
        return product

    def _times_inverse(self, county: Floats) -> Floats:
        product: Floats = np.einsum("mnc,nc->mc", self._county_inverse, county)
        return product


def _factorised(schur: sparse.csc_array, can_move: Flags) -> tuple[sparse.csc_array, Solve]:
    """A scaled Schur complement with a ridge, and what solves it. Where nothing can move, the diagonal is 1."""
    for ridge in RIDGES if len(can_move) else ():
        raised = sparse.csc_array(schur + sparse.diags_array(np.where(can_move, ridge, 1.0)))
        try:
            factor = splu(raised, **SYMMETRIC)
        except RuntimeError:
            continue
        if (factor.U.diagonal() > 0).all():
            return raised, factor.solve
    if len(can_move):
        raise np.linalg.LinAlgError("A V A' is not positive definite: a variance is negative or not finite")
    return schur, np.copy


def _membership(group: Groups, count: int) -> sparse.csr_array:
    inside = np.flatnonzero(group >= 0)
    return sparse.csr_array((np.ones(len(inside)), (inside, group[inside])), shape=(len(group), count))


def _diagonals(blocks: Floats) -> sparse.csr_array:
    """Square blocks [row, column, entry], each a diagonal, as one matrix."""
    return sparse.csr_array(sparse.block_array([[sparse.diags_array(block) for block in row] for row in blocks]))
