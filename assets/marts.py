"""The marts: what people read. One asset a model of sql/marts, and one a model of sql/measures with its function."""

from collections.abc import Mapping

from pipelines.domain.concentration import sector_concentration
from pipelines.domain.screening import sector_screening
from pipelines.domain.shift_share import shift_share
from pipelines.domain.trends import sector_trends
from pipelines.estimation.seasonal_adjustment import seasonally_adjusted
from pipelines.orchestration.factories import Measure, measured_asset, sql_table_asset
from pipelines.warehouse.sql_models import model_names

MEASURES: Mapping[str, Measure] = {
    "measures.sector_trends": sector_trends,
    "measures.sector_concentration": sector_concentration,
    "measures.shift_share": shift_share,
    "measures.sector_screening": sector_screening,
    "measures.seasonally_adjusted_employment": seasonally_adjusted,
}
TABLES = [sql_table_asset(name) for name in model_names("marts")]
MEASURED_TABLES = [measured_asset(name, measure) for name, measure in MEASURES.items()]
