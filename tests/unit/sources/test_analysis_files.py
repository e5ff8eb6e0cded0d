"""Prices, standards of living and choices of analysis: as shipped, as another board brings them, and their faults."""

from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.domain.definition_tables import Definitions
from pipelines.sources.checked_yaml import FileProblem
from pipelines.sources.definition_files import DefinitionError, load_definitions

SHIPPED = Path(__file__).parents[3] / "data" / "reference"

ANNUAL_AVERAGES = [
    *("218.056", "224.939", "229.594", "232.957", "236.736", "237.017", "240.007", "245.120", "251.107", "255.657"),
    *("258.811", "270.970", "292.655", "304.702", "313.689"),
]
"""CPI-U, annual averages from 2010 on as BLS publishes them: another table than the months'."""

PRICES = "year,month,cpi_u,source\n" + "".join(f"2016,{month},240.000,BLS\n" for month in range(1, 13))
STANDARDS = """\
area_fips,year,family_type,adults,family,value,unit,source,grade,note
41043,2021,one_adult,1,one adult,20.50,usd_per_hour,A report,A,
41043,2021,two_adults_infant,2,two adults with an infant,84480,usd_per_year,A report,B,Rounded
"""
CHOICES = """\
price_year: 2016
screening:
  weights:
    size: 1
    growth: 0
    concentration: 0.5
    local_growth: 0
    pay: 2
  base_region: oregon
  random_weightings: 100
  seed: 7
  top_share: 0.1
"""
REGIONS = """\
default_region: valley
regions:
  valley:
    name: Valley
    counties: ["41043", "41003"]
"""


@pytest.fixture(scope="module")
def shipped() -> Definitions:
    return load_definitions(SHIPPED, SHIPPED)


def folder_with(folder: Path, prices: str = "", standards: str = "", choices: str = "", regions: str = "") -> Path:
    names = {
        "price_index.csv": prices,
        "self_sufficiency_standard.csv": standards,
        "analysis.yaml": choices,
        "regions.yaml": regions,
    }
    for name, text in names.items():
        if text:
            (folder / name).write_text(text, "utf-8")
    return folder


def problems_of(folder: Path, **files: str) -> tuple[FileProblem, ...]:
    with pytest.raises(DefinitionError) as refused:
        load_definitions(folder_with(folder, **files), SHIPPED)
    return refused.value.problems


class TestShipped:
    def test_the_months_make_the_annual_averages_that_were_published(self, shipped: Definitions) -> None:
        for year, published in enumerate(ANNUAL_AVERAGES, start=2010):
            months = [price.cpi_u for price in shipped.prices if price.year == year]
            assert len(months) == 12, year
            assert abs(sum(months) / 12 - Decimal(published)) <= Decimal("0.0005"), year

    def test_the_halves_of_2025_are_those_that_were_published(self, shipped: Definitions) -> None:
        """BLS made the second one from the five months that there are."""
        months = {price.month: price.cpi_u for price in shipped.prices if price.year == 2025}
        first = [months[month] for month in range(1, 7)]
        second = [months[month] for month in range(7, 13) if month in months]
        assert round(sum(first) / 6, 3) == Decimal("320.229")
        assert round(sum(second) / 5, 3) == Decimal("324.000")

    def test_a_month_never_published_is_a_missing_row_and_no_other_is_missing(self, shipped: Definitions) -> None:
        found = [(price.year, price.month) for price in shipped.prices]
        all_months = [(year, month) for year in range(2010, 2027) for month in range(1, 13)]
        assert found[-1] == (2026, 8)
        assert [month for month in all_months if month not in found and month < (2026, 9)] == [(2025, 10)]

    def test_standards_are_as_published_and_derived_by_adult(self, shipped: Definitions) -> None:
        table = shipped.tables()["reference.self_sufficiency_standards"]
        assert table.select("area_fips", "year", "family_type", "adults", "value", "unit").rows() == [
            ("41051", 2021, "one_adult_preschooler_school_age", 1, 36.42, "usd_per_hour"),
            ("41067", 2017, "two_adults_infant_preschooler", 2, 85022.0, "usd_per_year"),
        ]
        assert table["usd_per_year_per_adult"].to_list() == pytest.approx([76_919.04, 42_511])
        assert table["usd_per_hour_per_adult"].to_list() == pytest.approx([36.42, 20.13], abs=0.005)

    def test_choices(self, shipped: Definitions) -> None:
        tables = shipped.tables()
        assert tables["reference.analysis"].rows() == [(2024, "oregon", 1000, 2016, 0.25)]
        assert dict(tables["reference.screening_weights"].iter_rows()) == dict.fromkeys(
            ("size", "growth", "concentration", "local_growth", "pay"), 1.0
        )


class TestAnotherBoard:
    def test_its_own_files_are_read(self, tmp_path: Path) -> None:
        own = load_definitions(folder_with(tmp_path, PRICES, STANDARDS, CHOICES), SHIPPED)
        assert {price.cpi_u for price in own.prices} == {Decimal("240.000")}
        assert [(each.family, each.usd_per_hour_per_adult, each.note) for each in own.living_standards] == [
            ("one adult", pytest.approx(20.5), None),
            ("two adults with an infant", pytest.approx(20), "Rounded"),
        ]
        assert own.analysis.price_year == 2016
        assert own.analysis.screening.weights["pay"] == 2

    def test_months_may_stand_in_any_order(self, tmp_path: Path) -> None:
        header, *lines = PRICES.splitlines(keepends=True)
        own = load_definitions(folder_with(tmp_path, header + "".join(reversed(lines)), choices=CHOICES), SHIPPED)
        assert [price.month for price in own.prices] == list(range(1, 13))

    def test_the_shipped_base_region_is_left_out_where_it_is_not_defined(self, tmp_path: Path) -> None:
        own = load_definitions(folder_with(tmp_path, regions=REGIONS), SHIPPED)
        assert own.analysis.screening.base_region is None
        assert own.tables()["reference.analysis"]["base_region"].to_list() == [None]

    def test_its_own_base_region_has_to_be_a_whole_state(self, tmp_path: Path) -> None:
        regions = REGIONS + '  state:\n    name: State\n    state: "41"\n'
        problems = problems_of(tmp_path, choices=CHOICES.replace("oregon", "valley"), regions=regions, prices=PRICES)
        assert [(each.line, each.key, each.found, each.expected) for each in problems] == [
            (9, "screening.base_region", "valley", "one of state")
        ]

    def test_a_shipped_choice_its_own_prices_do_not_allow_is_told_where_it_stands(self, tmp_path: Path) -> None:
        (problem,) = problems_of(tmp_path, prices=PRICES)
        assert (problem.file, problem.key, problem.found) == (SHIPPED / "analysis.yaml", "price_year", "2024")
        assert "write 2016" in problem.advice


@pytest.mark.parametrize(
    ("change", "line", "key", "found", "advice"),
    [
        (("2016,1,", "16,1,"), 2, "year", "16", "correct the year"),
        (("2016,1,", "2016,13,"), 2, "month", "13", "correct the month"),
        (("2016,1,", "2016,01,"), 2, "month", "01", "correct the month"),
        (("2016,1,", "2016,2,"), 3, "year, month", "2016 2 a second time", "take one of the lines out"),
        (("240.000", "240.0"), 2, "cpi_u", "240.0", "leave out the whole line"),
        (("240.000", ""), 2, "cpi_u", "nothing", "leave out the whole line"),
        (("240.000", "-"), 2, "cpi_u", "-", "leave out the whole line"),
        (("BLS", " "), 2, "source", " ", "write it"),
        (("year,month", "year,mon"), 1, "", "year,mon,cpi_u,source", "keep these columns"),
        (("BLS", "BLS, a table"), 2, "", "5 fields", "quote"),
    ],
)
def test_faults_of_prices(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, found: str, advice: str
) -> None:
    (problem,) = problems_of(tmp_path, prices=PRICES.replace(*change, 1), choices=CHOICES)
    assert (problem.file, problem.line, problem.key) == (tmp_path / "price_index.csv", line, key)
    assert found in problem.found
    assert advice in problem.advice


@pytest.mark.parametrize(
    ("change", "line", "key", "found", "advice"),
    [
        (("41043", "41044"), 2, "area_fips", "41044", "areas.csv"),
        (("41043", "41000"), 2, "area_fips", "41000", "areas.csv"),
        (("2021", "21"), 2, "year", "21", "correct the year"),
        (("one_adult", "One adult"), 2, "family_type", "One adult", "rename it"),
        (("two_adults_infant", "one_adult"), 3, "area_fips, year, family_type", "a second time", "take one"),
        ((",1,", ",0,"), 2, "adults", "0", "correct the number"),
        ((",one adult,", ",,"), 2, "family", "nothing", "write it"),
        (("20.50", "$20.50"), 2, "value", "$20.50", "digits only"),
        (("20.50", "0.00"), 2, "value", "0.00", "digits only"),
        (("usd_per_hour", "hourly"), 2, "unit", "hourly", "use one of these"),
        ((",A report,", ",,"), 2, "source", "nothing", "write it"),
        ((",A,", ",D,"), 2, "grade", "D", "use one of these"),
    ],
)
def test_faults_of_standards(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, found: str, advice: str
) -> None:
    (problem,) = problems_of(tmp_path, standards=STANDARDS.replace(*change, 1))
    assert (problem.file, problem.line, problem.key) == (tmp_path / "self_sufficiency_standard.csv", line, key)
    assert found in problem.found
    assert advice in problem.advice


@pytest.mark.parametrize(
    ("change", "line", "key", "found"),
    [
        (("2016", "2025"), 1, "price_year", "2025"),
        (("2016", "'2016'"), 1, "price_year", "2016"),
        (("price_year: 2016\n", ""), 1, "price_year", "no price_year"),
        (("size: 1", "size: -1"), 4, "screening.weights.size", "-1"),
        (("size: 1", "size: .nan"), 4, "screening.weights.size", "nan"),
        (("    size: 1\n", ""), 3, "screening.weights.size", "no size"),
        (("pay: 2", "wages: 2"), 8, "screening.weights.wages", "the key wages"),
        (("oregon", "oregn"), 9, "screening.base_region", "oregn"),
        (("100", "0"), 10, "screening.random_weightings", "0"),
        (("seed: 7", "seed: seven"), 11, "screening.seed", "seven"),
        (("0.1", "0"), 12, "screening.top_share", "0"),
        (("0.1", "25"), 12, "screening.top_share", "25"),
    ],
)
def test_faults_of_choices(tmp_path: Path, change: tuple[str, str], line: int, key: str, found: str) -> None:
    assert change[0] in CHOICES
    problems = problems_of(tmp_path, choices=CHOICES.replace(*change, 1))
    problem = next(each for each in problems if each.key == key)
    assert (problem.file, problem.line) == (tmp_path / "analysis.yaml", line)
    assert found in problem.found
    assert problem.expected
    assert problem.advice


def test_weights_that_are_all_nothing_are_a_fault(tmp_path: Path) -> None:
    nothing = CHOICES.replace("size: 1", "size: 0").replace("concentration: 0.5", "concentration: 0")
    (problem,) = problems_of(tmp_path, choices=nothing.replace("pay: 2", "pay: 0"))
    assert (problem.line, problem.key, problem.found) == (3, "screening.weights", "weights that are all 0")


def test_the_faults_of_all_three_files_are_told_at_once(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        prices=PRICES.replace("2016,4", "2016,44"),
        standards=STANDARDS.replace("usd_per_year", "a_year"),
        choices=CHOICES.replace("seed: 7", "seed: -7"),
    )
    assert {(each.file.name, each.line) for each in problems} == {
        ("price_index.csv", 5), ("self_sufficiency_standard.csv", 3), ("analysis.yaml", 11),
    }  # fmt: skip
