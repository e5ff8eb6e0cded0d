"""Establishment records in a run: whatever is made of them stays in their folder, and nothing says what is in them."""

import contextlib
import csv
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pytest
from web_board import ANOTHER_BOARD

from pipelines.cli.runs import run_job
from pipelines.settings import Settings, read_settings

COLUMNS = (
    *("year", "quarter", "account", "unit", "ein", "area_fips", "own_code", "industry_code"),
    *("multi_establishment_code", "month1_employment", "month2_employment", "month3_employment"),
    *("wages_usd", "taxable_wages_usd", "contributions_usd", "legal_name"),
)
NAME, ACCOUNT, EIN = "CANARY SAWMILL", "7770001", "8880077"
"""Begin every name, account and EIN of the records."""
OWNERS = {17: "1", 18: "2", 19: "3"}
"""Establishments of governments; the others are private."""
INDUSTRIES = ("113310", "321113", "236115", "722511")


def record(number: int, quarter: int, **changes: object) -> dict[str, object]:
    """An establishment with as many jobs as its number; wages are 10,000 dollars a job."""
    row: dict[str, object] = {
        "year": 2024,
        "quarter": quarter,
        "account": f"{ACCOUNT}{number:03}",
        "unit": "00000",
        "ein": f"{EIN}{number:02}",
        "area_fips": ("41051", "41067")[number % 2],
        "own_code": OWNERS.get(number, "5"),
        "industry_code": INDUSTRIES[number % len(INDUSTRIES)],
        "multi_establishment_code": "1",
        **dict.fromkeys(("month1_employment", "month2_employment", "month3_employment"), number),
        "wages_usd": 10_000 * number,
        "taxable_wages_usd": 5_000 * number,
        "contributions_usd": 100 * number,
        "legal_name": f"{NAME} {number}",
    }
    return row | changes


def of_year(*further: dict[str, object]) -> list[dict[str, object]]:
    """Twenty establishments in each quarter of 2024: 210 jobs."""
    return [record(number, quarter) for quarter in range(1, 5) for number in range(1, 21)] + list(further)


def write(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


@contextlib.contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    monkeypatch.chdir(tmp_path)  # run_job leaves it for the project
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "confidential"
    folder.mkdir(mode=0o700)
    (folder / "inbox").mkdir(mode=0o700)
    return read_settings(
        {
            "SECTORS_SOURCE": "establishments",
            "SECTORS_CONFIDENTIAL_DIR": str(folder),
            "SECTORS_DEFINITIONS_DIR": str(ANOTHER_BOARD),
        }
    )


def canaries_in(folder: Path) -> list[str]:
    """Files below a folder that hold any of the marks."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    marks = [mark.encode() for mark in (NAME, ACCOUNT, EIN)]
    return [str(path) for path in files if any(mark in path.read_bytes() for mark in marks)]


def test_records_become_the_figures_of_a_whole_run_and_are_told_to_nobody(
    settings: Settings, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = record(21, 1, industry_code="999998")
    earlier = record(20, 4, wages_usd=1)
    write(settings.inbox / "records.csv", [earlier, *of_year(bad)])
    with umask(0o022):
        outcome = run_job(settings)
    printed = "".join(capfd.readouterr())

    assert outcome.is_success
    assert outcome.made == {"warehouse": settings.published_database}
    with duckdb.connect(settings.published_database, read_only=True) as published:
        jobs = published.execute(
            "SELECT area_fips, average_employment, wages_usd FROM core.qcew_annual WHERE year = 2024 "
            "AND own_code = '0' AND industry_code = '10' AND wages_usd > 0 ORDER BY area_fips"
        ).fetchall()
        sawmills = published.execute(
            "SELECT max(known) FILTER (measure = 'businesses'), max(known) FILTER (measure = 'employment'), "
            "max(known) FILTER (measure = 'wages') FROM marts.sector_measures WHERE region = 'both_sides' "
            "AND sector = 'manufacturing' AND definition = 'strict' AND period = '2024' AND ownership = 'private'"
        ).fetchall()
        sources = published.execute("SELECT DISTINCT data_origin FROM marts.sector_measures").fetchall()
        tables = published.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        rejected = published.execute("SELECT line_number, rule, text FROM raw.rejected_rows ORDER BY ALL").fetchall()
    assert jobs == [("41000", 210, 8_400_000), ("41051", 110, 4_400_000), ("41067", 100, 4_000_000)]
    assert sawmills == [(4, 28, 1_120_000)]  # establishments 1, 5, 9 and 13; the 17th is federal
    assert sources == [("Establishment records of the state's agency, QCEW",)]
    assert not {name for (name,) in tables if "establishment" in name} - {"core.household_establishments"}
    assert rejected == [(2, "repeated_later", ""), (83, "industry_code", "")]
    assert "80 establishment records" in printed

    assert [mark for mark in (NAME, ACCOUNT, EIN) if mark in printed] == []
    assert canaries_in(home) == []
    assert canaries_in(settings.exports_dir) == []  # Data Docs, for whoever may see the records
    assert [path.name for path in settings.exports_dir.iterdir()] == ["data_docs"]
    with umask(0o077):
        assert canaries_in(settings.data_dir)  # the records themselves are there
    made = [path for path in settings.data_dir.rglob("*") if path.name not in ("records.csv",)]
    assert {str(path) for path in (*made, *home.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077} <= {
        str(home / "dagster.yaml")
    }
