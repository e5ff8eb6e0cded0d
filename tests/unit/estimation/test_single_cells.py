"""Which totals give a single hidden cell away: by hand, and against trying all pairs of totals."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from pipelines.estimation.single_cells import SingleCells, single_cells


def guarded(*selected: str, establishments: str = "4321") -> SingleCells:
    """Totals of the leaves a to d, by their letters; a letter given twice counts twice."""
    leaves = pl.DataFrame(
        {
            "area_fips": "41001",
            "own_code": "5",
            "industry_code": list("abcd"),
            "establishments": [int(count) for count in establishments],
        }
    )
    counts = np.array([[letters.count(leaf) for leaf in "abcd"] for letters in selected], dtype=np.int64)
    return single_cells(leaves, sparse.csr_array(counts.reshape(-1, 4)))


def pinned(selected: list[str], exact: list[str]) -> list[str]:
    """The totals that give a cell away, where some are known to the unit."""
    pins = guarded(*selected).pins_cell(np.array([letters in exact for letters in selected], dtype=bool))
    return [letters for letters, pin in zip(selected, pins, strict=True) if pin]


def test_a_total_of_one_cell_bears_its_name() -> None:
    found = guarded("a", "ab", "", "cc", "abcd")
    assert found.single_cell.to_list() == ["41001 5 a", None, None, "41001 5 c", None]
    assert found.cells.tolist() == [1, 2, 0, 1, 4]
    assert found.establishments.tolist() == [4, 7, 0, 2, 10]


def test_cells_without_establishments_hide_nobody() -> None:
    found = guarded("ab", "bd", "b", establishments="4020")
    assert found.single_cell.to_list() == ["41001 5 a", None, None]
    assert found.cells.tolist() == [1, 0, 0]
    assert found.pins_cell(np.array([True, True, True])).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("selected", "exact", "pins"),
    [
        (["ab", "abc"], ["ab", "abc"], ["ab", "abc"]),
        (["ab", "abc"], ["ab"], []),
        (["ab", "abc"], ["abc"], []),
        (["ab", "abcd"], ["ab", "abcd"], []),
        (["ab", "ab"], ["ab"], []),
        (["abc", "abd"], ["abc", "abd"], []),
        (["a", "bcd"], ["a", "bcd"], ["a"]),
        (["a", "ab"], ["ab"], []),
        (["", "ab"], ["", "ab"], []),
        (["ab", "abc", "abcd"], ["ab", "abc", "abcd"], ["ab", "abc", "abcd"]),
    ],
    ids=" ".join,
)
def test_two_exact_totals_that_differ_by_a_cell_both_give_it_away(
    selected: list[str], exact: list[str], pins: list[str]
) -> None:
    assert pinned(selected, exact) == pins


@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abcd")), st.booleans()), max_size=8),
    st.text("01", min_size=4, max_size=4),
)
def test_exact_totals_are_compared_with_all_others(drawn: list[tuple[set[str], bool]], establishments: str) -> None:
    inhabited = {leaf for leaf, count in zip("abcd", establishments, strict=True) if count != "0"}
    found = guarded(*("".join(letters) for letters, _ in drawn), establishments=establishments)
    sets = [letters & inhabited for letters, _ in drawn]
    exact = [letters for letters, (_, is_exact) in zip(sets, drawn, strict=True) if is_exact] + [set()]
    gives_away = [
        is_exact and bool(own) and any(len(own ^ other) == 1 and (own > other or own < other) for other in exact)
        for own, (_, is_exact) in zip(sets, drawn, strict=True)
    ]
    assert found.pins_cell(np.array([is_exact for _, is_exact in drawn], dtype=bool)).tolist() == gives_away
    assert found.single_cell.to_list() == [f"41001 5 {min(own)}" if len(own) == 1 else None for own in sets]


def test_where_nothing_is_hidden_nothing_is_given_away() -> None:
    schema = {"area_fips": pl.String, "own_code": pl.String, "industry_code": pl.String, "establishments": pl.Int64}
    found = single_cells(pl.DataFrame(schema=schema), sparse.csr_array((3, 0), dtype=np.int64))
    assert found.cells.tolist() == found.establishments.tolist() == [0, 0, 0]
    assert found.single_cell.to_list() == [None] * 3
    assert not found.pins_cell(np.ones(3, dtype=bool)).any()
    assert guarded().pins_cell(np.zeros(0, dtype=bool)).shape == (0,)
