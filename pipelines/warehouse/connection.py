"""Opens DuckDB files, one handle at a time, or one that is kept for a whole run.

Belongs here: connecting, and the schemas every database has. Not here: what is put in them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

NO_SPACE = ("No space left on device", "Disk quota exceeded", "File too large")
"""How systems say that a disk, or what is allowed of it, is full."""
LAYERS = ("raw", "reference", "core", "estimates", "marts")
_KEPT: dict[Path, duckdb.DuckDBPyConnection | None] = {}


@contextmanager
def keep_open(path: Path) -> Iterator[None]:
    """From its first opening on to the end of this context the database stays open to write, here and nowhere else.

    Opening it again costs nothing then; opening and closing a file by itself waits for the disk.
    """
    _KEPT[path] = None
    try:
        yield
    finally:
        if connection := _KEPT.pop(path):
            connection.close()


@contextmanager
def open_database(path: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that is closed at the end; a database that is written gets the schema of each layer.

    Raises FileNotFoundError for a missing database that is only to be read, and duckdb.IOException, naming what to
    do, where another process is writing the same file, or the disk is full.
    """
    if read_only and not path.exists():
        raise FileNotFoundError(f"{path}: no such database yet; run the whole job first")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = _connect(path, read_only)
    except duckdb.IOException as error:
        if "lock" in str(error):
            raise duckdb.IOException(f"{path} is in use: another run is building it; wait for it to end") from error
        raise
    try:
        with naming_full_disk(path):
            connection.execute("SET enable_progress_bar = false")
            if not read_only:
                for layer in LAYERS:
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}")
            yield connection
    finally:
        connection.close()


@contextmanager
def naming_full_disk(path: Path) -> Iterator[None]:
    """Where a disk is full, the error says for which file, and what to do."""
    try:
        yield
    except duckdb.Error as error:
        if any(words in str(error) for words in NO_SPACE):
            reason = f"no space left for {path}; make some and run again. The published warehouse is as it was"
            raise duckdb.IOException(reason) from error
        raise


def _connect(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    if path not in _KEPT:
        return duckdb.connect(path, read_only=read_only)
    kept = _KEPT[path] = _KEPT[path] or duckdb.connect(path)
    return kept.cursor()
