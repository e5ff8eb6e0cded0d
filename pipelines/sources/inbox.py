"""Recognises what a file is by its content and opens the tables inside it.

Belongs here: CSV, gzipped CSV, zip and xlsx told apart by their bytes; members of archives. Not here: what an archive
may hold (archive_safety), what a table means (bls, qualityinfo, reference_tables).
"""

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from pipelines.sources import archive_safety
from pipelines.sources.archive_safety import ARCHIVE, WORKBOOK
from pipelines.sources.reading import RefusedFile

Container = Literal["csv", "csv.gz", "zip", "xlsx", "fixed", "parquet"]
"""The last two hold establishment records only, which are recognised by their own reader."""
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


def content_date(path: Path) -> str:
    """When a file's content was published, as far as the file shows it: UTC, ISO 8601 with microseconds.

    That of a zip's newest member, else the file's own; empty where the file is not there.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            moment = max((datetime(*info.date_time, tzinfo=UTC) for info in archive.infolist()), default=None)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        moment = None
    if moment is None:
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None
    return moment.isoformat(timespec="microseconds") if moment else ""


def recognise_container(path: Path) -> Container:
    """What kind of file this is, by its first bytes.

    Raises RefusedFile where it is none that can hold QCEW, or an archive that is unsafe or damaged.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise RefusedFile(path.name, "the file is empty")
    if head.startswith(b"PK"):
        with _safe_zip(path, path.name) as archive:
            return "xlsx" if _is_workbook(archive) else "zip"
    if head.startswith(b"\x1f\x8b"):
        return "csv.gz"
    if head.lstrip().startswith(b"<"):
        raise RefusedFile(path.name, "this is a web page (HTML), not a QCEW file; download it again")
    if b"\0" in head:
        raise RefusedFile(path.name, "this is neither text nor a zip, gzip or xlsx file")
    return "csv"


def open_members(path: Path, container: Container, wanted: Callable[[str], bool] | None = None) -> Iterator[Member]:
    """The tables of an input file in the order of their names.

    `wanted` chooses members of a zip by name; the others are not opened at all. Raises RefusedFile where an archive is
    unsafe or damaged. What only reading can show, opening or reading the member raises; the others stay readable.
    """
    if container == "csv":
        yield Member(path.name, "csv", lambda: path.open("rb"))
    elif container == "csv.gz":
        size = path.stat().st_size
        yield Member(path.name, "csv", lambda: archive_safety.bounded_gzip(path.open("rb"), size, path.name))
    elif container == "xlsx":
        with _safe_zip(path, path.name):
            pass  # an earlier version may have captured it
        yield Member(path.name, "xlsx", lambda: path.open("rb"))
    else:
        with _safe_zip(path, path.name) as archive:
            for info in _tables(archive):
                if wanted is None or wanted(info.filename):
                    yield _zip_member(archive, info)


def table_names(path: Path, container: Container) -> list[str]:
    """The names of the tables of an input file, none of which is opened. Raises as open_members."""
    if container != "zip":
        return [path.name]
    with _safe_zip(path, path.name) as archive:
        return [info.filename for info in _tables(archive)]


def zip_comment(path: Path, container: Container) -> str:
    """The comment of a zip archive, empty for other files."""
    if container != "zip":
        return ""
    with zipfile.ZipFile(path) as archive:
        return archive.comment.decode("utf-8", errors="replace")


def _tables(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members of an archive that may be tables, in the order of their names."""
    files = (info for info in archive.infolist() if not (info.is_dir() or info.filename.startswith("__MACOSX/")))
    return sorted(files, key=lambda info: info.filename)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    name = info.filename
    try:
        with archive_safety.open_member(archive, info) as file:
            head = file.read(4)
    except (RefusedFile, *UNREADABLE):
        head = b""  # opening the member will say why, and leave the others readable
    if head.startswith(b"PK"):
        return Member(name, "xlsx", lambda: _open_workbook(archive, info))
    if head.startswith(b"\x1f\x8b"):
        return Member(name, "csv", lambda: _open_gzip(archive, info))
    return Member(name, "csv", lambda: archive_safety.open_member(archive, info))


def _open_gzip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    """A gzip file inside a zip; both packings together may compress no more than one."""
    packed = archive_safety.open_member(archive, info)
    return archive_safety.bounded_gzip(packed, info.compress_size, info.filename, ARCHIVE)


def _open_workbook(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    """A workbook inside a zip, held in memory. Raises RefusedFile where it is another zip, or unsafe."""
    if info.file_size > WORKBOOK.total_bytes:
        reason = f"it is a zip or workbook of {info.file_size:,} bytes inside a zip; unpack it and give what it holds"
        raise RefusedFile(info.filename, reason)
    with archive_safety.open_member(archive, info) as stream:
        content = io.BytesIO(stream.read())
    with _safe_zip(content, info.filename) as inner:
        if not _is_workbook(inner):
            raise RefusedFile(
                info.filename, "it is a zip inside a zip, which is not read; unpack it and give it by itself"
            )
    content.seek(0)
    return content


@contextmanager
def _safe_zip(file: Path | BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    """An open zip that its directory shows to be safe, whether it is a workbook or not."""
    with _refusing_damage(name), zipfile.ZipFile(file) as archive:
        is_workbook = _is_workbook(archive)
        archive_safety.refuse_unsafe(archive.infolist(), archive.start_dir, name, WORKBOOK if is_workbook else ARCHIVE)
        if is_workbook:
            archive_safety.refuse_lying_parts(archive, name)
        yield archive


def _is_workbook(archive: zipfile.ZipFile) -> bool:
    return {"[Content_Types].xml", "xl/workbook.xml"} <= set(archive.namelist())


@contextmanager
def _refusing_damage(name: str) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise RefusedFile(name, f"the archive is damaged, cut short or locked ({error}); download it again") from error
