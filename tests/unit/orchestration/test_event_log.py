"""Dagster's event log with its files kept open: the same events, few open files, all closed where the log is wiped."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration.event_log import MOST_OPEN, EventLogKeptOpen
from pipelines.orchestration.team_storage import TEAM_DATABASE


@dg.asset
def one() -> None:
    """Something to make."""


def events_of(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    return [str(entry.dagster_event.event_type_value) for entry in instance.all_logs(run_id) if entry.dagster_event]


def test_the_log_holds_every_event_of_more_runs_than_it_has_files_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TEAM_DATABASE, "")
    config = {
        "module": "pipelines.orchestration.team_storage",
        "class": "StorageByEnvironment",
        "config": {"base_dir": str(tmp_path / "storage")},
    }
    with dg.instance_for_test(overrides={"storage": {"custom": config}}, temp_dir=str(tmp_path)) as instance:
        log = instance.event_log_storage
        assert isinstance(log, EventLogKeptOpen)
        runs = [dg.materialize([one], instance=instance).run_id for _ in range(MOST_OPEN + 2)]
        assert len(log._opened) == MOST_OPEN
        first = events_of(instance, runs[0])
        assert first[-1] == "PIPELINE_SUCCESS"
        assert all(events_of(instance, run) == first for run in runs)
        assert EventLogKeptOpen(log._base_dir).get_logs_for_run(runs[-1]) == log.get_logs_for_run(runs[-1])
        log.wipe()
        assert set(log._opened) <= {"index"}  # opened anew
        assert events_of(instance, runs[0]) == []
