"""Addresses at QualityInfo, parameter by parameter, and its lists of areas and years, good and broken."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from pipelines.domain.periods import Period
from pipelines.sources.qualityinfo_files import (
    front_page,
    list_of_areas,
    list_of_years,
    read_areas,
    read_years,
    workbook,
)
from pipelines.sources.reading import RefusedFile

BASE = "https://www.qualityinfo.org"


def asked(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, strict_parsing=True))


@pytest.mark.parametrize(
    ("area_fips", "area"), [("41000", "4101000000"), ("41051", "4104000051"), ("41005", "4104000005")]
)
def test_the_number_of_an_area(area_fips: str, area: str) -> None:
    file = workbook(BASE, Period(2025), area_fips)
    assert asked(file.address)["qcewArea"] == area
    assert file.area_fips == area_fips


@pytest.mark.parametrize(("quarter", "number"), [(None, "00"), (1, "01"), (2, "02"), (3, "03"), (4, "04")])
def test_the_number_of_a_period(quarter: int | None, number: str) -> None:
    file = workbook(BASE, Period(2025, quarter), "41000")
    assert asked(file.address)["qcewPeriod"] == number
    assert asked(file.address)["qcewPeriodyear"] == "2025"
    assert file.has_quarters == (quarter is not None)


def test_the_address_of_a_workbook_asks_for_every_industry_and_ownership() -> None:
    file = workbook(BASE, Period(2025), "41000")
    assert file.address.startswith("https://www.qualityinfo.org/ewind?")
    query = asked(file.address)
    assert query["p_p_resource_id"] == "getReportXlsx"
    assert (query["rt"], query["qcewOwnership"], query["qcewIndustryLvl"]) == ("1", "00", "0")
    assert {query[name].strip("0") for name in query if name.startswith("qcewIndustry")} == {""}
    assert (file.source, file.name) == ("qualityinfo", "qualityinfo_2025_41000.xlsx")


def test_the_addresses_of_the_page_and_its_lists() -> None:
    assert front_page(BASE) == "https://www.qualityinfo.org/ewind"
    assert list_of_areas(BASE).startswith("https://www.qualityinfo.org/lmiservice/service/geog/areas/41/qcew?")
    assert list_of_years(BASE).startswith("https://www.qualityinfo.org/lmiservice/service/industry/qcewyears?")


# The lists


def areas(*rows: tuple[str, str]) -> bytes:
    return json.dumps({"Geog": [{"stfips": "41", "areatype": kind, "area": area} for kind, area in rows]}).encode()


def test_state_and_counties_are_read_from_the_list_of_areas_and_no_others() -> None:
    content = areas(("01", "000000"), ("04", "000051"), ("04", "000005"), ("56", "006441"), ("15", "000002"))
    assert read_areas(content) == {"41000", "41051", "41005"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>maintenance</html>",
        b"[]",
        b"null",
        b"{}",
        b'{"Geog": null}',
        b'{"Geog": [1]}',
        b'{"Geog": [{"stfips": "41"}]}',
        b'{"Geog": [{"stfips": "41", "areatype": "04", "area": 51}]}',
        b'{"Geog": [{"stfips": "41", "areatype": ["04"], "area": "000051"}]}',
        b"\xff\xfe",
        areas(),
        areas(("56", "006441")),
    ],
)
def test_a_broken_list_of_areas_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedFile, match="list of areas"):
        read_areas(content)


@pytest.mark.parametrize("prefix", ["", "ns2:"])
def test_years_are_read_with_and_without_a_prefix(prefix: str) -> None:
    years = "".join(f"<{prefix}periodyear>{year}</{prefix}periodyear>" for year in (2000, 2025, 2025))
    assert read_years(f'<?xml version="1.0"?><list>{years}</list>'.encode()) == {2000, 2025}


@pytest.mark.parametrize(
    "content", [b"", b"<html>2025</html>", b"<periodyear></periodyear>", b"<periodyear>25</periodyear>", b'["2025"]']
)
def test_a_broken_list_of_years_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedFile, match="list of years"):
        read_years(content)
