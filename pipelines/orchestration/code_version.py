"""Which code made a file: the version of the package, and of a checkout its commit.

Belongs here: asking git and the installed package. Not here: who says it where (open_data, bundles).
"""

import subprocess
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from pipelines.settings import PROJECT_ROOT
from pipelines.sources.raw_store import sha256_of

LOCK_FILE = "requirements.lock"


@dataclass(frozen=True)
class CodeVersion:
    """version: of the package. commit: of a checkout, else None. is_changed: whether files differ from the commit."""

    version: str
    commit: str | None = None
    is_changed: bool = False

    def as_dict(self) -> dict[str, object]:
        """For a file that programs read."""
        return asdict(self)


def code_version(root: Path = PROJECT_ROOT) -> CodeVersion:
    """The version of the code under a folder; without git, or a checkout of its own, that of the package alone."""
    package = version("target-sectors")
    if not (root / ".git").exists():
        return CodeVersion(package)
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changes = _git(root, "status", "--porcelain")
    except (OSError, subprocess.CalledProcessError):
        return CodeVersion(package)
    return CodeVersion(package, commit, bool(changes))


def lock_sha256(root: Path = PROJECT_ROOT) -> str | None:
    """The hash of the file that pins every package, None where it is not there."""
    lock = root / LOCK_FILE
    return sha256_of(lock) if lock.exists() else None


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
