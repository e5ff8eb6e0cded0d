"""What a file from the web must hold: only what was asked for, once, and without a lost line."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_files import slice_path, slices_of_real_files

from pipelines.domain.periods import QUARTERS, Period
from pipelines.sources import bls
from pipelines.sources.bls_files import area_slice, year_of_areas
from pipelines.sources.inbox import recognise_container
from pipelines.sources.qualityinfo_files import workbook
from pipelines.sources.raw_store import Capture
from pipelines.sources.reading import RefusedFile
from pipelines.sources.remote_files import RemoteFile, check_content
from pipelines.sources.typed_cells import TypedCells

AREAS = pl.DataFrame(schema=dict.fromkeys(("area_fips", "area_title", "area_kind", "state_fips"), pl.String))
SLICE = area_slice("https://bls", Period(2016, 1), "41051")
ZIP = year_of_areas("https://bls", 2016)
STATE = "41000"

# own_code, industry_code, agglvl_code, establishments: two ownerships, each adds up from its six-digit industries
LINES = (
    ("0", "10", "70", 12),
    ("3", "10", "71", 2),
    ("3", "92", "74", 2),
    ("3", "921110", "78", 2),
    ("5", "10", "71", 10),
    ("5", "101", "72", 4),
    ("5", "23", "74", 4),
    ("5", "236115", "78", 4),
    ("5", "102", "72", 6),
    ("5", "62", "74", 6),
    ("5", "621111", "78", 5),
    ("5", "999999", "78", 1),
)
COUNTED = [n for n, line in enumerate(LINES) if line[2] in ("70", "71", "78")]


def table(area: str = "41051", year: int = 2016, quarter: int = 1, lines: list[int] | None = None) -> bytes:
    """A slice; lines chooses some of LINES."""
    columns = bls.expected_columns("quarterly")
    blank = {name: "" if "disclosure" in name else "0" for name in columns}
    rows = [",".join(columns)]
    for own, industry, level, establishments in (LINES[n] for n in (range(len(LINES)) if lines is None else lines)):
        row = blank | {"area_fips": area, "own_code": own, "industry_code": industry, "agglvl_code": level}
        row |= {"year": str(year), "qtr": str(quarter), "qtrly_estabs": str(establishments)}
        rows.append(",".join(row.values()))
    return "".join(f"{row}\n" for row in rows).encode()


def body(content: bytes) -> bytes:
    return content.split(b"\n", 1)[1]


def zip_of(members: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Callable[[RemoteFile, bytes], None]:
    """Reads a content as the real readers do, and holds it against what was asked for."""
    folder = tmp_path_factory.mktemp("remote")

    def read_and_check(asked: RemoteFile, content: bytes) -> None:
        file, sha256 = folder / "received", hashlib.sha256(content).hexdigest()
        file.write_bytes(content)
        typed = TypedCells(folder / "typed", AREAS)
        capture = Capture(sha256, "bls", asked.address, asked.name, recognise_container(file), 1, "2016", "", "")
        typed.ensure(capture, file)
        check_content(asked, typed.folder_of(capture))

    return read_and_check


Check = Callable[[RemoteFile, bytes], None]


def refusal(check: Check, asked: RemoteFile, content: bytes) -> str:
    with pytest.raises(RefusedFile) as refused:
        check(asked, content)
    assert refused.value.member == asked.name
    return refused.value.reason


def test_a_whole_slice_is_good_in_any_order_of_its_lines(check: Check) -> None:
    check(SLICE, table())
    check(SLICE, table(lines=list(reversed(range(len(LINES))))))


@pytest.mark.parametrize("area", [STATE, "41051", "41069", "41999"])
def test_real_slices_are_good_and_cut_at_their_last_line_end_are_not(
    check: Check, shared_data: Path, area: str
) -> None:
    cut_out = slices_of_real_files(shared_data / "bls" / "2016_qtrly_by_area.zip", [area])
    for quarter in QUARTERS:
        content = cut_out[slice_path(2016, quarter, area)]
        asked = area_slice("https://bls", Period(2016, quarter), area)
        check(asked, content)
        for lines in (1 + (area == STATE), 40):  # a state's last line is the total of all government
            assert "lines are missing" in refusal(check, asked, b"".join(content.splitlines(keepends=True)[:-lines]))


# Another file than was asked for


@pytest.mark.parametrize("area", ["41067", "41000", "US000"])
def test_a_slice_of_another_area_is_refused(check: Check, area: str) -> None:
    assert refusal(check, SLICE, table(area)) == f"asked for area 41051, but the file holds {area}"


def test_a_slice_with_lines_of_a_second_area_is_refused(check: Check) -> None:
    told = refusal(check, SLICE, table() + body(table("41067")))
    assert told == "asked for area 41051, but the file holds 41051, 41067"


@pytest.mark.parametrize(("others", "more"), [(4, ""), (5, " and 1 more"), (6, " and 2 more")])
def test_of_many_areas_five_are_named(check: Check, others: int, more: str) -> None:
    codes = [f"4100{n}" for n in range(1, others + 1)]
    told = refusal(check, SLICE, table() + b"".join(body(table(area)) for area in codes))
    assert told == f"asked for area 41051, but the file holds {', '.join([*codes, '41051'][:5])}{more}"


@pytest.mark.parametrize(("year", "quarter"), [(2015, 1), (2017, 1), (2016, 2), (2016, 4)])
def test_a_slice_of_another_year_or_quarter_is_refused(check: Check, year: int, quarter: int) -> None:
    told = refusal(check, SLICE, table(year=year, quarter=quarter))
    assert told.startswith(f"asked for 2016-Q1, but the file holds {year}-Q{quarter}; the publisher may be replacing")


def test_a_slice_with_lines_of_a_second_quarter_is_refused(check: Check) -> None:
    assert "holds 2016-Q2;" in refusal(check, SLICE, table() + body(table(quarter=2)))


def test_a_table_of_averages_is_no_quarter(check: Check) -> None:
    columns = bls.expected_columns("annual")
    row = {name: "" if "disclosure" in name else "0" for name in columns}
    row |= {"area_fips": "41051", "own_code": "5", "industry_code": "10", "agglvl_code": "71"}
    annual = f"{','.join(columns)}\n{','.join((row | {'year': '2016', 'qtr': 'A'}).values())}\n".encode()
    assert refusal(check, SLICE, annual).startswith("asked for 2016-Q1, but the file holds 2016;")
    check(replace(SLICE, source="qualityinfo", period=Period(2016), has_quarters=False), annual)
    quarters = replace(SLICE, period=Period(2016), has_quarters=False)
    assert refusal(check, quarters, table()).startswith("asked for 2016, but the file holds 2016-Q1;")


# A file that was cut, or lost a line


@pytest.mark.parametrize("lost", COUNTED)
def test_a_slice_that_lost_a_line_that_is_counted_is_refused(check: Check, lost: int) -> None:
    assert "lines are missing" in refusal(check, SLICE, table(lines=[n for n in range(len(LINES)) if n != lost]))


@pytest.mark.parametrize("kept", range(1, len(LINES)))
def test_a_slice_that_was_cut_at_a_line_end_is_refused(check: Check, kept: int) -> None:
    assert "lines are missing" in refusal(check, SLICE, table(lines=list(range(kept))))


@pytest.mark.parametrize("twice", COUNTED)
def test_a_slice_that_says_a_counted_line_twice_is_refused(check: Check, twice: int) -> None:
    assert refusal(check, SLICE, table(lines=[*range(len(LINES)), twice]))


@settings(max_examples=40, deadline=None)
@given(kept=st.sets(st.sampled_from(range(len(LINES)))))
def test_no_slice_without_a_counted_line_is_good(check: Check, kept: set[int]) -> None:
    if not kept:
        return
    if set(COUNTED) <= kept:
        check(SLICE, table(lines=sorted(kept)))
    else:
        refusal(check, SLICE, table(lines=sorted(kept)))


def test_the_reason_names_the_ownership_and_both_numbers(check: Check) -> None:
    lost = [n for n in range(len(LINES)) if LINES[n][1] != "621111"]
    told = refusal(check, SLICE, table(lines=lost))
    assert told.startswith("own_code 5 has 10 establishments, but its six-digit industries have 5:")
    lost = [n for n in range(len(LINES)) if LINES[n][0] != "0"]
    assert refusal(check, SLICE, table(lines=lost)).startswith("the total of all ownerships (missing) is not the sum")


REJECTED = b"41051,5,999999\n"


@pytest.mark.parametrize("lost", COUNTED)
def test_a_slice_with_a_rejected_line_that_does_not_add_up_is_refused(check: Check, lost: int) -> None:
    left = table(lines=[n for n in range(len(LINES)) if n != lost])
    assert "lines are missing" in refusal(check, SLICE, left + REJECTED)


def test_a_slice_that_adds_up_in_spite_of_a_rejected_line_is_good(check: Check) -> None:
    check(SLICE, table() + REJECTED)
    uncounted = [n for n in range(len(LINES)) if n not in COUNTED]
    for lost in uncounted:
        check(SLICE, table(lines=[n for n in range(len(LINES)) if n != lost]) + REJECTED)


def test_a_workbook_has_other_levels_and_is_not_added_up(check: Check) -> None:
    check(workbook("https://q", Period(2016, 1), "41051"), table(lines=[4, 6]))


# Zips of a year


def member(area: str, quarters: str = "q1-q4") -> str:
    return f"2016.{quarters}.by_area/2016.{quarters} {area} A County, Oregon.csv"


def year(area: str, of: int = 2016, quarters: tuple[int, ...] = (1, 2, 3, 4)) -> bytes:
    header = table().split(b"\n", 1)[0] + b"\n"
    return header + b"".join(body(table(area, of, quarter)) for quarter in quarters)


def test_a_zip_of_the_year_with_a_table_an_area_is_good(check: Check) -> None:
    check(ZIP, zip_of({member(area): year(area) for area in ("41051", "41067")}))
    check(ZIP, zip_of({member("41051", "q1-q3"): year("41051", quarters=(1, 2, 3))}))


def test_a_zip_of_another_year_is_refused(check: Check) -> None:
    told = refusal(check, ZIP, zip_of({member("41051"): year("41051", of=2015)}))
    assert told.startswith("asked for 2016, but the file holds 2015-Q1, 2015-Q2, 2015-Q3, 2015-Q4;")


def test_two_members_of_one_area_are_refused_and_named(check: Check) -> None:
    members = {member("41051"): year("41051"), member("41051", "q1-q3"): year("41051", quarters=(1, 2, 3))}
    told = refusal(check, ZIP, zip_of(members))
    assert told.startswith("41051 2016-Q1 stands in ")
    assert all(name in told for name in members)


def test_a_member_with_lines_of_an_area_that_has_its_own_is_refused(check: Check) -> None:
    members = {member("41051"): year("41051"), member("41067"): year("41067") + body(table(quarter=3))}
    assert refusal(check, ZIP, zip_of(members)).startswith("41051 2016-Q3 stands in ")


def test_members_of_one_area_may_share_a_year_out_among_them(check: Check) -> None:
    members = {"a.csv": year("41051", quarters=(1, 2)), "b.csv": year("41051", quarters=(3, 4))}
    check(ZIP, zip_of(members))
