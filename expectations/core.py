"""What must be true of the core layer: the identities of the source hold, the classification loses nothing."""

from expectations.vocabulary import (
    TableSuite,
    column_between,
    column_in_set,
    column_matches,
    no_rows,
    pair_ordered,
    row_count_between,
)
from pipelines.domain import qcew_codes
from pipelines.domain.release_calendar import REVISION_STATUSES
from pipelines.warehouse.sql_models import load_model

_DISCLOSURE = column_in_set("disclosure", qcew_codes.DISCLOSURES, meaning="Disclosure has three states.")
_REVISION_STATUS = column_in_set(
    "revision_status", REVISION_STATUSES, meaning="Figures are the first, revised or final."
)
_VINTAGE = column_in_set(
    "vintage", ["in_force", "replaced", "year_before"], meaning="Figures are in force, were before, or are implied."
)
_GROUPS_WITH_LEAVES = ("sector", "lens", "union", "overlap", "bridge_certain", "bridge_possible", "bridge_between")
_NOT_NEGATIVE = (column_between("establishments", 0, meaning="Nobody counts fewer than no establishments."),)


def _unknown_only_where_suppressed(table: str, column: str) -> str:
    return (
        f"SELECT * FROM {table} WHERE ({column} IS NULL) <> (disclosure = 'suppressed') "
        "ORDER BY source, area_fips, own_code, industry_code, year"
    )


def _establishments_known_of_files(table: str) -> str:
    return f"SELECT * FROM {table} WHERE establishments IS NULL AND vintage <> 'year_before' ORDER BY ALL"


_PARTS = (
    column_between("establishments", 0, meaning="Nobody counts fewer than no establishments."),
    pair_ordered("establishments", "establishments_published", meaning="The published part is not more than all."),
    pair_ordered("total_cells", "hidden_cells", meaning="Hidden cells are cells."),
    column_between("employment_known", 0, meaning="Jobs are not negative."),
    column_between("wages_known", 0, meaning="Wages are not negative."),
)
_KNOWN_ESTABLISHMENTS = {
    table: no_rows(
        "establishments_known_of_files",
        _establishments_known_of_files(table),
        meaning="Every file says how many establishments there are.",
    )
    for table in ("core.group_totals", "core.region_groups")
}

SUITES = (
    TableSuite(
        "core.vintages",
        (
            row_count_between(1, meaning="Without captures there is nothing to build from."),
            column_between("row_count", 1, meaning="A capture holds rows of every area and period it covers."),
            _REVISION_STATUS,
            no_rows(
                "newest_in_force",
                "SELECT * FROM core.vintages WHERE is_in_force <> (newer_vintages = 0) ORDER BY ALL",
                meaning="The newest vintage of an area and period is in force, and no other.",
            ),
        ),
    ),
    TableSuite(
        "core.qcew_cells",
        (
            _DISCLOSURE,
            *_NOT_NEGATIVE,
            column_between("month1_employment", 0, meaning="Jobs are not negative."),
            column_between("month2_employment", 0, meaning="Jobs are not negative."),
            column_between("month3_employment", 0, meaning="Jobs are not negative."),
            column_between("wages_usd", 0, meaning="Wages are not negative."),
            no_rows(
                "unknown_only_where_suppressed",
                _unknown_only_where_suppressed("core.qcew_cells", "wages_usd"),
                meaning="A figure is unknown where it is suppressed, and nowhere else.",
            ),
        ),
    ),
    TableSuite(
        "core.establishments",
        (
            column_in_set("own_code", ["1", "2", "3", "5"], meaning="Establishments are of one owner."),
            column_between("size_class", 1, 9, meaning="BLS has nine size classes."),
            *(column_between(f"month{month}_employment", 0, meaning="Jobs are not negative.") for month in (1, 2, 3)),
            column_between("wages_usd", 0, meaning="Wages are not negative."),
            no_rows(
                "establishments_are_their_cells",
                load_model("checks.establishments_are_their_cells").sql,
                meaning="The cells of a file of records are the sums of its establishments, and nothing else.",
            ),
        ),
    ),
    TableSuite(
        "core.replaced_cells",
        (
            _DISCLOSURE,
            *_NOT_NEGATIVE,
            column_between("newer_vintages", 1, meaning="What is replaced was replaced by something."),
            no_rows(
                "unknown_only_where_suppressed",
                _unknown_only_where_suppressed("core.replaced_cells", "wages_usd"),
                meaning="A figure is unknown where it is suppressed, and nowhere else.",
            ),
        ),
    ),
    TableSuite("core.annual_file_cells", (_DISCLOSURE, *_NOT_NEGATIVE)),
    TableSuite(
        "core.qcew_annual",
        (
            _DISCLOSURE,
            *_NOT_NEGATIVE,
            column_in_set("basis", ["quarters", "annual_file"], meaning="Years come from quarters or annual files."),
            no_rows(
                "unknown_only_where_suppressed",
                _unknown_only_where_suppressed("core.qcew_annual", "wages_usd"),
                meaning="A figure is unknown where it is suppressed, and nowhere else.",
            ),
        ),
    ),
    TableSuite(
        "core.year_before_cells",
        (
            _DISCLOSURE,
            *_NOT_NEGATIVE,
            column_between("employment", 0, meaning="Jobs are not negative, nor is what a change leaves of them."),
            column_between("wages_usd", 0, meaning="Wages are not negative, nor is what a change leaves of them."),
            no_rows(
                "unknown_only_where_suppressed",
                _unknown_only_where_suppressed("core.year_before_cells", "wages_usd"),
                meaning="A figure is unknown where it is suppressed, and nowhere else.",
            ),
        ),
    ),
    TableSuite(
        "core.period_cells",
        (
            no_rows(
                "unknown_industries",
                load_model("checks.unknown_industries").sql,
                meaning="Every industry is one of the NAICS vintage in force: no sector could count another.",
            ),
            no_rows(
                "single_hidden_child",
                load_model("checks.single_hidden_child").sql,
                meaning="A published parent with one hidden child gives it away: never publish what follows from it.",
                severity="warning",
            ),
        ),
    ),
    TableSuite(
        "core.naics_ancestry", (pair_ordered("naics_level", "ancestor_level", meaning="Ancestors are coarser."),)
    ),
    TableSuite(
        "core.industry_group_leaves",
        (column_in_set("kind", _GROUPS_WITH_LEAVES, meaning="The gross sum has no industries."),),
    ),
    TableSuite(
        "core.industry_groups",
        (
            column_in_set("definition", ["strict", "broad"], meaning="There are two readings."),
            column_in_set("kind", [*_GROUPS_WITH_LEAVES, "gross"], meaning="Kinds of groups are eight."),
        ),
    ),
    TableSuite(
        "core.industry_group_codes",
        (
            no_rows(
                "every_leaf_inside",
                "SELECT * FROM core.industry_group_leaves AS leaf ANTI JOIN core.industry_group_codes AS inside USING "
                "(group_key, naics_vintage, industry_code) ORDER BY ALL",
                meaning="Every industry of a group lies inside it.",
            ),
        ),
    ),
    TableSuite(
        "core.refused_groups",
        (column_in_set("source", ["qualityinfo"], meaning="Only workbooks are too coarse for some definitions."),),
    ),
    TableSuite(
        "core.region_coverage",
        (column_in_set("basis", ["statewide", "counties", "county"], meaning="There are three ways to add up."),),
    ),
    TableSuite(
        "core.region_periods",
        (
            column_matches("area_fips", r"\d{5}|US000", meaning="Regions are counties, whole states and the nation."),
            _REVISION_STATUS,
        ),
    ),
    TableSuite(
        "core.year_before_regions",
        (column_in_set("area_vintage", ["in_force", "year_before"], meaning="Areas have a file, or one tells of it."),),
    ),
    TableSuite("core.group_totals", (*_PARTS, _VINTAGE, _KNOWN_ESTABLISHMENTS["core.group_totals"])),
    TableSuite(
        "core.region_totals",
        (
            column_between("establishments", 0, meaning="Nobody counts fewer than no establishments."),
            column_between("employment", 0, meaning="Jobs are not negative."),
            _VINTAGE,
        ),
    ),
    TableSuite("core.region_groups", (*_PARTS, _VINTAGE, _KNOWN_ESTABLISHMENTS["core.region_groups"])),
    TableSuite(
        "core.region_measures",
        (
            column_between("known", 0, meaning="Known figures are not negative."),
            column_between("coverage_establishments", 0, 1, meaning="Coverage is a share."),
            _VINTAGE,
        ),
    ),
    TableSuite(
        "core.household_establishments",
        (
            column_between("establishments", 0, meaning="Nobody counts fewer than no establishments."),
            column_between("region_establishments", 0, meaning="Nobody counts fewer than no establishments."),
        ),
    ),
    TableSuite(
        "core.identities",
        (
            row_count_between(1, meaning="Some identity could be checked.", severity="warning"),
            column_between("groups_checked", 1, meaning="An identity that is listed was checked."),
            no_rows(
                "identities_hold",
                load_model("checks.identities_hold").sql,
                meaning="The source's figures add up; where they do not, a file is broken, cut or mixed with another.",
            ),
            no_rows(
                "derived_identities_hold",
                load_model("checks.derived_identities_hold").sql,
                meaning="Columns that BLS derives agree with its figures; no figure of ours is made from them.",
                severity="warning",
            ),
        ),
    ),
    TableSuite(
        "core.quotient_agreement",
        (
            column_in_set("basis", ["recomputed", "implied"], meaning="Quotients are checked in two ways."),
            pair_ordered("rows_with_quotient", "rows_compared", meaning="Rows that are compared have a quotient."),
            no_rows(
                "rows_agree_or_not",
                "SELECT * FROM core.quotient_agreement WHERE rows_agreeing + rows_disagreeing <> rows_compared "
                "OR len(disagreeing_rows) <> least(rows_disagreeing, 20) ORDER BY ALL",
                meaning="Every row that is compared agrees or does not; those that do not are named.",
            ),
            column_between(
                "rows_disagreeing",
                0,
                0,
                meaning="BLS's own location quotients come out; no figure of ours is made from them.",
                severity="warning",
            ),
        ),
    ),
    TableSuite(
        "core.period_prices",
        (
            column_between("quarter", 0, 4, meaning="A year has four quarters."),
            no_rows(
                "index_or_its_missing_months",
                "SELECT * FROM core.period_prices WHERE (cpi_u IS NULL) = (missing_months IS NULL) ORDER BY period",
                meaning="A period has an index, or months without one; never one that is guessed.",
            ),
        ),
    ),
    TableSuite(
        "core.industry_parts",
        (
            column_in_set("naics_level", [5, 6], meaning="Industries of three and four digits are screened."),
            no_rows(
                "every_part_tells",
                "SELECT * FROM core.industry_parts WHERE NOT (is_topmost OR is_known OR is_hidden) "
                "OR (is_known AND is_hidden) OR is_known <> (wages_usd IS NOT NULL) ORDER BY ALL",
                meaning="A cell tells of establishments, or jobs and wages, or of what is hidden.",
            ),
        ),
    ),
    TableSuite(
        "core.region_industries",
        (
            *_NOT_NEGATIVE,
            column_between("employment_known", 0, meaning="Jobs are not negative."),
            column_between("wages_known", 0, meaning="Wages are not negative."),
            _VINTAGE,
            no_rows(
                "finer_industries_within",
                load_model("checks.finer_industries_within").sql,
                meaning="Industries of four digits are parts of one of three: together paid no more.",
            ),
        ),
    ),
)
