"""Cells for the estimates: small ones by hand, the sample economy with its truth, and the real files of Oregon."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources import bls
from pipelines.sources.sample_cells import publish_cells
from pipelines.sources.sample_economy import simulate_economy

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
JOBS = ("month1_employment", "month2_employment", "month3_employment")
MEASURED = (*JOBS, "wages_usd")

Row = tuple[int, int | None]
MakeCells = Callable[[Mapping[str, Row]], pl.DataFrame]


def _naics(vintage: int) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / f"naics_{vintage}.csv", infer_schema=False)


def _tree(naics: pl.DataFrame) -> pl.DataFrame:
    return naics.select("parent_code", industry_code="code", naics_level=pl.col("level").cast(pl.Int8))


@pytest.fixture(scope="session")
def small_tree() -> pl.DataFrame:
    """10 above A and B, A above A1 and A2, B above B1."""
    rows = [("10", None, 0), ("A", "10", 2), ("B", "10", 2), ("A1", "A", 3), ("A2", "A", 3), ("B1", "B", 3)]
    return pl.DataFrame(rows, schema=["industry_code", "parent_code", "naics_level"], orient="row")


@pytest.fixture(scope="session")
def make_cells() -> MakeCells:
    """Cells from {"area own industry": (establishments, value)}; the value is that of every measure, None if hidden."""

    def make(rows: Mapping[str, Row]) -> pl.DataFrame:
        keys = [key.split() for key in rows]
        values = [value for _, value in rows.values()]
        return pl.DataFrame(
            {
                "area_fips": [area for area, _, _ in keys],
                "own_code": [own for _, own, _ in keys],
                "industry_code": [industry for _, _, industry in keys],
                "disclosure": ["suppressed" if value is None else "disclosed" for value in values],
                "establishments": [establishments for establishments, _ in rows.values()],
                **{name: pl.Series(values, dtype=pl.Int64) for name in MEASURED},
            }
        )

    return make


@pytest.fixture(scope="session")
def sample() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """A quarter of the sample economy: its published cells, the same with their true values, and the industry tree."""
    naics = _naics(2022)
    areas = pl.read_csv(REFERENCE / "areas.csv", infer_schema=False)
    truth = publish_cells(simulate_economy(naics, areas, seed=7, years=(2023,)), naics).quarterly.filter(quarter=3)
    is_hidden = pl.col("disclosure") == "suppressed"
    published = truth.with_columns(pl.when(~is_hidden).then(name).alias(name) for name in MEASURED)
    return published, truth, _tree(naics)


@pytest.fixture(scope="session")
def naics_2012() -> pl.DataFrame:
    return _tree(_naics(2012))


def read_cells(archive: Path) -> pl.DataFrame:
    """All quarterly cells of a zip of BLS files."""
    with zipfile.ZipFile(archive) as members:
        batches = []
        for name in members.namelist():
            with members.open(name) as stream:
                batches += [batch.cells.filter(size_code="0") for batch in bls.read_member(stream, name)]
    return pl.concat(batches)


@pytest.fixture(scope="session")
def real_2016(shared_data: Path) -> pl.DataFrame:
    """Quarterly cells of 2016: all of Oregon, four counties of Washington State, the Portland and Salem MSAs."""
    return read_cells(shared_data / "bls" / "2016_qtrly_by_area.zip")
