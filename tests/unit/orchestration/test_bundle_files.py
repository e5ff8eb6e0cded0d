"""The zip file of a bundle: the same bytes for the same content, and no byte of it can be changed unnoticed."""

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipelines.orchestration.bundle_files import CONTENTS, DamagedBundle, is_bundle, pack, unpack

FILES = {"tables/b.parquet": b"b" * 3_000, "captures/a.zip": bytes(range(256)) * 9, "README.txt": "ä\n".encode()}
Rewrite = Callable[[dict[str, bytes]], None]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return packed(tmp_path / "one.zip", FILES)


def packed(path: Path, files: Mapping[str, bytes]) -> Path:
    parts = path.with_suffix(".parts")
    for name, content in files.items():
        (parts / name).parent.mkdir(parents=True, exist_ok=True)
        (parts / name).write_bytes(content)
    pack(path, {"format": 1}, {name: parts / name for name in files})
    return path


def rewritten(path: Path, change: Rewrite) -> Path:
    """The same zip with other members, as somebody who wants to deceive would make it."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def opened(path: Path, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    unpack(path, folder)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_is_packed_comes_out(bundle: Path, tmp_path: Path) -> None:
    assert opened(bundle, tmp_path / "out") == FILES
    assert is_bundle(bundle)


def test_the_same_content_gives_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    again = packed(tmp_path / "again.zip", dict(reversed(FILES.items())))
    assert again.read_bytes() == bundle.read_bytes()
    with zipfile.ZipFile(bundle) as archive:
        assert archive.namelist() == [CONTENTS, *sorted(FILES)]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_a_failure_leaves_the_last_bundle(bundle: Path, tmp_path: Path) -> None:
    before = bundle.read_bytes()
    with pytest.raises(FileNotFoundError):
        pack(bundle, {}, {"a": tmp_path / "not there"})
    assert bundle.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_a_changed_byte_is_named_wherever_it_is(bundle: Path, tmp_path: Path) -> None:
    content = bundle.read_bytes()
    for name, data in FILES.items():
        at = content.index(data) + len(data) // 2
        path = tmp_path / f"{name.replace('/', '_')}.zip"
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(DamagedBundle, match=name):
            opened(path, tmp_path / f"{path.stem}.out")


def put(name: str, content: bytes) -> Rewrite:
    return lambda members: members.update({name: content})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("tables/b.parquet", b"c" * 3_000), "tables/b.parquet: its SHA-256 is"),
        (put("tables/b.parquet", b"c"), "tables/b.parquet: has 1 bytes, the list says 3,000"),
        (put("extra.txt", b""), "extra.txt: not in its list of contents"),
        (lambda members: members.pop("README.txt"), "README.txt: missing"),
        (lambda members: members.pop(CONTENTS), "is no bundle of this project"),
        (put(CONTENTS, b"{"), "is no bundle of this project"),
        (put(CONTENTS, json.dumps({"files": 5}).encode()), "is no bundle of this project"),
        (put(CONTENTS, b"[]"), "is no bundle of this project"),
        (put("../outside.txt", b"x"), "leads outside the archive"),
        (put("/etc/outside.txt", b"x"), "leads outside the archive"),
        (put("a\nb", b"x"), "control character"),
    ],
)
def test_what_was_changed_is_named(bundle: Path, tmp_path: Path, change: Rewrite, words: str) -> None:
    with pytest.raises(DamagedBundle, match=words):
        opened(rewritten(bundle, change), tmp_path / "out")
    assert not list(tmp_path.rglob("outside.txt"))


def test_every_fault_is_told_at_once(bundle: Path, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        del members["README.txt"]
        members["tables/b.parquet"] = b"c" * 3_000

    with pytest.raises(DamagedBundle, match=r"README.txt: missing\ntables/b.parquet: its SHA-256"):
        opened(rewritten(bundle, change), tmp_path / "out")


def test_a_bomb_is_not_inflated(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("bomb", bytes(5_000_000), zipfile.ZIP_DEFLATED)
    with pytest.raises(DamagedBundle, match="zip bomb"):
        opened(bundle, tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut short"])
def test_other_files_are_no_bundles(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(content)
    assert not is_bundle(path)
    with pytest.raises(DamagedBundle, match=r"other\.zip"):
        opened(path, tmp_path / "out")


def test_a_file_that_is_not_there_is_missing_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        opened(tmp_path / "nothing.zip", tmp_path / "out")
