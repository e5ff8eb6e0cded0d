"""Run suites on a DuckDB database and write their Data Docs: `run_suites` is all that the pipeline calls.

Great Expectations itself is in `great_expectations_on_duckdb`, imported once a process: on the first run, or ahead.
"""

import os
import sys
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from threading import Thread

import duckdb

from expectations.data_docs import DataDocs, write_data_docs
from expectations.results import ExpectationResult, not_evaluated
from expectations.vocabulary import Expectation, TableSuite


def import_ahead() -> None:
    """Begin the import of Great Expectations, which takes seconds, beside what the caller does next.

    What others use of it without importing it themselves must be whole before: they look for it among what is there.
    """
    for name in ("pandas", "sqlalchemy.orm"):
        import_module(name)
    Thread(target=_great_expectations, daemon=True).start()


def run_suites(
    connection: duckdb.DuckDBPyConnection,
    suites: Sequence[TableSuite],
    docs: DataDocs,
    run_name: str,
    confidential: Collection[str] = (),
) -> list[ExpectationResult]:
    """Evaluate `suites` on an open database, which is only read, and add them to the run's Data Docs.

    Returns one result for each expectation, in the order of the suites; a suite without expectations gives one failure,
    a missing table fails all of its expectations. The Data Docs are written whatever the outcome. Of the tables in
    `confidential` results say rule and count only.

    Raises ValueError without suites or with two for one table.
    """
    tables = [suite.table for suite in suites]
    if not tables or len(set(tables)) < len(tables):
        raise ValueError(f"run_suites needs one suite for each table, got {tables}.")
    results = [result for suite in suites for result in _run_suite(connection, suite)]
    results = [result.without_values() if result.table in confidential else result for result in results]
    write_data_docs(docs, run_name, results)
    return results


def _run_suite(connection: duckdb.DuckDBPyConnection, suite: TableSuite) -> list[ExpectationResult]:
    if not suite.expectations:
        nothing = Expectation("suite", "suite", (), "A suite that expects nothing checks nothing.", "critical", "", {})
        return [not_evaluated(suite.table, nothing, f"The suite of {suite.table} has no expectation.")]
    if not _has_table(connection, suite.table):
        error = f"There is no table {suite.table} in the database."
        return [not_evaluated(suite.table, expectation, error) for expectation in suite.expectations]
    return _great_expectations()(connection, suite)


def _great_expectations() -> Callable[[duckdb.DuckDBPyConnection, TableSuite], list[ExpectationResult]]:
    """What evaluates a suite. Imports Great Expectations; without Spark, which it would import too where it is."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when great_expectations is imported
    hides_spark = sys.modules.setdefault("pyspark", None) is None  # type: ignore[arg-type]  # which says: not there
    try:
        from expectations.great_expectations_on_duckdb import evaluate

        return evaluate
    finally:
        if hides_spark:
            sys.modules.pop("pyspark", None)


def _has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    try:
        connection.execute(f"DESCRIBE {table}")
    except duckdb.CatalogException:
        return False
    return True
