"""Whole processes on a publisher's server: backfills, a day's knowledge, and what never leaves the machine."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from click.testing import Result
from published_files import by_area_zip, revised, slices
from publisher_server import PublisherServer, Status
from web_board import COUNTIES, FIRST_RELEASE, YEAR, WebBoard, board_definitions, path_of

from pipelines.orchestration.intake import write_sample_files
from pipelines.orchestration.partitions import QUARTERS_OF_BLS
from pipelines.settings import PROJECT_ROOT, VARIABLES, Settings

pytestmark = pytest.mark.slow

OLD_YEARS = range(2014, 2024)
CONTACT = "canary.contact@board.example"
SECRET = "canary-secret-of-the-webhook"
LONGEST_RUN = 300


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Slices of both counties of 2024, by path."""
    files = write_sample_files(tmp_path_factory.mktemp("economy"), Settings())
    (singlefile,) = (path for path in files if path.name.startswith(f"{YEAR}_qtrly"))
    return slices(singlefile, COUNTIES)


@pytest.fixture
def server() -> Iterator[PublisherServer]:
    with PublisherServer(seconds_an_answer=0.1) as server:
        yield server


@pytest.fixture
def environment(server: PublisherServer, dagster_home: Path, tmp_path: Path) -> Mapping[str, str]:
    """Every variable of a run on the server; empty is not set."""
    return (
        os.environ
        | dict.fromkeys(VARIABLES, "")
        | {
            "DAGSTER_HOME": str(dagster_home),
            "VIRTUAL_ENV": sys.prefix,
            "SECTORS_SOURCE": "bls",
            "SECTORS_EXPORTS": "none",
            "SECTORS_CONTACT_EMAIL": CONTACT,
            "SECTORS_DATA_DIR": str(tmp_path / "data"),
            "SECTORS_DEFINITIONS_DIR": str(board_definitions(tmp_path / "definitions")),
            "SECTORS_BLS_ADDRESS": f"{server.address}/cew",
        }
    )


def start(environment: Mapping[str, str], *command: str) -> "subprocess.Popen[str]":
    program = [str(Path(sys.executable).parent / command[0]), *command[1:]]
    streams: Mapping[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(program, cwd=PROJECT_ROOT, env=environment, **streams)


def finish(process: "subprocess.Popen[str]") -> str:
    said, _ = process.communicate(timeout=LONGEST_RUN)
    assert process.returncode == 0, said
    return said


# Plans


def test_a_plan_says_what_would_be_asked_for_and_asks_for_nothing(
    sectors: Callable[..., Result], tmp_path: Path
) -> None:
    """Without a contact, without a data folder: the shipped scope, on the day that the test runs."""
    told = sectors("plan", tmp_path / "data").output
    assert re.search(r"bls: [\d,]+ to 9\d\d requests, at most one a second: about (19|2\d) min at most\.", told), told
    assert "41000, 53000, US000 and 41 more" in told
    with_zips = sectors("plan --since 2001 --files", tmp_path / "data").output
    assert "data/files/2001/csv/2001_qtrly_by_area.zip" in with_zips
    assert not (tmp_path / "data").exists()


def test_a_run_at_bls_without_a_contact_does_not_start(
    environment: Mapping[str, str], server: PublisherServer, tmp_path: Path
) -> None:
    with start({**environment, "SECTORS_CONTACT_EMAIL": ""}, "sectors", "run") as process:
        said, _ = process.communicate(timeout=LONGEST_RUN)
    assert process.returncode == 1
    assert said.startswith("SECTORS_CONTACT_EMAIL is not set: BLS blocks programs")
    assert server.requests == []
    assert not (tmp_path / "data").exists()


# Backfills


def of_year(published: Mapping[str, bytes], year: int) -> dict[str, bytes]:
    """The slices as if they were of another year; what they hold does not matter here."""
    return {path.replace(f"/{YEAR}/", f"/{year}/"): content.replace(b',"%d",' % YEAR, b',"%d",' % year)
            for path, content in published.items()}  # fmt: skip


def test_a_backfill_of_ten_years_is_one_run_and_one_that_was_killed_asks_only_for_the_rest(
    server: PublisherServer, published: Mapping[str, bytes], environment: Mapping[str, str], dagster_home: Path
) -> None:
    for year in OLD_YEARS:
        ((path, content),) = by_area_zip(of_year(published, year)).items()
        server.publish(path, content, last_modified=datetime(2024, 1, 10, tzinfo=UTC))
    backfill = ("dg", "launch", "--assets", "key:raw/quarters_of_bls", "--partition-range", "2014-01-01...2023-10-01")
    with start(environment, *backfill) as process:
        give_up = time.monotonic() + LONGEST_RUN
        while len(server.requests) < 5 and time.monotonic() < give_up:
            time.sleep(0.01)
        process.kill()
    asked = [request.path for request in server.requests]
    assert 5 <= len(asked) < len(OLD_YEARS), "it was killed in the middle"
    server.clear_requests()
    finish(start(environment, *backfill))
    again = [request.path for request in server.requests]
    assert set(asked) & set(again) <= {asked[-1]}, "only the one that was under way is asked for again"
    assert len(set(asked) | set(again)) == len(OLD_YEARS)
    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        made = instance.get_materialized_partitions(QUARTERS_OF_BLS)
    assert {key for key in made if key < str(YEAR)} == {
        f"{year}-{month:02}-01" for year in OLD_YEARS for month in (1, 4, 7, 10)
    }
    server.clear_requests()
    finish(start(environment, *backfill))
    assert server.requests == [], "ten years in hand are final"


# What a day knew, and secrets


class Webhook:
    """A server that takes alerts."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        texts = self.texts

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == f"/{SECRET}"
                texts.append(json.loads(content)["text"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/{SECRET}"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    webhook = Webhook()
    yield webhook
    webhook.server.shutdown()
    webhook.server.server_close()


def test_runs_over_months_keep_what_each_day_knew_and_tell_no_secret(
    server: PublisherServer,
    published: Mapping[str, bytes],
    environment: Mapping[str, str],
    webhook: Webhook,
    dagster_home: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    board = WebBoard(server, tmp_path / "months", Path(environment["SECTORS_DEFINITIONS_DIR"]))
    board.changes |= {"contact_email": CONTACT, "alert_webhook": webhook.address}
    board.publish(published, FIRST_RELEASE)
    assert board.refresh(dagster_home).success
    first = totals(board)
    assert webhook.texts == []

    # three months later one county is revised, and the newest quarter is neither there nor in time
    board.publish(revised(published, ["41051"]), datetime(2025, 9, 9, 14, tzinfo=UTC))
    board.server.misbehave(path_of(1, "41067"), Status(500), always=True)
    scope = board.definitions_dir / "capture.yaml"
    scope.write_text(scope.read_text("utf-8").replace("years: 0", "years: 1"), "utf-8")
    board.changes["today"] = date(2025, 10, 6)
    assert board.refresh(dagster_home).success
    second = totals(board)
    assert second != first
    (text,) = webhook.texts
    assert "late: BLS has not published 2025-Q1 yet" in text
    assert "1 files could not be renewed" in text
    assert notes_of(board)[0].startswith("Stale: 1 files of bls could not be renewed since 2025-10-06; ")
    assert "up to 97 days old" in notes_of(board)[0]

    # the day after the first run is rebuilt beside the present, without a request
    server.clear_requests()
    now = board.published()
    board.changes["as_of"] = date(2025, 7, 2)
    assert board.refresh(dagster_home).success
    assert server.requests == []
    assert totals(board) == first
    assert board.settings.published_database.name == "sectors_as_of_2025-07-02.duckdb"
    board.changes.pop("as_of")
    assert board.published() == now

    # a run that fails tells so, with its cause
    webhook.texts.clear()
    server.misbehave(path_of(2, "41067"), Status(404))
    board.changes["definitions_dir"] = broken_definitions(tmp_path)
    assert not board.refresh(dagster_home).success
    assert any("failed at" in text and "sectors.yaml" in text for text in webhook.texts)

    said = "".join(capfd.readouterr())
    assert "ALERT late: BLS has not published 2025-Q1 yet" in said
    for secret in (CONTACT, SECRET):
        assert secret not in said
        assert places_of(secret, [board.folder, dagster_home]) == []


def totals(board: WebBoard) -> list[tuple[Any, ...]]:
    query = """
        SELECT region, measure, total FROM marts.sector_measures
        WHERE period = '2024' AND ownership = 'private' AND definition = 'strict' AND sector = 'manufacturing'
        ORDER BY ALL
    """
    with duckdb.connect(board.settings.published_database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def notes_of(board: WebBoard) -> list[str]:
    query = (PROJECT_ROOT / "sql" / "reports" / "run_notes.sql").read_text("utf-8")
    with duckdb.connect(board.settings.published_database, read_only=True) as connection:
        return [note for (note,) in connection.execute(query).fetchall() if note.startswith(("Stale", "Missing"))]


def broken_definitions(folder: Path) -> Path:
    broken = board_definitions(folder / "broken")
    (broken / "sectors.yaml").write_text("sectors: nothing\n", "utf-8")
    return broken


def places_of(secret: str, folders: list[Path]) -> list[str]:
    """Files that have a text in them: of the data folder, and of Dagster's storage with all its event logs."""
    needle: Callable[[Path], bool] = lambda path: secret.encode() in path.read_bytes()  # noqa: E731
    return [str(path) for folder in folders for path in folder.rglob("*") if path.is_file() and needle(path)]
