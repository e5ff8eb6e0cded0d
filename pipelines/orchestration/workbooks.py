"""The workbooks of a warehouse: one a region that has figures.

Belongs here: what is asked, which file it goes to, and that it appears whole. Not here: what stands in a workbook
(pipelines.reporting.workbook).
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from pipelines.reporting.workbook.book import QUERIES, write_workbook
from pipelines.warehouse.reports import read_report

PREFIX, SUFFIX, UNFINISHED = "sectors_", ".xlsx", ".unfinished"
_PLAIN = re.compile(r"[a-z0-9_]{1,60}")


def write_workbooks(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Writes a workbook a region with figures, named ones first; returns them in that order.

    Each appears whole or not at all, in place of the one before. Workbooks of regions that are no longer there, and
    what a run that was broken off has left, are removed; files of other names stay. Raises AnotherVersion for a
    warehouse of another version, OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    regions = read_report(connection, "workbook_regions")
    frames = {name: read_report(connection, f"workbook_{name}") for name in QUERIES}
    by_region = {name: _by_region(frame) for name, frame in frames.items() if "region" in frame.columns}
    written = []
    for region in regions.iter_rows(named=True):
        own = {
            name: by_region[name].get(region["region"], frame.clear()) if name in by_region else frame
            for name, frame in frames.items()
        }
        path = folder / workbook_name(region["region"])
        unfinished = path.with_name(path.name + UNFINISHED)
        write_workbook(unfinished, region, own)
        unfinished.replace(path)
        written.append(path)
    for path in [*folder.glob(f"{PREFIX}*{SUFFIX}"), *folder.glob(f"{PREFIX}*{SUFFIX}{UNFINISHED}")]:
        if path not in written:
            path.unlink()
    return written


def workbook_name(region: str) -> str:
    """The file name of a region's workbook: always the same, of its own, and safe on every system.

    A key of other characters than a–z, 0–9 and _ is written with those, and told apart by its hash.
    """
    if _PLAIN.fullmatch(region):
        return f"{PREFIX}{region}{SUFFIX}"
    plain = re.sub(r"[^a-z0-9_]+", "_", region.lower())[:40]
    return f"{PREFIX}{plain}-{hashlib.sha256(region.encode()).hexdigest()[:12]}{SUFFIX}"


def _by_region(frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    return {str(region): rows for (region,), rows in frame.partition_by("region", as_dict=True).items()}
