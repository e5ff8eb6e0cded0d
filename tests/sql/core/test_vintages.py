"""Which capture speaks for an area and period: a later whole area supersedes, a part replaces its own cells only."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.domain.periods import QUARTERS, Period
from pipelines.domain.release_calendar import revision_status

if TYPE_CHECKING:
    from tests.sql.conftest import NewWarehouse, Warehouse

TOTAL = {"own_code": "0", "industry_code": "10"}
FINEST = {"bls": "621111", "qualityinfo": "62111"}


def whole_area(
    warehouse: Warehouse, capture: str, *industries: str, publisher: str = "bls", annual: bool = False, **shared: object
) -> None:
    """A capture of an area: its total covered, some private industries, and one as fine as the publisher has any."""
    rows = [TOTAL, *({"industry_code": code} for code in (*industries, FINEST[publisher]))]
    table = "raw.annual_cells" if annual else "raw.quarterly_cells"
    warehouse.insert(table, *rows, capture_sha256=capture, publisher=publisher, **shared)


def in_force(warehouse: Warehouse) -> list[tuple[str, int, str]]:
    rows = warehouse.run("core.vintages", is_in_force=True)
    return [(row["source"], row["quarter"], row["capture_sha256"]) for row in rows]


def cells(warehouse: Warehouse, **where: object) -> dict[str, str]:
    """Industry, those of FINEST left out, and the capture that its private cell comes from."""
    warehouse.build("core.vintages", "core.qcew_cells")
    assert warehouse.broken_contracts("core.vintages", "core.qcew_cells") == []
    return {
        row["industry_code"]: row["capture_sha256"]
        for row in warehouse.rows("core.qcew_cells", own_code="5", **where)
        if row["industry_code"] not in FINEST.values()
    }


def test_a_later_whole_area_supersedes_all_of_the_earlier_one(warehouse: Warehouse) -> None:
    warehouse.add_captures("old", "new")
    whole_area(warehouse, "old", "23", "62")
    whole_area(warehouse, "new", "23")
    assert in_force(warehouse) == [("bls", 1, "new")]
    assert cells(warehouse) == {"23": "new"}, "62 is gone from the new file: it must not come back from the old one"


def test_vintages_are_told_apart_by_area_and_period(warehouse: Warehouse) -> None:
    warehouse.add_captures("old", "new")
    whole_area(warehouse, "old", "23")
    whole_area(warehouse, "old", "23", quarter=2)
    whole_area(warehouse, "old", "23", area_fips="41067")
    whole_area(warehouse, "old", "23", year=2015)
    whole_area(warehouse, "new", "62")
    assert cells(warehouse, area_fips="41051", year=2016, quarter=1) == {"62": "new"}
    assert cells(warehouse, area_fips="41051", year=2016, quarter=2) == {"23": "old"}
    assert cells(warehouse, area_fips="41067") == {"23": "old"}
    assert cells(warehouse, year=2015) == {"23": "old"}


def test_a_later_capture_of_one_industry_replaces_only_its_cells(warehouse: Warehouse) -> None:
    warehouse.add_captures("area", "industry 23", "industry 10")
    whole_area(warehouse, "area", "10", "23", "62")
    warehouse.insert("raw.quarterly_cells", {"industry_code": "23"}, capture_sha256="industry 23")
    # BLS's slice of industry 10 has the total covered of each area, but is not the whole area.
    warehouse.insert("raw.quarterly_cells", TOTAL, {"industry_code": "10"}, capture_sha256="industry 10")
    assert cells(warehouse) == {"10": "industry 10", "23": "industry 23", "62": "area"}
    assert len(in_force(warehouse)) == 3


def test_an_industry_captured_before_the_whole_area_is_superseded(warehouse: Warehouse) -> None:
    warehouse.add_captures("industry", "area")
    warehouse.insert("raw.quarterly_cells", {"industry_code": "62"}, capture_sha256="industry")
    whole_area(warehouse, "area", "23")
    assert cells(warehouse) == {"23": "area"}


def test_a_workbook_of_one_ownership_is_not_a_whole_area(warehouse: Warehouse) -> None:
    warehouse.add_captures("all ownerships", "private only")
    whole_area(warehouse, "all ownerships", "10", "23", "62", publisher="qualityinfo", annual=True)
    private = ({"industry_code": code} for code in ("10", "23", "62111"))
    warehouse.insert("raw.annual_cells", *private, capture_sha256="private only", publisher="qualityinfo")
    assert [row["is_whole_area"] for row in warehouse.run("core.vintages")] == [True, False]
    origins = {
        (row["own_code"], row["industry_code"]): row["capture_sha256"]
        for row in warehouse.run("core.annual_file_cells")
    }
    assert origins == {
        ("0", "10"): "all ownerships",
        ("5", "10"): "private only",
        ("5", "23"): "private only",
        ("5", "62"): "all ownerships",
        ("5", "62111"): "private only",
    }


@pytest.mark.parametrize(
    ("publisher", "finest", "is_whole_area"),
    [
        ("bls", "10", False),  # metropolitan areas from 2025 Q3 on: no industries
        ("bls", "62", False),
        ("bls", "62111", False),
        ("bls", "621111", True),
        ("qualityinfo", "62", False),  # the summary report: sectors only
        ("qualityinfo", "621", False),
        ("qualityinfo", "62111", True),
    ],
)
def test_a_file_without_the_publishers_finest_industries_is_not_a_whole_area(
    warehouse: Warehouse, publisher: str, finest: str, is_whole_area: bool
) -> None:
    warehouse.add_captures("a")
    warehouse.insert("raw.quarterly_cells", TOTAL, {"industry_code": finest}, publisher=publisher)
    assert warehouse.run("core.vintages")[0]["is_whole_area"] is is_whole_area


def test_a_file_without_the_areas_total_is_not_a_whole_area(warehouse: Warehouse) -> None:
    warehouse.add_captures("a")
    warehouse.insert("raw.quarterly_cells", {"industry_code": "10"}, {"industry_code": "621111"})
    assert warehouse.run("core.vintages")[0]["is_whole_area"] is False


def test_sample_and_real_never_mix(warehouse: Warehouse) -> None:
    warehouse.add_captures("real")
    warehouse.add_captures("made up", source="sample")
    whole_area(warehouse, "real", "23", "62")
    whole_area(warehouse, "made up", "23")
    assert in_force(warehouse) == [("bls", 1, "real"), ("sample", 1, "made up")]
    assert cells(warehouse, source="bls") == {"23": "real", "62": "real"}
    assert cells(warehouse, source="sample") == {"23": "made up"}


def test_records_are_of_their_own_source_and_of_every_county_of_their_state(warehouse: Warehouse) -> None:
    warehouse.add_captures("old", "new", source="establishments")
    of_records = {"publisher": "establishments"}
    warehouse.insert("raw.quarterly_cells", TOTAL, {"industry_code": "621111"}, capture_sha256="old", **of_records)
    warehouse.insert("raw.quarterly_cells", TOTAL | {"disclosure": "true_zero"}, capture_sha256="new", **of_records)
    assert in_force(warehouse) == [("establishments", 1, "new")]  # which has no establishment left in the county


def test_made_up_records_are_of_the_sample(warehouse: Warehouse) -> None:
    warehouse.add_captures("made up", source="sample")
    warehouse.insert("raw.quarterly_cells", TOTAL, capture_sha256="made up", publisher="establishments")
    assert in_force(warehouse) == [("sample", 1, "made up")]


def test_one_publisher_does_not_supersede_the_other(warehouse: Warehouse) -> None:
    warehouse.add_captures("bureau", "department")
    whole_area(warehouse, "bureau", "23", "62")
    whole_area(warehouse, "department", "23", publisher="qualityinfo")
    assert in_force(warehouse) == [("bls", 1, "bureau"), ("qualityinfo", 1, "department")]


@pytest.mark.parametrize("annual", [False, True])
def test_two_publishers_in_one_archive_stay_apart(warehouse: Warehouse, annual: bool) -> None:
    warehouse.add_captures("archive")
    whole_area(warehouse, "archive", "10", "23", annual=annual)
    whole_area(warehouse, "archive", "10", "62", annual=annual, publisher="qualityinfo")
    table = "core.annual_file_cells" if annual else "core.qcew_cells"
    warehouse.build("core.vintages", table)
    found = {(row["source"], row["industry_code"]) for row in warehouse.rows(table, own_code="5")}
    bls = {("bls", code) for code in ("10", "23", "621111")}
    assert found == bls | {("qualityinfo", code) for code in ("10", "62", "62111")}


def test_years_and_quarters_are_vintages_of_their_own(warehouse: Warehouse) -> None:
    warehouse.add_captures("quarters", "year")
    whole_area(warehouse, "quarters", "23")
    whole_area(warehouse, "year", "23", annual=True)
    assert in_force(warehouse) == [("bls", 0, "year"), ("bls", 1, "quarters")]


def test_of_two_captures_of_the_same_periods_the_later_is_in_force(warehouse: Warehouse) -> None:
    warehouse.add_captures("first", "second")
    for capture in ("first", "second"):
        for quarter in (1, 2):
            whole_area(warehouse, capture, "23", quarter=quarter)
    assert in_force(warehouse) == [("bls", 1, "second"), ("bls", 2, "second")]
    assert cells(warehouse, quarter=2) == {"23": "second"}


def test_rows_are_counted(warehouse: Warehouse) -> None:
    warehouse.add_captures("a")
    whole_area(warehouse, "a", "10", "23", "62")
    assert [row["row_count"] for row in warehouse.run("core.vintages")] == [5]


def test_whole_areas_are_numbered_and_parts_belong_to_the_one_they_add_to(warehouse: Warehouse) -> None:
    warehouse.add_captures("industry before", "first", "industry", "second", "third")
    whole = {"first", "second", "third"}
    for capture in ("first", "second", "third"):
        whole_area(warehouse, capture, "23")
    for capture in ("industry before", "industry"):
        warehouse.insert("raw.quarterly_cells", {"industry_code": "62"}, capture_sha256=capture)
    whole_area(warehouse, "third", "23", quarter=2)
    found = {
        row["capture_sha256"]: (row["vintage_number"], row["newer_vintages"], row["is_whole_area"])
        for row in warehouse.run("core.vintages", quarter=1)
    }
    assert found == {
        "industry before": (0, 3, False),
        "first": (1, 2, True),
        "industry": (1, 2, False),
        "second": (2, 1, True),
        "third": (3, 0, True),
    }
    assert {name for name, (*_, is_whole) in found.items() if is_whole} == whole
    other = warehouse.row("core.vintages", quarter=2)
    assert (other["vintage_number"], other["newer_vintages"]) == (1, 0), "each period counts its own"


def test_parts_without_a_whole_area_are_in_force(warehouse: Warehouse) -> None:
    warehouse.add_captures("a", "b")
    for capture in ("a", "b"):
        warehouse.insert("raw.quarterly_cells", {"industry_code": "62"}, capture_sha256=capture)
    rows = warehouse.run("core.vintages")
    assert [(row["vintage_number"], row["newer_vintages"], row["is_in_force"]) for row in rows] == [(0, 0, True)] * 2


class TestRevisionStatus:
    @staticmethod
    def statuses(warehouse: Warehouse, *files: tuple[Period, date], source: str = "files") -> list[str]:
        """What each file of one period, published on a day, is; in the order given."""
        for number, (period, day) in enumerate(files):
            name, published_at = f"{number:03}", f"{day.isoformat()}T14:00:00.000000+00:00"
            capture = {"capture_sha256": name, "vintage_order": number + 1, "published_at": published_at}
            warehouse.insert("raw.captures", capture, source=source)
            when = {"year": period.year} | ({"quarter": period.quarter} if period.quarter else {})
            whole_area(warehouse, name, annual=period.is_annual, **when)
        rows = warehouse.run("core.vintages")
        assert warehouse.broken_contracts("core.vintages") == []
        return [row["revision_status"] for row in sorted(rows, key=lambda row: row["capture_sha256"])]

    def test_the_first_quarter_is_revised_until_it_comes_with_the_next_years(self, warehouse: Warehouse) -> None:
        days = ("2025-09-09", "2025-12-18", "2025-12-19", "2026-08-27", "2026-08-28")
        found = self.statuses(warehouse, *((Period(2025, 1), date.fromisoformat(day)) for day in days))
        assert found == ["preliminary", "preliminary", "revised", "revised", "final"]

    def test_a_year_comes_twice(self, warehouse: Warehouse) -> None:
        days = ("2026-06-02", "2026-08-28")
        found = self.statuses(warehouse, *((Period(2025), date.fromisoformat(day)) for day in days))
        assert found == ["preliminary", "final"]

    def test_a_release_that_was_seen_early_was_out_early(self, warehouse: Warehouse) -> None:
        """2031-Q1 is expected by the end of September and came in August: what was published then of 2030 is final."""
        day = date(2031, 8, 20)
        assert self.statuses(warehouse, (Period(2030, 4), day), (Period(2031, 1), day)) == ["final", "preliminary"]

    def test_what_another_publisher_published_early_does_not_count(self, warehouse: Warehouse) -> None:
        day = date(2031, 8, 20)
        warehouse.insert("raw.captures", {"capture_sha256": "x", "published_at": "2031-08-20T00:00:00"})
        whole_area(warehouse, "x", publisher="qualityinfo", year=2031, quarter=1)
        assert self.statuses(warehouse, (Period(2030, 4), day))[0] == "preliminary"

    def test_the_sample_is_final(self, warehouse: Warehouse) -> None:
        assert self.statuses(warehouse, (Period(2031, 1), date(2031, 8, 1)), source="sample") == ["final"]


_PERIODS = st.builds(Period, st.integers(2024, 2026), st.none() | st.sampled_from(QUARTERS))
_DAYS = st.dates(date(2024, 8, 1), date(2027, 12, 31))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(files=st.lists(st.tuples(_PERIODS, _DAYS), min_size=1, max_size=12))
def test_files_are_as_final_as_the_release_calendar_says(
    new_warehouse: NewWarehouse, files: list[tuple[Period, date]]
) -> None:
    seen_on: dict[Period, date] = {}
    for period, day in files:
        if not period.is_annual:
            seen_on[period] = min(seen_on.get(period, day), day)
    with new_warehouse() as warehouse:
        found = TestRevisionStatus.statuses(warehouse, *files)
    assert found == [revision_status(period, day, seen_on) for period, day in files]
