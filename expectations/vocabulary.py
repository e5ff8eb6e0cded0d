"""The words in which suites are written: what must be true of a table, why, and how bad it is if it is not.

Only light values belong here, so that a suite module can be imported by anyone; `runner` evaluates them.

    TableSuite(
        "core.qcew_cells",
        (
            column_between("quarter", 1, 4, meaning="A year has four quarters."),
            no_rows("wages_without_jobs", "SELECT …", meaning="Nobody is paid where nobody works.", severity="warning"),
        ),
    )
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Expectation:
    """One statement about a table, evaluated by the class `gx_class` of great_expectations.expectations.

    `type` is the word of this vocabulary, `name` tells the expectation from its neighbours, `meaning` is the sentence
    that a person reads when it fails.
    """

    type: str
    name: str
    columns: tuple[str, ...]
    meaning: str
    severity: Severity
    gx_class: str
    gx_arguments: dict[str, Any]

    def __post_init__(self) -> None:
        if not self.meaning.strip():
            raise ValueError(f"{self.name}: an expectation needs a meaning, the sentence people read when it fails.")

    def sql(self, table: str) -> str | None:
        """Return the query that selects the failing rows, where the expectation is one."""
        query = self.gx_arguments.get("unexpected_rows_query")
        return None if query is None else query.format(batch=table).replace(r"\:", ":")


@dataclass(frozen=True)
class TableSuite:
    """All that must be true of one table, named schema.table."""

    table: str
    expectations: tuple[Expectation, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*", self.table):
            raise ValueError(f"{self.table!r} is not a table's name: expected schema.table in lower case.")


def column_in_set(
    column: str, values: Iterable[str | int], *, meaning: str, severity: Severity = "critical"
) -> Expectation:
    """Every value is one of `values`; null is let through, which is column_not_null's business."""
    allowed = sorted(set(values), key=lambda value: (str(type(value)), value))
    if not allowed or None in allowed:
        raise ValueError(f"column_in_set({column!r}): values must be given and none may be None (SQL's NOT IN a null).")
    return _on_columns(
        "column_in_set",
        (column,),
        meaning,
        severity,
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": allowed},
    )


def column_between(
    column: str,
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    meaning: str,
    severity: Severity = "critical",
) -> Expectation:
    """Every number lies within the bounds, both included; null is let through. NaN counts as larger than any number."""
    if minimum is None and maximum is None:
        raise ValueError(f"column_between({column!r}): give a minimum, a maximum, or both.")
    return _on_columns(
        "column_between",
        (column,),
        meaning,
        severity,
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": minimum, "max_value": maximum},
    )


def column_not_null(column: str, *, meaning: str, severity: Severity = "critical") -> Expectation:
    """No value is null."""
    return _on_columns(
        "column_not_null", (column,), meaning, severity, "ExpectColumnValuesToNotBeNull", {"column": column}
    )


def column_matches(column: str, pattern: str, *, meaning: str, severity: Severity = "critical") -> Expectation:
    """Every text matches `pattern` (RE2) from its first character to its last; null is let through.

    Great Expectations has no regular expressions on DuckDB, hence the query.
    """
    literal = "'" + pattern.replace("'", "''") + "'"
    condition = _for_gx(f"regexp_full_match({_quoted(column)}, {literal})")
    return _on_columns(
        "column_matches",
        (column,),
        meaning,
        severity,
        "UnexpectedRowsExpectation",
        {"unexpected_rows_query": f"SELECT * FROM {{batch}} WHERE NOT {condition}"},
    )


def columns_unique(*columns: str, meaning: str, severity: Severity = "critical") -> Expectation:
    """No two rows agree in all of `columns`, two nulls being the same; every row of a group that does is a failing row.

    Great Expectations joins on equality and so never sees a repeated key that has a null in it, hence the query.
    """
    if not columns:
        raise ValueError("columns_unique: name the columns of the key.")
    key = _for_gx(", ".join(map(_quoted, columns)))
    same = _for_gx(" AND ".join(f"failing.{c} IS NOT DISTINCT FROM repeated.{c}" for c in map(_quoted, columns)))
    query = (
        f"SELECT failing.* FROM {{batch}} AS failing\n"
        f"JOIN (SELECT {key} FROM {{batch}} GROUP BY ALL HAVING count(*) > 1) AS repeated ON {same}\n"
        f"ORDER BY ALL"
    )
    return _on_columns(
        "columns_unique", columns, meaning, severity, "UnexpectedRowsExpectation", {"unexpected_rows_query": query}
    )


def row_count_between(
    minimum: int, maximum: int | None = None, *, meaning: str, severity: Severity = "critical"
) -> Expectation:
    """The table has at least `minimum` rows and at most `maximum`. It has no failing rows to show, only a count."""
    return _on_columns(
        "row_count_between",
        (),
        meaning,
        severity,
        "ExpectTableRowCountToBeBetween",
        {"min_value": minimum, "max_value": maximum},
    )


def pair_ordered(larger: str, smaller: str, *, meaning: str, severity: Severity = "critical") -> Expectation:
    """In every row column `larger` >= column `smaller`, or one of the two is null."""
    return _on_columns(
        "pair_ordered",
        (larger, smaller),
        meaning,
        severity,
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {"column_A": larger, "column_B": smaller, "or_equal": True, "ignore_row_if": "either_value_is_missing"},
    )


def no_rows(name: str, query: str, *, meaning: str, severity: Severity = "critical") -> Expectation:
    """`query`, one SELECT over any tables of the database, selects the failing rows and finds none.

    The first rows it returns are those that are shown: an ORDER BY makes them the same ones every time.
    """
    # The name of the checked table in a comment keeps Great Expectations from printing that it is missing.
    wrapped = f"/* {{batch}} */ SELECT * FROM (\n{_for_gx(query.strip().rstrip(';'))}\n)"
    arguments = {"unexpected_rows_query": wrapped}
    return Expectation("no_rows", name, (), meaning, severity, "UnexpectedRowsExpectation", arguments)


def great_expectation(
    gx_class: str, *, meaning: str, severity: Severity = "critical", **gx_arguments: Any
) -> Expectation:
    """Any other class of great_expectations.expectations, by its name and arguments."""
    columns = [gx_arguments[key] for key in ("column", "column_A", "column_B") if key in gx_arguments]
    columns += gx_arguments.get("column_list", [])
    return _on_columns(gx_class, tuple(columns), meaning, severity, gx_class, gx_arguments)


def _on_columns(
    type_: str, columns: tuple[str, ...], meaning: str, severity: Severity, gx_class: str, gx_arguments: dict[str, Any]
) -> Expectation:
    name = f"{type_}({', '.join(columns)})"
    return Expectation(type_, name, columns, meaning, severity, gx_class, gx_arguments)


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _for_gx(sql: str) -> str:
    """Escape SQL for Great Expectations: it is formatted by str.format, then SQLAlchemy takes :name for a parameter."""
    return sql.replace("{", "{{").replace("}", "}}").replace(":", r"\:")
