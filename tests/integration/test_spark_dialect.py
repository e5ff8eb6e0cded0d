"""What DuckDB and Spark read differently, in hand-made rows: a translated expression has DuckDB's value on Spark."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.warehouse.spark.session import spread
from pipelines.warehouse.spark.translation import translate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROWS = """
    SELECT * FROM (VALUES
        (1::BIGINT, 'a', 1::TINYINT, 0.125::DOUBLE, ['x', 'y'], true),
        (2, 'a', 2, 12345678.5, ['y'], false),
        (3, 'a', NULL, 1.005, NULL, true),
        (4, 'b', 3, NULL, [], NULL),
        (5, 'b', 0, 0.0, ['z', 'x', 'y'], false),
        (6, NULL, 7, -2.5, ['x'], true)
    ) AS rows(id, name, small, amount, words, flag)
"""
COLUMNS = {"id": "BIGINT", "name": "VARCHAR", "small": "TINYINT", "amount": "DOUBLE", "words": "VARCHAR[]",
           "flag": "BOOLEAN"}  # fmt: skip
OF_ROWS = (
    "small / 3.0",
    "amount / small",
    "small / nullif(small, 0)",
    "round(amount, 2)",
    "round(amount)",
    "amount::VARCHAR",
    "name || amount",
    "(amount * 1e6)::VARCHAR",
    "format('{} has {:.2f} %', name, amount)",
    "regexp_full_match(name, 'a|ab')",
    "regexp_full_match(id::VARCHAR, '\\d{1}')",
    "list_position(['b', 'a'], name)",
    "list_has_all(words, ['x', 'y'])",
    "len(words)",
    "len(name)",
    "words[:2]",
    "words[1]",
    "words[small]",
    "name[:1]",
    "(id, id % 2) IN ((1, 1), (3, 0))",
    "count(*) FILTER (flag) OVER (PARTITION BY name)",
    "count(DISTINCT small) FILTER (id > 1) OVER (PARTITION BY name)",
    "bool_or(flag) FILTER (id > 2) OVER (PARTITION BY name)",
    "arg_min(amount, id) FILTER (small > 1) OVER (PARTITION BY name)",
    "any_value(small) OVER (PARTITION BY name ORDER BY id RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)",
    "lag(amount) OVER (PARTITION BY name ORDER BY id DESC)",
    "row_number() OVER (ORDER BY small, id)",
)
OF_GROUPS = (
    "list(small ORDER BY id)",
    "list(id ORDER BY id) FILTER (flag)",
    "list(id ORDER BY id) FILTER (id > 9)",
    "list_sort(list(DISTINCT id % 2))",
    "string_agg(id::VARCHAR, '+' ORDER BY id) FILTER (small > 0)",
    "string_agg(DISTINCT name, '; ' ORDER BY name)",
    "sum(amount ORDER BY id)",
    "avg(amount ORDER BY id) FILTER (id < 3)",
    "sum(amount ORDER BY id) FILTER (id > 9)",
    "arg_min(amount, (id % 3, id))",
    "arg_max(amount, id)",
    "any_value(amount)",
    "sum(small) / 4.0",
    "count(DISTINCT small)",
)


@pytest.fixture(scope="module")
def both(spark_session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The rows of a SELECT on core.rows in DuckDB, and of its translation on Spark."""
    file = tmp_path_factory.mktemp("rows") / "rows.parquet"
    with duckdb.connect() as connection:
        connection.sql(ROWS).write_parquet(str(file))
    spark_session.read.parquet(str(file)).createOrReplaceTempView("core__rows")

    def rows(query: str) -> tuple[list[Any], list[Any]]:
        with duckdb.connect() as connection:
            connection.execute("CREATE SCHEMA core")
            connection.execute(f"CREATE TABLE core.rows AS {ROWS}")
            ours = [plain(row) for row in connection.execute(query).fetchall()]
        return ours, [plain(row) for row in spark_session.sql(translate(query, {"core": {"rows": COLUMNS}})).collect()]

    return rows


@pytest.mark.parametrize("expression", OF_ROWS)
def test_of_rows(expression: str, both: Any) -> None:
    ours, theirs = both(f"SELECT id, {expression} AS value FROM core.rows ORDER BY id")
    assert ours == theirs


@pytest.mark.parametrize("expression", OF_GROUPS)
def test_of_groups(expression: str, both: Any) -> None:
    ours, theirs = both(f"SELECT flag, {expression} AS value FROM core.rows GROUP BY ALL ORDER BY flag")
    assert ours == theirs


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * EXCLUDE (words) FROM core.rows QUALIFY row_number() OVER (PARTITION BY name ORDER BY id) = 1",
        "SELECT id, name FROM core.rows UNION ALL BY NAME SELECT 'c' AS name, small FROM core.rows WHERE small = 1",
        "SELECT one.id FROM core.rows AS one LEFT JOIN core.rows AS other ON other.id = one.id + 1 "
        "QUALIFY bool_or(other.id IS NULL) OVER (PARTITION BY one.name)",
        "SELECT id, each.word AS word "
        "FROM (SELECT id, unnest([{'word': name}, {'word': words[1]}]) AS each FROM core.rows)",
        "WITH numbered AS MATERIALIZED (SELECT row_number() OVER () AS n, id FROM core.rows) "
        "SELECT one.id FROM numbered AS one JOIN numbered AS other ON one.n = other.n AND one.id <> other.id",
    ],
)
def test_of_queries(query: str, both: Any) -> None:
    ours, theirs = both(query)
    assert sorted(map(repr, ours)) == sorted(map(repr, theirs))


def test_each_is_done_once_where_there_is_room(spark_session: SparkSession, tmp_path: Path) -> None:
    asked = [str(tmp_path / f"{number}").encode() for number in range(3)]
    spread(spark_session, touch, asked, tmp_path / "asked")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1", "2", "asked"]
    assert not list((tmp_path / "asked").iterdir())


def touch(path: bytes) -> None:
    Path(path.decode()).touch(exist_ok=False)


def plain(row: Any) -> tuple[Any, ...]:
    """NaN equals NaN; a whole double is no whole number."""
    return tuple("NaN" if isinstance(value, float) and math.isnan(value) else value for value in row)
