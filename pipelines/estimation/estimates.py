"""Estimates of every hidden leaf of one state and period, and of any total of them, with standard errors.

Belongs here: the order in which priors, raking and variances are put together, by measure. Not here: each of these
steps (priors, raking, margins), intervals made of standard errors (intervals).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from pipelines.estimation.cell_bounds import bound_cells
from pipelines.estimation.cell_network import CELL, CellNetwork
from pipelines.estimation.margins import Floats, Margins, NormalEquations
from pipelines.estimation.priors import MONTHS, Priors, leaf_priors
from pipelines.estimation.raking import (
    Raked,
    Residuals,
    covariance_of_jobs_and_wages,
    rake,
    rake_jobs_and_wages,
)

WAGES = "wages"
_JOBS, _WAGES = 0, 1
# A leaf that the quarter's jobs all but exclude may have a month's.
LEAST_PART_OF_PRIOR = 1e-3
# How often the periods of a leaf are brought to what all of them say, and what is then left of the relative variance of
# each: part of what its own margins leave, and what a cell changes from one quarter to the next.
ROUNDS, PART_OF_VARIANCE_LEFT, PERIOD_VARIANCE = 3, 0.25, 0.04
# Pay tells whose jobs they are better than disclosed cells let expect: estimates hold nearer to it than intervals do.
PART_OF_PAY_VARIANCE = 0.7


@dataclass(frozen=True)
class HiddenEstimates:
    """Estimates of the leaves of one network, in its order, by measure: jobs of each month, wages in dollars.

    They add up to every county and state residual, to 1e-6 of it.
    """

    values: Mapping[str, Floats]
    standard_errors: Mapping[str, Floats]
    priors: Priors
    _quarter: NormalEquations
    _jobs: Floats
    _months: Mapping[str, NormalEquations]

    def totals(self, selection: sparse.csr_array, measure: str) -> tuple[Floats, Floats]:
        """Estimate and standard error of the hidden part of each total; selection [total, leaf] counts the leaves."""
        weights = sparse.csr_array(selection).astype(np.float64)
        estimate: Floats = weights @ self.values[measure]
        if measure == WAGES:
            return estimate, np.sqrt(self._quarter.total_variances(weights, _WAGES))
        of_quarter = np.sqrt(self._quarter.total_variances(weights, _JOBS))
        return estimate, _month_error(
            estimate, of_quarter, weights @ self._jobs, self._months[measure].total_variances(weights, 0)
        )

    def mean_totals(self, selection: sparse.csr_array, is_wages: bool) -> tuple[Floats, Floats]:
        """Estimate and standard error of the hidden part of each total: wages, or the mean jobs of the quarter."""
        if is_wages:
            return self.totals(selection, WAGES)
        weights = sparse.csr_array(selection).astype(np.float64)
        estimate: Floats = np.mean([weights @ self.values[month] for month in MONTHS], axis=0)
        return estimate, np.sqrt(self._quarter.total_variances(weights, _JOBS)) / len(MONTHS)


@dataclass(frozen=True)
class HiddenPeriod:
    """One period to estimate.

    cells: the rows the network was built from. other_periods: rows like them with quarters_apart, of the same NAICS
    vintage and on the same side of every break; may be empty. series: for each leaf, how many breaks lie before.
    """

    network: CellNetwork
    cells: pl.DataFrame
    other_periods: pl.DataFrame
    series: pl.Series | None = None


def estimate_hidden_cells(network: CellNetwork, cells: pl.DataFrame, other_periods: pl.DataFrame) -> HiddenEstimates:
    """Estimate every hidden leaf of one period by itself; arguments as in HiddenPeriod."""
    return estimate_periods([HiddenPeriod(network, cells, other_periods)])[0]


def estimate_periods(periods: Sequence[HiddenPeriod]) -> list[HiddenEstimates]:
    """Estimate every hidden leaf of some neighbouring periods, such as the quarters of a year.

    Jobs of the quarter and wages are raked together. Leaves that are hidden in several periods are then expected to be
    what these say together, and raked again, some times: what is hidden beside a leaf differs from quarter to quarter.
    Last, the months are raked to their own margins.
    Periods must be of one NAICS vintage and on the same side of every break.
    Raises UnreachableMargins where the published rows contradict each other.
    """
    quarters = [_rake_quarter(period) for period in periods]
    if len(quarters) > 1:
        for _ in range(ROUNDS):
            quarters = _rake_again(quarters)
    return [_finish(quarter) for quarter in quarters]


@dataclass(frozen=True)
class _Quarter:
    """Job-months of the quarter and wages of one period."""

    network: CellNetwork
    margins: Margins
    residuals: Residuals
    priors: Priors
    raked: Raked
    leaves: pl.DataFrame


def _rake_quarter(period: HiddenPeriod) -> _Quarter:
    network = period.network
    priors = leaf_priors(network.leaves, period.cells, network.tree, period.other_periods)
    margins = Margins.of(network.county_group, network.state_group)
    residuals = _residuals(network, [MONTHS, (WAGES,)])
    return _Quarter(
        network,
        margins,
        residuals,
        priors,
        _rake_from(priors, priors, margins, residuals),
        network.leaves.select(*CELL, "is_remainder").with_columns(
            series=pl.lit(0, pl.UInt32) if period.series is None else period.series
        ),
    )


def _rake_from(
    expected: Priors, priors: Priors, margins: Margins, residuals: Residuals, start: Floats | None = None
) -> Raked:
    """Raked from what is expected; variances of the result are those of the period's own priors."""
    pay_variance = PART_OF_PAY_VARIANCE * priors.pay_variance
    raked = rake_jobs_and_wages(
        expected.jobs, expected.jobs_variance, expected.pay, pay_variance, margins, residuals, start
    )
    covariance = covariance_of_jobs_and_wages(
        raked.values, priors.jobs, priors.jobs_variance, priors.pay, priors.pay_variance, margins, residuals
    )
    return replace(raked, covariance=covariance)


def _rake_again(quarters: list[_Quarter]) -> list[_Quarter]:
    """The quarters raked from what all of them say of each leaf."""
    again = []
    for quarter, of_all in zip(quarters, _means_over_periods(quarters), strict=True):
        expected = _shared_priors(quarter, of_all)
        again.append(
            replace(
                quarter,
                raked=_rake_from(expected, quarter.priors, quarter.margins, quarter.residuals, quarter.raked.values),
            )
        )
    return again


def _shared_priors(quarter: _Quarter, of_all: pl.DataFrame) -> Priors:
    priors = quarter.priors
    is_shared = (of_all["periods"].to_numpy() > 1) & ~priors.has_own_period
    variance = PART_OF_VARIANCE_LEFT * _relative_variance_left(quarter) + PERIOD_VARIANCE
    return replace(
        priors,
        jobs=np.where(is_shared, of_all["jobs"].to_numpy() * priors.jobs_level, priors.jobs),
        jobs_variance=np.where(is_shared, variance, priors.jobs_variance),
        pay=np.where(is_shared, of_all["pay"].to_numpy() * priors.pay_level, priors.pay),
    )


def _means_over_periods(quarters: list[_Quarter]) -> list[pl.DataFrame]:
    """For the leaves of each quarter: means over the periods of jobs and pay, and how many these are.

    Geometric means relative to the periods' levels; a period whose margins leave little open counts most.
    """
    keys = [*CELL, "is_remainder", "series"]
    estimates = [_relative_to_level(quarter) for quarter in quarters]
    weighted = {
        name: (pl.col(name).log() * pl.col("weight")).sum() / pl.col("weight").sum() for name in ("jobs", "pay")
    }
    means = (
        pl.concat(estimates)
        .filter((pl.col("jobs") > 0) & (pl.col("pay") > 0))
        .group_by(keys, maintain_order=True)
        .agg(jobs=weighted["jobs"].exp(), pay=weighted["pay"].exp(), periods=pl.len())
    )
    return [quarter.leaves.join(means, on=keys, how="left", maintain_order="left").fill_null(1) for quarter in quarters]


def _relative_to_level(quarter: _Quarter) -> pl.DataFrame:
    (jobs, wages), priors = quarter.raked.values, quarter.priors
    pay = np.divide(wages, jobs, out=np.zeros_like(wages), where=jobs > 0)
    return quarter.leaves.with_columns(
        jobs=pl.Series(jobs / priors.jobs_level),
        pay=pl.Series(pay / priors.pay_level),
        weight=pl.Series(1 / (_relative_variance_left(quarter) + PERIOD_VARIANCE)),
    )


def _relative_variance_left(quarter: _Quarter) -> Floats:
    """About what the margins leave of the relative variance of jobs: what others of both groups share of it."""
    margins, values = quarter.margins, quarter.raked.values[_JOBS]
    variance = quarter.raked.covariance[_JOBS, _JOBS]
    of_groups = [
        margins.of_leaves(margins.county_sums(variance[None]), np.zeros((1, margins.state_count)))[0],
        margins.of_leaves(np.zeros((1, margins.county_count)), margins.state_sums(variance[None]))[0],
    ]
    left = variance
    for whole in of_groups:
        left = left * (1 - np.divide(variance, whole, out=np.zeros_like(whole), where=whole > 0))
    relative: Floats = np.divide(left, values**2, out=np.zeros_like(left), where=values > 0)
    return relative


def _finish(quarter: _Quarter) -> HiddenEstimates:
    margins, priors, jobs = quarter.margins, quarter.priors, quarter.raked.values[_JOBS]
    expected = np.maximum(jobs, LEAST_PART_OF_PRIOR * priors.jobs) * priors.month_shares
    raked = {
        month: rake(expected[place], priors.month_variance, margins, _residuals(quarter.network, [(month,)]))
        for place, month in enumerate(MONTHS)
    }
    of_quarter = NormalEquations(margins, quarter.raked.covariance)
    of_months = {month: NormalEquations(margins, each.covariance) for month, each in raked.items()}
    left = of_quarter.leaf_variances()
    errors = {
        month: _month_error(each.values[0], np.sqrt(left[_JOBS]), jobs, of_months[month].leaf_variances()[0])
        for month, each in raked.items()
    }
    return HiddenEstimates(
        values={month: each.values[0] for month, each in raked.items()} | {WAGES: quarter.raked.values[_WAGES]},
        standard_errors=errors | {WAGES: np.sqrt(left[_WAGES])},
        priors=priors,
        _quarter=of_quarter,
        _jobs=jobs,
        _months=of_months,
    )


def _residuals(network: CellNetwork, measures: Sequence[Sequence[str]]) -> Residuals:
    """Residuals of measures, each the sum of some of the network's, with the leaves' proven upper bounds."""

    def added(residual: Mapping[str, NDArray[np.int64]]) -> Floats:
        return np.stack([np.sum([residual[name] for name in names], axis=0) for names in measures]).astype(np.float64)

    upper = {name: bound_cells(network, name)[1] for names in measures for name in names}
    return Residuals(added(network.county_residual), added(network.state_residual), added(upper))


def _month_error(month: Floats, quarter_error: Floats, quarter: Floats, month_variance: Floats) -> Floats:
    """The quarter's relative error, and the month's own."""
    relative = np.divide(quarter_error, quarter, out=np.zeros_like(quarter), where=quarter > 0)
    error: NDArray[np.float64] = np.sqrt((relative * month) ** 2 + month_variance)
    return error
