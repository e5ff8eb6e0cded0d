"""What analyses need beside industries and places: prices, what a family needs, and the choices of an analyst.

Here rows of CSV and a checked YAML file become definitions, and every fault in them is told with file, line and key.
Which files a folder of definitions has belongs to `definition_files`; what makes choices sound, to `pipelines.domain`.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import cast

from pipelines.domain.analysis import Analysis, Screening, check_analysis
from pipelines.domain.living_standards import STANDARD_UNITS, LivingStandard, StandardUnit
from pipelines.domain.prices import MonthlyPrice
from pipelines.domain.sector_definitions import GRADES, Grade
from pipelines.sources.checked_yaml import CheckedYaml, FileProblem, unknown_key
from pipelines.sources.code_files import Rows

PRICES, STANDARDS, ANALYSIS = "price_index.csv", "self_sufficiency_standard.csv", "analysis.yaml"
ANALYSIS_COLUMNS: Mapping[str, tuple[str, ...]] = {
    PRICES: ("year", "month", "cpi_u", "source"),
    STANDARDS: (*("area_fips", "year", "family_type", "adults", "family", "value", "unit", "source", "grade", "note"),),
}


class _Field:
    """What a field of a CSV file has to look like, in words and as a test of its text."""

    def __init__(self, expected: str, advice: str, is_sound: Callable[[str], object]) -> None:
        self.expected, self.advice, self.is_sound = expected, advice, is_sound


def _pattern(expected: str, advice: str, pattern: str) -> _Field:
    return _Field(expected, advice, re.compile(pattern).fullmatch)


def _choice(expected: str, choices: Collection[str]) -> _Field:
    return _Field(f"{', '.join(choices)} ({expected})", "use one of these", choices.__contains__)


_YEAR = _pattern("a year such as 2016", "correct the year", r"(19|20)\d{2}")
_TEXT = _Field("a text", "write it", str.strip)
_PRICE_FIELDS = {
    "year": _YEAR,
    "month": _pattern("a month from 1 to 12", "correct the month", r"[1-9]|1[0-2]"),
    "cpi_u": _pattern(
        "the index as published, with three decimals, such as 240.007",
        "correct the number; leave out the whole line of a month that was not published",
        r"[1-9]\d{1,3}\.\d{3}",
    ),
    "source": _TEXT,
}
_STANDARD_FIELDS = {
    "year": _YEAR,
    "family_type": _pattern("a key of small letters, digits and _, a letter first", "rename it", r"[a-z][a-z0-9_]*"),
    "adults": _pattern("the number of adults, from 1 to 9", "correct the number", r"[1-9]"),
    "family": _TEXT,
    "value": _pattern(
        "US dollars above 0 as a plain number, such as 36.42 or 85022",
        "write digits only, without $ or thousands separators",
        r"(?=.*[1-9])\d+(\.\d+)?",
    ),
    "unit": _choice("an adult's wage in an hour, or the family's income in a year", STANDARD_UNITS),
    "source": _TEXT,
    "grade": _choice("A read at the publisher, B arithmetic on such figures, C inference", GRADES),
}


def read_prices(path: Path, rows: Rows | None, problems: list[FileProblem]) -> tuple[MonthlyPrice, ...]:
    """The CPI-U by month, in order of months, of the sound rows."""
    prices = {}
    for _, row in _sound_rows(path, rows, PRICES, _PRICE_FIELDS, ("year", "month"), problems):
        month = int(row["year"]), int(row["month"])
        prices[month] = MonthlyPrice(*month, Decimal(row["cpi_u"]), row["source"])
    return tuple(prices[month] for month in sorted(prices))


def read_living_standards(
    path: Path, rows: Rows | None, counties: Collection[str] | None, problems: list[FileProblem]
) -> tuple[LivingStandard, ...]:
    """The values of the Self-Sufficiency Standard of the sound rows; `counties` is None where areas are unreadable."""
    standards = []
    for line, row in _sound_rows(
        path, rows, STANDARDS, _STANDARD_FIELDS, ("area_fips", "year", "family_type"), problems
    ):
        if counties is not None and row["area_fips"] not in counties:
            advice = "look it up in areas.csv: Multnomah County is 41051"
            problems.append(FileProblem(path, line, "area_fips", row["area_fips"], "the code of a county", advice))
        standards.append(
            LivingStandard(
                area_fips=row["area_fips"],
                year=int(row["year"]),
                family_type=row["family_type"],
                adults=int(row["adults"]),
                family=row["family"],
                value=float(row["value"]),
                unit=cast("StandardUnit", row["unit"]),
                source=row["source"],
                grade=cast("Grade", row["grade"]),
                note=row["note"] or None,
            )
        )
    return tuple(standards)


def read_analysis(
    document: CheckedYaml,
    *,
    priced_years: Collection[int] | None,
    whole_areas: list[str] | None,
    may_be_about_others: bool,
    problems: list[FileProblem],
) -> Analysis | None:
    """The choices of a sound document, checked; None of an unsound one.

    `priced_years` are the years with an index, None where prices are faulty; `whole_areas` the regions that are one,
    None where regions are. A base region that is none of them is a fault, or is left out where the file may be about
    the regions of others.
    """
    if document.problems:
        return None
    screening = document.value["screening"]
    base = screening["base_region"]
    if whole_areas is not None and base not in whole_areas:
        if not may_be_about_others:
            problems += unknown_key(document, ("screening", "base_region"), screening, whole_areas)
        base = None
    whole = {name: int(screening[name]) for name in ("random_weightings", "seed")}  # 1000.0 is an integer to YAML
    analysis = Analysis(int(document.value["price_year"]), Screening(**screening | whole | {"base_region": base}))
    problems += [
        document.problem(problem.where, problem.found, problem.expected, problem.advice)
        for problem in check_analysis(analysis, priced_years)
    ]
    return analysis


def _sound_rows(
    path: Path,
    rows: Rows | None,
    name: str,
    fields: Mapping[str, _Field],
    key: tuple[str, ...],
    problems: list[FileProblem],
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, fields by column) of the rows without a fault, each key once; every fault goes to `problems`."""
    seen: dict[tuple[str, ...], int] = {}
    for line, values in rows or ():
        row = dict(zip(ANALYSIS_COLUMNS[name], values, strict=True))
        faults = [
            FileProblem(path, line, column, row[column] or "nothing", field.expected, field.advice)
            for column, field in fields.items()
            if not field.is_sound(row[column])
        ]
        of_key = tuple(row[column] for column in key)
        if of_key in seen:
            found, expected = f"{' '.join(of_key)} a second time", f"once (line {seen[of_key]})"
            faults.append(FileProblem(path, line, ", ".join(key), found, expected, "take one of the lines out"))
        seen.setdefault(of_key, line)
        problems += faults
        if not faults:
            yield line, row
