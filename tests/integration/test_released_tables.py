"""From establishment records to what people see of them: a release, and a whole run on it, pages and workbooks too.

The records are made up by formula, so that every figure is known: sums in plain Python, of codes as the board's own
definitions list them.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import openpyxl
import pytest
from contract_rows import insert
from web_board import ANOTHER_BOARD

from pipelines.cli.runs import Outcome, run_job
from pipelines.domain.code_tables import code_tables
from pipelines.domain.disclosure_policy import DisclosurePolicy, PrimaryRules
from pipelines.orchestration.bundles import CannotBundle, write_bundle
from pipelines.orchestration.releases import make_release
from pipelines.settings import SHIPPED_DEFINITIONS, Settings, read_settings
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.release_files import AuditFailed
from pipelines.warehouse.build import build_from_frame, build_from_model
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.sql_models import load_model

POLICY = DisclosurePolicy(PrimaryRules(), 0.2, "a confidentiality officer", date(2026, 11, 26))
COUNTIES = {"41051": 0.7, "41067": 0.3}
REGIONS = {"westside": ("41067",), "both_sides": ("41051", "41067"), "41051": ("41051",), "41067": ("41067",)}
SECTORS = {
    ("strict", "forest_products"): ("113", "321"),
    ("broad", "forest_products"): ("113", "321", "322"),
    ("strict", "manufacturing"): ("31", "32", "33"),
    ("broad", "manufacturing"): ("31", "32", "33"),
    ("strict", "all_target_sectors"): ("113", "31", "32", "33"),
    ("broad", "all_target_sectors"): ("113", "31", "32", "33"),
}
INDUSTRIES = {"113310": 7, "321113": 6, "321912": 4, "322211": 3, "332710": 12, "333413": 3, "334413": 5,
              "236115": 30, "238211": 20, "722511": 40, "621111": 25, "624410": 12, "541512": 18}  # fmt: skip
Key = tuple[str, str, str, int, str]


class Released(NamedTuple):
    """A run on a release, its folders, and what is true: by region, definition, sector, quarter and measure."""

    outcome: Outcome
    settings: Settings
    folder: Path
    truth: dict[Key, float]


def records() -> list[dict[str, Any]]:
    """Private establishments of four quarters; sizes differ by a thousand, as those of real ones do."""
    draw = random.Random(20)
    rows, number = [], 0
    for county, part in COUNTIES.items():
        for industry, count in INDUSTRIES.items():
            for _ in range(max(1, round(count * part))):
                number += 1
                size = 1 + int(draw.lognormvariate(2, 1.3))
                for quarter in range(1, 5):
                    jobs = [max(0, size + draw.randint(-1, 2)) for _ in range(3)]
                    months = {f"month{month}_employment": value for month, value in enumerate(jobs, start=1)}
                    rows.append(
                        {"source": "sample", "state_fips": "41", "account": f"{number:010}", "unit": "00000",
                         "employer": f"e{number}", "area_fips": county, "own_code": "5", "industry_code": industry,
                         "naics_vintage": 2022, "year": 2024, "quarter": quarter, **months,
                         "wages_usd": sum(jobs) * draw.randint(3000, 9000)}
                    )  # fmt: skip
    return rows


def truth_of(rows: list[dict[str, Any]]) -> dict[Key, float]:
    truth: dict[Key, float] = defaultdict(float)
    for row in rows:
        jobs = sum(row[f"month{month}_employment"] for month in (1, 2, 3))
        values = {"businesses": 1, "employment": jobs / 3, "wages": row["wages_usd"]}
        for region, counties in REGIONS.items():
            for (definition, sector), codes in SECTORS.items():
                if row["area_fips"] in counties and row["industry_code"].startswith(codes):
                    for measure, value in values.items():
                        truth[region, definition, sector, row["quarter"], measure] += value
    return truth


def write_confidential(settings: Settings, rows: list[dict[str, Any]]) -> None:
    """A confidential warehouse as far as a release reads it."""
    with open_database(settings.working_database) as connection:
        definitions = load_definitions(settings.definitions_dir, SHIPPED_DEFINITIONS)
        for name, frame in (definitions.tables() | code_tables()).items():
            build_from_frame(connection, ALL_TABLES[name], frame)
        for name in ("core.naics_ancestry", "core.industry_group_leaves"):
            build_from_model(connection, ALL_TABLES[name], load_model(name))
        connection.execute(ALL_TABLES["core.establishments"].create_statement())
        insert(connection, "core.establishments", *rows)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    root = tmp_path_factory.mktemp("released")
    (root / "confidential").mkdir(mode=0o700)
    (root / "home").mkdir()
    (root / "home" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    agency = Settings(source="establishments", data_dir=root / "confidential", definitions_dir=ANOTHER_BOARD)
    rows = records()
    write_confidential(agency, rows)
    public = root / "public.duckdb"
    with open_database(public) as connection:
        connection.execute(ALL_TABLES["core.qcew_cells"].create_statement())
    make_release(agency, POLICY, public, root / "release", str, needs_public_file=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(root / "home"))
        patch.chdir(root)  # run_job leaves it for the project
        settings = settings_of(root)
        yield Released(run_job(settings), settings, root / "release", truth_of(rows))


def settings_of(root: Path) -> Settings:
    return read_settings(
        {
            "SECTORS_SOURCE": "release",
            "SECTORS_INBOX": str(root / "release"),
            "SECTORS_DATA_DIR": str(root / "data"),
            "SECTORS_CONFIDENTIAL_DIR": str(root / "confidential"),
            "SECTORS_DEFINITIONS_DIR": str(ANOTHER_BOARD),
        }
    )


def figures(released: Released) -> list[tuple[Any, ...]]:
    with duckdb.connect(released.settings.published_database, read_only=True) as published:
        return published.execute(
            "SELECT region, definition, sector, quarter, measure, estimate_status, lower, estimate, upper, known "
            "FROM marts.sector_measures WHERE ownership = 'private' AND quarter > 0 AND year = 2024 "
            "AND sector_kind IN ('sector', 'union')"
        ).fetchall()


def totals(released: Released) -> dict[tuple[object, ...], str]:
    """Whether the release shows each private total of the records."""
    query = f"""SELECT region, split_part(group_key, ':', 1), split_part(group_key, ':', 2), quarter, disclosure
        FROM '{released.folder / "totals.parquet"}' WHERE own_code = '5'"""
    with duckdb.connect() as connection:
        return {tuple(key): disclosure for *key, disclosure in connection.execute(query).fetchall()}


def test_every_figure_is_the_records_own_or_withheld_as_the_release_says(released: Released) -> None:
    assert released.outcome.is_success
    stated, seen = totals(released), defaultdict(int)
    for region, definition, sector, quarter, measure, status, lower, estimate, upper, known in figures(released):
        truth = released.truth.get((region, definition, sector, quarter, measure), 0.0)
        if region == "41000":
            continue
        seen[status, measure == "businesses"] += 1
        if status == "published":
            assert (lower, estimate, upper, known) == pytest.approx((truth,) * 4)
        else:
            assert stated[region, definition, sector, quarter] == "suppressed"
            assert estimate is upper is None
            assert (known or 0) <= truth
        if measure != "businesses" and stated.get((region, definition, sector, quarter)) == "disclosed":
            assert status == "published"
    assert seen["published", False] > 50
    assert seen["withheld_single_cell", False] > 20
    assert set(seen) == {("published", True), ("published", False), ("withheld_single_cell", False)}


def test_pages_and_workbooks_are_made_and_marked(released: Released) -> None:
    assert set(released.outcome.made) == {"warehouse", "site", "workbooks", "open_data"}
    index = (released.settings.exports_dir / "site" / "index.html").read_text("utf-8")
    assert "SYNTHETIC SAMPLE" in index
    docs = (released.settings.exports_dir / "site" / "data_docs" / "index.html").read_text("utf-8")
    assert "SYNTHETIC SAMPLE" in docs
    (book,) = released.settings.exports_dir.joinpath("workbooks").glob("*both_sides*.xlsx")
    assert "SYNTHETIC SAMPLE" in str([*openpyxl.load_workbook(book).worksheets[0].values])


def test_every_figure_leads_to_the_release(released: Released) -> None:
    with duckdb.connect(released.settings.published_database, read_only=True) as published:
        captures = published.execute("SELECT capture_sha256, file_name, source FROM raw.captures ORDER BY 2").fetchall()
        behind = published.execute("SELECT DISTINCT capture_sha256 FROM marts.figure_sources").fetchall()
    assert [name for _, name, _ in captures] == ["cells.parquet", "totals.parquet"]
    assert {sha256 for (sha256,) in behind} == {sha256 for sha256, *_ in captures}


def test_a_release_is_its_own_bundle(released: Released, tmp_path: Path) -> None:
    with pytest.raises(CannotBundle, match="whose folder holds all that a rebuild needs"):
        write_bundle(released.settings, tmp_path / "bundle.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_release_that_was_not_audited_is_not_published(released: Released, tmp_path: Path) -> None:
    before = released.settings.published_database.read_bytes()
    note = next((released.settings.confidential_dir or tmp_path).joinpath("audits").iterdir())
    kept = note.rename(tmp_path / note.name)
    try:
        assert not run_job(released.settings).is_success
    finally:
        kept.rename(note)
    assert released.settings.published_database.read_bytes() == before


def test_a_changed_file_is_not_published(released: Released) -> None:
    from pipelines.orchestration.intake import take_in

    totals = released.folder / "totals.csv"
    kept = totals.read_bytes()
    totals.write_bytes(kept.replace(b"suppressed", b"disclosed", 1))
    try:
        with pytest.raises(AuditFailed, match=r"totals\.csv is not what was audited"):
            take_in(released.settings)
    finally:
        totals.write_bytes(kept)
