"""Every column that stands in more than one table, once: its type and what it means.

Belongs here: shared columns. Not here: columns of a single table, which that table defines itself.
"""

from pipelines.warehouse.contracts.model import Column

_SHARED: dict[str, tuple[str, str]] = {
    "address": ("VARCHAR", "Where the file came from: a path or an internet address."),
    "area_fips": ("VARCHAR", "Area code as BLS writes it: county 41051, state 41000, unknown county 41999, MSA C3890."),
    "capture_sha256": ("VARCHAR", "SHA-256 of the input file that the row comes from; see raw.captures."),
    "captures": ("VARCHAR[]", "SHA-256 of every input file behind the row, sorted; see raw.captures."),
    "coarser_region": ("VARCHAR", "Where a figure is withheld: the smallest region around it whose figure is shown."),
    "coverage": ("DOUBLE", "Published part of the estimate, 0–1; null where there is no estimate."),
    "coverage_establishments": (
        "DOUBLE",
        "Share 0–1 of the sector's establishments that lie in published cells; 1 for businesses, whose counts are "
        "always published; null where the sector has no establishment.",
    ),
    "data_origin": ("VARCHAR", "Who published the data behind the row, or SYNTHETIC SAMPLE."),
    "definition": ("VARCHAR", "strict or broad reading of the sectors, see reference.sector_codes."),
    "disclosure": ("VARCHAR", "disclosed, suppressed (employment and wages hidden) or true_zero (no establishment)."),
    "establishments": ("BIGINT", "Establishments; published on suppressed rows too."),
    "estimate_status": (
        "VARCHAR",
        "published (nothing hidden), estimated, withheld_single_cell (it would give a cell away, or the "
        "agency that released it hides it), contradictory_rows, "
        "or no_quarters (made from annual files or a coarse source): of the last three only the published part.",
    ),
    "hidden_cells": ("BIGINT", "Cells of the finest industry level that no published row of the sector covers."),
    "industry_code": ("VARCHAR", "QCEW industry code: 10 total, 101–1029 domains and supersectors, else NAICS."),
    "known": ("DOUBLE", "Sum of the fewest published rows that cover it: at least this; null if all is hidden."),
    "known_share": ("DOUBLE", "known divided by total, 0–1; null where either is hidden."),
    "line_number": ("BIGINT", "Line of the file, or row of the sheet, the row was read from; the header is 1."),
    "measure": ("VARCHAR", "businesses (establishments), employment (jobs) or wages (US dollars)."),
    "member": ("VARCHAR", "The table inside the input file: the name of the zip member, or of the file itself."),
    "month": ("TINYINT", "Month 1–12."),
    "naics_level": ("TINYINT", "Depth in the industry tree: 0 total, 2 domain, 3 supersector, 4 sector, 5–8 digits."),
    "naics_vintage": ("SMALLINT", "NAICS vintage in force: 2012 from 2011, 2017 from 2017, 2022 from 2022."),
    "other_sector": ("VARCHAR", "The other sector of an overlap."),
    "own_code": ("VARCHAR", "BLS ownership: 0 total covered, 1 federal, 2 state, 3 local, 5 private."),
    "ownership": ("VARCHAR", "private, government and its federal_, state_ and local_government, total_covered."),
    "period": ("VARCHAR", "A year (2016) or a quarter (2016-Q1)."),
    "published_at": ("VARCHAR", "When the file's content was published, as far as that is known, UTC, ISO 8601."),
    "quarter": ("TINYINT", "Quarter 1–4; 0 for a whole year."),
    "region": ("VARCHAR", "Key of the region; the county code for a county by itself."),
    "region_name": ("VARCHAR", "Name of the region."),
    "revision_status": (
        "VARCHAR",
        "preliminary (the first figures published), revised, or final (the last); the least final of several.",
    ),
    "sector": ("VARCHAR", "Key of the sector, lens, all_target_sectors (each business once) or sum_of_sectors."),
    "sector_kind": ("VARCHAR", "sector, lens (part of a sector, never added), union or gross."),
    "sector_name": ("VARCHAR", "Name of the sector."),
    "source": ("VARCHAR", "bls, qualityinfo, establishments, release or sample; see reference.sources."),
    "total": ("DOUBLE", "The measure of all industries of the region and ownership; null where it is hidden."),
    "total_cells": ("BIGINT", "Cells of the finest published industry level in the sector."),
    "vintage": ("VARCHAR", "in_force; replaced: as the file just before had it (quarters only); or year_before: of a "
        "year without a file, as the changes over the year after it tell."),
    "year": ("SMALLINT", "Calendar year."),
}  # fmt: skip


_ESTIMATES: dict[str, str] = {
    "lower": "Proven lower bound",
    "estimate": "Estimate",
    "upper": "Proven upper bound",
    "interval90_lower": "Lower end of the 90 % interval",
    "interval90_upper": "Upper end of the 90 % interval",
}


def estimate_columns(of_share: bool = False) -> tuple[Column, ...]:
    """Bounds, estimate and interval of a figure, or of its share; null where it could not be estimated."""
    if of_share:
        return estimate_columns_as("{}_share", "of the share of all industries, 0–1; null if not estimated")
    return estimate_columns_as("{}", "in the unit of the measure; null if not estimated", ", ")


def estimate_columns_as(pattern: str, meaning: str, between: str = " ") -> tuple[Column, ...]:
    """Bounds, estimate and interval of something else, named by a pattern such as `real_{}`."""
    return tuple(
        Column(pattern.format(name), "DOUBLE", f"{what}{between}{meaning}.", True) for name, what in _ESTIMATES.items()
    )


def shared(*names: str) -> tuple[Column, ...]:
    """Shared columns by name; a name that ends in ? may be null."""
    return tuple(_column(name) for name in names)


def _column(name: str) -> Column:
    plain = name.removesuffix("?")
    kind, meaning = _SHARED[plain]
    return Column(plain, kind, meaning, is_nullable=name != plain)
