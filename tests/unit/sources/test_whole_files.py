"""Small JSON files reach the disk whole, in the order that survives a power cut, and a damaged one is named."""

import os
from pathlib import Path

import pytest

from pipelines.sources.whole_files import DamagedFile, read_json, write_json


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "requests" / "ab" / "one.json"


def test_what_is_written_is_read_again(path: Path) -> None:
    for content in ({"b": None, "a": "ä"}, {"a": [1, 2]}):
        write_json(path, content)
        assert read_json(path) == content
    assert [each.name for each in path.parent.iterdir()] == ["one.json"]


def test_it_is_written_for_people_too(path: Path) -> None:
    write_json(path, {"b": 1, "a": None})
    assert path.read_text("utf-8") == '{\n "a": null,\n "b": 1\n}\n'


def test_content_is_on_the_disk_before_its_name_and_its_name_before_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_json(path, {"version": 1})
    steps: list[str] = []
    replace, fsync = Path.replace, os.fsync

    def note_flush(handle: int) -> None:
        steps.append(f"flush {Path(f'/proc/self/fd/{handle}').resolve().name}")
        fsync(handle)

    def note_replace(part: Path, target: Path) -> Path:
        assert read_json(part) == {"version": 2}
        assert read_json(target) == {"version": 1}
        steps.append(f"replace {target.name}")
        return replace(part, target)

    monkeypatch.setattr(os, "fsync", note_flush)
    monkeypatch.setattr(Path, "replace", note_replace)
    write_json(path, {"version": 2})
    assert [step.split()[0] for step in steps] == ["flush", "replace", "flush"]
    if Path("/proc/self/fd").exists():
        assert steps == ["flush one.json.part", "replace one.json", "flush ab"]


@pytest.mark.parametrize("where", ["write_text", "replace"])
def test_what_fails_leaves_what_was_there(path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    write_json(path, {"version": 1})
    with monkeypatch.context() as patch:
        patch.setattr(Path, where, fail)
        with pytest.raises(OSError, match="No space"):
            write_json(path, {"version": 2})
    assert read_json(path) == {"version": 1}
    write_json(path, {"version": 3})
    assert read_json(path) == {"version": 3}
    assert [each.name for each in path.parent.iterdir()] == ["one.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 50, b'{"a": "\xff"}', b"[1]", b"null"], ids=repr)
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match="is damaged") as damaged:
        read_json(path)
    assert isinstance(damaged.value, ValueError)
    assert damaged.value.path == path
    assert str(path) in str(damaged.value)
    assert "remove it; the file it is about is captured again with the next run" in str(damaged.value)


def test_a_file_that_is_not_there_is_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "none.json")
