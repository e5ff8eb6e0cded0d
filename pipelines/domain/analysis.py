"""Choices of analysis that an analyst edits: the year of real dollars, and how a screening of industries weighs."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pipelines.domain.sector_definitions import Place, Problem


@dataclass(frozen=True)
class Screening:
    """How industries are ranked. `weights` by criterion, 0 or more, of which only the proportions count.

    `base_region` is the state or nation that a region is compared with; None where the folder of definitions has not
    the region that the shipped file names. `top_share` is the part of the ranks, 0–1, that counts as top.
    """

    weights: Mapping[str, float]
    base_region: str | None
    random_weightings: int
    seed: int
    top_share: float


@dataclass(frozen=True)
class Analysis:
    """All choices of one run; `price_year` is the year whose dollars real figures are in."""

    price_year: int
    screening: Screening


def check_analysis(analysis: Analysis, priced_years: Collection[int] | None) -> Iterator[Problem]:
    """Yield a problem for a year of dollars without an index of its twelve months, and for numbers that weigh nothing.

    `priced_years` is None where prices could not be read: then nothing is said of the year.
    """
    if priced_years is not None and analysis.price_year not in priced_years:
        near = min(priced_years, key=lambda year: (abs(year - analysis.price_year), -year), default=None)
        yield Problem(
            ("price_year",),
            str(analysis.price_year),
            "a year with all twelve months in price_index.csv",
            f"write {near}, or add the missing months there" if near else "add the months of that year there",
        )
    numbers: dict[Place, float] = {
        ("screening", "weights", name): weight for name, weight in analysis.screening.weights.items()
    }
    numbers["screening", "top_share"] = analysis.screening.top_share
    for where, number in numbers.items():
        if not math.isfinite(number):
            yield Problem(where, str(number), "a finite number", "correct the value")
    if not any(analysis.screening.weights.values()):
        yield Problem(
            ("screening", "weights"), "weights that are all 0", "at least one above 0", "give a criterion a weight"
        )
