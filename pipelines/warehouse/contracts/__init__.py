"""Every table and column of the warehouse, once: type, unit, key, meaning, warnings.

DDL, database comments, contract checks, Dagster schemas and the data dictionary all come from here.
"""

from pipelines.warehouse.contracts import (
    core,
    establishments,
    estimates,
    identities,
    marts,
    raw,
    reference,
    releases,
)
from pipelines.warehouse.contracts.model import Caution, Column, Table

ALL_TABLES: dict[str, Table] = {
    table.name: table
    for layer in (raw, reference, core, establishments, releases, identities, estimates, marts)
    for table in layer.TABLES
}

__all__ = ["ALL_TABLES", "Caution", "Column", "Table"]
