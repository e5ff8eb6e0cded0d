"""Screening: ranks worked out by hand, laws of ranges and weights, and the reasons why a criterion is unknown."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.screening import CRITERIA, STATUSES, sector_screening

BOUNDS = ("lower", "estimate", "upper")
_FIGURES = [f"{part}_{name}" for name in ("jobs", "wages") for part in BOUNDS]
_OTHERS = [f"{prefix}{part}_jobs" for prefix in ("before_", "base_", "base_before_") for part in BOUNDS]
_NUMBERS = ("establishments", "region_jobs", "base_region_jobs", "standard_usd", "top_share")
_LISTS = ("strict_sectors", "strict_sectors_in_part", "broad_sectors", "broad_sectors_in_part", "lenses")
_TEXTS = (
    *("region", "region_name", "period", "industry_code", "industry_title", "estimate_status", "before_basis"),
    *("base_region", "break_reason", "base_break_reason", "pay_standard", "revision_status", "source", "data_origin"),
)
WEIGHTS = [f"weight_{name}" for name in CRITERIA]
SCHEMA: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, pl.String),
    **dict.fromkeys((*_FIGURES, *_OTHERS, *_NUMBERS, *WEIGHTS), pl.Float64),
    **dict.fromkeys(("year", "naics_digits", "random_weightings", "seed"), pl.Int64),
    **dict.fromkeys(("has_base", "has_base_before", "is_first_of_vintage"), pl.Boolean),
    **dict.fromkeys(_LISTS, pl.List(pl.String)),
}
Row = dict[str, Any]

few = settings(max_examples=25, deadline=None, derandomize=True)


def exact(name: str, value: float | None, prefix: str = "") -> Row:
    return {f"{prefix}{part}_{name}": value for part in BOUNDS}


def ranged(name: str, *values: float, prefix: str = "") -> Row:
    return {f"{prefix}{part}_{name}": value for part, value in zip(BOUNDS, values, strict=True)}


def industry(
    code: str, jobs: float | None = 110, before: float | None = 100, pay: float = 50_000, **changed: Any
) -> Row:
    """An industry of a region of 1,000 jobs; in the base region, of 10,000, it went from 500 to 600."""
    texts = {"region": "metro", "industry_code": code, "base_region": "oregon", "estimate_status": "published"}
    return (
        dict.fromkeys(SCHEMA)
        | texts
        | exact("jobs", jobs)
        | exact("wages", None if jobs is None else pay * jobs)
        | exact("jobs", before, "before_")
        | exact("jobs", 600, "base_")
        | exact("jobs", 500, "base_before_")
        | {"year": 2016, "naics_digits": len(code), "before_basis": "files", "region_jobs": 1000}
        | {"base_region_jobs": 10_000, "has_base": True, "has_base_before": True, "is_first_of_vintage": False}
        | {"random_weightings": 50, "seed": 7, "top_share": 0.25}
        | dict.fromkeys(WEIGHTS, 1.0)
        | changed
    )


def screened(*rows: Row) -> pl.DataFrame:
    return sector_screening(pl.DataFrame(rows, schema=SCHEMA))["marts.sector_screening"]


def one(*rows: Row) -> Row:
    return screened(*rows).row(0, named=True)


def test_what_an_industry_is_measured_by() -> None:
    row = one(industry("334", standard_usd=25_000))
    assert row["estimate_growth"] == pytest.approx(0.1)
    assert row["estimate_location_quotient"] == pytest.approx((110 / 1000) / (600 / 10_000))
    assert row["estimate_local_growth"] == pytest.approx(110 - 100 * 600 / 500)
    assert (row["estimate_pay"], row["estimate_pay_multiple"]) == pytest.approx((50_000, 2))


def test_bounds_are_carried() -> None:
    row = one(industry("334") | ranged("jobs", 100, 110, 150) | ranged("jobs", 50, 100, 125, prefix="before_"))
    assert [row[f"{part}_growth"] for part in BOUNDS] == pytest.approx([100 / 125 - 1, 0.1, 150 / 50 - 1])
    assert [row[f"{part}_local_growth"] for part in BOUNDS] == pytest.approx([100 - 150, 110 - 120, 150 - 60])


def test_ranks_by_hand() -> None:
    """By size 110, 220, 330, 330 get 0, 1/3, 5/6, 5/6; growth 10, 120, 230 and 230 %; pay falls."""
    rows = [
        industry("111", 110, pay=40_000),
        industry("112", 220, pay=30_000),
        industry("113", 330, pay=20_000),
        industry("114", 330, pay=10_000),
    ]
    found = screened(*rows)
    assert found["percentile_size"].to_list() == pytest.approx([0, 1 / 3, 5 / 6, 5 / 6])
    assert found["percentile_pay"].to_list() == pytest.approx([1, 2 / 3, 1 / 3, 0])
    # four criteria that go with size, and pay
    assert found["score"].to_list() == pytest.approx([1 / 5, 2 / 5, (10 / 3 + 1 / 3) / 5, (10 / 3) / 5])
    assert found["rank"].to_list() == [4, 3, 1, 2]
    assert found["rank_best"].to_list() == found["rank_worst"].to_list() == [4, 3, 1, 2]
    assert found["ranked_industries"].to_list() == [4] * 4


def test_equal_scores_share_their_place() -> None:
    found = screened(industry("111"), industry("112"), industry("113", 50))
    assert found["rank"].to_list() == [1, 1, 3]


def test_weights_decide() -> None:
    only_pay = dict.fromkeys(WEIGHTS, 0.0) | {"weight_pay": 2.0}
    found = screened(industry("111", 110, pay=40_000, **only_pay), industry("112", 220, pay=30_000, **only_pay))
    assert found["rank"].to_list() == [1, 2]
    assert found["top_share_of_weightings"].to_list() == [1, 0]


def test_a_criterion_without_weight_may_be_unknown() -> None:
    row = one(industry("111", before=None, weight_growth=0.0, weight_local_growth=0.0))
    assert row["growth_status"] == "hidden_base"
    assert (row["missing_criteria"], row["rank"]) == ([], 1)


def test_what_is_unknown_may_be_best_or_worst() -> None:
    """The second lacks two of five criteria: 0.4 of its score is open. It may be above the others, or below."""
    rows = [industry("111", 110), industry("112", 220, before=None), industry("113", 330)]
    found = screened(*rows)
    assert found["missing_criteria"].to_list() == [[], ["growth", "local_growth"], []]
    assert found["score"].to_list()[1] is None
    # of the known: size and quotient 1/2, pay 1/2 as of all
    assert found["score_lower"].to_list() == pytest.approx([0.1, 0.3, 0.9])
    assert found["score_upper"].to_list() == pytest.approx([0.1, 0.7, 0.9])
    assert found["rank"].to_list() == [3, None, 1]
    assert found["rank_best"].to_list() == [3, 2, 1]
    assert found["rank_worst"].to_list() == [3, 2, 1]
    assert found["ranked_industries"].to_list() == [2] * 3


def test_a_withheld_industry_may_take_any_place() -> None:
    withheld = industry("113", None, estimate_status="withheld_single_cell", lower_jobs=3.0, lower_wages=9.0)
    found = screened(industry("111", 110), industry("112", 220), withheld)
    row = found.row(2, named=True)
    assert row["missing_criteria"] == list(CRITERIA)
    assert (row["score_lower"], row["score_upper"], row["rank"], row["rank_best"], row["rank_worst"]) == (
        0,
        1,
        None,
        1,
        3,
    )
    assert (row["lower_jobs"], row["estimate_jobs"], row["upper_jobs"]) == (3, None, None)
    assert found["rank_worst"].to_list() == [3, 2, 3]


def test_digits_regions_and_years_are_compared_apart() -> None:
    rows = [industry("111"), industry("1111", 5), industry("111", year=2017), industry("111", region="other")]
    found = screened(*rows)
    assert found["rank"].to_list() == [1] * 4
    assert found["percentile_size"].to_list() == [0.5] * 4
    assert found["industries"].to_list() == [1] * 4


def test_an_industry_that_leads_in_everything_stays_on_top() -> None:
    rows = [industry(f"11{n}", 110 + n, pay=50_000 + n) for n in range(9)]
    found = screened(*rows)
    assert found["top_share_of_weightings"].to_list() == [0] * 7 + [1, 1]  # a quarter of nine is two


def test_the_base_region_is_its_own_measure() -> None:
    row = one(
        industry("111", region="oregon") | ranged("jobs", 100, 110, 120) | ranged("jobs", 90, 110, 130, prefix="base_")
    )
    assert [row[f"{part}_location_quotient"] for part in BOUNDS] == [1, 1, 1]
    assert [row[f"{part}_local_growth"] for part in BOUNDS] == [0, 0, 0]


@pytest.mark.parametrize(
    ("criterion", "changed", "expected"),
    [
        ("growth", exact("jobs", None), "hidden"),
        ("growth", {"is_first_of_vintage": True}, "naics_switch"),
        ("growth", {"before_basis": None} | exact("jobs", None, "before_"), "no_base"),
        ("growth", exact("jobs", None, "before_"), "hidden_base"),
        ("growth", {"break_reason": "moved"}, "across_break"),
        ("growth", exact("jobs", 0, "before_"), "zero_base"),
        ("growth", ranged("jobs", 0, 1, 2, prefix="before_"), "base_may_be_zero"),
        ("concentration", exact("jobs", None), "hidden"),
        ("concentration", {"region_jobs": None}, "hidden_total"),
        ("concentration", {"has_base": False} | exact("jobs", None, "base_"), "no_base_region"),
        ("concentration", exact("jobs", None, "base_"), "hidden_in_base_region"),
        ("concentration", {"base_region_jobs": None}, "hidden_base_total"),
        ("concentration", exact("jobs", 0, "base_"), "zero_in_base_region"),
        ("local_growth", {"is_first_of_vintage": True}, "naics_switch"),
        ("local_growth", {"break_reason": "moved"}, "across_break"),
        ("local_growth", {"has_base": False}, "no_base_region"),
        ("local_growth", {"has_base_before": False}, "no_base_region_before"),
        ("local_growth", exact("jobs", None, "base_before_"), "hidden_in_base_region_before"),
        ("local_growth", {"base_break_reason": "moved"}, "across_break_in_base_region"),
        ("local_growth", exact("jobs", 0, "base_before_"), "zero_in_base_region"),
        ("pay", exact("jobs", None), "hidden"),
        ("pay", exact("jobs", 0), "no_jobs"),
        ("pay", ranged("jobs", 0, 1, 2), "jobs_may_be_none"),
    ],
)
def test_what_is_unknown_says_why(criterion: str, changed: Row, expected: str) -> None:
    assert expected in STATUSES[criterion]
    row = one(industry("111") | changed)
    figure = "location_quotient" if criterion == "concentration" else criterion
    assert row[f"{criterion}_status"] == expected
    assert [row[f"{part}_{figure}"] for part in BOUNDS] == [None] * 3
    assert row[f"percentile_{criterion}"] is None
    assert criterion in row["missing_criteria"]


def test_a_new_industry_grew_by_all_its_jobs() -> None:
    row = one(industry("111", 7) | exact("jobs", 0, "before_"))
    assert (row["growth_status"], row["local_growth_status"], row["estimate_local_growth"]) == (
        "zero_base",
        "measured",
        7,
    )


def test_no_rows_make_none() -> None:
    assert screened().is_empty()


jobs = st.one_of(st.none(), st.integers(1, 20).map(float))
economies = st.lists(st.tuples(jobs, jobs, st.integers(1, 4)), min_size=1, max_size=8)


def economy(sizes: list[tuple[float | None, float | None, int]], **shared: Any) -> list[Row]:
    return [industry(str(100 + n), now, before, 1000.0 * pay, **shared) for n, (now, before, pay) in enumerate(sizes)]


@few
@given(economies)
def test_ranks_lie_in_their_range(sizes: list[tuple[float | None, float | None, int]]) -> None:
    found = screened(*economy(sizes))
    assert (found["rank_best"] >= 1).all()
    assert (found["rank_best"] <= found["rank_worst"]).all()
    assert (found["rank_worst"] <= found.height).all()
    ranked = found.drop_nulls("rank")
    assert (ranked["rank_best"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_worst"]).all()


@few
@given(economies, economies.map(lambda sizes: [size or 1.0 for size, _, _ in sizes]))
def test_the_truth_lies_in_the_range(sizes: list[tuple[float | None, float | None, int]], truth: list[float]) -> None:
    """Scores with the unknown criteria at any percentile give no place outside the range."""
    found = screened(*economy(sizes))
    share = [truth[n % len(truth)] / 20 for n in range(found.height)]
    scores = [
        low + part * (high - low)
        for low, high, part in zip(found["score_lower"], found["score_upper"], share, strict=True)
    ]
    for own, best, worst in zip(scores, found["rank_best"], found["rank_worst"], strict=True):
        assert best <= 1 + sum(score > own + 1e-9 for score in scores) <= worst


@few
@given(economies, st.floats(0.01, 100))
def test_only_proportions_of_weights_count(sizes: list[tuple[float | None, float | None, int]], factor: float) -> None:
    weights = dict(zip(WEIGHTS, (1.0, 2.0, 0.0, 3.0, 0.5), strict=True))
    one_way = screened(*economy(sizes, **weights))
    other_way = screened(*economy(sizes, **{name: factor * weight for name, weight in weights.items()}))
    assert one_way["score_upper"].to_list() == pytest.approx(other_way["score_upper"].to_list())
    assert one_way["top_share_of_weightings"].to_list() == other_way["top_share_of_weightings"].to_list()


@few
@given(economies, st.randoms())
def test_the_order_of_rows_changes_nothing(sizes: list[tuple[float | None, float | None, int]], draw: Any) -> None:
    rows = economy(sizes)
    shuffled = draw.sample(rows, len(rows))
    assert screened(*rows).equals(screened(*shuffled))
