"""The quarters of a year, what each may learn from its neighbours, and where a state stands apart from its areas."""

from collections.abc import Callable, Mapping

import polars as pl
import pytest

from pipelines.estimation.cell_network import CELL
from pipelines.estimation.contradictions import ContradictoryEquations
from pipelines.estimation.state_years import StateYear, separate_areas, state_year

Row = tuple[int, int | None]
MakeCells = Callable[[Mapping[str, Row]], pl.DataFrame]
Break = tuple[str, str, str, int, int]

COUNTY: dict[str, Row] = {
    "41001 0 10": (9, 100),
    "41001 3 10": (3, 30),
    "41001 3 A": (3, 30),
    "41001 3 A1": (3, 30),
    "41001 5 10": (6, 70),
    "41001 5 A": (6, 70),
    "41001 5 A1": (4, None),
    "41001 5 A2": (2, None),
}
OTHER_STATE: dict[str, Row] = {
    "53001 0 10": (4, 40),
    "53001 5 10": (4, 40),
    "53001 5 A": (4, 40),
    "53001 5 A1": (4, 40),
}
# 41003's 50 of A2 are more than the 30 that the state has of it: no row alone tells.
IMPOSSIBLE: dict[str, Row] = {
    "41001 0 10": (6, 70),
    "41001 5 10": (6, 70),
    "41001 5 A": (6, 70),
    "41001 5 A1": (4, None),
    "41001 5 A2": (2, None),
    "41003 0 10": (2, 50),
    "41003 5 10": (2, 50),
    "41003 5 A": (2, 50),
    "41003 5 A2": (2, None),
    "41000 0 10": (8, 120),
    "41000 5 10": (8, 120),
    "41000 5 A": (8, 120),
    "41000 5 A1": (4, 90),
    "41000 5 A2": (4, 30),
}


def breaks(*listed: Break) -> pl.DataFrame:
    schema = {"area_prefix": pl.String, "own_code": pl.String, "industry_code": pl.String}
    return pl.DataFrame(listed, schema=schema | {"year": pl.Int16, "quarter": pl.Int8}, orient="row")


def at(cells: pl.DataFrame, year: int, *quarters: int) -> pl.DataFrame:
    periods = pl.DataFrame({"year": year, "quarter": quarters}, schema={"year": pl.Int16, "quarter": pl.Int8})
    return cells.join(periods, how="cross")


def neighbours(year: StateYear, quarter: int) -> list[tuple[int, int, int]]:
    """Year, quarter and distance of all rows that a quarter's priors are made of."""
    (period,) = (each.period for each in year.quarters if each.quarter == quarter)
    return period.other_periods.select("year", "quarter", "quarters_apart").unique().sort("year", "quarter").rows()


def unseen(year: StateYear, quarter: int, cells: pl.DataFrame) -> set[tuple[int, str]]:
    """Quarter and name of the year's other cells that a quarter's priors are not made of."""
    (period,) = (each.period for each in year.quarters if each.quarter == quarter)
    keys = ["quarter", *CELL]
    others = cells.filter(pl.col("quarter") != quarter).join(period.other_periods, on=keys, how="anti")
    return {(other, " ".join(cell)) for other, *cell in others.select(keys).iter_rows()}


def test_neighbours_of_at_most_a_year_are_priors(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    cells = pl.concat(at(make_cells(COUNTY), year, 1, 2, 3, 4) for year in (2015, 2016, 2017))
    year = state_year(cells, small_tree, breaks(), 2016)
    assert [each.quarter for each in year.quarters] == [1, 2, 3, 4]
    assert not year.conflicts
    assert neighbours(year, 1) == [
        *((2015, quarter, 5 - quarter) for quarter in (1, 2, 3, 4)),
        *((2016, quarter, quarter - 1) for quarter in (2, 3, 4)),
        (2017, 1, 4),
    ]
    assert neighbours(year, 4)[0] == (2015, 4, 4)
    assert neighbours(year, 4)[-1] == (2017, 4, 4)
    for quarter, period in zip((1, 2, 3, 4), year.periods, strict=True):
        assert period.cells.select("year", "quarter").unique().rows() == [(2016, quarter)]
        assert period.network.leaves["industry_code"].to_list() == ["A1", "A2"]
        assert period.other_periods.height == 8 * len(COUNTY)
        assert set(year.quarters[quarter - 1].programs) == set(period.network.county.residual)


def test_the_first_quarter_there_is_has_no_more_than_there_is(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    year = state_year(at(make_cells(COUNTY), 2016, 2, 4), small_tree, breaks(), 2016)
    assert [each.quarter for each in year.quarters] == [2, 4]
    assert neighbours(year, 2) == [(2016, 4, 2)]
    assert state_year(at(make_cells(COUNTY), 2016, 2), small_tree, breaks(), 2015) == StateYear(2015, (), {})


@pytest.mark.parametrize(
    ("listed", "cut"),
    [
        (("41", "5", "A1", 2016, 3), {"41001 5 A1"}),
        (("41", "5", "A", 2016, 3), {"41001 5 A", "41001 5 A1", "41001 5 A2"}),
        (("41", "3", "A1", 2016, 3), {"41001 3 A1"}),
        (("", "5", "A1", 2016, 3), {"41001 5 A1", "53001 5 A1"}),
        (("53001", "5", "A1", 2016, 3), {"53001 5 A1"}),
        (("41003", "5", "A1", 2016, 3), set()),
    ],
)
def test_a_break_cuts_its_cells_on_its_other_side(
    listed: Break, cut: set[str], make_cells: MakeCells, small_tree: pl.DataFrame
) -> None:
    cells = at(make_cells(COUNTY | OTHER_STATE), 2016, 1, 2, 3, 4)
    year = state_year(cells, small_tree, breaks(listed), 2016)
    for quarter, beyond in ((1, (3, 4)), (2, (3, 4)), (3, (1, 2)), (4, (1, 2))):
        assert unseen(year, quarter, cells) == {(other, name) for other in beyond for name in cut}


def test_of_several_breaks_each_cuts(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    cells = at(make_cells(COUNTY), 2016, 1, 2, 3, 4)
    year = state_year(cells, small_tree, breaks(("41", "5", "A1", 2016, 2), ("41", "5", "A1", 2016, 4)), 2016)
    found = {quarter: {other for other, _ in unseen(year, quarter, cells)} for quarter in (1, 2, 3, 4)}
    assert found == {1: {2, 3, 4}, 2: {1, 4}, 3: {1, 4}, 4: {1, 2, 3}}


def test_a_quarter_that_contradicts_itself_is_named_and_the_others_stay(
    make_cells: MakeCells, small_tree: pl.DataFrame
) -> None:
    too_much = make_cells(COUNTY | {"41001 3 A1": (3, 31)})
    without_total = make_cells({key: row for key, row in COUNTY.items() if key != "41001 0 10"})
    cells = pl.concat(
        [
            at(make_cells(COUNTY), 2016, 1),
            at(too_much, 2016, 2),
            at(make_cells(IMPOSSIBLE), 2016, 3),
            at(without_total, 2016, 4),
        ]
    )
    year = state_year(cells, small_tree, breaks(), 2016)
    assert [each.quarter for each in year.quarters] == [1]
    assert list(year.conflicts) == [2, 3, 4]
    assert isinstance(year.conflicts[2], ContradictoryEquations)
    assert year.conflicts[2].rows.filter(measure="wages").row(0) == ("county", "41001", "3", "A", "wages", -1)
    assert isinstance(year.conflicts[3], ContradictoryEquations)
    assert {tuple(row) for row in year.conflicts[3].rows.select("equation", *CELL).iter_rows()} == {
        ("county", "41003", "5", "A"),
        ("state", "41000", "5", "A2"),
    }
    assert "41001 own 0 industry 10" in str(year.conflicts[4])
    # What is published in a quarter that contradicts itself is still the best that is known of the cell.
    assert neighbours(year, 1) == [(2016, quarter, quarter - 1) for quarter in (2, 3, 4)]


def totals(**establishments: int) -> pl.DataFrame:
    """The total of each area, and one more row of it."""
    rows = [
        (f"41{area[1:]}", own, industry, count)
        for area, count in establishments.items()
        for own, industry in (("0", "10"), ("5", "A"))
    ]
    return pl.DataFrame(rows, schema=[*CELL, "establishments"], orient="row")


def areas_of(cells: pl.DataFrame) -> list[list[str]]:
    return [part["area_fips"].unique().sort().to_list() for part in separate_areas(cells, 2016)]


@pytest.mark.parametrize(
    ("establishments", "together"),
    [
        ({"c000": 9, "c001": 5, "c003": 4}, [["41000", "41001", "41003"]]),
        ({"c000": 9, "c001": 5}, [["41001"], ["41000"]]),
        ({"c001": 5, "c003": 4}, [["41001", "41003"]]),
        ({"c000": 9}, [["41000"]]),
    ],
    ids=["whole", "missing county", "no state file", "state only"],
)
def test_a_state_belongs_to_its_counties_where_they_are_all_there(
    establishments: Mapping[str, int], together: list[list[str]]
) -> None:
    cells = at(totals(**establishments), 2016, 1, 2)
    assert areas_of(cells) == together
    assert sum(part.height for part in separate_areas(cells, 2016)) == cells.height


def test_one_quarter_without_a_county_sets_the_state_apart_in_all() -> None:
    whole, without = totals(c000=9, c001=5, c003=4), totals(c000=9, c001=5)
    assert areas_of(pl.concat([at(whole, 2016, 1), at(without, 2016, 2)])) == [["41001", "41003"], ["41000"]]


def test_a_neighbouring_year_without_a_county_changes_nothing() -> None:
    whole, without = totals(c000=9, c001=5, c003=4), totals(c000=9, c001=5)
    assert areas_of(pl.concat([at(whole, 2016, 1), at(without, 2015, 4)])) == [["41000", "41001", "41003"]]
