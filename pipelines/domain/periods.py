"""Years and quarters. When BLS publishes them: release_calendar."""

import re
from dataclasses import dataclass
from functools import total_ordering

QUARTERS: tuple[int, ...] = (1, 2, 3, 4)


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
