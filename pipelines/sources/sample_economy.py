"""A synthetic economy of establishments, drawn to the size and mix of Oregon's: the known truth of the sample.

Belongs here: the months and wages of every establishment, and the frame they make. Not here: the figures drawn to
(sample_calibration); which establishments exist (sample_roster); cells, suppression and files made of them
(sample_cells, sample_suppression, sample_files).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.sources.sample_calibration import (
    COUNTIES,
    LOCAL,
    NO_SEASON,
    PRIVATE,
    QUARTERLY_PAY,
    SEASONS,
    TAXABLE_WAGE_BASE_USD,
)
from pipelines.sources.sample_roster import AREAS, Industries, draw_identities, draw_places, draw_roster

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

JOBS_GROWTH, PAY_GROWTH = 0.002, 0.008
JOBS_WALK_SIGMA, JOBS_NOISE_SIGMA, PAY_NOISE_SIGMA = 0.04, 0.015, 0.03
# Most local governments reimburse the fund instead of paying contributions; federal and state ones always do.
TAXED_LOCAL_SHARE = 0.08
CONTRIBUTION_RATE_RANGE = (0.009, 0.054)
MEAN_CONTRIBUTION_RATE = 0.022


@dataclass(frozen=True)
class SampleEconomy:
    """Establishments by quarter, the truth behind every published cell.

    `establishments` has one row per establishment, year and quarter in which it is active: establishment_id (an
    account of ten digits and a reporting unit of five), employer_id (the account; a chain shares one), area_fips,
    own_code, industry_code (six digits of NAICS 2022 as QCEW has them): String; year Int16; quarter Int8;
    month1_employment, month2_employment, month3_employment, wages_usd, taxable_wages_usd, contributions_usd: Int64.
    An establishment keeps its establishment_id for life, also when it moves or its industry is corrected.
    """

    years: tuple[int, ...]
    establishments: pl.DataFrame


def simulate_economy(
    naics: pl.DataFrame, areas: pl.DataFrame, seed: int, years: Sequence[int] = (2023, 2024), scale: float = 1.0
) -> SampleEconomy:
    """Draw an economy whose private sector has, in its first year, the published 2016 size of each Oregon area.

    naics: code, title, parent_code, level of the 2022 vintage; areas: area_fips, area_title, area_kind, state_fips.
    scale shrinks the number of businesses and jobs, for tests; the reference totals hold at 1. The same seed gives
    the same economy.
    Raises ValueError where the years are not consecutive or the frames lack an area or industry drawn to.
    """
    ordered = tuple(years)
    if not ordered or ordered != tuple(range(ordered[0], ordered[0] + len(ordered))):
        raise ValueError(f"years {ordered}: expected consecutive years in order, such as (2023, 2024)")
    missing = sorted(set(AREAS) - set(areas["area_fips"]))
    if missing:
        raise ValueError(f"areas lacks {', '.join(missing)}: expected all of Oregon's counties and 41999")
    rng = np.random.default_rng(seed)
    industries = Industries.from_naics(naics)
    quarters = 4 * len(ordered)
    roster = draw_roster(rng, industries, quarters, scale)
    area, industry = draw_places(rng, roster, industries, quarters)
    active = np.arange(quarters) >= roster["opens"].to_numpy()[:, None]
    active &= np.arange(quarters) < roster["closes"].to_numpy()[:, None]
    entry, quarter = np.nonzero(active)
    level, pay = _draw_jobs_and_pay(rng, roster, industries, entry, quarter, scale)
    months = np.floor(level + rng.random(roster.height)[entry, None]).astype(np.int64)
    wages = np.rint(level.mean(axis=1) * pay).astype(np.int64)
    taxable, contributions = _draw_taxes(rng, roster, entry, quarter, pay, wages)
    identities = draw_identities(rng, roster)
    return SampleEconomy(
        ordered,
        pl.DataFrame(
            {
                "establishment_id": identities["establishment_id"].gather(entry),
                "employer_id": identities["employer_id"].gather(entry),
                "area_fips": pl.Series(AREAS).gather(area[entry, quarter]),
                "own_code": roster["own_code"].gather(entry),
                "industry_code": pl.Series(industries.codes).gather(industry[entry, quarter]),
                "year": (ordered[0] + quarter // 4).astype(np.int16),
                "quarter": (quarter % 4 + 1).astype(np.int8),
                "month1_employment": months[:, 0],
                "month2_employment": months[:, 1],
                "month3_employment": months[:, 2],
                "wages_usd": wages,
                "taxable_wages_usd": taxable,
                "contributions_usd": contributions,
            }
        ),
    )


def _draw_jobs_and_pay(
    rng: np.random.Generator,
    roster: pl.DataFrame,
    industries: Industries,
    entry: Integers,
    quarter: Integers,
    scale: float,
) -> tuple[Floats, Floats]:
    """Jobs, not yet whole, [row, month]; pay per job and quarter in dollars [row]; both fitted to the calibration."""
    quarters = int(quarter.max()) + 1
    walk = np.cumsum(rng.normal(0.0, JOBS_WALK_SIGMA, (roster.height, quarters)), axis=1)
    level = roster["jobs"].to_numpy()[entry] * np.exp(walk[entry, quarter]) * (1 + JOBS_GROWTH) ** quarter
    months = 3 * (quarter % 4)[:, None] + np.arange(3)
    level = level[:, None] * _seasons(industries)[roster["industry"].to_numpy()[entry, None], months]
    level *= np.exp(rng.normal(0.0, JOBS_NOISE_SIGMA, level.shape))
    targets = COUNTIES.values()
    jobs_target = np.array([size.jobs for size in targets]) * scale * 4
    level *= _fit(roster, entry, quarter, level.mean(axis=1), jobs_target)[:, None]
    pay = roster["pay_usd"].to_numpy()[entry] / 4 * np.array(QUARTERLY_PAY)[quarter % 4] * (1 + PAY_GROWTH) ** quarter
    pay *= np.exp(rng.normal(0.0, PAY_NOISE_SIGMA, len(pay)))
    wages_target = np.array([size.jobs * size.pay_usd for size in targets]) * scale
    pay *= _fit(roster, entry, quarter, level.mean(axis=1) * pay, wages_target)
    return level, pay


def _seasons(industries: Industries) -> Floats:
    """[industry, month 0 to 11]: factors around one."""
    amplitude, peak = np.array([SEASONS.get(sector, NO_SEASON) for sector in industries.sectors]).T
    return np.asarray(1 + amplitude[:, None] * np.cos(2 * np.pi * (np.arange(1, 13) - peak[:, None]) / 12))


def _fit(roster: pl.DataFrame, entry: Integers, quarter: Integers, amount: Floats, target: Floats) -> Floats:
    """Factor per row that brings the first year's private sum of each area to its target; giants stay as they are."""
    area = roster["area"].to_numpy()[entry]
    is_private = (roster["own_code"] == PRIVATE).to_numpy()[entry]
    is_giant = roster["is_giant"].to_numpy()[entry]
    adjustable = is_private & ~is_giant
    first_year = np.where(quarter < 4, amount, 0.0)
    fixed = np.bincount(area, first_year * is_giant, minlength=len(AREAS))
    free = np.bincount(area, first_year * adjustable, minlength=len(AREAS))
    factor = np.divide(target - fixed, free, out=np.ones(len(AREAS)), where=free > 0)
    return np.where(adjustable, factor[area], 1.0)


def _draw_taxes(
    rng: np.random.Generator, roster: pl.DataFrame, entry: Integers, quarter: Integers, pay: Floats, wages: Integers
) -> tuple[Integers, Integers]:
    """Taxable wages and contributions per row, in dollars.

    Wages are taxable until a job has earned the base in the year; with earnings spread exponentially around the mean,
    a mean of c so far has used base * (1 - exp(-c / base)) of it.
    """
    own_code = roster["own_code"]
    is_taxed = (own_code == PRIVATE) | (
        (own_code == LOCAL) & (pl.Series(rng.random(roster.height)) < TAXED_LOCAL_SHARE)
    )
    low, high = CONTRIBUTION_RATE_RANGE
    rate = np.clip(MEAN_CONTRIBUTION_RATE * rng.lognormal(-0.08, 0.4, roster.height), low, high)
    earned = pay * (quarter % 4)
    used = np.exp(-earned / TAXABLE_WAGE_BASE_USD) - np.exp(-(earned + pay) / TAXABLE_WAGE_BASE_USD)
    share = np.minimum(TAXABLE_WAGE_BASE_USD * used / pay, 1.0)
    taxable = np.rint(wages * share * is_taxed.to_numpy()[entry]).astype(np.int64)
    return taxable, np.rint(taxable * rate[entry]).astype(np.int64)
