"""Quarters as partitions: which captures of BLS there are of each, and backfills.

Belongs here: the partitions and their keys. Not here: the assets that have them (assets/raw).
"""

import functools
import warnings
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

import dagster as dg

from pipelines.domain.periods import Period
from pipelines.domain.release_calendar import FIRST_YEAR, quarters_between
from pipelines.sources.raw_store import Capture

QUARTERS_OF_BLS = dg.AssetKey(["raw", "quarters_of_bls"])

QUARTERS = dg.TimeWindowPartitionsDefinition(
    start=f"{FIRST_YEAR}-01-01", cron_schedule="0 0 1 1,4,7,10 *", fmt="%Y-%m-%d"
)
"""Each quarter under its first day; a quarter is there once it has ended."""

MOST_RETRIES = 5
SECONDS_UNTIL_RETRY = 5
"""After a fault of this machine's files."""


def quarterly_asset(key: dg.AssetKey, group_name: str, kinds: set[str]) -> Callable[..., dg.AssetsDefinition]:
    """The decorator of an asset with a partition a quarter, any number of which is made in one run.

    It is tried again where a file could not be read or written: a network share may be away for a moment. Faults of a
    publisher are its session's, which asks five times with growing pauses; other faults do not pass.
    """

    def decorate(make: Callable[..., object]) -> dg.AssetsDefinition:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.BetaWarning)  # backfill_policy, which is pinned with Dagster
            return dg.asset(
                key=key,
                group_name=group_name,
                kinds=kinds,
                partitions_def=QUARTERS,
                backfill_policy=dg.BackfillPolicy.single_run(),
            )(_retried(make))

    return decorate


def _retried(make: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(make)
    def tried(*arguments: object, **named: object) -> object:
        try:
            return make(*arguments, **named)
        except OSError as fault:
            raise dg.RetryRequested(MOST_RETRIES, SECONDS_UNTIL_RETRY) from fault

    return tried


def partition_key(quarter: Period) -> str:
    """The key of a quarter: 2016-04-01 for 2016-Q2."""
    return f"{quarter.year}-{3 * (quarter.quarter or 1) - 2:02}-01"


def quarters_in(window: dg.TimeWindow) -> tuple[Period, ...]:
    """The quarters from the window's start up to its end, which is not in it."""
    keys = QUARTERS.get_partition_keys_in_time_window(window)
    return tuple(quarter_of(key) for key in keys)


def quarter_of(key: str) -> Period:
    """The quarter that a key names."""
    day = datetime.strptime(key, "%Y-%m-%d")
    return Period(day.year, (day.month + 2) // 3)


def record_quarters(context: dg.AssetExecutionContext, captures: Iterable[Capture]) -> None:
    """Shows in Dagster which quarters a run that was no backfill has captured files of."""
    _show(context, {quarter for capture in captures if capture.source == "bls" for quarter in _quarters_of(capture)})


def fail_without(context: dg.AssetExecutionContext, quarters: Collection[Period], in_hand: Collection[Period]) -> None:
    """Fails where a quarter of a backfill has no file in hand, after showing those that have. Raises dg.Failure."""
    lacking = [quarter for quarter in quarters if quarter not in in_hand]
    if lacking:
        _show(context, set(quarters) - set(lacking))
        names = ", ".join(map(str, lacking))
        raise dg.Failure(
            f"no file in hand of {names}; start it again, it asks for what is missing", allow_retries=False
        )


def _show(context: dg.AssetExecutionContext, quarters: Iterable[Period]) -> None:
    for quarter in sorted(quarters):
        context.log_event(dg.AssetMaterialization(QUARTERS_OF_BLS, partition=partition_key(quarter)))


def _quarters_of(capture: Capture) -> tuple[Period, ...]:
    """The quarters of a capture, from its manifest row: '2016-Q1' or '2016-Q1 to 2016-Q4'."""
    first, _, last = capture.periods.partition(" to ")
    return quarters_between(Period.parse(first), Period.parse(last or first))
