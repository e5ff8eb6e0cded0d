"""What holds of every SQL model and of every query that an expectation runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from expectations.suites import BY_TABLE
from pipelines.definitions import build_definitions
from pipelines.settings import Settings
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.sql_models import SQL_FOLDER, SqlModel, column_lineage, dependencies, load_model, model_names

if TYPE_CHECKING:
    from tests.sql.conftest import Warehouse

LAYERS = ("core", "estimates", "marts")
MODELS = [name for layer in LAYERS for name in model_names(layer)]
NOT_TABLES = ("checks", "examples", "reports")


@pytest.fixture(scope="module")
def upstream() -> Mapping[str, frozenset[str]]:
    """For each table those that are surely there when it is checked: built by the same step, or by one before it."""
    assets = build_definitions(Settings()).assets or ()
    steps = [step for step in assets if isinstance(step, dg.AssetsDefinition)]
    step_of = {".".join(key.path): step for step in steps for key in step.keys}
    found: dict[str, frozenset[str]] = {}

    def tables_before(table: str) -> frozenset[str]:
        if table not in found:
            step = step_of[table]
            made = {".".join(key.path) for key in step.keys}
            needed = {".".join(key.path) for key in step.dependency_keys} - made
            found[table] = frozenset(made).union(*(tables_before(name) for name in needed))
        return found[table]

    for table in step_of:
        tables_before(table)
    return found


def queries() -> Iterator[tuple[str, str, str]]:
    """(table, expectation, SQL) of every expectation that is a query."""
    for table, suite in BY_TABLE.items():
        for expectation in suite.expectations:
            if sql := expectation.sql(table):
                yield table, expectation.name, sql


def test_a_suite_looks_at_nothing_that_is_built_later(upstream: Mapping[str, frozenset[str]]) -> None:
    looked_at = [(table, name, set(dependencies(SqlModel(name, SQL_FOLDER, sql)))) for table, name, sql in queries()]
    assert len(looked_at) > 30
    assert [
        f"{table}: {name} looks at {', '.join(sorted(tables - upstream[table]))}"
        for table, name, tables in looked_at
        if not tables <= upstream[table]
    ] == []


@pytest.mark.parametrize("name", [*MODELS, *(name for folder in NOT_TABLES for name in model_names(folder))])
def test_a_model_runs_on_empty_tables(warehouse: Warehouse, name: str) -> None:
    assert all(table in ALL_TABLES for table in dependencies(load_model(name)))
    if name in ALL_TABLES:
        assert warehouse.run(name) is not None
        assert warehouse.broken_contracts(name) == []
    else:
        left_open = re.findall(r"\$([a-z]\w*)", load_model(name).sql)
        warehouse.query(name, **dict.fromkeys(left_open))


@pytest.mark.parametrize("name", [name for name in MODELS if ALL_TABLES[name].is_published])
def test_a_models_columns_are_those_of_its_contract_and_can_be_traced(warehouse: Warehouse, name: str) -> None:
    model, table = load_model(name), ALL_TABLES[name]
    columns = [row[0] for row in warehouse.connection.execute(f"DESCRIBE {model.sql}").fetchall()]
    assert sorted(columns) == sorted(column.name for column in table.columns)
    traced = {origin for origins in column_lineage(model).values() for origin, _ in origins}
    assert traced, "no column could be traced"
    assert traced <= set(dependencies(model))
