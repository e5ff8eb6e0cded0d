"""Great Expectations on DuckDB: expectations become SQL, run in the database, and come back as plain results.

Only `runner` imports this module, inside a function, because importing great_expectations takes seconds.
"""

import functools
import logging
import math
import string
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import duckdb
import great_expectations
import sqlalchemy
from duckdb_engine import ConnectionWrapper, Dialect
from great_expectations.core import ExpectationValidationResult
from great_expectations.core.batch import Batch
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.expectation import Expectation as GreatExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.components import RenderedStringTemplateContent
from great_expectations.render.renderer.content_block.expectation_string import ExpectationStringRenderer
from great_expectations.validator.exception_info import ExceptionInfo
from great_expectations.validator.validator import Validator
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedPrimaryKeyConstraint
from sqlalchemy.types import NullType, TypeEngine

from expectations.results import ExpectationResult, Value, not_evaluated
from expectations.vocabulary import Expectation, TableSuite

MOST_FAILING_ROWS = 20
ROW_BY_ROW = (ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation, UnexpectedRowsExpectation)
"""Expectations that rows fail one by one. Nearly all hold, and whether one holds costs half of which rows fail it."""
WHETHER_IT_HOLDS = {"result_format": "BOOLEAN_ONLY"}
WITH_FAILING_ROWS = {
    "result_format": "COMPLETE",
    "include_unexpected_rows": True,
    "partial_unexpected_count": MOST_FAILING_ROWS,
    "return_unexpected_index_query": False,
}


def evaluate(connection: duckdb.DuckDBPyConnection, suite: TableSuite) -> list[ExpectationResult]:
    """Return one result for each expectation of `suite`, in its order. Never raises for an expectation's sake."""
    results: dict[int, ExpectationResult] = {}
    configurations = []
    for position, expectation in enumerate(suite.expectations):
        try:
            configurations.append(_configuration(expectation, position))
        except Exception as error:
            results[position] = not_evaluated(suite.table, expectation, str(error))
    with closing(_engine(connection)) as engine:
        validator = _validator(engine, suite.table)
        outcomes = {_position(one): one for one in _validate(validator, configurations)}
        failing = [place for place, one in outcomes.items() if not (one.success or one.result or _error(one))]
        again = [_configuration(suite.expectations[place], place, with_failing_rows=True) for place in failing]
        outcomes |= {_position(one): one for one in _validate(validator, again)}
        for position, outcome in outcomes.items():
            results[position] = _result(suite.table, suite.expectations[position], outcome)
    return [
        results.get(position) or not_evaluated(suite.table, expectation, "Great Expectations returned no result.")
        for position, expectation in enumerate(suite.expectations)
    ]


class WithoutTransactions(ConnectionWrapper):
    """duckdb-engine's connection for SQLAlchemy, in autocommit. Nothing is written, so there is nothing to roll back.

    Great Expectations reads each result after giving the connection back to the pool. Giving it back rolls back, DuckDB
    then drops what was not yet read, and every metric ends in an IndexError. And one query that fails would abort the
    transaction, and with it the expectations that come after.
    """

    def begin(self) -> None:
        """Do nothing."""

    def commit(self) -> None:
        """Do nothing."""

    def rollback(self) -> None:
        """Do nothing."""


class OfDuckDB(Dialect):
    """duckdb-engine's dialect, which asks DuckDB for the columns of a table, not PostgreSQL's catalog laid over it.

    That takes a millisecond a table, not fifty. No table has a key that the database knows.
    """

    supports_statement_cache = True

    def get_columns(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> list[ReflectedColumn]:
        """Names and types of the columns, in order. Types that SQLAlchemy does not know are of type null."""
        columns = connection.exec_driver_sql(f'DESCRIBE "{schema}"."{table_name}"').all()
        return [
            {"name": name, "type": self._type(kind), "nullable": nullable == "YES", "default": None}
            for name, kind, nullable, *_ in columns
        ]

    def get_pk_constraint(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **_: Any
    ) -> ReflectedPrimaryKeyConstraint:
        """None: contracts check keys."""
        return {"constrained_columns": [], "name": None}

    def _type(self, kind: str) -> TypeEngine[Any]:
        found: type[TypeEngine[Any]] = self.ischema_names.get(kind.lower(), NullType)
        return found()


class NoUnexpectedRows(UnexpectedRowsExpectation):
    """Whether a query finds no row; Great Expectations' own class runs the query a second time, for the rows."""

    metric_dependencies = ("unexpected_rows_query.row_count",)

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: object = None, execution_engine: object = None
    ) -> dict[str, Any]:
        return {"success": metrics["unexpected_rows_query.row_count"] == 0}


sqlalchemy.dialects.registry.register("duckdb.described", __name__, OfDuckDB.__name__)


def _engine(connection: duckdb.DuckDBPyConnection) -> SqlAlchemyExecutionEngine:
    """Return Great Expectations' SQL engine on a duplicate of `connection`.

    duckdb-engine's own connect would add a user agent to the configuration, and DuckDB refuses to open a file twice in
    one process with two configurations.
    """
    return SqlAlchemyExecutionEngine(
        engine=sqlalchemy.create_engine(
            "duckdb+described://",
            creator=lambda: WithoutTransactions(connection.cursor()),
            poolclass=sqlalchemy.StaticPool,
        )
    )


@functools.cache
def _context() -> EphemeralDataContext:
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # what it logs, the results tell
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def _validator(engine: SqlAlchemyExecutionEngine, table: str) -> Validator:
    schema_name, table_name = table.split(".")
    data = SqlAlchemyBatchData(engine, schema_name=schema_name, table_name=table_name, create_temp_table=False)
    batch = Batch(data=data)  # type: ignore[arg-type]  # annotated as a class, meant as an instance
    return Validator(engine, batches=[batch], data_context=_context())


def _position(outcome: ExpectationValidationResult) -> int:
    configuration: Any = outcome.expectation_config
    return int(configuration.meta["position"])


def _configuration(
    expectation: Expectation, position: int, with_failing_rows: bool = False
) -> ExpectationConfiguration:
    gx_class = getattr(great_expectations.expectations, expectation.gx_class)
    is_quick = issubclass(gx_class, ROW_BY_ROW) and not with_failing_rows
    if is_quick and issubclass(gx_class, UnexpectedRowsExpectation):
        gx_class = NoUnexpectedRows
    configuration: ExpectationConfiguration = gx_class(
        **expectation.gx_arguments,
        severity=expectation.severity,
        meta={"position": position},
        result_format=WHETHER_IT_HOLDS if is_quick else WITH_FAILING_ROWS,
    ).configuration
    return configuration


def _validate(
    validator: Validator, configurations: Sequence[ExpectationConfiguration]
) -> list[ExpectationValidationResult]:
    """Evaluate all together, which shares queries; if that raises, each alone, so that only the culprit fails."""
    if not configurations:
        return []
    try:
        # asked for anew for every argument of every metric: seventy times an expectation, a fourth of the time
        with _made_once(GreatExpectation, "configuration"):
            return validator.graph_validate(configurations=list(configurations))
    except Exception as error:
        if len(configurations) > 1:
            return [result for configuration in configurations for result in _validate(validator, [configuration])]
        raised = ExceptionInfo(exception_traceback="", exception_message=str(error))
        return [
            ExpectationValidationResult(success=False, expectation_config=configuration, exception_info=raised)
            for configuration in configurations
        ]


@contextmanager
def _made_once(owner: type, name: str) -> Iterator[None]:
    """Within this context a property of these objects is worked out once an object; nothing changes it there."""
    as_shipped = vars(owner)[name]
    made: dict[int, tuple[object, object]] = {}

    def once(one: object) -> object:
        if id(one) not in made:  # kept with its object, so that no other gets the same number
            made[id(one)] = (one, as_shipped.fget(one))
        return made[id(one)][1]

    setattr(owner, name, property(once))
    try:
        yield
    finally:
        setattr(owner, name, as_shipped)


def _result(table: str, expectation: Expectation, outcome: ExpectationValidationResult) -> ExpectationResult:
    error = _error(outcome)
    result = not_evaluated(table, expectation, error or "")
    result = replace(result, statement=expectation.sql(table) or _sentence(outcome) or result.statement)
    if error is not None:
        return result
    found: dict[str, Any] = outcome.result
    if outcome.success and not found:
        return replace(result, success=True, unexpected_count=0, error=None)
    if expectation.sql(table):
        found = {"unexpected_count": found["observed_value"], "unexpected_rows": found["details"]["unexpected_rows"]}
    rows = found.get("unexpected_rows", [])[:MOST_FAILING_ROWS]
    return replace(
        result,
        success=outcome.success is True,
        unexpected_count=found["unexpected_count"] or 0 if "unexpected_count" in found else None,
        element_count=found.get("element_count"),
        observed_value=_plain(found.get("observed_value")),
        failing_rows=[{name: _plain(value) for name, value in row.items()} for row in rows],
        error=None,
    )


def _error(outcome: ExpectationValidationResult) -> str | None:
    """Return the messages of the exceptions raised, without SQLAlchemy's appendix, or None if there were none."""
    information = outcome.exception_info or {}
    raised = [information] if "raised_exception" in information else list(information.values())
    messages = [str(one["exception_message"]).split("\n[SQL:")[0] for one in raised if one["raised_exception"]]
    return "\n".join(dict.fromkeys(messages)) or "An exception without a message." if messages else None


def _sentence(outcome: ExpectationValidationResult) -> str:
    """Return Great Expectations' own wording of the expectation as plain text."""
    rendered: Any = ExpectationStringRenderer.render(outcome.expectation_config)
    templates = [
        content.string_template for content in rendered or [] if isinstance(content, RenderedStringTemplateContent)
    ]
    return " ".join(string.Template(text["template"]).safe_substitute(text.get("params", {})) for text in templates)


def _plain(value: object) -> Value:
    """Return what JSON can hold: numbers, text and null as they are, anything else as its text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
