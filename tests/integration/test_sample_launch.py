"""From nothing to a published warehouse by a real `dg launch` on the sample, and the same again by `sectors run`."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import dagster as dg
import duckdb
import pytest

from pipelines.definitions import build_definitions
from pipelines.settings import Export, Settings
from pipelines.warehouse.contracts import ALL_TABLES

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]
LastRun = Callable[[Path], list[dg.DagsterEvent]]

SYNTHETIC = "SYNTHETIC SAMPLE"
PUBLISHED = [name for name, table in ALL_TABLES.items() if table.is_published]
FIGURE = re.compile(r"([≥≈] )?\$?([\d,.]+)( million| %)?(?: \(90 %: [\d.]+–[\d.]+; proven [\d.]+–[\d.]+\))?")


def test_launch_and_status_succeed(sample_runs: Any) -> None:
    assert (sample_runs.launch.returncode, sample_runs.status.returncode, sample_runs.again.returncode) == (0, 0, 0)


def test_every_published_table_and_column_is_there(sample_runs: Any, ask: Ask) -> None:
    query = "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
    assert set(ask(sample_runs.data_dir, query)) == {
        (name, column.name, column.type) for name in PUBLISHED for column in ALL_TABLES[name].columns
    }


def test_every_table_says_that_it_is_synthetic(sample_runs: Any, ask: Ask) -> None:
    comments: dict[str, str] = dict(
        ask(sample_runs.data_dir, "SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()")
    )
    assert comments.keys() == set(PUBLISHED)
    assert [name for name, comment in comments.items() if not comment.startswith(SYNTHETIC)] == []


def test_every_row_of_figures_says_that_it_is_synthetic(sample_runs: Any, ask: Ask) -> None:
    tables = [name for name in PUBLISHED if "data_origin" in {c.name for c in ALL_TABLES[name].columns}]
    assert "marts.sector_measures" in tables
    for name in set(tables) - {"reference.sources"}:
        origins = {origin for (origin,) in ask(sample_runs.data_dir, f"SELECT DISTINCT data_origin FROM {name}")}
        assert origins - {None} <= {SYNTHETIC}, name
    assert SYNTHETIC in sample_runs.status.stdout


def test_status_prints_what_the_warehouse_holds(sample_runs: Any, ask: Ask) -> None:
    """Each printed figure, read back, is the warehouse's, rounded as it is printed."""
    query = """
        SELECT definition, sector_name, measure, coalesce(estimate, known), coalesce(estimate_share, known_share),
            CASE
                WHEN estimate IS NULL THEN '≥'
                WHEN upper - lower > 1e-6 * upper THEN '≈'
            END
        FROM marts.sector_measures
        WHERE region = 'portland_metro' AND period = '2024' AND ownership = 'private'
            AND sector_kind IN ('sector', 'union')
    """
    expected = {(row[0], row[1], row[2]): row[3:] for row in ask(sample_runs.data_dir, query)}
    assert len(expected) == 2 * 6 * 3
    printed = dict(printed_figures(sample_runs.status.stdout))
    assert printed.keys() == expected.keys()
    assert "≈" in {mark for *_, mark in expected.values()}
    for place, ((shown, step, mark), (share, share_step, share_mark)) in printed.items():
        level, part, expected_mark = expected[place]
        assert mark == expected_mark, place
        assert (share_mark == "≥") == (mark == "≥"), place
        assert shown == pytest.approx(level, abs=step / 2 + 1e-6), place
        assert share == pytest.approx(part, abs=share_step / 2 + 1e-9) or part > 0.999, place


def test_status_counts_the_identities(sample_runs: Any, ask: Ask) -> None:
    ((checked, failed),) = ask(
        sample_runs.data_dir, "SELECT sum(groups_checked)::BIGINT, sum(groups_failed)::BIGINT FROM core.identities"
    )
    assert failed == 0
    assert f"{checked:,} groups of figures checked, 0 failed" in sample_runs.status.stdout


def test_the_sample_answers_for_every_identity_with_annual_files(sample_runs: Any, ask: Ask) -> None:
    identities = {name for (name,) in ask(sample_runs.data_dir, "SELECT DISTINCT identity FROM core.identities")}
    assert {
        "industries_add_up",
        "ownerships_add_up",
        "counties_add_up_to_state",
        "average_weekly_wage",
        "annual_file_is_sum_of_quarters",
        "annual_industries_add_up",
    } <= identities


def test_dagster_keeps_row_counts_of_every_table(sample_runs: Any, last_run: LastRun, ask: Ask) -> None:
    made = {
        ".".join(event.asset_key.path): event.step_materialization_data.materialization.metadata
        for event in last_run(sample_runs.home)
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION and event.asset_key
    }
    assert made.keys() == {*ALL_TABLES, "published.warehouse", *(f"published.{name}" for name in get_args(Export))}
    counted = {name: metadata["dagster/row_count"].value for name, metadata in made.items() if name in PUBLISHED}
    assert counted == {name: ask(sample_runs.data_dir, f"SELECT count(*) FROM {name}")[0][0] for name in PUBLISHED}


def test_what_is_made_of_the_warehouse_is_there(sample_runs: Any) -> None:
    exports = sample_runs.data_dir / "exports"
    assert (exports / "site" / "index.html").read_text("utf-8").count(SYNTHETIC) > 0
    assert (exports / "site" / "data_docs" / "index.html").exists()
    assert (exports / "workbooks" / "sectors_portland_metro.xlsx").exists()
    descriptor = json.loads((exports / "open_data" / "datapackage.json").read_text("utf-8"))
    assert SYNTHETIC in descriptor["title"]
    assert not (sample_runs.again_dir / "exports" / "site").exists()


def test_dagster_keeps_a_result_of_every_check(sample_runs: Any, last_run: LastRun) -> None:
    checks = [
        event.asset_check_evaluation_data
        for event in last_run(sample_runs.home)
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    graph = build_definitions(Settings()).resolve_asset_graph()
    assert {(check.asset_key, check.check_name) for check in checks} == {
        (key.asset_key, key.name) for key in graph.asset_check_keys
    }
    assert [check for check in checks if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR] == []


def test_data_docs_show_every_suite_and_say_synthetic(sample_runs: Any) -> None:
    docs = Settings(data_dir=sample_runs.data_dir).exports_dir / "data_docs"
    index = (docs / "index.html").read_text("utf-8")
    assert SYNTHETIC in index
    summary = json.loads((docs / "run.json").read_text("utf-8"))["tables"]
    assert {name for name, table in ALL_TABLES.items() if not table.is_view} <= summary.keys()
    for name, counts in summary.items():
        assert counts["failed"] == 0, name
        assert f"tables/{name}.html" in index
        assert SYNTHETIC in (docs / "tables" / f"{name}.html").read_text("utf-8")


def test_the_captures_are_the_sample_and_unchanged_by_the_second_run(sample_runs: Any) -> None:
    first, again = (sorted(folder.glob("raw/**/*.*")) for folder in (sample_runs.data_dir, sample_runs.again_dir))
    assert [path.name for path in first] == [path.name for path in again]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_same_captures_make_the_same_table(name: str, sample_runs: Any) -> None:
    """Every row, in the same order, to the last bit of a number."""
    rows = []
    for folder in (sample_runs.data_dir, sample_runs.again_dir):
        with duckdb.connect(Settings(data_dir=folder).published_database, read_only=True) as connection:
            rows.append(connection.sql(f"FROM {name}").pl())
    assert rows[0].equals(rows[1], null_equal=True)


def printed_figures(text: str) -> Iterator[tuple[tuple[str, str, str], tuple[tuple[float, float, str | None], ...]]]:
    """By definition, sector name and measure: level and share as printed, each with its last digit and its mark."""
    definition = ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("│ ").split("│")]
        if cells[0].endswith(" definition"):
            definition = cells[0].removesuffix(" definition")
        elif line.startswith("│") and len(cells) == 8:
            for place, measure in enumerate(("businesses", "employment", "wages")):
                yield (definition, cells[0], measure), tuple(map(figure, cells[1 + 2 * place : 3 + 2 * place]))


def figure(text: str) -> tuple[float, float, str | None]:
    found = FIGURE.fullmatch(text)
    assert found, text
    mark, digits, unit = found.groups()
    scale = {None: 1.0, " million": 1e6, " %": 0.01}[unit]
    decimals = len(digits.partition(".")[2])
    return float(digits.replace(",", "")) * scale, scale * 10.0**-decimals, mark and mark.strip()
