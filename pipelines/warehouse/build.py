"""Builds tables by their contracts, from frames, Parquet files or SQL models, and checks them.

Belongs here: how a declared table comes into a database. Not here: publication (publish), expectations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.warehouse.contracts import Table
from pipelines.warehouse.contracts.model import literal
from pipelines.warehouse.sql_models import SqlModel


@dataclass(frozen=True)
class ContractFinding:
    """One way a table breaks its contract, with rows that show it."""

    rule: str
    failing_rows: list[dict[str, object]]


def build_from_model(connection: duckdb.DuckDBPyConnection, table: Table, model: SqlModel) -> int:
    """Replaces a table or view by its model's result; the number of rows, 0 for a view.

    Raises duckdb.Error naming the model where the SQL fails or a row does not fit the contract.
    """
    try:
        _make_room(connection, table)
        if table.is_view:
            connection.execute(f"CREATE OR REPLACE VIEW {table.name} AS {model.sql}")
            return 0
        connection.execute(table.create_statement())
        connection.execute(f"INSERT INTO {table.name} BY NAME {model.sql}")
    except duckdb.Error as error:
        raise type(error)(f"{model.path}: {error}") from error
    return count_rows(connection, table)


def build_from_frame(connection: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame) -> int:
    """Replaces a table by a frame whose columns are the contract's; the number of rows."""
    _make_room(connection, table)
    connection.register("incoming_frame", frame.to_arrow())
    try:
        connection.execute(table.create_statement())
        connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM incoming_frame")
    finally:
        connection.unregister("incoming_frame")
    return count_rows(connection, table)


def build_from_parquet(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Path]) -> int:
    """Replaces a table, or a view, by the rows of Parquet files, a table also by those of none; the number of rows."""
    _make_room(connection, table)
    if table.is_view:
        names = ", ".join(literal(file) for file in files)
        connection.execute(f"CREATE OR REPLACE VIEW {table.name} AS SELECT * FROM read_parquet([{names}])")
    else:
        connection.execute(table.create_statement())
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        if files:
            relation = connection.read_parquet([str(file) for file in files])
            relation.select(columns).insert_into(table.name)
    return 0 if table.is_view else count_rows(connection, table)


def comment_table(connection: duckdb.DuckDBPyConnection, table: Table, prefix: str = "") -> None:
    """Writes the contract's meaning of the table and its columns into the database."""
    for statement in table.comment_statements(prefix):
        connection.execute(statement)


def count_rows(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Rows of a table."""
    row = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()
    return int(row[0]) if row else 0


def check_contract(connection: duckdb.DuckDBPyConnection, table: Table) -> list[ContractFinding]:
    """Columns, types, nulls and the uniqueness of the key, against the contract; no finding means it holds.

    Of a view only the columns are checked: its rows are those of tables that were.
    """
    found = _columns(connection, table)
    if wrong := _wrong_columns(table, found):
        return [ContractFinding("columns_and_types", wrong)]
    if table.is_view:
        return []
    findings = [
        ContractFinding(
            f"{name}_not_null", _rows(connection, f'SELECT * FROM {table.name} WHERE "{name}" IS NULL LIMIT 20')
        )
        for name in _columns_with_nulls(connection, table)
    ]
    if table.key and (rows := _repeated_keys(connection, table)):
        findings.append(ContractFinding("key_is_unique", rows))
    return findings


def _make_room(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Drops a table where the contract now has a view, or a view where it has a table: no CREATE replaces those."""
    kind = "table" if table.is_view else "view"
    found = connection.execute(
        f"SELECT 1 FROM duckdb_{kind}s()"
        f" WHERE database_name = current_database() AND schema_name = ? AND {kind}_name = ?",
        [table.schema, table.table],
    ).fetchone()
    if found:
        connection.execute(f"DROP {kind} {table.name}")


def _columns(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """Names and types in their order; none of a table that is not there."""
    try:
        described = connection.execute(f"DESCRIBE {table.name}").fetchall()
    except duckdb.CatalogException:
        return {}
    return {str(name): str(kind) for name, kind, *_ in described}


def _wrong_columns(table: Table, found: dict[str, str]) -> list[dict[str, object]]:
    if table.is_view:
        return [
            {"column": column.name, "expected": column.type, "found": None}
            for column in table.columns
            if column.name not in found
        ]
    expected = {column.name: column.type for column in table.columns}
    return [
        {"column": name, "expected": expected.get(name), "found": found.get(name)}
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    ]


def _columns_with_nulls(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    names = [column.name for column in table.columns if not column.is_nullable]
    counts = ", ".join(f'count(*) FILTER ("{name}" IS NULL)' for name in names)
    row = connection.execute(f"SELECT {counts} FROM {table.name}").fetchone() or ()
    return [name for name, count in zip(names, row, strict=True) if count]


def _repeated_keys(connection: duckdb.DuckDBPyConnection, table: Table) -> list[dict[str, object]]:
    """Keys that several rows have. Where no two hashes are the same no keys are, and hashes are compared far faster."""
    key = ", ".join(f'"{name}"' for name in table.key)
    may_repeat = connection.execute(f"SELECT count(*) > count(DISTINCT hash({key})) FROM {table.name}").fetchone()
    if may_repeat == (False,):
        return []
    repeated = f"SELECT {key}, count(*) AS rows FROM {table.name} GROUP BY {key} HAVING count(*) > 1"
    return _rows(connection, f"{repeated} ORDER BY ALL LIMIT 20")


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    result = connection.execute(query)
    names = [description[0] for description in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
