"""A publisher's annual file against our quarters and against itself, and how identities are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

MEAN, SUM = "annual_file_is_mean_of_quarters", "annual_file_is_sum_of_quarters"
PUBLISHED, ADD_UP = "published_quarters_publish_year", "annual_industries_add_up"


def groups(warehouse: Warehouse, identity: str) -> dict[str, tuple[object, ...]]:
    """(expected, found, holds) by measure; the tests have one group a measure."""
    warehouse.build("core.annual_identities")
    rows = warehouse.rows("core.annual_identities", identity=identity)
    assert len({row["measure"] for row in rows}) == len(rows)
    return {row["measure"]: (row["expected"], row["found"], row["holds"]) for row in rows}


class TestAgainstTheQuarters:
    def add(self, warehouse: Warehouse, filed: Row, ours: Row, source: str = "bls") -> None:
        """A cell as the annual file has it, and as our quarters make it."""
        warehouse.insert("core.annual_file_cells", filed, source=source, industry_code="62")
        warehouse.insert("core.qcew_annual", ours, source=source, industry_code="62")

    @pytest.mark.parametrize(
        ("ours", "filed", "holds"),
        [(10.49, 10, True), (10.5, 11, True), (10.5, 10, False), (10.75, 11, True), (11.0, 10, False), (0.25, 0, True)],
    )
    def test_averages_are_rounded_half_up(self, warehouse: Warehouse, ours: float, filed: int, holds: bool) -> None:
        values = {"establishments": ours, "average_employment": ours}
        self.add(warehouse, {"establishments": filed, "average_employment": filed}, values)
        found = groups(warehouse, MEAN)
        assert found == {"establishments": (filed, ours, holds), "average_employment": (filed, ours, holds)}

    def test_wages_are_exact(self, warehouse: Warehouse) -> None:
        filed = {"wages_usd": 1000, "taxable_wages_usd": 501}
        self.add(warehouse, filed, {"wages_usd": 1000, "taxable_wages_usd": 500})
        assert groups(warehouse, SUM) == {"wages": (1000, 1000, True), "taxable_wages": (501, 500, False)}

    def test_a_hidden_year_is_compared_by_establishments_alone(self, warehouse: Warehouse) -> None:
        hidden = {"disclosure": "suppressed", "establishments": 2}
        self.add(warehouse, hidden, hidden)
        assert groups(warehouse, MEAN) == {"establishments": (2, 2, True)}
        assert groups(warehouse, SUM) == {}

    @pytest.mark.parametrize(
        ("ours", "filed", "expected"),
        [
            ("disclosed", "disclosed", {"disclosure": (1, 1, True)}),
            ("disclosed", "suppressed", {"disclosure": (1, 0, False)}),
            ("true_zero", "true_zero", {"disclosure": (1, 1, True)}),
            # BLS publishes the year of cells that it hides in every quarter
            ("suppressed", "disclosed", {}),
            ("suppressed", "suppressed", {}),
        ],
    )
    def test_published_quarters_make_a_published_year(
        self, warehouse: Warehouse, ours: str, filed: str, expected: dict[str, tuple[object, ...]]
    ) -> None:
        self.add(warehouse, {"disclosure": filed}, {"disclosure": ours})
        assert groups(warehouse, PUBLISHED) == expected

    def test_years_that_are_the_annual_file_itself_prove_nothing(self, warehouse: Warehouse) -> None:
        self.add(warehouse, {"establishments": 9}, {"establishments": 9, "basis": "annual_file"})
        assert groups(warehouse, MEAN) == {}

    def test_quarters_of_workbooks_are_rounded_themselves(self, warehouse: Warehouse) -> None:
        # Months of 10.4, 10.4, 10.6 and 10.6 a quarter are 10.5 a year, but 10, 10, 11 and 11 quarter by quarter; at
        # 10.49 a year the department writes 10 while our mean of rounded quarters is 10.5.
        values = {"average_employment": 10.5, "establishments": 3}
        self.add(warehouse, {"average_employment": 10, "establishments": 4}, values, source="qualityinfo")
        assert groups(warehouse, MEAN) == {"average_employment": (10, 10.5, True), "establishments": (4, 3, True)}
        self.add(warehouse, {"average_employment": 12, "own_code": "3"}, {**values, "own_code": "3"}, "qualityinfo")
        warehouse.build("core.annual_identities")
        assert [row["holds"] for row in warehouse.rows("core.annual_identities", measure="average_employment")
                if "own 3" in row["group_name"]] == [False]  # fmt: skip


class TestIndustriesOfTheFile:
    """62 has the children 621, 622 and 623."""

    @pytest.fixture
    def tree(self, warehouse: Warehouse) -> Warehouse:
        warehouse.add_industries("10 > 102 > 1025 > 62 > 621 622 623")
        warehouse.insert("core.vintages", {"quarter": 0})
        warehouse.build("core.naics_ancestry")
        return warehouse

    def add(self, warehouse: Warehouse, cells: dict[str, Row], **keys: object) -> None:
        rows = ({"industry_code": code, **cell} for code, cell in cells.items())
        warehouse.insert("core.annual_file_cells", *rows, **keys)

    @pytest.mark.parametrize(("total", "holds"), [(28, True), (30, True), (32, True), (27, False), (33, False)])
    def test_averages_add_up_to_within_half_a_unit_a_cell(self, tree: Warehouse, total: int, holds: bool) -> None:
        # three children and their parent: 4 × 0.5
        children = {code: {"average_employment": 10, "establishments": 10} for code in ("621", "622", "623")}
        self.add(tree, {"62": {"average_employment": total, "establishments": 30}, **children})
        found = groups(tree, ADD_UP)
        assert found["average_employment"] == (total, 30, holds)
        assert found["establishments"] == (30, 30, True)

    @pytest.mark.parametrize(("total", "holds"), [(3000, True), (3001, False), (2999, False)])
    def test_wages_add_up_exactly(self, tree: Warehouse, total: int, holds: bool) -> None:
        children = {code: {"wages_usd": 1000} for code in ("621", "622", "623")}
        self.add(tree, {"62": {"wages_usd": total}, **children})
        assert groups(tree, ADD_UP)["wages"] == (total, 3000, holds)

    def test_families_with_a_hidden_child_are_compared_by_establishments_alone(self, tree: Warehouse) -> None:
        hidden = {"disclosure": "suppressed", "establishments": 5}
        self.add(tree, {"62": {"wages_usd": 9, "establishments": 6}, "621": hidden, "622": {"wages_usd": 4}})
        assert groups(tree, ADD_UP) == {"establishments": (6, 6, True)}

    def test_a_parent_without_children_fails_in_a_whole_area(self, tree: Warehouse) -> None:
        """A file cut at a line end."""
        self.add(tree, {"62": {"wages_usd": 9, "establishments": 6}})
        found = groups(tree, ADD_UP)
        assert found == {"establishments": (6, 0, False), "wages": (9, 0, False)}

    def test_a_slice_of_one_industry_has_no_children_to_miss(self, tree: Warehouse) -> None:
        tree.connection.execute("UPDATE core.vintages SET is_whole_area = false")
        self.add(tree, {"62": {"wages_usd": 9, "establishments": 6}})
        assert groups(tree, ADD_UP) == {}

    def test_totals_of_ownerships_are_no_parents(self, tree: Warehouse) -> None:
        self.add(tree, {"10": {"establishments": 6}}, own_code="0")
        assert groups(tree, ADD_UP) == {}

    def test_areas_ownerships_and_years_are_not_added_to_each_other(self, tree: Warehouse) -> None:
        cells = {"62": {"wages_usd": 4}, "621": {"wages_usd": 4}}
        for keys in ({}, {"own_code": "3"}, {"area_fips": "41067"}, {"year": 2015}, {"source": "sample"}):
            self.add(tree, cells, **keys)
        tree.build("core.annual_identities")
        rows = tree.rows("core.annual_identities", identity=ADD_UP, measure="wages")
        assert [(row["expected"], row["found"], row["holds"]) for row in rows] == [(4, 4, True)] * 5


class TestWorkbooks:
    """They go from the total to supersectors, from sectors to 3 and from 3 to 5 digits; private adds up to within 3."""

    @pytest.fixture
    def tree(self, warehouse: Warehouse) -> Warehouse:
        warehouse.add_industries("10 > 102 > 1025 > 62 > 621 > 6211 > 62111")
        warehouse.insert("core.vintages", {"quarter": 0, "source": "qualityinfo"})
        warehouse.build("core.naics_ancestry")
        return warehouse

    def found(self, warehouse: Warehouse, cells: dict[str, int], **keys: object) -> dict[str, tuple[object, ...]]:
        """Establishments of the children and whether they add up, by the parent's industry."""
        rows = ({"industry_code": code, "establishments": number} for code, number in cells.items())
        warehouse.insert("core.annual_file_cells", *rows, source="qualityinfo", **keys)
        warehouse.build("core.annual_identities")
        found = warehouse.rows("core.annual_identities", identity=ADD_UP, measure="establishments")
        return {row["group_name"].rpartition(" ")[2]: (row["found"], row["holds"]) for row in found}

    def test_levels_that_it_has_add_up(self, tree: Warehouse) -> None:
        cells = {"10": 20, "1025": 20, "62": 20, "621": 17, "62111": 13}
        assert self.found(tree, cells) == {"10": (20, True), "62": (17, True), "621": (13, False)}

    def test_a_summary_workbook_lacks_children(self, tree: Warehouse) -> None:
        assert self.found(tree, {"10": 20, "1025": 20, "62": 20}) == {"10": (20, True), "62": (0, False)}

    def test_government_is_left_alone(self, tree: Warehouse) -> None:
        assert self.found(tree, {"10": 20, "1025": 9}, own_code="3") == {}


class TestCounting:
    def add(self, warehouse: Warehouse, *holds: bool | None, name: str = "41051", **shared: object) -> None:
        rows = [
            {"group_name": f"{name} {number:02}", "expected": 5, "found": 5 if held else 4, "holds": held}
            for number, held in enumerate(holds)
        ]
        default = {"identity": "some", "source": "bls", "measure": "wages", "period": "2016-Q1"}
        warehouse.insert("core.industry_identities", *rows, **default | shared)

    def test_groups_are_counted_by_identity_source_measure_and_period(self, warehouse: Warehouse) -> None:
        self.add(warehouse, True, True, False)
        self.add(warehouse, True, period="2016-Q2")
        self.add(warehouse, True, source="sample")
        self.add(warehouse, True, measure="establishments")
        self.add(warehouse, True, identity="other")
        rows = warehouse.run("core.identities")
        assert warehouse.broken_contracts("core.identities") == []
        assert len(rows) == 5
        row = warehouse.row("core.identities", identity="some", source="bls", measure="wages", period="2016-Q1")
        assert (row["groups_checked"], row["groups_failed"]) == (3, 1)
        assert row["failing_groups"] == ["41051 02: expected 5.0, found 4.0"]

    def test_the_four_kinds_are_counted_together(self, warehouse: Warehouse) -> None:
        for kind in ("industry", "area", "row", "annual"):
            warehouse.insert(f"core.{kind}_identities", {"identity": kind, "holds": True})
        assert [row["identity"] for row in warehouse.run("core.identities")] == ["annual", "area", "industry", "row"]

    def test_an_identity_without_groups_is_not_listed(self, warehouse: Warehouse) -> None:
        assert warehouse.run("core.identities") == []

    def test_what_cannot_be_said_to_hold_has_failed(self, warehouse: Warehouse) -> None:
        self.add(warehouse, None)
        assert warehouse.run("core.identities")[0]["groups_failed"] == 1

    def test_the_first_twenty_failing_groups_are_named_in_order(self, warehouse: Warehouse) -> None:
        self.add(warehouse, *[False] * 30)
        row = warehouse.run("core.identities")[0]
        assert (row["groups_failed"], len(row["failing_groups"])) == (30, 20)
        assert row["failing_groups"][19].startswith("41051 19:")

    def test_where_all_holds_no_group_is_named(self, warehouse: Warehouse) -> None:
        self.add(warehouse, True)
        assert warehouse.run("core.identities")[0]["failing_groups"] == []
