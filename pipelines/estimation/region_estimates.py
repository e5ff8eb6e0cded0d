"""Figures of whole regions from the parts of their states: intervals, shares, average pay, and what is withheld.

Belongs here: what follows from totals of states once they are added up. Not here: those totals (state_estimates).
"""

import numpy as np
import polars as pl

from pipelines.estimation.bounds import bound_quotients
from pipelines.estimation.cell_network import Flags
from pipelines.estimation.intervals import Interval, interval90, quotient_interval90
from pipelines.estimation.margins import Floats
from pipelines.estimation.single_cells import FEWEST_ESTABLISHMENTS
from pipelines.estimation.state_estimates import ALL

KEYS = ("region", "ownership", "group_key", "year", "quarter", "measure")
NUMBERS = ("known", "lower", "estimate", "upper")
INTERVAL = ("interval90_lower", "interval90_upper")
SHARES = tuple(f"{name}_share" for name in (*NUMBERS[1:], *INTERVAL))


def region_estimates(totals: pl.DataFrame, sums: pl.Series) -> pl.DataFrame:
    """One row a region, ownership, group of industries, period and measure.

    totals: rows of StateEstimates.totals, those of a region in several states each by itself. sums: keys of the groups
    that count overlaps twice, whose share may exceed 1. Columns: KEYS, known, lower, estimate, upper, interval90_lower,
    interval90_upper, then lower_share to interval90_upper_share, the same of the share of all industries (0-1, null
    where that total may be 0), hidden_cells, hidden_establishments, is_withheld: the figure would give away a single
    hidden cell, or one or two establishments.
    """
    added = _with_guard(_added_up(totals))
    known, lower, estimate, upper, error = (_numbers(added, name) for name in (*NUMBERS, "standard_error"))
    interval = interval90(estimate - known, error, lower - known, upper - known, known=known)
    shares = _shares(added, interval, added["group_key"].is_in(sums.implode()).to_numpy())
    return (
        added.with_columns(
            interval90_lower=pl.Series(interval.lower),
            interval90_upper=pl.Series(interval.upper),
            **{name: pl.Series(values).fill_nan(None) for name, values in shares.items()},
        )
        .filter(pl.col("group_key") != ALL)
        .select(*KEYS, *NUMBERS, *INTERVAL, *SHARES, "hidden_cells", "hidden_establishments", "is_withheld")
    )


def pay_estimates(totals: pl.DataFrame) -> pl.DataFrame:
    """Average annual pay per job: one row a region, ownership, group of industries and period.

    totals as in region_estimates. Columns: the keys without measure, lower, estimate, upper, interval90_lower,
    interval90_upper (US dollars a year; a quarter's wages times four), is_withheld. Wages and jobs share no equation,
    so that the least pay is the least wages over the most jobs; null where there may be no job.
    """
    added = _with_guard(_added_up(totals))
    keys = [name for name in KEYS if name != "measure"]
    wages, jobs = (added.filter(measure=measure).drop("measure") for measure in ("wages", "employment"))
    both = wages.join(jobs, on=keys, suffix="_of_jobs", maintain_order="left").filter(pl.col("group_key") != ALL)
    a_year = np.where(both["quarter"].to_numpy() == 0, 1.0, 4.0)
    above, below = (
        [_numbers(both, f"{name}{suffix}") for name in (*NUMBERS[1:], "standard_error")] for suffix in ("", "_of_jobs")
    )
    lower, upper = bound_quotients((above[0], above[2]), (below[0], below[2]))
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (above[1] / below[1]).clip(lower, upper)
    interval = quotient_interval90((above[1], above[3]), (below[1], below[3]), lower, upper)
    found = {"lower": lower, "estimate": estimate, "upper": upper} | {
        name: getattr(interval, name.removeprefix("interval90_")) for name in INTERVAL
    }
    return both.select(
        *keys,
        *(pl.Series(name, _finite(a_year * values)).fill_nan(None) for name, values in found.items()),
        is_withheld=pl.col("is_withheld") | pl.col("is_withheld_of_jobs"),
    )


def monthly_employment(months: pl.DataFrame) -> pl.DataFrame:
    """Jobs of each month: one row a source, region, ownership, group of industries and month.

    months: rows of StateEstimates.months with their source, those of a region in several states each by itself.
    Columns: the keys, known, lower, estimate, upper, before the guard, which is that of the quarter.
    """
    keys = ["source", "region", "ownership", "group_key", "year", "quarter", "month"]
    of_groups = months.filter(pl.col("group_key") != ALL)
    return of_groups.group_by(keys).agg(pl.col(NUMBERS).sum()).sort(keys)


def _finite(values: Floats) -> Floats:
    """nan for what has no bound."""
    return np.where(np.isfinite(values), values, np.nan)


def _with_guard(added: pl.DataFrame) -> pl.DataFrame:
    """is_withheld: the figure would give away a single hidden cell, or one or two establishments."""
    return added.with_columns(
        is_withheld=(pl.col("hidden_cells") > 0)
        & (
            pl.col("single_cell").is_not_null()
            | (pl.col("hidden_establishments") < FEWEST_ESTABLISHMENTS)
            | pl.col("pins_cell")
        )
    )


def _added_up(totals: pl.DataFrame) -> pl.DataFrame:
    """Regions from their states, whose errors are independent. A cell is single if nothing else of the region hides."""
    hidden = pl.col("hidden_cells") > 0
    added = (
        totals.sort("single_cell", nulls_last=True)
        .group_by(KEYS)
        .agg(
            *(pl.col(name).sum() for name in (*NUMBERS, "hidden_cells", "hidden_establishments")),
            standard_error=(pl.col("standard_error") ** 2).sum().sqrt(),
            single_cell=pl.when(hidden.sum() == 1).then(pl.col("single_cell").filter(hidden).first()),
            pins_cell=pl.col("pins_cell").any(),
            share_lower=pl.when(pl.len() == 1).then(pl.col("share_lower").first()),
            share_upper=pl.when(pl.len() == 1).then(pl.col("share_upper").first()),
        )
        .sort(KEYS)
    )
    keys = [name for name in KEYS if name != "group_key"]
    whole = added.filter(group_key=ALL).select(
        *keys, *(pl.col(name).alias(f"all_{name}") for name in ("lower", "estimate", "upper", "standard_error"))
    )
    return added.join(whole, on=keys, how="left", maintain_order="left")


def _shares(added: pl.DataFrame, interval: Interval, is_sum: Flags) -> dict[str, Floats]:
    """Shares of all industries. A hidden total is bounded jointly within a state, by its own bounds across states."""
    lower, estimate, upper, error = (_numbers(added, name) for name in (*NUMBERS[1:], "standard_error"))
    least, whole, most, whole_error = (_numbers(added, f"all_{name}") for name in (*NUMBERS[1:], "standard_error"))
    lowest, highest = bound_quotients((lower, upper), (least, most))
    joint_lower, joint_upper = _numbers(added, "share_lower"), _numbers(added, "share_upper")
    lowest = np.where(np.isnan(joint_lower) | is_sum, lowest, joint_lower)
    highest = np.where(np.isnan(joint_upper) | is_sum, highest, joint_upper)
    highest = np.where(is_sum, highest, np.minimum(highest, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = estimate / whole
        exact = Interval(interval.lower / whole, interval.upper / whole)
    delta = quotient_interval90((estimate, error), (whole, whole_error), lowest, highest)
    is_exact = least == most
    found = {
        "lower_share": lowest,
        "estimate_share": share.clip(lowest, highest),
        "upper_share": highest,
        "interval90_lower_share": np.where(is_exact, exact.lower, delta.lower),
        "interval90_upper_share": np.where(is_exact, exact.upper, delta.upper),
    }
    return {name: np.where(least > 0, values, np.nan) for name, values in found.items()}


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy().astype(np.float64)
