"""The reader of BLS's CSVs on real files: every row is read, and as an independent reader finds it."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources.bls import read_member
from pipelines.sources.reading import QUARTERLY_SCHEMA, MemberCells


def read(content: bytes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells and rejected rows."""
    batches = list(read_member(io.BytesIO(content), "a.csv"))
    return pl.concat([batch.cells for batch in batches]), pl.concat([batch.rejected for batch in batches])


def independent_cells(content: bytes) -> Iterator[tuple[object, ...]]:
    """Keys, state and main figures of a file, read by Python's own csv module."""
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    names = next(lines)
    estabs, first, last = (
        next(place for place, name in enumerate(names) if name.startswith(start))
        for start in ("qtrly_estabs", "month1_emplvl", "avg_wkly_wage")
    )
    states = {"": "disclosed", "N": "suppressed", "-": "true_zero"}
    for fields in lines:
        values = [int(value) for value in fields[first : last + 1]]
        hidden = fields[7] == "N"
        yield (
            *fields[:5], int(fields[5]), int(fields[6]), states[fields[7]], int(fields[estabs]),
            *(None if hidden else value for value in values),
        )  # fmt: skip


@pytest.fixture(scope="module")
def zipped(shared_data: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(shared_data / "bls" / "2016_qtrly_by_area.zip") as archive:
        yield archive


@pytest.fixture(scope="module")
def real_2016(zipped: zipfile.ZipFile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells and rejected rows of the 46 members of BLS's by_area files of 2016."""
    batches: list[MemberCells] = []
    for info in zipped.infolist():
        with zipped.open(info) as stream:
            batches += read_member(stream, info.filename)  # type: ignore[arg-type]
    return pl.concat([batch.cells for batch in batches]), pl.concat([batch.rejected for batch in batches])


def test_every_row_of_the_real_zip_is_read(real_2016: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    cells, rejected = real_2016
    assert (cells.height, rejected.height) == (210_192, 0)
    assert dict(cells["disclosure"].value_counts().iter_rows()) == {
        "suppressed": 116_751,
        "disclosed": 90_618,
        "true_zero": 2_823,
    }
    hidden = cells.filter(disclosure="suppressed")
    assert hidden.select("month1_employment", "wages_usd").null_count().row(0) == (116_751, 116_751)
    assert cells["establishments"].null_count() == 0


@pytest.mark.parametrize(
    ("county", "establishments", "employment", "wages"),
    [("41005", 13_860, 140_824, 6_991_381_221), ("41051", 32_489, 416_708, 22_522_649_523),
     ("41067", 18_146, 260_165, 17_458_548_850)],
)  # fmt: skip
def test_private_totals_of_2016_are_the_reference_totals_of_qcew(
    real_2016: tuple[pl.DataFrame, pl.DataFrame], county: str, establishments: int, employment: int, wages: int
) -> None:
    private = real_2016[0].filter(area_fips=county, own_code="5", industry_code="10")
    months = [sum(private[f"month{month}_employment"].to_list()) for month in (1, 2, 3)]
    assert private.height == 4
    assert int(sum(private["establishments"].to_list()) / 4 + 0.5) == establishments
    assert int(sum(months) / 12 + 0.5) == employment
    assert private["wages_usd"].sum() == wages


def test_real_cells_are_those_an_independent_reader_finds(
    zipped: zipfile.ZipFile, real_2016: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    names = [name for name in zipped.namelist() if "41049" in name or "USCMS" in name or "C4142" in name]
    assert len(names) == 3
    columns = list(QUARTERLY_SCHEMA)[:16]
    for name in names:
        ours = real_2016[0].filter(member=name)
        assert ours.select(columns).rows() == list(independent_cells(zipped.read(name)))
        assert ours["line_number"].to_list() == list(range(2, ours.height + 2))


@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_a_resaved_slice_is_read_like_bls_wrote_it(shared_data: Path, quarter: int) -> None:
    content = (shared_data / f"format_samples/api/2020/{quarter}/area/39041.csv").read_bytes()
    cells, rejected = read(content)
    assert (cells.height, rejected.height) == (1553, 0)
    assert cells.select(list(QUARTERLY_SCHEMA)[:16]).rows() == list(independent_cells(content))


def test_the_real_annual_slice_adds_up_to_its_quarters(shared_data: Path) -> None:
    folder = shared_data / "format_samples/api/2020"
    annual = read((folder / "a/area/39041.csv").read_bytes())[0].filter(own_code="0", industry_code="10")
    quarters = [read((folder / f"{quarter}/area/39041.csv").read_bytes())[0] for quarter in (1, 2, 3, 4)]
    wages = [each.filter(own_code="0", industry_code="10")["wages_usd"][0] for each in quarters]
    assert annual.select("year", "establishments", "average_employment", "wages_usd").row(0) == (
        2020, 5_891, 84_743, 5_279_365_599,
    )  # fmt: skip
    assert sum(wages) == 5_279_365_599


@pytest.mark.parametrize(
    ("name", "rows", "hidden"),
    [("2007.annual 23 Construction.csv", 6_497, 2_696), ("2019.annual 23 NAICS 23 Construction.csv", 6_398, 2_578)],
)
def test_real_annual_files_by_industry_are_read(shared_data: Path, name: str, rows: int, hidden: int) -> None:
    content = (shared_data / "format_samples" / name).read_bytes()
    cells, rejected = read(content)
    assert (cells.height, rejected.height) == (rows, 0)
    assert cells.filter(disclosure="suppressed").height == hidden
    truth = {
        (row["area_fips"], row["own_code"], row["agglvl_code"]): None
        if row["disclosure_code"] == "N"
        else (int(row["annual_avg_emplvl"]), int(row["total_annual_wages"]), int(row["avg_annual_pay"]))
        for row in csv.DictReader(io.StringIO(content.decode()))
    }
    figures = ("average_employment", "wages_usd", "average_annual_pay_usd")
    ours = {
        row[:3]: None if row[3] == "suppressed" else row[4:]
        for row in cells.select("area_fips", "own_code", "agglvl_code", "disclosure", *figures).iter_rows()
    }
    assert ours == truth
