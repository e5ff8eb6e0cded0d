"""Which establishments the synthetic economy has: where, in what industry, how large, from when to when, whose.

Belongs here: births, deaths, moves, chains. Not here: their months and wages (sample_economy).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.sources.sample_calibration import (
    COUNTIES,
    GIANTS,
    GOVERNMENT_INDUSTRIES,
    LEANINGS,
    LOCAL,
    PRIVATE,
    PRIVATE_INDUSTRIES,
    SIZE_ELASTICITY,
    UNKNOWN_COUNTY,
    IndustrySize,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

AREAS = tuple(COUNTIES)
SECTOR_LEVEL, SIX_DIGIT_LEVEL = 4, 8

# Gamma shapes: how unevenly three digits fall into six-digit industries, and how differently counties do so. With
# these and SIZE_SIGMA, the number of county cells and the share of them hidden come near Oregon's of 2016.
INDUSTRY_SHAPE, COUNTY_SHAPE = 0.6, 1.5
AREA_TILT_SIGMA = 0.2
SIZE_SIGMA, PAY_SIGMA = 1.35, 0.35
# Share of the smallest private establishments that closes in a quarter; one of ten jobs half as often.
CLOSING_RATE, JOBS_HALVING_CLOSURES = 0.035, 10.0
# New establishments start small, so that closures of small ones do not make the average grow.
NEW_SIZE = 0.4
GROWTH_PER_QUARTER = 0.004
MOVE_RATE, RECODE_RATE = 0.003, 0.004
CHAIN_SHARE, CHAIN_SIZE = 0.14, 6
# Government offices are spread more evenly over counties than businesses, and each county has one of the first three
# kinds of each government.
GOVERNMENT_ELASTICITY, KINDS_EVERYWHERE = 0.6, 3


@dataclass(frozen=True)
class Industries:
    """Six-digit industries in order of code, with their sector and the prefix of the private mix they fall under."""

    codes: tuple[str, ...]
    sectors: tuple[str, ...]
    prefixes: tuple[str | None, ...]

    @classmethod
    def from_naics(cls, naics: pl.DataFrame) -> "Industries":
        """Read the leaves of the tree. Raises ValueError where the tree lacks an industry of the calibration."""
        parents: dict[str, str] = dict(naics.select("code", "parent_code").iter_rows())
        levels = dict(naics.select("code", pl.col("level").cast(pl.Int64)).iter_rows())
        codes = tuple(sorted(code for code, level in levels.items() if level == SIX_DIGIT_LEVEL))
        needed = {code for mix in GOVERNMENT_INDUSTRIES.values() for code in mix} | {
            one.industry_code for one in GIANTS
        }
        prefixes = tuple(_longest_prefix(code) for code in codes)
        missing = (needed - set(codes)) | (set(PRIVATE_INDUSTRIES) - set(prefixes))
        if missing:
            raise ValueError(
                f"naics lacks {', '.join(sorted(missing))}: expected the 2022 vintage with six-digit codes"
            )
        sectors = []
        for code in codes:
            while levels[code] > SECTOR_LEVEL:
                code = parents[code]
            sectors.append(code)
        return cls(codes, tuple(sectors), prefixes)

    def position(self, code: str) -> int:
        """Place of a six-digit code."""
        return self.codes.index(code)


def _longest_prefix(code: str) -> str | None:
    return next((code[:length] for length in (6, 5, 4, 3) if code[:length] in PRIVATE_INDUSTRIES), None)


def draw_roster(rng: np.random.Generator, industries: Industries, quarters: int, scale: float) -> pl.DataFrame:
    """Draw all establishments that are active in any of the quarters; one row each, in order of own_code.

    own_code; area and industry (places in AREAS and Industries.codes, at the first quarter); jobs (the level it is
    drawn at); pay_usd (per job and year); is_giant; opens and closes (first quarter active, first no longer active).
    In each quarter the private establishments of an area number exactly what the calibration and growth ask for.
    """
    owners = [_draw_government(rng, industries, own_code, quarters, scale) for own_code in GOVERNMENT_INDUSTRIES]
    return pl.concat([*owners, _draw_private(rng, industries, quarters, scale)])


def _draw_private(rng: np.random.Generator, industries: Industries, quarters: int, scale: float) -> pl.DataFrame:
    chances = _private_chances(rng, industries)
    sizes = [PRIVATE_INDUSTRIES[prefix] if prefix else IndustrySize(0, 0.0, 0) for prefix in industries.prefixes]
    wanted = _wanted_establishments(quarters, scale)
    roster = _giants(industries, quarters, scale)
    for quarter in range(quarters):
        active = (roster["closes"] >= quarters).to_numpy()
        rate = np.where(roster["is_giant"], 0.0, CLOSING_RATE / (1 + roster["jobs"].to_numpy() / JOBS_HALVING_CLOSURES))
        closing = active & (rng.random(roster.height) < rate)
        roster = roster.with_columns(closes=np.where(closing, quarter, roster["closes"].to_numpy()))
        staying = np.bincount(roster["area"].to_numpy()[active & ~closing], minlength=len(AREAS))
        opening = rng.multinomial(np.maximum(wanted[:, quarter] - staying, 0), chances)
        area, industry = _one_by_one(opening)
        born = _establishments(rng, PRIVATE, area, industry, sizes, opens=quarter, closes=quarters)
        roster = pl.concat([roster, born])
    return roster


def _wanted_establishments(quarters: int, scale: float) -> Integers:
    """[area, quarter]: the calibrated number as the mean of the first four quarters, growing steadily."""
    path = (1 + GROWTH_PER_QUARTER) ** np.arange(quarters)
    level = np.array([size.establishments for size in COUNTIES.values()]) * scale
    return np.rint(np.outer(level, path / path[:4].mean())).astype(np.int64)


def _private_chances(rng: np.random.Generator, industries: Industries) -> Floats:
    """[area, industry]: probability that a business of the area is in the industry."""
    prefixes = tuple(PRIVATE_INDUSTRIES)
    group = np.array([prefixes.index(prefix) if prefix else -1 for prefix in industries.prefixes])
    sector_of = dict(zip(industries.prefixes, industries.sectors, strict=True))
    area_totals = np.array([size.establishments for size in COUNTIES.values()], dtype=float)
    group_totals = np.array([size.establishments for size in PRIVATE_INDUSTRIES.values()], dtype=float)
    group_totals *= area_totals.sum() / group_totals.sum()
    elasticity = np.array([SIZE_ELASTICITY[sector_of[prefix]] for prefix in prefixes])
    tilt = (area_totals[:, None] / area_totals.mean()) ** elasticity
    tilt *= rng.lognormal(0.0, AREA_TILT_SIGMA, tilt.shape)
    for (area, prefix), factor in LEANINGS.items():
        tilt[AREAS.index(area), [one.startswith(prefix) for one in prefixes]] *= factor
    businesses = _rake(tilt * np.outer(area_totals, group_totals), area_totals, group_totals)
    tiny = 1e-9  # keeps the only industry of its group from drawing nothing
    share = rng.gamma(INDUSTRY_SHAPE, size=len(group)) + tiny
    share = share * (rng.gamma(COUNTY_SHAPE, size=(len(AREAS), len(group))) + tiny)
    members = group == np.arange(len(prefixes))[:, None]
    share /= (share @ members.T)[:, group]
    chances: Floats = np.where(group >= 0, businesses[:, group] * share, 0.0)
    chances /= chances.sum(axis=1, keepdims=True)
    return chances


def _rake(table: Floats, row_totals: Floats, column_totals: Floats, rounds: int = 20) -> Floats:
    for _ in range(rounds):
        table = table * (column_totals / table.sum(axis=0))
        table = table * (row_totals / table.sum(axis=1))[:, None]
    return table


def _draw_government(
    rng: np.random.Generator, industries: Industries, own_code: str, quarters: int, scale: float
) -> pl.DataFrame:
    mix = GOVERNMENT_INDUSTRIES[own_code]
    weights = np.array([size.establishments**GOVERNMENT_ELASTICITY for size in COUNTIES.values()])
    weights[AREAS.index(UNKNOWN_COUNTY)] = 0
    everywhere = np.zeros((len(mix), len(AREAS)), dtype=np.int64)
    everywhere[:KINDS_EVERYWHERE, weights > 0] = 1
    wanted = np.rint([size.establishments * scale for size in mix.values()]).astype(np.int64)
    further = np.maximum(wanted - everywhere.sum(axis=1), 0)
    offices = everywhere + rng.multinomial(further, weights / weights.sum())
    kind, area = _one_by_one(offices)
    places = np.array([industries.position(code) for code in mix])
    sizes = [IndustrySize(0, 0.0, 0)] * len(industries.codes)
    for place, size in zip(places, mix.values(), strict=True):
        sizes[place] = size
    return _establishments(rng, own_code, area, places[kind], sizes, opens=0, closes=quarters)


def _giants(industries: Industries, quarters: int, scale: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "own_code": [PRIVATE for _ in GIANTS],
            "area": [AREAS.index(giant.area_fips) for giant in GIANTS],
            "industry": [industries.position(giant.industry_code) for giant in GIANTS],
            "jobs": [giant.jobs * scale for giant in GIANTS],
            "pay_usd": [float(giant.pay_usd) for giant in GIANTS],
            "is_giant": [True for _ in GIANTS],
            "opens": [0 for _ in GIANTS],
            "closes": [quarters for _ in GIANTS],
        }
    )


def _one_by_one(counts: Integers) -> tuple[Integers, Integers]:
    """Row and column of every single thing counted in a table."""
    row, column = np.nonzero(counts)
    count = counts[row, column]
    return row.repeat(count), column.repeat(count)


def _establishments(
    rng: np.random.Generator,
    own_code: str,
    area: Integers,
    industry: Integers,
    sizes: list[IndustrySize],
    opens: int,
    closes: int,
) -> pl.DataFrame:
    """Rows of the roster with sizes and pay drawn log-normal around the industry's means."""
    count = len(area)
    mean_jobs = np.array([size.jobs_per_establishment for size in sizes])[industry]
    mean_pay = np.array([size.pay_usd for size in sizes], dtype=float)[industry]
    return pl.DataFrame(
        {
            "own_code": pl.repeat(own_code, count, eager=True),
            "area": area,
            "industry": industry,
            "jobs": mean_jobs * (NEW_SIZE if opens else 1.0) * rng.lognormal(-(SIZE_SIGMA**2) / 2, SIZE_SIGMA, count),
            "pay_usd": mean_pay * rng.lognormal(-(PAY_SIGMA**2) / 2, PAY_SIGMA, count),
            "is_giant": pl.repeat(False, count, eager=True),
            "opens": pl.repeat(opens, count, dtype=pl.Int64, eager=True),
            "closes": pl.repeat(closes, count, dtype=pl.Int64, eager=True),
        }
    )


def draw_places(
    rng: np.random.Generator, roster: pl.DataFrame, industries: Industries, quarters: int
) -> tuple[Integers, Integers]:
    """Area and industry of every establishment in every quarter, both [establishment, quarter].

    A few private establishments move to another area; a few get another industry of the same group with the first
    quarter of a later year, as codes are reviewed.
    """
    area = np.tile(roster["area"].to_numpy()[:, None], quarters)
    industry = np.tile(roster["industry"].to_numpy()[:, None], quarters)
    can_change = (roster["own_code"] == PRIVATE).to_numpy() & ~roster["is_giant"].to_numpy()
    weights = np.array([size.establishments for size in COUNTIES.values()], dtype=float)
    movers = np.flatnonzero(can_change & (rng.random(roster.height) < MOVE_RATE))
    moves_in = rng.integers(1, quarters, len(movers))
    to = rng.choice(len(AREAS), len(movers), p=weights / weights.sum())
    later = np.arange(quarters) >= moves_in[:, None]
    area[movers] = np.where(later, to[:, None], area[movers])
    siblings = {
        prefix: [place for place, one in enumerate(industries.prefixes) if one == prefix]
        for prefix in PRIVATE_INDUSTRIES
    }
    for first_quarter in range(4, quarters, 4):
        for establishment in np.flatnonzero(can_change & (rng.random(roster.height) < RECODE_RATE)):
            prefix = industries.prefixes[industry[establishment, first_quarter]]
            industry[establishment, first_quarter:] = rng.choice(siblings[str(prefix)])
    return area, industry


def draw_identities(rng: np.random.Generator, roster: pl.DataFrame) -> pl.DataFrame:
    """employer_id (account of ten digits) and establishment_id (account and reporting unit of five), a row each.

    Some private establishments of an industry belong to chains; a government employs by industry, local ones also by
    area. The reporting unit is 00000 for an employer's only establishment and counts from 00001 otherwise, as in the
    records that states keep (BLS, QCEW operating manual).
    """
    keyed = roster.select("own_code", "area", "industry").with_row_index("place")
    is_private = pl.col("own_code") == PRIVATE
    is_chain = is_private & (pl.Series(rng.random(roster.height)) < CHAIN_SHARE)
    keyed = keyed.with_columns(is_chain=is_chain, draw=pl.Series(rng.random(roster.height)))
    chains = (pl.col("is_chain").sum().over("own_code", "industry") / CHAIN_SIZE).ceil()
    employer = keyed.select(
        "own_code",
        pl.when(is_private & ~pl.col("is_chain")).then("place").alias("single"),
        pl.when(~is_private | pl.col("is_chain")).then("industry").alias("industry"),
        pl.when(pl.col("is_chain")).then((pl.col("draw") * chains).floor()).alias("chain"),
        pl.when(pl.col("own_code") == LOCAL).then("area").alias("area"),
    )
    account = employer.select(number=pl.struct(pl.all()).rank("dense")).with_columns(
        size=pl.len().over("number"), unit=pl.int_range(1, pl.len() + 1).over("number")
    )
    unit = pl.when(pl.col("size") == 1).then(0).otherwise("unit")
    return account.select(employer_id=pl.col("number").cast(pl.String).str.zfill(10)).with_columns(
        establishment_id=pl.col("employer_id") + account.select(unit.cast(pl.String).str.zfill(5)).to_series()
    )
