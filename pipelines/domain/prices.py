"""Consumer prices: the CPI-U by month, and the years of which every month is known.

What a period's index is belongs to `sql/core/period_prices.sql`; reading the file, to `pipelines.sources`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True)
class MonthlyPrice:
    """CPI-U of a month: U.S. city average, all items, not seasonally adjusted, 1982-84 = 100, as published."""

    year: int
    month: int
    cpi_u: Decimal
    source: str


def complete_years(prices: Iterable[MonthlyPrice]) -> tuple[int, ...]:
    """The years with all twelve months, each month given once: only these have an index of the year."""
    months = Counter(price.year for price in prices)
    return tuple(sorted(year for year, count in months.items() if count == MONTHS_OF_A_YEAR))
