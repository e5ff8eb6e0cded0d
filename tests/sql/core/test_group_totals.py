"""What of a sector is published: the fewest published rows that cover it, each establishment once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

TREE = (
    "10 > 101 > 1013 > 31-33 > 331 > 3311 > 33111 > 331110",
    "31-33 > 335 > 3351 > 33511 > 335110",
    "3351 > 33512 > 335121 335122",
    "10 > 102 > 1025 > 62 > 621 > 6211 > 62111 > 621111 621112",
    "62 > 624 > 6244 > 62441 > 624410",
)
CLASSIFICATION = (
    "core.naics_ancestry",
    "core.industry_group_leaves",
    "core.industry_groups",
    "core.industry_group_codes",
)


@pytest.fixture
def tree(warehouse: Warehouse) -> Warehouse:
    """335 is electrical, 335121 lighting; health is 62 with child care, 6244, inside it."""
    warehouse.add_industries(*TREE)
    warehouse.add_sectors("electrical", "lighting", "health", "child_care")
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.define("electrical", "335")
    warehouse.define("lighting", "335121")
    warehouse.define("health", "62")
    warehouse.define("child_care", "6244")
    warehouse.build(*CLASSIFICATION)
    return warehouse


def published(code: str, establishments: float, employment: float) -> Row:
    """A published cell; everybody earns $1,000."""
    wages = int(1000 * employment)
    return {"industry_code": code, "establishments": establishments, "employment": employment, "wages_usd": wages}


def hidden(code: str, establishments: float) -> Row:
    return {"industry_code": code, "establishments": establishments, "disclosure": "suppressed"}


def totals(warehouse: Warehouse, group: str, *cells: Row, **shared: object) -> tuple[float, ...]:
    """(establishments, of them published, known jobs, hidden cells, total cells) of one group."""
    warehouse.insert("core.period_cells", *cells, **shared)
    warehouse.build("core.group_totals")
    assert warehouse.broken_contracts("core.group_totals") == []
    row = warehouse.row("core.group_totals", group_key=f"strict:{group}")
    assert row["wages_known"] == 1000 * row["employment_known"]
    return tuple(
        row[name]
        for name in ("establishments", "establishments_published", "employment_known", "hidden_cells", "total_cells")
    )


def test_a_published_parent_wholly_inside_counts_at_once(tree: Warehouse) -> None:
    found = totals(
        tree,
        "electrical",
        published("335", 10, 100),
        hidden("3351", 10),
        published("33511", 4, 40),
        published("335110", 4, 40),
        hidden("33512", 6),
        hidden("335121", 3),
        hidden("335122", 3),
    )
    assert found == (10, 10, 100, 0, 3), "nothing of the sector is hidden, for its own row is published"


def test_of_a_suppressed_parent_its_published_children_count(tree: Warehouse) -> None:
    found = totals(
        tree,
        "electrical",
        hidden("335", 10),
        hidden("3351", 10),
        published("33511", 4, 40),
        published("335110", 4, 40),
        hidden("33512", 6),
        published("335121", 3, 30),
        hidden("335122", 3),
    )
    # 33511 (not again as 335110) and 335121; 335122 is hidden
    assert found == (10, 7, 70, 1, 3)


def test_a_suppressed_parent_below_a_published_grandparent_hides_nothing(tree: Warehouse) -> None:
    found = totals(
        tree,
        "electrical",
        hidden("335", 9),
        published("3351", 9, 90),
        hidden("33512", 9),
        published("335121", 5, 50),
        hidden("335122", 4),
    )
    # below 3351 nothing is added again and nothing is hidden; 33511 has no row: it has no establishment
    assert found == (9, 9, 90, 0, 2)


def test_everything_hidden_is_known_as_nothing_not_as_zero_cells(tree: Warehouse) -> None:
    found = totals(
        tree,
        "electrical",
        *(hidden(code, 2) for code in ("335", "3351", "33512")),
        hidden("335121", 1),
        hidden("335122", 1),
    )
    assert found == (2, 0, 0, 2, 2)


def test_a_true_zero_is_published(tree: Warehouse) -> None:
    nothing = {"establishments": 0, "disclosure": "true_zero"}
    found = totals(tree, "lighting", {"industry_code": "335121", **nothing})
    assert found == (0, 0, 0, 0, 1)


def test_a_parent_only_partly_inside_never_counts(tree: Warehouse) -> None:
    cells = [
        published("31-33", 50, 500),
        published("335", 10, 100),
        published("33512", 6, 60),
        hidden("335121", 3),
        published("335122", 3, 30),
    ]
    assert totals(tree, "lighting", *cells) == (3, 0, 0, 1, 1)


def test_a_cell_may_be_hidden_in_one_sector_and_covered_in_another(tree: Warehouse) -> None:
    cells = [published("335", 10, 100), hidden("335121", 3)]
    assert totals(tree, "electrical", *cells) == (10, 10, 100, 0, 1)
    row = tree.row("core.group_totals", group_key="strict:lighting")
    assert (row["employment_known"], row["hidden_cells"]) == (0, 1)
    row = tree.row("core.group_totals", group_key="strict:electrical+lighting")
    assert (row["establishments"], row["employment_known"], row["hidden_cells"]) == (3, 0, 1)


def test_the_union_counts_an_overlap_once(tree: Warehouse) -> None:
    cells = [published("335", 10, 100), published("335121", 3, 30), published("62", 20, 200), published("6244", 5, 50)]
    assert totals(tree, "all_target_sectors", *cells)[:3] == (30, 30, 300)
    parts = {row["group_key"]: row["employment_known"] for row in tree.rows("core.group_totals")}
    assert parts["strict:electrical"] + parts["strict:lighting"] == 130
    assert parts["strict:health"] + parts["strict:child_care"] == 250
    assert parts["strict:health+child_care"] == 50


def test_the_union_may_know_more_than_its_sectors_together(warehouse: Warehouse) -> None:
    """Metals and electrical equipment fill manufacturing: its published row tells their sum, neither part."""
    warehouse.add_industries(*TREE)
    warehouse.add_sectors("metals", "electrical")
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.define("metals", "331")
    warehouse.define("electrical", "335")
    warehouse.build(*CLASSIFICATION)
    cells = [
        published("31-33", 3, 30),
        *(hidden(code, 1) for code in ("331", "331110")),
        *(hidden(code, 2) for code in ("335", "335110")),
    ]
    assert totals(warehouse, "all_target_sectors", *cells) == (3, 3, 30, 0, 2)
    known = {row["group_key"]: row["employment_known"] for row in warehouse.rows("core.group_totals")}
    assert (known["strict:metals"], known["strict:electrical"]) == (0, 0)


def test_areas_ownerships_periods_and_sources_are_kept_apart(tree: Warehouse) -> None:
    cell = published("335121", 3, 30)
    hidden_parent = hidden("335", 3)
    places: list[Row] = [
        {}, {"area_fips": "41067"}, {"own_code": "3"}, {"quarter": 2}, {"quarter": 0}, {"year": 2015},
        {"source": "sample"},
    ]  # fmt: skip
    for keys in places:
        tree.insert("core.period_cells", cell, hidden_parent, **keys)
    # a published parent elsewhere, or in another ownership, period or source, covers nothing here
    elsewhere: list[Row] = [{"area_fips": "53011"}, {"own_code": "1"}, {"quarter": 3}, {"source": "qualityinfo"}]
    for keys in elsewhere:
        tree.insert("core.period_cells", published("335", 9, 90), **keys)
    rows = tree.run("core.group_totals", group_key="strict:electrical")
    found = [(row["establishments"], row["employment_known"], row["total_cells"]) for row in rows]
    assert sorted(found) == [(3, 30, 1)] * len(places) + [(9, 90, 1)] * len(elsewhere)


def test_an_industry_of_another_vintage_is_not_matched(tree: Warehouse) -> None:
    tree.insert("core.period_cells", published("335121", 3, 30), naics_vintage=2022, year=2022)
    tree.insert("core.period_cells", published("335122", 3, 30), naics_vintage=None, year=2010)
    assert tree.run("core.group_totals") == []


def test_totals_of_all_industries_and_ownership_totals_are_in_no_sector(tree: Warehouse) -> None:
    tree.insert(
        "core.period_cells",
        {**published("10", 90, 900), "own_code": "0"},
        {**published("10", 9, 90), "own_code": "8"},
        published("10", 81, 810),
        published("101", 40, 400),  # manufacturing of all kinds, of which 335 is a part
    )
    assert tree.run("core.group_totals") == []


class TestCoarserSources:
    """The Oregon Employment Department has no 4- and no 6-digit industries."""

    @pytest.fixture
    def coarse(self, tree: Warehouse) -> Warehouse:
        tree.insert(
            "core.period_cells",
            hidden("62", 30),
            hidden("621", 20),
            published("62111", 20, 200),
            hidden("624", 10),
            hidden("62441", 10),
            source="qualityinfo",
            quarter=0,
        )
        return tree

    def test_cells_are_counted_at_its_finest_level(self, coarse: Warehouse) -> None:
        assert totals(coarse, "health") == (30, 20, 200, 1, 2)

    def test_a_missing_level_between_is_skipped(self, coarse: Warehouse) -> None:
        # 6244 itself has no row; 62441 holds all of it
        assert totals(coarse, "child_care") == (10, 0, 0, 1, 1)


def test_a_suppressed_cell_without_finer_rows_is_hidden_too(tree: Warehouse) -> None:
    """As in a summary workbook: that nothing finer is there must not look as if nothing were hidden."""
    assert totals(tree, "health", hidden("62", 30)) == (30, 0, 0, 1, 1)


def test_rounded_averages_do_not_publish_more_establishments_than_there_are(tree: Warehouse) -> None:
    """An annual file rounds cell by cell: 1.5, 1.5 and 0.25 establishments are 3 together, but 2, 2 and 0 apart."""
    cells = [hidden("3351", 3), published("335110", 2, 20), published("335121", 2, 20), hidden("335122", 0)]
    assert totals(tree, "electrical", *cells, quarter=0) == (3, 3, 40, 1, 3)


def test_means_of_months_add_up_exactly(tree: Warehouse) -> None:
    cells = [{**published("335110", 1, 1 / 3), "wages_usd": 0}, {**published("335121", 1, 2 / 3), "wages_usd": 1000}]
    assert totals(tree, "electrical", *cells)[2] == 1
