"""How the typed tables of a capture lie in its folder: small ones as one file, large ones sorted, a file a period."""

import random
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.sources import typed_tables
from pipelines.sources.typed_cells import TABLES
from pipelines.sources.typed_tables import TypedTables, count_rows, drop_members, parquet_files

SHA256 = "a" * 64
KEYS = ["area_fips", "own_code", "industry_code"]


def cells(areas: list[str], member: str = "all.csv", year: int = 2025) -> pl.DataFrame:
    """Some cells of all quarters of each area, shuffled, with a line number and an odd value each."""
    rows = [
        (area, own, industry, year, quarter)
        for area in areas
        for own in ("1", "5")
        for industry in ("10", "11", "31-33", "311")
        for quarter in (1, 2, 3, 4)
    ]
    random.Random(7).shuffle(rows)
    frame = pl.DataFrame(rows, schema=[*KEYS, "year", "quarter"], orient="row")
    values = {name: None for name in TABLES["quarterly_cells"] if name not in frame.columns}
    return frame.with_columns(
        **{name: pl.lit(value) for name, value in values.items()}
        | {"member": pl.lit(member), "line_number": pl.int_range(2, pl.len() + 2), "wages_usd": pl.int_range(pl.len())}
    ).with_columns(wages_usd=pl.col("wages_usd") ** 9 - 2**40)


def write(folder: Path, *frames: pl.DataFrame, table: str = "quarterly_cells") -> Path:
    with TypedTables(folder, TABLES, SHA256) as tables:
        for frame in frames:
            tables.write(table, frame)
    return folder / f"{table}.parquet"


@pytest.fixture
def large_from_100(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_tables, "LARGE_TABLE", 100)


def test_a_small_capture_is_one_file_in_the_order_of_its_lines(tmp_path: Path) -> None:
    frames = [cells(["41051"]), cells(["41005"])]
    table = write(tmp_path, *frames)
    assert parquet_files(table) == [table]
    assert pl.read_parquet(table)["line_number"].to_list() == [*frames[0]["line_number"], *frames[1]["line_number"]]
    assert count_rows(table) == 64
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.parquet" for name in TABLES}


def test_a_large_capture_has_a_sorted_file_a_quarter_with_every_cell(tmp_path: Path, large_from_100: None) -> None:
    frames = [cells(["41051", "41005"]), cells(["53011", "41067"]), cells(["41000"])]
    table = write(tmp_path, *frames)
    assert [file.name for file in parquet_files(table)] == [f"2025-Q{quarter}.parquet" for quarter in (1, 2, 3, 4)]
    schema = pl.Schema({"capture_sha256": pl.String} | dict(TABLES["quarterly_cells"]))
    for quarter, file in enumerate(parquet_files(table), start=1):
        found = pl.read_parquet(file)
        assert found.schema == schema
        assert set(found["quarter"]) == {quarter}
        for group in range(pq.ParquetFile(file).num_row_groups):
            keys = pl.DataFrame(pq.ParquetFile(file).read_row_group(group)).select(KEYS)
            assert keys.equals(keys.sort(KEYS))
    given = pl.concat(frames).cast(dict(TABLES["quarterly_cells"])).select(TABLES["quarterly_cells"].names())  # type: ignore[arg-type]
    order = ["area_fips", "line_number"]
    assert pl.read_parquet(table).drop("capture_sha256").sort(order).equals(given.sort(order))
    assert count_rows(table) == given.height


def test_years_and_annual_cells_have_files_of_their_own(tmp_path: Path, large_from_100: None) -> None:
    frames = [cells(["41051", "41005"], year=year) for year in (2024, 2025)]
    names = [file.name for file in parquet_files(write(tmp_path, *frames))]
    assert names == [f"{year}-Q{quarter}.parquet" for year in (2024, 2025) for quarter in (1, 2, 3, 4)]
    columns = {name: pl.lit(None) for name in TABLES["annual_cells"] if name not in frames[0].columns}
    annual = [frame.with_columns(**columns).select(TABLES["annual_cells"].names()) for frame in frames]
    (tmp_path / "annual").mkdir()
    names = [file.name for file in parquet_files(write(tmp_path / "annual", *annual * 2, table="annual_cells"))]
    assert names == ["2024.parquet", "2025.parquet"]


def test_duckdb_reads_the_files_of_both_kinds_together_and_skips_what_is_not_asked_for(
    tmp_path: Path, large_from_100: None
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir(), large.mkdir()
    tables = [write(small, cells(["41051"])), write(large, *[cells(["41005", "53011"])] * 3)]
    files = [str(file) for table in tables for file in parquet_files(table)]
    with duckdb.connect() as connection:
        found = connection.read_parquet(files).aggregate("count(*), sum(wages_usd), min(quarter), max(year)").fetchone()
        described = connection.execute("SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet($1))", [files])
        kinds = dict(described.fetchall())
    every = pl.concat([pl.read_parquet(table) for table in tables])
    assert found == (every.height, every["wages_usd"].sum(), 1, 2025)
    assert (kinds["year"], kinds["quarter"], kinds["wages_usd"]) == ("SMALLINT", "TINYINT", "BIGINT")
    group = pq.ParquetFile(files[-1]).metadata.row_group(0)
    sought = {
        group.column(place).path_in_schema for place in range(group.num_columns) if group.column(place).statistics
    }
    assert sought == {"year", "quarter", *KEYS}


def test_members_are_taken_back_from_files_of_either_kind(tmp_path: Path, large_from_100: None) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir(), large.mkdir()
    kept, dropped = cells(["41051"], "good.csv"), cells(["41005"], "bad.csv")
    for folder, frames in ((small, [kept, dropped]), (large, [kept, dropped] * 3)):
        table = write(folder, *frames)
        before = parquet_files(table)
        drop_members(table, [])
        assert count_rows(table) == sum(frame.height for frame in frames)
        drop_members(table, ["bad.csv", "never there.csv"])
        assert parquet_files(table) == before
        assert set(pl.read_parquet(table)["member"]) == {"good.csv"}
        assert count_rows(table) == sum(frame.height for frame in frames) / 2


def test_a_table_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert parquet_files(tmp_path / "quarterly_cells.parquet") == []
