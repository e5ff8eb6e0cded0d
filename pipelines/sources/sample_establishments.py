"""The synthetic economy as establishment records, in both layouts, marked so that nobody can take them for real ones.

Belongs here: masters, codes and made-up names around the economy's figures, and the files. Not here: the figures
(sample_economy), positions and columns (establishment_layouts).
"""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.sources.establishment_layouts import (
    ACTIVE,
    FIELDS,
    MASTER,
    MEASURES,
    MULTI_UNIT,
    RECORD_BYTES,
    SINGLE,
    TABLE_COLUMNS,
    UNKNOWN_COUNTY,
    Place,
    RecordFormat,
)
from pipelines.sources.sample_economy import SampleEconomy
from pipelines.sources.sample_files import SYNTHETIC_NAME

SYNTHETIC_LEGAL_NAME = "SYNTHETIC SAMPLE"
"""Begins every legal and trade name."""
NO_UNIT = "00000"
"""Reporting unit of an account's only establishment, and of a master."""
_SLICE = 2**16
_NAMES = {"legal_name": Place(63, 97), "trade_name": Place(98, 132), "address": Place(244, 354)}
_OTHER_FIELDS = {"transaction_code": Place(1, 1), "latitude": Place(747, 755), "longitude": Place(756, 766)}
_FIXED = {**FIELDS, **_NAMES, **_OTHER_FIELDS}
_SUFFIXES: dict[RecordFormat, str] = {"fixed": "txt", "csv": "csv", "parquet": "parquet"}


def write_sample_records(
    folder: Path, economy: SampleEconomy, layouts: Collection[RecordFormat] = ("fixed", "csv")
) -> list[Path]:
    """Write an economy's records into a folder, one file a layout and year, and return the files in order.

    The same economy gives the same bytes. An account of several reporting units has its master before them; fixed
    records are 1,060 bytes and a line feed, about 0.7 GB for one year of an economy of full scale.
    """
    folder.mkdir(parents=True, exist_ok=True)
    records = sample_records(economy)
    written = []
    for layout in layouts:
        for (year,), rows in records.partition_by("year", as_dict=True, maintain_order=True).items():
            path = folder / f"{year}_establishments.{SYNTHETIC_NAME}.{_SUFFIXES[layout]}"
            match layout:
                case "fixed":
                    _write_fixed(path, rows)
                case "csv":
                    rows.select(*TABLE_COLUMNS, *_NAMES).write_csv(path)
                case "parquet":
                    rows.select(*TABLE_COLUMNS, *_NAMES).write_parquet(path)
            written.append(path)
    return written


def sample_records(economy: SampleEconomy) -> pl.DataFrame:
    """All records of an economy with their masters, by year, quarter, account and unit.

    The columns of TABLE_COLUMNS, identifiers as text and figures as numbers, then legal_name, trade_name, address. The
    EIN is the account's last seven digits after 00, which the Internal Revenue Service has never issued.
    """
    account, unit = pl.col("establishment_id").str.head(10), pl.col("establishment_id").str.tail(5)
    units = economy.establishments.with_columns(account=account, unit=unit).with_columns(
        multi_establishment_code=pl.when(pl.col("unit") == NO_UNIT).then(pl.lit(SINGLE)).otherwise(pl.lit(MULTI_UNIT))
    )
    records = pl.concat([units, _masters(units)], how="diagonal").sort("year", "quarter", "account", "unit")
    name = pl.concat_str(pl.lit(f"{SYNTHETIC_LEGAL_NAME} "), "account")
    return records.with_columns(
        ein="00" + pl.col("account").str.tail(7),
        status=pl.lit(ACTIVE),
        legal_name=name,
        trade_name=name,
        address=pl.concat_str(pl.lit(f"{SYNTHETIC_LEGAL_NAME} STREET "), "unit"),
    ).select(*TABLE_COLUMNS, *_NAMES)


def _masters(units: pl.DataFrame) -> pl.DataFrame:
    """One record an account of several units and quarter: their sum, of no county, in the first unit's industry."""
    of_account = (
        units.filter(multi_establishment_code=MULTI_UNIT)
        .sort("unit")
        .group_by("year", "quarter", "account", maintain_order=True)
    )
    return of_account.agg(
        pl.col("own_code", "industry_code").first(),
        pl.col("area_fips").first().str.head(2) + UNKNOWN_COUNTY,
        pl.col(*MEASURES).sum(),
    ).with_columns(unit=pl.lit(NO_UNIT), multi_establishment_code=pl.lit(MASTER))


def _write_fixed(path: Path, records: pl.DataFrame) -> None:
    texts = records.with_columns(
        state=pl.col("area_fips").str.head(2),
        county=pl.col("area_fips").str.tail(3),
        transaction_code=pl.lit("F"),
        latitude=pl.lit("44.000000"),
        longitude=pl.lit("-120.500000"),
    )
    with path.open("wb") as stream:
        for rows in texts.iter_slices(_SLICE):
            lines = np.full((rows.height, RECORD_BYTES + 1), ord(" "), dtype=np.uint8)
            for name, place in _FIXED.items():
                lines[:, place.columns] = _characters(rows[name], place.width)
            lines[:, -1] = ord("\n")
            stream.write(lines.tobytes())


def _characters(values: pl.Series, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Bytes [record, place]: numbers padded with zeros on the left, names with blanks on the right."""
    is_text = values.dtype == pl.String
    padded = values.str.pad_end(width) if is_text else values.cast(pl.String).str.zfill(width)
    return np.frombuffer("".join(padded).encode("ascii"), np.uint8).reshape(len(values), width)
