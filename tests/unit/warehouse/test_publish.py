"""Publication: all or nothing, in one step, undisturbed readers, and only a finished, checked build."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import SHIPPED_DEFINITIONS
from pipelines.sources.definition_files import DefinitionError, load_definitions
from pipelines.warehouse import side_file
from pipelines.warehouse.build_log import begin_build, record_build
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.publish import NotFitForPublication, publish_warehouse
from pipelines.warehouse.sql_models import made_from

NOTE = "SYNTHETIC SAMPLE, not real figures. "
PUBLISHED = {name for name, table in ALL_TABLES.items() if table.is_published}


def build_order() -> list[str]:
    """Every table after those it is made from: raw ones after the captures, models and estimates after their inputs."""
    inputs = {
        name: {"raw.captures"} - {name} if table.schema == "raw" else set(made_from(name))
        for name, table in ALL_TABLES.items()
    }
    return list(TopologicalSorter(inputs).static_order())


class Warehouse:
    """A working database of empty tables, whose reference.ownerships says which run it is of."""

    def __init__(self, folder: Path) -> None:
        self.working = folder / "working.duckdb"
        self.published = folder / "sectors.duckdb"
        self.folder = folder

    def build(self) -> None:
        with open_database(self.working) as connection:
            begin_build(connection, list(ALL_TABLES))
            for table in ALL_TABLES.values():
                if not table.is_view:
                    connection.execute(table.create_statement())
            rows = [("private", "first", "5", code) for code in ("9", "1", "5")]
            connection.executemany("INSERT INTO reference.ownerships VALUES (?, ?, ?, ?)", rows)
            record_build(connection, dict.fromkeys(build_order(), True))

    def run_again(self) -> None:
        with open_database(self.working) as connection:
            connection.execute("UPDATE reference.ownerships SET ownership_name = 'second'")

    def publish(self, note: str = "") -> None:
        publish_warehouse(self.working, self.published, note)

    def runs(self) -> list[str]:
        """The runs whose rows are in the published file."""
        with open_database(self.published, read_only=True) as connection:
            rows = connection.execute("SELECT DISTINCT ownership_name FROM reference.ownerships").fetchall()
        return [run for (run,) in rows]

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built and published once, copied for each test."""
    folder = tmp_path_factory.mktemp("publish")
    made = Warehouse(folder)
    made.build()
    made.publish(NOTE)
    return folder


@pytest.fixture
def warehouse(tmp_path: Path, shared_folder: Path) -> Warehouse:
    """A finished build that was never published."""
    shutil.copy(shared_folder / "working.duckdb", tmp_path)
    return Warehouse(tmp_path)


@pytest.fixture
def published(warehouse: Warehouse, shared_folder: Path) -> Warehouse:
    """A warehouse that was published once and built anew since."""
    shutil.copy(shared_folder / "sectors.duckdb", warehouse.folder)
    warehouse.run_again()
    return warehouse


# What is published


def test_public_tables_are_there_and_nothing_else(warehouse: Warehouse) -> None:
    tables = publish_warehouse(warehouse.working, warehouse.published, NOTE)
    assert {table.name for table in tables} == PUBLISHED
    with open_database(warehouse.published, read_only=True) as connection:
        found = connection.execute("SELECT table_schema || '.' || table_name FROM information_schema.tables").fetchall()
        assert {name for (name,) in found} == PUBLISHED
    assert len(ALL_TABLES) > len(PUBLISHED)


def test_tables_are_the_contracts_with_comments_that_say_synthetic(shared_folder: Path) -> None:
    name = "schema_name || '.' || table_name"
    with open_database(shared_folder / "sectors.duckdb", read_only=True) as connection:
        comments = dict(connection.execute(f"SELECT {name}, comment FROM duckdb_tables()").fetchall())
        columns = connection.execute(
            f"SELECT {name}, column_name, data_type, is_nullable, comment FROM duckdb_columns()"
            " WHERE NOT internal ORDER BY column_index"
        ).fetchall()
    assert comments == {name: NOTE + ALL_TABLES[name].description for name in PUBLISHED}
    for name in PUBLISHED:
        assert [row[1:] for row in columns if row[0] == name] == [
            (column.name, column.type, column.is_nullable, column.meaning) for column in ALL_TABLES[name].columns
        ]


def test_rows_are_in_the_order_of_the_key(shared_folder: Path) -> None:
    with open_database(shared_folder / "sectors.duckdb", read_only=True) as connection:
        rows = connection.execute("SELECT part_own_code FROM reference.ownerships ORDER BY rowid").fetchall()
    assert rows == [("1",), ("5",), ("9",)]


def test_the_published_file_stands_alone(warehouse: Warehouse) -> None:
    warehouse.publish()
    assert warehouse.files() == {"working.duckdb", "sectors.duckdb"}
    warehouse.working.unlink()
    assert warehouse.runs() == ["first"]


def test_a_folder_with_a_quote_in_its_name_is_no_obstacle(tmp_path: Path, shared_folder: Path) -> None:
    quoted = Warehouse(shutil.copytree(shared_folder, tmp_path / "it's"))
    quoted.published.unlink()
    quoted.publish()
    assert quoted.runs() == ["first"]


# The swap

READ_TWICE = """
import sys, duckdb
query = "SELECT DISTINCT ownership_name FROM reference.ownerships"
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(connection.sql(query).fetchall(), flush=True)
    sys.stdin.readline()
    print(connection.sql(query).fetchall(), connection.sql("SELECT count(*) FROM marts.sector_measures").fetchall())
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(connection.sql(query).fetchall())
"""


@pytest.fixture
def reader(published: Warehouse) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", READ_TWICE, str(published.published)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_a_reader_in_another_process_keeps_the_old_file_until_it_closes(
    published: Warehouse, reader: subprocess.Popen[str]
) -> None:
    assert reader.stdout is not None
    assert reader.stdout.readline() == "[('first',)]\n"
    published.publish()
    assert published.runs() == ["second"]
    told, errors = reader.communicate("\n")
    assert errors == ""
    assert told.splitlines() == ["[('first',)] [(0,)]", "[('second',)]"]


@pytest.mark.parametrize("stage", ["copying", "commenting", "flushing", "swapping"])
def test_a_run_that_stops_before_the_swap_leaves_the_old_warehouse(
    published: Warehouse, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    target = {"copying": (side_file.SideFile, "_write"), "commenting": (side_file, "comment_table"),
              "flushing": (os, "fsync"), "swapping": (Path, "replace")}  # fmt: skip
    before = published.published.read_bytes()
    with monkeypatch.context() as patch:
        module, name = target[stage]
        patch.setattr(module, name, stop)
        with pytest.raises(KeyboardInterrupt):
            published.publish()
    assert published.published.read_bytes() == before
    assert published.runs() == ["first"]
    published.publish()
    assert published.runs() == ["second"]
    assert published.files() == {"working.duckdb", "sectors.duckdb"}


def test_a_table_that_cannot_be_copied_leaves_the_old_warehouse(published: Warehouse) -> None:
    with open_database(published.working) as connection:
        connection.execute("DROP TABLE marts.share_of_wages")
    with pytest.raises(duckdb.CatalogException, match="share_of_wages"):
        published.publish()
    assert published.runs() == ["first"]


def test_leftovers_of_a_killed_run_are_removed(published: Warehouse) -> None:
    for leftover in ("sectors.duckdb.new", "sectors.duckdb.new.wal"):
        (published.folder / leftover).write_bytes(b"half a database")
    published.publish()
    assert published.runs() == ["second"]
    assert published.files() == {"working.duckdb", "sectors.duckdb"}


KILLED_WRITER = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE reference.mine AS SELECT 1 AS a")
os._exit(9)
"""


def test_what_a_killed_writer_left_beside_the_old_file_does_not_spoil_the_new_one(published: Warehouse) -> None:
    subprocess.run([sys.executable, "-c", KILLED_WRITER, str(published.published)], check=False)
    assert "sectors.duckdb.wal" in published.files()
    published.publish()
    assert published.runs() == ["second"]
    assert published.files() == {"working.duckdb", "sectors.duckdb"}


def test_a_first_publication_needs_no_old_file_and_a_missing_build_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"working\.duckdb: no such database yet"):
        Warehouse(tmp_path).publish()
    assert list(tmp_path.iterdir()) == []


# Only what is fit


def test_a_table_that_failed_its_checks_is_named_and_nothing_changes(published: Warehouse) -> None:
    with open_database(published.working) as connection:
        connection.execute("UPDATE build_log SET passed = false WHERE table_name = 'marts.share_of_wages'")
    with pytest.raises(NotFitForPublication, match=r"nothing was published: marts\.share_of_wages failed its checks"):
        published.publish()
    assert published.runs() == ["first"]


def test_a_build_that_did_not_end_is_named_and_nothing_changes(published: Warehouse) -> None:
    with open_database(published.working) as connection:
        begin_build(connection, ["core.qcew_cells"])
    with pytest.raises(NotFitForPublication, match=r"core\.qcew_cells was not built to its end"):
        published.publish()
    assert published.runs() == ["first"]


def test_tables_older_than_what_they_are_made_from_are_named(published: Warehouse) -> None:
    with open_database(published.working) as connection:
        begin_build(connection, ["marts.sector_measures"])
        record_build(connection, {"marts.sector_measures": True})
    with pytest.raises(NotFitForPublication, match=r"marts\.sector_pay is older than marts\.sector_measures"):
        published.publish()
    assert published.runs() == ["first"]


def test_views_that_are_not_published_count_as_parts_of_the_build(published: Warehouse) -> None:
    with open_database(published.working) as connection:
        begin_build(connection, ["core.industry_identities"])
    with pytest.raises(NotFitForPublication, match=r"core\.industry_identities was not built to its end"):
        published.publish()


class TestRevisionsBeyondTheEnvelope:
    """A newer file moved Oregon's private jobs by 2 % and its wages by 0.2 %, both more than is usual."""

    FILE = "5e" * 32

    @pytest.fixture
    def revised(self, published: Warehouse) -> Warehouse:
        row = "'cell', 'bls', '41000', '5', 'private', '10', '2025-Q1', 2025, 1"
        files = f"2, true, ['0d'], ['{self.FILE}'], '2025-09-09T14:00:00', '2026-06-02T14:00:00'"
        with open_database(published.working) as connection:
            connection.execute("INSERT INTO reference.areas VALUES ('41000', 'Oregon -- Statewide', 'state', '41')")
            connection.execute(
                "INSERT INTO raw.captures (vintage_order, capture_sha256, source, address, file_name, container, bytes,"
                " retrieved_at, published_at, last_seen_at, periods, areas) VALUES (2, ?, 'bls',"
                " 'https://example.org/41000.csv', '41000.csv', 'csv', 1, '', '', '', '', '')",
                [self.FILE],
            )
            for measure, before, after in (("employment", 1_000_000, 1_020_000), ("wages", 5_000_000, 4_990_000)):
                connection.execute(
                    "INSERT INTO marts.revisions (kind, source, place, own_code, ownership, subject, period, year,"
                    " quarter, vintage_number, is_in_force, captures_before, captures_after, published_at_before,"
                    " published_at_after, measure, before, after, change, relative_change, how, is_beyond_envelope,"
                    f" data_origin) SELECT {row}, {files}, ?, b, a, a - b, (a - b) / b, 'changed', true, 'BLS'"
                    " FROM (SELECT ?::DOUBLE AS b, ?::DOUBLE AS a)",
                    [measure, before, after],
                )
        return published

    def test_what_nobody_reviewed_is_not_published(self, revised: Warehouse) -> None:
        with pytest.raises(NotFitForPublication) as refused:
            revised.publish()
        told = str(refused.value)
        assert told.startswith("nothing was published: a newer file moves the totals of a state by more than is usual")
        assert (
            f"""
Oregon, 2025-Q1, published 2026-06-02 in place of 2025-09-09
  private employment: +2.000 % (1,000,000 before, 1,020,000 now)
  private wages: -0.200 % (5,000,000 before, 4,990,000 now)
  file: https://example.org/41000.csv
  SHA-256: {self.FILE}
"""
            in told
        )
        assert told.endswith(f"""
  - state: "41"
    period: 2025-Q1
    capture_sha256: "{self.FILE}"
    reviewed_by: <your role or name, no e-mail address>
    reviewed_on: <the day, such as 2026-09-02>
    reason: <why the newer figures are right>""")
        assert revised.runs() == ["first"], "the last published warehouse is as it was"

    def test_the_lines_it_prints_become_a_review(self, revised: Warehouse, tmp_path: Path) -> None:
        with pytest.raises(NotFitForPublication) as refused:
            revised.publish()
        entry = str(refused.value).split("and review both.\n")[1]
        own = tmp_path / "own"
        own.mkdir()
        file = Path(shutil.copy(SHIPPED_DEFINITIONS / "reviewed_revisions.yaml", own))
        shipped = file.read_text("utf-8")
        file.write_text(shipped + entry + "\n", "utf-8")
        with pytest.raises(DefinitionError, match="reviewed_by"):
            load_definitions(own, SHIPPED_DEFINITIONS)
        for left_open in re.findall("<.*>", entry):
            entry = entry.replace(left_open, "2026-09-02" if "day" in left_open else "data steward")
        file.write_text(shipped + entry + "\n", "utf-8")
        (review,) = load_definitions(own, SHIPPED_DEFINITIONS).reviewed_revisions
        assert (review.state_fips, review.period, review.capture_sha256) == ("41", "2025-Q1", self.FILE)

    def test_what_was_reviewed_is_published(self, revised: Warehouse) -> None:
        with open_database(revised.working) as connection:
            connection.execute("UPDATE marts.revisions SET reviewed_by = 'data steward'")
        revised.publish()
        assert revised.runs() == ["second"]

    def test_what_was_not_is_not_published_with_the_file_that_follows_it(self, revised: Warehouse) -> None:
        with open_database(revised.working) as connection:
            connection.execute("UPDATE marts.revisions SET is_in_force = false")
        with pytest.raises(NotFitForPublication):
            revised.publish()
