"""When a run starts by itself, and what it tells on the way."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from pipelines.domain.periods import Period, expected_release
from pipelines.orchestration.jobs import (
    REFRESH,
    RELEASE_SCHEDULE,
    inbox_sensor,
    progress_logger,
)
from pipelines.settings import Settings

# The schedule


def test_every_release_falls_into_a_month_of_the_schedule() -> None:
    minute, hour, day, months, weekdays = str(RELEASE_SCHEDULE.cron_schedule).split()
    scheduled = {int(month) for month in months.split(",")}
    releases = {expected_release(Period(2026, quarter))[1] for quarter in (1, 2, 3, 4)}
    assert releases <= scheduled
    assert scheduled == {3, 6, 8, 9, 12}  # qcew.md §1: Q1 Aug or Sep, Q2 Dec, Q3 Mar, Q4 Jun
    assert (int(hour), int(minute)) > (10, 0)  # BLS publishes at 10:00 Eastern
    assert (day, weekdays, RELEASE_SCHEDULE.execution_timezone) == ("*", "1-5", "America/New_York")
    assert RELEASE_SCHEDULE.job_name == REFRESH.name == "refresh"


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
    for blind in (replace(settings, source="sample"), replace(settings, inbox=settings.inbox / "nowhere")):
        decision, cursor = sense(blind)
        assert isinstance(decision, dg.SkipReason)
        assert str(blind.inbox) in str(decision.skip_message)
        assert cursor is None


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
