"""Translates a model of sql/, which is written once for DuckDB, to Spark SQL that gives the same rows.

Belongs here: from a model to a text, step by step; pure. Not here: single differences (rewrites), running (engine).
Names are resolved by the contracts first (stars, USING, GROUP BY ALL, aliases used in the same SELECT), so that what is
left is plain SQL; then what Spark would read otherwise is rewritten, and sqlglot writes it.
"""

from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.spark.rewrites import REWRITES
from pipelines.warehouse.sql_models import SqlModel, dependencies

Schema = dict[str, object]


@cache
def spark_sql(model: SqlModel) -> str:
    """The model's SELECT for Spark, which finds each table as a view by the name of `view_name`.

    Raises sqlglot.errors.SqlglotError where the model uses what cannot be carried.
    """
    schema: dict[str, dict[str, object]] = {}
    for name in dependencies(model):
        table = ALL_TABLES[name]
        schema.setdefault(table.schema, {})[table.table] = {column.name: column.type for column in table.columns}
    return translate(model.sql, dict(schema))


def view_name(table: str) -> str:
    """What a table schema.name is called in Spark: names of temporary views have one part."""
    return table.replace(".", "__")


def translate(sql: str, schema: Schema) -> str:
    """A SELECT of DuckDB for Spark. schema: types of columns by schema, table and column."""
    tree = _without_qualify(sqlglot.parse_one(sql, read="duckdb"))
    tree = qualify(tree, schema=schema, dialect="duckdb")
    tree = annotate_types(tree, schema=schema, dialect="duckdb")
    for node in reversed(list(tree.walk(bfs=False))):  # the inner before the outer
        if isinstance(node, exp.Table) and node.db:
            node.set("this", exp.to_identifier(view_name(f"{node.db}.{node.name}")))
            node.set("db", None)
        for rewrite in REWRITES.get(type(node), ()):
            new = rewrite(node)
            if new is not node:
                new.type = new.type or node.type
                node.replace(new)
                break
    return tree.sql("spark", unsupported_level=ErrorLevel.RAISE, comments=False)


def _without_qualify(tree: exp.Expr) -> exp.Expr:
    """Each QUALIFY as a column of a SELECT inside and a WHERE outside.

    sqlglot does it too, but takes a column of another table for that of the SELECT that bears its name.
    """
    for select in list(tree.find_all(exp.Select)):
        if qualification := select.args.get("qualify"):
            inner = select.copy()
            inner.set("qualify", None)
            clauses = inner.args.get("with_")
            inner.set("with_", None)
            inner.select(exp.alias_(qualification.this.copy(), "qualifies"), copy=False)
            star = exp.Star(except_=[exp.to_identifier("qualifies")])
            outer = exp.select(star).from_(inner.subquery("qualified")).where(exp.column("qualifies", "qualified"))
            outer.set("with_", clauses)
            if select is tree:
                tree = outer
            else:
                select.replace(outer)
    return tree
