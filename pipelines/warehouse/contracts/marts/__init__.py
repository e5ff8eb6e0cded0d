"""Contracts of the marts: what people read, the public tables of this project, one module a subject."""

from collections.abc import Mapping

from pipelines.warehouse.contracts.marts import breaks, concentration, pay, screening, shares

TABLES = (*shares.TABLES, *pay.TABLES, *breaks.TABLES, *screening.TABLES, *concentration.TABLES)
MEASURED: Mapping[str, str] = {
    "marts.sector_concentration": "measures.sector_concentration",
    "marts.sector_screening": "measures.sector_screening",
}
"""The marts that functions of `pipelines.domain` or `.estimation` make, with the model of sql/measures that they are
made from: its rows are what the functions take."""
