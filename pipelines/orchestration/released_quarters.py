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
from pipelines.sources.release_files import AuditFailed

KEY = ("year", "quarter", *OUTPUT)
FINEST_DIGITS = 6


@dataclass(frozen=True)
class ReleasedQuarter:
    """A quarter as it may leave, and what an attacker is left with.

    outputs: year, quarter, region (the area of a cell), own_code, group_key (null for a cell), industry_code (null for
    a total), disclosure, establishments, the measures, null where suppressed. ranges: confidential; one row a protected
    output and measure. facts: what was released, the rules in force, who set them and when. loss: confidential, as sums
    of what is hidden are.
    """

    outputs: pl.DataFrame
    ranges: pl.DataFrame
    facts: Mapping[str, object]
    loss: Mapping[str, float]


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
            f"{policy.width:.0%}, and nothing left to hide beside them"
        )
    figure = pl.Series(table.figure)
    frame = outputs.frame.with_columns(
        year=pl.lit(year, pl.Int16),
        quarter=pl.lit(quarter, pl.Int8),
        figure=figure,
        hidden=pl.Series(hidden).gather(figure),
        is_protected=pl.Series(table.protected).gather(figure),
        is_told=pl.Series(table.is_told).gather(figure),
    ).filter("is_output")
    safe = _safe(frame)
    facts = {
        "quarter": f"{year}-Q{quarter}",
        "source": source,
        "figures": safe.height,
        "suppressed": int((safe["disclosure"] == "suppressed").sum()),
        "public_cells": int(outputs.frame["is_public"].sum()),
    }
    return ReleasedQuarter(safe, _ranges(frame, audits), facts | _rules(policy), _loss(frame))


def kept_quarter(folder: Path) -> ReleasedQuarter | None:
    """A quarter of the ledger; None where it was never released."""
    if not folder.exists():
        return None
    outputs, ranges = (pl.read_parquet(folder / f"{name}.parquet") for name in ("outputs", "ranges"))
    facts, loss = (json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("facts", "loss"))
    return ReleasedQuarter(outputs, ranges, facts, loss)


def keep_quarter(quarter: ReleasedQuarter, folder: Path) -> None:
    """Enters a quarter into the ledger, whole or not at all."""
    part = folder.with_name(f".part-{folder.name}")
    part.mkdir(mode=0o700, parents=True, exist_ok=True)
    quarter.outputs.write_parquet(part / "outputs.parquet")
    quarter.ranges.write_parquet(part / "ranges.parquet")
    for name, told in (("facts", quarter.facts), ("loss", quarter.loss)):
        (part / f"{name}.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    part.rename(folder)


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Values of hidden outputs are null; establishments are always shown."""
    shown = [pl.when(~pl.col("hidden")).then(pl.col(column)).alias(column) for column in MEASURES.values()]
    disclosure = pl.when("hidden").then(pl.lit("suppressed")).otherwise(pl.lit("disclosed")).alias("disclosure")
    return frame.select(*KEY, disclosure, "establishments", *shown)


def _ranges(frame: pl.DataFrame, audits: Sequence[Audit]) -> pl.DataFrame:
    """Of every protected output and measure: its value, and the least and most that an attacker must allow for."""
    protected = frame.filter("is_protected")
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


def _rules(policy: DisclosurePolicy) -> dict[str, object]:
    return {
        "rules": asdict(policy.rules),
        "width": policy.width,
        "set_by": policy.set_by,
        "set_on": policy.set_on.isoformat(),
    }


def _loss(frame: pl.DataFrame) -> dict[str, float]:
    """How much is hidden, and how much of it only to protect other figures; jobs as shares (0-1) of all."""
    jobs = pl.mean_horizontal(list(MEASURES.values())[:3])
    unsafe, beside = (pl.col("hidden") & is_so for is_so in (pl.col("is_unsafe"), ~pl.col("is_unsafe")))
    is_finest = pl.col("industry_code").str.len_chars() == FINEST_DIGITS
    finest = frame.filter(is_finest & ~pl.col("region").str.ends_with("000"))
    every, of_unsafe, of_others = finest.select(
        every=jobs.sum(), unsafe=jobs.filter(unsafe).sum(), others=jobs.filter(beside).sum()
    ).row(0)
    return {
        "unsafe": int(frame.select(unsafe.sum()).item()),
        "hidden_beside_them": int(frame.select(beside.sum()).item()),
        "told_by_public_cells": int(frame.select((pl.col("is_told") & pl.col("is_protected")).sum()).item()),
        "jobs_in_unsafe_cells": of_unsafe / every if every else 0.0,
        "jobs_in_cells_hidden_beside_them": of_others / every if every else 0.0,
    }
