"""What a family needs to live on its pay: values of the Self-Sufficiency Standard, made comparable with pay per job.

The Standard takes every adult of a family to work full-time, eight hours on 22 days a month (Center for Women's
Welfare, selfsufficiencystandard.org): an hourly wage is 1/176 of the monthly one, and each adult's own.
"""

from dataclasses import dataclass
from typing import Literal, get_args

HOURS_PER_MONTH = 8 * 22
HOURS_PER_YEAR = 12 * HOURS_PER_MONTH

StandardUnit = Literal["usd_per_hour", "usd_per_year"]
STANDARD_UNITS: tuple[StandardUnit, ...] = get_args(StandardUnit)


@dataclass(frozen=True)
class LivingStandard:
    """The Standard of a county, year and type of family, as published: an adult's hourly wage or the family's income.

    `value` is in US dollars of `year`, by `unit`; `area_fips` is the county.
    """

    area_fips: str
    year: int
    family_type: str
    adults: int
    family: str
    value: float
    unit: StandardUnit
    source: str
    grade: str
    note: str | None

    @property
    def usd_per_year_per_adult(self) -> float:
        """What each adult has to earn in a year of full-time work, US dollars of the Standard's year."""
        return usd_per_year_per_adult(self.value, self.unit, self.adults)

    @property
    def usd_per_hour_per_adult(self) -> float:
        """What each adult has to earn in an hour of full-time work, US dollars of the Standard's year."""
        return self.usd_per_year_per_adult / HOURS_PER_YEAR


def usd_per_year_per_adult(value: float, unit: StandardUnit, adults: int) -> float:
    """US dollars each adult has to earn in a year: an hourly wage is an adult's own, a yearly income the family's."""
    return value * HOURS_PER_YEAR if unit == "usd_per_hour" else value / adults
