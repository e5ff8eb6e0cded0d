"""The figures of one state and quarter that are to leave the agency, and the sums that tie them together.

Belongs here: cells of every level, sector totals of every region, their parts. Not here: what of them must be hidden
(disclosure_rules, disclosure).

Cells: area by ownership by industry at every level, of every county and of the state, and own_code 0 at the top.
Totals: each group of industries in each region, by ownership and for all of them (own_code 0). Beside them stands what
others publish of metropolitan areas, which are sums of counties: it does not leave, but it tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.domain.disclosure_policy import PrimaryRules
from pipelines.domain.naics import lineage
from pipelines.estimation.cell_network import ALL_INDUSTRIES, MEASURES, TOTAL_COVERED
from pipelines.estimation.disclosure_rules import unsafe_outputs
from pipelines.estimation.disclosure_table import DisclosureTable, disclosure_table
from pipelines.estimation.hidden_totals import codes_inside, topmost

KEY = ("region", "own_code", "group_key", "industry_code")
CELL_KEY = ("region", "own_code", "industry_code")
TOTAL_KEY = ("region", "own_code", "group_key")
PRIVATE = "5"
METROPOLITAN = {"metropolitan_area": pl.String, "area_fips": pl.String}
_COLUMNS = tuple(MEASURES.values())
_MONTHS = _COLUMNS[:3]


@dataclass(frozen=True)
class LossWeights:
    """How much more than its jobs it costs to hide a total: those of private employment are the product."""

    private_total: float = 30.0
    government_total: float = 0.5
    total_covered: float = 0.2


@dataclass(frozen=True)
class Outputs:
    """frame: region (the area of a cell), own_code, group_key (null for a cell), industry_code (null for a total),
    establishments, employers, the measures, is_unsafe, is_public, is_output (else only others publish it), loss; one
    row each, sorted by the first four.

    parts: equation, whole, part, as in disclosure_table.
    """

    frame: pl.DataFrame
    parts: pl.DataFrame

    def table(self) -> DisclosureTable:
        """The outputs and sums as one table to be protected."""
        return disclosure_table(self.frame, self.parts)


def release_outputs(
    contributions: pl.DataFrame,
    tree: pl.DataFrame,
    regions: pl.DataFrame,
    groups: pl.DataFrame,
    public_cells: pl.DataFrame,
    rules: PrimaryRules,
    metropolitan_areas: pl.DataFrame | None = None,
    weights: LossWeights = LossWeights(),
) -> Outputs:
    """Every figure of a quarter, with what the primary rules say of it.

    contributions: area_fips (counties of one state, ss999), own_code, industry_code (six digits), employer,
    establishments, month1_employment, month2_employment, month3_employment, wages_usd; one row each of the five.
    tree: industry_code, parent_code, of the NAICS vintage in force. regions: region, area_fips; every county by itself,
    and the state, are regions too. groups: group_key, industry_code (six digits). public_cells: area_fips, own_code,
    industry_code of the cells that somebody else publishes with their values. metropolitan_areas: metropolitan_area,
    area_fips, of those that somebody else publishes and that are wholly of counties of the state.

    Raises ValueError naming an industry that the tree lacks, or where there is more than one state.
    """
    state = _state(contributions)
    unknown = sorted(set(contributions["industry_code"]) - set(tree["industry_code"]))
    if unknown:
        raise ValueError(f"industry {unknown[0]} is not in the NAICS tree of the quarter; {len(unknown)} are not")
    ancestors = lineage(dict(tree.select("industry_code", "parent_code").iter_rows()))
    areas = contributions.select("area_fips").unique()
    every_region = pl.concat(
        [
            areas.select(region="area_fips", area_fips="area_fips"),
            areas.select(region=pl.lit(state), area_fips="area_fips"),
            regions.select("region", "area_fips").join(areas, on="area_fips", how="semi"),
        ]
    ).unique()
    cells = _with_all_ownerships(
        contributions.join(ancestors, on="industry_code")
        .drop("industry_code")
        .rename({"ancestor_code": "industry_code"}),
        pl.col("industry_code") == ALL_INDUSTRIES,
    ).with_columns(region="area_fips", group_key=pl.lit(None, pl.String))
    metropolitan = pl.DataFrame(schema=METROPOLITAN) if metropolitan_areas is None else metropolitan_areas
    of_metropolitan = cells.drop("region").join(metropolitan, on="area_fips").rename({"metropolitan_area": "region"})
    cells = pl.concat([cells, cells.with_columns(region=pl.lit(state)), of_metropolitan.select(cells.columns)])
    totals = _with_all_ownerships(contributions.join(groups, on="industry_code"), pl.lit(True)).join(
        every_region, on="area_fips"
    )
    totals = totals.with_columns(industry_code=pl.lit(None, pl.String))
    by_employer = (
        pl.concat([cells.select(*KEY, "employer", "establishments", *_COLUMNS),
                   totals.select(*KEY, "employer", "establishments", *_COLUMNS)])
        .group_by(*KEY, "employer")
        .agg(pl.col("establishments", *_COLUMNS).sum())
        .with_columns(jobs=pl.sum_horizontal(_MONTHS))
    )  # fmt: skip
    verdict = unsafe_outputs(by_employer, KEY, rules)
    public = public_cells.select(region="area_fips", own_code="own_code", industry_code="industry_code").unique()
    frame = (
        by_employer.group_by(KEY)
        .agg(pl.col("establishments", *_COLUMNS).sum())
        .join(verdict, on=KEY, nulls_equal=True)
        .join(public.with_columns(is_public=pl.lit(True)), on=("region", "own_code", "industry_code"), how="left")
        .with_columns(
            pl.col("is_public").fill_null(False),
            is_output=~pl.col("region").is_in(metropolitan["metropolitan_area"].implode()),
            loss=_loss(weights),
        )
        .filter(pl.col("is_output") | pl.col("is_public"))
        .sort(KEY)
    )
    return Outputs(frame, _parts(frame, tree, every_region, groups, state, metropolitan))


def _state(contributions: pl.DataFrame) -> str:
    states = contributions["area_fips"].str.slice(0, 2).unique().sort().to_list()
    if len(states) != 1:
        raise ValueError(f"states {', '.join(states) or 'none'}: expected the records of one state")
    return f"{states[0]}000"


def _with_all_ownerships(rows: pl.DataFrame, of_which: pl.Expr) -> pl.DataFrame:
    return pl.concat([rows, rows.filter(of_which).with_columns(own_code=pl.lit(TOTAL_COVERED))], how="diagonal")


def _loss(weights: LossWeights) -> pl.Expr:
    jobs = 1 + pl.mean_horizontal(_MONTHS)
    is_total = pl.col("group_key").is_not_null()
    return (
        pl.when(is_total & (pl.col("own_code") == PRIVATE))
        .then(weights.private_total * jobs)
        .when(is_total & (pl.col("own_code") == TOTAL_COVERED))
        .then(weights.total_covered * jobs)
        .when(is_total)
        .then(weights.government_total * jobs)
        .otherwise(jobs)
    )


def _parts(
    frame: pl.DataFrame,
    tree: pl.DataFrame,
    regions: pl.DataFrame,
    groups: pl.DataFrame,
    state: str,
    metropolitan: pl.DataFrame,
) -> pl.DataFrame:
    """equation, whole, part: sums along industry, ownership and place, of cells and of totals."""
    numbered = frame.select(*KEY, "is_output").with_row_index("output")
    elsewhere = numbered.filter(~pl.col("is_output"))
    numbered = numbered.filter("is_output").drop("is_output")
    cells = numbered.filter(pl.col("group_key").is_null()).drop("group_key")
    totals = numbered.filter(pl.col("group_key").is_not_null()).drop("industry_code")
    counties = pl.col("region") != state
    inside = cells.filter(pl.col("own_code") != TOTAL_COVERED)
    fewest_codes = topmost(tree.rename({"parent_code": "ancestor_code"}), codes_inside(groups, tree)[0])
    sums = [
        _sums("industry", inside.join(tree.drop_nulls(), on="industry_code").drop("industry_code").rename(
            {"parent_code": "industry_code"}), cells, CELL_KEY),
        _sums("ownership", inside.filter(pl.col("industry_code") == ALL_INDUSTRIES).with_columns(
            own_code=pl.lit(TOTAL_COVERED)), cells, CELL_KEY),
        _sums("place", cells.filter(counties).with_columns(region=pl.lit(state)), cells, CELL_KEY),
        _sums("metropolitan area", cells.join(metropolitan, left_on="region", right_on="area_fips").drop(
            "region").rename({"metropolitan_area": "region"}), elsewhere, CELL_KEY),
        _sums("ownership of total", totals.filter(pl.col("own_code") != TOTAL_COVERED).with_columns(
            own_code=pl.lit(TOTAL_COVERED)), totals, TOTAL_KEY),
        _sums("place of total", totals.join(_members(regions), left_on="region", right_on="area_fips").drop(
            "region").rename({"region_right": "region"}), totals, TOTAL_KEY),
        _sums("industries of total", inside.join(fewest_codes, on="industry_code"), totals, TOTAL_KEY),
    ]  # fmt: skip
    every = pl.concat(sums)
    return every.select(
        equation=pl.struct("kind", "whole").rank("dense").cast(pl.Int64), whole="whole", part="part"
    ).sort("equation", "part")


def _sums(kind: str, parts: pl.DataFrame, wholes: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """kind, whole, part. parts: output, and the key of the whole that it is part of."""
    joined = parts.select(*key, part="output").join(wholes.select(*key, whole="output"), on=key)
    return joined.select(pl.lit(kind).alias("kind"), "whole", "part")


def _members(regions: pl.DataFrame) -> pl.DataFrame:
    """region, area_fips: what areas each region is made of; an area that is a region by itself is not made of any."""
    return regions.filter(pl.col("region") != pl.col("area_fips"))
