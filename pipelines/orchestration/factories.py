"""Makes the assets that are all alike: tables built in the working database, each with its contract and its suite.

Belongs here: building, checking and reporting a table, the same for all. Not here: assets of their own kind (assets/).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import dagster as dg
import polars as pl
from duckdb import DuckDBPyConnection

from expectations.data_docs import DataDocs
from expectations.results import ExpectationResult
from expectations.runner import run_suites
from expectations.suites import BY_TABLE
from pipelines.domain.code_tables import SYNTHETIC
from pipelines.orchestration.confidential import without_values
from pipelines.orchestration.engines import model_build, model_rows
from pipelines.orchestration.intake import is_made_up
from pipelines.orchestration.metadata import asset_key, hides_rows, rows_as_metadata, table_spec
from pipelines.settings import Settings
from pipelines.warehouse.build import ContractFinding, build_from_frame, check_contract, comment_table
from pipelines.warehouse.build_log import begin_build, record_build
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.contracts.marts import MEASURED
from pipelines.warehouse.side_file import copy_ahead
from pipelines.warehouse.sql_models import dependencies, load_model

SYNTHETIC_NOTE = f"{SYNTHETIC}, not real figures. "

Build = Callable[[DuckDBPyConnection, Table], int]
Measure = Callable[[pl.DataFrame], Mapping[str, pl.DataFrame]]
Report = Iterator[dg.MaterializeResult[object] | dg.AssetCheckResult]


def table_note(settings: Settings) -> str:
    """What goes before every table's comment."""
    return SYNTHETIC_NOTE if is_made_up(settings) else ""


def check_specs(*names: str) -> list[dg.AssetCheckSpec]:
    """The blocking checks of each table: its contract, and its suite of expectations (some views have none)."""
    descriptions = {
        "contract": "Columns, types, nulls and the key are those of the contract.",
        "expectations": "What must be true of the table: see expectations/ and the Data Docs.",
    }
    return [
        dg.AssetCheckSpec(check, asset=asset_key(name), blocking=True, description=descriptions[check])
        for name in names
        for check in ("contract", "expectations")
        if check == "contract" or name in BY_TABLE
    ]


def build_tables(context: dg.AssetExecutionContext, settings: Settings, builds: Mapping[str, Build]) -> Report:
    """Builds tables in the working database, in order, and reports each with its two checks.

    A table that breaks its contract or a critical expectation is reported as such; Dagster then stops what is
    downstream of it, publication in any case. Of confidential tables no row is told.
    """
    with without_values(settings):
        row_counts, findings, results = _build_and_check(context, settings, builds)
    for name, row_count in row_counts.items():
        metadata = {} if ALL_TABLES[name].is_view else {"dagster/row_count": row_count}
        yield dg.MaterializeResult(asset_key=asset_key(name), metadata=metadata)
        yield _contract_result(name, findings[name], hides_rows(ALL_TABLES[name], settings.is_confidential))
        if name in BY_TABLE:
            yield _suite_result(name, [result for result in results if result.table == name])


def _build_and_check(
    context: dg.AssetExecutionContext, settings: Settings, builds: Mapping[str, Build]
) -> tuple[dict[str, int], dict[str, list[ContractFinding]], list[ExpectationResult]]:
    """Rows and contract findings by table, and the results of the tables' suites."""
    row_counts: dict[str, int] = {}
    findings: dict[str, list[ContractFinding]] = {}
    note = table_note(settings)
    suites = [BY_TABLE[name] for name in builds if name in BY_TABLE]
    confidential = [name for name in builds if hides_rows(ALL_TABLES[name], settings.is_confidential)]
    docs, run_name = data_docs(settings), context.run.run_id
    with open_database(settings.working_database) as connection:
        begin_build(connection, list(builds))
        for name, build in builds.items():
            row_counts[name] = build(connection, ALL_TABLES[name])
            connection.begin()  # some twenty comments, each a commit by itself otherwise
            comment_table(connection, ALL_TABLES[name], prefix=note)
            connection.commit()
            findings[name] = check_contract(connection, ALL_TABLES[name])
        results = run_suites(connection, suites, docs, run_name, confidential) if suites else []
        blocked = {result.table for result in results if result.blocks}
        passed = {name: not findings[name] and name not in blocked for name in builds}
        record_build(connection, passed)
        fit = [ALL_TABLES[name] for name, has_passed in passed.items() if has_passed]
        copy_ahead(settings.working_database, connection, fit, note)
    return row_counts, findings, results


def sql_table_asset(name: str) -> dg.AssetsDefinition:
    """The asset of one SQL model."""
    table, model = ALL_TABLES[name], load_model(name)

    @dg.multi_asset(
        name=name.replace(".", "__"),
        specs=[table_spec(table, deps=dependencies(model), model=model)],
        check_specs=check_specs(name),
    )
    def build(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Report:
        yield from build_tables(context, settings, {name: model_build(settings, model)})

    return build


def measured_asset(model_name: str, measure: Measure) -> dg.AssetsDefinition:
    """The tables that a function makes of the rows of a model in sql/measures; it returns them by name."""
    model = load_model(model_name)
    names = [name for name, made_of in MEASURED.items() if made_of == model_name]

    @dg.multi_asset(
        name=model_name.replace(".", "__"),
        specs=[table_spec(ALL_TABLES[name], deps=dependencies(model), model=model) for name in names],
        check_specs=check_specs(*names),
    )
    def build(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Report:
        with without_values(settings), open_database(settings.working_database, read_only=True) as connection:
            frames = measure(model_rows(settings, connection, model))
        yield from build_tables(
            context, settings, {name: partial(build_from_frame, frame=frames[name]) for name in names}
        )

    return build


def data_docs(settings: Settings) -> DataDocs:
    """The site that shows what was expected of each table and what was found."""
    return DataDocs(settings.exports_dir / "data_docs", "Data Docs: target sectors", table_note(settings).strip())


def _contract_result(name: str, findings: list[ContractFinding], hides: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset_key(name),
        check_name="contract",
        passed=not findings,
        metadata={finding.rule: _rows_of(finding, hides) for finding in findings},
    )


def _rows_of(finding: ContractFinding, hides: bool) -> dg.TableMetadataValue | dg.TextMetadataValue:
    if hides:
        return dg.MetadataValue.text(f"{len(finding.failing_rows)} rows found, not shown: they are confidential")
    return rows_as_metadata(finding.failing_rows)


def _suite_result(name: str, results: list[ExpectationResult]) -> dg.AssetCheckResult:
    failed = [result for result in results if not result.success]
    is_critical = any(result.blocks for result in failed) or not results
    return dg.AssetCheckResult(
        asset_key=asset_key(name),
        check_name="expectations",
        passed=not failed and bool(results),
        severity=dg.AssetCheckSeverity.ERROR if is_critical else dg.AssetCheckSeverity.WARN,
        metadata={
            "expectations": len(results),
            **{f"{result.name}: {result.meaning}": _failure(result) for result in failed},
        },
    )


def _failure(result: ExpectationResult) -> dg.TableMetadataValue | dg.TextMetadataValue:
    if result.failing_rows:
        return rows_as_metadata(result.failing_rows)
    if result.unexpected_count:
        return dg.MetadataValue.text(f"{result.unexpected_count} rows found, not shown: they are confidential")
    return dg.MetadataValue.text(result.error or f"found {result.observed_value}")
