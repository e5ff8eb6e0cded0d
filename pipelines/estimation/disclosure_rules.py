"""Primary suppression: which outputs tell too much of a single employer.

Belongs here: the verdict of the rules on the contributions to each output. Not here: the rules as values
(domain.disclosure_policy), or what must be hidden beside an unsafe output (disclosure).

Rules as in Hundepool et al., Statistical Disclosure Control (2012), chapter 4. Employers are counted, never
establishments: a chain is one contributor.
"""

from collections.abc import Sequence

import polars as pl

from pipelines.domain.disclosure_policy import PrimaryRules


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
