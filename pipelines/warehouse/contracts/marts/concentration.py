"""Contracts of structure: how concentrated sectors are in a region, and how diverse its industries."""

from pipelines.warehouse.contracts.fields import estimate_columns_as, shared
from pipelines.warehouse.contracts.marts.shares import ORIGIN, PERIOD, READING
from pipelines.warehouse.contracts.model import Caution, Column, Table

SECTOR_CONCENTRATION = Table(
    "marts.sector_concentration",
    "One row a region, base region, denominator, definition, sector, ownership, period and measure.",
    ("region", "base_region", "base_ownership", "definition", "sector", "ownership", "period", "measure"),
    (
        *READING[:2],
        Column("base_region", "VARCHAR", "Key of the state or nation that the region is compared with."),
        Column("base_region_name", "VARCHAR", "Name of the base region."),
        Column("is_within_base", "BOOLEAN", "Every area of the region lies in the base."),
        Column(
            "base_ownership",
            "VARCHAR",
            "Whose industries the sector is a share of, in both: total_covered (as in BLS's own quotients) or private.",
        ),
        *READING[2:],
        *shared("ownership"),
        *PERIOD,
        *shared("measure", "estimate_status"),
        Column("base_estimate_status", "VARCHAR", "The same of the base's figure."),
        Column(
            "concentration_status",
            "VARCHAR",
            "measured; or why there is no estimate: hidden (see estimate_status), no_total (of all industries hidden, "
            "or none), hidden_base, no_base_total, zero_base (nothing of the sector there), base_may_be_zero.",
        ),
        *estimate_columns_as(
            "{}", "of the location quotient, a ratio, 1 as in the base; null where the status says why"
        ),
        *shared("revision_status", "source"),
        Column("base_source", "VARCHAR", "Source of the base's figures."),
        *ORIGIN[1:],
    ),
    cautions=(Caution.HIDDEN_CELLS, Caution.OVERLAPS, Caution.BREAKS),
)


def _index(suffix: str, what: str) -> tuple[Column, ...]:
    null = "null where diversity_status says why"
    return (
        Column(f"lower_{suffix}", "DOUBLE", f"Proven lower bound of {what}; {null}.", True),
        Column(f"estimate_{suffix}", "DOUBLE", f"{what} where nothing is hidden; {null}.".capitalize(), True),
        Column(f"upper_{suffix}", "DOUBLE", f"Proven upper bound of {what}; {null}.", True),
    )


REGION_DIVERSITY = Table(
    "marts.region_diversity",
    "One row a region, ownership, period, measure and level of industries.",
    ("region", "ownership", "period", "measure", "naics_digits"),
    (
        *READING[:2],
        *shared("ownership"),
        *PERIOD,
        *shared("measure"),
        Column("naics_digits", "TINYINT", "3 or 4: the industries that are counted."),
        Column("industries", "BIGINT", "Industries with anything of the measure, known or hidden."),
        Column("hidden_industries", "BIGINT", "Of them those with a hidden cell in the region."),
        Column("published_share", "DOUBLE", "Published part of the total, 0–1; null where the status says why.", True),
        Column(
            "diversity_status",
            "VARCHAR",
            "measured (nothing hidden); bounded (no estimate); or why there are no bounds: withheld_single_industry "
            "(the total would give it away), hidden_total, zero_total, contradictory_rows.",
        ),
        *_index("herfindahl", "the sum of squared shares, 0–1"),
        *_index("effective_industries", "the number of equally large industries with the same index"),
        *shared("revision_status"),
        *ORIGIN,
    ),
    cautions=(Caution.BREAKS,),
)

TABLES = (SECTOR_CONCENTRATION, REGION_DIVERSITY)
