"""The confidential folder is its owner's alone, and what others might read says nothing of a record."""

import os
import traceback
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.orchestration.confidential import ConfidentialFailure, make_private, require_private, without_values
from pipelines.orchestration.intake import NothingToBuildFrom, SyntheticAndReal, take_in
from pipelines.settings import Settings, SettingsError
from pipelines.sources.raw_store import RawStore
from pipelines.sources.sample_files import SYNTHETIC_NAME

CANARY = "CANARY SAWMILL"
HEADER = (
    "year,quarter,account,unit,ein,area_fips,own_code,industry_code,multi_establishment_code,"
    "month1_employment,month2_employment,month3_employment,wages_usd,legal_name\n"
)
RECORD = f"2024,1,7770001001,00000,888000001,41051,5,113310,1,3,3,3,30000,{CANARY}\n"
PUBLIC = "area_fips,own_code,industry_code,agglvl_code,size_code,year,qtr\n41051,5,10,71,0,2024,1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "confidential"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def settings(folder: Path) -> Settings:
    (folder / "inbox").mkdir()
    return Settings(source="establishments", data_dir=folder, inbox=folder / "inbox", exports=())


@pytest.fixture(autouse=True)
def same_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("mode", [0o701, 0o710, 0o704, 0o740, 0o720, 0o777])
def test_a_folder_that_others_can_enter_read_or_change_is_refused(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(SettingsError, match=f"its permissions are {mode:o}.*chmod 700"):
        require_private(folder)


def test_a_folder_of_ones_own_is_taken_also_by_a_link(folder: Path, tmp_path: Path) -> None:
    require_private(folder)
    (tmp_path / "link").symlink_to(folder)
    require_private(tmp_path / "link")
    folder.chmod(0o755)
    with pytest.raises(SettingsError, match="755"):
        require_private(tmp_path / "link")


def test_the_folder_of_somebody_else_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(SettingsError, match="it belongs to user"):
        require_private(folder)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="mkdir -m 700"):
        require_private(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_confidential_run_makes_files_for_its_owner_only(settings: Settings) -> None:
    make_private(Settings())
    assert os.umask(0o022) == 0o022  # a public run changes nothing
    make_private(settings)
    assert os.umask(0o022) == 0o077


def test_nothing_is_read_or_made_in_a_folder_that_is_open(settings: Settings) -> None:
    (settings.inbox / "records.csv").write_text(HEADER + RECORD)
    settings.data_dir.chmod(0o750)
    with pytest.raises(SettingsError):
        take_in(settings)
    assert [path.name for path in settings.data_dir.iterdir()] == ["inbox"]


def test_files_of_bls_are_refused_among_records(settings: Settings) -> None:
    (settings.inbox / "bls.csv").write_text(PUBLIC)
    with pytest.raises(NothingToBuildFrom, match="SOURCE=establishments takes nothing else"):
        take_in(settings)


def test_records_are_refused_by_every_public_source_and_not_kept(settings: Settings, tmp_path: Path) -> None:
    (settings.inbox / "records.csv").write_text(HEADER + RECORD)
    public = Settings(source="files", data_dir=tmp_path / "public", inbox=settings.inbox)
    with pytest.raises(NothingToBuildFrom, match="give them to SOURCE=establishments only"):
        take_in(public)
    assert RawStore(public.raw_dir).captures(("files",)) == []
    held = [path for path in public.data_dir.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert held == []


def test_records_become_captures_of_their_source(settings: Settings) -> None:
    (settings.inbox / "records.csv").write_text(HEADER + RECORD)
    told: list[str] = []
    intake = take_in(settings, told.append)
    assert [(one.source, one.container, one.periods) for one in intake.captures] == [
        ("establishments", "csv", "2024-Q1")
    ]
    assert CANARY not in " ".join([*told, *intake.summary(), *intake.alerts()])
    again = take_in(settings)
    assert len(again.offer.report.known) == 1


def test_made_up_records_become_captures_of_the_sample(settings: Settings) -> None:
    (settings.inbox / f"{SYNTHETIC_NAME}.csv").write_text(HEADER + RECORD)
    assert [one.source for one in take_in(settings).captures] == ["sample"]


def test_made_up_records_and_others_are_not_in_one_folder(settings: Settings) -> None:
    real = settings.inbox / "records.csv"
    real.write_text(HEADER + RECORD)
    (settings.inbox / f"{SYNTHETIC_NAME}.csv").write_text(HEADER + RECORD.replace("3,3,3", "4,4,4"))
    with pytest.raises(SyntheticAndReal):
        take_in(settings)
    assert not (settings.raw_dir / "captures").exists()
    real.unlink()
    take_in(settings)
    real.write_text(HEADER + RECORD)  # what was captured before counts, too
    with pytest.raises(SyntheticAndReal):
        take_in(settings)


def test_a_file_without_a_usable_record_is_refused_by_rule(settings: Settings) -> None:
    (settings.inbox / "records.csv").write_text(HEADER + RECORD.replace("113310", "999998"))
    with pytest.raises(NothingToBuildFrom, match=r"none of its 1 records can be used \(industry_code: 1\)"):
        take_in(settings)


def test_an_error_of_a_library_is_told_without_what_it_quotes(settings: Settings) -> None:
    with (
        pytest.raises(ConfidentialFailure, match="ConversionException; its message is withheld") as failure,
        without_values(settings),
    ):
        duckdb.execute("SELECT ?::BIGINT", [CANARY])
    assert CANARY not in shown(failure.value)
    with pytest.raises(ConfidentialFailure) as failure, without_values(settings):
        pl.Series([CANARY]).cast(pl.Int64)
    assert CANARY not in shown(failure.value)


def test_an_error_of_ones_own_goes_on_without_its_cause(settings: Settings) -> None:
    with pytest.raises(NothingToBuildFrom) as failure, without_values(settings):
        raise NothingToBuildFrom("no records") from ValueError(CANARY)
    assert CANARY not in shown(failure.value)
    with pytest.raises(FileNotFoundError), without_values(settings):
        Path("nowhere").read_bytes()


def test_of_public_runs_errors_stay_as_they_are() -> None:
    with pytest.raises(duckdb.ConversionException, match=CANARY), without_values(Settings()):
        duckdb.execute("SELECT ?::BIGINT", [CANARY])


def shown(error: BaseException) -> str:
    """What Dagster keeps of an error: the message, and those of its causes; without the lines of this file."""
    told = traceback.TracebackException.from_exception(error)
    texts = []
    waiting = [told]
    while waiting:
        one = waiting.pop()
        texts += one.format_exception_only()
        waiting += [each for each in (one.__cause__, None if one.__suppress_context__ else one.__context__) if each]
    return "".join(texts)


def test_nothing_confidential_is_exported(folder: Path, tmp_path: Path) -> None:
    environment = {"SECTORS_SOURCE": "establishments", "SECTORS_CONFIDENTIAL_DIR": str(folder)}
    done = CliRunner().invoke(app, ["export", str(tmp_path / "out")], env=environment)
    assert done.exit_code == 1
    assert "nothing of them is" in " ".join(done.output.split())
    assert not (tmp_path / "out").exists()
