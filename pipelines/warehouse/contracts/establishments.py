"""Contracts of establishment records: confidential, never published; empty in every run on public files.

Belongs here: tables with a row an establishment. Not here: the cells that they add up to (raw, core).
"""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.model import Column, Table

_ACCOUNT = Column("account", "VARCHAR", "Unemployment insurance account of the employer in its state, ten digits.")
_UNIT = Column("unit", "VARCHAR", "Reporting unit of the account, five digits.")
_EIN = Column("ein", "VARCHAR", "Federal employer identification number, nine digits; null where unknown.", True)
_MULTI = Column(
    "multi_establishment_code",
    "VARCHAR",
    "1 single, 2 master, 3 unit of several, 4 several as one, 5 unit of several sites, 6 small sites as one.",
)
_VALUES = (
    *(Column(f"month{month}_employment", "BIGINT", f"Jobs in month {month} of the quarter.") for month in (1, 2, 3)),
    Column("wages_usd", "BIGINT", "Total wages of the quarter, US dollars."),
    Column("taxable_wages_usd", "BIGINT", "Wages subject to contributions, US dollars; null where unknown.", True),
    Column("contributions_usd", "BIGINT", "Unemployment insurance contributions, US dollars; null: unknown.", True),
)
_SIZE_CLASS = Column("size_class", "TINYINT", "BLS size class of the third month's jobs: 1 under 5 … 9 1,000 and more.")
_STATE = Column("state_fips", "VARCHAR", "State of the account, two digits.")
_WHO = (*shared("source"), _STATE, _ACCOUNT, _UNIT, *shared("year", "quarter"))
_KEY = ("source", "state_fips", "account", "unit", "year", "quarter")


def _table(name: str, grain: str, key: tuple[str, ...], *columns: Column, is_view: bool = True) -> Table:
    return Table(name, grain, key, columns, is_view=is_view, is_published=False, is_confidential=True)


RECORDS = _table(
    "raw.establishment_records",
    "One row a reporting unit and quarter of a captured file of establishment records; confidential.",
    (),
    *shared("capture_sha256", "member", "year", "quarter"),
    _ACCOUNT,
    _UNIT,
    _EIN,
    *shared("area_fips", "own_code", "industry_code"),
    _MULTI,
    *_VALUES,
    *shared("line_number"),
)
ESTABLISHMENTS = _table(
    "core.establishments",
    "One row an establishment and quarter of the file in force; confidential.",
    _KEY,
    *_WHO,
    _EIN,
    Column("employer", "VARCHAR", "Who employs: the ein, where it is missing the account."),
    *shared("area_fips", "own_code", "naics_vintage", "industry_code"),
    _MULTI,
    _SIZE_CLASS,
    *_VALUES,
    Column("is_new", "BOOLEAN", "Not there the quarter before; null where that quarter is not in hand.", True),
    Column("is_gone", "BOOLEAN", "Not there the quarter after; null where that quarter is not in hand.", True),
    Column(
        "has_moved", "BOOLEAN", "In another county than the quarter before; null: not there, or county unknown.", True
    ),
    Column(
        "has_changed_industry",
        "BOOLEAN",
        "Of another industry than the quarter before; null where it was not there or the NAICS vintage is another.",
        True,
    ),
    *shared("capture_sha256", "line_number"),
    is_view=False,
)
SECTORS = _table(
    "core.establishment_sectors",
    "One row an establishment, quarter and group of industries it belongs to, overlaps too; confidential.",
    (*_KEY, "group_key"),
    *_WHO,
    Column("group_key", "VARCHAR", "A set of industries, see core.industry_groups."),
    *shared("definition", "sector"),
    Column("kind", "VARCHAR", "sector, lens, union, overlap, or a bridge_ between NAICS vintages."),
    Column("other_sector", "VARCHAR", "The other sector of an overlap.", True),
)
REGIONS = _table(
    "core.establishment_regions",
    "One row an establishment, quarter and region it lies in; confidential.",
    (*_KEY, "region"),
    *_WHO,
    *shared("region"),
)

TABLES = (RECORDS, ESTABLISHMENTS, SECTORS, REGIONS)
