"""How many industries a region rests on: by hand where nothing is hidden, and bounds that hold whatever is hidden."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import NewWarehouse, Row, Warehouse

MODELS = ("core.naics_ancestry", "marts.region_diversity")
TREE = (
    "10 > 101 > 1011 > 11 > 111 > 1111 > 11111 > 111110",
    "11 > 112 > 1121 > 11211 > 112111 112112",
    "11 > 113 > 1131 1132",
    "1131 > 11311",
    "1132 > 11321",
)
JOBS = {"measure": "employment", "ownership": "private"}


def prepare(warehouse: Warehouse, *counties: str) -> None:
    warehouse.add_industries(*TREE)
    rows = ({"area_fips": county} for county in counties)
    warehouse.insert(
        "core.region_periods", *rows, region="metro", region_name="Metro", period="2016-Q1", year=2016, quarter=1,
        source="bls", basis="counties", revision_status="final",
    )  # fmt: skip


def cell(warehouse: Warehouse, code: str, jobs: float | None, area: str = "41051", **keys: object) -> None:
    """A private cell; its jobs, or None where they are hidden."""
    row = {"industry_code": code, "area_fips": area, "establishments": 1, "employment": jobs, "wages_usd": 0}
    disclosure = "suppressed" if jobs is None else "disclosed"
    if jobs is None:
        row["wages_usd"] = None
    warehouse.insert("core.period_cells", {**row, "disclosure": disclosure, **keys})


def total(warehouse: Warehouse, jobs: float | None, ownership: str = "private") -> None:
    row = {"region": "metro", "period": "2016-Q1", "ownership": ownership, "employment": jobs, "establishments": 9}
    warehouse.insert("core.region_totals", {**row, "wages_usd": 0})


def diversity(warehouse: Warehouse, digits: int = 3, **where: object) -> Row:
    warehouse.build(*MODELS)
    assert warehouse.broken_contracts(*MODELS) == []
    return warehouse.row("marts.region_diversity", naics_digits=digits, **{**JOBS, **where})


def test_shares_are_squared_and_added_up(warehouse: Warehouse) -> None:
    """Half, three tenths and a fifth: 0.25 + 0.09 + 0.04."""
    prepare(warehouse, "41051", "41067")
    for code, jobs in (("111", 40), ("112", 30), ("113", 20)):
        cell(warehouse, code, jobs)
    cell(warehouse, "111", 10, area="41067")
    total(warehouse, 100)
    row = diversity(warehouse)
    assert (row["diversity_status"], row["industries"], row["hidden_industries"]) == ("measured", 3, 0)
    assert [row[f"{end}_herfindahl"] for end in ("lower", "estimate", "upper")] == [pytest.approx(0.38)] * 3
    assert row["estimate_effective_industries"] == pytest.approx(1 / 0.38)
    assert row["published_share"] == pytest.approx(1)


def test_four_equal_industries_are_four(warehouse: Warehouse) -> None:
    prepare(warehouse, "41051")
    for code in ("1111", "1121", "1131", "1132"):
        cell(warehouse, code, 25)
    total(warehouse, 100)
    assert diversity(warehouse, digits=4)["estimate_effective_industries"] == pytest.approx(4)


def test_what_is_hidden_is_bounded(warehouse: Warehouse) -> None:
    """40 of 100 jobs are known of one industry; of the others 20 in one county, and 40 are hidden in two industries."""
    prepare(warehouse, "41051", "41067")
    cell(warehouse, "111", 40)
    cell(warehouse, "112", 20)
    cell(warehouse, "112", None, area="41067")
    cell(warehouse, "113", None)
    total(warehouse, 100)
    row = diversity(warehouse)
    assert (row["diversity_status"], row["hidden_industries"], row["published_share"]) == (
        "bounded",
        2,
        pytest.approx(0.6),
    )
    # at least: 113 is filled up to the 20 of 112, then both to 30; at most: all 40 hidden jobs are in 112
    assert row["lower_herfindahl"] == pytest.approx((40**2 + 30**2 + 30**2) / 100**2)
    assert row["upper_herfindahl"] == pytest.approx((40**2 + 60**2 + 0) / 100**2)
    assert (row["estimate_herfindahl"], row["estimate_effective_industries"]) == (None, None)
    assert row["upper_effective_industries"] == pytest.approx(100**2 / (40**2 + 30**2 + 30**2))


def test_too_little_to_fill_all_goes_to_the_smallest(warehouse: Warehouse) -> None:
    """Ten hidden jobs fill the two smallest of three up to 10, the third has 50 already."""
    prepare(warehouse, "41051", "41067")
    for code, jobs in (("111", 50), ("112", 6), ("113", 4)):
        cell(warehouse, code, jobs)
        cell(warehouse, code, None, area="41067")
    total(warehouse, 70)
    row = diversity(warehouse)
    assert row["lower_herfindahl"] == pytest.approx((50**2 + 10**2 + 10**2) / 70**2)
    assert row["upper_herfindahl"] == pytest.approx((60**2 + 6**2 + 4**2) / 70**2)


def test_published_finer_cells_are_known_of_a_hidden_industry_each_once(warehouse: Warehouse) -> None:
    prepare(warehouse, "41051")
    cell(warehouse, "111", 40)
    cell(warehouse, "112", None)
    cell(warehouse, "1121", None)
    cell(warehouse, "11211", 15)
    cell(warehouse, "112111", 15)
    for code, jobs in (("113", None), ("1131", 5), ("11311", 5), ("1132", None)):
        cell(warehouse, code, jobs)
    total(warehouse, 100)
    row = diversity(warehouse)
    assert row["published_share"] == pytest.approx(0.6)  # 40, 15 and 5
    assert row["upper_herfindahl"] == pytest.approx((40**2 + 55**2 + 5**2) / 100**2)
    assert diversity(warehouse, digits=4)["hidden_industries"] == 2, "1121 and 1132"


def test_businesses_are_never_hidden(warehouse: Warehouse) -> None:
    prepare(warehouse, "41051")
    cell(warehouse, "111", None, establishments=3)
    cell(warehouse, "112", None, establishments=1)
    total(warehouse, None)
    row = diversity(warehouse, measure="businesses")
    assert (row["diversity_status"], row["estimate_herfindahl"]) == ("measured", pytest.approx(0.625))


@pytest.mark.parametrize(
    ("jobs", "whole", "status"),
    [
        ((40, 60, None), 100, "withheld_single_industry"),
        ((40, None, None), None, "hidden_total"),
        ((0, 0, 0), 0, "zero_total"),
        ((0, None, None), 0, "zero_total"),
        ((40, None, None), 30, "contradictory_rows"),
    ],
)
def test_without_bounds_the_status_says_why(
    warehouse: Warehouse, jobs: tuple[float | None, ...], whole: float | None, status: str
) -> None:
    prepare(warehouse, "41051")
    for code, number in zip(("111", "112", "113"), jobs, strict=True):
        cell(warehouse, code, number)
    total(warehouse, whole)
    row = diversity(warehouse)
    assert row["diversity_status"] == status
    assert {row[f"{end}_herfindahl"] for end in ("lower", "estimate", "upper")} == {None}
    assert row["published_share"] is None


def test_ownerships_are_added_up(warehouse: Warehouse) -> None:
    prepare(warehouse, "41051")
    cell(warehouse, "111", 60)
    cell(warehouse, "113", 40, own_code="1")
    total(warehouse, 60)
    total(warehouse, 100, ownership="total_covered")
    assert diversity(warehouse)["estimate_herfindahl"] == 1
    assert diversity(warehouse, ownership="total_covered")["estimate_herfindahl"] == pytest.approx(0.52)


def test_a_source_without_four_digits_has_no_such_row(warehouse: Warehouse) -> None:
    prepare(warehouse, "41051")
    cell(warehouse, "111", 60)
    cell(warehouse, "11111", 60)
    total(warehouse, 60)
    diversity(warehouse)
    assert warehouse.rows("marts.region_diversity", naics_digits=4) == []


INDUSTRIES = {"111": ("1111",), "112": ("1121",), "113": ("1131", "1132")}
COUNTIES = ("41051", "41067", "41005")


@pytest.mark.parametrize("seed", range(25))
def test_bounds_hold_for_any_truth(new_warehouse: NewWarehouse, seed: int) -> None:
    """Truths drawn at random, cells hidden at random: the true index lies inside the bounds, at both levels."""
    chance = random.Random(seed)
    truth = {
        (county, code): chance.choice((0, 1, 5, 20, 100)) for county in COUNTIES
        for finer in INDUSTRIES.values() for code in finer
    }  # fmt: skip
    with new_warehouse() as warehouse:
        prepare(warehouse, *COUNTIES)
        for county in COUNTIES:
            for code, finer in INDUSTRIES.items():
                for shown, parts in ((code, finer), *((one, (one,)) for one in finer)):
                    jobs = sum(truth[county, part] for part in parts)
                    cell(warehouse, shown, None if chance.random() < 0.4 else jobs, area=county)
        everything = sum(truth.values())
        total(warehouse, everything)
        for digits in (3, 4):
            row = diversity(warehouse, digits)
            sizes: dict[str, int] = {}
            for (_, code), jobs in truth.items():
                sizes[code[:digits]] = sizes.get(code[:digits], 0) + jobs
            index = sum(jobs**2 for jobs in sizes.values()) / everything**2
            if row["diversity_status"] == "withheld_single_industry":
                continue
            assert row["diversity_status"] in ("measured", "bounded")
            assert row["lower_herfindahl"] <= index * (1 + 1e-12)
            assert index <= row["upper_herfindahl"] * (1 + 1e-12)
