"""Makes tables that may leave of a state's own records, and refuses where an audit finds that they tell too much.

Belongs here: the quarters of a confidential warehouse, one after the other, into a folder with a manifest. Not
here: one quarter, and those that were released (released_quarters), what the files of a release are (release_files).

The hash of each manifest is kept in the confidential folder, under audits.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.domain.disclosure_policy import DisclosurePolicy
from pipelines.estimation.disclosure_outputs import release_outputs
from pipelines.orchestration.code_version import code_version
from pipelines.orchestration.folders import swapped_in
from pipelines.orchestration.one_at_a_time import alone
from pipelines.orchestration.released_quarters import (
    ReleasedQuarter,
    keep_quarter,
    kept_quarter,
    release_quarter,
)
from pipelines.settings import Settings, SettingsError
from pipelines.sources.capture import SAMPLE_SOURCE
from pipelines.sources.release_files import (
    CELLS,
    MANIFEST,
    PASSED,
    TOTALS,
    AuditFailed,
    audit_note,
    file_hashes,
)
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.reports import read_report

Tell = Callable[[str], object]


def make_release(
    settings: Settings,
    policy: DisclosurePolicy,
    public: Path,
    folder: Path,
    tell: Tell,
    needs_public_file: bool = True,
) -> Path:
    """Writes what may leave of every quarter of the confidential warehouse into a folder; the path of its manifest.

    public: the published warehouse with BLS's files of the same quarters. Quarters that were released before leave as
    they were then. Raises SettingsError where the settings are of no confidential run, FileNotFoundError where a
    warehouse is missing, AuditFailed, writing nothing, where the audit of a quarter finds a protected figure, or where
    the public warehouse has no cell of a quarter though it is needed.
    """
    require_records(settings)
    if folder.resolve().is_relative_to(settings.data_dir.resolve()):
        raise SettingsError(f"{folder}: it lies in the confidential folder; name one that what leaves may lie in")
    waiting = f"another run or release is at work in {settings.data_dir}; waiting for it to end"
    with alone(settings.data_dir / "warehouse" / ".lock", tell, waiting):
        return _make_release(settings, policy, public, folder, tell, needs_public_file)


def require_records(settings: Settings) -> None:
    """Raises SettingsError where the settings are of no run on establishment records."""
    if not settings.is_confidential:
        raise SettingsError("a release is made of establishment records: set SECTORS_SOURCE=establishments")


def _make_release(
    settings: Settings, policy: DisclosurePolicy, public: Path, folder: Path, tell: Tell, needs_public_file: bool
) -> Path:
    databases = settings.working_database, public
    with open_database(databases[0], read_only=True) as own, open_database(databases[1], read_only=True) as of_others:
        asked = {_ledger(settings, each): each for each in read_report(own, "release_quarters").to_dicts()}
        quarters = {
            ledger: kept_quarter(ledger) or _new_quarter(own, of_others, policy, each, tell, needs_public_file)
            for ledger, each in asked.items()
        }
    if not quarters:
        raise FileNotFoundError(f"{settings.working_database}: it holds no establishment records; run first")
    with swapped_in(folder) as new:
        outputs = pl.concat([quarter.outputs for quarter in quarters.values()])
        is_cell = pl.col("group_key").is_null()
        _write(new, CELLS, outputs.filter(is_cell).drop("group_key").rename({"region": "area_fips"}))
        _write(new, TOTALS, outputs.filter(~is_cell).drop("industry_code"))
        (new / MANIFEST).write_text(_manifest(list(quarters.values()), file_hashes(new)), encoding="utf-8")
        for ledger, quarter in quarters.items():
            if ledger.exists():
                tell(f"{quarter.facts['quarter']}: as it was released before")
            else:
                keep_quarter(quarter, ledger)
        _note_audited(settings, new)
    return folder / MANIFEST


def _new_quarter(
    own: duckdb.DuckDBPyConnection,
    of_others: duckdb.DuckDBPyConnection,
    policy: DisclosurePolicy,
    asked: Mapping[str, object],
    tell: Tell,
    needs_public_file: bool,
) -> ReleasedQuarter:
    """asked: a row of the report release_quarters."""

    def only(*names: str) -> dict[str, object]:
        return {name: asked[name] for name in names}

    metropolitan = read_report(own, "release_metropolitan_areas", only("state_fips", "year"))
    others = {
        "publisher": SAMPLE_SOURCE if asked["source"] == SAMPLE_SOURCE else "bls",
        "metropolitan_areas": metropolitan["metropolitan_area"].unique().sort().to_list(),
    }
    public_cells = read_report(of_others, "release_public_cells", only("state_fips", "year", "quarter") | others)
    if needs_public_file and public_cells.is_empty():
        raise AuditFailed(
            f"{asked['year']}-Q{asked['quarter']}: nothing was written. The public warehouse holds no published cell "
            "of it, against which to audit: capture BLS's file first, or say that there is none yet (--without-public)"
        )
    outputs = release_outputs(
        read_report(own, "release_contributions", only("source", "state_fips", "year", "quarter")),
        read_report(own, "estimation_industries", only("naics_vintage")),
        read_report(own, "release_regions", only("state_fips")),
        read_report(own, "release_groups", only("naics_vintage")),
        public_cells,
        policy.rules,
        metropolitan,
    )
    year, quarter, source = int(str(asked["year"])), int(str(asked["quarter"])), str(asked["source"])
    released = release_quarter(outputs, policy, year, quarter, source)
    loss = released.loss
    tell(
        f"{released.facts['quarter']}: {released.facts['figures']:,} figures; hidden are {loss['unsafe']:,} unsafe "
        f"ones and {loss['hidden_beside_them']:,} beside them, with {loss['jobs_in_unsafe_cells']:.1%} and "
        f"{loss['jobs_in_cells_hidden_beside_them']:.1%} of the jobs; {loss['told_by_public_cells']:,} are told too "
        "closely by public cells alone; audited"
    )
    return released


def _ledger(settings: Settings, asked: Mapping[str, object]) -> Path:
    name = "{source}-{state_fips}-{year}-Q{quarter}".format_map(asked)
    return settings.data_dir / "released" / name


def _write(folder: Path, name: str, outputs: pl.DataFrame) -> None:
    outputs.write_parquet(folder / f"{name}.parquet")
    outputs.write_csv(folder / f"{name}.csv")


def _manifest(quarters: Sequence[ReleasedQuarter], files: Mapping[str, str]) -> str:
    is_synthetic = any(quarter.facts["source"] == SAMPLE_SOURCE for quarter in quarters)
    content = {
        "data_origin": SYNTHETIC if is_synthetic else "establishment records of the agency",
        "audit": f"{PASSED}: no protected figure can be told within the width from these files and public cells",
        "quarters": [quarter.facts for quarter in quarters],
        "code": code_version().as_dict(),
        "files": dict(files),
    }
    return json.dumps(content, indent=2) + "\n"


def _note_audited(settings: Settings, folder: Path) -> None:
    note = audit_note(settings.data_dir, folder)
    note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    note.write_bytes((folder / MANIFEST).read_bytes())
