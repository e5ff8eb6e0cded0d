"""The estimates layer: what can be proven and estimated about hidden cells, from the typed cells and definitions."""

import os
from functools import partial

import dagster as dg

from pipelines.orchestration.confidential import without_values
from pipelines.orchestration.engines import spread_of
from pipelines.orchestration.estimation_runs import estimate_everything
from pipelines.orchestration.factories import Report, build_tables, check_specs, sql_table_asset
from pipelines.orchestration.metadata import table_spec
from pipelines.settings import Settings
from pipelines.warehouse.build import build_from_parquet
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.contracts.estimates import MADE_FROM
from pipelines.warehouse.sql_models import model_names

TABLES = [sql_table_asset(name) for name in model_names("estimates")]


@dg.multi_asset(
    specs=[table_spec(ALL_TABLES[name], deps=sources) for name, sources in MADE_FROM.items()],
    check_specs=check_specs(*MADE_FROM),
)
def hidden_figures(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Report:
    """Bounds, estimates and intervals of every hidden cell and of every figure that has some."""
    with without_values(settings), open_database(settings.working_database, read_only=True) as connection:
        found = estimate_everything(connection, settings.estimates_dir, os.cpu_count() or 1, spread_of(settings))
    builds = {name: partial(build_from_parquet, files=files) for name, files in found.items()}
    yield from build_tables(context, settings, builds)
