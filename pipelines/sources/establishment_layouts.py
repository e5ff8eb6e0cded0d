"""How files of establishment records are laid out: places of the fields in a fixed record, columns of a table.

Belongs here: positions, column names, types, codes, and the recognition of a layout by content. Not here: reading and
the rules a record must keep (establishment_records), made-up records (sample_establishments). Positions: the EQUI
record of the QCEW programme, as state agencies exchange it. Codes of activity and of multiple establishments: BLS,
QCEW operating manual.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import polars as pl

RecordFormat = Literal["fixed", "csv", "parquet"]

RECORD_BYTES = 1_060
LINE_ENDS = (b"\r\n", b"\n")
"""What may follow a fixed record, unless records stand end to end."""
HEAD_BYTES = 64 * 2**10
PARQUET_MARK = b"PAR1"

SINGLE, MASTER, MULTI_UNIT, MULTI_AS_SINGLE, SEVERAL_UNITS, SMALL_MULTI = "123456"
MULTI_ESTABLISHMENT_CODES = (SINGLE, MASTER, MULTI_UNIT, MULTI_AS_SINGLE, SEVERAL_UNITS, SMALL_MULTI)
UNIT_CODES = (MULTI_UNIT, SEVERAL_UNITS)
"""Codes of records whose figures are also in their account's master."""
RECORD_OWN_CODES = ("1", "2", "3", "5")
ACTIVE = "1"
UNKNOWN_COUNTY = "999"


@dataclass(frozen=True)
class Place:
    """First and last position of a field, counted from 1, both inclusive."""

    first: int
    last: int

    @property
    def columns(self) -> slice:
        """The field in a record counted from 0."""
        return slice(self.first - 1, self.last)

    @property
    def width(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


MEASURES: Mapping[str, Place] = {
    "month1_employment": Place(606, 611),
    "month2_employment": Place(613, 618),
    "month3_employment": Place(620, 625),
    "wages_usd": Place(627, 637),
    "taxable_wages_usd": Place(639, 649),
    "contributions_usd": Place(650, 658),
}
OPTIONAL_MEASURES = ("taxable_wages_usd", "contributions_usd")
"""Blank in records of employers who pay no contributions: unknown then, not zero."""
FIELDS: Mapping[str, Place] = {
    "state": Place(2, 3),
    "year": Place(4, 7),
    "quarter": Place(8, 8),
    "account": Place(9, 18),
    "unit": Place(19, 23),
    "ein": Place(24, 32),
    "status": Place(544, 544),
    "industry_code": Place(591, 596),
    "own_code": Place(597, 597),
    "county": Place(599, 601),
    "multi_establishment_code": Place(660, 660),
    **MEASURES,
}
"""All that is taken over of a record. Names, addresses and coordinates are never read."""

TABLE_COLUMNS: Mapping[str, int] = {
    "year": 4,
    "quarter": 1,
    "account": 10,
    "unit": 5,
    "ein": 9,
    "area_fips": 5,
    "status": 1,
    "own_code": 1,
    "industry_code": 6,
    "multi_establishment_code": 1,
    **{name: place.width for name, place in MEASURES.items()},
}
"""Columns of a CSV or Parquet table, and the digits each has at most. Any further column is left unread."""
OPTIONAL_COLUMNS = ("ein", "status", *OPTIONAL_MEASURES)

RECORD_SCHEMA = pl.Schema(
    {
        "year": pl.Int16(),
        "quarter": pl.Int8(),
        "account": pl.String(),
        "unit": pl.String(),
        "ein": pl.String(),
        "area_fips": pl.String(),
        "own_code": pl.String(),
        "industry_code": pl.String(),
        "multi_establishment_code": pl.String(),
    }
    | dict.fromkeys(MEASURES, pl.Int64())
    | {"line_number": pl.Int64()}
)
"""One row a reporting unit and quarter. Null: an ein that is missing, taxable wages or contributions left blank."""

_STARTS = re.compile(rb".[0-9]{6}[1-4]", re.DOTALL)  # transaction code, state, year, quarter


def recognise_records(path: Path) -> RecordFormat | None:
    """The layout of a file by its content, whatever its name; None where it holds no establishment records."""
    with path.open("rb") as stream:
        return recognise_stream(stream)


def recognise_stream(stream: BinaryIO) -> RecordFormat | None:
    """The same for an open file, which is read from its start and wound back to it."""
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if head.startswith(PARQUET_MARK):
        return "parquet"
    columns = header_columns(head)
    if all(name in columns for name in TABLE_COLUMNS if name not in OPTIONAL_COLUMNS):
        return "csv"
    return "fixed" if line_end(head) is not None else None


def header_columns(head: bytes) -> list[str]:
    """The column names in the first line of a CSV, in lower case; none where it cannot be read as CSV."""
    line = head.partition(b"\n")[0].decode("utf-8-sig", errors="replace")
    try:
        return [name.strip().lower() for name in next(csv.reader([line]), [])]
    except csv.Error:
        return []


def line_end(head: bytes) -> bytes | None:
    """What ends the fixed records that a file begins with; None where it begins with none.

    A name may hold any byte, so the end is the one that most lines of the head are whole records with. Records without
    ends can only be told from other files by the first one.
    """
    counts = {end: sum(map(_is_record, head.split(end))) for end in LINE_ENDS}
    most = max(counts, key=lambda end: counts[end])
    if counts[most]:
        return most
    return b"" if _is_record(head[:RECORD_BYTES]) else None


def _is_record(line: bytes) -> bool:
    return len(line) == RECORD_BYTES and _STARTS.match(line) is not None
