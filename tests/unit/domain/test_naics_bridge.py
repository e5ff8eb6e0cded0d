"""Sets of codes carried to another vintage: on trees drawn by hand, and on the shipped ones."""

import pytest

from pipelines.domain.naics import Concordance, Industry, NaicsTree
from pipelines.domain.naics_bridge import NaicsBridge, NaicsBridgeError, Step, continuity_faults

ROWS = [
    ("111111", "111111", "111111"),  # unchanged, though listed
    ("111112", "111113", "111113"),  # renamed
    ("111121", "111125", "111125"),  # merged with the next
    ("111122", "111125", "111125"),
    ("111131", "111136", "111136"),  # split
    ("111131", "111137", "111137"),
    ("111141", "111146", "111146"),  # many to many
    ("111142", "111146", "111146"),
    ("111142", "111147", "111147"),
    ("238210", "238210", "238210"),  # as the Census writes what BLS splits in 1 and 2
]
OLD = "111111 111112 111121 111122 111131 111141 111142 111191 238211 238212"
NEW = "111111 111113 111125 111136 111137 111146 111147 238211 238212"


def tree(vintage: int, leaves: str) -> NaicsTree:
    """All industries over these six-digit codes; what lies between is made from their digits."""
    rows = {"10": Industry("10", "", None, 0), "101": Industry("101", "", "10", 2)}
    rows["1011"] = Industry("1011", "", "101", 3)
    for leaf in leaves.split():
        parent = "1011"
        for digits in range(2, 7):
            code = leaf[:digits]
            rows.setdefault(code, Industry(code, "", parent, digits + 2))
            parent = code
    return NaicsTree(vintage, rows.values())


@pytest.fixture
def forward() -> NaicsBridge:
    return NaicsBridge(tree(2012, OLD), tree(2017, NEW), Concordance(ROWS))


@pytest.fixture
def back() -> NaicsBridge:
    return NaicsBridge(tree(2017, NEW), tree(2012, OLD), Concordance(ROWS))


@pytest.mark.parametrize(
    ("code", "kind", "successors"),
    [
        ("111111", "unchanged", {"111111"}),
        ("111112", "renamed", {"111113"}),
        ("111121", "merge", {"111125"}),
        ("111131", "split", {"111136", "111137"}),
        ("111141", "many_to_many", {"111146"}),  # by way of 111142, which 111146 holds a part of
        ("111142", "many_to_many", {"111146", "111147"}),
        ("238211", "unchanged", {"238211"}),
    ],
)
def test_kinds_of_steps(forward: NaicsBridge, code: str, kind: str, successors: set[str]) -> None:
    assert forward.kind(code) == kind
    assert forward.successors(code) == successors


def test_what_was_split_is_merged_on_the_way_back(back: NaicsBridge) -> None:
    assert [back.kind(code) for code in ("111125", "111136", "111137")] == ["split", "merge", "merge"]


@pytest.mark.parametrize(
    ("codes", "certain", "possible"),
    [
        ("111111 111112", "111111 111113", ""),
        ("111121 111122", "111125", ""),
        ("111121", "", "111125"),  # a merger with what is not in the set
        ("111131", "111136 111137", ""),  # all parts of a split are of the set
        ("111141", "", "111146"),
        ("111142", "111147", "111146"),
        ("111141 111142", "111146 111147", ""),
        ("238211 238212", "238211 238212", ""),
    ],
)
def test_certain_and_possible(forward: NaicsBridge, codes: str, certain: str, possible: str) -> None:
    carried = forward.carry(codes.split())
    assert carried.certain == set(certain.split())
    assert carried.possible == {*certain.split(), *possible.split()}
    assert carried.is_exact is (not possible)


def test_one_part_of_a_split_carried_back_is_a_range(back: NaicsBridge) -> None:
    assert back.carry({"111136"}).steps == (Step("111131", "possible", "merge", ("111136",)),)
    assert back.carry({"111136", "111137"}).steps == (Step("111131", "certain", "merge", ("111136", "111137")),)


def test_steps_name_the_codes_of_the_set_only(forward: NaicsBridge) -> None:
    assert forward.carry({"111142", "111111"}).steps == (
        Step("111111", "certain", "unchanged", ("111111",)),
        Step("111146", "possible", "many_to_many", ("111142",)),
        Step("111147", "certain", "many_to_many", ("111142",)),
    )


def test_nothing_is_carried_to_nothing(forward: NaicsBridge) -> None:
    assert forward.carry(()).is_exact
    assert forward.carry(()).steps == ()


def test_a_code_that_leads_to_nothing_is_a_loud_fault(forward: NaicsBridge) -> None:
    with pytest.raises(NaicsBridgeError, match=r"111191 of NAICS 2012 leads to 111191, .* NAICS 2017.*add a row to"):
        forward.carry({"111111", "111191"})


@pytest.mark.parametrize("code", ["11111", "999999", "238210"])
def test_a_code_that_is_not_of_its_vintage_is_a_loud_fault(forward: NaicsBridge, code: str) -> None:
    with pytest.raises(NaicsBridgeError, match=f"{code} is no six-digit code of NAICS 2012"):
        forward.carry({code})


def test_a_code_of_the_census_stands_for_what_bls_makes_of_it() -> None:
    old, new = tree(2012, "111111"), tree(2017, "238211 238212")
    bridge = NaicsBridge(old, new, Concordance([("111111", "238210", "238210")]))
    assert bridge.successors("111111") == {"238211", "238212"}


def test_faults_of_continuity_name_the_codes(forward: NaicsBridge) -> None:
    assert list(continuity_faults(forward, {"111121", "111122"}, {"111125"})) == []
    assert list(continuity_faults(forward, {"111131"}, {"111136"})) == [
        "111137 of NAICS 2017 is left out and holds a part of 111131 of NAICS 2012"
    ]
    assert list(continuity_faults(forward, {"111121"}, {"111125"})) == [
        "111125 of NAICS 2017 also holds a part of 111122 of NAICS 2012, which was left out"
    ]
    assert list(continuity_faults(forward, {"111121"}, ())) == [
        "111125 of NAICS 2017 is left out and holds a part of 111121 of NAICS 2012"
    ]


@pytest.mark.parametrize("source", [2012, 2017, 2022])
@pytest.mark.parametrize("target", [2012, 2017, 2022])
def test_all_industries_are_carried_exactly_between_the_shipped_vintages(
    trees: dict[int, NaicsTree], concordance: Concordance, source: int, target: int
) -> None:
    bridge = NaicsBridge(trees[source], trees[target], concordance)
    carried = bridge.carry(trees[source].leaves)
    assert carried.is_exact
    assert carried.certain == trees[target].leaves
    construction = trees[source].leaves_under("238")
    assert bridge.carry(construction).certain == construction
    assert {bridge.kind(code) for code in construction} == {"unchanged"}


@pytest.mark.parametrize(
    ("code", "target", "certain", "possible", "kind"),
    [
        ("541715", 2012, "", "541712", "many_to_many"),
        ("541715", 2017, "541715", "", "unchanged"),
        ("335220", 2012, "335221 335222 335224 335228", "", "split"),
    ],
)
def test_shipped_codes(
    trees: dict[int, NaicsTree],
    concordance: Concordance,
    code: str,
    target: int,
    certain: str,
    possible: str,
    kind: str,
) -> None:
    carried = NaicsBridge(trees[2022], trees[target], concordance).carry({code})
    assert carried.certain == set(certain.split())
    assert carried.possible == {*certain.split(), *possible.split()}
    assert {step.kind for step in carried.steps} == {kind}
