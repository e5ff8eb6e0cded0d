"""Made-up singlefiles of BLS's size: the same every time, in BLS's layout, and without a line that is rejected."""

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import SHIPPED_DEFINITIONS
from pipelines.sources import bls
from pipelines.sources.bls import expected_columns, read_member
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.reading import Frequency
from pipelines.sources.sample_files import SYNTHETIC_MARK
from pipelines.sources.sample_singlefile import write_singlefile

ROWS = 9_001
MEMBERS: dict[Frequency, str] = {
    "quarterly": "2025.q1-q4.singlefile.csv",
    "annual": "2025.annual.singlefile.csv",
}
TEXTS = {*expected_columns("quarterly")[:8], "lq_disclosure_code", "oty_disclosure_code"}


@pytest.fixture(scope="module")
def frames() -> tuple[pl.DataFrame, pl.DataFrame]:
    """All industries and a dozen areas, which have some 45,000 rows a year."""
    tables = load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS).tables()
    naics = tables["reference.naics"].filter(naics_vintage=2022).select(code="industry_code", level="naics_level")
    return naics, tables["reference.areas"].sort("area_fips").head(12)


def write(folder: Path, frequency: Frequency, frames: tuple[pl.DataFrame, pl.DataFrame], **options: int) -> bytes:
    folder.mkdir(exist_ok=True)
    return write_singlefile(folder, frequency, *frames, **({"rows": ROWS} | options)).read_bytes()


@pytest.mark.parametrize("frequency", ["quarterly", "annual"])
def test_a_file_is_the_same_for_the_same_seed_only(
    tmp_path: Path, frequency: Frequency, frames: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    first, again, other = (write(tmp_path / name, frequency, frames, seed=seed) for name, seed in
                           (("a", 1), ("b", 1), ("c", 2)))  # fmt: skip
    assert first == again
    assert first != other


@pytest.mark.parametrize("frequency", ["quarterly", "annual"])
def test_every_row_is_read_the_short_way_and_none_is_rejected(
    tmp_path: Path, frequency: Frequency, frames: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    with zipfile.ZipFile(io.BytesIO(write(tmp_path, frequency, frames))) as archive:
        assert archive.namelist() == [MEMBERS[frequency]]
        assert archive.comment.decode() == SYNTHETIC_MARK
        content = archive.read(MEMBERS[frequency])
    (batch,) = read_member(io.BytesIO(content), MEMBERS[frequency])
    assert (batch.cells.height, batch.rejected.height) == (ROWS, 0)
    assert set(batch.cells["disclosure"]) == {"disclosed", "suppressed", "true_zero"}
    stream = io.BytesIO(content)
    layout = bls.recognise_layout(stream.readline())
    assert layout
    assert bls._plain_rows(stream.read(), layout) is not None
    keys = batch.cells.select("area_fips", "own_code", "industry_code")
    assert keys.equals(keys.sort(pl.all(), maintain_order=True))
    quarters = [] if frequency == "annual" else ["quarter"]
    assert batch.cells.select(*keys.columns, *quarters).is_unique().all()


@pytest.mark.parametrize("frequency", ["quarterly", "annual"])
def test_texts_are_quoted_numbers_are_not_and_lines_are_as_wide_as_those_of_bls(
    tmp_path: Path, frequency: Frequency, frames: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    with zipfile.ZipFile(io.BytesIO(write(tmp_path, frequency, frames))) as archive:
        lines = archive.read(MEMBERS[frequency]).decode().splitlines()
    names = next(csv.reader(lines[:1]))
    assert names == list(expected_columns(frequency))
    assert lines[0].split(",") == [f'"{name}"' for name in names]
    for line in lines[1:200]:
        for name, field in zip(names, line.split(","), strict=True):
            assert field.startswith('"') == field.endswith('"') == (name in TEXTS)
    assert 110 < sum(map(len, lines)) / len(lines) < 190


def test_fewer_rows_are_the_first_ones(tmp_path: Path, frames: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    texts = []
    for rows in (10, 5_000):
        with zipfile.ZipFile(io.BytesIO(write(tmp_path, "quarterly", frames, rows=rows))) as archive:
            texts.append(archive.read(MEMBERS["quarterly"]))
    assert [text.count(b"\n") for text in texts] == [11, 5_001]
    assert texts[1].startswith(texts[0])


def test_more_rows_than_the_areas_have_are_refused(tmp_path: Path, frames: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    naics, areas = frames
    few = naics, areas.filter(area_fips="41051")
    with pytest.raises(ValueError, match=r"there are only [0-9,]+; ask for fewer"):
        write(tmp_path, "annual", few, rows=100_000)
