"""A published warehouse of few rows, made by hand: every public table by its contract, the definitions as shipped."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from contract_rows import Row, insert

from pipelines.domain import code_tables
from pipelines.domain.definition_tables import Definitions
from pipelines.orchestration import bundles, open_data
from pipelines.orchestration.code_version import CodeVersion
from pipelines.settings import SHIPPED_DEFINITIONS, Settings
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.raw_store import Capture, RawStore, manifest_frame
from pipelines.warehouse.build import build_from_frame
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES, Table

CONTENT = b"area_fips,own_code\r\n41051,5\r\n"
_PLAIN: Row = {
    "VARCHAR": "x",
    "DOUBLE": 0.5,
    "BOOLEAN": True,
    "DATE": None,
    "VARCHAR[]": ["x"],
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), 1),
}


@cache
def shipped() -> Definitions:
    return load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS)


def fill(connection: duckdb.DuckDBPyConnection, name: str, *rows: Row) -> Table:
    """Makes a table of the contracts with these rows; what they leave out is null where it may be, else plain."""
    table = ALL_TABLES[name]
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.schema}")
    connection.execute(table.create_statement())
    insert(connection, name, *rows, empty=_PLAIN)
    return table


def publish_small(
    data_dir: Path, measures: tuple[Row, ...] = (), source: str = "files", inbox: str = "/inbox"
) -> Settings:
    """A data folder with one captured file, and the warehouse that was published of it."""
    settings = Settings(source="files" if source != "sample" else "sample", data_dir=data_dir)
    origin = "SYNTHETIC SAMPLE" if source == "sample" else "U.S. Bureau of Labor Statistics, QCEW"
    address = "synthetic sample, seed 7, made by x: a.csv" if source == "sample" else f"{inbox}/a.csv"
    capture = keep(settings, CONTENT, source=source, address=address, file_name="a.csv")
    with open_database(settings.published_database) as connection:
        for table in ALL_TABLES.values():
            if table.is_published:
                connection.execute(table.create_statement())
        for name, frame in shipped().tables().items():
            build_from_frame(connection, ALL_TABLES[name], frame)
        build_from_frame(connection, ALL_TABLES["reference.sources"], code_tables.sources())
        build_from_frame(connection, ALL_TABLES["raw.captures"], manifest_frame([capture], {}))
        fill(connection, "core.vintages", {"source": "bls", "capture_sha256": capture.capture_sha256})
        where = {"capture_sha256": capture.capture_sha256, "address": address, "data_origin": origin}
        fill(connection, "marts.figure_sources", where)
        fill(connection, "marts.sector_measures", *({"year": 2016, "data_origin": origin, **row} for row in measures))
    return settings


def keep(settings: Settings, content: bytes, **said: str) -> Capture:
    """Puts a file into the raw store."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    file = settings.data_dir / "received"
    file.write_bytes(content)
    facts: dict[str, Any] = {
        "source": "files",
        "address": "/inbox/a.csv",
        "file_name": "a.csv",
        "container": "csv",
        "retrieved_at": "2026-03-02T00:00:00.000000+00:00",
        "periods": "2016-Q1",
        "areas": "41051",
    }
    capture = Capture(hashlib.sha256(content).hexdigest(), bytes=len(content), **facts | said)
    return RawStore(settings.raw_dir).keep(file, capture)


@contextmanager
def one_version() -> Iterator[None]:
    """The code stays the same meanwhile, whoever commits to the checkout that the tests run in."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (bundles, open_data):
            patch.setattr(module, "code_version", lambda: CodeVersion("0.1.0", "c" * 40))
        yield
