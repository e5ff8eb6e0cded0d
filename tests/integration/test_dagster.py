"""Dagster loads the project, and its schedule and sensor ask for the right runs."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import dagster as dg
import pytest
from dagster import OpDefinition

from pipelines.definitions import build_definitions
from pipelines.orchestration.jobs import inbox_sensor
from pipelines.settings import Settings


@pytest.mark.parametrize("what", ["toml", "defs"])
def test_dg_check_passes(what: str, program: Callable[..., CompletedProcess[str]], tmp_path: Path) -> None:
    finished = program("dg", "check", what, data_dir=tmp_path)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_definitions_are_loadable_with_their_jobs_schedules_and_sensor() -> None:
    definitions = build_definitions(Settings())
    dg.Definitions.validate_loadable(definitions)
    repository = definitions.get_repository_def()
    assert repository.has_job("refresh")
    assert repository.has_job("capture_quarters")
    assert {schedule.name for schedule in repository.schedule_defs} == {"release_calendar", "qualityinfo_calendar"}
    assert [sensor.name for sensor in repository.sensor_defs] == ["inbox_files"]


def test_no_step_waits_for_a_slot_that_a_killed_run_would_keep() -> None:
    """A pool's slot is not given back by a run that was killed: every later run would wait for it without end."""
    repository = build_definitions(Settings()).get_repository_def()
    pools = {
        assets.op.pool for assets in repository.assets_defs_by_key.values() if isinstance(assets.node_def, OpDefinition)
    }
    assert pools == {None}


def test_the_sensor_asks_for_a_run_when_a_file_appears_and_only_once(tmp_path: Path) -> None:
    settings = Settings(source="files", inbox=tmp_path, data_dir=tmp_path / "data")
    before, cursor = evaluate(settings, None)
    (tmp_path / "41051.csv").write_text("a file")
    first, cursor = evaluate(settings, cursor)
    second, cursor = evaluate(settings, cursor)
    (tmp_path / "41051.csv").write_text("the file, revised")
    third, cursor = evaluate(settings, cursor)
    assert [len(requests) for requests in (before, first, second, third)] == [0, 1, 0, 1]
    assert first != third, "Dagster starts one run a key"


def test_the_sensor_is_quiet_without_an_inbox(tmp_path: Path) -> None:
    missing = Settings(source="files", inbox=tmp_path / "none", data_dir=tmp_path)
    assert evaluate(missing, None) == ([], None)
    (tmp_path / "empty").mkdir()
    assert evaluate(Settings(source="sample", inbox=tmp_path / "empty", data_dir=tmp_path), None) == ([], None)


def evaluate(settings: Settings, cursor: str | None) -> tuple[list[str | None], str | None]:
    """One tick of the sensor: the keys of the runs it asks for, and its cursor afterwards."""
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance,
            cursor=cursor,
            definitions=build_definitions(settings),
            resources={"settings": settings},
        )
        tick = inbox_sensor.evaluate_tick(context)
    return [request.run_key for request in tick.run_requests or ()], tick.cursor
