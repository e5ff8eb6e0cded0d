"""Files of open data, read back by others than wrote them: what comes back is what the warehouse holds."""

import csv
import gzip
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from small_warehouse import fill

from pipelines.warehouse import open_data
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.open_data import open_tables, write_csv, write_parquet

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "'quoted",
    "''=twice",
)
HARMLESS = (
    "</script><script>alert(1)</script>",
    'He said "no", twice',
    "two\r\nlines, one cell",
    "\u202eright to left",
    " =after a space",
    "NULL",
    "Žluťoučký kůň – 90 %",
    "x" * 10_000,
)
FLOATS = (0.0, -0.0, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, -1234.5, 46_712.0, 2.0**53 + 2, 1 / 3)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def test_marts_definitions_and_input_files_are_open_and_no_cells() -> None:
    names = {table.name for table in open_tables()}
    assert {name for name in ALL_TABLES if name.startswith("marts.")} <= names
    assert {"reference.sectors", "reference.regions", "raw.captures"} <= names
    assert all(ALL_TABLES[name].is_published for name in names)
    assert {name.partition(".")[0] for name in names - {"raw.captures"}} == {"marts", "reference"}


def test_csv_is_as_the_standard_says(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    weights = ({"criterion": 'b "x", y', "weight": 0.25}, {"criterion": "a", "weight": 1e20})
    written = write_csv(connection, fill(connection, "reference.screening_weights", *weights), tmp_path / "w.csv")
    assert written.path.read_bytes() == b'criterion,weight\r\na,1e+20\r\n"b ""x"", y",0.25\r\n'
    assert written.guarded_texts == 0


def test_null_zero_and_empty_text_are_three_things(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [{"capture_sha256": "a", "bytes": 0, "etag": None}, {"capture_sha256": "b", "bytes": 5, "etag": ""}]
    table = fill(connection, "raw.captures", *rows)
    path = write_csv(connection, table, tmp_path / "c.csv").path
    first, second = path.read_bytes().decode().split("\r\n")[1:3]
    assert first.endswith(",,")
    assert second.endswith(',"",')
    assert [row["bytes"] for row in cells(path)] == ["0", "5"]
    write_parquet(connection, table, tmp_path / "c.parquet")
    assert pl.read_parquet(tmp_path / "c.parquet").select("bytes", "etag").rows() == [(0, None), (5, "")]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_spreadsheet_sees_no_formula(connection: duckdb.DuckDBPyConnection, tmp_path: Path, text: str) -> None:
    table = fill(connection, "raw.captures", {"file_name": text})
    written = write_csv(connection, table, tmp_path / "c.csv")
    (row,) = cells(written.path)
    assert row["file_name"] == f"'{text}"
    assert row["file_name"].removeprefix("'") == text
    assert written.guarded_texts == 1
    write_parquet(connection, table, tmp_path / "c.parquet")
    assert pl.read_parquet(tmp_path / "c.parquet")["file_name"].to_list() == [text]


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_text_is_itself(connection: duckdb.DuckDBPyConnection, tmp_path: Path, text: str) -> None:
    written = write_csv(connection, fill(connection, "raw.captures", {"file_name": text}), tmp_path / "c.csv")
    assert [row["file_name"] for row in cells(written.path)] == [text]
    assert written.guarded_texts == 0


def test_numbers_come_back_bit_for_bit(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [{"region": f"{place:02}", "known": value} for place, value in enumerate(FLOATS)]
    table = fill(connection, "marts.sector_measures", *rows, {"region": "99", "hidden_cells": 2**63 - 1})
    *numbers, whole = cells(write_csv(connection, table, tmp_path / "m.csv").path)
    assert [bits(float(row["known"])) for row in numbers] == [bits(value) for value in FLOATS]
    assert whole["hidden_cells"] == "9223372036854775807"
    write_parquet(connection, table, tmp_path / "m.parquet")
    found = pl.read_parquet(tmp_path / "m.parquet")["known"].to_list()
    assert [bits(value) for value in found[:-1]] == [bits(value) for value in FLOATS]
    assert found[-1] is None


def test_duckdb_reads_the_csv_as_the_table_it_was(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [{"region": "a", "known": None}, {"region": "b", "known": -0.5}, {"region": "", "known": 0.0}]
    table = fill(connection, "marts.sector_measures", *rows)
    path = write_csv(connection, table, tmp_path / "m.csv").path
    types: Any = {column.name: column.type for column in table.columns}
    found = connection.read_csv(str(path), header=True, dtype=types, na_values="", allow_quoted_nulls=False)
    assert found.order("region").fetchall() == connection.table(table.name).order("region").fetchall()


def test_lists_are_json(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    name, column = next((t.name, c.name) for t in ALL_TABLES.values() for c in t.columns if c.type == "VARCHAR[]")
    values = ['say "a", b', "=1", ""]
    path = write_csv(connection, fill(connection, name, {column: values}), tmp_path / "l.csv").path
    assert [json.loads(row[column]) for row in cells(path)] == [values]


def test_what_no_sheet_holds_is_packed(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = fill(connection, "reference.screening_weights", {"criterion": "a"}, {"criterion": "b"})
    plain = write_csv(connection, table, tmp_path / "w.csv").path.read_bytes()
    monkeypatch.setattr(open_data, "ROWS_OF_A_SHEET", 1)
    first, again = (write_csv(connection, table, tmp_path / name).path for name in ("w.csv", "v.csv"))
    assert first.name == "w.csv.gz"
    assert gzip.decompress(first.read_bytes()) == plain
    assert again.read_bytes() == first.read_bytes()


def test_parquet_says_what_the_contract_says(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    table = fill(connection, "marts.sector_measures", {"region": "b"}, {"region": "a", "known": 1.0})
    said = {"data_origin": "SYNTHETIC SAMPLE"}
    assert write_parquet(connection, table, tmp_path / "m.parquet", said) == 2
    schema = pq.read_schema(tmp_path / "m.parquet")
    assert schema.names == [column.name for column in table.columns]
    assert [field.nullable for field in schema] == [column.is_nullable for column in table.columns]
    assert [field.metadata[b"description"].decode() for field in schema] == [one.meaning for one in table.columns]
    assert schema.metadata[b"data_origin"] == b"SYNTHETIC SAMPLE"
    assert schema.metadata[b"description"].decode() == table.description
    types = connection.read_parquet(str(tmp_path / "m.parquet")).types
    assert [str(kind) for kind in types] == [column.type for column in table.columns]
    assert pq.read_metadata(tmp_path / "m.parquet").row_group(0).column(0).compression == "ZSTD"
    assert pl.read_parquet(tmp_path / "m.parquet")["region"].to_list() == ["a", "b"]


def test_the_same_rows_give_the_same_bytes(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [{"region": f"{place:05}", "known": place / 7} for place in range(300)]
    for name, order in (("one", rows), ("other", rows[::-1])):
        table = fill(connection, "marts.sector_measures", *order)
        write_parquet(connection, table, tmp_path / f"{name}.parquet")
        write_csv(connection, table, tmp_path / f"{name}.csv")
    for kind in ("parquet", "csv"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"other.{kind}").read_bytes()
