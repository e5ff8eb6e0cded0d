"""Files of the project: documented, short, and free of what belongs to one machine."""

import ast
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

LONGEST_FILE = 450
LOCKS = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^([a-z0-9-]+(?:\[[a-z0-9,-]+\])?)==(\S+)(?: ; .*)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
HOMES = re.compile(r"(?<![\w.])(?:/(?:home|Users)/[\w.-]+/|/ro[o]t/|[A-Z]:\\\\?Users\\)")
PACKAGE_HOSTS = re.compile(
    r"pyp[i]\.org|pythonhoste[d]|registry\.npm[j]s|artifactor[y]|devp[i]|nexus/repositor[y]|--(?:extra-)?index-ur[l]|--find-link[s]"
)


def test_every_module_says_what_belongs_in_it(modules: Mapping[str, ast.Module]) -> None:
    assert modules
    assert [name for name, tree in modules.items() if not (ast.get_docstring(tree) or "").strip()] == []


def test_no_file_is_long(module_files: Mapping[str, Path], sql_files: list[Path]) -> None:
    heights = {path: len(path.read_text("utf-8").splitlines()) for path in [*module_files.values(), *sql_files]}
    long = {str(path): height for path, height in heights.items() if height > LONGEST_FILE}
    assert long == {}, "a long file wants to be two"


def test_no_path_of_a_machine_in_any_file(kept_files: list[Path], project_root: Path) -> None:
    own = [f"{folder}/" for folder in (project_root, Path.home()) if len(folder.parts) > 1]
    found = [
        str(path) for path, text in texts(kept_files) if HOMES.search(text) or any(folder in text for folder in own)
    ]
    assert found == []


def test_no_address_of_a_package_host_in_any_file(kept_files: list[Path]) -> None:
    assert [str(path) for path, text in texts(kept_files) if PACKAGE_HOSTS.search(text)] == []


def texts(files: list[Path]) -> list[tuple[Path, str]]:
    return [(path, path.read_bytes().decode("utf-8", errors="replace")) for path in files]


@pytest.mark.parametrize(
    "parts",
    [("/home", "ann", "x.csv"), ("see /root", "x"), ("/Users", "ann", "x"), ("https:", "", "pyp" + "i.org", "simple")],
)
def test_what_belongs_to_one_machine_is_recognised(parts: tuple[str, ...]) -> None:
    text = "/".join(parts)
    assert HOMES.search(text) or PACKAGE_HOSTS.search(text)


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_every_package_with_hashes_and_name_no_address(name: str, project_root: Path) -> None:
    text = (project_root / name).read_text("utf-8")
    assert "://" not in text
    assert " @ " not in text
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    for entry in entries:
        first, *rest = [line for line in entry.splitlines() if not line.lstrip().startswith("#")]
        assert PINNED.match(first), f"{name}: {first}"
        assert rest, f"{name}: {first}"
        assert all(HASH.match(line) for line in rest), f"{name}: {first}"


def test_locks_hold_what_the_project_asks_for(project_root: Path) -> None:
    project = tomllib.loads((project_root / "pyproject.toml").read_text("utf-8"))["project"]
    users, developers = (pins((project_root / name).read_text("utf-8")) for name in LOCKS)
    asked = set(map(package, project["dependencies"]))
    assert asked - users.keys() == set()
    assert asked | set(map(package, project["optional-dependencies"]["dev"])) <= developers.keys()
    assert users.items() <= developers.items()


def pins(lock: str) -> dict[str, str]:
    """Versions by package; one that is pinned by platform or Python version has all of them."""
    found: dict[str, str] = {}
    for line in lock.splitlines():
        if pinned := PINNED.match(line):
            name = package(pinned[1])
            found[name] = " ".join(filter(None, [found.get(name), pinned[2]]))
    return found


def package(requirement: str) -> str:
    return re.split(r"[^a-z0-9-]", requirement, maxsplit=1)[0]
