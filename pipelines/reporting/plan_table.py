"""What a run would ask the publishers for, as a terminal table.

Belongs here: wording and layout. Not here: how it is decided (pipelines.sources.capture_plan).
"""

import polars as pl
from rich.table import Table
from rich.text import Text


def plan_summary(plan: pl.DataFrame) -> Table:
    """One row a reason and period.

    plan: one row a file, in the order of asking, with reason, period, area_fips (null: all areas), address and
    is_certain (whether the request is made whatever the others answer).
    """
    table = Table(title=Text("Files to ask for", style="bold"), title_justify="left")
    table.add_column("Why", no_wrap=True)
    table.add_column("Period", no_wrap=True)
    table.add_column("Files", justify="right")
    table.add_column("At least", justify="right")
    table.add_column("Areas")
    groups = plan.group_by("reason", "period", maintain_order=True).agg(
        pl.len().alias("files"),
        pl.col("area_fips").drop_nulls().alias("areas"),
        pl.col("is_certain").sum().alias("least"),
    )
    for row in groups.iter_rows(named=True):
        counts = f"{row['files']:,}", f"{row['least']:,}"
        table.add_row(row["reason"], row["period"], *counts, _areas(row["areas"], row["files"]))
    return table


def plan_files(plan: pl.DataFrame) -> list[str]:
    """One line a file: period, area, why, address; plain, so that other programs can take them."""
    return [
        f"{row['period']:<7}  {row['area_fips'] or 'all':<5}  {row['reason']:<18}  {row['address']}"
        for row in plan.iter_rows(named=True)
    ]


def plan_sentences(source: str, least: int, most: int, seconds: float, final_files: int) -> list[str]:
    """How many requests, about how long, and what is left alone."""
    count = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    minutes = max(1, round(seconds / 60))
    left = f"; {final_files:,} files are in hand and final, they are not asked for" if final_files else ""
    if not most:
        return [f"{source}: nothing to ask for{left}."]
    return [f"{source}: {count} requests, at most one a second: about {minutes:,} min at most{left}."]


def _areas(areas: list[str], files: int) -> str:
    if not areas:
        return "all, in one archive" if files == 1 else "all, in an archive of quarters and one of averages"
    return ", ".join(areas[:3]) + (f" and {len(areas) - 3} more" if len(areas) > 3 else "")
