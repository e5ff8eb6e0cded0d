"""Answers as table, CSV and JSON: exact, null told from nothing and from zero, and nothing a terminal would obey."""

import csv
import io
import json
from decimal import Decimal

import polars as pl
import pytest
from rich.console import Console

from pipelines.reporting.query_output import (
    LINES_SHOWN,
    ROWS_SHOWN,
    SYNTHETIC_NOTE,
    answer_csv,
    answer_json,
    answer_table,
    examples_list,
)

LARGE = "170141183460469231731687303715884105727"
HOSTILE = "</script>\x1b[31m[bold]=cmd|' /C calc'!A0\u202e\r\n\""


def printed(rows: pl.DataFrame, kinds: dict[str, str], width: int = 80, is_synthetic: bool = False) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False, force_terminal=False)
    console.print(answer_table(rows, kinds, width, is_synthetic, "--format csv"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def rows() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "number": [LARGE, "0", None, "1.10", "nan"],
            "word": ["a,b", "", None, HOSTILE, "null"],
            "flag": ["true", "false", None, None, "true"],
            "list": ['["a",null]', "[]", None, '{"n":9007199254740993}', "[1]"],
        }
    )


KINDS = {"number": "number", "word": "text", "flag": "boolean", "list": "nested"}


class TestJson:
    def test_everything_comes_back(self, rows: pl.DataFrame) -> None:
        text = "".join(answer_json(rows, KINDS))
        assert text.isascii()
        assert text.isprintable() or set(text) - set(map(chr, range(32, 127))) == {"\n"}
        assert json.loads(text, parse_float=Decimal) == [
            {"number": int(LARGE), "word": "a,b", "flag": True, "list": ["a", None]},
            {"number": 0, "word": "", "flag": False, "list": []},
            {"number": None, "word": None, "flag": None, "list": None},
            {"number": Decimal("1.10"), "word": HOSTILE, "flag": None, "list": {"n": 9007199254740993}},
            {"number": "nan", "word": "null", "flag": True, "list": [1]},
        ]

    def test_one_line_a_row(self, rows: pl.DataFrame) -> None:
        assert len("".join(answer_json(rows, KINDS)).splitlines()) == rows.height + 2

    def test_no_rows_are_an_empty_array(self, rows: pl.DataFrame) -> None:
        assert json.loads("".join(answer_json(rows.clear(), KINDS))) == []


class TestCsv:
    def test_everything_comes_back(self, rows: pl.DataFrame) -> None:
        header, *lines = csv.reader(io.StringIO(answer_csv(rows), newline=""))
        assert header == rows.columns
        assert lines == [[value or "" for value in row] for row in rows.rows()]

    def test_an_empty_text_is_told_from_null_and_zero(self) -> None:
        rows = pl.DataFrame({"a": ["x", "x", "x"], "b": [None, "", "0"]})
        assert answer_csv(rows) == 'a,b\nx,\nx,""\nx,0\n'


class TestTable:
    def test_numbers_are_whole_and_null_is_said(self, rows: pl.DataFrame) -> None:
        text = printed(rows.select("number"), KINDS)
        assert LARGE in text
        assert "1.10" in text
        assert "null" in text
        assert "5 rows." in text

    def test_what_a_terminal_would_obey_is_shown_as_its_code(self, rows: pl.DataFrame) -> None:
        for width in (200, 40):
            text = printed(rows, KINDS, width)
            assert not {"\x1b", "\u202e", "\r"} & set(text)
            assert "[bold]" in text
        assert r"</script>\x1b[31m[bold]=cmd|' /C calc'!A0\u202e\r\n" in printed(rows, KINDS, 200)

    def test_a_table_wider_than_the_terminal_becomes_a_block_a_row(self) -> None:
        wide = pl.DataFrame({f"column_{number}": [LARGE, None] for number in range(6)})
        text = printed(wide, dict.fromkeys(wide.columns, "number"))
        assert text.count(LARGE) == 6
        assert "row 2" in text
        assert max(map(len, text.splitlines())) <= 80

    def test_a_long_text_is_shown_to_its_end(self) -> None:
        text = printed(pl.DataFrame({"word": ["x" * 10_000]}), {"word": "text"})
        assert text.count("x") == 10_000

    @pytest.mark.parametrize(("columns", "shown"), [(1, ROWS_SHOWN), (12, LINES_SHOWN // 12)])
    def test_a_long_answer_is_cut_and_says_how_many_there_are(self, columns: int, shown: int) -> None:
        long = pl.DataFrame({f"c{number}": [f"value {row:06}" for row in range(12_345)] for number in range(columns)})
        text = printed(long, dict.fromkeys(long.columns, "text"))
        assert text.count("value ") == shown * columns
        assert f"The first {shown} of 12,345 rows; all of them: --format csv." in " ".join(text.split())

    def test_one_row_is_not_rows(self) -> None:
        assert "1 row." in printed(pl.DataFrame({"a": ["1"]}), {"a": "number"})

    def test_no_rows_are_said(self, rows: pl.DataFrame) -> None:
        assert "0 rows." in printed(rows.clear(), KINDS)

    def test_a_sample_is_called_one(self, rows: pl.DataFrame) -> None:
        assert SYNTHETIC_NOTE in " ".join(printed(rows, KINDS, is_synthetic=True).split())
        assert "SYNTHETIC" not in printed(rows, KINDS)


def test_examples_are_listed_with_their_questions() -> None:
    console = Console(width=80, file=io.StringIO())
    console.print(examples_list([("pay", "What does it [b]pay[/b]?")]))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().split() == ["pay", "What", "does", "it", "[b]pay[/b]?"]
