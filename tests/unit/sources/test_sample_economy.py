"""The synthetic economy: its size is Oregon's, its establishments live on over quarters, its sums are possible."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.sources.sample_economy import SampleEconomy, simulate_economy

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
METRO = ("41005", "41051", "41067")
JOBS = pl.sum_horizontal(f"month{month}_employment" for month in (1, 2, 3))


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
def private_first_year(economy: SampleEconomy) -> pl.DataFrame:
    return economy.establishments.filter((pl.col("own_code") == "5") & (pl.col("year") == 2023))


# BLS, QCEW 2016, private: mean of quarters, mean of months, sum of wages.
@pytest.mark.parametrize(
    ("area_fips", "businesses", "jobs", "wages_usd"),
    [
        ("41005", 13_860, 140_824, 6_991_381_221),
        ("41051", 32_489, 416_708, 22_522_649_523),
        ("41067", 18_146, 260_165, 17_458_548_850),
    ],
)
def test_the_first_year_has_the_reference_totals(
    private_first_year: pl.DataFrame, area_fips: str, businesses: int, jobs: int, wages_usd: int
) -> None:
    county = private_first_year.filter(pl.col("area_fips") == area_fips)
    assert county.height / 4 == pytest.approx(businesses, rel=0.01)
    assert county.select(JOBS.sum()).item() / 12 == pytest.approx(jobs, rel=0.01)
    assert county["wages_usd"].sum() == pytest.approx(wages_usd, rel=0.03)


def test_oregon_has_its_private_size(private_first_year: pl.DataFrame) -> None:
    # BLS, QCEW 2016, Oregon private: 139,754 businesses, about 1,550,000 jobs, $76.1 billion, half of it taxable.
    assert private_first_year.height / 4 == pytest.approx(139_754, rel=0.02)
    assert private_first_year.select(JOBS.sum()).item() / 12 == pytest.approx(1_550_000, rel=0.02)
    assert private_first_year["wages_usd"].sum() == pytest.approx(76.06e9, rel=0.03)
    taxable_share = private_first_year.select(pl.sum("taxable_wages_usd") / pl.sum("wages_usd")).item()
    assert 0.45 < taxable_share < 0.6


@pytest.mark.parametrize(
    ("prefixes", "businesses", "jobs"),
    # BLS, QCEW 2016, private, the three Portland counties together: construction; health care and social assistance.
    [(("23",), 5_168, 46_712), (("62",), 6_064, 108_174)],
)
def test_metro_sectors_have_plausible_sizes(
    private_first_year: pl.DataFrame, prefixes: tuple[str, ...], businesses: int, jobs: int
) -> None:
    sector = private_first_year.filter(
        pl.col("area_fips").is_in(METRO), pl.col("industry_code").str.slice(0, 2).is_in(prefixes)
    )
    assert sector.height / 4 == pytest.approx(businesses, rel=0.12)
    assert sector.select(JOBS.sum()).item() / 12 == pytest.approx(jobs, rel=0.15)


def test_washington_county_has_giant_semiconductor_plants(private_first_year: pl.DataFrame) -> None:
    plants = private_first_year.filter(
        (pl.col("area_fips") == "41067") & pl.col("industry_code").str.starts_with("3344") & (pl.col("quarter") == 1)
    )
    assert plants["month1_employment"].max() > 6_000  # type: ignore[operator]
    assert plants["month1_employment"].sum() == pytest.approx(24_000, rel=0.2)


def test_every_area_ownership_and_only_real_industries_occur(
    economy: SampleEconomy, naics: pl.DataFrame, areas: pl.DataFrame
) -> None:
    establishments = economy.establishments
    counties = areas.filter((pl.col("state_fips") == "41") & (pl.col("area_kind") == "county"))["area_fips"]
    assert counties.len() == 36
    assert set(establishments["area_fips"]) == {*counties, "41999"}
    assert set(establishments["own_code"]) == {"1", "2", "3", "5"}
    assert set(establishments["industry_code"]) <= set(naics.filter(pl.col("level") == "8")["code"])


def test_columns_are_those_promised(economy: SampleEconomy) -> None:
    text = ("establishment_id", "employer_id", "area_fips", "own_code", "industry_code")
    numbers = ("month1_employment", "month2_employment", "month3_employment", "wages_usd")
    assert economy.establishments.schema == pl.Schema(
        dict.fromkeys(text, pl.String())
        | {"year": pl.Int16(), "quarter": pl.Int8()}
        | dict.fromkeys((*numbers, "taxable_wages_usd", "contributions_usd"), pl.Int64())
    )
    assert economy.establishments.null_count().sum_horizontal().item() == 0


def test_one_row_per_establishment_and_quarter_without_gaps(economy: SampleEconomy) -> None:
    key = ["establishment_id", "year", "quarter"]
    assert not economy.establishments.select(key).is_duplicated().any()
    lives = economy.establishments.group_by("establishment_id").agg(
        first=(pl.col("year").cast(pl.Int32) * 4 + pl.col("quarter")).min(),
        last=(pl.col("year").cast(pl.Int32) * 4 + pl.col("quarter")).max(),
        quarters=pl.len(),
    )
    assert (lives["last"] - lives["first"] + 1 == lives["quarters"]).all()


def test_establishments_are_born_die_move_and_are_recoded(economy: SampleEconomy) -> None:
    lives = economy.establishments.group_by("establishment_id").agg(
        opened=(pl.col("year") * 10 + pl.col("quarter")).min() > 20231,
        closed=(pl.col("year") * 10 + pl.col("quarter")).max() < 20244,
        moved=pl.col("area_fips").n_unique() > 1,
        recoded=pl.col("industry_code").n_unique() > 1,
        own_code=pl.col("own_code").n_unique(),
    )
    shares = {name: float(lives[name].cast(pl.Float64).mean()) for name in ("opened", "closed", "moved", "recoded")}  # type: ignore[arg-type]
    assert 0.05 < shares["opened"] < 0.3
    assert 0.05 < shares["closed"] < 0.3
    assert 0.0005 < shares["moved"] < 0.01
    assert 0.0005 < shares["recoded"] < 0.01
    assert (lives["own_code"] == 1).all()


def test_an_employer_may_have_several_establishments(economy: SampleEconomy) -> None:
    units = economy.establishments.group_by("employer_id").agg(pl.col("establishment_id").unique())
    several = units.filter(pl.col("establishment_id").list.len() > 1)
    assert several.height > 1_000
    reporting_unit = several["establishment_id"].explode(empty_as_null=True, keep_nulls=True).str.slice(10)
    assert "00000" not in set(reporting_unit)
    singles = units.filter(pl.col("establishment_id").list.len() == 1)["establishment_id"].list.first()
    assert set(singles.str.slice(10)) == {"00000"}
    assert (economy.establishments["establishment_id"].str.slice(0, 10) == economy.establishments["employer_id"]).all()


def test_amounts_are_possible(economy: SampleEconomy) -> None:
    numbers = economy.establishments.select(pl.selectors.integer())
    assert min(numbers.min().row(0)) >= 0
    assert (numbers["taxable_wages_usd"] <= numbers["wages_usd"]).all()
    assert (numbers["contributions_usd"] <= numbers["taxable_wages_usd"]).all()
    reimbursing = economy.establishments.filter(pl.col("own_code").is_in(("1", "2")))
    assert reimbursing["taxable_wages_usd"].sum() == 0
    by_quarter = (
        economy.establishments.filter((pl.col("own_code") == "5") & (pl.col("year") == 2023))
        .group_by("quarter")
        .agg(pl.sum("taxable_wages_usd"))
        .sort("quarter")["taxable_wages_usd"]
    )
    assert by_quarter.is_sorted(descending=True)  # the taxable base is used up as the year goes on


def test_months_follow_the_seasons(private_first_year: pl.DataFrame) -> None:
    farms = private_first_year.filter(pl.col("industry_code").str.starts_with("11"))
    by_quarter = farms.group_by("quarter").agg(pl.sum("month2_employment")).sort("quarter")["month2_employment"]
    assert by_quarter[2] > 1.2 * by_quarter[0]


def test_the_seed_decides_everything(naics: pl.DataFrame, areas: pl.DataFrame) -> None:
    one, same, other = (simulate_economy(naics, areas, seed, scale=0.05).establishments for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_scale_shrinks_the_number_of_businesses(naics: pl.DataFrame, areas: pl.DataFrame) -> None:
    small = simulate_economy(naics, areas, seed=3, years=(2023,), scale=0.1)
    assert small.years == (2023,)
    multnomah = small.establishments.filter((pl.col("area_fips") == "41051") & (pl.col("own_code") == "5"))
    assert multnomah.height / 4 == pytest.approx(3_249, rel=0.02)


@pytest.mark.parametrize("years", [(), (2024, 2023), (2023, 2025)])
def test_years_must_be_consecutive(naics: pl.DataFrame, areas: pl.DataFrame, years: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="consecutive years"):
        simulate_economy(naics, areas, seed=1, years=years)


def test_missing_areas_and_industries_are_named(naics: pl.DataFrame, areas: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="41051"):
        simulate_economy(naics, areas.filter(pl.col("area_fips") != "41051"), seed=1)
    with pytest.raises(ValueError, match="334413"):
        simulate_economy(naics.filter(pl.col("code") != "334413"), areas, seed=1)
