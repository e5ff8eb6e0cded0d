"""Fills the file that will take the place of the published warehouse, beside what a run does next.

Belongs here: the copies of finished tables, and which of them are still those of the last build. Not here: whether they
may be published, and the swap (publish). Building and checking a table leaves half of two cores idle; a run that will
publish (`copying_ahead`) has each table copied as soon as it passed, and publication then waits for the last ones only.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.warehouse.build import comment_table
from pipelines.warehouse.build_log import build_number
from pipelines.warehouse.connection import naming_full_disk, open_database
from pipelines.warehouse.contracts import Table
from pipelines.warehouse.contracts.model import literal

COPIED_AT_ONCE = 2
"""Tables. DuckDB sorts a table with all threads, but writes its rows with one."""
_AHEAD: dict[Path, "SideFile"] = {}


class _Copy(NamedTuple):
    build: int | None
    note: str
    done: Future[None]

    def has_failed(self) -> bool:
        return self.done.done() and self.done.exception() is not None


class SideFile:
    """A new database beside the published one, filled from the working one, which others keep open so long."""

    def __init__(self, working: Path, published: Path) -> None:
        self.path = published.with_suffix(".duckdb.new")
        self._working = working
        self._copies: dict[str, _Copy] = {}
        self._threads = ThreadPoolExecutor(COPIED_AT_ONCE, "publish")

    def copy(self, connection: duckdb.DuckDBPyConnection, table: Table, note: str) -> None:
        """Begins to copy a table; nothing where the copy of this build, with this note before its comment, is begun.

        One that failed is tried again: something may have been mended.
        """
        build, begun = build_number(connection, table.name), self._copies.get(table.name)
        if not self._copies:
            self._begin(connection)
        if begun and (begun.build, begun.note) == (build, note) and not begun.has_failed():
            return
        if begun:
            begun.done.exception()  # waits: two would write one table
        self._copies[table.name] = _Copy(build, note, self._threads.submit(self._write, table, note))

    def finish(self, connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], note: str) -> None:
        """Copies what is not copied yet, and closes the file, which then stands alone.

        Raises whatever a copy raised, duckdb.IOException naming the file where the disk is full.
        """
        for table in tables:
            self.copy(connection, table, note)
        for copy in self._copies.values():
            copy.done.result()
        with naming_full_disk(self.path):
            connection.execute("CHECKPOINT published")
            connection.execute("DETACH published")
        self._copies.clear()

    def close(self) -> None:
        """Gives up what is not finished, and leaves nothing of it."""
        self._threads.shutdown(cancel_futures=True)
        if self._copies:
            with suppress(duckdb.Error), open_database(self._working, read_only=True) as connection:
                connection.execute("DETACH published")  # fails where the disk is full; the file goes all the same
        self._remove()

    def _begin(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._remove()  # what a killed run left
        with open_database(self.path):
            pass  # which makes the schemas
        connection.execute(f"ATTACH {literal(self.path)} AS published (READ_WRITE)")

    def _write(self, table: Table, note: str) -> None:
        """One table, in the order of its key, with its comments; in one transaction, which waits for the disk once."""
        with open_database(self._working, read_only=True) as connection, naming_full_disk(self.path):
            (working,) = connection.execute("SELECT current_database()").fetchone() or ("",)
            connection.execute("USE published")
            connection.begin()
            connection.execute(table.create_statement())
            comment_table(connection, table, prefix=note)
            order = ", ".join(f'"{name}"' for name in table.key)
            rows = f'SELECT * FROM "{working}".{table.name} ORDER BY {order}'
            connection.execute(f"INSERT INTO {table.name} BY NAME {rows}")
            connection.commit()

    def _remove(self) -> None:
        for leftover in (self.path, self.path.with_name(self.path.name + ".wal")):
            leftover.unlink(missing_ok=True)


@contextmanager
def side_file(working: Path, published: Path) -> Iterator[SideFile]:
    """The side file that the run at work has begun, or a new one; a new one goes at the end if it is still there."""
    if begun := _AHEAD.get(working):
        yield begun
        return
    made = SideFile(working, published)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def copying_ahead(working: Path, published: Path) -> Iterator[None]:
    """Until the end of this context, which keeps the working database open, `copy_ahead` copies what passed."""
    with side_file(working, published) as begun:
        _AHEAD[working] = begun
        try:
            yield
        finally:
            del _AHEAD[working]


def copy_ahead(working: Path, connection: duckdb.DuckDBPyConnection, passed: Iterable[Table], note: str) -> None:
    """Begins to copy those of these tables that are published, where the run at work will publish."""
    if begun := _AHEAD.get(working):
        for table in passed:
            if table.is_published:
                begun.copy(connection, table, note)
