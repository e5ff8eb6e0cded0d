"""What others publish beside each reading of ours: reproduced, refuted by a lower bound, or not comparable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse


@pytest.fixture
def region(warehouse: Warehouse) -> Warehouse:
    warehouse.add_sectors("construction", "health")
    warehouse.add_sectors("all_target_sectors", kind="union")
    warehouse.add_sectors("sum_of_sectors", kind="gross")
    warehouse.add_sectors("lens", kind="lens")
    warehouse.define("construction", "23")
    return warehouse


def ours(
    warehouse: Warehouse,
    businesses: float = 100,
    employment: float = 1000,
    wages: float = 50_000_000,
    *,
    total: float = 10_000,
    hidden_cells: int = 0,
    year: int = 2023,
    **keys: object,
) -> None:
    """Our figures of construction, strict, in one year; each is compared with the same total."""
    where = {"region": "metro", "definition": "strict", "sector": "construction", "ownership": "private"}
    shared: Row = (
        where | {"period": str(year), "year": year, "quarter": 0, "source": "bls", "data_origin": "BLS"} | keys
    )
    measures = {"businesses": businesses, "employment": employment, "wages": wages}
    rows = [
        {"measure": measure, "known": known, "known_share": known / total, "total": total,
         "hidden_cells": 0 if measure == "businesses" else hidden_cells}
        for measure, known in measures.items()
    ]  # fmt: skip
    warehouse.insert("marts.sector_measures", *rows, **shared)


def compare(warehouse: Warehouse, statistic: str, value: float, **more: object) -> list[Row]:
    """One published figure of 2023 with all readings of ours."""
    figure = {"figure_id": "f", "region": "metro", "year": 2023, "sector": "construction", "statistic": statistic}
    warehouse.insert("reference.published_figures", {**figure, "value": value, **more})
    rows = warehouse.run("marts.published_figures")
    assert warehouse.broken_contracts("marts.published_figures") == []
    return rows


def compared(warehouse: Warehouse, statistic: str, value: float, **more: object) -> Row:
    (row,) = compare(warehouse, statistic, value, **more)
    return row


@pytest.mark.parametrize(
    ("statistic", "published", "our_value"),
    [
        ("businesses", 101, 101.25),
        ("employment", 800, 800),
        ("average_wage", 0, 0.5),  # $400 by 800 jobs
        ("share_of_businesses", 0.05, 0.050625),  # 101.25 of 2000
        ("share_of_employment", 0.4, 0.4),
        ("share_of_wages", 0.2, 0.2),
    ],
)
def test_each_statistic_is_compared(region: Warehouse, statistic: str, published: float, our_value: float) -> None:
    ours(region, businesses=101.25, employment=800, wages=400, total=2000)
    row = compared(region, statistic, published)
    assert row["our_value"] == pytest.approx(our_value)
    assert row["difference"] == pytest.approx(our_value - published, abs=1e-6)
    assert (row["our_year"], row["is_complete"], row["is_reproduced"], row["note"]) == (2023, True, True, None)
    assert (row["is_reproduced_by_any"], row["data_origin"]) == (True, "BLS")


@pytest.mark.parametrize(
    ("statistic", "published", "is_reproduced"),
    [
        ("employment", 1000.0, True),
        ("employment", 999.5, True),
        ("employment", 1000.5, True),
        ("employment", 1000.6, False),
        ("employment", 999.4, False),
        ("share_of_employment", 0.104, True),
        ("share_of_employment", 0.096, True),
        ("share_of_employment", 0.106, False),
        ("share_of_employment", 0.094, False),
    ],
)
def test_reproduced_means_within_half_a_unit(
    region: Warehouse, statistic: str, published: float, is_reproduced: bool
) -> None:
    ours(region, employment=1000)  # 10 % of 10,000
    assert compared(region, statistic, published)["is_reproduced"] is is_reproduced


class TestHiddenCells:
    def test_a_lower_bound_above_the_figure_refutes_it(self, region: Warehouse) -> None:
        ours(region, employment=1000, hidden_cells=3)
        row = compared(region, "employment", 900)
        assert (row["is_reproduced"], row["is_complete"]) == (False, False)
        assert row["note"] == "cells are hidden: ours is a lower bound"

    @pytest.mark.parametrize("published", [1000, 1000.5, 1500])
    def test_a_lower_bound_never_confirms(self, region: Warehouse, published: float) -> None:
        ours(region, employment=1000, hidden_cells=3)
        row = compared(region, "employment", published)
        assert (row["is_reproduced"], row["is_reproduced_by_any"]) == (None, None)

    def test_a_share_may_be_a_lower_bound_too(self, region: Warehouse) -> None:
        ours(region, employment=1000, hidden_cells=3)
        assert compared(region, "share_of_employment", 0.05)["is_reproduced"] is False

    def test_an_average_wage_cannot_be_computed(self, region: Warehouse) -> None:
        ours(region, hidden_cells=3)
        row = compared(region, "average_wage", 50_000)
        assert (row["our_value"], row["is_reproduced"], row["difference"]) == (None, None, None)
        assert row["note"] == "cannot be computed while cells are hidden"

    def test_businesses_are_never_hidden(self, region: Warehouse) -> None:
        ours(region, businesses=100, hidden_cells=3)
        row = compared(region, "businesses", 100)
        assert (row["is_complete"], row["is_reproduced"], row["note"]) == (True, True, None)

    def test_a_share_of_a_hidden_total_cannot_be_computed(self, region: Warehouse) -> None:
        ours(region)
        region.connection.execute("UPDATE marts.sector_measures SET known_share = NULL, total = NULL")
        row = compared(region, "share_of_wages", 0.49)
        assert (row["our_value"], row["is_reproduced"]) == (None, None)
        assert row["note"] == "cannot be computed while cells are hidden"


class TestYears:
    def test_the_nearest_year_is_shown_but_not_compared(self, region: Warehouse) -> None:
        ours(region, employment=1000, year=2016)
        ours(region, employment=1100, year=2021)
        row = compared(region, "employment", 1100)
        assert (row["our_year"], row["our_value"], row["is_reproduced"]) == (2021, 1100, None)
        assert row["note"] == "no figures of ours for 2023; the nearest year is shown, not compared"

    def test_of_two_equally_near_the_later_is_shown(self, region: Warehouse) -> None:
        ours(region, year=2022)
        ours(region, year=2024)
        assert compared(region, "employment", 1)["our_year"] == 2024

    def test_the_same_year_comes_first(self, region: Warehouse) -> None:
        for year in (2022, 2023, 2024):
            ours(region, employment=year, year=year)
        assert compared(region, "employment", 2023)["is_reproduced"] is True

    def test_quarters_other_ownerships_and_regions_are_not_compared(self, region: Warehouse) -> None:
        ours(region, quarter=1, period="2023-Q1")
        ours(region, ownership="total_covered")
        ours(region, region="elsewhere")
        row = compared(region, "employment", 1000)
        assert (row["our_year"], row["our_value"], row["is_complete"], row["is_reproduced"]) == (None,) * 4
        assert row["note"] == "no figures of ours for this region and reading"

    def test_without_figures_of_ours_nothing_is_said_of_them(self, region: Warehouse) -> None:
        row = compared(region, "businesses", 1000)
        assert (row["our_year"], row["is_complete"], row["data_origin"]) == (None, None, None)


def test_a_location_quotient_needs_the_nation(region: Warehouse) -> None:
    ours(region)
    row = compared(region, "location_quotient", 1.7)
    assert (row["our_value"], row["is_reproduced"], row["note"]) == (None, None, "needs the figures of the nation")


def test_nobody_working_has_no_average_wage(region: Warehouse) -> None:
    ours(region, employment=0, wages=0)
    assert compared(region, "average_wage", 1)["our_value"] is None


def test_of_all_target_sectors_union_and_sum_are_read_in_each_definition(region: Warehouse) -> None:
    region.define("construction", "23", definition="broad")
    for definition, sector, employment in (
        ("strict", "all_target_sectors", 3200),
        ("strict", "sum_of_sectors", 5500),
        ("broad", "all_target_sectors", 3800),
    ):
        ours(region, employment=employment, definition=definition, sector=sector)
    rows = compare(region, "share_of_employment", 0.55, sector="all_target_sectors")
    found = {(row["definition"], row["reading"]): (row["our_value"], row["is_reproduced"]) for row in rows}
    assert found == {
        ("strict", "all_target_sectors"): (0.32, False),
        ("strict", "sum_of_sectors"): (0.55, True),
        ("broad", "all_target_sectors"): (0.38, False),
        ("broad", "sum_of_sectors"): (None, None),
    }
    assert {row["is_reproduced_by_any"] for row in rows} == {True}


def test_a_figure_that_every_reading_misses_is_said_to_be_missed(region: Warehouse) -> None:
    for sector in ("all_target_sectors", "sum_of_sectors"):
        ours(region, employment=3200, sector=sector)
    rows = compare(region, "share_of_employment", 0.55, sector="all_target_sectors")
    assert [row["is_reproduced_by_any"] for row in rows] == [False, False]
