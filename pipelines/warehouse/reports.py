"""Runs the queries of sql/reports: what programs and people read of a database, with values bound by name.

Belongs here: a report as a frame. Not here: models that become tables (build).
"""

from collections.abc import Mapping

import duckdb
import polars as pl

from pipelines.warehouse.sql_models import load_model


def read_report(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object] | None = None
) -> pl.DataFrame:
    """The rows of sql/reports/<name>.sql; values are those of its $parameters.

    Raises FileNotFoundError for a report there is not, and duckdb.Error.
    """
    return connection.sql(load_model(f"reports.{name}").sql, params=values).pl()
