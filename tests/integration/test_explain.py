"""`sectors explain` on whole runs: every number it names stands in the file, at the line it names, and they add up."""

import csv
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

pytestmark = pytest.mark.slow

Facts = dict[str, Any]
Command = Callable[..., Result]

FIGURES = (
    "portland_metro clean_energy employment 2016",
    "2016-Q3 wages portland_metro clean_energy broad",
    "oregon healthcare_social_assistance share_of_wages 2016 state_government",
    "portland_tri_county all_target_sectors employment 2016-Q2 total_covered",
    "portland_metro sum_of_sectors businesses 2016 broad",
    "41051 semiconductors wages 2016-Q1",
)
BLS_NAMES = {
    "establishments": "qtrly_estabs_count",
    "month1_employment": "month1_emplvl",
    "month2_employment": "month2_emplvl",
    "month3_employment": "month3_emplvl",
    "wages_usd": "total_qtrly_wages",
}
IN_A_HIDDEN_CELL = {
    "sector", "sector_name", "area_fips", "area_title", "own_code", "industry_code", "industry_title",
    "establishments", "captures", "nearest_published_code", "nearest_published_title", "rows",
}  # fmt: skip
IN_ITS_ROWS = {
    "quarter",
    "disclosure",
    "establishments",
    "capture_sha256",
    "file_name",
    "member",
    "line_number",
}


def explained(sectors: Command, data_dir: Path, words: str) -> Facts:
    result = sectors(f"explain {words} --json", data_dir)
    assert result.exit_code == 0, result.output
    facts: Facts = json.loads(result.stdout)
    return facts


@cache
def bls_lines(archive: Path, member: str) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.read(member).decode("utf-8").splitlines()


def bls_row(archive: Path, row: Facts) -> dict[str, str]:
    """The line of BLS's file that a row names, by the columns of its header."""
    lines = bls_lines(archive, row["member"])
    header, values = csv.reader([lines[0], lines[row["line_number"] - 1]])
    return dict(zip(header, (value.strip() for value in values), strict=True))


def quarterly_rows(facts: Facts) -> Iterator[tuple[Facts, Facts]]:
    for cell in chain(*(facts[part]["rows"] for part in ("region", "known", "hidden"))):
        yield from ((cell, row) for row in cell["rows"])


@pytest.fixture(scope="session")
def archive(shared_data: Path) -> Path:
    return shared_data / "bls" / "2016_qtrly_by_area.zip"


@pytest.mark.parametrize("words", FIGURES)
def test_lines_of_the_file_are_the_rows_and_add_up_to_the_known_part(
    words: str, real_run: Path, sectors: Command, archive: Path
) -> None:
    facts = explained(sectors, real_run, words)
    rows = list(quarterly_rows(facts))
    assert rows
    for cell, row in rows:
        found = bls_row(archive, row)
        key = (cell["area_fips"], cell["own_code"], cell["industry_code"], str(row["quarter"]))
        assert (found["area_fips"], found["own_code"], found["industry_code"], found["qtr"]) == key
        assert (found["disclosure_code"] == "N") == (row["disclosure"] == "suppressed")
        shown = {name: row[name] for name in BLS_NAMES if row.get(name) is not None}
        assert shown == {name: int(found[BLS_NAMES[name]]) for name in shown}
    figure = facts["figure"]
    assert added(figure, facts["known"]["rows"], archive) == pytest.approx(figure["known"], rel=1e-12)
    assert added(figure, facts["region"]["rows"], archive) == pytest.approx(figure["total"], rel=1e-12)
    assert facts["hidden"]["sum"] == figure["hidden_cells"] == len(facts["hidden"]["rows"])


def added(figure: Facts, cells: list[Facts], archive: Path) -> float:
    """What the lines behind cells add up to, as BLS's file has them."""
    quarters = 4 if figure["quarter"] == 0 else 1
    lines = [bls_row(archive, row) for cell in cells for row in cell["rows"]]
    if figure["measure"] == "businesses":
        return sum(int(line["qtrly_estabs_count"]) for line in lines) / quarters
    if figure["measure"] == "wages":
        return sum(int(line["total_qtrly_wages"]) for line in lines)
    return sum(int(line[f"month{month}_emplvl"]) for line in lines for month in (1, 2, 3)) / (3 * quarters)


@pytest.mark.parametrize("words", FIGURES)
def test_nothing_is_said_of_a_single_hidden_cell_but_what_is_published(
    words: str, real_run: Path, sectors: Command
) -> None:
    facts = explained(sectors, real_run, words)
    for cell in facts["hidden"]["rows"]:
        assert set(cell) == IN_A_HIDDEN_CELL
        assert all(set(row) == IN_ITS_ROWS for row in cell["rows"])
        assert "suppressed" in {row["disclosure"] for row in cell["rows"]}


def test_a_figure_is_the_one_of_the_marts_and_its_file_the_one_of_the_inbox(
    real_run: Path, sectors: Command, ask: Callable[..., list[tuple[Any, ...]]], archive: Path
) -> None:
    facts = explained(sectors, real_run, FIGURES[0])
    columns = ("known", "estimate", "lower", "upper", "estimate_share", "hidden_cells")
    query = f"""
        SELECT {", ".join(columns)} FROM marts.sector_measures
        WHERE region = 'portland_metro' AND sector = 'clean_energy' AND measure = 'employment' AND period = '2016'
            AND definition = 'strict' AND ownership = 'private'
    """
    assert [tuple(facts["figure"][column] for column in columns)] == ask(real_run, query)
    (file,) = facts["files"]
    assert file["capture_sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert file["file_name"] == archive.name


@pytest.mark.parametrize("words", FIGURES)
def test_people_read_the_same_figure(words: str, real_run: Path, sectors: Command) -> None:
    result = sectors(f"explain {words}", real_run)
    assert result.exit_code == 0, result.output
    assert "The sum is the known part of the figure, exactly" in result.output
    assert "SYNTHETIC" not in result.output
    (file,) = explained(sectors, real_run, words)["files"]
    assert file["capture_sha256"] in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("portland_metro clean_enrgy employment 2016", "did you mean clean_energy (sector)?"),
        ("portland_metro clean_energy employment 2017", "2017 is no period there is"),
        ("portland_metro clean_energy 2016", "no measure given"),
    ],
)
def test_what_names_no_figure_ends_in_one_message(words: str, said: str, real_run: Path, sectors: Command) -> None:
    result = sectors(f"explain {words}", real_run)
    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.splitlines()) == 1


def test_a_region_that_lacks_areas_names_them(sample_runs: Any, sectors: Command) -> None:
    result = sectors("explain southwest_washington construction wages 2023", sample_runs.data_dir)
    assert result.exit_code == 1
    assert "no data of 53011, 53015, 53069" in result.output


@pytest.mark.parametrize("period", ["2023", "2024-Q2"])
def test_the_sample_is_called_a_sample(period: str, sample_runs: Any, sectors: Command) -> None:
    words = f"oregon all_target_sectors wages {period}"
    assert sectors(f"explain {words}", sample_runs.data_dir).output.startswith("SYNTHETIC SAMPLE")
    assert explained(sectors, sample_runs.data_dir, words)["figure"]["is_synthetic"] is True
