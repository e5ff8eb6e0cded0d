"""The workbooks that QualityInfo makes on request, in the layout that pipelines.sources.qualityinfo reads.

Belongs here: the sheet, and its rows from a slice of BLS. Not here: slices (published_files), and the server.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import openpyxl

from pipelines.sources.qualityinfo import (
    CONFIDENTIAL,
    FIRST_COLUMNS,
    HEADER_ROW,
    OWN_CODES,
    SECTORS,
    SUPERSECTORS,
    TITLE,
    UTILITIES_AND_TRANSPORTATION,
)

WorkbookRow = tuple[Any, ...]
"""NAICS, Industry, Ownership, Units, Employment, Wages and the average wage, annual or weekly."""

_ORDINALS = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th"}
_LONGEST_TITLE = 50
_GOVERNMENTS = ("1", "2", "3")


def workbook(
    rows: Iterable[WorkbookRow], *, area_name: str = "Oregon", year: int = 2025, quarter: int | None = None
) -> bytes:
    """A workbook of these rows as they stand, for a year or one of its quarters."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    period = f"{_ORDINALS[quarter]} Quarter" if quarter else "Annual"
    sheet["A1"], sheet["A2"] = TITLE, f"{area_name}. {year} {period}"
    sheet["A3"], sheet["A4"] = "Downloaded: Aug 5, 2026, 12:56\u202fAM", "Source: Oregon Employment Department"
    header = (*FIRST_COLUMNS, "Average Weekly Wage" if quarter else "Annual Average Wage")
    for number, row in enumerate((header, *rows), start=HEADER_ROW):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def workbook_rows(content: bytes) -> list[WorkbookRow]:
    """The rows that QualityInfo has for what BLS has in a slice: totals, supersectors, sectors, 3 and 5 digits.

    Utilities stand with transportation, and all governments together in their total, as in its workbooks.
    """
    cells = {(cell.own_code, cell.industry_code): cell for cell in _cells(content)}
    if ("8", "10") not in cells:
        parts = [cells[own, "10"] for own in _GOVERNMENTS if (own, "10") in cells]
        cells["8", "10"] = _Cell("8", "10", "1", parts)
    for own_code in {own for own, _ in cells}:
        parts = [cells[own_code, code] for code in ("22", "48-49") if (own_code, code) in cells]
        if parts:
            cells[own_code, UTILITIES_AND_TRANSPORTATION] = _Cell(own_code, UTILITIES_AND_TRANSPORTATION, "4", parts)
    ordered = sorted(cells.values(), key=lambda cell: (cell.own_code, cell.industry_code != "10", cell.industry_code))
    return [row for cell in ordered if (row := cell.row())]


class _Cell:
    """Establishments, mean jobs and wages of a row, or of several together, which are hidden if one is."""

    def __init__(self, own_code: str, industry_code: str, level: str, parts: Sequence["_Cell"] = ()) -> None:
        self.own_code, self.industry_code, self.level = own_code, industry_code, level
        self.establishments: int = sum(part.establishments for part in parts)
        self.jobs: int = sum(part.jobs for part in parts)
        self.wages: int = sum(part.wages for part in parts)
        self.is_hidden: bool = any(part.is_hidden for part in parts)
        self.weeks: int = parts[0].weeks if parts else 52

    def row(self) -> WorkbookRow | None:
        """The row of the sheet; None where QualityInfo has no such level, or writes this industry elsewhere."""
        named = self._named()
        if not named:
            return None
        ownership = next(name for name, code in OWN_CODES.items() if code == self.own_code)
        figures: tuple[Any, ...] = (CONFIDENTIAL,) * 3
        if not self.is_hidden:
            weekly = self.wages / self.jobs / self.weeks if self.jobs else 0.0
            average = weekly * 52 if self.weeks == 52 else weekly
            figures = (float(self.jobs), float(self.wages), float(round(average)))
        return (*named, ownership, float(self.establishments), *figures)

    def _named(self) -> tuple[str, str] | None:
        """NAICS and Industry, whose leading spaces tell the level."""
        code = self.industry_code
        if code == "10":
            return "All", "Total coverage"
        if self.level == "3":
            return next((written, f" Supersector {code}") for written, meant in SUPERSECTORS.items() if meant == code)
        if self.level == "4":
            written = next((written for written, meant in SECTORS.items() if meant == code), None)
            end = " (48-49,22)" if code == UTILITIES_AND_TRANSPORTATION else ""
            return (written, f"  Sector {code}{end}"[:_LONGEST_TITLE]) if written else None
        if self.level in ("5", "7"):
            return code, " " * len(code) + f"Industry {code}"
        return None


def _cells(content: bytes) -> Iterator[_Cell]:
    for row in csv.DictReader(io.StringIO(content.decode())):
        cell = _Cell(row["own_code"], row["industry_code"], row["agglvl_code"][-1])
        cell.is_hidden = row["disclosure_code"] == "N"
        if "annual_avg_estabs" in row:
            cell.establishments, cell.jobs = int(row["annual_avg_estabs"]), int(row["annual_avg_emplvl"])
            cell.wages = int(row["total_annual_wages"])
        else:
            months = [int(row[f"month{month}_emplvl"]) for month in (1, 2, 3)]
            cell.establishments, cell.jobs = int(row["qtrly_estabs"]), round(sum(months) / 3)
            cell.wages, cell.weeks = int(row["total_qtrly_wages"]), 13
        yield cell
