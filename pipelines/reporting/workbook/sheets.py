"""The sheets that are tables: which columns of which mart, under which headings.

Belongs here: what stands where. Not here: how it is written (cells, book), which rows (sql/reports/workbook_*.sql).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.reporting.workbook.cells import Column, Kind

LIMITS = "whole years; private and all ownerships"


@dataclass(frozen=True)
class TableSheet:
    """A sheet that shows rows of one mart.

    query is the name of the report in sql/reports, without workbook_. frozen is the number of columns that stay in
    sight. if_empty says why there are no rows, where there are none.
    """

    name: str
    query: str
    mart: str
    title: str
    about: str
    if_empty: str
    columns: tuple[Column, ...]
    frozen: int = 2


def _range(kind: Kind, what: str, prefix: str = "", suffix: str = "", width: float = 10) -> Iterator[Column]:
    """A figure with its interval and its proven bounds, as the marts name the five columns."""
    for name, heading in (
        ("estimate", what),
        ("interval90_lower", f"{what}: 90 % from"),
        ("interval90_upper", f"{what}: 90 % to"),
        ("lower", f"{what}: proven from"),
        ("upper", f"{what}: proven to"),
    ):
        yield Column(f"{prefix}{name}{suffix}", heading, kind, width)


def _bounds(kind: Kind, what: str, suffix: str) -> Iterator[Column]:
    """A figure with its proven bounds, where a mart has no interval."""
    for name, heading in (("estimate", what), ("lower", f"{what}: proven from"), ("upper", f"{what}: proven to")):
        yield Column(f"{name}{suffix}", heading, kind)


DEFINITION = Column("definition", "Definition", width=10)
SECTOR = Column("sector_name", "Sector", width=38)
KIND = Column("sector_kind", "Kind", "words", 15)
OWNERSHIP = Column("ownership", "Ownership", "words", 14)
MEASURE = Column("measure", "Measure", "words", 24)
PERIOD = Column("period", "Period", width=9)
STATUS = Column("estimate_status", "How it is known", "words", 41)
REVISION = Column("revision_status", "How final", "words", 15)
PUBLISHED_PART = Column("known", "Published part: at least (jobs, businesses or $)", "unit", 15)
PUBLISHED_SHARE = Column("known_share", "Published part of the share: at least", "percent")
COVERED = Column("coverage_establishments", "Establishments in published cells", "percent", 14)
FIGURE = tuple(_range("unit", "Figure (jobs, businesses or $)", width=15))
SHARE = tuple(_range("percent", "Share of the region", suffix="_share"))
PAY = tuple(_range("dollars", "Average annual pay per job ($)"))
ELSEWHERE = Column("coarser_region_name", "Where withheld: smallest region around with a figure", width=24)
NO_YEAR = "the warehouse holds no whole year of this region"

SUMMARY = TableSheet(
    "Summary",
    "summary",
    "marts.sector_measures",
    "Target sectors: share of businesses, jobs and wages",
    "Private ownership, the latest whole year (or quarter, where none is whole). Sectors overlap: do not add them up.",
    "the warehouse holds no figures of private ownership for this region",
    (
        DEFINITION, Column("measure", "Measure", "words", 12), SECTOR, KIND, PERIOD, *SHARE, PUBLISHED_SHARE, STATUS,
        *FIGURE, ELSEWHERE, REVISION,
        Column("share_to_lower", "Share less its 90 % from (for charts)", "percent"),
        Column("share_to_upper", "90 % to less the share (for charts)", "percent"),
    ),
    frozen=3,
)  # fmt: skip
TABLE_SHEETS = (
    SUMMARY,
    TableSheet(
        "Time series",
        "series",
        "marts.sector_measures",
        "Every sector, measure and period",
        "Whole years and quarters; private, government and all ownerships (levels of government: see the mart).",
        "the warehouse holds no figures of these ownerships for this region",
        (
            SECTOR, PERIOD, Column("begins_on", "Begins on", "date"), DEFINITION, OWNERSHIP,
            Column("measure", "Measure", "words", 12), KIND, *FIGURE,
            PUBLISHED_PART, *SHARE, PUBLISHED_SHARE, STATUS, COVERED,
            Column("total", "All industries (jobs, businesses or $)", "unit", 17), ELSEWHERE, REVISION,
        ),
    ),
    TableSheet(
        "Pay",
        "pay",
        "marts.sector_pay",
        "Average annual pay per job",
        f"Wages by jobs, part-time jobs included; {LIMITS}.",
        f"{NO_YEAR}, or there are no jobs in the sectors",
        (
            SECTOR, PERIOD, DEFINITION, OWNERSHIP, KIND, *PAY, STATUS,
            *_range("dollars", "Average weekly pay ($)", prefix="weekly_"),
            Column("price_year", "Year of prices of real pay", "year"),
            *_range("dollars", "Real annual pay ($ of that year)", prefix="real_"),
            Column("real_note", "Why there is no real pay", width=30), REVISION,
        ),
    ),
    TableSheet(
        "Pay against standard",
        "standard",
        "marts.pay_against_standard",
        "Average annual pay as a multiple of the Self-Sufficiency Standard",
        f"What each adult of a family has to earn, in counties of the region; {LIMITS}.",
        "no Self-Sufficiency Standard is known for a county of this region (reference.self_sufficiency_standards), or "
        f"{NO_YEAR}",
        (
            SECTOR, PERIOD, DEFINITION, OWNERSHIP, KIND, Column("standard_area_title", "County", width=28),
            Column("family", "Family", width=46), Column("standard_year", "Year of the Standard", "year"),
            Column("standard_usd_per_year", "Standard: to earn per adult and year ($ of its year)", "dollars", 16),
            Column("carried_usd_per_year", "The same in dollars of the period ($)", "dollars", 14), *PAY, STATUS,
            *_range("ratio", "Pay as a multiple of the Standard", suffix="_multiple"),
            Column("multiple_note", "Why there is no multiple", width=30),
            Column("standard_grade", "Evidence of the Standard"),
            Column("standard_source", "Source of the Standard", width=60), Column("reading", "In a sentence", width=80),
        ),
    ),
    TableSheet(
        "Trends",
        "trends",
        "marts.sector_trends",
        "How each figure changed",
        f"Over the year and since the first year, never across a break; {LIMITS}. Quarters: see the mart.",
        NO_YEAR,
        (
            SECTOR, PERIOD, DEFINITION, OWNERSHIP, MEASURE, KIND,
            Column("estimate", "Figure (unit of the measure)", "unit", 15),
            Column("series_status", "How it is known", "words", 41),
            Column("base_estimate", "A year before (unit of the measure)", "unit", 15),
            Column("base_basis", "A year before is from", "words", 20),
            *_range("unit", "Change over the year (unit of the measure)", suffix="_change", width=15),
            Column("change_status", "How the change is known", "words", 41),
            *_range("percent", "Growth over the year", suffix="_growth"),
            Column("growth_status", "How the growth is known", "words", 41),
            Column("estimate_contribution", "Contribution to the region's growth", "percent", 13),
            Column("contribution_status", "How the contribution is known", "words", 41),
            Column("region_growth", "Growth of all industries of the region", "percent", 13),
            Column("first_year", "First year", "year"),
            *_range("hundredths", "Index (first year 100)", suffix="_index"),
            Column("index_status", "How the index is known", "words", 41),
            Column("estimate_annualised_growth", "Yearly growth since the first year", "percent", 13),
            Column("breaks_over_the_year", "Breaks since the year before", width=40),
            Column("breaks_since_first_year", "Breaks since the first year", width=40), REVISION,
        ),
    ),
    TableSheet(
        "Concentration",
        "concentration",
        "marts.sector_concentration",
        "How concentrated each sector is: location quotients",
        f"The sector's share here over its share in the base region: 1 is the same; {LIMITS}.",
        f"the warehouse holds no state or nation to compare this region with, or {NO_YEAR}",
        (
            SECTOR, PERIOD, DEFINITION, OWNERSHIP, MEASURE, KIND,
            Column("base_region_name", "Compared with", width=20),
            Column("base_ownership", "Share of industries of", "words", 15),
            *_range("ratio", "Location quotient"),
            Column("concentration_status", "How it is known", "words", 41),
            Column("estimate_status", "How the sector's figure is known", "words", 41),
            Column("base_estimate_status", "How the base's figure is known", "words", 41), REVISION,
        ),
    ),
    TableSheet(
        "Overlaps",
        "overlaps",
        "marts.sector_overlap",
        "What lies in two sectors at once",
        f"A plain sum of sectors counts this twice; {LIMITS}.",
        f"no two sectors of a definition have an industry in common, or {NO_YEAR}",
        (
            SECTOR, Column("other_sector_name", "Other sector", width=38), PERIOD, DEFINITION, OWNERSHIP, MEASURE,
            *FIGURE, PUBLISHED_PART, *SHARE, PUBLISHED_SHARE, STATUS, REVISION,
        ),
    ),
    TableSheet(
        "Screening",
        "screening",
        "marts.sector_screening",
        "Which industries else: 3- and 4-digit industries by rank",
        "Private ownership, the latest year. One with hidden cells has a range of places instead of a rank.",
        "no whole year of this region has rows of 3- or 4-digit industries",
        (
            Column("industry_code", "NAICS code", width=8), Column("industry_title", "Industry", width=48),
            Column("naics_digits", "Digits", "count", 8), PERIOD, Column("rank", "Rank", "count", 8),
            Column("rank_best", "Best possible place", "count"), Column("rank_worst", "Worst possible place", "count"),
            Column("industries", "Industries compared", "count"), Column("score", "Score (0–1)", "ratio"),
            Column("score_lower", "Score at least", "ratio"), Column("score_upper", "Score at most", "ratio"),
            Column("missing_criteria", "Unknown criteria", width=24),
            Column("top_share_of_weightings", "Weightings that place it on top", "percent"),
            Column("establishments", "Businesses", "count"),
            *_bounds("count", "Jobs", "_jobs"), Column("estimate_status", "How jobs are known", "words", 41),
            *_bounds("percent", "Growth of jobs over the year", "_growth"),
            Column("growth_status", "How growth is known", "words", 41),
            *_bounds("ratio", "Location quotient", "_location_quotient"),
            Column("base_region", "Compared with", width=14),
            Column("concentration_status", "How concentration is known", "words", 41),
            *_bounds("count", "Jobs beyond growth as in the base", "_local_growth"),
            Column("local_growth_status", "How local growth is known", "words", 41),
            *_bounds("dollars", "Average annual pay per job ($)", "_pay"),
            Column("pay_status", "How pay is known", "words", 41),
            Column("estimate_pay_multiple", "Pay as a multiple of the Standard", "ratio"),
            Column("pay_standard", "The Standard", width=30),
            Column("strict_sectors", "In strict sectors", width=28),
            Column("strict_sectors_in_part", "In strict sectors, in part", width=28),
            Column("broad_sectors", "In broad sectors", width=28),
            Column("broad_sectors_in_part", "In broad sectors, in part", width=28),
            Column("break_reason", "Break since the year before", width=40), REVISION,
        ),
    ),
    TableSheet(
        "Published figures",
        "published",
        "marts.published_figures",
        "What others have published, and what we find",
        "Each reading of ours that could mean it. ≥ marks a lower bound: it can refute a figure, not confirm it.",
        "nobody has published figures of this region that we know of (reference.published_figures)",
        (
            Column("reading_name", "Sector, as we read it", width=38),
            Column("statistic", "Figure", "words", 20), Column("published_year", "Year published for", "year"),
            Column("published_value", "Published", "unit", 15), Column("publisher", "Publisher", width=28),
            DEFINITION, Column("our_year", "Our year", "year"), Column("our_value", "Ours", "unit", 15),
            Column("difference", "Ours less the published", "unit", 15),
            Column("note", "Why ours is unknown, a bound, or not compared", width=40),
            Column("is_complete", "Nothing of ours is hidden", "yes_no"),
            Column("is_reproduced", "Ours is the same", "yes_no"),
            Column("is_reproduced_by_any", "Some reading is the same", "yes_no"),
            Column("source", "Where it is published", width=60),
        ),
    ),
)  # fmt: skip
