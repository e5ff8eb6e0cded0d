"""Reduces the published rows of one state and period to a transportation problem over the hidden cells.

Belongs here: which cells are hidden leaves, which published rows they add up to, and how much those rows leave for
them. Not here: totals of several cells (hidden_totals), bounds, estimates.

A hidden leaf is the finest hidden row: six digits, or coarser where the source has no finer rows. It belongs to one
county group, its nearest published ancestor in its area's tree (own 0, industry 10, is the root over all ownerships),
and to one state group, its nearest published ancestor in the state's tree. What the published rows whose nearest
published ancestor it is leave of an ancestor is the group's residual; the leaves of a group add up to it exactly.

Establishments are published on every row, so they tell what is missing. Rows that leave some of their parent's
establishments over make a leaf for the remainder. Where those of all areas do not add up to the state's row, cells are
missing and the row is no equation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.estimation.contradictions import ContradictoryEquations

MEASURES: Mapping[str, str] = {
    "month1_employment": "month1_employment",
    "month2_employment": "month2_employment",
    "month3_employment": "month3_employment",
    "wages": "wages_usd",
}
"""The measures of the equations and the cells' columns: jobs of three months, whole dollars of the quarter."""

CELL = ("area_fips", "own_code", "industry_code")
TOTAL_COVERED, ALL_INDUSTRIES = "0", "10"
# Without total government (8), which would count 1, 2 and 3 twice.
OWNERSHIPS = (TOTAL_COVERED, "1", "2", "3", "4", "5")

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Equations:
    """One kind of equation: the leaves of each group add up to the group's residual.

    group: group number of each leaf, -1 where it is in none. Then one entry a group. groups: area_fips, own_code,
    industry_code of the published ancestor. residual: by measure, never negative.
    """

    group: NDArray[np.int32]
    groups: pl.DataFrame
    residual: Mapping[str, Whole]


@dataclass(frozen=True)
class CellNetwork:
    """The hidden leaves of one state and period and the equations they obey.

    leaves: area_fips, own_code, industry_code, establishments, is_remainder; a leaf's number is its row number. A
    remainder is what the rows below a row leave of it; it bears that row's name, and the row need not be hidden.
    published: area_fips, own_code, industry_code, ancestor_code (nearest published ancestor of the same ownership, or
    null), is_finest (no rows below it) and the four measures, of all areas that are no sums of areas.
    tree: industry_code, parent_code, naics_level.
    """

    leaves: pl.DataFrame
    county: Equations
    state: Equations
    metropolitan: Equations
    published: pl.DataFrame
    tree: pl.DataFrame

    @property
    def equations(self) -> dict[str, Equations]:
        """The kinds of equations by name; a kind that does not hold here has no group."""
        return {"county": self.county, "state": self.state, "metropolitan": self.metropolitan}

    @property
    def county_group(self) -> NDArray[np.int32]:
        """County group of each leaf; every leaf has one."""
        return self.county.group

    @property
    def county_groups(self) -> pl.DataFrame:
        """The published ancestor of each county group."""
        return self.county.groups

    @property
    def county_residual(self) -> Mapping[str, Whole]:
        """What the leaves of each county group add up to, by measure."""
        return self.county.residual

    @property
    def state_group(self) -> NDArray[np.int32]:
        """State group of each leaf, -1 where there is no state equation."""
        return self.state.group

    @property
    def state_groups(self) -> pl.DataFrame:
        """The published ancestor of each state group."""
        return self.state.groups

    @property
    def state_residual(self) -> Mapping[str, Whole]:
        """What the leaves of each state group add up to, by measure."""
        return self.state.residual


def build_network(
    cells: pl.DataFrame, tree: pl.DataFrame, metropolitan_counties: pl.DataFrame | None = None
) -> CellNetwork:
    """Reduce one period's published rows to hidden leaves and their equations.

    cells: area_fips, own_code, industry_code, disclosure, establishments, month1_employment, month2_employment,
    month3_employment, wages_usd; one row a cell, measures null when suppressed. Counties, ss999 and the like of one
    state or several, and where they are there the states (ss000) and metropolitan areas. Total government is passed
    over.
    tree: industry_code, parent_code, naics_level of the NAICS vintage in force.
    metropolitan_counties: metropolitan_area, area_fips of the delineation in force.

    Raises ContradictoryEquations where a row leaves less than nothing, or something where nothing is hidden, and
    ValueError for repeated cells, missing or broken numbers, industries outside the tree and areas without a published
    total.
    """
    slots = _Slots(tree)
    cells = _checked(cells, slots)
    state = pl.col("area_fips").str.slice(0, 2) + "000"
    # A state whose counties are not there is an area like them.
    is_sum = (pl.col("area_fips") == state) & (pl.col("area_fips").n_unique().over(state) > 1)
    is_part = pl.col("area_fips").str.contains(r"^\d{5}$") & ~is_sum
    nodes = _Nodes(cells.filter(is_part), slots)
    _refuse_areas_without_total(nodes, slots)
    parts = _Parts(nodes)

    wholes = cells.filter(~is_part)
    of_state = nodes.frame.select(pl.col("area_fips").unique()).with_columns(whole=state)
    if metropolitan_counties is None:
        metropolitan_counties = pl.DataFrame(schema={"metropolitan_area": pl.String, "area_fips": pl.String})
    of_metropolitan = metropolitan_counties.select("area_fips", whole="metropolitan_area")
    leaf = parts.is_leaf
    return CellNetwork(
        leaves=nodes.frame.filter(leaf).select(
            *CELL,
            establishments=pl.Series(np.where(parts.is_parent, parts.remainder, nodes.establishments)[leaf]),
            is_remainder=pl.Series(parts.is_parent[leaf]),
        ),
        county=_county_equations(parts),
        state=_whole_equations("state", parts, wholes, of_state),
        metropolitan=_whole_equations("metropolitan", parts, wholes, of_metropolitan),
        published=_published(parts),
        tree=tree,
    )


class _Slots:
    """Places in the tree of all ownerships: a slot is an ownership and an industry; own 0, industry 10 is the root."""

    def __init__(self, tree: pl.DataFrame) -> None:
        codes = tree["industry_code"].to_list()
        number = {code: place for place, code in enumerate(codes)}
        within = np.array([number.get(parent, -1) for parent in tree["parent_code"]], dtype=np.int32)
        starts = np.arange(len(OWNERSHIPS), dtype=np.int32)[:, None] * len(codes)
        self.root = number[ALL_INDUSTRIES]
        # The last entry is above the root: climbing ends there.
        self.parent = np.append(np.where(within < 0, self.root, within + starts).ravel(), -1)
        self.parent[self.root] = -1
        has_children = np.isin(np.arange(len(codes)), within)
        self.is_finest = np.tile(~has_children, len(OWNERSHIPS))
        self.frame = pl.DataFrame({"own_code": OWNERSHIPS}).join(
            tree.select("industry_code"), how="cross", maintain_order="left_right"
        ).with_row_index("slot")  # fmt: skip

    def __len__(self) -> int:
        return len(self.is_finest)


class _Nodes:
    """Rows as arrays, in order of area, ownership and industry; hidden measures are 0."""

    def __init__(self, cells: pl.DataFrame, slots: _Slots) -> None:
        self.slots = slots
        self.frame = cells.sort(CELL)
        self.areas = self.frame["area_fips"].unique().sort().to_list()
        self.area = self.frame["area_fips"].rank("dense").to_numpy().astype(np.int32) - 1
        self.slot = self.frame["slot"].to_numpy().astype(np.int32)
        self.is_published = (self.frame["disclosure"] != "suppressed").to_numpy()
        self.establishments = self.frame["establishments"].to_numpy()
        self.values = {name: self.frame[name].to_numpy() for name in MEASURES}

    def __len__(self) -> int:
        return self.frame.height

    def nearest(self, eligible: Flags, area: NDArray[np.int32], slot: NDArray[np.int32]) -> NDArray[np.int32]:
        """The eligible node at `slot` of `area`, or else the first above it; -1 if there is none."""
        node_at = np.full((max(len(self.areas), 1), len(self.slots) + 1), -1, dtype=np.int32)
        node_at[self.area[eligible], self.slot[eligible]] = np.flatnonzero(eligible)
        slot = slot.copy()
        while True:
            found = node_at[area, slot]
            climbing = (found < 0) & (slot >= 0)
            if not climbing.any():
                return found
            slot[climbing] = self.slots.parent[slot[climbing]]

    def above(self, eligible: Flags) -> NDArray[np.int32]:
        """The nearest eligible node above each node; -1 if there is none."""
        return self.nearest(eligible, self.area, self.slots.parent[self.slot])


class _Parts:
    """The rows of the areas that add up to larger ones, and which of them are leaves."""

    def __init__(self, nodes: _Nodes) -> None:
        self.nodes = nodes
        above = nodes.above(np.ones(len(nodes), dtype=bool))
        self.is_parent = np.isin(np.arange(len(nodes)), above)
        self.remainder = nodes.establishments - group_sums(above, nodes.establishments, len(nodes))
        too_many = self.is_parent & (self.remainder < 0)
        if too_many.any():
            raise _contradiction(_PARTS_EXCEED, "county", nodes, {"establishments": (self.remainder, too_many)})
        self.is_leaf = np.where(self.is_parent, self.remainder > 0, ~nodes.is_published)
        self.is_known = ~self.is_parent & nodes.is_published
        self.above = nodes.above(nodes.is_published)


def _county_equations(parts: _Parts) -> Equations:
    nodes = parts.nodes
    below = np.where(nodes.is_published, parts.above, -1)
    residual = {name: values - group_sums(below, values, len(nodes)) for name, values in nodes.values.items()}
    # Only the remainder of a published row is a leaf of that row itself.
    ancestor = np.where(nodes.is_published, np.arange(len(nodes)), parts.above)[parts.is_leaf]
    return _equations("county", nodes, nodes.is_published & parts.is_parent, ancestor, residual)


def _whole_equations(kind: str, parts: _Parts, cells: pl.DataFrame, whole_of: pl.DataFrame) -> Equations:
    """Equations of the areas in `cells` that are sums of others. whole_of: area_fips, whole."""
    nodes, slots = parts.nodes, parts.nodes.slots
    wholes = _Nodes(cells.filter(pl.col("area_fips").is_in(whole_of["whole"].to_list())), slots)
    number = {area: place for place, area in enumerate(wholes.areas)}
    of_area = dict(whole_of.select("area_fips", "whole").iter_rows())
    whole = np.array([number.get(of_area.get(area, ""), -1) for area in nodes.areas], dtype=np.int32)[nodes.area]

    usable = wholes.is_published & _is_complete(kind, parts, whole, wholes)
    below = np.where(usable, wholes.above(usable), -1)
    ancestor = np.where(whole >= 0, wholes.nearest(usable, whole, nodes.slot), -1)
    known = np.where(parts.is_known, ancestor, -1)
    residual = {
        name: values - group_sums(below, values, len(wholes)) - group_sums(known, nodes.values[name], len(wholes))
        for name, values in wholes.values.items()
    }
    return _equations(kind, wholes, usable, ancestor[parts.is_leaf], residual)


def _is_complete(kind: str, parts: _Parts, whole: NDArray[np.int32], wholes: _Nodes) -> Flags:
    """Which rows of larger areas are the sum of rows that are all there, as the establishments tell."""
    nodes, slots = parts.nodes, parts.nodes.slots
    width = len(slots)
    place = np.where(whole >= 0, whole * width + nodes.slot, -1)
    missing = wholes.establishments - group_sums(place, nodes.establishments, len(wholes.areas) * width)[
        wholes.area * width + wholes.slot
    ]  # fmt: skip
    is_total = wholes.slot == slots.root
    is_whole = np.isin(wholes.area, wholes.area[is_total & (missing == 0)])
    too_many = is_whole & (missing < 0)
    if too_many.any():
        raise _contradiction(_PARTS_EXCEED, kind, wholes, {"establishments": (missing, too_many)})
    is_complete: Flags = is_whole & (missing == 0) & ~_is_blurred(parts, whole, wholes)
    return is_complete


def _is_blurred(parts: _Parts, whole: NDArray[np.int32], wholes: _Nodes) -> Flags:
    """Which rows of larger areas may get something, though no establishment, from coarser rows without finer ones."""
    nodes, slots = parts.nodes, parts.nodes.slots
    has_value = np.sum(list(nodes.values.values()), axis=0) > 0
    may_hold = (whole >= 0) & (parts.is_leaf | (parts.is_known & has_value)) & ~slots.is_finest[nodes.slot]
    coarse = np.zeros((max(len(wholes.areas), 1), len(slots) + 1), dtype=bool)
    coarse[whole[may_hold], nodes.slot[may_hold]] = True
    is_blurred = np.zeros(len(wholes), dtype=bool)
    slot = slots.parent[wholes.slot]
    while (slot >= 0).any():
        is_blurred |= coarse[wholes.area, slot]
        slot = slots.parent[slot]
    return is_blurred


def _equations(
    kind: str, nodes: _Nodes, is_equation: Flags, ancestor: NDArray[np.int32], residual: Mapping[str, Whole]
) -> Equations:
    """Equations of the nodes that have leaves. ancestor: the node of each leaf, -1 for none; residual: by node."""
    has_leaves = np.zeros(len(nodes), dtype=bool)
    has_leaves[ancestor[ancestor >= 0]] = True
    wrong = {name: (left, is_equation & ((left < 0) | ((left > 0) & ~has_leaves))) for name, left in residual.items()}
    if any(which.any() for _, which in wrong.values()):
        raise _contradiction("published rows do not add up", kind, nodes, wrong)
    number = np.append(np.cumsum(has_leaves, dtype=np.int32) - 1, -1)
    return Equations(
        group=number[ancestor].astype(np.int32),
        groups=nodes.frame.filter(has_leaves).select(CELL),
        residual={name: left[has_leaves] for name, left in residual.items()},
    )


_PARTS_EXCEED = "rows have more establishments than the row they are part of"


def _contradiction(
    reason: str, kind: str, nodes: _Nodes, wrong: Mapping[str, tuple[Whole, Flags]]
) -> ContradictoryEquations:
    """wrong: by measure, what each node leaves for hidden cells and whether that cannot be."""
    rows = [
        nodes.frame.select(*CELL, equation=pl.lit(kind), measure=pl.lit(name), residual=pl.Series(left)).filter(which)
        for name, (left, which) in wrong.items()
    ]
    return ContradictoryEquations(reason, pl.concat(rows).sort(CELL, maintain_order=True))


def group_sums(group: NDArray[np.int32], values: Whole, count: int) -> Whole:
    """The sum of the values in each of `count` groups; those of group -1 are left out."""
    sums = np.zeros(count, dtype=np.int64)
    inside = group >= 0
    np.add.at(sums, group[inside], values[inside])
    return sums


def _published(parts: _Parts) -> pl.DataFrame:
    nodes = parts.nodes
    own = nodes.frame["own_code"].to_numpy()
    is_same_own = (parts.above >= 0) & (own == own[parts.above])
    above = pl.Series(parts.above).set(pl.Series(~is_same_own), None)
    ancestor = nodes.frame["industry_code"].gather(above)
    published = nodes.frame.with_columns(ancestor_code=ancestor, is_finest=pl.Series(~parts.is_parent))
    return published.filter(nodes.is_published).select(*CELL, "ancestor_code", "is_finest", *MEASURES)


def _checked(cells: pl.DataFrame, slots: _Slots) -> pl.DataFrame:
    """The rows of the tree with `slot` and the measures by name, 0 where hidden."""
    cells = cells.filter(pl.col("own_code").is_in(OWNERSHIPS)).filter(
        (pl.col("own_code") != TOTAL_COVERED) | (pl.col("industry_code") == ALL_INDUSTRIES)
    )
    is_published = pl.col("disclosure") != "suppressed"
    numbers = {"establishments": pl.col("establishments")} | {
        name: pl.when(is_published).then(column).otherwise(0) for name, column in MEASURES.items()
    }
    cells = cells.join(slots.frame, on=("own_code", "industry_code"), how="left").select(
        *CELL, "disclosure", "slot", **numbers
    )
    broken = {
        "are there twice": pl.struct(CELL).is_duplicated(),
        "have an industry that is not in the NAICS vintage of the period": pl.col("slot").is_null(),
        "are published without all their numbers": pl.any_horizontal(pl.col(list(numbers)).is_null()),
        "have numbers that are negative or not whole": pl.any_horizontal(
            (pl.col(list(numbers)) < 0) | (pl.col(list(numbers)) != pl.col(list(numbers)).floor())
        ),
    }
    for fault, is_broken in broken.items():
        _refuse(cells.filter(is_broken), fault)
    return cells.with_columns(pl.col(list(numbers)).cast(pl.Int64))


def _refuse_areas_without_total(nodes: _Nodes, slots: _Slots) -> None:
    with_total = nodes.frame.filter(nodes.is_published & (nodes.slot == slots.root))["area_fips"]
    without = nodes.frame.filter(~pl.col("area_fips").is_in(with_total.to_list())).group_by("area_fips")
    _refuse(
        without.agg(own_code=pl.lit(TOTAL_COVERED), industry_code=pl.lit(ALL_INDUSTRIES)).sort("area_fips"),
        "are not there or hidden, so that nothing bounds what their areas hide: leave the areas out or get them whole",
    )


def _refuse(rows: pl.DataFrame, fault: str) -> None:
    if rows.height:
        named = [f"{area} own {own} industry {code}" for area, own, code in rows.head(5).select(CELL).iter_rows()]
        more = [f"{rows.height - 5} more"] if rows.height > 5 else []
        raise ValueError(f"{', '.join(named + more)}: these cells {fault}")
