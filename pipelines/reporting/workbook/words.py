"""What keys and statuses of the marts mean, in the words of the workbook.

Belongs here: words. Not here: which cells they stand in (sheets).
"""

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    "published": "published: nothing of it is hidden",
    "estimated": "estimated: some cells are hidden",
    "not_estimated": "not estimated: some cells are hidden",
    "withheld_single_cell": "withheld: it would give a hidden cell away, or its agency hides it",
    "contradictory_rows": "not estimated: published rows contradict",
    "no_quarters": "not estimated: no quarterly or fine files",
    "measured": "known",
    "first_year": "the first year: 100 by definition",
    "hidden": "unknown: withheld, or not estimated",
    "hidden_base": "unknown: what it is compared with is hidden",
    "no_base": "unknown: there is no year before",
    "incomplete_year": "unknown: a quarter of the year is missing",
    "incomplete_base_year": "unknown: a quarter of the year before is missing",
    "across_break": "not comparable: a break lies in between",
    "zero_base": "none: what it is compared with is nothing",
    "base_may_be_zero": "unknown: compared with what may be nothing",
    "not_additive": "does not apply to shares and pay",
    "hidden_region_base": "unknown: the region a year before is hidden",
    "zero_region_base": "none: the region had nothing a year before",
    "no_total": "unknown: the total is hidden, or nothing",
    "hidden_total": "unknown: the total is hidden",
    "no_base_total": "unknown: the base's total is hidden, or nothing",
    "no_prices": "unknown: no consumer prices of the period",
    "naics_switch": "not comparable: first year of a NAICS vintage",
    "no_base_region": "unknown: no figures of the base region",
    "no_base_region_before": "unknown: no base region a year before",
    "hidden_in_base_region": "unknown: hidden in the base region",
    "hidden_in_base_region_before": "unknown: hidden in the base a year before",
    "hidden_base_total": "unknown: the base's total is hidden",
    "zero_in_base_region": "unknown: the base region may have none",
    "across_break_in_base_region": "not comparable: a break in the base region",
    "no_jobs": "none: there are no jobs",
    "jobs_may_be_none": "unknown: there may be no jobs",
}
"""Every status there is; a figure beside 'unknown', 'none' or 'withheld' is an empty cell, never a zero."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "measure": {
        "businesses": "Businesses",
        "employment": "Jobs",
        "wages": "Wages",
        "share_of_businesses": "Share of businesses",
        "share_of_employment": "Share of jobs",
        "share_of_wages": "Share of wages",
        "average_annual_pay": "Average annual pay",
        "real_average_annual_pay": "Average annual pay, real",
        "average_wage": "Average wage",
        "location_quotient": "Location quotient",
    },
    "ownership": {
        "private": "Private",
        "government": "Government",
        "federal_government": "Federal government",
        "state_government": "State government",
        "local_government": "Local government",
        "total_covered": "All ownerships",
    },
    "sector_kind": {
        "sector": "Sector",
        "lens": "Part of a sector",
        "union": "Total",
        "gross": "Plain sum",
    },
    "revision_status": {
        "preliminary": "Preliminary: will be revised",
        "revised": "Revised: may be once more",
        "final": "Final",
    },
    "base_basis": {
        "files": "Files of that year",
        "changes_over_the_year": "Changes over the year in later files",
    },
}


def in_words(name: str, key: str) -> str:
    """What a key in a column of that name means; a key that has no words is shown as it is, without underscores."""
    if name.endswith("status") and name not in WORDS:
        return STATUSES.get(key, key.replace("_", " "))
    known = WORDS.get({"base_ownership": "ownership", "statistic": "measure"}.get(name, name), {})
    return known.get(key, key.replace("_", " "))
