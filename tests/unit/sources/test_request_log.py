"""What is remembered of each address, and of a look that was cut off."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.periods import Period
from pipelines.sources.bls_files import area_slice, year_of_areas
from pipelines.sources.qualityinfo_files import workbook
from pipelines.sources.raw_store import Capture
from pipelines.sources.remote_files import RemoteFile
from pipelines.sources.request_log import (
    SCHEMA,
    Held,
    LastAnswer,
    Outcome,
    RequestLog,
    answers_frame,
    last_seen,
    quarters_seen,
)
from pipelines.sources.whole_files import DamagedFile

FILE = area_slice("https://bls", Period(2026, 1), "41051")


def at(day: int, hour: int = 12) -> str:
    return f"2026-12-{day:02}T{hour:02}:00:00.000000+00:00"


def take(
    log: RequestLog,
    letter: str,
    day: int,
    outcome: Outcome = "captured",
    flaw: str | None = None,
    version: str | None = None,
    file: RemoteFile = FILE,
) -> LastAnswer:
    """Keeps that a file has this content, first captured on the 1st; its version is called like it unless told."""
    sha256, version = letter * 64, version or letter
    capture = Capture(sha256, file.source, file.address, file.name, "csv", 1, at(1), "", "", "not this", "nor this")
    return log.captured(file, capture, outcome, at(day), f'"{version}"', f"modified {version}", flaw)


@pytest.fixture
def log(tmp_path: Path) -> RequestLog:
    return RequestLog(tmp_path)


# Good answers


def test_an_address_that_was_never_asked_has_no_last_answer(log: RequestLog) -> None:
    assert log.last(FILE.address) is None
    assert log.all() == []


def test_the_first_content_is_kept_with_all_that_its_server_said(log: RequestLog) -> None:
    answer = take(log, "a", 2)
    assert answer == log.last(FILE.address)
    assert (answer.source, answer.period, answer.area_fips) == ("bls", "2026-Q1", "41051")
    assert (answer.outcome, answer.capture_sha256) == ("captured", "a" * 64)
    assert (answer.etag, answer.last_modified) == ('"a"', "modified a")
    times = {answer.checked_at, answer.first_captured_at, answer.content_since, answer.content_checked_at}
    assert (times, answer.published_at) == ({at(2)}, at(1))
    assert (answer.reason, answer.failing_since, answer.earlier) == (None, None, ())


def test_unchanged_content_is_as_old_as_it_was_and_was_checked_now(log: RequestLog) -> None:
    first = take(log, "a", 1)
    unchanged = replace(first, outcome="unchanged", checked_at=at(8), content_checked_at=at(8))
    assert log.unchanged(first, at(8)) == log.last(FILE.address) == unchanged
    assert take(log, "a", 8, "unchanged") == unchanged


def test_the_version_is_that_of_the_last_answer_with_content_and_stays_while_nothing_changes(log: RequestLog) -> None:
    take(log, "a", 1)
    again = take(log, "a", 2, "unchanged", version="b")
    assert (again.etag, again.last_modified) == ('"b"', "modified b")
    for answer in (
        log.unchanged(again, at(3)),
        log.older(again, at(4)),
        log.bad(FILE, "failed", "why", at(5)),
    ):
        assert (answer.etag, answer.last_modified) == ('"b"', "modified b")


def test_new_content_is_in_hand_from_now_but_its_address_had_some_before(log: RequestLog) -> None:
    take(log, "a", 1)
    answer = take(log, "b", 8)
    assert (answer.capture_sha256, answer.etag) == ("b" * 64, '"b"')
    assert (answer.first_captured_at, answer.content_since, answer.content_checked_at) == (at(1), at(8), at(8))


def test_an_older_version_does_not_take_the_place_of_the_newer_one(log: RequestLog) -> None:
    newer = take(log, "b", 8)
    log.bad(FILE, "failed", "why", at(9))
    answer = log.older(newer, at(10))
    assert answer == log.last(FILE.address) == replace(newer, outcome="older", checked_at=at(10))


# What the publisher had before


def test_what_an_address_had_is_remembered_also_when_it_goes_back(log: RequestLog) -> None:
    log.unchanged(take(log, "a", 1), at(3))
    log.unchanged(take(log, "b", 4), at(6))
    log.bad(FILE, "failed", "why", at(7))
    back = take(log, "a", 8)
    had = (Held("a" * 64, at(1), at(3)), Held("b" * 64, at(4), at(6)))
    assert (back.capture_sha256, back.content_since, back.earlier) == ("a" * 64, at(8), had)
    log.older(back, at(9))
    assert take(log, "c", 10).earlier == (*had, Held("a" * 64, at(8), at(8)))
    assert log.all()[0].first_captured_at == at(1)
    assert last_seen(log.all()) == {"a" * 64: at(8), "b" * 64: at(6), "c" * 64: at(10)}


def test_content_is_seen_as_long_as_was_known_at_the_end_of_a_day(log: RequestLog) -> None:
    log.unchanged(take(log, "a", 2), at(3))
    log.unchanged(take(log, "b", 4), at(6))
    take(log, "a", 8)
    a, b = "a" * 64, "b" * 64
    end_of_5th = "2026-12-05T23:59:59.999999+00:00"
    for day, seen in (
        (1, {}),
        (3, {a: at(3)}),
        (4, {a: at(3), b: "2026-12-04T23:59:59.999999+00:00"}),
        (5, {a: at(3), b: end_of_5th}),
        (7, {a: at(3), b: at(6)}),
        (8, {a: at(8), b: at(6)}),
    ):
        assert last_seen(log.all(), date(2026, 12, day)) == seen
    assert last_seen([], None) == {}


def test_content_of_two_addresses_was_seen_where_it_was_seen_last(log: RequestLog) -> None:
    for day, area in ((5, "41000"), (3, "41051")):
        take(log, "a", day, file=area_slice("https://bls", Period(2026, 1), area))
    assert last_seen(log.all()) == {"a" * 64: at(5)}


def test_an_answer_of_before_the_spans_were_kept_is_read(log: RequestLog) -> None:
    answer = take(log, "a", 1)
    [path] = log.folder.rglob("*.json")
    row = json.loads(path.read_text("utf-8"))
    assert row.pop("earlier") == []
    path.write_text(json.dumps(row), "utf-8")
    assert log.last(FILE.address) == answer


# Content with a flaw

FLAW = "1 of its tables refused"


def test_of_content_with_a_flaw_the_whole_is_asked_for_again(log: RequestLog) -> None:
    answer = take(log, "a", 1, flaw=FLAW)
    assert (answer.etag, answer.last_modified, answer.reason) == (None, None, FLAW)
    assert (answer.capture_sha256, answer.failing_since) == ("a" * 64, None)
    mended = take(log, "b", 2)
    assert (mended.etag, mended.reason) == ('"b"', None)


def test_a_flaw_that_comes_again_is_as_the_publisher_has_it(log: RequestLog) -> None:
    take(log, "a", 1, flaw=FLAW)
    again = take(log, "a", 2, "unchanged", FLAW)
    assert (again.etag, again.last_modified, again.reason) == ('"a"', "modified a", FLAW)
    unchanged = log.unchanged(again, at(3))
    assert (unchanged.etag, unchanged.reason) == ('"a"', None)


@pytest.mark.parametrize(("letter", "flaw"), [("b", FLAW), ("a", "2 of its lines rejected")])
def test_another_flaw_or_the_same_of_other_content_is_asked_anew_too(log: RequestLog, letter: str, flaw: str) -> None:
    take(log, "a", 1, flaw=FLAW)
    assert take(log, letter, 2, flaw=flaw).etag is None
    assert take(log, letter, 3, "unchanged", flaw).etag == f'"{letter}"'


# Bad answers


def test_an_address_that_never_answered_well_has_nothing_in_hand(log: RequestLog) -> None:
    answer = log.bad(FILE, "missing", "404", at(1))
    assert (answer.outcome, answer.reason, answer.failing_since) == ("missing", "404", at(1))
    assert (answer.capture_sha256, answer.first_captured_at, answer.etag) == (None, None, None)
    assert last_seen([answer]) == {}
    assert take(log, "a", 2).earlier == ()


@pytest.mark.parametrize("outcome", ["missing", "failed", "refused"])
def test_what_is_in_hand_stays_when_an_answer_is_bad(log: RequestLog, outcome: Outcome) -> None:
    take(log, "a", 1)
    good = take(log, "b", 2)
    answer = log.bad(FILE, outcome, "why", at(8))
    assert answer == replace(good, outcome=outcome, reason="why", checked_at=at(8), failing_since=at(8))


@pytest.mark.parametrize(
    "good",
    [
        lambda log, _: take(log, "a", 5, "unchanged"),
        lambda log, _: take(log, "b", 5),
        lambda log, before: log.unchanged(before, at(5)),
        lambda log, before: log.older(before, at(5)),
    ],
)
def test_failing_since_is_the_first_of_the_bad_answers_until_a_good_one(
    log: RequestLog, good: Callable[[RequestLog, LastAnswer], LastAnswer]
) -> None:
    take(log, "a", 1)
    outcomes: tuple[Outcome, ...] = ("failed", "missing", "refused")
    answers = [log.bad(FILE, outcome, "why", at(day)) for day, outcome in enumerate(outcomes, start=2)]
    assert [answer.failing_since for answer in answers] == [at(2)] * 3
    mended = good(log, answers[-1])
    assert (mended.failing_since, mended.reason) == (None, None)
    assert log.bad(FILE, "failed", "why", at(6)).failing_since == at(6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "unchanged", "older", "missing", "failed", "refused"]), max_size=9))
def test_whatever_comes_no_content_is_lost_and_each_is_seen_until_it_was_last_there(
    tmp_path_factory: pytest.TempPathFactory, story: list[str]
) -> None:
    log, in_hand, seen = RequestLog(tmp_path_factory.mktemp("log")), None, dict[str, str]()
    for day, what in enumerate(story, start=1):
        before = log.last(FILE.address)
        if what in ("missing", "failed", "refused"):
            answer = log.bad(FILE, what, "why", at(day))  # type: ignore[arg-type]  # one of them
        elif what in ("a", "b"):
            in_hand, answer = what * 64, take(log, what, day)
        elif before and in_hand:
            answer = log.unchanged(before, at(day)) if what == "unchanged" else log.older(before, at(day))
        else:
            continue
        if in_hand and what in ("a", "b", "unchanged"):
            seen[in_hand] = at(day)
        assert (answer.failing_since is None) == (what not in ("missing", "failed", "refused"))
        assert (answer.capture_sha256, answer.checked_at) == (in_hand, at(day))
        assert log.all() == [answer]
        assert last_seen([answer]) == seen
    spans = [(held.since, held.until) for answer in log.all() for held in answer.earlier]
    assert [moment for span in spans for moment in span] == sorted(moment for span in spans for moment in span)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "unchanged", "failed"]), max_size=9), st.integers(1, 9))
def test_of_a_rebuilt_day_the_content_that_it_had_in_hand_is_the_one_seen_last(
    tmp_path_factory: pytest.TempPathFactory, story: list[str], as_of: int
) -> None:
    log, in_hand = RequestLog(tmp_path_factory.mktemp("log")), None
    for day, what in enumerate(story, start=1):
        before = log.last(FILE.address)
        if what in ("a", "b"):
            take(log, what, day)
            in_hand = what * 64 if day <= as_of else in_hand
        elif what == "unchanged" and before and before.capture_sha256:
            log.unchanged(before, at(day))
        else:
            log.bad(FILE, "failed", "why", at(day))
    seen = last_seen(log.all(), date(2026, 12, as_of))
    assert max(seen, key=lambda sha256: seen[sha256], default=None) == in_hand


# All answers


def test_all_answers_stand_in_one_order_whatever_the_order_of_asking(log: RequestLog) -> None:
    quarters = [Period(2026, 2), Period(2025, 4), Period(2026, 1)]
    files = [area_slice("https://bls", quarter, area) for quarter in quarters for area in ("53011", "41000")]
    files += [workbook("https://q", Period(2025), "41000"), year_of_areas("https://bls", 2016)]
    for file in files:
        log.bad(file, "missing", "404", at(1))
    shown = [(one.source, one.period, one.area_fips) for one in log.all()]
    assert shown == sorted(shown, key=lambda one: (one[0], one[1], one[2] or ""))
    assert len(shown) == len(files)
    frame = answers_frame(log.all())
    assert frame.schema == SCHEMA
    assert frame["address"].n_unique() == len(files)
    assert answers_frame([]).schema == SCHEMA


def test_a_quarter_is_seen_from_the_day_on_which_bls_first_gave_any_file_of_it(log: RequestLog) -> None:
    first, other = (area_slice("https://bls", Period(2026, 1), area) for area in ("41000", "41051"))
    take(log, "a", 3, file=other)
    take(log, "b", 2, file=first)
    take(log, "c", 9, file=first)
    log.bad(area_slice("https://bls", Period(2026, 2), "41000"), "missing", "404", at(1))
    book = workbook("https://q", Period(2026, 3), "41000")
    take(log, "d", 1, file=book)
    assert quarters_seen(log.all()) == {Period(2026, 1): date(2026, 12, 2)}


def test_a_zip_of_a_year_shows_its_quarters(log: RequestLog) -> None:
    file = year_of_areas("https://bls", 2016)
    take(log, "a", 2, file=file)
    assert quarters_seen(log.all()) == dict.fromkeys(Period(2016).quarters, date(2026, 12, 2))


# Looks, and interruptions


@pytest.mark.parametrize(
    ("began", "again", "goes_on"),
    [
        ("2026-12-01T12:00", "2026-12-01T14:59", True),  # winter: 10:00 is 15:00 UTC
        ("2026-12-01T14:59", "2026-12-01T15:00", False),
        ("2026-12-01T15:00", "2026-12-02T14:59", True),
        ("2026-12-01T15:00", "2026-12-02T15:00", False),
        ("2026-12-01T15:00", "2026-12-09T00:00", False),
        ("2026-07-01T13:59", "2026-07-01T14:00", False),  # summer: 10:00 is 14:00 UTC
        ("2026-07-01T14:00", "2026-07-02T13:59", True),
        ("2026-07-01T14:00", "2026-07-02T14:00", False),
        ("2026-10-31T14:00", "2026-11-01T14:59", True),  # the clocks go back
        ("2026-10-31T14:00", "2026-11-01T15:00", False),
        ("2026-03-07T15:00", "2026-03-08T13:59", True),  # and forward
        ("2026-03-07T15:00", "2026-03-08T14:00", False),
    ],
)
def test_a_look_that_was_cut_off_goes_on_until_the_next_hour_of_publication(
    log: RequestLog, began: str, again: str, goes_on: bool
) -> None:
    began, again = (f"{moment}:00.000000+00:00" for moment in (began, again))
    assert log.begin_look("bls", began) == began
    assert log.begin_look("bls", again) == (began if goes_on else again)


def test_a_look_that_goes_on_does_not_begin_later_each_time(log: RequestLog) -> None:
    for moment in (at(1, 16), at(2, 0), at(2, 14)):
        assert log.begin_look("bls", moment) == at(1, 16)
    assert log.begin_look("bls", at(2, 15)) == at(2, 15)


def test_after_a_look_that_ended_the_next_begins_now(log: RequestLog) -> None:
    log.begin_look("bls", at(1))
    log.end_look("bls")
    assert log.begin_look("bls", at(1, 13)) == at(1, 13)
    log.end_look("bls")
    log.end_look("bls")


def test_looks_at_two_sources_begin_and_end_apart(log: RequestLog) -> None:
    assert log.begin_look("bls", at(1)) == at(1)
    assert log.begin_look("qualityinfo", at(1, 13)) == at(1, 13)
    log.end_look("bls")
    assert log.begin_look("bls", at(1, 14)) == at(1, 14)
    assert log.begin_look("qualityinfo", at(1, 14)) == at(1, 13)


@pytest.mark.parametrize("damage", [b"", b'{"address"', b"[]"], ids=repr)
def test_a_damaged_file_is_named(log: RequestLog, damage: bytes) -> None:
    take(log, "a", 1)
    log.begin_look("bls", at(1))
    for read, pattern in (
        (lambda: log.last(FILE.address), "requests/??/*.json"),
        (log.all, "requests/??/*.json"),
        (lambda: log.begin_look("bls", at(2)), "look_bls.json"),
        (lambda: take(log, "b", 2), "requests/??/*.json"),
        (lambda: log.bad(FILE, "failed", "why", at(2)), "requests/??/*.json"),
    ):
        [path] = log.folder.glob(pattern)
        path.write_bytes(damage)
        with pytest.raises(DamagedFile, match=path.name):
            read()
        assert path.read_bytes() == damage


Step = Callable[[RequestLog], object]


@pytest.mark.parametrize(
    ("before", "step"),
    [
        (lambda log: take(log, "a", 1), lambda log: log.bad(FILE, "failed", "x", at(2))),
        (lambda log: take(log, "a", 1), lambda log: take(log, "b", 2)),
        (lambda log: log.begin_look("bls", at(1)), lambda log: log.begin_look("bls", at(5))),
    ],
)
@pytest.mark.parametrize("where", ["write_text", "replace"])
def test_killed_while_writing_the_old_entry_stays(
    log: RequestLog, monkeypatch: pytest.MonkeyPatch, before: Step, step: Step, where: str
) -> None:
    def cut_off(path: Path, text: object, **_: object) -> None:
        if where == "write_text":
            path.write_bytes(str(text)[:20].encode())
        raise KeyboardInterrupt

    before(log)
    kept = {path: path.read_bytes() for path in log.folder.rglob("*.json")}
    with monkeypatch.context() as patch:
        patch.setattr(Path, where, cut_off)
        with pytest.raises(KeyboardInterrupt):
            step(log)
    assert [path.suffix for path in log.folder.rglob("*.part")] == [".part"]
    assert {path: path.read_bytes() for path in log.folder.rglob("*.json")} == kept
    assert len(log.all()) == len([path for path in kept if path.name != "look_bls.json"])
    step(log)
    assert list(log.folder.rglob("*.part")) == []
