"""A nation of synthetic states: for each the sample's economy, drawn anew as often as its counties need.

Belongs here: how Oregon's calibration is spread over the counties of other states, for measuring what estimates of a
nation cost. Not here: the economy itself (sample_economy), its cells (sample_cells).

A state of n counties gets n county economies like Oregon's 36: whole draws of them, and of the last draw as many as are
left, evenly from the smallest to the largest. So its number of counties, their cells and what is hidden of them are of
real shape; that counties of some states are larger than Oregon's, as California's are, is not modelled.
"""

import numpy as np
import polars as pl

from pipelines.sources.sample_calibration import COUNTIES, STATE_FIPS, UNKNOWN_COUNTY
from pipelines.sources.sample_cells import publish_cells
from pipelines.sources.sample_economy import SampleEconomy, simulate_economy

CELL_COLUMNS = (
    "area_fips", "own_code", "industry_code", "year", "quarter", "disclosure", "establishments",
    "month1_employment", "month2_employment", "month3_employment", "wages_usd",
)  # fmt: skip
_BY_SIZE = sorted((area for area in COUNTIES if area != UNKNOWN_COUNTY), key=lambda area: COUNTIES[area].establishments)


def states_of(areas: pl.DataFrame) -> list[str]:
    """The states and territories that have counties, by FIPS code. areas: reference.areas."""
    counties = areas.filter(pl.col("area_kind") == "county")
    return counties.get_column("state_fips").unique().sort().to_list()


def state_cells(
    naics: pl.DataFrame, areas: pl.DataFrame, state_fips: str, year: int, seed: int, scale: float = 1.0
) -> pl.DataFrame:
    """The quarterly cells of one state and year, CELL_COLUMNS, null where hidden; one row a cell and quarter.

    naics: code, title, parent_code, level of the 2022 vintage; areas: reference.areas. The state's row, all its
    counties and its unknown county, all ownerships and levels of industry. scale: of the number of businesses. The same
    seed gives the same cells. Raises ValueError for a state without counties.
    """
    counties = areas.filter((pl.col("area_kind") == "county") & (pl.col("state_fips") == state_fips))
    codes = counties.get_column("area_fips").sort().to_list()
    if not codes:
        raise ValueError(f"state {state_fips}: no county in reference.areas; there are {', '.join(states_of(areas))}")
    # In Oregon's code, by which the sample knows its state, until all is added up.
    places = [STATE_FIPS + code[2:] for code in codes]
    economies = [
        _only(
            simulate_economy(naics, areas, _seed(seed, state_fips, draw), (year,), scale).establishments,
            places[draw * len(_BY_SIZE) : (draw + 1) * len(_BY_SIZE)],
        )
        for draw in range(-(-len(places) // len(_BY_SIZE)))
    ]
    cells = publish_cells(SampleEconomy((year,), pl.concat(economies)), naics).quarterly
    is_hidden = pl.col("disclosure") == "suppressed"
    values = CELL_COLUMNS[CELL_COLUMNS.index("month1_employment") :]
    return cells.select(CELL_COLUMNS).with_columns(
        (pl.lit(state_fips) + pl.col("area_fips").str.slice(2)).alias("area_fips"),
        *(pl.when(~is_hidden).then(name).alias(name) for name in values),
    )


def _only(establishments: pl.DataFrame, places: list[str]) -> pl.DataFrame:
    """Establishments of as many counties as there are places, moved there; those in no known county stay."""
    chosen = np.floor((np.arange(len(places)) + 0.5) * len(_BY_SIZE) / len(places)).astype(int)
    moved = dict(zip((_BY_SIZE[rank] for rank in chosen), places, strict=True)) | {UNKNOWN_COUNTY: UNKNOWN_COUNTY}
    return establishments.filter(pl.col("area_fips").is_in(list(moved))).with_columns(
        pl.col("area_fips").replace_strict(moved)
    )


def _seed(seed: int, state_fips: str, draw: int) -> int:
    """One for each state and draw."""
    return (seed * 100 + int(state_fips)) * 100 + draw
