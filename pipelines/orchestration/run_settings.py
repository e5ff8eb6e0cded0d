"""The settings of one run: those of the environment, with what the run itself was told.

Belongs here: the Dagster resource that hands them to assets. Not here: what the settings are (pipelines.settings).
"""

from dataclasses import replace
from typing import get_args

import dagster as dg

from pipelines.settings import Settings, Source


def settings_of_run(settings: Settings) -> dg.ResourceDefinition:
    """A resource that gives these settings, or for one run others of: source, since, asks_final_files."""

    @dg.resource(
        description="Settings from SECTORS_* variables; a run may have a source of its own.",
        config_schema={
            "source": dg.Field(dg.Enum("Source", [dg.EnumValue(name) for name in get_args(Source)]), is_required=False),
            "since": dg.Field(int, is_required=False, description="First year wanted from BLS."),
            "asks_final_files": dg.Field(bool, is_required=False, description="Ask for final files, too."),
        },
    )
    def bound(context: dg.InitResourceContext) -> Settings:
        return replace(settings, **context.resource_config)

    return bound
