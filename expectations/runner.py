"""Run suites on a DuckDB file and write their Data Docs: `run_suites` is all that the pipeline calls.

Great Expectations itself is in `great_expectations_on_duckdb`, imported here on the first run, once a process.
"""

import os
from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from expectations.data_docs import DataDocs, write_data_docs
from expectations.results import ExpectationResult, not_evaluated
from expectations.vocabulary import Expectation, TableSuite


def run_suites(
    database: Path, suites: Sequence[TableSuite], docs: DataDocs, run_name: str, confidential: Collection[str] = ()
) -> list[ExpectationResult]:
    """Evaluate `suites` on `database`, opened read-only and closed afterwards, and add them to the run's Data Docs.

    Returns one result for each expectation, in the order of the suites; a suite without expectations gives one failure,
    a missing table fails all of its expectations. The Data Docs are written whatever the outcome. Of the tables in
    `confidential` results say rule and count only.

    Raises ValueError without suites or with two for one table, duckdb.Error if the file cannot be opened read-only:
    it is missing, or this process or another one still has it open for writing.
    """
    tables = [suite.table for suite in suites]
    if not tables or len(set(tables)) < len(tables):
        raise ValueError(f"run_suites needs one suite for each table, got {tables}.")
    with _opened(database) as connection:
        results = [result for suite in suites for result in _run_suite(connection, suite)]
    results = [result.without_values() if result.table in confidential else result for result in results]
    write_data_docs(docs, run_name, results)
    return results


def _opened(database: Path) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(database, read_only=True)
    except duckdb.Error as error:
        error.add_note(f"Expectations open {database} read-only: it must exist, and nobody may have it open to write.")
        raise
    connection.execute("SET enable_progress_bar = false")  # it would go to stdout
    return connection


def _run_suite(connection: duckdb.DuckDBPyConnection, suite: TableSuite) -> list[ExpectationResult]:
    if not suite.expectations:
        nothing = Expectation("suite", "suite", (), "A suite that expects nothing checks nothing.", "critical", "", {})
        return [not_evaluated(suite.table, nothing, f"The suite of {suite.table} has no expectation.")]
    if not _has_table(connection, suite.table):
        error = f"There is no table {suite.table} in the database."
        return [not_evaluated(suite.table, expectation, error) for expectation in suite.expectations]
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when great_expectations is imported
    from expectations.great_expectations_on_duckdb import evaluate

    return evaluate(connection, suite)


def _has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    query = """
        SELECT 1 FROM information_schema.tables
        WHERE table_catalog = current_database() AND table_schema || '.' || table_name = ?
    """
    return connection.execute(query, [table]).fetchone() is not None
