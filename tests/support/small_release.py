"""A small made-up state with its employers, and an attacker who shares no code with what protects them."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import linprog

from pipelines.domain.disclosure_policy import PrimaryRules
from pipelines.estimation.disclosure_outputs import Outputs, release_outputs
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES
from tests.support.contract_rows import insert

LEAVES = ("111111", "111112", "222221", "222222", "222223")
TREE = pl.DataFrame(
    [
        ("10", None),
        ("11", "10"),
        ("22", "10"),
        *((leaf, leaf[:2]) for leaf in LEAVES),
    ],
    schema=["industry_code", "parent_code"],
    orient="row",
)
COUNTIES = ("99001", "99003", "99005")
REGIONS = pl.DataFrame({"region": ["both", "both", "west", "west"], "area_fips": ["99001", "99003", "99003", "99005"]})
METROPOLITAN = pl.DataFrame({"metropolitan_area": ["C9999", "C9999"], "area_fips": ["99001", "99003"]})
PLACES = pl.concat([REGIONS, METROPOLITAN.rename({"metropolitan_area": "region"})])
GROUPS = pl.DataFrame(
    [("green", "111111"), ("green", "222221"), ("care", "222221"), ("care", "222222")],
    schema=["group_key", "industry_code"],
    orient="row",
)
NONE_PUBLIC = pl.DataFrame(schema={"area_fips": pl.String, "own_code": pl.String, "industry_code": pl.String})
MEASURES = ("month1_employment", "month2_employment", "month3_employment", "wages_usd")


def contributions(seed: int, owns: tuple[str, ...] = ("5",)) -> pl.DataFrame:
    """One row an employer and place: few and many employers, small and large ones."""
    random = np.random.default_rng(seed)
    rows = []
    for county, own, leaf in product(COUNTIES, owns, LEAVES):
        for number in range(int(random.choice([0, 1, 1, 2, 4]))):
            jobs = 1 + int(random.lognormal(2, 1))
            months = [max(jobs + int(random.integers(-1, 2)), 0) for _ in range(3)]
            wages = 9_000 * jobs + int(random.integers(0, 5_000))
            rows.append((county, own, leaf, f"{county}{own}{leaf}{number}", 1, *months, wages))
    names = ("area_fips", "own_code", "industry_code", "employer", "establishments", *MEASURES)
    return pl.DataFrame(rows, schema=list(names), orient="row")


def fill_warehouses(own: Path, public: Path, quarters: Mapping[tuple[int, int], pl.DataFrame]) -> None:
    """The agency's working database with these contributions, by year and quarter; a published warehouse without cells.

    Where there are no columns account, unit and ein, the employer stands for them.
    """
    with open_database(own) as connection:
        for name in ("core.establishments", "reference.naics", "reference.regions", "reference.region_areas",
                     "reference.metropolitan_areas", "core.industry_group_leaves"):  # fmt: skip
            connection.execute(ALL_TABLES[name].create_statement())
        for (year, quarter), records in quarters.items():
            of_quarter = {"source": "establishments", "state_fips": "99", "unit": "00000", "year": year,
                          "quarter": quarter, "naics_vintage": 2022}  # fmt: skip
            rows = records.drop("establishments").iter_rows(named=True)
            insert(
                connection, "core.establishments", *({"account": row["employer"]} | of_quarter | row for row in rows)
            )
        levels = {None: 0, "10": 4}
        for code, above in TREE.iter_rows():
            row = {"industry_code": code, "parent_code": above, "naics_level": levels.get(above, 8)}
            insert(connection, "reference.naics", {"naics_vintage": 2022} | row)
        insert(connection, "reference.regions", *REGIONS.select("region").unique().sort("region").to_dicts())
        insert(connection, "reference.region_areas", *REGIONS.to_dicts())
        for group, code in GROUPS.iter_rows():
            row = {"group_key": group, "kind": "sector", "industry_code": code}
            insert(connection, "core.industry_group_leaves", {"naics_vintage": 2022} | row)
    with open_database(public) as connection:
        connection.execute(ALL_TABLES["core.qcew_cells"].create_statement())


def outputs(
    seed: int,
    owns: tuple[str, ...] = ("5",),
    public: pl.DataFrame = NONE_PUBLIC,
    metropolitan_areas: pl.DataFrame | None = None,
) -> Outputs:
    """All that leaves of such a state."""
    records = contributions(seed, owns)
    return release_outputs(records, TREE, REGIONS, GROUPS, public, PrimaryRules(), metropolitan_areas)


class Knowledge:
    """Sums of amounts that somebody knows, and that no amount is negative."""

    def __init__(self, sums: np.ndarray, values: np.ndarray) -> None:
        """sums: one row a sum, one column an amount, 1 where the amount is in it."""
        self._sums, self._values = sums, values

    def range_of(self, wanted: np.ndarray) -> tuple[float, float]:
        """The least and the most that the amounts can be together of which `wanted` is 1."""
        least, most = (linprog(sign * wanted, A_eq=self._sums, b_eq=self._values, bounds=(0, None)) for sign in (1, -1))
        assert least.status == 0
        assert most.status in (0, 3)
        return least.fun, np.inf if most.status == 3 else -most.fun


class Attacker:
    """Knows the shown outputs, and that each output is the sum of its leaf cells; asks one full linear program each.

    The unknowns are the leaf cells (county, ownership, six digits) with an employer in them, whatever else is hidden.
    sums: one row an output, one column such a cell, 1 where it is in the output.
    """

    def __init__(self, released: Outputs, records: pl.DataFrame) -> None:
        self._frame = released.frame
        leaves = records.select("area_fips", "own_code", "industry_code").unique().sort(pl.all()).rows()
        self._leaves = {leaf: number for number, leaf in enumerate(leaves)}
        self.sums = np.array([self._members(row) for row in self._frame.iter_rows(named=True)])

    def _members(self, output: Mapping[str, object]) -> list[int]:
        return [int(self._is_in(leaf, output)) for leaf in self._leaves]

    def _is_in(self, leaf: tuple[str, ...], output: Mapping[str, object]) -> bool:
        area, own, code = leaf
        members = PLACES.filter(pl.col("region") == output["region"])["area_fips"].to_list()
        is_here = output["region"] in (area, "99000") or area in members
        is_own = output["own_code"] in (own, "0")
        if output["group_key"] is None:
            asked = str(output["industry_code"])
            is_industry = asked == "10" or code.startswith(asked)
        else:
            group = GROUPS.filter(pl.col("group_key") == output["group_key"])["industry_code"].to_list()
            is_industry = code in group
        return is_here and is_own and is_industry

    def values(self, measure: str) -> np.ndarray:
        """The true values of the outputs."""
        return self._frame[measure].to_numpy().astype(float)

    def ranges(self, measure: str, hidden: np.ndarray, asked: np.ndarray) -> Iterator[tuple[int, float, float]]:
        """Number of each asked output, the least and the most it can be."""
        known = Knowledge(self.sums[~hidden], self.values(measure)[~hidden])
        for number in np.flatnonzero(asked):
            yield int(number), *known.range_of(self.sums[number])
