"""Establishment records read from both layouts, against the made-up economy they were written from and by hand."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.orchestration.intake import sample_frames
from pipelines.settings import Settings
from pipelines.sources import establishment_fields
from pipelines.sources.establishment_layouts import FIELDS, RECORD_BYTES, RECORD_SCHEMA, recognise_records
from pipelines.sources.establishment_records import RecordCounts, read_records, write_records
from pipelines.sources.reading import RefusedFile
from pipelines.sources.sample_economy import SampleEconomy, simulate_economy
from pipelines.sources.sample_establishments import SYNTHETIC_LEGAL_NAME, write_sample_records

Frames = tuple[pl.DataFrame, pl.DataFrame]
GOOD = {
    "state": "41", "year": "2024", "quarter": "1", "account": "0000000001", "unit": "00000", "ein": "930000001",
    "status": "1", "industry_code": "236115", "own_code": "5", "county": "051", "multi_establishment_code": "1",
    "month1_employment": "000003", "month2_employment": "     4", "month3_employment": "000005",
    "wages_usd": "00000030000", "taxable_wages_usd": "00000020000", "contributions_usd": "000000500",
}  # fmt: skip
CANARY = b"CANARY BAKERY \xff LLC"


@pytest.fixture(scope="module")
def frames() -> Frames:
    """NAICS by vintage and the areas, as the project ships them."""
    naics, areas = sample_frames(Settings())
    tree = naics.select(
        pl.lit(2022).alias("naics_vintage"), industry_code="code", naics_level=pl.col("level").cast(pl.Int64)
    )
    return tree, areas


@pytest.fixture(scope="module")
def economy() -> SampleEconomy:
    """About a hundredth of Oregon, two years."""
    return simulate_economy(*sample_frames(Settings()), seed=7, scale=0.01)


@pytest.fixture(scope="module")
def files(economy: SampleEconomy, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The economy of 2023 and 2024 in each layout."""
    return write_sample_records(tmp_path_factory.mktemp("records"), economy, ("fixed", "csv", "parquet"))


def record(**fields: str) -> bytes:
    """A good record of 1,060 bytes with some fields as told."""
    line = bytearray(b" " * RECORD_BYTES)
    line[0:1] = b"F"
    line[62 : 62 + len(CANARY)] = CANARY
    for name, text in (GOOD | fields).items():
        place = FIELDS[name]
        assert len(text) == place.width, name
        line[place.columns] = text.encode()
    return bytes(line)


def read(path: Path, frames: Frames) -> tuple[pl.DataFrame, pl.DataFrame]:
    batches = list(read_records(path, *frames))
    return pl.concat([one.records for one in batches]), pl.concat([one.rejected for one in batches])


def written(path: Path, folder: Path, frames: Frames) -> tuple[RecordCounts, pl.DataFrame, pl.DataFrame]:
    counts = write_records(path, folder, *frames)
    return counts, pl.read_parquet(folder / "records.parquet"), pl.read_parquet(folder / "rejected_rows.parquet")


def test_every_layout_gives_the_economy(
    economy: SampleEconomy, files: list[Path], frames: Frames, tmp_path: Path
) -> None:
    """Months, wages, taxes, place, industry and employer of each establishment; masters are left out."""
    truth = economy.establishments.select(
        "year", "quarter", "area_fips",
        account=pl.col("establishment_id").str.head(10), unit=pl.col("establishment_id").str.tail(5),
        own_code="own_code", industry_code="industry_code",
        month1_employment="month1_employment", month2_employment="month2_employment",
        month3_employment="month3_employment", wages_usd="wages_usd",
        taxable_wages_usd="taxable_wages_usd", contributions_usd="contributions_usd",
    )  # fmt: skip
    by_layout: dict[str, list[pl.DataFrame]] = {}
    for number, path in enumerate(files):
        counts, records, rejected = written(path, tmp_path / str(number), frames)
        assert rejected.is_empty()
        assert counts.read == records.height + counts.masters_left_out
        assert counts.masters_left_out > 0
        assert (counts.masters_alone, counts.repeated) == (0, 0)
        by_layout.setdefault(path.suffix, []).append(records)
    assert by_layout.keys() == {".txt", ".csv", ".parquet"}
    keys = ["year", "quarter", "area_fips", "account", "unit"]
    for parts in by_layout.values():
        records = pl.concat(parts)
        assert records.schema == RECORD_SCHEMA
        assert records.select(truth.columns).equals(truth.sort(keys))
        assert (records["ein"] == "00" + records["account"].str.tail(7)).all()


def test_the_files_say_that_they_are_synthetic(files: list[Path]) -> None:
    for path in files:
        assert "SYNTHETIC-SAMPLE" in path.name
        assert SYNTHETIC_LEGAL_NAME.encode() in path.read_bytes()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_line_ends_are_told_by_content(end: bytes, frames: Frames, tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_bytes(end.join([record(account="0000000001"), record(account="0000000002"), b""]))
    assert recognise_records(path) == "fixed"
    records, rejected = read(path, frames)
    assert records["account"].to_list() == ["0000000001", "0000000002"]
    assert records["line_number"].to_list() == [1, 2]
    assert rejected.is_empty()


def test_a_record_is_typed_field_by_field(frames: Frames, tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_bytes(record(contributions_usd=" " * 9, ein="000000000") + b"\n")
    ((year, quarter, account, unit, ein, area, own, industry, code, *measures, line),) = read(path, frames)[0].rows()
    assert (year, quarter, account, unit, ein) == (2024, 1, "0000000001", "00000", None)
    assert (area, own, industry, code, line) == ("41051", "5", "236115", "1", 1)
    assert measures == [3, 4, 5, 30000, 20000, None]


@pytest.mark.parametrize("county", ["995", "999", "   ", "002"])
def test_a_county_that_the_state_has_not_is_unknown(county: str, frames: Frames, tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_bytes(record(county=county) + b"\n")
    assert read(path, frames)[0]["area_fips"].to_list() == ["41999"]


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"state": "98"}, "state_fips"),
        ({"status": "2"}, "status_is_active"),
        ({"year": "1066"}, "year_and_quarter"),
        ({"year": "2016"}, "naics_vintage_is_known"),
        ({"account": "00000000x1"}, "account_is_digits"),
        ({"unit": "0000 "}, "unit_is_digits"),
        ({"ein": "93-000001"}, "ein_is_digits"),
        ({"own_code": "4"}, "own_code"),
        ({"industry_code": "236110"}, "industry_code"),
        ({"industry_code": "23    "}, "industry_code"),
        ({"multi_establishment_code": "7"}, "multi_establishment_code"),
        ({"month2_employment": "      "}, "month2_employment_is_there"),
        ({"month3_employment": "0000-5"}, "month3_employment_is_whole_number"),
        ({"wages_usd": " " * 11}, "wages_usd_is_there"),
        ({"wages_usd": "00000030.00"}, "wages_usd_is_whole_number"),
        ({"taxable_wages_usd": "0000002000x"}, "taxable_wages_usd_is_whole_number"),
    ],
)
def test_a_record_that_breaks_a_rule_is_rejected_by_its_name(
    fields: dict[str, str], rule: str, frames: Frames, tmp_path: Path
) -> None:
    path = tmp_path / "records"
    path.write_bytes(record() + b"\n" + record(**fields) + b"\n")
    records, rejected = read(path, frames)
    assert records["line_number"].to_list() == [1]
    assert rejected.rows() == [("records", 2, rule, "")]


def test_a_cut_record_is_rejected_and_the_others_are_read(frames: Frames, tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_bytes(record() + b"\n" + record()[:700] + b"\n" + record(unit="00002") + b"\n" + record()[:50])
    records, rejected = read(path, frames)
    assert records["line_number"].to_list() == [1, 3]
    assert rejected.select("line_number", "rule").rows() == [(2, "record_length"), (4, "record_length")]


def test_the_last_of_repeated_records_counts(frames: Frames, tmp_path: Path) -> None:
    path = tmp_path / "records"
    months = ("000001", "000002", "000003")
    path.write_bytes(b"".join(record(month1_employment=month) + b"\n" for month in months))
    counts, records, rejected = written(path, tmp_path / "out", frames)
    assert records["month1_employment"].to_list() == [3]
    assert rejected.select("line_number", "rule").rows() == [(1, "repeated_later"), (2, "repeated_later")]
    assert (counts.read, counts.kept, counts.repeated, counts.rejected) == (3, 1, 2, {})


def test_a_master_counts_only_where_no_unit_does(frames: Frames, tmp_path: Path) -> None:
    """Account 1 has a master and a unit, in another order; account 2 a master alone; 3 a unit of another quarter."""
    path = tmp_path / "records"
    lines = [
        record(account="0000000001", unit="00001", multi_establishment_code="3"),
        record(account="0000000001", unit="00000", multi_establishment_code="2"),
        record(account="0000000002", unit="00000", multi_establishment_code="2"),
        record(account="0000000003", unit="00000", multi_establishment_code="2"),
        record(account="0000000003", unit="00001", multi_establishment_code="3", quarter="2"),
    ]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    counts, records, _ = written(path, tmp_path / "out", frames)
    assert records["line_number"].to_list() == [1, 3, 4, 5]
    assert (counts.masters_left_out, counts.masters_alone) == (1, 2)


def test_a_csv_may_have_other_columns_and_lack_optional_ones(frames: Frames, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    header = "Account,unit,year,quarter,legal_name,area_fips,own_code,industry_code,multi_establishment_code,"
    header += "month1_employment,month2_employment,month3_employment,wages_usd"
    path.write_text(f'{header}\n12,1,2024,3,"A, B\'s ""CANARY""",41051,5,236115,1,3,4,5,30000\nbroken,line\n', "utf-8")
    records, rejected = read(path, frames)
    assert records.select("account", "unit", "ein", "area_fips", "wages_usd", "taxable_wages_usd").rows() == [
        ("0000000012", "00001", None, "41051", 30000, None)
    ]
    assert rejected.select("line_number", "rule").rows() == [(3, "number_of_fields")]


def test_other_files_are_refused(frames: Frames, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Dear board, these are not records.\n", "utf-8")
    assert recognise_records(path) is None
    with pytest.raises(RefusedFile, match="holds no establishment records"):
        list(read_records(path, *frames))


def test_no_name_is_taken_over(frames: Frames, tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_bytes(record() + b"\n" + record(own_code="9") + b"\n")
    written(path, tmp_path / "out", frames)
    for name in ("records.parquet", "rejected_rows.parquet"):
        plain = tmp_path / f"plain_{name}"
        pl.read_parquet(tmp_path / "out" / name).write_parquet(plain, compression="uncompressed")
        assert b"CANARY" not in plain.read_bytes()


def test_the_same_file_gives_the_same_bytes(files: list[Path], frames: Frames, tmp_path: Path) -> None:
    outputs = [tmp_path / "one", tmp_path / "two"]
    for folder in outputs:
        write_records(files[0], folder, *frames)
    for name in ("records.parquet", "rejected_rows.parquet"):
        assert (outputs[0] / name).read_bytes() == (outputs[1] / name).read_bytes()
        assert (outputs[0] / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("batch_records", [2, 3, 64])
def test_malformed_lines_cost_no_other_record_wherever_a_batch_ends(
    end: bytes, batch_records: int, frames: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Short lines, one of a byte too many, and a line feed inside a name, in every place of a small batch."""
    monkeypatch.setattr(establishment_fields, "BATCH_RECORDS", batch_records)
    path = tmp_path / "records"
    whole, short, long = record(), record()[:500], record() + b"x"
    with_line_feed = whole.replace(b" BAKERY", b"\nBAKERY")
    lines = [whole, short, short, with_line_feed, long, whole, whole, short, with_line_feed, whole, long]
    path.write_bytes(end.join(lines))
    records, rejected = read(path, frames)
    assert records["line_number"].to_list() == [1, 4, 6, 7, 9, 10]
    assert rejected["line_number"].to_list() == [2, 3, 5, 8, 11]
    assert set(rejected["rule"]) == {"record_length"}


def test_a_quote_that_is_not_closed_swallows_no_record_in_silence(
    files: list[Path], frames: Frames, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    lines = files[2].read_text("utf-8").splitlines()[:5]
    lines[2] = lines[2].replace(f"{SYNTHETIC_LEGAL_NAME} 0", f'"{SYNTHETIC_LEGAL_NAME} 0', 1)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(RefusedFile, match="a quote that is not closed") as refusal:
        write_records(path, tmp_path / "out", *frames)
    assert SYNTHETIC_LEGAL_NAME not in str(refusal.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_table_cut_short_is_refused(files: list[Path], frames: Frames, tmp_path: Path) -> None:
    whole = next(path for path in files if path.suffix == ".parquet").read_bytes()
    path = tmp_path / "export.parquet"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RefusedFile, match="damaged or cut short"):
        write_records(path, tmp_path / "out", *frames)
    assert list((tmp_path / "out").iterdir()) == []
