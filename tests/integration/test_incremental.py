"""What is built again after a change: the years that it touches, with the same result as building everything."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture
def working(sample_runs: object, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the working database of the run on the sample: two years, and what they tell of the one before."""
    original = sample_runs.data_dir / "warehouse" / "working.duckdb"  # type: ignore[attr-defined]
    with duckdb.connect(shutil.copy(original, tmp_path)) as connection:
        connection.execute("SET enable_progress_bar = false")
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


def test_where_nothing_has_changed_nothing_is_built(working: duckdb.DuckDBPyConnection, built: Built) -> None:
    refresh(working)
    assert without_views(built) == {}


@pytest.mark.parametrize("model", BY_YEAR, ids=lambda model: model.name)
def test_each_year_by_itself_gives_what_all_together_gave(
    working: duckdb.DuckDBPyConnection, built: Built, model: SqlModel
) -> None:
    table = ALL_TABLES[model.name]
    before = contents(working, table)
    for year in before:
        working.execute(f"DELETE FROM {table.name} WHERE {incremental._year_of(table)} = {year}")
        build_where_changed(working, table, model)
        assert built.get(table.name) == ([year] if len(before) > 1 else None)
    assert contents(working, table) == before


CHANGES = {
    "a figure of the last year": "UPDATE core.qcew_cells SET wages_usd = wages_usd + 1000000 "
    "WHERE year = 2024 AND quarter = 2 AND industry_code = '23'",
    "a quarter less": "DELETE FROM core.qcew_cells WHERE year = 2023 AND quarter = 4",
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


def test_a_table_that_was_edited_by_hand_is_built_again(working: duckdb.DuckDBPyConnection, built: Built) -> None:
    before = contents(working, ALL_TABLES["marts.share_of_wages"])
    working.execute("UPDATE marts.share_of_wages SET known_share = 0.5 WHERE year = 2024")
    refresh(working)
    assert without_views(built) == {"marts.share_of_wages": [2024]}
    assert contents(working, ALL_TABLES["marts.share_of_wages"]) == before
