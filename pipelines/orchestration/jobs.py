"""The job, when it runs by itself, and how it tells its progress.

Belongs here: jobs, schedules, sensors, the progress logger. Not here: what a run makes (assets).
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from pipelines.domain.periods import Period
from pipelines.domain.release_calendar import SETTLING, is_late, newest_due_quarter
from pipelines.orchestration.alerts import alert_on_failure
from pipelines.orchestration.partitions import QUARTERS_OF_BLS
from pipelines.orchestration.web_looks import plan_look, request_log
from pipelines.settings import Settings
from pipelines.sources.inbox import list_files
from pipelines.sources.request_log import quarters_seen

REFRESH = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(QUARTERS_OF_BLS),
    executor_def=dg.in_process_executor,  # DuckDB has one writer
    config={"loggers": {"progress": {}}},
    hooks={alert_on_failure},
    description="Capture, read, classify, check and publish, in this order.",
)

BACKFILL = dg.define_asset_job(
    "capture_quarters",
    selection=dg.AssetSelection.assets(QUARTERS_OF_BLS),
    executor_def=dg.in_process_executor,
    config={"loggers": {"progress": {}}},
    hooks={alert_on_failure},
    description="Capture quarters of BLS, many in one run; builds nothing: let refresh follow.",
)

WEEKDAYS = "30 11 * * 1-5"  # BLS publishes at 10:00 Eastern
EASTERN = "America/New_York"


@dg.schedule(
    name="release_calendar",
    job=REFRESH,
    cron_schedule=WEEKDAYS,
    execution_timezone=EASTERN,
    description="Looks for a new quarter on weekdays from the first day of its window until it is there, however late, "
    "and for three weeks after; on Mondays at all that is open for revision; once a month at what is final, too.",
)
def release_schedule(
    context: dg.ScheduleEvaluationContext, settings: dg.ResourceParam[Settings]
) -> dg.RunRequest | dg.SkipReason:
    """A run when the calendar gives a reason for one."""
    day = context.scheduled_execution_time.date()
    everything = plan_look(replace(settings, source="bls", asks_final_files=True, today=day))
    asked_at = [one.before.checked_at for one in everything.requests if one.before and one.before.capture_sha256]
    seen = quarters_seen(request_log(settings).all())
    reason = reason_to_look(day, seen, date.fromisoformat(min(asked_at)[:10]) if asked_at else None)
    if reason is None:
        return dg.SkipReason(f"{newest_due_quarter(day)} is there, and it is no Monday")
    config = {"source": settings.scheduled_source, "asks_final_files": reason == REASON_TO_SWEEP}
    return dg.RunRequest(run_key=day.isoformat(), run_config=_of_run(config), tags={"reason": reason})


@dg.schedule(
    name="qualityinfo_calendar",
    job=REFRESH,
    cron_schedule="30 12 * * 3",
    execution_timezone=EASTERN,
    description="Looks at QualityInfo's workbooks on Wednesdays.",
)
def qualityinfo_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run a week: the workbooks bear no date that could be asked for."""
    day = context.scheduled_execution_time.date()
    return dg.RunRequest(run_key=f"qualityinfo {day}", run_config=_of_run({"source": "qualityinfo"}))


REASON_TO_SWEEP = "first look of the month: what is final is asked for, too"


def reason_to_look(day: date, seen: Mapping[Period, date], longest_unasked: date | None) -> str | None:
    """Why a scheduled run looks at BLS on a weekday, None where nothing can be new.

    longest_unasked: when the file in hand that was not asked for the longest was asked for last.
    """
    if not seen:
        return "nothing is in hand yet"
    if longest_unasked and longest_unasked < day.replace(day=1):
        return REASON_TO_SWEEP
    newest = newest_due_quarter(day)
    if newest not in seen:
        return f"{newest} is late" if is_late(newest, day, seen) else f"{newest} may be published"
    if day - seen[newest] < SETTLING:
        return f"{newest} came on {seen[newest]}: its files may follow each other"
    return "Monday: all that is open for revision" if day.isoweekday() == 1 else None


def _of_run(settings: Mapping[str, object]) -> Mapping[str, object]:
    """Settings of a single run, as Dagster takes them."""
    return {"resources": {"settings": {"config": dict(settings)}}}


@dg.sensor(name="inbox_files", job=REFRESH, minimum_interval_seconds=60)
def inbox_sensor(
    context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]
) -> dg.RunRequest | dg.SkipReason:
    """A run on the files of the inbox whenever they change: names, sizes or times."""
    files = list_files(settings.inbox) if settings.inbox.exists() else []
    if not files:
        return dg.SkipReason(f"nothing to watch in the inbox {settings.inbox}")
    state = _fingerprint(files)
    if state == context.cursor:
        return dg.SkipReason("the inbox has not changed")
    context.update_cursor(state)
    return dg.RunRequest(run_key=state, run_config=_of_run({"source": "files"}))


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@dg.logger({}, description="One line for each table made, each failed check and each message.")
def progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Shows progress on the terminal instead of Dagster's full event log, which stays in the run's storage."""
    logger = logging.Logger("progress", level=logging.DEBUG)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.addFilter(_ProgressFilter())
    logger.addHandler(handler)
    return logger


class _ProgressFilter(logging.Filter):
    """Lets through and words the records that people want to see."""

    def filter(self, record: logging.LogRecord) -> bool:
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event") if isinstance(meta, dict) else None
        line = record_line(event) if event else _message(record, meta)
        if line is None:
            return False
        record.msg, record.args, record.exc_info = line, (), None
        return True


def record_line(event: dg.DagsterEvent) -> str | None:
    """A Dagster event as a line of progress, None for what people need not see."""
    if event.is_step_failure:
        cause = _cause(event.step_failure_data.error)
        is_known = bool(cause and cause.cls_name == "DagsterAssetCheckFailedError")  # the failed check was shown
        return None if is_known else f"FAILED  {event.step_key}: {_reason(cause)}"
    if event.is_step_up_for_retry:
        retry = event.step_retry_data
        return f"AGAIN   {event.step_key}, in {retry.seconds_to_wait} s: {_reason(_cause(retry.error))}"
    if event.event_type_value == "ASSET_MATERIALIZATION" and event.asset_key:
        rows = event.step_materialization_data.materialization.metadata.get("dagster/row_count")
        return f"made    {'.'.join(event.asset_key.path):<36}{f'{rows.value:>12,} rows' if rows else ''}".rstrip()
    if event.event_type_value == "ASSET_CHECK_EVALUATION":
        check = event.asset_check_evaluation_data
        return None if check.passed else _failed_check(check)
    return None


def _cause(error: SerializableErrorInfo | None) -> SerializableErrorInfo | None:
    return (error.cause or error) if error else None


def _reason(cause: SerializableErrorInfo | None) -> str:
    return re.sub(r"^[\w.]+: ", "", cause.message.strip()) if cause else "for an unknown reason"


def _failed_check(check: dg.AssetCheckEvaluation) -> str:
    """The table, and for each rule that fails its sentence and the first failing row."""
    word = "WARNING" if check.severity == dg.AssetCheckSeverity.WARN else "BLOCKED"
    lines = [f"{word} {'.'.join(check.asset_key.path)}: {check.check_name}"]
    for rule, found in check.metadata.items():
        if isinstance(found, dg.TableMetadataValue) and found.records:
            row = ", ".join(f"{name}={value}" for name, value in found.records[0].data.items())
            lines.append(f"        {rule} First of {len(found.records)} rows shown: {row}")
        elif isinstance(found, dg.TextMetadataValue):
            lines.append(f"        {rule} {found.text}")
    return "\n".join(lines)


def _message(record: logging.LogRecord, meta: object) -> str | None:
    said = str(meta.get("orig_message") or "") if isinstance(meta, dict) else ""
    is_consequence = said.startswith("Dependencies for step")
    return said if said and record.levelno >= logging.INFO and not is_consequence else None
