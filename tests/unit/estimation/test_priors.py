"""Priors by hand."""

import polars as pl
import pytest

from pipelines.estimation.priors import MONTHS, USUAL_VARIANCES, Priors, leaf_priors

TREE = pl.DataFrame(
    {"industry_code": ["10", "A", "A1", "A2"], "parent_code": [None, "10", "A", "A"], "naics_level": [0, 2, 3, 3]}
)
COLUMNS = ["area_fips", "own_code", "industry_code", "disclosure", "establishments", *MONTHS, "wages_usd"]

Row = tuple[str, str, int, int | None, int | None]


def _cells(*rows: Row) -> pl.DataFrame:
    """Private rows: area, industry, establishments, jobs in each month, wages; None where hidden."""
    data = [
        (area, "5", code, "suppressed" if jobs is None else "disclosed", units, jobs, jobs, jobs, wages)
        for area, code, units, jobs, wages in rows
    ]
    return pl.DataFrame(data, schema=dict(zip(COLUMNS, [pl.String] * 4 + [pl.Int64] * 5, strict=True)), orient="row")


def _then(quarters_apart: int, *rows: Row) -> pl.DataFrame:
    return _cells(*rows).with_columns(quarters_apart=quarters_apart)


def _prior(cells: pl.DataFrame, industry: str = "A1", others: pl.DataFrame | None = None) -> Priors:
    leaves = pl.DataFrame(
        {"area_fips": ["99001"], "own_code": ["5"], "industry_code": [industry], "establishments": [4]}
    )
    nothing = cells.clear().with_columns(quarters_apart=pl.lit(1, pl.Int64))
    return leaf_priors(leaves, cells, TREE, nothing if others is None else others)


def test_size_and_pay_are_those_of_the_industry_in_the_state() -> None:
    found = _prior(_cells(("99000", "A1", 10, 50, 300_000), ("99001", "A1", 4, None, None)))
    assert found.jobs == pytest.approx([4 * 15])  # 5 jobs an establishment, in three months
    assert found.pay == pytest.approx([2000])
    assert found.month_shares[:, 0] == pytest.approx([1 / 3] * 3)
    assert not found.has_own_period[0]


def test_without_enough_cells_to_fit_variances_are_the_usual_ones() -> None:
    found = _prior(_cells(("99000", "A1", 10, 50, 300_000)))
    assert found.variances == USUAL_VARIANCES
    assert found.jobs_variance == pytest.approx([2.0 / 4 + 0.07])


def test_where_the_state_hides_the_industry_its_disclosed_areas_speak_then_the_code_above() -> None:
    hidden = ("99000", "A1", 10, None, None)
    pooled = _cells(hidden, ("99003", "A1", 2, 6, 30_000), ("99005", "A1", 3, 14, 90_000))
    assert _prior(pooled).jobs == pytest.approx([4 * 3 * 20 / 5])
    above = _cells(hidden, ("99000", "A", 10, 20, 120_000))
    assert _prior(above).jobs == pytest.approx([4 * 3 * 2])


def test_half_of_what_the_county_pays_is_carried_over() -> None:
    cells = _cells(("99000", "A1", 10, 50, 300_000), ("99000", "A2", 10, 50, 300_000), ("99001", "A2", 5, 25, 600_000))
    assert _prior(cells).pay == pytest.approx([2000 * 4**0.5], rel=1e-4)


def test_the_cells_own_period_comes_first_and_near_ones_count_more() -> None:
    now = _cells(("99000", "A1", 10, 50, 300_000))
    state = ("99000", "A1", 10, 50, 300_000)
    near, far = ("99001", "A1", 4, 8, 24_000), ("99001", "A1", 4, 16, 48_000)
    one = _prior(now, others=_then(1, state, near))
    assert one.has_own_period[0]
    assert (one.jobs[0], one.pay[0]) == pytest.approx((24, 1000))
    assert one.jobs_variance[0] < 0.1
    both = _prior(now, others=pl.concat([_then(1, state, near), _then(2, state, far)]))
    assert both.jobs == pytest.approx([24 * 2 ** (0.25 / 1.25)])  # weights 1 and 1/4
    distant = _prior(now, others=_then(3, state, near))
    assert distant.jobs_variance[0] == pytest.approx(2 * one.jobs_variance[0])


def test_another_period_is_brought_to_this_one_by_the_change_in_the_state() -> None:
    now = _cells(("99000", "A1", 10, 100, 900_000))
    found = _prior(now, others=_then(1, ("99000", "A1", 10, 50, 300_000), ("99001", "A1", 4, 8, 24_000)))
    assert found.jobs == pytest.approx([24 * 2**0.7])
    assert found.pay == pytest.approx([1000 * 1.5])


def test_levels_are_what_jobs_and_pay_go_up_and_down_with() -> None:
    found = _prior(_cells(("99000", "A1", 10, 50, 300_000)))
    assert found.jobs_level == pytest.approx([15**0.7 * 4**0.3])  # 15 job-months and 4 establishments
    assert found.pay_level == pytest.approx([2000])


def test_nothing_known_at_all_still_gives_positive_priors() -> None:
    found = _prior(_cells(("99001", "A1", 4, None, None)))
    assert min(found.jobs[0], found.pay[0]) > 0
    assert found.month_shares.sum() == pytest.approx(1)


def test_nothing_hidden_is_nothing_to_expect() -> None:
    cells = _cells(("99000", "A1", 10, 50, 300_000))
    leaves = pl.DataFrame(schema=dict.fromkeys(COLUMNS[:3], pl.String) | {"establishments": pl.Int64})
    found = leaf_priors(leaves, cells, TREE, cells.clear().with_columns(quarters_apart=pl.lit(1, pl.Int64)))
    assert found.jobs.shape == (0,)
    assert found.month_shares.shape == (3, 0)
