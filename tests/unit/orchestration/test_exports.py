"""What is made of the published warehouse: as far as it is asked for, and told to Dagster only where it was made."""

from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app, runs
from pipelines.orchestration.exports import Write, export_asset
from pipelines.orchestration.sites import NothingToShow
from pipelines.settings import Export, Settings
from pipelines.warehouse.connection import open_database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a data folder with a published warehouse of one table."""
    settings = replace(Settings(), data_dir=tmp_path, exports=("workbooks",))
    settings.published_database.parent.mkdir()
    with open_database(settings.published_database) as connection:
        connection.execute("CREATE TABLE figures AS SELECT 7 AS jobs")
    return settings


def write_jobs(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Path:
    """The jobs, as a file."""
    path = settings.data_dir / "jobs.txt"
    path.write_text(str(connection.execute("SELECT jobs FROM figures").fetchall()))
    return path


def made(name: Export, write: Write, settings: Settings) -> dg.ExecuteInProcessResult:
    resource = dg.ResourceDefinition.hardcoded_resource(settings)
    return dg.materialize([export_asset(name, write)], resources={"settings": resource}, raise_on_error=False)


def test_an_export_is_made_of_the_published_warehouse_and_told(settings: Settings) -> None:
    result = made("workbooks", write_jobs, settings)
    (told,) = result.asset_materializations_for_node("published__workbooks")
    assert told.asset_key == dg.AssetKey(["published", "workbooks"])
    path = told.metadata["path"].value
    assert Path(str(path)).read_text() == "[(7,)]"


def test_an_export_that_is_not_asked_for_is_passed_over(settings: Settings) -> None:
    result = made("site", write_jobs, settings)
    assert result.success
    assert result.get_asset_materialization_events() == []
    assert not (settings.data_dir / "jobs.txt").exists()


def test_nothing_to_show_is_no_failure(settings: Settings) -> None:
    def nothing(*_: object) -> Path:
        raise NothingToShow("no region")

    result = made("workbooks", nothing, settings)
    assert result.success
    assert result.get_asset_materialization_events() == []


def test_an_export_that_fails_fails(settings: Settings) -> None:
    settings.published_database.unlink()
    assert not made("workbooks", write_jobs, settings).success


def test_a_run_tells_failed_exports_from_a_failed_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "run_job", lambda _: runs.Outcome(is_success=False, made={"warehouse": Path()}))
    monkeypatch.setattr(runs, "_print_result", lambda _: None)
    result = CliRunner().invoke(app, ["run"], env={"SECTORS_DATA_DIR": str(settings.data_dir)})
    assert result.exit_code == 1
    assert "The warehouse is published, but not all that was to be made of it" in result.output
    monkeypatch.setattr(runs, "run_job", lambda _: runs.Outcome(is_success=False, made={}))
    result = CliRunner().invoke(app, ["run"], env={"SECTORS_DATA_DIR": str(settings.data_dir)})
    assert result.exit_code == 1
    assert "the last published warehouse is as it was" in result.output
