"""Reads the workbook of the Oregon Employment Department (QualityInfo) into canonical cells.

Belongs here: the workbook's layout, and how it writes areas, periods, ownerships, industries and confidential figures.
Not here: fetching it, and finding workbooks among other files (inbox).

A workbook of https://www.qualityinfo.org/ewind has one sheet: a title in A1, area and period in A2, the header in row
6, and below it one row for each ownership and industry. Only the leading spaces of an industry's title tell its level:
0 total, 1 supersector, 2 sector, 3 subsector, 5 industry. There are no 4- and no 6-digit industries.
"""

import io
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

import openpyxl
import polars as pl

from pipelines.domain.qcew_codes import ALL_INDUSTRIES, ALL_SIZES, OWNERSHIP_BY_CODE
from pipelines.sources.reading import REJECTED_SCHEMA, SCHEMAS, Frequency, MemberCells, RefusedFile

TITLE = "Covered Employment and Wages (QCEW)"
HEADER_ROW = 6
FIRST_COLUMNS = ("NAICS", "Industry", "Ownership", "Units", "Employment", "Wages")
AVERAGE_COLUMNS: Mapping[Frequency, Mapping[str, str | None]] = {
    "annual": {"Annual Average Wage": "average_annual_pay_usd"},
    "quarterly": {
        "Average Weekly Wage": "average_weekly_wage_usd",
        "Quarterly Average Wage": None,
        "Weeks in a Q": None,
    },
}
"""Columns that may follow the first six, and the canonical column that each fills, if any."""

CONFIDENTIAL = "(c)"
OWN_CODES: Mapping[str, str] = {
    "All": "0",
    "Federal Govt.": "1",
    "State Govt.": "2",
    "Local Govt.": "3",
    "Private": "5",
    "All Govt.": "8",
}
SUPERSECTORS: Mapping[str, str] = {
    "11, 21": "1011",
    "23": "1012",
    "31-33": "1013",
    "22, 42, 44-45, 48-49": "1021",
    "51": "1022",
    "52-53": "1023",
    "54-56": "1024",
    "61-62": "1025",
    "71-72": "1026",
    "81": "1027",
    "92": "1028",
    "99": "1029",
}
# The workbook adds utilities (22) to its sector 48. That sum is no NAICS sector: a code that no NAICS table knows keeps
# it from being taken for 48-49 or for 22. Match codes through the tree, not by prefix. Utilities also stand as 221.
UTILITIES_AND_TRANSPORTATION = "22+48-49"
SECTORS: Mapping[str, str] = {
    **{code: code for code in ("11", "21", "23", "42", "51", "52", "53", "54", "55", "56")},
    **{code: code for code in ("61", "62", "71", "72", "81", "99")},
    "31": "31-33",
    "44": "44-45",
    "48": UTILITIES_AND_TRANSPORTATION,
}
LARGEST_ROUNDING_GAP = 3
"""Units are averages rounded row by row: a sum of rows may miss its total by this much, as seen on real workbooks."""

_PERIOD = re.compile(r"(?P<area>.+)\. (?P<year>20\d\d) (?:Annual|(?P<quarter>[1-4])(?:st|nd|rd|th) Quarter)")
_NAICS = re.compile(r"(?:11|2[123]|3[123]|4[24589]|5[1-6]|6[12]|7[12]|81|92|99)(?:\d|\d{3})")
_PARTS_OF_TOTALS: Mapping[str, tuple[str, ...]] = {"0": ("5", "8"), "8": ("1", "2", "3")}
_WORKBOOK_PARTS = {"[Content_Types].xml", "xl/workbook.xml"}

_Cells = Sequence[object]


class _BrokenRule(Exception):  # noqa: N818 - a finding about a row, not a failure of the program
    """The rule that a row breaks."""


@dataclass(frozen=True)
class _Heading:
    """What stands above the rows: whose figures, of when, and the names of the columns."""

    area_fips: str
    year: int
    quarter: int | None
    columns: tuple[str, ...]

    @property
    def frequency(self) -> Frequency:
        return "quarterly" if self.quarter else "annual"


class _Key(NamedTuple):
    own_code: str
    industry_code: str
    level_digit: str  # the last digit of agglvl_code


@dataclass(frozen=True)
class _Row:
    """One row of the sheet. figures are employment, wages and, where the sheet has one, an average; None if hidden."""

    line_number: int
    text: str
    key: _Key
    is_tribal: bool
    establishments: int
    figures: tuple[int, int, int | None] | None


class _RejectedRow(NamedTuple):
    line_number: int
    rule: str
    text: str


def is_qualityinfo_workbook(file: Path | BinaryIO) -> bool:
    """Whether a file is an xlsx workbook, by its parts. Whether it is the right one, read_workbook tells.

    A stream is left at its start.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist()) >= _WORKBOOK_PARTS
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    finally:
        if not isinstance(file, Path):
            file.seek(0)


def read_workbook(file: Path | BinaryIO, member: str, areas: pl.DataFrame) -> MemberCells:
    """Cells of one workbook: those of a year in the annual schema, those of a quarter in the quarterly one.

    areas has the columns area_fips, area_title, area_kind and state_fips. The workbook's one employment figure is an
    average over the period: it fills average_employment, months stay null. Rows that break a rule are rejected by
    their row number in the sheet. Local government's two rows 92, public administration and tribal government, are
    added up. Public administration, written once as a supersector, becomes supersector 1028 and sector 92.

    Raises RefusedFile where the file is damaged or no such workbook, its area or period is unknown, or totals of
    ownerships are missing or do not add up, so that a part must have been lost.
    """
    lines = _read_sheet(file.read_bytes() if isinstance(file, Path) else file.read(), member)
    heading = _read_heading(lines, member, areas)
    rows, rejected = _read_rows(lines, heading)
    _refuse_incomplete(rows, rejected, member)
    cells = [_cell(row, heading, member) for row in _with_sector_of_public_administration(rows)]
    return MemberCells(
        member=member,
        frequency=heading.frequency,
        cells=pl.DataFrame(cells, schema=SCHEMAS[heading.frequency]),
        rejected=pl.DataFrame([(member, *row) for row in rejected], schema=REJECTED_SCHEMA, orient="row"),
        publisher="qualityinfo",
    )


def _read_sheet(content: bytes, member: str) -> list[_Cells]:
    """The cells of the only sheet, row by row from the first."""
    _refuse_unless_workbook(content, member)
    try:
        sheets = _sheets(content)
    except Exception as error:  # openpyxl lets out whatever damaged XML makes it stumble over
        raise RefusedFile(member, f"the workbook is damaged ({error}); download it again") from error
    if len(sheets) != 1:
        reason = f"expected one sheet, found {len(sheets)} ({', '.join(sheets)}); keep one QualityInfo report a file"
        raise RefusedFile(member, reason)
    return next(iter(sheets.values()))


def _refuse_unless_workbook(content: bytes, member: str) -> None:
    reason = None
    if not content:
        reason = "the file is empty; download it again"
    elif content.lstrip().startswith(b"<"):
        reason = "this is a web page (HTML), as QualityInfo answers when a report fails; download the workbook again"
    elif not content.startswith(b"PK"):
        reason = "this is no xlsx workbook; download the report as Excel (xlsx)"
    elif not zipfile.is_zipfile(io.BytesIO(content)):
        reason = "the workbook is cut short; download it again"
    elif not is_qualityinfo_workbook(io.BytesIO(content)):
        reason = "this is a zip archive, but no xlsx workbook: it has no xl/workbook.xml"
    if reason:
        raise RefusedFile(member, reason)


def _sheets(content: bytes) -> dict[str, list[_Cells]]:
    """Cell values of all sheets by name; formulas give the values they had when the workbook was saved."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Workbook contains no default style")
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheets: dict[str, list[_Cells]] = {}
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()  # the extent that a sheet states of itself may be wrong, and would cut it
        sheets[sheet.title] = list(sheet.iter_rows(values_only=True))
    return sheets


def _read_heading(lines: Sequence[_Cells], member: str, areas: pl.DataFrame) -> _Heading:
    title, period = (_text(next(iter(_row(lines, number)), None)) for number in (1, 2))
    if title != TITLE:
        raise RefusedFile(member, f"A1 is {title!r}, expected {TITLE!r}: this is no QCEW report of QualityInfo")
    match = _PERIOD.fullmatch(period)
    if not match:
        expected = "an area and a period, such as 'Oregon. 2025 Annual' or 'Oregon. 2025 1st Quarter', from 2000 on"
        raise RefusedFile(member, f"A2 is {period!r}, expected {expected}")
    heading = _Heading(
        area_fips=_area_fips(match["area"], member, areas),
        year=int(match["year"]),
        quarter=int(match["quarter"]) if match["quarter"] else None,
        columns=tuple(_text(cell) for cell in _row(lines, HEADER_ROW) if _text(cell)),
    )
    averages = AVERAGE_COLUMNS[heading.frequency]
    first, last = heading.columns[: len(FIRST_COLUMNS)], heading.columns[len(FIRST_COLUMNS) :]
    if first != FIRST_COLUMNS or not last or not set(last) <= set(averages) or len(set(last)) < len(last):
        expected = f"{', '.join(FIRST_COLUMNS)}, then {' or '.join(averages)}"
        found = ", ".join(heading.columns) or "nothing"
        reason = f"row {HEADER_ROW} of this {heading.frequency} report is: {found}; expected: {expected}"
        raise RefusedFile(member, reason)
    return heading


def _row(lines: Sequence[_Cells], number: int) -> _Cells:
    return lines[number - 1] if len(lines) >= number else ()


def _text(cell: object) -> str:
    """A cell's text with single spaces; QualityInfo also writes no-break spaces."""
    return " ".join(str(cell).split()) if cell is not None else ""


def _area_fips(name: str, member: str, areas: pl.DataFrame) -> str:
    """The code of Oregon or one of its counties by name, with or without 'County' and ', Oregon'."""
    oregon = areas.filter(state_fips="41").filter(pl.col("area_kind").is_in(["state", "county"]))
    codes = {_bare_area_name(title): fips for fips, title in oregon.select("area_fips", "area_title").iter_rows()}
    if code := codes.get(_bare_area_name(name)):
        return str(code)
    if re.search(r"\bMSA\b|\bportion\b", name, re.IGNORECASE):
        reason = f"A2 names {name!r}, for which QCEW has no area code; download the workbooks of its counties instead"
    else:
        reason = f"A2 names {name!r}, which is neither Oregon nor one of its counties in the area table"
    raise RefusedFile(member, reason)


def _bare_area_name(name: str) -> str:
    return name.removesuffix(" -- Statewide").removesuffix(", Oregon").removesuffix(" County").casefold()


def _read_rows(lines: Sequence[_Cells], heading: _Heading) -> tuple[list[_Row], list[_RejectedRow]]:
    """The rows of the sheet, one a key, and those that broke a rule."""
    rows: list[_Row] = []
    rejected: list[_RejectedRow] = []
    spoilt: set[_Key | None] = set()
    is_tribal = False
    for line_number, cells in enumerate(lines[HEADER_ROW:], start=HEADER_ROW + 1):
        if not any(_text(cell) for cell in cells):
            continue
        named = dict(zip(heading.columns, (*cells, *[None] * len(heading.columns)), strict=False))
        text = " | ".join("" if cell is None else str(cell) for cell in cells)
        if _spaces(named["Industry"]) < 2:
            is_tribal = _text(named["Industry"]) == "Tribal government"
        key = None
        try:
            key = _key(named)
            establishments = _whole_number(named["Units"], "establishments")
            figures = _figures(named, heading.frequency)
            rows.append(_Row(line_number, text, key, is_tribal, establishments, figures))
        except _BrokenRule as broken:
            rejected.append(_RejectedRow(line_number, str(broken), text))
            spoilt.add(key)
    rows, repeated = _merge_repeated(rows, spoilt)
    return rows, sorted([*rejected, *repeated])


def _key(named: Mapping[str, object]) -> _Key:
    """Ownership, industry and level of a row. Raises _BrokenRule."""
    own_code = OWN_CODES.get(_text(named["Ownership"]))
    if own_code is None:
        raise _BrokenRule("own_code")
    industry_code, level_digit = _industry(named["NAICS"], named["Industry"])
    if own_code in _PARTS_OF_TOTALS and industry_code != ALL_INDUSTRIES:
        raise _BrokenRule("industry_of_ownerships_together")  # QCEW has no such level; it would be counted twice
    return _Key(own_code, industry_code, "0" if own_code == "0" else level_digit)


def _spaces(title: object) -> int:
    return len(title) - len(title.lstrip(" ")) if isinstance(title, str) else 0


def _industry(naics: object, title: object) -> tuple[str, str]:
    """Industry code and the last digit of its agglvl_code. Raises _BrokenRule."""
    code, level = _text(naics), _spaces(title)
    if level == 0 and code == "All":
        return ALL_INDUSTRIES, "1"
    if level == 1 and code in SUPERSECTORS:
        return SUPERSECTORS[code], "3"
    if level == 2 and code in SECTORS:
        if code == "48" and not _text(title).endswith("(48-49,22)"):
            raise _BrokenRule("sector_48_includes_22")
        return SECTORS[code], "4"
    if level in (3, 5) and level == len(code) and _NAICS.fullmatch(code):
        return code, str(level + 2)
    raise _BrokenRule("industry_code")


def _figures(named: Mapping[str, object], frequency: Frequency) -> tuple[int, int, int | None] | None:
    """Employment, wages and average, or None where all are confidential. Raises _BrokenRule."""
    average = next((column for column, fills in AVERAGE_COLUMNS[frequency].items() if fills and column in named), None)
    values = [named["Employment"], named["Wages"], *([named[average]] if average else [])]
    if all(_text(value) == CONFIDENTIAL for value in values):
        return None
    if any(_text(value) == CONFIDENTIAL for value in values):
        raise _BrokenRule("suppressed_row_without_values")
    return (
        _whole_number(named["Employment"], "employment"),
        _whole_number(named["Wages"], "wages"),
        _whole_number(named[average], "average_wage") if average else None,
    )


def _whole_number(value: object, name: str) -> int:
    """An integer from a cell, which spreadsheets keep as floats. Raises _BrokenRule."""
    if not isinstance(value, int | float) or abs(value) >= 2**53 or not float(value).is_integer():
        raise _BrokenRule(f"{name}_is_whole_number")
    if value < 0:
        raise _BrokenRule(f"{name}_not_negative")
    return int(value)


def _merge_repeated(rows: Iterable[_Row], spoilt: Collection[_Key | None]) -> tuple[list[_Row], list[_RejectedRow]]:
    """Adds up what local government's two branches of 92 share, and rejects any other row whose key occurs again.

    spoilt are the keys of rows rejected before: what is left of such a key may be a part only.
    """
    by_key: dict[_Key, list[_Row]] = defaultdict(list)
    for row in rows:
        by_key[row.key].append(row)
    merged: list[_Row] = []
    rejected: list[_RejectedRow] = []
    for key, same in by_key.items():
        if key not in spoilt and len(same) == 1:
            merged.extend(same)
        elif key not in spoilt and _is_tribal_and_other(same):
            merged.append(_sum(*same))
        else:
            rejected += [_RejectedRow(row.line_number, "key_is_unique", row.text) for row in same]
    return merged, rejected


def _is_tribal_and_other(same: Sequence[_Row]) -> bool:
    is_public_administration = same[0].key.industry_code.startswith(("1028", "92"))
    return is_public_administration and sorted(row.is_tribal for row in same) == [False, True]


def _sum(one: _Row, other: _Row) -> _Row:
    """Both rows as one. It is hidden if either is, and has no average: the workbook gives none."""
    establishments = one.establishments + other.establishments
    figures = None
    if one.figures and other.figures:
        figures = (one.figures[0] + other.figures[0], one.figures[1] + other.figures[1], None)
    return replace(one, establishments=establishments, figures=figures)


def _with_sector_of_public_administration(rows: Iterable[_Row]) -> Iterator[_Row]:
    """QCEW repeats supersector 1028 as sector 92, as this workbook does with 23, 51, 81 and 99, but not with 92."""
    for row in rows:
        yield row
        if row.key.industry_code == "1028":
            yield replace(row, key=_Key(row.key.own_code, "92", "4"))


def _refuse_incomplete(rows: Sequence[_Row], rejected: Sequence[_RejectedRow], member: str) -> None:
    """Units are never hidden, so totals that are there and add up show that no ownership was cut off."""
    first = f"; the first rejected row is {rejected[0].line_number} ({rejected[0].rule})" if rejected else ""
    if not rows:
        raise RefusedFile(member, f"no usable row stands below the header in row {HEADER_ROW}{first}")
    totals = {row.key.own_code: row.establishments for row in rows if row.key.industry_code == ALL_INDUSTRIES}
    for own_code in sorted({row.key.own_code for row in rows} - set(totals)):
        name = OWNERSHIP_BY_CODE[own_code].name
        raise RefusedFile(member, f"the total row of {name} (own_code {own_code}) is missing{first}; download it again")
    for whole, parts in _PARTS_OF_TOTALS.items():
        present = [totals[part] for part in parts if part in totals]
        if whole in totals and present and abs(totals[whole] - sum(present)) > LARGEST_ROUNDING_GAP:
            name = OWNERSHIP_BY_CODE[whole].name
            reason = f"{name} has {totals[whole]} units, but its parts have {sum(present)}: an ownership is missing"
            raise RefusedFile(member, f"{reason}{first}; download it again")


def _cell(row: _Row, heading: _Heading, member: str) -> dict[str, object]:
    """The canonical columns that a row fills; all others are null."""
    employment, wages, average = row.figures or (None, None, None)
    averages = {fills: average for fills in AVERAGE_COLUMNS[heading.frequency].values() if fills}
    return {
        "area_fips": heading.area_fips,
        "own_code": row.key.own_code,
        "industry_code": row.key.industry_code,
        "agglvl_code": _aggregation_level(row.key, heading.area_fips),
        "size_code": ALL_SIZES,
        "year": heading.year,
        "quarter": heading.quarter,
        "disclosure": "disclosed" if row.figures else "suppressed",
        "establishments": row.establishments,
        "average_employment": employment,
        "wages_usd": wages,
        **averages,
        "member": member,
        "line_number": row.line_number,
    }


def _aggregation_level(key: _Key, area_fips: str) -> str:
    """BLS's agglvl_code. 96 is a state's governments together; for a county's BLS has no code of its own."""
    is_state = area_fips.endswith("000")
    if key.own_code == "8" and is_state:
        return "96"
    return ("5" if is_state else "7") + key.level_digit
