"""The warehouse that people read changes whole or not at all: one inbox through a year of files, good and bad.

    first_run  two counties come in, the first warehouse is published (conftest)
    killed     the next run is killed in the middle
    revised    one county is revised, a web page lies beside it, and a reader holds the warehouse open during the run
    failed     the other county contradicts itself

Each stage is a fixture that starts from the one before and keeps what tests look at.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import pytest
from click.testing import Result

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]
Sectors = Callable[..., Result]

ESTABLISHMENTS = 8
"""Place of qtrly_estabs in a line."""
TOTALS = """
    SELECT total FROM marts.sector_measures
    WHERE region = 'both_sides' AND period = '2024' AND ownership = 'private' AND definition = 'strict'
        AND sector = 'manufacturing' ORDER BY measure
"""
CELLS = """
    SELECT sum(establishments) / 4.0, sum(month1_employment + month2_employment + month3_employment) / 12.0,
        sum(wages_usd)::DOUBLE
    FROM core.qcew_cells WHERE area_fips = ? AND own_code = '5' AND industry_code = '10'
"""
READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    if line == "reopen\\n":
        connection.close()
        connection = duckdb.connect(sys.argv[1], read_only=True)
    print(connection.execute(sys.argv[2]).fetchall(), flush=True)
"""


class First(NamedTuple):
    captured: Mapping[str, str]
    warehouse: str
    totals: list[tuple[Any, ...]]
    sums_of_cells: list[float]


class Killed(NamedTuple):
    last_line: str
    warehouse: str


class Revised(NamedTuple):
    result: Result
    captured: str
    seen_before: str
    seen_during: str
    seen_after: str
    warehouse: str
    totals: list[tuple[Any, ...]]


class Failed(NamedTuple):
    result: Result
    warehouse: str
    parent: str
    events: list[dg.DagsterEvent]


@pytest.fixture(scope="module")
def first(office: Any, first_run: Any, ask: Ask) -> First:
    (multnomah,), (washington,) = (ask(office.data_dir, CELLS, county) for county in first_run.captured)
    both = [sum(pair) for pair in zip(multnomah, washington, strict=True)]
    return First(first_run.captured, first_run.warehouse, ask(office.data_dir, TOTALS), both)


@pytest.fixture(scope="module")
def killed(office: Any, first: First, start_program: Callable[..., subprocess.Popen[str]]) -> Killed:
    with start_program("sectors", "run", **office._asdict()) as process:
        assert process.stderr
        line = next(line for line in process.stderr if line.startswith("made    core."))
        process.kill()
    assert process.returncode == -9
    return Killed(line, office.published())


@pytest.fixture(scope="module")
def revised(office: Any, killed: Killed, county_files: Mapping[str, bytes], sectors: Sectors, ask: Ask) -> Revised:
    """Multnomah's file is replaced by one with the figures of Washington County: all identities hold in it."""
    captured = office.put("41051.csv", county_files["41067"].replace(b'"41067"', b'"41051"'))
    office.put("41005.csv", b"<!DOCTYPE html><title>Too many requests</title>")
    command = [sys.executable, "-c", READER, str(office.settings.published_database), TOTALS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin
        assert reader.stdout

        def read(word: str) -> str:
            print(word, file=reader.stdin, flush=True)
            return reader.stdout.readline() if reader.stdout else ""

        before = read("again")
        result = sectors("run", *office)
        during, after = read("again"), read("reopen")
    assert result.exit_code == 0, result.output
    totals = ask(office.data_dir, TOTALS)
    return Revised(result, captured, before, during, after, office.published(), totals)


@pytest.fixture(scope="module")
def failed(
    office: Any,
    revised: Revised,
    county_files: Mapping[str, bytes],
    sectors: Sectors,
    dagster_home: Path,
    last_run: Callable[[Path], list[dg.DagsterEvent]],
) -> Failed:
    """One more establishment in one six-digit industry of Washington County: its parent does not know of it."""
    lines = county_files["41067"].splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if re.match(rb'"41067","5","\d{5}[1-9]","78"', line))
    fields = lines[place].split(b",")
    fields[ESTABLISHMENTS] = b"%d" % (int(fields[ESTABLISHMENTS]) + 1)
    lines[place] = b",".join(fields)
    office.put("41067.csv", b"".join(lines))
    result = sectors("run", *office)
    return Failed(result, office.published(), fields[2].decode()[1:6], last_run(dagster_home))


def test_the_first_run_publishes_the_figures_of_its_files(first: First) -> None:
    assert [total for (total,) in first.totals] == pytest.approx(first.sums_of_cells)


def test_a_killed_run_leaves_the_published_bytes_as_they_were(first: First, killed: Killed) -> None:
    assert killed.last_line.startswith("made    core.")
    assert killed.warehouse == first.warehouse


def test_the_run_after_a_killed_one_succeeds(first: First, revised: Revised) -> None:
    assert revised.result.exit_code == 0
    assert revised.warehouse != first.warehouse


def test_a_reader_sees_the_old_rows_until_it_opens_again(first: First, revised: Revised) -> None:
    assert revised.totals != first.totals
    assert revised.seen_before == revised.seen_during == f"{first.totals}\n"
    assert revised.seen_after == f"{revised.totals}\n"


def test_the_newest_file_of_a_period_speaks(office: Any, revised: Revised, ask: Ask) -> None:
    (washington,) = ask(office.data_dir, CELLS, "41067")
    assert [total for (total,) in revised.totals] == pytest.approx([2 * figure for figure in washington])


def test_both_vintages_stay_captured_unchanged(office: Any, first: First, revised: Revised) -> None:
    store = office.settings.raw_dir / "captures"
    for sha256 in (*first.captured.values(), revised.captured):
        kept = store / sha256[:2] / f"{sha256}.csv"
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == sha256
        assert json.loads(kept.with_suffix(".json").read_text("utf-8"))["source"] == "files"


def test_figures_name_the_file_they_come_from(office: Any, first: First, revised: Revised, ask: Ask) -> None:
    query = "SELECT DISTINCT capture_sha256 FROM marts.figure_sources WHERE region = ? AND period = '2024'"
    assert ask(office.data_dir, query, "41051") == [(revised.captured,)]
    assert set(ask(office.data_dir, query, "both_sides")) == {(revised.captured,), (first.captured["41067"],)}


def test_a_refused_file_is_named_and_does_not_stop_the_good_ones(office: Any, revised: Revised, ask: Ask) -> None:
    said = [line for line in revised.result.output.splitlines() if "41005.csv" in line and "web page" in line]
    assert len(said) >= 2, "while it runs, and beside the result"
    ((address, reason),) = ask(office.data_dir, "SELECT address, reason FROM raw.refused_files")
    assert address == str(office.inbox / "41005.csv")
    assert "HTML" in reason


def test_a_failed_expectation_stops_publication(revised: Revised, failed: Failed) -> None:
    assert failed.result.exit_code == 1
    assert failed.warehouse == revised.warehouse


def test_the_message_names_table_expectation_group_and_where_to_look(office: Any, failed: Failed) -> None:
    said = failed.result.output
    assert "BLOCKED core.identities" in said
    assert "identities_hold" in said
    assert f"41067 own 5 industry {failed.parent}" in said
    assert "the last published warehouse is as it was" in said
    assert str(office.settings.exports_dir / "data_docs" / "index.html") in said


def test_failing_rows_are_metadata_of_the_check(failed: Failed) -> None:
    checks = [event.asset_check_evaluation_data for event in failed.events if is_check(event)]
    (blocked,) = [check for check in checks if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR]
    assert ".".join(blocked.asset_key.path) == "core.identities"
    (rows,) = [value for name, value in blocked.metadata.items() if name.startswith("identities_hold")]
    assert isinstance(rows, dg.TableMetadataValue)
    failing = [record.data for record in rows.records]
    assert {row["identity"] for row in failing} >= {"industries_add_up"}
    assert any(str(row["failing_group"]).startswith(f"41067 own 5 industry {failed.parent}: ") for row in failing)


def test_nothing_after_the_failed_check_was_published(failed: Failed) -> None:
    made = {".".join(event.asset_key.path) for event in failed.events if is_made(event) and event.asset_key}
    assert "core.identities" in made
    assert "published.warehouse" not in made


def test_data_docs_show_the_failure(office: Any, failed: Failed) -> None:
    docs = office.settings.exports_dir / "data_docs"
    summary = json.loads((docs / "run.json").read_text("utf-8"))["tables"]
    assert {table for table, counts in summary.items() if counts["failed"]} == {"core.identities"}
    page = (docs / "tables" / "core.identities.html").read_text("utf-8")
    assert "identities_hold" in page
    assert f"41067 own 5 industry {failed.parent}" in page


def is_check(event: dg.DagsterEvent) -> bool:
    return event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION


def is_made(event: dg.DagsterEvent) -> bool:
    return event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION
