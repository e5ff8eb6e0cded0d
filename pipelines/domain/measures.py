"""Arithmetic of figures with hidden parts: what is proven and what is likely of a change, a quotient, a product.

Belongs here: how bounds and 90 % intervals are carried through, as expressions on columns. Not here: which figures are
compared with which (trends, concentration, shift_share), and how hidden cells are bounded (pipelines.estimation).

Bounds are interval arithmetic: they hold whatever the figures have to do with each other. Intervals are recovered from
those of the parts (MOVER: Zou and Donner, Statistics in Medicine 27, 2008), as if the errors were independent; those of
one cell in two years, or of a part and its whole, go the same way, so that intervals of differences and quotients are
too wide rather than too narrow. What is exact stays exact. Null in, null out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product as combinations

import polars as pl

PARTS = ("lower", "estimate", "upper", "interval90_lower", "interval90_upper")


@dataclass(frozen=True)
class Figure:
    """A figure as five expressions: proven bounds, estimate, 90 % interval, in one unit; all equal where exact."""

    lower: pl.Expr
    estimate: pl.Expr
    upper: pl.Expr
    interval90_lower: pl.Expr
    interval90_upper: pl.Expr

    def columns(self, suffix: str = "") -> list[pl.Expr]:
        """The expressions under their names: lower_growth, estimate_growth, … for the suffix growth."""
        return [getattr(self, part).alias(f"{part}_{suffix}" if suffix else part) for part in PARTS]

    def each(self, function: Callable[[pl.Expr], pl.Expr]) -> "Figure":
        """An increasing function of the figure."""
        return Figure(*(function(getattr(self, part)) for part in PARTS))

    def where(self, condition: pl.Expr) -> "Figure":
        """The figure where the condition holds, else null."""
        return self.each(lambda part: pl.when(condition).then(part))

    def __add__(self, number: float) -> "Figure":
        return self.each(lambda part: part + number)


def figure(prefix: str = "", suffix: str = "") -> Figure:
    """A figure from columns such as lower, base_lower (a prefix) or lower_share (a suffix)."""
    return Figure(*(pl.col("_".join(filter(None, (prefix, part, suffix)))) for part in PARTS))


def exactly(value: pl.Expr) -> Figure:
    """A figure of which nothing is hidden."""
    return Figure(*(value for _ in PARTS))


def difference(now: Figure, base: Figure) -> Figure:
    """now minus base, in their unit."""
    lower, upper = now.lower - base.upper, now.upper - base.lower
    estimate = now.estimate - base.estimate
    down = _together(now.estimate - now.interval90_lower, base.interval90_upper - base.estimate)
    up = _together(now.interval90_upper - now.estimate, base.estimate - base.interval90_lower)
    return _within(lower, estimate, upper, estimate - down, estimate + up)


def product(one: Figure, other: Figure) -> Figure:
    """one times other; either may be negative."""
    corners = [a * b for a, b in combinations((one.lower, one.upper), (other.lower, other.upper))]
    # min_horizontal would leave nulls out
    is_known = pl.all_horizontal([corner.is_not_null() for corner in corners])
    lower, upper = (pl.when(is_known).then(end(corners)) for end in (pl.min_horizontal, pl.max_horizontal))
    estimate = one.estimate * other.estimate
    downs, ups = zip(_widths(one, other.estimate), _widths(other, one.estimate), strict=True)
    return _within(lower, estimate, upper, estimate - _together(*downs), estimate + _together(*ups))


def quotient(above: Figure, below: Figure) -> Figure:
    """above divided by below, both not negative; null where below may be zero, for then it has no upper bound.

    The interval is recovered on the logarithm, and is the proven range where above may be zero.
    """
    lower, estimate, upper = above.lower / below.upper, above.estimate / below.estimate, above.upper / below.lower
    down = _together((above.estimate / above.interval90_lower).log(), (below.interval90_upper / below.estimate).log())
    up = _together((above.interval90_upper / above.estimate).log(), (below.estimate / below.interval90_lower).log())
    can_be_none = above.interval90_lower <= 0
    found = _within(
        lower,
        estimate,
        upper,
        pl.when(can_be_none).then(lower).otherwise(estimate * (-down).exp()),
        pl.when(can_be_none).then(upper).otherwise(estimate * up.exp()),
    )
    return found.where(below.lower > 0)


def growth(now: Figure, base: Figure) -> Figure:
    """Relative change, 0.05 for 5 %; null where the base may be zero."""
    return quotient(now, base) + -1


def annualised_growth(now: Figure, base: Figure, years: pl.Expr) -> Figure:
    """The constant yearly growth that leads from base to now in so many years; null where the base may be zero."""
    return quotient(now, base).each(lambda ratio: ratio ** (1 / years)) + -1


def location_quotient(part: Figure, whole: Figure, base_part: Figure, base_whole: Figure) -> Figure:
    """How many times as large a part is of its whole as in the base; 1 is the same (BLS, QCEW location quotients)."""
    return quotient(quotient(part, whole), quotient(base_part, base_whole))


def status(reasons: Mapping[str, pl.Expr]) -> pl.Expr:
    """Why there is no figure: the first of the reasons that applies; else measured."""
    found = pl.lit("measured")
    for reason, applies in reversed(list(reasons.items())):
        found = pl.when(applies).then(pl.lit(reason)).otherwise(found)
    return found


def _widths(changing: Figure, factor: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """How far an interval of a product reaches down and up because one of the two is not known."""
    down, up = changing.estimate - changing.interval90_lower, changing.interval90_upper - changing.estimate
    is_turned = factor < 0
    size = factor.abs()
    return (
        size * pl.when(is_turned).then(up).otherwise(down),
        size * pl.when(is_turned).then(down).otherwise(up),
    )


def _together(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return (one**2 + other**2).sqrt()


def _within(lower: pl.Expr, estimate: pl.Expr, upper: pl.Expr, from_below: pl.Expr, to_above: pl.Expr) -> Figure:
    """The interval cut at the proven bounds, and the estimate inside both, whatever the last digit of a division."""
    estimate = estimate.clip(lower, upper)
    return Figure(lower, estimate, upper, from_below.clip(lower, estimate), to_above.clip(estimate, upper))
