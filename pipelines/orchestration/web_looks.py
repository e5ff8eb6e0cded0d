"""Looks at the publishers' web servers for a run: its plan, its session, and what is said of it.

Belongs here: the settings of a run turned into a plan and a polite session. Not here: planning and asking themselves
(pipelines.sources), and what is built from the captures (intake).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from urllib.parse import urlsplit

from pipelines.domain.periods import Period
from pipelines.settings import LOOPBACK, SHIPPED_DEFINITIONS, Settings, Source
from pipelines.sources.capture_plan import CapturePlan, Wanted, plan_bls, plan_nation, plan_qualityinfo
from pipelines.sources.capture_scope import CaptureScope, load_scope
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.http import Manners, PoliteSession, origin_of
from pipelines.sources.raw_store import RawStore
from pipelines.sources.request_log import RequestLog, quarters_seen
from pipelines.sources.typed_cells import TypedCells
from pipelines.sources.web_capture import Look, LookReport, offered

Tell = Callable[[str], object]

ON_LOOPBACK = Manners(seconds_between_requests=0.0, first_wait_seconds=0.05, longest_wait_seconds=0.5,
                      seconds_of_silence=2.0, seconds_of_patience=1.0)  # fmt: skip
"""A server on this machine is nobody's guest: no pauses."""


def now(settings: Settings) -> str:
    """The present moment in UTC, ISO 8601 with microseconds; on the day that the run takes it to be."""
    moment = datetime.now(UTC)
    if settings.today:
        moment = datetime.combine(settings.today, moment.timetz())
    return moment.isoformat(timespec="microseconds")


def today(settings: Settings) -> date:
    """The day that plans are made for."""
    return date.fromisoformat(now(settings)[:10])


def scope_of(settings: Settings) -> CaptureScope:
    """What the definitions say is wanted."""
    areas = load_definitions(settings.definitions_dir, SHIPPED_DEFINITIONS).areas
    return load_scope(settings.definitions_dir, SHIPPED_DEFINITIONS, areas)


def request_log(settings: Settings) -> RequestLog:
    """What the publishers answered before."""
    return RequestLog(settings.raw_dir)


def plan_look(settings: Settings, quarters: tuple[Period, ...] | None = None) -> CapturePlan:
    """What a run with these settings would ask for. quarters: only these of BLS."""
    answers = request_log(settings).all()
    wanted = Wanted(settings.since, quarters, settings.asks_final_files)
    if settings.source == "qualityinfo":
        return plan_qualityinfo(settings.qualityinfo_address, scope_of(settings), today(settings), answers, wanted)
    plan = plan_nation if settings.scope == "us" else plan_bls
    return plan(settings.bls_address, scope_of(settings), today(settings), answers, wanted)


def planned_addresses(settings: Settings, source: Source) -> set[str]:
    """The addresses of all files that runs on this source would ever ask for today."""
    plan = plan_look(replace(settings, source=source, asks_final_files=True))
    return {request.file.address for request in plan.requests}


def look(
    settings: Settings, store: RawStore, typed: TypedCells, tell: Tell, quarters: tuple[Period, ...] | None = None
) -> tuple[CapturePlan, LookReport]:
    """Asks the run's publisher for what is planned.

    Raises SettingsError where no contact is set, RequestFailed or RefusedFile where QualityInfo's lists cannot be had.
    """
    contact, base = settings.contact(), _base(settings)
    plan = plan_look(settings, quarters)
    tell(f"{settings.source}: {len(plan.requests)} files to ask for, {plan.final_files} in hand and final")
    with PoliteSession(contact, (origin_of(base),), _manners(base), tell) as session:
        if settings.source == "qualityinfo" and plan.requests:
            plan, absent = offered(plan, session, base, store.incoming())
            for file in absent:
                tell(f"not offered by QualityInfo: {file}")
        return plan, Look(session, store, typed, request_log(settings), partial(now, settings), tell).at(plan)


def news(report: LookReport, source: Source) -> Iterator[str]:
    """What a look brought, in sentences for people."""
    counts = {
        "new": report.count("captured"),
        "unchanged": report.count("unchanged"),
        "earlier versions": report.count("older"),
        "not there": report.count("missing"),
        "failed": report.count("failed"),
        "refused": report.count("refused"),
        "not asked, since their quarter is not out": len(report.waiting),
        "asked before the look was cut off": report.earlier,
    }
    found = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing to ask for"
    yield f"{source}: {report.requests_sent} requests: {found}"


def late_releases(plan: CapturePlan, report: LookReport) -> list[str]:
    """The quarters that should be out and were not there, a sentence each."""
    found = quarters_seen(answer for _, answer in report.answers if answer.outcome == "captured")
    return replace(plan, late=tuple(quarter for quarter in plan.late if quarter not in found)).late_sentences()


def _base(settings: Settings) -> str:
    return settings.qualityinfo_address if settings.source == "qualityinfo" else settings.bls_address


def _manners(base: str) -> Manners:
    return ON_LOOPBACK if urlsplit(base).hostname in LOOPBACK else Manners()
