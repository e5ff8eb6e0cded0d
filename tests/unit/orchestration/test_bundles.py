"""A bundle holds all that a warehouse was made from and nothing of the machine; a warehouse is held against it."""

import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from small_warehouse import CONTENT, keep, one_version, publish_small

from pipelines.orchestration import bundles
from pipelines.orchestration.bundle_files import DamagedBundle
from pipelines.orchestration.bundles import (
    NOT_COMPARED,
    Bundle,
    CannotBundle,
    TableComparison,
    compare,
    definitions_differ,
    open_bundle,
    prepare_rebuild,
    write_bundle,
)
from pipelines.orchestration.web_looks import request_log
from pipelines.settings import SHIPPED_DEFINITIONS, Settings
from pipelines.sources.raw_store import RawStore, manifest_frame
from pipelines.sources.request_log import last_seen
from pipelines.warehouse.build import build_from_frame
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES

MEASURES = (
    {"region": "a", "sector_name": "=1+1", "known": None, "quarter": 0},
    {"region": "b", "known": 0.0, "quarter": 0},
)
SECRETS = {"contact_email": "somebody@board.example", "alert_webhook": "https://alerts.example/secret"}


@pytest.fixture(scope="module", autouse=True)
def _one_version() -> Iterator[None]:
    with one_version():
        yield


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office and its bundle, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("office")
    settings = replace(publish_small(folder / "data", MEASURES, inbox="/secret place"), **SECRETS)
    write_bundle(settings, folder / "bundle.zip")
    return folder


@pytest.fixture
def office(shared: Path, tmp_path: Path) -> Settings:
    shutil.copytree(shared / "data", tmp_path / "data")
    return Settings(source="files", data_dir=tmp_path / "data")


@pytest.fixture
def bundle(shared: Path, tmp_path: Path) -> Bundle:
    (tmp_path / "unpacked").mkdir()
    return open_bundle(shared / "bundle.zip", tmp_path / "unpacked")


# What is in it


def test_files_definitions_and_public_tables_are_in_it(bundle: Bundle) -> None:
    (capture,) = (bundle.folder / "captures").iterdir()
    assert capture.read_bytes() == CONTENT
    for path in SHIPPED_DEFINITIONS.iterdir():
        if path.suffix in (".yaml", ".csv"):
            assert (bundle.folder / "definitions" / path.name).read_bytes() == path.read_bytes()
    public = {name for name, table in ALL_TABLES.items() if table.is_published}
    assert {table["name"] for table in bundle.tables} == public - set(NOT_COMPARED)
    assert all(bundle.parquet(table["name"]).exists() for table in bundle.tables)
    assert pl.read_parquet(bundle.parquet("marts.sector_measures"))["known"].to_list() == [None, 0.0]


def test_settings_are_those_a_rebuild_needs(bundle: Bundle) -> None:
    expected = {"SECTORS_SOURCE": "files", "SECTORS_SAMPLE_SEED": "2016", "SECTORS_AS_OF": ""}
    assert bundle.contents["settings"] == expected
    assert bundle.contents["made_by"].keys() == {"code", "lock_sha256", "duckdb"}
    assert re.fullmatch("[0-9a-f]{64}", bundle.contents["made_by"]["lock_sha256"])


def test_no_secret_and_no_path_is_in_it(shared: Path) -> None:
    content = (shared / "bundle.zip").read_bytes()
    for text in (*SECRETS.values(), "secret place", str(shared)):
        assert text.encode() not in content


def test_the_same_warehouse_gives_the_same_bytes(shared: Path, office: Settings, tmp_path: Path) -> None:
    write_bundle(office, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (shared / "bundle.zip").read_bytes()


def test_the_sample_says_so_and_names_its_seed(tmp_path: Path) -> None:
    package = write_bundle(publish_small(tmp_path / "data", MEASURES, source="sample"), tmp_path / "s.zip")
    assert package.is_synthetic
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        assert archive.read("README.txt").decode().startswith("SYNTHETIC SAMPLE")
    (tmp_path / "out").mkdir()
    found = open_bundle(tmp_path / "s.zip", tmp_path / "out")
    assert found.contents["title"].startswith("SYNTHETIC SAMPLE")
    assert prepare_rebuild(found, tmp_path / "again").sample_seed == 7
    assert prepare_rebuild(found, tmp_path / "again").is_synthetic


def test_a_day_that_was_rebuilt_is_rebuilt_again(office: Settings, tmp_path: Path) -> None:
    of_day = replace(office, as_of=date(2026, 3, 15))
    office.published_database.rename(of_day.published_database)
    write_bundle(of_day, tmp_path / "day.zip")
    (tmp_path / "out").mkdir()
    settings = prepare_rebuild(open_bundle(tmp_path / "day.zip", tmp_path / "out"), tmp_path / "again")
    assert settings.as_of == date(2026, 3, 15)


# What is refused


def test_a_missing_capture_is_named(office: Settings, tmp_path: Path) -> None:
    (stored,) = (path for path in office.raw_dir.glob("captures/??/*") if path.suffix == ".csv")
    stored.unlink()
    with pytest.raises(CannotBundle, match=rf"a\.csv \(SHA-256 {stored.stem}\).*is not in the store"):
        write_bundle(office, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_a_capture_of_other_bytes_is_named(office: Settings, tmp_path: Path) -> None:
    (stored,) = (path for path in office.raw_dir.glob("captures/??/*") if path.suffix == ".csv")
    stored.write_bytes(CONTENT.replace(b"5", b"6"))
    with pytest.raises(CannotBundle, match=r"a\.csv .* has other bytes"):
        write_bundle(office, tmp_path / "b.zip")


def test_definitions_that_were_changed_since_are_named(office: Settings, tmp_path: Path) -> None:
    with open_database(office.published_database) as connection:
        connection.execute("UPDATE reference.sectors SET sector_name = 'Another' WHERE sort_order = 1")
    with pytest.raises(CannotBundle, match=r"reference\.sectors is not what the definitions in"):
        write_bundle(office, tmp_path / "b.zip")


def test_no_other_file_is_replaced(office: Settings, shared: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.zip").write_bytes(b"three years of work")
    for path in (tmp_path / "thesis.zip", tmp_path):
        with pytest.raises(CannotBundle, match="is not replaced"):
            write_bundle(office, path)
    shutil.copy(shared / "bundle.zip", tmp_path / "old.zip")
    write_bundle(office, tmp_path / "old.zip")


def test_without_a_warehouse_a_run_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run the whole job first"):
        write_bundle(Settings(data_dir=tmp_path), tmp_path / "b.zip")


def test_a_bundle_of_another_format_says_who_reads_it(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "FORMAT", 2)
    (tmp_path / "out").mkdir()
    with pytest.raises(DamagedBundle, match=r"is of format 1, and this version of the project reads 2.*0\.1\.0"):
        open_bundle(shared / "bundle.zip", tmp_path / "out")


# What a rebuild starts from


def test_a_rebuild_starts_from_the_same_captures(bundle: Bundle, tmp_path: Path) -> None:
    settings = prepare_rebuild(bundle, tmp_path / "again")
    store = RawStore(settings.raw_dir)
    (capture,) = store.captures(("files",))
    assert store.path(capture).read_bytes() == CONTENT
    assert capture.address == "a.csv"
    assert manifest_frame([capture], {}).to_dicts() == pl.read_parquet(bundle.parquet("raw.captures")).to_dicts()
    assert not settings.inbox.exists()
    assert settings.contact_email is None
    assert definitions_differ(bundle) is None


def test_the_order_of_vintages_is_that_of_the_publisher(office: Settings, tmp_path: Path) -> None:
    """What was seen later at its publisher is newer, though its content was captured before."""
    times = [f"2026-0{month}-01T00:00:00.000000+00:00" for month in range(1, 7)]
    said = {"source": "bls", "address": "https://data.bls.gov/cew/a.csv"}
    captures = [keep(office, f"v{place}".encode(), **said, retrieved_at=times[place]) for place in range(3)]
    seen = dict(zip([one.capture_sha256 for one in captures], [times[5], times[3], times[4]], strict=True))
    manifest = manifest_frame(captures, seen)
    with open_database(office.published_database) as connection:
        build_from_frame(connection, ALL_TABLES["raw.captures"], manifest)
    write_bundle(office, tmp_path / "web.zip")
    (tmp_path / "out").mkdir()
    settings = prepare_rebuild(open_bundle(tmp_path / "web.zip", tmp_path / "out"), tmp_path / "again")
    kept = RawStore(settings.raw_dir).captures(("bls",))
    again = manifest_frame(kept, last_seen(request_log(settings).all()))
    assert again.to_dicts() == manifest.to_dicts()
    assert again["vintage_order"].to_list() == [1, 2, 3]


def test_a_capture_that_is_not_what_the_table_says_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    (capture,) = (bundle.folder / "captures").iterdir()
    capture.write_bytes(b"something else")
    with pytest.raises(DamagedBundle, match=rf"captures/{capture.name} is not the file of raw\.captures"):
        prepare_rebuild(bundle, tmp_path / "again")


# Comparison


def others(tables: Iterator[TableComparison]) -> dict[str, tuple[str, ...]]:
    return {table.name: table.findings for table in tables if not table.is_equal}


def test_the_warehouse_itself_is_the_same(bundle: Bundle, office: Settings) -> None:
    compared = list(compare(bundle, office.published_database))
    assert len(compared) == len(bundle.tables)
    assert others(iter(compared)) == {}


def test_rows_in_another_order_are_the_same(bundle: Bundle, office: Settings) -> None:
    with open_database(office.published_database) as connection:
        connection.execute("CREATE OR REPLACE TABLE reference.regions AS FROM reference.regions ORDER BY region DESC")
    assert others(compare(bundle, office.published_database)) == {}


def test_what_differs_is_named_by_table_row_and_column(bundle: Bundle, office: Settings) -> None:
    with duckdb.connect(office.published_database) as connection:
        connection.execute("UPDATE marts.sector_measures SET known = 0 WHERE region = 'a'")
        connection.execute("DELETE FROM reference.screening_weights WHERE criterion = 'size'")
        connection.execute("DROP TABLE marts.sector_pay")
    found = others(compare(bundle, office.published_database))
    assert found.keys() == {"marts.sector_measures", "reference.screening_weights", "marts.sector_pay"}
    summary, row = found["marts.sector_measures"]
    assert summary == "rows changed: 1"
    assert re.fullmatch(r"region a, .*: known was None, is 0\.0", row)
    assert found["reference.screening_weights"] == ("rows missing: 1", "criterion size: missing")
    assert "the warehouse has it not" in found["marts.sector_pay"][0]


def test_a_bundle_whose_tables_are_not_what_it_states_is_found(bundle: Bundle, office: Settings) -> None:
    file = bundle.parquet("reference.screening_weights")
    pl.read_parquet(file).head(1).write_parquet(file)
    found = others(compare(bundle, office.published_database))
    assert "contradicts itself" in found["reference.screening_weights"][0]


def test_other_code_is_told(bundle: Bundle) -> None:
    assert list(bundle.other_makers()) == []
    older = {**bundle.contents, "made_by": {**bundle.contents["made_by"], "duckdb": "1.0.0"}}
    (sentence,) = Bundle(bundle.folder, older).other_makers()
    assert sentence.startswith("duckdb of the bundle: 1.0.0; here: ")
