"""Makes tables that may leave of a state's own records, and refuses where an audit finds that they tell too much.

Belongs here: the quarters of a confidential warehouse, one after the other, into a folder with a manifest; and the
check that a folder is what was audited. Not here: what is hidden and why (pipelines.estimation.disclosure).

A release holds cells.parquet and totals.parquet, each also as CSV, and manifest.json. What was audited, with every
range that an attacker is left with, stays in the confidential folder, under audits, by the hash of the manifest.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.domain.disclosure_policy import DisclosurePolicy
from pipelines.estimation.cell_network import MEASURES
from pipelines.estimation.disclosure import Audit, audit, suppress, told_by_others
from pipelines.estimation.disclosure_outputs import Outputs, release_outputs
from pipelines.estimation.disclosure_table import DisclosureTable
from pipelines.orchestration.code_version import code_version
from pipelines.orchestration.folders import swapped_in
from pipelines.settings import Settings, SettingsError
from pipelines.sources.raw_store import sha256_of
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.reports import read_report

MANIFEST = "manifest.json"
CELLS, TOTALS = "cells", "totals"
_PERIOD = ("year", "quarter")
_SAMPLE = "sample"


class AuditFailed(ValueError):  # noqa: N818 - it names the situation
    """What would leave tells of a protected figure more than the rules allow, or is not what was audited."""


@dataclass(frozen=True)
class ReleasedQuarter:
    """One quarter as it may leave, and what an attacker is left with.

    outputs: as in Outputs.frame with year, quarter, hidden. ranges: confidential; one row a protected output and
    measure. told_by_others: protected figures that public files alone tell, whatever is hidden here.
    """

    source: str
    outputs: pl.DataFrame
    ranges: pl.DataFrame
    figures: int
    told_by_others: int


def make_release(
    settings: Settings, policy: DisclosurePolicy, public: Path, folder: Path, tell: Callable[[str], object]
) -> Path:
    """Writes what may leave of every quarter of the confidential warehouse into a folder; the path of its manifest.

    public: the published warehouse with BLS's files of the same quarters. Raises SettingsError where the settings are
    of no confidential run, FileNotFoundError where a warehouse is missing, AuditFailed, writing nothing, where the
    audit of a quarter finds a protected figure.
    """
    if not settings.is_confidential:
        raise SettingsError("a release is made of establishment records: set SECTORS_SOURCE=establishments")
    databases = settings.working_database, public
    with open_database(databases[0], read_only=True) as own, open_database(databases[1], read_only=True) as of_others:
        quarters = list(_released_quarters(own, of_others, policy, tell))
    if not quarters:
        raise FileNotFoundError(f"{settings.working_database}: it holds no establishment records; run first")
    with swapped_in(folder) as new:
        outputs = pl.concat([quarter.outputs for quarter in quarters])
        is_cell = pl.col("group_key").is_null()
        _write(new, CELLS, outputs.filter(is_cell).drop("group_key").rename({"region": "area_fips"}))
        _write(new, TOTALS, outputs.filter(~is_cell).drop("industry_code"))
        (new / MANIFEST).write_text(_manifest(quarters, policy, _hashes(new)), encoding="utf-8")
        _keep_audit(settings, sha256_of(new / MANIFEST), pl.concat([quarter.ranges for quarter in quarters]))
    return folder / MANIFEST


def require_audited(settings: Settings, folder: Path) -> None:
    """Raises AuditFailed unless every file of a release is the one that was audited, under these settings' folder."""
    manifest = folder / MANIFEST
    if not manifest.exists() or not _audit_file(settings, sha256_of(manifest)).exists():
        raise AuditFailed(f"{folder}: no audit was run on exactly these outputs; make the release again")
    written = json.loads(manifest.read_text("utf-8"))["files"]
    found = _hashes(folder)
    if wrong := sorted(name for name in written.keys() | found.keys() if written.get(name) != found.get(name)):
        raise AuditFailed(f"{folder}: {', '.join(wrong)} is not what was audited; make the release again")


def _released_quarters(
    own: duckdb.DuckDBPyConnection,
    of_others: duckdb.DuckDBPyConnection,
    policy: DisclosurePolicy,
    tell: Callable[[str], object],
) -> Iterator[ReleasedQuarter]:
    for each in read_report(own, "release_quarters").to_dicts():
        vintage = {"naics_vintage": each.pop("naics_vintage")}
        place = {"state_fips": each["state_fips"]}
        outputs = release_outputs(
            read_report(own, "release_contributions", each),
            read_report(own, "estimation_industries", vintage),
            read_report(own, "release_regions", place),
            read_report(own, "release_groups", vintage),
            read_report(of_others, "release_public_cells", {name: each[name] for name in ("state_fips", *_PERIOD)}),
            policy.rules,
        )
        quarter = release_quarter(outputs, policy, each["year"], each["quarter"], each["source"])
        tell(_sentence(quarter))
        yield quarter


def release_quarter(
    outputs: Outputs, policy: DisclosurePolicy, year: int, quarter: int, source: str
) -> ReleasedQuarter:
    """Hides what must be hidden and audits what is left. Raises AuditFailed, naming no figure."""
    table = told_by_others(outputs.table(), policy.width)
    hidden = suppress(table, policy.width)
    audits = audit(table, hidden, policy.width)
    if exposed := sum(len(one.exposed) for one in audits):
        raise AuditFailed(
            f"{year}-Q{quarter}: nothing was written. The audit finds {exposed} figures that could be told within "
            f"{policy.width:.0%}, and nothing left to hide beside them: leave out outputs, or the public files are "
            "newer than the records"
        )
    period = [pl.lit(value).cast(kind).alias(name) for name, value, kind in
              (("year", year, pl.Int16), ("quarter", quarter, pl.Int8))]  # fmt: skip
    frame = outputs.frame.with_columns(*period, hidden=pl.Series(hidden[table.figure]))
    told = int((table.is_told & table.is_unsafe).sum())
    return ReleasedQuarter(source, frame, _ranges(frame, table, audits), table.figures, told)


def _ranges(frame: pl.DataFrame, table: DisclosureTable, audits: Sequence[Audit]) -> pl.DataFrame:
    """Of every protected output and measure: its value, and the least and most that an attacker must allow for."""
    protected = frame.with_columns(figure=pl.Series(table.figure)).filter(pl.Series(table.protected[table.figure]))
    key = ("year", "quarter", "region", "own_code", "group_key", "industry_code")
    return pl.concat(
        protected.select(
            *key,
            pl.lit(one.measure).alias("measure"),
            pl.col(MEASURES[one.measure]).alias("value"),
            lower=pl.lit(pl.Series(one.lower)).gather(pl.col("figure")),
            upper=pl.lit(pl.Series(one.upper)).gather(pl.col("figure")),
        )
        for one in audits
    )


def _write(folder: Path, name: str, outputs: pl.DataFrame) -> None:
    """The outputs with their disclosure; values of hidden ones are null, establishments are always shown."""
    shown = [pl.when(~pl.col("hidden")).then(pl.col(column)).alias(column) for column in MEASURES.values()]
    names = ("area_fips", "region", "own_code", "group_key", "industry_code")
    keys = [name for name in names if name in outputs.columns]
    disclosure = pl.when("hidden").then(pl.lit("suppressed")).otherwise(pl.lit("disclosed")).alias("disclosure")
    safe = outputs.select(*_PERIOD, *keys, disclosure, "establishments", *shown).sort(*_PERIOD, *keys)
    safe.write_parquet(folder / f"{name}.parquet")
    safe.write_csv(folder / f"{name}.csv")


def _hashes(folder: Path) -> dict[str, str]:
    names = [f"{name}.{kind}" for name in (CELLS, TOTALS) for kind in ("csv", "parquet")]
    return {name: sha256_of(folder / name) for name in names if (folder / name).exists()}


def _manifest(quarters: Sequence[ReleasedQuarter], policy: DisclosurePolicy, files: Mapping[str, str]) -> str:
    is_synthetic = any(quarter.source == _SAMPLE for quarter in quarters)
    content = {
        "data_origin": SYNTHETIC if is_synthetic else "establishment records of the agency",
        "rules": asdict(policy.rules),
        "width": policy.width,
        "set_by": policy.set_by,
        "set_on": policy.set_on.isoformat(),
        "audit": "passed: no protected figure can be told within the width from these files and BLS's",
        "quarters": [_loss(quarter) for quarter in quarters],
        "code": code_version().as_dict(),
        "files": dict(files),
    }
    return json.dumps(content, indent=2) + "\n"


def _loss(quarter: ReleasedQuarter) -> dict[str, object]:
    """How much is hidden, and how much of it only to protect other figures; jobs are the mean of the months."""
    jobs = pl.mean_horizontal(list(MEASURES.values())[:3])
    beside = pl.col("hidden") & ~pl.col("is_unsafe")
    cells = quarter.outputs.filter(pl.col("group_key").is_null())
    finest = cells.filter(pl.col("industry_code").str.len_chars() == 6, ~pl.col("region").str.ends_with("000"))
    sums = finest.select(all=jobs.sum(), unsafe=jobs.filter("is_unsafe").sum(), beside=jobs.filter(beside).sum())
    (all_jobs, unsafe_jobs, beside_jobs) = sums.row(0)
    return {
        "quarter": f"{quarter.outputs['year'][0]}-Q{quarter.outputs['quarter'][0]}",
        "outputs": quarter.outputs.height,
        "unsafe": int(quarter.outputs["is_unsafe"].sum()),
        "hidden_beside_them": int(quarter.outputs.select(beside.sum()).item()),
        "share_of_jobs_in_unsafe_finest_cells": round(unsafe_jobs / all_jobs, 4) if all_jobs else None,
        "share_of_jobs_in_finest_cells_hidden_beside_them": round(beside_jobs / all_jobs, 4) if all_jobs else None,
    }


def _sentence(quarter: ReleasedQuarter) -> str:
    loss = _loss(quarter)
    return (
        f"{loss['quarter']}: {loss['outputs']:,} figures, {loss['unsafe']:,} unsafe, {loss['hidden_beside_them']:,} "
        f"hidden beside them; {quarter.told_by_others:,} are told by public files alone; audited"
    )


def _keep_audit(settings: Settings, manifest_sha256: str, ranges: pl.DataFrame) -> None:
    path = _audit_file(settings, manifest_sha256)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ranges.write_parquet(path)


def _audit_file(settings: Settings, manifest_sha256: str) -> Path:
    return settings.data_dir / "audits" / f"{manifest_sha256}.parquet"
