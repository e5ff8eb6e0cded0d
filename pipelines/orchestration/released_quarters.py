"""One quarter of a state's records as it may leave: made once, and kept as it was.

Belongs here: hiding, audit and loss of a quarter, and the ledger of quarters that were released. Not here: the files
of a release (releases), what is hidden and why (pipelines.estimation.disclosure).

A quarter that was released is never made anew: of two versions of the same quarter, the difference would tell of the
few employers whose records were corrected between them. The ledger lies in the confidential folder, under released.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from pipelines.domain.disclosure_policy import DisclosurePolicy
from pipelines.estimation.cell_network import MEASURES
from pipelines.estimation.disclosure import Audit, audit, suppress, told_by_others
from pipelines.estimation.disclosure_outputs import KEY as OUTPUT
from pipelines.estimation.disclosure_outputs import Outputs
from pipelines.estimation.disclosure_table import DisclosureTable
from pipelines.sources.release_files import AuditFailed

KEY = ("year", "quarter", *OUTPUT)
FINEST_DIGITS = 6


@dataclass(frozen=True)
class ReleasedQuarter:
    """A quarter as it may leave, and what an attacker is left with.

    outputs: year, quarter, region (the area of a cell), own_code, group_key (null for a cell), industry_code (null for
    a total), disclosure, establishments, the measures, null where suppressed. ranges: confidential; one row a protected
    output and measure. facts: the rules in force, who set them and when, and the loss.
    """

    outputs: pl.DataFrame
    ranges: pl.DataFrame
    facts: Mapping[str, object]


def release_quarter(
    outputs: Outputs, policy: DisclosurePolicy, year: int, quarter: int, source: str
) -> tuple[ReleasedQuarter, int]:
    """Hides what must be hidden and audits what is left; and how many figures public files alone tell.

    Raises AuditFailed, naming no figure.
    """
    table = told_by_others(outputs.table(), policy.width)
    hidden = suppress(table, policy.width)
    audits = audit(table, hidden, policy.width)
    if exposed := sum(len(one.exposed) for one in audits):
        raise AuditFailed(
            f"{year}-Q{quarter}: nothing was written. The audit finds {exposed} figures that could be told within "
            f"{policy.width:.0%}, and nothing left to hide beside them"
        )
    frame = outputs.frame.with_columns(
        year=pl.lit(year, pl.Int16), quarter=pl.lit(quarter, pl.Int8), hidden=pl.Series(hidden[table.figure])
    )
    facts = {"quarter": f"{year}-Q{quarter}", "source": source} | _facts(policy) | _loss(frame)
    return ReleasedQuarter(_safe(frame), _ranges(frame, table, audits), facts), int(table.is_told.sum())


def kept_quarter(folder: Path) -> ReleasedQuarter | None:
    """A quarter of the ledger; None where it was never released."""
    if not folder.exists():
        return None
    outputs, ranges = (pl.read_parquet(folder / f"{name}.parquet") for name in ("outputs", "ranges"))
    return ReleasedQuarter(outputs, ranges, json.loads((folder / "facts.json").read_text("utf-8")))


def keep_quarter(quarter: ReleasedQuarter, folder: Path) -> None:
    """Enters a quarter into the ledger, whole or not at all."""
    part = folder.with_name(f".part-{folder.name}")
    part.mkdir(mode=0o700, parents=True, exist_ok=True)
    quarter.outputs.write_parquet(part / "outputs.parquet")
    quarter.ranges.write_parquet(part / "ranges.parquet")
    (part / "facts.json").write_text(json.dumps(quarter.facts, indent=2) + "\n", encoding="utf-8")
    part.rename(folder)


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Values of hidden outputs are null; establishments are always shown."""
    shown = [pl.when(~pl.col("hidden")).then(pl.col(column)).alias(column) for column in MEASURES.values()]
    disclosure = pl.when("hidden").then(pl.lit("suppressed")).otherwise(pl.lit("disclosed")).alias("disclosure")
    return frame.select(*KEY, disclosure, "establishments", *shown)


def _ranges(frame: pl.DataFrame, table: DisclosureTable, audits: Sequence[Audit]) -> pl.DataFrame:
    """Of every protected output and measure: its value, and the least and most that an attacker must allow for."""
    protected = frame.with_columns(figure=pl.Series(table.figure)).filter(pl.Series(table.protected[table.figure]))
    return pl.concat(
        protected.select(
            *KEY,
            pl.lit(one.measure).alias("measure"),
            pl.col(MEASURES[one.measure]).alias("value"),
            lower=pl.lit(pl.Series(one.lower)).gather(pl.col("figure")),
            upper=pl.lit(pl.Series(one.upper)).gather(pl.col("figure")),
        )
        for one in audits
    )


def _facts(policy: DisclosurePolicy) -> dict[str, object]:
    return {
        "rules": asdict(policy.rules),
        "width": policy.width,
        "set_by": policy.set_by,
        "set_on": policy.set_on.isoformat(),
    }


def _loss(frame: pl.DataFrame) -> dict[str, object]:
    """How much is hidden, and how much of it only to protect other figures; jobs are the mean of the months."""
    jobs = pl.mean_horizontal(list(MEASURES.values())[:3])
    beside = pl.col("hidden") & ~pl.col("is_unsafe")
    is_finest = pl.col("industry_code").str.len_chars() == FINEST_DIGITS
    finest = frame.filter(is_finest & ~pl.col("region").str.ends_with("000"))
    every, unsafe, others = finest.select(
        every=jobs.sum(), unsafe=jobs.filter("is_unsafe").sum(), others=jobs.filter(beside).sum()
    ).row(0)
    return {
        "outputs": frame.height,
        "unsafe": int(frame["is_unsafe"].sum()),
        "hidden_beside_them": int(frame.select(beside.sum()).item()),
        "share_of_jobs_in_unsafe_finest_cells": round(unsafe / every, 4) if every else None,
        "share_of_jobs_in_finest_cells_hidden_beside_them": round(others / every, 4) if every else None,
    }
