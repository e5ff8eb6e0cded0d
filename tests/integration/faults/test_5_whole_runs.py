"""Whole runs are killed, run out of disk, and meet each other: one board's data folder through all of it.

    contest   two runs start together, on a board that has captured one vintage and finds the next
    alone     one run after them, with nothing new
    troubles  another vintage comes; each run on it is killed, or fails, and the next begins on what it left
    final     a run comes through: looked at between its steps, while somebody reads the warehouse without pause
    swaps     two vintages are published in turn, while somebody reads

Each stage is a fixture that starts from the one before and keeps what tests look at.
"""

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import duckdb
import pytest
from forked_runs import PUBLICATION, Forks
from published_files import revised
from small_disk import SmallDisk, small_disk
from web_board import NEXT_RELEASE, WebBoard

pytestmark = pytest.mark.slow

Files = Mapping[str, bytes]
Rows = list[tuple[Any, ...]]
Ask = Callable[..., Rows]

KILLED = -9
LARGEST_FILE = 2 * 2**20
"""Of a process that may write no larger, where no small disk can be had: less than the databases have, and their logs,
more than Dagster's storage has in a home that is new."""
TOTALS = """
    SELECT total FROM marts.sector_measures
    WHERE region = 'both_sides' AND period = '2024' AND ownership = 'private' AND definition = 'strict'
        AND sector = 'manufacturing' ORDER BY measure
"""
KILLS = ("end captured_files", "in core.qcew_cells", "start published__warehouse")
KILLS_OF_PUBLICATION = ("publishing marts.sector_measures", "flushing sectors.duckdb.new")
LAST_STEP = "end published__warehouse"
SWAPS = 6


class Contest(NamedTuple):
    codes: list[int]
    said: list[str]
    most_at_once: int
    asked: int
    marts: Mapping[str, Rows]


class Alone(NamedTuple):
    code: int
    warehouse: str
    totals: Rows
    marts: Mapping[str, Rows]
    working: Path


class Trouble(NamedTuple):
    where: str
    code: int
    said: str
    warehouse: str
    totals: Rows
    damaged: list[str]


class Final(NamedTuple):
    code: int
    said: str
    boundaries: list[tuple[str, str, Rows]]
    seen: Mapping[str, int]
    warehouse: str
    totals: Rows
    left_behind: list[str]


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Forks:
    return Forks(tmp_path_factory.mktemp("said"))


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    with small_disk(tmp_path_factory.mktemp("small") / "disk", megabytes=128) as disk:
        yield disk


@pytest.fixture(scope="module")
def new_home(dagster_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of Dagster's for runs that find the disk full."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copy(dagster_home / "dagster.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def second(first_vintage: Files, next_vintage: Files) -> Files:
    """All slices, those of Multnomah County as they are published again."""
    return {**first_vintage, **next_vintage}


@pytest.fixture(scope="module")
def third(second: Files) -> Files:
    """All slices, those of Washington County published again, too."""
    return {**second, **revised(second, ["41067"])}


@pytest.fixture(scope="module")
def office(past: WebBoard, second: Files, disk: SmallDisk) -> WebBoard:
    """The board, on a small disk: its captures are of the first vintage, its warehouse is not made yet."""
    board = past.copy(disk.folder / "board")
    board.publish(second, NEXT_RELEASE)
    return board


@pytest.fixture(scope="module")
def contest(office: WebBoard, forks: Forks, dagster_home: Path) -> Contest:
    # two that make Dagster's storage at once spoil it: here it is there, as after any first run
    dg.DagsterInstance.from_config(str(dagster_home)).dispose()
    office.server.clear_requests()
    office.server.seconds_an_answer = 0.05
    runs = [forks.refresh(office, dagster_home, halting=False) for _ in range(2)]
    try:
        codes = [run.end() for run in runs]
    finally:
        office.server.seconds_an_answer = 0.0
        for run in runs:
            run.kill()
    asked, most = len(office.server.requests), office.server.most_at_once
    return Contest(codes, [run.said() for run in runs], most, asked, marts(office.settings.published_database))


@pytest.fixture(scope="module")
def alone(
    office: WebBoard, contest: Contest, forks: Forks, dagster_home: Path, ask: Ask, tmp_path_factory: Any
) -> Alone:
    with forks.refresh(office, dagster_home, halting=False) as run:
        code = run.end()
    assert code == 0, run.said()
    working = shutil.copy(office.settings.working_database, tmp_path_factory.mktemp("second") / "working.duckdb")
    found = office.published(), totals(office, ask), marts(office.settings.published_database)
    return Alone(code, *found, Path(working))


@pytest.fixture(scope="module")
def troubles(
    office: WebBoard,
    alone: Alone,
    third: Files,
    forks: Forks,
    disk: SmallDisk,
    dagster_home: Path,
    new_home: Path,
    ask: Ask,
) -> list[Trouble]:
    office.publish({path: content for path, content in third.items() if "41067" in path}, NEXT_RELEASE)
    found = []

    def run_into(where: str, only: Any = None, is_full: bool = False) -> None:
        with forks.refresh(office, new_home if is_full else dagster_home, only) as run:
            run.until(where)
            if is_full and disk.is_mounted:
                disk.fill(2**18)
            code = run.end(None if disk.is_mounted else LARGEST_FILE) if is_full else run.kill()
        disk.make_room()
        name = f"disk full: {where}" if is_full else where
        found.append(Trouble(name, code, run.said(), office.published(), totals(office, ask), office.damaged()))

    run_into(KILLS[0])
    run_into("start core__naics_ancestry", is_full=True)
    for where in KILLS[1:]:
        run_into(where)
    run_into("start published__warehouse", PUBLICATION, is_full=True)
    for where in KILLS_OF_PUBLICATION:
        run_into(where, PUBLICATION)
    return found


@pytest.fixture(scope="module")
def final(office: WebBoard, troubles: list[Trouble], forks: Forks, dagster_home: Path, ask: Ask) -> Final:
    """A process stands still at each end of a step: what is on the disk then is what kill -9 would leave."""
    boundaries = []
    warehouse = office.settings.published_database
    with forks.reader(warehouse, TOTALS, pause=0.2) as reader, forks.refresh(office, dagster_home) as run:
        for place in run.halts():
            if place.startswith("end "):
                boundaries.append((place, office.published(), totals(office, ask)))
        seen = reader.seen()
    left = [path.name for path in warehouse.parent.glob("sectors.duckdb.*")]
    return Final(run.kill(), run.said(), boundaries, seen, office.published(), totals(office, ask), left)


@pytest.fixture(scope="module")
def swaps(office: WebBoard, alone: Alone, final: Final, forks: Forks, tmp_path_factory: Any) -> Mapping[str, int]:
    """What a reader saw while two vintages were published in turn."""
    published = tmp_path_factory.mktemp("swaps") / "sectors.duckdb"
    shutil.copy(office.settings.published_database, published)
    workings = [alone.working, office.settings.working_database]
    with forks.reader(published, TOTALS) as reader:
        with forks.publications([(workings[number % 2], published) for number in range(SWAPS)]) as run:
            assert run.end() == 0, run.said()
        return reader.seen()


def totals(board: WebBoard, ask: Ask) -> Rows:
    return ask(board.settings.data_dir, TOTALS)


def marts(warehouse: Path) -> dict[str, Rows]:
    """All rows of all tables of the mart."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'marts' ORDER BY ALL"
        ).fetchall()
        return {name: connection.execute(f"FROM marts.{name} ORDER BY ALL").fetchall() for (name,) in names}


def sums(files: Files) -> list[float]:
    """Establishments, jobs and wages of private businesses in the year, added up over the files themselves."""
    rows = [
        row
        for content in files.values()
        for row in csv.DictReader(io.StringIO(content.decode()))
        if (row["own_code"], row["industry_code"]) == ("5", "10")
    ]
    assert len(rows) == 8, "two counties, four quarters"
    establishments = sum(int(row["qtrly_estabs"]) for row in rows) / 4
    jobs = sum(int(row[f"month{month}_emplvl"]) for row in rows for month in (1, 2, 3)) / 12
    return [establishments, jobs, float(sum(int(row["total_qtrly_wages"]) for row in rows))]


def figures(rows: Rows) -> list[float]:
    return [float(total) for (total,) in rows]


# Two runs at once


def test_two_runs_at_once_never_ask_at_once(contest: Contest, second: Files) -> None:
    assert contest.most_at_once == 1
    assert len(second) <= contest.asked <= 2 * len(second)


def test_of_two_runs_at_once_one_waits_for_the_other_and_says_so(contest: Contest, fault_table: Any) -> None:
    assert contest.codes == [0, 0], contest.said
    waiting = [re.search(r"another run is at work in \S+; waiting for it to end", said) for said in contest.said]
    (found,) = (one.group() for one in waiting if one)
    fault_table.add("two runs at once", found, "the revision", "both succeed")


def test_two_runs_at_once_publish_what_one_publishes(contest: Contest, alone: Alone, second: Files) -> None:
    assert contest.marts.keys() == alone.marts.keys()
    assert [name for name, rows in alone.marts.items() if contest.marts[name] != rows] == []
    assert figures(alone.totals) == pytest.approx(sums(second))


# Killed, or out of disk


def test_a_run_that_is_killed_leaves_the_published_warehouse_as_it_was(
    troubles: list[Trouble], alone: Alone, fault_table: Any
) -> None:
    killed = [trouble for trouble in troubles if trouble.code == KILLED]
    assert [trouble.where for trouble in killed] == [*KILLS, *KILLS_OF_PUBLICATION]
    for trouble in killed:
        assert (trouble.warehouse, trouble.totals, trouble.damaged) == (alone.warehouse, alone.totals, []), trouble
    fault_table.add("kill -9 of a whole run, at each step", "nothing: it is gone", "the warehouse before", "publishes")


def test_a_run_without_disk_says_so_and_leaves_the_published_warehouse_as_it_was(
    troubles: list[Trouble], alone: Alone, fault_table: Any
) -> None:
    full = [trouble for trouble in troubles if trouble.where.startswith("disk full")]
    assert len(full) == 2
    for trouble, name in zip(full, ("working.duckdb", "sectors.duckdb.new"), strict=True):
        assert trouble.code == 1
        assert (trouble.warehouse, trouble.totals, trouble.damaged) == (alone.warehouse, alone.totals, []), trouble
        said = next((line for line in trouble.said.splitlines() if line.startswith("FAILED")), trouble.said)
        assert name in said, trouble.said
        assert re.search(r"[Nn]o space left|File too large", said), trouble.said
        cause = re.sub(r"/\S*/", "", said.partition(": ")[2])
        fault_table.add("disk full while a database is written", cause, "the warehouse before", "publishes")


def test_between_any_two_steps_the_published_warehouse_is_the_one_of_before(final: Final, alone: Alone) -> None:
    published = [place for place, *_ in final.boundaries].index(LAST_STEP)
    before, after = final.boundaries[:published], final.boundaries[published:]
    assert len(before) > 40
    assert [place for place, warehouse, _ in before if warehouse != alone.warehouse] == []
    assert [place for place, _, rows in before if rows != alone.totals] == []
    assert [place for place, *found in after if found != [final.warehouse, final.totals]] == []


def test_the_run_after_all_troubles_publishes_the_new_vintage(final: Final, alone: Alone, third: Files) -> None:
    assert final.code == 0, final.said
    assert final.totals != alone.totals
    assert figures(final.totals) == pytest.approx(sums(third))
    assert final.left_behind == []


# A reader


def test_a_reader_during_a_run_sees_one_vintage_or_the_other(final: Final, alone: Alone) -> None:
    assert set(final.seen) <= {str(alone.totals), str(final.totals)}
    assert final.seen[str(alone.totals)] > 20


def test_a_reader_during_swaps_sees_one_vintage_or_the_other(
    swaps: Mapping[str, int], final: Final, alone: Alone, fault_table: Any
) -> None:
    assert set(swaps) == {str(alone.totals), str(final.totals)}
    assert min(swaps.values()) > 5
    fault_table.add("a reader during the swap", "nothing", "one vintage, whole", "the other, whole")
