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

MODULES = (raw, reference, core, establishments, releases, identities, estimates, marts)
"""Where tables are declared, in the order in which they are told."""
ALL_TABLES: dict[str, Table] = {table.name: table for layer in MODULES for table in layer.TABLES}

__all__ = ["ALL_TABLES", "MODULES", "Caution", "Column", "Table"]
