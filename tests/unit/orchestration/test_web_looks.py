"""What a run says of its look at a publisher, and what it plans for which day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

from pipelines.domain.periods import Period
from pipelines.orchestration import web_looks
from pipelines.orchestration.web_looks import (
    late_releases,
    look,
    news,
    now,
    plan_look,
    planned_addresses,
    request_log,
    scope_of,
    today,
)
from pipelines.settings import Settings, SettingsError
from pipelines.sources.bls_files import area_slice
from pipelines.sources.capture_plan import CapturePlan, PlannedRequest
from pipelines.sources.http import NotModified, PoliteSession, RequestFailed
from pipelines.sources.raw_store import Capture, RawStore
from pipelines.sources.request_log import LastAnswer, Outcome
from pipelines.sources.typed_cells import TypedCells
from pipelines.sources.web_capture import LookReport

NEWEST = Period(2026, 2)
OUTCOMES: tuple[Outcome, ...] = ("captured", "unchanged", "older", "missing", "failed", "refused")


@pytest.fixture
def bls(tmp_path: Path) -> Settings:
    return replace(Settings(), source="bls", data_dir=tmp_path, today=date(2026, 12, 9))


def planned(quarter: Period = NEWEST, area: str = "41000") -> PlannedRequest:
    return PlannedRequest(area_slice("https://bls", quarter, area), "never seen")


def answered(outcome: Outcome, quarter: Period = NEWEST) -> tuple[PlannedRequest, LastAnswer]:
    one = planned(quarter)
    came = "2026-12-09" if outcome == "captured" else None
    answer = LastAnswer(one.file.address, "bls", quarter.label, "41000", outcome, "2026-12-09", first_captured_at=came)
    return one, answer


def said(outcomes: Sequence[Outcome], settings: Settings, **more: int) -> list[str]:
    report = LookReport([answered(outcome) for outcome in outcomes], requests_sent=len(outcomes))
    report.earlier = more.get("earlier", 0)
    report.waiting = [planned()] * more.get("waiting", 0)
    return list(news(report, settings.source))


# Sentences


def test_a_look_is_told_in_one_sentence_with_each_count_in_its_order(bls: Settings) -> None:
    assert said((*OUTCOMES, *OUTCOMES[:1]), bls, earlier=7, waiting=43) == [
        "bls: 7 requests: 2 new, 1 unchanged, 1 earlier versions, 1 not there, 1 failed, 1 refused, 43 not asked, "
        "since their quarter is not out, 7 asked before the look was cut off"
    ]


def test_what_did_not_happen_is_not_told(bls: Settings) -> None:
    assert said(["unchanged"], bls) == ["bls: 1 requests: 1 unchanged"]
    assert said(["missing"], replace(bls, source="qualityinfo")) == ["qualityinfo: 1 requests: 1 not there"]


def test_a_look_without_requests_says_that_there_was_nothing_to_ask_for(bls: Settings) -> None:
    assert said([], bls) == ["bls: 0 requests: nothing to ask for"]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_quarter_is_late_unless_the_look_itself_brought_it(outcome: Outcome) -> None:
    late = CapturePlan("bls", (), 0, late=(Period(2026, 1), NEWEST))
    told = late_releases(late, LookReport([answered(outcome)]))
    sentences = [f"late: BLS has not published {quarter} yet, as far as was seen" for quarter in late.late]
    assert told == (sentences[:1] if outcome == "captured" else sentences)


# Days


def test_a_run_takes_the_day_that_it_is_told(bls: Settings) -> None:
    assert today(bls) == date(2026, 12, 9)
    assert now(bls).startswith("2026-12-09T")
    assert now(bls).endswith("+00:00")
    assert len(now(bls)) == len("2026-12-09T16:00:00.000000+00:00")


def test_a_run_that_is_told_none_takes_the_present() -> None:
    before = datetime.now(UTC)
    moment = datetime.fromisoformat(now(Settings()))
    assert before <= moment <= datetime.now(UTC)
    assert today(Settings()) in (before.date(), moment.date())


# Plans


def test_bls_is_planned_by_the_shipped_scope(bls: Settings) -> None:
    found = plan_look(bls)
    assert {one.file.area_fips for one in found.requests} == set(scope_of(bls).bls_areas)
    periods = {one.file.period for one in found.requests}
    assert (min(periods), max(periods)) == (Period(2021, 1), NEWEST)
    assert all(one.file.address.startswith("https://data.bls.gov/cew/data/api/") for one in found.requests)


def test_settings_of_the_run_are_in_its_plan(bls: Settings) -> None:
    mirror = replace(bls, bls_address="http://127.0.0.1:8000/cew", since=2019)
    found = plan_look(mirror)
    assert {one.file.period for one in found.requests if one.file.area_fips is None} == {Period(2019), Period(2020)}
    assert all(one.file.address.startswith(mirror.bls_address) for one in found.requests)
    assert {one.file.period for one in plan_look(bls, (NEWEST,)).requests} == {NEWEST}


def test_the_nation_is_asked_for_as_archives_of_the_same_years(bls: Settings) -> None:
    files = [one.file for one in plan_look(replace(bls, scope="us")).requests]
    assert {file.period.year for file in files} == set(range(2021, 2027))
    assert {file.area_fips for file in files} == {None}
    since = plan_look(replace(bls, scope="us", since=2019)).requests
    assert {one.file.period.year for one in since} == set(range(2019, 2027))


def test_what_was_answered_before_is_in_the_next_plan(bls: Settings) -> None:
    one = area_slice(bls.bls_address, Period(2025, 1), "41000")
    last_release = area_slice(bls.bls_address, Period(2026, 1), "41000")
    for file, then in ((last_release, replace(bls, today=date(2026, 9, 1))), (one, bls)):
        capture = Capture("a" * 64, "bls", file.address, file.name, "csv", 1, now(then), "", "")
        request_log(bls).captured(file, capture, "captured", now(then), None, None)
    assert plan_look(bls).final_files == 1
    assert plan_look(replace(bls, asks_final_files=True)).final_files == 0
    assert one.address in planned_addresses(bls, "bls")


def test_all_addresses_of_a_source_are_planned_whatever_source_the_run_is_on(bls: Settings) -> None:
    for source in ("bls", "qualityinfo"):
        of_source = {one.file.address for one in plan_look(replace(bls, source=source)).requests}
        for settings in (bls, replace(bls, source="files")):
            assert planned_addresses(settings, source) == of_source


def test_qualityinfo_is_planned_by_its_own_part_of_the_scope(bls: Settings) -> None:
    found = plan_look(replace(bls, source="qualityinfo"))
    assert {one.file.source for one in found.requests} == {"qualityinfo"}
    assert {one.file.area_fips for one in found.requests} == set(scope_of(bls).qualityinfo_areas)
    assert {one.file.period.year for one in found.requests} == set(range(2021, 2026))


def test_nobody_is_asked_without_a_contact(bls: Settings) -> None:
    told: list[str] = []
    store, typed = RawStore(bls.raw_dir), TypedCells(bls.typed_dir, _no_areas())
    with pytest.raises(SettingsError, match="SECTORS_CONTACT_EMAIL is not set"):
        look(bls, store, typed, told.append)
    assert told == []


class Unreachable(PoliteSession):
    """A session that asks nobody, and keeps who was to be asked and how."""

    opened: ClassVar[list["Unreachable"]] = []

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked: list[str] = []
        self.opened.append(self)

    def fetch(self, address: str, *_: object, **__: object) -> NotModified:
        self.asked.append(address)
        raise RequestFailed(address, "not reached")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Unreachable]:
    monkeypatch.setattr(Unreachable, "opened", [])
    monkeypatch.setattr(web_looks, "PoliteSession", Unreachable)
    return Unreachable.opened


def look_at(settings: Settings, quarters: tuple[Period, ...] | None = None) -> LookReport:
    with_contact = replace(settings, contact_email="ann@board.example")
    store, typed = RawStore(settings.raw_dir), TypedCells(settings.typed_dir, _no_areas())
    return look(with_contact, store, typed, lambda _: None, quarters)[1]


@pytest.mark.parametrize(
    ("address", "origin", "is_slow"),
    [
        ("https://data.bls.gov/cew", "https://data.bls.gov", True),
        ("http://127.0.0.1:8000/cew", "http://127.0.0.1:8000", False),
        ("http://localhost/cew", "http://localhost", False),
    ],
)
def test_only_the_host_that_is_set_is_asked_and_slowly_if_it_is_another_machine(
    bls: Settings, opened: list[Unreachable], address: str, origin: str, is_slow: bool
) -> None:
    report = look_at(replace(bls, bls_address=address), (NEWEST,))
    [session] = opened
    assert session.contact == "ann@board.example"
    assert tuple(session.origins) == (origin,)
    assert (session.manners.seconds_between_requests >= 1) == is_slow
    assert len(session.asked) == report.count("failed") == len(scope_of(bls).bls_areas)


def test_qualityinfo_is_asked_for_its_front_page_first_and_for_nothing_where_that_fails(
    bls: Settings, opened: list[Unreachable]
) -> None:
    with pytest.raises(RequestFailed, match="not reached"):
        look_at(replace(bls, source="qualityinfo"))
    assert [session.asked for session in opened] == [["https://www.qualityinfo.org/ewind"]]
    assert [tuple(session.origins) for session in opened] == [("https://www.qualityinfo.org",)]


def test_a_publisher_is_left_alone_where_nothing_is_planned(bls: Settings, opened: list[Unreachable]) -> None:
    for settings in (bls, replace(bls, source="qualityinfo", since=2031)):
        assert look_at(settings, (Period(2031, 1),)).answers == []
    assert [session.asked for session in opened] == [[], []]


def _no_areas() -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(("area_fips", "area_title", "area_kind", "state_fips"), pl.String))
