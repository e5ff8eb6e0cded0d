"""The tables of codes of a folder of definitions, read from CSV: industry trees, their concordance, areas.

Here rows become trees and frames, and every fault in them is told with its file and line. Definitions that are written
in these codes belong to `definition_files`; how the files are compiled, to `reference_tables`.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipelines.domain.naics import NAICS_VINTAGES, Concordance, Industry, NaicsTree, NaicsTreeError
from pipelines.domain.qcew_codes import area_kind, state_fips
from pipelines.domain.sector_definitions import Classification
from pipelines.sources.checked_yaml import FileProblem

CODE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{f"naics_{vintage}.csv": ("code", "title", "parent_code", "level") for vintage in NAICS_VINTAGES},
    "naics_concordance.csv": tuple(f"naics_{vintage}" for vintage in NAICS_VINTAGES),
    "areas.csv": ("area_fips", "area_title", "area_kind", "state_fips"),
}

Rows = list[tuple[int, tuple[str, ...]]]


def read_code_table(path: Path, columns: tuple[str, ...], problems: list[FileProblem]) -> Rows | None:
    """(line, fields) of each row of a CSV file with just these columns, all text; None if it is no such file."""
    try:
        lines = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
        header = tuple(next(lines, ()))
        rows = [(lines.line_num, tuple(row)) for row in lines if row]
    except (UnicodeDecodeError, csv.Error) as error:
        problems.append(FileProblem(path, None, "", str(error), "a CSV file in UTF-8", "save it as CSV in UTF-8"))
        return None
    if header != columns:
        expected, advice = ",".join(columns), "keep these columns, in this order, separated by commas"
        problems.append(FileProblem(path, 1, "", ",".join(header)[:120], expected, advice))
        return None
    for line, row in rows:
        if len(row) != len(columns):
            problems.append(
                FileProblem(path, line, "", f"{len(row)} fields", f"{len(columns)} fields", 'quote a title with ","')
            )
    return [(line, row) for line, row in rows if len(row) == len(columns)]


def read_classification(
    files: Mapping[str, Path], tables: Mapping[str, Rows | None], problems: list[FileProblem]
) -> Classification | None:
    """The industry trees and their concordance; None where a file of them is faulty."""
    trees: dict[int, NaicsTree] = {}
    for vintage in NAICS_VINTAGES:
        name = f"naics_{vintage}.csv"
        rows = tables[name]
        if rows is None:
            continue
        industries = [
            Industry(code, title, parent or None, int(level) if level.isdecimal() else -1)
            for _, (code, title, parent, level) in rows
        ]
        try:
            trees[vintage] = NaicsTree(vintage, industries)
        except NaicsTreeError as error:
            problems += [
                FileProblem(
                    files[name],
                    rows[position][0] if rows else None,
                    "",
                    message,
                    "one tree of industries from 10 down to six digits",
                    "correct the line; codes are text, as BLS writes them",
                )
                for position, message in error.problems
            ]
    name = "naics_concordance.csv"
    concordance = tables[name]
    for line, row in concordance or ():
        unknown = [
            f"{code} in NAICS {vintage}"
            for vintage, code in zip(NAICS_VINTAGES, row, strict=True)
            if vintage in trees and code not in trees[vintage].leaves
        ]
        if unknown:
            found, advice = f"no six-digit code {', '.join(unknown)}", "correct the code here or in the industry table"
            problems.append(FileProblem(files[name], line, "", found, "six-digit codes of their vintages", advice))
    if concordance is None or len(trees) < len(NAICS_VINTAGES):
        return None
    return Classification(trees, Concordance((row[0], row[1], row[2]) for _, row in concordance))


def read_areas(path: Path, rows: Rows | None, problems: list[FileProblem]) -> pl.DataFrame | None:
    """The areas, each code once, with the kind and state that follow from it; None where the file is unreadable."""
    if rows is None:
        return None
    seen: dict[str, int] = {}
    for line, (code, title, kind, state) in rows:
        try:
            expected_kind: str = area_kind(code, title)
        except ValueError as error:
            problems.append(FileProblem(path, line, "area_fips", code, str(error), "write the code as BLS does"))
            continue
        if code in seen:
            found = f"{code} a second time"
            problems.append(
                FileProblem(path, line, "area_fips", found, f"once (line {seen[code]})", "take one of the lines out")
            )
        seen[code] = line
        for key, found, expected in (
            ("area_kind", kind, expected_kind),
            ("state_fips", state, state_fips(code) or "nothing"),
        ):
            if (found or "nothing") != expected:
                advice = f"write {expected}: it follows from the code {code}"
                problems.append(FileProblem(path, line, key, found or "nothing", expected, advice))
    schema = dict.fromkeys(CODE_COLUMNS["areas.csv"], pl.String)
    return pl.DataFrame([(*row[:3], row[3] or None) for _, row in rows], schema=schema, orient="row")
