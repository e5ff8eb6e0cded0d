"""Captures are kept unchanged by their hash, once, and only count when their manifest row is there."""

import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources.raw_store import MANIFEST_SCHEMA, Capture, RawStore, manifest_frame, sha256_of
from pipelines.sources.whole_files import DamagedFile

CONTENT = b"area_fips\r\n\xef\xbb\xbf\0 kept as it is"


def capture_of(content: bytes, **values: object) -> Capture:
    capture = Capture(
        capture_sha256=hashlib.sha256(content).hexdigest(),
        source="files",
        address="/inbox/a.csv",
        file_name="a.csv",
        container="csv",
        bytes=len(content),
        retrieved_at="2026-11-02T08:00:00.000000+00:00",
        periods="2016-Q1",
        areas="41051",
    )
    return replace(capture, **values)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def store(tmp_path: Path) -> RawStore:
    return RawStore(tmp_path / "raw")


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1])
def test_the_hash_is_that_of_all_bytes(tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    (tmp_path / "x").write_bytes(content)
    assert sha256_of(tmp_path / "x") == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("container", ["csv", "csv.gz", "zip", "xlsx"])
def test_a_capture_is_the_unchanged_file_and_its_row(file: Path, store: RawStore, container: str) -> None:
    capture = capture_of(CONTENT, container=container, etag='"abc"', last_modified=None)
    assert store.find(capture.capture_sha256) is None
    assert store.keep(file, capture) == capture
    assert store.path(capture).read_bytes() == CONTENT
    assert store.find(capture.capture_sha256) == capture
    stem = f"{capture.capture_sha256[:2]}/{capture.capture_sha256}"
    assert files_below(store.folder) == sorted([f"{stem}.{container}", f"{stem}.json"])
    assert file.read_bytes() == CONTENT


def test_the_same_bytes_twice_are_the_first_capture(file: Path, store: RawStore) -> None:
    first = store.keep(file, capture_of(CONTENT))
    again = capture_of(CONTENT, address="/elsewhere/b.csv", file_name="b.csv", retrieved_at="2027-01-01")
    assert store.keep(file, again) == first
    assert store.captures(["files"]) == [first]


def test_captures_are_those_of_a_source_oldest_first(tmp_path: Path, store: RawStore) -> None:
    kept = []
    for content, source, at in ((b"1", "files", "2026-03"), (b"2", "files", "2026-01"), (b"3", "sample", "2026-02")):
        (tmp_path / "x").write_bytes(content)
        kept.append(store.keep(tmp_path / "x", capture_of(content, source=source, retrieved_at=at)))
    assert store.captures(["files"]) == [kept[1], kept[0]]
    assert store.captures(["sample", "files"]) == [kept[1], kept[2], kept[0]]
    assert store.captures([]) == []


def test_captures_of_one_moment_have_a_stable_order(tmp_path: Path, store: RawStore) -> None:
    for content in (b"1", b"2", b"3", b"4"):
        (tmp_path / "x").write_bytes(content)
        store.keep(tmp_path / "x", capture_of(content))
    hashes = [capture.capture_sha256 for capture in store.captures(["files"])]
    assert hashes == sorted(hashes)


def test_a_store_that_is_not_there_is_empty(store: RawStore) -> None:
    assert store.captures(["files"]) == []
    assert store.find("0" * 64) is None


def test_other_bytes_than_the_hash_says_are_not_kept(file: Path, store: RawStore) -> None:
    with pytest.raises(ValueError, match="changed while it was being captured"):
        store.keep(file, capture_of(b"what it was before"))
    assert files_below(store.folder) == []


def test_an_interrupted_copy_leaves_nothing(file: Path, store: RawStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            store.keep(file, capture_of(CONTENT))
    assert files_below(store.folder) == []
    assert store.keep(file, capture_of(CONTENT)) == store.find(sha256_of(file))


@pytest.mark.parametrize("left", [CONTENT, CONTENT[:5], b""])
def test_a_file_without_its_row_is_no_capture_and_is_repaired(file: Path, store: RawStore, left: bytes) -> None:
    capture = capture_of(CONTENT)
    store.path(capture).parent.mkdir(parents=True)
    store.path(capture).write_bytes(left)
    store.path(capture).with_suffix(".json.part").write_text("{")
    assert store.find(capture.capture_sha256) is None
    assert store.captures(["files"]) == []
    store.keep(file, capture)
    assert store.path(capture).read_bytes() == CONTENT
    assert store.captures(["files"]) == [capture]


@pytest.mark.parametrize(
    "row", [b"", b'{"capture_sha256": "ab', b"\0" * 400, b"{}", b'{"source": "files"}', b'{"source": "files", "x": 1}']
)
def test_a_damaged_row_is_named_and_without_it_the_file_is_captured_again(
    file: Path, store: RawStore, row: bytes
) -> None:
    capture = store.keep(file, capture_of(CONTENT))
    path = store.path(capture).with_suffix(".json")
    path.write_bytes(row)
    for read in (lambda: store.find(capture.capture_sha256), lambda: store.captures(["files"])):
        with pytest.raises(DamagedFile, match="remove it; the file it is about is captured again") as damaged:
            read()
        assert damaged.value.path == path
    path.unlink()
    assert store.keep(file, capture) == capture
    assert store.captures(["files"]) == [capture]


def test_the_row_reaches_the_disk_after_the_file_and_before_its_own_name(
    file: Path, store: RawStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    replace, fsync = Path.replace, os.fsync

    def note_flush(handle: int) -> None:
        steps.append("flush")
        fsync(handle)

    def note_replace(part: Path, target: Path) -> Path:
        steps.append(target.suffix)
        return replace(part, target)

    monkeypatch.setattr(os, "fsync", note_flush)
    monkeypatch.setattr(Path, "replace", note_replace)
    store.keep(file, capture_of(CONTENT))
    assert steps == ["flush", ".csv", "flush", ".json", "flush"]


def test_the_manifest_is_written_for_people_too(file: Path, store: RawStore) -> None:
    capture = store.keep(file, capture_of(CONTENT))
    row = json.loads(store.path(capture).with_suffix(".json").read_text(encoding="utf-8"))
    assert row == {name: getattr(capture, name) for name in MANIFEST_SCHEMA if name != "last_seen_at"}


def test_the_store_can_be_moved(file: Path, store: RawStore, tmp_path: Path) -> None:
    capture = store.keep(file, capture_of(CONTENT))
    shutil.move(tmp_path / "raw", tmp_path / "moved")
    moved = RawStore(tmp_path / "moved")
    assert moved.captures(["files"]) == [capture]
    assert moved.path(capture).read_bytes() == CONTENT


def test_the_manifest_frame_numbers_vintages_from_the_oldest() -> None:
    captures = [capture_of(b"1"), capture_of(b"2", etag='"e"', retrieved_at="2026-11-03")]
    frame = manifest_frame(captures, {})
    assert frame.schema == pl.Schema([("vintage_order", pl.Int64()), *MANIFEST_SCHEMA.items()])
    assert frame["vintage_order"].to_list() == [1, 2]
    assert frame["etag"].to_list() == [None, '"e"']
    assert frame["last_seen_at"].to_list() == [capture.published_at for capture in captures]
    assert manifest_frame([], {}).schema == frame.schema


def test_what_was_seen_at_its_publisher_later_is_the_newer_vintage() -> None:
    captures = [capture_of(b"1"), capture_of(b"2", etag='"e"', retrieved_at="2026-11-03")]
    frame = manifest_frame(captures, {captures[0].capture_sha256: "2026-11-04"})
    assert frame["vintage_order"].to_list() == [1, 2]
    assert frame["etag"].to_list() == ['"e"', None]
    assert frame["last_seen_at"].to_list() == [captures[1].published_at, "2026-11-04"]
