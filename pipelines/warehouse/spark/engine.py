"""Runs models on Spark: the tables they read as Parquet in, their rows as Parquet out, and into the working database.

Belongs here: Parquet between DuckDB and Spark, and the types of the contracts. Not here: translation, sessions.
Layout: FOLDER/inputs/<schema.table>/<build number>.parquet, FOLDER/results/<model>/*.parquet; can be deleted.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.warehouse.build import build_from_model, build_from_parquet
from pipelines.warehouse.build_log import build_number
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.spark.translation import spark_sql, view_name
from pipelines.warehouse.sql_models import SqlModel, dependencies, load_model

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SPARK_TYPES = {
    "VARCHAR": "string",
    "VARCHAR[]": "array<string>",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "int",
    "BIGINT": "bigint",
}
WHOLE = re.compile(r"(tiny|small|big)?int|decimal\(\d+,0\)")
NUMBER = re.compile(r"(tiny|small|big)?int|decimal\(\d+,\d+\)|float|double")


class ModelTypeError(TypeError):
    """A column of a model is of another kind in Spark than its contract says."""


class SparkEngine:
    """Models run on one session; folder: for Parquet, seen by every worker."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self._spark = spark
        self._folder = folder
        self._inputs: dict[str, Path | None] = {}
        shutil.rmtree(folder / "inputs", ignore_errors=True)  # numbers of another database's builds

    def build(self, connection: duckdb.DuckDBPyConnection, table: Table, model: SqlModel) -> int:
        """Replaces a table by its model's rows; the number of rows. Views stay views, in both.

        Raises ModelTypeError, a Spark error where a value does not fit its type, or duckdb.Error where it breaks
        the contract.
        """
        if table.is_view:
            return build_from_model(connection, table, model)
        rows = self.select(connection, model)
        types = dict(rows.dtypes)
        columns = [
            f"CAST(`{column.name}` AS {contract_type(model.name, column.name, types.get(column.name), column.type)}) "
            f"AS `{column.name}`"
            for column in table.columns
        ]
        return build_from_parquet(connection, table, self._write(rows.selectExpr(*columns), model.name))

    def frame(self, connection: duckdb.DuckDBPyConnection, model: SqlModel) -> pl.DataFrame:
        """The rows of a model, in its order."""
        return pl.concat([pl.read_parquet(file) for file in self._write(self.select(connection, model), model.name)])

    def select(self, connection: duckdb.DuckDBPyConnection, model: SqlModel) -> DataFrame:
        """A model on the tables of the working database as they are now; nothing is run yet."""
        for name in dependencies(model):
            self._take_in(connection, name)
        return self._spark.sql(spark_sql(model))

    def _take_in(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        """Makes a table known to Spark: a view by its translated model, or a copy of its rows of the latest build."""
        if ALL_TABLES[name].is_view and ALL_TABLES[name].schema != "raw":
            self.select(connection, load_model(name)).createOrReplaceTempView(view_name(name))
            return
        file = self._folder / "inputs" / name / f"{build_number(connection, name) or 0}.parquet"
        if self._inputs.get(name) == file:
            return
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir(parents=True)
        connection.sql(f"FROM {name}").write_parquet(str(file))
        self._spark.read.parquet(str(file)).createOrReplaceTempView(view_name(name))
        self._inputs[name] = file

    def _write(self, rows: DataFrame, name: str) -> list[Path]:
        folder = self._folder / "results" / name
        rows.write.mode("overwrite").parquet(str(folder))
        return sorted(folder.glob("*.parquet"))


def contract_type(model: str, column: str, found: str | None, declared: str) -> str:
    """The Spark type of a column of a contract. A cast may fail on a value there, but never bend it."""
    wanted = SPARK_TYPES[declared]
    fits = found is not None and (
        found in (wanted, "void")
        or (bool(WHOLE.fullmatch(wanted)) and bool(WHOLE.fullmatch(found)))
        or (wanted == "double" and bool(NUMBER.fullmatch(found)))
    )
    if not fits:
        raise ModelTypeError(f"{model}: column {column} is {found} in Spark; its contract says {declared}")
    return wanted
