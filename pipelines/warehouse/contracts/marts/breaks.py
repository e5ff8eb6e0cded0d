"""Contracts of what makes a trend lie: breaks of every series, sectors carried from one NAICS vintage to another."""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.marts.shares import KEY, ORIGIN, PERIOD, READING
from pipelines.warehouse.contracts.model import Caution, Column, Table

TREND_BREAKS = Table(
    "marts.trend_breaks",
    "One row a region, definition, sector, ownership, series, first quarter of a new one and break that concerns it.",
    ("region", "definition", "sector", "ownership", "series", "year", "quarter", "break_id"),
    (
        *shared("region", "definition", "sector", "ownership"),
        Column("series", "VARCHAR", "level (businesses, jobs, wages), or share of all industries of the ownership."),
        Column("year", "SMALLINT", "Year of the first quarter of the new series."),
        Column("quarter", "TINYINT", "First quarter of the new series, 1–4."),
        Column("break_id", "VARCHAR", "Key of the break: naics_2017, or as in reference.trend_breaks, area_changes."),
        Column(
            "kind",
            "VARCHAR",
            "naics_switch, recoding (jobs moved between industries or ownerships) or area_change (counties cut anew).",
        ),
        Column(
            "breaks_series", "BOOLEAN", "Figures before and after are not comparable; if they are, the reason says why."
        ),
        Column("reason", "VARCHAR", "What happened, and what of it concerns the series."),
        Column("grade", "VARCHAR", "Evidence: A read at the publisher, B arithmetic on such figures, C inference."),
        Column("source", "VARCHAR", "Where the break is told."),
        Column("note", "VARCHAR", "What a reader must know.", True),
    ),
)
SECTOR_BRIDGE = Table(
    "marts.sector_bridge",
    "One row a region, definition, sector, ownership, period and measure: the codes listed, in the vintage in force.",
    (*KEY, "measure"),
    (
        *READING,
        *shared("ownership"),
        *PERIOD,
        *shared("measure"),
        Column("listed_vintage", "SMALLINT", "NAICS vintage whose codes the definition lists."),
        *shared("naics_vintage"),
        Column("is_exact", "BOOLEAN", "By the concordance the codes in force hold just what the codes listed hold."),
        Column(
            "estimate_status",
            "VARCHAR",
            "As in marts.sector_measures, the worst of both ends; withheld_single_cell if their difference would give "
            "a cell away; source_too_coarse if the source publishes no six digits.",
        ),
        *shared("revision_status"),
        Column("lower", "DOUBLE", "Proven lower bound of what is certain; null where withheld.", True),
        Column("certain_estimate", "DOUBLE", "Estimate of what is certain; null if not estimated.", True),
        Column("possible_estimate", "DOUBLE", "Estimate of all that is possible; null if not estimated.", True),
        Column("upper", "DOUBLE", "Proven upper bound of all that is possible; null if not estimated.", True),
        Column("uncertain_codes", "VARCHAR[]", "Codes in force that hold other industries too; empty where exact."),
        Column("note", "VARCHAR", "What is not certain, or why there are no numbers; null if there is nothing.", True),
        *ORIGIN,
    ),
    cautions=(Caution.OVERLAPS,),
)

TABLES = (TREND_BREAKS, SECTOR_BRIDGE)
