"""The first sheet: what the workbook is, how to read it, what it rests on, and what a reader must know.

Belongs here: these sentences and their layout. Not here: the tables of figures (sheets).
"""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from xlsxwriter.worksheet import Worksheet

from pipelines.reporting.workbook.cells import Column, Formats, write_column, write_text
from pipelines.reporting.workbook.sheets import TABLE_SHEETS
from pipelines.reporting.workbook.words import STATUSES

WIDTHS = (30, 84, 14, 14, 20, 70)
LINE_HEIGHT, HIGHEST = 15.0, 409.0
"""In points; no row is higher than a spreadsheet lets it be."""
ABOUT = (
    ("What this is", "What part of the region's businesses, jobs and wages the target sectors are, from the Quarterly "
     "Census of Employment and Wages (QCEW): county by industry by ownership, covered employment. The self-employed "
     "are not in it."),
    ("Licence", "The program is under the Apache License 2.0. Data of the U.S. Bureau of Labor Statistics are in the "
     "public domain; name the publishers below when you use the figures."),
)  # fmt: skip
HOW_TO_READ = (
    ("Empty cell", "The figure is unknown, or cannot be shown. It is not zero: the status beside it says why."),
    ("≈", "Before an estimate: cells are hidden for confidentiality, and the ranges beside it say how sure it is."),
    ("90 % from … to", "The truth lies between the two in nine of ten cases."),
    ("Proven from … to", "No hidden values that fit all published rows make the figure smaller or larger."),
    ("≥", "Before a published part: the figure is at least this."),
    ("Strict, broad", "Two readings of each sector: which industries are surely in it, and which may be meant. The "
     "codes are listed below."),
    ("Sectors overlap", "Never add them up. Their total counts each business once; a plain sum counts overlaps twice. "
     "A part of a sector (a lens) is inside its sector."),
    ("A year", "The mean of four quarters' establishments, the mean of twelve months' jobs, the sum of wages."),
    ("Jobs", "Jobs by place of work, part-time ones included: one person with two jobs counts twice."),
    ("Comparing years", "Each NAICS vintage has other codes, and jobs move between codes: no change is told across a "
     "break. The sheet Trends names the breaks."),
    ("Tracing a figure", "Above each heading stands the column's name in the table that the sheet names; the "
     "same figure is in the published warehouse, and `sectors explain` takes it apart down to the lines of the files."),
    ("What is not here", "Quarters of pay, trends, concentration and overlaps, government apart from the sheet Time "
     "series, and the levels of government are in the warehouse only; screening is of the latest year."),
)  # fmt: skip
SOURCES = (
    Column("periods", "Periods"),
    Column("file", "File", width=84),
    Column("published_on", "Published on", "date"),
    Column("retrieved_on", "Taken in on", "date"),
    Column("revision_status", "How final", "words"),
    Column("capture_sha256", "SHA-256"),
)
DEFINITIONS = (
    Column("sector_name", "Sector", width=30),
    Column("industry_codes", "NAICS codes", width=84),
    Column("definition", "Definition"),
    Column("naics_vintage", "NAICS vintage", "year"),
    Column("first_year", "Vintage in force from", "year"),
    Column("source", "Why these (grade of evidence A, B or C before it)", width=70),
)


def write_notes(sheet: Worksheet, first_row: int, facts: Sequence[tuple[str, str]],
    frames: Mapping[str, pl.DataFrame], formats: Formats) -> None:  # fmt: skip
    """Writes the notes below the title of the sheet.

    facts: topics and texts about this region. frames: sources, definitions and warnings of the region, as the reports
    workbook_sources, workbook_definitions and workbook_warnings have them. Written last, for it tells what text of the
    other sheets had to be changed.
    """
    for position, width in enumerate(WIDTHS):
        sheet.set_column(position, position, width)
    row = _pairs(sheet, first_row, "", [*facts, *ABOUT], formats)
    warnings = [(f"{number}", text) for number, text in enumerate(frames["warnings"].get_column("warning"), start=1)]
    row = _pairs(sheet, row, "What to know of this region", warnings, formats)
    row = _pairs(sheet, row, "How to read it", HOW_TO_READ, formats)
    row = _pairs(sheet, row, "Sheets", [(each.name, f"{each.title}: {each.mart}") for each in TABLE_SHEETS], formats)
    row = _table(sheet, row, "Files that the figures come from", SOURCES, frames["sources"], formats)
    graded = frames["definitions"].with_columns(source=pl.format("{}: {}", "grade", "source"))
    row = _table(sheet, row, "What is counted in each sector", DEFINITIONS, graded, formats)
    statuses = [(key, words) for key, words in STATUSES.items()]
    row = _pairs(sheet, row, "Statuses: the warehouse's word, and what it means", statuses, formats)
    if formats.replaced or formats.cut:
        changed = (
            f"Texts with characters that a workbook cannot hold, replaced by �: {len(formats.replaced):,}. Texts "
            f"longer than a cell can be, cut: {len(formats.cut):,}. The warehouse has them whole."
        )
        _pairs(sheet, row, "Text that is not as it was", [("Changed", changed)], formats)


def _pairs(sheet: Worksheet, row: int, heading: str, pairs: Sequence[tuple[str, str]], formats: Formats) -> int:
    row = _heading(sheet, row, heading, formats)
    for at, (topic, text) in enumerate(pairs, start=row):
        write_text(sheet, at, 0, topic, formats, bold=True, text_wrap=True)
        write_text(sheet, at, 1, text, formats, text_wrap=True)
        sheet.set_row(at, _height((topic, text)))
    return row + len(pairs) + 1


def _table(
    sheet: Worksheet, row: int, heading: str, columns: Sequence[Column], frame: pl.DataFrame, formats: Formats
) -> int:
    row = _heading(sheet, row, heading, formats)
    for position, column in enumerate(columns):
        write_text(sheet, row, position, column.heading, formats, bold=True, bottom=1, **column.alignment)
        write_column(sheet, row + 1, position, column, frame, formats, is_wrapped=True)
    for at, values in enumerate(frame.select(column.name for column in columns).iter_rows(), start=row + 1):
        sheet.set_row(at, _height(values))
    return row + frame.height + 2


def _height(texts: Iterable[object]) -> float:
    """The height in points of a row whose texts are wrapped: no program that shows it works it out by itself."""
    lines = (
        sum(-(-max(len(line), 1) // int(width * 1.05)) for line in str(text).splitlines() or [""])
        for text, width in zip(texts, WIDTHS, strict=False)
    )
    return min(LINE_HEIGHT * max(lines), HIGHEST)


def _heading(sheet: Worksheet, row: int, heading: str, formats: Formats) -> int:
    if heading:
        write_text(sheet, row, 0, heading, formats, bold=True, font_size=12)
    return row + bool(heading)
