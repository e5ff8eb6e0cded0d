"""Years and quarters, and when BLS publishes them.

Source of the release months: BLS, QCEW release calendar; Q1 of 2026 came on 28 August, of 2025 on 9 September.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import total_ordering

QUARTERS: tuple[int, ...] = (1, 2, 3, 4)

# Month in which a quarter is first published, and whether that is in the year after. The first quarter comes at the
# end of August or early in September: by the end of September it is there.
RELEASE_MONTH: Mapping[int, tuple[int, int]] = {1: (9, 0), 2: (12, 0), 3: (3, 1), 4: (6, 1)}
# Calendar months in which something new may appear, the early first quarter among them.
RELEASE_CALENDAR_MONTHS: tuple[int, ...] = (3, 6, 8, 9, 12)
# A quarter is published again with every later quarter of its year, and with the next year's first.
TIMES_PUBLISHED: Mapping[int, int] = {1: 5, 2: 4, 3: 3, 4: 2}


@total_ordering
@dataclass(frozen=True)
class Period:
    """A quarter, or a whole year when `quarter` is None. In order, a year comes after its quarters.

    Raises ValueError for a quarter other than 1 to 4.
    """

    year: int
    quarter: int | None = None

    def __post_init__(self) -> None:
        if self.quarter is not None and self.quarter not in QUARTERS:
            raise ValueError(f"quarter {self.quarter} of {self.year}: expected 1, 2, 3 or 4, or none for the year")

    def __lt__(self, other: "Period") -> bool:
        return self._position < other._position

    def __str__(self) -> str:
        return self.label

    @property
    def _position(self) -> tuple[int, int]:
        return self.year, self.quarter or len(QUARTERS) + 1

    @property
    def is_annual(self) -> bool:
        """Whether this is a whole year."""
        return self.quarter is None

    @property
    def label(self) -> str:
        """`2016` for a year, `2016-Q1` for a quarter."""
        return f"{self.year}" if self.quarter is None else f"{self.year}-Q{self.quarter}"

    @property
    def quarters(self) -> tuple["Period", ...]:
        """The year's four quarters; the quarter itself if it is one."""
        return tuple(Period(self.year, quarter) for quarter in QUARTERS) if self.quarter is None else (self,)

    @property
    def year_before(self) -> "Period":
        """The same period one year earlier."""
        return Period(self.year - 1, self.quarter)

    @classmethod
    def parse(cls, label: str) -> "Period":
        """Read `2016` or `2016-Q1`. Raises ValueError for any other text."""
        found = re.fullmatch(r"(\d{4})(?:-Q([1-4]))?", label)
        if not found:
            raise ValueError(f"{label!r} is not a period: expected a year such as 2016 or a quarter such as 2016-Q1")
        return cls(int(found[1]), int(found[2]) if found[2] else None)


def expected_release(period: Period) -> tuple[int, int]:
    """(year, month) by whose end a period is first published; a year comes, preliminary, with its fourth quarter."""
    month, years_later = RELEASE_MONTH[period.quarter or 4]
    return period.year + years_later, month


def latest_expected_quarter(year: int, month: int) -> Period:
    """The newest quarter that should be published by the end of the given month."""
    candidates = (Period(of_year, quarter) for of_year in (year - 1, year) for quarter in QUARTERS)
    return max(quarter for quarter in candidates if expected_release(quarter) <= (year, month))
