"""What a nation costs: the states chosen, what is measured of them, and what follows for those that are not."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from contract_rows import insert
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.domain.code_tables import ownerships
from pipelines.orchestration import nation_benchmarks
from pipelines.orchestration.intake import sample_frames
from pipelines.orchestration.nation_benchmarks import NationCost, nation_cost
from pipelines.settings import SHIPPED_DEFINITIONS, Settings
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.sample_nation import state_cells
from pipelines.warehouse.build import build_from_frame
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES

SCALE = 0.02
NATION = ("10", "15", "41", "44")
"""Delaware, Hawaii, Oregon and Rhode Island: 3, 4, 36 and 5 counties."""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that asks for one group of industries, construction."""
    settings = replace(Settings(), data_dir=tmp_path_factory.mktemp("data"))
    naics = load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS).tables()["reference.naics"]
    builders = naics.filter(pl.col("industry_code").str.starts_with("23"), naics_level=8, naics_vintage=2022)
    group = {"definition": "strict", "kind": "sector", "group_key": "construction", "sector": "construction"}
    rows = [group | {"naics_vintage": 2022, "industry_code": code} for code in builders["industry_code"]]
    with open_database(settings.published_database) as connection:
        for name in ("core.industry_groups", "core.industry_group_leaves", "reference.trend_breaks"):
            connection.execute(ALL_TABLES[name].create_statement())
        build_from_frame(connection, ALL_TABLES["reference.naics"], naics)
        build_from_frame(connection, ALL_TABLES["reference.ownerships"], ownerships())
        insert(connection, "core.industry_groups", group)
        insert(connection, "core.industry_group_leaves", *rows)
    return settings.data_dir


@pytest.fixture
def small_nation(monkeypatch: pytest.MonkeyPatch) -> tuple[pl.DataFrame, pl.DataFrame]:
    naics, areas = sample_frames(Settings())
    frames = naics, areas.filter(pl.col("state_fips").is_in(NATION))
    monkeypatch.setattr(nation_benchmarks, "sample_frames", lambda _: frames)
    return frames


@pytest.mark.parametrize(
    ("count", "chosen"), [(None, "abcde"), (9, "abcde"), (5, "edcba"), (3, "eca"), (2, "ea"), (1, "e")]
)
def test_states_are_chosen_from_the_largest_to_the_smallest(count: int | None, chosen: str) -> None:
    assert sorted(nation_benchmarks._some("abcde", count)) == sorted(chosen)


def test_a_part_of_the_nation_is_measured(data_dir: Path, small_nation: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    cost = nation_cost(replace(Settings(), data_dir=data_dir), count=2, scale=SCALE)
    assert cost.states.select("state_fips", "counties").rows() == [("10", 3), ("41", 36)]
    assert cost.all_counties.rows() == [("10", 3), ("15", 4), ("44", 5), ("41", 36)]
    cells = state_cells(*small_nation, "10", 2024, seed=1, scale=SCALE)
    hidden = cells.filter(disclosure="suppressed").height
    assert cost.states.select("cells", "hidden").row(0) == (cells.height, hidden)
    assert not cost.is_whole
    assert 0 < cost.adding_seconds < cost.seconds
    assert all(0 < seconds < cost.seconds for seconds in cost.states["seconds"])
    assert 50 < cost.parent_megabytes < 2_000
    assert 50 < cost.largest_megabytes < 2_000


def test_what_was_not_measured_takes_as_long_as_states_of_its_size() -> None:
    """Of 3, 5, 5 and 7 counties those of 3 and 7 took 10 and 50 s: 30 s for each other, so 120 s by two processes."""
    counties = pl.DataFrame({"state_fips": list("abcd"), "counties": [3, 5, 5, 7]})
    states = pl.DataFrame({"state_fips": ["a", "d"], "counties": [3, 7], "seconds": [10.0, 50.0]})
    cost = NationCost(
        states, counties, 2, 55.0, adding_seconds=1.0, cpu_seconds=60.0, parent_megabytes=1.0, largest_megabytes=1.0
    )
    assert cost.nation_seconds() == pytest.approx(120 / 2 + 1.0 * 20 / 10)
    whole = replace(cost, all_counties=counties.filter(pl.col("state_fips").is_in(["a", "d"])))
    assert whole.nation_seconds() == 55.0


@pytest.mark.usefixtures("small_nation")
def test_the_command_writes_its_section_of_a_page_and_says_what_is_not_measured(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        nation_benchmarks, "nation_cost", lambda settings, states: nation_cost(settings, states, scale=SCALE)
    )
    monkeypatch.setenv("SECTORS_DATA_DIR", str(data_dir))
    page = tmp_path / "performance.md"
    page.write_text("# Performance\n\n<!-- nation -->\nold\n<!-- /nation -->\n\nmore\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["benchmark", "nation", "--states", "1", "--output", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Performance\n\n<!-- nation -->\n**Estimates of a year, SYNTHETIC SAMPLE states, ")
    assert "| 41 | 36 | " in text
    assert "EXTRAPOLATED, not measured: all 4 states with 48 counties would take about" in text
    assert text.endswith("<!-- /nation -->\n\nmore\n")
    assert "old" not in text
