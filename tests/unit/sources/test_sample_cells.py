"""Published cells: what adds up exactly, what is hidden and why, what is derived from what."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources.sample_cells import PublishedCells, publish_cells
from pipelines.sources.sample_economy import SampleEconomy, simulate_economy

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
CELL = ["area_fips", "own_code", "industry_code"]
PERIOD = ["year", "quarter"]
MONTHS = ["month1_employment", "month2_employment", "month3_employment"]
ADDITIVE = ["establishments", *MONTHS, "wages_usd", "taxable_wages_usd", "contributions_usd"]
METRO = ("41005", "41051", "41067")
UNCLASSIFIED = ("1029", "99", "999", "9999", "99999", "999999")


@pytest.fixture(scope="module")
def naics() -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "naics_2022.csv", infer_schema=False)


@pytest.fixture(scope="module")
def areas() -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "areas.csv", infer_schema=False)


@pytest.fixture(scope="module")
def economy(naics: pl.DataFrame, areas: pl.DataFrame) -> SampleEconomy:
    return simulate_economy(naics, areas, seed=2016)


@pytest.fixture(scope="module")
def cells(economy: SampleEconomy, naics: pl.DataFrame) -> PublishedCells:
    return publish_cells(economy, naics)


@pytest.fixture(scope="module")
def quarterly(cells: PublishedCells) -> pl.DataFrame:
    """All rows but the state's one row of total government, which belongs to no tree."""
    return cells.quarterly.filter(pl.col("own_code") != "8")


def sums(quarterly: pl.DataFrame, naics: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every published sum: the keys of the parent beside each of its children, by kind of sum."""
    by_industry = (
        quarterly.join(naics.select(industry_code="code", parent="parent_code"), on="industry_code")
        .filter(pl.col("parent").is_not_null())
        .with_columns(industry_code="parent")
    )
    by_ownership = quarterly.filter((pl.col("industry_code") == "10") & (pl.col("own_code") != "0"))
    by_county = quarterly.filter(pl.col("area_fips") != "41000")
    return {
        "industry": by_industry,
        "ownership": by_ownership.with_columns(own_code=pl.lit("0")),
        "county": by_county.with_columns(area_fips=pl.lit("41000")),
    }


def parents_without_exact_sum(quarterly: pl.DataFrame, naics: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Number of parents checked, and of those whose children do not add up to them, by kind of sum."""
    found = {}
    for kind, children in sums(quarterly, naics).items():
        total = children.group_by(*CELL, *PERIOD).agg(pl.sum(*ADDITIVE))
        both = total.join(quarterly, on=[*CELL, *PERIOD], how="left", suffix="_published")
        wrong = both.filter(
            pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_published")) for name in ADDITIVE)
        )
        found[kind] = (both.height, wrong.height)
    return found


def parents_that_reveal(quarterly: pl.DataFrame, naics: pl.DataFrame) -> dict[str, int]:
    """Number of sums with exactly one hidden member, the parent or a child, by kind of sum."""
    is_hidden = pl.col("disclosure") == "suppressed"
    found = {}
    for kind, children in sums(quarterly, naics).items():
        hidden = children.group_by(*CELL, *PERIOD).agg(hidden=is_hidden.sum())
        both = hidden.join(quarterly, on=[*CELL, *PERIOD])
        found[kind] = both.filter(pl.col("hidden") + is_hidden.cast(pl.UInt32) == 1).height
    return found


def half_up(numerator: int, denominator: int) -> int:
    return int((Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP)) if denominator else 0


def test_every_identity_is_exact(quarterly: pl.DataFrame, naics: pl.DataFrame) -> None:
    found = parents_without_exact_sum(quarterly, naics)
    assert {kind: wrong for kind, (_, wrong) in found.items()} == {"industry": 0, "ownership": 0, "county": 0}
    assert found["industry"][0] > 100_000
    assert found["ownership"][0] == 38 * 8
    assert found["county"][0] > 15_000


def test_leaves_are_sums_of_establishments(economy: SampleEconomy, quarterly: pl.DataFrame) -> None:
    leaves = economy.establishments.group_by(*CELL, *PERIOD).agg(
        pl.len().cast(pl.Int64).alias("establishments"), pl.sum(*ADDITIVE[1:])
    )
    published = quarterly.filter((pl.col("agglvl_code") == "78") & (pl.col("establishments") > 0))
    order = [*CELL, *PERIOD]
    assert published.select(leaves.columns).sort(order).equals(leaves.sort(order))


@pytest.mark.parametrize(
    ("area_fips", "own_code", "industry_code", "prefixes", "agglvl_code"),
    [
        ("41051", "5", "23", ["23"], "74"),
        ("41067", "5", "31-33", ["31", "32", "33"], "74"),
        ("41005", "5", "1025", ["61", "62"], "73"),
        ("41999", "5", "10", [str(digit) for digit in range(1, 10)], "71"),
        ("41029", "3", "611", ["611"], "75"),
    ],
)
def test_a_level_is_the_sum_of_its_establishments(
    economy: SampleEconomy,
    quarterly: pl.DataFrame,
    area_fips: str,
    own_code: str,
    industry_code: str,
    prefixes: list[str],
    agglvl_code: str,
) -> None:
    inside = economy.establishments.filter(
        pl.col("area_fips") == area_fips,
        pl.col("own_code") == own_code,
        pl.any_horizontal(pl.col("industry_code").str.starts_with(prefix) for prefix in prefixes),
        pl.col("year") == 2024,
        pl.col("quarter") == 3,
    )
    row = quarterly.row(
        by_predicate=(pl.col("area_fips") == area_fips)
        & (pl.col("own_code") == own_code)
        & (pl.col("industry_code") == industry_code)
        & (pl.col("year") == 2024)
        & (pl.col("quarter") == 3),
        named=True,
    )
    assert row["agglvl_code"] == agglvl_code
    assert row["establishments"] == inside.height > 0
    assert row["wages_usd"] == inside["wages_usd"].sum()


def test_total_government_is_one_row_a_quarter(cells: PublishedCells) -> None:
    government = cells.quarterly.filter(pl.col("own_code") == "8")
    assert government.select("area_fips", "industry_code", "agglvl_code").unique().rows() == [("41000", "10", "96")]
    assert government.height == 8
    parts = cells.quarterly.filter(
        (pl.col("area_fips") == "41000") & (pl.col("industry_code") == "10") & pl.col("own_code").is_in(("1", "2", "3"))
    )
    assert set(parts["disclosure"]) == {"disclosed"}
    assert parts["wages_usd"].sum() == government["wages_usd"].sum()


def test_columns_are_canonical(cells: PublishedCells) -> None:
    keys = ["area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year"]
    values = [*ADDITIVE, "average_weekly_wage_usd"]
    short = [name.removesuffix("_usd") for name in values]
    units = ["_usd" if name.endswith("_usd") else "" for name in values]
    assert cells.quarterly.columns == [
        *keys,
        "quarter",
        "disclosure",
        *values,
        "lq_disclosure",
        *(f"lq_{name}" for name in short),
        "oty_disclosure",
        *(f"oty_{name}_change{unit}" for name, unit in zip(short, units, strict=True)),
    ]
    annual = ["establishments", "average_employment", "wages_usd", "taxable_wages_usd", "contributions_usd"]
    annual += ["average_weekly_wage_usd", "average_annual_pay_usd"]
    assert cells.annual.columns[: len(keys) + 1 + len(annual)] == [*keys, "disclosure", *annual]
    assert cells.quarterly.schema["year"] == pl.Int16
    assert {cells.quarterly.schema[name] for name in values} == {pl.Int64()}
    assert set(cells.quarterly["disclosure"]) == {"disclosed", "suppressed", "true_zero"}
    assert set(cells.annual["disclosure"]) == {"disclosed", "suppressed"}
    assert not cells.quarterly.select(*CELL, *PERIOD).is_duplicated().any()


def test_a_cell_has_all_quarters_of_its_year_and_true_zeros_are_zero(quarterly: pl.DataFrame) -> None:
    assert set(quarterly.group_by(*CELL, "year").len()["len"]) == {4}
    is_zero = quarterly["disclosure"] == "true_zero"
    assert (is_zero == (quarterly["establishments"] == 0)).all()
    assert quarterly.filter(is_zero).select(*ADDITIVE).sum().sum_horizontal().item() == 0
    assert 0.005 < is_zero.mean() < 0.03  # type: ignore[operator]  # 1.3 % of BLS's rows of 2016


def test_no_sum_reveals_a_hidden_cell(quarterly: pl.DataFrame, naics: pl.DataFrame) -> None:
    assert parents_that_reveal(quarterly, naics) == {"industry": 0, "ownership": 0, "county": 0}


def test_nothing_sensitive_is_disclosed(economy: SampleEconomy, quarterly: pl.DataFrame) -> None:
    jobs = pl.sum_horizontal(MONTHS)
    largest = economy.establishments.group_by(*CELL, *PERIOD).agg(
        jobs_share=jobs.max() / jobs.sum(), wages_share=pl.max("wages_usd") / pl.sum("wages_usd")
    )
    disclosed = quarterly.filter(
        (pl.col("disclosure") == "disclosed")
        & (pl.col("own_code") != "1")
        & (pl.col("own_code") != "0")
        & ~pl.col("industry_code").is_in(UNCLASSIFIED)
    )
    assert disclosed["establishments"].min() >= 3  # type: ignore[operator]
    leaves = disclosed.join(largest, on=[*CELL, *PERIOD])
    assert leaves.height > 10_000
    assert leaves["jobs_share"].fill_nan(0).max() <= 0.8  # type: ignore[operator]
    assert leaves["wages_share"].fill_nan(0).max() <= 0.8  # type: ignore[operator]


def test_federal_cells_and_private_totals_are_all_published(quarterly: pl.DataFrame) -> None:
    open_rows = quarterly.filter(
        (pl.col("own_code").is_in(("0", "1")))
        | ((pl.col("own_code") == "5") & pl.col("industry_code").is_in(("10", "1029", "999999")))
    )
    assert "suppressed" not in set(open_rows["disclosure"])


# Around the shares of 2016: three Portland counties 3, 11, 27, 36, 46 %, Oregon's other areas 18, 35, 54, 65, 71 %.
@pytest.mark.parametrize(
    ("level", "metro", "elsewhere"),
    [
        ("4", (0.01, 0.05), (0.14, 0.24)),
        ("5", (0.06, 0.14), (0.28, 0.40)),
        ("6", (0.21, 0.32), (0.48, 0.59)),
        ("7", (0.31, 0.42), (0.59, 0.70)),
        ("8", (0.41, 0.51), (0.65, 0.75)),
    ],
)
def test_the_share_of_hidden_cells_is_like_bls_s(
    quarterly: pl.DataFrame, level: str, metro: tuple[float, float], elsewhere: tuple[float, float]
) -> None:
    private = quarterly.filter((pl.col("own_code") == "5") & (pl.col("agglvl_code") == f"7{level}"))
    is_metro = pl.col("area_fips").is_in(METRO)
    for rows, (low, high) in ((private.filter(is_metro), metro), (private.filter(~is_metro), elsewhere)):
        assert low <= (rows["disclosure"] == "suppressed").mean() <= high  # type: ignore[operator]


def test_most_hidden_leaves_are_one_or_two_establishments(quarterly: pl.DataFrame) -> None:
    private_leaves = (pl.col("own_code") == "5") & (pl.col("agglvl_code") == "78")
    hidden = quarterly.filter(private_leaves & (pl.col("disclosure") == "suppressed"))
    assert 0.66 < (hidden["establishments"] < 3).mean() < 0.80  # type: ignore[operator]  # 75 % in 2016


def test_a_hidden_sector_may_have_published_children(quarterly: pl.DataFrame) -> None:
    private = quarterly.filter((pl.col("own_code") == "5") & (pl.col("area_fips") == "41067"))
    hidden = private.filter((pl.col("agglvl_code") == "74") & (pl.col("disclosure") == "suppressed"))
    assert "22" in set(hidden["industry_code"])
    children = private.filter((pl.col("agglvl_code") == "75") & (pl.col("disclosure") == "disclosed"))
    sectors = {
        code for code in ("48", "42", "51", "52", "53", "71") if code in set(hidden["industry_code"].str.slice(0, 2))
    }
    assert sectors
    assert set(children["industry_code"].str.slice(0, 2)) & (sectors | {"49"})


def test_hidden_cells_keep_their_true_values(cells: PublishedCells) -> None:
    assert set(cells.hidden_quarterly["disclosure"]) == {"suppressed"}
    assert cells.hidden_quarterly["wages_usd"].sum() > 0
    assert cells.hidden_quarterly.height == (cells.quarterly["disclosure"] == "suppressed").sum()
    assert cells.hidden_annual.height == (cells.annual["disclosure"] == "suppressed").sum()


def test_weekly_wage_is_wages_over_mean_of_months_over_13(quarterly: pl.DataFrame) -> None:
    for row in quarterly.sample(3_000, seed=1).iter_rows(named=True):
        job_months = sum(row[month] for month in MONTHS)
        assert row["average_weekly_wage_usd"] == half_up(3 * row["wages_usd"], 13 * job_months)


def test_annual_rows_follow_from_their_quarters(cells: PublishedCells) -> None:
    quarters = cells.quarterly.group_by(*CELL, "year").agg(
        pl.sum(*ADDITIVE),
        hidden=(pl.col("disclosure") == "suppressed").any(),
        zeros=(pl.col("establishments") == 0).sum(),
    )
    both = cells.annual.join(quarters, on=[*CELL, "year"], suffix="_of_quarters")
    assert both.height == cells.annual.height == quarters.height
    assert ((both["disclosure"] == "suppressed") == both["hidden"]).all()
    for name in ("wages_usd", "taxable_wages_usd", "contributions_usd"):
        assert (both[name] == both[f"{name}_of_quarters"]).all()
    for row in both.sample(3_000, seed=1).iter_rows(named=True):
        job_months, wages = sum(row[month] for month in MONTHS), row["wages_usd"]
        assert row["establishments"] == half_up(row["establishments_of_quarters"], 4)
        assert row["average_employment"] == half_up(job_months, 12)
        assert row["average_annual_pay_usd"] == half_up(12 * wages, job_months)
        assert row["average_weekly_wage_usd"] == half_up(12 * wages, 52 * job_months)


def test_annual_means_are_rounded_cell_by_cell_and_need_not_add_up(cells: PublishedCells) -> None:
    counties = cells.annual.filter((pl.col("area_fips") != "41000") & (pl.col("own_code") == "5"))
    state = cells.annual.filter((pl.col("area_fips") == "41000") & (pl.col("own_code") == "5"))
    total = counties.group_by("year", "industry_code").agg(pl.sum("average_employment"), pl.len())
    both = total.join(state, on=["year", "industry_code"])
    difference = (both["average_employment"] - both["average_employment_right"]).abs()
    assert (difference <= (both["len"] + 1) / 2).all()
    assert (difference > 0).any()


def test_change_over_the_year_restores_last_year(cells: PublishedCells) -> None:
    for frame, period, values in (
        (cells.quarterly, ["quarter"], [*ADDITIVE, "average_weekly_wage_usd"]),
        (cells.annual, [], ["establishments", "average_employment", "wages_usd", "average_annual_pay_usd"]),
    ):
        first, second = (frame.filter(pl.col("year") == year) for year in (2023, 2024))
        assert set(first["oty_disclosure"]) == {"suppressed"}
        both = second.join(first, on=[*CELL, *period], how="left", suffix="_before")
        is_hidden = pl.col("disclosure") == "suppressed"
        was_hidden = (pl.col("disclosure_before") == "suppressed").fill_null(False)
        assert both.filter((is_hidden | was_hidden) & (pl.col("oty_disclosure") != "suppressed")).is_empty()
        shown = both.filter(pl.col("oty_disclosure") == "disclosed")
        assert shown.height > 5_000
        for name in values:
            unit = "_usd" if name.endswith("_usd") else ""
            change = pl.col(f"oty_{name.removesuffix('_usd')}_change{unit}")
            wrong = shown.filter(pl.col(name) - change != pl.col(f"{name}_before").fill_null(0))
            assert wrong.is_empty()


def test_location_quotients_have_the_state_as_their_base(cells: PublishedCells) -> None:
    quarterly = cells.quarterly
    keys = ["own_code", "industry_code", *PERIOD]
    state = quarterly.filter(pl.col("area_fips") == "41000")
    is_total = (pl.col("own_code") == "0") & (pl.col("industry_code") == "10")
    joined = (
        quarterly.join(state.select(*keys, state_wages="wages_usd", state_disclosure="disclosure"), on=keys)
        .join(
            quarterly.filter(is_total).select("area_fips", *PERIOD, area_total="wages_usd"), on=["area_fips", *PERIOD]
        )
        .join(state.filter(is_total).select(*PERIOD, state_total="wages_usd"), on=PERIOD)
    )
    assert joined.height == quarterly.height
    is_shown = (joined["disclosure"] == "disclosed") & (joined["state_disclosure"] == "disclosed")
    assert ((joined["lq_disclosure"] == "disclosed") == is_shown).all()
    for row in joined.filter(pl.col("state_wages") > 0).sample(2_000, seed=1).iter_rows(named=True):
        exact = row["wages_usd"] / row["area_total"] / (row["state_wages"] / row["state_total"])
        assert abs(row["lq_wages"] - exact) <= 0.005 + 1e-9 * exact
    shown_state = state.filter((pl.col("lq_disclosure") == "disclosed") & (pl.col("wages_usd") > 0))
    assert set(shown_state["lq_wages"]) == {1.0}


@pytest.mark.parametrize("seed", range(1, 7))
def test_identities_and_rules_hold_in_small_economies(naics: pl.DataFrame, areas: pl.DataFrame, seed: int) -> None:
    small = simulate_economy(naics, areas, seed, years=(2023,), scale=0.02 * seed)
    quarterly = publish_cells(small, naics).quarterly.filter(pl.col("own_code") != "8")
    assert {wrong for _, wrong in parents_without_exact_sum(quarterly, naics).values()} == {0}
    assert set(parents_that_reveal(quarterly, naics).values()) == {0}
