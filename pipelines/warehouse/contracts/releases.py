"""Contracts of what a state's agency released of its records beside cells; empty in every run on other files.

Belongs here: totals of sectors in regions. Not here: the cells of a release (raw, core), the records (establishments).
"""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.model import Caution, Column, Table
from pipelines.warehouse.contracts.raw import MONTHS

_GROUP = Column("group_key", "VARCHAR", "Group of industries; see core.industry_groups.")
_WAGES = Column("wages_usd", "BIGINT", "Total wages, US dollars; null where suppressed.", True)

RAW_TOTALS = Table(
    "raw.released_totals",
    "One row a region, ownership, group of industries and quarter of a captured release.",
    ("capture_sha256", "member", "line_number"),
    (
        *shared("capture_sha256", "year", "quarter"),
        Column("region", "VARCHAR", "Key of the region; the area code of a county or of the state."),
        *shared("own_code"),
        _GROUP,
        *shared("disclosure", "establishments"),
        *MONTHS,
        _WAGES,
        *shared("member", "line_number"),
    ),
    cautions=(Caution.PLAIN_ROWS,),
    is_published=False,
)
RELEASED_TOTALS = Table(
    "core.released_totals",
    "One row a group of industries, region, period and ownership that a release states, or hides, the total of.",
    ("group_key", "region", "period", "ownership"),
    (
        *shared("source"),
        _GROUP,
        *shared("region", "period", "year", "quarter", "ownership", "disclosure"),
        *MONTHS,
        Column("employment", "DOUBLE", "Average monthly jobs of the period; null where suppressed.", True),
        _WAGES,
        *shared("captures"),
    ),
)

TABLES = (RAW_TOTALS, RELEASED_TOTALS)
