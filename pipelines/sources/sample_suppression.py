"""Which cells of the sample are hidden: a primary rule, then complementary suppression along industry and geography.

Belongs here: the rule and its fixed point, on plain arrays. Not here: how cells are built or published (sample_cells).
BLS does not publish its rule; this one gives files of the same kind (qcew identities: no published parent with exactly
one hidden child, no published state row with exactly one hidden county, no hidden row whose children all show).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

MINIMUM_ESTABLISHMENTS = 3
DOMINANCE_SHARE = 0.8


@dataclass(frozen=True)
class Hierarchy:
    """Sums that everybody knows: each row's parent by industry (or ownership) and by geography, as row numbers.

    -1 where a row has no parent. A parent is the sum of its children. Rows of different quarters share no parent.
    """

    industry_parent: Integers
    state_parent: Integers


def is_sensitive(
    establishments: Integers, jobs: Integers, largest_jobs: Integers, wages: Integers, largest_wages: Integers
) -> Flags:
    """The primary rule, row by row: one or two establishments, or one with more than 80 % of jobs or wages.

    jobs are job-months of the quarter. A row without establishments is a true zero and not sensitive.
    """
    is_small = (establishments > 0) & (establishments < MINIMUM_ESTABLISHMENTS)
    dominated = (largest_jobs > DOMINANCE_SHARE * jobs) | (largest_wages > DOMINANCE_SHARE * wages)
    return np.asarray(is_small | ((establishments > 0) & dominated))


def hide_complements(sensitive: Flags, hierarchy: Hierarchy, can_hide: Flags, reluctance: NDArray[np.float64]) -> Flags:
    """Hide further rows until no sum reveals one: every sum has no hidden member (parent or child), or at least two.

    can_hide: rows with something to hide. A sum that lacks one hides its least reluctant child that can be hidden, or
    its parent where there is none. Returns the hidden rows, the sensitive ones among them.
    Raises ValueError where a sum cannot be protected because nothing else in it can be hidden.
    """
    hidden = sensitive.copy()
    sums = [_Sums(parent, reluctance) for parent in (hierarchy.industry_parent, hierarchy.state_parent)]
    while True:
        chosen = 0
        for one in sums:
            further = one.protect(hidden, can_hide)
            hidden[further] = True
            chosen += len(further)
        if not chosen:
            return hidden


class _Sums:
    """All sums of one hierarchy, with children in the order in which they are to be hidden."""

    def __init__(self, parent: Integers, reluctance: NDArray[np.float64]) -> None:
        children = np.flatnonzero(parent >= 0)
        self.children = children[np.lexsort((reluctance[children], parent[children]))]
        self.parent_of = parent[self.children]
        self.is_parent = np.zeros(len(parent), dtype=bool)
        self.is_parent[self.parent_of] = True

    def protect(self, hidden: Flags, can_hide: Flags) -> Integers:
        """Rows to hide so that each of these sums that has one hidden member gets a second."""
        hidden_members = hidden + np.bincount(self.parent_of, hidden[self.children], len(hidden))
        reveals = self.is_parent & (hidden_members == 1)
        open_to = reveals[self.parent_of] & can_hide[self.children] & ~hidden[self.children]
        parents, first = np.unique(self.parent_of[open_to], return_index=True)
        reveals[parents] = False
        without_child = np.flatnonzero(reveals)
        if (hidden | ~can_hide)[without_child].any():
            raise ValueError("a sum has one hidden member, and nothing else in it can be hidden")
        return np.concatenate([self.children[open_to][first], without_child])
