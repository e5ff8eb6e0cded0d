"""What a state adds to every total: by hand, and on the sample economy against its known truth."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.estimation.cell_network import CELL
from pipelines.estimation.priors import MONTHS
from pipelines.estimation.state_estimates import (
    ALL,
    CELLS_SCHEMA,
    MONTHS_SCHEMA,
    TOTALS_SCHEMA,
    AskedTotals,
    StateEstimates,
    estimate_state_year,
)
from pipelines.estimation.state_years import state_year
from pipelines.sources.sample_cells import publish_cells
from pipelines.sources.sample_economy import simulate_economy

Row = tuple[int, int | None]
MakeCells = Callable[[Mapping[str, Row]], pl.DataFrame]
Sample = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
NO_BREAKS = pl.DataFrame(
    schema=dict.fromkeys(("area_prefix", "own_code", "industry_code"), pl.String)
    | {"year": pl.Int16, "quarter": pl.Int8}
)
KEYS = ["region", "ownership", "group_key", "measure"]
OWNERSHIPS = {"private": "5", "all": "3 5"}

# Private jobs are the 60 of A and B1's 0 to 40, as 100 - 60 is B1 and the 2 establishments of local government.
OPEN: dict[str, Row] = {
    "41005 0 10": (10, 100),
    "41005 3 10": (2, None),
    "41005 3 A": (2, None),
    "41005 3 A1": (2, None),
    "41005 5 10": (8, None),
    "41005 5 A": (5, 60),
    "41005 5 A1": (3, None),
    "41005 5 A2": (2, None),
    "41005 5 B": (3, None),
    "41005 5 B1": (3, None),
}
# A1 is 20 and there is one cell of A2, whose 10 nobody publishes.
KNOWN: dict[str, Row] = {
    "41007 0 10": (4, 50),
    "41007 5 10": (4, 50),
    "41007 5 A": (3, 30),
    "41007 5 A1": (2, 20),
    "41007 5 A2": (1, None),
    "41007 5 B": (1, 20),
    "41007 5 B1": (1, 20),
}
GROUPS = {"one": "A1", "two": "A2", "a": "A1 A2", "b": "B1"}
REGIONS = {"open": "41005", "known": "41007", "both": "41005 41007"}


def pairs(columns: Sequence[str], listed: Mapping[str, str]) -> pl.DataFrame:
    rows = [(key, value) for key, values in listed.items() for value in values.split()]
    return pl.DataFrame(rows, schema=columns, orient="row")


def asked(
    groups: Mapping[str, str], regions: Mapping[str, str], ownerships: Mapping[str, str], sums: Mapping[str, str]
) -> AskedTotals:
    return AskedTotals(
        groups=pairs(["group_key", "industry_code"], groups),
        sums=pairs(["group_key", "part_key"], sums).cast(pl.String),
        regions=pairs(["region", "area_fips"], regions),
        ownerships=pairs(["ownership", "own_code"], ownerships),
    )


ASKED = asked(GROUPS, REGIONS, OWNERSHIPS, {"gross": "one a"})


def at(cells: pl.DataFrame, quarter: int, times: int = 1) -> pl.DataFrame:
    """The cells as those of a quarter of 2016, all values some times as large."""
    values = pl.col(*MONTHS, "wages_usd") * times
    return cells.with_columns(values, year=pl.lit(2016, pl.Int16), quarter=pl.lit(quarter, pl.Int8))


def estimated(cells: pl.DataFrame, tree: pl.DataFrame, wanted: AskedTotals = ASKED) -> StateEstimates:
    return estimate_state_year(state_year(cells, tree, NO_BREAKS, 2016), wanted)


def told(totals: pl.DataFrame, *names: str, ownership: str = "private", quarter: int = 1) -> dict[str, list[float]]:
    """Some columns of the jobs of every region and group."""
    rows = totals.filter(ownership=ownership, quarter=quarter, measure="employment")
    return {f"{region} {group}": values for region, group, *values in rows.select("region", "group_key", *names).rows()}


@pytest.fixture(scope="module")
def small(make_cells: MakeCells, small_tree: pl.DataFrame) -> StateEstimates:
    """A quarter of two counties, one with a hidden private total."""
    return estimated(at(make_cells(OPEN | KNOWN), 1), small_tree)


@pytest.fixture(scope="module")
def small_year(make_cells: MakeCells, small_tree: pl.DataFrame) -> StateEstimates:
    """Four quarters of them, once, twice, three and four times as large; in the last, all of known is published."""
    cells = make_cells(OPEN | KNOWN)
    published = make_cells(OPEN | KNOWN | {"41007 5 A2": (1, 10)})
    quarters = [at(published if quarter == 4 else cells, quarter, times=quarter) for quarter in (1, 2, 3, 4)]
    return estimated(pl.concat(quarters), small_tree)


# A small state by hand


def test_known_part_and_bounds_of_totals(small: StateEstimates) -> None:
    assert told(small.totals, "known", "lower", "upper") == {
        f"open {ALL}": [60, 60, 100],
        "open one": [0, 0, 60],
        "open two": [0, 0, 60],
        "open a": [60, 60, 60],
        "open b": [0, 0, 40],
        "open gross": [60, 60, 120],
        f"known {ALL}": [50, 50, 50],
        "known one": [20, 20, 20],
        "known two": [0, 10, 10],
        "known a": [30, 30, 30],
        "known b": [20, 20, 20],
        "known gross": [50, 50, 50],
        f"both {ALL}": [110, 110, 150],
        "both one": [20, 20, 80],
        "both two": [0, 10, 70],
        "both a": [90, 90, 90],
        "both b": [20, 20, 60],
        "both gross": [110, 110, 170],
    }
    wages, jobs = (small.totals.filter(measure=name).drop("measure") for name in ("wages", "employment"))
    names = ["known", "lower", "upper", "share_lower", "share_upper"]
    assert_frame_equal(wages.select(names), jobs.select(names))


def test_months_are_on_average_their_quarter(small_year: StateEstimates) -> None:
    keys = ["region", "ownership", "group_key", "quarter"]
    numbers = ["known", "lower", "estimate", "upper"]
    of_months = small_year.months.group_by(keys).agg(pl.col(numbers).mean(), months=pl.col("month").sort()).sort(keys)
    quarters = small_year.totals.filter(pl.col("quarter") > 0, measure="employment").sort(keys)
    assert_frame_equal(of_months.select(keys + numbers), quarters.select(keys + numbers))
    assert of_months.filter(quarter=3)["months"].to_list()[0] == [7, 8, 9]
    assert small_year.months.schema == MONTHS_SCHEMA


def test_a_month_that_gives_a_cell_away_withholds_its_quarter(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    """In the first month A1 and A2 have no jobs beside A3's: their bounds meet, those of the quarter do not."""
    tree = pl.concat([small_tree, pl.DataFrame([("A3", "A", 3)], schema=small_tree.schema, orient="row")])
    rows: dict[str, Row] = {
        "41005 0 10": (9, 60),
        "41005 5 10": (9, 60),
        "41005 5 A": (9, 60),
        "41005 5 A1": (3, None),
        "41005 5 A2": (3, None),
        "41005 5 A3": (3, None),
    }
    cells = make_cells(rows)
    is_shown = pl.col("disclosure") == "disclosed"
    cells = cells.with_columns(month1_employment=pl.when(is_shown).then(0))
    wanted = asked({"some": "A1 A2", "more": "A1 A2 A3", "one": "A1"}, {"open": "41005"}, OWNERSHIPS, {})
    found = estimated(at(cells, 1), tree, wanted)
    bounds = found.months.filter(ownership="private", group_key="some").select("month", "lower", "upper").rows()
    assert bounds == [(1, 0, 0), (2, 0, 60), (3, 0, 60)]
    pinned = told(found.totals, "lower", "upper", "pins_cell")
    assert pinned["open some"] == [0, 40, True]


def test_what_all_owners_hide_together_is_what_the_total_leaves(small: StateEstimates) -> None:
    """All of local government is hidden, but together with B1 it is the 40 that A leaves of 100."""
    found = told(small.totals, "known", "lower", "upper", "hidden_cells", ownership="all")
    assert found[f"open {ALL}"] == [60, 100, 100, 2]
    assert found["open one"] == [0, 0, 100, 2]


def test_shares_of_a_hidden_total_are_bounded_jointly(small: StateEstimates) -> None:
    found = told(small.totals, "share_lower", "share_upper")
    assert {name: values for name, values in found.items() if name.startswith("known")} == {
        f"known {group}": [None, None] for group in (ALL, *GROUPS, "gross")
    }
    by_hand = {
        f"open {ALL}": (1, 1),
        "open one": (0, 1),
        "open a": (60 / 100, 1),
        "open b": (0, 40 / 100),
        f"both {ALL}": (1, 1),
        "both one": (20 / 150, 80 / 110),
        "both a": (90 / 150, 90 / 110),
        "both b": (20 / 110, 60 / 150),
    }
    for name, share in by_hand.items():
        assert found[name] == pytest.approx(share, abs=1e-6)


def test_estimates_are_inside_and_add_up(small: StateEstimates) -> None:
    totals = small.totals
    assert outside(totals, "estimate", "lower", "upper").is_empty()
    found = told(totals, "estimate")
    for region in ("open", "known", "both"):
        assert found[f"{region} one"][0] + found[f"{region} two"][0] == pytest.approx(found[f"{region} a"][0])
        assert found[f"{region} a"][0] + found[f"{region} b"][0] == pytest.approx(found[f"{region} {ALL}"][0])
        assert found[f"{region} one"][0] + found[f"{region} a"][0] == pytest.approx(found[f"{region} gross"][0])
    errors = told(totals, "standard_error")
    assert [errors[name] for name in ("open a", f"known {ALL}", "known two", "both a")] == [[0.0]] * 4
    assert errors["both b"] == errors["open b"] == errors[f"open {ALL}"] != [0.0]


def test_single_cells_are_named_and_exact_ones_pinned(small: StateEstimates) -> None:
    found = told(small.totals, "hidden_cells", "hidden_establishments", "single_cell", "pins_cell")
    assert found["known two"] == [1, 1, "41007 5 A2", True]
    assert found["open two"] == [1, 2, "41005 5 A2", False]
    assert found["both two"] == [2, 3, None, False]
    assert found["open gross"] == [1, 3, "41005 5 A1", False]
    assert found["open a"] == [0, 0, None, False]


def test_hidden_cells_have_a_row_a_measure(small: StateEstimates) -> None:
    cells = small.cells
    names = ["41005 3 A1", "41005 5 A1", "41005 5 A2", "41005 5 B1", "41007 5 A2"]
    bounds = dict(zip(names, [(0, 40), (0, 60), (0, 60), (0, 40), (10, 10)], strict=True))
    for measure in (*MONTHS, "wages"):
        rows = cells.filter(measure=measure).select(*CELL, "lower", "upper").rows()
        assert {" ".join(cell): (lower, upper) for *cell, lower, upper in rows} == bounds
    for name in ("estimate", "interval90_lower", "interval90_upper"):
        assert cells.filter(~pl.col(name).is_between("lower", "upper")).is_empty()
    assert cells.filter(~pl.col("estimate").is_between("interval90_lower", "interval90_upper")).is_empty()
    assert cells.select("year", "quarter").unique().rows() == [(2016, 1)]


# The year


def test_the_year_is_the_mean_of_jobs_and_the_sum_of_wages(small_year: StateEstimates) -> None:
    totals = small_year.totals
    names = ["known", "lower", "estimate", "upper", "standard_error"]
    quarters = totals.filter(pl.col("quarter") > 0)
    assert quarters["quarter"].value_counts()["count"].to_list() == [totals.filter(quarter=0).height] * 4
    factor = pl.when(pl.col("measure") == "employment").then(4).otherwise(1)
    expected = quarters.group_by(KEYS).agg(pl.col(names).sum() / factor.first())
    year = totals.filter(quarter=0).select(*KEYS, *names)
    assert_frame_equal(year, expected, check_row_order=False)

    jobs = told(totals, "known", "lower", "upper", quarter=0)
    assert jobs["open one"] == [0, 0, 150]  # 60 times the mean of 1, 2, 3 and 4
    assert jobs["known two"] == [10, 25, 25]  # 10 of the year's 25 are the fourth quarter's 40, published
    (wages,) = totals.filter(region="open", ownership="private", group_key="b", measure="wages", quarter=0).rows(
        named=True
    )
    assert (wages["known"], wages["lower"], wages["upper"]) == (0, 0, 400)


def test_what_a_quarter_hides_the_year_hides(small_year: StateEstimates) -> None:
    of_cells = ("hidden_cells", "hidden_establishments", "single_cell", "pins_cell")
    assert told(small_year.totals, *of_cells, quarter=4)["known two"] == [0, 0, None, False]
    year = told(small_year.totals, *of_cells, quarter=0)
    assert year["known two"] == [1, 1, "41007 5 A2", True]
    assert year["both two"] == [2, 3, None, False]
    assert year["known one"] == [0, 0, None, False]


def test_a_year_of_different_single_cells_is_none_of_them(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    second = {key.replace("41007", "41009"): row for key, row in KNOWN.items()}
    first, then = (make_cells(KNOWN | second | {f"{area} 5 A2": (1, 10)}) for area in ("41009", "41007"))
    cells = pl.concat([at(first, 1), *(at(then, quarter) for quarter in (2, 3, 4))])
    wanted = asked({"two": "A2"}, {"first": "41007", "both": "41007 41009"}, {"private": "5"}, {"gross": "two"})
    totals = estimated(cells, small_tree, wanted).totals
    names = {quarter: told(totals, "single_cell", quarter=quarter) for quarter in (0, 1, 2)}
    assert [names[quarter]["both two"] for quarter in (1, 2, 0)] == [["41007 5 A2"], ["41009 5 A2"], [None]]
    assert [names[quarter]["first two"] for quarter in (1, 2, 0)] == [["41007 5 A2"], [None], ["41007 5 A2"]]
    assert told(totals, "hidden_cells", "hidden_establishments", quarter=0)["both two"] == [1, 1]


def test_shares_of_the_year_are_bounded_over_all_quarters(small_year: StateEstimates) -> None:
    found = told(small_year.totals, "share_lower", "share_upper", quarter=0)
    assert found["open b"] == pytest.approx((0, 40 / 100), abs=1e-6)
    assert found["both one"] == pytest.approx((20 / 150, 80 / 110), abs=1e-6)
    assert found["known b"] == [None, None]


def test_three_quarters_make_no_year(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    cells = pl.concat(at(make_cells(KNOWN), quarter) for quarter in (1, 2, 4))
    assert estimated(cells, small_tree).totals["quarter"].unique().sort().to_list() == [1, 2, 4]


@pytest.mark.parametrize("missing", [1, 3])
def test_an_area_of_three_quarters_has_no_year(missing: int, make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    first = {key.replace("41007", "41001"): row for key, row in KNOWN.items()}
    quarters = [at(make_cells(OPEN | (first if quarter != missing else {})), quarter) for quarter in (1, 2, 3, 4)]
    wanted = asked(
        GROUPS, {"a_first": "41001", "open": "41005", "sum": "41001 41005"}, {"private": "5"}, {"gross": "b"}
    )
    totals = estimated(pl.concat(quarters), small_tree, wanted).totals
    assert totals.filter(quarter=0)["region"].unique().to_list() == ["open"]
    of_quarter, of_year = (
        told(totals, "lower", "upper", "share_lower", "share_upper", quarter=quarter) for quarter in (2, 0)
    )
    for group in (ALL, *GROUPS):
        assert of_year[f"open {group}"] == pytest.approx(of_quarter[f"open {group}"], abs=1e-6)


def test_hidden_cells_learn_nothing_across_a_break(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    before, after = make_cells(OPEN), make_cells(OPEN | {"41005 5 A1": (1, None), "41005 5 A2": (4, None)})
    breaks = pl.DataFrame(
        [("41", own, code, 2016, 2) for own in ("3", "5") for code in ("10", "A", "B")],
        schema=NO_BREAKS.schema,
        orient="row",
    )
    both = state_year(pl.concat([at(before, 1), at(after, 2)]), small_tree, breaks, 2016)
    together = estimate_state_year(both, ASKED).cells.filter(quarter=1)
    assert_frame_equal(together, estimated(at(before, 1), small_tree).cells)


# Nothing


def test_nothing_has_the_columns_of_something(small: StateEstimates, small_tree: pl.DataFrame) -> None:
    nothing = StateEstimates.nothing()
    assert (nothing.cells.schema, nothing.totals.schema) == (CELLS_SCHEMA, TOTALS_SCHEMA)
    assert (small.cells.schema, small.totals.schema) == (CELLS_SCHEMA, TOTALS_SCHEMA)
    assert nothing.cells.height == nothing.totals.height == 0


def test_without_a_quarter_there_is_nothing(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    without_total = {key: row for key, row in KNOWN.items() if key != "41007 0 10"}
    found = estimated(at(make_cells(without_total), 1), small_tree)
    assert found.totals.is_empty()
    assert found.totals.schema == TOTALS_SCHEMA


def test_where_nothing_is_hidden_all_is_known(make_cells: MakeCells, small_tree: pl.DataFrame) -> None:
    found = estimated(at(make_cells(KNOWN | {"41007 5 A2": (1, 10)}), 1), small_tree)
    assert found.cells.is_empty()
    for name in ("lower", "estimate", "upper"):
        assert found.totals[name].to_list() == found.totals["known"].to_list()
    assert found.totals["pins_cell"].to_list() == [False] * found.totals.height


# The sample economy

WIDE = {"construction": "23", "health": "62", "lens": "334413 333242", "power": "221121 221122"}
SAMPLE_REGIONS = {"gilliam": "41021", "wheeler": "41069", "two": "41021 41069", "metro": "41005 41051 41067"}
SAMPLE_OWNERSHIPS = {"private": "5", "local": "3", "all": "1 2 3 5"}


@pytest.fixture(scope="module")
def sample_published(sample: Sample) -> pl.DataFrame:
    """The sample, where two small counties hide all that is coarser than a sector, private and local government."""
    is_small = pl.col("area_fips").is_in(["41021", "41069"]) & pl.col("own_code").is_in(["3", "5"])
    is_total = is_small & pl.col("industry_code").str.starts_with("10")
    values = (pl.when(~is_total).then(name).alias(name) for name in (*MONTHS, "wages_usd"))
    disclosure = pl.when(is_total).then(pl.lit("suppressed")).otherwise("disclosure").alias("disclosure")
    return sample[0].with_columns(*values, disclosure)


@pytest.fixture(scope="module")
def sample_asked(sample: Sample) -> AskedTotals:
    areas = sample[0].filter(~pl.col("area_fips").str.ends_with("000"))["area_fips"].unique().sort()
    regions = SAMPLE_REGIONS | {"state": " ".join(areas)}
    return asked(WIDE, regions, SAMPLE_OWNERSHIPS, {"gross": "health lens construction"})


@pytest.fixture(scope="module")
def sample_estimates(sample: Sample, sample_published: pl.DataFrame, sample_asked: AskedTotals) -> StateEstimates:
    return estimate_state_year(state_year(sample_published, sample[2], NO_BREAKS, 2023), sample_asked)


def added(cells: pl.DataFrame, wanted: AskedTotals) -> pl.DataFrame:
    """KEYS and value: the cells of the groups' industries, hidden ones as nothing, added up to every total."""
    measures = pl.DataFrame(
        {"column": [*MONTHS, "wages_usd"], "measure": ["employment"] * 3 + ["wages"], "weight": [1 / 3] * 3 + [1.0]}
    )
    single = pl.concat([wanted.groups, pl.DataFrame({"group_key": [ALL], "industry_code": ["10"]})])
    sums = single.rename({"group_key": "part_key"}).join(wanted.sums, on="part_key").select(single.columns)
    return (
        cells.unpivot(on=measures["column"].to_list(), index=list(CELL), variable_name="column")
        .join(measures, on="column")
        .join(pl.concat([single, sums]), on="industry_code")
        .join(wanted.regions, on="area_fips")
        .join(wanted.ownerships, on="own_code")
        .group_by(KEYS)
        .agg(value=(pl.col("value").fill_null(0) * pl.col("weight")).sum())
    )


def outside(frame: pl.DataFrame, value: str, lower: str, upper: str) -> pl.DataFrame:
    """The rows whose value is further outside than rounding explains."""
    slack = 1e-9 * (1 + pl.col(value).abs())
    return frame.filter(~pl.col(value).is_between(pl.col(lower) - slack, pl.col(upper) + slack))


def true_shares(totals: pl.DataFrame) -> pl.DataFrame:
    """The totals of which the share is bounded, with the true one; value is the truth."""
    keys = ["region", "ownership", "measure", "quarter"]
    whole = totals.filter(group_key=ALL).select(*keys, whole="value")
    bounded = totals.filter(pl.col("group_key") != "gross", pl.col("share_lower").is_not_null())
    return bounded.join(whole, on=keys).with_columns(share=pl.col("value") / pl.col("whole"))


def known_part(cells: pl.DataFrame, tree: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
    """Of each area, ownership and code: its published row, or if hidden the topmost published ones below it."""
    found, left = [], cells.filter(pl.col("industry_code").is_in(codes)).with_columns(top="industry_code")
    while left.height:
        is_hidden = pl.col("disclosure") == "suppressed"
        found.append(left.filter(~is_hidden))
        below = left.filter(is_hidden).select("area_fips", "own_code", "top", parent_code="industry_code")
        children = below.join(tree.select("parent_code", "industry_code"), on="parent_code")
        left = cells.join(children.drop("parent_code"), on=list(CELL))
    return pl.concat(found).with_columns(industry_code="top").select(*CELL, *MONTHS, "wages_usd")


def test_the_truth_is_inside_the_bounds(
    sample: Sample, sample_estimates: StateEstimates, sample_asked: AskedTotals
) -> None:
    totals = sample_estimates.totals.join(
        added(sample[1], sample_asked), on=KEYS, how="left", maintain_order="left"
    ).with_columns(pl.col("value").fill_null(0))
    assert outside(totals, "value", "lower", "upper").is_empty()
    assert outside(totals, "estimate", "lower", "upper").is_empty()
    assert totals.filter(pl.col("lower") < pl.col("upper")).height > 40
    shares = true_shares(totals)
    assert outside(shares, "share", "share_lower", "share_upper").is_empty()
    assert shares["share_upper"].max() <= 1
    open_totals = set(shares.select("region", "ownership").iter_rows())
    assert {("gilliam", "private"), ("wheeler", "private")} <= open_totals
    assert {region for region, _ in open_totals} <= {"gilliam", "wheeler", "two"}
    assert shares.filter(pl.col("share_lower") < pl.col("share_upper")).height > 10


def test_what_is_known_is_the_topmost_published_rows(
    sample: Sample, sample_published: pl.DataFrame, sample_estimates: StateEstimates, sample_asked: AskedTotals
) -> None:
    codes = [*sample_asked.groups["industry_code"], "10"]
    known = added(known_part(sample_published, sample[2], codes), sample_asked)
    totals = sample_estimates.totals.join(known, on=KEYS, how="left", maintain_order="left")
    assert totals["known"].to_list() == pytest.approx(totals["value"].fill_null(0).to_list(), rel=1e-12)


def test_the_truth_of_a_year_is_inside_its_bounds(sample: Sample) -> None:
    """Four quarters of a small economy's counties, without the state's rows and with a hidden private total."""
    naics, areas = (pl.read_csv(REFERENCE / f"{name}.csv", infer_schema=False) for name in ("naics_2022", "areas"))
    economy = simulate_economy(naics, areas, seed=3, years=(2023,), scale=0.1)
    truth = publish_cells(economy, naics).quarterly.filter(pl.col("area_fips").is_in(["41021", "41003", "41043"]))
    is_total = (pl.col("area_fips") == "41021") & pl.col("own_code").is_in(["3", "5"])
    is_hidden = (pl.col("disclosure") == "suppressed") | (is_total & pl.col("industry_code").str.starts_with("10"))
    published = truth.with_columns(
        pl.when(is_hidden).then(pl.lit("suppressed")).otherwise("disclosure").alias("disclosure"),
        *(pl.when(~is_hidden).then(name).alias(name) for name in (*MONTHS, "wages_usd")),
    )
    wanted = asked(WIDE, {"one": "41021", "three": "41003 41021 41043"}, SAMPLE_OWNERSHIPS, {"gross": "health lens"})
    totals = estimate_state_year(state_year(published, sample[2], NO_BREAKS, 2023), wanted).totals
    quarters = pl.concat(
        added(truth.filter(quarter=quarter), wanted).with_columns(quarter=pl.lit(quarter, pl.Int8))
        for quarter in (1, 2, 3, 4)
    )
    part = pl.when(pl.col("measure") == "employment").then(0.25).otherwise(1.0)
    year = quarters.group_by(KEYS).agg(value=(pl.col("value") * part).sum(), quarter=pl.lit(0, pl.Int8))
    true = pl.concat([quarters, year.select(quarters.columns)])
    found = totals.join(true, on=[*KEYS, "quarter"], how="left", maintain_order="left").with_columns(
        pl.col("value").fill_null(0)
    )
    assert found["quarter"].n_unique() == 5
    assert outside(found, "value", "lower", "upper").is_empty()
    assert outside(found, "estimate", "lower", "upper").is_empty()
    assert found.filter(pl.col("lower") < pl.col("upper"), quarter=0).height > 10
    shares = true_shares(found)
    assert outside(shares, "share", "share_lower", "share_upper").is_empty()
    assert shares.filter(region="one", ownership="private", quarter=0).height == 10


def test_hidden_cells_hold_the_truth(sample: Sample, sample_estimates: StateEstimates) -> None:
    truth = sample[1].rename({"wages_usd": "wages"}).unpivot(
        on=[*MONTHS, "wages"], index=list(CELL), variable_name="measure", value_name="truth"
    )  # fmt: skip
    cells = sample_estimates.cells.join(truth, on=[*CELL, "measure"], how="left", maintain_order="left")
    assert cells.height > 10_000
    assert cells["truth"].null_count() == 0
    assert cells.filter(~pl.col("truth").is_between("lower", "upper")).is_empty()
    assert cells.filter(~pl.col("interval90_lower").is_between("lower", "upper")).is_empty()
    assert cells.filter(~pl.col("interval90_upper").is_between("interval90_lower", "upper")).is_empty()
