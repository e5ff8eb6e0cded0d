"""Contracts of pay: what a job pays on average, and how that compares with what a family needs."""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.marts.shares import KEY, LEVELS, ORIGIN, PERIOD, READING
from pipelines.warehouse.contracts.model import Caution, Table

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
        *ORIGIN,
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
)

TABLES = (SECTOR_PAY,)
