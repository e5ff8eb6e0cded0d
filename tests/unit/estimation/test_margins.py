"""The linear algebra of margins against dense matrices."""

import numpy as np
import pytest
from scipy import sparse

from pipelines.estimation.margins import Margins, NormalEquations


def _margins(rng: np.random.Generator, leaves: int = 30) -> Margins:
    county = np.append(np.arange(8), rng.integers(0, 8, leaves - 8)).astype(np.int32)
    state = np.append(np.arange(5), rng.integers(-1, 5, leaves - 5)).astype(np.int32)
    return Margins.of(county, state)


def _dense(margins: Margins, measures: int) -> np.ndarray:
    """A, [equation, measure and leaf]."""
    one = np.zeros((margins.county_count + margins.state_count, margins.leaf_count))
    one[margins.county_group, np.arange(margins.leaf_count)] = 1
    inside = np.flatnonzero(margins.state_group >= 0)
    one[margins.county_count + margins.state_group[inside], inside] = 1
    return np.kron(np.eye(measures), one)


def _covariance(rng: np.random.Generator, measures: int, leaves: int) -> np.ndarray:
    root = rng.normal(size=(leaves, measures, measures + 1))
    return np.einsum("lmk,lnk->mnl", root, root)


def _spread(covariance: np.ndarray) -> np.ndarray:
    return np.block([[np.diag(block) for block in row] for row in covariance])


@pytest.mark.parametrize("measures", [1, 2])
def test_variances_of_leaves_and_totals_are_those_of_the_dense_formula(measures: int) -> None:
    rng = np.random.default_rng(1)
    margins = _margins(rng)
    covariance = _covariance(rng, measures, margins.leaf_count)
    a, v = _dense(margins, measures), _spread(covariance)
    left = v - v @ a.T @ np.linalg.pinv(a @ v @ a.T) @ a @ v
    equations = NormalEquations(margins, covariance)
    np.testing.assert_allclose(equations.leaf_variances().ravel(), np.diag(left), rtol=1e-5, atol=1e-6)

    selection = rng.integers(0, 3, (7, margins.leaf_count))
    for measure in range(measures):
        weights = np.zeros((7, measures, margins.leaf_count))
        weights[:, measure] = selection
        expected = np.einsum("ti,ij,tj->t", weights.reshape(7, -1), left, weights.reshape(7, -1))
        found = equations.total_variances(sparse.csr_array(selection), measure)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_whole_group_has_no_variance() -> None:
    rng = np.random.default_rng(2)
    margins = _margins(rng)
    equations = NormalEquations(margins, _covariance(rng, 2, margins.leaf_count))
    county = sparse.csr_array(np.eye(margins.county_count)[:, margins.county_group])
    state = sparse.csr_array(np.eye(margins.state_count + 1)[:-1, margins.state_group])
    for measure in (0, 1):
        assert equations.total_variances(county, measure) == pytest.approx(np.zeros(8), abs=1e-6)
        assert equations.total_variances(state, measure) == pytest.approx(np.zeros(5), abs=1e-6)


def test_a_step_adds_exactly_what_is_asked() -> None:
    rng = np.random.default_rng(3)
    margins = _margins(rng)
    equations = NormalEquations(margins, _covariance(rng, 2, margins.leaf_count))
    change = rng.normal(size=(2, margins.leaf_count))
    step = equations.step(margins.county_sums(change), margins.state_sums(change))
    np.testing.assert_allclose(margins.county_sums(step), margins.county_sums(change), atol=1e-9)
    np.testing.assert_allclose(margins.state_sums(step), margins.state_sums(change), atol=1e-9)
