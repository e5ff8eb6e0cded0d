"""A disk that can be full: a small file system in memory where one may be mounted.

Belongs here: making it, filling it, making room. Not here: what happens on it (the tests). Where nothing may be mounted
it is a folder that is never full; there a process is forbidden to write large files instead (forked_runs).
"""

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 2**16


@dataclass(frozen=True)
class SmallDisk:
    """A folder, and whether it is a file system of its own."""

    folder: Path
    is_mounted: bool

    def fill(self, bytes_left: int = 0) -> None:
        """Leaves so much space, about, and no more."""
        ballast = self._ballast
        with ballast.open("ab", buffering=0) as file:
            try:
                while file.write(bytes(_BLOCK)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
        with ballast.open("r+b") as file:
            file.truncate(max(0, ballast.stat().st_size - bytes_left))

    def make_room(self) -> None:
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk of that size at a folder, gone at the end."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        is_mounted = subprocess.run(mount, capture_output=True, timeout=30, check=False).returncode == 0
    except OSError:
        is_mounted = False
    try:
        yield SmallDisk(folder, is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True, timeout=30, check=False)
