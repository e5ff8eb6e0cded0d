"""How figures change, and when they are not said to."""

from typing import Any

import polars as pl
import pytest

from pipelines.domain.measures import PARTS
from pipelines.domain.trends import sector_trends

FIGURES: dict[str, type[pl.DataType]] = {
    f"{prefix}{part}": pl.Float64 for prefix in ("", "base_", "first_") for part in PARTS
}
SCHEMA: dict[str, type[pl.DataType]] = (
    dict.fromkeys(("region", "region_name", "definition", "sector", "sector_name", "sector_kind"), pl.String)
    | dict.fromkeys(("ownership", "measure", "period", "series_status", "base_basis", "base_status"), pl.String)
    | dict.fromkeys(("breaks_over_the_year", "breaks_since_first_year"), pl.String)
    | dict.fromkeys(("revision_status", "source", "data_origin"), pl.String)
    | {
        "year": pl.Int16,
        "quarter": pl.Int8,
        "first_year": pl.Int16,
        "region_now": pl.Float64,
        "region_base": pl.Float64,
        "is_region_broken": pl.Boolean,
    }
    | FIGURES
)


def exact(value: float, prefix: str = "") -> dict[str, Any]:
    return dict.fromkeys((f"{prefix}{part}" for part in PARTS), value)


def ranged(lower: float, estimate: float, upper: float, prefix: str = "") -> dict[str, Any]:
    return {f"{prefix}{part}": value for part, value in zip(PARTS, (lower, estimate, upper, lower, upper), strict=True)}


USUAL = (
    {"measure": "employment", "period": "2018", "year": 2018, "quarter": 0, "series_status": "published"}
    | {"base_basis": "files", "base_status": "published", "first_year": 2016, "region_now": 1100, "region_base": 1000}
    | {"is_region_broken": False}
    | exact(121)
    | exact(110, "base_")
    | exact(100, "first_")
)
UNKNOWN, UNKNOWN_BASE, UNKNOWN_FIRST = (
    dict.fromkeys(f"{prefix}{part}" for part in PARTS) for prefix in ("", "base_", "first_")
)


def trend(table: str = "marts.sector_trends", /, **changed: Any) -> dict[str, Any]:
    frame = pl.DataFrame([dict.fromkeys(SCHEMA) | USUAL | changed], schema=SCHEMA)
    return sector_trends(frame)[table].row(0, named=True)


def test_measures_of_change_worked_out_by_hand() -> None:
    found = trend()
    assert {name: found[f"estimate_{name}"] for name in ("change", "growth", "contribution", "index")} == {
        "change": 11,
        "growth": pytest.approx(0.1),
        "contribution": pytest.approx(0.011),
        "index": pytest.approx(121),
    }
    assert found["estimate_annualised_growth"] == pytest.approx(0.1)
    assert found["region_growth"] == pytest.approx(0.1)
    assert {found[f"{name}_status"] for name in ("change", "growth", "contribution", "index")} == {"measured"}
    assert found["lower_growth"] == found["upper_growth"] == found["estimate_growth"]


def test_bounds_are_carried_through() -> None:
    found = trend(**ranged(110, 121, 132), **ranged(100, 110, 120, "base_"), **ranged(90, 100, 110, "first_"))
    assert (found["lower_change"], found["upper_change"]) == (-10, 32)
    assert (found["lower_growth"], found["upper_growth"]) == (pytest.approx(110 / 120 - 1), pytest.approx(0.32))
    assert (found["lower_contribution"], found["upper_contribution"]) == (-0.01, 0.032)
    assert (found["lower_index"], found["upper_index"]) == (100, pytest.approx(100 * 132 / 90))
    assert found["lower_annualised_growth"] == pytest.approx(0)


@pytest.mark.parametrize(
    ("changed", "change", "growth", "contribution", "index"),
    [
        ({"series_status": "withheld_single_cell", **UNKNOWN}, "hidden", "hidden", "hidden", "hidden"),
        ({"series_status": "incomplete_year", **UNKNOWN}, *["incomplete_year"] * 4),
        ({"base_basis": None, "base_status": None, **UNKNOWN_BASE}, *["no_base"] * 3, "measured"),
        (
            {"base_basis": None, "base_status": "incomplete_year", **UNKNOWN_BASE},
            *["incomplete_base_year"] * 3,
            "measured",
        ),
        ({"base_status": "hidden", **UNKNOWN_BASE}, *["hidden_base"] * 3, "measured"),
        (exact(0, "base_"), "measured", "zero_base", "measured", "measured"),
        (ranged(0, 10, 20, "base_"), "measured", "base_may_be_zero", "measured", "measured"),
        ({"region_base": None}, "measured", "measured", "hidden_region_base", "measured"),
        ({"region_base": 0}, "measured", "measured", "zero_region_base", "measured"),
        ({"measure": "share_of_wages"}, "measured", "measured", "not_additive", "measured"),
        ({"breaks_over_the_year": "moved", "breaks_since_first_year": "moved"}, *["across_break"] * 4),
        ({"breaks_since_first_year": "moved"}, *["measured"] * 3, "across_break"),
        (exact(0, "first_"), *["measured"] * 3, "zero_base"),
        (ranged(0, 10, 20, "first_"), *["measured"] * 3, "base_may_be_zero"),
        ({"first_year": 2018, **exact(121, "first_")}, *["measured"] * 3, "first_year"),
    ],
)
def test_what_cannot_be_told_is_null_with_its_reason(
    changed: dict[str, Any], change: str, growth: str, contribution: str, index: str
) -> None:
    found = trend(**changed)
    statuses = {"change": change, "growth": growth, "contribution": contribution, "index": index}
    assert {name: found[f"{name}_status"] for name in statuses} == statuses
    for name, status in statuses.items():
        for part in PARTS:
            assert (found[f"{part}_{name}"] is not None) == (status in ("measured", "first_year")), (name, part)
    assert (found["estimate_annualised_growth"] is not None) == (index == "measured")


def test_the_region_is_not_said_to_grow_across_a_break_of_its_total() -> None:
    assert trend(is_region_broken=True)["region_growth"] is None
    assert trend(is_region_broken=True)["growth_status"] == "measured"


def test_the_first_year_is_a_hundred_however_little_of_it_is_published() -> None:
    found = trend(first_year=2018, **ranged(50, 121, 200), **ranged(50, 121, 200, "first_"))
    assert {found[f"{part}_index"] for part in PARTS} == {100}
    assert found["estimate_annualised_growth"] is None


def test_changes_across_breaks_are_there_for_who_asks() -> None:
    broken = {"breaks_over_the_year": "moved", "breaks_since_first_year": "moved"}
    found = trend("marts.sector_trends_across_breaks", **broken)
    assert found["estimate_growth"] == pytest.approx(0.1)
    assert found["estimate_index"] == pytest.approx(121)
    assert (found["growth_status"], found["breaks_over_the_year"]) == ("measured", "moved")


def test_only_what_crosses_a_break_is_listed_there() -> None:
    frame = pl.DataFrame([dict.fromkeys(SCHEMA) | USUAL], schema=SCHEMA)
    assert sector_trends(frame)["marts.sector_trends_across_breaks"].is_empty()
