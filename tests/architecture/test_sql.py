"""Every relational step is one SELECT in a file that says its grain and why; nothing is formatted into SQL."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse.sql_models import SqlModel

HEADERS = {"checks": ("Failing rows:",), "examples": ("Question:", "Reads:", "Columns:", "Never null:")}
HEADER = ("Grain:", "Why:")
SQL_START = re.compile(
    r"\s*(?:/\*.*?\*/)?\s*(SELECT|FROM|WITH|INSERT|CREATE|COMMENT|ATTACH|COPY|DELETE|UPDATE|DROP|ALTER|SET|JOIN)\b"
)
FORMATTED: Mapping[str, frozenset[str]] = {
    name: frozenset(expressions)
    for name, expressions in {
        # identifiers of contracts and texts of sql/; paths as literals with their quotes doubled, where DuckDB takes no
        # parameter (ATTACH, CREATE VIEW)
        "pipelines.warehouse.build": ("table.name", "model.sql", "names", "name", "counts", "key", "kind"),
        "pipelines.warehouse.connection": ("layer",),
        "pipelines.warehouse.contracts.model": (
            "catalog", "self.name", "columns", "kind", "column.name",
            "literal(prefix + self.description)", "literal(column.meaning)",
        ),
        # years are whole numbers
        "pipelines.warehouse.incremental": (
            "year", "table.name", "layer", "working", "name", "rows", "of_years", "model.sql", "_year_of(table)",
            "_year_of(ALL_TABLES[name])",
        ),
        "pipelines.warehouse.side_file": ("literal(self.path)", "working", "table.name", "order", "rows"),
        "pipelines.warehouse.spark.engine": ("name",),
        # queries that pages show to people, made of texts of their own; none is run
        "pipelines.reporting.site.figures": ("_RANGE", "_VIEW"),
        # names that suites give, patterns as quoted literals
        "expectations.core": ("table", "column"),
        "expectations.marts.shares": ("table",),
        "expectations.reference": ("table", "other", "other_column", "column"),
        "expectations.vocabulary": ("condition", "key", "same", "_for_gx(query.strip().rstrip(';'))"),
    }.items()
}  # fmt: skip
"""All that is formatted into SQL, by module: identifiers and the project's own text. Values are bound."""


def test_every_file_is_one_select(sql_files: list[Path]) -> None:
    assert sql_files
    for path in sql_files:
        statements = duckdb.extract_statements(path.read_text("utf-8"))
        assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT], path


def test_every_file_says_its_grain_and_why(sql_files: list[Path]) -> None:
    for path in sql_files:
        header = SqlModel(path.stem, path, path.read_text("utf-8")).description
        starts = HEADERS.get(path.parent.name, HEADER)
        missing = [start for start in starts if not re.search(rf"^{start} \S", header, re.MULTILINE)]
        assert not missing, f"{path}: the header lacks {missing}"


def test_lines_of_sql_fit_the_page(sql_files: list[Path]) -> None:
    long = [f"{path}:{number}" for path in sql_files for number, line in lines(path) if len(line) > 120]
    assert long == []


def test_every_check_is_named_by_a_suite(sql_files: list[Path], modules: Mapping[str, ast.Module]) -> None:
    texts = {
        node.value
        for name, tree in modules.items()
        if name.startswith("expectations.")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    checks = {path.stem for path in sql_files if path.parent.name == "checks"}
    assert {check for check in checks if not {check, f"checks.{check}"} & texts} == set()


def test_only_identifiers_and_own_text_are_formatted_into_sql(modules: Mapping[str, ast.Module]) -> None:
    unknown = {
        (name, expression)
        for name, tree in modules.items()
        for expression in formatted_into_sql(tree)
        if expression not in FORMATTED.get(name, ())
    }
    assert not unknown, "bind values as parameters (execute(query, [value])); a new identifier goes into FORMATTED"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('connection.execute(f"SELECT * FROM t WHERE name = {name}")', ["name"]),
        ('"SELECT * FROM t WHERE name = %s" % name', ["name"]),
        ('"SELECT * FROM t WHERE name = " + name', ["name"]),
        ('"SELECT * FROM {}".format(name)', ["name"]),
        ('connection.execute("SELECT * FROM t WHERE name = ?", [name])', []),
        ('f"{name}: set one"', []),
    ],
)
def test_formatting_into_sql_is_found(code: str, found: list[str]) -> None:
    assert list(formatted_into_sql(ast.parse(code))) == found


def formatted_into_sql(tree: ast.AST) -> Iterator[str]:
    """Expressions that are put into texts that begin like SQL: by f-string, %, + or format."""
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr([ast.Constant(str(start)), *_]) if SQL_START.match(start):
                yield from (ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
            case ast.BinOp(ast.Constant(str(start)), ast.Mod() | ast.Add(), right) if SQL_START.match(start):
                yield ast.unparse(right)
            case ast.Call(ast.Attribute(ast.Constant(str(start)), "format"), arguments) if SQL_START.match(start):
                yield from map(ast.unparse, arguments)


def lines(path: Path) -> Iterator[tuple[int, str]]:
    return enumerate(path.read_text("utf-8").splitlines(), start=1)
