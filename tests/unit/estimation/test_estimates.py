"""Estimates of a whole period: against the sample's known truth."""

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from pipelines.estimation.cell_bounds import bound_cells
from pipelines.estimation.cell_network import MEASURES, CellNetwork, build_network
from pipelines.estimation.estimates import HiddenEstimates, HiddenPeriod, estimate_hidden_cells, estimate_periods
from pipelines.estimation.intervals import interval90
from pipelines.estimation.margins import Margins, NormalEquations
from pipelines.estimation.priors import MONTHS

Sample = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def _no_other_period(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.clear().with_columns(quarters_apart=pl.lit(1, pl.Int64))


@pytest.fixture(scope="module")
def network(sample: Sample) -> CellNetwork:
    published, _, tree = sample
    return build_network(published, tree)


@pytest.fixture(scope="module")
def estimates(sample: Sample, network: CellNetwork) -> HiddenEstimates:
    return estimate_hidden_cells(network, sample[0], _no_other_period(sample[0]))


def _truth(sample: Sample, network: CellNetwork, measure: str) -> np.ndarray:
    keys = ["area_fips", "own_code", "industry_code"]
    joined = network.leaves.join(sample[1], on=keys, how="left", maintain_order="left")
    return joined[MEASURES[measure]].to_numpy()


@pytest.mark.parametrize("measure", MEASURES)
def test_leaves_add_up_to_every_margin(network: CellNetwork, estimates: HiddenEstimates, measure: str) -> None:
    for kind in (network.county, network.state):
        inside = kind.group >= 0
        sums = np.bincount(kind.group[inside], estimates.values[measure][inside], kind.groups.height)
        np.testing.assert_allclose(sums, kind.residual[measure], rtol=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_leaves_are_inside_their_proven_bounds(network: CellNetwork, estimates: HiddenEstimates, measure: str) -> None:
    lower, upper = bound_cells(network, measure)
    values, slack = estimates.values[measure], 1e-6 * estimates.values[measure].max()
    assert (values >= lower - slack).all()
    assert (values <= upper + slack).all()


@pytest.mark.parametrize(("measure", "most_error"), [("month3_employment", 0.30), ("wages", 0.33)])
def test_errors_and_coverage_are_as_stated(
    sample: Sample, network: CellNetwork, estimates: HiddenEstimates, measure: str, most_error: float
) -> None:
    truth, values = _truth(sample, network, measure), estimates.values[measure]
    assert np.abs(values - truth).sum() / truth.sum() < most_error
    lower, upper = bound_cells(network, measure)
    interval = interval90(values, estimates.standard_errors[measure], lower, upper, is_whole=measure != "wages")
    assert ((interval.lower >= lower) & (interval.upper <= upper)).all()
    coverage = np.mean((truth >= interval.lower - 1e-6) & (truth <= interval.upper + 1e-6))
    assert 0.86 <= coverage <= 0.95


def test_totals_of_single_leaves_are_the_leaves_and_of_groups_certain(
    network: CellNetwork, estimates: HiddenEstimates
) -> None:
    count = network.leaves.height
    some = np.arange(0, count, 97)
    single = sparse.csr_array((np.ones(len(some)), (np.arange(len(some)), some)), shape=(len(some), count))
    group = sparse.csr_array((np.ones(count), (network.county_group, np.arange(count))))[:50]
    for measure in MEASURES:
        value, error = estimates.totals(single, measure)
        np.testing.assert_allclose(value, estimates.values[measure][some], rtol=1e-9)
        np.testing.assert_allclose(error, estimates.standard_errors[measure][some], rtol=1e-3, atol=1e-3 * value.max())
        whole, no_error = estimates.totals(group, measure)
        np.testing.assert_allclose(whole, network.county_residual[measure][:50], rtol=1e-6)
        assert (no_error <= 1e-3 * whole + 1e-3).all()


def test_mean_jobs_are_the_mean_of_the_months_and_whole_groups_certain(
    network: CellNetwork, estimates: HiddenEstimates
) -> None:
    count = network.leaves.height
    groups = sparse.csr_array((np.ones(count), (network.county_group, np.arange(count))))[:50]
    single = sparse.csr_array(sparse.eye_array(count))[::97]
    selection = sparse.csr_array(sparse.vstack([groups, single]))
    mean, error = estimates.mean_totals(selection, is_wages=False)
    months = [estimates.totals(selection, month) for month in MONTHS]
    np.testing.assert_allclose(mean, np.mean([month for month, _ in months], axis=0), rtol=1e-12)
    residuals = np.mean([network.county_residual[month][:50] for month in MONTHS], axis=0)
    np.testing.assert_allclose(mean[:50], residuals, rtol=1e-6)
    assert (error[:50] <= 1e-3 * mean[:50] + 1e-3).all()
    # Each month has an error of its own as well.
    least = np.min([month_error / np.maximum(month, 1e-9) for month, month_error in months], axis=0)
    is_open = error > 1e-2 * mean + 1e-2
    assert is_open.sum() > 10
    assert (error[is_open] / mean[is_open] <= 1.02 * least[is_open]).all()

    wages = estimates.mean_totals(selection, is_wages=True)
    for found, expected in zip(wages, estimates.totals(selection, "wages"), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_without_a_state_each_group_is_by_itself() -> None:
    # In a group of variances v, a leaf keeps v (1 - v / sum): 3/4 of 1 and of 3 beside each other, nothing if alone.
    margins = Margins.of(np.array([0, 0, 1], dtype=np.int32), np.full(3, -1, dtype=np.int32))
    equations = NormalEquations(margins, np.array([[[1.0, 3.0, 2.0]]]))
    assert equations.leaf_variances()[0] == pytest.approx([0.75, 0.75, 0])
    selection = sparse.csr_array([[1, 0, 0], [1, 1, 0], [2, 1, 1], [0, 0, 1], [0, 0, 0]])
    assert equations.total_variances(selection, 0) == pytest.approx([0.75, 0, 0.75, 0, 0], abs=1e-9)
    assert NormalEquations(Margins.of(*np.empty((2, 0), dtype=np.int32)), np.empty((1, 1, 0))).total_variances(
        sparse.csr_array((2, 0)), 0
    ) == pytest.approx([0, 0])


def test_alike_periods_confirm_each_other(sample: Sample, network: CellNetwork, estimates: HiddenEstimates) -> None:
    period = HiddenPeriod(network, sample[0], _no_other_period(sample[0]))
    first, second = estimate_periods([period, period])
    for measure in MEASURES:
        assert (first.values[measure] == second.values[measure]).all()
        county = np.bincount(network.county_group, first.values[measure])
        np.testing.assert_allclose(county, network.county_residual[measure], rtol=1e-6)


def test_it_repeats_to_the_bit(sample: Sample, network: CellNetwork, estimates: HiddenEstimates) -> None:
    again = estimate_hidden_cells(network, sample[0].reverse(), _no_other_period(sample[0]))
    for measure in MEASURES:
        assert (again.values[measure] == estimates.values[measure]).all()
        assert (again.standard_errors[measure] == estimates.standard_errors[measure]).all()


def test_nothing_hidden_is_nothing_to_estimate(small_tree: pl.DataFrame, make_cells) -> None:  # type: ignore[no-untyped-def]
    cells = make_cells({"99001 0 10": (1, 5), "99001 5 10": (1, 5), "99001 5 A": (1, 5), "99001 5 A1": (1, 5)})
    found = estimate_hidden_cells(build_network(cells, small_tree), cells, _no_other_period(cells))
    assert all(values.shape == (0,) for values in found.values.values())
