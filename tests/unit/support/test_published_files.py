"""Files that the tests publish: slices are what BLS would have cut, and a revised vintage contradicts nothing."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from published_files import by_area_zip, revised, slice_path, slices, slices_of_real_files, workbook, workbook_rows

from pipelines.domain.naics import vintage_in_force
from pipelines.orchestration.intake import write_sample_files
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.sources.bls import expected_columns, read_member
from pipelines.sources.qualityinfo import read_workbook

REAL_ZIP = Path("bls", "2016_qtrly_by_area.zip")
MULTNOMAH = "2016.q1-q4.by_area/2016.q1-q4 41051 Multnomah County, Oregon.csv"
REVISED = ("41051", "41000")
IDENTITIES = ("industry_identities", "area_identities", "row_identities")
AREAS = pl.read_csv(PROJECT_ROOT / "data" / "reference" / "areas.csv", infer_schema=False)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_sample_files(tmp_path_factory.mktemp("sample"), Settings())


@pytest.fixture(scope="module")
def real_zip(shared_data: Path) -> Path:
    return shared_data / REAL_ZIP


def cells(content: bytes) -> pl.DataFrame:
    batches = list(read_member(io.BytesIO(content), "a member"))
    assert sum(batch.rejected.height for batch in batches) == 0
    return pl.concat(batch.cells for batch in batches).drop("member", "line_number")


def rows(content: bytes) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(content.decode()))


# Slices


def test_slices_of_the_sample_are_its_lines(sample: list[Path]) -> None:
    _, quarters, _, averages = sample
    cut = slices(quarters, ["41000", "41051", "41999"])
    assert list(cut) == [slice_path(2024, q, area) for q in (1, 2, 3, 4) for area in ("41000", "41051", "41999")]
    one = cells(cut["/cew/data/api/2024/3/area/41051.csv"])
    assert one.select("area_fips", "year", "quarter").unique().rows() == [("41051", 2024, 3)]
    with zipfile.ZipFile(quarters) as archive:
        lines = archive.read(archive.namelist()[0]).splitlines()
    assert cut[slice_path(2024, 1, "41999")].splitlines()[0] == lines[0]
    assert set(cut[slice_path(2024, 1, "41999")].splitlines()) < set(lines)
    (path,) = slices(averages, ["41051"])
    assert path == slice_path(2024, "A", "41051") == "/cew/data/api/2024/a/area/41051.csv"


def test_all_areas_of_the_sample_are_cut(sample: list[Path]) -> None:
    assert len(slices(sample[1])) == 4 * (36 + 2)


def test_slices_of_real_files_are_bls_layout_and_hold_its_cells(real_zip: Path) -> None:
    cut = slices_of_real_files(real_zip, ["41051"])
    assert list(cut) == [slice_path(2016, quarter, "41051") for quarter in (1, 2, 3, 4)]
    header, first = cut[slice_path(2016, 1, "41051")].decode().split("\n")[:2]
    assert header == ",".join(f'"{name}"' for name in expected_columns("quarterly"))
    assert first.startswith('"41051","0","10","70","0","2016","1","",')
    assert ',"",1.00,' in first
    with zipfile.ZipFile(real_zip) as archive:
        member = cells(archive.read(MULTNOMAH))
    for quarter, content in enumerate(cut.values(), start=1):
        assert cells(content).equals(member.filter(quarter=quarter))


def test_slices_packed_as_bls_packs_them_are_the_same_slices(real_zip: Path, tmp_path: Path) -> None:
    cut = slices_of_real_files(real_zip, ["41000", "41051"])
    ((path, content),) = by_area_zip(cut).items()
    assert path == "/cew/data/files/2016/csv/2016_qtrly_by_area.zip"
    packed = tmp_path / "packed.zip"
    packed.write_bytes(content)
    with zipfile.ZipFile(packed) as archive, zipfile.ZipFile(real_zip) as real:
        assert archive.namelist() == [MULTNOMAH.replace("41051 Multnomah County, Oregon", "41000 Oregon -- Statewide"),
                                      MULTNOMAH]  # fmt: skip
        assert archive.read(MULTNOMAH).splitlines()[0] == real.read(MULTNOMAH).splitlines()[0]
        assert len(archive.read(MULTNOMAH).splitlines()) == len(real.read(MULTNOMAH).splitlines())
    assert {path: set(content.splitlines()) for path, content in slices(packed).items()} == {
        path: set(content.splitlines()) for path, content in cut.items()
    }
    assert by_area_zip(cut) == {path: content}


def test_zips_are_named_after_their_quarters(sample: list[Path]) -> None:
    first = {path: content for path, content in slices(sample[1], ["41051"]).items() if "/1/" in path}
    packed = by_area_zip(first | slices(sample[3], ["41051"]))
    assert [names(content) for content in packed.values()] == [
        ["2024.q1-q1.by_area/2024.q1-q1 41051 Multnomah County, Oregon.csv"],
        ["2024.annual.by_area/2024.annual 41051 Multnomah County, Oregon.csv"],
    ]
    assert list(packed) == [f"/cew/data/files/2024/csv/2024_{kind}_by_area.zip" for kind in ("qtrly", "annual")]


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


# Revisions


@pytest.fixture(scope="module")
def economies(sample: list[Path]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """All slices of a quarter of the sample's second year, and of its averages: as they are, and what is revised."""
    whole = {path: content for path, content in slices(sample[1]).items() if "/1/" in path} | slices(sample[3])
    return whole, revised(whole, REVISED)


def test_a_late_report_is_added_up_to_the_totals(economies: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    whole, changed = economies
    assert list(changed) == [path for path in whole if path.endswith(("/41051.csv", "/41000.csv"))]
    for path, content in changed.items():
        is_annual = "/a/" in path
        before = {(row["own_code"], row["industry_code"]): row for row in rows(whole[path])}
        after = {(row["own_code"], row["industry_code"]): row for row in rows(content)}
        assert list(before) == list(after)
        quarterly = ("qtrly_estabs", "month2_emplvl", "total_qtrly_wages")
        measures = ("annual_avg_estabs", "annual_avg_emplvl", "total_annual_wages") if is_annual else quarterly
        differences = {
            key: tuple(int(after[key][name]) - int(before[key][name]) for name in measures) for key in before
        }
        added = {key: difference for key, difference in differences.items() if any(difference)}
        assert set(added.values()) == {(1, 3, 240_000 if is_annual else 60_000)}
        assert [key for key in added if key[0] != "5"] == [("0", "10")]
        assert len(added) == 1 + 8  # the area's total; the ownership's, domain, supersector, sector, 3 to 6 digits
        for name in ("disclosure_code", "lq_disclosure_code", "oty_disclosure_code"):
            assert [row[name] for row in before.values()] == [row[name] for row in after.values()]


def test_last_year_stays_as_it_was(economies: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    whole, changed = economies
    for path, content in changed.items():
        for before, after in zip(rows(whole[path]), rows(content), strict=True):
            for name in before:
                if f"oty_{name}_chg" in before and not before["oty_disclosure_code"]:
                    change = f"oty_{name}_chg"
                    assert int(before[name]) - int(before[change]) == int(after[name]) - int(after[change])


def test_a_revised_sample_keeps_all_identities(economies: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    whole, changed = economies
    assert broken_identities(whole | changed, "sample") == []
    county_only = whole | revised(whole, ["41051"])
    assert {identity for identity, *_ in broken_identities(county_only, "sample")} == {"counties_add_up_to_state"}


def test_revised_real_files_keep_all_identities(real_zip: Path) -> None:
    whole = {path: content for path, content in slices_of_real_files(real_zip).items() if "/1/" in path}
    changed = revised(whole, ["41051", "41000", "C3890"])
    assert broken_identities(whole | changed, "bls") == []


def test_what_cannot_be_revised_is_refused(sample: list[Path]) -> None:
    cut = slices(sample[1], ["41051"])
    with pytest.raises(ValueError, match="no slice of"):
        revised(cut, REVISED)
    with pytest.raises(ValueError, match="no row of industry 111110"):
        revised(cut, ["41051"], industry="111110", own_code="1")
    with pytest.raises(ValueError, match="not the path of a slice"):
        revised({"/elsewhere.csv": b""}, ["41051"])


def broken_identities(published: Mapping[str, bytes], source: str) -> list[tuple[Any, ...]]:
    """What the project's own SQL finds wrong with the quarterly slices."""
    quarterly = pl.concat(cells(content) for path, content in published.items() if "/a/" not in path)
    year = quarterly["year"][0]
    reference = PROJECT_ROOT / "data" / "reference"
    naics = pl.read_csv(reference / f"naics_{vintage_in_force(year)}.csv", infer_schema=False)
    level = pl.when(pl.col("industry_code") == "10").then(0).otherwise(pl.col("agglvl_code").str.tail(1).cast(pl.Int8))
    tables = {
        "core.qcew_cells": quarterly.with_columns(
            source=pl.lit(source), naics_level=level, naics_vintage=pl.lit(vintage_in_force(year))
        ),
        "core.vintages": quarterly.select(
            "area_fips", "year", "quarter", source=pl.lit(source), is_in_force=True, is_whole_area=True
        ).unique(),
        "reference.naics": naics.select(
            "parent_code",
            industry_code="code",
            naics_level=pl.col("level").cast(pl.Int64),
            naics_vintage=pl.lit(vintage_in_force(year)),
        ),
        "reference.areas": AREAS,
        "reference.metropolitan_areas": pl.DataFrame(
            [("C3890", area, 2013, 2023) for area in ("41005", "41009", "41051", "41067", "41071", "53011", "53059")],
            schema=["metropolitan_area", "area_fips", "first_year", "last_year"],
            orient="row",
        ),
    }
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA core; CREATE SCHEMA reference")
        for name, frame in tables.items():
            connection.register("given", frame.to_arrow())
            connection.execute(f"CREATE TABLE {name} AS FROM given")
        for name in ("cell_measures", "quotient_ranges", *IDENTITIES):
            select = (PROJECT_ROOT / "sql" / "core" / f"{name}.sql").read_text("utf-8")
            connection.execute(f"CREATE TABLE core.{name} AS {select}")
        groups = " UNION ALL ".join(f"FROM core.{name}" for name in IDENTITIES)
        ((checked,),) = connection.execute(f"SELECT count(*) FROM ({groups})").fetchall()
        assert checked > 10_000
        return connection.execute(f"FROM ({groups}) WHERE holds IS NOT TRUE").fetchall()


# Workbooks


@pytest.mark.parametrize(("place", "quarter"), [(3, None), (1, 2)])
def test_a_workbook_has_what_the_slice_has(sample: list[Path], place: int, quarter: int | None) -> None:
    content = slices(sample[place], ["41051"])[slice_path(2024, quarter or "a", "41051")]
    book = workbook(workbook_rows(content), area_name="Multnomah County", year=2024, quarter=quarter)
    read = read_workbook(io.BytesIO(book), "book.xlsx", AREAS)
    assert read.rejected.height == 0
    shared = ["disclosure", "establishments", "wages_usd", "agglvl_code"]
    both = read.cells.join(cells(content), on=["own_code", "industry_code"], suffix="_of_bls")
    assert both.height > 0.9 * read.cells.height
    for name in shared:
        known = pl.col("disclosure_of_bls") != "true_zero"
        assert both.filter(known & ~pl.col(name).eq_missing(pl.col(f"{name}_of_bls"))).rows() == []
    if quarter is None:
        assert both["average_employment"].equals(both["average_employment_of_bls"], null_equal=True)
    utilities = read.cells.filter(own_code="5", industry_code="22+48-49")
    assert utilities.height == 1


def test_a_workbook_holds_the_rows_given() -> None:
    book = workbook([("All", "Total private coverage", "Private", 90.0, 900.0, 45_000_000.0, 50_000.0)])
    (cell,) = read_workbook(io.BytesIO(book), "book.xlsx", AREAS).cells.rows(named=True)
    assert (cell["area_fips"], cell["year"], cell["establishments"]) == ("41000", 2025, 90)
