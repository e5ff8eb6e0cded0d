"""Where BLS has QCEW on the web: slices by area, and zips of whole years, one table an area or all in one.

Belongs here: addresses of files and how large they can be. Not here: their layout (bls), or fetching them.
Source: https://www.bls.gov/cew/additional-resources/open-data/home.htm and
https://www.bls.gov/cew/downloadable-data-files.htm.
"""

import re

from pipelines.domain.periods import Period
from pipelines.sources.remote_files import RemoteFile

LARGEST_SLICE = 64 * 2**20  # the nation's has about 3 MB
LARGEST_ZIP = 2 * 2**30  # a year's quarters have up to 300 MB, whether by area or in one table

_MEMBER = re.compile(r"(?:\.q\d-q\d|\.annual) (?P<area>\w{5}) [^/]*$")


def area_slice(base: str, quarter: Period, area_fips: str) -> RemoteFile:
    """All rows of one area and quarter; BLS has them from about 2014 on."""
    return RemoteFile(
        source="bls",
        address=f"{base}/data/api/{quarter.year}/{quarter.quarter}/area/{area_fips}.csv",
        name=f"{quarter.label}_{area_fips}.csv",
        period=quarter,
        area_fips=area_fips,
        largest_bytes=LARGEST_SLICE,
        has_quarters=True,
    )


def year_of_areas(base: str, year: int) -> RemoteFile:
    """The quarters of a year, all areas, one table an area; BLS has them from 1990 on."""
    return _year(base, year, "by_area", of_quarters=True)


def year_of_nation(base: str, year: int, of_quarters: bool) -> RemoteFile:
    """The quarters of a year, as many as are out, or its averages: all areas in one table; from 1990 on."""
    return _year(base, year, "singlefile", of_quarters)


def _year(base: str, year: int, kind: str, of_quarters: bool) -> RemoteFile:
    name = f"{year}_{'qtrly' if of_quarters else 'annual'}_{kind}.zip"
    return RemoteFile(
        source="bls",
        address=f"{base}/data/files/{year}/csv/{name}",
        name=name,
        period=Period(year),
        area_fips=None,
        largest_bytes=LARGEST_ZIP,
        has_quarters=of_quarters,
    )


def area_of_member(member: str) -> str | None:
    """The area that a member of a by-area zip holds, by its name; None where the name does not say."""
    found = _MEMBER.search(member)
    return found["area"] if found else None
