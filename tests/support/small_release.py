"""A small made-up state with its employers, and an attacker who shares no code with what protects them."""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import polars as pl
from scipy.optimize import linprog

from pipelines.domain.disclosure_policy import PrimaryRules
from pipelines.estimation.disclosure_outputs import Outputs, release_outputs

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


def outputs(seed: int, owns: tuple[str, ...] = ("5",), public: pl.DataFrame = NONE_PUBLIC) -> Outputs:
    """All that leaves of such a state."""
    return release_outputs(contributions(seed, owns), TREE, REGIONS, GROUPS, public, PrimaryRules())


class Attacker:
    """Knows the shown outputs, and that each output is the sum of its leaf cells; asks one full linear program each.

    The unknowns are the leaf cells (county, ownership, six digits) with an employer in them, whatever else is hidden.
    """

    def __init__(self, released: Outputs, records: pl.DataFrame) -> None:
        self._frame = released.frame
        leaves = records.select("area_fips", "own_code", "industry_code").unique().sort(pl.all()).rows()
        self._leaves = {leaf: number for number, leaf in enumerate(leaves)}
        self._sums = np.array([self._members(row) for row in self._frame.iter_rows(named=True)])

    def _members(self, output: Mapping[str, object]) -> list[int]:
        return [int(self._is_in(leaf, output)) for leaf in self._leaves]

    def _is_in(self, leaf: tuple[str, ...], output: Mapping[str, object]) -> bool:
        area, own, code = leaf
        members = REGIONS.filter(pl.col("region") == output["region"])["area_fips"].to_list()
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
        shown = ~hidden
        truth = self.values(measure)
        for number in np.flatnonzero(asked):
            ends = [
                linprog(sign * self._sums[number], A_eq=self._sums[shown], b_eq=truth[shown], bounds=(0, None))
                for sign in (1, -1)
            ]
            assert ends[0].status in (0, 3)
            yield int(number), ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun
