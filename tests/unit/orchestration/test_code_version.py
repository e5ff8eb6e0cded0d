"""Which code made a file is said as far as it can be known."""

import hashlib
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from pipelines.orchestration.code_version import CodeVersion, code_version, lock_sha256

PACKAGE = version("target-sectors")


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *who, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code.py").write_text("a = 1\n")
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def test_of_a_checkout_the_commit_is_named(checkout: Path) -> None:
    assert code_version(checkout) == CodeVersion(PACKAGE, git(checkout, "rev-parse", "HEAD"), is_changed=False)


def test_changes_that_are_not_committed_are_told(checkout: Path) -> None:
    (checkout / "code.py").write_text("a = 2\n")
    assert code_version(checkout).is_changed


def test_elsewhere_it_is_the_version_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_version(tmp_path) == CodeVersion(PACKAGE)
    (tmp_path / ".git").mkdir()  # no repository, whatever its name
    assert code_version(tmp_path) == CodeVersion(PACKAGE)
    monkeypatch.setenv("PATH", "")
    assert code_version(tmp_path) == CodeVersion(PACKAGE)


def test_the_lock_file_is_known_by_its_hash(tmp_path: Path) -> None:
    assert lock_sha256(tmp_path) is None
    (tmp_path / "requirements.lock").write_bytes(b"duckdb==1\n")
    assert lock_sha256(tmp_path) == hashlib.sha256(b"duckdb==1\n").hexdigest()
