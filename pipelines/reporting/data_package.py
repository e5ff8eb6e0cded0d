"""The descriptor of open data (Frictionless Data Package) and the page of text beside it.

Belongs here: what is said of files, tables, columns, sources and licences. Not here: the files themselves (warehouse),
or where the facts come from (orchestration).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.domain.code_tables import SYNTHETIC

GUARD_NOTE = (
    "A text that a spreadsheet could take for a formula (one that begins with = + - @, a tab or a line break) has a ' "
    "before it, and so has one that begins with ': take one ' off the front of every text that has one. Numbers are "
    "never changed, and Parquet holds every text as it is."
)
NULL_NOTE = 'An empty cell is null: not known, hidden or not applicable, never zero. An empty text is written "".'

_TYPES: Mapping[str, str] = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "SMALLINT": "integer",
    "TINYINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
}
_LICENCES = (
    {
        "name": "other-pd",
        "title": "Public domain: data of the U.S. Bureau of Labor Statistics, of which the figures are made",
        "path": "https://www.bls.gov/bls/linksite.htm",
    },
    {
        "name": "Apache-2.0",
        "title": "Apache License 2.0: the definitions, and the code that made the figures",
        "path": "https://www.apache.org/licenses/LICENSE-2.0",
    },
)


@dataclass(frozen=True)
class FieldFacts:
    """One column: its name, DuckDB type, meaning, whether it may be null, and its unit if it is of numbers."""

    name: str
    type: str
    meaning: str
    is_nullable: bool
    unit: str | None = None


@dataclass(frozen=True)
class FileFacts:
    """One file of a table: its place in the package, size and SHA-256, and how many of its texts bear a guard."""

    path: str
    bytes: int
    sha256: str
    guarded_texts: int = 0


@dataclass(frozen=True)
class TableFacts:
    """One table of the package: schema.name, description, key, columns, rows, and its files."""

    name: str
    description: str
    key: tuple[str, ...]
    fields: tuple[FieldFacts, ...]
    rows: int
    csv: FileFacts
    parquet: FileFacts


@dataclass(frozen=True)
class PackageFacts:
    """What the package as a whole is of.

    created: the day of the newest input, not of writing. sources: one mapping an input file (capture_sha256, file_name,
    address, publisher, bytes, published_at, retrieved_at, periods, areas). code, duckdb: the versions that made it.
    """

    created: str
    is_synthetic: bool
    data_origin: str
    first_year: int | None
    last_year: int | None
    sources: Sequence[Mapping[str, Any]]
    code: Mapping[str, Any]
    duckdb: str

    @property
    def title(self) -> str:
        """Of the package; of the sample it says so first."""
        years = f"{self.first_year}" if self.first_year == self.last_year else f"{self.first_year} to {self.last_year}"
        when = "no figures yet" if self.first_year is None else years
        return (f"{SYNTHETIC}, not real figures: " if self.is_synthetic else "") + (
            f"Target sectors: what part of a region's businesses, jobs and wages they are, {when}"
        )

    @property
    def about(self) -> str:
        """What the figures are and how they are read."""
        made_up = f"{SYNTHETIC}: a made-up economy, to show how it works. " if self.is_synthetic else ""
        return (
            f"{made_up}Made from {self.data_origin or 'no files'}. What is hidden for confidentiality is never counted "
            "as zero: figures with hidden cells have proven bounds, an estimate and a 90 % interval, and "
            "estimate_status says why one is not shown. Sectors overlap and are not to be added up. Shares are 0–1, "
            "money is US dollars."
        )

    @property
    def description(self) -> str:
        """The same, and how CSV says what CSV cannot."""
        return f"{self.about} In CSV: {NULL_NOTE} {GUARD_NOTE}"


def descriptor(package: PackageFacts, tables: Sequence[TableFacts]) -> dict[str, Any]:
    """The data package of two resources a table, CSV and Parquet, in the order of the tables."""
    return {
        "profile": "data-package",
        "name": "target-sectors-synthetic-sample" if package.is_synthetic else "target-sectors",
        "title": package.title,
        "description": package.description,
        "created": package.created,
        "code": dict(package.code),
        "duckdb": package.duckdb,
        "licenses": list(_LICENCES),
        "sources": [_source(row) for row in package.sources],
        "resources": [resource for table in tables for resource in _resources(table)],
    }


def descriptor_text(package: PackageFacts, tables: Sequence[TableFacts]) -> str:
    """The descriptor as the text of datapackage.json."""
    return json.dumps(descriptor(package, tables), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def readme(package: PackageFacts, tables: Sequence[TableFacts]) -> str:
    """The text beside the files: what they are, how to read them, one line a table."""
    width = max((len(table.name) for table in tables), default=0)
    lines = [
        package.title,
        "",
        package.description,
        "",
        "datapackage.json says of every file its columns with type, unit and meaning, its size and SHA-256, of which",
        f"input files it is made, and by which code ({code_words(package.code)}).",
        "Programs read the Parquet files, spreadsheets the CSV files: import them as UTF-8, separated by commas. A CSV",
        "that is longer than a sheet is gzipped. Files bear the date of no clock: the same warehouse, the same bytes.",
        "",
        *(f"{table.name:{width}}  {table.rows:>9,} rows  {table.description}" for table in tables),
    ]
    return "\n".join(lines) + "\n"


def bundle_readme(package: PackageFacts, captures: int, tables: int) -> str:
    """The text in a bundle: what it is for, what it holds, how it is checked."""
    lines = [
        package.title,
        "",
        package.about,
        "",
        "From this file the figures can be made again and compared bit for bit:",
        "",
        "    sectors export --check FILE.zip",
        "",
        "checks every byte, rebuilds with a run of its own in a temporary folder, asks nobody for anything, and says",
        "which tables are the same. With --against WAREHOUSE it compares a warehouse that is there.",
        "",
        f"captures/     the {captures} input files as they were received, by SHA-256",
        "definitions/  the sectors, regions and other definitions of the board",
        f"tables/       the {tables} published tables as Parquet, rows by key",
        "bundle.json   the settings of the rebuild, the versions of code, packages and DuckDB, size and SHA-256 of",
        "              every file, and of every table a hash of its content, whatever file it is in: SHA-256 over the",
        "              JSON list of its column names and the sorted SHA-256 of its rows, each the JSON list of its",
        "              values as DuckDB writes them",
        "",
        f"Made by {code_words(package.code)}.",
        "Anybody can write such a file: compare its SHA-256 with the one that its makers published.",
    ]
    return "\n".join(lines) + "\n"


def code_words(code: Mapping[str, Any]) -> str:
    """The version of the code as a sentence has it."""
    commit = f", commit {code['commit']}" if code.get("commit") else ""
    changed = ", with changes that are not committed" if code.get("is_changed") else ""
    return f"version {code['version']}{commit}{changed}"


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = {"title": f"{row['file_name']} ({row['publisher']})", "path": row["address"], **row}
    facts["hash"] = f"sha256:{facts.pop('capture_sha256')}"
    del facts["address"]
    return {name: value for name, value in facts.items() if value is not None}


def _resources(table: TableFacts) -> Iterator[dict[str, Any]]:
    schema = _schema(table)
    about = {"title": table.name, "description": table.description, "rows": table.rows}
    packed = {"compression": "gz"} if table.csv.path.endswith(".gz") else {}
    yield {
        "name": table.name,
        "profile": "tabular-data-resource",
        **about,
        **_file(table.csv),
        "guarded_texts": table.csv.guarded_texts,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **packed,
        "dialect": {"lineTerminator": "\r\n", "delimiter": ",", "quoteChar": '"', "doubleQuote": True},
        "schema": schema,
    }
    yield {
        "name": f"{table.name}.parquet",
        "profile": "data-resource",
        **about,
        **_file(table.parquet),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": schema,
    }


def _file(file: FileFacts) -> dict[str, Any]:
    return {"path": file.path, "bytes": file.bytes, "hash": f"sha256:{file.sha256}"}


def _schema(table: TableFacts) -> dict[str, Any]:
    return {"fields": list(map(_field, table.fields)), "primaryKey": list(table.key), "missingValues": [""]}


def _field(field: FieldFacts) -> dict[str, Any]:
    kind = "array" if field.type.endswith("[]") else _TYPES[field.type]
    described: dict[str, Any] = {"name": field.name, "type": kind, "description": field.meaning}
    if field.unit:
        described["unit"] = field.unit
    if not field.is_nullable:
        described["constraints"] = {"required": True}
    if kind == "string" and not field.is_nullable:
        described["missingValues"] = []  # an empty text in it is a text
    return described
