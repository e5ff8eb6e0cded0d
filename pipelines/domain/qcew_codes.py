"""The code sets of the Quarterly Census of Employment and Wages, and what each code means.

Here belong ownership, aggregation level, disclosure and area codes as BLS documents them. Industry codes have a tree
of their own (`naics`); how a file spells its columns belongs to the readers in `pipelines.sources`.

Source: BLS title files agglevel_titles.csv, ownership_titles.csv, size_titles.csv and area_titles.csv.
"""

import re
from dataclasses import dataclass
from typing import Literal

Disclosure = Literal["disclosed", "suppressed", "true_zero"]
AreaKind = Literal[
    "nation",
    "state",
    "county",
    "unknown_county",
    "other_statewide",
    "metropolitan",
    "micropolitan",
    "combined",
    "us_special",
]
Geography = Literal[
    "nation",
    "nation_by_size",
    "combined",
    "metropolitan",
    "state",
    "state_by_size",
    "county",
    "micropolitan",
    "us_special",
]
IndustryLevel = Literal[
    "total_covered",
    "total_by_ownership",
    "domain",
    "supersector",
    "sector",
    "naics_3_digit",
    "naics_4_digit",
    "naics_5_digit",
    "naics_6_digit",
]


@dataclass(frozen=True)
class Ownership:
    """Who owns an establishment: BLS's `code`, the `key` used in tables, the `name` people read."""

    code: str
    key: str
    name: str


OWNERSHIPS: tuple[Ownership, ...] = (
    Ownership("0", "total_covered", "Total covered"),
    Ownership("1", "federal_government", "Federal government"),
    Ownership("2", "state_government", "State government"),
    Ownership("3", "local_government", "Local government"),
    Ownership("4", "international_government", "International government"),
    Ownership("5", "private", "Private"),
    Ownership("8", "government", "Total government"),
    Ownership("9", "total_ui_covered", "Total U.I. covered (excludes federal government)"),
)
OWNERSHIP_BY_CODE: dict[str, Ownership] = {ownership.code: ownership for ownership in OWNERSHIPS}
OWNERSHIP_CODES: frozenset[str] = frozenset(OWNERSHIP_BY_CODE)
# An area's total covered is exactly the sum of these; 0, 8 and 9 are themselves sums.
ADDITIVE_OWNERSHIP_CODES: tuple[str, ...] = ("1", "2", "3", "4", "5")

DISCLOSURE_BY_CODE: dict[str, Disclosure] = {"": "disclosed", "N": "suppressed", "-": "true_zero"}
DISCLOSURES: tuple[Disclosure, ...] = tuple(DISCLOSURE_BY_CODE.values())

ALL_SIZES = "0"
SIZE_CODES: frozenset[str] = frozenset("0123456789")

ALL_INDUSTRIES = "10"

_LEVELS: tuple[IndustryLevel, ...] = (
    "total_covered",
    "total_by_ownership",
    "domain",
    "supersector",
    "sector",
    "naics_3_digit",
    "naics_4_digit",
    "naics_5_digit",
    "naics_6_digit",
)


@dataclass(frozen=True)
class AggregationLevel:
    """What one agglvl_code says about a row: which geography it is for, and how fine its industry is."""

    code: str
    geography: Geography
    industry_level: IndustryLevel


def _aggregation_levels() -> dict[str, AggregationLevel]:
    # First digit of the code: a geography, and the first and last of the industry levels it is published at.
    runs: tuple[tuple[Geography, int, int], ...] = (
        ("nation", 0, 8),
        ("nation_by_size", 1, 8),
        ("combined", 0, 0),
        ("metropolitan", 0, 8),
        ("state", 0, 8),
        ("state_by_size", 1, 4),
        ("county", 0, 8),
        ("micropolitan", 0, 0),
    )
    levels = [
        AggregationLevel(f"{geography_digit}{digit}", geography, _LEVELS[digit])
        for geography_digit, (geography, first, last) in enumerate(runs, start=1)
        for digit in range(first, last + 1)
    ]
    # 91–93: all MSAs, all CSAs, all non-MSA counties. 94–96 are totals of one ownership.
    levels += [AggregationLevel(code, "us_special", "total_covered") for code in ("91", "92", "93")]
    levels += [AggregationLevel(code, "nation", "total_by_ownership") for code in ("94", "95")]
    levels += [AggregationLevel("96", "state", "total_by_ownership")]
    return {level.code: level for level in levels}


AGGREGATION_LEVELS: dict[str, AggregationLevel] = _aggregation_levels()
AGGREGATION_LEVEL_CODES: frozenset[str] = frozenset(AGGREGATION_LEVELS)

# The fifty states, the District of Columbia, Puerto Rico (72) and the Virgin Islands (78).
STATE_FIPS: frozenset[str] = frozenset(
    f"{number:02d}" for number in (*range(1, 57), 72, 78) if number not in (3, 7, 14, 43, 52)
)

STATE_PATTERN = r"\d{2}000"
COUNTY_PATTERN = r"\d{2}(?!000|99[6-9])\d{3}"
UNKNOWN_COUNTY_PATTERN = r"\d{2}999"
OTHER_STATEWIDE_PATTERN = r"\d{2}99[678]"
# A CBSA's first four digits; BLS writes a letter last where two CBSAs share them (C257A).
METROPOLITAN_OR_MICROPOLITAN_PATTERN = r"C\d{3}[0-9A-Z]"
COMBINED_PATTERN = r"CS\d{3}"
US_SPECIAL_PATTERN = r"US(?:CMS|MSA|NMS)"
AREA_PATTERN = r"US000|US(?:CMS|MSA|NMS)|CS\d{3}|C\d{3}[0-9A-Z]|\d{5}"


def area_kind(area_fips: str, area_title: str = "") -> AreaKind:
    """Tell what kind of area a QCEW area code is.

    Codes of metropolitan and micropolitan areas look alike; only a title ending in `MicroSA` tells them apart.
    57000 (Federal Bureau of Investigation, undesignated) is written like a state and is none: us_special.

    Raises ValueError for a code of no known pattern.
    """
    if area_fips == "US000":
        return "nation"
    if re.fullmatch(US_SPECIAL_PATTERN, area_fips):
        return "us_special"
    if re.fullmatch(COMBINED_PATTERN, area_fips):
        return "combined"
    if re.fullmatch(METROPOLITAN_OR_MICROPOLITAN_PATTERN, area_fips):
        return "micropolitan" if area_title.endswith("MicroSA") else "metropolitan"
    if re.fullmatch(STATE_PATTERN, area_fips):
        return "state" if area_fips[:2] in STATE_FIPS else "us_special"
    if re.fullmatch(UNKNOWN_COUNTY_PATTERN, area_fips):
        return "unknown_county"
    if re.fullmatch(OTHER_STATEWIDE_PATTERN, area_fips):
        return "other_statewide"
    if re.fullmatch(COUNTY_PATTERN, area_fips):
        return "county"
    raise ValueError(
        f"{area_fips!r} is not a QCEW area code: expected US000, five digits such as 41051, C3890, CS440 or USMSA, "
        "as text with its leading zeros"
    )


def state_fips(area_fips: str) -> str | None:
    """Two-digit state of a state, county, unknown-county or other statewide code; None for areas across states."""
    is_within_state = re.fullmatch(r"\d{5}", area_fips) and area_fips[:2] in STATE_FIPS
    return area_fips[:2] if is_within_state else None
