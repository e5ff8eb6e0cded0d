"""Dagster's event log in SQLite, with its files kept open: a run writes some two thousand events.

Belongs here: how the files are opened. Not here: what an event is, and where the files lie (Dagster's own storage).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS

MOST_OPEN = 4
"""Files kept open: the index, the run at work, and what somebody looks at beside it."""


class EventLogKeptOpen(SqliteEventLogStorage):
    """The same files and tables. Dagster's own opens and closes a file, and waits for the disk, for every event.

    What is waited for here is the write of the log, not that the disk has it: a loss of power may take the last events,
    and leaves the log sound (https://www.sqlite.org/wal.html, synchronous = NORMAL).
    """

    def __init__(self, base_dir: str) -> None:
        self._opened: dict[str, sqlalchemy.Engine] = {}
        """By file, the one used last at the end; Dagster's constructor opens the first."""
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Closes the files."""
        self._close_all()
        super().dispose()

    def wipe(self) -> None:
        """Deletes the log."""
        self._close_all()
        super().wipe()

    def _close_all(self) -> None:
        while self._opened:
            self._opened.popitem()[1].dispose()

    def _engine(self, shard: str) -> sqlalchemy.Engine:
        engine = self._opened.pop(shard, None) or self._open(shard)
        self._opened[shard] = engine
        if len(self._opened) > MOST_OPEN:
            self._opened.pop(next(iter(self._opened))).dispose()
        return engine

    def _open(self, shard: str) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine(
            self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        )
        sqlalchemy.event.listen(engine, "connect", _without_waiting_for_the_disk)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine


def _without_waiting_for_the_disk(connection: sqlalchemy.engine.interfaces.DBAPIConnection, _: object) -> None:
    connection.cursor().execute("PRAGMA synchronous = NORMAL")
