"""What is built again after a change: the years that it touches, with the same result as building everything."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.warehouse import incremental
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.incremental import build_where_changed, contents, tables_by_year
from pipelines.warehouse.sql_models import SqlModel, dependencies, load_model, model_names

MODELS = [load_model(name) for layer in ("core", "estimates", "marts") for name in model_names(layer)]
BY_YEAR = [model for model in MODELS if tables_by_year(model)]
Built = dict[str, list[int] | None]
"""The tables that were built, with their years; None for all of them."""


def copied(runs: Any, folder: Path) -> duckdb.DuckDBPyConnection:
    """A copy of the working database of the run on the sample: two years, and what they tell of the one before."""
    connection = duckdb.connect(shutil.copy(runs.data_dir / "warehouse" / "working.duckdb", folder))
    connection.execute("SET enable_progress_bar = false")
    return connection


@pytest.fixture
def working(sample_runs: Any, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with copied(sample_runs, tmp_path) as connection:
        yield connection


@pytest.fixture(scope="module")
def restored(sample_runs: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One that every test leaves as it was."""
    with copied(sample_runs, tmp_path_factory.mktemp("restored")) as connection:
        yield connection


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Built:
    """Notes what is really built."""
    seen: Built = {}
    whole, years = incremental.build_from_model, incremental._rebuild_years

    def note_whole(connection: duckdb.DuckDBPyConnection, table: Table, model: SqlModel) -> int:
        seen[table.name] = None
        return whole(connection, table, model)

    def note_years(connection: duckdb.DuckDBPyConnection, table: Table, *rest: object) -> None:
        seen[table.name] = sorted(rest[-1])  # type: ignore[call-overload]
        years(connection, table, *rest)

    monkeypatch.setattr(incremental, "build_from_model", note_whole)
    monkeypatch.setattr(incremental, "_rebuild_years", note_years)
    return seen


def in_order() -> list[SqlModel]:
    """Every model after all that it reads."""
    placed: dict[str, SqlModel] = {}
    waiting = {model.name: model for model in MODELS}
    while waiting:
        ready = [model for model in waiting.values() if not set(dependencies(model)) & set(waiting)]
        assert ready
        for model in ready:
            placed[model.name] = waiting.pop(model.name)
    return list(placed.values())


def refresh(connection: duckdb.DuckDBPyConnection) -> None:
    for model in in_order():
        build_where_changed(connection, ALL_TABLES[model.name], model)


def tables_of(connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    return {model.name: contents(connection, ALL_TABLES[model.name]) for model in MODELS}


def without_views(built: Built) -> Built:
    return {name: years for name, years in built.items() if not ALL_TABLES[name].is_view}


def test_many_models_are_by_year() -> None:
    assert len(BY_YEAR) > 15


def test_where_nothing_has_changed_nothing_is_built(restored: duckdb.DuckDBPyConnection, built: Built) -> None:
    refresh(restored)
    assert without_views(built) == {}


@pytest.mark.parametrize("model", BY_YEAR, ids=lambda model: model.name)
def test_each_year_by_itself_gives_what_all_together_gave(
    restored: duckdb.DuckDBPyConnection, built: Built, model: SqlModel
) -> None:
    table = ALL_TABLES[model.name]
    before = contents(restored, table)
    for year in before:
        restored.execute(f"DELETE FROM {table.name} WHERE {incremental._year_of(table)} = {year}")
        build_where_changed(restored, table, model)
        assert built.get(table.name) == ([year] if len(before) > 1 else None)
    assert contents(restored, table) == before


CHANGES = {
    "a figure of the last year": "UPDATE core.qcew_cells SET wages_usd = wages_usd + 1000000 "
    "WHERE year = 2024 AND quarter = 2 AND industry_code = '1012'",
    "a year less": "DELETE FROM core.qcew_cells WHERE year = 2023",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_a_change_the_tables_are_those_of_building_everything(
    working: duckdb.DuckDBPyConnection, built: Built, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    kept = [model for model in MODELS if model.name != "core.qcew_cells"]
    monkeypatch.setattr(f"{__name__}.MODELS", kept)
    before = tables_of(working)
    working.execute(change)
    refresh(working)
    by_years = {name: years for name, years in built.items() if years is not None}
    (changed,) = map(int, re.findall("year = (20..)", change))
    assert by_years["core.qcew_annual"] == [changed]
    assert set().union(*by_years.values()) <= {changed - 1, changed}
    found = tables_of(working)
    assert found["marts.share_of_wages"] != before["marts.share_of_wages"]
    working.execute("DROP TABLE made_from")
    built.clear()
    refresh(working)
    assert set(built) == {model.name for model in kept}
    assert tables_of(working) == found


def test_a_table_that_was_edited_by_hand_is_built_again(restored: duckdb.DuckDBPyConnection, built: Built) -> None:
    before = contents(restored, ALL_TABLES["marts.share_of_wages"])
    restored.execute("UPDATE marts.share_of_wages SET known_share = 0.5 WHERE year = 2024")
    refresh(restored)
    assert without_views(built) == {"marts.share_of_wages": [2024]}
    assert contents(restored, ALL_TABLES["marts.share_of_wages"]) == before
