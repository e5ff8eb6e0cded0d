"""How good estimates of hidden cells are where the truth is known.

Belongs here: baselines, errors, coverage, and the tables of them. Not here: hiding cells (hold_out), the estimates,
printing.

error is Σ|estimate − truth| / Σ truth, over all rows. Jobs are the jobs of each month, wages those of each quarter.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from pipelines.estimation.bounds import BoundProgram
from pipelines.estimation.cell_bounds import bound_cells
from pipelines.estimation.cell_network import ALL_INDUSTRIES, CELL, MEASURES, CellNetwork, Whole
from pipelines.estimation.estimates import WAGES, HiddenEstimates, HiddenPeriod
from pipelines.estimation.hidden_totals import PRIVATE, HiddenTotals, hidden_totals
from pipelines.estimation.hold_out import CHOSEN, FEW_ESTABLISHMENTS
from pipelines.estimation.intervals import interval90
from pipelines.estimation.margins import Floats

BASELINES = ("zero", "equal_split", "establishment_split")
"""What estimates are compared with: nothing, a county group's residual split equally, and by establishments."""
METHODS = ("estimate", *BASELINES)
SECTOR_LEVEL = 4
_PERCENT = 100
# Of the truth: what adding up in floating point may cost.
_ROUNDING = 1e-9


def baseline_values(network: CellNetwork, measure: str) -> dict[str, Floats]:
    """What each baseline says of each leaf, in jobs or dollars."""
    group, residual = network.county_group, network.county_residual[measure]
    ones = np.ones(len(group))
    equal = _split(residual, group, ones)
    establishments = network.leaves["establishments"].to_numpy().astype(np.float64)
    is_empty = np.bincount(group, establishments, len(residual)) == 0
    weights = np.where(is_empty[group], 1.0, establishments)
    return {"zero": np.zeros(len(group)), "equal_split": equal, "establishment_split": _split(residual, group, weights)}


def scored_cells(period: HiddenPeriod, found: HiddenEstimates, truth: pl.DataFrame) -> pl.DataFrame:
    """Each cell held out in a period beside its estimate: one row a cell and measure.

    truth: of hold_out, this period's rows. The columns are of truth area_fips, own_code, industry_code, establishments
    and reason; measure, truth, lower, estimate, upper, interval90_lower, interval90_upper and the baselines.
    Raises ValueError where a held-out cell of the finest industries is no hidden leaf.
    """
    leaf = _held_out_leaves(period.network, truth)
    number = leaf["leaf"].to_numpy()
    frames = []
    for measure, column in MEASURES.items():
        lower, upper = bound_cells(period.network, measure)
        baselines = baseline_values(period.network, measure)
        frames.append(
            _scored(
                leaf.select(*CELL, "establishments", "reason", truth=column),
                measure,
                (found.values[measure][number], found.standard_errors[measure][number]),
                (lower[number], upper[number]),
                {name: values[number] for name, values in baselines.items()},
            )
        )
    return pl.concat(frames)


def scored_sums(period: HiddenPeriod, found: HiddenEstimates, truth: pl.DataFrame) -> pl.DataFrame:
    """The chosen cells of a period added up by county and 2-digit sector: one row a sum and measure.

    As scored_cells, with area_fips and sector_code as keys; bounds are those of the sums themselves.
    """
    network = period.network
    leaf = _held_out_leaves(network, truth).filter(reason=CHOSEN).join(_sectors(network.tree), on="industry_code")
    keys = ["area_fips", "sector_code"]
    sums = leaf.group_by(keys).agg(pl.col(*MEASURES.values()).sum()).sort(keys)
    row = leaf.join(sums.select(keys).with_row_index("sum"), on=keys, maintain_order="left")["sum"].to_numpy()
    places = row.astype(np.int32), leaf["leaf"].to_numpy().astype(np.int32)
    shape = sums.height, network.leaves.height
    selection = sparse.csr_array(sparse.coo_array((np.ones(len(row), dtype=np.int64), places), shape=shape))
    hidden = HiddenTotals(sums.select(keys), {name: np.zeros(sums.height, np.int64) for name in MEASURES}, selection)
    return pl.concat(
        _scored(
            sums.select(*keys, truth=column),
            measure,
            found.totals(selection, measure),
            BoundProgram(network, measure).bounds(hidden),
            {name: selection @ values for name, values in baseline_values(network, measure).items()},
        )
        for measure, column in MEASURES.items()
    )


def score_table(cells: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """One row a measure (jobs, wages) and group of held-out cells.

    cells, sums: of scored_cells and scored_sums, of any periods and seeds. Columns: measure, held_out, cells (or sums,
    each counted once a period), inside_bounds and coverage90 (shares 0 to 1), then the errors: estimate, zero,
    equal_split, establishment_split; null where the truth is 0.
    """
    is_chosen = pl.col("reason") == CHOSEN
    is_small = pl.col("establishments") <= FEW_ESTABLISHMENTS
    groups: Sequence[tuple[str, pl.DataFrame]] = (
        ("all", cells),
        ("chosen", cells.filter(is_chosen)),
        (f"chosen, at most {FEW_ESTABLISHMENTS} establishments", cells.filter(is_chosen & is_small)),
        ("chosen, by county × 2-digit sector", sums),
    )
    return pl.concat(
        rows.group_by(measure=_kind(), maintain_order=True).agg(
            held_out=pl.lit(name),
            cells=pl.len() // pl.col("measure").n_unique(),
            inside_bounds=_is_between("lower", "upper").mean(),
            coverage90=_is_between("interval90_lower", "interval90_upper").mean(),
            **{method: _error(method) for method in METHODS},
        )
        for name, rows in groups
    ).sort("measure", maintain_order=True)


def scored_totals(
    period: HiddenPeriod, found: HiddenEstimates, groups: pl.DataFrame, truth: pl.DataFrame
) -> pl.DataFrame:
    """Private totals of groups of industries in every area that have hidden cells: one row a total and measure.

    groups: group_key, industry_code (no code inside another of its group). truth: all cells of the period with their
    true values. Columns: area_fips, group_key, measure, truth, private_total, estimate and the baselines.
    """
    network, values = period.network, list(MEASURES.values())
    totals = hidden_totals(network, groups)
    private = truth.filter(own_code=PRIVATE)
    sums = (
        private.join(groups, on="industry_code").group_by("area_fips", "group_key").agg(pl.col(values).sum())
    )  # fmt: skip
    whole = private.filter(industry_code=ALL_INDUSTRIES).select("area_fips", *values)
    known = totals.keys.join(sums, on=totals.keys.columns, how="left", maintain_order="left").join(
        whole, on="area_fips", how="left", maintain_order="left", suffix="_of_all"
    )
    is_hidden = pl.Series(np.diff(totals.selection.indptr) > 0)
    frames = []
    for measure, column in MEASURES.items():
        hidden = {"estimate": found.values[measure], **baseline_values(network, measure)}
        frames.append(
            known.select(
                *totals.keys.columns,
                measure=pl.lit(measure),
                truth=pl.col(column).fill_null(0),
                private_total=f"{column}_of_all",
                **{
                    name: pl.Series(totals.known[measure] + totals.selection @ leaves)
                    for name, leaves in hidden.items()
                },
            ).filter(is_hidden)
        )
    return pl.concat(frames)


def sector_by_county_errors(totals: pl.DataFrame) -> pl.DataFrame:
    """One row a measure (jobs, wages) and method: measure, method, totals, error, share_error_points.

    totals: of scored_totals, of any periods. share_error_points: mean absolute error of a total's share of the area's
    private total, in percentage points.
    """
    share = {
        method: ((pl.col(method) - pl.col("truth")).abs() / pl.col("private_total")).filter(pl.col("private_total") > 0)
        for method in METHODS
    }
    return pl.concat(
        totals.group_by(measure=_kind(), maintain_order=True).agg(
            method=pl.lit(method),
            totals=pl.len() // pl.col("measure").n_unique(),
            error=_error(method),
            share_error_points=share[method].mean() * _PERCENT,
        )
        for method in METHODS
    ).sort("measure", maintain_order=True)


def _held_out_leaves(network: CellNetwork, truth: pl.DataFrame) -> pl.DataFrame:
    """The rows of truth that are leaves, with the leaf's number."""
    leaves = network.leaves.with_row_index("leaf").filter(~pl.col("is_remainder")).select(*CELL, "leaf")
    is_finest = ~pl.col("industry_code").is_in(network.tree["parent_code"].drop_nulls().to_list())
    published = truth.filter(is_finest).join(leaves, on=CELL, how="anti")
    if published.height:
        raise ValueError(f"{published.select(CELL).row(0)} is held out, but not hidden in the rows of the estimates")
    return truth.join(leaves, on=CELL, maintain_order="left")


def _sectors(tree: pl.DataFrame) -> pl.DataFrame:
    """industry_code, sector_code of every industry at or below a 2-digit sector."""
    parent: Mapping[str, str] = dict(tree.select("industry_code", "parent_code").drop_nulls().iter_rows())
    sectors = set(tree.filter(naics_level=SECTOR_LEVEL)["industry_code"])
    pairs = []
    for code in tree["industry_code"]:
        above: str | None = code
        while above is not None and above not in sectors:
            above = parent.get(above)
        if above is not None:
            pairs.append((code, above))
    return pl.DataFrame(pairs, {"industry_code": pl.String, "sector_code": pl.String}, orient="row")


def _scored(
    keys: pl.DataFrame,
    measure: str,
    estimate: tuple[Floats, Floats],
    bounds: tuple[Whole, Whole],
    baselines: Mapping[str, Floats],
) -> pl.DataFrame:
    """keys with truth, and beside it what is said of the truth; estimate with its standard error."""
    (value, error), (lower, upper) = estimate, bounds
    interval = interval90(value, error, lower, upper, is_whole=measure != WAGES)
    columns = {
        "lower": lower,
        "estimate": value,
        "upper": upper,
        "interval90_lower": interval.lower,
        "interval90_upper": interval.upper,
        **baselines,
    }
    return keys.with_columns(
        measure=pl.lit(measure), **{name: pl.Series(each, dtype=pl.Float64) for name, each in columns.items()}
    )


def _split(residual: Whole, group: NDArray[np.int32], weights: Floats) -> Floats:
    """Each group's residual, split by the leaves' weights."""
    parts: Floats = residual[group] * weights / np.bincount(group, weights, len(residual))[group]
    return parts


def _kind() -> pl.Expr:
    return pl.when(pl.col("measure") == WAGES).then(pl.lit(WAGES)).otherwise(pl.lit("jobs"))


def _is_between(lower: str, upper: str) -> pl.Expr:
    room = pl.col("truth") * _ROUNDING
    return pl.col("truth").is_between(pl.col(lower) - room, pl.col(upper) + room)


def _error(method: str) -> pl.Expr:
    truth = pl.col("truth").sum()
    return pl.when(truth > 0).then((pl.col(method) - pl.col("truth")).abs().sum() / truth)
