"""Small JSON files that are there whole or not at all, whatever happens to the machine.

Belongs here: how such a file reaches the disk, and what is said where one is damaged all the same. Not here: what is
in them (raw_store, request_log).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class DamagedFile(ValueError):  # noqa: N818 - it names the situation
    """A file of this project's own that cannot be read; names it, and says what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} is damaged ({reason}): remove it; the file it is about is captured again with the next run"
        )
        self.path = path


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Writes an object in place of what was there; a power cut leaves the one or the other, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    _flush(part)
    part.replace(path)
    _flush(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file; raises DamagedFile where it holds none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # of JSON, or of UTF-8
        raise DamagedFile(path, str(error)) from error
    if not isinstance(content, dict):
        raise DamagedFile(path, f"expected a JSON object, found {type(content).__name__}")
    return content


def _flush(path: Path) -> None:
    """What is written of a file, or which names a folder has, reaches the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
