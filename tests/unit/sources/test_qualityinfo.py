"""The reader of QualityInfo workbooks: on the real statewide workbook of 2025, and on small ones made by hand."""

import io
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.qcew_codes import AGGREGATION_LEVEL_CODES
from pipelines.sources.qualityinfo import SUPERSECTORS, is_qualityinfo_workbook, read_workbook
from pipelines.sources.reading import ANNUAL_SCHEMA, QUARTERLY_SCHEMA, REJECTED_SCHEMA, MemberCells, RefusedFile

AREAS = pl.DataFrame(
    [
        ("41000", "Oregon -- Statewide", "state", "41"),
        ("41027", "Hood River County, Oregon", "county", "41"),
        ("41051", "Multnomah County, Oregon", "county", "41"),
        ("41067", "Washington County, Oregon", "county", "41"),
        ("41999", "Unknown Or Undefined, Oregon", "unknown_county", "41"),
        ("53000", "Washington -- Statewide", "state", "53"),
        ("53011", "Clark County, Washington", "county", "53"),
        ("C3890", "Portland-Vancouver-Hillsboro, OR-WA MSA", "metropolitan", None),
    ],
    schema=["area_fips", "area_title", "area_kind", "state_fips"],
    orient="row",
)
ANNUAL_HEADER = ("NAICS", "Industry", "Ownership", "Units", "Employment", "Wages", "Annual Average Wage")
HIDDEN = ("(c)", "(c)", "(c)")
PRIVATE_TOTAL = ("All", "Total private coverage", "Private", 90.0, 900.0, 45_000_000.0, 50_000.0)
CONSTRUCTION = ("23", " Construction", "Private", 9.0, 90.0, 5_400_000.0, 60_000.0)
LOCAL_TOTAL = ("All", "Total local government", "Local Govt.", 10.0, 100.0, 6_000_000.0, 60_000.0)
LOCAL_92 = ("92", " Public administration", "Local Govt.", 8.0, 80.0, 4_800_000.0, 60_000.0)
LOCAL_921 = ("921", "   Executive, legislative, and other general governme", "Local Govt.", 8.0, 80.0, 4.8e6, 60_000.0)
TRIBAL_92 = ("92", " Tribal government", "Local Govt.", 2.0, 20.0, 1_200_000.0, 60_000.0)
ROWS = (PRIVATE_TOTAL, CONSTRUCTION, LOCAL_TOTAL, LOCAL_92, LOCAL_921, TRIBAL_92)

Row = tuple[Any, ...]


def workbook(
    *rows: Row,
    title: str | None = "Covered Employment and Wages (QCEW)",
    period: str | None = "Oregon. 2025 Annual",
    header: Row = ANNUAL_HEADER,
    header_row: int = 6,
    further_sheets: tuple[str, ...] = (),
) -> io.BytesIO:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = title, period
    sheet["A3"], sheet["A4"] = "Downloaded: Aug 5, 2026, 12:56\u202fAM", "Source: Oregon Employment Department"
    for number, row in enumerate((header, *rows), start=header_row):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value
    for name in further_sheets:
        book.create_sheet(name)
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content


def read(*rows: Row, **heading: Any) -> MemberCells:
    return read_workbook(workbook(*rows, **heading), "book.xlsx", AREAS)


def refusal(*rows: Row, **heading: Any) -> str:
    with pytest.raises(RefusedFile) as refused:
        read(*rows, **heading)
    assert refused.value.member == "book.xlsx"
    return refused.value.reason


def refusal_of(content: bytes) -> str:
    with pytest.raises(RefusedFile) as refused:
        read_workbook(io.BytesIO(content), "book.xlsx", AREAS)
    return refused.value.reason


def cell(result: MemberCells, own_code: str, industry_code: str) -> dict[str, Any]:
    return result.cells.filter(own_code=own_code, industry_code=industry_code).row(0, named=True)


def rejections(result: MemberCells) -> list[tuple[int, str]]:
    return result.rejected.select("line_number", "rule").rows()


# The real workbook


@pytest.fixture(scope="module")
def oregon(shared_data: Path) -> MemberCells:
    return read_workbook(shared_data / "qualityinfo" / "qcew_oregon_2025_annual.xlsx", "oregon.xlsx", AREAS)


def test_private_totals_of_oregon_are_the_published_ones(oregon: MemberCells) -> None:
    total = cell(oregon, "5", "10")
    assert (total["area_fips"], total["year"], total["agglvl_code"]) == ("41000", 2025, "51")
    assert (total["establishments"], total["average_employment"]) == (171_689, 1_692_261)
    assert (total["wages_usd"], total["average_annual_pay_usd"]) == (121_734_846_102, 71_936)


def test_every_real_row_is_a_cell_and_none_is_rejected(oregon: MemberCells) -> None:
    assert oregon.frequency == "annual"
    assert oregon.cells.schema == ANNUAL_SCHEMA
    assert oregon.rejected.height == 0
    # 1,124 rows from row 7 on; the last, tribal government, is in the cell of row 1,099; three supersector rows of
    # public administration stand for sector 92 as well.
    assert set(oregon.cells["line_number"]) == set(range(7, 1130))
    assert oregon.cells.height == 1124 - 1 + 3
    assert oregon.cells.select("own_code", "industry_code").is_unique().all()


def test_real_confidential_rows_keep_their_units_only(oregon: MemberCells) -> None:
    hidden = oregon.cells.filter(disclosure="suppressed")
    assert hidden.height == 69
    assert hidden["establishments"].null_count() == 0
    assert hidden.select("average_employment", "wages_usd", "average_annual_pay_usd").null_count().row(0) == (69,) * 3
    assert oregon.cells.filter(disclosure="disclosed")["wages_usd"].null_count() == 0


def test_real_industries_carry_qcew_codes(oregon: MemberCells) -> None:
    levels = dict(oregon.cells.group_by("agglvl_code").len().iter_rows())
    assert levels == {"50": 1, "51": 4, "96": 1, "53": 38, "54": 56, "55": 174, "57": 852}
    assert set(levels) <= AGGREGATION_LEVEL_CODES
    private = oregon.cells.filter(own_code="5")
    assert set(private.filter(agglvl_code="53")["industry_code"]) == set(SUPERSECTORS.values()) - {"1028"}
    sectors = set(private.filter(agglvl_code="54")["industry_code"])
    assert {"31-33", "44-45", "22+48-49", "23", "51", "81", "99"} <= sectors
    assert not {"22", "31", "44", "48", "48-49"} & sectors
    assert cell(oregon, "5", "221")["establishments"] == 321
    assert cell(oregon, "5", "22111")["agglvl_code"] == "57"


def test_real_local_public_administration_includes_tribal_government(oregon: MemberCells) -> None:
    for industry_code, level in (("1028", "53"), ("92", "54")):
        both = cell(oregon, "3", industry_code)
        assert (both["establishments"], both["average_employment"]) == (922 + 109, 46_182 + 8_931)
        assert both["wages_usd"] == 4_218_659_714 + 556_096_810
        assert (both["agglvl_code"], both["average_annual_pay_usd"]) == (level, None)


PARENT_SECTORS = {"31": "31-33", "32": "31-33", "33": "31-33", "44": "44-45", "45": "44-45"} | dict.fromkeys(
    ("22", "48", "49"), "22+48-49"
)
PARENT_SUPERSECTORS = {"11": "1011", "21": "1011", "23": "1012", "31-33": "1013", "51": "1022", "52": "1023"}
PARENT_SUPERSECTORS |= {"53": "1023", "81": "1027", "92": "1028", "99": "1029"}
PARENT_SUPERSECTORS |= dict.fromkeys(("42", "44-45", "22+48-49"), "1021") | dict.fromkeys(("54", "55", "56"), "1024")
PARENT_SUPERSECTORS |= dict.fromkeys(("61", "62"), "1025") | dict.fromkeys(("71", "72"), "1026")
# (own_code, industry_code) of sums of which the workbook leaves rows out altogether -> wages of what is left out. All
# are federal or state government, and none lacks more than 3 units and 3 jobs; sums of private rows lack nothing.
LEFT_OUT = {("1", "10"): 248_414, ("1", "611"): 151_449, ("2", "10"): 170_608}
LEFT_OUT |= {("2", "561"): 120_455, ("2", "611"): 328_646, ("2", "622"): 121_646}


def children_by_parent(cells: pl.DataFrame) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """(own_code, industry_code, kind of sum) of each published sum -> the rows it should be the sum of."""
    groups = defaultdict(list)
    for row in cells.iter_rows(named=True):
        own_code, industry_code, level = row["own_code"], row["industry_code"], row["agglvl_code"]
        match level:
            case "51" | "96":
                parents = [("0", "10", "5+8")] if own_code in "58" else []
                parents += [("0", "10", "1+2+3+5")] if own_code in "1235" else []
                parents += [("8", "10", "1+2+3")] if own_code in "123" else []
            case "53":
                parents = [(own_code, "10", "supersectors")]
            case "54":
                parents = [(own_code, PARENT_SUPERSECTORS[industry_code], "sectors")]
            case "55":
                parents = [(own_code, PARENT_SECTORS.get(industry_code[:2], industry_code[:2]), "3 digits")]
            case "57":
                parents = [(own_code, industry_code[:3], "5 digits")]
            case _:
                parents = []
        for parent in parents:
            groups[parent].append(row)
    return groups


def gap(parent: dict[str, Any], children: list[dict[str, Any]], measure: str) -> int:
    return int(parent[measure]) - sum(child[measure] or 0 for child in children)


def test_real_rows_add_up_at_every_level(oregon: MemberCells) -> None:
    groups = children_by_parent(oregon.cells)
    tribal = ("3", "92", "3 digits")  # tribal government has no rows below its total
    assert gap(cell(oregon, "3", "92"), groups.pop(tribal), "establishments") == 109
    disclosed_groups = 0
    wage_gaps = {}
    for (own_code, industry_code, _), children in groups.items():
        parent = cell(oregon, own_code, industry_code)
        assert abs(gap(parent, children, "establishments")) <= 3
        if parent["wages_usd"] is None:
            continue
        wages, jobs = gap(parent, children, "wages_usd"), gap(parent, children, "average_employment")
        if all(child["disclosure"] == "disclosed" for child in children):
            disclosed_groups += 1
            assert abs(jobs) <= 3
            if wages:
                wage_gaps[own_code, industry_code] = wages
        else:
            assert wages >= 0
            assert jobs >= 0
    assert len(groups) == 274
    assert disclosed_groups == 244
    assert wage_gaps == LEFT_OUT


# What a hand-made workbook becomes


def test_annual_workbook_becomes_annual_cells() -> None:
    result = read(*ROWS)
    assert (result.member, result.publisher) == ("book.xlsx", "qualityinfo")
    assert result.cells.schema == ANNUAL_SCHEMA
    assert result.rejected.schema == REJECTED_SCHEMA
    assert cell(result, "5", "1012") == {
        "area_fips": "41000",
        "own_code": "5",
        "industry_code": "1012",
        "agglvl_code": "53",
        "size_code": "0",
        "year": 2025,
        "disclosure": "disclosed",
        "establishments": 9,
        "average_employment": 90,
        "wages_usd": 5_400_000,
        "taxable_wages_usd": None,
        "contributions_usd": None,
        "average_weekly_wage_usd": None,
        "average_annual_pay_usd": 60_000,
        "member": "book.xlsx",
        "line_number": 8,
    }


@pytest.mark.parametrize(
    ("columns", "values", "weekly_wage"),
    [
        (("Average Weekly Wage",), (961.0,), 961),
        (("Weeks in a Q", "Average Weekly Wage"), (13.0, 961.0), 961),
        (("Quarterly Average Wage",), (12_500.0,), None),
    ],
)
def test_quarterly_workbook_becomes_quarterly_cells(columns: Row, values: Row, weekly_wage: int | None) -> None:
    total = (*PRIVATE_TOTAL[:6], *values)
    result = read(total, header=(*ANNUAL_HEADER[:6], *columns), period="Multnomah County. 2024 3rd Quarter")
    assert result.frequency == "quarterly"
    assert result.cells.schema == QUARTERLY_SCHEMA
    row = cell(result, "5", "10")
    assert (row["area_fips"], row["year"], row["quarter"], row["agglvl_code"]) == ("41051", 2024, 3, "71")
    assert (row["establishments"], row["average_employment"], row["wages_usd"]) == (90, 900, 45_000_000)
    assert row["average_weekly_wage_usd"] == weekly_wage
    assert row["month1_employment"] is row["month2_employment"] is row["month3_employment"] is None


@pytest.mark.parametrize(
    ("name", "area_fips"),
    [
        ("Oregon", "41000"),
        ("Multnomah County", "41051"),
        ("Multnomah", "41051"),
        ("Multnomah County, Oregon", "41051"),
        ("Hood\u00a0River County", "41027"),
        ("Washington County", "41067"),
    ],
)
def test_areas_are_found_by_name_in_oregon(name: str, area_fips: str) -> None:
    assert read(PRIVATE_TOTAL, period=f"{name}. 2025 Annual").cells["area_fips"].to_list() == [area_fips]


@pytest.mark.parametrize(("period", "levels"), [("Oregon", ("50", "96")), ("Multnomah County", ("70", "71"))])
def test_totals_of_ownerships_together_have_their_levels(period: str, levels: tuple[str, str]) -> None:
    everything = ("All", "Total all ownerships", "All", 100.0, 1000.0, 51_000_000.0, 51_000.0)
    government = ("All", "Total all government", "All Govt.", 10.0, 100.0, 6_000_000.0, 60_000.0)
    result = read(everything, government, *ROWS, period=f"{period}. 2025 Annual")
    assert (cell(result, "0", "10")["agglvl_code"], cell(result, "8", "10")["agglvl_code"]) == levels


def test_tribal_government_is_added_to_local_public_administration() -> None:
    result = read(*ROWS)
    assert rejections(result) == []
    both = cell(result, "3", "92")
    assert (both["establishments"], both["average_employment"], both["wages_usd"]) == (10, 100, 6_000_000)
    assert both["line_number"] == 10
    assert cell(result, "3", "921")["establishments"] == 8


@pytest.mark.parametrize("hidden", [LOCAL_92, TRIBAL_92])
def test_the_sum_is_hidden_where_either_part_is(hidden: Row) -> None:
    rows = [(*row[:4], *HIDDEN) if row == hidden else row for row in ROWS]
    both = cell(read(*rows), "3", "92")
    assert (both["disclosure"], both["establishments"]) == ("suppressed", 10)
    assert both["average_employment"] is both["wages_usd"] is None


def test_industries_below_tribal_government_are_added_too() -> None:
    below = ("921", "   Executive, legislative, and other general governme", "Local Govt.", 2.0, 20.0, 1.2e6, 60_000.0)
    assert cell(read(*ROWS, below), "3", "921")["establishments"] == 10


def test_other_industries_below_tribal_government_are_not_added() -> None:
    hotels = ("721", "   Accommodation", "Local Govt.", 4.0, 57.0, 1_800_000.0, 31_579.0)
    result = read(PRIVATE_TOTAL, LOCAL_TOTAL, hotels, LOCAL_92, TRIBAL_92, hotels)
    assert rejections(result) == [(9, "key_is_unique"), (12, "key_is_unique")]


@pytest.mark.parametrize("broken", [LOCAL_92, TRIBAL_92])
def test_one_readable_part_does_not_pass_for_the_sum(broken: Row) -> None:
    rows = [(*row[:4], "many", *row[5:]) if row == broken else row for row in ROWS]
    result = read(*rows)
    assert result.cells.filter(pl.col("industry_code").is_in(["92", "1028"])).height == 0
    assert sorted(rule for _, rule in rejections(result)) == ["employment_is_whole_number", "key_is_unique"]


def test_empty_rows_and_empty_columns_are_no_rows_and_no_columns() -> None:
    result = read(PRIVATE_TOTAL, (None,) * 7, (" ", "", None), (*CONSTRUCTION, None), header=(*ANNUAL_HEADER, "", None))
    assert result.cells["line_number"].to_list() == [7, 10]
    assert result.rejected.height == 0


def test_a_wrong_extent_of_the_sheet_loses_no_rows() -> None:
    spoilt = with_part(workbook(*ROWS).getvalue(), "xl/worksheets/sheet1.xml", b'ref="A1:G12"', b'ref="A1:A2"')
    assert read_workbook(io.BytesIO(spoilt), "book.xlsx", AREAS).cells.equals(read(*ROWS).cells)


# Rejected rows


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ((*CONSTRUCTION[:2], "Tribal Govt.", *CONSTRUCTION[3:]), "own_code"),
        ((*CONSTRUCTION[:2], None, *CONSTRUCTION[3:]), "own_code"),
        ((*CONSTRUCTION[:2], "All", *CONSTRUCTION[3:]), "industry_of_ownerships_together"),
        (("23-24", *CONSTRUCTION[1:]), "industry_code"),
        ((23.5, *CONSTRUCTION[1:]), "industry_code"),
        (("23", "Construction", *CONSTRUCTION[2:]), "industry_code"),
        (("2361", "    Residential building construction", *CONSTRUCTION[2:]), "industry_code"),
        (("236115", "      New single-family housing construction", *CONSTRUCTION[2:]), "industry_code"),
        (("23611", "   Residential building construction", *CONSTRUCTION[2:]), "industry_code"),
        (("411", "   Nothing of NAICS", *CONSTRUCTION[2:]), "industry_code"),
        (("101", " Goods-producing", *CONSTRUCTION[2:]), "industry_code"),
        (("48", "  Transportation and warehousing (48-49)", *CONSTRUCTION[2:]), "sector_48_includes_22"),
        ((*CONSTRUCTION[:3], -9.0, *CONSTRUCTION[4:]), "establishments_not_negative"),
        ((*CONSTRUCTION[:3], 9.5, *CONSTRUCTION[4:]), "establishments_is_whole_number"),
        ((*CONSTRUCTION[:3], None, *CONSTRUCTION[4:]), "establishments_is_whole_number"),
        ((*CONSTRUCTION[:3], *HIDDEN, "(c)"), "establishments_is_whole_number"),
        ((*CONSTRUCTION[:4], "1,000", *CONSTRUCTION[5:]), "employment_is_whole_number"),
        ((*CONSTRUCTION[:4], 90.25, *CONSTRUCTION[5:]), "employment_is_whole_number"),
        ((*CONSTRUCTION[:5], -5_400_000.0, 60_000.0), "wages_not_negative"),
        ((*CONSTRUCTION[:5], 1e17, 60_000.0), "wages_is_whole_number"),
        ((*CONSTRUCTION[:6],), "average_wage_is_whole_number"),
        ((*CONSTRUCTION[:4], "(c)", 5_400_000.0, 60_000.0), "suppressed_row_without_values"),
        (("(c) = confidential",), "own_code"),
    ],
)
def test_a_row_that_breaks_a_rule_is_rejected_by_its_row_number(row: Row, rule: str) -> None:
    result = read(PRIVATE_TOTAL, row)
    assert result.cells["line_number"].to_list() == [7]
    assert rejections(result) == [(8, rule)]
    assert result.rejected["member"].to_list() == ["book.xlsx"]
    assert result.rejected["text"].item().startswith(str(row[0]))


def test_a_key_that_occurs_twice_is_rejected_altogether() -> None:
    again = (*CONSTRUCTION[:3], 10.0, *CONSTRUCTION[4:])
    result = read(PRIVATE_TOTAL, CONSTRUCTION, again)
    assert rejections(result) == [(8, "key_is_unique"), (9, "key_is_unique")]
    assert result.cells.height == 1


def test_local_public_administration_is_not_added_to_itself() -> None:
    result = read(LOCAL_TOTAL, LOCAL_92, LOCAL_92, TRIBAL_92)
    assert rejections(result) == [(8, "key_is_unique"), (9, "key_is_unique"), (10, "key_is_unique")]


@given(units=st.integers(0, 10**6), jobs=st.integers(0, 10**7), wages=st.integers(0, 10**13), pay=st.integers(0, 10**6))
def test_whole_numbers_come_through_as_they_are(units: int, jobs: int, wages: int, pay: int) -> None:
    total = ("All", "Total private coverage", "Private", *map(float, (units, jobs, wages, pay)))
    row = cell(read(total), "5", "10")
    measures = ("establishments", "average_employment", "wages_usd", "average_annual_pay_usd")
    assert tuple(row[measure] for measure in measures) == (units, jobs, wages, pay)


# Refused files


def with_part(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with one text of one part replaced."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            assert name != part or old in data
            target.writestr(name, data.replace(old, new) if name == part else data)
    return changed.getvalue()


def zip_of(**parts: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_workbooks_are_recognised_by_their_parts(tmp_path: Path) -> None:
    content = workbook(*ROWS)
    path = tmp_path / "report.html"
    path.write_bytes(content.getvalue())
    assert is_qualityinfo_workbook(path)
    assert is_qualityinfo_workbook(content)
    assert read_workbook(content, "book.xlsx", AREAS).cells.height == 6
    assert not is_qualityinfo_workbook(io.BytesIO(content.getvalue()[:-30]))
    assert not is_qualityinfo_workbook(io.BytesIO(zip_of(readme="no workbook")))
    assert not is_qualityinfo_workbook(io.BytesIO(b"<html>"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\r\n<!DOCTYPE html><html><body>Error</body></html>", "web page (HTML)"),
        (b"area_fips,own_code\n", "no xlsx workbook"),
        (zip_of(readme="no workbook"), "it has no xl/workbook.xml"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes, reason: str) -> None:
    assert reason in refusal_of(content)


def test_a_workbook_cut_short_anywhere_is_refused() -> None:
    content = workbook(*ROWS).getvalue()
    for length in range(4, len(content), 97):
        assert "is cut short" in refusal_of(content[:length])


def test_a_workbook_with_a_changed_digit_is_refused() -> None:
    content = with_part(workbook(PRIVATE_TOTAL).getvalue(), "none", b"", b"")  # stored without compression
    assert content.count(b"<v>900</v>") == 1
    assert "the workbook is damaged (Bad CRC-32" in refusal_of(content.replace(b"<v>900</v>", b"<v>901</v>"))


def test_a_workbook_with_broken_xml_is_refused() -> None:
    spoilt = with_part(workbook(*ROWS).getvalue(), "xl/worksheets/sheet1.xml", b"</sheetData>", b"")
    assert "the workbook is damaged" in refusal_of(spoilt)


def test_more_than_one_sheet_is_refused() -> None:
    assert "expected one sheet, found 2 (Sheet, Notes)" in refusal(*ROWS, further_sheets=("Notes",))


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        ({"title": "Current Employment Statistics"}, "A1 is 'Current Employment Statistics'"),
        ({"title": None}, "A1 is ''"),
        ({"period": None}, "A2 is ''"),
        ({"period": "Oregon 2025"}, "A2 is 'Oregon 2025'"),
        ({"period": "Oregon. 2025 5th Quarter"}, "A2 is 'Oregon. 2025 5th Quarter'"),
        ({"period": "Oregon. 1999 Annual"}, "from 2000 on"),
        ({"period": "Clark County. 2025 Annual"}, "'Clark County', which is neither Oregon nor one of its counties"),
        ({"period": "Unknown Or Undefined. 2025 Annual"}, "neither Oregon nor one of its counties"),
        (
            {"period": "Portland-Vancouver-Hillsboro OR-WA MSA, Oregon Portion. 2025 Annual"},
            "QCEW has no area code; download the workbooks of its counties",
        ),
        ({"header_row": 5}, "row 6 of this annual report is: All, Total private coverage"),
        ({"header": ANNUAL_HEADER[1:]}, "row 6 of this annual report is: Industry, Ownership"),
        ({"header": ANNUAL_HEADER[:6]}, "expected: NAICS, Industry, Ownership, Units, Employment, Wages, then Annual"),
        ({"header": (*ANNUAL_HEADER, "Location Quotient")}, "Annual Average Wage, Location Quotient; expected"),
        ({"header": (*ANNUAL_HEADER, "Annual Average Wage")}, "Annual Average Wage, Annual Average Wage; expected"),
        ({"period": "Oregon. 2025 1st Quarter"}, "row 6 of this quarterly report is: NAICS"),
    ],
)
def test_an_unexpected_heading_is_refused(heading: dict[str, Any], reason: str) -> None:
    assert reason in refusal(*ROWS, **heading)


def test_a_sheet_without_header_is_refused() -> None:
    assert "row 6 of this annual report is: nothing" in refusal(header=())


def test_a_header_without_rows_is_refused() -> None:
    assert "no usable row stands below the header" in refusal()


def test_a_workbook_of_broken_rows_only_is_refused_with_the_first() -> None:
    assert "the first rejected row is 7 (own_code)" in refusal((*PRIVATE_TOTAL[:2], "Everyone", *PRIVATE_TOTAL[3:]))


def test_a_missing_total_row_is_refused() -> None:
    assert "the total row of Local government (own_code 3) is missing" in refusal(PRIVATE_TOTAL, LOCAL_92)


def test_a_rejected_total_row_is_refused_naming_it() -> None:
    reason = refusal((*PRIVATE_TOTAL[:4], 900.5, *PRIVATE_TOTAL[5:]), CONSTRUCTION)
    assert "the total row of Private (own_code 5) is missing" in reason
    assert "the first rejected row is 7 (employment_is_whole_number)" in reason


def test_a_workbook_that_lost_its_last_ownership_is_refused() -> None:
    everything = ("All", "Total all ownerships", "All", 120.0, 1200.0, 66_000_000.0, 55_000.0)
    government = ("All", "Total all government", "All Govt.", 30.0, 300.0, 21_000_000.0, 70_000.0)
    federal = ("All", "Total federal government", "Federal Govt.", 20.0, 200.0, 15_000_000.0, 75_000.0)
    complete = read(everything, PRIVATE_TOTAL, government, federal, LOCAL_TOTAL)
    assert complete.cells.height == 5
    reason = refusal(everything, PRIVATE_TOTAL, government, federal)
    assert "Total government has 30 units, but its parts have 20: an ownership is missing" in reason
    assert "Total covered has 120 units, but its parts have 90" in refusal(everything, PRIVATE_TOTAL)
