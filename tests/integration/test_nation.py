"""The nation's file in hand: a region by its own rows, a base of location quotients, and the check of BLS's own.

The nation is made of the sample's state: the same rows in the same file layout, with the nation's area and levels. The
sample's location quotients have the state as their base, so that all of them must come out.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from published_files import slices

from pipelines.orchestration.intake import write_sample_files
from pipelines.settings import Settings

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]
PERIOD = "2024-Q1"


@pytest.fixture(scope="module")
def nation_run(tmp_path_factory: pytest.TempPathFactory, sectors: Callable[..., Result]) -> Path:
    """The data folder of a run on one quarter of the board's two counties, their state, and the nation."""
    folder, inbox = tmp_path_factory.mktemp("nation"), tmp_path_factory.mktemp("inbox")
    files = write_sample_files(tmp_path_factory.mktemp("economy"), Settings())
    (singlefile,) = (path for path in files if path.name.startswith("2024_qtrly"))
    cut = slices(singlefile, {"41051", "41067", "41000"})
    quarter = {path.rsplit("/", 1)[-1]: content for path, content in cut.items() if "/2024/1/" in path}
    quarter["US000.csv"] = re.sub(rb'^"41000"(,"\d","[^"]+"),"5', rb'"US000"\1,"1', quarter["41000.csv"], flags=re.M)
    for name, content in quarter.items():
        (inbox / name).write_bytes(content)
    result = sectors("run", folder, inbox)
    assert result.exit_code == 0, result.output
    return folder


def test_it_is_a_region_by_its_own_rows(nation_run: Path, ask: Ask) -> None:
    query = "SELECT area_fips, basis FROM core.region_periods WHERE region = 'united_states'"
    assert ask(nation_run, query) == [("US000", "statewide")]
    shown = "SELECT is_available FROM marts.region_availability WHERE region = 'united_states'"
    assert ask(nation_run, shown) == [(True,)]


def test_its_figures_are_those_of_its_rows(nation_run: Path, ask: Ask) -> None:
    figures = """
        SELECT sector, definition, ownership, measure, known, total, hidden_cells FROM marts.sector_measures
        WHERE region = ? ORDER BY ALL
    """
    nation, state = (ask(nation_run, figures, region) for region in ("united_states", "oregon"))
    assert nation == state != []


def test_what_it_hides_is_not_estimated(nation_run: Path, ask: Ask) -> None:
    query = """
        SELECT hidden_cells > 0, estimate_status, count(estimate) = count(*), count(*) > 0 FROM marts.sector_measures
        WHERE region = 'united_states' GROUP BY 1, 2 ORDER BY 1
    """
    assert ask(nation_run, query) == [(False, "published", True, True), (True, "no_quarters", False, True)]


def test_regions_are_compared_with_it_and_with_their_state(nation_run: Path, ask: Ask) -> None:
    query = """
        SELECT DISTINCT region, base_region FROM marts.sector_concentration
        WHERE region IN ('portland_metro', 'oregon', 'united_states') ORDER BY ALL
    """
    assert ask(nation_run, query) == [
        ("oregon", "united_states"),
        ("portland_metro", "oregon"),
        ("portland_metro", "united_states"),
    ]


def test_a_state_like_the_nation_is_as_concentrated(nation_run: Path, ask: Ask) -> None:
    query = """
        SELECT count(*), count(*) FILTER (abs(estimate - 1) < 1e-9) FROM marts.sector_concentration
        WHERE region = 'oregon' AND concentration_status = 'measured' AND estimate > 0
    """
    ((measured, alike),) = ask(nation_run, query)
    assert measured == alike > 50


def test_why_there_is_no_quotient(nation_run: Path, ask: Ask) -> None:
    query = """
        SELECT DISTINCT concentration_status FROM marts.sector_concentration
        WHERE region = 'portland_metro' AND base_region = 'united_states' AND base_estimate_status = 'no_quarters'
            AND estimate_status IN ('published', 'estimated')
    """
    assert ask(nation_run, query) == [("hidden_base",)]


def test_all_location_quotients_are_recomputed(nation_run: Path, ask: Ask) -> None:
    query = """
        SELECT count(*), any_value(basis), count(DISTINCT basis), min(rows_compared),
            sum(rows_agreeing - rows_compared)::INT
        FROM core.quotient_agreement
    """
    ((measures, basis, ways, fewest, differences),) = ask(nation_run, query)
    assert (measures, basis, ways, differences) == (8, "recomputed", 1, 0)
    assert fewest > 1_000
    identity = """
        SELECT count(DISTINCT measure), sum(groups_failed)::INT FROM core.identities
        WHERE identity = 'location_quotients_recomputed' AND period = ?
    """
    assert ask(nation_run, identity, PERIOD) == [(8, 0)]
