"""Quarters as partitions: a key each, and the quarters of a backfill's window."""

from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.periods import QUARTERS as NUMBERS
from pipelines.domain.periods import Period
from pipelines.domain.release_calendar import FIRST_YEAR, quarters_between
from pipelines.orchestration import partitions
from pipelines.orchestration.jobs import record_line
from pipelines.orchestration.partitions import (
    QUARTERS,
    QUARTERS_OF_BLS,
    fail_without,
    partition_key,
    quarter_of,
    quarterly_asset,
    quarters_in,
    record_quarters,
)
from pipelines.sources.raw_store import Capture

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ANY_QUARTER = st.builds(Period, st.integers(FIRST_YEAR, 2060), st.sampled_from(NUMBERS))


@pytest.mark.parametrize(
    ("quarter", "key"),
    [
        (Period(2016, 1), "2016-01-01"),
        (Period(2016, 2), "2016-04-01"),
        (Period(2016, 3), "2016-07-01"),
        (Period(2016, 4), "2016-10-01"),
    ],
)
def test_a_quarter_is_known_by_its_first_day(quarter: Period, key: str) -> None:
    assert partition_key(quarter) == key
    assert quarter_of(key) == quarter


@given(ANY_QUARTER)
def test_a_key_leads_back_to_its_quarter(quarter: Period) -> None:
    assert quarter_of(partition_key(quarter)) == quarter


def test_there_is_a_partition_for_every_quarter_that_has_ended() -> None:
    ended = quarters_between(Period(FIRST_YEAR, 1), Period(2026, 3))
    assert QUARTERS.get_partition_keys(current_time=NOW) == [partition_key(quarter) for quarter in ended]


def window(first: str, last: str) -> dg.TimeWindow:
    start, end = (QUARTERS.time_window_for_partition_key(key) for key in (first, last))
    return dg.TimeWindow(start.start, end.end)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (Period(2016, 2), Period(2016, 2)),
        (Period(2016, 4), Period(2017, 1)),
        (Period(FIRST_YEAR, 1), Period(2025, 4)),
    ],
)
def test_a_window_has_all_quarters_from_its_first_to_its_last(first: Period, last: Period) -> None:
    assert quarters_in(window(partition_key(first), partition_key(last))) == quarters_between(first, last)


def backfill(make: Callable[[dg.AssetExecutionContext], None], instance: dg.DagsterInstance) -> dg.AssetsDefinition:
    """Makes the quarters from 2016-Q1 to 2017-Q2 in one run."""
    quarters = quarterly_asset(QUARTERS_OF_BLS, group_name="raw", kinds={"csv"})(make)
    job = dg.Definitions(
        assets=[quarters], jobs=[dg.define_asset_job("all", executor_def=dg.in_process_executor)]
    ).resolve_job_def("all")
    tags = {"dagster/asset_partition_range_start": "2016-01-01", "dagster/asset_partition_range_end": "2017-04-01"}
    assert job.execute_in_process(instance=instance, tags=tags).success
    return quarters


def shown(instance: dg.DagsterInstance) -> list[str]:
    """The quarters that Dagster shows as made."""
    return sorted(str(quarter_of(key)) for key in instance.get_materialized_partitions(QUARTERS_OF_BLS))


def test_many_quarters_are_made_in_one_run() -> None:
    made: list[tuple[Period, ...]] = []

    def make(context: dg.AssetExecutionContext) -> None:
        made.append(quarters_in(context.partition_time_window))
        fail_without(context, made[-1], dict.fromkeys(made[-1]))

    with dg.DagsterInstance.ephemeral() as instance:
        quarters = backfill(make, instance)
        assert shown(instance) == list(map(str, made[0]))
    assert made == [quarters_between(Period(2016, 1), Period(2017, 2))]
    assert quarters.backfill_policy == dg.BackfillPolicy.single_run()


def test_a_backfill_without_files_of_some_quarters_fails_names_them_and_shows_the_others() -> None:
    def make(context: dg.AssetExecutionContext) -> None:
        in_hand = {Period(2016, 1), Period(2016, 4), Period(2017, 2), Period(2020, 1)}
        fail_without(context, quarters_in(context.partition_time_window), in_hand)

    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.raises(dg.Failure, match="no file in hand of 2016-Q2, 2016-Q3, 2017-Q1; start it again") as failure:
            backfill(make, instance)
        assert shown(instance) == ["2016-Q1", "2016-Q4", "2017-Q2"]
    assert not failure.value.allow_retries


def test_quarters_are_tried_again_where_a_file_could_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "SECONDS_UNTIL_RETRY", 0)
    faults = [OSError("the share is away"), OSError("the share is away")]

    def make(context: dg.AssetExecutionContext) -> None:
        if faults:
            raise faults.pop()
        fail_without(context, quarters_in(context.partition_time_window), quarters_in(context.partition_time_window))

    with dg.DagsterInstance.ephemeral() as instance:
        backfill(make, instance)
        assert len(shown(instance)) == 6
        (run,) = instance.get_runs()
        events = [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]
    told = [record_line(event) for event in events if event.is_step_up_for_retry]
    assert told == ["AGAIN   raw__quarters_of_bls, in 0 s: the share is away"] * 2


def test_other_faults_are_not_tried_again() -> None:
    tries = 0

    def make(context: dg.AssetExecutionContext) -> None:
        nonlocal tries
        tries += 1
        raise ValueError("a setting is wrong")

    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(ValueError, match="a setting is wrong"):
        backfill(make, instance)
    assert tries == 1


def test_a_run_that_was_no_backfill_shows_the_quarters_of_what_it_captured_of_bls() -> None:
    captures = [
        Capture("a" * 64, source, "", "", "csv", 1, "", periods, "")
        for source, periods in (
            ("bls", "2016-Q1"),
            ("bls", "2016-Q1"),
            ("bls", "2016-Q4 to 2017-Q2"),
            ("files", "2018-Q1"),
            ("qualityinfo", "2019-Q1"),
        )
    ]

    @dg.asset
    def captured(context: dg.AssetExecutionContext) -> None:
        record_quarters(context, captures)

    with dg.DagsterInstance.ephemeral() as instance:
        assert dg.materialize([captured], instance=instance).success
        assert shown(instance) == ["2016-Q1", "2016-Q4", "2017-Q1", "2017-Q2"]
