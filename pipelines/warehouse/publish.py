"""Puts a finished warehouse in the place of the last one, in one step.

Belongs here: the copy of public tables into a side file and its swap. Not here: deciding whether checks passed.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import duckdb

from pipelines.warehouse.build import comment_table
from pipelines.warehouse.build_log import unfit_tables
from pipelines.warehouse.connection import naming_full_disk, open_database
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.reports import read_report
from pipelines.warehouse.sql_models import made_from

COPIED_AT_ONCE = 2
"""Tables. DuckDB sorts a table with all threads, but writes its rows with one."""


class NotFitForPublication(ValueError):  # noqa: N818 - it names the situation
    """The working database does not hold one finished, checked and reviewed build; says what is wanting and why."""


def publish_warehouse(working: Path, published: Path, note: str) -> list[Table]:
    """Copies every public table from the working database into a new file and swaps it in; the tables published.

    Readers of the old file keep it until they close; whoever opens the path afterwards gets the new one. `note` goes
    before each table's comment. A run that is killed leaves the old file as it was. Raises NotFitForPublication,
    changing nothing, where a table failed its checks, was not built to its end, or is older than one it is made from,
    and where a file moved a state's totals beyond the usual envelope and nobody has reviewed that.
    """
    tables = [table for table in ALL_TABLES.values() if table.is_published]
    side = published.with_suffix(".duckdb.new")
    with open_database(working, read_only=True) as connection:
        if reasons := unfit_tables(connection, _dependencies()):
            shown = "; ".join(reasons[:5]) + (f"; and {len(reasons) - 5} more" if len(reasons) > 5 else "")
            raise NotFitForPublication(f"nothing was published: {shown}. Run the whole job")
        if unreviewed := _unreviewed_revisions(connection):
            raise NotFitForPublication(unreviewed)
        with naming_full_disk(side):
            _copy_tables(connection, tables, side, note)
    _flush(side)
    # of a person who wrote into the published file and was killed: DuckDB would replay it into the new one, and fail
    published.with_name(published.name + ".wal").unlink(missing_ok=True)
    side.replace(published)
    _flush(published.parent)
    return tables


def _unreviewed_revisions(connection: duckdb.DuckDBPyConnection) -> str:
    """What a person must look at before this may be published, and how to say that it was; empty if nothing waits."""
    waiting = read_report(connection, "unreviewed_revisions")
    if waiting.is_empty():
        return ""
    return "\n".join(
        [
            "nothing was published: a newer file moves the totals of a state by more than is usual (establishments "
            "1 %, employment and wages 0.1 %), and nobody has reviewed it. The last published warehouse is as it was.",
            *waiting.get_column("finding"),
            "See what moved in marts.revisions, and what the publisher says of it. If the newer figures are right, "
            "complete these lines, put them at the end of reviewed_revisions.yaml (in data/reference, or in your own "
            "folder of definitions), and run again. If not, ask the publisher for a corrected file, and review both.",
            *waiting.get_column("entry"),
        ]
    )


def _dependencies() -> dict[str, tuple[str, ...]]:
    """Every table of the warehouse with the tables it is made from; raw tables follow the captures."""
    return {name: _made_from(table) for name, table in ALL_TABLES.items()}


def _made_from(table: Table) -> tuple[str, ...]:
    is_of_captures = table.schema == "raw" and table.name not in ("raw.captures", "raw.refused_files", "raw.web_files")
    return ("raw.captures",) if is_of_captures else made_from(table.name)


def _copy_tables(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], side: Path, note: str) -> None:
    """Writes tables of the database that is open into a new one, in the order of their keys, with their comments."""
    for leftover in (side, side.with_name(side.name + ".wal")):
        leftover.unlink(missing_ok=True)
    with open_database(side):
        pass  # which makes the schemas
    (working,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    connection.execute(f"ATTACH {_literal(side)} AS published (READ_WRITE)")
    connection.execute("USE published")
    connection.begin()  # one transaction: each comment by itself would wait for the disk
    for table in tables:
        connection.execute(table.create_statement())
        comment_table(connection, table, prefix=note)
    connection.commit()
    with ThreadPoolExecutor(COPIED_AT_ONCE, "publish") as threads:
        list(threads.map(partial(_copy_rows, connection, working), tables))
    connection.execute("CHECKPOINT published")
    connection.execute(f'USE "{working}"')
    connection.execute("DETACH published")


def _copy_rows(connection: duckdb.DuckDBPyConnection, working: str, table: Table) -> None:
    order = ", ".join(f'"{name}"' for name in table.key)
    rows = f'SELECT * FROM "{working}".{table.name} ORDER BY {order}'
    with connection.cursor() as own:
        own.execute(f"INSERT INTO published.{table.name} BY NAME {rows}")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
