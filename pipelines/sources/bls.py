"""Reads the CSV layouts of the Bureau of Labor Statistics into canonical cells.

Belongs here: BLS's column names and their dialects, the rules a row must keep, and the reading of one CSV member in
batches of bounded size. A batch in which every line is as it should be is read straight to typed columns (plain_csv);
any other as text, line by line where it must be, and both ways find the same.
Not here: finding CSVs inside archives (inbox), storing what was read (typed_cells).
Layouts: https://www.bls.gov/cew/about-data/downloadable-file-layouts/ (quarterly and annual, NAICS based).
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from pipelines.domain import qcew_codes
from pipelines.sources.plain_csv import MOST_DIGITS, read_plain
from pipelines.sources.read_ahead import read_ahead
from pipelines.sources.reading import REJECTED_SCHEMA, SCHEMAS, Frequency, MemberCells, RefusedFile

BATCH_BYTES = 16 * 2**20
_PIECE = LONGEST_LINE = 2**20
"""BLS's lines have some 300 bytes; text without line ends would fill the memory."""

_KEYS = ("area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year", "qtr", "disclosure_code")
_TITLES = ("area_title", "own_title", "industry_title", "agglvl_title", "size_title")
_QUARTERLY = {
    "qtrly_estabs": "establishments",
    "month1_emplvl": "month1_employment",
    "month2_emplvl": "month2_employment",
    "month3_emplvl": "month3_employment",
    "total_qtrly_wages": "wages",
    "taxable_qtrly_wages": "taxable_wages",
    "qtrly_contributions": "contributions",
    "avg_wkly_wage": "average_weekly_wage",
}
_ANNUAL = {
    "annual_avg_estabs": "establishments",
    "annual_avg_emplvl": "average_employment",
    "total_annual_wages": "wages",
    "taxable_annual_wages": "taxable_wages",
    "annual_contributions": "contributions",
    "annual_avg_wkly_wage": "average_weekly_wage",
    "avg_annual_pay": "average_annual_pay",
}
_MEASURES: Mapping[Frequency, Mapping[str, str]] = {"quarterly": _QUARTERLY, "annual": _ANNUAL}
_MONEY = {"wages", "taxable_wages", "contributions", "average_weekly_wage", "average_annual_pay"}
_DISCLOSURE = dict(qcew_codes.DISCLOSURE_BY_CODE)
_DISCLOSURE_CODES = ("disclosure_code", "lq_disclosure_code", "oty_disclosure_code")
# [0-9], not \d: here \d is every script's digits, which no cast reads
_AREA = rf"^(?-u:{qcew_codes.AREA_PATTERN})$"
_INDUSTRY = r"^([0-9]{2,6}|31-33|44-45|48-49)$"
_INTEGER = rf"^-?[0-9]{{1,{MOST_DIGITS}}}$"
_QUARTERS: Mapping[Frequency, tuple[str, ...]] = {"quarterly": ("1", "2", "3", "4"), "annual": ("A",)}


@dataclass(frozen=True)
class Layout:
    """The columns of one CSV as they stand in its header, by BLS's current names."""

    frequency: Frequency
    columns: tuple[str, ...]

    @property
    def measures(self) -> Mapping[str, str]:
        """BLS's value columns and the canonical measure each holds."""
        return _MEASURES[self.frequency]


def expected_columns(frequency: Frequency) -> tuple[str, ...]:
    """Column names of BLS's current layout without titles, in BLS's order: 42 quarterly, 38 annual."""
    values = tuple(_MEASURES[frequency])
    changes = tuple(f"oty_{value}_{kind}" for value in values for kind in ("chg", "pct_chg"))
    return (
        *_KEYS,
        *values,
        "lq_disclosure_code",
        *(f"lq_{value}" for value in values),
        "oty_disclosure_code",
        *changes,
    )


def recognise_layout(header: bytes) -> Layout | None:
    """The layout of a header line, whatever its dialect; None where the line is no QCEW header at all.

    Raises ValueError naming the missing, unknown or repeated columns of a header that is nearly one, or where the line
    is no CSV at all.
    """
    try:
        names = [_current_name(name) for name in next(csv.reader([_text(header).strip()]), [])]
    except csv.Error as error:
        raise ValueError(f"the first line is no CSV that ends in LF or CRLF ({error})") from error
    if "area_fips" not in names or "industry_code" not in names:
        return None
    frequency: Frequency = "annual" if any("annual" in name for name in names) else "quarterly"
    names = _mend_repeated_change(names)
    wanted = expected_columns(frequency)
    missing = [name for name in wanted if name not in names]
    unknown = [name or "a column without a name" for name in names if name not in wanted and name not in _TITLES]
    repeated = sorted({name for name in names if names.count(name) > 1})
    faults = [f"{what} {', '.join(which)}" for what, which in
              (("missing", missing), ("unknown", unknown), ("repeated", repeated)) if which]  # fmt: skip
    if faults:
        raise ValueError(f"the header is not BLS's {frequency} layout: {'; '.join(faults)}")
    return Layout(frequency, tuple(names))


def _text(line: bytes) -> str:
    return line.decode("utf-8-sig", errors="replace")


def _current_name(name: str) -> str:
    name = name.strip().strip('"').lower().replace("_estabs_count", "_estabs")
    return re.sub(r"^(oty_.*)_pct$", r"\1_pct_chg", name)


def _mend_repeated_change(names: Sequence[str]) -> list[str]:
    """In old files the second oty_taxable_qtrly_wages_chg is the percent change, by its place in the pairs."""
    mended = list(names)
    for place in range(1, len(mended)):
        if mended[place] == mended[place - 1] and mended[place].startswith("oty_") and mended[place].endswith("_chg"):
            mended[place] = mended[place].removesuffix("_chg") + "_pct_chg"
    return mended


def read_member(stream: BinaryIO, member: str, batch_bytes: int = BATCH_BYTES) -> Iterator[MemberCells]:
    """Cells of one CSV, in batches of about batch_bytes of text, so that memory does not grow with the file.

    Raises RefusedFile where the whole member cannot be trusted: no QCEW header, more than one year or frequency, an
    unknown disclosure code, a last line cut short, no row at all. Nothing read before may be kept then.
    """
    header = stream.readline(LONGEST_LINE)
    layout = _layout_or_refuse(header, member)
    years: set[int] = set()
    first_line = 2
    with closing(read_ahead(_blocks(stream, batch_bytes, member))) as blocks:
        for block in blocks:
            batch = read_block(block, layout, member, first_line)
            first_line += _count_lines(block)
            years.update(batch.cells.get_column("year").unique().to_list())
            if len(years) > 1:
                raise RefusedFile(member, f"rows of several years are mixed: {sorted(years)}; one file holds one year")
            yield batch
    if not years:
        raise RefusedFile(member, "the header is there, but no usable row follows it")


def _layout_or_refuse(header: bytes, member: str) -> Layout:
    if header.lstrip().startswith(b"<"):
        raise RefusedFile(member, "this is a web page (HTML), not a QCEW file; download it again")
    try:
        layout = recognise_layout(header)
    except ValueError as error:
        raise RefusedFile(member, str(error)) from None
    if layout is None:
        start = _text(header).strip()[:60]
        raise RefusedFile(member, f"the first line is not a QCEW header: {start!r}")
    return layout


def _blocks(stream: BinaryIO, size: int, member: str) -> Iterator[bytes]:
    """The rest of a stream in blocks that end at line ends. Raises RefusedFile where a line has no end."""
    longest = max(size, LONGEST_LINE)
    while pieces := _pieces(stream, size):
        if not pieces[-1].endswith(b"\n"):
            pieces.append(stream.readline(longest))
            if len(pieces[-1]) == longest and not pieces[-1].endswith(b"\n"):
                raise RefusedFile(member, f"a line of more than {LONGEST_LINE:,} bytes: this is no table of QCEW")
        yield b"".join(pieces)


def _pieces(stream: BinaryIO, size: int) -> list[bytes]:
    """Some bytes of a stream, in pieces so small that their memory is used again at once."""
    starts = range(0, size, _PIECE)
    return [piece for start in starts if (piece := stream.read(min(_PIECE, size - start)))]


def read_block(block: bytes, layout: Layout, member: str, first_line: int) -> MemberCells:
    """Cells and rejected lines of a block of whole lines, given the first one's number. Raises as read_member."""
    plain = _plain_rows(block, layout)
    if plain is None:
        return read_carefully(block, layout, member, first_line)
    cells = _cells(_numbered(plain, first_line), layout, member)
    return MemberCells(member, layout.frequency, cells, REJECTED_SCHEMA.to_frame())


def _plain_rows(block: bytes, layout: Layout) -> pl.DataFrame | None:
    """The typed columns of a block in which no line breaks a rule; None for any other."""
    values = list(layout.measures)
    kinds: dict[str, pl.DataType] = dict.fromkeys((*_KEYS, *_DISCLOSURE_CODES), pl.String())
    kinds |= dict.fromkeys((*values, *(f"oty_{name}_chg" for name in values)), pl.Int64())
    kinds |= dict.fromkeys((f"lq_{name}" for name in values), pl.Float64())
    frame = read_plain(block, layout.columns, kinds)
    if frame is None:
        return None
    broken = [
        *(rule for _, rule in _key_rules()),
        *(~pl.col(code).is_in(list(_DISCLOSURE)) for code in _DISCLOSURE_CODES),
        ~pl.col("qtr").is_in(_QUARTERS[layout.frequency]),
        *(pl.col(name) < 0 for name in values),
        *(~pl.col(f"lq_{name}").is_finite() for name in values),
        *(rule for _, rule in _disclosure_rules(layout, zero=0)),
    ]
    is_broken = frame.select(pl.any_horizontal(rule.any() for rule in broken)).item()
    return None if is_broken else frame


def read_carefully(block: bytes, layout: Layout, member: str, first_line: int) -> MemberCells:
    """As read_block, by way of text."""
    return _typed(_parse(block, layout, member, first_line), layout, member, block, first_line)


def _parse(block: bytes, layout: Layout, member: str, first_line: int) -> pl.DataFrame:
    """All fields as text, with line_number and whether the line's number of fields is wrong."""
    try:
        frame = _read_csv(block, layout)
    except pl.exceptions.PolarsError:
        return _parse_line_by_line(block, layout, member, first_line)
    if frame.height != _count_lines(block) or frame.get_column(layout.columns[-1]).null_count():
        return _parse_line_by_line(block, layout, member, first_line)
    return _numbered(frame, first_line).with_columns(is_malformed=pl.lit(False))


def _count_lines(block: bytes) -> int:
    return block.count(b"\n") + (not block.endswith(b"\n"))


def _numbered(frame: pl.DataFrame, first_line: int) -> pl.DataFrame:
    return frame.with_columns(line_number=pl.int_range(first_line, first_line + frame.height, dtype=pl.Int64))


def _read_csv(block: bytes, layout: Layout) -> pl.DataFrame:
    return pl.read_csv(
        block,
        has_header=False,
        schema=dict.fromkeys(layout.columns, pl.String),
        infer_schema=False,
    )


def _parse_line_by_line(block: bytes, layout: Layout, member: str, first_line: int) -> pl.DataFrame:
    """The slow way for a block with broken lines: each line by itself, so that one cannot spoil its neighbours."""
    width = len(layout.columns)
    rows: list[Sequence[str | int | None]] = []
    lines = _lines(block)
    for number, line in enumerate(lines, start=first_line):
        if not line.strip():
            continue
        fields = _fields(line)
        if len(fields) == width:
            rows.append([*fields, number, False])
        elif number == first_line + len(lines) - 1 and not block.endswith(b"\n"):
            reason = f"the file ends in the middle of line {number}: it is truncated; download it again"
            raise RefusedFile(member, reason)
        else:
            rows.append([*([None] * width), number, True])
    schema = dict.fromkeys(layout.columns, pl.String) | {"line_number": pl.Int64, "is_malformed": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _lines(block: bytes) -> list[str]:
    """The lines of a block without their ends. Only LF ends a line: str.splitlines knows others, which would shift
    the numbers of all lines below.
    """
    text = block.decode("utf-8", errors="replace").removesuffix("\n")
    return [line.rstrip("\r") for line in text.split("\n")]


def _fields(line: str) -> list[str]:
    """The fields of a line, none where it cannot be read as CSV."""
    try:
        return next(csv.reader([line]))
    except csv.Error:
        return []


def _typed(frame: pl.DataFrame, layout: Layout, member: str, block: bytes, first_line: int) -> MemberCells:
    """Splits a batch of text rows into typed cells and rejected lines."""
    frame = _mend_keys(frame.with_columns(pl.col(layout.columns).str.strip_chars().fill_null("")))
    _refuse_unknown_disclosure(frame, member)
    _refuse_other_frequency(frame, layout, member)
    broken = frame.with_columns(rule=_first_broken_rule(layout))
    rejected = broken.filter(pl.col("rule").is_not_null())
    good = broken.filter(pl.col("rule").is_null())
    return MemberCells(
        member=member,
        frequency=layout.frequency,
        cells=_cells(good, layout, member),
        rejected=_rejected(rejected, member, block, first_line),
    )


def _mend_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """A county code that lost its leading zero in a spreadsheet can only be one code: give the zero back."""
    area = pl.col("area_fips")
    return frame.with_columns(area_fips=pl.when(area.str.contains(r"^[0-9]{4}$")).then("0" + area).otherwise(area))


def _refuse_unknown_disclosure(frame: pl.DataFrame, member: str) -> None:
    for column in _DISCLOSURE_CODES:
        strange = frame.filter(~pl.col(column).is_in(list(_DISCLOSURE)) & ~pl.col("is_malformed"))
        if strange.height:
            line, code = strange.select("line_number", column).row(0)
            reason = f"line {line}: unknown {column} {code!r}; known are blank, N and -. Ask BLS what it means first"
            raise RefusedFile(member, reason)


def _refuse_other_frequency(frame: pl.DataFrame, layout: Layout, member: str) -> None:
    allowed = _QUARTERS[layout.frequency]
    strange = frame.filter(~pl.col("qtr").is_in(allowed) & ~pl.col("is_malformed"))
    if strange.height:
        line, quarter = strange.select("line_number", "qtr").row(0)
        reason = (
            f"line {line}: qtr {quarter!r} in a file of the {layout.frequency} layout; expected {'/'.join(allowed)}"
        )
        raise RefusedFile(member, reason)


def _first_broken_rule(layout: Layout) -> pl.Expr:
    """The name of the first rule a row breaks, null for a good row."""
    values = list(layout.measures)
    numeric = [*values, *(f"oty_{value}_chg" for value in values)]
    ratios = [f"lq_{value}" for value in values]
    rules = [
        ("number_of_fields", pl.col("is_malformed")),
        *_key_rules(),
        *((f"{name}_is_whole_number", ~pl.col(name).str.contains(_INTEGER)) for name in numeric),
        *((f"{name}_is_number", ~_is_finite(name)) for name in ratios),
        *((f"{name}_not_negative", pl.col(name).str.starts_with("-")) for name in values),
        *_disclosure_rules(layout, zero="0"),
    ]
    return pl.coalesce(pl.when(broken).then(pl.lit(name)) for name, broken in rules)


def _key_rules() -> list[tuple[str, pl.Expr]]:
    """Rules of the keys, and what breaks each."""
    return [
        ("area_fips", ~pl.col("area_fips").str.contains(_AREA)),
        ("own_code", ~pl.col("own_code").is_in(sorted(qcew_codes.OWNERSHIP_CODES))),
        ("industry_code", ~pl.col("industry_code").str.contains(_INDUSTRY)),
        ("agglvl_code", ~pl.col("agglvl_code").is_in(sorted(qcew_codes.AGGREGATION_LEVEL_CODES))),
        ("size_code", ~pl.col("size_code").str.contains(r"^[0-9]$")),
        ("year", ~pl.col("year").str.contains(r"^(19|20)[0-9]{2}$")),
    ]


def _disclosure_rules(layout: Layout, zero: str | int) -> list[tuple[str, pl.Expr]]:
    """What a row may not hold by its disclosure code. zero: as the columns have it, text or number."""
    hidden, nothing = pl.col("disclosure_code") == "N", pl.col("disclosure_code") == "-"
    values = list(layout.measures)
    return [
        ("suppressed_row_without_values", hidden & pl.any_horizontal(pl.col(values[1:]) != zero)),
        ("true_zero_row_without_values", nothing & pl.any_horizontal(pl.col(values) != zero)),
    ]


def _is_finite(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64, strict=False).is_finite().fill_null(False)


def _cells(frame: pl.DataFrame, layout: Layout, member: str) -> pl.DataFrame:
    disclosed = pl.col("disclosure_code") != "N"
    oty_known = pl.col("oty_disclosure_code") != "N"
    columns: dict[str, pl.Expr] = {
        "quarter": pl.col("qtr").cast(pl.Int8, strict=False),
        "disclosure": _state("disclosure_code"),
        "lq_disclosure": _state("lq_disclosure_code"),
        "oty_disclosure": _state("oty_disclosure_code"),
        "average_employment": pl.lit(None, pl.Int64),
        "member": pl.lit(member),
    }
    for place, (name, measure) in enumerate(layout.measures.items()):
        unit = "_usd" if measure in _MONEY else ""
        always = place == 0
        columns[f"{measure}{unit}"] = _known(name, pl.Int64(), disclosed, always)
        columns[f"oty_{measure}_change{unit}"] = _known(f"oty_{name}_chg", pl.Int64(), oty_known, always)
        columns[f"lq_{measure}"] = _known(f"lq_{name}", pl.Float64(), pl.col("lq_disclosure_code") != "N", always)
    schema = SCHEMAS[layout.frequency]
    return frame.select(columns.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in schema.items())


def _state(column: str) -> pl.Expr:
    state = pl.lit(None, pl.String)
    for code, meaning in _DISCLOSURE.items():
        state = pl.when(pl.col(column) == code).then(pl.lit(meaning)).otherwise(state)
    return state


def _known(column: str, kind: pl.DataType, is_known: pl.Expr, always: bool) -> pl.Expr:
    """A value, null where it is hidden; numbers of establishments are published on hidden rows too."""
    value = pl.col(column).cast(kind)
    return value if always else pl.when(is_known).then(value)


def _rejected(frame: pl.DataFrame, member: str, block: bytes, first_line: int) -> pl.DataFrame:
    """Rejected lines as they stand in the file."""
    lines = _lines(block) if frame.height else []
    texts = [lines[number - first_line] for number in frame.get_column("line_number")]
    return frame.select(
        member=pl.lit(member), line_number="line_number", rule="rule", text=pl.Series(texts, dtype=pl.String)
    ).cast(REJECTED_SCHEMA)
