"""When a run starts by itself, and what it tells on the way."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from pipelines.domain.periods import Period
from pipelines.domain.release_calendar import RELEASED_ON
from pipelines.orchestration.jobs import (
    REASON_TO_SWEEP,
    REFRESH,
    inbox_sensor,
    progress_logger,
    qualityinfo_schedule,
    reason_to_look,
    release_schedule,
)
from pipelines.settings import Settings, read_settings
from pipelines.sources.bls_files import area_slice
from pipelines.sources.raw_store import Capture
from pipelines.sources.request_log import RequestLog

# The schedules

NEWEST = Period(2026, 1)  # in September 2026
EARLIER = {Period(2025, 4): date(2026, 6, 2)}
SEEN = EARLIER | {NEWEST: date(2026, 8, 28)}


@pytest.mark.parametrize(
    ("day", "seen", "asked", "reason"),
    [
        ("2026-09-15", {}, None, "nothing is in hand yet"),
        ("2026-08-12", EARLIER, "2026-08-03", "2026-Q1 may be published"),
        ("2026-09-01", SEEN, "2026-08-31", REASON_TO_SWEEP),
        ("2026-09-08", SEEN, "2026-08-31", REASON_TO_SWEEP),  # the days before were missed
        ("2026-09-04", SEEN, "2026-09-01", "2026-Q1 came on 2026-08-28: its files may follow each other"),
        ("2026-09-17", SEEN, "2026-09-01", "2026-Q1 came on 2026-08-28: its files may follow each other"),
        ("2026-09-18", SEEN, "2026-09-01", None),
        ("2026-09-21", SEEN, "2026-09-01", "Monday: all that is open for revision"),
        ("2026-09-22", SEEN, "2026-09-01", None),
        ("2026-12-02", SEEN, "2026-12-01", "2026-Q2 may be published"),
        ("2026-12-31", SEEN, "2026-12-01", "2026-Q2 may be published"),
        ("2027-01-05", SEEN, "2027-01-01", "2026-Q2 is late"),
        ("2027-02-26", SEEN, "2027-02-01", "2026-Q2 is late"),
        ("2026-11-26", SEEN, "2026-11-02", None),
    ],
)
def test_why_a_scheduled_run_looks(day: str, seen: dict[Period, date], asked: str | None, reason: str | None) -> None:
    assert reason_to_look(date.fromisoformat(day), seen, asked and date.fromisoformat(asked)) == reason


@pytest.mark.parametrize(("quarter", "day"), RELEASED_ON.items())
def test_every_known_release_would_have_been_looked_for_on_its_day(quarter: Period, day: date) -> None:
    seen = {Period(2024, 4): date(2025, 6, 4)} | {q: released for q, released in RELEASED_ON.items() if q < quarter}
    assert reason_to_look(day, seen, day) == f"{quarter} may be published"


def tick(settings: Settings, time: datetime) -> dg.RunRequest | str:
    schedule = build_definitions(settings).resolve_schedule_def("release_calendar")
    with dg.build_schedule_context(scheduled_execution_time=time, resources={"settings": settings}) as context:
        result = schedule.evaluate_tick(context)
    return result.run_requests[0] if result.run_requests else str(result.skip_message)


def test_a_scheduled_run_asks_bls_unless_the_environment_says_otherwise(tmp_path: Path) -> None:
    time = datetime(2026, 12, 2, 11, 30, tzinfo=ZoneInfo("America/New_York"))
    for environment, source in (({}, "bls"), ({"SECTORS_SOURCE": "files"}, "files")):
        request = tick(replace(read_settings(environment), data_dir=tmp_path), time)
        assert isinstance(request, dg.RunRequest)
        config = {"source": source, "asks_final_files": False}
        assert request.run_config == {"resources": {"settings": {"config": config}}}
        assert request.run_key == "2026-12-02"


def test_a_tick_without_reason_says_what_is_there(tmp_path: Path) -> None:
    log = RequestLog(replace(Settings(), data_dir=tmp_path).raw_dir)
    file = area_slice("https://bls", NEWEST, "41000")
    content = Capture("a" * 64, "bls", file.address, file.name, "csv", 1, "2026-08-28T15:00:00+00:00", "", "")
    log.captured(file, content, "captured", content.retrieved_at, None, None)
    before = log.last(file.address)
    assert before
    log.unchanged(before, "2026-11-02T16:00:00+00:00")
    time = datetime(2026, 11, 26, 11, 30, tzinfo=ZoneInfo("America/New_York"))
    assert tick(replace(Settings(), data_dir=tmp_path), time) == "2026-Q1 is there, and it is no Monday"


def test_both_schedules_run_on_weekdays_after_bls_publishes() -> None:
    schedules = {one.name: one for one in (release_schedule, qualityinfo_schedule)}
    crons = {name: str(one.cron_schedule).split() for name, one in schedules.items()}
    assert crons["release_calendar"] == ["30", "11", "*", "*", "1-5"]  # BLS publishes at 10:00 Eastern
    assert {one.execution_timezone for one in schedules.values()} == {"America/New_York"}
    assert {one.job_name for one in schedules.values()} == {REFRESH.name}


# The sensor


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "a.csv").write_bytes(b"1")
    return replace(Settings(), source="files", inbox=tmp_path)


def sense(settings: Settings, cursor: str | None = None) -> tuple[object, str | None]:
    """What the sensor decides, and its cursor afterwards."""
    with dg.build_sensor_context(cursor=cursor, resources={"settings": settings}) as context:
        return inbox_sensor(context), context.cursor


def test_a_filled_inbox_starts_a_run_once(settings: Settings) -> None:
    decision, cursor = sense(settings)
    assert isinstance(decision, dg.RunRequest)
    assert decision.run_key == cursor
    again, cursor_after = sense(settings, cursor)
    assert isinstance(again, dg.SkipReason)
    assert cursor_after == cursor


def test_every_change_of_the_inbox_starts_a_run(settings: Settings) -> None:
    inbox, states = settings.inbox, []
    changes: list[Callable[[], object]] = [
        lambda: None,
        lambda: (inbox / "a.csv").write_bytes(b"12"),
        lambda: os.utime(inbox / "a.csv", ns=(1, 1)),
        lambda: (inbox / "a.csv").rename(inbox / "b.csv"),
        lambda: (inbox / "c.csv").write_bytes(b""),
        lambda: (inbox / "b.csv").unlink(),
    ]
    cursor = None
    for change in changes:
        change()
        decision, cursor = sense(settings, cursor)
        assert isinstance(decision, dg.RunRequest)
        states.append(cursor)
    assert len(set(states)) == len(changes)


def test_a_hidden_file_is_no_change(settings: Settings) -> None:
    _, cursor = sense(settings)
    (settings.inbox / ".a.csv.part").write_bytes(b"1")
    assert isinstance(sense(settings, cursor)[0], dg.SkipReason)


def test_there_is_nothing_to_watch_without_files(settings: Settings) -> None:
    blind = replace(settings, inbox=settings.inbox / "nowhere")
    decision, cursor = sense(blind)
    assert isinstance(decision, dg.SkipReason)
    assert str(blind.inbox) in str(decision.skip_message)
    assert cursor is None


@pytest.mark.parametrize("source", ["sample", "files", "bls"])
def test_a_run_for_the_inbox_reads_the_inbox_whatever_other_runs_do(settings: Settings, source: Any) -> None:
    decision, _ = sense(replace(settings, source=source))
    assert isinstance(decision, dg.RunRequest)
    assert decision.run_config == {"resources": {"settings": {"config": {"source": "files"}}}}


# Progress

DOUBTFUL, WRONG = dg.AssetKey(["core", "doubtful"]), dg.AssetKey(["core", "wrong"])
Made = Iterator[dg.MaterializeResult[object] | dg.AssetCheckResult]


def failing_rows() -> dg.TableMetadataValue:
    schema = dg.TableSchema(columns=[dg.TableColumn("area_fips"), dg.TableColumn("rows")])
    records = [dg.TableRecord({"area_fips": "41051", "rows": 2}), dg.TableRecord({"area_fips": "41067", "rows": 3})]
    return dg.MetadataValue.table(records, schema)


@dg.asset(key=["core", "made"], check_specs=[dg.AssetCheckSpec("contract", asset=["core", "made"])])
def made(context: dg.AssetExecutionContext) -> Made:
    context.log.info("two files were refused")
    context.log.debug("of no interest")
    yield dg.MaterializeResult(metadata={"dagster/row_count": 210192})
    yield dg.AssetCheckResult(passed=True, check_name="contract", asset_key=["core", "made"])


@dg.asset(key=["core", "view"])
def view() -> dg.MaterializeResult[object]:
    return dg.MaterializeResult()


@dg.asset(key=DOUBTFUL, check_specs=[dg.AssetCheckSpec("expectations", asset=DOUBTFUL)])
def doubtful() -> Made:
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"expectations": 2, "few: Rows are few.": dg.MetadataValue.text("found 9")},
    )


@dg.asset(key=WRONG, check_specs=[dg.AssetCheckSpec("contract", asset=WRONG, blocking=True)])
def wrong() -> Made:
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(passed=False, metadata={"key_is_unique": failing_rows()})


@dg.asset(key=["core", "after_wrong"], deps=[WRONG])
def after_wrong() -> None:
    """Never made: what it is made from is blocked."""


@dg.asset(key=["core", "broken"])
def broken() -> None:
    raise ValueError("a.csv: line 7: what to do")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines a terminal shows of a run in which everything happens that can happen."""
    definitions = dg.Definitions(
        assets=[made, view, doubtful, wrong, after_wrong, broken],
        jobs=[dg.define_asset_job("all_assets", config={"loggers": {"progress": {}}})],
        loggers={"progress": progress_logger},
        executor=dg.in_process_executor,
    )
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_job_def("all_assets")
        assert not job.execute_in_process(instance=instance, raise_on_error=False).success
    return capsys.readouterr().err.splitlines()


def test_the_terminal_shows_what_people_want_to_see_and_nothing_else(told: list[str]) -> None:
    assert sorted(line for line in told if not line.startswith("    ")) == sorted(
        [
            "two files were refused",
            "made    core.made                                210,192 rows",
            "made    core.view",
            "made    core.doubtful",
            "WARNING core.doubtful: expectations",
            "made    core.wrong",
            "BLOCKED core.wrong: contract",
            "FAILED  core__broken: a.csv: line 7: what to do",
        ]
    )


def test_a_failed_check_shows_what_was_found(told: list[str]) -> None:
    warning, blocked = told.index("WARNING core.doubtful: expectations"), told.index("BLOCKED core.wrong: contract")
    assert "few: Rows are few." in told[warning + 1]
    assert "found 9" in told[warning + 1]
    assert "key_is_unique" in told[blocked + 1]
    assert "area_fips=41051, rows=2" in told[blocked + 1]
