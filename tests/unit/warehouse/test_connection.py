"""One handle at a time, closed at the end, and a message for the person who must wait."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse.connection import LAYERS, keep_open, open_database

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reader")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_database(tmp_path / "x.duckdb") as connection:
        connection.execute("CREATE TABLE core.t AS SELECT 1 AS a")
    return tmp_path / "x.duckdb"


@pytest.fixture
def holder(path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Another process that has the database open, as reader or writer."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), request.param],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield request.param
    process.communicate("")


def test_a_new_database_has_the_schema_of_each_layer_and_its_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "x.duckdb"
    with open_database(path) as connection:
        schemas = {name for (name,) in connection.execute("SELECT schema_name FROM duckdb_schemas()").fetchall()}
    assert schemas >= set(LAYERS)
    assert path.exists()


def test_opening_again_keeps_what_is_there(path: Path) -> None:
    with open_database(path) as connection:
        assert connection.execute("FROM core.t").fetchall() == [(1,)]


def test_a_reader_cannot_write(path: Path) -> None:
    with (
        open_database(path, read_only=True) as connection,
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
    ):
        connection.execute("INSERT INTO core.t VALUES (2)")


@pytest.mark.parametrize("read_only", [False, True])
def test_the_connection_is_closed_even_after_an_error(path: Path, read_only: bool) -> None:
    with pytest.raises(ZeroDivisionError), open_database(path, read_only=read_only) as connection:
        raise ZeroDivisionError
    with pytest.raises(duckdb.ConnectionException, match="closed"):
        connection.execute("SELECT 1")
    assert not path.with_name("x.duckdb.wal").exists()


@pytest.mark.parametrize("holder", ["writer"], indirect=True)
@pytest.mark.parametrize("read_only", [False, True])
def test_a_database_that_another_process_writes_is_named_as_in_use(path: Path, holder: str, read_only: bool) -> None:
    with pytest.raises(duckdb.IOException) as error, open_database(path, read_only=read_only):
        pass
    assert str(error.value).endswith(f"{path} is in use: another run is building it; wait for it to end")


@pytest.mark.parametrize("holder", ["reader"], indirect=True)
def test_readers_do_not_disturb_one_another(path: Path, holder: str) -> None:
    with open_database(path, read_only=True) as connection:
        assert connection.execute("FROM core.t").fetchall() == [(1,)]


def test_a_missing_database_is_not_made_for_a_reader(tmp_path: Path) -> None:
    with (
        pytest.raises(FileNotFoundError, match=r"x\.duckdb: no such database yet"),
        open_database(tmp_path / "x.duckdb", read_only=True),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_no_database_is_told_as_such_and_left_alone(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "x.duckdb"
    path.write_bytes(b"this is a text, long enough to be read as the header of a database" * 100)
    with pytest.raises(duckdb.IOException, match="not a valid DuckDB"), open_database(path, read_only=read_only):
        pass
    assert path.read_bytes().startswith(b"this is a text")


def test_a_database_kept_open_is_this_processs_until_the_end(path: Path) -> None:
    with keep_open(path):
        with open_database(path) as connection:
            connection.execute("INSERT INTO core.t VALUES (2)")
        refused = subprocess.run(
            [sys.executable, "-c", HOLD, str(path), "reader"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert b"lock" in refused.stderr
        with open_database(path, read_only=True) as connection:
            assert connection.execute("FROM core.t").fetchall() == [(1,), (2,)]
        with pytest.raises(duckdb.ConnectionException, match="closed"):
            connection.execute("SELECT 1")
    assert not path.with_name("x.duckdb.wal").exists()
    with duckdb.connect(path, read_only=True) as reader:
        assert reader.execute("FROM core.t").fetchall() == [(1,), (2,)]


def test_what_is_kept_open_is_opened_when_it_is_needed(tmp_path: Path) -> None:
    with keep_open(tmp_path / "x.duckdb"):
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(FileNotFoundError), open_database(tmp_path / "x.duckdb", read_only=True):
            pass
    assert list(tmp_path.iterdir()) == []
