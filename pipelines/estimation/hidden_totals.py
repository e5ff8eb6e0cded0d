"""Totals of many cells as a known part plus a selection of hidden leaves.

Belongs here: which published rows and which hidden leaves a set of industries in an area consists of, and sums of such
totals. Not here: bounds (bounds) or estimates (raking, intervals) of the hidden part.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from pipelines.estimation.cell_network import MEASURES, TOTAL_COVERED, CellNetwork, Whole

PRIVATE = "5"


@dataclass(frozen=True)
class HiddenTotals:
    """Totals of one network: total = known + selection @ values of the leaves, exactly, for every measure.

    keys: one row a total. known: by measure, one entry a total. selection: totals by leaves, how often each leaf
    counts; more than once only where overlapping totals are added.
    """

    keys: pl.DataFrame
    known: Mapping[str, Whole]
    selection: sparse.csr_array

    def combined(self, members: pl.DataFrame) -> "HiddenTotals":
        """Sums of totals, such as regions of counties or the gross sum of sectors.

        members: the columns of keys, and columns that name the sums; one row a sum and total in it. Order: of the first
        row of each sum. Raises ValueError naming a total that is not there.
        """
        names = [name for name in members.columns if name not in self.keys.columns]
        numbered = members.join(self.keys.with_row_index("total"), on=self.keys.columns, how="left")
        absent = numbered.filter(pl.col("total").is_null())
        if absent.height:
            raise ValueError(f"no total of {absent.select(self.keys.columns).row(0)}: its area or group is not there")
        sums = numbered.select(names).unique(maintain_order=True)
        numbered = numbered.join(sums.with_row_index("sum"), on=names, maintain_order="left")
        shape = (sums.height, self.keys.height)
        adding = _counts(numbered["sum"], numbered["total"], shape)
        return HiddenTotals(
            keys=sums,
            known={name: adding @ known for name, known in self.known.items()},
            selection=sparse.csr_array(adding @ self.selection),
        )

    def rows(self, numbers: NDArray[np.intp]) -> "HiddenTotals":
        """Some of the totals, by row number."""
        return HiddenTotals(
            keys=self.keys[numbers],
            known={name: known[numbers] for name, known in self.known.items()},
            selection=sparse.csr_array(self.selection[numbers]),
        )


def totals_by_ownership(network: CellNetwork, groups: pl.DataFrame) -> HiddenTotals:
    """hidden_totals of every ownership that has rows; keys: own_code, area_fips, group_key."""
    owns = pl.concat([network.published["own_code"], network.leaves["own_code"]]).unique().sort().to_list()
    parts = {own: hidden_totals(network, groups, own) for own in owns if own != TOTAL_COVERED}
    keys = [part.keys.select(pl.lit(own).alias("own_code"), pl.all()) for own, part in parts.items()]
    return HiddenTotals(
        keys=pl.concat(keys),
        known={name: np.concatenate([part.known[name] for part in parts.values()]) for name in MEASURES},
        selection=sparse.csr_array(sparse.vstack([part.selection for part in parts.values()])),
    )


def hidden_totals(network: CellNetwork, groups: pl.DataFrame, own_code: str = PRIVATE) -> HiddenTotals:
    """The total of every group of industries in every area of a network; keys: area_fips, group_key.

    groups: group_key, industry_code; a code of any level stands for all below it. The known part is the fewest
    published rows that lie wholly inside the group; a leaf below one of them is not selected.

    Raises ValueError where an area has only rows coarser than a group, so that the total cannot be told from them.
    """
    inside, partly = codes_inside(groups, network.tree)
    areas = network.published.select(pl.col("area_fips").unique().sort())
    names = groups.select(pl.col("group_key").unique(maintain_order=True))
    keys = areas.join(names, how="cross").with_row_index("total")
    ancestor = network.county_groups[network.county_group]
    is_own = ancestor["own_code"] == own_code
    leaves = (
        network.leaves.with_row_index("leaf")
        .with_columns(ancestor_code=ancestor["industry_code"].set(~is_own, None))
        .filter(pl.col("own_code") == own_code)
    )
    published = network.published.filter(pl.col("own_code") == own_code)
    has_value = pl.sum_horizontal(*MEASURES) > 0
    for rows in (leaves, published.filter("is_finest", has_value)):
        _refuse_coarse_rows(rows, partly)

    known = topmost(published, inside).join(keys, on=("area_fips", "group_key"))
    sums = (
        keys.select("total")
        .join(known.group_by("total").agg(pl.col(*MEASURES).sum()), on="total", how="left", maintain_order="left")
        .fill_null(0)
    )
    selected = topmost(leaves, inside).join(keys, on=("area_fips", "group_key"))
    return HiddenTotals(
        keys=keys.drop("total"),
        known={name: sums[name].to_numpy() for name in MEASURES},
        selection=_counts(selected["total"], selected["leaf"], (keys.height, network.leaves.height)),
    )


def distinct_rows(selection: sparse.csr_array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first row of each distinct row of a matrix, and for each row which of these it is like."""
    selection = sparse.csr_array(selection)
    selection.sort_indices()
    seen: dict[tuple[bytes, bytes], int] = {}
    first: list[int] = []
    place = np.empty(selection.shape[0], dtype=np.intp)
    for row in range(selection.shape[0]):
        own = slice(selection.indptr[row], selection.indptr[row + 1])
        key = selection.indices[own].tobytes(), selection.data[own].tobytes()
        if key not in seen:
            seen[key] = len(first)
            first.append(row)
        place[row] = seen[key]
    return np.array(first, dtype=np.intp), place


def codes_inside(groups: pl.DataFrame, tree: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """group_key, industry_code of all codes wholly inside each group, and of those partly inside."""
    lineage = tree.select("industry_code", ancestor_code="industry_code")
    step, lines = lineage, [lineage]
    parents = tree.select(ancestor_code="industry_code", parent_code="parent_code").drop_nulls()
    while step.height:
        step = step.join(parents, on="ancestor_code").select("industry_code", ancestor_code="parent_code")
        lines.append(step)
    finest = tree.filter(~pl.col("industry_code").is_in(tree["parent_code"].drop_nulls().to_list()))["industry_code"]
    lineage = pl.concat(lines).filter(pl.col("industry_code").is_in(finest.to_list()))

    leaves = groups.join(lineage, left_on="industry_code", right_on="ancestor_code").select(
        "group_key", industry_code="industry_code_right"
    )
    counts = lineage.group_by("ancestor_code").agg(leaf_count=pl.len())
    touched = (
        leaves.unique()
        .join(lineage, on="industry_code")
        .group_by("group_key", "ancestor_code")
        .agg(inside_count=pl.len())
        .join(counts, on="ancestor_code")
        .rename({"ancestor_code": "industry_code"})
    )
    is_inside = pl.col("inside_count") == pl.col("leaf_count")
    codes = ("group_key", "industry_code")
    return touched.filter(is_inside).select(codes), touched.filter(~is_inside).select(codes)


def topmost(rows: pl.DataFrame, inside: pl.DataFrame) -> pl.DataFrame:
    """The rows inside each group whose ancestor_code, the nearest row above them that counts, is not inside too."""
    above = inside.rename({"industry_code": "ancestor_code"})
    return rows.join(inside, on="industry_code").join(above, on=("group_key", "ancestor_code"), how="anti")


def _refuse_coarse_rows(rows: pl.DataFrame, partly: pl.DataFrame) -> None:
    coarse = rows.join(partly, on="industry_code").sort("area_fips", "industry_code", "group_key")
    if coarse.height:
        area, own, code, group = coarse.select("area_fips", "own_code", "industry_code", "group_key").row(0)
        raise ValueError(
            f"{area} own {own} industry {code} has no finer rows, but only a part of it belongs to {group}: "
            "get the area's whole file"
        )


def _counts(rows: pl.Series, columns: pl.Series, shape: tuple[int, int]) -> sparse.csr_array:
    """How often each pair occurs."""
    pairs = (rows.to_numpy().astype(np.int32), columns.to_numpy().astype(np.int32))
    return sparse.csr_array(sparse.coo_array((np.ones(len(rows), dtype=np.int64), pairs), shape=shape))
