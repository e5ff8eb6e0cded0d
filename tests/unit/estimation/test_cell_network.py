"""The reduction: leaves, groups and residuals of networks solved by hand, of the sample's truth and of real files."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
import pytest

from pipelines.estimation.cell_network import CELL, MEASURES, CellNetwork, build_network
from pipelines.estimation.contradictions import ContradictoryEquations

Row = tuple[int, int | None]
MakeCells = Callable[[Mapping[str, Row]], pl.DataFrame]

# One county: A hides A1 and A2, B is published by itself.
ONE_COUNTY: dict[str, Row] = {
    "41001 0 10": (9, 100),
    "41001 5 10": (9, 100),
    "41001 5 A": (6, 70),
    "41001 5 A1": (4, None),
    "41001 5 A2": (2, None),
    "41001 5 B": (3, 30),
    "41001 5 B1": (3, 30),
}
OTHER_COUNTY: dict[str, Row] = {
    "41003 0 10": (5, 50),
    "41003 5 10": (5, 50),
    "41003 5 A": (2, None),
    "41003 5 A1": (2, None),
    "41003 5 B": (3, None),
    "41003 5 B1": (3, None),
}
STATE: dict[str, Row] = {
    "41000 0 10": (14, 150),
    "41000 5 10": (14, 150),
    "41000 5 A": (8, None),
    "41000 5 A1": (6, 45),
    "41000 5 A2": (2, None),
    "41000 5 B": (6, None),
    "41000 5 B1": (6, None),
}


def named(network: CellNetwork, kind: str) -> dict[str, tuple[list[str], int]]:
    """The leaves and the residual of each group, by the group's published ancestor."""
    equations = getattr(network, kind)
    leaves = [" ".join(leaf) for leaf in network.leaves.select(CELL).iter_rows()]
    return {
        " ".join(group): (
            [leaf for leaf, of in zip(leaves, equations.group, strict=True) if of == number],
            int(equations.residual["wages"][number]),
        )
        for number, group in enumerate(equations.groups.iter_rows())
    }


def test_hidden_industries_share_what_their_published_parent_leaves(
    make_cells: MakeCells, small_tree: pl.DataFrame
) -> None:
    network = build_network(make_cells(ONE_COUNTY), small_tree)
    assert named(network, "county") == {"41001 5 A": (["41001 5 A1", "41001 5 A2"], 70)}
    assert network.leaves["establishments"].to_list() == [4, 2]
    assert not network.leaves["is_remainder"].any()
    assert network.state_group.tolist() == [-1, -1]
    assert network.state_groups.is_empty()
    assert set(network.county_residual) == set(MEASURES)


def test_counties_share_what_the_state_publishes_at_any_level(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    network = build_network(make_cells(ONE_COUNTY | OTHER_COUNTY | STATE), small_tree)
    assert named(network, "county") == {
        "41001 5 A": (["41001 5 A1", "41001 5 A2"], 70),
        "41003 5 10": (["41003 5 A1", "41003 5 B1"], 50),
    }
    # The state leaves 150 - 45 for all but A1, of which 30 are published in 41001.
    assert named(network, "state") == {
        "41000 5 10": (["41001 5 A2", "41003 5 B1"], 75),
        "41000 5 A1": (["41001 5 A1", "41003 5 A1"], 45),
    }


def test_published_children_of_a_hidden_parent_count_once(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    rows = ONE_COUNTY | {"41001 5 A": (6, None), "41001 5 A1": (4, 55), "41001 5 B": (3, None), "41001 5 B1": (3, None)}
    network = build_network(make_cells(rows), small_tree)
    assert named(network, "county") == {"41001 5 10": (["41001 5 A2", "41001 5 B1"], 45)}


def test_a_hidden_parent_whose_children_are_all_published_hides_nothing(
    make_cells: MakeCells, small_tree: pl.DataFrame
) -> None:
    rows = ONE_COUNTY | {"41001 5 A": (6, None), "41001 5 A1": (4, 55), "41001 5 A2": (2, 15)}
    assert build_network(make_cells(rows), small_tree).leaves.is_empty()


def test_the_private_total_may_be_hidden(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    rows = ONE_COUNTY | {
        "41001 0 10": (10, 108),
        "41001 5 10": (9, None),
        "41001 3 10": (1, None),
        "41001 3 B": (1, None),
        "41001 3 B1": (1, None),
    }
    network = build_network(make_cells(rows), small_tree)
    assert named(network, "county") == {
        "41001 0 10": (["41001 3 B1"], 8),
        "41001 5 A": (["41001 5 A1", "41001 5 A2"], 70),
    }


def test_total_government_and_true_zeros_change_nothing(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    zero = make_cells({"41001 3 10": (0, 0), "41001 3 B": (0, 0), "41001 3 B1": (0, 0)})
    zero = zero.with_columns(disclosure=pl.lit("true_zero"))
    government = make_cells({"41001 8 10": (9, 100), "41001 8 A": (1, None)})
    plain = build_network(make_cells(ONE_COUNTY), small_tree)
    network = build_network(pl.concat([make_cells(ONE_COUNTY), zero, government]), small_tree)
    assert named(network, "county") == named(plain, "county")
    assert network.leaves.equals(plain.leaves)


def test_the_finest_hidden_row_is_a_leaf_at_any_level(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    other = {key: row for key, row in OTHER_COUNTY.items() if not key.endswith(("A1", "B1"))}
    network = build_network(make_cells(ONE_COUNTY | other | STATE), small_tree)
    assert named(network, "county")["41003 5 10"] == (["41003 5 A", "41003 5 B"], 50)
    # 41003 may have jobs of A1 in its row of A, so that the state's row of A1 is no equation of rows that are there.
    assert named(network, "state") == {
        "41000 5 10": (["41001 5 A1", "41001 5 A2", "41003 5 A", "41003 5 B"], 120),
    }


def test_a_coarse_row_without_establishments_blurs_the_finer_equations_too(
    make_cells: MakeCells, small_tree: pl.DataFrame
) -> None:
    rows = ONE_COUNTY | {
        "41003 0 10": (5, 50), "41003 5 10": (5, 50), "41003 5 A": (0, None), "41003 5 B": (5, None),
        "41003 5 B1": (5, None), "41000 0 10": (14, 150), "41000 5 10": (14, 150), "41000 5 A1": (4, 45),
    }  # fmt: skip
    assert list(named(build_network(make_cells(rows), small_tree), "state")) == ["41000 5 10"]


def test_what_rows_leave_of_the_establishments_above_them_is_a_leaf(
    make_cells: MakeCells, small_tree: pl.DataFrame
) -> None:
    rows = {key: row for key, row in ONE_COUNTY.items() if not key.endswith("A2")}
    network = build_network(make_cells(rows), small_tree)
    assert named(network, "county") == {"41001 5 A": (["41001 5 A", "41001 5 A1"], 70)}
    assert network.leaves.select("industry_code", "establishments", "is_remainder").rows() == [
        ("A", 2, True),
        ("A1", 4, False),
    ]


def test_without_all_counties_the_state_is_no_equation(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    network = build_network(make_cells(ONE_COUNTY | STATE), small_tree)
    assert network.state_groups.is_empty()
    assert (network.state_group == -1).all()


def test_a_state_without_its_counties_is_an_area_like_them(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    network = build_network(make_cells(STATE), small_tree)
    assert named(network, "county") == {"41000 5 10": (["41000 5 A2", "41000 5 B1"], 105)}
    assert network.state_groups.is_empty()
    assert build_network(make_cells(STATE).clear(), small_tree).leaves.is_empty()


def test_a_metropolitan_area_is_an_equation_where_all_its_counties_are_there(
    make_cells: MakeCells, small_tree: pl.DataFrame
) -> None:
    metropolitan = {key.replace("41000", "C1234"): row for key, row in STATE.items()}
    cells = make_cells(ONE_COUNTY | OTHER_COUNTY | metropolitan)
    members = pl.DataFrame({"metropolitan_area": ["C1234", "C1234"], "area_fips": ["41001", "41003"]})
    network = build_network(cells, small_tree, members)
    assert named(network, "metropolitan")["C1234 5 A1"] == (["41001 5 A1", "41003 5 A1"], 45)
    assert network.state_groups.is_empty()
    too_many = pl.concat([members, pl.DataFrame({"metropolitan_area": ["C1234"], "area_fips": ["53011"]})])
    assert build_network(cells, small_tree, too_many).metropolitan.groups.height == 2
    too_few = members.head(1)
    assert build_network(cells, small_tree, too_few).metropolitan.groups.is_empty()


def test_several_states_are_kept_apart(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    here = ONE_COUNTY | OTHER_COUNTY | STATE
    there = {key.replace("41", "53", 1): row for key, row in here.items()}
    network = build_network(make_cells(here | there), small_tree)
    assert named(network, "state") == named(build_network(make_cells(here), small_tree), "state") | named(
        build_network(make_cells(there), small_tree), "state"
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"41001 5 A1": (4, 71)}, "41001 own 5 industry A (county equation) leaves -1 month1_employment"),
        ({"41001 5 B": (3, 29)}, "41001 own 5 industry 10 (county equation) leaves 1 month1_employment"),
        ({"41001 5 A1": (5, None)}, "41001 own 5 industry A (county equation) leaves -1 establishments"),
        ({"41000 5 A1": (6, 151)}, "41000 own 5 industry 10 (state equation) leaves -31 month1_employment"),
        ({"41000 5 A1": (5, 45)}, "41000 own 5 industry A1 (state equation) leaves -1 establishments"),
    ],
)
def test_rows_that_contradict_each_other_are_named(
    make_cells: MakeCells, small_tree: pl.DataFrame, changes: Mapping[str, Row], told: str
) -> None:
    with pytest.raises(ContradictoryEquations) as caught:
        build_network(make_cells(ONE_COUNTY | OTHER_COUNTY | STATE | changes), small_tree)
    assert told in str(caught.value)
    assert caught.value.rows["area_fips"][0] in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda cells: pl.concat([cells, cells.tail(1)]), "41001 own 5 industry B1, 41001 own 5 industry B1: .* twice"),
        (lambda cells: cells.with_columns(industry_code=pl.col("industry_code").replace("B1", "C1")), "C1: .*vintage"),
        (lambda cells: cells.with_columns(wages_usd=pl.lit(None, pl.Int64)), "published without all their numbers"),
        (lambda cells: cells.with_columns(pl.col("month2_employment") + 0.5), "not whole"),
        (lambda cells: cells.with_columns(-pl.col("wages_usd")), "negative"),
        (lambda cells: cells.filter(pl.col("own_code") != "0"), "41001 own 0 industry 10: these cells are not there"),
    ],
)
def test_unusable_cells_are_named(
    make_cells: MakeCells, small_tree: pl.DataFrame, change: Callable[[pl.DataFrame], pl.DataFrame], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        build_network(change(make_cells(ONE_COUNTY)), small_tree)


def test_every_equation_of_the_sample_holds_for_its_truth(
    sample: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
) -> None:
    published, truth, tree = sample
    network = build_network(published, tree)
    values = network.leaves.join(truth, on=CELL, how="left", maintain_order="left")
    assert network.leaves.height > 9000
    assert not network.leaves["is_remainder"].any()
    assert (network.state_group >= 0).all()
    for kind in (network.county, network.state):
        for measure, column in MEASURES.items():
            sums = np.zeros(kind.groups.height, dtype=np.int64)
            np.add.at(sums, kind.group, values[column].to_numpy())
            np.testing.assert_array_equal(sums, kind.residual[measure])


def test_the_real_files_reduce_without_contradiction(real_2016: pl.DataFrame, naics_2012: pl.DataFrame) -> None:
    members = pl.DataFrame({"metropolitan_area": ["C4142", "C4142"], "area_fips": ["41047", "41053"]})
    for quarter in (1, 2, 3, 4):
        network = build_network(real_2016.filter(quarter=quarter), naics_2012, members)
        assert all(kind.groups.height for kind in network.equations.values())
        is_oregon = network.leaves["area_fips"].str.starts_with("41").to_numpy()
        assert (network.state_group[is_oregon] >= 0).all()
        assert (network.state_group[~is_oregon] == -1).all()
        assert not network.leaves["is_remainder"].any()
        hidden = real_2016.filter(
            pl.col("area_fips").str.contains(r"^\d{5}$") & (pl.col("area_fips") != "41000"),
            quarter=quarter,
            disclosure="suppressed",
            agglvl_code="78",
        )
        assert network.leaves.height == hidden.height
