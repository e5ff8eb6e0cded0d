"""Writes the typed tables of one capture as Parquet files, and finds these files.

Belongs here: how tables lie in the folder of a capture. Not here: where these folders are, and who reads what into them
(typed_cells).
Layout: each table is one file, <table>.parquet. Cells of a large file are a folder of that name instead, with one file
a period, 2016-Q1.parquet or 2016.parquet, in which cells are sorted by area, ownership and industry: whoever asks for a
quarter opens its file only, and for an area reads few of its row groups. All files of a table have all its columns.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

LARGE_TABLE = 2**19
"""Cells in a capture from which on periods get files of their own, and cells that are sorted together there."""
_PERIOD: Mapping[str, tuple[str, ...]] = {"quarterly_cells": ("year", "quarter"), "annual_cells": ("year",)}
_SORTED_BY = ("area_fips", "own_code", "industry_code")
_SOUGHT_BY = ("year", "quarter", *_SORTED_BY)
"""Of these a file says what its row groups hold; to work it out for every column takes a tenth of the writing."""


class TypedTables:
    """The tables of one capture while they are written: batches are appended as they are read.

    Memory holds no more than LARGE_TABLE cells and a batch. Every table has its files on exit, even without a row.
    """

    def __init__(self, folder: Path, schemas: Mapping[str, pl.Schema], sha256: str) -> None:
        """schemas: of all tables; each is written with the column capture_sha256, of this hash, before the others."""
        self._schemas = schemas
        self._sha256 = sha256
        self._tables = {
            name: _LargeTable(folder, name, schema) if name in _PERIOD else _OneFile(folder / f"{name}.parquet", schema)
            for name, schema in ((name, self._arranged(name, each.to_frame())) for name, each in schemas.items())
        }

    def __enter__(self) -> "TypedTables":
        return self

    def __exit__(self, *_: object) -> None:
        for table in self._tables.values():
            table.close()

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Append rows to a table."""
        if frame.height:
            self._tables[name].write(self._arranged(name, frame))

    def _arranged(self, name: str, frame: pl.DataFrame) -> pl.DataFrame:
        columns = (pl.col(column).cast(kind) for column, kind in self._schemas[name].items())
        return frame.select(pl.lit(self._sha256).alias("capture_sha256"), *columns)


class _OneFile:
    """A Parquet file; what is written at once is a row group."""

    def __init__(self, path: Path, like: pl.DataFrame) -> None:
        whole = [name for name, kind in like.schema.items() if kind == pl.Int64()]
        self._writer = pq.ParquetWriter(
            path,
            like.clear().to_arrow().schema,
            compression="zstd",
            # Numbers are as good as all different: a dictionary of them is made for nothing, and takes a third longer.
            column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
            use_dictionary=[name for name in like.columns if name not in whole],
            write_statistics=[name for name in _SOUGHT_BY if name in like.columns],
        )

    def write(self, frame: pl.DataFrame) -> None:
        self._writer.write_table(frame.to_arrow())

    def close(self) -> None:
        self._writer.close()


class _LargeTable:
    """Cells in one file, or in a folder of files when they become many."""

    def __init__(self, folder: Path, name: str, like: pl.DataFrame) -> None:
        self._path = folder / f"{name}.parquet"
        self._period = _PERIOD[name]
        self._like = like
        self._waiting: list[pl.DataFrame] = []
        self._files: dict[str, _OneFile] = {}

    def write(self, frame: pl.DataFrame) -> None:
        self._waiting.append(frame)
        if sum(waiting.height for waiting in self._waiting) >= LARGE_TABLE:
            self._write_periods()

    def close(self) -> None:
        if self._files:
            self._write_periods()
        else:
            only = self._files[""] = _OneFile(self._path, self._like)
            for frame in self._waiting:
                only.write(frame)
        for file in self._files.values():
            file.close()

    def _write_periods(self) -> None:
        """One sorted row group a period, of all that waits."""
        cells = pl.concat([self._like.clear(), *self._waiting])
        self._waiting = []
        for period in cells.select(self._period).unique(maintain_order=True).iter_rows(named=True):
            of_period = cells.filter(**period)
            name = "-Q".join(map(str, period.values()))
            if name not in self._files:
                self._path.mkdir(exist_ok=True)
                self._files[name] = _OneFile(self._path / f"{name}.parquet", self._like)
            self._files[name].write(of_period if _is_sorted(of_period) else of_period.sort(*_SORTED_BY))


def _is_sorted(cells: pl.DataFrame) -> bool:
    """Whether a sort would change nothing; BLS's own files are sorted, and looking is far cheaper."""
    in_order = pl.lit(True)
    for column in reversed(_SORTED_BY):
        before = pl.col(column).shift()
        in_order = (before < pl.col(column)) | ((before == pl.col(column)) & in_order)
    return bool(cells.select(in_order.all()).item())


def parquet_files(table: Path) -> list[Path]:
    """The files of a table, whichever way it lies in its folder, in their order; none where it is not there."""
    return sorted(table.glob("*.parquet")) if table.is_dir() else [table] if table.exists() else []


def count_rows(table: Path) -> int:
    """Rows of a table in all its files."""
    return sum(int(pq.ParquetFile(file).metadata.num_rows) for file in parquet_files(table))


def drop_members(table: Path, members: Collection[str]) -> None:
    """Takes back what was written of some members of an archive."""
    is_dropped = pl.col("member").is_in(list(members))
    for file in parquet_files(table):
        if members and pl.scan_parquet(file).filter(is_dropped).select(pl.len()).collect().item():
            rest = file.with_suffix(".rest")
            pl.scan_parquet(file).filter(~is_dropped).sink_parquet(rest)
            rest.replace(file)
