"""The small code tables that are facts of QCEW and of this project, not definitions an analyst edits.

Belongs here: frames of NAICS vintages, ownerships, sources and releases for the reference layer. Not here: definitions
read from files.
"""

import polars as pl

from pipelines.domain import naics, qcew_codes
from pipelines.domain.release_calendar import releases_table

_GOVERNMENT = ("1", "2", "3")
_SUMS = {"8": _GOVERNMENT, "0": qcew_codes.ADDITIVE_OWNERSHIP_CODES}
_SHOWN = ("5", "1", "2", "3", "8", "0")

SYNTHETIC = "SYNTHETIC SAMPLE"
"""The data_origin of every row that is made up, and the mark of all that shows it."""
SOURCES = (
    # source, data_origin, deepest level of the industry tree it publishes (8 = 6 digits), which wins where two have it
    ("bls", "U.S. Bureau of Labor Statistics, QCEW", 8, 1),
    ("qualityinfo", "Oregon Employment Department, QualityInfo", 7, 2),
    ("establishments", "Establishment records of the state's agency, QCEW", 8, 1),
    ("release", "Released by the state's agency from its establishment records, QCEW", 8, 1),
    ("sample", SYNTHETIC, 8, 1),
)

METROPOLITAN_AREAS = {
    "C3890": ("41005", "41009", "41051", "41067", "41071", "53011", "53059"),  # Portland-Vancouver-Hillsboro
    "C4142": ("41047", "41053"),  # Salem
}
# OMB's delineations of February 2013 (Bulletin 13-01), which BLS used until 2023.
METROPOLITAN_YEARS = (2013, 2023)


HOUSEHOLD_INDUSTRIES = (
    # industry_code, the same in all vintages, and why its establishments are households rather than businesses
    ("814110", "Private households that employ somebody: each is an establishment"),
    ("624120", "Home care paid by public programmes: each client can be an establishment of its own"),
)


def naics_vintages() -> pl.DataFrame:
    """One row a NAICS vintage: naics_vintage, first_year, last_year (9999 for the one in force)."""
    first = sorted(naics.FIRST_YEAR.items(), key=lambda item: item[1])
    last = [year - 1 for _, year in first[1:]] + [9999]
    rows = [(vintage, year, end) for (vintage, year), end in zip(first, last, strict=True)]
    schema = {"naics_vintage": pl.Int16, "first_year": pl.Int16, "last_year": pl.Int16}
    return pl.DataFrame(rows, schema=schema, orient="row")


def ownerships() -> pl.DataFrame:
    """One row an ownership and each own_code it adds up: ownership, ownership_name, total_own_code, part_own_code."""
    rows = [
        (owner.key, owner.name, code, part)
        for code in _SHOWN
        for owner in [qcew_codes.OWNERSHIP_BY_CODE[code]]
        for part in _SUMS.get(code, (code,))
    ]
    schema = dict.fromkeys(("ownership", "ownership_name", "total_own_code", "part_own_code"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def sources() -> pl.DataFrame:
    """One row a source of cells: source, data_origin, deepest_naics_level, preference."""
    schema = {"source": pl.String, "data_origin": pl.String, "deepest_naics_level": pl.Int8, "preference": pl.Int8}
    return pl.DataFrame(SOURCES, schema=schema, orient="row")


def metropolitan_areas() -> pl.DataFrame:
    """One row a metropolitan area and county of it: metropolitan_area, area_fips, first_year, last_year."""
    rows = [(area, county, *METROPOLITAN_YEARS) for area, counties in METROPOLITAN_AREAS.items() for county in counties]
    years = {"first_year": pl.Int16, "last_year": pl.Int16}
    schema = {"metropolitan_area": pl.String, "area_fips": pl.String, **years}
    return pl.DataFrame(rows, schema=schema, orient="row")


def household_industries() -> pl.DataFrame:
    """One row an industry whose establishments are households: industry_code, reason."""
    schema = dict.fromkeys(("industry_code", "reason"), pl.String)
    return pl.DataFrame(HOUSEHOLD_INDUSTRIES, schema=schema, orient="row")


def code_tables() -> dict[str, pl.DataFrame]:
    """All of them by table name."""
    return {
        "reference.naics_vintages": naics_vintages(),
        "reference.ownerships": ownerships(),
        "reference.sources": sources(),
        "reference.metropolitan_areas": metropolitan_areas(),
        "reference.releases": releases_table(),
        "reference.household_industries": household_industries(),
    }
