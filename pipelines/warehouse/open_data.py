"""Tables of the published warehouse as files that anything reads: Parquet, and CSV that is safe in a spreadsheet.

Belongs here: which tables leave, and how their values are written. Not here: what is said of the files
(reporting.data_package), or the folder they are put into (orchestration.open_data).
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.warehouse.build import count_rows
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.table_content import portable

ROWS_OF_A_SHEET = 1_048_575
"""What a spreadsheet takes below the header. A longer CSV is gzipped: only programs can read it anyway."""
GUARD = "'"
_NEEDS_GUARD = r"^[=+\-@＝＋－＠\t\r\n']"
"""What a spreadsheet may take for a formula, and the guard itself, so that it can be taken off again."""
_GUARDS = "guards_of_the_row"
"""A column beside those of a table, not written: how many of a row's texts get a guard."""
_BATCH_ROWS = 122_880


@dataclass(frozen=True)
class CsvFile:
    """A CSV file of a table, and how many of its texts bear a guard."""

    path: Path
    guarded_texts: int


def open_tables() -> list[Table]:
    """The tables of the open data: the marts, the definitions and codes they are written in, and the input files.

    The cells below (core, estimates) are left out: they are of ten times the size, and BLS publishes them. Sorted as
    the contracts are.
    """
    published = (table for table in ALL_TABLES.values() if table.is_published)
    return [table for table in published if table.schema in ("marts", "reference") or table.name == "raw.captures"]


def write_parquet(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path, said: Mapping[str, str] | None = None
) -> int:
    """Writes a table's rows by key with the contract's types, nulls and meanings; the number of rows.

    said: what else the file says of itself, by name. The same rows give the same bytes.
    """
    reader = portable(connection, table).to_arrow_reader(_BATCH_ROWS)
    fields = [
        pa.field(column.name, field.type, column.is_nullable, {"description": column.meaning})
        for column, field in zip(table.columns, reader.schema, strict=True)
    ]
    schema = pa.schema(fields, {"name": table.name, "description": table.description, **(said or {})})
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            rows += batch.num_rows
    return rows


def write_csv(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> CsvFile:
    """Writes a table's rows by key as CSV (RFC 4180, UTF-8) to path, or to path.gz where no spreadsheet takes it whole.

    Null is an empty cell, an empty text is "". Numbers are as short as they can be and come back bit for bit. Lists
    are JSON. A text that a spreadsheet could take for a formula gets a ' before it, and so does one that begins with
    ': whoever takes one ' off the front of every text that has one has the texts as they were.
    """
    is_long = count_rows(connection, table) > ROWS_OF_A_SHEET
    written = path.with_name(f"{path.name}.gz") if is_long else path
    texts = [column.name for column in table.columns if column.type == "VARCHAR"]
    guards = " + ".join(f"coalesce({_needs_guard(name)}::INTEGER, 0)" for name in texts) or "0"
    values = (_csv_value(column.name, column.type) for column in table.columns)
    shown = portable(connection, table).project(", ".join([*values, f"{guards} AS {_GUARDS}"]))
    with written.open("wb") as file:
        # without name and time: the same rows give the same bytes
        packed = gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) if is_long else file
        with packed:
            guarded_texts = _write_rows(shown, cast("IO[bytes]", packed))
    return CsvFile(written, guarded_texts)


def _write_rows(relation: duckdb.DuckDBPyRelation, file: IO[bytes]) -> int:
    """Writes all columns but that of guards; the sum of that."""
    reader = relation.to_arrow_reader(_BATCH_ROWS)
    header = pl.DataFrame(schema=[name for name in relation.columns if name != _GUARDS])
    header.write_csv(file, line_terminator="\r\n")
    guarded_texts = 0
    for batch in reader:
        frame = cast(pl.DataFrame, pl.from_arrow(batch))
        guarded_texts += int(frame.drop_in_place(_GUARDS).sum())
        frame.write_csv(file, include_header=False, line_terminator="\r\n")
    return guarded_texts


def _needs_guard(name: str) -> str:
    return f'regexp_matches("{name}", $${_NEEDS_GUARD}$$)'


def _csv_value(name: str, kind: str) -> str:
    column = f'"{name}"'
    if kind.endswith("[]"):
        return f"to_json({column})::VARCHAR AS {column}"
    if kind == "VARCHAR":
        return f"CASE WHEN {_needs_guard(name)} THEN $${GUARD}$$ || {column} ELSE {column} END AS {column}"
    return column
