"""The folder of the dashboard: marked, repeatable, swapped whole."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.orchestration.folders import MARK
from pipelines.orchestration.sites import NothingToShow, write_site
from pipelines.warehouse.connection import open_database

PNG = b"\x89PNG\r\n"


def test_the_same_warehouse_gives_the_same_bytes(dashboard: Any, tmp_path: Path) -> None:
    with open_database(dashboard.warehouse, read_only=True) as connection:
        write_site(connection, tmp_path / "site", dashboard.folder / "data_docs")
    again = contents(tmp_path / "site")
    first = {name: content for name, content in contents(dashboard.folder).items() if not name.endswith(".html")}
    assert first
    assert {name: content for name, content in again.items() if name in first} == first


def test_every_page_picture_and_data_file_is_marked(dashboard: Any) -> None:
    folder = dashboard.folder
    marked = [*folder.glob("*.html"), *(folder / "data").rglob("*.js"), *(folder / "pictures").glob("*.svg")]
    assert len(marked) > 60
    assert [path for path in marked if "SYNTHETIC SAMPLE" not in path.read_text("utf-8")] == []


def test_every_chart_is_a_picture_in_both_formats(dashboard: Any) -> None:
    pictures = {path.stem for path in (dashboard.folder / "pictures").glob("*.svg")}
    assert {path.stem for path in (dashboard.folder / "pictures").glob("*.png")} == pictures
    assert {
        "overview-headline",
        "overview-hidden",
        "overview-compared",
        "building-map",
        "screening-ranking",
    } <= pictures
    for path in (dashboard.folder / "pictures").glob("*.png"):
        assert path.read_bytes().startswith(PNG)
    drawn = (dashboard.folder / "pictures" / "building-size.svg").read_text("utf-8")
    for words in (
        "Building – Jobs over time",
        "Metro, 2024, private ownership, strict definition",
        "Source: SYNTHETIC",
    ):
        assert words in drawn


def test_pages_have_no_code_or_style_inside(dashboard: Any) -> None:
    for path in dashboard.folder.glob("*.html"):
        text = path.read_text("utf-8")
        assert "Content-Security-Policy" in text
        assert re.findall(r"<[^>]+\s(?:on\w+|style)=", text) == []
        assert re.findall(r"<script(?![^>]*(?:src=|application/json))", text) == []
        assert "<style" not in text
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//", text) == []


def test_specs_are_data_that_name_their_datasets(dashboard: Any) -> None:
    text = (dashboard.folder / "sector-building.html").read_text("utf-8")
    specs = re.findall(r'<script type="application/json" id="spec-([\w-]+)">(.*?)</script>', text)
    assert {"size", "share", "map", "pay", "concentration", "industries", "overlap"} <= {key for key, _ in specs}
    for _, spec in specs:
        named = [data["name"] for data in json.loads(spec)["data"] if "source" not in data]
        assert set(named) <= {"rows", "breaks", "counties", "shapes", "region"}


def test_the_last_site_stays_where_there_is_nothing_to_show(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("the last one")
    with open_database(tmp_path / "empty.duckdb") as connection:
        from pipelines.warehouse.contracts import ALL_TABLES

        for table in ALL_TABLES.values():
            if not table.is_view:
                connection.execute(table.create_statement())
        with pytest.raises(NothingToShow, match="no figures of any region"):
            write_site(connection, folder)
    assert (folder / "index.html").read_text() == "the last one"


def test_the_folder_is_swapped_whole(dashboard: Any, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "data").mkdir(parents=True)
    (folder / "of_an_older_site.html").write_text("")
    (folder / MARK).write_text("")
    with open_database(dashboard.warehouse, read_only=True) as connection:
        assert write_site(connection, folder) == folder / "index.html"
    assert not (folder / "of_an_older_site.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert "not part of this copy" in (folder / "methods.html").read_text("utf-8")
    assert not (folder / "dictionary.html").exists()


def test_real_data_bear_no_mark_of_the_sample(dashboard: Any, tmp_path: Path) -> None:
    copy = tmp_path / "real.duckdb"
    copy.write_bytes(dashboard.warehouse.read_bytes())
    with duckdb.connect(copy) as connection:
        connection.execute("UPDATE marts.sector_measures SET data_origin = 'Bureau of Labor Statistics'")
        connection.execute("DELETE FROM marts.pay_against_standard")
        write_site(connection, tmp_path / "site")
    marked = [path for path, text in contents(tmp_path / "site").items() if b"SYNTHETIC" in text]
    assert marked == []
    assert "Source: Bureau of Labor Statistics" in (tmp_path / "site" / "index.html").read_text("utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
