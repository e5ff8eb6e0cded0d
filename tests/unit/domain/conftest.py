"""The shipped industry trees, read without the project's own readers."""

import csv
from pathlib import Path

import pytest

from pipelines.domain.naics import NAICS_VINTAGES, Concordance, Industry, NaicsTree
from pipelines.domain.sector_definitions import Classification

REFERENCE = Path(__file__).parents[3] / "data" / "reference"


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def trees() -> dict[int, NaicsTree]:
    return {
        vintage: NaicsTree(
            vintage,
            [
                Industry(row["code"], row["title"], row["parent_code"] or None, int(row["level"]))
                for row in _rows(f"naics_{vintage}.csv")
            ],
        )
        for vintage in NAICS_VINTAGES
    }


@pytest.fixture(scope="session")
def concordance() -> Concordance:
    return Concordance(
        (row["naics_2012"], row["naics_2017"], row["naics_2022"]) for row in _rows("naics_concordance.csv")
    )


@pytest.fixture(scope="session")
def classification(trees: dict[int, NaicsTree], concordance: Concordance) -> Classification:
    return Classification(trees, concordance)
