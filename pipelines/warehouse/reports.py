"""Runs the queries of sql/reports: what programs and people read of a database, with values bound by name.

Belongs here: a report as a frame. Not here: models that become tables (build).
"""

from collections.abc import Mapping

import duckdb
import polars as pl

from pipelines.warehouse.sql_models import load_model


class AnotherVersion(ValueError):  # noqa: N818 - it names the situation
    """A database without the tables or columns that a report reads: another version of this project built it."""


def read_report(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object] | None = None
) -> pl.DataFrame:
    """The rows of sql/reports/<name>.sql; values are those of its $parameters.

    Raises FileNotFoundError for a report there is not, AnotherVersion where what it reads is not there.
    """
    try:
        return connection.sql(load_model(f"reports.{name}").sql, params=values).pl()
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        first_line = str(error).partition("\n")[0]
        raise AnotherVersion(f"another version of this project made this database; run again ({first_line})") from error
