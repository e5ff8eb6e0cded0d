"""Location quotients of comparisons: by hand, with bounds, and why there is none."""

from typing import Any

import polars as pl
import pytest

from pipelines.domain.concentration import sector_concentration

PARTS = ("lower", "interval90_lower", "estimate", "interval90_upper", "upper")
NAMES = (
    *("region", "region_name", "base_region", "base_region_name", "base_ownership", "definition", "sector"),
    *("sector_name", "sector_kind", "ownership", "period", "measure", "revision_status", "source", "base_source"),
    "data_origin",
)


def figures(prefix: str, *values: float | None) -> dict[str, float | None]:
    """Bounds, interval and estimate from the smallest to the largest; one value for all where exact."""
    five = values if len(values) == len(PARTS) else values * len(PARTS)
    return {f"{prefix}{part}": value for part, value in zip(PARTS, five, strict=True)}


def concentration(**changes: Any) -> dict[str, Any]:
    """The quotient of 30 of 200 in the region against 100 of 1,000 in the base, with these changes."""
    row: dict[str, Any] = {
        **dict.fromkeys(NAMES, ""),
        "is_within_base": True,
        "year": 2016,
        "quarter": 0,
        "estimate_status": "published",
        "base_estimate_status": "published",
        "whole": 200.0,
        "base_whole": 1000.0,
        **figures("", 30.0),
        **figures("base_", 100.0),
        **changes,
    }
    kinds: dict[str, Any] = {name: pl.Float64 for name in row if name.split("_")[-1] in ("lower", "estimate", "upper")}
    kinds |= {"whole": pl.Float64, "base_whole": pl.Float64}
    (found,) = sector_concentration(pl.DataFrame([row], schema_overrides=kinds))[
        "marts.sector_concentration"
    ].to_dicts()
    return found


def test_it_is_the_share_by_the_share_in_the_base() -> None:
    found = concentration()
    assert found["concentration_status"] == "measured"
    assert [found[part] for part in PARTS] == pytest.approx([1.5] * 5)


def test_bounds_are_the_widest_that_region_and_base_allow() -> None:
    hidden = figures("", 20.0, 25.0, 30.0, 35.0, 40.0) | figures("base_", 80.0, 90.0, 100.0, 110.0, 125.0)
    found = concentration(**hidden, estimate_status="estimated", base_estimate_status="estimated")
    assert (found["lower"], found["estimate"], found["upper"]) == pytest.approx((0.1 / 0.125, 1.5, 0.2 / 0.08))
    assert 0.8 < found["interval90_lower"] < 1.25, "further than with the region alone: 25 / 200 / 0.1"
    assert 1.75 < found["interval90_upper"] < 2.5


def test_shares_have_a_whole_of_one() -> None:
    shares = figures("", 0.15) | figures("base_", 0.1)
    assert concentration(**shares, whole=1.0, base_whole=1.0)["estimate"] == pytest.approx(1.5)


def test_a_region_without_the_sector_has_a_quotient_of_zero() -> None:
    found = concentration(**figures("", 0.0))
    assert (found["concentration_status"], found["estimate"], found["upper"]) == ("measured", 0, 0)


WITHHELD = figures("", 10.0, None, None, None, None)
BASE_WITHHELD = figures("base_", 50.0, None, None, None, None)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({**WITHHELD, "estimate_status": "withheld_single_cell"}, "hidden"),
        ({**WITHHELD, "estimate_status": "no_quarters"}, "hidden"),
        ({**WITHHELD, "estimate_status": "contradictory_rows"}, "hidden"),
        ({"whole": None}, "no_total"),
        ({"whole": 0.0}, "no_total"),
        ({**WITHHELD, "whole": 1.0}, "no_total"),  # the sector is published, its share is not
        ({**BASE_WITHHELD, "base_estimate_status": "withheld_single_cell"}, "hidden_base"),
        ({"base_whole": None}, "no_base_total"),
        ({**BASE_WITHHELD, "base_whole": 1.0}, "no_base_total"),
        (figures("base_", 0.0), "zero_base"),
        (figures("base_", 0.0, 0.0, 10.0, 20.0, 30.0) | {"base_estimate_status": "estimated"}, "base_may_be_zero"),
        ({**WITHHELD, "estimate_status": "withheld_single_cell", **figures("base_", 0.0)}, "hidden"),
    ],
)
def test_without_an_estimate_the_status_says_why(changes: dict[str, Any], status: str) -> None:
    found = concentration(**changes)
    assert found["concentration_status"] == status
    assert [found[part] for part in ("estimate", "interval90_lower", "interval90_upper")] == [None] * 3
    assert found["lower"] is None or found["upper"] is None


def test_the_published_part_of_what_is_withheld_bounds_the_quotient_from_one_side() -> None:
    found = concentration(**WITHHELD, estimate_status="withheld_single_cell")
    assert (found["lower"], found["upper"]) == (pytest.approx(0.05 / 0.1), None)
    found = concentration(**BASE_WITHHELD, base_estimate_status="withheld_single_cell")
    assert (found["lower"], found["upper"]) == (None, pytest.approx(0.15 / 0.05))
