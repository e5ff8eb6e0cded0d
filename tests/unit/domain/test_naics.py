import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.naics import (
    NAICS_VINTAGES,
    SIX_DIGIT_LEVEL,
    Concordance,
    Industry,
    NaicsTree,
    NaicsTreeError,
    vintage_in_force,
)

# A tree small enough to check by eye: construction with two trades, and unclassified.
SMALL = [
    Industry("10", "Total, all industries", None, 0),
    Industry("101", "Goods-producing", "10", 2),
    Industry("102", "Service-providing", "10", 2),
    Industry("1012", "Construction", "101", 3),
    Industry("1029", "Unclassified", "102", 3),
    Industry("23", "Construction", "1012", 4),
    Industry("238", "Specialty trade contractors", "23", 5),
    Industry("2382", "Building equipment contractors", "238", 6),
    Industry("23821", "Electrical and wiring contractors", "2382", 7),
    Industry("238211", "Residential electrical contractors", "23821", 8),
    Industry("238212", "Nonresidential electrical contractors", "23821", 8),
    Industry("23822", "Plumbing and HVAC contractors", "2382", 7),
    Industry("238221", "Residential plumbing and HVAC contractors", "23822", 8),
    Industry("99", "Unclassified", "1029", 4),
    Industry("999", "Unclassified", "99", 5),
    Industry("9999", "Unclassified", "999", 6),
    Industry("99999", "Unclassified", "9999", 7),
    Industry("999999", "Unclassified", "99999", 8),
]


@pytest.fixture(scope="module")
def small() -> NaicsTree:
    return NaicsTree(2022, SMALL)


@pytest.mark.parametrize(
    ("year", "vintage"), [(2011, 2012), (2016, 2012), (2017, 2017), (2021, 2017), (2022, 2022), (2031, 2022)]
)
def test_vintage_in_force_switches_in_the_years_of_bls(year: int, vintage: int) -> None:
    assert vintage_in_force(year) == vintage


def test_vintage_before_2011_is_refused_with_the_year_named() -> None:
    with pytest.raises(ValueError, match=r"2010.*use data from 2011 on"):
        vintage_in_force(2010)


def test_relations_of_the_small_tree(small: NaicsTree) -> None:
    assert small.children("23821") == ("238211", "238212")
    assert small.children("238211") == ()
    assert small.ancestors("238221") == ("23822", "2382", "238", "23", "1012", "101", "10")
    assert small.leaves_under("2382") == {"238211", "238212", "238221"}
    assert small.leaves_under("238211") == {"238211"}
    assert small.leaves == {"238211", "238212", "238221", "999999"}
    assert small.ancestor_at("238221", 7) == "23822"
    assert small.ancestor_at("23", 7) == "23"
    assert "23821" in small
    assert "238210" not in small
    assert len(small) == 18


def test_the_fewest_covering_codes(small: NaicsTree) -> None:
    leaves = {"238211", "238212", "999999"}
    assert small.codes_covering(leaves, 7) == ("23821", "99999")
    assert small.codes_covering(leaves, 8) == ("238211", "238212", "999999")
    assert small.codes_covering(leaves, 0) == ("102", "23821")


def test_an_unknown_code_is_named(small: NaicsTree) -> None:
    with pytest.raises(KeyError, match="'238210' is not a code of NAICS 2022"):
        small.leaves_under("238210")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: [*rows, rows[-1]], "999999 is listed twice"),
        (lambda rows: rows[:-1], "99999 .level 7. has no code under it"),
        (lambda rows: rows[1:], "10, all industries, is missing"),
        (lambda rows: [row for row in rows if row.code != "2382"], "23821 has the parent 2382, which is not listed"),
        (lambda rows: [*rows, Industry("238222", "", "23822", 7)], "238222 has level 7, expected 8"),
        (lambda rows: [*rows, Industry("238231", "", "23822", 8)], "238231 .level 8. does not belong under 23822"),
        (lambda rows: [*rows, Industry("Mar-31", "", "1012", 4)], "'Mar-31' is not an industry code"),
        (lambda rows: [*rows, Industry("238222", "", None, 8)], "238222 has no parent"),
    ],
)
def test_rows_that_make_no_tree_are_refused(change: Callable[[list[Industry]], list[Industry]], message: str) -> None:
    with pytest.raises(NaicsTreeError, match=message):
        NaicsTree(2022, change(SMALL))


@pytest.mark.parametrize(("vintage", "six_digit_codes"), [(2012, 1065), (2017, 1057), (2022, 1012)])
def test_size_of_the_shipped_trees(trees: dict[int, NaicsTree], vintage: int, six_digit_codes: int) -> None:
    """The Census Bureau's counts of U.S. industries, plus 19 trades split in two, plus unclassified."""
    assert len(trees[vintage].leaves) == six_digit_codes + 19 + 1


def test_codes_known_to_have_come_and_gone(trees: dict[int, NaicsTree]) -> None:
    def vintages_of(code: str) -> list[int]:
        return [vintage for vintage in NAICS_VINTAGES if code in trees[vintage]]

    assert vintages_of("33513") == [2022]
    assert vintages_of("33511") == [2012, 2017]
    assert vintages_of("335220") == [2017, 2022]
    assert vintages_of("335222") == [2012]
    assert vintages_of("541712") == [2012]
    assert vintages_of("238211") == [2012, 2017, 2022]
    assert vintages_of("238210") == []


@pytest.mark.parametrize("vintage", NAICS_VINTAGES)
def test_shipped_leaves_are_the_six_digit_codes(trees: dict[int, NaicsTree], vintage: int) -> None:
    tree = trees[vintage]
    assert tree.leaves == {code for code in tree if len(code) == 6}
    assert all(tree.level(code) == SIX_DIGIT_LEVEL for code in tree.leaves)


@pytest.mark.parametrize("vintage", NAICS_VINTAGES)
def test_children_partition_the_leaves_of_every_code(trees: dict[int, NaicsTree], vintage: int) -> None:
    tree = trees[vintage]
    for code in tree:
        parts = [tree.leaves_under(child) for child in tree.children(code)]
        assert sum(map(len, parts)) == len(tree.leaves_under(code)) or not parts
        assert not parts or frozenset().union(*parts) == tree.leaves_under(code)


@pytest.mark.parametrize("vintage", NAICS_VINTAGES)
def test_leaves_under_a_code_of_three_digits_or_more_begin_with_it(trees: dict[int, NaicsTree], vintage: int) -> None:
    tree = trees[vintage]
    for code in (code for code in tree if tree.level(code) >= 5):
        assert tree.leaves_under(code) == {leaf for leaf in tree.leaves if leaf.startswith(code)}


@given(data=st.data(), vintage=st.sampled_from(NAICS_VINTAGES), top_level=st.integers(0, 8))
def test_covering_codes_hold_exactly_the_leaves_and_cannot_be_fewer(
    trees: dict[int, NaicsTree], data: st.DataObject, vintage: int, top_level: int
) -> None:
    tree = trees[vintage]
    chosen = data.draw(st.sets(st.sampled_from(sorted(tree)), max_size=8))
    leaves = frozenset().union(*(tree.leaves_under(code) for code in chosen))
    covering = tree.codes_covering(leaves, top_level)
    parts = [tree.leaves_under(code) for code in covering]
    assert frozenset().union(*parts) == leaves
    assert sum(map(len, parts)) == len(leaves)
    assert all(tree.level(code) >= top_level for code in covering)
    wholes = {code for code in tree if tree.level(code) >= top_level and tree.leaves_under(code) <= leaves}
    assert not any(wholes.intersection(tree.ancestors(code)) for code in covering)


def test_concordance_answers_by_hand() -> None:
    concordance = Concordance([("541711", "541713", "541713"), ("541712", "541713", "541713")])
    assert concordance.translate(["541713"], 2022, 2012) == {"541711", "541712"}
    assert concordance.translate(["541711"], 2012, 2017) == {"541713"}
    assert concordance.translate(["111110"], 2012, 2022) == {"111110"}
    assert concordance.translate(["541713"], 2022, 2022) == {"541713"}


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(NAICS_VINTAGES, 2)))
def test_shipped_concordance_maps_whole_trees_onto_each_other_and_back(
    trees: dict[int, NaicsTree], concordance: Concordance, source: int, target: int
) -> None:
    assert concordance.translate(trees[source].leaves, source, target) == trees[target].leaves
    for leaf in trees[source].leaves:
        for successor in concordance.translate([leaf], source, target):
            assert leaf in concordance.translate([successor], target, source)


def test_shipped_concordance_keeps_every_two_digit_sector(
    trees: dict[int, NaicsTree], concordance: Concordance
) -> None:
    for sector in (code for code in trees[2022] if trees[2022].level(code) == 4):
        for vintage in (2012, 2017):
            translated = concordance.translate(trees[2022].leaves_under(sector), 2022, vintage)
            assert translated == trees[vintage].leaves_under(sector), sector
