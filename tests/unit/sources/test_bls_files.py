"""Addresses at BLS, letter by letter, and the areas that the names of zip members tell."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.periods import QUARTERS, Period
from pipelines.sources.archive_safety import ARCHIVE
from pipelines.sources.bls_files import area_of_member, area_slice, year_of_areas, year_of_nation

BASE = "https://data.bls.gov/cew"


@pytest.mark.parametrize(
    ("quarter", "area", "address"),
    [
        (Period(2025, 1), "41051", "https://data.bls.gov/cew/data/api/2025/1/area/41051.csv"),
        (Period(2014, 4), "US000", "https://data.bls.gov/cew/data/api/2014/4/area/US000.csv"),
        (Period(2026, 2), "C3890", "https://data.bls.gov/cew/data/api/2026/2/area/C3890.csv"),
    ],
)
def test_the_address_of_a_slice(quarter: Period, area: str, address: str) -> None:
    file = area_slice(BASE, quarter, area)
    assert file.address == address
    assert (file.source, file.period, file.area_fips, file.has_quarters) == ("bls", quarter, area, True)
    assert str(file) == f"bls {quarter} {area}"


def test_the_address_of_a_years_zip() -> None:
    file = year_of_areas(BASE, 1990)
    assert file.address == "https://data.bls.gov/cew/data/files/1990/csv/1990_qtrly_by_area.zip"
    assert (file.name, file.period, file.area_fips) == ("1990_qtrly_by_area.zip", Period(1990), None)
    assert file.has_quarters
    assert str(file) == "bls 1990 all areas"


@pytest.mark.parametrize(("of_quarters", "kind"), [(True, "qtrly"), (False, "annual")])
def test_the_address_of_a_years_table_of_the_nation(of_quarters: bool, kind: str) -> None:
    file = year_of_nation(BASE, 2025, of_quarters)
    assert file.address == f"https://data.bls.gov/cew/data/files/2025/csv/2025_{kind}_singlefile.zip"
    assert (file.name, file.period) == (f"2025_{kind}_singlefile.zip", Period(2025))
    assert (file.area_fips, file.has_quarters) == (None, of_quarters)


def test_files_are_as_large_as_they_can_be_and_no_larger() -> None:
    assert 3 * 10**6 < area_slice(BASE, Period(2025, 1), "US000").largest_bytes < 10**8
    for file in (year_of_areas(BASE, 2025), year_of_nation(BASE, 2025, True), year_of_nation(BASE, 2025, False)):
        assert 300 * 10**6 < file.largest_bytes < 3 * 10**9


def test_an_archive_may_hold_what_a_year_of_the_nation_unpacks_to() -> None:
    assert ARCHIVE.total_bytes > 2 * 2_200_000_000  # 2025 with all quarters
    assert ARCHIVE.ratio > 2 * 2200 / 287


@given(st.lists(st.tuples(st.integers(1990, 2060), st.sampled_from(QUARTERS), st.sampled_from(["41051", "US000"]))))
def test_no_two_slices_have_one_address_or_name(asked: list[tuple[int, int, str]]) -> None:
    files = {area_slice(BASE, Period(year, quarter), area) for year, quarter, area in asked}
    assert len({file.address for file in files}) == len({file.name for file in files}) == len(files)


@pytest.mark.parametrize(
    ("member", "area"),
    [
        ("2016.q1-q4.by_area/2016.q1-q4 41051 Multnomah County, Oregon.csv", "41051"),
        ("2025.q1-q3.by_area/2025.q1-q3 41999 Unknown Or Undefined, Oregon.csv", "41999"),
        ("2026.q1-q1.by_area/2026.q1-q1 US000 U.S. TOTAL.csv", "US000"),
        ("2016.annual.by_area/2016.annual 41000 Oregon -- Statewide.csv", "41000"),
        ("2016.annual.by_area/2016.annual C3890 Portland-Vancouver-Hillsboro, OR-WA MSA.csv", "C3890"),
        ("2016.q1-q4 CS440 Portland-Vancouver-Salem, OR-WA CSA.csv", "CS440"),
        ("2016.q1-q4.singlefile.csv", None),
        ("2016.annual.singlefile.csv", None),
        ("2016.q1-q4.by_industry/2016.q1-q4 10 Total, all industries.csv", None),
        ("2016.q1-q4.by_industry/2016.q1-q4 111110 NAICS 111110 Soybean farming.csv", None),
        ("41051.csv", None),
        ("", None),
    ],
)
def test_the_area_that_a_members_name_tells(member: str, area: str | None) -> None:
    assert area_of_member(member) == area


def test_every_member_of_the_real_zip_tells_the_area_that_it_holds(shared_data: Path) -> None:
    with zipfile.ZipFile(shared_data / "bls" / "2016_qtrly_by_area.zip") as archive:
        tables = [name for name in archive.namelist() if name.endswith(".csv")]
        assert len(tables) > 40
        for name in tables:
            with archive.open(name) as file:
                lines = file.read(20_000).decode().splitlines()
            assert area_of_member(name) == lines[1].split(",")[0].strip('"')


@given(st.text(max_size=80))
def test_any_name_tells_an_area_of_five_characters_or_none(name: str) -> None:
    area = area_of_member(name)
    assert area is None or (len(area) == 5 and area in name)
