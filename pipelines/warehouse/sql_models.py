"""Loads the models of sql/ by name and reads what they depend on from their SQL.

Belongs here: files to SQL texts, dependencies, column lineage. Not here: running them (build).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlglot import exp
from sqlglot.lineage import Node, lineage

from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.contracts.estimates import MADE_FROM
from pipelines.warehouse.contracts.marts import MEASURED
from pipelines.warehouse.syntax import nodes, syntax_tree

SQL_FOLDER = Path(__file__).resolve().parents[2] / "sql"


@dataclass(frozen=True)
class SqlModel:
    """One SELECT: its name (schema.table, or checks.name), its file and its text."""

    name: str
    path: Path
    sql: str

    @property
    def description(self) -> str:
        """The header comment of the file: grain, why, warnings."""
        header = []
        for line in self.sql.splitlines():
            if not line.startswith("--"):
                break
            header.append(line.removeprefix("--").strip())
        return "\n".join(header)


def load_model(name: str) -> SqlModel:
    """The model of a table or check, from sql/<schema>/<table>.sql. Raises FileNotFoundError naming the file."""
    path = SQL_FOLDER.joinpath(*name.split(".")).with_suffix(".sql")
    if not path.exists():
        raise FileNotFoundError(f"{name}: there is no {path}; every model is one SELECT in a file of its name")
    return SqlModel(name, path, path.read_text(encoding="utf-8"))


def model_names(folder: str) -> list[str]:
    """Names of all models in a folder of sql/, sorted."""
    return sorted(f"{folder}.{path.stem}" for path in (SQL_FOLDER / folder).glob("*.sql"))


@cache
def dependencies(model: SqlModel) -> tuple[str, ...]:
    """Tables a model reads, schema.table, sorted; names of its own WITH clauses are not among them.

    Raises ValueError where the file is not one SELECT that DuckDB can parse.
    """
    tree = syntax_tree(model.sql)
    if tree.get("error") or len(tree["statements"]) != 1:
        reason = tree.get("error_message", f"{len(tree.get('statements', []))} statements")
        raise ValueError(f"{model.path}: {reason}; expected one SELECT")
    tables = (node for node in nodes(tree) if node.get("type") == "BASE_TABLE" and node.get("schema_name"))
    return tuple(sorted({f"{table['schema_name']}.{table['table_name']}" for table in tables}))


def made_from(name: str) -> tuple[str, ...]:
    """The tables that a table is made from, by SQL or otherwise; raw tables and definitions are made from files."""
    if name in MADE_FROM:
        return MADE_FROM[name]
    if ALL_TABLES[name].schema in ("core", "estimates", "marts"):
        return dependencies(load_model(MEASURED.get(name, name)))
    return ()


@cache
def column_lineage(model: SqlModel) -> dict[str, tuple[tuple[str, str], ...]]:
    """For each column of a model the (table, column) pairs it is made from, by the contracts of what it reads."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name in dependencies(model):
        table = ALL_TABLES[name]
        schema.setdefault(table.schema, {})[table.table] = {column.name: column.type for column in table.columns}
    # Trimming copies every SELECT once a column, which takes ten times as long.
    nodes = lineage(None, model.sql, schema, dialect="duckdb", trim_selects=False)
    found = {
        column.name: sorted(set(_origins(nodes[column.name])))
        for column in ALL_TABLES[model.name].columns
        if column.name in nodes
    }
    return {column: tuple(origins) for column, origins in found.items() if origins}


def _origins(node: Node) -> Iterator[tuple[str, str]]:
    for step in node.walk():
        if isinstance(step.source, exp.Table) and step.source.db and not step.downstream:
            yield f"{step.source.db}.{step.source.name}", step.name.split(".")[-1].strip('"')
