"""Folders that an export owns: each is swapped in as a whole, and nobody else's is ever replaced.

Belongs here: the mark of such a folder, and the swap. Not here: what goes into one.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "REPLACED_BY_EACH_EXPORT.txt"
_SAID_IN_IT = "Each export replaces this folder as a whole: keep nothing of your own in it.\n"


class NotOurFolder(ValueError):  # noqa: N818 - it names the situation
    """A folder that no export made, and that holds something: it is not replaced."""


@contextmanager
def swapped_in(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of `folder` when the block ends well; else the old one stays as it was.

    Raises NotOurFolder, before anything is written, where `folder` holds what no export made, or cannot be replaced.
    """
    folder = folder.resolve()
    _require_ours(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        new, old = Path(beside, "new"), Path(beside, "old")
        new.mkdir()
        (new / MARK).write_text(_SAID_IN_IT, encoding="utf-8")
        yield new
        if folder.exists():
            folder.replace(old)
        try:
            new.replace(folder)
        except OSError:
            if old.exists():
                old.replace(folder)
            raise


def _require_ours(folder: Path) -> None:
    advice = "nothing was written. Name an empty folder or a new one"
    if folder == Path.cwd() or folder.is_mount():
        raise NotOurFolder(f"{folder} cannot be replaced while it is in use: {advice}")
    if folder.exists() and not folder.is_dir():
        raise NotOurFolder(f"{folder} is a file: {advice}")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise NotOurFolder(f"{folder} holds something that no export made (it has no {MARK}): {advice}")
