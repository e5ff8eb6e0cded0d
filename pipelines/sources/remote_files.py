"""A file that a publisher has on the web, and what must be true of its content.

Belongs here: what every source of files over HTTP has in common. Not here: addresses (bls_files, qualityinfo_files),
fetching (http), or how a file becomes a capture (web_capture).
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.domain.periods import Period
from pipelines.domain.qcew_codes import ALL_INDUSTRIES
from pipelines.sources.reading import RefusedFile

WebSource = Literal["bls", "qualityinfo"]

_OWNERSHIPS_WITH_INDUSTRIES = ("1", "2", "3", "5")  # total covered and total government have only total rows


@dataclass(frozen=True)
class RemoteFile:
    """One address, and what is expected there."""

    source: WebSource
    address: str
    name: str
    """Of the file, as it is kept."""
    period: Period
    """The quarter or the year that it holds; a zip of quarters holds those of its year."""
    area_fips: str | None
    """The one area that it holds, None for all areas."""
    largest_bytes: int
    has_quarters: bool
    """Whether its rows are of quarters, not of the year."""

    def __str__(self) -> str:
        return f"{self.source} {self.period} {self.area_fips or 'all areas'}"


def check_content(asked: RemoteFile, tables: Path) -> None:
    """Holds what was read from a file against what was asked for.

    tables: the folder of its typed tables. Raises RefusedFile where the file is of another period or area, does not
    add up, or says the same twice.
    """
    quarterly = pl.scan_parquet(tables / "quarterly_cells.parquet")
    annual = pl.scan_parquet(tables / "annual_cells.parquet")
    places = _places(quarterly, annual)
    periods = {Period(year, quarter or None) for year, quarter in places.select("year", "quarter").iter_rows()}
    _refuse_other_periods(asked, periods)
    if asked.area_fips is None:
        _refuse_repeated_places(asked, places)
        return
    areas = sorted(set(places.get_column("area_fips")))
    if areas != [asked.area_fips]:
        raise RefusedFile(asked.name, f"asked for area {asked.area_fips}, but the file holds {_listed(areas)}")
    if asked.source == "bls":
        _refuse_incomplete(asked, quarterly)


def _places(quarterly: pl.LazyFrame, annual: pl.LazyFrame) -> pl.DataFrame:
    """One row an area, period (quarter 0 for a year) and member that has rows of it."""
    columns = ("area_fips", "year", "quarter", "member")
    tables = (quarterly, annual.with_columns(quarter=pl.lit(0, pl.Int8)))
    return pl.concat(table.select(columns).unique() for table in tables).collect().sort(columns)


def _refuse_other_periods(asked: RemoteFile, periods: Collection[Period]) -> None:
    if not periods:
        raise RefusedFile(asked.name, f"asked for {asked.period}, but the file holds no row of the areas wanted")
    expected = asked.period.quarters if asked.has_quarters else (asked.period,)
    others = sorted(period for period in periods if period not in expected)
    if others:
        reason = f"asked for {asked.period}, but the file holds {_listed([str(period) for period in others])}"
        raise RefusedFile(asked.name, f"{reason}; the publisher may be replacing files: the next run asks again")


def _refuse_repeated_places(asked: RemoteFile, places: pl.DataFrame) -> None:
    """In an archive each area has a table of its own: a second one of the same area would be counted or contradict."""
    keys = ["area_fips", "year", "quarter"]
    twice = places.group_by(keys).agg(pl.col("member").sort()).filter(pl.col("member").list.len() > 1).sort(keys)
    for row in twice.head(1).iter_rows(named=True):
        members = _listed(row["member"])
        period = Period(row["year"], row["quarter"] or None)
        raise RefusedFile(asked.name, f"{row['area_fips']} {period} stands in {members}; expected one table an area")


def _refuse_incomplete(asked: RemoteFile, cells: pl.LazyFrame) -> None:
    """Establishments are never hidden: where six-digit industries add up to each ownership's total, no line is lost.

    A state's total of all governments may be missing: it is a sum that nothing is made from.
    """
    digits = pl.col("agglvl_code").str.tail(1)
    is_total = pl.col("industry_code") == ALL_INDUSTRIES
    parts = pl.col("establishments").filter((digits == "8") & ~is_total).sum().alias("parts")
    totals = pl.col("establishments").filter(is_total & (pl.col("own_code") != "0"))
    found = (
        cells.filter(size_code="0")
        .group_by("own_code")
        .agg(parts, totals.sum().alias("total"), totals.len().alias("total_rows"))
        .sort("own_code")
        .collect()
    )
    whole = cells.filter(own_code="0", industry_code=ALL_INDUSTRIES, size_code="0").select("establishments").collect()
    owners = found.filter(pl.col("own_code").is_in(_OWNERSHIPS_WITH_INDUSTRIES))
    if whole.height != 1 or whole.item() != owners.get_column("total").sum():
        reason = f"the total of all ownerships ({_listed([str(n) for n in whole.to_series()]) or 'missing'}) is not the"
        raise RefusedFile(asked.name, f"{reason} sum of its parts ({owners['total'].sum()}): lines are missing")
    for row in owners.filter((pl.col("parts") != pl.col("total")) | (pl.col("total_rows") != 1)).iter_rows(named=True):
        reason = f"own_code {row['own_code']} has {row['total']} establishments, but its six-digit industries have"
        raise RefusedFile(asked.name, f"{reason} {row['parts']}: lines are missing or of another vintage")


def _listed(words: Collection[str]) -> str:
    shown = list(words)[:5]
    return ", ".join(shown) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
