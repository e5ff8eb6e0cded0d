"""The raw layer: input files captured unchanged, and what was read from them."""

from functools import partial

import dagster as dg

from pipelines.orchestration.factories import Report, build_tables, check_specs
from pipelines.orchestration.intake import take_in, typed_files
from pipelines.orchestration.metadata import table_spec
from pipelines.settings import Settings
from pipelines.warehouse.build import build_from_frame, build_from_parquet
from pipelines.warehouse.contracts import ALL_TABLES

CAPTURE_TABLES = ("raw.captures", "raw.refused_files")
READ_TABLES = ("raw.rejected_rows", "raw.titles", "raw.quarterly_cells", "raw.annual_cells")


@dg.multi_asset(
    specs=[table_spec(ALL_TABLES[name]) for name in CAPTURE_TABLES],
    check_specs=check_specs(*CAPTURE_TABLES),
)
def captured_files(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Report:
    """Captures what the source offers: the sample, or the files of the inbox."""
    intake = take_in(settings)
    for sentence in intake.summary():
        context.log.info(sentence)
    yield from build_tables(
        context, settings, {name: partial(build_from_frame, frame=frame) for name, frame in intake.tables().items()}
    )


@dg.multi_asset(
    specs=[table_spec(ALL_TABLES[name], deps=["raw.captures"]) for name in READ_TABLES],
    check_specs=check_specs(*READ_TABLES),
)
def read_files(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Report:
    """Loads what the readers found in each capture."""
    files = {name: typed_files(settings, ALL_TABLES[name].table) for name in READ_TABLES}
    yield from build_tables(
        context, settings, {name: partial(build_from_parquet, files=found) for name, found in files.items()}
    )
