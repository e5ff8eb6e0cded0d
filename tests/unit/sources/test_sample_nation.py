"""Synthetic states: as many counties as the real ones, sums that hold, and as much hidden as in the calibration."""

import polars as pl
import pytest

from pipelines.orchestration.intake import sample_frames
from pipelines.settings import Settings
from pipelines.sources.sample_nation import CELL_COLUMNS, state_cells, states_of

NAICS, AREAS = sample_frames(Settings())
SCALE, YEAR = 0.1, 2024
TENNESSEE, DELAWARE = "47", "10"
MONTHS = ("month1_employment", "month2_employment", "month3_employment")


@pytest.fixture(scope="module")
def tennessee() -> pl.DataFrame:
    return state_cells(NAICS, AREAS, TENNESSEE, YEAR, seed=1, scale=SCALE)


def counties_of(state_fips: str) -> list[str]:
    counties = AREAS.filter(state_fips=state_fips, area_kind="county")
    return counties.get_column("area_fips").sort().to_list()


def test_the_nation_is_all_states_and_territories_with_counties() -> None:
    states = states_of(AREAS)
    assert len(states) == 53
    assert {"11", "41", "72", "78"} <= set(states)
    assert AREAS.filter(area_kind="county").height > 3_200


def test_a_state_has_its_own_counties_its_row_and_its_unknown_county(tennessee: pl.DataFrame) -> None:
    """95 counties: two whole draws of Oregon's 36, and 23 of a third."""
    assert tuple(tennessee.columns) == CELL_COLUMNS
    areas = tennessee.get_column("area_fips").unique().sort().to_list()
    assert len(counties_of(TENNESSEE)) == 95
    assert areas == ["47000", *counties_of(TENNESSEE), "47999"]
    assert tennessee.select("year", "quarter").unique().sort("quarter").rows() == [(YEAR, each) for each in range(1, 5)]


def test_its_counties_add_up_to_its_row(tennessee: pl.DataFrame) -> None:
    totals = tennessee.filter(own_code="0", industry_code="10")
    is_state = pl.col("area_fips") == "47000"
    numbers = ("establishments", *MONTHS, "wages_usd")
    of_state, of_counties = (
        totals.filter(which).group_by("quarter").agg(pl.sum(*numbers)).sort("quarter")
        for which in (is_state, ~is_state)
    )
    assert of_state.equals(of_counties)
    assert of_state["establishments"].min() > 2 * 13_000  # of Oregon's 135,000 a tenth, twice and more


def test_most_of_its_finest_cells_are_hidden_and_nothing_of_them_told(tennessee: pl.DataFrame) -> None:
    """72.5 % of private six-digit county cells are hidden in BLS's files, half or more with one or two businesses."""
    finest = tennessee.filter(
        pl.col("own_code") == "5", pl.col("industry_code").str.len_chars() == 6, pl.col("disclosure") != "true_zero",
        ~pl.col("area_fips").is_in(["47000", "47999"]),
    )  # fmt: skip
    hidden = finest.filter(disclosure="suppressed")
    assert 0.6 < hidden.height / finest.height < 0.95
    assert (hidden["establishments"] <= 2).mean() > 0.5
    assert hidden.select((*MONTHS, "wages_usd")).null_count().row(0) == (hidden.height,) * 4
    assert finest.filter(disclosure="disclosed").select(MONTHS).null_count().row(0) == (0, 0, 0)


def test_a_small_state_is_drawn_evenly_and_the_same_seed_draws_the_same() -> None:
    delaware = state_cells(NAICS, AREAS, DELAWARE, YEAR, seed=1, scale=SCALE)
    assert delaware.equals(state_cells(NAICS, AREAS, DELAWARE, YEAR, seed=1, scale=SCALE))
    assert not delaware.equals(state_cells(NAICS, AREAS, DELAWARE, YEAR, seed=2, scale=SCALE))
    sizes = delaware.filter(own_code="5", industry_code="10", quarter=1).filter(pl.col("area_fips") != "10000")
    counties = dict(sizes.select("area_fips", "establishments").iter_rows())
    # one of the smallest of Oregon's counties, one in the middle, one of the largest
    assert counties["10001"] < counties["10003"] < counties["10005"]


def test_a_state_without_counties_is_named() -> None:
    with pytest.raises(ValueError, match=r"state 60: no county in reference\.areas; there are 01, 02"):
        state_cells(NAICS, AREAS, "60", YEAR, seed=1)
