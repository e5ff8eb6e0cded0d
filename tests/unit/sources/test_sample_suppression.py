"""Suppression: the primary rule by hand, the complements as a law over any table of industries and counties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.sample_suppression import Flags, Hierarchy, Integers, hide_complements, is_sensitive


def integers(*values: int) -> Integers:
    return np.array(values, dtype=np.int64)


def flags(*values: int) -> Flags:
    return np.array(values, dtype=bool)


def test_primary_rule_by_hand() -> None:
    #                     none two three jobs>80% jobs=80% wages>80% three-without-jobs
    sensitive = is_sensitive(
        establishments=integers(0, 2, 3, 5, 5, 5, 3),
        jobs=integers(0, 90, 90, 100, 100, 100, 0),
        largest_jobs=integers(0, 45, 30, 81, 80, 20, 0),
        wages=integers(0, 9, 9, 1000, 1000, 1000, 0),
        largest_wages=integers(0, 5, 3, 500, 800, 801, 0),
    )
    assert sensitive.tolist() == [False, True, False, True, False, True, False]


def test_a_single_hidden_child_takes_the_cheapest_sibling_along() -> None:
    # 0 is the sum of 1, 2, 3; 1 is sensitive
    hierarchy = Hierarchy(integers(-1, 0, 0, 0), integers(-1, -1, -1, -1))
    hidden = hide_complements(flags(0, 1, 0, 0), hierarchy, flags(1, 1, 1, 1), np.array([60.0, 10.0, 30.0, 20.0]))
    assert hidden.tolist() == [False, True, False, True]


def test_an_only_child_takes_its_parent_along() -> None:
    hierarchy = Hierarchy(integers(-1, 0), integers(-1, -1))
    hidden = hide_complements(flags(0, 1), hierarchy, flags(1, 1), np.array([1.0, 1.0]))
    assert hidden.tolist() == [True, True]


def test_a_hidden_parent_does_not_keep_all_its_children_in_sight() -> None:
    hierarchy = Hierarchy(integers(-1, 0, 0), integers(-1, -1, -1))
    hidden = hide_complements(flags(1, 0, 0), hierarchy, flags(1, 1, 1), np.array([3.0, 2.0, 1.0]))
    assert hidden.tolist() == [True, False, True]


def test_true_zeros_are_never_hidden() -> None:
    hierarchy = Hierarchy(integers(-1, 0, 0, 0), integers(-1, -1, -1, -1))
    hidden = hide_complements(flags(0, 1, 0, 0), hierarchy, flags(1, 1, 0, 1), np.array([9.0, 5.0, 0.0, 4.0]))
    assert hidden.tolist() == [False, True, False, True]


def test_what_cannot_be_protected_is_an_error() -> None:
    hierarchy = Hierarchy(integers(-1, 0, 0), integers(-1, -1, -1))
    with pytest.raises(ValueError, match="nothing else in it can be hidden"):
        hide_complements(flags(0, 1, 0), hierarchy, flags(0, 1, 0), np.array([3.0, 2.0, 1.0]))


def table(counties: int, groups: list[int]) -> Hierarchy:
    """A state and its counties, each with groups of industries under a total: rows area by area, total, group, leaf."""
    industry_parent, state_parent = [], []
    rows_per_area = 1 + sum(1 + leaves for leaves in groups)
    for area in range(counties + 1):
        start = area * rows_per_area
        parents, at = [-1], start + 1
        for leaves in groups:
            parents += [start] + [at] * leaves
            at += 1 + leaves
        industry_parent += parents
        state_parent += [-1 if area == 0 else row for row in range(rows_per_area)]
    return Hierarchy(integers(*industry_parent), integers(*state_parent))


@given(
    counties=st.integers(1, 5),
    groups=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0, 0.5),
)
def test_no_sum_reveals_a_hidden_member(counties: int, groups: list[int], seed: int, share: float) -> None:
    hierarchy = table(counties, groups)
    rng = np.random.default_rng(seed)
    rows = len(hierarchy.industry_parent)
    sensitive = rng.random(rows) < share
    hidden = hide_complements(sensitive, hierarchy, np.ones(rows, dtype=bool), rng.random(rows))
    assert (hidden | ~sensitive).all()
    for parents in (hierarchy.industry_parent, hierarchy.state_parent):
        for parent in set(parents.tolist()) - {-1}:
            assert hidden[parent] + hidden[parents == parent].sum() != 1
    if not sensitive.any():
        assert not hidden.any()
