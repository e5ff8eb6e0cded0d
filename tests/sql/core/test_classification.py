"""Which industries make up a sector, the union, an overlap; and which nodes of the tree lie wholly inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.domain.naics import NAICS_VINTAGES
from pipelines.domain.sector_definitions import codes_in_vintage, leaves_of
from pipelines.settings import SHIPPED_DEFINITIONS
from pipelines.sources.definition_files import load_definitions

if TYPE_CHECKING:
    from tests.sql.conftest import Warehouse

TREE = (
    "10 > 101 > 1012 > 23 > 236 > 2361 > 23611 > 236115 236116",
    "23 > 237 > 2371 > 23713 > 237130",
    "23 > 238 > 2382 > 23821 > 238211 238212",
    "101 > 1013 > 31-33 > 331 > 3311 > 33111 > 331110",
    "31-33 > 335 > 3351 > 33511 > 335110",
    "3351 > 33512 > 335121 335122",
    "10 > 102 > 1021 > 22 > 221 > 2211 > 22111 > 221111 221112",
    "2211 > 22112 > 221121 221122",
    "102 > 1025 > 62 > 621 > 6211 > 62111 > 621111",
    "62 > 624 > 6244 > 62441 > 624410",
)
MODELS = (
    "core.naics_ancestry",
    "core.industry_group_leaves",
    "core.industry_groups",
    "core.industry_group_codes",
)


@pytest.fixture
def tree(warehouse: Warehouse) -> Warehouse:
    warehouse.add_industries(*TREE)
    return warehouse


def classify(warehouse: Warehouse) -> None:
    warehouse.build(*MODELS)
    assert warehouse.broken_contracts(*MODELS) == []


def leaves(warehouse: Warehouse, group: str, vintage: int = 2012) -> set[str]:
    rows = warehouse.rows("core.industry_group_leaves", group_key=group, naics_vintage=vintage)
    return {row["industry_code"] for row in rows}


def inside(warehouse: Warehouse, group: str, vintage: int = 2012) -> set[str]:
    rows = warehouse.rows("core.industry_group_codes", group_key=group, naics_vintage=vintage)
    return {row["industry_code"] for row in rows}


def test_ancestors_follow_the_tree_up_to_all_industries(tree: Warehouse) -> None:
    ancestors = {
        row["ancestor_code"]: row["ancestor_level"] for row in tree.run("core.naics_ancestry", industry_code="238212")
    }
    assert ancestors == {"10": 0, "101": 2, "1012": 3, "23": 4, "238": 5, "2382": 6, "23821": 7, "238212": 8}
    assert [row["ancestor_code"] for row in tree.rows("core.naics_ancestry", industry_code="10")] == ["10"]


def test_a_sector_holds_its_codes_descendants_whatever_their_digits(tree: Warehouse) -> None:
    tree.add_sectors("construction", "manufacturing")
    tree.define("construction", "23")
    tree.define("manufacturing", "31-33")
    classify(tree)
    assert leaves(tree, "strict:construction") == {"236115", "236116", "237130", "238211", "238212"}
    assert leaves(tree, "strict:manufacturing") == {"331110", "335110", "335121", "335122"}


def test_nodes_wholly_inside_reach_up_to_the_supersector_and_no_further(tree: Warehouse) -> None:
    tree.add_sectors("construction")
    tree.define("construction", "23")
    classify(tree)
    below = {"236", "2361", "23611", "236115", "236116", "237", "2371", "23713", "237130"}
    below |= {"238", "2382", "23821", "238211", "238212"}
    # 1012 holds nothing but 23; 101 holds manufacturing too
    assert inside(tree, "strict:construction") == {"1012", "23"} | below


def test_a_parent_of_an_only_child_lies_inside_with_it(tree: Warehouse) -> None:
    tree.add_sectors("clean_energy")
    tree.define("clean_energy", "237130", "221121", "221122")
    classify(tree)
    # 237, 2371, 23713 hold nothing else; 22112 holds both its children; 2211 holds 22111 besides
    expected = {"237", "2371", "23713", "237130", "22112", "221121", "221122"}
    assert inside(tree, "strict:clean_energy") == expected


def test_a_parent_partly_inside_is_not_inside(tree: Warehouse) -> None:
    tree.add_sectors("electrical")
    tree.define("electrical", "335110", "335121")
    classify(tree)
    assert inside(tree, "strict:electrical") == {"33511", "335110", "335121"}


def test_the_union_holds_each_industry_once_and_what_two_sectors_fill_together(tree: Warehouse) -> None:
    tree.add_sectors("metals", "electrical", "energy", "construction")
    tree.add_sectors("all_target_sectors", kind="union")
    tree.define("metals", "331")
    tree.define("electrical", "335")
    tree.define("energy", "238211", "221111")
    tree.define("construction", "23")
    classify(tree)
    parts = [leaves(tree, f"strict:{sector}") for sector in ("metals", "electrical", "energy", "construction")]
    assert leaves(tree, "strict:all_target_sectors") == set().union(*parts)
    assert len(tree.rows("core.industry_group_leaves", group_key="strict:all_target_sectors")) == 4 + 5 + 1
    # neither metals nor electrical equipment fills 31-33, both together do, and with construction all of 101
    assert {"31-33", "1013", "101"} <= inside(tree, "strict:all_target_sectors")
    assert "31-33" not in inside(tree, "strict:metals") | inside(tree, "strict:electrical")


def test_overlaps_are_groups_of_their_own_named_in_order(tree: Warehouse) -> None:
    tree.add_sectors("construction", "energy", "health", "child_care")
    tree.define("construction", "23")
    tree.define("energy", "23821", "221111")
    tree.define("health", "62")
    tree.define("child_care", "6244")
    classify(tree)
    overlaps = {row["group_key"]: row for row in tree.rows("core.industry_groups", kind="overlap")}
    assert set(overlaps) == {"strict:construction+energy", "strict:health+child_care"}
    assert leaves(tree, "strict:construction+energy") == {"238211", "238212"}
    assert overlaps["strict:health+child_care"]["sector"] == "health"
    assert overlaps["strict:health+child_care"]["other_sector"] == "child_care"
    assert inside(tree, "strict:health+child_care") == {"624", "6244", "62441", "624410"}


def test_a_lens_is_in_neither_union_nor_overlap(tree: Warehouse) -> None:
    tree.add_sectors("construction", "health")
    tree.add_sectors("all_target_sectors", kind="union")
    tree.add_sectors("sum_of_sectors", kind="gross")
    tree.add_sectors("behavioral_health", kind="lens")
    tree.define("construction", "23")
    tree.define("health", "624")
    tree.define("behavioral_health", "624410", "621111")
    classify(tree)
    assert leaves(tree, "strict:behavioral_health") == {"624410", "621111"}
    assert "621111" not in leaves(tree, "strict:all_target_sectors")
    assert tree.rows("core.industry_groups", kind="overlap") == []


def test_readings_are_kept_apart_and_each_has_a_gross_sum(tree: Warehouse) -> None:
    tree.add_sectors("manufacturing")
    tree.add_sectors("sum_of_sectors", kind="gross")
    tree.define("manufacturing", "331")
    tree.define("manufacturing", "331", "335", definition="broad")
    classify(tree)
    assert "335110" not in leaves(tree, "strict:manufacturing")
    assert "31-33" in inside(tree, "broad:manufacturing")
    assert {(row["group_key"], row["kind"]) for row in tree.rows("core.industry_groups")} == {
        ("strict:manufacturing", "sector"),
        ("broad:manufacturing", "sector"),
        ("strict:sum_of_sectors", "gross"),
        ("broad:sum_of_sectors", "gross"),
    }
    assert leaves(tree, "broad:sum_of_sectors") == set(), "the gross sum has no industries, it adds sectors up"


def test_each_vintage_is_classified_by_its_own_codes(tree: Warehouse) -> None:
    """33513 of 2022 is 33511 and 33512 before; in both trees nothing else lies in 3351."""
    tree.add_industries("10 > 101 > 1013 > 31-33 > 335 > 3351 > 33513 > 335131 335132 335139", vintage=2022)
    tree.add_industries("31-33 > 331 > 3311 > 33111 > 331110", vintage=2022)
    tree.add_sectors("lighting")
    tree.define("lighting", "33513", vintage=2022)
    tree.define("lighting", "33511", "33512", vintage=2012)
    classify(tree)
    assert leaves(tree, "strict:lighting", 2022) == {"335131", "335132", "335139"}
    assert leaves(tree, "strict:lighting", 2012) == {"335110", "335121", "335122"}
    assert {"335", "3351"} <= inside(tree, "strict:lighting", 2022) & inside(tree, "strict:lighting", 2012)


def test_two_lines_of_a_definition_do_not_count_an_industry_twice(tree: Warehouse) -> None:
    """In another vintage two listed codes may be one: 335221 and 335224 before are both in 335220 now."""
    tree.add_sectors("construction")
    tree.insert(
        "reference.sector_codes",
        {"industry_code": "238", "listed_code": "23821"},
        {"industry_code": "238", "listed_code": "23822"},
        sector="construction",
    )
    classify(tree)
    assert inside(tree, "strict:construction") == {"238", "2382", "23821", "238211", "238212"}


def test_the_shipped_definitions_are_classified_as_the_domain_reads_them(warehouse: Warehouse) -> None:
    definitions = load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS)
    for name, frame in definitions.tables().items():
        warehouse.fill(name, frame)
    classify(warehouse)
    trees = definitions.classification.trees
    for vintage in NAICS_VINTAGES:
        for reading in ("strict", "broad"):
            of_sector = {
                sector.key: leaves_of(
                    (code for line in sector.lines(reading) for code in codes_in_vintage(line, vintage)),
                    trees[vintage],
                )
                for sector in (*definitions.sectors, *definitions.lenses)
            }
            for sector, codes in of_sector.items():
                assert leaves(warehouse, f"{reading}:{sector}", vintage) == codes
            union = frozenset[str]().union(*(of_sector[sector.key] for sector in definitions.sectors))
            assert leaves(warehouse, f"{reading}:all_target_sectors", vintage) == union
            for group in (*of_sector, "all_target_sectors"):
                codes = of_sector.get(group, union)
                whole = {code for code in trees[vintage] if trees[vintage].leaves_under(code) <= codes}
                assert inside(warehouse, f"{reading}:{group}", vintage) == whole


class TestRefusedGroups:
    """A definition finer than the source, and whatever adds it up, is refused with its codes."""

    @pytest.fixture
    def defined(self, tree: Warehouse) -> Warehouse:
        tree.add_sectors("construction", "energy")
        tree.add_sectors("all_target_sectors", kind="union")
        tree.add_sectors("sum_of_sectors", kind="gross")
        tree.add_sectors("fine_lens", kind="lens")
        tree.define("construction", "23")
        tree.define("energy", "221111", "238211")
        tree.define("fine_lens", "236115")
        classify(tree)
        return tree

    def refused(self, warehouse: Warehouse) -> dict[str, list[str]]:
        rows = warehouse.run("core.refused_groups")
        assert warehouse.broken_contracts("core.refused_groups") == []
        return {row["group_key"]: row["codes"] for row in rows}

    def test_the_sector_its_overlaps_the_union_and_the_sum_are_refused(self, defined: Warehouse) -> None:
        defined.insert("core.period_cells", {"source": "qualityinfo"})
        codes = ({"listed_code": code, "sector": "energy"} for code in ("238211", "221111"))
        defined.insert("reference.codes_too_fine", *codes)
        refused = self.refused(defined)
        assert set(refused) == {
            "strict:all_target_sectors",
            "strict:construction+energy",
            "strict:energy",
            "strict:sum_of_sectors",
        }
        assert all(named == ["221111", "238211"] for named in refused.values())

    def test_the_union_names_the_codes_of_every_refused_sector(self, defined: Warehouse) -> None:
        defined.insert("core.period_cells", {"source": "qualityinfo"})
        fine = ({"sector": "energy", "listed_code": "221111"}, {"sector": "construction", "listed_code": "238211"})
        defined.insert("reference.codes_too_fine", *fine)
        assert self.refused(defined)["strict:all_target_sectors"] == ["221111", "238211"]
        assert self.refused(defined)["strict:energy"] == ["221111"]

    def test_a_refused_lens_refuses_nothing_else(self, defined: Warehouse) -> None:
        defined.insert("core.period_cells", {"source": "qualityinfo"})
        defined.insert("reference.codes_too_fine", {"sector": "fine_lens", "listed_code": "236115"})
        assert self.refused(defined) == {"strict:fine_lens": ["236115"]}

    def test_a_deep_source_another_vintage_and_an_unused_source_refuse_nothing(self, defined: Warehouse) -> None:
        defined.insert("core.period_cells", {"source": "bls"}, {"source": "qualityinfo", "naics_vintage": 2022})
        defined.insert("reference.codes_too_fine", {"sector": "energy", "listed_code": "221111"})
        assert self.refused(defined) == {}
