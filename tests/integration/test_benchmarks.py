"""The benchmarks, from a warehouse in a DuckDB file to what the command prints."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import benchmark, messages
from pipelines.estimation.cell_network import MEASURES
from pipelines.orchestration import benchmarks
from pipelines.orchestration.benchmarks import (
    StateCells,
    accuracy,
    benchmark_database,
    read_state_cells,
    sample_accuracy,
    speed,
)
from pipelines.settings import SHIPPED_DEFINITIONS, Settings
from pipelines.sources import bls
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.sample_cells import publish_cells
from pipelines.sources.sample_economy import SampleEconomy, simulate_economy
from pipelines.warehouse.build import build_from_frame
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES

SCALE = 0.1
AREAS = ("41001", "41003", "41005", "41999")
VALUES = ["establishments", *MEASURES.values()]


@cache
def reference(table: str) -> pl.DataFrame:
    """A table of the definitions that are shipped."""
    return load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS).tables()[f"reference.{table}"]


@pytest.fixture(scope="module")
def small_economy() -> tuple[SampleEconomy, pl.DataFrame]:
    """A tenth of a year of four areas of the sample, with the industries as it takes them."""
    naics = reference("naics").filter(naics_vintage=2022)
    naics = naics.select(code="industry_code", title="industry_title", parent_code="parent_code", level="naics_level")
    economy = simulate_economy(naics, reference("areas"), seed=2016, years=(2023,), scale=SCALE)
    return replace(economy, establishments=economy.establishments.filter(pl.col("area_fips").is_in(AREAS))), naics


@pytest.fixture(scope="module")
def settings(small_economy: tuple[SampleEconomy, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published warehouse of that year, of one quarter of 2024, and of a county of another state and source."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("benchmarks"))
    year = publish_cells(*small_economy).quarterly.filter(pl.col("own_code") != "8")
    is_hidden = pl.col("disclosure") == "suppressed"
    year = year.with_columns(pl.when(~is_hidden).then(column).alias(column) for column in MEASURES.values())
    others = [
        year.filter(quarter=1).with_columns(year=pl.lit(2024, pl.Int16)),
        year.filter(area_fips="41005").with_columns(area_fips=pl.lit("53011")),
        year.filter(area_fips="41005", quarter=1).with_columns(area_fips=pl.lit("01001")),
        year.filter(area_fips="41005").with_columns(area_fips=pl.lit("C3890")),
    ]
    cells = pl.concat([year, *others]).select(
        *("area_fips", "own_code", "industry_code", "year", "quarter", "disclosure", *VALUES),
        naics_level=pl.col("agglvl_code").str.slice(-1).cast(pl.Int8),
        naics_vintage=pl.lit(2022, pl.Int16),
        source=pl.lit("sample"),
    )
    groups = pl.DataFrame(
        [("strict:construction", "sector", code) for code in ("236115", "236116", "238210")]
        + [("strict:health", "sector", "622110"), ("strict:lens", "lens", "622110")],
        schema=["group_key", "kind", "industry_code"],
        orient="row",
    ).with_columns(naics_vintage=pl.lit(2022, pl.Int16))
    regions = pl.DataFrame({"region": ["metro", "metro", "elsewhere"], "area_fips": ["41003", "41005", "53015"]})
    with open_database(settings.published_database) as connection:
        for name, frame in {
            "core.qcew_cells": cells,
            "core.industry_group_leaves": groups,
            "reference.region_areas": regions,
            "reference.naics": reference("naics"),
            "reference.trend_breaks": reference("trend_breaks"),
        }.items():
            table = ALL_TABLES[name]
            missing = [
                pl.lit("" if column.type == "VARCHAR" else 0).alias(column.name)
                for column in table.columns
                if column.name not in frame.columns and not column.is_nullable
            ]
            nulls = [pl.lit(None).alias(column.name) for column in table.columns if column.is_nullable]
            nulls = [each for each in nulls if each.meta.output_name() not in frame.columns]
            build_from_frame(connection, table, frame.with_columns(missing + nulls))
    return settings


@pytest.fixture(scope="module")
def state(settings: Settings) -> StateCells:
    return read_state_cells(settings.published_database)


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`sectors benchmark` on the small warehouse: its arguments; exit code and output."""

    def call(*arguments: str) -> Result:
        monkeypatch.setattr(messages.console, "width", 200)
        environment = {"SECTORS_DATA_DIR": str(settings.data_dir), "SECTORS_SOURCE": "", "SECTORS_INBOX": ""}
        return CliRunner().invoke(benchmark.app, list(arguments), env=environment)

    return call


def test_the_first_state_and_its_latest_whole_year_are_taken(state: StateCells) -> None:
    assert (state.source, state.state_fips, state.year) == ("sample", "41", 2023)
    assert state.cells["year"].unique().to_list() == [2023]
    assert state.cells["area_fips"].str.slice(0, 2).unique().to_list() == ["41"]
    assert set(state.cells["area_fips"]) == {"41000", *AREAS}
    assert state.cells.filter(disclosure="suppressed")["wages_usd"].null_count() > 100
    assert set(state.groups["group_key"]) == {"strict:construction", "strict:health"}
    assert set(state.regions["region"]) == {"metro"}
    assert state.breaks.height == reference("trend_breaks").height > 0
    assert state.tree.filter(industry_code="10")["parent_code"].to_list() == [None]


def test_another_state_can_be_asked_for(settings: Settings) -> None:
    assert read_state_cells(settings.published_database, "53", 2023).cells["area_fips"].unique().to_list() == ["53011"]


@pytest.mark.parametrize(("state_fips", "year"), [("01", None), ("41", 2024), (None, 2022)])
def test_a_year_that_is_not_whole_is_refused_with_what_there_is(
    settings: Settings, state_fips: str | None, year: int | None
) -> None:
    with pytest.raises(ValueError, match=r"no cells of four quarters.*there are: 41 2023, 53 2023"):
        read_state_cells(settings.published_database, state_fips, year)


def test_the_working_database_serves_where_nothing_is_published(settings: Settings, tmp_path: Path) -> None:
    assert benchmark_database(settings) == settings.published_database
    unpublished = replace(settings, data_dir=tmp_path)
    assert benchmark_database(unpublished) == unpublished.working_database
    with pytest.raises(FileNotFoundError, match="no such database yet"):
        read_state_cells(benchmark_database(unpublished))


def test_accuracy_is_printed_and_written(
    command: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: StateCells
) -> None:
    monkeypatch.setattr(benchmarks, "sample_accuracy", lambda *_: pl.DataFrame(
        [("target sectors", "jobs", "estimate", 12, 0.0123, 0.456)],
        schema=["groups", "measure", "method", "totals", "error", "share_error_points"], orient="row"))  # fmt: skip
    found: list[pl.DataFrame] = []
    monkeypatch.setattr(benchmarks, "accuracy", lambda *given: found.append(accuracy(*given)) or found[0])
    result = command("accuracy", "--seeds", "2", "--output", str(tmp_path / "table.md"))
    assert result.exit_code == 0, result.output
    assert "SYNTHETIC SAMPLE, state 41, 2023: errors of cells hidden further, seeds 1 to 2" in result.output
    lines = (tmp_path / "table.md").read_text("utf-8").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert table[0].startswith("| Measure | Held out | Cells | Inside bounds |")
    assert table[1].startswith("| --- | --- | --: |")
    assert [line.count("|") for line in table[:10]] == [10] * 10
    (scores,) = found
    assert scores["inside_bounds"].to_list() == [1.0] * 8
    assert (
        f"| jobs | chosen | {scores.filter(measure='jobs', held_out='chosen')['cells'].item():,} | 100.0 % |"
        in "\n".join(table)
    )
    assert "| target sectors | jobs | Estimate | 12 | 1.2 % | 0.46 |" in table


def test_the_sample_is_measured_against_its_full_truth(
    state: StateCells, settings: Settings, small_economy: tuple[SampleEconomy, pl.DataFrame],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(benchmarks, "simulate_economy", lambda *_: small_economy[0])
    errors = sample_accuracy(state, settings)
    assert errors["groups"].unique(maintain_order=True).to_list() == ["2-digit sectors", "target sectors"]
    of = {row[:3]: row[4] for row in errors.iter_rows()}
    assert of["2-digit sectors", "jobs", "estimate"] < of["2-digit sectors", "jobs", "zero"]
    changed = replace(state, cells=state.cells.with_columns(month1_employment=pl.col("month1_employment") + 1))
    with pytest.raises(ValueError, match="another sample than seed 2016"):
        sample_accuracy(changed, settings)


def test_every_step_is_timed(settings: Settings) -> None:
    state, costs = speed(settings.published_database)
    assert state.year == 2023
    assert costs.steps["times"].to_list() == [1, 4, 4, 4, 1]
    assert (costs.steps["cpu_seconds"] > 0).all()
    # Two sectors each in four areas and the metro region.
    assert costs.steps["step"].to_list()[-1] == "bound the year's totals, 10 sectors by regions"
    assert 50 < costs.peak_megabytes < 50_000


def test_costs_of_estimates_are_printed(
    command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, state: StateCells
) -> None:
    steps = pl.DataFrame({"step": ["read the cells"], "times": [4], "cpu_seconds": [1.234]})
    monkeypatch.setattr(benchmarks, "speed", lambda *_: (state, benchmarks.Speed(steps, 1234.5)))
    result = command("estimates", "--state", "41")
    assert result.exit_code == 0, result.output
    assert "state 41, 2023: CPU seconds" in result.output
    assert "1.23" in result.output
    assert "Peak memory: 1,234 MB" in result.output


def test_reading_is_measured_beside_the_bare_limits(command: Callable[..., Result], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Speed\n\n<!-- reading-files -->\nold\n<!-- /reading-files -->\n\nafter\n", encoding="utf-8")
    result = command("speed", "--rows", "3000", "--output", str(page))
    assert result.exit_code == 0, result.output
    text = page.read_text("utf-8")
    assert text.startswith("# Speed\n\n<!-- reading-files -->\n**Made-up quarterly singlefiles, SYNTHETIC**")
    assert text.endswith("<!-- /reading-files -->\n\nafter\n")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")][2:]
    steps = ["inflate", "DuckDB", "Polars", "whole ingest", "ingest / (better bare read + inflate)"]
    assert [row[1] for row in rows] == ["3,000"] * 5
    assert all(row[0].startswith(step) for row, step in zip(rows, steps, strict=True))
    assert all(float(row[6].replace(",", "")) > 50 for row in rows if row[6])
    assert "cores" in text


def test_a_wrong_state_ends_in_one_message(command: Callable[..., Result]) -> None:
    result = command("accuracy", "--state", "99")
    assert result.exit_code == 1
    assert result.output.startswith("state 99, year (any): no cells")
    assert "Traceback" not in result.output


def test_a_quarter_of_oregon_keeps_its_accuracy(shared_data: Path) -> None:
    """Without its other quarters, which would halve the error of half of the cells; every truth inside its bounds."""
    tree = reference("naics").filter(naics_vintage=2012)
    batches = []
    with zipfile.ZipFile(shared_data / "bls" / "2016_qtrly_by_area.zip") as members:
        for name in (name for name in members.namelist() if " 41" in name):
            with members.open(name) as stream:
                batches += [batch.cells.filter(size_code="0") for batch in bls.read_member(stream, name)]
    cells = pl.concat(batches).filter(pl.col("area_fips").str.contains(r"^41\d{3}$"), quarter=3)
    nothing = pl.DataFrame(schema={"group_key": pl.String, "industry_code": pl.String})
    state = StateCells("bls", "41", 2016, cells, tree, reference("trend_breaks"), nothing, pl.DataFrame())
    scores = {row[:2]: row[2:] for row in accuracy(state, [1]).iter_rows()}
    _, inside, coverage, error, _, equal_split, by_establishments = scores["jobs", "chosen"]
    assert inside == 1
    assert 0.88 < coverage < 0.96
    assert error < 0.13 < by_establishments < equal_split
    assert scores["wages", "chosen"][3] < 0.14
