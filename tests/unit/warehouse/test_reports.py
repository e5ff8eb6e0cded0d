"""Reports are read from the database that is there, or say that it is of another version."""

from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse.reports import AnotherVersion, read_report


def test_a_database_of_another_version_is_said_to_be_one(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "old.duckdb") as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute("CREATE TABLE marts.sector_measures (region VARCHAR)")
        with pytest.raises(AnotherVersion, match=r"run again \(.*Error"):
            read_report(connection, "result_table")


def test_a_report_that_there_is_not_is_named(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "new.duckdb") as connection, pytest.raises(FileNotFoundError, match="nothing"):
        read_report(connection, "nothing")
