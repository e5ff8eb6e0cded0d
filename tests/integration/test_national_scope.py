"""A whole run on every area of the nation: two states far apart, from the singlefiles of a publisher's server.

The second state is the first one's two counties under other codes, so that what a region of both must come to is known.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from published_files import singlefiles, slices
from publisher_server import PublisherServer
from web_board import COUNTIES, FIRST_RELEASE, YEAR, WebBoard, board_definitions

from pipelines.orchestration.intake import write_sample_files
from pipelines.settings import Settings

pytestmark = pytest.mark.slow

IN_MAINE = {"41051": "23005", "41067": "23031"}
REGIONS = """
default_region: two_coasts
regions:
  two_coasts: {name: Two Coasts, counties: ["23005", "41051"]}
  multnomah: {name: Multnomah, counties: ["41051"]}
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Slices of two counties of Oregon and of two of Maine, quarters and averages, by path."""
    files = write_sample_files(tmp_path_factory.mktemp("economy"), Settings())
    oregon = {
        path: content
        for file in files
        if file.name.startswith(f"{YEAR}_")
        for path, content in slices(file, COUNTIES).items()
    }
    maine = {
        path.replace(here, there): content.replace(f'"{here}"'.encode(), f'"{there}"'.encode())
        for path, content in oregon.items()
        for here, there in IN_MAINE.items()
        if here in path
    }
    return {**oregon, **maine}


@pytest.fixture
def board(tmp_path: Path, published: Mapping[str, bytes]) -> Iterator[WebBoard]:
    definitions = board_definitions(tmp_path / "definitions")
    (definitions / "regions.yaml").write_text(REGIONS, encoding="utf-8")
    with PublisherServer() as server:
        board = WebBoard(server, tmp_path / "board", definitions, {"scope": "us"})
        board.publish(singlefiles(published), FIRST_RELEASE)
        yield board


def rows(board: WebBoard, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(board.settings.published_database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_region_of_two_far_states_comes_from_the_nations_files_and_a_second_run_reads_nothing_anew(
    board: WebBoard, dagster_home: Path
) -> None:
    assert board.refresh(dagster_home).success
    names = [f"{YEAR}_qtrly_singlefile.zip", f"{YEAR}_annual_singlefile.zip"]
    assert [request.path.rsplit("/", 1)[-1] for request in board.server.requests] == names
    held = "SELECT DISTINCT area_fips FROM core.qcew_cells ORDER BY ALL"
    assert [area for (area,) in rows(board, held)] == sorted([*COUNTIES, *IN_MAINE.values()])

    # the other half of the region is the same county under another code
    figures = """
        SELECT one.total, twice.total FROM marts.sector_measures AS one
        JOIN marts.sector_measures AS twice USING (period, ownership, definition, sector, measure)
        WHERE one.region = 'multnomah' AND twice.region = 'two_coasts' AND one.measure = 'businesses'
    """
    found = rows(board, figures)
    assert len(found) > 20
    assert all(twice == 2 * one for one, twice in found)
    estimated = "SELECT DISTINCT left(area_fips, 2) FROM estimates.hidden_cells ORDER BY ALL"
    with duckdb.connect(board.settings.working_database, read_only=True) as connection:
        assert connection.execute(estimated).fetchall() == [("23",), ("41",)]

    # the next run asks whether there is anything new, and reads nothing
    typed = {path: path.stat().st_mtime_ns for path in board.settings.typed_dir.rglob("*.parquet")}
    figures_before = rows(board, "SELECT * FROM marts.sector_measures ORDER BY ALL")
    board.server.clear_requests()
    assert board.refresh(dagster_home).success
    assert [request.path.rsplit("/", 1)[-1] for request in board.server.requests] == names
    assert all(request.headers["If-None-Match"] for request in board.server.requests)
    assert {path: path.stat().st_mtime_ns for path in board.settings.typed_dir.rglob("*.parquet")} == typed
    assert rows(board, "SELECT * FROM marts.sector_measures ORDER BY ALL") == figures_before

    # once the year is final it is not asked for any more, nor is what it was read for another scope
    board.changes["today"] = datetime(2025, 11, 3, tzinfo=UTC).date()
    board.server.clear_requests()
    board.look()
    asked = [request.path.rsplit("/", 1)[-1] for request in board.server.requests]
    assert asked == ["2025_qtrly_singlefile.zip", *names], "the next first quarter was not seen yet"
