"""Settings: each variable, its default, and a message that names variable, value and what was expected."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from pipelines.settings import (
    PROJECT_ROOT,
    SHIPPED_DEFINITIONS,
    VARIABLES,
    Settings,
    SettingsError,
    Source,
    read_settings,
)

SOURCES = get_args(Source)


def examples_of_variables() -> dict[str, str]:
    lines = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.removeprefix("# ").split("=", 1) for line in lines if line.startswith("# SECTORS_"))


EXPECTED_ADDRESS = "expected an address that begins with https://, without user and password"


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
            "SECTORS_CONTACT_EMAIL": "data@board.example",
            "SECTORS_SINCE": "2012",
            "SECTORS_SCOPE": "us",
            "SECTORS_EXPORTS": "open_data, site",
            "SECTORS_AS_OF": "2026-03-15",
            "SECTORS_ENGINE": "spark",
            "SECTORS_SPARK_MASTER": "spark://127.0.0.1:7077",
            "SECTORS_ALERT_WEBHOOK": "https://chat.example/hooks/secret",
            "SECTORS_BLS_ADDRESS": "http://127.0.0.1:8000/cew/",
            "SECTORS_QUALITYINFO_ADDRESS": "https://mirror.example",
            "PATH": "/bin",
        }
    )
    assert settings == Settings(
        source="files",
        inbox=inbox,
        data_dir=tmp_path / "data",
        definitions_dir=tmp_path,
        sample_seed=7,
        scheduled_source="files",
        contact_email="data@board.example",
        since=2012,
        scope="us",
        as_of=date(2026, 3, 15),
        exports=("site", "open_data"),
        engine="spark",
        spark_master="spark://127.0.0.1:7077",
        alert_webhook="https://chat.example/hooks/secret",
        bls_address="http://127.0.0.1:8000/cew",
        qualityinfo_address="https://mirror.example",
    )
    assert not settings.is_synthetic
    assert len(VARIABLES) == 16


def test_the_environment_is_read_when_asked_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECTORS_SAMPLE_SEED", "41")
    assert read_settings().sample_seed == 41
    monkeypatch.setenv("SECTORS_SAMPLE_SEED", "42")
    assert read_settings().sample_seed == 42


def test_every_variable_is_explained_in_the_example() -> None:
    examples = examples_of_variables()
    assert examples.keys() == VARIABLES
    defaults = {
        "SECTORS_SOURCE": Settings().source,
        "SECTORS_DATA_DIR": str(Settings().data_dir.relative_to(PROJECT_ROOT)),
        "SECTORS_DEFINITIONS_DIR": str(Settings().definitions_dir.relative_to(PROJECT_ROOT)),
        "SECTORS_INBOX": str(Settings().inbox.relative_to(PROJECT_ROOT)),
        "SECTORS_SAMPLE_SEED": str(Settings().sample_seed),
        "SECTORS_SPARK_MASTER": Settings().spark_master,
        "SECTORS_BLS_ADDRESS": Settings().bls_address,
        "SECTORS_QUALITYINFO_ADDRESS": Settings().qualityinfo_address,
    }
    assert examples.items() >= defaults.items()


def test_the_examples_are_values_that_can_be_used() -> None:
    examples = examples_of_variables()
    del examples["SECTORS_INBOX"]  # it goes with another source
    assert read_settings(examples) == replace(
        Settings(),
        contact_email=examples["SECTORS_CONTACT_EMAIL"],
        since=int(examples["SECTORS_SINCE"]),
        scope="us",
        as_of=date.fromisoformat(examples["SECTORS_AS_OF"]),
        exports=("site",),
        engine="spark",
        alert_webhook=examples["SECTORS_ALERT_WEBHOOK"],
        scheduled_source="sample",
    )


@pytest.mark.parametrize("value", ["US", "nation", "41"])
def test_a_scope_is_the_boards_or_the_nation(value: str) -> None:
    assert message(SECTORS_SCOPE=value) == f"SECTORS_SCOPE={value}: expected one of board, us"


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
    assert (settings.inbox, settings.data_dir) == (tmp_path / "in", tmp_path / "data")
    assert settings.definitions_dir == tmp_path


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
        settings.spark_dir,
        settings.working_database,
        settings.published_database,
        settings.exports_dir,
    ]
    assert all(tmp_path in path.parents for path in written)
    assert len(set(written)) == len(written)
    assert settings.published_database == tmp_path / "warehouse" / "sectors.duckdb"


def test_a_rebuilt_day_has_a_database_and_exports_of_its_own(tmp_path: Path) -> None:
    present = replace(Settings(), data_dir=tmp_path)
    day = replace(present, as_of=date(2026, 3, 15))
    assert day.published_database == tmp_path / "warehouse" / "sectors_as_of_2026-03-15.duckdb"
    assert day.exports_dir == tmp_path / "exports_as_of_2026-03-15"
    assert day.working_database not in (day.published_database, present.working_database)
    assert (day.raw_dir, day.typed_dir, day.estimates_dir) == (
        present.raw_dir,
        present.typed_dir,
        present.estimates_dir,
    )


# The web


@pytest.mark.parametrize("source", ["bls", "qualityinfo"])
def test_publishers_are_sources_and_no_sample(source: str) -> None:
    settings = read_settings({"SECTORS_SOURCE": source})
    assert settings.source == source
    assert not settings.is_synthetic


@pytest.mark.parametrize(
    ("given", "scheduled"),
    [({}, "bls"), *(({"SECTORS_SOURCE": one}, one) for one in SOURCES if one != "establishments")],
)
def test_runs_that_start_by_themselves_ask_bls_unless_the_source_is_set(given: dict[str, str], scheduled: str) -> None:
    assert read_settings(given).scheduled_source == scheduled


def test_a_contact_is_wanted_only_when_it_is_used() -> None:
    with pytest.raises(SettingsError, match="SECTORS_CONTACT_EMAIL is not set: BLS blocks programs"):
        read_settings({"SECTORS_SOURCE": "bls"}).contact()
    assert read_settings({"SECTORS_CONTACT_EMAIL": "data@board.example"}).contact() == "data@board.example"


def test_neither_the_e_mail_nor_the_webhook_is_shown_where_settings_are_printed() -> None:
    secret = {"SECTORS_CONTACT_EMAIL": "ann@board.example", "SECTORS_ALERT_WEBHOOK": "https://chat.example/hooks/T0"}
    shown = repr(read_settings(secret))
    assert not any(word in shown for word in ("ann@", "board.example", "chat.example", "T0"))


# Messages


def test_an_unknown_variable_is_named_with_those_there_are() -> None:
    told = message(SECTORS_SORCE="files", SECTORS_SEED="1")
    assert told.startswith("SECTORS_SEED, SECTORS_SORCE: no such setting; there are SECTORS_ALERT_WEBHOOK, ")
    assert all(variable in told for variable in VARIABLES)


@pytest.mark.parametrize("value", ["Files", "BLS", "files,sample"])
def test_an_unknown_source_is_named_with_those_there_are(value: str) -> None:
    assert message(SECTORS_SOURCE=value) == f"SECTORS_SOURCE={value}: expected one of {', '.join(SOURCES)}"


@pytest.mark.parametrize("source", ["", "sample", "bls", "qualityinfo"])
def test_an_inbox_that_would_never_be_read_is_refused(source: str, tmp_path: Path) -> None:
    told = message(SECTORS_INBOX=str(tmp_path), SECTORS_SOURCE=source)
    read = f"SECTORS_SOURCE={source or 'sample'}"
    assert told == f"SECTORS_INBOX is set, but {read} never reads it; set SECTORS_SOURCE=files"


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


@pytest.mark.parametrize("value", ["1989", "12", "2100", "2016-Q1", "twenty", " 2016"])
def test_a_first_year_that_bls_cannot_have_is_named(value: str) -> None:
    assert message(SECTORS_SINCE=value).startswith(f"SECTORS_SINCE={value}: expected a year from 1990 on")


@pytest.mark.parametrize("value", ["2026-02-30", "15.03.2026", "yesterday", "2026-03"])
def test_a_day_that_there_is_not_is_named(value: str) -> None:
    assert message(SECTORS_AS_OF=value) == f"SECTORS_AS_OF={value}: expected a day such as 2026-03-15"


@pytest.mark.parametrize(
    "value", ["ann", "ann@board", "ann@board.example\nX-Evil: 1", "Ann <ann@board.example>", "@b.example"]
)
def test_a_contact_that_is_no_e_mail_address_is_refused_and_not_repeated(value: str) -> None:
    told = message(SECTORS_CONTACT_EMAIL=value)
    assert told.startswith("SECTORS_CONTACT_EMAIL: this is no e-mail address; expected one such as")
    assert value not in told


@pytest.mark.parametrize(
    "value", ["http://data.bls.gov/cew", "data.bls.gov", "https://", "file:///data", "ftp://127.0.0.1"]
)
def test_an_address_without_protection_is_named_and_the_secret_one_is_not_repeated(value: str) -> None:
    for name in ("SECTORS_BLS_ADDRESS", "SECTORS_QUALITYINFO_ADDRESS"):
        assert message(**{name: value}) == f"{name}={value}: {EXPECTED_ADDRESS}"
    told = message(SECTORS_ALERT_WEBHOOK=f"{value}/T0")
    assert told == f"SECTORS_ALERT_WEBHOOK: {EXPECTED_ADDRESS}"


def test_an_address_that_cannot_be_taken_apart_is_named() -> None:
    told = message(SECTORS_BLS_ADDRESS="https://[::1/cew")
    assert told == f"SECTORS_BLS_ADDRESS=https://[::1/cew: {EXPECTED_ADDRESS}"


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    told = message(SECTORS_BLS_ADDRESS="https://me:password@data.bls.gov/cew")
    assert told == f"SECTORS_BLS_ADDRESS: {EXPECTED_ADDRESS}"


@pytest.mark.parametrize(
    ("value", "exports"),
    [("", ("site", "workbooks", "open_data")), ("none", ()), ("workbooks,site", ("site", "workbooks"))],
)
def test_exports_are_asked_for_by_name(value: str, exports: tuple[str, ...]) -> None:
    assert read_settings({"SECTORS_EXPORTS": value}).exports == exports


def test_an_engine_there_is_not_is_refused() -> None:
    assert message(SECTORS_ENGINE="sparc") == "SECTORS_ENGINE=sparc: expected one of duckdb, spark"


@pytest.mark.parametrize(
    "value", ["local", "local[*]", "local[4]", "spark://a:7077", "k8s://https://a", "yarn", "sc://a"]
)
def test_a_master_is_where_spark_runs(value: str) -> None:
    assert read_settings({"SECTORS_ENGINE": "spark", "SECTORS_SPARK_MASTER": value}).spark_master == value


@pytest.mark.parametrize("value", ["local[]", "localhost:7077", "http://a", "local[0]"])
def test_a_master_there_is_not_is_named(value: str) -> None:
    told = message(SECTORS_ENGINE="spark", SECTORS_SPARK_MASTER=value)
    assert told.startswith(f"SECTORS_SPARK_MASTER={value}: expected local[*]")


def test_a_master_that_would_never_be_asked_is_refused() -> None:
    told = message(SECTORS_SPARK_MASTER="local[2]")
    assert told == "SECTORS_SPARK_MASTER is set, but only SECTORS_ENGINE=spark reads it"


@pytest.mark.parametrize("value", ["pages", "site,none", "site,"])
def test_an_export_there_is_not_is_refused(value: str) -> None:
    assert message(SECTORS_EXPORTS=value).startswith(f"SECTORS_EXPORTS={value}: expected none, or some of site,")


class TestConfidentialFolder:
    """Where establishment records may lie; who may enter it is checked when a run begins."""

    def test_its_records_go_to_no_other_machine(self, tmp_path: Path) -> None:
        given = {
            "SECTORS_SOURCE": "establishments",
            "SECTORS_CONFIDENTIAL_DIR": str(tmp_path),
            "SECTORS_ENGINE": "spark",
        }
        assert read_settings(given).spark_master == "local[*]"
        assert "stay on this machine" in message(**given, SECTORS_SPARK_MASTER="spark://elsewhere:7077")

    def test_all_data_of_establishments_lie_in_it_and_nothing_is_exported(self, tmp_path: Path) -> None:
        settings = read_settings(
            {
                "SECTORS_SOURCE": "establishments",
                "SECTORS_CONFIDENTIAL_DIR": str(tmp_path),
                "SECTORS_EXPORTS": "site",
            }
        )
        assert settings.is_confidential
        assert (settings.data_dir, settings.inbox, settings.exports) == (tmp_path, tmp_path / "inbox", ())
        folders = (settings.raw_dir, settings.typed_dir, settings.estimates_dir, settings.exports_dir)
        files = (settings.working_database, settings.published_database)
        assert all(path.is_relative_to(tmp_path) for path in (*folders, *files))

    def test_an_inbox_may_be_named(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        settings = read_settings(
            {
                "SECTORS_SOURCE": "establishments",
                "SECTORS_CONFIDENTIAL_DIR": str(tmp_path / "own"),
                "SECTORS_INBOX": str(tmp_path / "in"),
            }
        )
        assert settings.inbox == tmp_path / "in"

    def test_a_release_is_held_against_it_and_lies_among_public_data(self, tmp_path: Path) -> None:
        given = {
            "SECTORS_SOURCE": "release",
            "SECTORS_INBOX": str(tmp_path),
            "SECTORS_DATA_DIR": str(tmp_path / "data"),
        }
        assert read_settings(given).confidential_dir is None
        own = tmp_path / "own"
        own.mkdir()
        settings = read_settings(given | {"SECTORS_CONFIDENTIAL_DIR": str(own)})
        assert (settings.confidential_dir, settings.data_dir) == (own, tmp_path / "data")
        assert not settings.is_confidential

    @pytest.mark.parametrize("data_dir", [".", "own", "own/public"])
    def test_what_is_made_of_a_release_lies_apart_from_it(self, tmp_path: Path, data_dir: str) -> None:
        (tmp_path / "own").mkdir()
        said = message(
            SECTORS_SOURCE="release",
            SECTORS_DATA_DIR=str(tmp_path / data_dir),
            SECTORS_CONFIDENTIAL_DIR=str(tmp_path / "own"),
        )
        assert "expected a folder apart from it" in said

    def test_audits_of_a_release_must_be_there(self, tmp_path: Path) -> None:
        said = message(SECTORS_SOURCE="release", SECTORS_CONFIDENTIAL_DIR=str(tmp_path / "none"))
        assert said.endswith("none: no such folder; expected one that holds the audits of the release")

    def test_other_sources_never_look_into_it(self, tmp_path: Path) -> None:
        assert read_settings({"SECTORS_CONFIDENTIAL_DIR": str(tmp_path)}).confidential_dir is None

    def test_it_must_be_set(self) -> None:
        assert "SECTORS_CONFIDENTIAL_DIR is not set" in message(SECTORS_SOURCE="establishments")

    def test_the_data_folder_cannot_be_set_beside_it(self, tmp_path: Path) -> None:
        said = message(
            SECTORS_SOURCE="establishments",
            SECTORS_CONFIDENTIAL_DIR=str(tmp_path / "one"),
            SECTORS_DATA_DIR=str(tmp_path / "two"),
        )
        assert said.startswith("SECTORS_DATA_DIR is set, but")

    @pytest.mark.parametrize(
        "folder", [PROJECT_ROOT, PROJECT_ROOT / "data" / "own", PROJECT_ROOT.parent, PROJECT_ROOT / "x" / ".." / "own"]
    )
    def test_it_lies_apart_from_the_project(self, folder: Path) -> None:
        said = message(SECTORS_SOURCE="establishments", SECTORS_CONFIDENTIAL_DIR=str(folder))
        assert "in or around the project" in said

    def test_symbolic_links_are_followed(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(PROJECT_ROOT / "docs")
        said = message(SECTORS_SOURCE="establishments", SECTORS_CONFIDENTIAL_DIR=str(tmp_path / "link"))
        assert "in or around the project" in said

    def test_public_data_that_lie_elsewhere_count_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        public = tmp_path / "public"
        public.mkdir()
        (tmp_path / "link").symlink_to(public)
        monkeypatch.setattr(Settings, "data_dir", tmp_path / "link")
        for folder in (public / "own", tmp_path):
            said = message(SECTORS_SOURCE="establishments", SECTORS_CONFIDENTIAL_DIR=str(folder))
            assert "in or around the folder of public data" in said

    @pytest.mark.parametrize("source", ["sample", "files", "bls", "qualityinfo"])
    def test_no_other_source_reads_it(self, source: str) -> None:
        unusable = read_settings({"SECTORS_SOURCE": source, "SECTORS_CONFIDENTIAL_DIR": str(PROJECT_ROOT)})
        assert unusable == read_settings({"SECTORS_SOURCE": source})
