"""Open data: the tables of the published warehouse as files with a descriptor.

Belongs here: which facts go to whom. Not here: how a table is written (warehouse.open_data), or what is
said of it (reporting.data_package).
"""

from pathlib import Path

import duckdb

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.orchestration.code_version import code_version
from pipelines.orchestration.folders import swapped_in
from pipelines.reporting.data_package import (
    FieldFacts,
    FileFacts,
    PackageFacts,
    TableFacts,
    descriptor_text,
    readme,
)
from pipelines.sources.raw_store import sha256_of
from pipelines.warehouse.contracts import Table
from pipelines.warehouse.open_data import open_tables, write_csv, write_parquet
from pipelines.warehouse.reports import read_report

DESCRIPTOR = "datapackage.json"


def write_open_data(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[TableFacts]:
    """Writes the open data of a published warehouse into a folder, in place of what was there; what was written.

    The folder is swapped in when it is complete; files of an earlier export go. The same warehouse and code give the
    same bytes. Raises NotOurFolder where the folder holds other things, AnotherVersion for a warehouse of another
    version of this project.
    """
    package = package_facts(connection)
    with swapped_in(folder) as new:
        for name in ("csv", "parquet"):
            (new / name).mkdir()
        tables = [_write_table(connection, table, new, package.is_synthetic) for table in open_tables()]
        (new / DESCRIPTOR).write_text(descriptor_text(package, tables), encoding="utf-8")
        (new / "README.txt").write_text(readme(package, tables), encoding="utf-8")
    return tables


def package_facts(connection: duckdb.DuckDBPyConnection) -> PackageFacts:
    """What a published warehouse as a whole is of."""
    (extent,) = read_report(connection, "open_data_extent").to_dicts()
    sources = read_report(connection, "open_data_sources").to_dicts()
    return PackageFacts(**extent, sources=sources, code=code_version().as_dict(), duckdb=duckdb.__version__)


def facts_of_file(path: Path, folder: Path, guarded_texts: int = 0) -> FileFacts:
    """Name in the folder, size and hash of a file that was written."""
    return FileFacts(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path), guarded_texts)


def marks(is_synthetic: bool) -> dict[str, str]:
    """What a Parquet file says of itself beside names and meanings."""
    return {"data_origin": SYNTHETIC} if is_synthetic else {}


def _write_table(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path, is_synthetic: bool) -> TableFacts:
    parquet = folder / "parquet" / f"{table.name}.parquet"
    rows = write_parquet(connection, table, parquet, marks(is_synthetic))
    csv = write_csv(connection, table, folder / "csv" / f"{table.name}.csv")
    return TableFacts(
        name=table.name,
        description=table.description,
        key=table.key,
        fields=tuple(
            FieldFacts(one.name, one.type, one.meaning, one.is_nullable, table.units.get(one.name))
            for one in table.columns
        ),
        rows=rows,
        csv=facts_of_file(csv.path, folder, csv.guarded_texts),
        parquet=facts_of_file(parquet, folder),
    )
