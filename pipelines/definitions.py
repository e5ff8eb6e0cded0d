"""The composition root: everything Dagster knows, from one Settings. The only module that imports assets."""

import dagster as dg

from assets import core, estimates, marts, published, raw, reference
from pipelines.orchestration.jobs import REFRESH, RELEASE_SCHEDULE, inbox_sensor, progress_logger
from pipelines.settings import Settings, read_settings


def build_definitions(settings: Settings) -> dg.Definitions:
    """All assets with their checks, the job, its schedule and sensor, bound to these settings."""
    return dg.Definitions(
        assets=[raw.captured_files, raw.read_files, reference.definitions, *core.TABLES, *estimates.TABLES,
                estimates.hidden_figures, *marts.TABLES, published.published_warehouse],
        jobs=[REFRESH],
        schedules=[RELEASE_SCHEDULE],
        sensors=[inbox_sensor],
        loggers={"progress": progress_logger},
        resources={"settings": settings},
        executor=dg.in_process_executor,
    )  # fmt: skip


@dg.definitions
def defs() -> dg.Definitions:
    """What `dg` loads: the settings are read from the environment now, not at import."""
    return build_definitions(read_settings())
