"""Where QualityInfo, of the Oregon Employment Department, has QCEW workbooks, and its lists of areas and years.

Belongs here: addresses, and how the lists are written. Not here: the workbook's layout (qualityinfo), or fetching.
There is no documented interface: the addresses are those that its page https://www.qualityinfo.org/ewind asks itself.
"""

import json
import re
from urllib.parse import urlencode

from pipelines.domain.periods import Period
from pipelines.sources.reading import RefusedFile
from pipelines.sources.remote_files import RemoteFile

LARGEST_WORKBOOK = 20 * 2**20  # the state's has 80 KB
LARGEST_LIST = 2 * 2**20
_STATE = "41"
_AREA_TYPES = {"01": "state", "04": "county"}

# The report with every industry, all ownerships, all levels.
_REPORT: dict[str, str] = {
    "p_p_id": "QiDatatoolQcew_INSTANCE_1dJUOCoo6aWa",
    "p_p_lifecycle": "2",
    "p_p_state": "normal",
    "p_p_mode": "view",
    "p_p_resource_id": "getReportXlsx",
    "p_p_cacheability": "cacheLevelPage",
    "rt": "1",
    "qcewOwnership": "00",
    "qcewIndustryLvl": "0",
    "qcewIndustrySuperSector": "0000",
    "qcewIndustrySector": "00",
    "qcewIndustry": "0000",
}


def workbook(base: str, period: Period, area_fips: str) -> RemoteFile:
    """The workbook of one area and a year or a quarter."""
    area = f"{_STATE}01000000" if area_fips.endswith("000") else f"{_STATE}04000{area_fips[2:]}"
    asked = {"qcewArea": area, "qcewPeriodyear": str(period.year), "qcewPeriod": f"{period.quarter or 0:02}"}
    return RemoteFile(
        source="qualityinfo",
        address=f"{base}/ewind?{urlencode(_REPORT | asked)}",
        name=f"qualityinfo_{period.label}_{area_fips}.xlsx",
        period=period,
        area_fips=area_fips,
        largest_bytes=LARGEST_WORKBOOK,
        has_quarters=not period.is_annual,
    )


def front_page(base: str) -> str:
    """The page that a visitor opens first; it gives the cookie that the reports want."""
    return f"{base}/ewind"


def list_of_areas(base: str) -> str:
    """The areas that there are workbooks of, as JSON."""
    return f"{base}/lmiservice/service/geog/areas/{_STATE}/qcew?includestatewide=y"


def list_of_years(base: str) -> str:
    """The years that there are workbooks of, as XML."""
    return f"{base}/lmiservice/service/industry/qcewyears?indcodty=10"


def read_areas(content: bytes) -> set[str]:
    """QCEW codes of the state and counties in the list of areas. Raises RefusedFile where it is no such list."""
    try:
        rows = json.loads(content)["Geog"]
        codes = {
            f"{row['stfips']}{row['area'][-3:]}" for row in rows if _AREA_TYPES.get(row["areatype"])
        }  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedFile("list of areas", f"QualityInfo's list of areas is not as it was ({error!r})") from error
    if not codes:
        raise RefusedFile("list of areas", "QualityInfo's list of areas has neither the state nor a county")
    return codes


def read_years(content: bytes) -> set[int]:
    """The years in the list of years. Raises RefusedFile where it is no such list."""
    years = {int(year) for year in re.findall(rb"<(?:\w+:)?periodyear>(\d{4})</(?:\w+:)?periodyear>", content)}
    if not years:
        raise RefusedFile("list of years", "QualityInfo's list of years is not as it was: no <periodyear> in it")
    return years
