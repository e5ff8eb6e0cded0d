"""Another board brings a folder of its own definitions; what is wrong in it stops the run, by file, line and key."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import Result

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]
Sectors = Callable[..., Result]

SECTORS = """\
naics_vintage: 2022
sources:
  own_words: The board's own list
sectors:
  forest_products:
    name: Forest Products
    strict:
      - {code: "113", source: own_words, grade: A}
      - {code: "321", source: own_words, grade: A}
    broad:
      includes: strict
      lines:
        - {code: "322", source: own_words, grade: A}
  manufacturing:
    name: Manufacturing
    strict:
      - {code: "31-33", source: own_words, grade: A}
    broad:
      includes: strict
"""
REGIONS = """\
default_region: westside
regions:
  westside:
    name: Westside
    counties: ["41067"]
"""


class Board(NamedTuple):
    data_dir: Path
    result: Result


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory, county_files: Mapping[str, bytes]) -> Path:
    inbox = tmp_path_factory.mktemp("inbox")
    (inbox / "washington.csv").write_bytes(county_files["41067"])
    return inbox


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory, inbox: Path, sectors: Sectors) -> Board:
    folder, data_dir = tmp_path_factory.mktemp("definitions"), tmp_path_factory.mktemp("data")
    (folder / "sectors.yaml").write_text(SECTORS, "utf-8")
    (folder / "regions.yaml").write_text(REGIONS, "utf-8")
    return Board(data_dir, sectors("run", data_dir, inbox, folder))


def test_its_region_and_sectors_are_shown(board: Board) -> None:
    assert board.result.exit_code == 0, board.result.output
    assert "Westside, 2024, private ownership" in board.result.output
    for name in ("Forest Products", "Manufacturing"):
        assert name in board.result.output
    assert "Construction" not in board.result.output


def test_its_sectors_are_the_only_ones_in_the_marts(board: Board, ask: Ask) -> None:
    both = ["all_target_sectors", "forest_products", "manufacturing", "sum_of_sectors"]
    assert ask(board.data_dir, "SELECT DISTINCT sector FROM marts.sector_measures ORDER BY 1") == [(s,) for s in both]
    regions = ask(board.data_dir, "SELECT DISTINCT region FROM marts.sector_measures ORDER BY 1")
    assert regions == [("41067",), ("westside",)]
    assert ask(board.data_dir, "SELECT count(*) FROM marts.published_figures") == [(0,)]


def test_its_sector_is_what_the_cells_say(board: Board, ask: Ask) -> None:
    ((shown,),) = ask(
        board.data_dir,
        "SELECT businesses FROM marts.share_of_businesses WHERE region = 'westside' AND sector = 'forest_products'"
        " AND definition = 'broad' AND period = '2024' AND ownership = 'private'",
    )
    ((cells,),) = ask(
        board.data_dir,
        "SELECT sum(establishments) / 4 FROM core.qcew_cells WHERE own_code = '5'"
        " AND industry_code IN ('113', '321', '322')",
    )
    assert shown == cells > 0


def test_definitions_with_faults_stop_the_run_and_name_them_all(tmp_path: Path, inbox: Path, sectors: Sectors) -> None:
    (tmp_path / "sectors.yaml").write_text(SECTORS.replace('"322"', '"399"'), "utf-8")
    (tmp_path / "regions.yaml").write_text(REGIONS.replace('"41067"', '"41068"'), "utf-8")
    result = sectors("run", tmp_path / "data", inbox, tmp_path)
    assert result.exit_code == 1
    lines = SECTORS.splitlines()
    unknown = next(number for number, line in enumerate(lines, start=1) if '"322"' in line)
    assert f"{tmp_path / 'sectors.yaml'}, line {unknown}, sectors.forest_products.broad.lines[1].code" in result.output
    assert "399" in result.output
    assert f"{tmp_path / 'regions.yaml'}, line 5, regions.westside.counties[1]" in result.output
    assert not (tmp_path / "data" / "warehouse" / "sectors.duckdb").exists()
    assert not (tmp_path / "data" / "raw" / "captures").exists()
