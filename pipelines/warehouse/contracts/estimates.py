"""Contracts of the estimates layer: what can be proven and estimated about hidden cells.

Cells, and totals before the guard has looked at them, never leave the working database.
"""

from pipelines.warehouse.contracts.fields import estimate_columns, shared
from pipelines.warehouse.contracts.model import Caution, Column, Table
from pipelines.warehouse.contracts.raw import MONTHS

STATE = Column("state_fips", "VARCHAR", "Two digits of the state.")
_CELL_MEASURE = Column("measure", "VARCHAR", "month1_, month2_ or month3_employment (jobs), or wages (US dollars).")
_GROUP = Column("group_key", "VARCHAR", "A set of industries, see core.industry_groups.")

NETWORK_CELLS = Table(
    "estimates.network_cells",
    "One row a quarterly cell of a state or of an area in it, of a source that publishes six digits.",
    ("source", "area_fips", "own_code", "industry_code", "year", "quarter"),
    (
        *shared("source"),
        STATE,
        *shared("naics_vintage", "area_fips", "own_code", "industry_code", "year", "quarter", "disclosure"),
        *shared("establishments"),
        *MONTHS,
        Column("wages_usd", "BIGINT", "Total wages of the quarter, US dollars; null where suppressed.", True),
    ),
    is_view=True,
    is_published=False,
)
ASKED_REGIONS = Table(
    "estimates.asked_regions",
    "One row a region, source, year and area of it in one state.",
    ("region", "source", "year", "area_fips"),
    (*shared("region", "source", "year"), STATE, *shared("area_fips")),
    is_view=True,
    is_published=False,
)
HIDDEN_CELLS = Table(
    "estimates.hidden_cells",
    "One row a hidden cell, quarter and measure: for checks and benchmarks only, single cells are not published.",
    ("source", "area_fips", "own_code", "industry_code", "year", "quarter", "measure"),
    (
        *shared("source", "area_fips", "own_code", "industry_code", "year", "quarter"),
        _CELL_MEASURE,
        Column("lower", "BIGINT", "Proven lower bound, from equation to equation."),
        Column("estimate", "DOUBLE", "Estimate."),
        Column("upper", "BIGINT", "Proven upper bound, from equation to equation."),
        Column("interval90_lower", "DOUBLE", "Lower end of the 90 % interval."),
        Column("interval90_upper", "DOUBLE", "Upper end of the 90 % interval."),
    ),
    is_published=False,
)
REGION_ESTIMATES = Table(
    "estimates.region_estimates",
    "One row a region, ownership, group of industries, period and measure, before the guard.",
    ("source", "region", "ownership", "group_key", "year", "quarter", "measure"),
    (
        *shared("source", "region", "ownership"),
        _GROUP,
        *shared("year", "quarter"),
        Column("measure", "VARCHAR", "employment (mean jobs of the period) or wages (US dollars)."),
        Column("known", "DOUBLE", "Published part, from the rows of the areas."),
        *estimate_columns(),
        *estimate_columns(of_share=True),
        Column("hidden_cells", "BIGINT", "Hidden cells of the finest level with establishments."),
        Column("hidden_establishments", "BIGINT", "Establishments in them."),
        Column("is_withheld", "BOOLEAN", "It would give away a single cell, or one or two establishments."),
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
    is_published=False,
)
PAY_ESTIMATES = Table(
    "estimates.pay_estimates",
    "One row a region, ownership, group of industries and period: average annual pay per job, before the guard.",
    ("source", "region", "ownership", "group_key", "year", "quarter"),
    (
        *shared("source", "region", "ownership"),
        _GROUP,
        *shared("year", "quarter"),
        *estimate_columns(),
        Column("is_withheld", "BOOLEAN", "It would give away a single cell, or one or two establishments."),
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
    is_published=False,
)
MONTHLY_EMPLOYMENT = Table(
    "estimates.monthly_employment",
    "One row a region, ownership, group of industries and month: jobs, before the guard, which is the quarter's.",
    ("source", "region", "ownership", "group_key", "year", "month"),
    (
        *shared("source", "region", "ownership"),
        _GROUP,
        *shared("year", "quarter", "month"),
        Column("known", "DOUBLE", "Published part, from the rows of the areas."),
        Column("lower", "DOUBLE", "Proven lower bound."),
        Column("estimate", "DOUBLE", "Estimate."),
        Column("upper", "DOUBLE", "Proven upper bound."),
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
    is_published=False,
)
FIGURE_ESTIMATES = Table(
    "estimates.figure_estimates",
    "One row a group of industries, region, period, ownership and measure: what people may read of it.",
    ("group_key", "region", "period", "ownership", "measure"),
    (
        _GROUP,
        *shared("region", "period", "ownership", "measure", "estimate_status"),
        *estimate_columns(),
        *estimate_columns(of_share=True),
        *shared("coverage?"),
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
)
COARSER_REGIONS = Table(
    "estimates.coarser_regions",
    "One row a region, period and larger region that holds all of its areas.",
    ("region", "period", "coarser_region"),
    (
        *shared("region", "period"),
        Column("coarser_region", "VARCHAR", "The larger region."),
        Column("size_order", "SMALLINT", "The smaller, the nearer; a whole state comes last."),
    ),
    is_published=False,
)
CONTRADICTIONS = Table(
    "estimates.contradictions",
    "One row a published row of a quarter whose hidden cells could not be estimated, and why.",
    ("source", "state_fips", "year", "quarter", "place"),
    (
        *shared("source"),
        STATE,
        *shared("year", "quarter"),
        Column("place", "SMALLINT", "Order of the row among those that conflict."),
        Column("reason", "VARCHAR", "Why the quarter was left out, in a sentence."),
        Column("equation", "VARCHAR", "county, state or metropolitan; null where no row can be named.", True),
        *shared("area_fips?", "own_code?", "industry_code?"),
        Column("measure", "VARCHAR", "What the row says: jobs of a month, wages, establishments.", True),
        Column("residual", "BIGINT", "What the row leaves for the hidden cells below it.", True),
    ),
)

TABLES = (
    NETWORK_CELLS,
    ASKED_REGIONS,
    HIDDEN_CELLS,
    REGION_ESTIMATES,
    PAY_ESTIMATES,
    MONTHLY_EMPLOYMENT,
    CONTRADICTIONS,
    FIGURE_ESTIMATES,
    COARSER_REGIONS,
)
MADE_FROM: dict[str, tuple[str, ...]] = dict.fromkeys(
    (
        "estimates.hidden_cells",
        "estimates.region_estimates",
        "estimates.pay_estimates",
        "estimates.monthly_employment",
        "estimates.contradictions",
    ),
    (
        "core.industry_group_leaves",
        "core.industry_groups",
        "estimates.asked_regions",
        "estimates.network_cells",
        "reference.naics",
        "reference.ownerships",
        "reference.trend_breaks",
    ),
)
"""What the tables that no SQL makes are made from."""
