"""The settings of one run: the environment's, but for what the run was told."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration.exports import WAREHOUSE
from pipelines.orchestration.one_at_a_time import alone
from pipelines.orchestration.run_settings import settings_of_run
from pipelines.settings import Settings, Source
from pipelines.warehouse.build_log import begin_build
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.side_file import copy_ahead

OWNERSHIPS = ALL_TABLES["reference.ownerships"]
GIVEN = replace(Settings(), data_dir=Path("elsewhere"), contact_email="ann@board.example", since=2018)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the data folder is: a run locks it."""
    monkeypatch.chdir(tmp_path)


def settings_with(config: Mapping[str, object] | None) -> Settings:
    """What an asset gets in a run with this config."""
    got: list[Settings] = []

    @dg.asset
    def reader(settings: dg.ResourceParam[Settings]) -> None:
        got.append(settings)

    run_config = {} if config is None else {"resources": {"settings": {"config": dict(config)}}}
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [reader], resources={"settings": settings_of_run(GIVEN)}, run_config=run_config, instance=instance
        )
    assert result.success
    return got[0]


@pytest.mark.parametrize("config", [None, {}])
def test_a_run_that_is_told_nothing_has_the_settings_of_the_environment(config: dict[str, object] | None) -> None:
    assert settings_with(config) == GIVEN


@pytest.mark.parametrize(
    "config",
    [
        {"source": "qualityinfo"},
        {"since": 2001},
        {"asks_final_files": True},
        {"source": "bls", "since": 1990, "asks_final_files": True},
    ],
)
def test_a_run_has_what_it_is_told_and_all_else_from_the_environment(config: dict[str, object]) -> None:
    assert settings_with(config) == replace(GIVEN, **config)


@pytest.mark.parametrize(
    "config",
    [
        {"source": "BLS"},
        {"since": "2001"},
        {"contact_email": "eve@board.example"},
        {"data_dir": "x"},
        {"as_of": "2026"},
    ],
)
def test_a_run_cannot_be_told_anything_else(config: dict[str, object]) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        settings_with(config)


@pytest.mark.parametrize(("selection", "copies"), [(None, True), (WAREHOUSE, True), (dg.AssetKey("table"), False)])
def test_only_a_run_that_will_publish_copies_tables_ahead(selection: dg.AssetKey | None, copies: bool) -> None:
    found: list[bool] = []
    side = GIVEN.published_database.with_suffix(".duckdb.new")

    def build_and_offer(settings: Settings) -> None:
        with open_database(settings.working_database) as connection:
            begin_build(connection, [OWNERSHIPS.name])
            copy_ahead(settings.working_database, connection, [OWNERSHIPS], "")
        found.append(side.exists())

    @dg.asset
    def table(settings: dg.ResourceParam[Settings]) -> None:
        build_and_offer(settings)

    @dg.asset(key=WAREHOUSE)
    def warehouse(settings: dg.ResourceParam[Settings]) -> None:
        build_and_offer(settings)

    definitions = dg.Definitions([table, warehouse], resources={"settings": settings_of_run(GIVEN)})
    job = definitions.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(instance=instance, asset_selection=[selection] if selection else None)
    assert set(found) == {copies}
    assert not side.exists()


OTHER = """
import sys
from pathlib import Path
from pipelines.orchestration.one_at_a_time import alone
with alone(Path(sys.argv[1]), print, "waiting"):
    print("alone", flush=True)
    sys.stdin.read(1)
"""


def test_a_run_waits_until_the_other_in_its_data_folder_has_ended(tmp_path: Path) -> None:
    lock = tmp_path / "elsewhere" / "warehouse" / ".lock"
    command = [sys.executable, "-c", OTHER, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "alone\n"
        states: list[str] = []

        def let_it_end() -> None:
            states.append("the other ends")
            other.communicate("x", timeout=10)

        ending = threading.Timer(2.0, let_it_end)
        ending.start()
        settings_with({})
        states.append("this one has run")
        ending.join()
        assert states == ["the other ends", "this one has run"]


def test_a_look_of_a_schedule_does_not_wait(tmp_path: Path) -> None:
    with alone(tmp_path / "elsewhere" / "warehouse" / ".lock", print, "waiting"):
        context = dg.build_init_resource_context(config={})
        with dg.build_resources({"settings": settings_of_run(GIVEN)}) as resources:
            assert resources.settings == GIVEN
        assert context.run is None


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        other.kill()
    told: list[str] = []
    with alone(lock, told.append, "waiting"):
        assert told == []


@pytest.mark.parametrize(("settings", "source"), [("establishments", "files"), ("files", "establishments")])
def test_no_run_changes_between_confidential_records_and_public_files(
    settings: Source, source: Source, tmp_path: Path
) -> None:
    given = replace(GIVEN, source=settings, data_dir=tmp_path / "data")
    config = {"settings": {"config": {"source": source}}}
    with (
        pytest.raises(dg.DagsterResourceFunctionError) as failure,
        dg.build_resources({"settings": settings_of_run(given)}, resource_config=config),
    ):
        pass
    assert f"this run asks for source {source}" in str(failure.value.__cause__)
    assert not given.data_dir.exists()
