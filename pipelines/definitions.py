"""The composition root: everything Dagster knows, from one Settings. The only module that imports assets."""

import dagster as dg

from assets import core, estimates, marts, published, raw, reference
from pipelines.orchestration.jobs import (
    BACKFILL,
    REFRESH,
    inbox_sensor,
    progress_logger,
    qualityinfo_schedule,
    release_schedule,
)
from pipelines.orchestration.metadata import with_column_lineage
from pipelines.orchestration.run_settings import settings_of_run
from pipelines.settings import Settings, read_settings

ASSETS = (
    raw.quarters_of_bls, raw.captured_files, raw.read_files, reference.definitions, *core.TABLES, *estimates.TABLES,
    estimates.hidden_figures, *marts.TABLES, *marts.MEASURED_TABLES, published.published_warehouse, *published.EXPORTS,
)  # fmt: skip


def build_definitions(settings: Settings, shows_lineage: bool = True) -> dg.Definitions:
    """All assets with their checks, the job, its schedule and sensor, bound to these settings.

    shows_lineage: whether each column's origins are told, which people look at and a run has no need of.
    """
    return dg.Definitions(
        assets=dg.map_asset_specs(with_column_lineage, ASSETS) if shows_lineage else ASSETS,
        jobs=[REFRESH, BACKFILL],
        schedules=[release_schedule, qualityinfo_schedule],
        sensors=[inbox_sensor],
        loggers={"progress": progress_logger},
        resources={"settings": settings_of_run(settings)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dg` loads: the settings are read from the environment now, not at import."""
    return build_definitions(read_settings())
