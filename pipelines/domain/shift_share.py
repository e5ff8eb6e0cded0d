"""Shift-share: what of a sector's change a region would have had anyway, owes to the sector, and owes to itself.

Belongs here: the three parts of one comparison and of a chain of years. Not here: which years and regions are compared
(sql/measures), and bounds (measures).

With a sector's figure before and after, its growth in the base region and that region's growth of all industries:
national = before × growth of all industries; mix = before × (growth of the sector - growth of all industries); local =
after - before × (1 + growth of the sector), all of the base region. They add up to the change exactly. Dynamic: the
parts of each year added up, so that the sector's size is renewed yearly (Dunn, Papers of the Regional Science
Association 6, 1960; Barff and Knight, Growth and Change 19, 1988).
"""

import polars as pl

from pipelines.domain.measures import PARTS, difference, exactly, figure, product, quotient, status

SHARES_OF_CHANGE = ("national", "mix", "local")
METHODS = ("classic", "dynamic")
COMPARISONS = ("over_the_year", "since_first_year")
_KEYS = ("region", "base_region", "definition", "sector", "ownership", "measure")
REASONS = {
    "hidden": pl.col("estimate").is_null(),
    "no_base": pl.col("before_status").is_null(),
    "hidden_base": pl.col("before_estimate").is_null(),
    "across_break": pl.col("breaks").is_not_null(),
    "hidden_in_base_region": pl.any_horizontal(
        pl.col("base_estimate", "base_before_estimate", "base_total", "base_total_before").is_null()
    ),
    "zero_in_base_region": pl.any_horizontal(pl.col("base_before_lower", "base_total_before") <= 0),
}
"""Why there are no parts."""
STATUSES = ("measured", *REASONS, "incomplete_chain")
"""incomplete_chain: a year between is wanting; the others of the first and last year."""


def shift_share(comparisons: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """marts.shift_share of the rows of measures.shift_share.

    One row a comparison and method: the change and its parts, each with bounds and interval. Over the year the two
    methods are the same; since the first year there is a row of each. Bounds and intervals of a chain of years are sums
    of theirs, as if all errors went the same way.
    """
    classic = comparisons.select(*_context(), pl.lit("classic").alias("method"), *_parts())
    dynamic = _chained(classic)
    found = pl.concat([classic, dynamic]).sort(*_KEYS, "year", "comparison", "method")
    return {"marts.shift_share": found}


def _context() -> list[str]:
    names = ("region_name", "base_region_name", "sector_name", "sector_kind")
    figures = ("estimate", "before_estimate", "revision_status", "source", "data_origin")
    return [*_KEYS, *names, "year", "comparison", "base_year", "breaks", *figures]


def _parts() -> list[pl.Expr]:
    now, before = figure(), figure("before")
    base_growth = exactly(pl.col("base_total") / pl.col("base_total_before") - 1)
    ratio = quotient(figure("base"), figure("base_before"))
    parts = {
        "change": difference(now, before),
        "national": product(before, base_growth),
        "mix": product(before, difference(ratio + -1, base_growth)),
        "local": difference(now, product(before, ratio)),
    }
    found = status(REASONS)
    columns = [column for name, part in parts.items() for column in part.where(found == "measured").columns(name)]
    return [found.alias("shift_share_status"), *columns]


def _chained(classic: pl.DataFrame) -> pl.DataFrame:
    """Since the first year, the parts of each year since then added up; null where one of the years is wanting."""
    names = [f"{part}_{name}" for name in ("change", *SHARES_OF_CHANGE) for part in PARTS]
    links = classic.filter(pl.col("comparison") == "over_the_year").select(*_KEYS, *names, link_year="year")
    whole = classic.filter(pl.col("comparison") == "since_first_year").drop(names)
    context = whole.columns
    chained = (
        whole.join(links, on=_KEYS, how="left")
        .filter(pl.col("link_year").is_null() | pl.col("link_year").is_between(pl.col("base_year") + 1, pl.col("year")))
        .group_by(context, maintain_order=True)
        .agg(pl.col(names).sum(), links=pl.col("estimate_change").count())
    )
    is_whole = pl.col("links") == pl.col("year") - pl.col("base_year")
    reason = (
        pl.when(is_whole)
        .then(pl.lit("measured"))
        .otherwise(
            pl.when(pl.col("shift_share_status") == "measured")
            .then(pl.lit("incomplete_chain"))
            .otherwise(pl.col("shift_share_status"))
        )
    )
    return chained.select(
        *(name for name in context if name not in ("method", "shift_share_status")),
        pl.lit("dynamic").alias("method"),
        reason.alias("shift_share_status"),
        *(pl.when(is_whole).then(pl.col(name)).alias(name) for name in names),
    ).select(classic.columns)
