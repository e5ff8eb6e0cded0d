"""What a table holds is told apart bit for bit, and only by what it holds."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from small_warehouse import fill

from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.table_content import content_hash, differences, portable

WEIGHTS = ALL_TABLES["reference.screening_weights"]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def hash_of(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    return content_hash(connection.sql(query))


def test_the_hash_is_what_anybody_can_compute(connection: duckdb.DuckDBPyConnection) -> None:
    rows = (
        "SELECT * FROM (VALUES ('ä \"b\"', 0.1::DOUBLE, NULL), ('z', 2::DOUBLE, ['p', NULL])) AS t(name, size, parts)"
    )
    texts = [['ä "b"', "0.1", None], ["z", "2.0", '["p",null]']]
    hashes = sorted(hashlib.sha256(compact(row).encode()).hexdigest() for row in texts)
    expected = hashlib.sha256((compact(["name", "size", "parts"]) + "".join(hashes)).encode()).hexdigest()
    assert hash_of(connection, rows) == expected


def compact(values: list[str | None] | list[str]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def test_rows_count_not_their_order_nor_their_file(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = connection.sql("SELECT i, i / 7 AS share, [i::VARCHAR] AS parts FROM range(10_000) AS t(i)")
    rows.order("share DESC").write_parquet(str(tmp_path / "rows.parquet"), row_group_size=2_048)
    assert content_hash(connection.read_parquet(str(tmp_path / "rows.parquet"))) == content_hash(rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NULL::VARCHAR", "'NULL'"),
        ("NULL::VARCHAR", "''"),
        ("NULL::DOUBLE", "0::DOUBLE"),
        ("0::DOUBLE", "-0.0::DOUBLE"),
        ("0.3::DOUBLE", "0.1::DOUBLE + 0.2::DOUBLE"),
        ("['a, b']", "['a', 'b']"),
        ("['']", "[]::VARCHAR[]"),
        ("1, 11", "11, 1"),
    ],
)  # fmt: skip
def test_values_that_differ_at_all_have_another_hash(
    connection: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    assert hash_of(connection, f"VALUES ({one})") != hash_of(connection, f"VALUES ({other})")


def test_names_of_columns_count_and_are_only_names(connection: duckdb.DuckDBPyConnection) -> None:
    names = ("one", "other", "it''s", '"; DROP TABLE t; --')
    quoted = (name.replace('"', '""') for name in names)
    assert len({hash_of(connection, f'SELECT 1 AS "{name}"') for name in quoted}) == len(names)


def test_a_row_more_or_twice_is_another_table(connection: duckdb.DuckDBPyConnection) -> None:
    hashes = {hash_of(connection, f"SELECT 1 AS a FROM range({rows})") for rows in (0, 1, 2)}
    assert len(hashes) == 3


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/data/of ann/2016.zip", "2016.zip"),
        ("C:\\data\\2016.zip", "2016.zip"),
        ("\\\\server\\share\\2016.zip", "2016.zip"),
        ("https://data.bls.gov/cew/2016.zip", "https://data.bls.gov/cew/2016.zip"),
        ("synthetic sample, seed 1, made by x: a/b.zip", "synthetic sample, seed 1, made by x: a/b.zip"),
    ],
)
def test_paths_of_a_machine_stay_on_it(connection: duckdb.DuckDBPyConnection, address: str, shown: str) -> None:
    captures = fill(connection, "raw.captures", {"address": address})
    assert portable(connection, captures).project("address").fetchall() == [(shown,)]


def test_rows_come_by_key_with_the_contracts_columns(connection: duckdb.DuckDBPyConnection) -> None:
    fill(connection, WEIGHTS.name, {"criterion": "size"}, {"criterion": "growth"}, {"criterion": "Ärger"})
    rows = portable(connection, WEIGHTS)
    assert rows.columns == [column.name for column in WEIGHTS.columns]
    assert [name for name, _ in rows.fetchall()] == ["growth", "size", "Ärger"]


# Differences


def compared(connection: duckdb.DuckDBPyConnection, before: str, now: str) -> list[str]:
    columns = "AS t(criterion, weight)"
    relations = (connection.sql(f"SELECT * FROM (VALUES {rows}) {columns}") for rows in (before, now))
    return list(differences(WEIGHTS, *relations))


def test_equal_tables_have_no_differences(connection: duckdb.DuckDBPyConnection) -> None:
    assert compared(connection, "('a', 0.1::DOUBLE), ('b', NULL)", "('b', NULL), ('a', 0.1::DOUBLE)") == []


def test_differences_name_rows_and_columns(connection: duckdb.DuckDBPyConnection) -> None:
    before = "('a', 1::DOUBLE), ('b', 0.3::DOUBLE), ('c', NULL), ('d', 4)"
    now = "('a', 1::DOUBLE), ('b', 0.1::DOUBLE + 0.2::DOUBLE), ('c', 0), ('e', 5)"
    assert compared(connection, before, now) == [
        "rows changed: 2, missing: 1, new: 1",
        "criterion b: weight was 0.3, is 0.30000000000000004",
        "criterion c: weight was None, is 0.0",
        "criterion d: missing",
        "criterion e: new",
    ]


def test_of_many_differences_the_first_are_shown(connection: duckdb.DuckDBPyConnection) -> None:
    before, now = (
        ", ".join(f"('{place:03}', {place + more}::DOUBLE)" for place in range(200)) for more in (0, 1)
    )  # fmt: skip
    summary, *rows = compared(connection, before, now)
    assert summary == "rows changed: 200"
    assert [row.partition(":")[0] for row in rows] == [f"criterion {place:03}" for place in range(5)]


def test_other_columns_are_named(connection: duckdb.DuckDBPyConnection) -> None:
    before, now = connection.sql("SELECT 'a' AS criterion, 1 AS weight"), connection.sql("SELECT 'a' AS criterion")
    (finding,) = differences(WEIGHTS, before, now)
    assert finding == "its columns were criterion, weight; now they are criterion"
