"""Proves archives harmless before anything in them is read, and reads what they pack within limits.

Belongs here: limits of zip archives, workbooks and gzip files; checks of a zip's directory; streams that cannot inflate
without bound. Not here: which tables an archive holds (inbox), what they mean (bls, qualityinfo). Nothing is ever
extracted to disk: names that lead elsewhere are refused because an honest QCEW file has none.
"""

import gzip
import io
import re
import stat
import sys
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, cast

from pipelines.sources.reading import RefusedFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MB, GB = 10**6, 10**9


@dataclass(frozen=True)
class Limits:
    """What one kind of container may hold; more is refused.

    Compression counts only above ratio_from bytes: little text may be all alike, and cannot fill a memory.
    """

    total_bytes: int
    ratio: int
    ratio_from: int
    members: int = 1


ARCHIVE = Limits(total_bytes=16 * GB, ratio=100, ratio_from=MB, members=20_000)
"""A year by area has about 4,700 members and 3 GB, a quarterly singlefile 2.2 GB; tables compress 8 to 17 times."""

WORKBOOK = Limits(total_bytes=200 * MB, ratio=100, ratio_from=MB, members=1_000)
"""A QualityInfo workbook has 9 parts and half a megabyte, and compresses 7 times; all of it is held in memory."""

GZIP = Limits(total_bytes=16 * GB, ratio=200, ratio_from=10 * MB)
"""One table by itself, at most the largest singlefile several times over. Deflate can reach 1,032 times."""

_WHAT_TO_DO = "Nothing of it was read: download it again from its publisher, or pack its tables anew"
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_LOCAL_HEADER = 30  # bytes before a member's name
_ENCRYPTED = 0x1 | 0x40  # flags of the old and the strong encryption
_LONGEST_NAME = 100  # characters of a name that a message shows
_PIECE = 2**20
_PACKED_PIECE = _BUFFER = 2**16  # zipfile would take 4,096 bytes at a time, 100,000 times for 2 GB of text
_SMALL_PIECE = 64  # of bzip2 and LZMA: zipfile inflates a piece at once, and one of bzip2 can already fill 90 MB


def refuse_unsafe(infos: Sequence[zipfile.ZipInfo], directory_at: int, name: str, limits: Limits) -> None:
    """Raises RefusedFile, with the member and the cause, for a zip that its directory shows to be unsafe.

    directory_at is where the directory starts in the file: members end before it.
    """
    if fault := next(_faults(infos, directory_at, limits), None):
        raise RefusedFile(name, f"{fault}. {_WHAT_TO_DO}")


def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    """The bytes of a member, as many as the directory declares, inflated piece by piece.

    Raises RefusedFile where it is encrypted; reading raises it where there are more or fewer bytes than declared.
    """
    if info.flag_bits & _ENCRYPTED:
        raise RefusedFile(info.filename, "it is encrypted, as no published file is; get it without a password")
    uncut = copy(info)
    uncut.file_size = sys.maxsize  # at the declared size zipfile would cut, and a forged checksum of that part hide it
    stream = cast(zipfile.ZipExtFile, archive.open(uncut))
    piece, stream.MIN_READ_SIZE = _PIECE, _PACKED_PIECE
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        piece = stream.MIN_READ_SIZE = _SMALL_PIECE
    lie = RefusedFile(
        info.filename,
        f"it holds more or fewer bytes than the {info.file_size:,} its archive declares: it is forged or damaged; "
        "download it again from its publisher",
    )
    return _Bounded(cast(BinaryIO, stream), range(info.file_size, info.file_size + 1), lie, piece).buffered()


def refuse_lying_parts(archive: zipfile.ZipFile, name: str) -> None:
    """Raises RefusedFile for a workbook with a part that is not of its declared size, by inflating all of them.

    Whoever reads workbooks opens their parts without the care of open_member.
    """
    for info in archive.infolist():
        try:
            with open_member(archive, info) as part:
                while part.read(_PIECE):
                    pass
        except RefusedFile as refusal:
            raise RefusedFile(name, f"part {_shown(info)}: {refusal.reason}") from refusal


def bounded_gzip(packed: BinaryIO, packed_bytes: int, name: str, limits: Limits = GZIP) -> BinaryIO:
    """What a gzip stream of so many bytes packs; reading raises RefusedFile where it is more than the limits allow.

    The stream is closed with the one returned.
    """
    most = min(limits.total_bytes, max(limits.ratio_from, limits.ratio * packed_bytes))
    bomb = RefusedFile(
        name,
        f"its {packed_bytes:,} bytes inflate to more than {most:,}, as no QCEW file does: it is a gzip bomb. "
        "Do not unpack it; download it again from its publisher",
    )
    return _Bounded(cast(BinaryIO, gzip.GzipFile(fileobj=packed)), range(most + 1), bomb, source=packed).buffered()


def _faults(infos: Sequence[zipfile.ZipInfo], directory_at: int, limits: Limits) -> Iterator[str]:
    if len(infos) > limits.members:
        yield f"it has {len(infos):,} members, and no QCEW file has more than {limits.members:,}"
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        yield f"it would inflate to {total:,} bytes, and no QCEW file has more than {limits.total_bytes:,}"
    for info in infos:
        if fault := _name_fault(info) or _kind_fault(info) or _ratio_fault(info, limits):
            yield f"member {_shown(info)} {fault}"
    by_name = Counter(info.filename for info in infos)
    for info in infos:
        if by_name[info.filename] > 1:
            yield f"member {_shown(info)} is there {by_name[info.filename]} times"
    in_order = sorted(infos, key=lambda info: info.header_offset)
    for info, start in [
        *((info, following.header_offset) for info, following in pairwise(in_order)),
        *((info, directory_at) for info in in_order[-1:]),
    ]:
        # The least room a member takes; its local header may be longer, but then its bytes are there to be paid for.
        if info.header_offset + _LOCAL_HEADER + len(info.orig_filename) + info.compress_size > start:
            yield f"member {_shown(info)} shares bytes with what follows it: it is a zip bomb or damaged"


def _name_fault(info: zipfile.ZipInfo) -> str | None:
    """What is wrong with a member's name, as it is written and as zipfile understands it."""
    for name in (info.orig_filename, info.filename):
        if any(unicodedata.category(character) == "Cc" for character in name):
            return "has a control character in its name"
        if _ABSOLUTE.match(name) or ".." in re.split(r"[/\\]", name):
            return "has a name that leads outside the archive"
    return None


def _kind_fault(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind in (0, stat.S_IFREG, stat.S_IFDIR):
        return None
    return f"is a {'symbolic link' if kind == stat.S_IFLNK else 'special file'}, not a table"


def _ratio_fault(info: zipfile.ZipInfo, limits: Limits) -> str | None:
    if info.file_size <= max(limits.ratio_from, limits.ratio * info.compress_size):
        return None
    return (
        f"would inflate from {info.compress_size:,} to {info.file_size:,} bytes, more than {limits.ratio} times: "
        "it is a zip bomb"
    )


def _shown(info: zipfile.ZipInfo) -> str:
    return repr(info.orig_filename[:_LONGEST_NAME])


class _Bounded(io.RawIOBase):
    """A stream read in small pieces, so that it is refused for its size before it fills the memory."""

    def __init__(
        self,
        stream: BinaryIO,
        sizes: range,
        refusal: RefusedFile,
        piece: int = _PIECE,
        source: BinaryIO | None = None,
    ) -> None:
        self._streams = [stream, source] if source else [stream]
        self._sizes = sizes
        self._refusal = refusal
        self._piece = piece
        self._count = 0

    def buffered(self) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(self, _BUFFER))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._streams[0].read(min(len(view), self._piece))
        self._count += len(piece)
        if self._count >= self._sizes.stop or (not piece and self._count < self._sizes.start):
            raise self._refusal
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        for stream in self._streams:
            stream.close()
        super().close()
