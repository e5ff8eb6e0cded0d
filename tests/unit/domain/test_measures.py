"""Arithmetic of figures with hidden parts: laws that must hold for any truth inside the bounds."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.measures import (
    PARTS,
    Figure,
    annualised_growth,
    difference,
    exactly,
    figure,
    growth,
    location_quotient,
    product,
    quotient,
)

Values = dict[str, Any]
few = settings(max_examples=40, deadline=None, derandomize=True)


def found(measure: Figure, **columns: Values) -> Values:
    """Evaluates a figure for one row of prefixed columns."""
    row = {f"{prefix}_{part}": [values[part]] for prefix, values in columns.items() for part in PARTS}
    frame = pl.DataFrame(row, schema=dict.fromkeys(row, pl.Float64))
    return frame.select(measure.columns()).row(0, named=True)


def five(lower: float, from_below: float, estimate: float, to_above: float, upper: float) -> Values:
    return dict(zip(PARTS, (lower, estimate, upper, from_below, to_above), strict=True))


@st.composite
def values(draw: st.DrawFn, least: float = 0.0) -> Values:
    return five(*sorted(draw(st.lists(st.floats(least, 1e9), min_size=5, max_size=5))))


@st.composite
def values_and_truth(draw: st.DrawFn, least: float = 0.0) -> tuple[Values, float]:
    drawn = draw(values(least))
    return drawn, draw(st.floats(drawn["lower"], drawn["upper"]))


NOW, BASE = figure("now"), figure("base")
OPERATIONS: dict[str, tuple[Figure, Callable[[float, float], float]]] = {
    "difference": (difference(NOW, BASE), lambda now, base: now - base),
    "product": (product(NOW, difference(BASE, exactly(pl.lit(5e8)))), lambda now, base: now * (base - 5e8)),
    "quotient": (quotient(NOW, BASE), lambda now, base: now / base),
    "growth": (growth(NOW, BASE), lambda now, base: now / base - 1),
    "annualised": (annualised_growth(NOW, BASE, pl.lit(5)), lambda now, base: (now / base) ** 0.2 - 1),
}


@pytest.mark.parametrize("name", OPERATIONS)
@few
@given(now=values_and_truth(), base=values_and_truth(least=1.0))
def test_whatever_the_truth_is_inside_the_bounds_the_result_is_inside_its_own(
    name: str, now: tuple[Values, float], base: tuple[Values, float]
) -> None:
    measure, truth = OPERATIONS[name]
    result = found(measure, now=now[0], base=base[0])
    expected = truth(now[1], base[1])
    slack = 1e-9 * max(1.0, abs(expected), *(abs(value) for value in result.values()))
    assert result["lower"] - slack <= expected <= result["upper"] + slack


@pytest.mark.parametrize("name", OPERATIONS)
@few
@given(now=values(), base=values(least=1.0))
def test_parts_stay_in_order(name: str, now: Values, base: Values) -> None:
    result = found(OPERATIONS[name][0], now=now, base=base)
    order = [result[part] for part in ("lower", "interval90_lower", "estimate", "interval90_upper", "upper")]
    assert all(one <= next_one for one, next_one in pairwise(order)), order


@pytest.mark.parametrize("name", OPERATIONS)
@few
@given(now=st.floats(0, 1e9), base=st.floats(1, 1e9))
def test_what_is_exact_stays_exact(name: str, now: float, base: float) -> None:
    measure, truth = OPERATIONS[name]
    result = found(measure, now=five(*[now] * 5), base=five(*[base] * 5))
    assert len(set(result.values())) == 1
    assert result["estimate"] == pytest.approx(truth(now, base), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", OPERATIONS)
@few
@given(now=values(), base=values(least=1.0), unknown=st.sampled_from(["now", "base"]))
def test_what_is_unknown_stays_unknown(name: str, now: Values, base: Values, unknown: str) -> None:
    columns = {"now": now, "base": base} | {unknown: dict.fromkeys(PARTS)}
    assert set(found(OPERATIONS[name][0], **columns).values()) == {None}


def test_numbers_worked_out_by_hand() -> None:
    now, base = five(90, 97, 100, 104, 120), five(70, 77, 80, 83, 90)
    change = found(difference(NOW, BASE), now=now, base=base)
    assert (change["lower"], change["estimate"], change["upper"]) == (0, 20, 50)
    assert change["interval90_lower"] == pytest.approx(20 - math.hypot(3, 3))
    assert change["interval90_upper"] == pytest.approx(20 + math.hypot(4, 3))
    relative = found(growth(NOW, BASE), now=now, base=base)
    assert [relative[part] for part in PARTS[:3]] == pytest.approx([0, 0.25, 120 / 70 - 1])
    down = math.hypot(math.log(100 / 97), math.log(83 / 80))
    assert relative["interval90_lower"] == pytest.approx(1.25 * math.exp(-down) - 1)
    yearly = found(annualised_growth(NOW, BASE, pl.lit(2)), now=now, base=base)
    assert yearly["estimate"] == pytest.approx(math.sqrt(1.25) - 1)


def test_a_location_quotient_is_a_share_of_shares() -> None:
    parts = {"part": 10.0, "whole": 100.0, "base_part": 50.0, "base_whole": 1000.0}
    measure = location_quotient(*(figure(name) for name in parts))
    assert found(measure, **{name: five(*[value] * 5) for name, value in parts.items()})["estimate"] == 2.0


@pytest.mark.parametrize("base", [five(0, 0, 0, 0, 0), five(0, 2, 3, 4, 5)])
def test_a_base_that_may_be_zero_has_no_quotient(base: Values) -> None:
    assert set(found(growth(NOW, BASE), now=five(*[1] * 5), base=base).values()) == {None}


def test_a_figure_that_may_be_zero_has_the_proven_range_as_interval() -> None:
    result = found(quotient(NOW, BASE), now=five(0, 0, 3, 4, 5), base=five(1, 1, 2, 3, 4))
    assert (result["interval90_lower"], result["interval90_upper"]) == (result["lower"], result["upper"]) == (0, 5)


def test_exactly_has_no_width_and_where_is_null_elsewhere() -> None:
    frame = pl.DataFrame({"known": [1.0, 2.0]})
    rows = frame.select(exactly(pl.col("known")).where(pl.col("known") > 1).columns("growth"))
    assert rows.columns == [f"{part}_growth" for part in PARTS]
    assert rows.rows() == [(None,) * 5, (2.0,) * 5]
