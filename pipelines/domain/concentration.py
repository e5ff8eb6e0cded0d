"""How concentrated a sector is in a region: its location quotients against a state or the nation.

Belongs here: the quotient of a comparison, and why there is none. Not here: what is compared with what (sql/measures),
the arithmetic of bounds and intervals (measures).
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from pipelines.domain.measures import exactly, figure, location_quotient, status

SHOWN = ("published", "estimated")
"""Statuses of figures that have an estimate."""
_REASONS: Mapping[str, pl.Expr] = {
    "hidden": ~pl.col("estimate_status").is_in(SHOWN),
    "no_total": pl.col("estimate").is_null() | ~(pl.col("whole").fill_null(0) > 0),
    "hidden_base": ~pl.col("base_estimate_status").is_in(SHOWN),
    "no_base_total": pl.col("base_estimate").is_null() | ~(pl.col("base_whole").fill_null(0) > 0),
    "zero_base": pl.col("base_upper") == 0,
    "base_may_be_zero": pl.col("base_lower") <= 0,
}
CONCENTRATION_STATUSES = ("measured", *_REASONS)


def sector_concentration(comparisons: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """marts.sector_concentration of the rows of measures.sector_concentration: one row a comparison.

    A location quotient is the sector's share of all industries in the region by its share in the base; 1 is the same.
    Region and base are treated as independent: where the region is a part of its base both go the same way, so that
    bounds and intervals are rather too wide than too narrow. Without an estimate the status tells why; one bound
    may be there all the same, from the published part of what is withheld.
    """
    whole, base_whole = (exactly(pl.col(name)) for name in ("whole", "base_whole"))
    quotient = location_quotient(figure(), whole, figure("base"), base_whole)
    measured = quotient.where(status(_REASONS) == "measured")
    shown = replace(quotient, interval90_lower=measured.interval90_lower, interval90_upper=measured.interval90_upper)
    return {
        "marts.sector_concentration": comparisons.select(
            *("region", "region_name", "base_region", "base_region_name", "is_within_base", "base_ownership"),
            *("definition", "sector", "sector_name", "sector_kind", "ownership", "period", "year", "quarter"),
            *("measure", "estimate_status", "base_estimate_status"),
            status(_REASONS).alias("concentration_status"),
            *shown.columns(),
            *("revision_status", "source", "base_source", "data_origin"),
        )
    }
