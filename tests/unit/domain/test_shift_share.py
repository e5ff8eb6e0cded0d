"""Shift-share: parts worked out by hand, laws, and the reasons why there are none."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.measures import PARTS
from pipelines.domain.shift_share import SHARES_OF_CHANGE, shift_share

PREFIXES = ("", "before_", "base_", "base_before_")
_TEXTS = (
    *("region", "region_name", "base_region", "base_region_name", "definition", "sector", "sector_name"),
    *("sector_kind", "ownership", "measure", "comparison", "before_status", "breaks"),
    *("revision_status", "source", "data_origin"),
)
FIGURES: dict[str, type[pl.DataType]] = {f"{prefix}{part}": pl.Float64 for prefix in PREFIXES for part in PARTS}
SCHEMA: dict[str, type[pl.DataType]] = (
    dict.fromkeys(_TEXTS, pl.String)
    | {"year": pl.Int16, "base_year": pl.Int16, "base_total": pl.Float64, "base_total_before": pl.Float64}
    | FIGURES
)
Row = dict[str, Any]


def exact(value: float | None, prefix: str = "") -> Row:
    return dict.fromkeys((f"{prefix}{part}" for part in PARTS), value)


def ranged(prefix: str, lower: float, low: float, estimate: float, high: float, upper: float) -> Row:
    return dict(zip((f"{prefix}{part}" for part in PARTS), (lower, estimate, upper, low, high), strict=True))


def compared(year: int, base_year: int, now: Row, before: Row, **changed: Any) -> Row:
    """A comparison; the sector of the base region grew from 400 to 500, all of its industries from 2000 to 2200."""
    keys = dict.fromkeys(("region", "base_region", "definition", "sector", "ownership", "measure"), "x")
    comparison = "over_the_year" if year - base_year == 1 else "since_first_year"
    base = exact(500, "base_") | exact(400, "base_before_") | {"base_total": 2200, "base_total_before": 2000}
    years = {"year": year, "base_year": base_year, "comparison": comparison, "before_status": "published"}
    return dict.fromkeys(SCHEMA) | keys | years | now | before | base | changed


def parts(*rows: Row) -> pl.DataFrame:
    return shift_share(pl.DataFrame(rows, schema=SCHEMA))["marts.shift_share"]


USUAL = (exact(150), exact(100, "before_"))


def test_parts_worked_out_by_hand() -> None:
    found = parts(compared(2016, 2015, *USUAL)).row(0, named=True)
    assert {name: found[f"estimate_{name}"] for name in ("change", *SHARES_OF_CHANGE)} == {
        "change": 50,
        "national": pytest.approx(10),  # 100 x (2200 / 2000 - 1)
        "mix": pytest.approx(15),  # 100 x (500 / 400 - 2200 / 2000)
        "local": pytest.approx(25),  # 150 - 100 x 500 / 400
    }


def test_a_chain_of_years_renews_the_size_each_year() -> None:
    years = [(2015, 100.0, 150.0), (2016, 150.0, 120.0), (2017, 120.0, 200.0)]
    links = [compared(year + 1, year, exact(now), exact(before, "before_")) for year, before, now in years]
    found = parts(*links, compared(2018, 2015, exact(200), exact(100, "before_")))
    whole = {row["method"]: row for row in found.filter(comparison="since_first_year").iter_rows(named=True)}
    assert whole["classic"]["estimate_national"] == pytest.approx(10)
    assert whole["dynamic"]["estimate_national"] == pytest.approx(0.1 * (100 + 150 + 120))
    assert whole["dynamic"]["estimate_mix"] == pytest.approx(0.15 * (100 + 150 + 120))
    assert whole["dynamic"]["estimate_local"] == pytest.approx(100 - 0.25 * (100 + 150 + 120))
    assert whole["dynamic"]["estimate_change"] == whole["classic"]["estimate_change"] == 100


def test_a_chain_with_a_missing_year_is_null_with_its_reason() -> None:
    links = [compared(2016, 2015, *USUAL), compared(2018, 2017, *USUAL)]
    found = parts(*links, compared(2018, 2015, *USUAL)).filter(comparison="since_first_year")
    statuses = dict(found.select("method", "shift_share_status").iter_rows())
    assert statuses == {"classic": "measured", "dynamic": "incomplete_chain"}
    assert found.filter(method="dynamic")["estimate_local"].to_list() == [None]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (exact(None), "hidden"),
        (exact(None, "before_") | {"before_status": None}, "no_base"),
        (exact(None, "before_"), "hidden_base"),
        ({"breaks": "moved"}, "across_break"),
        (exact(None, "base_"), "hidden_in_base_region"),
        ({"base_total_before": None}, "hidden_in_base_region"),
        (exact(0, "base_before_"), "zero_in_base_region"),
        (ranged("base_before_", 0, 1, 2, 3, 4), "zero_in_base_region"),
    ],
)
def test_what_cannot_be_told_is_null_with_its_reason(changed: Row, reason: str) -> None:
    found = parts(compared(2016, 2015, *USUAL, **changed)).row(0, named=True)
    assert found["shift_share_status"] == reason
    assert {found[f"{part}_{name}"] for name in ("change", *SHARES_OF_CHANGE) for part in PARTS} == {None}


@st.composite
def figures(draw: st.DrawFn) -> tuple[dict[str, tuple[float, ...]], dict[str, float]]:
    """Ranges of the four figures, and a truth inside each."""
    ranges = {prefix: tuple(sorted(draw(st.lists(st.floats(1, 1e6), min_size=5, max_size=5)))) for prefix in PREFIXES}
    return ranges, {prefix: draw(st.floats(values[0], values[-1])) for prefix, values in ranges.items()}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(drawn=figures(), totals=st.tuples(st.floats(1, 1e8), st.floats(1, 1e8)))
def test_parts_add_up_and_hold_any_truth(
    drawn: tuple[dict[str, tuple[float, ...]], dict[str, float]], totals: tuple[float, float]
) -> None:
    ranges, truth = drawn
    given_rows = {key: value for prefix in PREFIXES for key, value in ranged(prefix, *ranges[prefix]).items()}
    row = compared(2016, 2015, {}, {}, **given_rows, base_total=totals[0], base_total_before=totals[1])
    found = parts(row).row(0, named=True)
    growth, ratio = totals[0] / totals[1] - 1, truth["base_"] / truth["base_before_"]
    expected = {
        "national": truth["before_"] * growth,
        "mix": truth["before_"] * (ratio - 1 - growth),
        "local": truth[""] - truth["before_"] * ratio,
    }
    size = sum(abs(found[f"{end}_{name}"]) for name in SHARES_OF_CHANGE for end in ("lower", "upper"))
    assert sum(found[f"estimate_{name}"] for name in SHARES_OF_CHANGE) == pytest.approx(
        found["estimate_change"], abs=1e-9 * size + 1e-9
    )
    for name, value in expected.items():
        assert found[f"lower_{name}"] - 1e-9 * size <= value <= found[f"upper_{name}"] + 1e-9 * size
