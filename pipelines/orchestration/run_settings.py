"""The settings of one run: those of the environment, with what the run itself was told.

Belongs here: the Dagster resource that hands them to assets, and as long as it is in use keeps other runs out of their
data folder, the working database open, and what it will publish copied. Not here: what the settings are
(pipelines.settings).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import get_args

import dagster as dg

from expectations.runner import import_ahead
from pipelines.orchestration.confidential import make_private
from pipelines.orchestration.engines import engine_of_run, prepare_engine
from pipelines.orchestration.exports import WAREHOUSE
from pipelines.orchestration.one_at_a_time import alone
from pipelines.settings import Settings, SettingsError, Source
from pipelines.warehouse.connection import keep_open
from pipelines.warehouse.side_file import copying_ahead


def settings_of_run(settings: Settings) -> dg.ResourceDefinition:
    """A resource that gives these settings, or for one run others of: source, since, asks_final_files.

    A run waits until every other run in the same data folder has ended: DuckDB has one writer, and tables of two runs
    must not be mixed. Schedules and sensors, which only look, do not wait. Raises SettingsError where a run would
    read confidential records into a public folder, or anything else into the confidential one.
    """

    @dg.resource(
        description="Settings from SECTORS_* variables; a run may have a source of its own.",
        config_schema={
            "source": dg.Field(dg.Enum("Source", [dg.EnumValue(name) for name in get_args(Source)]), is_required=False),
            "since": dg.Field(int, is_required=False, description="First year wanted from BLS."),
            "asks_final_files": dg.Field(bool, is_required=False, description="Ask for final files, too."),
        },
    )
    def bound(context: dg.InitResourceContext) -> Iterator[Settings]:
        of_run = replace(settings, **context.resource_config)
        if of_run.is_confidential != settings.is_confidential:
            raise SettingsError(
                f"this run asks for source {of_run.source}, but the settings are of {settings.source}: establishment "
                "records have a folder of their own, and SECTORS_SOURCE=establishments is set for the whole process"
            )
        make_private(of_run)
        if context.run is None:
            yield of_run
            return
        waiting = f"another run is at work in {of_run.data_dir}; waiting for it to end"
        prepare_engine(of_run)  # Great Expectations is imported without PySpark where that is not there yet
        import_ahead()
        with (
            alone(of_run.data_dir / "warehouse" / ".lock", _teller(context), waiting),
            keep_open(of_run.working_database),
            _copying_ahead(context.run, of_run),
            engine_of_run(of_run),
        ):
            yield of_run

    return bound


def _copying_ahead(run: dg.DagsterRun, settings: Settings) -> AbstractContextManager[None]:
    """Tables are copied as soon as they passed by a run that will publish them; others would copy them for nothing."""
    if run.asset_selection and WAREHOUSE not in run.asset_selection:  # none selected: the whole job
        return nullcontext()
    return copying_ahead(settings.working_database, settings.published_database)


def _teller(context: dg.InitResourceContext) -> Callable[[str], object]:
    return context.log.info if context.log else print
