"""What is remembered of each address, and of a look that was cut off."""

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
    GOOD_OUTCOMES,
    SCHEMA,
    Outcome,
    RequestLog,
    answers_frame,
    quarters_seen,
)

FILE = area_slice("https://bls", Period(2026, 1), "41051")


def at(day: int, hour: int = 12) -> str:
    return f"2026-12-{day:02}T{hour:02}:00:00.000000+00:00"


def content(letter: str, day: int = 1, file: RemoteFile = FILE) -> Capture:
    return Capture(
        letter * 64, "bls", file.address, file.name, "csv", 1, at(day), "", "", f'"{letter}"', f"modified {letter}"
    )


@pytest.fixture
def log(tmp_path: Path) -> RequestLog:
    return RequestLog(tmp_path)


# Good answers


def test_an_address_that_was_never_asked_has_no_last_answer(log: RequestLog) -> None:
    assert log.last(FILE.address) is None
    assert log.all() == []


def test_the_first_content_is_kept_with_all_that_its_server_said(log: RequestLog) -> None:
    answer = log.good(FILE, content("a"), "captured", at(1))
    assert answer == log.last(FILE.address)
    assert (answer.source, answer.period, answer.area_fips) == ("bls", "2026-Q1", "41051")
    assert (answer.outcome, answer.capture_sha256, answer.etag) == ("captured", "a" * 64, '"a"')
    assert answer.last_modified == "modified a"
    times = {answer.checked_at, answer.first_captured_at, answer.content_since, answer.content_checked_at}
    assert times == {at(1)} == {answer.published_at}
    assert (answer.reason, answer.failing_since) == (None, None)


def test_unchanged_content_is_as_old_as_it_was_and_was_checked_now(log: RequestLog) -> None:
    log.good(FILE, content("a"), "captured", at(1))
    answer = log.good(FILE, content("a"), "unchanged", at(8))
    assert (answer.content_since, answer.content_checked_at, answer.checked_at) == (at(1), at(8), at(8))


def test_new_content_is_in_hand_from_now_but_its_address_had_some_before(log: RequestLog) -> None:
    log.good(FILE, content("a"), "captured", at(1))
    answer = log.good(FILE, content("b", 8), "captured", at(8))
    assert (answer.capture_sha256, answer.etag) == ("b" * 64, '"b"')
    assert (answer.first_captured_at, answer.content_since, answer.published_at) == (at(1), at(8), at(8))


def test_an_older_version_does_not_take_the_place_of_the_newer_one(log: RequestLog) -> None:
    newer = log.good(FILE, content("b", 8), "captured", at(8))
    answer = log.good(FILE, content("a", 1), "older", at(9))
    assert answer == replace(newer, outcome="older", checked_at=at(9))


def test_of_content_with_a_flaw_the_whole_is_asked_for_again(log: RequestLog) -> None:
    answer = log.good(FILE, content("a"), "captured", at(1), flaw="1 of its tables refused")
    assert (answer.etag, answer.last_modified, answer.reason) == (None, None, "1 of its tables refused")
    assert answer.capture_sha256 == "a" * 64
    mended = log.good(FILE, content("b", 2), "captured", at(2))
    assert (mended.etag, mended.reason) == ('"b"', None)


# Bad answers


def test_an_address_that_never_answered_well_has_nothing_in_hand(log: RequestLog) -> None:
    answer = log.bad(FILE, "missing", "404", at(1))
    assert (answer.outcome, answer.reason, answer.failing_since) == ("missing", "404", at(1))
    assert (answer.capture_sha256, answer.first_captured_at, answer.etag) == (None, None, None)


@pytest.mark.parametrize("outcome", ["missing", "failed", "refused"])
def test_what_is_in_hand_stays_when_an_answer_is_bad(log: RequestLog, outcome: Outcome) -> None:
    good = log.good(FILE, content("a"), "captured", at(1))
    answer = log.bad(FILE, outcome, "why", at(8))
    assert answer == replace(good, outcome=outcome, reason="why", checked_at=at(8), failing_since=at(8))


@pytest.mark.parametrize("good", GOOD_OUTCOMES)
def test_failing_since_is_the_first_of_the_bad_answers_until_a_good_one(log: RequestLog, good: Outcome) -> None:
    log.good(FILE, content("a"), "captured", at(1))
    outcomes: tuple[Outcome, ...] = ("failed", "missing", "refused")
    since = [log.bad(FILE, outcome, "why", at(day)).failing_since for day, outcome in enumerate(outcomes, start=2)]
    assert since == [at(2)] * 3
    assert log.good(FILE, content("a"), good, at(5)).failing_since is None
    assert log.bad(FILE, "failed", "why", at(6)).failing_since == at(6)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "unchanged", "older", "missing", "failed", "refused"]), max_size=9))
def test_a_bad_answer_never_loses_content_and_a_good_one_never_leaves_a_failure(
    tmp_path_factory: pytest.TempPathFactory, story: list[str]
) -> None:
    log, in_hand = RequestLog(tmp_path_factory.mktemp("log")), None
    for day, what in enumerate(story, start=1):
        if what in ("missing", "failed", "refused"):
            answer = log.bad(FILE, what, "why", at(day))  # type: ignore[arg-type]  # one of them
            assert answer.failing_since is not None
        elif what in ("a", "b"):
            in_hand = what
            answer = log.good(FILE, content(what), "captured", at(day))
        elif in_hand:
            answer = log.good(FILE, content(in_hand if what == "unchanged" else "c"), what, at(day))  # type: ignore[arg-type]
        else:
            continue
        assert (answer.failing_since is None) == (answer.outcome in GOOD_OUTCOMES)
        assert answer.capture_sha256 == (in_hand * 64 if in_hand else None)
        assert answer.checked_at == at(day)
        assert log.all() == [answer]


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
    log.good(other, content("a", file=other), "captured", at(3))
    log.good(first, content("b", file=first), "captured", at(2))
    log.good(first, content("c", file=first), "captured", at(9))
    log.bad(area_slice("https://bls", Period(2026, 2), "41000"), "missing", "404", at(1))
    book = workbook("https://q", Period(2026, 3), "41000")
    log.good(book, replace(content("d", file=book), source="qualityinfo"), "captured", at(1))
    assert quarters_seen(log.all()) == {Period(2026, 1): date(2026, 12, 2)}


def test_a_zip_of_a_year_shows_its_quarters(log: RequestLog) -> None:
    file = year_of_areas("https://bls", 2016)
    log.good(file, content("a", file=file), "captured", at(2))
    assert quarters_seen(log.all()) == dict.fromkeys(Period(2016).quarters, date(2026, 12, 2))


# Looks, and interruptions


@pytest.mark.parametrize(("again", "goes_on"), [(at(1, 13), True), (at(2, 7), True), (at(2, 8), False), (at(9), False)])
def test_a_look_that_was_cut_off_goes_on_within_twenty_hours_and_not_after(
    log: RequestLog, again: str, goes_on: bool
) -> None:
    assert log.begin_look(at(1)) == at(1)
    assert log.begin_look(again) == (at(1) if goes_on else again)


def test_a_look_that_goes_on_does_not_begin_later_each_time(log: RequestLog) -> None:
    log.begin_look(at(1))
    log.begin_look(at(2, 0))
    assert log.begin_look(at(2, 9)) == at(2, 9)


def test_after_a_look_that_ended_the_next_begins_now(log: RequestLog) -> None:
    log.begin_look(at(1))
    log.end_look()
    assert log.begin_look(at(1, 13)) == at(1, 13)
    log.end_look()
    log.end_look()


Step = Callable[[RequestLog], object]


@pytest.mark.parametrize(
    ("before", "step"),
    [
        (lambda log: log.good(FILE, content("a"), "captured", at(1)), lambda log: log.bad(FILE, "failed", "x", at(2))),
        (lambda log: log.begin_look(at(1)), lambda log: log.begin_look(at(5))),
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
    assert len(log.all()) == len([path for path in kept if path.name != "look.json"])
    step(log)
    assert list(log.folder.rglob("*.part")) == []
