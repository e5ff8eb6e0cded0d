"""Bounds: by hand, against every possible economy of a tiny state, against truth, and contradictions named."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines.estimation.bounds import BoundProgram, SharePart, bound_quotients, bound_shares, bound_totals
from pipelines.estimation.cell_bounds import bound_cells
from pipelines.estimation.cell_network import CELL, MEASURES, CellNetwork, build_network
from pipelines.estimation.contradictions import ContradictoryEquations
from pipelines.estimation.hidden_totals import HiddenTotals, hidden_totals

Row = tuple[int, int | None]
MakeCells = Callable[[Mapping[str, Row]], pl.DataFrame]

# A1 and A2 of two counties are hidden; the state publishes both: a transportation problem of two by two.
TWO_BY_TWO: dict[str, Row] = {
    "41001 0 10": (6, 70),
    "41001 5 10": (6, 70),
    "41001 5 A": (6, 70),
    "41001 5 A1": (4, None),
    "41001 5 A2": (2, None),
    "41003 0 10": (5, 50),
    "41003 5 10": (5, 50),
    "41003 5 A": (5, 50),
    "41003 5 A1": (3, None),
    "41003 5 A2": (2, None),
    "41000 0 10": (11, 120),
    "41000 5 10": (11, 120),
    "41000 5 A": (11, 120),
    "41000 5 A1": (7, 90),
    "41000 5 A2": (4, 30),
}


def groups(**codes: str) -> pl.DataFrame:
    rows = [(key, code) for key, listed in codes.items() for code in listed.split()]
    return pl.DataFrame(rows, schema=["group_key", "industry_code"], orient="row")


def bounds_of(network: CellNetwork, totals: HiddenTotals, measure: str = "wages") -> dict[str, tuple[int, int]]:
    lower, upper = BoundProgram(network, measure).bounds(totals)
    names = [" ".join(key) for key in totals.keys.iter_rows()]
    return {name: (int(low), int(high)) for name, low, high in zip(names, lower, upper, strict=True)}


def test_a_network_solved_by_hand(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    network = build_network(make_cells(TWO_BY_TWO), small_tree)
    totals = hidden_totals(network, groups(one="A1", two="A2", a="A"))
    # 41003's 50 may all be A1, or 20 of it where A2's 30 are all there; 41001 gets the rest of A1's 90.
    assert bounds_of(network, totals) == {
        "41001 one": (40, 70),
        "41001 two": (0, 30),
        "41001 a": (70, 70),
        "41003 one": (20, 50),
        "41003 two": (0, 30),
        "41003 a": (50, 50),
    }
    whole = totals.combined(totals.keys.with_columns(state=pl.lit("all")).select("state", "area_fips", "group_key"))
    assert bounds_of(network, whole) == {"all": (240, 240)}
    counties = build_network(make_cells(TWO_BY_TWO).filter(pl.col("area_fips") != "41000"), small_tree)
    assert bounds_of(counties, hidden_totals(counties, groups(one="A1"))) == {
        "41001 one": (0, 70),
        "41003 one": (0, 50),
    }
    table = bound_totals(network, totals)
    assert table.columns == ["area_fips", "group_key", "measure", "known", "lower", "upper"]
    assert table.filter(area_fips="41003", group_key="one", measure="month2_employment").row(0)[3:] == (0, 20, 50)


def test_a_total_is_bounded_tighter_than_its_cells(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    network = build_network(make_cells(TWO_BY_TWO), small_tree)
    totals = hidden_totals(network, groups(one="A1", two="A2"))
    crossed = pl.DataFrame({"name": ["x", "x"], "area_fips": ["41001", "41003"], "group_key": ["one", "two"]})
    # Jobs that 41001 has more of A1, 41003 has more of A2.
    assert bounds_of(network, totals.combined(crossed)) == {"x": (40, 100)}
    straight = crossed.with_columns(group_key=pl.lit("one"))
    assert bounds_of(network, totals.combined(straight)) == {"x": (90, 90)}


FINEST = (("5", "A1"), ("5", "A2"), ("5", "B1"), ("3", "B1"))
ABOVE = {"A1": ("A1", "A", "10"), "A2": ("A2", "A", "10"), "B1": ("B1", "B", "10")}
MOST_ECONOMIES = 50_000


@dataclasses.dataclass(frozen=True)
class TinyState:
    """A state small enough to try every economy that its published rows allow."""

    cells: pl.DataFrame
    finest: list[tuple[str, str, str]]
    truth: NDArray[np.int64]
    economies: NDArray[np.int64]
    """One row an economy, one column a finest cell."""


def rows_above(area: str, own: str, industry: str, larger: Mapping[str, list[str]]) -> list[tuple[str, str, str]]:
    areas = [area, *(name for name, parts in larger.items() if area in parts)]
    cells = [(own, code) for code in ABOVE[industry]] + [("0", "10")]
    return [(place, *cell) for place in areas for cell in cells]


@st.composite
def tiny_states(draw: st.DrawFn, larger: Mapping[str, list[str]], counties: int) -> TinyState:
    """Draws an economy and what of it is hidden, then finds all economies that agree with the rest, by trying."""
    areas = [f"4100{number}" for number in range(1, counties + 1)]
    finest = [(area, own, code) for area in areas for own, code in FINEST]
    is_there = [(own == "5" and code == "A1") or draw(st.booleans()) for _, own, code in finest]
    finest = [cell for cell, there in zip(finest, is_there, strict=True) if there]
    truth = np.array(draw(st.lists(st.integers(0, 4), min_size=len(finest), max_size=len(finest))), dtype=np.int64)
    establishments = draw(st.lists(st.integers(0, 3), min_size=len(finest), max_size=len(finest)))
    below: dict[tuple[str, str, str], list[int]] = {}
    for number, cell in enumerate(finest):
        for row in rows_above(*cell, larger):
            below.setdefault(row, []).append(number)
    hidden = {row: row[1:] != ("0", "10") and draw(st.booleans()) for row in below}
    cells = pl.DataFrame(
        [
            (
                *row,
                "suppressed" if hidden[row] else "disclosed",
                sum(establishments[each] for each in parts),
                *[None if hidden[row] else int(truth[parts].sum())] * 4,
            )
            for row, parts in below.items()
        ],
        schema=[*CELL, "disclosure", "establishments", *MEASURES.values()],
        schema_overrides=dict.fromkeys(MEASURES.values(), pl.Int64),
        orient="row",
    )
    is_free = [hidden[cell] for cell in finest]
    most = [min(truth[below[row]].sum() for row in rows_above(*cell, larger) if not hidden[row]) for cell in finest]
    choices = [range(most[n] + 1) if free else [truth[n]] for n, free in enumerate(is_free)]
    assume(np.prod([float(len(each)) for each in choices]) <= MOST_ECONOMIES)
    economies = np.array(list(product(*choices)), dtype=np.int64)
    for row, parts in below.items():
        if not hidden[row]:
            economies = economies[economies[:, parts].sum(axis=1) == truth[parts].sum()]
    return TinyState(cells, finest, truth, economies)


def every_total(network: CellNetwork, state: TinyState) -> tuple[HiddenTotals, NDArray[np.int64]]:
    """Totals of several kinds, and which finest cells each is the sum of."""
    by_area = hidden_totals(network, groups(one="A1", a="A", ends="A1 B1", all="10"))
    everywhere = by_area.keys.select(pl.lit("everywhere").alias("place"), pl.all())
    gross = pl.DataFrame({"place": "gross", "area_fips": "41001", "group_key": ["one", "ends"]})
    both = by_area.combined(pl.concat([everywhere.with_columns(name="group_key"), gross.with_columns(name=pl.lit(""))]))
    single = by_area.combined(by_area.keys.select(pl.all(), place="area_fips", name="group_key"))
    inside = {"one": {"A1"}, "a": {"A1", "A2"}, "ends": {"A1", "B1"}, "all": {"A1", "A2", "B1"}}
    counted = [
        [
            (own == "5")
            * (
                (area == "41001") * ((code in inside["one"]) + (code in inside["ends"]))
                if place == "gross"
                else (place in (area, "everywhere")) * (code in inside[name])
            )
            for area, own, code in state.finest
        ]
        for place, name in [*both.keys.iter_rows(), *single.keys.iter_rows()]
    ]
    return joined(both, single), np.array(counted, dtype=np.int64)


def joined(one: HiddenTotals, other: HiddenTotals) -> HiddenTotals:
    """Two sets of totals as one, through the public way of adding totals up."""
    from scipy import sparse

    return HiddenTotals(
        pl.concat([one.keys, other.keys]),
        {name: np.concatenate([one.known[name], other.known[name]]) for name in MEASURES},
        sparse.csr_array(sparse.vstack([one.selection, other.selection])),
    )


@settings(max_examples=80, deadline=None)
@given(state=tiny_states({"41000": ["41001", "41002"]}, counties=2))
def test_bounds_are_those_of_all_possible_economies(state: TinyState, small_tree: pl.DataFrame) -> None:
    network = build_network(state.cells, small_tree)
    totals, counted = every_total(network, state)
    possible = state.economies @ counted.T
    event(f"{min(int(np.ptp(possible, axis=0).max()), 5)} jobs between bounds")
    for measure in ("month1_employment", "wages"):
        program = BoundProgram(network, measure)
        lower, upper = program.bounds(totals)
        np.testing.assert_array_equal(lower, possible.min(axis=0))
        np.testing.assert_array_equal(upper, possible.max(axis=0))

    number = {cell: place for place, cell in enumerate(state.finest)}
    leaf = [number[cell] for cell in network.leaves.select(CELL).iter_rows()]
    lowest, highest = bound_cells(network, "wages")
    assert (lowest <= state.economies[:, leaf].min(axis=0)).all()
    assert (highest >= state.economies[:, leaf].max(axis=0)).all()
    assert (lowest >= 0).all()


@settings(max_examples=40, deadline=None)
@given(state=tiny_states({"41000": ["41001", "41002"]}, counties=2))
def test_shares_are_bounded_jointly(state: TinyState, small_tree: pl.DataFrame) -> None:
    network = build_network(state.cells, small_tree)
    totals = hidden_totals(network, groups(part="A1", whole="A1 B1"))
    part, whole = (
        totals.combined(totals.keys.filter(group_key=key).with_columns(name=pl.lit("region")))
        for key in ("part", "whole")
    )
    program = BoundProgram(network, "month3_employment")
    own = np.array([own == "5" for _, own, _ in state.finest])
    above, below = (
        state.economies[:, own & np.array([code in codes for *_, code in state.finest])].sum(axis=1)
        for codes in (("A1",), ("A1", "B1"))
    )
    for months in (1, 2):
        lower, upper = bound_shares([SharePart(program, part, whole)] * months)
        if below.min() == 0:
            assert (lower[0], upper[0]) == (0, 1)
        else:
            # Twice the same month: the least share of both together is that of one.
            assert lower[0] == pytest.approx((above / below).min(), abs=1e-8)
            assert upper[0] == pytest.approx((above / below).max(), abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(state=tiny_states({"41000": ["41001", "41002", "41003"], "C1234": ["41001", "41002"]}, counties=3))
def test_another_equation_never_widens_a_bound(state: TinyState, small_tree: pl.DataFrame) -> None:
    members = pl.DataFrame({"metropolitan_area": ["C1234", "C1234"], "area_fips": ["41001", "41002"]})
    is_larger = pl.col("area_fips").is_in(["41000", "C1234"])
    networks = [
        build_network(state.cells.filter(~is_larger), small_tree),
        build_network(state.cells, small_tree),
        build_network(state.cells, small_tree, members),
    ]
    totals, counted = every_total(networks[0], state)
    possible = state.economies @ counted.T
    bounds = [BoundProgram(network, "wages").bounds(every_total(network, state)[0]) for network in networks]
    bounds.append((possible.min(axis=0), possible.max(axis=0)))
    cells = [bound_cells(network, "wages") for network in networks]
    for wider, tighter in (*pairwise(bounds), *pairwise(cells)):
        assert (wider[0] <= tighter[0]).all()
        assert (wider[1] >= tighter[1]).all()
    assert totals.keys.height == len(bounds[0][0])


def test_quotients_of_totals_without_a_common_equation() -> None:
    lower, upper = bound_quotients(
        (np.array([10, 4, 0]), np.array([20, 4, 0])), (np.array([4, 0, 0]), np.array([5, 2, 0]))
    )
    np.testing.assert_array_equal(lower, [2, 2, np.nan])
    np.testing.assert_array_equal(upper, [5, np.inf, np.nan])


def test_equations_that_no_values_fit_are_named(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    # The state's rows of A1 and A2 leave more for B1 than 41003, which alone has B1, has in all.
    rows = {
        "41001 0 10": (6, 70), "41001 5 10": (6, 70), "41001 5 A": (6, 70), "41001 5 A1": (4, None),
        "41001 5 A2": (2, None),
        "41003 0 10": (9, 80), "41003 5 10": (9, 80), "41003 5 A": (5, None), "41003 5 A1": (3, None),
        "41003 5 A2": (2, None), "41003 5 B": (4, None), "41003 5 B1": (4, None),
        "41000 0 10": (15, 150), "41000 5 10": (15, 150), "41000 5 A": (11, None), "41000 5 A1": (7, 40),
        "41000 5 A2": (4, 20), "41000 5 B": (4, None), "41000 5 B1": (4, None),
    }  # fmt: skip
    network = build_network(make_cells(rows), small_tree)
    for measure in MEASURES:
        with pytest.raises(ContradictoryEquations, match=r"of 1 equations \(90 .* of 1 others \(80") as caught:
            BoundProgram(network, measure)
        assert sorted(caught.value.rows.select(*CELL, "equation", "measure", "residual").rows()) == [
            ("41000", "5", "10", "state", measure, 90),
            ("41003", "5", "10", "county", measure, 80),
        ]


def test_truth_is_inside_all_bounds_of_the_sample(sample: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]) -> None:
    published, truth, tree = sample
    network = build_network(published, tree)
    leaves = network.leaves.join(truth, on=CELL, how="left", maintain_order="left")
    totals = hidden_totals(
        network, groups(manufacturing="331 332 333 334 335 336", power="2211", health="62", lens="3344")
    )
    bounds = bound_totals(network, totals)
    for measure, column in MEASURES.items():
        values = leaves[column].to_numpy()
        lowest, highest = bound_cells(network, measure)
        assert (lowest <= values).all()
        assert (values <= highest).all()
        found = bounds.filter(measure=measure)
        true = totals.known[measure] + totals.selection @ values
        assert (found["lower"].to_numpy() <= true).all()
        assert (true <= found["upper"].to_numpy()).all()
        assert (found["lower"] < found["upper"]).any()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_truth_of_cells_hidden_in_real_files_is_inside(
    real_2016: pl.DataFrame, naics_2012: pl.DataFrame, shared_data: Path, tmp_path: Path, seed: int
) -> None:
    """Further cells of Oregon are hidden; what was known before must stay inside what is proven after."""
    kit = shared_data.parent / "tools" / "make_kit.py"
    if not kit.is_file():
        pytest.skip("needs ../shared/tools/make_kit.py, which is not part of the project")
    archive = shared_data / "bls" / "2016_qtrly_by_area.zip"
    subprocess.run(
        [sys.executable, str(kit), "41", str(seed), str(tmp_path), "--mirror", str(archive)],
        check=True,
        capture_output=True,
    )
    hidden_here = pl.read_parquet(tmp_path / "truth.parquet").with_columns(wages_usd="wages")
    for quarter in (1, 4):
        before = real_2016.filter(pl.col("area_fips").str.contains(r"^41\d{3}$"), quarter=quarter)
        masked = before.join(hidden_here.filter(qtr=str(quarter)), on=CELL, how="left").with_columns(
            pl.when(pl.col("reason").is_null()).then(pl.col(name)).alias(name) for name in (*MEASURES.values(),)
        )
        masked = masked.with_columns(
            disclosure=pl.when(pl.col("reason").is_null()).then("disclosure").otherwise(pl.lit("suppressed"))
        )
        networks = [build_network(cells, naics_2012) for cells in (before, masked)]
        networks.append(build_network(masked.filter(pl.col("area_fips") != "41000"), naics_2012))
        values = networks[1].leaves.join(before, on=CELL, how="left", maintain_order="left")
        for measure, column in MEASURES.items():
            lowest, highest = bound_cells(networks[1], measure)
            is_known = values[column].is_not_null().to_numpy()
            true = values[column].fill_null(0).to_numpy()
            assert (~is_known | ((lowest <= true) & (true <= highest))).all()
            assert is_known.sum() > 300
        asked = groups(
            manufacturing="331 332 333 334 335 336", power="2211", health="62", lens="3344", trade="42 44-45"
        )
        for measure in ("month3_employment", "wages"):
            tight, masked_bounds, counties = (
                BoundProgram(network, measure).bounds(hidden_totals(network, asked)) for network in networks
            )
            for tighter, wider in ((tight, masked_bounds), (masked_bounds, counties)):
                assert (wider[0] <= tighter[0]).all()
                assert (wider[1] >= tighter[1]).all()
