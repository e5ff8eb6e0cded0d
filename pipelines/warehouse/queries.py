"""What people ask the published warehouse in their own SQL: one SELECT, read-only, every value as it is.

Belongs here: which SQL is allowed, names that are meant, the example queries. Not here: layout (reporting), queries of
the project itself (reports).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
from duckdb import ColumnExpression, FunctionExpression, SQLExpression

from pipelines.warehouse.connection import open_database
from pipelines.warehouse.reports import AnotherVersion
from pipelines.warehouse.sql_models import load_model, model_names
from pipelines.warehouse.syntax import nodes, syntax_tree

Kind = Literal["number", "boolean", "text", "nested"]

_LOCKED = (
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""No file, network, extension or variable of this program can be reached, and no setting changed after that."""
_CHANGES_THE_SESSION = frozenset(
    {"enable_logging", "disable_logging", "enable_profiling", "disable_profiling", "truncate_duckdb_logs"}
    | {"checkpoint", "force_checkpoint"}
)
"""Functions that a SELECT can call and that write all the same: to the terminal, into a log, into the file."""
_ANSWERS_TEXT = frozenset({"query", "query_table"})
"""Functions that answer SQL they are given as text, whatever it calls."""
_TABLES = """
    SELECT schema_name || '.' || table_name AS table_name, estimated_size AS row_count, comment AS description
    FROM duckdb_tables()
    ORDER BY list_position(['marts', 'estimates', 'core', 'reference', 'raw'], schema_name), 1
"""
_NUMBERS = frozenset(
    {"tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"}
    | {"float", "double", "decimal"}
)
_NESTED = frozenset({"list", "array", "struct", "map", "union"})
_HEADINGS = re.compile(r"^(Question|Reads|Columns|Never null|Note): ", re.MULTILINE)


class QueryRefused(ValueError):  # noqa: N818 - it names the situation
    """SQL that is not one SELECT, or that nobody can answer with one table; says what to do."""


class UnknownName(ValueError):  # noqa: N818 - it names the situation
    """A table, column or example that there is not; names the nearest."""


@dataclass(frozen=True)
class Answer:
    """The rows of a query, in its order.

    Every value is DuckDB's own text of it, which loses nothing: no digit of a large integer or a decimal; null is null.
    Lists and structures are JSON. `kinds` says of each column what its texts are.
    """

    rows: pl.DataFrame
    kinds: Mapping[str, Kind]
    is_synthetic: bool


@dataclass(frozen=True)
class Example:
    """A query of sql/examples: what it answers, what it reads, the columns it promises, those never null."""

    name: str
    question: str
    reads: tuple[str, ...]
    columns: tuple[str, ...]
    never_null: tuple[str, ...]
    sql: str


@contextmanager
def open_to_ask(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse, read-only and locked: its SQL reaches nothing but this file.

    Raises FileNotFoundError where nothing was published yet.
    """
    with open_database(published, read_only=True) as connection:
        for setting in _LOCKED:
            connection.execute(setting)
        yield connection


def ask(connection: duckdb.DuckDBPyConnection, sql: str) -> Answer:
    """The answer to one SELECT (also FROM …, WITH …, VALUES, DESCRIBE, SUMMARIZE, SHOW ALL TABLES).

    Raises QueryRefused for anything else, and duckdb.Error, whose message has DuckDB's hint, for SQL that fails.
    """
    return _answer(connection, connection.sql(_one_select(sql)))


def tables(connection: duckdb.DuckDBPyConnection) -> Answer:
    """Every table with what it says of itself."""
    return _answer(connection, connection.sql(_TABLES))


def show(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str] = (), limit: int | None = None
) -> Answer:
    """A table's rows in the order of its key, as it was published; all columns, or those named in their order.

    The layer may be left out where the name is clear without it. Raises UnknownName.
    """
    relation = connection.table(_named(table, _tables(connection), "table"))
    if columns:
        known = {column: column for column in relation.columns}
        relation = relation.select(*(ColumnExpression(_named(column, known, "column")) for column in columns))
    return _answer(connection, relation if limit is None else relation.limit(limit))


def examples() -> list[Example]:
    """All queries of sql/examples, by name."""
    return [_example(name) for name in model_names("examples")]


def example(name: str) -> Example:
    """The example of a name. Raises UnknownName."""
    names = [model.partition(".")[2] for model in model_names("examples")]
    return _example(f"examples.{_named(name, dict(zip(names, names, strict=True)), 'example')}")


def _one_select(sql: str) -> duckdb.Statement:
    statements = duckdb.extract_statements(sql)
    if not statements:
        raise QueryRefused("there is no SQL in this; expected one SELECT, such as: FROM marts.region_availability")
    kinds = [statement.type for statement in statements]
    if kinds == [duckdb.StatementType.CREATE, duckdb.StatementType.SELECT] and re.search(r"\bpivot\b", sql, re.I):
        raise QueryRefused("say which values PIVOT makes columns of, as in: PIVOT … ON quarter IN (1, 2, 3, 4)")
    if len(statements) > 1:
        raise QueryRefused(f"these are {len(statements)} statements; expected one SELECT: ask them one by one")
    if kinds != [duckdb.StatementType.SELECT]:
        raise QueryRefused(
            f"{kinds[0].name} is not answered: the published warehouse is only read. Expected one SELECT. To write, "
            "copy the file and open the copy with DuckDB; for other formats see --format"
        )
    called = _functions_called(sql)
    if found := min(called & _CHANGES_THE_SESSION, default=""):
        raise QueryRefused(f"{found} is not answered: it does not read the warehouse, it changes the session")
    if found := min(called & _ANSWERS_TEXT, default=""):
        raise QueryRefused(f"{found} is not answered: write the SELECT itself, or name the table")
    return statements[0]


def _functions_called(sql: str) -> frozenset[str]:
    """Of a SELECT as DuckDB reads it; of what DuckDB cannot take apart (DESCRIBE, SHOW), all words before a bracket."""
    tree = syntax_tree(sql)
    if tree.get("error"):
        return frozenset(word.lower() for word in re.findall(r"(\w+)\W*\(", sql))
    return frozenset(node["function_name"].lower() for node in nodes(tree) if "function_name" in node)


def _answer(connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation) -> Answer:
    names = relation.columns
    if repeated := [name for name in names if [other.lower() for other in names].count(name.lower()) > 1]:
        raise QueryRefused(f"several columns are called {repeated[0]}: name each with AS, or join with USING")
    kinds = [_kind(kind.id) for kind in relation.types]
    rows = relation.select(*(_text(place, kind) for place, kind in enumerate(kinds, start=1))).pl()
    rows.columns = names
    return Answer(rows, dict(zip(names, kinds, strict=True)), _is_synthetic(connection))


def _text(place: int, kind: Kind) -> duckdb.Expression:
    """DuckDB's text of the column at a place; by place, for expressions take names with quotes apart."""
    column = SQLExpression(f"#{place}")
    return (FunctionExpression("to_json", column) if kind == "nested" else column).cast("VARCHAR").alias(f"c{place}")


def _kind(type_id: str) -> Kind:
    if type_id in _NESTED:
        return "nested"
    return "number" if type_id in _NUMBERS else "boolean" if type_id == "boolean" else "text"


def _is_synthetic(connection: duckdb.DuckDBPyConnection) -> bool:
    try:
        row = connection.execute("SELECT count(*) FROM raw.captures WHERE source = 'sample'").fetchone()
    except duckdb.CatalogException as error:
        raise AnotherVersion("this database has no raw.captures: it is no warehouse of this project") from error
    return bool(row and row[0])


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Full names of all tables by the words that name them: marts.sector_pay, and sector_pay where it is the only."""
    found = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    short = [table for _, table in found]
    full = {f"{schema}.{table}": f"{schema}.{table}" for schema, table in found}
    return full | {table: f"{schema}.{table}" for schema, table in found if short.count(table) == 1}


def _named(word: str, known: Mapping[str, str], what: str) -> str:
    if word in known:
        return known[word]
    nearest = list(dict.fromkeys(known[match] for match in get_close_matches(word.lower(), known, n=5)))
    hint = (
        f"did you mean {' or '.join(nearest)}?" if nearest else f"there are {', '.join(dict.fromkeys(known.values()))}"
    )
    raise UnknownName(f"there is no {what} {word}: {hint}")


def _example(model_name: str) -> Example:
    model = load_model(model_name)
    _, *parts = _HEADINGS.split(model.description)
    header = {heading: " ".join(text.split()) for heading, text in zip(parts[::2], parts[1::2], strict=True)}
    reads, columns, never_null = (tuple(header[name].split(", ")) for name in ("Reads", "Columns", "Never null"))
    return Example(model_name.partition(".")[2], header["Question"], reads, columns, never_null, model.sql)
