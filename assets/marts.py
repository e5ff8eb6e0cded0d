"""The marts: what people read. One asset a model of sql/marts."""

from pipelines.orchestration.factories import sql_table_asset
from pipelines.warehouse.sql_models import model_names

TABLES = [sql_table_asset(name) for name in model_names("marts")]
