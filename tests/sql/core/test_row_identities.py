"""What can be recomputed from a row itself: its weekly wage; and whether location quotients agree on the nation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse


def found(warehouse: Warehouse, identity: str) -> list[Row]:
    warehouse.build("core.quotient_ranges", "core.row_identities")
    return warehouse.rows("core.row_identities", identity=identity)


class TestAverageWeeklyWage:
    """Wages by the mean of the three months by 13 weeks, rounded half up."""

    @pytest.mark.parametrize(
        ("jobs", "wages_usd", "weekly_wage"),
        [
            ((10, 10, 10), 1300, 10),  # 1300 / 10 / 13
            ((10, 10, 10), 1364, 10),  # 10.492…
            ((10, 10, 10), 1365, 11),  # 10.5 goes up
            ((10, 10, 10), 1366, 11),
            ((1, 1, 2), 52, 3),  # a mean of 4/3 jobs: 52 × 3 / 4 / 13 = 3
            ((0, 0, 1), 13, 3),
            ((12_000_000, 12_100_000, 12_200_000), 200_000_000_000, 1271),  # 1271.46: large numbers do not overflow
            ((10, 10, 10), 0, 0),
        ],
    )
    def test_it_is_recomputed(
        self, warehouse: Warehouse, jobs: tuple[int, int, int], wages_usd: int, weekly_wage: int
    ) -> None:
        row = {"jobs": jobs, "wages_usd": wages_usd, "average_weekly_wage_usd": weekly_wage}
        warehouse.insert("core.qcew_cells", row)
        (group,) = found(warehouse, "average_weekly_wage")
        assert (group["expected"], group["found"], group["holds"]) == (weekly_wage, weekly_wage, True)
        assert group["group_name"] == "41051 own 5 industry 10"

    @pytest.mark.parametrize("fault", [1, -1])
    def test_one_off_by_one_is_found(self, warehouse: Warehouse, fault: int) -> None:
        warehouse.insert("core.qcew_cells", {"jobs": 10, "wages_usd": 1300, "average_weekly_wage_usd": 10 + fault})
        assert [row["holds"] for row in found(warehouse, "average_weekly_wage")] == [False]

    def test_wages_without_jobs_hidden_cells_true_zeros_and_workbooks_are_left_alone(
        self, warehouse: Warehouse
    ) -> None:
        wrong = {"jobs": 10, "wages_usd": 1300, "average_weekly_wage_usd": 99}
        warehouse.insert(
            "core.qcew_cells",
            {**wrong, "jobs": 0, "industry_code": "11"},
            {"disclosure": "suppressed", "industry_code": "21"},
            {"disclosure": "true_zero", "establishments": 0, "industry_code": "22"},
            {**wrong, "source": "qualityinfo"},
        )
        assert found(warehouse, "average_weekly_wage") == []


class TestLastYearsWeeklyWage:
    """Wages and jobs of the year before, by their changes, give the weekly wage that its own change tells."""

    @pytest.mark.parametrize(("change", "holds"), [(2, True), (1, False), (3, False)])
    def test_it_is_recomputed(self, warehouse: Warehouse, change: int, holds: bool) -> None:
        warehouse.insert(
            "core.qcew_cells",
            {
                "jobs": 10,
                "wages_usd": 1300,
                "average_weekly_wage_usd": 10,
                # 1300 − 260 = 1040 dollars, and 10 jobs in each month: 8 dollars a week
                "oty_wages_change_usd": 260,
                "oty_average_weekly_wage_change_usd": change,
                **dict.fromkeys((f"oty_month{month}_employment_change" for month in (1, 2, 3)), 0),
            },
        )
        (group,) = found(warehouse, "last_year_weekly_wage")
        assert (group["expected"], group["found"], group["holds"]) == (10 - change, 8, holds)

    def test_cells_that_are_new_or_whose_changes_are_hidden_are_left_alone(self, warehouse: Warehouse) -> None:
        row = {"jobs": 10, "wages_usd": 1300, "average_weekly_wage_usd": 10, "oty_wages_change_usd": 1300}
        row |= dict.fromkeys((f"oty_month{month}_employment_change" for month in (1, 2, 3)), 10)
        warehouse.insert(
            "core.qcew_cells",
            {**row, "oty_average_weekly_wage_change_usd": 10},
            {**row, "oty_disclosure": "suppressed", "industry_code": "23"},
        )
        assert found(warehouse, "last_year_weekly_wage") == []


class TestLocationQuotients:
    """Private health is 5 % of the nation's wages in what follows, and everything private 80 %."""

    def add_area(
        self, warehouse: Warehouse, area: str, health: int, everything: int, quotient: float, **keys: object
    ) -> None:
        row = {"area_fips": area, "establishments": 0, **keys}
        warehouse.insert(
            "core.qcew_cells",
            {**row, "own_code": "0", "wages_usd": everything, "lq_wages": 1},
            {**row, "wages_usd": everything * 8 // 10, "lq_wages": 1},
            {**row, "industry_code": "62", "wages_usd": health, "lq_wages": quotient},
        )

    def quotients(self, warehouse: Warehouse) -> list[tuple[str, bool]]:
        rows = found(warehouse, "location_quotients_agree")
        return [(row["measure"], row["holds"]) for row in rows if row["group_name"] == "own 5 industry 62"]

    def test_areas_agree_within_the_rounding(self, warehouse: Warehouse) -> None:
        self.add_area(warehouse, "41051", health=100, everything=1000, quotient=2.0)
        self.add_area(warehouse, "41067", health=37, everything=1000, quotient=0.74)
        self.add_area(warehouse, "41005", health=1, everything=3000, quotient=0.01)  # 0.0067
        rows = found(warehouse, "location_quotients_agree")
        assert [(row["group_name"], row["holds"]) for row in rows] == [
            ("own 0 industry 10", True),
            ("own 5 industry 10", True),
            ("own 5 industry 62", True),
        ]
        # Multnomah's is the narrowest range: 100 / 1000 / 2.005 to 100 / 1000 / 1.995
        assert (rows[2]["expected"], rows[2]["found"]) == (pytest.approx(0.1 / 2.005), pytest.approx(0.1 / 1.995))

    def test_quarters_and_measures_have_their_own_nation(self, warehouse: Warehouse) -> None:
        for area in ("41051", "41067"):
            self.add_area(warehouse, area, health=100, everything=1000, quotient=2.0)
            self.add_area(warehouse, area, health=300, everything=4000, quotient=1.0, quarter=2)
        warehouse.connection.execute(
            "UPDATE core.qcew_cells SET establishments = if(own_code = '0', 70, 7), lq_establishments = 5"
        )
        assert self.quotients(warehouse) == [("establishments", True), ("establishments", True), ("wages", True),
                                             ("wages", True)]  # fmt: skip

    @pytest.mark.parametrize("quotient", [0.72, 0.76])
    def test_an_area_that_implies_another_nation_is_found(self, warehouse: Warehouse, quotient: float) -> None:
        self.add_area(warehouse, "41051", health=100, everything=1000, quotient=2.0)
        self.add_area(warehouse, "41067", health=37, everything=1000, quotient=quotient)
        assert self.quotients(warehouse) == [("wages", False)]

    def test_a_quotient_of_zero_bounds_from_one_side_only(self, warehouse: Warehouse) -> None:
        self.add_area(warehouse, "41051", health=100, everything=1000, quotient=2.0)
        self.add_area(warehouse, "41067", health=1, everything=9000, quotient=0.0)  # 0.0022
        assert self.quotients(warehouse) == [("wages", True)]

    def test_one_area_alone_has_nobody_to_agree_with(self, warehouse: Warehouse) -> None:
        self.add_area(warehouse, "41051", health=100, everything=1000, quotient=2.0)
        assert self.quotients(warehouse) == []

    def test_hidden_quotients_hidden_cells_and_national_areas_are_left_alone(self, warehouse: Warehouse) -> None:
        self.add_area(warehouse, "41051", health=100, everything=1000, quotient=2.0)
        for area, change in (
            ("41067", "SET lq_disclosure = 'suppressed'"),
            ("41005", "SET disclosure = 'suppressed'"),
            ("USCMS", "SET lq_wages = 9"),
        ):
            self.add_area(warehouse, area, health=37, everything=1000, quotient=9.0)
            warehouse.connection.execute(
                f"UPDATE core.qcew_cells {change} WHERE area_fips = ? AND industry_code = '62'", [area]
            )
        assert self.quotients(warehouse) == []


class TestWithTheNationInHand:
    """Health is 5 of 100 dollars of the nation's wages: an area with 1 in 10 has the quotient 2."""

    def add(self, warehouse: Warehouse, area: str, health: int, quotient: float, **keys: object) -> None:
        row = {"area_fips": area, "establishments": 0, **keys}
        warehouse.insert(
            "core.qcew_cells",
            {**row, "own_code": "0", "wages_usd": 100, "lq_wages": 1.0},
            {**row, "industry_code": "62", "wages_usd": health, "lq_wages": quotient},
        )

    def recomputed(self, warehouse: Warehouse, area: str) -> tuple[float, float, bool]:
        rows = found(warehouse, "location_quotients_recomputed")
        (row,) = (row for row in rows if row["group_name"] == f"{area} own 5 industry 62" and row["measure"] == "wages")
        return row["expected"], row["found"], row["holds"]

    @pytest.mark.parametrize(
        ("health", "quotient", "again", "holds"),
        [
            (10, 2.0, 2.0, True),
            (10, 2.01, 2.0, False),
            (0, 0.0, 0.0, True),
            (0, 0.01, 0.0, False),
        ],
    )
    def test_a_quotient_is_recomputed(
        self, warehouse: Warehouse, health: int, quotient: float, again: float, holds: bool
    ) -> None:
        self.add(warehouse, "US000", health=5, quotient=1.0)
        self.add(warehouse, "41051", health=health, quotient=quotient)
        assert self.recomputed(warehouse, "41051") == (quotient, again, holds)

    @pytest.mark.parametrize("quotient", [0.12, 0.13])
    def test_a_half_may_be_rounded_either_way(self, warehouse: Warehouse, quotient: float) -> None:
        self.add(warehouse, "US000", health=8, quotient=1.0)
        self.add(warehouse, "41051", health=1, quotient=quotient)
        assert self.recomputed(warehouse, "41051")[2]

    def test_other_quarters_and_industries_that_the_nation_hides_are_left_alone(self, warehouse: Warehouse) -> None:
        self.add(warehouse, "US000", health=5, quotient=1.0, quarter=2)
        self.add(warehouse, "US000", health=5, quotient=1.0)
        warehouse.connection.execute(
            "UPDATE core.qcew_cells SET disclosure = 'suppressed' WHERE quarter = 1 AND industry_code = '62'"
        )
        self.add(warehouse, "41051", health=10, quotient=9.0)
        names = {row["group_name"] for row in found(warehouse, "location_quotients_recomputed")}
        assert names == {"41051 own 0 industry 10"}
