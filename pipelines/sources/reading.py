"""The canonical cell schema, and what a reader hands over.

Belongs here: the columns every reader must produce, the value objects MemberCells and RefusedFile, and the builder of
rejected rows. Not here: the layout of any one source (bls, qualityinfo), files on disk (raw_store, typed_cells).
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

Frequency = Literal["quarterly", "annual"]
Publisher = Literal["bls", "qualityinfo", "establishments", "release"]

KEYS: dict[str, pl.DataType] = {
    "area_fips": pl.String(),
    "own_code": pl.String(),
    "industry_code": pl.String(),
    "agglvl_code": pl.String(),
    "size_code": pl.String(),
    "year": pl.Int16(),
}
ORIGIN: dict[str, pl.DataType] = {"member": pl.String(), "line_number": pl.Int64()}

QUARTERLY_VALUES = (
    "establishments",
    "month1_employment",
    "month2_employment",
    "month3_employment",
    "wages_usd",
    "taxable_wages_usd",
    "contributions_usd",
    "average_weekly_wage_usd",
)
LOCATION_QUOTIENTS = (
    "lq_establishments",
    "lq_month1_employment",
    "lq_month2_employment",
    "lq_month3_employment",
    "lq_wages",
    "lq_taxable_wages",
    "lq_contributions",
    "lq_average_weekly_wage",
)
OVER_THE_YEAR_CHANGES = (
    "oty_establishments_change",
    "oty_month1_employment_change",
    "oty_month2_employment_change",
    "oty_month3_employment_change",
    "oty_wages_change_usd",
    "oty_taxable_wages_change_usd",
    "oty_contributions_change_usd",
    "oty_average_weekly_wage_change_usd",
)
ANNUAL_VALUES = (
    "establishments",
    "average_employment",
    "wages_usd",
    "taxable_wages_usd",
    "contributions_usd",
    "average_weekly_wage_usd",
    "average_annual_pay_usd",
)

QUARTERLY_SCHEMA = pl.Schema(
    KEYS
    | {"quarter": pl.Int8(), "disclosure": pl.String()}
    | dict.fromkeys(QUARTERLY_VALUES, pl.Int64())
    | {"lq_disclosure": pl.String()}
    | dict.fromkeys(LOCATION_QUOTIENTS, pl.Float64())
    | {"oty_disclosure": pl.String()}
    | dict.fromkeys(OVER_THE_YEAR_CHANGES, pl.Int64())
    | {"average_employment": pl.Int64()}
    | ORIGIN
)
"""One row a cell and quarter. Values are null where suppressed; establishments never are.

average_employment is filled only by sources that publish no months.
"""

ANNUAL_SCHEMA = pl.Schema(KEYS | {"disclosure": pl.String()} | dict.fromkeys(ANNUAL_VALUES, pl.Int64()) | ORIGIN)
"""One row a cell and year, as the source itself averaged it."""

REJECTED_SCHEMA = pl.Schema(ORIGIN | {"rule": pl.String(), "text": pl.String()})
"""One row a line that broke a rule."""

SCHEMAS: dict[Frequency, pl.Schema] = {"quarterly": QUARTERLY_SCHEMA, "annual": ANNUAL_SCHEMA}


@dataclass(frozen=True)
class MemberCells:
    """Cells of one table of a capture (or of one batch of its lines), with the lines that were rejected."""

    member: str
    frequency: Frequency
    cells: pl.DataFrame
    rejected: pl.DataFrame
    publisher: Publisher = "bls"


class RefusedFile(Exception):  # noqa: N818 - the name is the domain's word
    """A file, or a table inside it, that is not what it should be; nothing may be built from it."""

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(f"{member}: {reason}")
        self.member = member
        self.reason = reason
