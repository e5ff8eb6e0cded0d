"""Cells hidden further: the rules on complements, and what is said of the truth."""

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.estimation.cell_bounds import bound_cells
from pipelines.estimation.cell_network import MEASURES, build_network
from pipelines.estimation.complements import MOST_ROWS, Hierarchy
from pipelines.estimation.hold_out import HeldOut, hide_further

KEYS = ["year", "quarter", "area_fips", "own_code", "industry_code"]
VALUES = list(MEASURES.values())
# 10 above A and B, A above A1 to A3, B above B1; everything under C is alone.
TREE = pl.DataFrame(
    [
        ("10", None, 0),
        *(("A", "10", 4), ("A1", "A", 8), ("A2", "A", 8), ("A3", "A", 8)),
        *(("B", "10", 4), ("B1", "B", 8), ("C", "10", 4), ("C1", "C", 8)),
    ],
    schema={"industry_code": pl.String, "parent_code": pl.String, "naics_level": pl.Int8},
    orient="row",
)
LEAVES = ("A1", "A2", "A3", "B1", "C1")
Jobs = Mapping[str, tuple[int, int | None]]


def make(jobs: Jobs) -> pl.DataFrame:
    """Private cells of 2016 from {"area industry quarter": (establishments, jobs; None where hidden)}."""
    keys = [key.split() for key in jobs]
    values = [value for _, value in jobs.values()]
    establishments = [each for each, _ in jobs.values()]
    return pl.DataFrame(
        {
            "area_fips": [area for area, _, _ in keys],
            "own_code": "5",
            "industry_code": [industry for _, industry, _ in keys],
            "year": pl.Series([2016] * len(keys), dtype=pl.Int16),
            "quarter": pl.Series([int(quarter) for _, _, quarter in keys], dtype=pl.Int8),
            "disclosure": [
                "suppressed" if value is None else "disclosed" if count else "true_zero"
                for count, value in zip(establishments, values, strict=True)
            ],
            "establishments": establishments,
            **{name: pl.Series(values, dtype=pl.Int64) * factor for factor, name in enumerate(VALUES, start=1)},
        }
    )


def hidden_with(jobs: Jobs, start: str, quarter: int = 1) -> set[str]:
    """What is hidden in a quarter, as "area industry", once `start` is; nothing where it cannot be."""
    rows = Hierarchy(make(jobs), TREE)
    names = rows.rows.select(pl.concat_str("area_fips", "industry_code", separator=" ")).to_series().to_list()
    before = rows.is_hidden.copy()
    done = rows.hide([quarter - 1], names.index(start))
    new = rows.is_hidden & ~before
    assert done == new.any()
    assert new.sum() == new[quarter - 1].sum()
    return {names[row] for row in np.flatnonzero(new[quarter - 1])}


AREA: Jobs = {
    "99001 10 1": (12, 120),
    "99001 A 1": (9, 90),
    "99001 A1 1": (4, 40),
    "99001 A2 1": (3, 30),
    "99001 A3 1": (2, 20),
    "99001 B 1": (3, 30),
    "99001 B1 1": (3, 30),
}


def test_the_smallest_sibling_is_hidden_too() -> None:
    assert hidden_with(AREA, "99001 A1") == {"99001 A1", "99001 A3"}


def test_a_sibling_with_jobs_goes_before_one_without() -> None:
    assert hidden_with(AREA | {"99001 A3 1": (2, 0)}, "99001 A1") == {"99001 A1", "99001 A2"}


def test_a_true_zero_hides_nothing() -> None:
    one = AREA | {"99001 A3 1": (0, 0)}
    assert hidden_with(one, "99001 A1") == {"99001 A1", "99001 A2"}
    both = one | {"99001 A2 1": (0, 0)}
    assert hidden_with(both, "99001 A1") == {"99001 A1", "99001 A", "99001 B", "99001 B1"}


def test_no_complement_is_needed_where_another_row_is_hidden() -> None:
    assert hidden_with(AREA | {"99001 A2 1": (3, None)}, "99001 A1") == {"99001 A1"}
    assert hidden_with(AREA | {"99001 A 1": (9, None), "99001 A2 1": (3, None)}, "99001 A1") == {"99001 A1"}


def test_an_only_child_takes_its_parent_along_and_that_one_a_sibling_with_a_child() -> None:
    assert hidden_with(AREA, "99001 B1") == {"99001 B1", "99001 B", "99001 A", "99001 A3"}


def test_totals_stay_published() -> None:
    assert hidden_with({"99001 10 1": (3, 30), "99001 B 1": (3, 30), "99001 B1 1": (3, 30)}, "99001 B1") == set()


def test_a_sibling_that_is_hidden_in_another_quarter_goes_first() -> None:
    second = {key[:-1] + "2": value for key, value in AREA.items()}
    assert hidden_with(AREA | second | {"99001 A2 2": (3, None)}, "99001 A1") == {"99001 A1", "99001 A2"}


def test_a_row_is_hidden_in_all_of_some_quarters_or_in_none() -> None:
    alone = {"99001 10 2": (4, 40), "99001 A 2": (4, 40), "99001 A1 2": (4, 40)}
    rows = Hierarchy(make(AREA | alone), TREE)
    row = rows.rows["industry_code"].to_list().index("A1")
    assert not rows.hide([0, 1], row)
    assert not rows.is_hidden.any()
    assert rows.hide([0], row)


COUNTIES: Jobs = {
    "99001 A 1": (8, 80),
    "99003 A 1": (8, 80),
    "99005 A 1": (5, 50),
    **{f"{area} {code} 1": (4, 40) for area in ("99001", "99003") for code in ("A1", "A2")},
    "99005 A1 1": (2, 20),
    "99005 A2 1": (3, 30),
    "99000 A 1": (21, 210),
    "99000 A1 1": (10, 100),
    "99000 A2 1": (11, 110),
}


def test_a_row_of_the_state_needs_a_second_hidden_county() -> None:
    hidden = hidden_with(COUNTIES, "99001 A1")
    assert hidden == {"99001 A1", "99001 A2", "99005 A1", "99005 A2"}


def test_a_cell_that_is_all_of_the_state_stays_published() -> None:
    only = COUNTIES | {"99001 A3 1": (1, 10), "99000 A3 1": (1, 10)}
    assert hidden_with(only, "99001 A3") == set()
    assert hidden_with(only | {"99000 A3 1": (1, None)}, "99001 A3") != set()


def test_what_drags_too_much_along_is_left() -> None:
    areas = [f"99{number:03}" for number in range(1, 2 * MOST_ROWS)]
    jobs = {f"{area} {code} 1": (3, 30) for area in areas for code in ("A", "A1")}
    jobs |= {f"99000 {code} 1": (3 * len(areas), 30 * len(areas)) for code in ("A", "A1")}
    assert hidden_with(jobs, areas[0] + " A1") == {f"{area} {code}" for area in areas[:2] for code in ("A", "A1")}
    # Each county with a total of its own needs a second hidden sector, which it has not.
    assert hidden_with(jobs | {f"{area} 10 1": (3, 30) for area in areas}, areas[0] + " A1") == set()


def economy(seed: int, counties: int, quarters: int) -> pl.DataFrame:
    """A random economy: counties and their state, some of them hidden from the outset."""
    rng = np.random.default_rng(seed)
    jobs: dict[str, tuple[int, int | None]] = {}
    for quarter in range(1, quarters + 1):
        sums: dict[tuple[str, str], np.ndarray] = {}
        for area in (f"99{number:03}" for number in range(1, counties + 1)):
            for leaf in LEAVES:
                count = int(rng.integers(0, 9))
                own = np.array([count, int(rng.integers(0, 30)) if count else 0])
                for place in (area, "99000"):
                    for code in (leaf, leaf[0], "10"):
                        sums[place, code] = sums.get((place, code), np.zeros(2, dtype=np.int64)) + own
        for (area, code), (count, number) in sums.items():
            is_hidden = count and area != "99000" and len(code) == 2 and rng.random() < 0.2
            jobs[f"{area} {code} {quarter}"] = int(count), None if is_hidden and code != "10" else int(number)
    return make(jobs)


ECONOMIES = st.builds(economy, st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 3))


def broken_rules(cells: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    """Every row that breaks a rule, with the rule."""
    place = ["year", "quarter", "area_fips", "industry_code"]
    children = cells.join(TREE, on="industry_code").with_columns(industry_code="parent_code")
    counties = cells.filter(pl.col("area_fips") != "99000").with_columns(area_fips=pl.lit("99000"))
    is_hidden = pl.col("disclosure") == "suppressed"
    for rule, parts in (("children", children), ("counties", counties)):
        counts = parts.group_by(place).agg(hidden_parts=is_hidden.sum())
        is_broken = ~is_hidden & (pl.col("hidden_parts") == 1)
        if rule == "children":
            is_broken |= is_hidden & (pl.col("hidden_parts") == 0)
        yield from cells.join(counts, on=place).filter(is_broken).select(*KEYS, pl.lit(rule)).iter_rows()


@settings(deadline=None, max_examples=60)
@given(ECONOMIES, st.integers(0, 100), st.floats(0, 1))
def test_the_rules_hold_in_every_quarter(cells: pl.DataFrame, seed: int, rate: float) -> None:
    held_out = hide_further(cells, TREE, seed, rate, most_establishments=7)
    assert set(broken_rules(held_out.cells)) <= set(broken_rules(cells))


@settings(deadline=None, max_examples=30)
@given(ECONOMIES, st.integers(0, 100))
def test_only_published_cells_are_hidden_and_their_truth_is_kept(cells: pl.DataFrame, seed: int) -> None:
    held_out = hide_further(cells, TREE, seed, rate=0.5)
    assert held_out.cells.select(*KEYS, "establishments").equals(cells.select(*KEYS, "establishments"))
    put_back = held_out.cells.update(held_out.truth.select(*KEYS, *VALUES), on=KEYS, how="left")
    assert put_back.select(VALUES).equals(cells.select(VALUES))
    untouched = held_out.cells.join(held_out.truth, on=KEYS, how="anti")
    assert untouched.equals(cells.join(held_out.truth, on=KEYS, how="anti").select(untouched.columns))
    hidden_here = held_out.cells.join(held_out.truth, on=KEYS, how="semi")
    assert hidden_here.filter(pl.col("disclosure") != "suppressed").is_empty()
    assert hidden_here.select(pl.any_horizontal(pl.col(VALUES).is_not_null()).any()).item() in (False, None)
    chosen = held_out.truth.filter(reason="chosen")
    assert chosen.filter((pl.col("naics_level") < 8) | (pl.col("area_fips") == "99000")).is_empty()


@settings(deadline=None, max_examples=20)
@given(ECONOMIES, st.integers(0, 100))
def test_a_seed_hides_the_same_cells_whatever_the_order_of_rows(cells: pl.DataFrame, seed: int) -> None:
    def both(held_out: HeldOut) -> tuple[pl.DataFrame, pl.DataFrame]:
        return held_out.cells.sort(KEYS), held_out.truth

    first, second = (
        both(hide_further(rows, TREE.sample(fraction=1, shuffle=True, seed=seed), seed, rate=0.5))
        for rows in (cells, cells.sample(fraction=1, shuffle=True, seed=seed))
    )
    assert first[0].equals(second[0])
    assert first[1].equals(second[1])


def test_other_seeds_hide_other_cells_and_no_rate_hides_none() -> None:
    cells = economy(seed=3, counties=5, quarters=2)
    assert not hide_further(cells, TREE, 1, rate=0.5).truth.equals(hide_further(cells, TREE, 2, rate=0.5).truth)
    assert hide_further(cells, TREE, 1, rate=0).truth.is_empty()
    with pytest.raises(ValueError, match="rate 8"):
        hide_further(cells, TREE, 1, rate=8)


def test_half_are_hidden_in_all_quarters_and_none_is_large() -> None:
    quarters = set()
    for seed in range(20):
        truth = hide_further(economy(seed, counties=5, quarters=4), TREE, seed, rate=0.4, most_establishments=6).truth
        chosen = truth.filter(reason="chosen")
        assert chosen["establishments"].max() <= 6  # type: ignore[operator]
        quarters |= set(chosen.group_by("area_fips", "industry_code").len()["len"])
    # At most twice in one quarter: small in the one, larger in the other.
    assert {1, 4} <= quarters <= {1, 2, 4}


def test_other_columns_and_other_ownerships_are_left_out_of_it() -> None:
    cells = economy(seed=3, counties=3, quarters=1)
    public = cells.with_columns(own_code=pl.lit("3"))
    held_out = hide_further(pl.concat([cells, public]).with_columns(average=1.0), TREE, 1, rate=1.0)
    assert held_out.truth.height
    assert held_out.truth["own_code"].unique().to_list() == ["5"]
    assert held_out.cells.columns == cells.select(held_out.cells.columns).columns


def test_half_of_the_sample_is_small_and_all_truth_is_within_bounds(
    sample: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
) -> None:
    published, _, tree = sample
    held_out = hide_further(published, tree, seed=1)
    chosen = held_out.truth.filter(reason="chosen")
    is_small = chosen["establishments"] <= 5
    candidates = published.filter(
        ~pl.col("area_fips").str.contains("000|999"),
        pl.col("industry_code").is_in(tree.filter(naics_level=8)["industry_code"].to_list()),
        own_code="5",
        disclosure="disclosed",
    )
    assert chosen.height == round(0.08 * candidates.height)
    assert abs(is_small.mean() - 0.5) < 0.01
    network = build_network(held_out.cells, tree)
    keys = ["area_fips", "own_code", "industry_code"]
    for measure, column in MEASURES.items():
        lower, upper = bound_cells(network, measure)
        bounds = network.leaves.with_columns(lower=pl.Series(lower), upper=pl.Series(upper))
        found = chosen.join(bounds, on=keys)
        assert found.height == chosen.height
        assert found.filter(~pl.col(column).is_between(pl.col("lower"), pl.col("upper"))).is_empty()
