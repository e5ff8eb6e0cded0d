"""Regions of several states: sums, errors, intervals and shares by hand, and what is withheld."""

from collections.abc import Mapping
from math import exp, sqrt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.estimation.region_estimates import INTERVAL, KEYS, NUMBERS, SHARES, pay_estimates, region_estimates
from pipelines.estimation.state_estimates import ALL, TOTALS_SCHEMA

Numbers = tuple[float, float, float, float, float]
NO_SUMS = pl.Series([], dtype=pl.String)
NORMAL_90 = 1.644854


def total(group: str, numbers: Numbers, **values: object) -> dict[str, object]:
    """One state's part of a total: known, lower, estimate, upper and standard error, and what differs from the rest."""
    usual = {
        "region": "valley",
        "ownership": "private",
        "year": 2016,
        "quarter": 1,
        "measure": "employment",
        "hidden_cells": 4,
        "hidden_establishments": 9,
        "pins_cell": False,
    }
    names = (*NUMBERS, "standard_error")
    return usual | {"group_key": group} | dict(zip(names, numbers, strict=True)) | values


def published(value: float) -> dict[str, object]:
    """One state's total of all industries, published."""
    return total(ALL, (value, value, value, value, 0), hidden_cells=0, hidden_establishments=0)


def estimated(*totals: dict[str, object], sums: pl.Series = NO_SUMS) -> pl.DataFrame:
    return region_estimates(pl.DataFrame(list(totals), schema=TOTALS_SCHEMA), sums)


def only(*totals: dict[str, object], sums: pl.Series = NO_SUMS) -> dict[str, Any]:
    (row,) = estimated(*totals, sums=sums).rows(named=True)
    return row


def log_normal(mean: float, deviation: float) -> tuple[float, float]:
    """Ends of the 90 % interval."""
    median, factor = mean * exp(-(deviation**2) / 2), exp(NORMAL_90 * deviation)
    return median / factor, median * factor


ONE, OTHER = total("one", (10, 20, 40, 60, 3)), total("one", (5, 5, 10, 30, 4))


def test_two_states_are_added_and_their_errors_as_squares() -> None:
    row = only(ONE, OTHER, published(120), published(80))
    assert [row[name] for name in NUMBERS] == [15, 25, 50, 90]
    assert (row["hidden_cells"], row["hidden_establishments"], row["is_withheld"]) == (8, 18, False)
    # Of the 35 that are hidden the error is the root of 3² + 4².
    ends = [15 + end for end in log_normal(35, 5 / 35)]
    assert [row[name] for name in INTERVAL] == pytest.approx(ends, rel=1e-6)
    shares = [25 / 200, 50 / 200, 90 / 200, ends[0] / 200, ends[1] / 200]
    assert [row[name] for name in SHARES] == pytest.approx(shares, rel=1e-6)


def test_an_interval_is_cut_at_the_bounds() -> None:
    row = only(total("one", (10, 38, 40, 41, 20)), published(100))
    assert [row[name] for name in INTERVAL] == [38, 41]
    assert [row[name] for name in SHARES] == pytest.approx([0.38, 0.40, 0.41, 0.38, 0.41])


def test_a_hidden_total_of_two_states_is_bounded_by_itself() -> None:
    parts = total(ALL, (90, 90, 110, 150, 24)), total(ALL, (60, 60, 90, 100, 32))
    row = only(ONE, OTHER, *parts)
    # 50 of 200, with relative errors of 5 / 50 and 40 / 200.
    ends = log_normal(0.25, sqrt(0.1**2 + 0.2**2))
    assert [row[name] for name in SHARES] == pytest.approx([25 / 250, 0.25, 90 / 150, *ends], rel=1e-6)


def test_a_hidden_total_of_one_state_is_bounded_as_the_state_found() -> None:
    whole = total(ALL, (60, 60, 80, 100, 10))
    row = only(total("b", (0, 0, 20, 40, 10), share_lower=0.0, share_upper=0.4), whole)
    assert (row["lower_share"], row["estimate_share"], row["upper_share"]) == (0, 0.25, 0.4)
    assert row["interval90_upper_share"] == 0.4
    # Without it the share could be 40 / 60.
    assert only(total("b", (0, 0, 20, 40, 10)), whole)["upper_share"] == pytest.approx(2 / 3)


def test_an_estimated_share_is_inside_its_bounds() -> None:
    row = only(total("b", (0, 0, 38, 40, 10), share_lower=0.0, share_upper=0.4), total(ALL, (60, 60, 80, 100, 10)))
    assert row["estimate_share"] == 0.4


def test_a_gross_sum_may_exceed_the_whole_and_nothing_else() -> None:
    numbers = (100, 110, 120, 130, 5)
    whole = total(ALL, (80, 80, 100, 120, 5))
    joint = {"share_lower": 0.9, "share_upper": 1.0}
    gross = only(total("gross", numbers, **joint), whole, sums=pl.Series(["gross"]))
    assert [gross[name] for name in SHARES[:3]] == pytest.approx([110 / 120, 1.2, 130 / 80])
    assert 1.2 < gross["interval90_upper_share"] < 130 / 80
    assert only(total("gross", numbers), published(100), sums=pl.Series(["gross"]))["lower_share"] == 1.1
    part = only(total("part", (30, 40, 90, 100, 5)), whole)
    assert (part["lower_share"], part["upper_share"]) == (40 / 120, 1)


def test_shares_are_null_where_the_whole_may_be_nothing() -> None:
    row = only(total("one", (0, 0, 3, 9, 1)), total(ALL, (0, 0, 5, 9, 1)))
    assert [row[name] for name in SHARES] == [None] * 5
    assert row["upper"] == 9
    nothing = only(total("one", (0, 0, 0, 0, 0), hidden_cells=0), published(0))
    assert [nothing[name] for name in (*NUMBERS, *INTERVAL, *SHARES)] == [0] * 6 + [None] * 5


def test_each_figure_is_a_share_of_its_own_whole() -> None:
    found = estimated(
        total("one", (10, 10, 10, 10, 0), quarter=2),
        total("one", (10, 10, 10, 10, 0), region="coast"),
        total("one", (10, 10, 10, 10, 0), measure="wages"),
        published(20) | {"quarter": 2},
        published(40) | {"region": "coast"},
        published(50) | {"measure": "wages"},
        published(99),
    )
    assert found.select("region", "quarter", "measure", "estimate_share").rows() == [
        ("coast", 1, "employment", 0.25),
        ("valley", 1, "wages", 0.2),
        ("valley", 2, "employment", 0.5),
    ]
    assert found.columns == [
        *KEYS,
        *NUMBERS,
        *INTERVAL,
        *SHARES,
        "hidden_cells",
        "hidden_establishments",
        "is_withheld",
    ]


@pytest.mark.parametrize(
    ("states", "is_withheld"),
    [
        ([{"single_cell": "41001 5 A1", "hidden_cells": 1}], True),
        ([{"hidden_establishments": 2}], True),
        ([{"hidden_establishments": 1}], True),
        ([{"pins_cell": True}], True),
        ([{}], False),
        ([{"hidden_establishments": 3}], False),
        ([{"hidden_cells": 0, "hidden_establishments": 0}], False),
        ([{"single_cell": "41001 5 A1", "hidden_cells": 1}, {"hidden_cells": 0, "hidden_establishments": 0}], True),
        ([{"single_cell": "41001 5 A1", "hidden_cells": 1}, {}], False),
        ([{"single_cell": f"{area} 5 A1", "hidden_cells": 1} for area in ("41001", "53001")], False),
        ([{"hidden_establishments": 1}, {"hidden_establishments": 1}], True),
        ([{"hidden_establishments": 1}, {"hidden_establishments": 2}], False),
        ([{}, {"pins_cell": True}], True),
    ],
)
def test_what_would_give_away_a_cell_or_few_establishments_is_withheld(
    states: list[dict[str, object]], is_withheld: bool
) -> None:
    row = only(*(total("one", (10, 20, 40, 60, 3), **state) for state in states), published(100))
    assert row["is_withheld"] is is_withheld


WAGES = (0, 900, 1000, 1200, 0)
JOBS = (2, 8, 10, 12, 0)
PAY = ("lower", "estimate", "upper", *INTERVAL)


def pay(
    wages: Numbers, jobs: Numbers, of_wages: Mapping[str, object] | None = None, **values: object
) -> dict[str, Any]:
    """The one row of pay; of_wages, values: what of wages, and of both, is not as usual."""
    totals = [
        total("one", wages, measure="wages", **(values | dict(of_wages or {}))),
        total("one", jobs, **values),
        *(published(1000) | {"measure": measure} | values for measure in ("wages", "employment")),
    ]
    (row,) = pay_estimates(pl.DataFrame(totals, schema=TOTALS_SCHEMA)).rows(named=True)
    return row


def test_pay_is_a_years_wages_of_a_job() -> None:
    assert [pay(WAGES, JOBS)[name] for name in PAY] == pytest.approx([300, 400, 600, 400, 400])
    assert [pay(WAGES, JOBS, quarter=0)[name] for name in PAY] == pytest.approx([75, 100, 150, 100, 100])
    row = pay((*WAGES[:4], 30), (*JOBS[:4], 0.4))
    assert [row[name] for name in INTERVAL] == pytest.approx(log_normal(400, 0.05), rel=1e-6)


def test_pay_without_a_certain_job_has_no_upper_bound_and_without_any_job_is_unknown() -> None:
    some = pay(WAGES, (0, 0, 10, 12, 0))
    assert [some[name] for name in PAY[:3]] == [300, 400, None]
    nothing = pay((0, 0, 0, 0, 0), (0, 0, 0, 0, 0), hidden_cells=0)
    assert [nothing[name] for name in PAY] == [None] * 5


def test_pay_is_withheld_where_wages_or_jobs_are() -> None:
    assert not pay(WAGES, JOBS)["is_withheld"]
    assert pay(WAGES, JOBS, {"pins_cell": True})["is_withheld"]
    assert pay(WAGES, JOBS, hidden_establishments=2)["is_withheld"]


@st.composite
def numbers(draw: st.DrawFn) -> Numbers:
    known, more, width = (draw(st.integers(0, 10**6)) for _ in range(3))
    estimate = known + more + draw(st.integers(0, 100)) * width / 100
    return known, known + more, estimate, known + more + width, draw(st.floats(0, 1e6)) if width else 0.0


@given(st.lists(st.tuples(numbers(), numbers()), min_size=1, max_size=2))
def test_nothing_leaves_its_bounds(states: list[tuple[Numbers, Numbers]]) -> None:
    totals = []
    for part, rest in states:
        whole = tuple(one + other for one, other in zip(part, rest, strict=True))
        totals += [total("one", part), total(ALL, whole)]
    row = only(*totals)
    assert row["lower"] <= row["interval90_lower"] <= row["interval90_upper"] <= row["upper"]
    lower, estimate, upper, interval_lower, interval_upper = (row[name] for name in SHARES)
    if lower is not None:
        assert 0 <= lower <= estimate <= upper <= 1
        assert lower - 1e-9 <= interval_lower <= interval_upper <= upper + 1e-9
    assert (lower is None) == (sum(float(each["lower"]) for each in totals if each["group_key"] == ALL) == 0)
    assert_frame_equal(estimated(*totals), estimated(*totals[::-1]))
