"""What is built again, and what is said of a header that is wrong; on small tables."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.incremental import build_where_changed, tables_by_year
from pipelines.warehouse.sql_models import SqlModel, load_model

SHARES, MEASURES = ALL_TABLES["marts.share_of_wages"], ALL_TABLES["marts.sector_measures"]
MODEL = load_model("marts.share_of_wages")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with an empty marts.sector_measures."""
    with open_database(tmp_path / "working.duckdb") as opened:
        opened.execute(MEASURES.create_statement())
        yield opened


def put(connection: duckdb.DuckDBPyConnection, year: int, known: int) -> None:
    """A row of wages in a year; whatever the contract needs beside it."""
    columns = {column.name: column for column in MEASURES.columns}
    filled = {name: _filler(column.type) for name, column in columns.items() if not column.is_nullable}
    row = filled | {"year": year, "period": str(year), "quarter": 0, "measure": "wages", "known": known}
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {MEASURES.name} ({names}) VALUES ({marks})", list(row.values()))


def _filler(kind: str) -> object:
    return "x" if kind == "VARCHAR" else False if kind == "BOOLEAN" else 1


def numbered(connection: duckdb.DuckDBPyConnection) -> SqlModel:
    """The model, with the number of its run in `hidden_cells`: it shows which rows a run made."""
    connection.execute("CREATE SEQUENCE IF NOT EXISTS main.run_number")
    working = connection.execute("SELECT current_database()").fetchall()[0][0]
    sql = MODEL.sql.replace(" hidden_cells,", f" nextval('{working}.main.run_number') AS hidden_cells,")
    assert sql != MODEL.sql
    return replace(MODEL, sql=sql)


def built(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, int]]:
    rows = connection.execute(f"SELECT year, wages_usd, hidden_cells FROM {SHARES.name} ORDER BY year").fetchall()
    return {year: (wages, number) for year, wages, number in rows}


def test_a_table_of_nothing_is_built_all_the_same(connection: duckdb.DuckDBPyConnection) -> None:
    for _ in range(2):
        assert build_where_changed(connection, SHARES, MODEL) == 0
    put(connection, 2023, 10)
    assert build_where_changed(connection, SHARES, MODEL) == 1


def test_only_years_that_changed_are_built_again(connection: duckdb.DuckDBPyConnection) -> None:
    model = numbered(connection)
    put(connection, 2023, 10)
    put(connection, 2024, 20)
    build_where_changed(connection, SHARES, model)
    first = built(connection)
    build_where_changed(connection, SHARES, model)
    assert built(connection) == first
    connection.execute(f"UPDATE {MEASURES.name} SET known = 21 WHERE year = 2024")
    put(connection, 2025, 30)
    build_where_changed(connection, SHARES, model)
    second = built(connection)
    assert second[2023] == first[2023]
    assert {year: wages for year, (wages, _) in second.items()} == {2023: 10, 2024: 21, 2025: 30}
    assert second[2024][1] > first[2024][1]
    connection.execute(f"DELETE FROM {MEASURES.name} WHERE year = 2023")
    build_where_changed(connection, SHARES, model)
    assert built(connection) == {year: second[year] for year in (2024, 2025)}


def test_another_model_or_contract_builds_everything(connection: duckdb.DuckDBPyConnection) -> None:
    put(connection, 2023, 10)
    put(connection, 2024, 20)
    build_where_changed(connection, SHARES, MODEL)
    doubled = replace(MODEL, sql=MODEL.sql.replace("known::BIGINT AS wages_usd", "2 * known::BIGINT AS wages_usd"))
    build_where_changed(connection, SHARES, doubled)
    assert {year: wages for year, (wages, _) in built(connection).items()} == {2023: 20, 2024: 40}


def test_what_fails_leaves_the_table_as_it_was_to_be_built_again(connection: duckdb.DuckDBPyConnection) -> None:
    put(connection, 2023, 10)
    put(connection, 2024, 20)
    build_where_changed(connection, SHARES, MODEL)
    before = built(connection)
    put(connection, 2025, 10**30)
    with pytest.raises(duckdb.ConversionException, match=r"share_of_wages\.sql"):
        build_where_changed(connection, SHARES, MODEL)
    assert built(connection) == before
    connection.execute(f"UPDATE {MEASURES.name} SET known = 30 WHERE year = 2025")
    build_where_changed(connection, SHARES, MODEL)
    assert built(connection) == before | {2025: (30, 1)}


@pytest.mark.parametrize("names", ["marts.sector_pay", "core.industry_groups", "no.such_table"])
def test_a_header_names_tables_with_years_that_the_model_reads(names: str) -> None:
    model = replace(MODEL, sql=MODEL.sql.replace("By year: marts.sector_measures", f"By year: {names}"))
    with pytest.raises(ValueError, match=f"share_of_wages.sql: By year: {names}: expected tables with years"):
        tables_by_year(model)
