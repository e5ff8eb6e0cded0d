"""Seasonal adjustment: known seasons are found, and what cannot be adjusted says why."""

from collections.abc import Sequence
from math import exp, log

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from statsmodels.tsa.seasonal import STL

from pipelines.estimation.seasonal_adjustment import seasonally_adjusted

FACTORS = (0.95, 0.95, 0.96, 0.98, 1.0, 1.03, 1.05, 1.05, 1.04, 1.02, 1.0, 0.97)
UNEVEN = (1.003, 0.998, 1.001, 0.996, 1.002, 1.0, 0.999)


def series(jobs: Sequence[float | None], broken_at: int = 1000, year: int = 2011, **more: object) -> pl.DataFrame:
    """Months from January of a year; from place broken_at on they lie behind a break."""
    rows = [
        {
            **dict.fromkeys(("region", "region_name", "definition", "sector", "sector_name", "sector_kind"), "x"),
            "ownership": "private",
            "period": "x",
            "year": year + place // 12,
            "quarter": place % 12 // 3 + 1,
            "month": place % 12 + 1,
            "estimate_status": "published",
            "employment": value,
            "breaks_before": int(place >= broken_at),
            "revision_status": "final",
            "source": "bls",
            "data_origin": "x",
            **more,
        }
        for place, value in enumerate(jobs)
    ]
    return pl.DataFrame(rows, schema_overrides={"employment": pl.Float64}, infer_schema_length=None)


def adjusted(*months: pl.DataFrame) -> pl.DataFrame:
    (found,) = seasonally_adjusted(pl.concat(months)).values()
    return found


def growing(months: int, factors: Sequence[float] = FACTORS) -> list[float]:
    """Two per cent more each year, times the factor of the month."""
    return [1000 * exp(0.02 * place / 12) * factors[place % 12] for place in range(months)]


@pytest.mark.parametrize("months", [24, 60, 120])
def test_known_seasons_are_found(months: int) -> None:
    found = adjusted(series(growing(months)))
    mean = exp(sum(map(log, FACTORS)) / 12)
    for place, row in enumerate(found.iter_rows(named=True)):
        assert row["seasonal_factor"] == pytest.approx(FACTORS[place % 12] / mean, rel=0.003)
        assert row["seasonally_adjusted"] == pytest.approx(1000 * mean * exp(0.02 * place / 12), rel=0.003)
        assert row["trend"] == pytest.approx(row["seasonally_adjusted"], rel=0.003)
        assert (row["adjustment_status"], row["months_used"], row["is_short"]) == ("adjusted", months, months < 60)
        assert "not an official" in row["method"]


@pytest.mark.parametrize(("months", "is_robust"), [(24, False), (59, False), (60, True), (72, True)])
def test_it_is_stl_of_logarithms(months: int, is_robust: bool) -> None:
    jobs = [value * UNEVEN[place % 7] for place, value in enumerate(growing(months))]
    parts = STL([log(value) for value in jobs], period=12, seasonal=13, seasonal_deg=0, robust=is_robust).fit()
    found = adjusted(series(jobs))
    assert found["seasonally_adjusted"].to_list() == pytest.approx(
        [value / exp(season) for value, season in zip(jobs, parts.seasonal, strict=True)], rel=1e-12
    )
    assert found["trend"].to_list() == pytest.approx([exp(value) for value in parts.trend], rel=1e-12)


def test_a_year_keeps_its_jobs() -> None:
    jobs = [value * UNEVEN[place % 7] for place, value in enumerate(growing(72))]
    years = adjusted(series(jobs)).group_by("year").agg(pl.col("employment", "seasonally_adjusted").sum())
    for year in years.iter_rows(named=True):
        assert year["seasonally_adjusted"] == pytest.approx(year["employment"], rel=0.003)


@pytest.mark.parametrize("months", [24, 48, 72])
def test_a_jump_in_level_does_not_lift_whole_years(months: int) -> None:
    """As where a large employer comes in the tenth month, and nothing recurs."""
    jobs = [3000 * UNEVEN[place % 7] * (1 if place < 9 else 2.4) for place in range(months)]
    years = adjusted(series(jobs)).group_by("year").agg(pl.col("employment", "seasonally_adjusted").sum())
    for year in years.iter_rows(named=True):
        assert year["seasonally_adjusted"] == pytest.approx(year["employment"], rel=0.02)


@pytest.mark.parametrize("months", [12, 23])
def test_less_than_two_years_are_too_short(months: int) -> None:
    """Twelve months are all that the files of one year hold."""
    found = adjusted(series(growing(months), year=2016))
    assert found["adjustment_status"].to_list() == ["short_series"] * months
    assert found["months_used"].to_list() == [months] * months
    assert found["seasonally_adjusted"].null_count() == found["seasonal_factor"].null_count() == months
    assert found["is_short"].all()


def test_a_hidden_month_parts_two_runs() -> None:
    jobs = growing(60)
    found = adjusted(series([*jobs[:30], None, *jobs[31:]]))
    assert found["adjustment_status"].to_list() == ["adjusted"] * 30 + ["hidden"] + ["adjusted"] * 29
    assert found["months_used"].to_list() == [30] * 30 + [0] + [29] * 29
    assert_frame_equal(found[:30], adjusted(series(jobs[:30])))


def test_a_month_that_is_not_there_parts_two_runs() -> None:
    months = series(growing(50))
    found = adjusted(months[:20], months[25:])
    assert found["adjustment_status"].to_list() == ["short_series"] * 20 + ["adjusted"] * 25


def test_a_break_parts_two_runs_each_with_its_seasons() -> None:
    before, after = growing(36), [3 * value for value in growing(36, FACTORS[::-1])]
    found = adjusted(series(before + after, broken_at=36))
    assert found["months_used"].to_list() == [36] * 72
    assert_frame_equal(found[:36], adjusted(series(before)))
    assert found["seasonally_adjusted"][36:].to_list() == pytest.approx(
        adjusted(series(after))["seasonally_adjusted"].to_list(), rel=1e-12
    )
    late = adjusted(series(before + after, broken_at=50))
    assert late["adjustment_status"].to_list() == ["adjusted"] * 50 + ["short_series"] * 22


def test_a_run_with_a_month_without_jobs_is_not_adjusted() -> None:
    found = adjusted(series([0.0, *growing(24)]))
    assert found["adjustment_status"].unique().to_list() == ["zero_months"]
    assert found["seasonally_adjusted"].null_count() == 25


def test_series_stand_apart_in_any_order() -> None:
    one, other = series(growing(24)), series([2 * value for value in growing(24)], sector="y", year=2013)
    both = adjusted(one, other)
    assert both["months_used"].unique().to_list() == [24]
    assert_frame_equal(both, adjusted(other[::-1], one))


def test_no_months_make_no_rows() -> None:
    assert adjusted(series([1.0])[:0]).is_empty()
