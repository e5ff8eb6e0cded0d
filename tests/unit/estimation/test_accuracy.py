"""Baselines, errors and coverage, worked out by hand."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from pipelines.estimation.accuracy import (
    baseline_values,
    score_table,
    scored_cells,
    scored_sums,
    scored_totals,
    sector_by_county_errors,
)
from pipelines.estimation.cell_network import MEASURES, CellNetwork, build_network
from pipelines.estimation.estimates import HiddenPeriod, estimate_hidden_cells
from pipelines.estimation.hold_out import hide_further

MakeCells = Callable[[Mapping[str, tuple[int, int | None]]], pl.DataFrame]
TREE = pl.DataFrame(
    [("10", None, 0), ("S", "10", 4), ("T", "10", 4)] + [(code, code[0], 8) for code in ("S1", "S2", "S3", "T1", "T2")],
    schema={"industry_code": pl.String, "parent_code": pl.String, "naics_level": pl.Int8},
    orient="row",
)
# Both sectors are published; of S two cells are hidden, which share 60 jobs, of T two with 100.
ROWS: Mapping[str, tuple[int, int | None]] = {
    "99001 0 10": (20, 200),
    "99001 5 10": (20, 200),
    "99001 5 S": (9, 80),
    "99001 5 S1": (1, None),
    "99001 5 S2": (5, None),
    "99001 5 S3": (3, 20),
    "99001 5 T": (11, 120),
    "99001 5 T1": (5, None),
    "99001 5 T2": (5, None),
}
TRUTH = {"S1": 15, "S2": 45, "T1": 60, "T2": 40}
LEAVES = ["S1", "S2", "T1", "T2"]


class Found:
    """Estimates of 20, 40, 50 and 50 jobs or dollars, without any error."""

    def __init__(self) -> None:
        self.values = dict.fromkeys(MEASURES, np.array([20.0, 40.0, 50.0, 50.0]))
        self.standard_errors = dict.fromkeys(MEASURES, np.array([0.0, 0.0, 10.0, 10.0]))

    def totals(self, selection: sparse.csr_array, measure: str) -> tuple[np.ndarray, np.ndarray]:
        return selection @ self.values[measure], np.zeros(selection.shape[0])


@pytest.fixture
def network(make_cells: MakeCells) -> CellNetwork:
    rows = {**ROWS, "99001 5 T": (10, 100)} | {"99001 0 10": (19, 180), "99001 5 10": (19, 180)}
    return build_network(make_cells(rows), TREE)


@pytest.fixture
def period(network: CellNetwork) -> HiddenPeriod:
    return HiddenPeriod(network, pl.DataFrame(), pl.DataFrame())


@pytest.fixture
def truth(make_cells: MakeCells) -> pl.DataFrame:
    """All four were held out, T2 as a complement."""
    cells = make_cells({f"99001 5 {code}": (int(ROWS[f"99001 5 {code}"][0]), TRUTH[code]) for code in LEAVES})
    return cells.with_columns(reason=pl.when(pl.col("industry_code") == "T2").then(pl.lit("complement")).otherwise(
        pl.lit("chosen")))  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES)
def test_baselines_split_the_residual_of_the_county_group(network: CellNetwork, measure: str) -> None:
    assert network.leaves["industry_code"].to_list() == LEAVES
    values = baseline_values(network, measure)
    assert values["zero"].tolist() == [0, 0, 0, 0]
    assert values["equal_split"].tolist() == [30, 30, 50, 50]
    assert values["establishment_split"].tolist() == [10, 50, 50, 50]


def test_cells_without_establishments_share_what_there_is_equally(make_cells: MakeCells) -> None:
    rows = {**ROWS, "99001 5 S1": (0, None), "99001 5 S2": (0, None)}
    rows |= {"99001 5 S": (3, 80), "99001 5 T": (10, 120), "99001 5 T1": (5, 20), "99001 5 T2": (5, 100)}
    rows |= {"99001 0 10": (13, 200), "99001 5 10": (13, 200)}
    values = baseline_values(build_network(make_cells(rows), TREE), "wages")
    assert values["establishment_split"].tolist() == [30, 30]


def test_each_cell_stands_beside_its_truth_once_a_measure(period: HiddenPeriod, truth: pl.DataFrame) -> None:
    cells = scored_cells(period, Found(), truth)  # type: ignore[arg-type]
    assert cells.height == 4 * len(MEASURES)
    first, *_, last = cells.filter(measure="month2_employment").sort("industry_code").iter_rows(named=True)
    numbers = {"truth": 15, "lower": 0, "estimate": 20, "upper": 60, "interval90_lower": 20, "interval90_upper": 20}
    assert first == first | numbers | {"establishment_split": 10, "establishments": 1, "reason": "chosen"}
    assert last["interval90_lower"] < 40 < 50 < last["interval90_upper"]


def test_what_rows_leave_of_a_hidden_parent_is_not_that_parent(make_cells: MakeCells, truth: pl.DataFrame) -> None:
    rows = {**ROWS, "99001 5 S": (10, None), "99001 5 T": (10, 100)} | {
        "99001 0 10": (20, 180),
        "99001 5 10": (20, 180),
    }
    network = build_network(make_cells(rows), TREE)
    assert network.leaves.filter("is_remainder")["industry_code"].to_list() == ["S"]
    found = Found()
    found.values = found.standard_errors = dict.fromkeys(MEASURES, np.ones(5))
    parent = make_cells({"99001 5 S": (10, 80)}).with_columns(reason=pl.lit("complement"))
    cells = scored_cells(HiddenPeriod(network, pl.DataFrame(), pl.DataFrame()), found, pl.concat([truth, parent]))  # type: ignore[arg-type]
    assert cells["industry_code"].unique().sort().to_list() == LEAVES


def test_a_held_out_cell_that_is_not_hidden_is_refused(period: HiddenPeriod, truth: pl.DataFrame) -> None:
    published = truth.with_columns(industry_code=pl.lit("S3"))
    with pytest.raises(ValueError, match=r"'S3'\) is held out, but not hidden"):
        scored_cells(period, Found(), published)  # type: ignore[arg-type]


def test_sums_are_of_chosen_cells_by_county_and_sector(period: HiddenPeriod, truth: pl.DataFrame) -> None:
    sums = scored_sums(period, Found(), truth).filter(measure="wages")  # type: ignore[arg-type]
    numbers = ["sector_code", "truth", "lower", "estimate", "upper", "equal_split", "establishment_split"]
    # All of S's residual is chosen cells, so that their sum is certain; T2 is none.
    assert sums.select(numbers).rows() == [("S", 60, 60, 60, 60, 60, 60), ("T", 60, 0, 50, 100, 50, 50)]


def scored(**columns: list[object]) -> pl.DataFrame:
    ends = {name: [0] * len(columns["truth"]) for name in ("lower", "interval90_lower")}
    baselines = {"zero": 0.0, "equal_split": 10.0, "establishment_split": 20.0}
    return pl.DataFrame(columns | ends).with_columns(**{name: pl.lit(value) for name, value in baselines.items()})


def test_the_table_counts_cells_once_and_adds_errors_up() -> None:
    cells = scored(
        measure=["month1_employment", "month2_employment", "month3_employment"] * 3 + ["wages"] * 3,
        establishments=[3] * 3 + [9] * 3 + [2] * 3 + [3, 9, 2],
        reason=["chosen"] * 6 + ["complement"] * 3 + ["chosen", "chosen", "complement"],
        truth=[10, 10, 10, 40, 40, 40, 50, 50, 50, 0, 100, 100],
        estimate=[11.0, 9.0, 10.0, 44.0, 40.0, 40.0, 50.0, 50.0, 20.0, 5.0, 90.0, 100.0],
        upper=[10, 10, 9, 99, 99, 99, 99, 99, 99, 99, 99, 100],
        interval90_upper=[9, 10, 10, 99, 99, 99, 99, 99, 99, 99, 99, 99],
    )
    sums = scored(measure=["wages"], truth=[100], estimate=[95.0], upper=[100], interval90_upper=[99])
    rows = {(measure, name): numbers for measure, name, *numbers in score_table(cells, sums).iter_rows()}
    few = "chosen, at most 5 establishments"
    assert list(rows) == [
        *(("jobs", name) for name in ("all", "chosen", few)),
        *(("wages", name) for name in ("all", "chosen", few, "chosen, by county × 2-digit sector")),
    ]
    inside, covered = 8 / 9, 8 / 9
    assert rows["jobs", "all"] == pytest.approx([3, inside, covered, 36 / 300, 1, 210 / 300, 180 / 300])
    assert rows["jobs", "chosen"] == pytest.approx([2, 5 / 6, 5 / 6, 6 / 150, 1, 90 / 150, 90 / 150])
    assert rows["jobs", few] == pytest.approx([1, 2 / 3, 2 / 3, 2 / 30, 1, 0, 1])
    assert rows["wages", "chosen"] == pytest.approx([2, 0.5, 0.5, 15 / 100, 1, 100 / 100, 100 / 100])
    assert rows["wages", few][:3] == [1, 1, 1]
    assert rows["wages", few][3:] == [None] * 4  # nothing to be a part of
    assert rows["wages", "chosen, by county × 2-digit sector"] == pytest.approx([1, 1, 0, 0.05, 1, 0.9, 0.8])


def test_rounding_is_no_miss() -> None:
    sums = scored(measure=["wages"], truth=[3e9], estimate=[3e9], upper=[3e9 - 1], interval90_upper=[3e9 - 10])
    inside, covered = score_table(sums.with_columns(reason=pl.lit("chosen"), establishments=1), sums).row(0)[3:5]
    assert (inside, covered) == (1, 0)


def test_totals_of_groups_against_the_full_truth(period: HiddenPeriod, make_cells: MakeCells) -> None:
    groups = pl.DataFrame({"group_key": ["one", "two", "two", "all"], "industry_code": ["S1", "S3", "T1", "S"]})
    whole = {"99001 5 10": (19, 180), "99001 5 S": (9, 80), "99001 5 S3": (3, 20), "99001 3 T1": (9, 999)}
    leaves = {f"99001 5 {code}": (1, value) for code, value in TRUTH.items()}
    totals = scored_totals(period, Found(), groups, make_cells({**whole, **leaves}))  # type: ignore[arg-type]
    numbers = ["group_key", "truth", "private_total", "estimate", "zero", "equal_split", "establishment_split"]
    expected = [("one", 15, 180, 20, 0, 30, 10), ("two", 80, 180, 70, 20, 70, 70)]
    assert totals.filter(measure="wages").select(numbers).rows() == expected
    assert totals.height == 2 * len(MEASURES)


def test_errors_of_totals_and_of_their_shares() -> None:
    totals = pl.DataFrame(
        {
            "measure": ["month1_employment", "month2_employment", "month3_employment", "wages"],
            "truth": [10, 20, 10, 500],
            "private_total": [100, 100, 0, 1000],
            "estimate": [12.0, 19.0, 10.0, 400.0],
            **{name: [0.0, 0.0, 0.0, 500.0] for name in ("zero", "equal_split", "establishment_split")},
        }
    )
    rows = sector_by_county_errors(totals).rows()
    assert [row[:2] for row in rows[:2]] == [("jobs", "estimate"), ("jobs", "zero")]
    assert rows[0][2:] == pytest.approx((1, 3 / 40, 1.5))
    assert rows[1][2:] == pytest.approx((1, 1, 15))
    assert rows[4] == ("wages", "estimate", 1, pytest.approx(0.2), pytest.approx(10))


def test_held_out_cells_of_the_sample_are_estimated_better_than_by_any_baseline(
    sample: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
) -> None:
    published, full, tree = sample
    held_out = hide_further(published, tree, seed=1)
    period = HiddenPeriod(build_network(held_out.cells, tree), held_out.cells, held_out.cells.clear().with_columns(
        quarters_apart=pl.lit(1, pl.Int64)))  # fmt: skip
    found = estimate_hidden_cells(period.network, period.cells, period.other_periods)
    table = score_table(scored_cells(period, found, held_out.truth), scored_sums(period, found, held_out.truth))
    assert table["inside_bounds"].to_list() == [1.0] * 8
    assert table["coverage90"].min() > 0.82  # type: ignore[operator]
    is_best = pl.col("estimate") < 0.8 * pl.min_horizontal("zero", "equal_split", "establishment_split")
    assert table.filter(~is_best).is_empty()
    sectors = tree.filter(naics_level=4).select(group_key="industry_code", industry_code="industry_code")
    errors = sector_by_county_errors(scored_totals(period, found, sectors, full))
    of = {(measure, method): error for measure, method, _, error, _ in errors.iter_rows()}
    assert of["jobs", "estimate"] < 0.06 < of["jobs", "zero"]
