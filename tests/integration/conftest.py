"""Whole runs for the integration tests, real ones: in temporary homes, on temporary data folders.

The two long runs, on the sample and on the real files of 2016, are processes of their own, started side by side with
the first test; tests wait for them where they need them. The others run in this process, by the same command.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import duckdb
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.orchestration.intake import write_sample_files
from pipelines.settings import VARIABLES, Settings
from pipelines.warehouse.spark.session import closed_at_the_end, session

PROJECT_ROOT = Path(__file__).resolve().parents[2]
ANOTHER_BOARD = Path(__file__).with_name("another_board")
REAL_ZIP = Path("bls", "2016_qtrly_by_area.zip")
Finished = subprocess.CompletedProcess[str]


class SampleRuns(NamedTuple):
    """A launch on the sample, what `sectors status` says of it, and a second run on the same captures."""

    home: Path
    data_dir: Path
    launch: Finished
    status: Finished
    again_dir: Path
    again: Finished


class Office(NamedTuple):
    """A board's data folder, inbox and definitions."""

    data_dir: Path
    inbox: Path
    definitions_dir: Path

    def put(self, name: str, content: bytes) -> str:
        """Lays a file into the inbox, in place of one of its name; its hash."""
        (self.inbox / name).write_bytes(content)
        return hashlib.sha256(content).hexdigest()

    @property
    def settings(self) -> Settings:
        return Settings(**self._asdict())

    def published(self) -> str:
        """The hash of the published warehouse's bytes."""
        return hashlib.sha256(self.settings.published_database.read_bytes()).hexdigest()


class FirstRun(NamedTuple):
    """What the first run of an office printed, and left: hashes of its files by county, and of the warehouse."""

    result: Result
    captured: Mapping[str, str]
    warehouse: str


class LongRuns(NamedTuple):
    """The runs that take long, by the fixture that waits for each."""

    sample_runs: Future[SampleRuns] | None
    real_run: Future[tuple[Path, Finished]] | None


@pytest.fixture(scope="session", autouse=True)
def long_runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongRuns]:
    """Starts the long runs that the collected tests ask for, each in a thread that waits for its processes."""
    asked = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    real_zip = PROJECT_ROOT.parent / "shared" / "data" / REAL_ZIP
    with ThreadPoolExecutor() as pool:
        sample = pool.submit(run_on_sample, tmp_path_factory.mktemp("sample")) if "sample_runs" in asked else None
        with_real = "real_run" in asked and real_zip.exists()
        real = pool.submit(run_on_real_files, tmp_path_factory.mktemp("real"), real_zip) if with_real else None
        yield LongRuns(sample, real)


def run_on_sample(folder: Path) -> SampleRuns:
    home, data_dir, again_dir = make_home(folder / "home"), folder / "data", folder / "again"
    environment = variables(home, data_dir)
    everything = environment | {"SECTORS_EXPORTS": ""}
    launch = run_program("dg", "launch", "--job", "refresh", environment=everything)
    status = run_program("sectors", "status", environment=environment)
    shutil.copytree(data_dir / "raw", again_dir / "raw")
    again = run_program("sectors", "run", environment=variables(make_home(folder / "again_home"), again_dir))
    return SampleRuns(home, data_dir, launch, status, again_dir, again)


def run_on_real_files(folder: Path, inbox: Path) -> tuple[Path, Finished]:
    environment = variables(make_home(folder / "home"), folder / "data", inbox)
    return folder / "data", run_program("sectors", "run", environment=environment)


@pytest.fixture(scope="session")
def sample_runs(long_runs: LongRuns) -> SampleRuns:
    assert long_runs.sample_runs
    runs = long_runs.sample_runs.result()
    assert runs.launch.returncode == 0, runs.launch.stderr
    return runs


@pytest.fixture(scope="session")
def real_run(shared_data: Path, long_runs: LongRuns) -> Path:
    """The data folder of a run on the real files of 2016."""
    assert long_runs.real_run
    data_dir, finished = long_runs.real_run.result()
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return data_dir


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session on this machine. Skips tests where PySpark or Java is missing."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("needs a Java runtime: install the package `default-jre-headless`")
    with closed_at_the_end():
        yield session("local[2]", tmp_path_factory.mktemp("spark"))


@pytest.fixture(scope="session")
def dagster_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dagster's home of all runs in this process."""
    return make_home(tmp_path_factory.mktemp("dagster") / "home")


@pytest.fixture(scope="session")
def sectors(dagster_home: Path) -> Callable[..., Result]:
    """The `sectors` command in this process: command, data folder, inbox, definitions; its exit code and output."""

    def call(command: str, data_dir: Path, inbox: Path | None = None, definitions_dir: Path | None = None) -> Result:
        environment = variables(dagster_home, data_dir, inbox, definitions_dir)
        with contextlib.chdir(PROJECT_ROOT):
            return CliRunner().invoke(app, command.split(), env=environment)

    return call


@pytest.fixture(scope="session")
def program(dagster_home: Path) -> Callable[..., Finished]:
    """A program of the environment as a process: its arguments, and the places it works on by name."""

    def call(*command: str, **places: Path) -> Finished:
        return run_program(*command, environment=variables(dagster_home, **places))

    return call


@pytest.fixture(scope="session")
def start_program(dagster_home: Path) -> Callable[..., subprocess.Popen[str]]:
    """The same, started only; what it says on stderr can be read while it runs."""

    def start(*command: str, **places: Path) -> subprocess.Popen[str]:
        environment = variables(dagster_home, **places)
        streams: Mapping[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(located(command), cwd=PROJECT_ROOT, env=os.environ | environment, **streams)

    return start


@pytest.fixture(scope="session")
def ask() -> Callable[..., list[tuple[Any, ...]]]:
    """Rows of a query on a warehouse that is opened read-only: the data folder, the query, its parameters."""

    def rows(data_dir: Path, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        warehouse = Settings(data_dir=data_dir).published_database
        with duckdb.connect(warehouse, read_only=True) as connection:
            return connection.execute(query, parameters).fetchall()

    return rows


@pytest.fixture(scope="session")
def last_run() -> Callable[[Path], list[dg.DagsterEvent]]:
    """All that Dagster's storage under a home says of its latest run."""

    def events(home: Path) -> list[dg.DagsterEvent]:
        with dg.DagsterInstance.from_config(str(home)) as instance:
            (run,) = instance.get_runs(limit=1)
            return [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]

    return events


@pytest.fixture(scope="session")
def county_files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The four quarters of 2024 of two small economies, in the layout of BLS's slices, by county code.

    They are cut from the sample, whose cells keep all identities of the source.
    """
    files = write_sample_files(tmp_path_factory.mktemp("economy"), Settings())
    (singlefile,) = (path for path in files if path.name.startswith("2024_qtrly"))
    with zipfile.ZipFile(singlefile) as archive:
        header, *lines = archive.read(archive.namelist()[0]).splitlines(keepends=True)
    return {county: header + b"".join(line for line in lines if line.startswith(b'"%b"' % county.encode()))
            for county in ("41051", "41067")}  # fmt: skip


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office of another board than the one whose definitions are shipped."""
    return Office(tmp_path_factory.mktemp("office"), tmp_path_factory.mktemp("inbox"), ANOTHER_BOARD)


@pytest.fixture(scope="session")
def first_run(office: Office, county_files: Mapping[str, bytes], sectors: Callable[..., Result]) -> FirstRun:
    """The first run of the office, on both county files."""
    captured = {county: office.put(f"{county}.csv", content) for county, content in county_files.items()}
    result = sectors("run", *office)
    assert result.exit_code == 0, result.output
    return FirstRun(result, captured, office.published())


def make_home(home: Path) -> Path:
    """A Dagster home with the project's own dagster.yaml, but for the places where it keeps things: in the home."""
    places = {"storage", "local_artifact_storage", "compute_logs"}
    settings = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text("utf-8"))
    home.mkdir()
    kept = {key: value for key, value in settings.items() if key not in places}
    (home / "dagster.yaml").write_text(yaml.safe_dump(kept), "utf-8")
    return home


def variables(
    home: Path, data_dir: Path, inbox: Path | None = None, definitions_dir: Path | None = None
) -> dict[str, str]:
    """Every variable that a run looks at; empty is not set, whatever a developer's own environment or .env has.

    Runs end with the warehouse: what is made of it takes longer than many of them.
    """
    return dict.fromkeys(VARIABLES, "") | {
        "SECTORS_EXPORTS": "none",
        "DAGSTER_HOME": str(home),
        "VIRTUAL_ENV": sys.prefix,
        "SECTORS_SOURCE": "files" if inbox else "sample",
        "SECTORS_DATA_DIR": str(data_dir),
        "SECTORS_INBOX": str(inbox or ""),
        "SECTORS_DEFINITIONS_DIR": str(definitions_dir or ""),
    }


def run_program(*command: str, environment: Mapping[str, str]) -> Finished:
    """Runs a program of the environment to its end; one that hangs is stopped after half an hour."""
    options: Mapping[str, Any] = {"capture_output": True, "text": True, "check": False, "timeout": 1800}
    return subprocess.run(located(command), cwd=PROJECT_ROOT, env=os.environ | environment, **options)


def located(command: tuple[str, ...]) -> list[str]:
    """A command whose program is taken from the environment that the tests run in."""
    return [str(Path(sys.executable).parent / command[0]), *command[1:]]
