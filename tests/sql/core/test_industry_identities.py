"""Industries add up to their parents: planted faults are found, hidden figures left alone, groups counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

TREE = (
    "10 > 101 > 1012 > 23 > 236 > 2361 > 23611 > 236115 236116",
    "10 > 102 > 1025 > 62 > 621 > 6211 > 62111 > 621111",
)
PARENTS = 13  # 10; 101, 1012, 23, 236, 2361, 23611; 102, 1025, 62, 621, 6211, 62111
MEASURES = 7  # establishments, three months, wages, taxable wages, contributions


def change_of(column: str) -> str:
    return f"oty_{column.removesuffix('_usd')}_change{'_usd' if column.endswith('_usd') else ''}"


def figures(establishments: int, first: int, second: int, third: int, wages: int, change: int) -> Row:
    """A cell's figures; each was smaller by `change` a year before."""
    row: Row = {"establishments": establishments, "wages_usd": wages, "taxable_wages_usd": wages // 2}
    row |= {"month1_employment": first, "month2_employment": second, "month3_employment": third}
    row["contributions_usd"] = wages // 10
    return row | {change_of(column): change for column in row}


LEAVES = {
    "236115": figures(3, 30, 31, 32, 9000, 1),
    "236116": figures(2, 20, 20, 20, 5000, 2),
    "621111": figures(4, 40, 44, 48, 8000, 1),
}


def added(*rows: Row) -> Row:
    return {name: sum(row[name] for row in rows) for name in rows[0]}


def county() -> dict[str, Row]:
    """Every row of a county's private industries, added up."""
    construction = added(LEAVES["236115"], LEAVES["236116"])
    rows = {**LEAVES, "10": added(construction, LEAVES["621111"])}
    rows |= dict.fromkeys(("101", "1012", "23", "236", "2361", "23611"), construction)
    rows |= dict.fromkeys(("102", "1025", "62", "621", "6211", "62111"), LEAVES["621111"])
    return {code: dict(row) for code, row in rows.items()}


def hide(rows: dict[str, Row], *codes: str) -> None:
    for code in codes:
        rows[code] = {"establishments": rows[code]["establishments"], "disclosure": "suppressed"}
        rows[code]["oty_establishments_change"] = 0


@pytest.fixture
def tree(warehouse: Warehouse) -> Warehouse:
    warehouse.add_industries(*TREE)
    return warehouse


def groups(warehouse: Warehouse, rows: dict[str, Row], is_whole: bool = True, **keys: object) -> list[Row]:
    """What is checked of a county (or another area) whose rows these are."""
    warehouse.insert("core.qcew_cells", *({"industry_code": code, **row} for code, row in rows.items()), **keys)
    warehouse.insert("core.vintages", {"is_whole_area": is_whole, "area_fips": keys.get("area_fips", "41051")})
    warehouse.build("core.cell_measures", "core.industry_identities")
    return warehouse.rows("core.industry_identities")


def counted(found: list[Row]) -> Counter[str]:
    return Counter(row["identity"] for row in found)


def failing(found: list[Row]) -> set[tuple[str, str, str]]:
    """(identity, measure, industry) of the groups that do not hold."""
    return {
        (row["identity"], row["measure"], row["group_name"].rpartition(" ")[2]) for row in found if not row["holds"]
    }


def test_every_parent_is_checked_in_every_measure_and_holds(tree: Warehouse) -> None:
    found = groups(tree, county())
    assert failing(found) == set()
    assert counted(found) == {"industries_add_up": PARENTS * MEASURES, "last_year_adds_up": PARENTS * MEASURES}
    names = {row["group_name"] for row in found}
    assert "41051 own 5 industry 236" in names
    assert {row["period"] for row in found} == {"2016-Q1"}


@pytest.mark.parametrize(
    ("column", "measure"),
    [
        ("establishments", "establishments"),
        ("month1_employment", "month1_employment"),
        ("month2_employment", "month2_employment"),
        ("month3_employment", "month3_employment"),
        ("wages_usd", "wages"),
        ("taxable_wages_usd", "taxable_wages"),
        ("contributions_usd", "contributions"),
    ],
)
@pytest.mark.parametrize("fault", [1, -1])
def test_one_off_by_one_is_found_above_and_below(tree: Warehouse, column: str, measure: str, fault: int) -> None:
    rows = county()
    rows["2361"][column] += fault
    rows["2361"][change_of(column)] += fault
    # 2361 does not agree with its child, nor 236 with 2361; the year before is as it was
    assert failing(groups(tree, rows)) == {
        ("industries_add_up", measure, "236"),
        ("industries_add_up", measure, "2361"),
    }


def test_what_is_suppressed_is_left_alone_but_for_establishments(tree: Warehouse) -> None:
    rows = county()
    hide(rows, "236115", "236116", "23611")
    found = [row for row in groups(tree, rows) if row["identity"] != "last_year_adds_up"]
    assert failing(found) == set()
    checked = Counter((row["identity"], row["measure"]) for row in found)
    assert checked["industries_add_up", "establishments"] == PARENTS
    # 23611 itself is hidden, and the child of 2361 is
    assert checked["industries_add_up", "wages"] == PARENTS - 2
    assert checked["residual_not_negative", "wages"] == 1
    assert checked["residual_not_negative", "establishments"] == 0


def test_published_children_may_not_exceed_a_parent_with_hidden_ones(tree: Warehouse) -> None:
    rows = county()
    hide(rows, "236116")
    rows["236115"]["wages_usd"] = rows["23611"]["wages_usd"] + 1
    found = [row for row in groups(tree, rows) if row["identity"] == "residual_not_negative"]
    assert failing(found) == {("residual_not_negative", "wages", "23611")}
    wages = next(row for row in found if row["measure"] == "wages")
    assert (wages["expected"], wages["found"]) == (14_000, 14_001)


def test_nothing_may_be_left_for_hidden_children(tree: Warehouse) -> None:
    rows = county()
    hide(rows, "236116")
    rows["236115"]["wages_usd"] = rows["23611"]["wages_usd"]
    wages = [row for row in groups(tree, rows) if row["measure"] == "wages"]
    assert [row["holds"] for row in wages if row["identity"] == "residual_not_negative"] == [True]


class TestFilesCutAtALineEnd:
    """A cut file ends with a whole line: all that tells is a parent whose children are not there."""

    def test_a_parent_without_children_fails_in_a_whole_area(self, tree: Warehouse) -> None:
        rows = county()
        for code in ("62", "621", "6211", "62111", "621111"):
            del rows[code]
        found = [row for row in groups(tree, rows) if row["identity"] == "industries_add_up"]
        assert {industry for _, _, industry in failing(found)} == {"1025"}
        assert len(failing(found)) == MEASURES
        assert {row["found"] for row in found if not row["holds"]} == {0}

    def test_some_of_the_children_missing_fail_by_their_sum(self, tree: Warehouse) -> None:
        rows = county()
        del rows["236116"]
        found = [row for row in groups(tree, rows) if row["identity"] == "industries_add_up"]
        assert {industry for _, _, industry in failing(found)} == {"23611"}

    def test_a_missing_child_beside_hidden_ones_fails_by_its_establishments(self, tree: Warehouse) -> None:
        rows = county()
        hide(rows, "236115")
        del rows["236116"]
        assert ("industries_add_up", "establishments", "23611") in failing(groups(tree, rows))

    def test_an_industrys_slice_has_no_children_to_miss(self, tree: Warehouse) -> None:
        rows = {code: row for code, row in county().items() if code == "62"}
        assert groups(tree, rows, is_whole=False) == []

    def test_a_metropolitan_area_without_industries_is_no_cut_file(self, tree: Warehouse) -> None:
        """BLS publishes none from 2025 Q3 on."""
        rows = {"10": county()["10"]}
        assert groups(tree, rows, area_fips="C3890") == []

    def test_a_true_zero_needs_no_children(self, tree: Warehouse) -> None:
        assert groups(tree, {"23": {"establishments": 0, "disclosure": "true_zero"}}) == []


def test_totals_of_ownerships_are_no_parents(tree: Warehouse) -> None:
    assert groups(tree, {"10": county()["10"]}, own_code="0") == []
    assert groups(tree, {"10": county()["10"]}, own_code="8", area_fips="41000") == []


def test_areas_ownerships_and_quarters_are_not_added_to_each_other(tree: Warehouse) -> None:
    for keys in ({}, {"own_code": "3"}, {"area_fips": "41067"}, {"quarter": 2}, {"source": "sample"}):
        found = groups(tree, county(), **keys)
    assert failing(found) == set()
    assert counted(found)["industries_add_up"] == 5 * PARENTS * MEASURES


def test_workbooks_which_skip_levels_are_not_checked_here(tree: Warehouse) -> None:
    assert groups(tree, {"62": county()["62"], "621": county()["236115"]}, source="qualityinfo") == []


class TestLastYear:
    """Level less change is last year's level, and adds up too."""

    def test_a_wrong_change_is_found(self, tree: Warehouse) -> None:
        rows = county()
        rows["236115"]["oty_wages_change_usd"] += 1
        assert failing(groups(tree, rows)) == {("last_year_adds_up", "wages", "23611")}

    def test_a_child_that_has_closed_since_may_be_missing(self, tree: Warehouse) -> None:
        rows = county()
        closed = rows.pop("236116")
        for code in ("10", "101", "1012", "23", "236", "2361", "23611"):
            for name, figure in closed.items():
                if not name.startswith("oty_"):
                    # what it had is in last year's level of its parents, not in this year's
                    rows[code][name] -= figure
                    rows[code][change_of(name)] -= figure
        assert failing(groups(tree, rows)) == set()

    def test_without_a_closed_child_the_parent_may_not_have_had_more(self, tree: Warehouse) -> None:
        rows = county()
        rows["62111"]["oty_establishments_change"] -= 1
        found = failing(groups(tree, rows))
        assert ("last_year_adds_up", "establishments", "62111") in found

    def test_hidden_changes_are_left_alone(self, tree: Warehouse) -> None:
        rows = county()
        rows["236115"]["oty_wages_change_usd"] = None
        found = [row for row in groups(tree, rows) if row["identity"] == "last_year_adds_up"]
        assert failing(found) == set()
        assert Counter(row["measure"] for row in found)["wages"] == PARENTS - 1
