"""The project seen as text: its modules as syntax trees, its SQL files, the files that git keeps."""

import ast
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "assets", "expectations")


@pytest.fixture(scope="session")
def project_root() -> Path:
    return PROJECT_ROOT


@pytest.fixture(scope="session")
def module_files() -> Mapping[str, Path]:
    """Every module of the project by its dotted name; a package is its __init__."""
    files = sorted(path for package in PACKAGES for path in (PROJECT_ROOT / package).rglob("*.py"))
    names = (".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts) for path in files)
    return {name.removesuffix(".__init__"): path for name, path in zip(names, files, strict=True)}


@pytest.fixture(scope="session")
def modules(module_files: Mapping[str, Path]) -> Mapping[str, ast.Module]:
    return {name: ast.parse(path.read_text("utf-8"), str(path)) for name, path in module_files.items()}


@pytest.fixture(scope="session")
def sql_files() -> list[Path]:
    return sorted((PROJECT_ROOT / "sql").rglob("*.sql"))


@pytest.fixture(scope="session")
def kept_files() -> list[Path]:
    """Files that are, or are about to be, in git: all but the ignored ones."""
    if not (shutil.which("git") and (PROJECT_ROOT / ".git").exists()):
        pytest.skip("needs git, and the project as a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [path for name in listed if name and (path := PROJECT_ROOT / name).is_file()]
