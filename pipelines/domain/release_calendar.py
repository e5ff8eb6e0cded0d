"""When BLS publishes a quarter, how often it publishes it again, and what a file of a given day therefore is.

Belongs here: the calendar and what follows from it for a period. Not here: what was captured when (pipelines.sources).
Source: BLS, QCEW release calendar and revision schedule, https://www.bls.gov/cew/release-calendar.htm.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import polars as pl

from pipelines.domain.periods import QUARTERS, Period

RevisionStatus = Literal["preliminary", "revised", "final"]
REVISION_STATUSES: tuple[str, ...] = get_args(RevisionStatus)

# The months in which a quarter may first be published, and whether they are in the year after. BLS says Aug/Sep of the
# first quarter: it came on 28 August in 2026, on 9 September in 2025.
RELEASE_MONTHS: Mapping[int, tuple[int, int, int]] = {1: (8, 9, 0), 2: (12, 12, 0), 3: (3, 3, 1), 4: (6, 6, 1)}

# Days on which BLS published; the second quarter of 2025 slipped to the 19th after a shutdown. The day of the first
# quarter of 2017 is inferred: BLS's last files of 2016 bear it, and the hour at which BLS publishes.
RELEASED_ON: Mapping[Period, date] = {
    Period(2017, 1): date(2017, 9, 6),
    Period(2025, 1): date(2025, 9, 9),
    Period(2025, 2): date(2025, 12, 19),
    Period(2025, 3): date(2026, 3, 10),
    Period(2025, 4): date(2026, 6, 2),
    Period(2026, 1): date(2026, 8, 28),
}

SETTLING = timedelta(days=21)
"""A release may come in two steps, two weeks apart: so long after the last one a file is asked for again."""
LONGEST_SLIP = timedelta(days=365)
"""A release that nobody has seen a year after its month is taken to be out: its files are no longer waited for."""

FIRST_YEAR, LAST_YEAR = 1990, 2060  # of the table of releases; QCEW begins with 1990


@dataclass(frozen=True)
class ReleaseWindow:
    """First and last day on which a release is expected."""

    opens: date
    closes: date


def release_window(period: Period) -> ReleaseWindow:
    """When a period is first published; a year comes, preliminary, with its fourth quarter."""
    first, last, years_later = RELEASE_MONTHS[period.quarter or 4]
    year = period.year + years_later
    return ReleaseWindow(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def published_with(period: Period) -> tuple[Period, ...]:
    """The quarters with whose releases a period is published: Q1 five times, Q2 four, Q3 three, Q4 and a year twice."""
    first = period.quarter or 4
    return (*(Period(period.year, quarter) for quarter in QUARTERS[first - 1 :]), Period(period.year + 1, 1))


def quarters_between(first: Period, last: Period) -> tuple[Period, ...]:
    """All quarters from one to another, both included; none where the first comes after the last."""
    quarters = (Period(year, quarter) for year in range(first.year, last.year + 1) for quarter in QUARTERS)
    return tuple(quarter for quarter in quarters if first <= quarter <= last)


def newest_due_quarter(today: date) -> Period:
    """The newest quarter whose release may be out: its window has opened."""
    candidates = quarters_between(Period(today.year - 2, 1), Period(today.year, 4))
    return max(quarter for quarter in candidates if release_window(quarter).opens <= today)


def release_date(quarter: Period, seen_on: Mapping[Period, date]) -> date:
    """The day by which a quarter was out: known, or the end of its window; earlier where we saw it before that."""
    published_by = RELEASED_ON.get(quarter, release_window(quarter).closes)
    return min(published_by, seen_on.get(quarter, published_by))


def is_late(quarter: Period, today: date, seen_on: Mapping[Period, date]) -> bool:
    """Whether a quarter should be out by the calendar, but nobody has seen it."""
    return quarter not in seen_on and today > release_window(quarter).closes


def final_from(period: Period, seen_on: Mapping[Period, date]) -> date:
    """The day from which what is published of a period is final.

    A last release that we have not seen slips with every day, but not for ever.
    """
    last = published_with(period)[-1]
    closes = release_window(last).closes
    if last not in seen_on:
        return closes + LONGEST_SLIP
    return min(seen_on[last], closes + LONGEST_SLIP) + SETTLING


def revision_status(period: Period, published_on: date, seen_on: Mapping[Period, date]) -> RevisionStatus:
    """What a file published on a day says of a period: the first figures, revised ones, or the last."""
    releases = published_with(period)
    out = sum(release_date(quarter, seen_on) <= published_on for quarter in releases)
    if out == len(releases):
        return "final"
    return "preliminary" if out <= 1 else "revised"


def releases_table() -> pl.DataFrame:
    """Every publication of every period.

    One row a year, quarter (0 for the whole year) and publication_number, with the quarter it comes with and
    published_by, the day it came or by whose end it is expected.
    """
    rows = [
        (period.year, period.quarter or 0, number, quarter.label, release_date(quarter, {}))
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        for period in (*Period(year).quarters, Period(year))
        for number, quarter in enumerate(published_with(period), start=1)
    ]
    schema = {
        "year": pl.Int16,
        "quarter": pl.Int8,
        "publication_number": pl.Int8,
        "published_with": pl.String,
        "published_by": pl.Date,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
