"""Builds a SQL model's table only where what it is made from has changed: whole, or the years that did.

Belongs here: what a table was made from, and the choice of years. Not here: the build itself (build), or which checks
follow. A model says in its header, `-- By year: TABLE, TABLE`, which tables it reads for the same year only; of all
others, and of models that say nothing, any change is a change of everything. What is made from is told by content: a
sum of the hashes of all rows, so that a table edited by hand is found out, too.
"""

import hashlib
from collections.abc import Mapping, Sequence

import duckdb

from pipelines.warehouse.build import build_from_model, count_rows
from pipelines.warehouse.connection import LAYERS
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.sql_models import SqlModel, dependencies, load_model

Contents = Mapping[int | None, str]
"""What a table holds, by year; None is the year of a table without years."""
BY_YEAR = "By year: "
_STATE = "CREATE TABLE IF NOT EXISTS made_from (table_name VARCHAR, year SMALLINT, inputs VARCHAR, content VARCHAR)"


def build_where_changed(connection: duckdb.DuckDBPyConnection, table: Table, model: SqlModel) -> int:
    """Brings a table up to date with what its model reads; the number of rows, 0 for a view.

    Raises duckdb.Error naming the model where the SQL fails, ValueError where the model gives rows of a year that none
    of the tables it reads by year has.
    """
    if table.is_view:
        return build_from_model(connection, table, model)
    connection.execute(_STATE)
    by_year = tables_by_year(model)
    inputs = _inputs(connection, table, model, by_year)
    known = _known(connection, table)
    present = _present(connection, table, by_year) if known else {}
    stale = [year for year, made_of in inputs.items() if known.get(year) != (made_of, present.get(year, ""))]
    gone = [year for year in present if year not in inputs]
    if known and not (stale or gone):
        return count_rows(connection, table)
    connection.execute("DELETE FROM made_from WHERE table_name = ?", [table.name])
    if by_year and known and len(stale) < len(inputs):
        _rebuild_years(connection, table, model, by_year, [year for year in (*stale, *gone) if year is not None])
    else:
        build_from_model(connection, table, model)
    found = _present(connection, table, by_year)
    if strange := sorted(set(found) - set(inputs), key=str):
        raise ValueError(f"{model.path}: rows of {strange}, a year that no table it reads by year has: mend its header")
    for year, made_of in inputs.items():
        connection.execute(
            "INSERT INTO made_from VALUES (?, ?, ?, ?)", [table.name, year, made_of, found.get(year, "")]
        )
    return count_rows(connection, table)


def tables_by_year(model: SqlModel) -> tuple[str, ...]:
    """The tables that a model reads for the same year only, as its header says.

    Raises ValueError where it names one that it does not read, or that has no years.
    """
    lines = [line for line in model.description.splitlines() if line.startswith(BY_YEAR)]
    names = tuple(name.strip() for line in lines for name in line.removeprefix(BY_YEAR).split(","))
    if strange := [name for name in names if name not in dependencies(model) or not _year_of(ALL_TABLES[name])]:
        raise ValueError(
            f"{model.path}: By year: {', '.join(strange)}: expected tables with years that the model reads"
        )
    return names


def contents(connection: duckdb.DuckDBPyConnection, table: Table) -> Contents:
    """What a table or view holds, in whatever order, by year where it has years."""
    year = _year_of(table) or "NULL"
    found = connection.execute(
        f"SELECT {year} AS year, count(*) || ' ' || sum(hash(rows)::HUGEINT) FROM {table.name} AS rows GROUP BY ALL"
    )
    return dict(found.fetchall())


def _year_of(table: Table) -> str | None:
    """The SQL of a row's year; a period begins with its own."""
    names = {column.name for column in table.columns}
    return "year" if "year" in names else "left(period, 4)::SMALLINT" if "period" in names else None


def _inputs(connection: duckdb.DuckDBPyConnection, table: Table, model: SqlModel, by_year: Sequence[str]) -> Contents:
    """What each year of a table is made from: the model, the contract, and the contents of all that is read."""
    whole = {name: _whole(connection, ALL_TABLES[name]) for name in dependencies(model) if name not in by_year}
    common = (duckdb.__version__, model.sql, table.create_statement(), whole)
    if not by_year:
        return {None: _digest(common)}
    read = {name: contents(connection, ALL_TABLES[name]) for name in by_year}
    years = sorted({year for name in by_year for year in read[name]}, key=str)
    return {year: _digest(common, [read[name].get(year) for name in by_year]) for year in years}


def _whole(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """What a table holds in all; a view of SQL holds what follows from its tables, and is not run for it."""
    if table.is_view and table.schema != "raw":
        model = load_model(table.name)
        return _digest(model.sql, [_whole(connection, ALL_TABLES[name]) for name in dependencies(model)])
    return _digest(sorted(contents(connection, table).items(), key=str))


def _known(connection: duckdb.DuckDBPyConnection, table: Table) -> Mapping[int | None, tuple[str, str]]:
    """What each year was made from the last time, and what came of it."""
    rows = connection.execute("SELECT year, inputs, content FROM made_from WHERE table_name = ?", [table.name])
    return {year: (inputs, content) for year, inputs, content in rows.fetchall()}


def _present(connection: duckdb.DuckDBPyConnection, table: Table, by_year: Sequence[str]) -> Contents:
    """What the table holds now; nothing where it is not there, or was built by another contract."""
    try:
        found = contents(connection, table)
    except (duckdb.CatalogException, duckdb.BinderException):
        return {}
    return found if by_year else {None: _digest(sorted(found.items(), key=str))}


def _rebuild_years(
    connection: duckdb.DuckDBPyConnection, table: Table, model: SqlModel, by_year: Sequence[str], years: Sequence[int]
) -> None:
    """Replaces the rows of these years: the model runs on views that show it nothing else of the tables by year."""
    (working,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    of_years = f"IN ({', '.join(map(str, years))})"
    connection.execute("ATTACH ':memory:' AS of_years")
    try:
        for layer in LAYERS:
            connection.execute(f"CREATE SCHEMA of_years.{layer}")
        for name in dependencies(model):
            rows = f"{_year_of(ALL_TABLES[name])} {of_years}" if name in by_year else "true"
            connection.execute(f'CREATE VIEW of_years.{name} AS SELECT * FROM "{working}".{name} WHERE {rows}')
        connection.execute("USE of_years")
        connection.begin()
        try:
            connection.execute(f'DELETE FROM "{working}".{table.name} WHERE {_year_of(table)} {of_years}')
            connection.execute(f'INSERT INTO "{working}".{table.name} BY NAME {model.sql}')
            connection.commit()
        except duckdb.Error as error:
            connection.rollback()
            raise type(error)(f"{model.path}: {error}") from error
    finally:
        connection.execute(f'USE "{working}"')
        connection.execute("DETACH of_years")


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
