"""Cheap proven bounds of every hidden cell, propagated from equation to equation.

Belongs here: bounds of single leaves. Not here: bounds of totals, which these added up would give far too wide
(bounds); the bounds of a single cell by the whole program are narrower, too.
"""

import numpy as np

from pipelines.estimation.cell_network import CellNetwork, Whole, group_sums

MOST_ROUNDS = 1000


def bound_cells(network: CellNetwork, measure: str) -> tuple[Whole, Whole]:
    """The least and the most each leaf can be, by what each of its equations leaves for it, to a fixed point.

    Proven for any network without contradictions; BoundProgram finds those.
    """
    lower = np.zeros(network.leaves.height, dtype=np.int64)
    upper = np.full(network.leaves.height, np.iinfo(np.int64).max)
    for kind in network.equations.values():
        inside = kind.group >= 0
        upper[inside] = np.minimum(upper[inside], kind.residual[measure][kind.group[inside]])
    for _ in range(MOST_ROUNDS):
        before = lower, upper
        for kind in network.equations.values():
            leaf = np.flatnonzero(kind.group >= 0)
            group, residual = kind.group[leaf], kind.residual[measure]
            room = residual - group_sums(group, lower[leaf], len(residual))
            need = residual - group_sums(group, upper[leaf], len(residual))
            lower, upper = lower.copy(), upper.copy()
            lower[leaf], upper[leaf] = (
                np.maximum(lower[leaf], need[group] + upper[leaf]),
                np.minimum(upper[leaf], room[group] + lower[leaf]),
            )
        if np.array_equal(before[0], lower) and np.array_equal(before[1], upper):
            break
    return lower, upper
