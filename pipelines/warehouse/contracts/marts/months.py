"""Contracts of months: jobs of sectors month by month, and the same without their seasons."""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.marts.shares import ORIGIN, PERIOD, READING
from pipelines.warehouse.contracts.model import Caution, Column, Table

_KEY = ("region", "definition", "sector", "ownership", "year", "month")
_STATUS = Column(
    "estimate_status",
    "VARCHAR",
    "That of the quarter's jobs: published (nothing hidden), estimated, withheld_single_cell (it would give a cell "
    "away), or contradictory_rows: of the last two there are no estimate and no bounds.",
)

MONTHLY_EMPLOYMENT = Table(
    "marts.monthly_employment",
    "One row a region, definition, sector, ownership and month: jobs, as far as those of the quarter are shown.",
    _KEY,
    (
        *READING,
        *shared("ownership"),
        *PERIOD,
        *shared("month", "hidden_cells", "total_cells"),
        _STATUS,
        Column("known", "DOUBLE", "Published jobs: at least this; null if all is hidden or contradictory.", True),
        Column("lower", "DOUBLE", "Proven lower bound of jobs; null if not shown.", True),
        Column("estimate", "DOUBLE", "Estimate of jobs; null if not shown.", True),
        Column("upper", "DOUBLE", "Proven upper bound of jobs; null if not shown.", True),
        *shared("revision_status"),
        *ORIGIN,
    ),
    cautions=(Caution.HIDDEN_CELLS, Caution.OVERLAPS, Caution.BREAKS),
)
SEASONALLY_ADJUSTED_EMPLOYMENT = Table(
    "marts.seasonally_adjusted_employment",
    "One row a region, definition, sector, ownership and month: jobs without their seasons; not an official figure.",
    _KEY,
    (
        *READING,
        *shared("ownership"),
        *PERIOD,
        *shared("month"),
        _STATUS,
        Column("employment", "DOUBLE", "Jobs, not adjusted: the estimate of marts.monthly_employment.", True),
        Column(
            "adjustment_status",
            "VARCHAR",
            "adjusted; hidden (the month is not shown), short_series (fewer than 24 consecutive months that are shown "
            "and have no break among them) or zero_months (one of these has no jobs): of the last three nothing.",
        ),
        Column("seasonally_adjusted", "DOUBLE", "Jobs without their seasons; null if not adjusted.", True),
        Column("seasonal_factor", "DOUBLE", "Jobs divided by adjusted jobs; null if not adjusted.", True),
        Column("trend", "DOUBLE", "Trend of jobs: also without what is irregular; null if not adjusted.", True),
        Column("months_used", "SMALLINT", "Consecutive months that are adjusted together, or would be; 0 if hidden."),
        Column("is_short", "BOOLEAN", "These are fewer than 60: seasons are known from few years."),
        Column(
            "breaks_before", "SMALLINT", "Breaks of the level up to the month; months with the same are comparable."
        ),
        Column("method", "VARCHAR", "How it is adjusted, and that it is not official."),
        *shared("revision_status"),
        *ORIGIN,
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
)

TABLES = (MONTHLY_EMPLOYMENT, SEASONALLY_ADJUSTED_EMPLOYMENT)
