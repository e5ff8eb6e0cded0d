"""What a location quotient is made from: which bases there are, both denominators, and that totals stand beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.domain.concentration import sector_concentration
from pipelines.warehouse.sql_models import load_model

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

TABLE = "marts.sector_concentration"
AREAS = {"metro": "41051", "oregon": "41000", "united_states": "US000"}
CELL = {
    "definition": "strict",
    "sector": "health",
    "sector_name": "Health",
    "sector_kind": "sector",
    "period": "2016",
    "year": 2016,
    "ownership": "private",
    "measure": "employment",
    "source": "bls",
    "estimate_status": "published",
    "revision_status": "final",
    "data_origin": "BLS",
}


def place(warehouse: Warehouse, region: str, area: str, **keys: object) -> None:
    row = {"region": region, "region_name": region.title(), "area_fips": area, "source": "bls", "basis": "counties"}
    warehouse.insert("core.region_periods", {**row, "period": "2016", "year": 2016, "revision_status": "final", **keys})


def figure(warehouse: Warehouse, region: str, value: float, share: float | None, total: float, **keys: object) -> None:
    """A region's exact figure of the sector, its share of private ownership, and the total of all ownerships."""
    parts = ("lower", "estimate", "upper", "interval90_lower", "interval90_upper")
    exact = dict.fromkeys(parts, value) | {f"{part}_share": share for part in parts}
    warehouse.insert(
        "marts.sector_measures", {**CELL, "region": region, "region_name": region.title(), **exact, **keys}
    )
    everything = {"region": region, "period": keys.get("period", "2016"), "employment": total, "wages_usd": 0}
    warehouse.insert("core.region_totals", {**everything, "ownership": "total_covered"})


@pytest.fixture
def places(warehouse: Warehouse) -> Warehouse:
    """A county with 30 of 200 jobs in health care, Oregon with 100 of 1,000, the nation with 40 of 800."""
    for order, (region, area) in enumerate(AREAS.items()):
        statewide = None if region == "metro" else area
        row = {"region": region, "region_name": region.title(), "statewide_area": statewide, "sort_order": order}
        warehouse.insert("reference.regions", row)
        place(warehouse, region, area)
    figure(warehouse, "metro", 30, share=0.2, total=200)
    figure(warehouse, "oregon", 100, share=0.125, total=1000)
    figure(warehouse, "united_states", 40, share=0.0625, total=800)
    return warehouse


def found(warehouse: Warehouse, **where: object) -> list[Row]:
    """Rows of the mart as a run makes them."""
    frames = sector_concentration(warehouse.connection.sql(load_model("measures.sector_concentration").sql).pl())
    warehouse.fill(TABLE, frames[TABLE])
    assert warehouse.broken_contracts(TABLE) == []
    for check in ("out_of_order", "without_reason"):
        assert warehouse.query(f"checks.quotients_{check}") == []
    return warehouse.rows(TABLE, **where)


def test_a_region_is_compared_with_every_state_and_the_nation_that_is_there(places: Warehouse) -> None:
    pairs = {(row["region"], row["base_region"], row["is_within_base"]) for row in found(places)}
    assert pairs == {
        ("metro", "oregon", True),
        ("metro", "united_states", True),
        ("oregon", "united_states", True),
    }


@pytest.mark.parametrize(
    ("base", "base_ownership", "quotient"),
    [
        ("oregon", "total_covered", 1.5),  # 30 / 200 by 100 / 1,000
        ("united_states", "total_covered", 3.0),  # 30 / 200 by 40 / 800
        ("oregon", "private", 1.6),  # 0.2 by 0.125
        ("united_states", "private", 3.2),  # 0.2 by 0.0625
    ],
)
def test_both_denominators(places: Warehouse, base: str, base_ownership: str, quotient: float) -> None:
    (row,) = found(places, region="metro", base_region=base, base_ownership=base_ownership)
    assert (row["estimate"], row["lower"], row["upper"]) == (pytest.approx(quotient),) * 3
    assert row["concentration_status"] == "measured"


def test_a_base_that_is_not_there_in_a_period_has_no_row(places: Warehouse) -> None:
    place(places, "metro", "41051", period="2017", year=2017)
    figure(places, "metro", 30, share=0.2, total=200, period="2017", year=2017)
    assert found(places, region="metro", period="2017") == []


def test_government_is_compared_by_all_industries_only(places: Warehouse) -> None:
    for region, value in (("metro", 5), ("oregon", 50)):
        row = {"ownership": "government", "region": region, "region_name": region.title(), "estimate": value}
        exact = dict.fromkeys(("lower", "upper", "interval90_lower", "interval90_upper"), value)
        places.insert("marts.sector_measures", {**CELL, **row, **exact})
    rows = found(places, region="metro", ownership="government")
    assert [(row["base_ownership"], row["estimate"]) for row in rows] == [
        ("total_covered", pytest.approx(5 / 200 / (50 / 1000)))
    ]


def test_a_region_across_states_lies_in_the_nation_only_and_puerto_rico_not_even_there(places: Warehouse) -> None:
    place(places, "metro", "53011")
    place(places, "72001", "72001")
    figure(places, "72001", 1, share=0.5, total=10)
    rows = found(places, base_ownership="private")
    within = {(row["region"], row["base_region"]): row["is_within_base"] for row in rows}
    assert within[("metro", "oregon")] is within[("72001", "united_states")] is False
    assert within[("metro", "united_states")] is True


def test_the_gross_sum_has_no_quotient_and_the_union_has(places: Warehouse) -> None:
    for kind in ("gross", "union", "lens"):
        for region in ("metro", "oregon"):
            row = {"region": region, "sector": f"a_{kind}", "sector_kind": kind, "lower_share": 0.0, "upper_share": 1.0}
            places.insert("marts.sector_measures", {**CELL, **row})
    assert {row["sector_kind"] for row in found(places)} == {"sector", "union", "lens"}


def test_the_least_final_of_both_says_how_final_it_is(places: Warehouse) -> None:
    places.connection.execute("UPDATE marts.sector_measures SET revision_status = 'revised' WHERE region = 'oregon'")
    statuses = {(row["region"], row["base_region"]): row["revision_status"] for row in found(places)}
    assert statuses == {
        ("metro", "oregon"): "revised",
        ("metro", "united_states"): "final",
        ("oregon", "united_states"): "revised",
    }


def test_a_hidden_private_total_leaves_the_quotient_by_all_industries(places: Warehouse) -> None:
    places.connection.execute(
        "UPDATE marts.sector_measures SET lower_share = 0, upper_share = NULL, estimate_share = NULL, "
        "interval90_lower_share = NULL, interval90_upper_share = NULL WHERE region = 'metro'"
    )
    rows = found(places, region="metro", base_region="oregon")
    assert [(row["base_ownership"], row["concentration_status"]) for row in rows] == [
        ("private", "no_total"),
        ("total_covered", "measured"),
    ]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("estimate = NULL", "without_reason"),
        ("upper = NULL", "without_reason"),
        ("concentration_status = 'hidden'", "without_reason"),
        ("upper = estimate / 2", "out_of_order"),
        ("interval90_lower = estimate * 2", "out_of_order"),
    ],
)
def test_the_checks_find_faults(places: Warehouse, change: str, check: str) -> None:
    rows = found(places)
    places.connection.execute(f"UPDATE {TABLE} SET {change} WHERE region = 'metro'")
    assert 0 < len(places.query(f"checks.quotients_{check}")) < len(rows)
