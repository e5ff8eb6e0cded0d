"""Hides further cells of published rows, whose truth is then known, to see how good estimates are.

Belongs here: the choice of cells to hide, the masked rows and their truth. Not here: which other rows must be hidden
with them (complements), what estimates are compared with (accuracy).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.estimation.cell_network import CELL, MEASURES, Flags
from pipelines.estimation.complements import PERIOD, Hierarchy
from pipelines.estimation.hidden_totals import PRIVATE

FEW_ESTABLISHMENTS = 5
"""Half of the cells chosen have at most this many establishments."""
CHOSEN, COMPLEMENT = "chosen", "complement"
# Bare seeds would draw the cells of the files that the estimates were tuned on.
_DRAW = 20161
# States, and the areas of what belongs to no county.
_NO_COUNTY = r"(000|999)$"


@dataclass(frozen=True)
class HeldOut:
    """Rows with further cells hidden, and what these are.

    cells: area_fips, own_code, industry_code, year, quarter, disclosure, establishments and the four measures' columns,
    in the order given; without other columns, which might tell. truth: the rows hidden here as they were, without
    disclosure, with naics_level and reason (chosen, complement), in order of their keys.
    """

    cells: pl.DataFrame
    truth: pl.DataFrame


def hide_further(
    cells: pl.DataFrame, tree: pl.DataFrame, seed: int, rate: float = 0.08, most_establishments: int = 50
) -> HeldOut:
    """Hide some of the published private cells of the finest industries in counties, with their complements.

    cells: rows of build_network with year and quarter, of one NAICS vintage: counties, and their states where they are
    there. rate: the part, 0 to 1, of such cells published in some period that is to be chosen; fewer are where no more
    can be hidden. Half of the chosen cells have at most FEW_ESTABLISHMENTS, the others at most most_establishments;
    half of each are hidden in all periods, the others in one. The same seed hides the same cells, whatever the order
    of the rows. Raises ValueError for a rate that is no part.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate {rate}: expected a part of the published cells, 0 to 1")
    columns = [*CELL, *PERIOD, "disclosure", "establishments", *MEASURES.values()]
    cells = cells.select(columns)
    rows = Hierarchy(cells.filter(own_code=PRIVATE), tree)
    was_hidden = rows.is_hidden.copy()
    chosen = _hide_chosen(rows, tree, np.random.default_rng([_DRAW, seed]), rate, most_establishments)

    period, row = np.nonzero(rows.is_hidden & ~was_hidden)
    reason = pl.Series("reason", chosen[period, row]).replace_strict(
        {True: CHOSEN, False: COMPLEMENT}, return_dtype=pl.String
    )
    hidden = (
        rows.periods[period]
        .hstack(rows.rows[row])
        .select(*PERIOD, "area_fips", "industry_code", "naics_level", reason, own_code=pl.lit(PRIVATE))
    )
    keys = [*CELL, *PERIOD]
    marked = cells.join(hidden, on=keys, how="left", maintain_order="left")
    is_new = pl.col("reason").is_not_null()
    return HeldOut(
        cells=marked.with_columns(
            pl.when(is_new).then(pl.lit("suppressed")).otherwise("disclosure").alias("disclosure"),
            *(pl.when(~is_new).then(column).alias(column) for column in MEASURES.values()),
        ).select(columns),
        truth=marked.filter(is_new).drop("disclosure").sort(*PERIOD, *CELL),
    )


def _hide_chosen(
    rows: Hierarchy, tree: pl.DataFrame, rng: np.random.Generator, rate: float, most_establishments: int
) -> Flags:
    """Hide chosen rows with their complements; which were chosen, [period, row]."""
    is_parent = rows.rows["industry_code"].is_in(tree["parent_code"].drop_nulls().to_list())
    is_candidate = (~is_parent & ~rows.rows["area_fips"].str.contains(_NO_COUNTY)).to_numpy()
    candidates = np.flatnonzero(is_candidate & rows.is_open().any(axis=0))
    chosen = np.zeros_like(rows.is_hidden)
    wanted = round(rate * len(candidates))
    for place, (is_small, is_always) in enumerate([(True, True), (False, True), (True, False), (False, False)]):
        left = (wanted + 3 - place) // 4
        for row in rng.permutation(candidates).tolist():
            if left == 0:
                break
            periods = np.flatnonzero(rows.is_open(row))
            if len(periods) == 0 or (is_always and len(periods) < rows.periods.height):
                continue
            periods = periods if is_always else rng.choice(periods, 1)
            size = rows.establishments[periods, row].max()
            is_wanted = size <= most_establishments and (size <= FEW_ESTABLISHMENTS) == is_small
            if is_wanted and rows.hide(periods.tolist(), row):
                chosen[periods, row] = True
                left -= 1
    return chosen
