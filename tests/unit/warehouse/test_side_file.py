"""Tables are copied while a run goes on: what is published is the last build all the same, and nothing is left over."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import sleep

import duckdb
import pytest

from pipelines.warehouse.build_log import begin_build, record_build
from pipelines.warehouse.connection import keep_open, open_database
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.side_file import copy_ahead, copying_ahead, side_file

OWNERSHIPS, CELLS = ALL_TABLES["reference.ownerships"], ALL_TABLES["core.period_cells"]
NOTE = "SYNTHETIC SAMPLE, not real figures. "


class Run:
    """A run at work: its working database, and the side file it fills."""

    def __init__(self, folder: Path) -> None:
        self.working = folder / "working.duckdb"
        self.published = folder / "sectors.duckdb"
        self.side = folder / "sectors.duckdb.new"

    def build(self, name: str, note: str = NOTE) -> None:
        """Builds reference.ownerships with one row of this name, and offers it."""
        with open_database(self.working) as connection:
            begin_build(connection, [OWNERSHIPS.name])
            connection.execute(OWNERSHIPS.create_statement())
            connection.execute(f"INSERT INTO {OWNERSHIPS.name} VALUES ('private', ?, '5', '5')", [name])
            record_build(connection, {OWNERSHIPS.name: True})
            copy_ahead(self.working, connection, [OWNERSHIPS], note)

    def publish(self, note: str = NOTE) -> tuple[str | None, str]:
        """The row's name and the table's comment in the file that publication gets."""
        with open_database(self.working, read_only=True) as connection, side_file(self.working, self.published) as side:
            side.finish(connection, [OWNERSHIPS], note)
            with duckdb.connect(side.path, read_only=True) as finished:
                row = finished.execute(
                    f"SELECT (SELECT ownership_name FROM {OWNERSHIPS.name}), comment FROM duckdb_tables()"
                ).fetchone()
        assert row is not None
        return row

    def wait_for(self, name: str) -> None:
        """Until the side file that is being filled has this row."""
        with open_database(self.working, read_only=True) as connection:
            for _ in range(1000):
                with suppress(duckdb.CatalogException, duckdb.BinderException):
                    if connection.execute(
                        f"FROM published.{OWNERSHIPS.name} WHERE ownership_name = ?", [name]
                    ).fetchone():
                        return
                sleep(0.01)
        pytest.fail(f"{name} was not copied")

    def change_by_hand(self, name: str) -> None:
        """As no build does: only a copy that is made now has it."""
        with open_database(self.working) as connection:
            connection.execute(f"UPDATE {OWNERSHIPS.name} SET ownership_name = ?", [name])

    def files(self) -> set[str]:
        return {path.name for path in self.working.parent.iterdir()} - {"working.duckdb.wal"}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path)
    with keep_open(run.working), copying_ahead(run.working, run.published):
        yield run


def test_what_was_copied_ahead_is_not_copied_again(run: Run) -> None:
    run.build("first")
    run.wait_for("first")
    run.change_by_hand("changed")
    assert run.publish() == ("first", NOTE + OWNERSHIPS.description)


def test_a_table_that_was_built_again_is_copied_again(run: Run) -> None:
    run.build("first")
    run.build("second")
    assert run.publish()[0] == "second"


def test_a_comment_says_what_publication_says(run: Run) -> None:
    run.build("first", note="")
    run.wait_for("first")
    assert run.publish(NOTE)[1] == NOTE + OWNERSHIPS.description


def test_a_run_may_publish_twice(run: Run) -> None:
    for name in ("first", "second"):
        run.build(name)
        assert run.publish()[0] == name


def test_what_a_killed_run_left_is_removed(run: Run) -> None:
    for leftover in (run.side, run.side.with_name(run.side.name + ".wal")):
        leftover.write_bytes(b"half a database")
    run.build("first")
    assert run.publish()[0] == "first"


def test_a_run_that_does_not_publish_leaves_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path)
    with keep_open(run.working), copying_ahead(run.working, run.published):
        run.build("first")
        run.wait_for("first")
        assert run.side.name in run.files()
    assert run.files() == {"working.duckdb"}


def test_a_copy_that_fails_is_told_at_publication(tmp_path: Path) -> None:
    run = Run(tmp_path)
    with keep_open(run.working), copying_ahead(run.working, run.published):
        with open_database(run.working) as connection:
            begin_build(connection, [OWNERSHIPS.name])
            copy_ahead(run.working, connection, [OWNERSHIPS], NOTE)
        with pytest.raises(duckdb.CatalogException, match="ownerships does not exist"):
            run.publish()
        with open_database(run.working) as connection:  # no new build
            connection.execute(OWNERSHIPS.create_statement())
        assert run.publish()[0] is None, "whoever tries again is not told of what has been mended"
    assert run.files() == {"working.duckdb"}


def test_tables_that_are_not_published_are_not_copied(run: Run) -> None:
    assert not CELLS.is_published
    with open_database(run.working) as connection:
        copy_ahead(run.working, connection, [CELLS], NOTE)
    assert run.files() == {"working.duckdb"}


def test_without_a_run_that_publishes_nothing_is_copied_ahead(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.build("first")
    assert run.files() == {"working.duckdb"}
    assert run.publish()[0] == "first"
    assert run.files() == {"working.duckdb"}
