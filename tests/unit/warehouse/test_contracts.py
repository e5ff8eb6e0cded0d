"""Contracts are sound in themselves, and say the same as the readers that fill the raw tables."""

import re

import duckdb
import polars as pl
import pytest

from pipelines.sources.capture import REFUSALS_SCHEMA
from pipelines.sources.raw_store import manifest_frame
from pipelines.sources.typed_cells import TABLES as TYPED_TABLES
from pipelines.warehouse.connection import LAYERS
from pipelines.warehouse.contracts import (
    ALL_TABLES,
    MODULES,
    Caution,
    Column,
    Table,
)
from pipelines.warehouse.contracts.fields import shared

TYPES = {"VARCHAR", "VARCHAR[]", "BOOLEAN", "TINYINT", "SMALLINT", "BIGINT", "DOUBLE", "DATE"}
OF_VIEWS = {'STRUCT(measure VARCHAR, "value" BIGINT, previous BIGINT)[]'}
"""What only views may have: a table is for people, and for files."""
DUCKDB_TYPE = {
    pl.String(): "VARCHAR",
    pl.Int8(): "TINYINT",
    pl.Int16(): "SMALLINT",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
}
each_table = pytest.mark.parametrize("table", ALL_TABLES.values(), ids=ALL_TABLES)


def columns_of(table: Table) -> dict[str, Column]:
    return {column.name: column for column in table.columns}


def test_no_table_is_declared_twice() -> None:
    declared = [table.name for module in MODULES for table in module.TABLES]
    assert sorted(declared) == sorted(set(declared)) == sorted(ALL_TABLES)


@each_table
def test_names_are_layer_and_words(table: Table) -> None:
    assert re.fullmatch(rf"({'|'.join(LAYERS)})\.[a-z][a-z0-9_]*", table.name)
    assert table.name == f"{table.schema}.{table.table}"
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column.name) for column in table.columns)


@each_table
def test_every_column_is_there_once_with_a_known_type(table: Table) -> None:
    assert table.columns
    assert len(columns_of(table)) == len(table.columns)
    assert {column.type for column in table.columns} <= TYPES | (OF_VIEWS if table.is_view else set())


@each_table
def test_the_key_is_of_columns_that_are_never_null(table: Table) -> None:
    assert len(set(table.key)) == len(table.key)
    assert [columns_of(table)[name].is_nullable for name in table.key] == [False] * len(table.key)
    assert table.key or table.is_view


@each_table
def test_grain_and_meanings_are_sentences_for_people(table: Table) -> None:
    assert table.grain.startswith("One row ")
    for text in (table.grain, *(column.meaning for column in table.columns)):
        assert text == text.strip()
        assert text.endswith((".", "…"))
        assert len(text) > 5
    assert all(isinstance(caution, Caution) for caution in table.cautions)
    assert len(set(table.cautions)) == len(table.cautions)
    assert table.description.startswith(table.grain)
    assert all(caution.value in table.description for caution in table.cautions)


@each_table
def test_names_keep_their_promises(table: Table) -> None:
    for column in table.columns:
        assert "pct" not in column.name
        if column.name.endswith("_usd"):
            assert column.type == "BIGINT"
        if column.name.endswith("_share"):
            assert column.type == "DOUBLE"
        if column.name.startswith("is_"):
            assert column.type == "BOOLEAN"
        if column.name.endswith(("_code", "_fips", "_name", "_sha256")):
            assert column.type == "VARCHAR"
        if column.name in ("year", "quarter", "naics_vintage"):
            assert column.type == {"quarter": "TINYINT"}.get(column.name, "SMALLINT")
        if column.name in ("known", "known_share", "hidden_cells") and table.schema == "marts":
            assert {"hidden_cells", "total_cells"} <= columns_of(table).keys()


@each_table
def test_only_tables_with_a_key_are_published(table: Table) -> None:
    if table.is_published:
        assert not table.is_view
        assert table.key


# BLS publishes the number of establishments of every cell, but a year before is told by changes: some closed since
TELL_OF_A_YEAR_BEFORE = ("core.year_before_cells", "core.period_cells")


@each_table
def test_what_may_be_suppressed_may_be_null_and_establishments_may_not(table: Table) -> None:
    columns = columns_of(table)
    if "disclosure" not in columns:
        return
    if "establishments" in columns:  # a year of released totals has none
        assert columns["establishments"].is_nullable == (table.name in TELL_OF_A_YEAR_BEFORE)
    hidden = [name for name in columns if "employment" in name or name.endswith("_usd")]
    assert hidden
    assert all(columns[name].is_nullable for name in hidden)


def test_the_ddl_makes_the_table_that_is_declared() -> None:
    with duckdb.connect() as connection:
        for layer in LAYERS:
            connection.execute(f"CREATE SCHEMA {layer}")
        for table in ALL_TABLES.values():
            connection.execute(table.create_statement())
            found = connection.execute(
                "SELECT column_name, data_type, is_nullable FROM duckdb_columns()"
                " WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
                [table.schema, table.table],
            ).fetchall()
            assert found == [(column.name, column.type, column.is_nullable) for column in table.columns]


def test_comments_may_hold_quotes() -> None:
    table = Table("core.x", "One row an 'it''s'.", ("a",), (Column("a", "BIGINT", "The board's own."),))
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA core")
        connection.execute(table.create_statement())
        for statement in table.comment_statements("It's made up. "):
            connection.execute(statement)
        assert connection.execute("SELECT comment FROM duckdb_tables()").fetchall() == [
            ("It's made up. One row an 'it''s'.",)
        ]
        assert connection.execute("SELECT comment FROM duckdb_columns() WHERE table_name = 'x'").fetchall() == [
            ("The board's own.",)
        ]


def test_a_shared_column_may_be_null_where_a_question_mark_says_so() -> None:
    year, total = shared("year", "total?")
    assert (year.name, year.type, year.is_nullable) == ("year", "SMALLINT", False)
    assert (total.name, total.type, total.is_nullable) == ("total", "DOUBLE", True)
    with pytest.raises(KeyError):
        shared("no_such_column")


def types_of(schema: pl.Schema) -> list[tuple[str, str]]:
    return [(name, DUCKDB_TYPE[kind]) for name, kind in schema.items()]


@pytest.mark.parametrize("name", ["quarterly_cells", "annual_cells", "titles", "rejected_rows"])
def test_raw_contracts_are_what_the_readers_write(name: str) -> None:
    declared = [(column.name, column.type) for column in ALL_TABLES[f"raw.{name}"].columns]
    assert declared == [("capture_sha256", "VARCHAR"), *types_of(TYPED_TABLES[name])]


def test_captures_and_refusals_are_what_the_intake_hands_over() -> None:
    for name, schema in (("captures", manifest_frame([], {}).schema), ("refused_files", REFUSALS_SCHEMA)):
        assert [(column.name, column.type) for column in ALL_TABLES[f"raw.{name}"].columns] == types_of(schema)
