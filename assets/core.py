"""The core layer: typed cells, their classification, the identities they must keep. One asset a model of sql/core."""

from pipelines.orchestration.factories import sql_table_asset
from pipelines.warehouse.sql_models import model_names

TABLES = [sql_table_asset(name) for name in model_names("core")]
