"""Contracts of change: the series that are compared, how they change, and the same across breaks for who asks."""

from pipelines.warehouse.contracts.fields import estimate_columns_as, shared
from pipelines.warehouse.contracts.marts.shares import LEVELS, ORIGIN, PERIOD, READING
from pipelines.warehouse.contracts.model import Caution, Column, Table

KEY = ("region", "definition", "sector", "ownership", "measure", "period")
_MEASURE = Column(
    "measure",
    "VARCHAR",
    "businesses, employment (mean jobs), wages (US dollars), share_of_ each (0–1), average_annual_pay (US dollars) "
    "or real_average_annual_pay (in dollars of reference.analysis.price_year).",
)
_SERIES_STATUS = Column(
    "series_status",
    "VARCHAR",
    "The figure's estimate_status; or no_total (share of a hidden or empty total), no_prices (real pay), hidden (told "
    "by changes over the year, not wholly), incomplete_year (not all four quarters are in hand).",
)
_NOT_FINAL = Column("revision_status", "VARCHAR", "How final the period's files are; null where none is in hand.", True)

SECTOR_SERIES = Table(
    "marts.sector_series",
    "One row a region, definition, sector, ownership, measure and period, the year before the first files included.",
    KEY,
    (
        *shared("region", "definition", "sector", "ownership"),
        _MEASURE,
        *PERIOD,
        Column("basis", "VARCHAR", "files (of the period itself), or changes_over_the_year (level minus change)."),
        _SERIES_STATUS,
        *LEVELS,
        _NOT_FINAL,
        *ORIGIN,
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
)


def _measured(name: str, what: str) -> tuple[Column, ...]:
    return estimate_columns_as(f"{{}}_{name}", f"of {what}; null where its status says why")


def _trends(name: str, grain: str) -> Table:
    return Table(
        name,
        grain,
        KEY,
        (
            *READING,
            *shared("ownership"),
            _MEASURE,
            *PERIOD,
            _SERIES_STATUS,
            *shared("revision_status"),
            *LEVELS,
            Column("base_basis", "VARCHAR", "What tells of a year before: files, or changes_over_the_year.", True),
            Column("base_estimate", "DOUBLE", "The figure a year before.", True),
            Column("change_status", "VARCHAR", "measured, or why there is no change over the year."),
            *_measured("change", "the change over the year, in the unit of the measure"),
            Column("growth_status", "VARCHAR", "measured, or why there is no growth."),
            *_measured("growth", "the relative change over the year, 0.05 for 5 %"),
            Column("contribution_status", "VARCHAR", "measured, or why there is no contribution."),
            *_measured("contribution", "the change over the year as a part of the region's figure a year before"),
            Column("index_status", "VARCHAR", "measured, first_year, or why there is no index."),
            *_measured("index", "the figure in hundredths of the first year's"),
            Column(
                "region_growth",
                "DOUBLE",
                "Growth of all industries of the region and ownership; null across a break of shares.",
                True,
            ),
            Column("first_year", "SMALLINT", "The first year with a figure, whose index is 100.", True),
            *_measured("annualised_growth", "the constant yearly growth since the first year"),
            Column("breaks_over_the_year", "VARCHAR", "Breaks between this period and the year before.", True),
            Column("breaks_since_first_year", "VARCHAR", "Breaks between this period and the first year.", True),
            *ORIGIN,
        ),
        cautions=(Caution.OVERLAPS, Caution.BREAKS),
    )


SECTOR_TRENDS = _trends(
    "marts.sector_trends",
    "One row a region, definition, sector, ownership, measure and period: how it changed, but not across a break.",
)
SECTOR_TRENDS_ACROSS_BREAKS = _trends(
    "marts.sector_trends_across_breaks",
    "One row a series and period with a break since the year before or the first year: changes as if there were none.",
)

SHIFT_SHARE = Table(
    "marts.shift_share",
    "One row a region, base region, definition, sector, ownership, measure, year, comparison and method.",
    ("region", "base_region", "definition", "sector", "ownership", "measure", "year", "comparison", "method"),
    (
        *READING,
        Column("base_region", "VARCHAR", "What the region is held against: a whole state, or the nation."),
        Column("base_region_name", "VARCHAR", "Name of the base region."),
        *shared("ownership", "measure", "year"),
        Column("comparison", "VARCHAR", "over_the_year, or since_first_year with a figure."),
        Column("method", "VARCHAR", "classic, or dynamic: the parts of each year in between added up."),
        Column("base_year", "SMALLINT", "The earlier year."),
        Column("estimate", "DOUBLE", "The figure of the year, in the unit of the measure; null if not shown.", True),
        Column("before_estimate", "DOUBLE", "The figure of the earlier year; null if not shown.", True),
        Column(
            "shift_share_status",
            "VARCHAR",
            "measured, or why there are no parts: a figure of the region or the base region is hidden or may be zero, "
            "a break lies between, or a year of the chain is wanting.",
        ),
        *_measured("change", "the change since the earlier year, in the unit of the measure"),
        *_measured("national", "the change that the base region's growth of all industries would have made"),
        *_measured("mix", "the change because the sector grew otherwise than all industries in the base region"),
        *_measured("local", "the change because the region's sector grew otherwise than the base region's"),
        Column("breaks", "VARCHAR", "Breaks in the region's or the base region's series between the years.", True),
        *shared("revision_status"),
        *ORIGIN,
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
)

TABLES = (SECTOR_SERIES, SECTOR_TRENDS, SECTOR_TRENDS_ACROSS_BREAKS, SHIFT_SHARE)
