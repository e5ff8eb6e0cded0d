"""Importing the project does nothing else: no environment is read, no file but the project's own SQL."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WATCH_IMPORTS = Path(__file__).with_name("watch_imports.py")


@pytest.fixture(scope="module")
def doings() -> list[list[str]]:
    """What importing every module did: event, its object, the project's file."""
    run = subprocess.run([sys.executable, WATCH_IMPORTS], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    seen: list[list[str]] = json.loads(run.stdout)
    return seen


def test_no_environment_is_read(doings: list[list[str]]) -> None:
    assert [doing for doing in doings if doing[0] == "environment"] == []


def test_no_file_is_read_but_sql(doings: list[list[str]], project_root: Path) -> None:
    """SQL models are program text: the suites and the assets of core and marts are made from them at import."""
    sql = project_root / "sql"
    others = [doing for doing in doings if doing[0] != "environment" and not Path(doing[1]).is_relative_to(sql)]
    assert others == []


def test_the_command_line_starts_without_dagster_and_great_expectations() -> None:
    program = "import sys, pipelines.cli; print({'dagster', 'great_expectations', 'assets'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
