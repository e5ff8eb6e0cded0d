"""Contracts of the identities of the core layer: what the source's figures must keep, and whether they do."""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.model import Column, Table

_IDENTITY = Column("identity", "VARCHAR", "Name of the identity.")
_MEASURE = Column("measure", "VARCHAR", "The column that is added up or recomputed.")

CELL_MEASURES = Table(
    "core.cell_measures",
    "One row a quarterly cell, with a list of its measures.",
    ("source", "area_fips", "own_code", "industry_code", "period"),
    (
        *shared("source", "area_fips", "own_code", "industry_code", "naics_level", "naics_vintage?"),
        *shared("year", "quarter", "period"),
        Column(
            "figures",
            'STRUCT(measure VARCHAR, "value" BIGINT, previous BIGINT)[]',
            "Of each measure its name, the figure, null where suppressed, and the figure a year before, by the "
            "published change, null where hidden.",
        ),
    ),
    is_view=True,
    is_published=False,
)


def _groups(name: str, grain: str) -> Table:
    return Table(
        name,
        grain,
        (),
        (
            _IDENTITY,
            *shared("source"),
            _MEASURE,
            *shared("period"),
            Column("group_name", "VARCHAR", "Area, ownership and industry of the group."),
            Column("expected", "DOUBLE", "The published figure.", True),
            Column("found", "DOUBLE", "The sum of its parts, or the recomputed figure.", True),
            Column("holds", "BOOLEAN", "Whether the identity holds.", True),
        ),
        is_view=True,
        is_published=False,
    )


TABLES = (
    CELL_MEASURES,
    _groups("core.industry_identities", "One row a published parent industry, measure and quarter."),
    _groups("core.area_identities", "One row a published total of ownerships or areas, measure and quarter."),
    Table(
        "core.quotient_ranges",
        "One row a disclosed cell with location quotients of BLS's own, and measure.",
        ("source", "area_fips", "own_code", "industry_code", "period", "measure"),
        (
            *shared("source", "area_fips", "own_code", "industry_code", "period"),
            _MEASURE,
            Column("quotient", "DOUBLE", "BLS's location quotient, two decimals."),
            Column("share", "DOUBLE", "The cell's share of its area, 0–1; of a weekly wage the ratio to the area's."),
            Column("smallest_national_share", "DOUBLE", "The smallest share of the nation that rounds to it."),
            Column("largest_national_share", "DOUBLE", "The largest; infinity where the quotient is 0."),
            Column("national_share", "DOUBLE", "The nation's share where its file is in hand, else null.", True),
        ),
        is_view=True,
        is_published=False,
    ),
    Table(
        "core.quotient_agreement",
        "One row a source, measure and period that has location quotients of BLS's own: how many of them come out.",
        ("source", "measure", "period"),
        (
            *shared("source"),
            _MEASURE,
            *shared("period"),
            Column(
                "basis",
                "VARCHAR",
                "recomputed with the nation's file, or implied: compared by the national share that each row implies.",
            ),
            Column("rows_with_quotient", "BIGINT", "Disclosed cells with a quotient, but those of national totals."),
            Column(
                "rows_compared", "BIGINT", "Of them those with the nation's share, or with others of their industry."
            ),
            Column(
                "rows_agreeing",
                "BIGINT",
                "Compared rows that agree to two decimals with the nation's share, or the best supported one.",
            ),
            Column("rows_disagreeing", "BIGINT", "Compared rows that do not."),
            Column("disagreeing_rows", "VARCHAR[]", "The first 20 of them, with the quotient published and found."),
        ),
    ),
    _groups("core.row_identities", "One row a cell, or of location quotients an industry, that can be recomputed."),
    _groups("core.annual_identities", "One row a cell of an annual file that can be recomputed or added up."),
    Table(
        "core.identities",
        "One row an identity that the source's figures must keep, a measure and a period.",
        ("identity", "source", "measure", "period"),
        (
            _IDENTITY,
            *shared("source"),
            _MEASURE,
            *shared("period"),
            Column("groups_checked", "BIGINT", "Groups in which every figure needed is published."),
            Column("groups_failed", "BIGINT", "Groups in which the identity does not hold."),
            Column("failing_groups", "VARCHAR[]", "The first failing groups, with what was expected and found."),
        ),
    ),
)
