"""What the publishers answer when they are well: pure functions from what is published to status, headers and body.

Belongs here: files with validators, conditions and ranges as RFC 9110 has them, and QualityInfo's page, report and
lists. Not here: sockets, faults, and what is published (publisher_server).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOOL = "/ewind"
_AREAS = "/lmiservice/service/geog/areas/41/qcew"
_YEARS = "/lmiservice/service/industry/qcewyears"
_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_OREGON_COUNTIES = (
    "Baker Benton Clackamas Clatsop Columbia Coos Crook Curry Deschutes Douglas Gilliam Grant Harney Hood_River "
    "Jackson Jefferson Josephine Klamath Lake Lane Lincoln Linn Malheur Marion Morrow Multnomah Polk Sherman Tillamook "
    "Umatilla Union Wallowa Wasco Washington Wheeler Yamhill"
)


@dataclass(frozen=True)
class Answer:
    """A whole answer; its length is declared by whoever sends it."""

    status: int
    body: bytes = b""
    content_type: str | None = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedFile:
    """A file as it stands on the publisher's disk."""

    content: bytes
    last_modified: datetime
    content_type: str = "text/csv"

    def __post_init__(self) -> None:
        if self.last_modified.tzinfo is None:
            raise ValueError(f"last_modified {self.last_modified} has no time zone; give one, such as datetime.UTC")

    @property
    def etag(self) -> str:
        """A strong validator: the same bytes have the same one."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    @property
    def modified(self) -> str:
        """Last-Modified, which knows whole seconds."""
        return format_datetime(self.last_modified.astimezone(UTC).replace(microsecond=0), usegmt=True)


def names_a_contact(user_agent: str) -> bool:
    """Whether a User-Agent carries an e-mail address, which BLS asks of robots."""
    return bool(_E_MAIL.search(user_agent))


def forbidden() -> Answer:
    """What BLS answers a robot that names no contact."""
    return Answer(403, b"<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1></body></html>\n")


def not_found() -> Answer:
    """BLS's 404: the type of a web page, and no body."""
    return Answer(404)


def file_answer(file: PublishedFile, asked: Message) -> Answer:
    """A file, a part of it, or that it is still the same, by the headers of the request."""
    validators = {"ETag": file.etag, "Last-Modified": file.modified, "Accept-Ranges": "bytes"}
    if _is_unchanged(file, asked):
        return Answer(304, content_type=None, headers=validators)
    size = len(file.content)
    match _asked_range(asked.get("Range"), size) if _range_counts(file, asked) else None:
        case None:
            return Answer(200, file.content, file.content_type, validators)
        case (start, end) if start < end:
            headers = validators | {"Content-Range": f"bytes {start}-{end - 1}/{size}"}
            return Answer(206, file.content[start:end], file.content_type, headers)
    return Answer(416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})


def _is_unchanged(file: PublishedFile, asked: Message) -> bool:
    """If-Modified-Since counts only where there is no If-None-Match."""
    if (known := asked.get("If-None-Match")) is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return bool(tags & {file.etag, "*"})
    since = _date(asked.get("If-Modified-Since"))
    return since is not None and file.last_modified.replace(microsecond=0) <= since


def _range_counts(file: PublishedFile, asked: Message) -> bool:
    return asked.get("If-Range") in (None, file.etag, file.modified)


def _asked_range(text: str | None, size: int) -> tuple[int, int] | None:
    """Start and end, exclusive, of a single range; empty where none of it is there, None where none is asked for."""
    match = _RANGE.fullmatch((text or "").replace(" ", ""))
    if not match or match.group(1, 2) == ("", ""):
        return None
    first, last = match[1], match[2]
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


# QualityInfo


def oregon_areas() -> list[dict[str, str]]:
    """Areas as QualityInfo lists them: the state, its counties, and one that is neither."""
    counties = [
        {"stfips": "41", "areatype": "04", "area": f"{number:06}", "areaname": f"{name.replace('_', ' ')} County"}
        for number, name in zip(range(1, 72, 2), _OREGON_COUNTIES.split(), strict=True)
    ]
    state = {"stfips": "41", "areatype": "01", "area": "000000", "areaname": "Oregon"}
    msa = {"stfips": "41", "areatype": "56", "area": "006441", "areaname": "Portland MSA (Oregon portion)"}
    return [state, *counties, msa]


def is_qualityinfo(path: str) -> bool:
    """Whether a path is QualityInfo's, which lets every robot in."""
    return path.startswith((_TOOL, _AREAS, _YEARS))


def qualityinfo_answer(
    place: str,
    query: Mapping[str, str],
    workbooks: Mapping[tuple[str, str, str], bytes],
    areas: Iterable[Mapping[str, str]],
    years: Iterable[int],
) -> Answer | None:
    """A report, or one of the lists; None where the path is none of QualityInfo's. Workbooks by area, year, period."""
    if place == _TOOL and query.get("p_p_resource_id") == "getReportXlsx":
        area, year, period = (query.get(name, "") for name in ("qcewArea", "qcewPeriodyear", "qcewPeriod"))
        return _report(workbooks.get((area, year, period)))
    if place == _TOOL:
        page = b"<!DOCTYPE html>\n<html><head><title>Employment and Wages by Industry (QCEW)</title></head></html>\n"
        return Answer(200, page, "text/html;charset=UTF-8", {"Set-Cookie": "JSESSIONID=5E55104; Path=/; HttpOnly"})
    if place == _AREAS:
        listed = [area for area in areas if query.get("includestatewide") == "y" or area.get("areatype") != "01"]
        return Answer(200, json.dumps({"Geog": listed}).encode(), "application/json")
    if place == _YEARS:
        elements = "".join(f"<qcewyears><periodyear>{year}</periodyear></qcewyears>" for year in years)
        text = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><qcewyearss>{elements}</qcewyearss>'
        return Answer(200, text.encode(), "application/xml")
    return None


def _report(workbook: bytes | None) -> Answer:
    """A report as workbook; where there is none, a web page with status 200, as the real one does."""
    if workbook is None:
        page = b"<!DOCTYPE html>\n<html><body>The report is temporarily unavailable.</body></html>\n"
        return Answer(200, page, "text/html;charset=UTF-8")
    return Answer(200, workbook, XLSX, {"Content-Disposition": 'attachment; filename="QCEW.xlsx"'})
