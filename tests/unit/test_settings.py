"""Settings: each variable, its default, and a message that names variable, value and what was expected."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.settings import (
    PROJECT_ROOT,
    SHIPPED_DEFINITIONS,
    VARIABLES,
    Settings,
    SettingsError,
    read_settings,
)


def message(**variables: str) -> str:
    with pytest.raises(SettingsError) as error:
        read_settings(variables)
    return str(error.value)


def test_nothing_needs_to_be_set() -> None:
    assert read_settings({}) == Settings()
    assert Settings() == Settings(
        source="sample",
        inbox=PROJECT_ROOT / "data" / "inbox",
        data_dir=PROJECT_ROOT / "data",
        definitions_dir=SHIPPED_DEFINITIONS,
        sample_seed=2016,
    )


@pytest.mark.parametrize("value", ["", " ", "\t"])
@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_an_empty_variable_counts_as_not_set(variable: str, value: str) -> None:
    assert read_settings({variable: value}) == Settings()


def test_every_variable_is_read(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    settings = read_settings(
        {
            "SECTORS_SOURCE": "files",
            "SECTORS_INBOX": str(inbox),
            "SECTORS_DATA_DIR": str(tmp_path / "data"),
            "SECTORS_DEFINITIONS_DIR": str(tmp_path),
            "SECTORS_SAMPLE_SEED": "7",
            "PATH": "/bin",
        }
    )
    assert settings == Settings("files", inbox, tmp_path / "data", tmp_path, 7)
    assert not settings.is_synthetic
    assert len(VARIABLES) == 5


def test_the_environment_is_read_when_asked_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECTORS_SAMPLE_SEED", "41")
    assert read_settings().sample_seed == 41
    monkeypatch.setenv("SECTORS_SAMPLE_SEED", "42")
    assert read_settings().sample_seed == 42


def test_every_variable_is_explained_in_the_example() -> None:
    lines = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    examples = dict(line.removeprefix("# ").split("=", 1) for line in lines if line.startswith("# SECTORS_"))
    assert examples.keys() == VARIABLES
    defaults = {
        "SECTORS_SOURCE": Settings().source,
        "SECTORS_DATA_DIR": str(Settings().data_dir.relative_to(PROJECT_ROOT)),
        "SECTORS_DEFINITIONS_DIR": str(Settings().definitions_dir.relative_to(PROJECT_ROOT)),
        "SECTORS_INBOX": str(Settings().inbox.relative_to(PROJECT_ROOT)),
        "SECTORS_SAMPLE_SEED": str(Settings().sample_seed),
    }
    assert examples == defaults


# Paths


def test_relative_paths_are_of_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    settings = read_settings(
        {
            "SECTORS_SOURCE": "files",
            "SECTORS_INBOX": "in",
            "SECTORS_DATA_DIR": "sub/../data",
            "SECTORS_DEFINITIONS_DIR": ".",
        }
    )
    assert settings == replace(
        Settings(), source="files", inbox=tmp_path / "in", data_dir=tmp_path / "data", definitions_dir=tmp_path
    )


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_settings({"SECTORS_DATA_DIR": "~/data"}).data_dir == tmp_path / "data"


def test_the_inbox_lies_in_the_data_folder_unless_it_is_named(tmp_path: Path) -> None:
    settings = read_settings({"SECTORS_SOURCE": "files", "SECTORS_DATA_DIR": str(tmp_path)})
    assert settings.inbox == tmp_path / "inbox"


def test_an_inbox_may_be_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    settings = read_settings({"SECTORS_SOURCE": "files", "SECTORS_INBOX": str(tmp_path / "a.zip")})
    assert settings.inbox == tmp_path / "a.zip"


def test_all_that_is_written_lies_below_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings({"SECTORS_DATA_DIR": str(tmp_path)})
    written = [
        settings.raw_dir,
        settings.typed_dir,
        settings.working_database,
        settings.published_database,
        settings.exports_dir,
    ]
    assert all(tmp_path in path.parents for path in written)
    assert len(set(written)) == len(written)
    assert settings.published_database == tmp_path / "warehouse" / "sectors.duckdb"


# Messages


def test_an_unknown_variable_is_named_with_those_there_are() -> None:
    told = message(SECTORS_SORCE="files", SECTORS_SEED="1")
    assert told.startswith("SECTORS_SEED, SECTORS_SORCE: no such setting; there are SECTORS_DATA_DIR, ")
    assert all(variable in told for variable in VARIABLES)


@pytest.mark.parametrize("value", ["Files", "bls", "files,sample"])
def test_an_unknown_source_is_named_with_those_there_are(value: str) -> None:
    assert message(SECTORS_SOURCE=value) == f"SECTORS_SOURCE={value}: expected one of sample, files"


@pytest.mark.parametrize("source", [{}, {"SECTORS_SOURCE": "sample"}])
def test_an_inbox_that_would_never_be_read_is_refused(source: dict[str, str], tmp_path: Path) -> None:
    told = message(SECTORS_INBOX=str(tmp_path), **source)
    assert told == "SECTORS_INBOX is set, but SECTORS_SOURCE=sample never reads it; set SECTORS_SOURCE=files"


def test_a_missing_inbox_is_named(tmp_path: Path) -> None:
    told = message(SECTORS_SOURCE="files", SECTORS_INBOX=str(tmp_path / "nowhere"))
    assert told.startswith(f"SECTORS_INBOX={tmp_path / 'nowhere'}: no such file or folder; expected a QCEW file")


@pytest.mark.parametrize("name", ["nowhere", "a file"])
def test_a_missing_definitions_folder_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("x")
    told = message(SECTORS_DEFINITIONS_DIR=str(tmp_path / name))
    assert told.startswith(f"SECTORS_DEFINITIONS_DIR={tmp_path / name}: no such folder; expected one that holds")


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    told = message(SECTORS_DATA_DIR=str(tmp_path / "data"))
    assert told.startswith(f"SECTORS_DATA_DIR={tmp_path / 'data'}: this is a file; expected a folder")


@pytest.mark.parametrize("value", ["-1", "1.5", "x", "1e3", " 7", "²"])
def test_a_seed_that_is_no_whole_number_is_named(value: str) -> None:
    assert message(SECTORS_SAMPLE_SEED=value) == f"SECTORS_SAMPLE_SEED={value}: expected a whole number, 0 or more"
