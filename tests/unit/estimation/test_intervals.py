"""Intervals: inside their bounds, and as often right as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.estimation.intervals import interval90, quotient_interval90

BIG = np.array([1e12])


def test_a_log_normal_interval_by_hand() -> None:
    # Relative error 0.5: median 100 exp(-0.125) = 88.24969, factor exp(1.644854 * 0.5) = 2.276016.
    found = interval90(np.array([100.0]), np.array([50.0]), np.zeros(1), BIG, known=1000)
    assert found.lower == pytest.approx([1000 + 88.24969 / 2.276016], rel=1e-5)
    assert found.upper == pytest.approx([1000 + 88.24969 * 2.276016], rel=1e-5)


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


def test_a_quotient_of_two_estimates_by_hand() -> None:
    # 30 / 60 with relative errors 0.3 and 0.4, together 0.5: the log-normal interval of 0.5 with error 0.25.
    found = quotient_interval90((np.array([30.0]), np.array([9.0])), (np.array([60.0]), np.array([24.0])), 0 * BIG, BIG)
    assert found.lower == pytest.approx([0.005 * 88.24969 / 2.276016], rel=1e-5)
    assert found.upper == pytest.approx([0.005 * 88.24969 * 2.276016], rel=1e-5)


def test_a_quotient_is_cut_at_its_bounds_and_without_errors_has_no_width() -> None:
    above, below = np.array([30.0, 30.0, 0.0]), np.array([60.0, 60.0, 60.0])
    errors = np.array([9.0, 0.0, 0.0]), np.array([24.0, 0.0, 0.0])
    found = quotient_interval90((above, errors[0]), (below, errors[1]), np.array([0.4, 0, 0]), np.array([0.6, 1, 1]))
    assert found.lower == pytest.approx([0.4, 0.5, 0])
    assert found.upper == pytest.approx([0.6, 0.5, 0])


def test_a_quotient_of_nothing_is_unknown() -> None:
    nothing, some = (np.zeros(1), np.zeros(1)), (np.ones(1), np.ones(1))
    for above in (nothing, some):
        found = quotient_interval90(above, nothing, np.zeros(1), np.ones(1))
        assert np.isnan([found.lower, found.upper]).all()


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1e6), st.floats(0, 1), st.floats(0, 1))
def test_a_quotient_never_leaves_its_proven_bounds(
    above: float, error: float, below: float, error_below: float, one: float, other: float
) -> None:
    least, most = min(one, other), max(one, other)
    numerator, denominator = (np.array([above]), np.array([error])), (np.array([below]), np.array([error_below]))
    found = quotient_interval90(numerator, denominator, np.array([least]), np.array([most]))
    assert least <= found.lower[0] <= found.upper[0] <= most
