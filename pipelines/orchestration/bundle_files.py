"""The zip file of a bundle: written so that the same content gives the same bytes, read so that nothing gets past.

Belongs here: members, their hashes, the contents list. Not here: what a bundle holds and what for (bundles).
"""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.sources.archive_safety import GB, MB, Limits, open_member, refuse_unsafe
from pipelines.sources.inbox import UNREADABLE
from pipelines.sources.raw_store import sha256_of
from pipelines.sources.reading import RefusedFile

CONTENTS = "bundle.json"
LIMITS = Limits(total_bytes=200 * GB, ratio=100, ratio_from=MB, members=50_000)
"""A bundle holds every captured file of a warehouse; it is not compressed."""
_LARGEST_CONTENTS = 100 * MB
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3
_BLOCK = 2**20


class DamagedBundle(ValueError):  # noqa: N818 - it names the situation
    """A file that is no bundle, or not as it was written; names every part that is wrong."""


def pack(path: Path, contents: Mapping[str, Any], files: Mapping[str, Path]) -> None:
    """Writes files under their names, with a list of contents that says the size and hash of each, as a zip.

    The same content gives the same bytes: no clock, no compression, members in the order of their names. The file is
    put in place whole.
    """
    listed = [
        {"path": name, "bytes": file.stat().st_size, "sha256": sha256_of(file)} for name, file in sorted(files.items())
    ]
    text = json.dumps({**contents, "files": listed}, indent=1, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_member(CONTENTS), text.encode())
            for name, file in sorted(files.items()):
                member = _member(name)
                member.file_size = file.stat().st_size
                with file.open("rb") as source, archive.open(member, "w") as target:
                    shutil.copyfileobj(source, target, _BLOCK)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Unpacks a bundle into an empty folder; its list of contents.

    Nothing is written outside the folder, nothing that is not listed, and nothing larger than listed. Raises
    DamagedBundle naming each member that is missing, not listed, or of other bytes than the list says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_unsafe(archive.infolist(), archive.start_dir, path.name, LIMITS)
            contents = _contents(archive, path)
            members = {info.filename: info for info in archive.infolist() if info.filename != CONTENTS}
            faults = [f"{name}: not in its list of contents" for name in members.keys() - contents["files"].keys()]
            for name, listed in contents["files"].items():
                faults += _unpack_member(archive, members.get(name), name, listed, folder)
    except RefusedFile as refusal:
        raise DamagedBundle(str(refusal)) from refusal
    except UNREADABLE as error:
        if isinstance(error, DamagedBundle | FileNotFoundError):
            raise
        raise DamagedBundle(
            f"{path} cannot be read as a bundle ({error}): get it again from whoever made it"
        ) from error
    if faults:
        raise DamagedBundle("\n".join([f"{path} is not as it was written; get it again:", *sorted(faults)]))
    return contents


def is_bundle(path: Path) -> bool:
    """Whether a file is a zip with a list of contents."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return CONTENTS in archive.namelist()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
    member.create_system = _UNIX
    member.external_attr = _REGULAR_FILE
    return member


def _contents(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """The list of contents, its files by their paths."""
    not_one = DamagedBundle(f"{path} is no bundle of this project: it has no {CONTENTS} that can be read")
    info = next((one for one in archive.infolist() if one.filename == CONTENTS), None)
    if info is None or info.file_size > _LARGEST_CONTENTS:
        raise not_one
    with open_member(archive, info) as stream:
        text = stream.read()
    try:
        contents = json.loads(text)
        contents["files"] = {str(one["path"]): (int(one["bytes"]), str(one["sha256"])) for one in contents["files"]}
    except (ValueError, TypeError, KeyError) as error:
        raise not_one from error
    return dict(contents)


def _unpack_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo | None, name: str, listed: tuple[int, str], folder: Path
) -> list[str]:
    size, sha256 = listed
    if info is None:
        return [f"{name}: missing"]
    if info.file_size != size:
        return [f"{name}: has {info.file_size:,} bytes, the list says {size:,}"]
    target = folder.joinpath(name)  # names that lead elsewhere were refused
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open_member(archive, info) as source, target.open("wb") as file:
            found = _copy(source, file)
    except zipfile.BadZipFile as error:
        return [f"{name}: {error}"]
    return [] if found == sha256 else [f"{name}: its SHA-256 is {found}, the list says {sha256}"]


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()
