"""A sector carried to the vintage in force: exact, or a range between what is certain and what is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

OLD = ("10 > 101 > 1013 > 31-33 > 331 > 3311 > 33111 > 331110 331111", "33111 > 331119")
NEW = ("10 > 101 > 1013 > 31-33 > 331 > 3311 > 33111 > 331110 331112 331113",)
CLASSIFICATION = (
    "core.naics_ancestry",
    "core.industry_group_leaves",
    "core.industry_groups",
    "core.industry_group_codes",
)
WHERE = {"region": "metro", "period": "2016-Q1", "ownership": "private", "measure": "employment"}
KEPT = ("own", "certain", "possible", "between")


@pytest.fixture
def split(warehouse: Warehouse) -> Warehouse:
    """331111 of 2012 was split in 331112, which the sector lists, and 331113, which it does not."""
    warehouse.add_sectors("metals", "steel")
    warehouse.add_industries(*OLD, vintage=2012)
    warehouse.add_industries(*NEW, vintage=2017)
    warehouse.add_industries(*NEW, vintage=2022)
    warehouse.define("metals", "331110", "331111", vintage=2012)
    warehouse.define("steel", "331110", vintage=2012)
    for vintage in (2017, 2022):
        warehouse.define("metals", "331110", "331112", vintage=vintage)
        warehouse.define("steel", "331110", vintage=vintage)
    carried = [("metals", 2012, "331111", "possible")]
    carried += [("metals", vintage, "331112", "certain") for vintage in (2017, 2022)]
    carried += [(sector, year, "331110", "certain") for sector in ("metals", "steel") for year in (2012, 2017, 2022)]
    columns = ("sector", "naics_vintage", "industry_code", "membership")
    rows = [dict(zip(columns, row, strict=True)) for row in carried]
    warehouse.insert("reference.naics_bridge", *rows, definition="strict", from_vintage=2022, step="split")
    warehouse.build(*CLASSIFICATION)
    assert warehouse.broken_contracts(*CLASSIFICATION) == []
    return warehouse


def leaves(warehouse: Warehouse, group: str, vintage: int) -> set[str]:
    rows = warehouse.rows("core.industry_group_leaves", group_key=group, naics_vintage=vintage)
    return {row["industry_code"] for row in rows}


def test_a_sector_that_is_not_carried_exactly_has_groups_of_its_own(split: Warehouse) -> None:
    found = {row["group_key"]: row["kind"] for row in split.rows("core.industry_groups")}
    assert found == {
        "strict:metals": "sector",
        "strict:metals@certain": "bridge_certain",
        "strict:metals@possible": "bridge_possible",
        "strict:metals@between": "bridge_between",
        "strict:metals+steel": "overlap",
        "strict:steel": "sector",
    }
    assert leaves(split, "strict:metals@certain", 2012) == {"331110"}
    assert leaves(split, "strict:metals@possible", 2012) == {"331110", "331111"}
    assert leaves(split, "strict:metals@between", 2012) == {"331111"}
    for vintage in (2017, 2022):
        assert leaves(split, "strict:metals@certain", vintage) == {"331110", "331112"}
        assert leaves(split, "strict:metals@possible", vintage) == {"331110", "331112"}
        assert leaves(split, "strict:metals@between", vintage) == set()


def test_codes_used_other_than_carried_make_groups_too(warehouse: Warehouse) -> None:
    warehouse.add_sectors("metals")
    warehouse.add_industries(*OLD)
    warehouse.define("metals", "331110", "331119")
    carried = {"sector": "metals", "industry_code": "331110", "membership": "certain", "naics_vintage": 2012}
    warehouse.insert("reference.naics_bridge", carried, definition="strict", from_vintage=2022, step="unchanged")
    warehouse.build(*CLASSIFICATION)
    assert leaves(warehouse, "strict:metals@certain", 2012) == {"331110"}
    assert leaves(warehouse, "strict:metals", 2012) == {"331110", "331119"}


def test_a_source_of_five_digits_is_refused_what_is_finer_in_the_other_vintage_only(split: Warehouse) -> None:
    split.define("metals", "331119", vintage=2012)  # now the whole of 33111 is used there
    split.build(*CLASSIFICATION)
    cell = {"source": "qualityinfo", "industry_code": "33111", "naics_vintage": 2012}
    split.insert("core.period_cells", cell, cell | {"source": "bls"})
    refused = {row["group_key"]: row["codes"] for row in split.run("core.refused_groups")}
    assert refused == {
        "strict:metals@certain": ["331110"],
        "strict:metals@possible": ["331110", "331111"],
        "strict:metals@between": ["331111"],
    }


def test_nothing_of_them_is_a_sector_for_people(split: Warehouse) -> None:
    groups = [row["group_key"] for row in split.rows("core.industry_groups")]
    add_place(split, 2016)
    add_figures(split, "2016-Q1", dict.fromkeys(groups, ("published", 5, 5, 5)))
    split.insert("core.region_measures", *({"group_key": key} for key in groups), **WHERE, known=5, total=9)
    rows = [*split.run("marts.sector_measures"), *split.run("marts.sector_overlap")]
    assert [row["sector"] for row in rows] == ["metals", "steel", "metals"]
    split.insert("core.refused_groups", *({"group_key": key} for key in groups), source="bls", naics_vintage=2012)
    assert [row["sector"] for row in split.run("marts.refused_definitions")] == ["metals", "steel"]


def test_their_totals_are_added_up_like_any(split: Warehouse) -> None:
    industries = {"331110": (5, 100.0), "331111": (4, 40.0), "331119": (3, 7.0), "33111": (12, 147.0)}
    cells = [
        {"industry_code": code, "establishments": count, "employment": jobs, "wages_usd": 1000 * int(jobs)}
        for code, (count, jobs) in industries.items()
    ]
    split.insert("core.period_cells", *cells)
    found = {row["group_key"]: row["employment_known"] for row in split.run("core.group_totals")}
    assert found == {
        "strict:metals": 140,
        "strict:metals@certain": 100,
        "strict:metals@possible": 140,
        "strict:metals@between": 40,
        "strict:metals+steel": 100,
        "strict:steel": 100,
    }


def add_place(warehouse: Warehouse, year: int) -> None:
    place: Row = {"region": "metro", "period": f"{year}-Q1", "year": year, "quarter": 1, "source": "bls"}
    warehouse.insert("core.region_periods", place | {"area_fips": "41051", "basis": "counties"})


def add_figures(
    warehouse: Warehouse, period: str, figures: dict[str, tuple[str, float, float | None, float | None]]
) -> None:
    names = ("estimate_status", "lower", "estimate", "upper")
    rows: list[Row] = [{"group_key": key, **dict(zip(names, values, strict=True))} for key, values in figures.items()]
    warehouse.insert("estimates.figure_estimates", *rows, **WHERE | {"period": period})


def bridge(warehouse: Warehouse, sector: str = "metals") -> Row:
    warehouse.build("marts.sector_bridge")
    assert warehouse.broken_contracts("marts.sector_bridge") == []
    return warehouse.row("marts.sector_bridge", sector=sector)


def numbers(row: Row) -> list[float | None]:
    return [row[name] for name in ("lower", "certain_estimate", "possible_estimate", "upper")]


def test_a_split_is_a_range_from_what_is_certain_to_what_is_possible(split: Warehouse) -> None:
    add_place(split, 2016)
    add_figures(
        split,
        "2016-Q1",
        {
            "strict:metals": ("estimated", 70, 90, 120),
            "strict:metals@certain": ("estimated", 20, 30, 50),
            "strict:metals@possible": ("estimated", 70, 90, 120),
            "strict:metals@between": ("estimated", 40, 60, 100),
        },
    )
    row = bridge(split)
    assert numbers(row) == [20, 30, 90, 120]
    assert (row["is_exact"], row["uncertain_codes"], row["estimate_status"]) == (False, ["331111"], "estimated")
    assert (row["listed_vintage"], row["naics_vintage"]) == (2022, 2012)
    assert row["note"].startswith("331111 of NAICS 2012 holds other industries too")


def test_an_exact_step_is_the_sectors_own_figure(split: Warehouse) -> None:
    add_place(split, 2018)
    own = ("estimated", 70.0, 90.0, 120.0)
    keys = ("strict:metals", "strict:metals@certain", "strict:metals@possible", "strict:steel")
    add_figures(split, "2018-Q1", dict.fromkeys(keys, own))
    for sector in ("metals", "steel"):  # the one has groups of its own, the other has not
        row = bridge(split, sector)
        assert numbers(row) == [70, 90, 90, 120]
        assert (row["is_exact"], row["uncertain_codes"], row["note"]) == (True, [], None)


@pytest.mark.parametrize("withheld", KEPT[:3])
def test_what_is_withheld_is_withheld_as_a_whole(split: Warehouse, withheld: str) -> None:
    add_place(split, 2016)
    figures: dict[str, tuple[str, float, float | None, float | None]] = {
        f"strict:metals@{name}": ("estimated", 20, 30, 50) for name in KEPT
    }
    figures["strict:metals"] = figures.pop("strict:metals@own")
    figures["strict:metals" if withheld == "own" else f"strict:metals@{withheld}"] = (
        *("withheld_single_cell", 10),
        *(None, None),
    )
    add_figures(split, "2016-Q1", figures)
    row = bridge(split)
    assert numbers(row) == [None] * 4
    assert row["estimate_status"] == "withheld_single_cell"
    assert row["note"].endswith("withheld: it would give away a single cell, or one or two establishments")


def test_what_cannot_be_estimated_has_its_published_part(split: Warehouse) -> None:
    add_place(split, 2016)
    figures = dict.fromkeys(("", "@certain", "@possible"), ("no_quarters", 20, None, None))
    add_figures(split, "2016-Q1", {f"strict:metals{name}": values for name, values in figures.items()})
    row = bridge(split)
    assert (numbers(row), row["estimate_status"]) == ([20, None, None, None], "no_quarters")


def test_what_the_source_is_too_coarse_for_says_so(split: Warehouse) -> None:
    add_place(split, 2016)
    add_figures(split, "2016-Q1", {"strict:metals": ("published", 20, 20, 20)})
    row = bridge(split)
    assert (numbers(row), row["estimate_status"]) == ([None] * 4, "source_too_coarse")
    assert row["note"].endswith("publishes no 6-digit industries, as this needs")


@pytest.mark.parametrize("withheld", KEPT)
def test_both_ends_are_withheld_with_what_lies_between_or_the_sector_itself(split: Warehouse, withheld: str) -> None:
    add_place(split, 2016)
    keys = {name: f"strict:metals@{name}" for name in KEPT} | {"own": "strict:metals", "overlap": "strict:metals+steel"}
    hidden = {"known": 700, "total": 2000, "known_share": 0.35, "hidden_cells": 3, "total_cells": 9}
    estimate = dict.fromkeys(("lower", "interval90_lower", "estimate", "interval90_upper", "upper"), 900)
    shares = {f"{name}_share": 0.45 for name in estimate}
    for name, key in keys.items():
        split.insert("core.region_measures", WHERE | hidden | {"group_key": key})
        found = {**WHERE, **estimate, **shares, "group_key": key, "source": "bls", "year": 2016, "quarter": 1,
                 "known": 700, "hidden_cells": 3, "hidden_establishments": 9, "is_withheld": name == withheld,
                 }  # fmt: skip
        split.insert("estimates.region_estimates", {k: v for k, v in found.items() if k != "period"})
    split.build("estimates.asked_regions", "estimates.figure_estimates")
    statuses = {
        name: split.row("estimates.figure_estimates", group_key=key)["estimate_status"] for name, key in keys.items()
    }
    ends = ("certain", "possible", "between")
    assert {name for name, status in statuses.items() if status == "withheld_single_cell"} == {withheld, *ends}
