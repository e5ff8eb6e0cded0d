"""Plain text is read straight to typed columns, and never otherwise than the careful reader would read it."""

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sources import bls
from pipelines.sources.bls import Layout, expected_columns, read_block, read_carefully, recognise_layout
from pipelines.sources.plain_csv import read_plain
from pipelines.sources.reading import Frequency, MemberCells, RefusedFile

TITLES = ("area_title", "own_title", "industry_title", "agglvl_title", "size_title")
CODES = ("disclosure_code", "lq_disclosure_code", "oty_disclosure_code")
TEXTS = (*expected_columns("quarterly")[:8], *TITLES, *CODES)
ODD_FIELDS = (
    "", '""', " ", "0", "-0", "00", "-00", "007", "-07", "+5", "5", " 5", "5 ", "\t00", " 00", "1.0", "1.", ".5",
    "-0.5", "1e3", "1E05", "nan", "inf", "-inf", "1e400", "1_0", "--5", "- 5", "０", "999999999999999999",
    "1000000000000000000", "-1000000000000000000", "0123456789012345678", "9223372036854775808", '"5"', '"-0"',
    '" 00"', '"5', '5"', '"5"6', '""5', '"a\nb"', "5\r", "\r5", "N", "-", '"N"', "X", "1001", "01001", '"01001"',
    " 01001", "\u00a05", "\u00a000", "x00", "1e00",
    "US000", "CS012", "5\u2028", "A", "31-33", "2017", "02016", "5,6", "\x00", "\ufeff",
)  # fmt: skip


def row(frequency: Frequency, state: str, number: int) -> dict[str, str]:
    """A row as it should be, in one of three states of disclosure."""
    columns = expected_columns(frequency)
    values = {name: str(7 * number + place) for place, name in enumerate(columns)}
    values |= {name: f"{number}.{place:02}" for place, name in enumerate(columns) if name.startswith("lq_")}
    values |= {name: f"-{number}.5" for name in columns if name.endswith("_pct_chg")}
    values |= {"area_fips": "41051", "own_code": "5", "industry_code": "31-33", "agglvl_code": "74", "size_code": "0"}
    values["year"] = "2016"
    values |= {"qtr": "3" if frequency == "quarterly" else "A"} | dict.fromkeys(CODES, "N" if state else "")
    measures = bls._MEASURES[frequency]
    hidden = [name for place, name in enumerate(measures) if place or state == "-"] if state else []
    return values | {"disclosure_code": state} | dict.fromkeys(hidden, "0")


@st.composite
def blocks(draw: st.DrawFn) -> tuple[bytes, Layout, int]:
    """Lines in one of BLS's dialects, in some of which fields, or bytes, or the number of fields were spoilt."""
    frequency: Frequency = draw(st.sampled_from(["quarterly", "annual"]))
    columns = list(expected_columns(frequency))
    if draw(st.booleans()):
        columns[8:8] = TITLES
    if draw(st.integers(0, 9)) == 0:
        columns.reverse()
    is_quoted = draw(st.booleans())
    lines = []
    for number in range(draw(st.integers(1, 5))):
        fields = row(frequency, draw(st.sampled_from(["", "N", "-"])), number)
        fields |= dict.fromkeys(TITLES, '"Doña Ana, Oregon"')
        fields |= {name: f'"{fields[name]}"' for name in TEXTS if is_quoted and name not in TITLES}
        if draw(st.integers(0, 2)) == 0:
            fields[draw(st.sampled_from(columns))] = draw(st.sampled_from(ODD_FIELDS))
        line = [fields[name] for name in columns]
        match draw(st.integers(0, 19)):
            case 0:
                line.append("9")
            case 1:
                line.pop()
            case 2:
                line = [draw(st.sampled_from(["", "  ", "#", ","]))]
        lines.append(",".join(line))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    block = (end.join(lines) + draw(st.sampled_from([end, end, ""]))).encode()
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(block)))
        block = block[:at] + draw(st.sampled_from([b"\xff", b'"', b"\0", b"\r", b",", b"0", b"-"])) + block[at:]
    return block or b"\n", Layout(frequency, tuple(columns)), draw(st.sampled_from([2, 1000]))


def found(read: object, block: bytes, layout: Layout, first_line: int) -> MemberCells | str:
    try:
        return read(block, layout, "a.csv", first_line)  # type: ignore[operator, no-any-return]
    except RefusedFile as refusal:
        return refusal.reason


def assert_both_ways_agree(block: bytes, layout: Layout, first_line: int = 2) -> None:
    fast, careful = (found(read, block, layout, first_line) for read in (read_block, read_carefully))
    if isinstance(fast, str) or isinstance(careful, str):
        assert fast == careful
        return
    assert fast.cells.schema == careful.cells.schema
    assert fast.rejected.schema == careful.rejected.schema
    assert fast.cells.equals(careful.cells)
    assert fast.rejected.equals(careful.rejected)


@given(blocks())
@settings(max_examples=300, deadline=None)
def test_both_ways_find_the_same_cells_lines_and_faults(made: tuple[bytes, Layout, int]) -> None:
    assert_both_ways_agree(*made)


@pytest.mark.parametrize("field", ODD_FIELDS)
def test_every_odd_field_is_read_alike_in_a_column_of_every_kind(field: str) -> None:
    layout = Layout("quarterly", expected_columns("quarterly"))
    whole = ",".join(row("quarterly", "", 1).values())
    texts = ("area_fips", "own_code", "industry_code", "year", "qtr", "disclosure_code")
    numbers = ("month1_emplvl", "lq_month1_emplvl", "oty_month1_emplvl_chg", "oty_month1_emplvl_pct_chg")
    for name in (*texts, *numbers, layout.columns[-1]):
        line = ",".join((row("quarterly", "N", 2) | {name: field}).values())
        assert_both_ways_agree(f"{whole}\n{line}\n{whole}\n".encode(), layout)


@pytest.mark.parametrize("frequency", ["quarterly", "annual"])
@pytest.mark.parametrize("is_quoted", [True, False])
@pytest.mark.parametrize("has_titles", [True, False])
def test_what_is_as_it_should_be_goes_the_short_way(frequency: Frequency, is_quoted: bool, has_titles: bool) -> None:
    columns = list(expected_columns(frequency))
    columns[8:8] = TITLES if has_titles else ()
    lines = []
    for number, state in enumerate(("", "N", "-")):
        fields = row(frequency, state, number) | dict.fromkeys(TITLES, '"Doña Ana, Oregon"')
        fields |= {name: f'"{fields[name]}"' for name in TEXTS if is_quoted and name not in TITLES}
        lines.append(",".join(fields[name] for name in columns))
    block, layout = "\r\n".join([*lines, ""]).encode(), Layout(frequency, tuple(columns))
    assert bls._plain_rows(block, layout) is not None
    assert_both_ways_agree(block, layout)
    assert found(read_block, block, layout, 2).cells["disclosure"].to_list() == ["disclosed", "suppressed", "true_zero"]  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", [pl.Int64(), pl.Float64(), None], ids=str)
def test_a_line_that_is_too_short_is_not_plain(kind: pl.DataType | None) -> None:
    columns = ["a", "b", "c", "d"]
    kinds = {"a": pl.String(), "b": pl.String(), "c": pl.Int64()} | ({"d": kind} if kind else {})
    whole = read_plain(b"x,,3,1\ny,z,4,2\n", columns, kinds)
    assert whole is not None
    assert whole.select("a", "b", "c").rows() == [("x", "", 3), ("y", "z", 4)]
    for short in (b"x,y,3\ny,z,4,2\n", b"x,y,3,1\ny\n", b"x,y,3,1,1\ny,z,4\n"):
        assert read_plain(short, columns, kinds) is None
    assert read_plain(b"x,y,3,1\n", columns, kinds | {"d": pl.String()}) is None


def test_a_zero_is_seen_wherever_pieces_of_text_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {"name": pl.String(), "number": pl.Int64()}
    monkeypatch.setattr("pipelines.sources.plain_csv._PIECE", 7)
    for before in range(1, 30):
        start = ("a" * before + ",1\n").encode()
        assert read_plain(start + b"a,10\na,0\n", list(kinds), kinds) is not None
        for number in (b"00", b"01", b"-0", b"-00", b"-01"):
            assert read_plain(start + b"a," + number, list(kinds), kinds) is None
            assert read_plain(start + b"a," + number + b"\na,1\n", list(kinds), kinds) is None


def test_both_ways_agree_on_the_real_files(shared_data: Path) -> None:
    tables = {}
    with zipfile.ZipFile(shared_data / "bls" / "2016_qtrly_by_area.zip") as archive:
        for info in archive.infolist()[::5]:
            tables[info.filename] = archive.read(info)
    tables |= {str(path): path.read_bytes() for path in (shared_data / "format_samples").rglob("*.csv")}
    assert len(tables) > 15
    plain = 0
    for content in tables.values():
        stream = io.BytesIO(content)
        layout = recognise_layout(stream.readline())
        assert layout
        block = stream.read()
        assert_both_ways_agree(block, layout)
        plain += bls._plain_rows(block, layout) is not None
    assert plain == len(tables), "BLS's own files are to go the short way"
