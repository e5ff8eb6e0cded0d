"""Every SQL model on Spark gives DuckDB's rows, on the real files of 2016: those of Portland.

Each model runs on DuckDB's own inputs, so that a difference is told of the model that makes it. Whole numbers, dollars,
texts, lists and truths are equal. Of DOUBLE columns 1e-12 of the value is allowed: sums of doubles depend on the order
in which parts of them meet, and squares on the library.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.spark.engine import SparkEngine
from pipelines.warehouse.sql_models import load_model, model_names

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MODELS = [name for folder in ("core", "estimates", "marts", "measures") for name in model_names(folder)]
TOLERANCE = 1e-12
AREAS = ("41000", "41005", "41051", "41067", "C3890", "US000")


@pytest.fixture(scope="module")
def working(real_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database of the real run, cut down to the areas of Portland and the regions wholly in them.

    All of it takes Spark eleven minutes of processor time.
    """
    original = Settings(data_dir=real_run).working_database
    with duckdb.connect(shutil.copy(original, tmp_path_factory.mktemp("parity"))) as connection:
        connection.execute("CREATE TABLE regions AS SELECT region FROM core.region_periods GROUP BY region "
                           f"HAVING bool_and(area_fips IN {AREAS})")  # fmt: skip
        for name, table in ALL_TABLES.items():
            columns = {column.name for column in table.columns}
            if name == "raw.quarterly_cells":
                connection.execute(f"CREATE TABLE cells AS FROM {name} WHERE area_fips IN {AREAS}")
                connection.execute(f"CREATE OR REPLACE VIEW {name} AS FROM cells")
            elif not table.is_view and table.schema != "reference" and "area_fips" in columns:
                connection.execute(f"DELETE FROM {name} WHERE area_fips NOT IN {AREAS}")
            elif not table.is_view and table.schema != "reference" and "region" in columns:
                connection.execute(f"DELETE FROM {name} WHERE region NOT IN (FROM regions)")
        yield connection


@pytest.fixture(scope="module")
def spark(spark_session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> SparkEngine:
    return SparkEngine(spark_session, tmp_path_factory.mktemp("spark"))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_same_rows(name: str, working: duckdb.DuckDBPyConnection, spark: SparkEngine) -> None:
    model = load_model(name)
    with duckdb.connect() as both:
        both.register("spark_rows", spark.frame(working, model).to_arrow())
        both.register("duckdb_rows", working.sql(model.sql).to_arrow_table())
        if table := ALL_TABLES.get(name):  # as they come into the table
            columns = {column.name: column.type for column in table.columns}
        else:
            columns = {str(row[0]): str(row[1]) for row in both.sql("DESCRIBE duckdb_rows").fetchall()}
        assert {row[0] for row in both.sql("DESCRIBE spark_rows").fetchall()} == columns.keys()
        typed = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in columns.items())
        for side in ("spark", "duckdb"):
            both.execute(f"CREATE TABLE {side} AS SELECT {typed} FROM {side}_rows")
        assert both.sql("SELECT count(*) FROM spark").fetchall() == both.sql("SELECT count(*) FROM duckdb").fetchall()
        if both.sql("(FROM duckdb EXCEPT ALL FROM spark) LIMIT 1").fetchall():
            assert table, f"{name}: rows differ"
            assert differences(both, columns, table.key) == {}


def differences(both: duckdb.DuckDBPyConnection, columns: dict[str, str], key: tuple[str, ...]) -> dict[str, object]:
    """Columns that differ beyond what is allowed, each with its number of rows; rows are matched by their key."""
    matched = " AND ".join(f'duckdb."{name}" IS NOT DISTINCT FROM spark."{name}"' for name in key)
    found: dict[str, object] = {}
    pairs = both.sql(f"SELECT count(*) FROM duckdb JOIN spark ON {matched}").fetchall()
    if pairs != both.sql("SELECT count(*) FROM duckdb").fetchall():
        found["the key"] = pairs
    for name, kind in columns.items():
        one, other = f'duckdb."{name}"', f'spark."{name}"'
        is_other = f"{one} IS DISTINCT FROM {other}"
        if kind == "DOUBLE":
            is_other += f" AND NOT coalesce(abs({one} - {other}) <= {TOLERANCE} * abs({one}), false)"
        query = f"SELECT count(*) FROM duckdb JOIN spark ON {matched} WHERE {is_other}"
        if both.sql(query).fetchall() != [(0,)]:
            found[name] = both.sql(query).fetchall()
    return found
