"""The published layer: the warehouse that people open, replaced in one step, and what is made of it for them."""

import dagster as dg

from pipelines.orchestration.confidential import without_values
from pipelines.orchestration.exports import WAREHOUSE, WRITERS, export_asset
from pipelines.orchestration.factories import table_note
from pipelines.orchestration.metadata import asset_key, published_tables
from pipelines.settings import Settings
from pipelines.warehouse.publish import publish_warehouse


@dg.asset(
    key=WAREHOUSE,
    group_name="published",
    deps=[asset_key(name) for name in published_tables()],
    kinds={"duckdb"},
)
def published_warehouse(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[None]:
    """The warehouse that analysts open read-only; replaced only when every blocking check of the run passed."""
    with without_values(settings):
        tables = publish_warehouse(settings.working_database, settings.published_database, table_note(settings))
    path = dg.MetadataValue.path(str(settings.published_database))
    return dg.MaterializeResult(metadata={"path": path, "tables": len(tables)})


EXPORTS = [export_asset(name, write) for name, write in WRITERS.items()]
