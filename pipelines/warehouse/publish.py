"""Puts a finished warehouse in the place of the last one, in one step.

Belongs here: the copy of public tables into a side file and its swap. Not here: deciding whether checks passed.
"""

import os
from pathlib import Path

import duckdb

from pipelines.warehouse.build import comment_table
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES, Table


def publish_warehouse(working: Path, published: Path, note: str) -> list[Table]:
    """Copies every public table from the working database into a new file and swaps it in; the tables published.

    Readers of the old file keep it until they close; whoever opens the path afterwards gets the new one. `note` goes
    before each table's comment. A run that is killed leaves the old file as it was.
    """
    tables = [table for table in ALL_TABLES.values() if table.is_published]
    side = published.with_suffix(".duckdb.new")
    for leftover in (side, side.with_name(side.name + ".wal")):
        leftover.unlink(missing_ok=True)
    with open_database(side) as connection:
        connection.execute(f"ATTACH {_literal(working)} AS working (READ_ONLY)")
        for table in tables:
            _copy(connection, table)
            comment_table(connection, table, prefix=note)
        connection.execute("DETACH working")
        connection.execute("CHECKPOINT")
    _flush(side)
    side.replace(published)
    _flush(published.parent)
    return tables


def _copy(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(table.create_statement())
    order = ", ".join(f'"{name}"' for name in table.key)
    connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM working.{table.name} ORDER BY {order}")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
