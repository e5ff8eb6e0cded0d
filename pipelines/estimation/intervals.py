"""How far an estimate may be off: standard errors of leaves and totals, and 90 % intervals.

Belongs here: what the margins leave of the priors' variance, and intervals made of it. Not here: the estimates
(raking), proven bounds.

var(s'x) = s'Vs - s'V A'(A V A')⁻¹ A V s, with V the prior covariance around the estimate. The hidden part of a total is
taken as log-normal with the estimate as its mean, so an interval never reaches below what is published, and is cut at
the proven bounds. Relative variances are gamma deviances (priors), which of a log-normal are the variance of its log.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pipelines.estimation.margins import Floats

COVERAGE = 0.9
# Beyond it an interval is as wide as the proven bounds anyway.
LARGEST_RELATIVE_ERROR = 5.0
LEAST_HIDDEN = 1e-6
_DEVIATIONS = float(special.ndtri((1 + COVERAGE) / 2))


@dataclass(frozen=True)
class Interval:
    """Ends of 90 % intervals, one entry an estimate."""

    lower: Floats
    upper: Floats


def interval90(
    hidden: Floats,
    standard_error: Floats,
    hidden_lower: NDArray[np.int64] | Floats,
    hidden_upper: NDArray[np.int64] | Floats,
    known: NDArray[np.int64] | Floats | float = 0.0,
    is_whole: bool = False,
) -> Interval:
    """90 % interval of totals: known part plus a log-normal hidden part between its proven bounds.

    hidden: estimate of the hidden part; standard_error of it. is_whole: the truth is a whole number, as jobs of a month
    are, so the ends go outwards to the next one. Without anything hidden, or a standard error of 0, no width.
    """
    relative = np.divide(standard_error, hidden, out=np.zeros_like(hidden), where=hidden > LEAST_HIDDEN)
    deviation = np.minimum(relative, LARGEST_RELATIVE_ERROR)
    median, factor = hidden * np.exp(-(deviation**2) / 2), np.exp(_DEVIATIONS * deviation)
    lower, upper = median / factor, median * factor
    if is_whole:
        # A hair's breadth of rounding must not cost a whole job.
        lower, upper = np.floor(lower + 1e-6), np.ceil(upper - 1e-6)
    lower, upper = (np.clip(end, hidden_lower, hidden_upper) for end in (lower, upper))
    return Interval(known + lower, known + upper)


def quotient_interval90(
    above: tuple[Floats, Floats], below: tuple[Floats, Floats], lower: Floats, upper: Floats
) -> Interval:
    """90 % interval of the quotient of two unknowns, each an estimate and its standard error, between proven bounds.

    Delta method on the logarithm: the relative variances are added as if the two were independent, which is too wide
    where they grow together. nan where an estimate is 0.
    """
    (numerator, error), (denominator, error_below) = above, below
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = numerator / denominator
        relative = np.hypot(error / numerator, error_below / denominator)
        return interval90(quotient, quotient * relative, lower, upper)
