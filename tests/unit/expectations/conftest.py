"""A small DuckDB file in which each kind of expectation has something to find."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.data_docs import DataDocs

CELLS = """
    CREATE SCHEMA core;
    CREATE TABLE core.cells (
        area_fips VARCHAR, own_code VARCHAR, "year" SMALLINT, quarter TINYINT,
        establishments BIGINT, wages_usd BIGINT, share DOUBLE, title VARCHAR
    );
    INSERT INTO core.cells VALUES
        ('41051', '5', 2016, 1, 10, 1000, 0.5, 'plain'),
        ('41051', '5', 2016, 2, 11, 1100, 1.0, 'plain'),
        ('41067', '5', 2016, 1, 12, 1200, 0.0, 'a <b>bold</b> title'),
        ('41067', '9', 2016, 5, 13, 7, 1.5, 'plain'),
        (NULL, '5', 2016, 1, 14, NULL, NULL, NULL),
        (NULL, '5', 2016, 1, 15, 1500, 'nan', 'plain');
    CREATE TABLE core.empty (a BIGINT, b BIGINT, c VARCHAR);
    CREATE VIEW core.view_of_cells AS SELECT * FROM core.cells;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file, closed."""
    path = tmp_path / "build.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(CELLS)
    return path


@pytest.fixture
def database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file, open to write, as in a run."""
    with duckdb.connect(path) as connection:
        yield connection


@pytest.fixture
def docs(tmp_path: Path) -> DataDocs:
    return DataDocs(tmp_path / "data_docs", "Target sectors", "SYNTHETIC SAMPLE")
