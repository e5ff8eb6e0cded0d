"""Recognises what a file is by its content and opens the tables inside it.

Belongs here: CSV, gzipped CSV, zip and xlsx told apart by their bytes; members of archives. Not here: what a table
means (bls, qualityinfo, reference_tables).
"""

import gzip
import io
import lzma
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from pipelines.sources.reading import RefusedFile

Container = Literal["csv", "csv.gz", "zip", "xlsx"]
UNREADABLE = (
    zipfile.BadZipFile,
    OSError,  # from bzip2, and from a disk that fails
    EOFError,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What archives raise that are damaged, cut short, encrypted or packed by an unknown method."""

_HEAD = 4096


@dataclass(frozen=True)
class Member:
    """One table inside an input file: its name, whether it is a CSV or a workbook, and how to open it."""

    name: str
    kind: Literal["csv", "xlsx"]
    open: Callable[[], BinaryIO]


def list_files(inbox: Path) -> list[Path]:
    """The file itself, or all files below a folder in order of path; hidden ones are left out.

    Raises FileNotFoundError where there is no such file or folder.
    """
    if inbox.is_file():
        return [inbox]
    if not inbox.is_dir():
        raise FileNotFoundError(f"INBOX {inbox}: no such file or folder; give a QCEW file or a folder of them")
    below = (path for path in inbox.rglob("*") if path.is_file())
    return sorted(path for path in below if not any(part.startswith(".") for part in path.relative_to(inbox).parts))


def oldest_first(files: list[Path]) -> list[Path]:
    """Files by the date of their content, so that of several vintages taken in together the newest is captured last.

    The date is that of a zip's newest member, else the file's own; files of one date keep their order.
    """
    return sorted(files, key=_content_date)


def _content_date(path: Path) -> tuple[int, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            return max((info.date_time for info in archive.infolist()), default=(1980,))
    except (zipfile.BadZipFile, OSError, ValueError):
        return time.gmtime(path.stat().st_mtime)[:6] if path.exists() else (1980,)


def recognise_container(path: Path) -> Container:
    """What kind of file this is, by its first bytes. Raises RefusedFile where it is none that can hold QCEW."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise RefusedFile(path.name, "the file is empty")
    if head.startswith(b"PK"):
        with _refusing_damage(path.name), zipfile.ZipFile(path) as archive:
            return "xlsx" if _is_workbook(archive) else "zip"
    if head.startswith(b"\x1f\x8b"):
        return "csv.gz"
    if head.lstrip().startswith(b"<"):
        raise RefusedFile(path.name, "this is a web page (HTML), not a QCEW file; download it again")
    if b"\0" in head:
        raise RefusedFile(path.name, "this is neither text nor a zip, gzip or xlsx file")
    return "csv"


def open_members(path: Path, container: Container) -> Iterator[Member]:
    """The tables of an input file in the order of their names. Raises RefusedFile where an archive is damaged."""
    if container == "csv":
        yield Member(path.name, "csv", lambda: path.open("rb"))
    elif container == "csv.gz":
        yield Member(path.name, "csv", lambda: cast(BinaryIO, gzip.GzipFile(path)))
    elif container == "xlsx":
        yield Member(path.name, "xlsx", lambda: path.open("rb"))
    else:
        with _refusing_damage(path.name), zipfile.ZipFile(path) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                if not (info.is_dir() or info.filename.startswith("__MACOSX/")):
                    yield _zip_member(archive, info)


def zip_comment(path: Path, container: Container) -> str:
    """The comment of a zip archive, empty for other files."""
    if container != "zip":
        return ""
    with zipfile.ZipFile(path) as archive:
        return archive.comment.decode("utf-8", errors="replace")


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    name = info.filename
    try:
        with archive.open(info) as file:
            head = file.read(4)
    except UNREADABLE:
        head = b""  # opening the member will say why, and leave the others readable
    if head.startswith(b"PK"):
        return Member(name, "xlsx", lambda: io.BytesIO(archive.read(info)))
    if head.startswith(b"\x1f\x8b"):
        return Member(name, "csv", lambda: cast(BinaryIO, gzip.GzipFile(fileobj=archive.open(info))))
    return Member(name, "csv", lambda: cast(BinaryIO, archive.open(info)))


def _is_workbook(archive: zipfile.ZipFile) -> bool:
    return {"[Content_Types].xml", "xl/workbook.xml"} <= set(archive.namelist())


@contextmanager
def _refusing_damage(name: str) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise RefusedFile(name, f"the archive is damaged, cut short or locked ({error}); download it again") from error
