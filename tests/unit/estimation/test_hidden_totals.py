"""Totals as a known part and hidden leaves: by hand, against the sample's truth, and what is refused."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
import pytest

from pipelines.estimation.cell_network import CELL, MEASURES, build_network
from pipelines.estimation.hidden_totals import HiddenTotals, hidden_totals, totals_by_ownership

Row = tuple[int, int | None]
MakeCells = Callable[[Mapping[str, Row]], pl.DataFrame]

CELLS: dict[str, Row] = {
    "41001 0 10": (9, 100),
    "41001 5 10": (9, 100),
    "41001 5 A": (6, 70),
    "41001 5 A1": (4, None),
    "41001 5 A2": (2, None),
    "41001 5 B": (3, 30),
    "41001 5 B1": (3, 30),
    "41003 0 10": (8, 80),
    "41003 3 10": (3, 30),
    "41003 3 B": (3, None),
    "41003 3 B1": (3, None),
    "41003 5 10": (5, None),
    "41003 5 A": (2, None),
    "41003 5 A1": (2, None),
    "41003 5 B": (3, 35),
    "41003 5 B1": (3, 35),
}


def groups(**codes: str) -> pl.DataFrame:
    rows = [(key, code) for key, listed in codes.items() for code in listed.split()]
    return pl.DataFrame(rows, schema=["group_key", "industry_code"], orient="row")


def told(totals: HiddenTotals, leaves: pl.DataFrame) -> dict[str, tuple[int, dict[str, int]]]:
    """Each total's known part, and its leaves with how often they count."""
    names = [" ".join(leaf) for leaf in leaves.select(CELL).iter_rows()]
    counts = totals.selection.toarray()
    return {
        " ".join(key): (
            int(totals.known["wages"][place]),
            {name: int(count) for name, count in zip(names, counts[place], strict=True) if count},
        )
        for place, key in enumerate(totals.keys.iter_rows())
    }


def test_the_known_part_is_the_fewest_published_rows(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    network = build_network(make_cells(CELLS), small_tree)
    totals = hidden_totals(network, groups(a="A1 A2", finer="A1 B1", all="10", none=""))
    assert told(totals, network.leaves) == {
        "41001 a": (70, {}),
        "41001 finer": (30, {"41001 5 A1": 1}),
        "41001 all": (100, {}),
        "41003 a": (0, {"41003 5 A1": 1}),
        "41003 finer": (35, {"41003 5 A1": 1}),
        "41003 all": (35, {"41003 5 A1": 1}),
    }
    government = hidden_totals(network, groups(all="10", b="B"), own_code="3")
    assert told(government, network.leaves)["41003 all"] == (30, {})
    assert told(government, network.leaves)["41003 b"] == (0, {"41003 3 B1": 1})


def test_totals_add_up_to_regions_and_gross_sums(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    network = build_network(make_cells(CELLS), small_tree)
    totals = hidden_totals(network, groups(one="A1", two="A1 B1"))
    members = pl.DataFrame(
        [("gross", area, key) for area in ("41001", "41003") for key in ("one", "two")],
        schema=["name", "area_fips", "group_key"],
        orient="row",
    )
    assert told(totals.combined(members), network.leaves) == {"gross": (65, {"41001 5 A1": 2, "41003 5 A1": 2})}
    with pytest.raises(ValueError, match="41005"):
        totals.combined(members.with_columns(area_fips=pl.lit("41005")))


def test_totals_of_every_ownership_with_rows_stand_below_each_other(
    make_cells: MakeCells, small_tree: pl.DataFrame
) -> None:
    network = build_network(make_cells(CELLS), small_tree)
    totals = totals_by_ownership(network, groups(b="B", all="10"))
    assert told(totals, network.leaves) == {
        "3 41001 b": (0, {}),
        "3 41001 all": (0, {}),
        "3 41003 b": (0, {"41003 3 B1": 1}),
        "3 41003 all": (30, {}),
        "5 41001 b": (30, {}),
        "5 41001 all": (100, {}),
        "5 41003 b": (35, {}),
        "5 41003 all": (35, {"41003 5 A1": 1}),
    }
    assert totals.keys.columns == ["own_code", "area_fips", "group_key"]


def test_some_of_the_totals_by_their_row_numbers(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    network = build_network(make_cells(CELLS), small_tree)
    totals = hidden_totals(network, groups(finer="A1 B1", all="10"))
    whole, some = told(totals, network.leaves), totals.rows(np.array([3, 0]))
    assert told(some, network.leaves) == {name: whole[name] for name in ("41003 all", "41001 finer")}
    assert some.keys.rows() == [("41003", "all"), ("41001", "finer")]
    again = totals.rows(np.array([1, 1]))
    assert (again.keys.height, again.selection.shape) == (2, (2, network.leaves.height))
    assert [again.known[measure].tolist() for measure in MEASURES] == [[100, 100]] * 4
    nothing = totals.rows(np.array([], dtype=np.intp))
    assert (nothing.keys.height, nothing.selection.nnz, len(nothing.known["wages"])) == (0, 0, 0)


def test_a_group_finer_than_the_rows_is_refused(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    hidden = {key: row for key, row in CELLS.items() if key != "41003 5 A1"}
    published = {key: row for key, row in CELLS.items() if key not in ("41001 5 A1", "41001 5 A2")}
    for rows, area in ((hidden, "41003"), (published, "41001")):
        network = build_network(make_cells(rows), small_tree)
        with pytest.raises(ValueError, match=f"{area} own 5 industry A has no finer rows, but only a part .* to one"):
            hidden_totals(network, groups(one="A1"))
        assert hidden_totals(network, groups(a="A", b="B")).keys.height == 4


def test_known_part_and_leaves_are_the_true_total(sample: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]) -> None:
    published, truth, tree = sample
    network = build_network(published, tree)
    asked = groups(
        manufacturing="331 332 333 334 335 336", health="62", lens="334413 333242", power="221122 221121", all="10"
    )
    totals = hidden_totals(network, asked)
    leaves = network.leaves.join(truth, on=CELL, how="left", maintain_order="left")
    areas = (pl.col("own_code") == "5") & ~pl.col("area_fips").str.ends_with("000")
    cells = truth.filter(areas).join(asked, on="industry_code")
    sums = cells.group_by("area_fips", "group_key").agg(pl.col(*MEASURES.values()).sum())
    expected = totals.keys.join(sums, on=["area_fips", "group_key"], how="left", maintain_order="left").fill_null(0)
    assert totals.selection.nnz > 150
    for measure, column in MEASURES.items():
        found = totals.known[measure] + totals.selection @ leaves[column].to_numpy()
        assert found.tolist() == expected[column].to_list()
