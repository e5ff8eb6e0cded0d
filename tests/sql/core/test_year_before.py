"""A year that no file of its own covers, as the changes over the year after it tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.sql.conftest import NewWarehouse, Row, Warehouse

CELLS = ("core.vintages", "core.qcew_cells", "core.naics_ancestry", "core.year_before_cells")
FIGURES = (
    *CELLS,
    *("core.annual_file_cells", "core.qcew_annual", "core.replaced_cells", "core.period_cells"),
    *("core.industry_group_leaves", "core.industry_groups", "core.industry_group_codes", "core.refused_groups"),
    *("core.region_coverage", "core.region_periods", "core.replaced_regions", "core.year_before_regions"),
    *("core.group_totals", "core.region_totals", "core.region_groups", "core.region_measures"),
)
TREE = ("10 > 101 > 1012 > 23 > 236 238", "236 > 2361 > 23611 > 236115 236116", "238 > 2381 > 23811 > 238111")
PATH = ("10", "101", "1012", "23")


def whole(industry: str, now: int, before: int, jobs: tuple[int, int] | None = None, own_code: str = "5") -> Row:
    """A cell of establishments now and before; jobs now and before, hidden if None. Everybody earns $1,000."""
    row: Row = {
        "industry_code": industry,
        "own_code": own_code,
        "establishments": now,
        "oty_establishments_change": now - before,
    }
    if jobs is None:
        return row | {"disclosure": "suppressed"}
    change = jobs[0] - jobs[1]
    changes = {f"oty_month{month}_employment_change": change for month in (1, 2, 3)}
    return row | {"jobs": jobs[0], "wages_usd": 1000 * jobs[0], "oty_wages_change_usd": 1000 * change} | changes


def file(now: int, before: int, jobs: tuple[int, int], *rows: Row) -> list[Row]:
    """A whole file of an area: private down to construction, published; a city's row makes it six digits deep."""
    others = [whole("10", now, before, jobs, own_code="0"), whole("238111", 1, 1, own_code="3")]
    return [*others, *(whole(code, now, before, jobs) for code in PATH), *rows]


@pytest.fixture
def warehouse(warehouse: Warehouse) -> Warehouse:
    warehouse.add_captures("a")
    warehouse.add_industries(*TREE)
    return warehouse


def fill(warehouse: Warehouse, rows: Iterable[Row], quarters: Iterable[int] = (1, 2, 3, 4), **shared: object) -> None:
    for quarter in quarters:
        warehouse.insert("raw.quarterly_cells", *rows, **{"year": 2016, **shared}, quarter=quarter)


def cells(warehouse: Warehouse, period: str) -> dict[str, tuple[object, ...]]:
    return {
        row["industry_code"]: (row["disclosure"], row["establishments"], row["employment"], row["wages_usd"])
        for row in warehouse.rows("core.year_before_cells", own_code="5", period=period)
        if row["industry_code"] not in PATH
    }


def test_a_level_without_its_change_is_the_year_before(warehouse: Warehouse) -> None:
    rows = file(9, 8, (90, 80), whole("236", 5, 4, (50, 45)), whole("238", 4, 4))
    rows += [
        whole("2361", 5, 4, (50, 45)),
        whole("23611", 5, 4, (50, 45)),
        whole("236115", 3, 4),
        whole("236116", 2, 0),
    ]
    fill(warehouse, [*rows, *(whole(code, 4, 4) for code in ("2381", "23811", "238111"))])
    warehouse.build(*CELLS)
    assert warehouse.broken_contracts(*CELLS) == []
    found = cells(warehouse, "2015-Q3")
    assert found["236"] == ("disclosed", 4.0, 45.0, 45_000)
    assert found["238"] == ("suppressed", 4.0, None, None)
    assert found["236116"] == ("true_zero", 0.0, 0.0, 0), "what opened since had nothing, hidden though it is now"
    assert found["236115"] == ("suppressed", 4.0, None, None)
    assert cells(warehouse, "2015") == {
        code: (disclosure, establishments, jobs, None if wages is None else 4 * wages)  # type: ignore[operator]
        for code, (disclosure, establishments, jobs, wages) in found.items()
    }


def test_an_industry_that_closed_is_hidden_with_the_establishments_that_are_missing(warehouse: Warehouse) -> None:
    fill(warehouse, file(5, 8, (50, 80), whole("238", 5, 6, (50, 60))))
    warehouse.build(*CELLS)
    found = cells(warehouse, "2015-Q1")
    assert found["236"] == ("suppressed", 2.0, None, None)
    assert found["236115"] == ("suppressed", None, None, None), "of the two, nobody knows which had how many"
    assert found["2381"] == ("suppressed", 6.0, None, None)
    assert found["23811"] == ("suppressed", None, None, None)


def test_of_several_that_closed_nobody_knows_how_many_establishments(warehouse: Warehouse) -> None:
    fill(warehouse, file(1, 3, (9, 30)))
    warehouse.build(*CELLS)
    assert cells(warehouse, "2015-Q1")["236"] == ("suppressed", None, None, None)


def test_an_industry_that_never_was_has_no_row(warehouse: Warehouse) -> None:
    fill(warehouse, file(5, 8, (50, 80), whole("238", 5, 8, (50, 80))))
    warehouse.build(*CELLS)
    assert "236" not in cells(warehouse, "2015-Q1")


def test_a_year_needs_all_quarters_and_a_missing_row_counts_as_none(warehouse: Warehouse) -> None:
    base = file(9, 9, (90, 90), whole("236", 9, 9, (90, 90)))
    fill(warehouse, base, quarters=(1, 2, 3))
    warehouse.build(*CELLS)
    assert cells(warehouse, "2015") == {}
    fill(warehouse, file(8, 8, (80, 80), whole("236", 4, 4, (40, 40)), whole("238", 4, 4, (40, 40))), quarters=(4,))
    warehouse.build(*CELLS)
    found = cells(warehouse, "2015")
    assert found["236"] == ("disclosed", (9 * 3 + 4) / 4, (90 * 3 + 40) / 4, 310_000)
    assert found["238"] == ("disclosed", 1.0, 10.0, 40_000)


def test_a_year_with_its_own_files_is_not_told_by_the_next(warehouse: Warehouse) -> None:
    warehouse.insert("reference.regions", {"region": "one", "region_name": "One", "sort_order": 1})
    warehouse.insert("reference.region_areas", {"region": "one", "area_fips": "41051"})
    for year in (2015, 2016):
        fill(warehouse, file(9, 9, (90, 90), whole("236", 9, 9, (90, 90))), year=year)
    warehouse.build(*FIGURES)
    assert {row["year"] for row in warehouse.rows("core.year_before_cells")} == {2014}
    assert {row["year"] for row in warehouse.rows("core.year_before_regions")} == {2014}


def test_nothing_is_told_across_a_switch_of_vintage(warehouse: Warehouse) -> None:
    for year in (2017, 2019):
        fill(warehouse, file(9, 9, (90, 90)), year=year)
    warehouse.build(*CELLS)
    assert {row["year"] for row in warehouse.rows("core.year_before_cells")} == {2018}


def test_a_region_takes_an_area_s_own_file_where_there_is_one(warehouse: Warehouse) -> None:
    warehouse.insert("reference.regions", {"region": "two", "region_name": "Two", "sort_order": 1})
    warehouse.insert("reference.region_areas", *({"region": "two", "area_fips": area} for area in ("41051", "41067")))
    for area in ("41051", "41067"):
        fill(warehouse, file(9, 8, (90, 80)), area_fips=area)
    fill(warehouse, file(7, 7, (70, 70)), quarters=(2,), area_fips="41051", year=2015)
    warehouse.build(*FIGURES)
    vintages = {
        (row["period"], row["area_fips"]): row["area_vintage"]
        for row in warehouse.rows("core.year_before_regions", region="two")
    }
    assert {period for period, _ in vintages} == {"2015-Q1", "2015-Q2", "2015-Q3", "2015-Q4", "2015"}
    assert [key for key, vintage in vintages.items() if vintage == "in_force"] == [("2015-Q2", "41051")]
    totals = {
        row["period"]: row["employment"]
        for row in warehouse.rows("core.region_totals", region="two", ownership="private", vintage="year_before")
    }
    assert totals == {"2015": 160.0, "2015-Q1": 160.0, "2015-Q2": 150.0, "2015-Q3": 160.0, "2015-Q4": 160.0}


class Leaf(NamedTuple):
    """Establishments and jobs now and a year before, of one of the finest industries."""

    now: int
    before: int
    jobs_now: int
    jobs_before: int


LEAVES = ("236115", "236116", "238111")
PARENTS = {"236115": "23611", "236116": "23611", "23611": "2361", "2361": "236", "238111": "23811", "23811": "2381"}
PARENTS |= {"2381": "238", "236": "23", "238": "23"}
_ECONOMIES = st.fixed_dictionaries(
    {
        leaf: st.builds(
            lambda now, before, jobs_now, jobs_before: Leaf(now, before, jobs_now * now, jobs_before * before),
            *(st.integers(0, 3), st.integers(0, 3), st.integers(1, 9), st.integers(1, 9)),
        )
        for leaf in LEAVES
    }
)


def inside(code: str) -> list[str]:
    return [leaf for leaf in LEAVES if leaf.startswith(code)]


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    economy=_ECONOMIES,
    hidden=st.sets(st.sampled_from(sorted({*LEAVES, *PARENTS} - set(PATH)))),
    sector=st.sets(st.sampled_from(sorted({*LEAVES, *PARENTS, "23"} - set(PATH[:3]))), min_size=1, max_size=2),
)
def test_what_is_told_is_never_more_than_the_truth_and_all_of_it_where_nothing_is_hidden(
    new_warehouse: NewWarehouse, economy: Mapping[str, Leaf], hidden: set[str], sector: set[str]
) -> None:
    def row(code: str) -> Row:
        leaves = [economy[leaf] for leaf in inside(code)]
        added = Leaf(*(sum(values) for values in zip(*leaves, strict=True)))
        jobs = None if code in hidden else (added.jobs_now, added.jobs_before)
        return whole(code, added.now, added.before, jobs)

    def is_there(code: str) -> bool:
        return any(economy[leaf].now for leaf in inside(code))

    with new_warehouse() as warehouse:
        warehouse.add_captures("a")
        warehouse.add_industries(*TREE)
        warehouse.add_sectors("one")
        warehouse.define("one", *sector)
        warehouse.insert("reference.regions", {"region": "one", "region_name": "One", "sort_order": 1})
        warehouse.insert("reference.region_areas", {"region": "one", "area_fips": "41051"})
        everything = Leaf(*(sum(values) for values in zip(*economy.values(), strict=True)))
        jobs = (everything.jobs_now, everything.jobs_before)
        below = [row(code) for code in sorted({*PARENTS, *LEAVES}) if is_there(code)]
        fill(warehouse, file(everything.now, everything.before, jobs, *below), quarters=(1,))
        warehouse.build(*FIGURES)
        found = warehouse.rows("core.region_groups", vintage="year_before", ownership="private", period="2015-Q1")
    found = [each for each in found if each["group_key"] == "strict:one"]
    leaves = [economy[leaf] for leaf in {leaf for code in sector for leaf in inside(code)}]
    truth = Leaf(*(sum(values) for values in zip(*leaves, strict=True)))
    for each in found:
        assert each["establishments"] in (None, truth.before)
        assert each["employment_known"] <= truth.jobs_before
        if each["hidden_cells"] == 0:
            assert each["employment_known"] == truth.jobs_before
            assert each["wages_known"] == 1000 * truth.jobs_before
    assert {each["region"] for each in found} == {"one", "41051"}
