"""A run is killed while it captures, or the disk is full: at every change of the disk, the real code, over loopback.

After each: every capture is whole, none is lost, nothing that was written by half is read, and the next run goes on
where the last one stopped.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from forked_runs import Forks, Knife, knowing_areas
from small_disk import SmallDisk, small_disk
from web_board import FIRST_RELEASE, NEXT_RELEASE, SCOPE, WebBoard, board_definitions, path_of, sha256

from pipelines.orchestration.intake import take_in, typed_files
from pipelines.settings import SHIPPED_DEFINITIONS
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.raw_store import Capture

pytestmark = pytest.mark.slow

COUNTY = "41051"
REVISED = (path_of(2, COUNTY), path_of(3, COUNTY))
KINDS = ("body", "copy", "parquet", "/look_", "/captures/", "/requests/")
KILLED = -9
MOST_CHANGES = 300

Files = Mapping[str, bytes]


@dataclass
class Death:
    """What was found after a kill, and after the next look."""

    where: str
    asked: list[str]
    damaged: list[str]
    captures: list[Capture]
    rows_read: int
    rows_in_captures: int
    is_under_way: bool
    asked_again: list[str]
    in_hand: Mapping[str, str | None]
    left_behind: list[str]


@dataclass
class Deaths:
    """All of them, and what there was before."""

    before: list[Capture]
    found: list[Death] = field(default_factory=list)


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Forks:
    return Forks(tmp_path_factory.mktemp("said"))


@pytest.fixture(scope="module")
def county_past(server: Any, first_vintage: Files, tmp_path_factory: pytest.TempPathFactory) -> WebBoard:
    """A board of one county that has captured its four quarters."""
    folder = tmp_path_factory.mktemp("county")
    definitions = board_definitions(folder / "definitions")
    (definitions / "capture.yaml").write_text(SCOPE.format(areas=f'"{COUNTY}"'), "utf-8")
    board = WebBoard(server, folder / "board", definitions)
    board.publish(first_vintage, FIRST_RELEASE)
    board.look()
    return board


@pytest.fixture(scope="module")
def revision(county_past: WebBoard, first_vintage: Files, next_vintage: Files) -> Iterator[Files]:
    """Two quarters are published again; what the county's four quarters are then."""
    county_past.publish({path: next_vintage[path] for path in REVISED}, NEXT_RELEASE)
    mine = {path_of(quarter, COUNTY) for quarter in (1, 2, 3, 4)}
    yield {path: (next_vintage if path in REVISED else first_vintage)[path] for path in mine}
    county_past.publish(first_vintage, FIRST_RELEASE)


@pytest.fixture(scope="module")
def areas(county_past: WebBoard) -> pl.DataFrame:
    return load_definitions(county_past.definitions_dir, SHIPPED_DEFINITIONS).areas


@pytest.fixture(scope="module")
def deaths(
    county_past: WebBoard, revision: Files, forks: Forks, areas: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Deaths:
    """A look is killed before its first change of the disk, before its second, … until one comes through."""
    folder = tmp_path_factory.mktemp("deaths")
    deaths = Deaths(county_past.captures())
    knives = [Knife(kind=kind) for kind in KINDS]
    for knife in chain(knives, (Knife(change=number) for number in range(1, MOST_CHANGES))):
        board = county_past.copy(folder / "board")
        board.server.clear_requests()
        with forks.look(board, knife, areas) as run:
            code = run.end()
        if code == 0 and knife.change:
            return deaths
        assert code == KILLED, f"{knife}: {run.said()}"
        where = run.said().strip() or f"killed in the middle of {knife.kind}"
        with knowing_areas(areas):
            deaths.found.append(examined(board, where, revision))
        shutil.rmtree(board.folder)
    raise AssertionError(f"a look of four files does not end after {MOST_CHANGES} changes")


def examined(board: WebBoard, where: str, revision: Files) -> Death:
    """What a killed look left, as a run reads it that asks nobody; then the next look."""
    asked = [request.path for request in board.server.requests]
    damaged, captures = board.damaged(), board.captures()
    is_under_way = (board.settings.raw_dir / "look_bls.json").exists()
    offline = WebBoard(board.server, board.folder, board.definitions_dir, {"source": "files"})
    taken = take_in(offline.settings).captures
    cells = pl.read_parquet(typed_files(offline.settings)("quarterly_cells"), columns=["capture_sha256"])
    rows = sum(len(revision_lines(board, capture)) for capture in taken)
    board.server.clear_requests()
    board.look()
    raw, typed = board.settings.raw_dir, board.settings.typed_dir
    left = [
        *(raw / "incoming").glob("*"),
        *raw.glob("captures/??/.part-*"),
        *raw.glob("look*"),
        *typed.glob("*/.part-*"),
    ]
    return Death(
        where, asked, damaged, captures, cells.height, rows, is_under_way,
        [request.path for request in board.server.requests],
        {path: board.answer(path).capture_sha256 for path in revision},
        [str(path.relative_to(board.folder)) for path in left] + board.damaged(),
    )  # fmt: skip


def revision_lines(board: WebBoard, capture: Capture) -> list[bytes]:
    stem = board.settings.raw_dir / "captures" / capture.capture_sha256[:2] / capture.capture_sha256
    return stem.with_suffix(".csv").read_bytes().splitlines()[1:]


def test_a_look_is_killed_at_every_change_of_the_disk(deaths: Deaths) -> None:
    places = [death.where for death in deaths.found]
    assert len(places) > 60, "a look of four files, two of them new, changes more than that"
    for change in ("look_bls", "incoming", "rename raw/captures", "fsync", "end of a Parquet file", "raw/requests"):
        assert any(change in place for place in places), change
    assert "killed in the middle of copy" in places


def test_every_capture_is_whole_after_each_kill(deaths: Deaths) -> None:
    assert [(death.where, death.damaged) for death in deaths.found if death.damaged] == []


def test_no_capture_of_before_is_lost_by_a_kill(deaths: Deaths) -> None:
    lost = [death.where for death in deaths.found if not set(deaths.before) <= set(death.captures)]
    assert lost == []
    assert {len(death.captures) for death in deaths.found} == {4, 5, 6}, "one by one the new ones come in"


def test_nothing_that_was_written_by_half_is_read(deaths: Deaths) -> None:
    wrong = [death.where for death in deaths.found if death.rows_read != death.rows_in_captures or not death.rows_read]
    assert wrong == []


def test_the_look_after_a_kill_has_the_revision_in_hand(deaths: Deaths, revision: Files) -> None:
    assert [death.where for death in deaths.found if death.in_hand != hashes(revision)] == []


def test_the_look_after_a_kill_leaves_nothing_of_it_behind(deaths: Deaths) -> None:
    assert [(death.where, death.left_behind) for death in deaths.found if death.left_behind] == []


def test_what_was_answered_before_a_kill_is_not_asked_again(deaths: Deaths, revision: Files, fault_table: Any) -> None:
    for death in deaths.found:
        assert set(death.asked) | set(death.asked_again) == set(revision), death.where
        twice = set(death.asked) & set(death.asked_again)
        # the file that was on its way at the kill is asked for again, no other
        assert twice <= set(death.asked[-1:]), death.where
    under_way = [death for death in deaths.found if death.is_under_way and not death.asked_again]
    assert under_way, "one was killed when all had answered"
    fault = "kill -9 while capturing, at each change of the disk and inside writes"
    fault_table.add(fault, "nothing: it is gone", "whole captures only", "goes on with the files that are left")


# The disk is full


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", megabytes=16) as disk:
        yield disk


FULL_AT = {
    "the incoming file": (f"asking 2024/3/area/{COUNTY}.csv", 100_000),
    "typed Parquet": (f"reading 2024-Q3_{COUNTY}.csv", 8_000),
    "the copy in the store": (f"keeping 2024-Q3_{COUNTY}.csv", 100_000),
}
"""Where the disk becomes full, and the bytes that are left: less than a file of its kind has."""


@pytest.mark.parametrize("what", FULL_AT)
def test_a_disk_that_is_full_loses_nothing_and_heals(
    county_past: WebBoard,
    revision: Files,
    forks: Forks,
    areas: pl.DataFrame,
    disk: SmallDisk,
    what: str,
    fault_table: Any,
) -> None:
    board = county_past.copy(disk.folder / "board")
    before = board.captures()
    place, bytes_left = FULL_AT[what]
    with forks.look(board, None, areas) as run:
        run.until(place)
        if disk.is_mounted:
            disk.fill(bytes_left)
        assert run.end(None if disk.is_mounted else bytes_left) == 1, run.places
    said = run.said()
    assert re.search("FAILED NoSpaceLeft: no space left for files under .*/data; make some and run again", said), said
    assert board.captures() == before
    assert board.damaged() == []

    disk.make_room()
    board.server.clear_requests()
    board.look()
    assert {path: board.answer(path).capture_sha256 for path in revision} == hashes(revision)
    assert board.damaged() == []
    assert list((board.settings.raw_dir / "incoming").glob("*")) == []
    asked_again = [request.path for request in board.server.requests]
    assert path_of(4, COUNTY) not in asked_again, "it had answered before the disk was full"
    cause = said.partition("FAILED NoSpaceLeft: ")[2].strip().replace(str(board.settings.data_dir), "data")
    fault_table.add(f"disk full while {what} is written", cause, "everything of before", "captures the revision")


def hashes(files: Files) -> dict[str, str]:
    return {path: sha256(content) for path, content in files.items()}
