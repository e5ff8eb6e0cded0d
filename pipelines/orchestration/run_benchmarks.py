"""Measures whole runs on an archive of BLS and on parts of it: what each layer costs, and how cost grows with rows.

Belongs here: the runs, each a process of its own in a folder that goes, and their clocks. Not here: what a run does
(assets), printing (pipelines.cli).
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import yaml

from pipelines.settings import PROJECT_ROOT

LAYERS = ("raw", "reference", "core", "hidden figures", "estimates", "marts", "published")
"""In the order of a run. Hidden figures are what is estimated; estimates are the tables that SQL makes of them."""
_STEPS = {
    "captured_files": "raw",
    "read_files": "raw",
    "definitions": "reference",
    "hidden_figures": "hidden figures",
    "measures": "marts",
}
PARTS = (8, 4, 2, 1)
"""What part of an archive's tables each run takes: one in so many."""


class RunFailed(RuntimeError):  # noqa: N818 - it names the situation
    """A run that was to be measured failed; holds what it printed."""


@dataclass(frozen=True)
class RunCost:
    """One run. seconds: of each layer and of all; cpu_seconds: of all processes and threads."""

    rows: int
    layers: Mapping[str, float]
    seconds: float
    cpu_seconds: float

    @property
    def beside(self) -> float:
        """Seconds before the first step and after the last: imports, Dagster's job, the result table."""
        return self.seconds - sum(self.layers.values())

    @property
    def without_estimates(self) -> float:
        """Seconds of all but what is estimated and the tables that are made of it."""
        return self.seconds - self.layers["hidden figures"] - self.layers["estimates"]


def run_costs(archive: Path, parts: Sequence[int], times: int = 1) -> list[RunCost]:
    """Runs on one in so many tables of a by-area archive, without exports; of so many runs on each the fastest.

    What else a machine does only ever adds to a run. Raises RunFailed, or what zipfile raises.
    """
    with tempfile.TemporaryDirectory() as place:
        files = [_part(archive, part, Path(place)) for part in parts]
        runs = ([_run(file, file.parent / f"run-{number}") for number in range(times)] for file in files)
        return [min(costs, key=lambda cost: cost.seconds) for costs in runs]


def _part(archive: Path, part: int, folder: Path) -> Path:
    target = folder / f"part-{part}" / archive.name
    target.parent.mkdir()
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as some:
        for info in sorted(whole.infolist(), key=lambda info: info.filename)[::part]:
            some.writestr(info, whole.read(info))
    return target


def _run(inbox: Path, data_dir: Path) -> RunCost:
    home = data_dir / "dagster"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECTORS_")} | {
        "SECTORS_SOURCE": "files",
        "SECTORS_INBOX": str(inbox),
        "SECTORS_DATA_DIR": str(data_dir),
        "SECTORS_EXPORTS": "none",
        "DAGSTER_HOME": str(home),
    }
    _make_home(home)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "run"]
    ended = subprocess.run(command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        raise RunFailed(ended.stdout + ended.stderr)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with duckdb.connect(data_dir / "warehouse" / "working.duckdb", read_only=True) as working:
        (rows,) = working.execute("SELECT count(*) FROM raw.quarterly_cells").fetchone() or (0,)
    return RunCost(rows, _seconds_by_layer(home), seconds, cpu_seconds)


def _make_home(home: Path) -> None:
    """A Dagster home like the project's, but for where it keeps things."""
    home.mkdir(parents=True)
    settings = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text("utf-8"))
    for place in ("local_artifact_storage", "compute_logs"):
        settings[place]["config"]["base_dir"] = str(home / place)
    settings["storage"]["custom"]["config"]["base_dir"] = str(home / "storage")
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings), "utf-8")


def _seconds_by_layer(home: Path) -> Mapping[str, float]:
    layers = dict.fromkeys(LAYERS, 0.0)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        (run,) = instance.get_runs(limit=1)
        for step in instance.get_run_step_stats(run.run_id):
            name = step.step_key.split("__")[0]
            layers[_STEPS.get(name, name)] += (step.end_time or 0) - (step.start_time or 0)
    return layers
