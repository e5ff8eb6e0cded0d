"""Open data as a folder: valid for others' programs, whole or not at all, the same for the same warehouse."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from frictionless import Package
from small_warehouse import one_version, publish_small

from pipelines.orchestration import open_data
from pipelines.orchestration.folders import MARK
from pipelines.orchestration.open_data import write_open_data
from pipelines.settings import Settings
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.open_data import open_tables

HOSTILE = "=cmd|' /C calc'!A0 </script> \"q\" \u202e"
MEASURES = (
    {"region": "a", "sector_name": HOSTILE, "known": None, "quarter": 0},
    {"region": "b", "sector_name": "x" * 10_000, "known": 0.0, "quarter": 0},
)


@pytest.fixture(scope="module", autouse=True)
def _one_version() -> Iterator[None]:
    with one_version():
        yield


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return publish_small(tmp_path_factory.mktemp("data"), MEASURES, inbox="/secret place")


@pytest.fixture(scope="module")
def folder(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(settings, tmp_path_factory.mktemp("exports") / "open_data")


def export(settings: Settings, folder: Path) -> Path:
    with open_database(settings.published_database, read_only=True) as connection:
        write_open_data(connection, folder)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_file_is_described_with_its_size_and_hash(folder: Path) -> None:
    resources = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
    described = {one["path"]: (one["bytes"], one["hash"]) for one in resources}
    found = {
        name: (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
        for name, data in content(folder).items()
        if name not in ("datapackage.json", "README.txt", MARK)
    }
    assert described == found
    assert len(found) == 2 * len(open_tables())


def test_frictionless_finds_the_package_and_every_csv_valid(folder: Path) -> None:
    package = Package(str(folder / "datapackage.json"))
    csvs = [one for one in package.resources if one.format == "csv"]
    assert len(csvs) == len(open_tables())
    for resource in csvs:
        report = resource.validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])


def test_frictionless_reads_null_and_zero_and_guarded_text(folder: Path) -> None:
    resource = Package(str(folder / "datapackage.json")).get_resource("marts.sector_measures")
    first, second = resource.read_rows()
    assert (first["known"], second["known"]) == (None, 0)
    assert first["sector_name"] == f"'{HOSTILE}"
    descriptor = resource.to_descriptor()
    assert descriptor["guarded_texts"] == 1


def test_parquet_agrees_with_the_descriptor(folder: Path) -> None:
    for resource in json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]:
        if resource["format"] == "parquet":
            read = pq.read_table(folder / resource["path"])
            assert read.num_rows == resource["rows"]
            assert read.column_names == [field["name"] for field in resource["schema"]["fields"]]


def test_no_path_of_the_machine_leaves(folder: Path, settings: Settings) -> None:
    for name, data in content(folder).items():
        assert b"secret place" not in data, name
        assert str(settings.data_dir).encode() not in data, name


def test_the_same_warehouse_gives_the_same_bytes(settings: Settings, folder: Path, tmp_path: Path) -> None:
    assert content(export(settings, tmp_path / "again")) == content(folder)


def test_it_is_dated_by_its_newest_input_not_by_a_clock(folder: Path) -> None:
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert described["created"] == "2026-03-02T00:00:00.000000+00:00"
    assert described["code"].keys() == {"version", "commit", "is_changed"}


def test_the_sample_is_marked_in_descriptor_readme_and_parquet(tmp_path: Path) -> None:
    folder = export(publish_small(tmp_path / "data", MEASURES, source="sample"), tmp_path / "open_data")
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert described["title"].startswith("SYNTHETIC SAMPLE")
    assert described["description"].startswith("SYNTHETIC SAMPLE")
    assert (folder / "README.txt").read_text("utf-8").startswith("SYNTHETIC SAMPLE")
    for path in (folder / "parquet").iterdir():
        assert pq.read_schema(path).metadata[b"data_origin"] == b"SYNTHETIC SAMPLE"


def test_files_of_an_earlier_export_go(settings: Settings, tmp_path: Path) -> None:
    folder = export(settings, tmp_path / "open_data")
    (folder / "csv" / "marts.of_long_ago.csv").write_text("a\r\n")
    before = content(export(settings, folder))
    assert "csv/marts.of_long_ago.csv" not in before
    assert [path.name for path in tmp_path.iterdir()] == ["open_data"]


def test_a_failure_leaves_the_last_export(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = export(settings, tmp_path / "open_data")
    before = content(folder)

    def fail(*_: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(open_data, "readme", fail)
    with pytest.raises(OSError, match="No space"):
        export(settings, folder)
    assert content(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["open_data"]
