"""Contracts of the figures themselves: levels, shares, overlaps, where they come from, how they compare."""

from pipelines.warehouse.contracts.fields import estimate_columns, shared
from pipelines.warehouse.contracts.model import Caution, Column, Table

LEVELS, _SHARES = estimate_columns(), estimate_columns(of_share=True)
PERIOD = shared("period", "year", "quarter")
ORIGIN = shared("source", "data_origin")
READING = (*shared("region", "region_name", "definition", "sector", "sector_name", "sector_kind"),)
KEY = ("region", "definition", "sector", "ownership", "period")

SECTOR_MEASURES = Table(
    "marts.sector_measures",
    "One row a region, definition, sector, ownership, period and measure.",
    (*KEY, "measure"),
    (
        *READING,
        *shared("ownership"),
        *PERIOD,
        *shared("measure", "known?", "total?", "known_share?", "coverage_establishments?", "coverage?"),
        *shared("hidden_cells", "total_cells", "estimate_status", "coarser_region?", "revision_status"),
        *LEVELS,
        *_SHARES,
        *ORIGIN,
    ),
    cautions=(Caution.HIDDEN_CELLS, Caution.OVERLAPS, Caution.BREAKS),
)


def _share_table(measure: str, level: str, level_type: str, unit: str, *more: Column) -> Table:
    return Table(
        f"marts.share_of_{measure}",
        f"One row a region, definition, sector, ownership and period: the sector's {unit} and share of the region's.",
        KEY,
        (
            *READING,
            *shared("ownership"),
            *PERIOD,
            Column(
                level,
                level_type,
                f"Published {unit} of the sector: the truth is at least this; null if all is hidden.",
                True,
            ),
            Column(f"region_{level}", level_type, f"All industries: {unit}; null where hidden.", True),
            Column("known_share", "DOUBLE", "Known share of the region, 0–1; the truth is at least this.", True),
            *more,
            *shared("coverage_establishments?", "coverage?", "hidden_cells", "total_cells", "estimate_status"),
            *shared("coarser_region?", "revision_status"),
            *LEVELS,
            *_SHARES,
            *ORIGIN,
        ),
        cautions=(Caution.HIDDEN_CELLS, Caution.OVERLAPS, Caution.BREAKS),
    )


SHARE_OF_BUSINESSES = _share_table(
    *("businesses", "businesses", "DOUBLE", "businesses"),
    Column("businesses_without_households", "DOUBLE", "Businesses without those of reference.household_industries."),
    Column("region_businesses_without_households", "DOUBLE", "Businesses of all industries, likewise."),
    Column("share_without_households", "DOUBLE", "Share of the region, 0–1, likewise; null where it has none.", True),
)
SHARE_OF_EMPLOYMENT = _share_table("employment", "employment", "DOUBLE", "jobs")
SHARE_OF_WAGES = _share_table("wages", "wages_usd", "BIGINT", "wages in US dollars")

SECTOR_OVERLAP = Table(
    "marts.sector_overlap",
    "One row a region, definition, pair of overlapping sectors, ownership, period and measure.",
    ("region", "definition", "sector", "other_sector", "ownership", "period", "measure"),
    (
        *shared("region", "region_name", "definition", "sector", "sector_name", "other_sector"),
        Column("other_sector_name", "VARCHAR", "Name of the other sector."),
        *shared("ownership"),
        *PERIOD,
        *shared("measure"),
        Column("known", "DOUBLE", "Published part of what lies in both sectors; null where all is hidden.", True),
        *shared("known_share?", "coverage_establishments?", "hidden_cells", "total_cells", "estimate_status"),
        *shared("revision_status"),
        *LEVELS,
        *_SHARES,
        *ORIGIN,
    ),
    cautions=(Caution.HIDDEN_CELLS,),
)
PUBLISHED_FIGURES = Table(
    "marts.published_figures",
    "One row a published figure and each reading of ours that could mean the same.",
    ("figure_id", "definition", "reading"),
    (
        Column("figure_id", "VARCHAR", "Key of the figure, see reference.published_figures."),
        Column("publisher", "VARCHAR", "Who published it."),
        *shared("region", "sector"),
        Column("statistic", "VARCHAR", "What the figure is."),
        Column("published_year", "SMALLINT", "Year the figure is for."),
        Column("published_value", "DOUBLE", "The figure as published; shares 0–1."),
        *shared("definition"),
        Column("reading", "VARCHAR", "The sector, all_target_sectors or sum_of_sectors that is compared."),
        Column("our_year", "SMALLINT", "Year of our figure: the same, or the nearest there is; null if none.", True),
        Column("our_value", "DOUBLE", "Our figure, from published rows; null where it cannot be computed.", True),
        Column("is_complete", "BOOLEAN", "Nothing of our figure is hidden; else it is a lower bound.", True),
        Column("difference", "DOUBLE", "Ours minus the published one.", True),
        Column("is_reproduced", "BOOLEAN", "Ours rounds to the published figure; null if not comparable.", True),
        Column("is_reproduced_by_any", "BOOLEAN", "Some reading reproduces it; null if none is comparable.", True),
        Column("note", "VARCHAR", "Why a figure cannot be compared, or is only bounded.", True),
        Column("data_origin", "VARCHAR", "Who published the data behind our figure, or SYNTHETIC SAMPLE.", True),
    ),
)  # fmt: skip
SOURCE_RECONCILIATION = Table(
    "marts.source_reconciliation",
    "One row a cell, period and measure of which both BLS and the Oregon Employment Department have a figure.",
    ("area_fips", "own_code", "industry_code", "period", "measure"),
    (
        *shared("area_fips", "own_code"),
        Column("industry_code", "VARCHAR", "QCEW industry code; 22+48-49 is utilities with transportation."),
        *PERIOD,
        Column("measure", "VARCHAR", "establishments, employment (jobs) or wages (US dollars)."),
        Column("bls", "DOUBLE", "Figure of BLS; of a year the mean of its months or quarters, of wages the sum."),
        Column("qualityinfo", "DOUBLE", "Figure of the Oregon Employment Department."),
        Column("difference", "DOUBLE", "qualityinfo minus bls."),
        Column("tolerance", "DOUBLE", "Largest difference that rounding explains: 0 of wages, 3 of units and jobs."),
        Column("is_within", "BOOLEAN", "The difference is not larger than the tolerance."),
        Column(
            "cause",
            "VARCHAR",
            "Null where within; tribal_government (the difference is BLS's cell 921150), or unexplained.",
            True,
        ),
        Column("bls_industry_codes", "VARCHAR[]", "The industries of BLS behind its figure: two where it is a sum."),
        Column("bls_captures", "VARCHAR[]", "SHA-256 of every file of BLS behind the row; see raw.captures."),
        Column("qualityinfo_captures", "VARCHAR[]", "SHA-256 of every workbook behind the row; see raw.captures."),
    ),
)
REVISIONS = Table(
    "marts.revisions",
    "One row a figure that changed between two vintages: of a cell, or the known share of a sector in a region.",
    ("kind", "source", "place", "own_code", "subject", "period", "vintage_number", "measure"),
    (
        Column("kind", "VARCHAR", "cell, or sector_share."),
        *shared("source"),
        Column("place", "VARCHAR", "Area code of a cell, key of the region of a share."),
        Column("own_code", "VARCHAR", "BLS ownership: 0 total covered, 5 private, 8 government, of it 1, 2, 3."),
        *shared("ownership?"),
        Column("subject", "VARCHAR", "Industry code of a cell; definition:sector of a share."),
        *shared("definition?", "sector?"),
        *PERIOD,
        Column("measure", "VARCHAR", "establishments or businesses, employment (mean jobs) or wages (US dollars)."),
        Column("vintage_number", "BIGINT", "The later vintage, counted from 1; of a share the highest of its areas."),
        Column("is_in_force", "BOOLEAN", "The later vintage is the one in force."),
        Column("before", "DOUBLE", "Figure of the earlier vintage, share 0–1; null where hidden or not there.", True),
        Column("after", "DOUBLE", "Figure of the later vintage, share 0–1; null where hidden or not there.", True),
        Column("change", "DOUBLE", "after minus before; null where one of them is.", True),
        Column("relative_change", "DOUBLE", "change divided by before; null where before is zero.", True),
        Column(
            "how",
            "VARCHAR",
            "changed, newly_published (hidden before), newly_hidden, new (no row of the cell before), or gone.",
        ),
        Column("captures_before", "VARCHAR[]", "SHA-256 of the files of the earlier vintage; see raw.captures."),
        Column("captures_after", "VARCHAR[]", "SHA-256 of the files of the later vintage; see raw.captures."),
        Column("published_at_before", "VARCHAR", "When the newest of the earlier files was published, UTC, ISO 8601."),
        Column("published_at_after", "VARCHAR", "When the newest of the later files was published, UTC, ISO 8601."),
        Column(
            "is_beyond_envelope",
            "BOOLEAN",
            "A state's total covered or private total moved by more than 1 % (establishments) or 0.1 % (jobs, wages).",
        ),
        Column("reviewed_by", "VARCHAR", "Who reviewed what is beyond, see reference.reviewed_revisions.", True),
        *shared("data_origin"),
    ),
)
REGION_AVAILABILITY = Table(
    "marts.region_availability",
    "One row a region and period that the warehouse holds data of: whether the region can be computed.",
    ("region", "period"),
    (
        *shared("region", "region_name"),
        *PERIOD,
        Column("is_available", "BOOLEAN", "Every area of the region is there."),
        Column("missing_areas", "VARCHAR", "Areas without data, comma separated.", True),
    ),
)
REFUSED_DEFINITIONS = Table(
    "marts.refused_definitions",
    "One row a definition and sector that a source is too coarse for; it has no figures from that source.",
    ("definition", "sector", "source", "naics_vintage"),
    (
        *shared("definition", "sector", "sector_name", "source", "naics_vintage"),
        Column("codes", "VARCHAR", "The codes that are finer than the source, comma separated."),
        Column("reason", "VARCHAR", "Why it is refused, in a sentence."),
        *shared("data_origin"),
    ),
)
FIGURE_SOURCES = Table(
    "marts.figure_sources",
    "One row a region, period and input file that its figures come from.",
    ("region", "period", "capture_sha256"),
    (
        *shared("region", "period", "capture_sha256", "address"),
        Column("retrieved_at", "VARCHAR", "When the file was captured, UTC."),
        *shared("published_at", "revision_status", "data_origin"),
    ),
)

TABLES = (
    SECTOR_MEASURES,
    SHARE_OF_BUSINESSES,
    SHARE_OF_EMPLOYMENT,
    SHARE_OF_WAGES,
    SECTOR_OVERLAP,
    PUBLISHED_FIGURES,
    SOURCE_RECONCILIATION,
    REVISIONS,
    REGION_AVAILABILITY,
    REFUSED_DEFINITIONS,
    FIGURE_SOURCES,
)
