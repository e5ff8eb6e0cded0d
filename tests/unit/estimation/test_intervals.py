"""Intervals: inside their bounds, and as often right as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.estimation.intervals import interval90

BIG = np.array([1e12])


def test_a_log_normal_interval_by_hand() -> None:
    # Relative error 0.5: median 100 exp(-0.125) = 88.24969, factor exp(1.644854 * 0.5) = 2.275889.
    found = interval90(np.array([100.0]), np.array([50.0]), np.zeros(1), BIG, known=1000)
    assert found.lower == pytest.approx([1000 + 88.24969 / 2.275889], rel=1e-5)
    assert found.upper == pytest.approx([1000 + 88.24969 * 2.275889], rel=1e-5)


def test_jobs_go_outwards_to_whole_numbers() -> None:
    found = interval90(np.array([100.0]), np.array([50.0]), np.zeros(1), BIG, is_whole=True)
    assert (found.lower[0], found.upper[0]) == (38, 201)


def test_nothing_hidden_has_no_width() -> None:
    found = interval90(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), known=np.array([7]), is_whole=True)
    assert (found.lower[0], found.upper[0]) == (7, 7)


@given(
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.integers(0, 1000),
    st.integers(0, 10**6),
    st.booleans(),
)
def test_it_never_leaves_the_proven_bounds(hidden: float, error: float, low: int, width: int, is_whole: bool) -> None:
    lower, upper = np.array([low]), np.array([low + width])
    found = interval90(np.array([hidden]), np.array([error]), lower, upper, is_whole=is_whole)
    assert low <= found.lower[0] <= found.upper[0] <= low + width
