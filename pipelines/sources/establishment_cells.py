"""Adds establishments up to cells: every area of a state, every ownership, every level of the industry tree.

Belongs here: the sums, levels and wages a week that follow from establishments, whether they are a state agency's
records or made up. Not here: reading records (establishment_records), disclosure and
comparisons of the sample (sample_cells).
"""

import polars as pl

from pipelines.domain.naics import lineage, vintage_in_force
from pipelines.sources.reading import QUARTERLY_SCHEMA, QUARTERLY_VALUES

CELL = ("area_fips", "own_code", "industry_code")
ADDITIVE = QUARTERLY_VALUES[:-1]
"""All values of a quarter but the average weekly wage."""
ALL_INDUSTRIES, TOTAL_COVERED = "10", "0"
JOB_MONTHS = pl.sum_horizontal(f"month{month}_employment" for month in (1, 2, 3))
"""Jobs of the three months added up."""
_PERIOD = ("year", "quarter")
_OPTIONAL = ("taxable_wages_usd", "contributions_usd")


def add_up(leaves: pl.DataFrame, tree: pl.DataFrame, *further: pl.Expr) -> pl.DataFrame:
    """Cells of all levels, areas and total covered, from cells of counties, ownerships and 6-digit industries.

    leaves: one row an area, own_code, industry_code, year and quarter, with ADDITIVE. tree: code, parent_code, level.
    further: aggregates of further columns that can be taken of their own results, such as a maximum.
    """
    sums = [*(pl.sum(name) for name in ADDITIVE), *further]
    by_industry = (
        leaves.join(lineage(dict(tree.select("code", "parent_code").iter_rows())), on="industry_code")
        .group_by("area_fips", "own_code", "ancestor_code", *_PERIOD)
        .agg(*sums)
        .rename({"ancestor_code": "industry_code"})
    )
    total = by_industry.filter(pl.col("industry_code") == ALL_INDUSTRIES).with_columns(own_code=pl.lit(TOTAL_COVERED))
    total = total.group_by(*CELL, *_PERIOD).agg(*sums)
    by_area = pl.concat([by_industry, total], how="diagonal")
    state = by_area.with_columns(area_fips=pl.col("area_fips").str.head(2) + "000")
    return pl.concat([by_area, state.group_by(*CELL, *_PERIOD).agg(*sums)], how="diagonal")


def half_up(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Whole quotient of integers, not negative, halves up; 0 where there is nothing to divide by."""
    return pl.when(denominator > 0).then((2 * numerator + denominator) // (2 * denominator)).otherwise(0)


def average_weekly_wage() -> pl.Expr:
    """Wages of a quarter by its 13 weeks and the mean of its three months' jobs, whole US dollars; null of hidden."""
    return pl.when(pl.col("wages_usd").is_not_null()).then(half_up(pl.col("wages_usd") * 3, 13 * JOB_MONTHS))


def aggregation_level() -> pl.Expr:
    """BLS's agglvl_code of a state's or county's cell, from area_fips, own_code and level."""
    geography = pl.when(pl.col("area_fips").str.ends_with("000")).then(pl.lit("5")).otherwise(pl.lit("7"))
    level = pl.when((pl.col("level") == 0) & (pl.col("own_code") != TOTAL_COVERED)).then(1).otherwise("level")
    return geography + level.cast(pl.String)


def quarter_cells(records: pl.DataFrame, naics: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """All cells of one quarter's records in QUARTERLY_SCHEMA, in order of area, ownership and industry.

    records: RECORD_SCHEMA and member; naics: reference.naics; areas: reference.areas. Nothing is suppressed: a cell is
    disclosed. Every county of a state that has no record is there as a true zero in all industries together, so that a
    later file replaces all of an earlier one. Taxable wages and contributions are unknown where those of an
    establishment in the cell are. line_number is that of the first record in the cell, 0 where there is none.
    """
    (year,), member = records["year"].unique(), records["member"][0]
    tree = industry_tree(naics, year)
    unknown = [f"{name}_unknown" for name in _OPTIONAL]
    leaves = records.group_by(*CELL, *_PERIOD).agg(
        pl.len().cast(pl.Int64).alias("establishments"),
        *(pl.sum(name) for name in ADDITIVE[1:]),
        *(
            pl.col(name).null_count().cast(pl.Int64).alias(count)
            for name, count in zip(_OPTIONAL, unknown, strict=True)
        ),
        pl.min("line_number"),
    )
    cells = add_up(leaves, tree, *(pl.sum(name) for name in unknown), pl.min("line_number"))
    cells = cells.with_columns(
        *(pl.when(pl.col(count) == 0).then(name) for name, count in zip(_OPTIONAL, unknown, strict=True)),
        disclosure=pl.lit("disclosed"),
    )
    return as_quarterly_cells(pl.concat([cells, empty_counties(cells, areas)], how="diagonal"), tree, member)


def industry_tree(naics: pl.DataFrame, year: int) -> pl.DataFrame:
    """The industries in force in a year: code, parent_code, level. naics: reference.naics."""
    return naics.filter(pl.col("naics_vintage") == vintage_in_force(year)).select(
        "parent_code", code="industry_code", level=pl.col("naics_level").cast(pl.Int8)
    )


def as_quarterly_cells(cells: pl.DataFrame, tree: pl.DataFrame, member: str) -> pl.DataFrame:
    """Cells of one quarter in QUARTERLY_SCHEMA, in order of area, ownership and industry.

    cells: area_fips, own_code, industry_code, year, quarter, disclosure, line_number, and of the values those that are
    known. tree: code, level.
    """
    whole = (
        cells.join(tree, left_on="industry_code", right_on="code")
        .with_columns(
            agglvl_code=aggregation_level(),
            size_code=pl.lit("0"),
            lq_disclosure=pl.lit("suppressed"),
            oty_disclosure=pl.lit("suppressed"),
            average_weekly_wage_usd=average_weekly_wage(),
            member=pl.lit(member),
        )
        .sort(CELL)
    )
    columns = (
        (pl.col(name) if name in whole.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in QUARTERLY_SCHEMA.items()
    )
    return whole.select(columns)


def empty_counties(cells: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """The total of each county of the cells' states, and of the unknown county, that has no cell: a true zero."""
    period = cells.select("year", "quarter").unique()
    states = cells.select(state_fips=pl.col("area_fips").str.head(2)).unique()
    counties = areas.filter(pl.col("area_kind").is_in(("county", "unknown_county")))
    return (
        counties.join(states, on="state_fips", how="semi")
        .join(cells, on="area_fips", how="anti")
        .select("area_fips", own_code=pl.lit(TOTAL_COVERED), industry_code=pl.lit(ALL_INDUSTRIES))
        .with_columns(pl.lit(0, pl.Int64).alias(name) for name in (*ADDITIVE, "line_number"))
        .with_columns(disclosure=pl.lit("true_zero"))
        .join(period, how="cross")
    )
