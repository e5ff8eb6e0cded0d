"""Keeps every input file unchanged, by the hash of its content, with a manifest of where it came from.

Belongs here: captures and their manifest on disk. Not here: what the files say (typed_cells and the readers).
Layout: FOLDER/captures/<first two digits of the hash>/<hash>.<container>, and beside each file <hash>.json, its
manifest row. A capture is complete when its manifest row is there; both are moved into place whole.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from pipelines.sources.inbox import Container
from pipelines.sources.whole_files import DamagedFile, read_json, write_json

_BLOCK = 2**20


@dataclass(frozen=True)
class Capture:
    """One manifest row: an input file as it was received."""

    capture_sha256: str
    source: str
    address: str
    file_name: str
    container: Container
    bytes: int
    retrieved_at: str
    """UTC, ISO 8601 with microseconds."""
    periods: str
    """Periods the file holds, such as '2016-Q1 to 2016-Q4'."""
    areas: str
    """The one area the file holds, or how many."""
    etag: str | None = None
    last_modified: str | None = None
    published_at: str = ""
    """When its content was published, as far as that is known. Never after it was retrieved."""

    def __post_init__(self) -> None:
        published_at = min(self.published_at or self.retrieved_at, self.retrieved_at)
        object.__setattr__(self, "published_at", published_at)


MANIFEST_SCHEMA = pl.Schema(
    {
        "capture_sha256": pl.String,
        "source": pl.String,
        "address": pl.String,
        "file_name": pl.String,
        "container": pl.String,
        "bytes": pl.Int64,
        "retrieved_at": pl.String,
        "published_at": pl.String,
        "last_seen_at": pl.String,
        "periods": pl.String,
        "areas": pl.String,
        "etag": pl.String,
        "last_modified": pl.String,
    }
)


def sha256_of(path: Path) -> str:
    """The hash of a file's content, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class RawStore:
    """The captures under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "captures"

    def find(self, sha256: str) -> Capture | None:
        """The capture with this content, if its row and its bytes are there. Raises DamagedFile."""
        row = self._stem(sha256).with_suffix(".json")
        capture = _read_row(row) if row.exists() else None
        return capture if capture and self.path(capture).exists() else None

    def path(self, capture: Capture) -> Path:
        """Where the unchanged bytes of a capture are."""
        return self._stem(capture.capture_sha256).with_suffix(f".{capture.container}")

    def keep(self, file: Path, capture: Capture) -> Capture:
        """Copies a file into the store, then its manifest row; the same bytes twice are one capture, the first.

        Raises ValueError where the file's bytes are not those the capture names.
        """
        if known := self.find(capture.capture_sha256):
            return known
        target = self.path(capture)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".part-") as folder:
            part = Path(folder) / target.name
            digest = hashlib.sha256()
            with file.open("rb") as source, part.open("wb") as copy:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
            if digest.hexdigest() != capture.capture_sha256:
                raise ValueError("its content changed while it was being captured; run again when it is complete")
            part.replace(target)
        write_json(self._stem(capture.capture_sha256).with_suffix(".json"), asdict(capture))
        return capture

    def incoming(self) -> Path:
        """A folder for files on their way into the store."""
        folder = self.folder.parent / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def forget_unfinished(self) -> None:
        """Removes what runs that were killed left behind, while no other run is at work."""
        for left in (*self.incoming().glob("*"), *self.folder.glob("??/.part-*")):
            shutil.rmtree(left, ignore_errors=True)

    def captures(self, sources: Collection[str]) -> list[Capture]:
        """Captures of these sources, oldest first. Raises DamagedFile."""
        rows = map(_read_row, self.folder.glob("??/*.json"))
        found = (row for row in rows if row.source in sources)
        return sorted(found, key=lambda one: (one.published_at, one.retrieved_at, one.capture_sha256))

    def _stem(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def _read_row(path: Path) -> Capture:
    row = read_json(path)
    try:
        return Capture(**row)
    except TypeError as error:  # columns are missing, or not known
        raise DamagedFile(path, "not a manifest row") from error


def manifest_frame(captures: Iterable[Capture], last_seen: Mapping[str, str]) -> pl.DataFrame:
    """The manifest as a frame, one row a capture, with vintage_order 1, 2, … from the oldest content to the newest.

    last_seen: when the content of a capture was last seen at its publisher, by hash. What is seen there later is newer,
    whatever date it bears; of what was never asked for, the date of publication has to do.
    """
    rows = [
        asdict(capture) | {"last_seen_at": max(last_seen.get(capture.capture_sha256, ""), capture.published_at)}
        for capture in captures
    ]
    rows.sort(key=lambda row: (row["last_seen_at"], row["retrieved_at"], row["capture_sha256"]))
    frame = pl.DataFrame(rows, schema=MANIFEST_SCHEMA)
    return frame.with_row_index("vintage_order", offset=1).with_columns(pl.col("vintage_order").cast(pl.Int64))
