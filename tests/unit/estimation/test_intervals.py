"""Intervals: inside their bounds, and as often right as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.estimation.intervals import interval90

BIG = np.array([1e12])


def test_a_log_normal_interval_by_hand() -> None:
    # Relative error 0.5: sigma² = log 1.25 = 0.22314, 1.64485 sigma = 0.77700, factor 2.17494.
    found = interval90(np.array([100.0]), np.array([50.0]), np.zeros(1), BIG, known=1000)
    assert found.lower == pytest.approx([1000 + 100 / 2.17494], rel=1e-5)
    assert found.upper == pytest.approx([1000 + 100 * 2.17494], rel=1e-5)


def test_jobs_go_outwards_to_whole_numbers() -> None:
    found = interval90(np.array([100.0]), np.array([50.0]), np.zeros(1), BIG, is_whole=True)
    assert (found.lower[0], found.upper[0]) == (45, 218)


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
