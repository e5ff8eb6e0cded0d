"""Cells of the synthetic sample as BLS would publish them: every level, quarterly and annual, true values and codes.

Belongs here: disclosure, location quotients, changes over the year.
Not here: the establishments (sample_economy), adding them up (establishment_cells), the suppression algorithm
(sample_suppression), files (sample_files).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.sources.establishment_cells import (
    ADDITIVE,
    ALL_INDUSTRIES,
    CELL,
    JOB_MONTHS,
    TOTAL_COVERED,
    add_up,
    aggregation_level,
    average_weekly_wage,
    half_up,
)
from pipelines.sources.reading import ANNUAL_VALUES, QUARTERLY_VALUES
from pipelines.sources.sample_calibration import FEDERAL, LOCAL, PRIVATE, STATE, STATEWIDE
from pipelines.sources.sample_economy import SampleEconomy
from pipelines.sources.sample_suppression import Hierarchy, hide_complements, is_sensitive

TOTAL_GOVERNMENT = "8"
# Disclosed private cells of one or two establishments are all unclassified, and no federal cell is ever hidden
# (BLS, QCEW 2016, Oregon).
UNCLASSIFIED = ("1029", "99", "999", "9999", "99999", "999999")


def quotient_column(measure: str) -> str:
    """Canonical name of a measure's location quotient."""
    return f"lq_{measure.removesuffix('_usd')}"


def change_column(measure: str) -> str:
    """Canonical name of a measure's change over the year."""
    unit = "_usd" if measure.endswith("_usd") else ""
    return f"oty_{measure.removesuffix('_usd')}_change{unit}"


@dataclass(frozen=True)
class PublishedCells:
    """Every row the sample publishes, with its true values: what is hidden is told by `disclosure`, never by a value.

    quarterly: the canonical quarterly columns without member and line_number. annual: the canonical annual columns
    without member and line_number, then lq_* and oty_* blocks like the quarterly ones. lq and oty values are true
    values too, null where they do not exist (no year before); lq_disclosure and oty_disclosure tell which are shown.
    Both are in order of year, area_fips, own_code, industry_code, quarter.
    """

    quarterly: pl.DataFrame
    annual: pl.DataFrame

    @property
    def hidden_quarterly(self) -> pl.DataFrame:
        """The quarterly rows that are suppressed, with their true values."""
        return self.quarterly.filter(pl.col("disclosure") == "suppressed")

    @property
    def hidden_annual(self) -> pl.DataFrame:
        """The annual rows that are suppressed, with their true values."""
        return self.annual.filter(pl.col("disclosure") == "suppressed")


def publish_cells(economy: SampleEconomy, naics: pl.DataFrame) -> PublishedCells:
    """Add the economy up to all areas, ownerships and levels of the industry tree, and decide what is hidden.

    naics: code, title, parent_code, level. A cell that is active in any quarter of a year has a row in each of its
    quarters, as in BLS's files: a true zero where no establishment is active.
    """
    tree = naics.select("code", "parent_code", pl.col("level").cast(pl.Int8))
    cells = _every_quarter(_add_up(economy.establishments, tree))
    hidden = _hidden(cells, tree)
    cells = pl.concat([cells.with_columns(is_hidden=hidden), _total_government(cells)], how="diagonal")
    cells = cells.sort("year", *CELL, "quarter").join(
        tree, left_on="industry_code", right_on="code", maintain_order="left"
    )
    cells = cells.with_columns(
        agglvl_code=pl.when(pl.col("own_code") == TOTAL_GOVERNMENT).then(pl.lit("96")).otherwise(aggregation_level()),
        size_code=pl.lit("0"),
    )
    quarterly = cells.with_columns(
        _disclosure(),
        average_weekly_wage_usd=average_weekly_wage(),
    )
    return PublishedCells(
        _with_comparisons(quarterly, QUARTERLY_VALUES, ("quarter",)),
        _with_comparisons(_annual(cells), ANNUAL_VALUES, ()),
    )


def _add_up(establishments: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """One row per cell and quarter with an establishment: sums, and the largest establishment's jobs and wages."""
    leaves = establishments.group_by(*CELL, "year", "quarter").agg(
        pl.len().cast(pl.Int64).alias("establishments"),
        *(pl.sum(name) for name in ADDITIVE[1:]),
        largest_jobs=JOB_MONTHS.max(),
        largest_wages=pl.max("wages_usd"),
    )
    return add_up(leaves, tree, pl.max("largest_jobs"), pl.max("largest_wages"))


def _every_quarter(cells: pl.DataFrame) -> pl.DataFrame:
    """All four quarters of every cell's year, zero where nothing is active, in order of year, cell and quarter."""
    quarters = pl.DataFrame({"quarter": [1, 2, 3, 4]}, schema={"quarter": cells.schema["quarter"]})
    whole = cells.select("year", *CELL).unique().join(quarters, how="cross")
    whole = whole.join(cells, on=["year", *CELL, "quarter"], how="left").sort("year", *CELL, "quarter")
    return whole.with_columns(pl.exclude("year", *CELL, "quarter").fill_null(0))


def _hidden(cells: pl.DataFrame, tree: pl.DataFrame) -> NDArray[np.bool_]:
    jobs = cells.select(JOB_MONTHS).to_series()
    exempt = cells.select(
        (pl.col("own_code") == FEDERAL)
        | (pl.col("own_code") == TOTAL_COVERED)
        | pl.col("industry_code").is_in(UNCLASSIFIED)
    ).to_series()
    sensitive = is_sensitive(
        cells["establishments"].to_numpy(),
        jobs.to_numpy(),
        cells["largest_jobs"].to_numpy(),
        cells["wages_usd"].to_numpy(),
        cells["largest_wages"].to_numpy(),
    )
    # The whole year's jobs, so that a cell tends to be hidden in all quarters or none.
    reluctance = np.repeat(jobs.to_numpy().reshape(-1, 4).sum(axis=1), 4).astype(float)
    # Oregon's private totals are all published.
    is_private_total = (cells["own_code"] == PRIVATE) & (cells["industry_code"] == ALL_INDUSTRIES)
    reluctance[(exempt | is_private_total).to_numpy()] += 1e12
    can_hide = ((cells["establishments"] > 0) & (cells["own_code"] != TOTAL_COVERED)).to_numpy()
    return hide_complements(sensitive & ~exempt.to_numpy(), _hierarchy(cells, tree), can_hide, reluctance)


def _hierarchy(cells: pl.DataFrame, tree: pl.DataFrame) -> Hierarchy:
    """Parents of the rows of _every_quarter, where each cell and year is four consecutive rows."""
    one_a_year = cells.gather_every(4).select("year", *CELL).with_row_index("position")
    is_own_total = (pl.col("industry_code") == ALL_INDUSTRIES) & (pl.col("own_code") != TOTAL_COVERED)
    above = one_a_year.join(tree, left_on="industry_code", right_on="code", maintain_order="left").select(
        "year",
        "area_fips",
        pl.when(is_own_total).then(pl.lit(TOTAL_COVERED)).otherwise("own_code").alias("own_code"),
        pl.when(is_own_total).then(pl.lit(ALL_INDUSTRIES)).otherwise("parent_code").alias("industry_code"),
    )
    statewide = one_a_year.select(
        "year",
        pl.when(pl.col("area_fips") != STATEWIDE).then(pl.lit(STATEWIDE)).alias("area_fips"),
        "own_code",
        "industry_code",
    )
    return Hierarchy(*(_rows_of(keys, one_a_year) for keys in (above, statewide)))


def _rows_of(keys: pl.DataFrame, one_a_year: pl.DataFrame) -> NDArray[np.int64]:
    found = keys.join(one_a_year, on=["year", *CELL], how="left", maintain_order="left")["position"]
    position = found.cast(pl.Int64).fill_null(-1).to_numpy()
    return np.where(position[:, None] < 0, -1, 4 * position[:, None] + np.arange(4)).ravel()


def _total_government(cells: pl.DataFrame) -> pl.DataFrame:
    """The state's one row a quarter of all government; its parts are never hidden statewide."""
    of_state = (pl.col("area_fips") == STATEWIDE) & (pl.col("industry_code") == ALL_INDUSTRIES)
    government = cells.filter(of_state & pl.col("own_code").is_in((FEDERAL, STATE, LOCAL)))
    return (
        government.with_columns(own_code=pl.lit(TOTAL_GOVERNMENT), is_hidden=pl.lit(False))
        .group_by("year", *CELL, "quarter", "is_hidden")
        .agg(pl.sum(name) for name in ADDITIVE)
    )


def _disclosure() -> pl.Expr:
    return (
        pl.when("is_hidden")
        .then(pl.lit("suppressed"))
        .when(pl.col("establishments") == 0)
        .then(pl.lit("true_zero"))
        .otherwise(pl.lit("disclosed"))
        .alias("disclosure")
    )


def _annual(cells: pl.DataFrame) -> pl.DataFrame:
    """One row per cell and year: means rounded cell by cell, wages as sums, hidden if any quarter is.

    Average pay is wages over the mean of twelve months before it is rounded, the weekly wage that over 52: so computed,
    all 672 disclosed rows of BLS's 2020 slice of Delaware County, Ohio (39041) come out.
    """
    job_months = JOB_MONTHS.sum()
    wages = pl.sum("wages_usd")
    return (
        cells.group_by("year", *CELL, "agglvl_code", "size_code", maintain_order=True)
        .agg(
            pl.any("is_hidden"),
            half_up(pl.sum("establishments"), pl.lit(4)).alias("establishments"),
            half_up(job_months, pl.lit(12)).alias("average_employment"),
            wages,
            pl.sum("taxable_wages_usd"),
            pl.sum("contributions_usd"),
            half_up(wages * 12, job_months * 52).alias("average_weekly_wage_usd"),
            half_up(wages * 12, job_months).alias("average_annual_pay_usd"),
        )
        .with_columns(
            pl.when("is_hidden").then(pl.lit("suppressed")).otherwise(pl.lit("disclosed")).alias("disclosure")
        )
    )


def _with_comparisons(cells: pl.DataFrame, measures: Sequence[str], period: Sequence[str]) -> pl.DataFrame:
    """Canonical columns in order, with location quotients and changes over the year."""
    quotients = [quotient_column(name) for name in measures]
    changes = [change_column(name) for name in measures]
    keys = ("area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year", *period, "disclosure")
    with_both = _changes(_location_quotients(cells, measures, quotients, period), measures, changes, period)
    return with_both.select(*keys, *measures, "lq_disclosure", *quotients, "oty_disclosure", *changes)


def _location_quotients(
    cells: pl.DataFrame, measures: Sequence[str], quotients: Sequence[str], period: Sequence[str]
) -> pl.DataFrame:
    """Share of the area's total (all industries and ownerships) over the same share statewide, two decimals.

    The synthetic state stands where BLS has the nation. Not shown where the cell or the statewide cell is hidden.
    """
    is_total = (pl.col("own_code") == TOTAL_COVERED) & (pl.col("industry_code") == ALL_INDUSTRIES)
    is_state = pl.col("area_fips") == STATEWIDE
    values = [pl.col(name) for name in measures]
    area_total = cells.filter(is_total).select("year", *period, "area_fips", *(v.name.suffix("_area") for v in values))
    state = cells.filter(is_state).select(
        "year",
        *period,
        "own_code",
        "industry_code",
        pl.col("disclosure").alias("state_disclosure"),
        *(value.name.suffix("_state") for value in values),
    )
    state_total = cells.filter(is_state & is_total).select(
        "year", *period, *(value.name.suffix("_state_total") for value in values)
    )
    joined = cells.join(area_total, on=["year", *period, "area_fips"], how="left", maintain_order="left")
    joined = joined.join(
        state, on=["year", *period, "own_code", "industry_code"], how="left", maintain_order="left"
    ).join(state_total, on=["year", *period], how="left", maintain_order="left")
    is_shown = (pl.col("disclosure") == "disclosed") & (pl.col("state_disclosure") == "disclosed")
    return joined.with_columns(
        pl.when(is_shown).then(pl.lit("disclosed")).otherwise(pl.lit("suppressed")).alias("lq_disclosure"),
        *(_quotient(name).alias(quotient) for name, quotient in zip(measures, quotients, strict=True)),
    )


def _quotient(name: str) -> pl.Expr:
    above = pl.col(name).cast(pl.Float64) * pl.col(f"{name}_state_total")
    below = pl.col(f"{name}_area").cast(pl.Float64) * pl.col(f"{name}_state")
    return pl.when(below > 0).then(((above / below * 100 + 0.5).floor() / 100).round(2)).otherwise(0.0)


def _changes(
    cells: pl.DataFrame, measures: Sequence[str], changes: Sequence[str], period: Sequence[str]
) -> pl.DataFrame:
    """Change from the same period a year before; from zero where the cell was not active then.

    Not shown in the first year, of which nothing before is known, nor where this cell or last year's is not shown.
    """
    key = ["year", *period, *CELL]
    before = cells.select(
        pl.col("year") + 1,
        *key[1:],
        pl.col("disclosure").alias("disclosure_before"),
        *(pl.col(name).alias(f"{name}_before") for name in measures),
    )
    joined = cells.join(before, on=key, how="left", maintain_order="left")
    is_first = pl.col("year") == pl.col("year").min()
    was_hidden = pl.col("disclosure_before").fill_null("true_zero") == "suppressed"
    is_shown = ~is_first & (pl.col("disclosure") == "disclosed") & ~was_hidden
    return joined.with_columns(
        pl.when(is_shown).then(pl.lit("disclosed")).otherwise(pl.lit("suppressed")).alias("oty_disclosure"),
        *(
            pl.when(~is_first).then(pl.col(name) - pl.col(f"{name}_before").fill_null(0)).alias(change)
            for name, change in zip(measures, changes, strict=True)
        ),
    )
