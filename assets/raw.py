"""The raw layer: input files captured unchanged, and what was read from them."""

from functools import partial

import dagster as dg

from pipelines.orchestration.alerts import alert
from pipelines.orchestration.factories import Report, build_tables, check_specs
from pipelines.orchestration.intake import backfill, take_in, typed_files
from pipelines.orchestration.metadata import table_spec
from pipelines.orchestration.partitions import (
    QUARTERS_OF_BLS,
    fail_without,
    quarterly_asset,
    quarters_in,
    record_quarters,
)
from pipelines.orchestration.web_looks import request_log
from pipelines.settings import Settings
from pipelines.sources.request_log import quarters_seen
from pipelines.warehouse.build import build_from_frame, build_from_parquet
from pipelines.warehouse.contracts import ALL_TABLES

CAPTURE_TABLES = ("raw.captures", "raw.refused_files", "raw.web_files")
READ_TABLES = (
    "raw.rejected_rows",
    "raw.titles",
    "raw.quarterly_cells",
    "raw.annual_cells",
    "raw.establishment_records",
    "raw.released_totals",
)


@quarterly_asset(QUARTERS_OF_BLS, group_name="raw", kinds={"csv"})
def quarters_of_bls(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> None:
    """Captures of BLS by quarter. Any number of quarters is captured in one run; one that was cut off goes on."""
    quarters = quarters_in(context.partition_time_window)
    offer = backfill(settings, quarters, context.log.info)
    for sentence in offer.sentences:
        context.log.info(sentence)
    alert(offer.alerts, settings, context.log.warning)
    fail_without(context, quarters, quarters_seen(request_log(settings).all()))


@dg.multi_asset(
    specs=[table_spec(ALL_TABLES[name], deps=[".".join(QUARTERS_OF_BLS.path)]) for name in CAPTURE_TABLES],
    check_specs=check_specs(*CAPTURE_TABLES),
)
def captured_files(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Report:
    """Captures what the source offers: the sample, the files of the inbox, or what a publisher has on the web."""
    intake = take_in(settings, context.log.info)
    for sentence in intake.summary():
        context.log.info(sentence)
    alert(intake.alerts(), settings, context.log.warning)
    record_quarters(context, intake.offer.report.new)
    yield from build_tables(
        context, settings, {name: partial(build_from_frame, frame=frame) for name, frame in intake.tables().items()}
    )


@dg.multi_asset(
    specs=[table_spec(ALL_TABLES[name], deps=["raw.captures"]) for name in READ_TABLES],
    check_specs=check_specs(*READ_TABLES),
)
def read_files(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Report:
    """Loads what the readers found in each capture."""
    files_of = typed_files(settings)
    files = {name: files_of(ALL_TABLES[name].table) for name in READ_TABLES}
    yield from build_tables(
        context, settings, {name: partial(build_from_parquet, files=found) for name, found in files.items()}
    )
