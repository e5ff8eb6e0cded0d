import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.domain.definition_tables import Definitions
from pipelines.sources.checked_yaml import FileProblem
from pipelines.sources.definition_files import DefinitionError, load_definitions

SHIPPED = Path(__file__).parents[3] / "data" / "reference"

SECTORS = """\
naics_vintage: 2022
sources:
  ours: Our own list
sectors:
  metals:
    name: Metals
    strict:
      - {code: "331", source: ours, grade: A}
    broad:
      includes: strict
      lines:
        - {code: "332", source: ours, grade: C, note: A guess}
"""
BREAKS = """\
sources:
  office: A letter of the state's office
breaks:
  moved:
    area_prefix: "41"
    cells:
      - {own_code: "5", industry_code: "624120"}
      - {own_code: "2", industry_code: "335221"}
    quarters:
      - 2018-Q1
    reason: Jobs moved
    source: office
    grade: A
"""
REVIEWS = f"""\
reviews:
  - state: "41"
    period: 2025-Q1
    capture_sha256: "{"0a" * 32}"
    reviewed_by: data steward
    reviewed_on: 2026-09-02
    reason: Late reports of one large employer
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


@pytest.fixture(scope="module")
def tables(shipped: Definitions) -> dict[str, pl.DataFrame]:
    return shipped.tables()


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


def problems_of(tmp_path: Path, **files: str) -> tuple[FileProblem, ...]:
    with pytest.raises(DefinitionError) as refused:
        load_definitions(folder_with(tmp_path, **files), SHIPPED)
    return refused.value.problems


def test_the_tables_and_their_columns(tables: dict[str, pl.DataFrame]) -> None:
    text, short, tiny = pl.String, pl.Int16, pl.Int8
    assert {name: dict(frame.schema) for name, frame in tables.items()} == {
        "reference.naics": {
            "naics_vintage": short,
            "industry_code": text,
            "industry_title": text,
            "parent_code": text,
            "naics_level": tiny,
        },
        "reference.areas": dict.fromkeys(("area_fips", "area_title", "area_kind", "state_fips"), text),
        "reference.sectors": {
            **dict.fromkeys(("sector", "sector_name", "kind", "lens_of"), text),
            "sort_order": short,
        },
        "reference.sector_codes": {
            "definition": text,
            "sector": text,
            "naics_vintage": short,
            "industry_code": text,
            "listed_code": text,
            "listed_vintage": short,
            **dict.fromkeys(("equivalence", "grade", "source", "note"), text),
        },
        "reference.naics_bridge": {
            **dict.fromkeys(("definition", "sector"), text),
            **dict.fromkeys(("from_vintage", "naics_vintage"), short),
            **dict.fromkeys(("industry_code", "membership", "step"), text),
            "source_codes": pl.List(text),
        },
        "reference.sector_continuity": {
            **dict.fromkeys(("definition", "sector"), text),
            **dict.fromkeys(("earlier_vintage", "later_vintage"), short),
            "is_exact": pl.Boolean,
            "reason": text,
        },
        "reference.regions": {
            **dict.fromkeys(("region", "region_name", "statewide_area"), text),
            "is_default": pl.Boolean,
            "sort_order": short,
        },
        "reference.region_areas": dict.fromkeys(("region", "area_fips"), text),
        "reference.published_figures": {
            **dict.fromkeys(("figure_id", "publisher", "region"), text),
            "year": short,
            **dict.fromkeys(("sector", "statistic"), text),
            "value": pl.Float64,
            **dict.fromkeys(("unit", "grade", "source", "note"), text),
        },
        "reference.trend_breaks": {
            **dict.fromkeys(("break_id", "area_prefix", "own_code", "industry_code"), text),
            "year": short,
            "quarter": tiny,
            **dict.fromkeys(("reason", "grade", "source", "note"), text),
        },
        "reference.area_changes": {
            **dict.fromkeys(("break_id", "area_fips"), text),
            "year": short,
            "quarter": tiny,
            **dict.fromkeys(("reason", "grade", "source", "note"), text),
        },
        "reference.reviewed_revisions": {
            **dict.fromkeys(("state_fips", "period", "capture_sha256", "reviewed_by"), text),
            "reviewed_on": pl.Date,
            "reason": text,
        },
        "reference.price_index": {"year": short, "month": tiny, "cpi_u": pl.Float64, "source": text},
        "reference.self_sufficiency_standards": {
            "area_fips": text,
            "year": short,
            "family_type": text,
            "adults": tiny,
            "family": text,
            "value": pl.Float64,
            "unit": text,
            **dict.fromkeys(("usd_per_year_per_adult", "usd_per_hour_per_adult"), pl.Float64),
            **dict.fromkeys(("grade", "source", "note"), text),
        },
        "reference.analysis": {
            "price_year": short,
            "base_region": text,
            **dict.fromkeys(("random_weightings", "seed"), pl.Int64),
            "top_share": pl.Float64,
        },
        "reference.screening_weights": {"criterion": text, "weight": pl.Float64},
    }


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("reference.naics", ("naics_vintage", "industry_code")),
        ("reference.areas", ("area_fips",)),
        ("reference.sectors", ("sector",)),
        ("reference.sector_codes", ("definition", "sector", "naics_vintage", "industry_code")),
        ("reference.naics_bridge", ("definition", "sector", "from_vintage", "naics_vintage", "industry_code")),
        ("reference.sector_continuity", ("definition", "sector", "earlier_vintage")),
        ("reference.regions", ("region",)),
        ("reference.region_areas", ("region", "area_fips")),
        ("reference.published_figures", ("figure_id",)),
        ("reference.trend_breaks", ("break_id", "own_code", "industry_code", "year", "quarter")),
        ("reference.area_changes", ("break_id", "area_fips")),
        ("reference.reviewed_revisions", ("state_fips", "period", "capture_sha256")),
        ("reference.price_index", ("year", "month")),
        ("reference.self_sufficiency_standards", ("area_fips", "year", "family_type")),
        ("reference.analysis", ("price_year",)),
        ("reference.screening_weights", ("criterion",)),
    ],
)
def test_keys_are_unique(tables: dict[str, pl.DataFrame], table: str, key: tuple[str, ...]) -> None:
    assert not tables[table].select(key).is_duplicated().any()


def test_sectors_unions_and_lenses_in_order(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["reference.sectors"].select("sector", "kind", "lens_of", "sort_order").rows() == [
        ("advanced_manufacturing", "sector", None, 1),
        ("clean_energy", "sector", None, 2),
        ("construction", "sector", None, 3),
        ("healthcare_social_assistance", "sector", None, 4),
        ("child_care_early_education", "sector", None, 5),
        ("all_target_sectors", "union", None, 6),
        ("sum_of_sectors", "gross", None, 7),
        ("semiconductors", "lens", "advanced_manufacturing", 8),
        ("behavioral_health", "lens", "healthcare_social_assistance", 9),
    ]


def codes(tables: dict[str, pl.DataFrame], definition: str, sector: str, vintage: int) -> str:
    rows = tables["reference.sector_codes"].filter(
        (pl.col("definition") == definition) & (pl.col("sector") == sector) & (pl.col("naics_vintage") == vintage)
    )
    return " ".join(rows["industry_code"])


@pytest.mark.parametrize(
    ("definition", "sector", "listed"),
    [
        ("strict", "advanced_manufacturing", "331 332 333 334 335 336"),
        ("broad", "advanced_manufacturing", "331 332 333 334 335 336 321 327 337 339"),
        (
            "strict",
            "clean_energy",
            "221111 221113 221114 221115 221116 221117 221118 221121 221122 237130",
        ),
        (
            "broad",
            "clean_energy",
            "221111 221113 221114 221115 221116 221117 221118 221121 221122 237130 "
            "23815 23816 23821 23822 23829 23831 325193 333414 333415 333611 334413 334512 334515 33513 335220 "
            "33531 33591 33592 33593 33599 423610 423720 423730 541310 541330 541350 541620 541690 541715",
        ),
        ("strict", "construction", "23"),
        ("broad", "construction", "23"),
        ("strict", "healthcare_social_assistance", "62"),
        ("broad", "child_care_early_education", "6244"),
        ("strict", "semiconductors", "3344 333242"),
        ("broad", "behavioral_health", "621330 621420 622210 6232 62431"),
    ],
)
def test_shipped_code_lists(tables: dict[str, pl.DataFrame], definition: str, sector: str, listed: str) -> None:
    assert codes(tables, definition, sector, 2022) == listed


def test_codes_of_other_vintages(tables: dict[str, pl.DataFrame]) -> None:
    changed = tables["reference.sector_codes"].filter(pl.col("equivalence") != "same")
    assert changed.select("definition", "sector").unique().rows() == [("broad", "clean_energy")]
    assert changed.select("naics_vintage", "industry_code", "listed_code", "equivalence").rows() == [
        (2012, "33511", "33513", "exact"),
        (2012, "33512", "33513", "exact"),
        (2012, "335221", "335220", "exact"),
        (2012, "335222", "335220", "exact"),
        (2012, "335224", "335220", "exact"),
        (2012, "335228", "335220", "exact"),
        (2012, "541712", "541715", "wider"),
        (2017, "33511", "33513", "exact"),
        (2017, "33512", "33513", "exact"),
    ]
    known = set(tables["reference.naics"].select("naics_vintage", "industry_code").iter_rows())
    assert set(tables["reference.sector_codes"].select("naics_vintage", "industry_code").iter_rows()) <= known


def test_every_line_has_source_and_grade(tables: dict[str, pl.DataFrame]) -> None:
    for table in (
        *("reference.sector_codes", "reference.published_figures", "reference.trend_breaks"),
        "reference.self_sufficiency_standards",
    ):
        assert set(tables[table]["grade"]) <= {"A", "B", "C"}
        assert all(len(source) > 20 for source in tables[table]["source"])


def test_shipped_regions(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["reference.regions"].filter("is_default")["region"].to_list() == ["portland_metro"]
    assert tables["reference.regions"].drop_nulls("statewide_area").select("region", "statewide_area").rows() == [
        ("oregon", "41000"),
        ("united_states", "US000"),
    ]
    assert tables["reference.regions"].sort("sort_order")["region"].last() == "united_states"
    counties = Counter(tables["reference.region_areas"]["region"])
    assert counties == {
        "portland_metro": 2,
        "clackamas": 1,
        "portland_tri_county": 3,
        "southwest_washington": 3,
        "columbia_willamette": 6,
        "portland_vancouver_hillsboro_msa": 7,
        "oregon": 37,
    }
    oregon = tables["reference.region_areas"].filter(pl.col("region") == "oregon")["area_fips"].to_list()
    assert oregon == [*(f"41{county:03d}" for county in range(1, 72, 2)), "41999"]


def test_shipped_published_figures(tables: dict[str, pl.DataFrame]) -> None:
    figures = tables["reference.published_figures"]
    assert set(figures["region"]) == {"portland_metro"}
    assert set(figures["year"]) == {2023}
    found: dict[tuple[str, str], list[float]] = {}
    for sector, statistic, value in figures.select("sector", "statistic", "value").iter_rows():
        found.setdefault((sector, statistic), []).append(value)
    assert found == {
        ("advanced_manufacturing", "employment"): [70038],
        ("advanced_manufacturing", "businesses"): [1756],
        ("advanced_manufacturing", "average_wage"): [134600],
        ("advanced_manufacturing", "location_quotient"): [1.7],
        ("clean_energy", "employment"): [139515],
        ("clean_energy", "businesses"): [4496, 4946],
        ("clean_energy", "average_wage"): [114725],
        ("clean_energy", "location_quotient"): [1.8],
        ("construction", "employment"): [51625],
        ("construction", "businesses"): [5429],
        ("construction", "average_wage"): [105525],
        ("healthcare_social_assistance", "employment"): [109703],
        ("healthcare_social_assistance", "businesses"): [8573],
        ("healthcare_social_assistance", "average_wage"): [80897],
        ("healthcare_social_assistance", "location_quotient"): [0.95],
        ("all_target_sectors", "share_of_businesses"): [0.47],
        ("all_target_sectors", "share_of_employment"): [0.55],
        ("all_target_sectors", "share_of_wages"): [0.49],
    }
    assert set(figures.filter(pl.col("statistic").str.starts_with("share"))["unit"]) == {"share"}


def test_shipped_trend_breaks(tables: dict[str, pl.DataFrame]) -> None:
    columns = ("area_prefix", "own_code", "industry_code", "year", "quarter", "grade")
    assert tables["reference.trend_breaks"].select(columns).rows() == [
        ("", "5", "814110", 2013, 1, "A"),
        ("", "5", "624120", 2013, 1, "A"),
        ("41", "2", "624120", 2018, 1, "A"),
        ("41", "5", "624120", 2018, 1, "A"),
        ("53", "5", "814110", 2021, 4, "C"),
        ("53", "5", "814110", 2022, 1, "C"),
        ("53", "5", "814110", 2022, 2, "C"),
        ("53", "5", "624120", 2021, 4, "C"),
        ("53", "5", "624120", 2022, 1, "C"),
        ("53", "5", "624120", 2022, 2, "C"),
    ]


def test_codes_too_fine_for_a_source_of_five_digits(shipped: Definitions) -> None:
    finer = shipped.codes_too_fine([7])
    per_sector = finer.filter((pl.col("definition") == "strict") & (pl.col("naics_vintage") == 2022))
    assert per_sector.select("sector", "listed_code").rows() == [
        *(("clean_energy", f"22111{digit}") for digit in (1, 3, 4, 5, 6, 7, 8)),
        ("semiconductors", "333242"),
    ]
    assert shipped.codes_too_fine([8]).is_empty()


def test_a_folder_may_bring_some_files_and_leaves_foreign_figures_out(tmp_path: Path) -> None:
    own = load_definitions(folder_with(tmp_path, sectors=SECTORS, regions=REGIONS), SHIPPED)
    assert [sector.key for sector in own.sectors] == ["metals"]
    assert [line.code for line in own.sectors[0].broad] == ["331", "332"]
    assert own.lenses == ()
    assert own.tables()["reference.region_areas"].rows() == [("valley", "41043"), ("valley", "41003")]
    assert own.tables()["reference.published_figures"].is_empty()
    assert own.areas.height > 4000


def test_shipped_figures_of_sectors_still_defined_are_kept(tmp_path: Path, shipped: Definitions) -> None:
    sectors = SECTORS.replace("metals", "advanced_manufacturing")
    own = load_definitions(folder_with(tmp_path, sectors=sectors), SHIPPED)
    assert {figure.sector for figure in own.published_figures} == {"advanced_manufacturing", "all_target_sectors"}
    assert own.regions == shipped.regions


def test_own_tables_are_used(tmp_path: Path) -> None:
    text = (SHIPPED / "areas.csv").read_text("utf-8").replace("Linn County, Oregon", "Linn")
    (tmp_path / "areas.csv").write_text(text, "utf-8")
    areas = load_definitions(tmp_path, SHIPPED).areas
    assert areas.filter(pl.col("area_fips") == "41043")["area_title"].to_list() == ["Linn"]


def test_the_hash_tells_content_and_nothing_else(tmp_path: Path, shipped: Definitions) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(SHIPPED, copy)
    assert load_definitions(copy, copy).content_sha256 == shipped.content_sha256
    regions = copy / "regions.yaml"
    regions.write_text(regions.read_text("utf-8").replace("Portland Metro", "Portland metro"), "utf-8")
    assert load_definitions(copy, SHIPPED).content_sha256 != shipped.content_sha256


@pytest.mark.parametrize(
    ("change", "line", "key", "found", "expected", "advice"),
    [
        (('"331"', "331"), 8, "sectors.metals.strict[1].code", "331, which YAML takes for a number", "", 'write "331"'),
        (('"331"', "023"), 8, "sectors.metals.strict[1].code", "023, which YAML takes", "quotation", 'write "023"'),
        (('"332"', '"238210"'), 12, "sectors.metals.broad.lines[1].code", "238210", "BLS", "5-digit prefix 23821"),
        (('"332"', '"33513"'), 12, "sectors.metals.broad.lines[1].code", "33513", "", '2012: ["33511", "33512"]'),
        (('"332"', '"3311"'), 12, "sectors.metals.broad.lines[1].code", "lies inside 331", "", "take 3311 out"),
        (("grade: C", "grade: D"), 12, "sectors.metals.broad.lines[1].grade", "D", "A, B, C", ""),
        (("source: ours, grade: A", "grade: A"), 8, "sectors.metals.strict[1].source", "no source", "", "add source:"),
        (("source: ours, grade: A", "source: our, grade: A"), 8, "sectors.metals.strict[1].source", "our", "", "ours?"),
        (("    strict:", "    stric:"), 7, "sectors.metals.stric", "the key stric", "strict", "mean strict?"),
        (("2022", "2021"), 1, "naics_vintage", "2021", "2012, 2017, 2022", ""),
        (("  metals:", "  sum_of_sectors:"), 5, "sectors.sum_of_sectors", "sum_of_sectors", "other than", "rename"),
        (("name: Metals", "name:"), 6, "sectors.metals.name", "nothing", "the name people see", ""),
        (("    name: Metals", "    name: Metals\n    name: Iron"), 7, "sectors.metals.name", "a second time", "", ""),
        (("    name", "\tname"), 6, "", "cannot start any token", "YAML", "spaces only"),
    ],
)
def test_a_fault_is_told_with_its_line_and_key(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, found: str, expected: str, advice: str
) -> None:
    assert change[0] in SECTORS
    problems = problems_of(tmp_path, sectors=SECTORS.replace(*change, 1), regions=REGIONS)
    problem = next(problem for problem in problems if problem.key == key)
    assert (problem.file, problem.line) == (tmp_path / "sectors.yaml", line)
    assert found in problem.found
    assert expected in problem.expected
    assert advice in problem.advice


@pytest.mark.parametrize(
    ("change", "line", "key", "found"),
    [
        (('"41003"', "41003"), 5, "regions.valley.counties[2]", "41003, which YAML takes for a number"),
        (('"41003"', '"41004"'), 5, "regions.valley.counties[2]", "41004, which is not in areas.csv"),
        (('"41003"', '"41000"'), 5, "regions.valley.counties[2]", "41000, of the kind state"),
        (("region: valley", "region: vally"), 1, "default_region", "vally"),
        (("name: Valley", 'name: Valley\n    state: "41"'), 3, "regions.valley", "an entry with name, state, counties"),
        (
            ('counties: ["41043", "41003"]', "nation: true"),
            5,
            "regions.valley.nation",
            "the nation as the region shown",
        ),
        (('counties: ["41043", "41003"]', "nation: false"), 5, "regions.valley.nation", "false"),
    ],
)
def test_faults_of_regions(tmp_path: Path, change: tuple[str, str], line: int, key: str, found: str) -> None:
    assert change[0] in REGIONS
    problem = problems_of(tmp_path, regions=REGIONS.replace(*change), sectors=SECTORS)[0]
    assert (problem.file, problem.line, problem.key) == (tmp_path / "regions.yaml", line, key)
    assert found in problem.found


def test_own_trend_breaks_take_the_place_of_the_shipped(tmp_path: Path, shipped: Definitions) -> None:
    own = load_definitions(folder_with(tmp_path, trend_breaks=BREAKS), SHIPPED)
    letter = "A letter of the state's office"
    assert own.tables()["reference.trend_breaks"].rows() == [
        ("moved", "41", "5", "624120", 2018, 1, "Jobs moved", "A", letter, None),
        ("moved", "41", "2", "335221", 2018, 1, "Jobs moved", "A", letter, None),
    ]
    assert own.sectors == shipped.sectors


def test_there_may_be_no_trend_breaks(tmp_path: Path) -> None:
    own = load_definitions(folder_with(tmp_path, trend_breaks="sources: {}\nbreaks: {}\n"), SHIPPED)
    assert own.tables()["reference.trend_breaks"].is_empty()


@pytest.mark.parametrize(
    ("change", "line", "key", "found", "advice"),
    [
        (("2018-Q1", "2018-Q5"), 10, "quarters[1]", "2018-Q5", "correct"),
        (("2018-Q1", "1918-Q1"), 10, "quarters[1]", "1918-Q1", "correct"),
        (("2018-Q1", "2018"), 10, "quarters[1]", "2018, which YAML takes for a number", "write"),
        (("2018-Q1", "2018-Q1\n      - 2018-Q1"), 9, "quarters", "a list of 2", "correct"),
        (('"2", industry_code: "335221"', '"5", industry_code: "624120"'), 6, "cells", "a list of 2", "correct"),
        (('"2"', '"7"'), 8, "cells[2].own_code", "7", "use one of these codes"),
        (('"2"', "2"), 8, "cells[2].own_code", "2, which YAML takes for a number", 'write "2"'),
        (('"624120"', '"624121"'), 7, "cells[1].industry_code", "624121", "correct it, or use 62412"),
        (('"624120"', '"31-33"'), 7, "cells[1].industry_code", "31-33", "3-digit codes"),
        (('"41"', '"43"'), 5, "area_prefix", "43", "areas.csv"),
        (('"41"', '"41004"'), 5, "area_prefix", "41004", "areas.csv"),
        (('"41"', '"41000"'), 5, "area_prefix", "41000", "two digits for all areas"),
        (('"41"', ""), 5, "area_prefix", "nothing", "correct"),
        (("source: office", "source: offices"), 12, "source", "offices", "did you mean office?"),
        (("grade: A", "grade: D"), 13, "grade", "D", "use one of these"),
        (("    grade: A\n", ""), 4, "grade", "no grade", "add grade:"),
        (("    grade: A\n", "    grade: A\n  moved: {}\n"), 14, "", "this key a second time", "merge"),
    ],
)
def test_faults_of_trend_breaks(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, found: str, advice: str
) -> None:
    assert change[0] in BREAKS
    problems = problems_of(tmp_path, trend_breaks=BREAKS.replace(*change, 1))
    problem = next(problem for problem in problems if problem.key == ".".join(filter(None, ("breaks.moved", key))))
    assert (problem.file, problem.line) == (tmp_path / "trend_breaks.yaml", line)
    assert found in problem.found
    assert advice in problem.advice


def test_nothing_is_reviewed_as_shipped_and_own_reviews_are_read(tmp_path: Path, shipped: Definitions) -> None:
    assert shipped.reviewed_revisions == ()
    own = load_definitions(folder_with(tmp_path, reviewed_revisions=REVIEWS), SHIPPED)
    assert own.tables()["reference.reviewed_revisions"].rows() == [
        ("41", "2025-Q1", "0a" * 32, "data steward", date(2026, 9, 2), "Late reports of one large employer")
    ]


@pytest.mark.parametrize("text", ["reviews:\n", "reviews: []\n"])
def test_there_may_be_no_reviews(tmp_path: Path, text: str) -> None:
    own = load_definitions(folder_with(tmp_path, reviewed_revisions=text), SHIPPED)
    assert own.tables()["reference.reviewed_revisions"].is_empty()


@pytest.mark.parametrize(
    ("change", "line", "key", "found", "advice"),
    [
        (('"41"', '"43"'), 2, ".state", "43", "Oregon is 41"),
        (('"41"', "41"), 2, ".state", "41, which YAML takes for a number", 'write "41"'),
        (("2025-Q1", "2025"), 3, ".period", "2025, which YAML takes for a number", "write"),
        (('"0a0a', '"0a'), 4, ".capture_sha256", "0a0a", "correct"),
        (("data steward", "steward@example.org"), 5, ".reviewed_by", "steward@example.org", "correct"),
        (("data steward", "<role or name>"), 5, ".reviewed_by", "<role or name>", "correct"),
        (("2026-09-02", "2026-09-31"), 6, ".reviewed_on", "2026-09-31", "correct the day"),
        (("2026-09-02", "today"), 6, ".reviewed_on", "today", "correct"),
        (("Late reports of one large employer", "<why>"), 7, ".reason", "<why>", "correct"),
        (("    period: 2025-Q1\n", ""), 2, ".period", "no period", "add period:"),
    ],
)
def test_faults_of_reviews(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, found: str, advice: str
) -> None:
    assert change[0] in REVIEWS
    (problem,) = problems_of(tmp_path, reviewed_revisions=REVIEWS.replace(*change, 1))
    assert (problem.file, problem.line) == (tmp_path / "reviewed_revisions.yaml", line)
    assert problem.key == f"reviews[1]{key}"
    assert found in problem.found
    assert advice in problem.advice


def test_a_review_is_given_once(tmp_path: Path) -> None:
    twice = REVIEWS + REVIEWS.split("\n", 1)[1]
    (problem,) = problems_of(tmp_path, reviewed_revisions=twice)
    assert (problem.line, problem.key) == (8, "reviews[2]")
    assert "a second time" in problem.found


def test_faults_of_own_figures(tmp_path: Path) -> None:
    figures = """\
sources: {page: {publisher: Board, text: A page}}
figures:
  one: {region: valley, year: 2023, sector: metal, statistic: share_of_wages, value: 47, source: page, grade: A}
  two: {region: portland_metro, year: 2023, sector: metals, statistic: jobs, value: 47, source: page, grade: A}
"""
    by_schema = problems_of(tmp_path, published_figures=figures, sectors=SECTORS, regions=REGIONS)
    assert [(problem.line, problem.key, problem.found) for problem in by_schema] == [
        (4, "figures.two.statistic", "jobs")
    ]
    by_content = problems_of(tmp_path, published_figures=figures.replace("statistic: jobs", "statistic: employment"))
    assert [(problem.line, problem.key, problem.found) for problem in by_content] == [
        (3, "figures.one.sector", "metal"),
        (3, "figures.one.value", "47"),
        (4, "figures.two.region", "portland_metro"),
    ]
    assert "did you mean metals?" in by_content[0].advice
    assert "write 0.47" in by_content[1].advice


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text("area_fips,area_title,area_kind,state_fips\n1001,Autauga,county,01\n", "utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_definitions(
            folder_with(
                tmp_path,
                sectors=SECTORS.replace('"331"', '"31"'),
                regions=REGIONS.replace("region: valley", "region: x"),
            ),
            SHIPPED,
        )
    message = str(refused.value)
    assert "problems in the definitions" in message
    for place in ("sectors.yaml, line 8", "regions.yaml, line 1", "areas.csv, line 2", "regions.valley.counties[1]"):
        assert place in message


@pytest.mark.parametrize(
    ("name", "text", "line", "found"),
    [
        ("naics_2022.csv", "code,title\n", 1, "code,title"),
        ("naics_2022.csv", "code,title,parent_code,level\n10,Total,,0\n23,Construction,1012,4\n", 3, "parent 1012"),
        ("naics_2022.csv", "code,title,parent_code,level\n10,Total, all,,0\n", 2, "5 fields"),
        ("naics_2022.csv", "code,title,parent_code,level\n", None, "10, all industries, is missing"),
        (
            "naics_concordance.csv",
            "naics_2012,naics_2017,naics_2022\n335222,335220,335222\n",
            2,
            "335222 in NAICS 2022",
        ),
        ("areas.csv", "area_fips,area_title,area_kind,state_fips\n01001,A,state,01\n", 2, "state"),
        ("areas.csv", "area_fips,area_title,area_kind,state_fips\n01001,A,county,\n", 2, "nothing"),
        ("areas.csv", "area_fips,area_title,area_kind,state_fips\n1001,A,county,01\n", 2, "1001"),
    ],
)
def test_faults_of_tables(tmp_path: Path, name: str, text: str, line: int | None, found: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_definitions(tmp_path, SHIPPED)
    problems = [problem for problem in refused.value.problems if problem.file == tmp_path / name]
    assert any(problem.line == line and found in problem.found for problem in problems)


def test_a_misspelt_file_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "sector.yaml").write_text(SECTORS, "utf-8")
    with pytest.raises(DefinitionError, match=r"sector\.yaml[\s\S]*did you mean sectors.yaml\?"):
        load_definitions(tmp_path, SHIPPED)


def test_a_folder_without_definitions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="no definitions"):
        load_definitions(tmp_path, SHIPPED)
    with pytest.raises(DefinitionError, match="no such folder"):
        load_definitions(tmp_path / "nowhere", SHIPPED)
