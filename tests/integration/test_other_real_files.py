"""Real files beside each other in one inbox: the Oregon Employment Department's workbook, and a year of BLS slices.

The slices are one Ohio county's four quarters and the annual file of 2020: what it is reconciled with.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def data_dir(shared_data: Path, tmp_path_factory: pytest.TempPathFactory, sectors: Callable[..., Result]) -> Path:
    inbox, data_dir = tmp_path_factory.mktemp("inbox"), tmp_path_factory.mktemp("data")
    shutil.copy(shared_data / "qualityinfo" / "qcew_oregon_2025_annual.xlsx", inbox)
    shutil.copytree(shared_data / "format_samples" / "api", inbox / "api")
    result = sectors("run", data_dir, inbox)
    assert result.exit_code == 0, result.output
    return data_dir


def test_the_workbook_yields_oregon_2025(data_dir: Path, ask: Ask) -> None:
    """Totals stand in the workbook's own row of private ownership."""
    query = """
        SELECT DISTINCT measure, total, source, data_origin FROM marts.sector_measures
        WHERE region = 'oregon' AND period = '2025' AND ownership = 'private' ORDER BY measure
    """
    origin = ("qualityinfo", "Oregon Employment Department, QualityInfo")
    assert ask(data_dir, query) == [
        ("businesses", 171_689, *origin),
        ("employment", 1_692_261, *origin),
        ("wages", 121_734_846_102, *origin),
    ]


def test_a_definition_finer_than_the_workbook_is_refused_with_its_codes(data_dir: Path, ask: Ask) -> None:
    refused = {
        (definition, sector): codes.split(", ")
        for definition, sector, codes in ask(
            data_dir, "SELECT definition, sector, codes FROM marts.refused_definitions WHERE source = 'qualityinfo'"
        )
    }
    generation = ["221111", "221113", "221114", "221115", "221116", "221117", "221118"]
    assert refused["strict", "clean_energy"] == generation, "the grid is all of 22112, its construction all of 23713"
    assert {*generation, "334413", "541715"} <= set(refused["broad", "clean_energy"])
    assert refused["strict", "semiconductors"] == ["333242"]


def test_what_is_refused_has_no_figures_nor_has_any_sum_with_it(data_dir: Path, ask: Ask) -> None:
    shown = "SELECT DISTINCT sector FROM marts.sector_measures WHERE source = 'qualityinfo' AND definition = 'strict'"
    assert {sector for (sector,) in ask(data_dir, shown)} == {
        "advanced_manufacturing",
        "construction",
        "healthcare_social_assistance",
        "child_care_early_education",
        "behavioral_health",
    } - {sector for (sector,) in ask(data_dir, "SELECT sector FROM marts.refused_definitions")}
    reason = ask(data_dir, "SELECT reason FROM marts.refused_definitions WHERE sector = 'clean_energy' ORDER BY 1")
    assert all("6-digit" in text for (text,) in reason)


def test_quarters_and_the_annual_file_are_reconciled(data_dir: Path, ask: Ask) -> None:
    query = """
        SELECT identity, sum(groups_checked)::INT, sum(groups_failed)::INT FROM core.identities
        WHERE source = 'bls' AND period LIKE '2020%' GROUP BY ALL
    """
    found = {identity: (checked, failed) for identity, checked, failed in ask(data_dir, query)}
    reconciled = {
        "annual_file_is_mean_of_quarters",
        "annual_file_is_sum_of_quarters",
        "annual_industries_add_up",
        "published_quarters_publish_year",
    }
    assert reconciled <= found.keys()
    assert all(checked > 0 and failed == 0 for checked, failed in found.values()), found


def test_the_year_is_made_from_quarters_where_there_are_four(data_dir: Path, ask: Ask) -> None:
    """Private total of 39041 in 2020: establishments by quarter, as the slices have them."""
    ((basis, establishments, captures),) = ask(
        data_dir,
        "SELECT basis, establishments, len(captures) FROM core.qcew_annual"
        " WHERE area_fips = '39041' AND own_code = '5' AND industry_code = '10'",
    )
    quarters = ask(
        data_dir,
        "SELECT establishments FROM core.qcew_cells"
        " WHERE area_fips = '39041' AND own_code = '5' AND industry_code = '10'",
    )
    assert (basis, captures) == ("quarters", 4)
    assert establishments == sum(count for (count,) in quarters) / 4


def test_a_year_that_is_published_though_its_quarters_are_hidden_is_known(data_dir: Path, ask: Ask) -> None:
    """Private agriculture of 39041, as its annual file has it; BLS hides it in every quarter."""
    cell = "area_fips = '39041' AND own_code = '5' AND industry_code = '11' AND year = 2020"
    assert ask(data_dir, f"SELECT DISTINCT disclosure FROM core.qcew_cells WHERE {cell}") == [("suppressed",)]
    year = "disclosure, basis, establishments, average_employment, wages_usd"
    assert ask(data_dir, f"SELECT {year} FROM core.qcew_annual WHERE {cell}") == [
        ("disclosed", "annual_file", 28.0, 322.0, 13_386_505)
    ]


def test_identities_of_the_workbook_hold(data_dir: Path, ask: Ask) -> None:
    query = "SELECT DISTINCT identity, groups_checked > 0, groups_failed FROM core.identities WHERE source <> 'bls'"
    assert ask(data_dir, query) == [("annual_industries_add_up", True, 0)]


def test_each_region_says_which_file_it_is_made_from(data_dir: Path, ask: Ask) -> None:
    query = """
        SELECT region, period, count(*) FROM marts.figure_sources WHERE region IN ('oregon', '39041') GROUP BY ALL
        ORDER BY ALL
    """
    quarters = [("39041", f"2020-Q{quarter}", 1) for quarter in (1, 2, 3, 4)]
    assert ask(data_dir, query) == [("39041", "2020", 5), *quarters, ("oregon", "2025", 1)]
