"""Area changes as analysts write them, and what the shipped definitions say of the switches of NAICS vintages."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.domain.definition_tables import Definitions
from pipelines.sources.definition_files import DefinitionError, load_definitions

SHIPPED = Path(__file__).parents[3] / "data" / "reference"
CHANGES = """\
sources:
  office: A letter of the state's office
breaks: {}
area_changes:
  cut:
    areas: ["41051", "41067"]
    quarter: 2020-Q1
    reason: A new border
    source: office
    grade: B
"""
SPLIT = """\
naics_vintage: 2022
sources:
  ours: Our own list
sectors:
  research:
    name: Research
    strict:
      - code: "541713"
        equivalents: {2012: ["541711"]}
        equivalence: wider
        note: 541711 of 2012 holds more, and some of 541713 was in 541712
        source: ours
        grade: C
    broad:
      includes: strict
"""


@pytest.fixture(scope="module")
def shipped() -> Definitions:
    return load_definitions(SHIPPED, SHIPPED)


def in_folder(folder: Path, text: str) -> Path:
    (folder / "trend_breaks.yaml").write_text(text, "utf-8")
    return folder


def test_area_changes_have_a_row_an_area(tmp_path: Path) -> None:
    changes = load_definitions(in_folder(tmp_path, CHANGES), SHIPPED).tables()["reference.area_changes"]
    evidence = ("A new border", "B", "A letter of the state's office", None)
    assert changes.rows() == [("cut", area, 2020, 1, *evidence) for area in ("41051", "41067")]


def test_there_may_be_no_area_changes(tmp_path: Path) -> None:
    own = load_definitions(in_folder(tmp_path, "sources: {}\nbreaks: {}\n"), SHIPPED)
    assert own.tables()["reference.area_changes"].is_empty()


@pytest.mark.parametrize(
    ("change", "line", "key", "found", "advice"),
    [
        (("2020-Q1", "2020-Q5"), 7, "quarter", "2020-Q5", "correct"),
        (("2020-Q1", "2020"), 7, "quarter", "2020, which YAML takes for a number", "write"),
        (('"41067"', '"41051"'), 6, "areas", "a list of 2", "correct"),
        ((', "41067"', ""), 6, "areas", "a list of 1", "correct"),
        (('"41067"', "41067"), 6, "areas[2]", "41067, which YAML takes for a number", 'write "41067"'),
        (('"41067"', '"41068"'), 6, "areas[2]", "41068", "areas.csv"),
        (('"41067"', '"41000"'), 6, "areas[2]", "41000", "counties"),
        (("source: office", "source: offices"), 9, "source", "offices", "did you mean office?"),
        (("grade: B", "grade: D"), 10, "grade", "D", "use one of these"),
        (("    reason: A new border\n", ""), 5, "reason", "no reason", "add reason:"),
    ],
)
def test_faults_of_area_changes(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, found: str, advice: str
) -> None:
    assert change[0] in CHANGES
    with pytest.raises(DefinitionError) as refused:
        load_definitions(in_folder(tmp_path, CHANGES.replace(*change, 1)), SHIPPED)
    problem = next(each for each in refused.value.problems if each.key == f"area_changes.cut.{key}")
    assert (problem.file, problem.line) == (tmp_path / "trend_breaks.yaml", line)
    assert found in problem.found
    assert advice in problem.advice


def test_the_shipped_change_is_of_all_counties_and_planning_regions_of_connecticut(shipped: Definitions) -> None:
    changes = shipped.tables()["reference.area_changes"]
    state = shipped.areas.filter(pl.col("area_kind") == "county", state_fips="09")
    assert changes["area_fips"].to_list() == state["area_fips"].to_list()
    assert set(changes.select("year", "quarter", "grade").rows()) == {(2024, 1, "A")}


def test_all_shipped_sectors_are_carried_exactly_but_the_broad_ones_with_research(shipped: Definitions) -> None:
    tables = shipped.tables()
    possible = tables["reference.naics_bridge"].filter(membership="possible")
    columns = ("definition", "sector", "naics_vintage", "industry_code", "source_codes")
    assert possible.select(columns).rows() == [
        ("broad", sector, 2012, "541712", ["541715"]) for sector in ("clean_energy", "all_target_sectors")
    ]
    inexact = tables["reference.sector_continuity"].filter(~pl.col("is_exact"))
    reason = "541713 of NAICS 2017 is left out and holds a part of 541712 of NAICS 2012"
    assert inexact.rows() == [
        ("broad", sector, 2012, 2017, False, reason) for sector in ("clean_energy", "all_target_sectors")
    ]
    assert tables["reference.sector_continuity"].height == 2 * (5 + 2 + 1) * 2


def test_a_split_is_never_guessed(tmp_path: Path) -> None:
    (tmp_path / "sectors.yaml").write_text(SPLIT, "utf-8")
    tables = load_definitions(tmp_path, SHIPPED).tables()
    bridge = tables["reference.naics_bridge"].filter(definition="strict", sector="research", naics_vintage=2012)
    assert bridge.select("industry_code", "membership", "step", "source_codes").rows() == [
        ("541711", "possible", "many_to_many", ["541713"]),
        ("541712", "possible", "many_to_many", ["541713"]),
    ]
    continuity = tables["reference.sector_continuity"].filter(sector="research", earlier_vintage=2012)
    assert dict(continuity.select("definition", "reason").rows())["strict"] == (
        "541714 of NAICS 2017 is left out and holds a part of 541711 of NAICS 2012; "
        "541713 of NAICS 2017 also holds a part of 541712 of NAICS 2012, which was left out"
    )
