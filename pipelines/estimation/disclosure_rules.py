"""Primary suppression: which outputs tell too much of a single employer.

Belongs here: the rules as parameters, and their verdict on the contributions to each output. Not here: what must be
hidden beside an unsafe output (disclosure), or who sets the parameters (the agency that holds the records).

Rules as in Hundepool et al., Statistical Disclosure Control (2012), chapter 4. Employers are counted, never
establishments: a chain is one contributor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class PrimaryRules:
    """When an output is unsafe; each rule can be left out by None.

    minimum_employers: fewer contributors than this. dominance_share: one contributor has more than this share (0–1) of
    jobs or of wages. p_percent: what the two largest leave is less than this share (0–1) of the largest, so that the
    second largest could estimate the largest more closely than that.
    """

    minimum_employers: int | None = 3
    dominance_share: float | None = 0.8
    p_percent: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError naming the rule that cannot be."""
        if self.minimum_employers is not None and self.minimum_employers < 1:
            raise ValueError(f"minimum_employers {self.minimum_employers}: expected 1 or more")
        for name in ("dominance_share", "p_percent"):
            share = getattr(self, name)
            if share is not None and not 0 < share <= 1:
                raise ValueError(f"{name} {share}: expected a share over 0 and at most 1")
        if self.minimum_employers is None and self.dominance_share is None and self.p_percent is None:
            raise ValueError("no rule is set: expected minimum_employers, dominance_share or p_percent")


def unsafe_outputs(contributions: pl.DataFrame, key: Sequence[str], rules: PrimaryRules) -> pl.DataFrame:
    """One row an output: the key, employers, and is_unsafe.

    contributions: the key, employer, and jobs (of all months) and wages_usd as that employer contributes them; one row
    an output and employer.
    """
    facts = contributions.group_by(key).agg(
        pl.len().alias("employers"),
        *(
            expression.alias(f"{measure}_{name}")
            for measure in ("jobs", "wages_usd")
            for name, expression in (
                ("total", pl.col(measure).sum()),
                ("largest", pl.col(measure).max()),
                ("two_largest", pl.col(measure).top_k(2).sum()),
            )
        ),
    )
    return facts.select(*key, "employers", is_unsafe=_is_unsafe(rules))


def _is_unsafe(rules: PrimaryRules) -> pl.Expr:
    found = []
    if rules.minimum_employers is not None:
        found.append(pl.col("employers") < rules.minimum_employers)
    for measure in ("jobs", "wages_usd"):
        total, largest = pl.col(f"{measure}_total"), pl.col(f"{measure}_largest")
        if rules.dominance_share is not None:
            found.append(largest > rules.dominance_share * total)
        if rules.p_percent is not None:
            found.append(total - pl.col(f"{measure}_two_largest") < rules.p_percent * largest)
    return pl.any_horizontal(found)
