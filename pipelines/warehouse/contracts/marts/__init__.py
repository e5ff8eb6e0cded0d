"""Contracts of the marts: what people read, the public tables of this project, one module a subject."""

from collections.abc import Mapping

from pipelines.warehouse.contracts.marts import breaks, concentration, months, pay, screening, shares, trends

TABLES = (
    *shares.TABLES,
    *pay.TABLES,
    *trends.TABLES,
    *breaks.TABLES,
    *screening.TABLES,
    *concentration.TABLES,
    *months.TABLES,
)
MEASURED: Mapping[str, str] = {
    "marts.sector_trends": "measures.sector_trends",
    "marts.sector_trends_across_breaks": "measures.sector_trends",
    "marts.sector_concentration": "measures.sector_concentration",
    "marts.shift_share": "measures.shift_share",
    "marts.sector_screening": "measures.sector_screening",
    "marts.seasonally_adjusted_employment": "measures.seasonally_adjusted_employment",
}
"""The marts that functions of `pipelines.domain` or `.estimation` make, with the model of sql/measures that they are
made from: its rows are what the functions take."""
