"""Dagster for a team: `dg dev` on a real PostgreSQL, asked as its pages ask, while runs overlap, fail and are killed.

All runs capture quarters from a publisher's server. What is said of them here is read from PostgreSQL in plain SQL.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from postgresql_server import PASSWORD, PostgresqlServer, free_port, postgresql_programs
from published_files import by_area_zip, slice_path
from publisher_server import PublisherServer
from typer.testing import CliRunner
from web_board import COUNTIES, board_definitions

from pipelines.cli import app
from pipelines.orchestration.one_at_a_time import alone
from pipelines.orchestration.team_storage import TEAM_DATABASE
from pipelines.settings import PROJECT_ROOT, VARIABLES
from pipelines.sources.bls import expected_columns

pytestmark = pytest.mark.slow

LONGEST_WAIT = 120.0
SLOW = 1.0
"""Seconds that an answer of the publisher takes while something is to come in between."""
OVERLAPPING = {"queued first": (2011, 2012), "beside the queue": (2013, 2013), "queued second": (2014, 2014)}
RETRIED = (2015, 2015)
CUT_OFF = (2016, 2023)

LAUNCH = """
mutation ($value: ExecutionParams!) {
  answer: launchRun(executionParams: $value) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
SWITCH_ON = """
mutation ($value: ScheduleSelector!) {
  answer: startSchedule(scheduleSelector: $value) { __typename ... on PythonError { message } }
}
"""
PLACE = "{ answer: repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"


@dataclass
class Team:
    """Dagster's pages and daemon, the database they share, the publisher, and what the programs said."""

    database: PostgresqlServer
    publisher: PublisherServer
    environment: Mapping[str, str]
    home: Path
    data_dir: Path
    port: int

    def ask_dagster(self, query: str, value: Mapping[str, object] | None = None) -> Any:
        """What the pages would get."""
        question = {"query": query, "variables": {"value": value}}
        told = requests.post(f"http://127.0.0.1:{self.port}/graphql", json=question, timeout=LONGEST_WAIT).json()
        assert "errors" not in told, told
        return told["data"]["answer"]

    def place(self) -> dict[str, str]:
        """How Dagster names this project; empty until it is loaded."""
        for found in self.ask_dagster(PLACE).get("nodes", ()):
            return {"repositoryName": found["name"], "repositoryLocationName": found["location"]["name"]}
        return {}

    def launch_backfill(self, years: tuple[int, int]) -> str:
        """Puts a run over all quarters of these years into the queue; its id."""
        tags = dict(zip(("start", "end"), range_of(years), strict=True))
        value = {
            "selector": self.place() | {"jobName": "capture_quarters"},
            "executionMetadata": {
                "tags": [{"key": f"dagster/asset_partition_range_{end}", "value": key} for end, key in tags.items()]
            },
        }
        answer = self.ask_dagster(LAUNCH, value)
        assert answer["__typename"] == "LaunchRunSuccess", answer
        run_id: str = answer["run"]["runId"]
        return run_id

    def start(self, *command: str, **changes: str) -> "subprocess.Popen[str]":
        """Starts a program; what it says goes into the home."""
        program = [str(Path(sys.executable).parent / command[0]), *command[1:]]
        environment = {**self.environment, **changes}
        with (self.home / f"said_by_{command[0]}_{command[1]}").open("w", encoding="utf-8") as said:
            return subprocess.Popen(
                program, cwd=PROJECT_ROOT, env=environment, stdout=said, stderr=said, text=True, start_new_session=True
            )

    def status(self, run_id: str) -> str:
        ((status,),) = self.database.ask("SELECT status FROM runs WHERE run_id = :run_id", run_id=run_id)
        return str(status)

    def wait_for_end(self, run_id: str) -> str:
        wait_until(lambda: self.status(run_id) in ("SUCCESS", "FAILURE", "CANCELED"), f"the end of {run_id}")
        return self.status(run_id)

    def events(self, run_id: str) -> dict[str, list[int]]:
        """The numbers of a run's events by their type: of all events of all runs in the order they were stored."""
        found: dict[str, list[int]] = {}
        query = "SELECT dagster_event_type, id FROM event_logs WHERE run_id = :run_id ORDER BY id"
        for kind, number in self.database.ask(query, run_id=run_id):
            found.setdefault(kind, []).append(number)
        return found

    def process_of(self, run_id: str) -> int:
        """The process in which a run's steps are executed."""
        said = r"substring(event FROM 'Executing steps in process \(pid: (\d+)\)')"
        query = f"SELECT {said} FROM event_logs WHERE run_id = :run_id AND {said} IS NOT NULL"
        ((pid,),) = self.database.ask(query, run_id=run_id)
        return int(pid)

    def years_asked(self) -> list[int]:
        """The years whose zips were asked of the publisher, in this order."""
        return [int(Path(request.path).name[:4]) for request in self.publisher.requests]


def wait_until(is_so: Callable[[], object], what: str) -> None:
    give_up = time.monotonic() + LONGEST_WAIT
    while not is_so():
        assert time.monotonic() < give_up, f"waited in vain for {what}"
        time.sleep(0.1)


def range_of(years: tuple[int, int]) -> tuple[str, str]:
    """The partition keys of the first and the last quarter."""
    return f"{years[0]}-01-01", f"{years[1]}-10-01"


def all_of(years: tuple[int, int]) -> list[int]:
    return list(range(years[0], years[1] + 1))


@pytest.fixture(scope="module")
def publisher() -> Iterator[PublisherServer]:
    """A zip a year; all that is in it is one establishment in each county and quarter."""
    with PublisherServer() as server:
        for year in range(OVERLAPPING["queued first"][0], CUT_OFF[1] + 1):
            of_year = {slice_path(year, quarter, county): one_establishment(year, quarter, county)
                       for quarter in (1, 2, 3, 4) for county in COUNTIES}  # fmt: skip
            ((path, content),) = by_area_zip(of_year).items()
            server.publish(path, content, last_modified=datetime(2024, 1, 10, tzinfo=UTC))
        yield server


def one_establishment(year: int, quarter: int, county: str) -> bytes:
    """A slice of a county in which nobody was employed."""
    columns = expected_columns("quarterly")
    row = {name: "" if name.endswith("disclosure_code") else "0" for name in columns}
    row |= {"area_fips": county, "industry_code": "10", "agglvl_code": "70", "year": str(year), "qtr": str(quarter)}
    row |= {"qtrly_estabs": "1"}
    return "\n".join((",".join(columns), ",".join(row[name] for name in columns), "")).encode()


@pytest.fixture(scope="module")
def team(publisher: PublisherServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("needs PostgreSQL: install the package `postgresql`")
    folder = tmp_path_factory.mktemp("team")
    home, data_dir = home_of_this_project(folder / "home"), folder / "data"
    with PostgresqlServer(programs) as database:
        environment = os.environ | dict.fromkeys(VARIABLES, "") | {
            TEAM_DATABASE: database.address,
            "DAGSTER_HOME": str(home),
            "VIRTUAL_ENV": sys.prefix,
            "SECTORS_SOURCE": "bls",
            "SECTORS_EXPORTS": "none",
            "SECTORS_CONTACT_EMAIL": "data@board.example",
            "SECTORS_DATA_DIR": str(data_dir),
            "SECTORS_DEFINITIONS_DIR": str(board_definitions(folder / "definitions")),
            "SECTORS_BLS_ADDRESS": f"{publisher.address}/cew",
        }  # fmt: skip
        team = Team(database, publisher, environment, home, data_dir, free_port())
        with served(team):
            yield team


@contextlib.contextmanager
def served(team: Team) -> Iterator[None]:
    """Dagster's pages and daemon, until the project is loaded and the queue is served; all their processes end."""
    process = team.start("dg", "dev", "--port", str(team.port))
    try:
        wait_until(lambda: process.poll() is not None or is_served(team), "dg dev")
        assert process.poll() is None, (team.home / "said_by_dg_dev").read_text("utf-8")
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):  # now and then one of its processes waits for another
            process.wait(timeout=30)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def is_served(team: Team) -> bool:
    try:
        if not team.place():
            return False
    except requests.ConnectionError:
        return False
    return ("QUEUED_RUN_COORDINATOR",) in team.database.ask("SELECT daemon_type FROM daemon_heartbeats")


def home_of_this_project(home: Path) -> Path:
    """The project's own dagster.yaml, whose folders are put below the home; the queue is looked at every second."""
    text = (PROJECT_ROOT / "dagster.yaml").read_text("utf-8").replace("data/dagster", str(home))
    settings = yaml.safe_load(text) | {"run_queue": {"dequeue_interval_seconds": 1}}
    home.mkdir()
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    return home


def test_runs_that_overlap_write_one_after_the_other(team: Team) -> None:
    """One from the queue, one that somebody starts beside it, and another in the queue while both are there."""
    key = "...".join(range_of(OVERLAPPING["beside the queue"]))
    others = "SELECT run_id FROM runs WHERE run_id <> :first AND status = 'STARTED'"
    with alone(team.data_dir / "warehouse" / ".lock", print, "waiting"):  # none ends before all are there
        first = team.launch_backfill(OVERLAPPING["queued first"])
        wait_until(lambda: team.status(first) == "STARTED", "the first run")
        beside = team.start("dg", "launch", "--assets", "key:raw/quarters_of_bls", "--partition-range", key)
        wait_until(lambda: team.database.ask(others, first=first), "the run beside the queue")
        ((direct,),) = team.database.ask(others, first=first)
        second = team.launch_backfill(OVERLAPPING["queued second"])
        wait_until(lambda: "PIPELINE_ENQUEUED" in team.events(second), "the queue")
        assert team.years_asked() == []

    assert [team.wait_for_end(run_id) for run_id in (first, direct, second)] == ["SUCCESS"] * 3
    assert beside.wait(timeout=LONGEST_WAIT) == 0
    of_first, of_direct, of_second = map(team.events, (first, direct, second))
    begun, ended = (max(of_first[kind], of_direct[kind]) for kind in ("PIPELINE_START", "PIPELINE_SUCCESS"))
    assert begun < of_second["PIPELINE_ENQUEUED"] < min(of_first["STEP_START"], of_direct["STEP_START"]), "overlap"
    assert ended < of_second["PIPELINE_STARTING"], "it waited in the queue for both"
    for one, other in ((of_first, of_direct), (of_direct, of_first)):
        assert other["STEP_SUCCESS"] < one["STEP_START"] or one["STEP_SUCCESS"] < other["STEP_START"], "one writes"
    assert team.years_asked()[-1:] == all_of(OVERLAPPING["queued second"])
    assert sorted(team.years_asked()) == [year for years in OVERLAPPING.values() for year in all_of(years)]
    assert team.publisher.most_at_once == 1


def test_a_step_whose_folder_is_away_for_a_moment_is_tried_again(team: Team) -> None:
    """As a network share that has to be mounted anew: its name leads nowhere meanwhile."""
    team.publisher.clear_requests()
    raw, share = team.data_dir / "raw", team.data_dir / "share"
    away = raw.rename(team.data_dir / "away")
    raw.symlink_to(share)
    run_id = team.launch_backfill(RETRIED)
    wait_until(lambda: "STEP_UP_FOR_RETRY" in team.events(run_id), "the first failure")
    assert team.publisher.requests == []
    away.rename(share)
    assert team.wait_for_end(run_id) == "SUCCESS"
    events = team.events(run_id)
    assert events["STEP_START"] < events["STEP_UP_FOR_RETRY"] < events["STEP_RESTARTED"] < events["STEP_SUCCESS"]
    assert "STEP_FAILURE" not in events
    assert team.years_asked() == all_of(RETRIED)


def test_a_backfill_that_is_killed_gives_its_place_back_and_the_next_asks_only_for_the_rest(team: Team) -> None:
    team.publisher.clear_requests()
    team.publisher.seconds_an_answer = SLOW
    killed = team.launch_backfill(CUT_OFF)
    wait_until(lambda: len(team.publisher.requests) == 4, "the middle")
    os.kill(team.process_of(killed), signal.SIGKILL)
    asked = team.years_asked()
    team.publisher.seconds_an_answer = 0.0
    resumed = team.launch_backfill(CUT_OFF)
    assert [team.wait_for_end(run_id) for run_id in (killed, resumed)] == ["FAILURE", "SUCCESS"]
    assert team.events(killed)["PIPELINE_FAILURE"] < team.events(resumed)["PIPELINE_STARTING"]

    again = team.years_asked()[len(asked) :]
    newest_first = all_of(CUT_OFF)[::-1]
    assert newest_first in (asked + again, asked[:-1] + again), "but for the one under way"
    made = "SELECT partition FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION' AND run_id = :run_id"
    assert {key[:4] for (key,) in team.database.ask(made, run_id=resumed)} == set(map(str, all_of(CUT_OFF)))
    assert team.database.ask(made, run_id=killed) == []


def test_a_run_of_the_command_line_and_a_schedule_are_kept_there_too(team: Team, tmp_path: Path) -> None:
    started = team.ask_dagster(SWITCH_ON, team.place() | {"scheduleName": "qualityinfo_calendar"})
    assert started["__typename"] == "ScheduleStateResult", started
    assert team.database.ask("SELECT status FROM instigators WHERE instigator_body LIKE '%qualityinfo_calendar%'") == [
        ("RUNNING",)
    ]
    broken = board_definitions(tmp_path / "broken")
    (broken / "sectors.yaml").write_text("sectors: nothing\n", "utf-8")  # it need not last
    places = {"SECTORS_DEFINITIONS_DIR": str(broken), "SECTORS_DATA_DIR": str(tmp_path / "data")}
    assert team.start("sectors", "run", SECTORS_SOURCE="files", **places).wait(timeout=LONGEST_WAIT) == 1
    assert "FAILED  definitions: " in (team.home / "said_by_sectors_run").read_text("utf-8")
    assert team.database.ask("SELECT status FROM runs WHERE pipeline_name = 'refresh'") == [("FAILURE",)]
    assert not list(team.home.rglob("*.db")), "nothing is in SQLite"


def test_the_password_is_told_nowhere(team: Team, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither by programs, of which one cannot log in, nor in what Dagster keeps."""
    wrong = team.database.address.replace("canary", "canary-of-another")
    environment = {**team.environment, TEAM_DATABASE: wrong, "SECTORS_SOURCE": "sample"}
    with contextlib.chdir(PROJECT_ROOT):
        refused = CliRunner().invoke(app, ["run"], env=environment)
    assert refused.exit_code == 1
    assert "DAGSTER_PG_URL: PostgreSQL cannot be reached: " in refused.output
    said = refused.output + "".join(capfd.readouterr())
    said += "".join(path.read_text("utf-8", errors="replace") for path in team.home.rglob("*") if path.is_file())
    for table in (
        "event_logs",
        "runs",
        "run_tags",
        "instigators",
        "job_ticks",
        "daemon_heartbeats",
        "kvs",
        "snapshots",
    ):
        said += str(team.database.ask(f"SELECT * FROM {table}"))
    assert PASSWORD not in said
    assert "canary" not in said
