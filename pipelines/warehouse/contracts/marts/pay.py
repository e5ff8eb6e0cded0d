"""Contracts of pay: what a job pays on average, and how that compares with what a family needs."""

from pipelines.warehouse.contracts.fields import estimate_columns_as, shared
from pipelines.warehouse.contracts.marts.shares import KEY, LEVELS, ORIGIN, PERIOD, READING
from pipelines.warehouse.contracts.model import Caution, Column, Table

_WEEKLY = estimate_columns_as("weekly_{}", "of average weekly pay per job, US dollars; null if not estimated")
_REAL = estimate_columns_as(
    "real_{}", "of annual pay in US dollars of price_year; null if not estimated, see real_note"
)
_MULTIPLES = estimate_columns_as("{}_multiple", "of annual pay as a multiple of the Standard; null if not known")

SECTOR_PAY = Table(
    "marts.sector_pay",
    "One row a region, definition, sector, ownership and period with jobs: average annual pay per job, US dollars.",
    KEY,
    (
        *READING,
        *shared("ownership"),
        *PERIOD,
        *shared("estimate_status", "revision_status"),
        *LEVELS,
        *_WEEKLY,
        *_REAL,
        Column("price_year", "SMALLINT", "The year whose dollars real pay is in, see reference.analysis."),
        Column(
            "price_factor", "DOUBLE", "CPI-U of price_year over that of the period; null where one is unknown.", True
        ),
        Column("real_note", "VARCHAR", "Why consumer prices give no real pay; null where they do.", True),
        *ORIGIN,
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
)
PAY_AGAINST_STANDARD = Table(
    "marts.pay_against_standard",
    "One row a region, definition, sector, ownership and period with jobs, and a value of the Self-Sufficiency "
    "Standard of a county in the region: average annual pay per job as a multiple of what each adult has to earn.",
    (*KEY, "standard_area", "standard_year", "family_type"),
    (
        *READING,
        *shared("ownership"),
        *PERIOD,
        *shared("estimate_status", "revision_status"),
        Column("standard_area", "VARCHAR", "Code of the county that the Standard is of."),
        Column("standard_area_title", "VARCHAR", "BLS's title of the county."),
        Column("standard_year", "SMALLINT", "The year that the Standard is of."),
        Column("family_type", "VARCHAR", "Key of the type of family."),
        Column("family", "VARCHAR", "The family in words."),
        Column("adults", "TINYINT", "Adults of the family, each of whom works full-time."),
        Column(
            "standard_usd_per_year",
            "DOUBLE",
            "What each adult has to earn in a year, US dollars of the Standard's year.",
        ),
        Column(
            "standard_grade", "VARCHAR", "Evidence of the Standard: A read at the publisher, B arithmetic, C inference."
        ),
        Column("standard_source", "VARCHAR", "Where the Standard's value comes from."),
        Column("is_carried", "BOOLEAN", "The pay is of another year: the Standard is carried there by CPI-U."),
        Column("carried_factor", "DOUBLE", "CPI-U of the pay's year over that of the Standard's; 1 if the same.", True),
        Column("carried_usd_per_year", "DOUBLE", "What each adult has to earn, US dollars of the pay's year.", True),
        *LEVELS,
        *_MULTIPLES,
        Column("multiple_note", "VARCHAR", "Why consumer prices give no multiple; null where they do.", True),
        Column("reading", "VARCHAR", "What the row says, in a sentence that may be quoted."),
        *ORIGIN,
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
)

TABLES = (SECTOR_PAY, PAY_AGAINST_STANDARD)
