"""Contracts of the core layer: typed cells, one row a cell, suppressed never zero; and the classification."""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.model import Caution, Column, Table
from pipelines.warehouse.contracts.raw import LOCATION_QUOTIENTS, MONEY, MONTHS, OVER_THE_YEAR

_GROUP = Column(
    "group_key", "VARCHAR", "A set of industries: definition:sector, or that +other_sector, @certain, @possible."
)
_BASIS = Column("basis", "VARCHAR", "statewide (the state's own rows), counties, or county (by itself).")
_ESTABLISHMENTS = "null where a year before is told without them"
_KNOWN_PARTS = (
    Column("establishments", "DOUBLE", f"Establishments of the group; {_ESTABLISHMENTS}.", True),
    Column("establishments_published", "DOUBLE", "Establishments in rows whose employment and wages are published."),
    Column("employment_known", "DOUBLE", "Jobs in the fewest published rows that cover the group."),
    Column("wages_known", "BIGINT", "Wages in the fewest published rows that cover the group, US dollars."),
    *shared("hidden_cells", "total_cells"),
)
_VINTAGE_NUMBERS = (
    Column("vintage_number", "BIGINT", "1, 2, … by captures of the whole area: the one it is, or adds cells to."),
    Column("newer_vintages", "BIGINT", "Vintages that came after it; 0 in force, 1 replaced by the one in force."),
)

VINTAGES = Table(
    "core.vintages",
    "One row a capture and the area and period it holds rows of.",
    ("source", "area_fips", "year", "quarter", "capture_sha256"),
    (
        *shared("source", "area_fips", "year", "quarter", "capture_sha256"),
        *shared("published_at"),
        Column("vintage_order", "BIGINT", "Order of the capture; later ones supersede."),
        *_VINTAGE_NUMBERS,
        Column("row_count", "BIGINT", "Rows the capture has of this area and period."),
        Column("is_whole_area", "BOOLEAN", "Holds every industry of the area, not only some."),
        Column("is_in_force", "BOOLEAN", "No later capture holds the whole area and period."),
        *shared("revision_status"),
    ),
)
QCEW_CELLS = Table(
    "core.qcew_cells",
    "One row a cell and quarter: area by ownership by industry, all sizes, of the vintage in force.",
    ("source", "area_fips", "own_code", "industry_code", "year", "quarter"),
    (
        *shared("source", "area_fips", "own_code", "industry_code", "naics_level", "naics_vintage?", "year", "quarter"),
        *shared("disclosure", "establishments"),
        *MONTHS,
        Column("average_employment", "DOUBLE", "Mean of the months, or the quarter's published average.", True),
        *MONEY,
        *LOCATION_QUOTIENTS,
        *OVER_THE_YEAR,
        *shared("capture_sha256", "member", "line_number"),
    ),
    cautions=(Caution.BREAKS,),
)
REPLACED_CELLS = Table(
    "core.replaced_cells",
    "One row a cell, quarter and vintage that a later whole file replaced.",
    ("source", "area_fips", "own_code", "industry_code", "year", "quarter", "vintage_number"),
    (
        *shared("source", "area_fips", "own_code", "industry_code", "naics_level", "naics_vintage?", "year", "quarter"),
        *_VINTAGE_NUMBERS,
        *shared("disclosure", "establishments"),
        Column("average_employment", "DOUBLE", "Mean of the months, or the quarter's published average.", True),
        MONEY[0],
        *shared("capture_sha256"),
    ),
    is_published=False,
)
ANNUAL_FILE_CELLS = Table(
    "core.annual_file_cells",
    "One row a cell and year as the publisher's own annual file has it, of the vintage in force.",
    ("source", "area_fips", "own_code", "industry_code", "year"),
    (
        *shared("source", "area_fips", "own_code", "industry_code", "naics_level", "naics_vintage?", "year"),
        *shared("disclosure"),
        Column("establishments", "DOUBLE", "Average establishments, rounded by the publisher."),
        Column("average_employment", "DOUBLE", "Average jobs, rounded by the publisher; null if suppressed.", True),
        *MONEY,
        Column("average_annual_pay_usd", "BIGINT", "Average annual pay as published, US dollars.", True),
        *shared("capture_sha256"),
    ),
    is_view=True,
    is_published=False,
)
QCEW_ANNUAL = Table(
    "core.qcew_annual",
    "One row a cell and year: means of the quarters, or the annual file where quarters are missing.",
    ("source", "area_fips", "own_code", "industry_code", "year"),
    (
        *shared("source", "area_fips", "own_code", "industry_code", "naics_level", "naics_vintage?", "year"),
        *shared("disclosure"),
        Column("establishments", "DOUBLE", "Mean of the four quarters' establishments; a quarter without row is 0."),
        Column("average_employment", "DOUBLE", "Mean of the twelve months; null if a quarter is suppressed.", True),
        *MONEY[:3],
        Column("basis", "VARCHAR", "quarters (computed here), or annual_file: jobs and wages are the publisher's own."),
        *shared("captures"),
    ),
    cautions=(Caution.BREAKS,),
)
YEAR_BEFORE_CELLS = Table(
    "core.year_before_cells",
    "One row a cell and period of a year that no file of its own covers, from the changes over the year after it.",
    ("source", "area_fips", "own_code", "industry_code", "period"),
    (
        *shared("source", "area_fips", "own_code", "industry_code", "naics_level", "naics_vintage"),
        *shared("period", "year", "quarter", "disclosure"),
        Column("establishments", "DOUBLE", "Establishments; null of one of several industries closed since.", True),
        Column("employment", "DOUBLE", "Mean jobs of the period; null where suppressed.", True),
        Column("wages_usd", "BIGINT", "Total wages of the period, US dollars; null where suppressed.", True),
    ),
    is_published=False,
)
PERIOD_CELLS = Table(
    "core.period_cells",
    "One row a cell, period and vintage: quarters and years in one shape.",
    ("source", "area_fips", "own_code", "industry_code", "period", "vintage"),
    (
        *shared("source", "area_fips", "own_code", "industry_code", "naics_level", "naics_vintage?"),
        *shared("period", "year", "quarter", "vintage", "disclosure"),
        Column("establishments", "DOUBLE", f"Establishments, or their mean over the year; {_ESTABLISHMENTS}.", True),
        Column("employment", "DOUBLE", "Mean jobs of the period; null where suppressed.", True),
        Column("wages_usd", "BIGINT", "Total wages of the period, US dollars; null where suppressed.", True),
    ),
    is_view=True,
    is_published=False,
)
NAICS_ANCESTRY = Table(
    "core.naics_ancestry",
    "One row an industry and each of its ancestors, itself included.",
    ("naics_vintage", "industry_code", "ancestor_code"),
    (
        *shared("naics_vintage", "industry_code"),
        Column("ancestor_code", "VARCHAR", "The industry itself, its parent, and so on up to 10."),
        *shared("naics_level"),
        Column("ancestor_level", "TINYINT", "Depth of the ancestor in the industry tree."),
    ),
)
INDUSTRY_GROUP_LEAVES = Table(
    "core.industry_group_leaves",
    "One row a group of industries, NAICS vintage and 6-digit industry in it.",
    ("group_key", "naics_vintage", "industry_code"),
    (
        _GROUP,
        *shared("definition"),
        Column("kind", "VARCHAR", "sector, lens, union, overlap, or bridge_certain, bridge_possible, bridge_between."),
        *shared("sector", "other_sector?", "naics_vintage", "industry_code"),
    ),
)
INDUSTRY_GROUPS = Table(
    "core.industry_groups",
    "One row a set of industries that is added up: sectors, lenses, their union, and overlaps of two sectors.",
    ("group_key",),
    (
        _GROUP,
        *shared("definition"),
        Column(
            "kind",
            "VARCHAR",
            "sector, lens, union, overlap, gross (the plain sum of sectors), or of a sector that is carried to another "
            "NAICS vintage bridge_certain, bridge_possible (with all that it may hold), bridge_between (these only).",
        ),
        *shared("sector", "other_sector?"),
    ),
)
INDUSTRY_GROUP_CODES = Table(
    "core.industry_group_codes",
    "One row a group and each industry, at any level, that lies wholly inside it.",
    ("group_key", "naics_vintage", "industry_code"),
    (_GROUP, *shared("naics_vintage", "industry_code", "naics_level")),
)
REFUSED_GROUPS = Table(
    "core.refused_groups",
    "One row a source, NAICS vintage and group of industries that the source is too coarse for.",
    ("source", "naics_vintage", "group_key"),
    (*shared("source", "naics_vintage"), _GROUP, Column("codes", "VARCHAR[]", "The codes that are too fine.")),
)
REGION_COVERAGE = Table(
    "core.region_coverage",
    "One row a region, way of adding it up, source and period, with the areas that are there and missing.",
    ("region", "basis", "source", "period"),
    (
        *shared("region", "region_name"),
        _BASIS,
        *shared("source", "period", "year", "quarter"),
        Column("areas", "VARCHAR[]", "Areas with data.", True),
        Column("missing_areas", "VARCHAR[]", "Areas without data; null where none is missing.", True),
    ),
)
REGION_PERIODS = Table(
    "core.region_periods",
    "One row a region, period and area whose rows are added up for it; regions with a missing area are not here.",
    ("region", "period", "area_fips"),
    (
        *shared("region", "region_name", "period", "year", "quarter", "source", "area_fips"),
        _BASIS,
        *shared("revision_status"),
    ),
)
REPLACED_REGIONS = Table(
    "core.replaced_regions",
    "One row a region, quarter and area of it, of regions with an area whose last file replaced another.",
    ("region", "period", "area_fips"),
    (
        *shared("region", "period", "year", "quarter", "source", "area_fips"),
        Column("area_vintage", "VARCHAR", "What of the area to add up for the region before: replaced, or in_force."),
    ),
    is_view=True,
    is_published=False,
)
YEAR_BEFORE_REGIONS = Table(
    "core.year_before_regions",
    "One row a region, period and area of it, of regions without figures of their own where the year after has some.",
    ("region", "period", "area_fips"),
    (
        *shared("region", "region_name", "period", "year", "quarter", "source", "area_fips"),
        Column("area_vintage", "VARCHAR", "What of the area to add up: in_force (its own file) or year_before."),
    ),
    is_published=False,
)
GROUP_TOTALS = Table(
    "core.group_totals",
    "One row a group, area, own_code, period and vintage that has at least one cell.",
    ("source", "group_key", "area_fips", "own_code", "period", "vintage"),
    (
        *shared("source"),
        _GROUP,
        *shared("area_fips", "own_code", "period", "year", "quarter", "vintage"),
        *_KNOWN_PARTS,
    ),
    cautions=(Caution.HIDDEN_CELLS, Caution.VINTAGES),
)
REGION_TOTALS = Table(
    "core.region_totals",
    "One row a region, period, vintage and ownership: all industries together.",
    ("region", "period", "vintage", "ownership"),
    (
        *shared("region", "period", "vintage", "ownership"),
        Column("establishments", "DOUBLE", "Establishments of all industries."),
        Column("employment", "DOUBLE", "Jobs of all industries; null where an area's total is hidden.", True),
        Column("wages_usd", "BIGINT", "Wages of all industries, US dollars; null where a total is hidden.", True),
    ),
    cautions=(Caution.VINTAGES,),
)
REGION_GROUPS = Table(
    "core.region_groups",
    "One row a group, region, period, vintage and ownership; zero where it has no establishment of the group.",
    ("group_key", "region", "period", "vintage", "ownership"),
    (_GROUP, *shared("region", "period", "vintage", "ownership"), *_KNOWN_PARTS),
    cautions=(Caution.HIDDEN_CELLS, Caution.VINTAGES),
)
HOUSEHOLD_ESTABLISHMENTS = Table(
    "core.household_establishments",
    "One row a group, region, period and ownership: establishments that are households, see household_industries.",
    ("group_key", "region", "period", "ownership"),
    (
        _GROUP,
        *shared("region", "period", "ownership"),
        Column("establishments", "DOUBLE", "Establishments of the group that are households."),
        Column("region_establishments", "DOUBLE", "Establishments of all industries that are households."),
    ),
    is_published=False,
)
REGION_MEASURES = Table(
    "core.region_measures",
    "One row a group of industries, region, period, vintage, ownership and measure, beside the region's total.",
    ("group_key", "region", "period", "vintage", "ownership", "measure"),
    (
        _GROUP,
        *shared("region", "period", "vintage", "ownership", "measure", "known?", "total?"),
        *shared("coverage_establishments?", "hidden_cells", "total_cells", "known_share?"),
    ),
    cautions=(Caution.HIDDEN_CELLS, Caution.VINTAGES),
)
PERIOD_PRICES = Table(
    "core.period_prices",
    "One row a year, and a quarter, of every year with any month of the consumer price index.",
    ("period",),
    (
        *shared("period", "year", "quarter"),
        Column(
            "cpi_u", "DOUBLE", "CPI-U, mean of the period's months, 1982-84 = 100; null where one is missing.", True
        ),
        Column("missing_months", "VARCHAR", "Months without an index (2025-10), comma separated; null if none.", True),
    ),
)
INDUSTRY_PARTS = Table(
    "core.industry_parts",
    "One row a region, year, vintage, 3- or 4-digit industry, and private cell and period that tells of it.",
    ("region", "period", "vintage", "industry_code", "area_fips", "cell_code"),
    (
        *shared("region", "year", "quarter", "period", "vintage", "source", "area_fips", "naics_vintage"),
        *shared("industry_code", "naics_level"),
        Column("cell_code", "VARCHAR", "Industry of the cell: the same, or a finer one inside it."),
        Column("is_topmost", "BOOLEAN", "No row of the area lies between it and the industry: its establishments add."),
        Column("is_known", "BOOLEAN", "Published, and no published row between: its jobs and wages add."),
        Column("is_hidden", "BOOLEAN", "Suppressed, of the finest level, and no published row covers it."),
        Column("establishments", "DOUBLE", f"Establishments of the cell; {_ESTABLISHMENTS}.", True),
        Column("employment", "DOUBLE", "Mean jobs of the period; null where suppressed.", True),
        Column("wages_usd", "BIGINT", "Total wages of the period, US dollars; null where suppressed.", True),
    ),
    is_published=False,
)
REGION_INDUSTRIES = Table(
    "core.region_industries",
    "One row a region, year, vintage and 3- or 4-digit industry of private ownership that has a cell.",
    ("region", "year", "vintage", "industry_code"),
    (
        *shared("region", "period", "year", "vintage", "naics_vintage", "industry_code"),
        Column("industry_title", "VARCHAR", "BLS's title."),
        *shared("naics_level"),
        Column("establishments", "DOUBLE", f"Mean of the quarters' establishments; {_ESTABLISHMENTS}.", True),
        Column("employment_known", "DOUBLE", "Jobs, mean of the year, in the fewest published rows that cover it."),
        Column("wages_known", "BIGINT", "Wages in the fewest published rows that cover it, US dollars."),
        Column("hidden_cells", "BIGINT", "Finest cells that no published row of it covers, in any quarter."),
        Column(
            "hidden_establishments", "DOUBLE", f"Establishments in them, mean of the quarters; {_ESTABLISHMENTS}.", True
        ),
    ),
    cautions=(Caution.HIDDEN_CELLS, Caution.BREAKS, Caution.VINTAGES),
)

TABLES = (
    VINTAGES,
    QCEW_CELLS,
    REPLACED_CELLS,
    ANNUAL_FILE_CELLS,
    QCEW_ANNUAL,
    YEAR_BEFORE_CELLS,
    PERIOD_CELLS,
    NAICS_ANCESTRY,
    INDUSTRY_GROUP_LEAVES,
    INDUSTRY_GROUPS,
    INDUSTRY_GROUP_CODES,
    REFUSED_GROUPS,
    REGION_COVERAGE,
    REGION_PERIODS,
    REPLACED_REGIONS,
    YEAR_BEFORE_REGIONS,
    GROUP_TOTALS,
    REGION_TOTALS,
    REGION_GROUPS,
    REGION_MEASURES,
    HOUSEHOLD_ESTABLISHMENTS,
    PERIOD_PRICES,
    INDUSTRY_PARTS,
    REGION_INDUSTRIES,
)
