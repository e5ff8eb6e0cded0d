"""Rows of a contract's table, of which a test says only what it is about."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb

from pipelines.warehouse.contracts import ALL_TABLES, Table

Row = Mapping[str, Any]
EMPTY: Row = {"VARCHAR": "", "BOOLEAN": False, "VARCHAR[]": [], "DATE": date(2000, 1, 1)}
"""What stands, by type, where a column may not be null and a row does not say; numbers are 0."""


def complete(table: Table, row: Row, empty: Row = EMPTY) -> dict[str, Any]:
    """The row with all columns in their order: what it leaves out is null where it may be, else empty."""
    unknown = row.keys() - {column.name for column in table.columns}
    assert not unknown, f"{table.name} has no column {unknown}"
    plain = {column.name: None if column.is_nullable else empty.get(column.type, 0) for column in table.columns}
    return plain | dict(row)


def insert(connection: duckdb.DuckDBPyConnection, name: str, *rows: Row, empty: Row = EMPTY) -> None:
    """Adds rows to a table that is there; what they leave out is as in `complete`."""
    table = ALL_TABLES[name]
    for values in (list(complete(table, row, empty).values()) for row in rows):
        connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' for _ in values)})", values)
