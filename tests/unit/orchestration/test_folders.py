"""A folder of an export is swapped in as a whole; a folder of anybody else's is left alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.orchestration.folders import MARK, NotOurFolder, swapped_in


def export(folder: Path, **files: str) -> None:
    with swapped_in(folder) as new:
        for name, text in files.items():
            (new / name).write_text(text)


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.name != MARK}


def test_a_new_folder_an_empty_one_and_the_last_export_are_taken(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "site"
    export(folder, a="1", b="2")
    assert content(folder) == {"a": "1", "b": "2"}
    assert "keep nothing of your own" in (folder / MARK).read_text()
    export(folder, a="3")
    assert content(folder) == {"a": "3"}
    (tmp_path / "empty").mkdir()
    export(tmp_path / "empty", a="4")
    assert content(tmp_path / "empty") == {"a": "4"}
    assert sorted(path.name for path in folder.parent.iterdir()) == ["site"]


@pytest.mark.parametrize("name", ["thesis.txt", "datapackage.json", "index.html"])
def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("three years of work")
    with pytest.raises(NotOurFolder, match=r"holds something that no export made.*nothing was written"):
        export(tmp_path, a="1")
    assert content(tmp_path) == {name: "three years of work"}


def test_a_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(NotOurFolder, match="is a file"):
        export(tmp_path / "thesis.txt", a="1")
    assert content(tmp_path) == {"thesis.txt": "three years of work"}


def test_the_folder_one_works_in_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotOurFolder, match="cannot be replaced while it is in use"):
        export(Path(), a="1")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_last_export(tmp_path: Path) -> None:
    export(tmp_path / "site", a="1")
    with pytest.raises(FileNotFoundError):
        export(tmp_path / "site", **{"a": "2", "no/such/folder": "3"})
    assert content(tmp_path / "site") == {"a": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_swap_that_fails_halfway_puts_the_last_export_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(tmp_path / "site", a="1")
    replace: Callable[[Path, Path], Path] = Path.replace

    def fails_to_come_in(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError("device lost")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fails_to_come_in)
    with pytest.raises(OSError, match="device lost"):
        export(tmp_path / "site", a="2")
    assert content(tmp_path / "site") == {"a": "1"}
