"""Plans and the release calendar together: four years of looks, day by day, at a publisher that is simulated."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import pytest

from pipelines.domain.periods import QUARTERS, Period
from pipelines.domain.release_calendar import (
    RELEASED_ON,
    SETTLING,
    published_with,
    quarters_between,
    release_window,
)
from pipelines.sources.capture_plan import CapturePlan, PlannedRequest, plan_bls
from pipelines.sources.capture_scope import CaptureScope
from pipelines.sources.raw_store import Capture
from pipelines.sources.request_log import LastAnswer, Outcome, RequestLog

STATE, COUNTY, OTHER, NEVER = "41000", "41051", "41067", "41999"
SCOPE = CaptureScope((STATE, COUNTY, OTHER, NEVER), 2, ("41000",), 1, True, False)
FIRST_DAY, LAST_DAY = date(2024, 1, 1), date(2027, 12, 31)
FOLLOWED = quarters_between(Period(2024, 1), Period(2026, 4))  # all their publications fall into these years

PROBED = (STATE, COUNTY)

ON_TIME: Mapping[Period, date] = {
    **RELEASED_ON,
    Period(2023, 3): date(2024, 3, 6),
    Period(2023, 4): date(2024, 6, 5),
    Period(2024, 1): date(2024, 8, 21),
    Period(2024, 2): date(2024, 12, 4),
    Period(2024, 3): date(2025, 3, 5),
    Period(2024, 4): date(2025, 6, 4),
    Period(2026, 2): date(2026, 12, 2),
    Period(2026, 3): date(2027, 3, 9),
    Period(2026, 4): date(2027, 6, 2),
    Period(2027, 1): date(2027, 8, 27),
    Period(2027, 2): date(2027, 12, 8),
}
SLIPPED = {Period(2026, 3): date(2027, 5, 20), Period(2027, 1): date(2027, 11, 15)}


@dataclass(frozen=True)
class Publisher:
    """Publishes every quarter with its releases; some files follow the first by days, one never comes."""

    released: Mapping[Period, date] = field(default_factory=lambda: ON_TIME)
    days_behind: Mapping[str, int] = field(default_factory=lambda: {COUNTY: 4, OTHER: 4})
    days_of_steps: tuple[int, ...] = (0,)
    """Of a release, when each of its files is put up, and put up anew."""

    def release(self, quarter: Period) -> date:
        return self.released.get(quarter, release_window(quarter).closes)

    def publications(self, quarter: Period, area: str) -> list[date]:
        if area == NEVER:
            return []
        days = [timedelta(days=self.days_behind.get(area, 0) + step) for step in self.days_of_steps]
        return [self.release(other) + behind for other in published_with(quarter) for behind in days]

    def version(self, quarter: Period, area: str, day: date) -> int:
        """How often a file was published by a day; 0: there is none."""
        return sum(published <= day for published in self.publications(quarter, area))


class LogInMemory(RequestLog):
    """The request log, but for the disk."""

    def __init__(self) -> None:
        self.answers: dict[str, LastAnswer] = {}

    def last(self, address: str) -> LastAnswer | None:
        return self.answers.get(address)

    def all(self) -> list[LastAnswer]:
        return list(self.answers.values())

    def _keep(self, answer: LastAnswer) -> LastAnswer:
        self.answers[answer.address] = answer
        return answer


@dataclass
class Story:
    """What a look on every weekday came to."""

    asked: dict[tuple[Period, str], list[date]] = field(default_factory=lambda: defaultdict(list))
    captured: dict[tuple[Period, str], list[date]] = field(default_factory=lambda: defaultdict(list))
    late: dict[Period, list[date]] = field(default_factory=lambda: defaultdict(list))
    requests: dict[date, int] = field(default_factory=dict)


def weekdays() -> Iterator[date]:
    days = (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    return (day for day in days if day.isoweekday() <= 5)


def first_look(day: date) -> date:
    """The first weekday from a day on."""
    return day + timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)


def answer(log: RequestLog, publisher: Publisher, one: PlannedRequest, day: date) -> LastAnswer:
    version = publisher.version(one.file.period, str(one.file.area_fips), day)
    moment = f"{day}T16:00:00.000000+00:00"
    if not version:
        return log.bad(one.file, "missing", "404", moment)
    sha256 = f"{one.file.name} {version}"
    outcome: Outcome = "unchanged" if one.before and one.before.capture_sha256 == sha256 else "captured"
    capture = Capture(sha256, "bls", one.file.address, one.file.name, "csv", 1, moment, "", "")
    return log.captured(one.file, capture, outcome, moment, etag=None, last_modified=None)


def look(log: RequestLog, publisher: Publisher, plan: CapturePlan, day: date, story: Story) -> None:
    missing: set[str] = set()
    for one in plan.requests:
        if one.only_if and missing.issuperset(one.only_if):
            continue
        key = one.file.period, str(one.file.area_fips)
        answered = answer(log, publisher, one, day)
        story.asked[key].append(day)
        if answered.outcome == "captured":
            story.captured[key].append(day)
        if answered.outcome == "missing":
            missing.add(one.file.address)


@cache
def years_of(publisher: str) -> Story:
    log, story = LogInMemory(), Story()
    for day in weekdays():
        plan = plan_bls("https://bls", SCOPE, day, log.all())
        for quarter in plan.late:
            story.late[quarter].append(day)
        story.requests[day] = len(plan.requests)
        look(log, PUBLISHERS[publisher], plan, day, story)
    return story


PUBLISHERS = {
    "on time": Publisher(),
    "slipping": Publisher({**ON_TIME, **SLIPPED}),
    "in two steps": Publisher(days_of_steps=(0, 14)),
    "county first": Publisher(days_behind={STATE: 4, OTHER: 4}),
}
every_publisher = pytest.mark.parametrize("name", PUBLISHERS)
every_area = pytest.mark.parametrize("area", [STATE, COUNTY, OTHER])


@every_publisher
@every_area
def test_every_publication_of_every_quarter_is_captured_on_the_first_look_after_it(name: str, area: str) -> None:
    for quarter in FOLLOWED:
        days = [first_look(published) for published in PUBLISHERS[name].publications(quarter, area)]
        assert years_of(name).captured[quarter, area] == days, quarter


@pytest.mark.parametrize(("name", "steps"), [("on time", 1), ("in two steps", 2), ("county first", 1)])
@every_area
def test_first_quarters_change_five_times_second_four_third_three_and_fourth_twice(
    name: str, area: str, steps: int
) -> None:
    times = {number: set[int]() for number in QUARTERS}
    for quarter in FOLLOWED:
        times[quarter.quarter or 0].add(len(years_of(name).captured[quarter, area]))
    assert times == {1: {5 * steps}, 2: {4 * steps}, 3: {3 * steps}, 4: {2 * steps}}


@every_area
def test_the_second_step_of_a_last_release_is_captured_two_weeks_after_the_first(area: str) -> None:
    for quarter in FOLLOWED:
        first, second = years_of("in two steps").captured[quarter, area][-2:]
        assert timedelta(days=12) <= second - first <= timedelta(days=16), quarter


@every_publisher
def test_a_quarter_is_asked_for_in_each_of_its_releases(name: str) -> None:
    publisher, story = PUBLISHERS[name], years_of(name)
    for quarter in FOLLOWED:
        releases = [publisher.release(other) for other in published_with(quarter)]
        for released in releases:
            assert first_look(released) in story.asked[quarter, STATE], (quarter, released)


@every_publisher
@every_area
def test_after_the_last_release_and_its_settling_a_file_is_looked_at_once_more_and_never_again(
    name: str, area: str
) -> None:
    publisher, story = PUBLISHERS[name], years_of(name)
    for quarter in FOLLOWED:
        settled = first_look(publisher.release(published_with(quarter)[-1])) + SETTLING
        assert story.asked[quarter, area][-1] == first_look(settled), quarter
        assert story.asked[quarter, area][-1] > story.captured[quarter, area][-1]


@every_publisher
def test_a_file_that_never_comes_is_asked_for_until_its_last_release_has_settled(name: str) -> None:
    publisher, story = PUBLISHERS[name], years_of(name)
    for quarter in FOLLOWED:
        last = publisher.release(published_with(quarter)[-1])
        assert story.asked[quarter, NEVER][-1] == first_look(first_look(last) + SETTLING)
        assert story.captured[quarter, NEVER] == []


def test_a_quarter_is_looked_for_from_the_first_weekday_of_its_window() -> None:
    for quarter in FOLLOWED:
        assert years_of("on time").asked[quarter, STATE][0] == first_look(release_window(quarter).opens)


@every_publisher
def test_before_a_quarter_is_out_only_its_probes_are_asked_for(name: str) -> None:
    asked = years_of(name).asked
    for quarter in FOLLOWED:
        for area in SCOPE.bls_areas:
            expected = release_window(quarter).opens if area in PROBED else PUBLISHERS[name].release(quarter)
            assert asked[quarter, area][0] == first_look(expected), (quarter, area)


@pytest.mark.parametrize("quarter", SLIPPED)
def test_a_release_that_slips_by_months_is_late_and_asked_for_until_it_is_there(quarter: Period) -> None:
    story, came = years_of("slipping"), SLIPPED[quarter]
    window = release_window(quarter)
    waited = [day for day in weekdays() if window.opens <= day <= came]
    assert [day for day in story.asked[quarter, STATE] if day <= came] == waited
    assert story.late[quarter] == [day for day in waited if day > window.closes]


def test_no_release_that_comes_within_its_window_is_late() -> None:
    assert not any(years_of("on time").late.values())
    assert years_of("slipping").late.keys() == SLIPPED.keys()


def test_files_of_the_year_before_wait_for_a_first_quarter_that_slips() -> None:
    story = years_of("slipping")
    for quarter in Period(2026).quarters:
        assert story.captured[quarter, STATE][-1] == SLIPPED[Period(2027, 1)]


def test_fewer_files_are_asked_for_once_the_year_before_is_final() -> None:
    requests = years_of("on time").requests
    settled = first_look(ON_TIME[Period(2026, 1)] + SETTLING)
    a_quarter = len(SCOPE.bls_areas)
    assert requests[settled - timedelta(days=3)] == a_quarter * len([*Period(2025).quarters, Period(2026, 1)])
    assert requests[settled + timedelta(days=3)] == a_quarter * len([Period(2026, 1)])


@every_publisher
def test_no_quarter_is_asked_for_before_its_window(name: str) -> None:
    for (quarter, _), days in years_of(name).asked.items():
        assert days[0] >= max(FIRST_DAY, release_window(quarter).opens), quarter
