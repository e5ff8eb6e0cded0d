"""Reads what a state's agency released of its establishment records: cells and totals, as their manifest says.

Belongs here: the files of a release, whether they are those of the manifest, and their reading. Not here: how a release
is made (pipelines.orchestration.releases), or what of it must be hidden (pipelines.estimation.disclosure).

A release is a folder of cells.parquet and totals.parquet, each also as CSV, and manifest.json.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.sources.establishment_cells import as_quarterly_cells, empty_counties, industry_tree
from pipelines.sources.raw_store import sha256_of
from pipelines.sources.reading import KEYS, REJECTED_SCHEMA, MemberCells, RefusedFile

MANIFEST, CELLS, TOTALS = "manifest.json", "cells", "totals"
PASSED = "passed"
"""What a manifest says of the audit begins with this word; else nothing is read."""
_VALUES = {
    "disclosure": pl.String(),
    **dict.fromkeys(("establishments", "month1_employment", "month2_employment", "month3_employment"), pl.Int64()),
    "wages_usd": pl.Int64(),
}
CELLS_SCHEMA = pl.Schema(
    {"year": pl.Int16(), "quarter": pl.Int8()}
    | {name: KEYS[name] for name in ("area_fips", "own_code", "industry_code")}
    | _VALUES
)
"""One row an area, ownership, industry and quarter. Values but establishments are null where suppressed."""
TOTALS_SCHEMA = pl.Schema(
    {"year": pl.Int16(), "quarter": pl.Int8(), "region": pl.String(), "own_code": pl.String(), "group_key": pl.String()}
    | _VALUES
)
"""One row a region (a county or state by its area code), ownership, group of industries and quarter."""
RELEASED_TOTALS_SCHEMA = pl.Schema(TOTALS_SCHEMA | {"member": pl.String(), "line_number": pl.Int64()})


class AuditFailed(ValueError):  # noqa: N818 - it names the situation
    """What would leave tells of a protected figure more than the rules allow, or is not what was audited."""


@dataclass(frozen=True)
class MemberTotals:
    """Totals of a release in RELEASED_TOTALS_SCHEMA."""

    totals: pl.DataFrame


def file_hashes(folder: Path) -> dict[str, str]:
    """The hash of each file of a release that is there, by name; its manifest is none of them."""
    names = [f"{name}.{kind}" for name in (CELLS, TOTALS) for kind in ("csv", "parquet")]
    return {name: sha256_of(folder / name) for name in names if (folder / name).exists()}


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of a release. Raises AuditFailed where there is none, its audit did not pass, or a file differs."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text("utf-8"))
        written, audit, quarters = manifest["files"], manifest["audit"], manifest["quarters"]
    except (OSError, ValueError, TypeError, KeyError):
        raise AuditFailed(f"{folder}: no release, for it has no {MANIFEST} as `sectors release` writes it") from None
    if not str(audit).startswith(PASSED) or not quarters:
        raise AuditFailed(f"{path} says of no audit that it passed; get the release again")
    found = file_hashes(folder)
    if wrong := sorted(name for name in written.keys() | found.keys() if written.get(name) != found.get(name)):
        raise AuditFailed(
            f"{folder}: {', '.join(wrong)} is not what was audited; get the release again, or make it anew"
        )
    return manifest  # type: ignore[no-any-return]


def audit_note(confidential: Path, folder: Path) -> Path:
    """Where the confidential folder notes that exactly this release was audited."""
    return confidential / "audits" / f"{sha256_of(folder / MANIFEST)}.json"


def require_audited(confidential: Path, folder: Path) -> Mapping[str, Any]:
    """The manifest of a release. Raises AuditFailed unless its files are those audited, by this confidential folder."""
    if not (folder / MANIFEST).exists() or not audit_note(confidential, folder).exists():
        raise AuditFailed(f"{folder}: no audit was run on exactly these outputs; make the release again")
    return read_manifest(folder)


def read_released(
    path: Path, name: str, naics: pl.DataFrame, areas: pl.DataFrame
) -> Iterator[MemberCells | MemberTotals]:
    """Cells of each quarter, or totals. naics: reference.naics; areas: reference.areas.

    Every county of a state that is not in the release is there as a true zero in all industries together. Raises
    RefusedFile where the columns are not those of a release, or an industry is not in the NAICS vintage of its year.
    """
    frame = pl.read_parquet(path)
    if frame.schema == TOTALS_SCHEMA:
        yield MemberTotals(_numbered(frame, name))
    elif frame.schema == CELLS_SCHEMA:
        for (year, _), cells in _numbered(frame, name).group_by("year", "quarter", maintain_order=True):
            tree = industry_tree(naics, int(str(year)))
            if unknown := sorted(set(cells["industry_code"]) - set(tree["code"])):
                raise RefusedFile(name, f"industry {unknown[0]} is in no NAICS vintage of {year}")
            whole = pl.concat([cells, empty_counties(cells, areas)], how="diagonal")
            typed = as_quarterly_cells(whole, tree, name)
            yield MemberCells(name, "quarterly", typed, REJECTED_SCHEMA.to_frame(), "release")
    else:
        raise RefusedFile(name, f"its columns are those of no release; expected {', '.join(CELLS_SCHEMA)}")


def _numbered(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.with_row_index("line_number", offset=1).with_columns(
        pl.col("line_number").cast(pl.Int64), member=pl.lit(name)
    )
