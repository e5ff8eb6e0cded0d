"""Keeps what is made of establishment records to their owner: the folder, new files, and what errors say.

Belongs here: the permissions of the confidential folder, and errors without values. Not here: where the folder may lie
(settings), or which tables are confidential (warehouse.contracts).
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.settings import Settings, SettingsError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OWN = ("pipelines", "assets", "expectations")
_WITHOUT_VALUES = (OSError, duckdb.IOException, MemoryError)
"""What libraries raise about files and memory; other errors of theirs can quote what stood in a row."""


class ConfidentialFailure(Exception):  # noqa: N818 - it names the situation
    """Something failed whose own message might quote a confidential record; says only what kind of error it was."""


def make_private(settings: Settings) -> None:
    """Before a confidential run reads or writes: checks its folder, and makes new files their owner's only.

    Does nothing for public runs. Raises SettingsError where others could enter the folder, or it is somebody else's.
    """
    if settings.is_confidential:
        require_private(settings.data_dir)
        os.umask(_OTHERS)


def require_private(folder: Path) -> None:
    """Raises SettingsError unless this is a folder of the present user that nobody else can read, change or enter."""
    name = f"SECTORS_CONFIDENTIAL_DIR={folder}"
    if not folder.is_dir():
        raise SettingsError(f"{name}: no such folder; expected one that only you can enter: mkdir -m 700 {folder}")
    status = folder.stat()  # of what a symbolic link leads to
    if status.st_uid != os.geteuid():
        raise SettingsError(
            f"{name}: it belongs to user {status.st_uid}, but this program runs as {os.geteuid()}; expected your own"
        )
    if status.st_mode & _OTHERS:
        raise SettingsError(
            f"{name}: its permissions are {stat.S_IMODE(status.st_mode):o}, which let others in; expected 700: "
            f"chmod 700 {folder}"
        )


@contextmanager
def without_values(settings: Settings) -> Iterator[None]:
    """Of errors in a confidential run only those go on as they are that quote no record; of others the kind is told."""
    try:
        yield
    except Exception as error:
        if not settings.is_confidential:
            raise
        if type(error).__module__.split(".")[0] in _OWN or isinstance(error, _WITHOUT_VALUES):
            raise error from None  # what it was raised from may quote a record
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        raise ConfidentialFailure(
            f"{kind}; its message is withheld, for it may quote a confidential record. See the traceback for the place"
        ) from None
