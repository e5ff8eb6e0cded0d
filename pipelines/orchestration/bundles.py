"""Bundles: the published warehouse with all that it was made from, so that others can make it again and compare.

Belongs here: what a bundle holds, what a rebuild starts from, and the comparison. Not here: the zip file
(bundle_files), how tables are hashed and compared (warehouse.table_content), or the run that rebuilds (cli).
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, cast

import duckdb
import polars as pl

from pipelines.domain.periods import Period
from pipelines.orchestration import bundle_files
from pipelines.orchestration.bundle_files import DamagedBundle
from pipelines.orchestration.code_version import code_version, lock_sha256
from pipelines.orchestration.open_data import marks, package_facts
from pipelines.orchestration.web_looks import request_log
from pipelines.reporting.data_package import PackageFacts, bundle_readme
from pipelines.settings import SHIPPED_DEFINITIONS, Settings, Source
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.raw_store import Capture, RawStore, sha256_of
from pipelines.sources.remote_files import RemoteFile, WebSource
from pipelines.warehouse.build import build_from_frame
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.open_data import write_parquet
from pipelines.warehouse.table_content import content_hash, differences, portable

FORMAT = 1
NOT_COMPARED = ("raw.refused_files", "raw.web_files")
"""What was offered and asked for on the way, not what the figures are made from: it is not in a bundle."""
_SEED = re.compile(r"^synthetic sample, seed (\d+),")


class CannotBundle(ValueError):  # noqa: N818 - it names the situation
    """The published warehouse cannot be rebuilt from what is there; says what is missing."""


@dataclass(frozen=True)
class Bundle:
    """A bundle that was unpacked, every byte as it was written: its folder and its list of contents."""

    folder: Path
    contents: Mapping[str, Any]

    @property
    def tables(self) -> list[Mapping[str, Any]]:
        """Name, rows and content_sha256 of every table."""
        return list(self.contents["tables"])

    def parquet(self, table: str) -> Path:
        """Where the rows of a table are."""
        return self.folder / _table_path(table)

    def other_makers(self) -> Iterator[str]:
        """How this code differs from that which made the bundle, in sentences: figures may then differ, too."""
        for name, here in _makers().items():
            if self.contents["made_by"].get(name) != here:
                yield f"{name} of the bundle: {self.contents['made_by'].get(name)}; here: {here}"


@dataclass(frozen=True)
class TableComparison:
    """Whether a table of a warehouse holds what the bundle says, and if not, how it differs."""

    name: str
    rows: int
    is_equal: bool
    findings: tuple[str, ...] = ()


def write_bundle(settings: Settings, path: Path) -> PackageFacts:
    """Writes the published warehouse and all it was made from as a zip file; what the warehouse is of.

    In it: the captured files, the board's definitions, the settings that a rebuild needs (no secret, no contact, no
    path), the versions of code and packages, and every published table with the hash of its content. Raises
    CannotBundle where a captured file is not in the store or the definitions are not those of the warehouse.
    """
    if path.is_dir() or (path.exists() and not bundle_files.is_bundle(path)):
        raise CannotBundle(f"{path} is there and is no bundle: it is not replaced. Give a name of a new file")
    with (
        open_database(settings.published_database, read_only=True) as connection,
        tempfile.TemporaryDirectory() as folder,
    ):
        package = package_facts(connection)
        captures = portable(connection, ALL_TABLES["raw.captures"]).pl()
        if "parquet" in captures["container"]:
            raise CannotBundle("this warehouse is of a release, whose folder holds all that a rebuild needs: keep that")
        files = dict(_captured_files(captures, RawStore(settings.raw_dir)))
        files |= _definition_files(settings.definitions_dir)
        contents: dict[str, Any] = {
            "format": FORMAT,
            "title": package.title,
            "made_by": _makers(),
            "settings": _settings_of_rebuild(captures, package.is_synthetic, settings.as_of),
            "definitions_sha256": _definitions_of_warehouse(connection, settings.definitions_dir),
            "tables": [],
        }
        for name, table in _compared_tables().items():
            files[_table_path(name)] = file = Path(folder, f"{name}.parquet")
            rows = write_parquet(connection, table, file, marks(package.is_synthetic))
            sha256 = content_hash(portable(connection, table))
            contents["tables"].append({"name": name, "rows": rows, "content_sha256": sha256})
        files["README.txt"] = Path(folder, "README.txt")
        files["README.txt"].write_text(bundle_readme(package, len(captures), len(contents["tables"])), "utf-8")
        bundle_files.pack(path, contents, files)
    return package


def open_bundle(path: Path, folder: Path) -> Bundle:
    """Unpacks a bundle into an empty folder. Raises DamagedBundle naming each part that is not as it was written."""
    contents = bundle_files.unpack(path, folder)
    if contents.get("format") != FORMAT:
        reason = f"is of format {contents.get('format')!r}, and this version of the project reads {FORMAT}"
        raise DamagedBundle(f"{path} {reason}: use the version that it names: {contents.get('made_by')}")
    return Bundle(folder, contents)


def prepare_rebuild(bundle: Bundle, data_dir: Path) -> Settings:
    """Puts the captured files of a bundle into a data folder; the settings of a run that rebuilds from them.

    Such a run asks no publisher, takes nothing in and ends with the warehouse. Raises DamagedBundle where files are
    not those of raw.captures.
    """
    given = bundle.contents["settings"]
    settings = Settings(
        source=cast(Source, given["SECTORS_SOURCE"]),
        inbox=data_dir / "inbox",
        data_dir=data_dir,
        definitions_dir=bundle.folder / "definitions",
        sample_seed=int(given["SECTORS_SAMPLE_SEED"]),
        as_of=date.fromisoformat(given["SECTORS_AS_OF"]) if given["SECTORS_AS_OF"] else None,
        exports=(),
    )
    store, log = RawStore(settings.raw_dir), request_log(settings)
    rows = pl.read_parquet(bundle.parquet("raw.captures")).sort("vintage_order")
    names = [field.name for field in fields(Capture)]
    for row in rows.iter_rows(named=True):
        capture = Capture(**{name: row[name] for name in names})
        try:
            store.keep(bundle.folder / _capture_path(capture), capture)
        except (ValueError, FileNotFoundError) as error:
            raise DamagedBundle(f"{_capture_path(capture)} is not the file of raw.captures: {error}") from error
        if row["last_seen_at"] > capture.published_at:  # the order of vintages goes by it
            log.captured(_as_asked(capture), capture, "captured", row["last_seen_at"], None, None)
    return settings


def definitions_differ(bundle: Bundle) -> str | None:
    """What is to be said where the definitions are not those of the bundle: the shipped ones are of another version."""
    found = load_definitions(bundle.folder / "definitions", SHIPPED_DEFINITIONS).content_sha256
    if found == bundle.contents["definitions_sha256"]:
        return None
    return "the shipped definitions, which the bundle's own complete, are of another version than the bundle"


def compare(bundle: Bundle, warehouse: Path) -> Iterator[TableComparison]:
    """Holds every table of a warehouse against the bundle, one after the other."""
    with open_database(warehouse, read_only=True) as connection:
        for stated in bundle.tables:
            findings = tuple(_findings(connection, bundle, stated))
            yield TableComparison(str(stated["name"]), int(stated["rows"]), not findings, findings)


def _findings(connection: duckdb.DuckDBPyConnection, bundle: Bundle, stated: Mapping[str, Any]) -> Iterator[str]:
    before = connection.read_parquet(str(bundle.parquet(stated["name"])))
    if content_hash(before) != stated["content_sha256"]:
        yield "the bundle contradicts itself: its rows are not of the hash that it states"
    table = ALL_TABLES.get(stated["name"])
    if table is None:
        yield "this version of the project has no such table"
        return
    try:
        now = portable(connection, table)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        yield f"the warehouse has it not, or not with these columns ({str(error).partition(chr(10))[0]})"
        return
    if content_hash(now) != stated["content_sha256"]:
        yield from differences(table, before, now)


def _captured_files(captures: pl.DataFrame, store: RawStore) -> Iterator[tuple[str, Path]]:
    for row in captures.iter_rows(named=True):
        found = store.find(row["capture_sha256"])
        if found is None or sha256_of(store.path(found)) != row["capture_sha256"]:
            fault = "is not in the store" if found is None else "has other bytes in the store than were captured"
            raise CannotBundle(
                f"{row['file_name']} (SHA-256 {row['capture_sha256']}), of which the published warehouse is made, "
                f"{fault} under {store.folder}: without it the figures cannot be made again. Put the file back, or run "
                "again"
            )
        yield _capture_path(found), store.path(found)


def _definition_files(folder: Path) -> dict[str, Path]:
    """The board's own files; what it has not, it takes from the shipped ones."""
    files = (path for path in folder.iterdir() if path.suffix in (".yaml", ".yml", ".csv"))
    return {f"definitions/{path.name}": path for path in files}


def _definitions_of_warehouse(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """The hash of the definitions. Raises CannotBundle where the warehouse was made from others."""
    definitions = load_definitions(folder, SHIPPED_DEFINITIONS)
    with duckdb.connect() as beside:
        beside.execute("CREATE SCHEMA reference")
        for name, frame in definitions.tables().items():
            table = ALL_TABLES[name]
            build_from_frame(beside, table, frame)
            if content_hash(portable(beside, table)) != content_hash(portable(connection, table)):
                raise CannotBundle(
                    f"{name} is not what the definitions in {folder} say: they were changed after the warehouse was "
                    "published, or it was made from another folder. Run again, or set SECTORS_DEFINITIONS_DIR to the "
                    "folder it was made from"
                )
    return definitions.content_sha256


def _settings_of_rebuild(captures: pl.DataFrame, is_synthetic: bool, as_of: date | None) -> dict[str, str]:
    seeds = [found[1] for address in captures.get_column("address") if (found := _SEED.match(address))]
    return {
        "SECTORS_SOURCE": "sample" if is_synthetic else "files",
        "SECTORS_SAMPLE_SEED": seeds[0] if seeds else str(Settings.sample_seed),
        "SECTORS_AS_OF": as_of.isoformat() if as_of else "",
    }


def _compared_tables() -> dict[str, Table]:
    return {name: one for name, one in ALL_TABLES.items() if one.is_published and name not in NOT_COMPARED}


def _makers() -> dict[str, Any]:
    """What figures depend on beside files and settings."""
    return {"code": code_version().as_dict(), "lock_sha256": lock_sha256(), "duckdb": duckdb.__version__}


def _as_asked(capture: Capture) -> RemoteFile:
    """The file on the web that a capture was seen as; of its last answer only the time counts."""
    source: WebSource = "qualityinfo" if capture.source == "qualityinfo" else "bls"
    period = Period.parse(capture.periods.partition(" ")[0])
    return RemoteFile(source, capture.address, capture.file_name, period, None, capture.bytes, has_quarters=False)


def _capture_path(capture: Capture) -> str:
    return f"captures/{capture.capture_sha256}.{capture.container}"


def _table_path(name: str) -> str:
    return f"tables/{name}.parquet"
