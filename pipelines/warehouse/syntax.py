"""SQL taken apart as DuckDB reads it.

Belongs here: the syntax tree and a walk through it. Not here: what is looked for in it (sql_models, queries).
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import duckdb


def syntax_tree(sql: str) -> Mapping[str, Any]:
    """The statements of SELECTs; `error` is true, with an error_message, where DuckDB cannot take the SQL apart."""
    row = _parser().execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    return dict(json.loads(row[0])) if row else {"error": True}


def nodes(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every object of a syntax tree, from the top down."""
    if isinstance(tree, Mapping):
        yield tree
        for value in tree.values():
            yield from nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from nodes(value)


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()
