"""The reader of BLS's CSVs: every dialect, every rule, on rows made by hand, on real files, and on spoilt ones."""

import io
from collections.abc import Iterator, Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sources.bls import expected_columns, read_member, recognise_layout
from pipelines.sources.reading import (
    ANNUAL_SCHEMA,
    QUARTERLY_SCHEMA,
    REJECTED_SCHEMA,
    Frequency,
    MemberCells,
    RefusedFile,
)

TITLES = ("area_title", "own_title", "industry_title", "agglvl_title", "size_title")
TITLE_TEXTS = ("Multnomah County, Oregon", "Private", "NAICS 23 Construction", "County, NAICS Sector", "All sizes")
TEXT_COLUMNS = (*expected_columns("quarterly")[:8], *TITLES, "lq_disclosure_code", "oty_disclosure_code")
WHOLE = 1 << 20

# A row with a different number in every column, so that no two can be taken for one another.
QUARTERLY_ROW = {
    "area_fips": "41051", "own_code": "5", "industry_code": "23", "agglvl_code": "74", "size_code": "0",
    "year": "2016", "qtr": "3", "disclosure_code": "",
    "qtrly_estabs": "2187", "month1_emplvl": "20101", "month2_emplvl": "20202", "month3_emplvl": "20303",
    "total_qtrly_wages": "4294967297", "taxable_qtrly_wages": "210000001", "qtrly_contributions": "8500003",
    "avg_wkly_wage": "1309",
    "lq_disclosure_code": "", "lq_qtrly_estabs": "0.81", "lq_month1_emplvl": "0.82", "lq_month2_emplvl": "0.83",
    "lq_month3_emplvl": "0.84", "lq_total_qtrly_wages": "0.85", "lq_taxable_qtrly_wages": "0.86",
    "lq_qtrly_contributions": "1.12", "lq_avg_wkly_wage": "1.04",
    "oty_disclosure_code": "", "oty_qtrly_estabs_chg": "101", "oty_qtrly_estabs_pct_chg": "4.8",
    "oty_month1_emplvl_chg": "-1001", "oty_month1_emplvl_pct_chg": "-4.7",
    "oty_month2_emplvl_chg": "1002", "oty_month2_emplvl_pct_chg": "5.2",
    "oty_month3_emplvl_chg": "1003", "oty_month3_emplvl_pct_chg": "5.3",
    "oty_total_qtrly_wages_chg": "-5000000001", "oty_total_qtrly_wages_pct_chg": "-53.8",
    "oty_taxable_qtrly_wages_chg": "9000001", "oty_taxable_qtrly_wages_pct_chg": "4.5",
    "oty_qtrly_contributions_chg": "-70001", "oty_qtrly_contributions_pct_chg": "-0.8",
    "oty_avg_wkly_wage_chg": "41", "oty_avg_wkly_wage_pct_chg": "3.2",
}  # fmt: skip
QUARTERLY_CELL = {
    "area_fips": "41051", "own_code": "5", "industry_code": "23", "agglvl_code": "74", "size_code": "0",
    "year": 2016, "quarter": 3, "disclosure": "disclosed",
    "establishments": 2187, "month1_employment": 20101, "month2_employment": 20202, "month3_employment": 20303,
    "wages_usd": 4294967297, "taxable_wages_usd": 210000001, "contributions_usd": 8500003,
    "average_weekly_wage_usd": 1309,
    "lq_disclosure": "disclosed", "lq_establishments": 0.81, "lq_month1_employment": 0.82,
    "lq_month2_employment": 0.83, "lq_month3_employment": 0.84, "lq_wages": 0.85, "lq_taxable_wages": 0.86,
    "lq_contributions": 1.12, "lq_average_weekly_wage": 1.04,
    "oty_disclosure": "disclosed", "oty_establishments_change": 101, "oty_month1_employment_change": -1001,
    "oty_month2_employment_change": 1002, "oty_month3_employment_change": 1003,
    "oty_wages_change_usd": -5000000001, "oty_taxable_wages_change_usd": 9000001,
    "oty_contributions_change_usd": -70001, "oty_average_weekly_wage_change_usd": 41,
    "average_employment": None, "member": "a.csv", "line_number": 2,
}  # fmt: skip
ANNUAL_ROW = {
    "area_fips": "41000", "own_code": "5", "industry_code": "31-33", "agglvl_code": "54", "size_code": "0",
    "year": "2019", "qtr": "A", "disclosure_code": "",
    "annual_avg_estabs": "6101", "annual_avg_emplvl": "197801", "total_annual_wages": "14200000001",
    "taxable_annual_wages": "7600000001", "annual_contributions": "140000001", "annual_avg_wkly_wage": "1381",
    "avg_annual_pay": "71789",
    "lq_disclosure_code": "", "lq_annual_avg_estabs": "1.21", "lq_annual_avg_emplvl": "1.22",
    "lq_total_annual_wages": "1.23", "lq_taxable_annual_wages": "1.24", "lq_annual_contributions": "1.25",
    "lq_annual_avg_wkly_wage": "1.26", "lq_avg_annual_pay": "1.27",
    "oty_disclosure_code": "",
    **{column: "7" for column in expected_columns("annual") if column.startswith("oty_") and "chg" in column},
}  # fmt: skip
ANNUAL_CELL = {
    "area_fips": "41000", "own_code": "5", "industry_code": "31-33", "agglvl_code": "54", "size_code": "0",
    "year": 2019, "disclosure": "disclosed", "establishments": 6101, "average_employment": 197801,
    "wages_usd": 14200000001, "taxable_wages_usd": 7600000001, "contributions_usd": 140000001,
    "average_weekly_wage_usd": 1381, "average_annual_pay_usd": 71789, "member": "a.csv", "line_number": 2,
}  # fmt: skip
ROWS: dict[Frequency, dict[str, str]] = {"quarterly": QUARTERLY_ROW, "annual": ANNUAL_ROW}
CELLS: dict[Frequency, dict[str, object]] = {"quarterly": QUARTERLY_CELL, "annual": ANNUAL_CELL}
CODES = ("disclosure_code", "lq_disclosure_code", "oty_disclosure_code")
HIDDEN = dict.fromkeys(expected_columns("quarterly")[9:16], "0")
NOTHING = dict.fromkeys(expected_columns("quarterly")[8:16], "0")


def quarterly(**values: str) -> dict[str, str]:
    return QUARTERLY_ROW | values


def line(row: dict[str, str], columns: Sequence[str] | None = None) -> str:
    return ",".join(row[name] for name in columns or row)


def text(*lines: str | dict[str, str], header: str | None = None) -> bytes:
    """A file with LF line ends, in the quarterly layout unless a header is given."""
    header = header or ",".join(QUARTERLY_ROW)
    body = (each if isinstance(each, str) else line(each) for each in lines)
    return "".join(f"{each}\n" for each in (header, *body)).encode()


def read(content: bytes, batch_bytes: int = WHOLE) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells and rejected rows of all batches."""
    batches = list(read_member(io.BytesIO(content), "a.csv", batch_bytes))
    assert {batch.member for batch in batches} == {"a.csv"}
    return pl.concat([batch.cells for batch in batches]), pl.concat([batch.rejected for batch in batches])


def refusal(content: bytes, batch_bytes: int = WHOLE) -> str:
    with pytest.raises(RefusedFile) as refused:
        read(content, batch_bytes)
    assert refused.value.member == "a.csv"
    return refused.value.reason


def only(content: bytes) -> dict[str, object]:
    cells, rejected = read(content)
    assert rejected.rows() == []
    return cells.row(0, named=True)


# Dialects


@pytest.mark.parametrize("frequency", ["quarterly", "annual"])
def test_every_column_of_the_current_layout_comes_to_its_place(frequency: Frequency) -> None:
    row = ROWS[frequency]
    assert set(row) == set(expected_columns(frequency))
    cells, rejected = read(text(row, header=",".join(row)))
    assert cells.schema == {"quarterly": QUARTERLY_SCHEMA, "annual": ANNUAL_SCHEMA}[frequency]
    assert rejected.schema == REJECTED_SCHEMA
    assert cells.rows(named=True) == [CELLS[frequency]]


def test_layouts_have_bls_number_of_columns() -> None:
    assert len(expected_columns("quarterly")) == 42
    assert len(expected_columns("annual")) == 38


def with_titles(row: dict[str, str]) -> dict[str, str]:
    items = list(row.items())
    return dict([*items[:8], *zip(TITLES, TITLE_TEXTS, strict=True), *items[8:]])


def dialect(row: dict[str, str], old_names: bool, titles: bool, quoted: bool, reordered: bool) -> list[list[str]]:
    """Header and row, as one of the publishers of QCEW files would write them."""
    row = with_titles(row) if titles else row
    if old_names:
        row = {name.replace("_estabs", "_estabs_count"): value for name, value in row.items()}
    names, values = list(row), list(row.values())
    if old_names:
        names = [name.replace("_pct_chg", "_pct") for name in names]
        names = [name.replace("taxable_qtrly_wages_pct", "taxable_qtrly_wages_chg") for name in names]
    if reordered:
        names, values = names[::-1], values[::-1]
    if quoted:
        values = [f'"{value}"' if name in TEXT_COLUMNS else value for name, value in zip(names, values, strict=True)]
        names = [f'"{name}"' for name in names]
    elif titles:
        values = [f'"{value}"' if "," in value else value for value in values]
    return [names, values]


@pytest.mark.parametrize("frequency", ["quarterly", "annual"])
@pytest.mark.parametrize("old_names", [False, True])
@pytest.mark.parametrize("titles", [False, True])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last_end", [True, False])
def test_all_dialects_give_the_same_cell(
    frequency: Frequency, old_names: bool, titles: bool, quoted: bool, end: str, bom: bytes, last_end: bool
) -> None:
    lines = [",".join(fields) for fields in dialect(ROWS[frequency], old_names, titles, quoted, reordered=False)]
    assert len(lines[0].split(",")) == len(expected_columns(frequency)) + 5 * titles
    content = bom + (end.join(lines) + end * last_end).encode()
    assert only(content) == CELLS[frequency]


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("titles", [False, True])
def test_columns_may_come_in_any_order(quoted: bool, titles: bool) -> None:
    lines = [",".join(fields) for fields in dialect(QUARTERLY_ROW, False, titles, quoted, reordered=True)]
    assert lines[0].strip('"').startswith("oty_avg_wkly_wage_pct_chg")
    assert only("\n".join(lines).encode()) == QUARTERLY_CELL


def test_a_repeated_change_is_only_taken_for_the_percentage_right_after_the_change() -> None:
    names, values = dialect(QUARTERLY_ROW, True, False, False, reordered=False)
    second = [place for place, name in enumerate(names) if name == "oty_taxable_qtrly_wages_chg"][1]
    for fields in (names, values):
        fields.append(fields.pop(second))
    reason = refusal(f"{','.join(names)}\n{','.join(values)}\n".encode())
    assert "repeated oty_taxable_qtrly_wages_chg" in reason


def test_a_county_code_that_lost_its_leading_zero_gets_it_back() -> None:
    assert only(text(quarterly(area_fips="1001")))["area_fips"] == "01001"


@pytest.mark.parametrize("area", ["US000", "USCMS", "C3890", "C257A", "CS440", "41000", "41999", "01001"])
def test_area_codes_stay_text(area: str) -> None:
    assert only(text(quarterly(area_fips=area)))["area_fips"] == area


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("blank", ["", "   "])
@pytest.mark.parametrize("batch_bytes", [1, 7, WHOLE])
def test_blank_lines_are_no_rows_but_count_as_lines(end: str, blank: str, batch_bytes: int) -> None:
    lines = [",".join(QUARTERLY_ROW), line(QUARTERLY_ROW), blank, blank, line(QUARTERLY_ROW), blank, blank, ""]
    cells, rejected = read(end.join(lines).encode(), batch_bytes)
    assert cells["line_number"].to_list() == [2, 5]
    assert rejected.height == 0


def test_a_title_may_hold_quotes_and_commas() -> None:
    row = with_titles(QUARTERLY_ROW) | {"area_title": '"The ""Rose City"", Oregon"', "industry_title": '"a, ""b"""'}
    row = {name: f'"{value}"' if "," in value and '"' not in value else value for name, value in row.items()}
    assert only(text(row, header=",".join(row))) == QUARTERLY_CELL


def test_text_that_is_not_utf8_spoils_no_row() -> None:
    row = with_titles(QUARTERLY_ROW) | {"area_title": "Doña Ana County", "agglvl_title": "x"}
    assert only(text(row, header=",".join(row)).decode().encode("cp1252")) == QUARTERLY_CELL


def test_rows_by_size_class_are_read_as_they_are() -> None:
    rows = [
        quarterly(area_fips=area, agglvl_code=level, size_code=str(size), qtr="1")
        for area, level in (("US000", "27"), ("41000", "64"))
        for size in range(1, 10)
    ]
    cells, rejected = read(text(*rows))
    assert rejected.height == 0
    assert cells["size_code"].to_list() == [*"123456789", *"123456789"]


# What is hidden, what is zero


def test_suppressed_values_are_null_and_establishments_stay() -> None:
    hidden = quarterly(**HIDDEN, **dict.fromkeys(CODES, "N"), lq_month1_emplvl="0.00", oty_month1_emplvl_chg="0")
    cell = only(text(hidden))
    assert (cell["disclosure"], cell["lq_disclosure"], cell["oty_disclosure"]) == ("suppressed",) * 3
    published = {"establishments": 2187, "lq_establishments": 0.81, "oty_establishments_change": 101}
    assert {name: cell[name] for name in published} == published
    keys = ("area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year", "quarter")
    states = ("disclosure", "lq_disclosure", "oty_disclosure", "member", "line_number")
    assert all(cell[name] is None for name in QUARTERLY_SCHEMA if name not in {*keys, *states, *published})


def test_each_block_is_hidden_by_its_own_code() -> None:
    cell = only(text(quarterly(lq_disclosure_code="N")))
    assert (cell["month1_employment"], cell["lq_wages"], cell["oty_wages_change_usd"]) == (20101, None, -5000000001)
    cell = only(text(quarterly(oty_disclosure_code="N")))
    assert (cell["month1_employment"], cell["lq_wages"], cell["oty_wages_change_usd"]) == (20101, 0.85, None)
    cell = only(text(quarterly(disclosure_code="N", **HIDDEN)))
    assert (cell["month1_employment"], cell["lq_wages"], cell["oty_wages_change_usd"]) == (None, 0.85, -5000000001)


def test_an_annual_row_is_hidden_but_for_its_establishments() -> None:
    hidden = ANNUAL_ROW | dict.fromkeys(expected_columns("annual")[9:15], "0") | {"disclosure_code": "N"}
    cell = only(text(hidden, header=",".join(hidden)))
    values = [name for name in ANNUAL_SCHEMA if name.endswith("_usd") or name == "average_employment"]
    assert len(values) == 6
    assert [cell[name] for name in values] == [None] * 6
    assert (cell["disclosure"], cell["establishments"]) == ("suppressed", 6101)


def test_a_true_zero_is_zero_and_not_null() -> None:
    cell = only(text(quarterly(disclosure_code="-", **NOTHING)))
    assert cell["disclosure"] == "true_zero"
    assert (cell["establishments"], cell["month3_employment"], cell["wages_usd"]) == (0, 0, 0)


def test_a_disclosed_row_may_have_establishments_without_jobs() -> None:
    cell = only(text(quarterly(**HIDDEN)))
    assert (cell["disclosure"], cell["establishments"], cell["month1_employment"]) == ("disclosed", 2187, 0)


# One row that breaks a rule is rejected, its neighbours stay

BROKEN = [
    ("area_fips", {"area_fips": "410510"}),
    ("area_fips", {"area_fips": ""}),
    ("area_fips", {"area_fips": "C389"}),
    ("area_fips", {"area_fips": "4１051"}),
    ("own_code", {"own_code": "6"}),
    ("own_code", {"own_code": ""}),
    ("industry_code", {"industry_code": "3"}),
    ("industry_code", {"industry_code": "31_33"}),
    ("industry_code", {"industry_code": "1234567"}),
    ("agglvl_code", {"agglvl_code": "79"}),
    ("size_code", {"size_code": "10"}),
    ("size_code", {"size_code": ""}),
    ("year", {"year": "16"}),
    ("year", {"year": "20１6"}),
    ("qtrly_estabs_is_whole_number", {"qtrly_estabs": ""}),
    ("month1_emplvl_is_whole_number", {"month1_emplvl": "20101.5"}),
    ("month2_emplvl_is_whole_number", {"month2_emplvl": '"20,202"'}),
    ("month3_emplvl_is_whole_number", {"month3_emplvl": "２0303"}),
    ("total_qtrly_wages_is_whole_number", {"total_qtrly_wages": "4.29E+09"}),
    ("total_qtrly_wages_is_whole_number", {"total_qtrly_wages": "9" * 19}),
    ("taxable_qtrly_wages_is_whole_number", {"taxable_qtrly_wages": "N"}),
    ("qtrly_contributions_is_whole_number", {"qtrly_contributions": "+1"}),
    ("avg_wkly_wage_is_whole_number", {"avg_wkly_wage": "-"}),
    ("oty_qtrly_estabs_chg_is_whole_number", {"oty_qtrly_estabs_chg": "0.5"}),
    ("oty_total_qtrly_wages_chg_is_whole_number", {"oty_total_qtrly_wages_chg": "--1"}),
    ("lq_qtrly_estabs_is_number", {"lq_qtrly_estabs": ""}),
    ("lq_month1_emplvl_is_number", {"lq_month1_emplvl": "nan"}),
    ("lq_total_qtrly_wages_is_number", {"lq_total_qtrly_wages": "inf"}),
    ("lq_avg_wkly_wage_is_number", {"lq_avg_wkly_wage": "1.0.4"}),
    ("qtrly_estabs_not_negative", {"qtrly_estabs": "-1"}),
    ("month1_emplvl_not_negative", {"month1_emplvl": "-20101"}),
    ("total_qtrly_wages_not_negative", {"total_qtrly_wages": "-4294967297"}),
    ("avg_wkly_wage_not_negative", {"avg_wkly_wage": "-1309"}),
    ("suppressed_row_without_values", {"disclosure_code": "N", **HIDDEN, "month2_emplvl": "5"}),
    ("suppressed_row_without_values", {"disclosure_code": "N", **HIDDEN, "total_qtrly_wages": "1"}),
    ("true_zero_row_without_values", {"disclosure_code": "-", **NOTHING, "qtrly_estabs": "1"}),
    ("true_zero_row_without_values", {"disclosure_code": "-", **NOTHING, "avg_wkly_wage": "1"}),
]


@pytest.mark.parametrize(("rule", "values"), BROKEN)
@pytest.mark.parametrize("batch_bytes", [1, WHOLE])
def test_a_row_that_breaks_a_rule_is_rejected_with_line_rule_and_text(
    rule: str, values: dict[str, str], batch_bytes: int
) -> None:
    bad = quarterly(**values)
    cells, rejected = read(text(QUARTERLY_ROW, bad, QUARTERLY_ROW), batch_bytes)
    assert rejected.rows() == [("a.csv", 3, rule, line(bad))]
    assert cells.rows(named=True) == [QUARTERLY_CELL, QUARTERLY_CELL | {"line_number": 4}]


def test_every_measure_must_be_a_whole_number_and_not_negative() -> None:
    measures = expected_columns("quarterly")[8:16]
    changes = [name for name in expected_columns("quarterly") if name.startswith("oty_") and name.endswith("_chg")]
    changes = [name for name in changes if not name.endswith("_pct_chg")]
    wrong = [(name, "x", f"{name}_is_whole_number") for name in (*measures, *changes)]
    wrong += [(name, "-7", f"{name}_not_negative") for name in measures]
    _, rejected = read(text(*(quarterly(**{name: value}) for name, value, _ in wrong), QUARTERLY_ROW))
    assert rejected["rule"].to_list() == [rule for _, _, rule in wrong]
    assert len(wrong) == 8 + 8 + 8


def test_annual_rows_keep_the_same_rules() -> None:
    header = ",".join(ANNUAL_ROW)
    bad = [
        ANNUAL_ROW | {"avg_annual_pay": "-1"},
        ANNUAL_ROW | {"annual_avg_emplvl": "1.5"},
        ANNUAL_ROW | {"disclosure_code": "N"},
        ANNUAL_ROW | {"disclosure_code": "-"},
    ]
    cells, rejected = read(text(*bad, ANNUAL_ROW, header=header))
    assert rejected.select("line_number", "rule").rows() == [
        (2, "avg_annual_pay_not_negative"),
        (3, "annual_avg_emplvl_is_whole_number"),
        (4, "suppressed_row_without_values"),
        (5, "true_zero_row_without_values"),
    ]
    assert cells.rows(named=True) == [ANNUAL_CELL | {"line_number": 6}]


def test_the_rejected_text_is_the_line_as_received() -> None:
    row = with_titles(quarterly(area_fips="1001", own_code="6"))
    received = ",".join(f'"{value}" ' if name in TITLES else value for name, value in row.items())
    content = f"{','.join(row)}\r\n{line(with_titles(QUARTERLY_ROW) | dict.fromkeys(TITLES, 'x'))}\r\n{received}\r\n"
    _, rejected = read(content.encode())
    assert rejected["text"].to_list() == [received]


@pytest.mark.parametrize("wages", [2**31, 2**32, 2**53 + 1, 10**18 - 1])
def test_wages_of_any_size_are_read_exactly(wages: int) -> None:
    assert only(text(quarterly(total_qtrly_wages=str(wages))))["wages_usd"] == wages


SPOILT = [
    "x",
    "x,y",
    line(QUARTERLY_ROW) + ",",
    line(QUARTERLY_ROW)[: len(line(QUARTERLY_ROW)) // 2],
    '"' + line(QUARTERLY_ROW),
    "<html><body>Service unavailable</body></html>",
    "x" * 140_000,  # longer than Python's csv module reads in one field
    "a\rb",
    "a\u2028b\x0cc\x85d",
    "\0\0\0",
]


@pytest.mark.parametrize("spoilt", SPOILT, ids=range(len(SPOILT)))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_spoilt_line_is_rejected_alone(spoilt: str, end: str, place: int) -> None:
    lines = [line(quarterly(month1_emplvl=str(number))) for number in range(2)]
    lines.insert(place, spoilt)
    content = (end.join([",".join(QUARTERLY_ROW), *lines]) + end).encode()
    for batch_bytes in (300, WHOLE):
        cells, rejected = read(content, batch_bytes)
        assert rejected.rows() == [("a.csv", place + 2, "number_of_fields", spoilt)]
        assert cells["month1_employment"].to_list() == [0, 1]
        assert cells["line_number"].to_list() == [number for number in (2, 3, 4) if number != place + 2]


def test_a_spoilt_line_in_a_file_without_last_line_end_is_no_truncation() -> None:
    cells, rejected = read(text(QUARTERLY_ROW, "x", QUARTERLY_ROW).removesuffix(b"\n"))
    assert rejected.rows() == [("a.csv", 3, "number_of_fields", "x")]
    assert cells["line_number"].to_list() == [2, 4]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_that_was_broken_over_two_lines_is_two_spoilt_lines(end: str) -> None:
    row = with_titles(QUARTERLY_ROW) | {"area_title": '"x"', "agglvl_title": '"x"'}
    first, second = line(row | {"area_title": f'"Multnomah{end}County"'}).split(end)
    cells, rejected = read(end.join([",".join(row), line(row), first, second, line(row), ""]).encode())
    assert cells["line_number"].to_list() == [2, 5]
    assert rejected.rows() == [("a.csv", 3, "number_of_fields", first), ("a.csv", 4, "number_of_fields", second)]


@st.composite
def spoilt_files(draw: st.DrawFn) -> tuple[bytes, list[bytes], set[int]]:
    """A file of numbered rows, its lines, and which of them (by place) had fragments put in or taken out."""
    fragments = [b'"', b",", b'""', b'"",', b"\r", b"\0", b"\xff", b" ", "\u2028".encode(), b"#", b"-", b"9", b"N"]
    row = draw(st.sampled_from([QUARTERLY_ROW, with_titles(QUARTERLY_ROW) | dict.fromkeys(TITLES, '"a, b"')]))
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    count = draw(st.integers(2, 6))
    lines = [line(row | {"month1_emplvl": str(number)}).encode() for number in range(count)]
    spoilt = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=count - 1))
    for place in spoilt:
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(lines[place])))
            taken = draw(st.integers(0, 30))
            lines[place] = lines[place][:at] + draw(st.sampled_from(fragments)) + lines[place][at + taken :]
    return ",".join(row).encode() + end + b"".join(each + end for each in lines), lines, spoilt


@given(spoilt_files(), st.sampled_from([1, 60, 400, WHOLE]))
@settings(max_examples=80, deadline=None)
def test_whatever_happens_to_a_line_its_neighbours_are_read_right(
    file: tuple[bytes, list[bytes], set[int]], batch_bytes: int
) -> None:
    content, lines, spoilt = file
    try:
        cells, rejected = read(content, batch_bytes)
    except RefusedFile:
        return  # a strange disclosure code, quarter or year: the whole file is refused, nothing wrong gets in
    found = dict(cells.select("line_number", "month1_employment").iter_rows())
    whole = {place for place in range(len(lines)) if place not in spoilt}
    assert {place: found.get(place + 2) for place in whole} == {place: place for place in whole}
    texts = dict(rejected.select("line_number", "text").iter_rows())
    assert texts.keys() <= {place + 2 for place in spoilt} - found.keys()
    for number, received in texts.items():
        assert received == lines[number - 2].decode(errors="replace").rstrip("\r")


# Batches


@st.composite
def mixed_files(draw: st.DrawFn) -> bytes:
    """Rows of every state, bad ones, blank lines, LF and CRLF, with and without a last line end."""
    kinds = {
        "good": line(QUARTERLY_ROW),
        "hidden": line(quarterly(disclosure_code="N", **HIDDEN)),
        "zero": line(quarterly(disclosure_code="-", **NOTHING)),
        "quoted": ",".join(f'"{value}"' for value in QUARTERLY_ROW.values()),
        "bad": line(quarterly(own_code="6")),
        "ragged": "41051,5,10",
        "blank": "",
    }
    lines = [line(QUARTERLY_ROW), *draw(st.lists(st.sampled_from(list(kinds)).map(kinds.__getitem__), max_size=12))]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    bom = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    last = draw(st.sampled_from([end, ""])) if lines[-1] != "41051,5,10" else end
    return bom + (end.join([",".join(QUARTERLY_ROW), *lines]) + last).encode()


@given(mixed_files(), st.integers(1, 1000))
@settings(max_examples=50, deadline=None)
def test_the_size_of_batches_changes_nothing(content: bytes, batch_bytes: int) -> None:
    cells, rejected = read(content)
    cells_of_batches, rejected_of_batches = read(content, batch_bytes)
    assert cells_of_batches.equals(cells)
    assert rejected_of_batches.equals(rejected)


def test_batches_are_handed_over_while_the_file_is_read() -> None:
    stream = io.BytesIO(text(*[QUARTERLY_ROW] * 50))
    batches: Iterator[MemberCells] = read_member(stream, "a.csv", batch_bytes=500)
    assert next(batches).cells.height < 5
    assert stream.tell() < len(stream.getvalue()) / 4


# A file that cannot be trusted is refused


@pytest.mark.parametrize("column", CODES)
@pytest.mark.parametrize("code", ["X", "n", "0", "NN"])
def test_an_unknown_disclosure_code_refuses_the_file(column: str, code: str) -> None:
    reason = refusal(text(QUARTERLY_ROW, quarterly(**{column: code})))
    assert reason.startswith(f"line 3: unknown {column} {code!r}")


def test_an_unknown_disclosure_code_is_found_beside_a_broken_line() -> None:
    assert "line 4: unknown disclosure_code 'X'" in refusal(text(QUARTERLY_ROW, "x", quarterly(disclosure_code="X")))


@pytest.mark.parametrize("batch_bytes", [10, WHOLE])
def test_rows_of_two_years_refuse_the_file(batch_bytes: int) -> None:
    reason = refusal(text(QUARTERLY_ROW, QUARTERLY_ROW, quarterly(year="2017")), batch_bytes)
    assert "[2016, 2017]" in reason


def test_four_quarters_of_one_year_are_one_file() -> None:
    cells, _ = read(text(*(quarterly(qtr=str(quarter)) for quarter in (1, 2, 3, 4))))
    assert cells["quarter"].to_list() == [1, 2, 3, 4]


@pytest.mark.parametrize("quarter", ["A", "0", "5", "", "Q1"])
def test_a_strange_quarter_refuses_a_quarterly_file(quarter: str) -> None:
    reason = refusal(text(QUARTERLY_ROW, quarterly(qtr=quarter)))
    assert reason.startswith(f"line 3: qtr {quarter!r} in a file of the quarterly layout; expected 1/2/3/4")


def test_a_quarter_refuses_an_annual_file() -> None:
    content = text(ANNUAL_ROW, ANNUAL_ROW | {"qtr": "1"}, header=",".join(ANNUAL_ROW))
    assert refusal(content).startswith("line 3: qtr '1' in a file of the annual layout; expected A")


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><html>", b"  <html>\r\n", b"<html>\n" + text(QUARTERLY_ROW)],
)
def test_a_web_page_is_refused_as_such(content: bytes) -> None:
    assert "web page (HTML)" in refusal(content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not a QCEW header: ''"),
        (b"hello\nworld\n", "not a QCEW header: 'hello'"),
        (b'"area_fips","area_title"\n"01001","x"\n', "not a QCEW header"),
        (text(QUARTERLY_ROW).replace(b",", b";"), "not a QCEW header"),
        (text(QUARTERLY_ROW).replace(b"\n", b"\r"), "no CSV that ends in LF or CRLF"),
        (b"x" * 200_000, "no CSV that ends in LF or CRLF"),
        (text(), "no usable row"),
        (text("", ""), "no usable row"),
        (text(quarterly(own_code="6"), "x"), "no usable row"),
        (text(header="area_fips,industry_code,foo"), "missing own_code, agglvl_code"),
        (text(header=",".join(QUARTERLY_ROW) + ",note"), "unknown note"),
        (text(header="," + ",".join(QUARTERLY_ROW)), "unknown a column without a name"),
        (text(header=",".join(QUARTERLY_ROW) + ",year"), "repeated year"),
        (text(header=",".join(QUARTERLY_ROW).replace("avg_wkly_wage", "avg_weekly_wage")), "missing avg_wkly_wage"),
    ],
)
def test_what_is_no_qcew_table_is_refused_with_the_reason(content: bytes, told: str) -> None:
    assert told in refusal(content)


@pytest.mark.parametrize(("quoted", "end", "batch_bytes", "step"), [(True, "\r\n", WHOLE, 1), (False, "\n", 50, 7)])
def test_a_file_cut_anywhere_in_its_last_line_is_never_read_wrong(
    quoted: bool, end: str, batch_bytes: int, step: int
) -> None:
    header, values = dialect(QUARTERLY_ROW, False, False, quoted, reordered=False)
    last = ",".join(values)
    start = f"{','.join(header)}{end}{last}{end}".encode()
    for cut in range(1, len(last), step):
        content = start + last[:cut].encode()
        if last[:cut].count(",") < len(values) - 1:
            assert refusal(content, batch_bytes).startswith("the file ends in the middle of line 3: it is truncated")
        else:  # only the last figure, a percentage that is not used, is cut
            cells, _ = read(content, batch_bytes)
            assert cells.rows(named=True) == [QUARTERLY_CELL, QUARTERLY_CELL | {"line_number": 3}]


def test_headers_are_recognised_without_reading_rows() -> None:
    layout = recognise_layout(",".join(ANNUAL_ROW).encode())
    assert layout is not None
    assert (layout.frequency, layout.columns) == ("annual", tuple(ANNUAL_ROW))
    assert recognise_layout(b"County,Title") is None
