"""Generalised raking: hidden leaves as near to what is expected of them as the published margins allow.

Belongs here: the distances that are minimised and the Newton steps to the minimum, on arrays. Not here: what is
expected (priors), how far it may be off after that (intervals).

Distance of sizes x from a prior p: Σ (x/p - log(x/p)) / v, half the gamma deviance; v is the relative variance of p.
It is convex, bounds x away from zero, and lets single leaves be many times their prior, as establishments are: with
Kullback-Leibler's distance a giant's jobs would be spread over its neighbours. Distance of wages y from pay q per job:
Σ (x log(x/z) - x + z) / (v_pay p) with z = y/q, Kullback-Leibler's of the jobs from what the wages would pay for. It is
convex in x and z together, bounds z away from zero, and lets the wages of a group tell whose jobs they are.
Theory: Deville and Särndal, Calibration estimators in survey sampling, JASA 87 (1992).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipelines.estimation.margins import Floats, Margins, NormalEquations

TOLERANCE = 1e-7
"""The margins of the result hold to this part of each residual, or where steps are ill-conditioned to the next one."""
LARGEST_TOLERANCE = 1e-6
SETTLED_STEP = 1e-3
MAXIMUM_STEPS = 100
# Once the margins hold, leaves that still move are those that the margins force towards zero.
STEPS_TO_SETTLE = 2
LARGEST_GROWTH = 30.0
PART_OF_WAY_TO_ZERO = 0.95
# A leaf below this part of its groups and of its prior that still halves is one that the margins force to 0.
VANISHING = 1e-3


class UnreachableMargins(ValueError):  # noqa: N818 - what is wrong with the margins
    """Margins that no non-negative leaves fulfil. `county_groups` and `state_groups` are the groups that are off."""

    def __init__(self, county_groups: list[int], state_groups: list[int]) -> None:
        self.county_groups, self.state_groups = county_groups, state_groups
        super().__init__(
            f"the hidden cells cannot add up to both margins: county groups {county_groups[:5]} and state groups "
            f"{state_groups[:5]} stay off; the published rows of these groups contradict each other"
        )


@dataclass(frozen=True)
class Residuals:
    """What the leaves of every group add up to: [measure, group] each, none negative.

    upper: proven bounds, [measure, leaf]; leaves that can only be 0 must have 0 here, where it is known.
    """

    county: Floats
    state: Floats
    upper: Floats | None = None


@dataclass(frozen=True)
class Raked:
    """values [measure, leaf]; their prior covariance around these values, [measure, measure, leaf]; Newton steps."""

    values: Floats
    covariance: Floats
    steps: int


def rake(prior: Floats, relative_variance: Floats, margins: Margins, residuals: Residuals) -> Raked:
    """Rake one measure: prior and relative_variance [leaf], both above 0; residuals of one measure.

    Leaves of a group without anything are 0. Raises UnreachableMargins.
    """
    is_live = _is_live(margins, residuals)
    return _minimise(
        _Sizes(_positive("prior", prior), _positive("variance", relative_variance), is_live), margins, residuals
    )


def rake_jobs_and_wages(
    jobs: Floats,
    jobs_variance: Floats,
    pay: Floats,
    pay_variance: Floats,
    margins: Margins,
    residuals: Residuals,
    start: Floats | None = None,
) -> Raked:
    """Rake jobs and wages together: measure 0 jobs, measure 1 wages; pay is expected wages per job.

    All arguments [leaf] and above 0; variances are relative. start: values [measure, leaf] that are near the result,
    such as those of a like prior. Leaves of a group without jobs, or without wages, are 0 in that measure only. Raises
    UnreachableMargins.
    """
    model = _JobsAndWages(
        _positive("jobs", jobs),
        _positive("jobs variance", jobs_variance),
        _positive("pay", pay),
        _positive("pay variance", pay_variance),
        _is_live(margins, residuals),
    )
    if start is not None:
        model.is_live &= start > 0
    return _minimise(model, margins, residuals, start)


def covariance_of_jobs_and_wages(
    values: Floats,
    jobs: Floats,
    jobs_variance: Floats,
    pay: Floats,
    pay_variance: Floats,
    margins: Margins,
    residuals: Residuals,
) -> Floats:
    """The prior covariance that `rake_jobs_and_wages` would return with these values, [measure, measure, leaf]."""
    is_live = _is_live(margins, residuals) & (values > 0)  # others were found to be forced to nothing
    return _JobsAndWages(jobs, jobs_variance, pay, pay_variance, is_live).curvature(values)[0]


class _Model(Protocol):
    is_live: NDArray[np.bool_]
    expected: Floats

    def start(self, margins: Margins, residuals: Residuals) -> Floats: ...

    def curvature(self, values: Floats) -> tuple[Floats, Floats]: ...


class _Sizes:
    def __init__(self, prior: Floats, variance: Floats, is_live: NDArray[np.bool_]) -> None:
        self.prior, self.variance, self.is_live = prior, variance, is_live
        self.expected = prior[None]

    def start(self, margins: Margins, residuals: Residuals) -> Floats:
        return _fitted_to_counties(self.prior[None], margins, residuals)

    def curvature(self, values: Floats) -> tuple[Floats, Floats]:
        """Inverse Hessian of the distance, and its product with the gradient."""
        live, size = self.is_live[0], values[0]
        return (size**2 * self.variance * live)[None, None], ((size / self.prior - 1) * size * live)[None]


class _JobsAndWages:
    def __init__(
        self, jobs: Floats, variance: Floats, pay: Floats, pay_variance: Floats, is_live: NDArray[np.bool_]
    ) -> None:
        self.jobs, self.variance, self.pay, self.is_live = jobs, variance, pay, is_live
        self.spread = jobs * pay_variance
        self.expected = np.stack([jobs, jobs * pay])

    def start(self, margins: Margins, residuals: Residuals) -> Floats:
        return _fitted_to_counties(np.stack([self.jobs, self.jobs * self.pay]), margins, residuals)

    def curvature(self, values: Floats) -> tuple[Floats, Floats]:
        """Inverse Hessian of the distance, and its product with the gradient.

        A leaf without jobs keeps its prior there as what its wages are compared with; one without wages has no term.
        """
        jobs_live, wages_live = self.is_live
        x = np.where(jobs_live, values[0], self.jobs)
        z = np.where(wages_live, values[1] / self.pay, x)
        by_size = self.variance * x * x * jobs_live
        ratio = z / x
        gradient_x = (x / self.jobs - 1) / (self.variance * x) - np.log(ratio) / self.spread
        gradient_z = (1 - 1 / ratio) / self.spread
        covariance = np.empty((2, 2, len(x)))
        covariance[0, 0] = by_size
        covariance[0, 1] = covariance[1, 0] = by_size * ratio * wages_live
        covariance[1, 1] = (by_size * ratio**2 + z * ratio * self.spread) * wages_live
        slope = np.stack([covariance[0, 0] * gradient_x + covariance[0, 1] * gradient_z,
                          covariance[1, 0] * gradient_x + covariance[1, 1] * gradient_z])  # fmt: skip
        to_wages = np.stack([np.ones_like(self.pay), self.pay])
        return covariance * to_wages[:, None] * to_wages[None], slope * to_wages


def _minimise(model: _Model, margins: Margins, residuals: Residuals, start: Floats | None = None) -> Raked:
    """Newton's method with margins, from a start that need not keep them; each leaf moves by its own natural step.

    Downwards a leaf x + d becomes x / (1 - d/x), which is Newton's step in 1/x, where the gamma distance's margins are
    nearly linear: no leaf leaves the positive numbers and none shortens the others' step. Once such a step comes no
    nearer to the margins, all leaves move by the same part of Newton's step, which comes nearer by that part. Where
    leaves of one group differ by many powers of ten, steps go back and forth about the margins: the nearest is taken.
    """
    values, ceiling = model.start(margins, residuals) if start is None else start, _ceiling(margins, residuals)
    settling, is_together, largest, gap_before = 0, False, np.inf, np.inf
    nearest, nearest_gap = None, LARGEST_TOLERANCE
    for steps in range(MAXIMUM_STEPS + 1):
        county, state = _left(margins, residuals, values)
        covariance, slope = model.curvature(values)
        gap = max(_gap(county, residuals.county), _gap(state, residuals.state))
        if gap <= nearest_gap:
            nearest, nearest_gap = Raked(values, covariance, steps), gap
        if gap <= TOLERANCE:
            settling += 1
            if settling > STEPS_TO_SETTLE or largest < SETTLED_STEP:
                return Raked(values, covariance, steps)
        if steps == MAXIMUM_STEPS:
            break
        is_together |= TOLERANCE < gap_before < gap
        gap_before = gap
        equations = NormalEquations(margins, covariance)
        step = equations.step(county + margins.county_sums(slope), state + margins.state_sums(slope)) - slope
        relative = np.divide(step, values, out=np.zeros_like(step), where=model.is_live)
        largest = float(np.abs(relative).max(initial=0.0))
        is_vanishing = (values < VANISHING * np.minimum(ceiling, model.expected)) & (relative < -0.5)
        if is_together:
            values = values * (1 + min(1.0, PART_OF_WAY_TO_ZERO / max(-relative.min(initial=0.0), 1e-9)) * relative)
        else:
            growth = np.where(relative >= 0, 1 + np.minimum(relative, LARGEST_GROWTH), 1 / (1 + np.abs(relative)))
            values = np.minimum(values * growth, ceiling)
        model.is_live &= ~is_vanishing
        values[is_vanishing] = 0.0
    if nearest is not None:
        return nearest
    raise UnreachableMargins(_off(county, residuals.county), _off(state, residuals.state))


def _left(margins: Margins, residuals: Residuals, values: Floats) -> tuple[Floats, Floats]:
    return residuals.county - margins.county_sums(values), residuals.state - margins.state_sums(values)


def _gap(left: Floats, residual: Floats) -> float:
    """The largest part of a residual that is missing or too much; of nothing, any part is too much."""
    part = np.divide(np.abs(left), residual, out=np.where(left == 0, 0.0, np.inf), where=residual > 0)
    return float(part.max(initial=0.0))


def _off(left: Floats, residual: Floats) -> list[int]:
    groups = np.flatnonzero((np.abs(left) > 1e-6 * residual).any(axis=0))
    return [int(group) for group in groups]


def _ceiling(margins: Margins, residuals: Residuals) -> Floats:
    """[measure, leaf]: what the groups of a leaf have altogether."""
    in_state = np.pad(residuals.state, ((0, 0), (0, 1)), constant_values=np.inf)
    ceiling: Floats = np.minimum(residuals.county[:, margins.county_group], in_state[:, margins.state_group])
    return ceiling if residuals.upper is None else np.minimum(ceiling, residuals.upper)


def _is_live(margins: Margins, residuals: Residuals) -> NDArray[np.bool_]:
    """[measure, leaf]: whether both groups of a leaf have something for it."""
    is_live: NDArray[np.bool_] = _ceiling(margins, residuals) > 0
    return is_live


def _fitted_to_counties(prior: Floats, margins: Margins, residuals: Residuals) -> Floats:
    live = prior * _is_live(margins, residuals)
    sums = margins.county_sums(live)
    factor = np.divide(residuals.county, sums, out=np.zeros_like(sums), where=sums > 0)
    # Far from the prior a start is no better than a nearer one.
    fitted: Floats = live * np.clip(factor, 1e-3, 1e3)[:, margins.county_group]
    return fitted


def _positive(name: str, values: Floats) -> Floats:
    broken = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if len(broken):
        raise ValueError(f"{name} of leaf {broken[0]} is {values[broken[0]]}: expected a positive number")
    return values.astype(np.float64)
