"""`sectors export` on the warehouse of a whole run: what leaves is what it holds, and can be made again bit for bit."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer
from click.testing import Result
from frictionless import Package
from typer.testing import CliRunner

from pipelines.cli.exporting import export
from pipelines.settings import VARIABLES, Settings
from pipelines.warehouse.open_data import open_tables

pytestmark = pytest.mark.slow

PROJECT_ROOT = Path(__file__).resolve().parents[2]
VALIDATED = (
    *("marts.published_figures", "marts.region_availability", "marts.figure_sources", "marts.share_of_employment"),
    *("reference.regions", "reference.sectors", "reference.sector_codes", "raw.captures"),
)
Exporting = Callable[..., Result]
_app = typer.Typer()
_app.command()(export)


@pytest.fixture(scope="module")
def exporting(sample_runs: Any, dagster_home: Path) -> Exporting:
    """`sectors export` on the sample's data folder: its arguments."""

    def call(*arguments: object) -> Result:
        data_dir = {"SECTORS_DATA_DIR": str(sample_runs.data_dir), "DAGSTER_HOME": str(dagster_home)}
        with contextlib.chdir(PROJECT_ROOT):
            return CliRunner().invoke(_app, list(map(str, arguments)), env=dict.fromkeys(VARIABLES, "") | data_dir)

    return call


@pytest.fixture(scope="module")
def folder(exporting: Exporting, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports") / "open_data"
    result = exporting(folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def bundle(exporting: Exporting, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundles") / "sample.zip"
    result = exporting("--bundle", path)
    assert result.exit_code == 0, result.output
    assert "SYNTHETIC SAMPLE" in result.output
    return path


@pytest.fixture(scope="module")
def warehouse(sample_runs: Any) -> Path:
    return Settings(data_dir=sample_runs.data_dir).published_database


@pytest.fixture
def connection(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield connection


def test_every_file_holds_what_the_warehouse_holds(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Nothing in the sample needs a guard, so DuckDB reads both kinds of files back as the tables they were."""
    for table in open_tables():
        held = connection.table(table.name)
        types: Any = {column.name: column.type for column in table.columns}
        lists = [name for name, kind in types.items() if kind.endswith("[]")]
        csv = connection.read_csv(
            str(folder / "csv" / f"{table.name}.csv"),
            header=True,
            dtype=types | dict.fromkeys(lists, "VARCHAR"),
            na_values="",
            allow_quoted_nulls=False,
        )
        if lists:
            parsed = ", ".join(f"{name}::JSON::VARCHAR[] AS {name}" for name in lists)
            csv = csv.project(f"* REPLACE ({parsed})")
        for found in (csv, connection.read_parquet(str(folder / "parquet" / f"{table.name}.parquet"))):
            assert found.columns == held.columns
            assert fingerprint(found) == fingerprint(held), table.name


def fingerprint(relation: duckdb.DuckDBPyRelation) -> Any:
    """Number of rows and the sum of DuckDB's own hashes of them, which the project does not use."""
    columns = ", ".join(relation.columns)
    return relation.aggregate(f"count(*), sum(hash({columns})::HUGEINT)").fetchone()


@pytest.mark.parametrize("name", VALIDATED)
def test_frictionless_finds_it_valid(folder: Path, name: str) -> None:
    report = Package(str(folder / "datapackage.json")).get_resource(name).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])[:5]


def test_the_sample_is_marked(folder: Path) -> None:
    package = Package(str(folder / "datapackage.json"))
    assert package.title.startswith("SYNTHETIC SAMPLE")
    assert {source["publisher"] for source in package.sources} == {"SYNTHETIC SAMPLE"}
    assert (folder / "README.txt").read_text("utf-8").startswith("SYNTHETIC SAMPLE")


def test_a_rebuild_gives_the_same_figures_bit_for_bit(exporting: Exporting, bundle: Path) -> None:
    result = exporting("--check", bundle)
    assert result.exit_code == 0, result.output
    assert "tables are the same, bit for bit" in result.output
    assert "OTHER" not in result.output


def test_a_second_run_on_the_same_captures_is_the_same(exporting: Exporting, bundle: Path, sample_runs: Any) -> None:
    again = Settings(data_dir=sample_runs.again_dir).published_database
    result = exporting("--check", bundle, "--against", again)
    assert result.exit_code == 0, result.output


def test_a_figure_that_was_changed_is_named(
    exporting: Exporting, bundle: Path, warehouse: Path, tmp_path: Path
) -> None:
    shutil.copy(warehouse, tmp_path / "forged.duckdb")
    with duckdb.connect(tmp_path / "forged.duckdb") as connection:
        connection.execute(
            "UPDATE marts.share_of_wages SET wages_usd = wages_usd + 1 WHERE region = 'portland_metro'"
            " AND definition = 'strict' AND sector = 'construction' AND ownership = 'private' AND period = '2024'"
        )
    result = exporting("--check", bundle, "--against", tmp_path / "forged.duckdb")
    assert result.exit_code == 1
    assert "OTHER  marts.share_of_wages" in result.output
    assert (
        "region portland_metro, definition strict, sector construction, ownership private, period 2024: wages_usd was"
        in (result.output)
    )
    assert result.output.count("OTHER") == 1


def test_a_changed_byte_is_named_before_anything_is_rebuilt(exporting: Exporting, bundle: Path, tmp_path: Path) -> None:
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "changed.zip").write_bytes(content)
    result = exporting("--check", tmp_path / "changed.zip")
    assert result.exit_code == 1
    assert "changed.zip is not as it was written" in result.output
    assert "Rebuilding" not in result.output


@pytest.mark.parametrize(
    "arguments", [("--bundle", "a.zip", "--check", "a.zip"), ("folder", "--check", "a.zip"), ("--against", "w.duckdb")]
)
def test_arguments_that_contradict_each_other_are_refused(exporting: Exporting, arguments: tuple[str, ...]) -> None:
    assert exporting(*arguments).exit_code == 2
