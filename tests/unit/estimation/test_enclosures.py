"""Bounds of totals without a solver: by hand, on two counties and two industries."""

import numpy as np
import pytest
from scipy import sparse

from pipelines.estimation.enclosures import Enclosure

# Leaves: industry 1 and 2 of a county that hides 70 jobs, then of one that hides 50. The state has 90 of the first
# industry; of the second nobody says. What each leaf can be follows: 40 to 70, 0 to 30, 20 to 50, 0 to 30.
MATRIX = sparse.csc_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]]))
KIND, RESIDUAL = np.array([1, 1, 2]), np.array([70, 50, 90])
LOWER, UPPER = np.array([40, 0, 20, 0]), np.array([70, 30, 50, 30])


@pytest.mark.parametrize(
    ("leaves", "ends"),
    [
        ([1, 0, 0, 0], (40, 70)),
        ([1, 1, 0, 0], (70, 70)),  # all that the county hides
        ([1, 0, 1, 0], (90, 90)),  # all that the state hides of an industry
        ([1, 1, 1, 0], (90, 120)),  # the first county, and 20 to 50 of the other
        ([0, 1, 0, 1], (0, 60)),  # 30 in truth: it takes both kinds of equations together to see it
        ([1, 0, 0, 1], (40, 100)),
        ([0, 0, 0, 0], (0, 0)),
        ([2, 0, 1, 0], (0, np.inf)),  # not tried
    ],
)
def test_a_total_is_between_what_each_kind_of_equation_leaves(leaves: list[int], ends: tuple[float, float]) -> None:
    enclosure = Enclosure(MATRIX, KIND, RESIDUAL, LOWER, UPPER)
    lower, upper = enclosure.ends(sparse.csr_array(np.array([leaves], dtype=np.float64)))
    assert (lower[0], upper[0]) == ends


def test_totals_are_told_apart() -> None:
    enclosure = Enclosure(MATRIX, KIND, RESIDUAL, LOWER, UPPER)
    both = np.array([[1, 1, 0, 0], [0, 0, 0, 1]], dtype=np.float64)
    lower, upper = enclosure.ends(sparse.csr_array(both))
    assert (lower.tolist(), upper.tolist()) == ([70, 0], [70, 30])
