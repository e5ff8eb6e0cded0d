"""Tables come into a database as their contracts say, and what does not fit is shown."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.warehouse.build import (
    ContractFinding,
    build_from_frame,
    build_from_model,
    build_from_parquet,
    check_contract,
    comment_table,
    count_rows,
)
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import Column, Table
from pipelines.warehouse.sql_models import SqlModel

COLUMNS = (
    Column("area_fips", "VARCHAR", "Area."),
    Column("year", "SMALLINT", "Year."),
    Column("wages_usd", "BIGINT", "Wages.", is_nullable=True),
)
CELLS = Table("core.cells", "One row a cell.", ("area_fips", "year"), COLUMNS)
VIEW = Table("core.cells", "One row a cell.", ("area_fips", "year"), COLUMNS, is_view=True)
FRAME = pl.DataFrame(
    {"wages_usd": [5, None], "year": [2016, 2017], "area_fips": ["41051", "41051"]},
    schema_overrides={"year": pl.Int16},
)
ROWS = [("41051", 2016, 5), ("41051", 2017, None)]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_database(tmp_path / "x.duckdb") as opened:
        yield opened


def model(sql: str) -> SqlModel:
    return SqlModel("core.cells", Path("sql/core/cells.sql"), sql)


def rows(connection: duckdb.DuckDBPyConnection, table: Table = CELLS) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT area_fips, year, wages_usd FROM {table.name} ORDER BY ALL").fetchall()


def kind(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute("SELECT table_name, table_type FROM information_schema.tables").fetchall()


@pytest.fixture
def parquet(tmp_path: Path) -> list[Path]:
    """Two files of the contract's columns in another order, the folder's name with a quote."""
    folder = tmp_path / "it's"
    folder.mkdir()
    for number in (0, 1):
        FRAME.slice(number, 1).write_parquet(folder / f"{number}.parquet")
    return [folder / "0.parquet", folder / "1.parquet"]


# From a model


def test_a_model_replaces_the_table_whatever_the_order_of_its_columns(connection: duckdb.DuckDBPyConnection) -> None:
    first = "-- Grain\nSELECT 1 AS wages_usd, 'x' AS area_fips, 2000 AS year"
    assert build_from_model(connection, CELLS, model(first)) == 1
    sql = "SELECT unnest([5, NULL]) AS wages_usd, unnest([2016, 2017]) AS year, '41051' AS area_fips"
    assert build_from_model(connection, CELLS, model(sql)) == 2
    assert rows(connection) == ROWS
    assert check_contract(connection, CELLS) == []


def test_a_model_may_be_a_view(connection: duckdb.DuckDBPyConnection) -> None:
    sql = "-- Grain\nSELECT '41051' AS area_fips, 2016::SMALLINT AS year, 5::BIGINT AS wages_usd"
    assert build_from_model(connection, VIEW, model(sql)) == 0
    assert rows(connection) == ROWS[:1]
    assert check_contract(connection, VIEW) == []


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT * FROM core.nowhere", duckdb.CatalogException),
        ("SELECT 'x' AS area_fips, NULL AS year", duckdb.ConstraintException),
        ("SELECT 'x' AS area_fips, 2016 AS year, 1 AS other", duckdb.BinderException),
        ("SELECT 'x' AS area_fips, 40000 AS year", duckdb.ConversionException),
        ("SELECT 'x' AS area_fips, 'MMXVI' AS year", duckdb.ConversionException),
    ],
)
def test_a_model_that_fails_is_named(
    connection: duckdb.DuckDBPyConnection, sql: str, error: type[duckdb.Error]
) -> None:
    with pytest.raises(error, match=r"^sql/core/cells\.sql: "):
        build_from_model(connection, CELLS, model(sql))


# From a frame


def test_a_frame_replaces_the_table(connection: duckdb.DuckDBPyConnection) -> None:
    assert build_from_frame(connection, CELLS, FRAME.head(1)) == 1
    assert build_from_frame(connection, CELLS, FRAME) == 2
    assert rows(connection) == ROWS
    assert build_from_frame(connection, CELLS, FRAME.clear()) == 0
    assert check_contract(connection, CELLS) == []


def test_a_frame_that_does_not_fit_is_refused_and_leaves_no_view_behind(connection: duckdb.DuckDBPyConnection) -> None:
    for frame, error in (
        (FRAME.with_columns(other=1), duckdb.BinderException),
        (FRAME.drop("area_fips"), duckdb.ConstraintException),
        (FRAME.with_columns(area_fips=pl.lit(None, pl.String)), duckdb.ConstraintException),
    ):
        with pytest.raises(error):
            build_from_frame(connection, CELLS, frame)
    assert kind(connection) == [("cells", "BASE TABLE")]


# From Parquet


def test_parquet_files_are_put_together(connection: duckdb.DuckDBPyConnection, parquet: list[Path]) -> None:
    for _ in range(2):
        assert build_from_parquet(connection, CELLS, parquet) == 2
        assert rows(connection) == ROWS
    assert check_contract(connection, CELLS) == []


def test_a_view_of_parquet_files_is_the_only_thing_made(
    connection: duckdb.DuckDBPyConnection, parquet: list[Path]
) -> None:
    assert build_from_parquet(connection, VIEW, parquet) == 0
    assert rows(connection) == ROWS
    assert kind(connection) == [("cells", "VIEW")]
    build_from_parquet(connection, VIEW, parquet[:1])
    assert rows(connection) == ROWS[:1]


def test_a_missing_parquet_file_is_named(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(duckdb.IOException, match=r"gone\.parquet"):
        build_from_parquet(connection, CELLS, [tmp_path / "gone.parquet"])


# What was a view becomes a table, and the other way round, when a contract changes


@pytest.mark.parametrize("way", ["model", "parquet"])
def test_a_table_may_become_a_view_and_a_view_a_table(
    connection: duckdb.DuckDBPyConnection, parquet: list[Path], way: str
) -> None:
    sql = "SELECT '41051' AS area_fips, 2016::SMALLINT AS year, 5::BIGINT AS wages_usd"
    for table in (CELLS, VIEW, CELLS, VIEW):
        if way == "model":
            build_from_model(connection, table, model(sql))
        else:
            build_from_parquet(connection, table, parquet)
        assert kind(connection) == [("cells", "VIEW" if table.is_view else "BASE TABLE")]
        assert check_contract(connection, table) == []
    build_from_frame(connection, CELLS, FRAME)
    assert rows(connection) == ROWS


# Comments


@pytest.mark.parametrize("table", [CELLS, VIEW], ids=["table", "view"])
def test_meanings_are_in_the_database(connection: duckdb.DuckDBPyConnection, parquet: list[Path], table: Table) -> None:
    build_from_parquet(connection, table, parquet)
    comment_table(connection, table, prefix="SYNTHETIC SAMPLE, not real figures. ")
    source = "duckdb_views()" if table.is_view else "duckdb_tables()"
    assert connection.execute(f"SELECT comment FROM {source} WHERE schema_name = 'core'").fetchall() == [
        ("SYNTHETIC SAMPLE, not real figures. One row a cell.",)
    ]
    assert (
        connection.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'core' ORDER BY column_index"
        ).fetchall()
        == [("area_fips", "Area."), ("year", "Year."), ("wages_usd", "Wages.")]
        or table.is_view
    )


# The contract check


def found(connection: duckdb.DuckDBPyConnection, ddl: str, table: Table = CELLS) -> list[ContractFinding]:
    connection.execute(f"CREATE OR REPLACE TABLE core.cells {ddl}")
    return check_contract(connection, table)


def test_wrong_missing_and_extra_columns_are_shown(connection: duckdb.DuckDBPyConnection) -> None:
    assert found(connection, "(area_fips VARCHAR, year INTEGER, other DOUBLE)") == [
        ContractFinding(
            "columns_and_types",
            [
                {"column": "other", "expected": None, "found": "DOUBLE"},
                {"column": "wages_usd", "expected": "BIGINT", "found": None},
                {"column": "year", "expected": "SMALLINT", "found": "INTEGER"},
            ],
        )
    ]


def test_a_table_that_is_not_there_lacks_every_column(connection: duckdb.DuckDBPyConnection) -> None:
    [finding] = check_contract(connection, CELLS)
    assert [row["found"] for row in finding.failing_rows] == [None] * 3


def test_nulls_are_shown_with_their_rows(connection: duckdb.DuckDBPyConnection) -> None:
    findings = found(
        connection,
        "AS SELECT * FROM (VALUES ('41051', 2016::SMALLINT, NULL::BIGINT), (NULL, 2016, 1), ('41067', NULL, 2))"
        " AS cells (area_fips, year, wages_usd)",
    )
    assert findings == [
        ContractFinding("area_fips_not_null", [{"area_fips": None, "year": 2016, "wages_usd": 1}]),
        ContractFinding("year_not_null", [{"area_fips": "41067", "year": None, "wages_usd": 2}]),
    ]


def test_a_repeated_key_is_shown_with_how_often(connection: duckdb.DuckDBPyConnection) -> None:
    findings = found(
        connection,
        "AS SELECT * FROM (VALUES ('41051', 2016::SMALLINT, 1::BIGINT), ('41051', 2016, 2), ('41051', 2017, 3))"
        " AS cells (area_fips, year, wages_usd)",
    )
    assert findings == [ContractFinding("key_is_unique", [{"area_fips": "41051", "year": 2016, "rows": 2}])]


def test_no_more_failing_rows_are_shown_than_people_read(connection: duckdb.DuckDBPyConnection) -> None:
    numbers = "range(100) AS numbers (n)"
    sql = f"AS SELECT NULL::VARCHAR AS area_fips, n::SMALLINT AS year, n AS wages_usd FROM {numbers}"
    nulls = found(connection, sql)
    assert [len(finding.failing_rows) for finding in nulls] == [20]
    twice = found(
        connection,
        f"AS SELECT (n // 2)::VARCHAR AS area_fips, 2016::SMALLINT AS year, n AS wages_usd FROM {numbers}",
    )
    assert [len(finding.failing_rows) for finding in twice] == [20]


def test_the_same_table_in_another_schema_is_not_looked_at(connection: duckdb.DuckDBPyConnection) -> None:
    build_from_frame(connection, CELLS, FRAME)
    connection.execute("CREATE TABLE marts.cells (other DOUBLE)")
    assert check_contract(connection, CELLS) == []
    assert count_rows(connection, CELLS) == 2


def test_a_view_must_have_the_columns(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE VIEW core.cells AS SELECT NULL AS area_fips, 'x' AS more, 1 AS wages_usd")
    assert check_contract(connection, VIEW) == [
        ContractFinding("columns_and_types", [{"column": "year", "expected": "SMALLINT", "found": None}])
    ]
