"""Another board brings a folder of its own definitions; what is wrong in it stops the run, by file, line and key."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]


def test_its_region_and_sectors_are_shown(first_run: Any) -> None:
    assert "Westside, 2024, private ownership" in first_run.result.output
    assert all(name in first_run.result.output for name in ("Forest Products", "Manufacturing"))
    assert "Construction" not in first_run.result.output


def test_its_sectors_and_regions_are_the_only_ones_in_the_marts(office: Any, first_run: Any, ask: Ask) -> None:
    sectors = ask(office.data_dir, "SELECT DISTINCT sector FROM marts.sector_measures ORDER BY sector")
    regions = ask(office.data_dir, "SELECT DISTINCT region FROM marts.sector_measures ORDER BY region")
    assert [key for (key,) in sectors] == ["all_target_sectors", "forest_products", "manufacturing", "sum_of_sectors"]
    assert [key for (key,) in regions] == ["41051", "41067", "both_sides", "westside"]
    assert ask(office.data_dir, "SELECT count(*) FROM marts.published_figures") == [(0,)]


def test_its_sector_is_what_the_cells_say(office: Any, first_run: Any, ask: Ask) -> None:
    shown = """
        SELECT businesses FROM marts.share_of_businesses
        WHERE region = 'westside' AND sector = 'forest_products' AND definition = 'broad' AND period = '2024'
            AND ownership = 'private'
    """
    cells = """
        SELECT sum(establishments) / 4 FROM core.qcew_cells
        WHERE area_fips = '41067' AND own_code = '5' AND industry_code IN ('113', '321', '322')
    """
    assert ask(office.data_dir, shown) == ask(office.data_dir, cells)


def test_definitions_with_faults_stop_the_run_and_name_them_all(
    tmp_path: Path, office: Any, sectors: Callable[..., Result]
) -> None:
    folder, data_dir = tmp_path / "definitions", tmp_path / "data"
    shutil.copytree(office.definitions_dir, folder)
    code = spoil(folder / "sectors.yaml", '"322"', '"399"')
    county = spoil(folder / "regions.yaml", '["41067"]', '["41068"]')
    result = sectors("run", data_dir, office.inbox, folder)
    assert result.exit_code == 1
    assert f"{folder / 'sectors.yaml'}, line {code}, sectors.forest_products.broad.lines[1].code" in result.output
    assert f"{folder / 'regions.yaml'}, line {county}, regions.westside.counties[1]" in result.output
    assert all(wrong in result.output for wrong in ("found: 399", "found: 41068"))
    assert not (data_dir / "warehouse" / "sectors.duckdb").exists()
    assert not (data_dir / "raw" / "captures").exists()


def spoil(path: Path, right: str, wrong: str) -> int:
    """Replaces one entry of a file; its line."""
    text = path.read_text("utf-8")
    path.write_text(text.replace(right, wrong), "utf-8")
    return text[: text.index(right)].count("\n") + 1
