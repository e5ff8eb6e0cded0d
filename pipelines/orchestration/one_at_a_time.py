"""Keeps two processes from working on the same data folder at once: the second waits for the first.

Belongs here: locks that end with their process, however it ends. Not here: what is done meanwhile.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(lock: Path, tell: Callable[[str], object], waiting: str) -> Iterator[None]:
    """Holds a lock file; where another process has it, tells `waiting` and waits until that one has ended."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
