"""A warehouse in memory: every table of the contracts, empty, to be filled by hand and built upon by the models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import duckdb
import polars as pl
import pytest
from contract_rows import complete

from pipelines.domain.code_tables import household_industries, naics_vintages, ownerships, sources
from pipelines.domain.release_calendar import releases_table
from pipelines.warehouse.build import ContractFinding, build_from_frame, build_from_model, check_contract
from pipelines.warehouse.connection import LAYERS
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.sql_models import load_model

Row = dict[str, Any]

_CELL: Mapping[str, object] = {
    "source": "bls",
    "publisher": "bls",
    "capture_sha256": "a",
    "captures": ["a"],
    "area_fips": "41051",
    "own_code": "5",
    "industry_code": "10",
    "size_code": "0",
    "year": 2016,
    "quarter": 1,
    "vintage": "in_force",
    "naics_vintage": 2012,
    "disclosure": "disclosed",
    "establishments": 1,
    "basis": "quarters",
    "member": "some.csv",
    "line_number": 2,
}
_HIDDEN_WHERE_SUPPRESSED = (
    *("month1_employment", "month2_employment", "month3_employment", "average_employment", "employment"),
    *("wages_usd", "taxable_wages_usd", "contributions_usd", "average_weekly_wage_usd", "average_annual_pay_usd"),
)
_CELL_TABLES = (
    *("raw.quarterly_cells", "raw.annual_cells", "core.qcew_cells", "core.annual_file_cells", "core.qcew_annual"),
    *("core.period_cells", "core.cell_measures", "core.replaced_cells", "core.year_before_cells"),
)
_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "raw.captures": {
        "vintage_order": 1,
        "capture_sha256": "a",
        "source": "files",
        "bytes": 1,
        **dict.fromkeys(("retrieved_at", "published_at"), "2020-01-01T00:00:00.000000+00:00"),
    },
    "core.vintages": {
        **{name: _CELL[name] for name in ("source", "area_fips", "year", "quarter", "capture_sha256")},
        "vintage_order": 1,
        "vintage_number": 1,
        "revision_status": "final",
        "row_count": 2,
        "is_whole_area": True,
        "is_in_force": True,
    },
    **{
        f"core.{name}": {"vintage": "in_force"}
        for name in ("group_totals", "region_totals", "region_groups", "region_measures")
    },
    "reference.sector_codes": {"definition": "strict", "naics_vintage": 2012, "equivalence": "same", "grade": "A"},
    "reference.codes_too_fine": {"definition": "strict", "naics_vintage": 2012, "deepest_naics_level": 7},
}


class Warehouse:
    """Tables to fill, models to build, rows to read. Reference tables that are facts of QCEW are there already,
    and real dollars are those of 2016.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    @classmethod
    def create(cls, connection: duckdb.DuckDBPyConnection) -> Warehouse:
        """Makes every table of the contracts in an empty database, views as tables."""
        for layer in LAYERS:
            connection.execute(f"CREATE SCHEMA {layer}")
        for table in ALL_TABLES.values():
            connection.execute(table.create_statement())
        warehouse = cls(connection)
        facts = {"naics_vintages": naics_vintages(), "ownerships": ownerships(), "sources": sources()}
        facts |= {"releases": releases_table(), "household_industries": household_industries()}
        for name, frame in facts.items():
            warehouse.fill(f"reference.{name}", frame)
        warehouse.insert("reference.analysis", {"price_year": 2016})
        return warehouse

    def fill(self, name: str, frame: pl.DataFrame) -> None:
        """Replaces a table by a frame."""
        build_from_frame(self.connection, ALL_TABLES[name], frame)

    def insert(self, name: str, *rows: Mapping[str, object], **shared: object) -> None:
        """Adds rows to a table; what a row leaves out is taken from `shared`, else a sensible default.

        Of cells, `jobs` is short for the three months: one number for all, or three.
        """
        if not rows:
            return
        table = ALL_TABLES[name]
        complete = [_complete(table, {**shared, **row}) for row in rows]
        places = ", ".join(f"({', '.join('?' for _ in table.columns)})" for _ in complete)
        values = [row[column.name] for row in complete for column in table.columns]
        self.connection.execute(f"INSERT INTO {name} VALUES {places}", values)

    def add_industries(self, *paths: str, vintage: int = 2012) -> None:
        """Adds to the industry tree by paths from the root: "10 > 101 > … > 23611 > 236115 236116", or parts of one
        that begin with a code that is there. The last step may be several siblings.
        """
        known = {
            row["industry_code"]: row["naics_level"] for row in self.rows("reference.naics", naics_vintage=vintage)
        }
        for path in paths:
            parent = None
            for step in path.split(" > "):
                for code in step.split():
                    if code not in known:
                        known[code] = level_of(code)
                        row = {"industry_code": code, "parent_code": parent, "naics_level": known[code]}
                        self.insert("reference.naics", row, naics_vintage=vintage)
                parent = step

    def add_captures(self, *names: str, source: str = "files") -> None:
        """Adds captures, oldest first."""
        for order, name in enumerate(names, start=len(self.rows("raw.captures")) + 1):
            self.insert("raw.captures", {"capture_sha256": name, "vintage_order": order, "source": source})

    def add_sectors(self, *keys: str, kind: str = "sector") -> None:
        """Adds sectors, lenses or the ways of adding up, in the order in which people see them."""
        for order, key in enumerate(keys, start=len(self.rows("reference.sectors")) + 1):
            row = {"sector": key, "sector_name": key.replace("_", " ").capitalize(), "kind": kind, "sort_order": order}
            self.insert("reference.sectors", row)

    def define(self, sector: str, *codes: str, definition: str = "strict", vintage: int = 2012) -> None:
        """Adds codes of a sector's definition."""
        rows = [{"industry_code": code, "listed_code": code} for code in codes]
        self.insert(
            "reference.sector_codes", *rows, sector=sector, definition=definition, naics_vintage=vintage
        )  # fmt: skip

    def build(self, *names: str) -> None:
        """Builds models in the order given, as a run does."""
        for name in names:
            build_from_model(self.connection, ALL_TABLES[name], load_model(name))

    def rows(self, name: str, **where: object) -> list[Row]:
        """Rows of a table or view, in the order of its key, with these values."""
        order = ", ".join(f'"{column}"' for column in ALL_TABLES[name].key) or "ALL"
        condition = " AND ".join(f'"{column}" IS NOT DISTINCT FROM ?' for column in where) or "true"
        return self._query(f"SELECT * FROM {name} WHERE {condition} ORDER BY {order}", list(where.values()))

    def row(self, name: str, **where: object) -> Row:
        """The one row with these values."""
        rows = self.rows(name, **where)
        assert len(rows) == 1, f"{name} {where}: expected one row, found {rows}"
        return rows[0]

    def run(self, name: str, **where: object) -> list[Row]:
        """Builds a model and returns its rows."""
        self.build(name)
        return self.rows(name, **where)

    def query(self, name: str, **parameters: object) -> list[Row]:
        """Rows that a check or report selects, with values for what it leaves open."""
        return self._query(load_model(name).sql, parameters)

    def frame(self, name: str) -> pl.DataFrame:
        """What a model of sql/measures selects, for the function that makes tables of it."""
        return self.connection.sql(load_model(name).sql).pl()

    def broken_contracts(self, *names: str) -> list[ContractFinding]:
        """What breaks the contracts of these tables."""
        return [finding for name in names for finding in check_contract(self.connection, ALL_TABLES[name])]

    def _query(self, query: str, values: list[object] | dict[str, object]) -> list[Row]:
        result = self.connection.execute(query, values)
        names = [description[0] for description in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def level_of(industry_code: str) -> int:
    """Depth of a code in QCEW's industry tree, by its form: 0 total, 2 domain, 3 supersector, 4 sector, 5–8 digits."""
    if industry_code.startswith("10"):
        return {2: 0, 3: 2, 4: 3}[len(industry_code)]
    return 4 if len(industry_code) == 2 or "-" in industry_code else len(industry_code) + 2


def _complete(table: Table, given: Mapping[str, object]) -> Row:
    row = dict(given)
    if table.name in _CELL_TABLES:
        row = _complete_cell(row)
    row = {**_DEFAULTS.get(table.name, {}), **row}
    if table.name == "raw.captures":  # seen last when it was published, if nothing else is said
        row = {"last_seen_at": row["published_at"], **row}
    columns = {column.name for column in table.columns}
    unknown = set(given) - {"jobs"} - columns
    assert not unknown, f"{table.name} has no column {unknown}"
    return complete(table, {name: value for name, value in row.items() if name in columns})


def _complete_cell(given: Row) -> Row:
    row = {**_CELL, **given}
    if jobs := row.pop("jobs", None):
        months: Iterable[int] = jobs if isinstance(jobs, tuple) else (jobs,) * 3
        row |= {f"month{number}_employment": value for number, value in enumerate(months, start=1)}
    level = level_of(row["industry_code"])
    geography = "4" if row["area_fips"].startswith("C") else "5" if row["area_fips"].endswith("000") else "7"
    label = str(row["year"]) if row["quarter"] == 0 else f"{row['year']}-Q{row['quarter']}"
    derived = {
        "agglvl_code": geography + str(level or (0 if row["own_code"] == "0" else 1)),
        "naics_level": level,
        "period": label,
        "lq_disclosure": row["disclosure"],
        "oty_disclosure": row["disclosure"],
    }
    hidden = None if row["disclosure"] == "suppressed" else 0
    return {**derived, **dict.fromkeys(_HIDDEN_WHERE_SUPPRESSED, hidden), **row}


NewWarehouse = Callable[[], AbstractContextManager[Warehouse]]


@pytest.fixture(scope="session")
def new_warehouse() -> Iterator[NewWarehouse]:
    """A warehouse as often as one is needed; what is done in it is undone at its end."""
    with duckdb.connect(config={"threads": 1}) as connection:  # a few rows are not worth a second one
        Warehouse.create(connection)

        @contextmanager
        def undone() -> Iterator[Warehouse]:
            connection.begin()
            try:
                yield Warehouse(connection)
            finally:
                connection.rollback()

        yield undone


@pytest.fixture
def warehouse(new_warehouse: NewWarehouse) -> Iterator[Warehouse]:
    with new_warehouse() as warehouse:
        yield warehouse
