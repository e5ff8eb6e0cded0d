"""Adds up what was found in states and years: the tables of the estimates layer that are not SQL, as Parquet files.

Belongs here: which states' parts belong together, one state at a time in memory. Not here: how parts add up
(estimation.region_estimates), and finding them (estimation_runs).
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.estimation.region_estimates import monthly_employment, pay_estimates, region_estimates

Parts = tuple[pl.DataFrame, pl.DataFrame]
"""Rows of StateEstimates.totals and of its months, with their source."""
ADDED = ("region_estimates", "pay_estimates", "monthly_employment")


def added_up(found: Sequence[Path], sums: pl.Series, folder: Path) -> Mapping[str, Sequence[Path]]:
    """The files that hold each table together, none where nothing was found. found: the folders of states and years.

    sums: the groups that are sums of others. folder: for what is written; what was there before goes.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files: dict[str, list[Path]] = {f"estimates.{name}": [] for name in ADDED}
    for number, (totals, months) in enumerate(_parts(found)):
        source = totals.select(pl.col("source").first())
        tables = {
            "region_estimates": region_estimates(totals.drop("source"), sums).join(source, how="cross"),
            "pay_estimates": pay_estimates(totals.drop("source")).join(source, how="cross"),
            "monthly_employment": monthly_employment(months),
        }
        for name, rows in tables.items():
            files[f"estimates.{name}"].append(folder / f"{name}-{number:05}.parquet")
            rows.write_parquet(files[f"estimates.{name}"][-1])
    as_found = {"hidden_cells": "cells", "contradictions": "conflicts"}
    return files | {
        f"estimates.{table}": [each / f"{name}.parquet" for each in found] for table, name in as_found.items()
    }


def _parts(found: Sequence[Path]) -> Iterator[Parts]:
    """All that was found, in parts of one source and year whose regions are in no other part of these."""
    keys = ("source", "year", "region")
    nothing = pl.DataFrame(schema={"source": pl.String, "year": pl.Int16, "region": pl.String, "place": pl.Int64})
    places = (
        pl.scan_parquet(each / "totals.parquet").select(*keys, place=pl.lit(place, pl.Int64)).unique().collect()
        for place, each in enumerate(found)
    )
    regions = pl.concat([nothing, *places]).group_by(keys).agg("place").sort(keys)
    shared = regions.filter(pl.col("place").list.len() > 1)
    for place, each in enumerate(found):
        elsewhere = shared.filter(pl.col("place").list.contains(place)).get_column("region")
        yield from _of_regions([each], ~pl.col("region").is_in(elsewhere.implode()))
    for of_year in shared.partition_by("source", "year", maintain_order=True):
        folders = [found[place] for place in of_year.get_column("place").explode(empty_as_null=True).unique().sort()]
        yield from _of_regions(folders, pl.col("region").is_in(of_year.get_column("region").implode()))


def _of_regions(folders: Sequence[Path], is_wanted: pl.Expr) -> Iterator[Parts]:
    totals, months = (
        pl.scan_parquet([each / f"{name}.parquet" for each in folders]).filter(is_wanted).collect()
        for name in ("totals", "months")
    )
    if totals.height:
        yield totals, months
