"""Where runs are kept: SQLite as ever, or a team's PostgreSQL, whose address nobody is shown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster._serdes import ConfigurableClassData

from pipelines.orchestration import team_storage
from pipelines.orchestration.team_storage import TEAM_DATABASE, StorageByEnvironment, team_database
from pipelines.settings import PROJECT_ROOT, SettingsError

ADDRESS = "postgresql://ann:secret@db.board.example:5432/dagster"
OPEN_STORAGE = """
import sys
import dagster as dg
with dg.DagsterInstance.get() as instance:
    print(type(instance.run_storage).__name__, sorted({"dagster_postgres", "psycopg2"} & set(sys.modules)))
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose .env is its own; nothing is set."""
    monkeypatch.setattr(team_storage, "PROJECT_ROOT", tmp_path)
    monkeypatch.delenv(TEAM_DATABASE, raising=False)
    return tmp_path


def opened(base_dir: Path) -> object:
    """The storage that Dagster gets from dagster.yaml."""
    name = ConfigurableClassData(StorageByEnvironment.__module__, "StorageByEnvironment", f"base_dir: {base_dir}")
    return name.rehydrate()


def test_without_a_team_the_projects_own_dagster_yaml_opens_sqlite_and_imports_nothing_new(tmp_path: Path) -> None:
    environment = os.environ | {"DAGSTER_HOME": str(PROJECT_ROOT), TEAM_DATABASE: ""}
    run = subprocess.run([sys.executable, "-c", OPEN_STORAGE], env=environment, cwd=tmp_path, check=False,
                         capture_output=True, text=True)  # fmt: skip
    assert run.stdout == "SqliteRunStorage []\n", run.stderr
    assert (tmp_path / "data" / "dagster" / "storage" / "history" / "runs.db").exists()


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_address_is_none(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEAM_DATABASE, value)
    assert team_database() is None
    assert type(opened(tmp_path / "storage")) is StorageByEnvironment


def test_the_address_is_of_the_environment_or_else_of_the_env_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".env").write_text(f"{TEAM_DATABASE}={ADDRESS}\n", encoding="utf-8")
    assert team_database() == ADDRESS
    monkeypatch.setenv(TEAM_DATABASE, "postgresql://another")
    assert team_database() == "postgresql://another"
    monkeypatch.setenv(TEAM_DATABASE, "")
    assert team_database() is None


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:secret/part@db.board.example/dagster",
        "postgresql://ann:secret:part@db.board.example/dagster",
        "postgresql://ann:secret@part@db.board.example/dagster",
        "postgresql://ann:part@db.board.example:secret/dagster",
        "postgresql://ann:secret-part@db.board.example",
        "mysql://ann:secret-part@db.board.example/dagster",
        "postgresql+psycopg2://ann:secret-part@db.board.example/dagster",
        "secret part",
    ],
)
def test_what_is_no_address_is_refused_and_not_shown(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TEAM_DATABASE, address)
    with pytest.raises(SettingsError, match="DAGSTER_PG_URL: expected postgresql://user:password@") as refusal:
        opened(tmp_path)
    assert "secret" not in str(refusal.value)
    assert "part" not in str(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        "postgresql://ann@localhost/dagster",
        "postgresql://ann:secret%40%2F@[::1]:5433/dagster?sslmode=require",
        "postgresql:///dagster?host=/var/run/postgresql",
    ],
)
def test_a_whole_address_is_given_to_the_package(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEAM_DATABASE, address)
    monkeypatch.setattr("dagster_postgres.DagsterPostgresStorage", lambda given: given)
    assert opened(tmp_path) == address


def test_a_missing_package_is_named_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEAM_DATABASE, ADDRESS)
    monkeypatch.setitem(sys.modules, "dagster_postgres", None)
    with pytest.raises(SettingsError, match="DAGSTER_PG_URL is set, which needs the extra `team`") as refusal:
        opened(tmp_path)
    assert "secret" not in str(refusal.value)
