"""Raking against problems solved by hand, and the laws that any solution obeys."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from pipelines.estimation.margins import Margins
from pipelines.estimation.raking import Raked, Residuals, UnreachableMargins, rake, rake_jobs_and_wages

TWO_BY_TWO = Margins.of(np.array([0, 0, 1, 1], dtype=np.int32), np.array([0, 1, 0, 1], dtype=np.int32))


def _residuals(margins: Margins, values: np.ndarray) -> Residuals:
    return Residuals(margins.county_sums(np.atleast_2d(values)), margins.state_sums(np.atleast_2d(values)))


def _economy(seed: int, leaves: int = 60) -> tuple[Margins, np.ndarray, np.ndarray, np.ndarray]:
    """Margins, true jobs and wages, expected jobs."""
    rng = np.random.default_rng(seed)
    county = np.append(np.arange(15), rng.integers(0, 15, leaves - 15)).astype(np.int32)
    state = np.append(np.arange(9), rng.integers(-1, 9, leaves - 9)).astype(np.int32)
    expected = rng.lognormal(3, 1, leaves)
    jobs = np.maximum(np.rint(expected * rng.lognormal(0, 1, leaves)), 1)
    wages = np.rint(jobs * 3000 * rng.lognormal(0, 0.3, leaves)) + 1
    return Margins.of(county, state), jobs, wages, expected


def _rake_both(seed: int, scale: float = 1.0, wage_scale: float = 1.0) -> tuple[Raked, Residuals]:
    margins, jobs, wages, expected = _economy(seed)
    residuals = _residuals(margins, np.stack([jobs * scale, wages * scale * wage_scale]))
    ones = np.ones(len(jobs))
    raked = rake_jobs_and_wages(expected * scale, ones, 3000 * wage_scale * ones, 0.1 * ones, margins, residuals)
    return raked, residuals


def test_two_by_two_is_solved_by_hand() -> None:
    # All priors and variances 1, rows 3 and 1, columns 2 and 2: by symmetry the rows are halved.
    raked = rake(np.ones(4), np.ones(4), TWO_BY_TWO, _residuals(TWO_BY_TWO, np.array([1.5, 1.5, 0.5, 0.5])))
    assert raked.values[0] == pytest.approx([1.5, 1.5, 0.5, 0.5])
    # One free number t: leaves t, 4 - t, 3 - t, t. With priors 1, 2, 1, 2 the slopes 1/p of Σ x/p - log x cancel,
    # so 2/t = 1/(4 - t) + 1/(3 - t).
    prior = np.array([1.0, 2.0, 1.0, 2.0])
    t = optimize.brentq(lambda t: 2 / t - 1 / (4 - t) - 1 / (3 - t), 0.1, 2.9)
    raked = rake(prior, np.ones(4), TWO_BY_TWO, _residuals(TWO_BY_TWO, np.array([1.0, 3.0, 2.0, 1.0])))
    assert raked.values[0] == pytest.approx([t, 4 - t, 3 - t, t])


def test_one_group_of_two_by_hand() -> None:
    # Without state equations: 1/p - 1/x is the same for both when v is; p 1 and 2, sum 6: 1 - 1/x = 1/2 - 1/(6 - x).
    margins = Margins.of(np.zeros(2, dtype=np.int32), np.full(2, -1, dtype=np.int32))
    raked = rake(np.array([1.0, 2.0]), np.ones(2), margins, Residuals(np.array([[6.0]]), np.zeros((1, 0))))
    x = optimize.brentq(lambda x: 1 - 1 / x - 0.5 + 1 / (6 - x), 0.1, 5.9)
    assert raked.values[0] == pytest.approx([x, 6 - x])


def test_what_fits_already_stays() -> None:
    margins, jobs, _, _ = _economy(1)
    raked = rake(jobs, np.ones(len(jobs)), margins, _residuals(margins, jobs))
    assert raked.values[0] == pytest.approx(jobs)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_margins_hold_and_nothing_is_negative(seed: int) -> None:
    margins, *_ = _economy(seed)
    raked, residuals = _rake_both(seed)
    for found, wanted in (
        (margins.county_sums(raked.values), residuals.county),
        (margins.state_sums(raked.values), residuals.state),
    ):
        assert (np.abs(found - wanted) <= 1e-6 * wanted).all()
    assert (raked.values >= 0).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(0.001, 1000))
def test_units_do_not_matter(seed: int, scale: float, wage_scale: float) -> None:
    raked, _ = _rake_both(seed)
    scaled, _ = _rake_both(seed, scale, wage_scale)
    expected = raked.values * scale * np.array([[1], [wage_scale]])
    np.testing.assert_allclose(scaled.values, expected, rtol=1e-4, atol=1e-6 * expected.max())


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_no_other_values_that_add_up_are_nearer(seed: int) -> None:
    margins, jobs, _, expected = _economy(seed)
    raked = rake(expected, np.ones(len(jobs)), margins, _residuals(margins, jobs)).values[0]

    def distance(values: np.ndarray) -> float:
        return float((values / expected - np.log(values)).sum())

    direction = jobs - raked
    for part in (-0.01, 0.01, 0.1, 0.5):
        values = raked + part * direction
        if (values > 0).all():
            assert distance(raked) <= distance(values) + 1e-6


def test_repeats_to_the_bit() -> None:
    assert (_rake_both(5)[0].values == _rake_both(5)[0].values).all()


def test_the_wages_of_a_group_tell_whose_jobs_they_are() -> None:
    # Two leaves alike but for pay; the group's pay says nearly all jobs are the second's.
    margins = Margins.of(np.zeros(2, dtype=np.int32), np.full(2, -1, dtype=np.int32))
    residuals = Residuals(np.array([[100.0], [190.0]]), np.zeros((2, 0)))
    raked = rake_jobs_and_wages(
        np.full(2, 50.0), np.ones(2), np.array([1.0, 2.0]), np.full(2, 0.01), margins, residuals
    )
    assert raked.values[0, 1] > 80
    assert raked.values.sum(axis=1) == pytest.approx([100, 190])


def test_groups_with_nothing_are_zero_and_leave_the_rest_to_their_neighbours() -> None:
    residuals = _residuals(TWO_BY_TWO, np.array([0.0, 0.0, 3.0, 4.0]))
    raked = rake(np.ones(4), np.ones(4), TWO_BY_TWO, residuals)
    assert raked.values[0] == pytest.approx([0, 0, 3, 4])
    assert (raked.values[0, :2] == 0).all()


def test_jobs_without_wages_and_wages_without_jobs() -> None:
    truth = np.array([[5.0, 1.0, 0.0, 0.0, 7.0, 2.0], [0.0, 0.0, 900.0, 100.0, 2000.0, 500.0]])
    margins = Margins.of(np.array([0, 0, 1, 1, 2, 2], dtype=np.int32), np.full(6, -1, dtype=np.int32))
    ones = np.ones(6)
    raked = rake_jobs_and_wages(3 * ones, ones, 250 * ones, 0.1 * ones, margins, _residuals(margins, truth))
    assert (raked.values[0, 2:4] == 0).all()
    assert (raked.values[1, :2] == 0).all()
    assert margins.county_sums(raked.values) == pytest.approx(margins.county_sums(truth))


def test_leaves_that_the_margins_force_to_zero() -> None:
    # Rows 1 and 9, columns 1 and 9, but the first row may only be in the first column.
    residuals = _residuals(TWO_BY_TWO, np.array([1.0, 0.0, 0.0, 9.0]))
    raked = rake(np.array([1e-3, 50.0, 50.0, 1e-3]), np.ones(4), TWO_BY_TWO, residuals)
    assert TWO_BY_TWO.county_sums(raked.values) == pytest.approx(residuals.county)
    assert TWO_BY_TWO.state_sums(raked.values) == pytest.approx(residuals.state)


def test_priors_far_off_are_no_obstacle() -> None:
    margins, jobs, _, _ = _economy(9)
    priors = np.where(np.arange(len(jobs)) % 2, 1e6, 1e-3)
    raked = rake(priors, np.full(len(jobs), 0.5), margins, _residuals(margins, jobs))
    np.testing.assert_allclose(margins.county_sums(raked.values), margins.county_sums(jobs[None]), rtol=1e-6)


def test_nothing_hidden_is_nothing_to_do() -> None:
    nothing = np.zeros(0, dtype=np.int32)
    raked = rake(np.zeros(0), np.zeros(0), Margins.of(nothing, nothing), Residuals(np.zeros((1, 0)), np.zeros((1, 0))))
    assert raked.values.shape == (1, 0)


def test_contradicting_margins_are_named() -> None:
    residuals = Residuals(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]))
    with pytest.raises(UnreachableMargins, match="contradict") as caught:
        rake(np.ones(4), np.ones(4), TWO_BY_TWO, residuals)
    assert caught.value.county_groups or caught.value.state_groups


@pytest.mark.parametrize("prior", [0.0, -1.0, np.nan, np.inf])
def test_a_prior_that_is_no_positive_number_is_refused(prior: float) -> None:
    with pytest.raises(ValueError, match=r"prior of leaf 2 is .*: expected a positive number"):
        rake(np.array([1, 1, prior, 1]), np.ones(4), TWO_BY_TWO, _residuals(TWO_BY_TWO, np.ones(4)))
