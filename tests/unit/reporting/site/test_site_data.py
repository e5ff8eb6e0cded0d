"""Data files are short, and hold the tables to the last digit."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reporting.site.site_data import exact_ends_left_out, packed, write_script


def unpacked(table: dict[str, Any]) -> dict[str, list[Any]]:
    """What static/data.js does."""

    def values(column: Any) -> list[Any]:
        if isinstance(column, list):
            return column
        if "all" in column:
            return [column["all"]] * table["rows"]
        if "runs" in column:
            return [v for v, length in zip(column["runs"], column["of"], strict=True) for _ in range(length)]
        if "words" in column:
            return [column["words"][place] for place in column["at"]]
        cells = dict(zip(column["in"], column["are"], strict=True))
        return [cells.get(row) for row in range(table["rows"])]

    return {name: values(column) for name, column in table["columns"].items()}


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.none() | st.floats(0, 9), st.integers(0, 2)), min_size=1)
)
def test_packing_loses_nothing(rows: list[tuple[Any, ...]]) -> None:
    schema = {"word": pl.String, "value": pl.Float64, "number": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    table = json.loads(json.dumps(packed(frame)))
    assert unpacked(table) == frame.to_dict(as_series=False)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a"] * 9, {"all": "a"}),
        (["a"] * 8 + ["b"] * 8, {"runs": ["a", "b"], "of": [8, 8]}),
        (["a", "b"] * 6, {"words": ["a", "b"], "at": [0, 1] * 6}),
        ([1.5, None, None, None, None, 2.5], {"in": [0, 5], "are": [1.5, 2.5]}),
        ([1, 2, 3], [1, 2, 3]),
    ],
)
def test_a_column_is_as_short_as_it_goes(values: list[Any], expected: Any) -> None:
    assert packed(pl.DataFrame({"column": values}))["columns"]["column"] == expected


def test_only_ends_of_exact_figures_are_left_out() -> None:
    ends = ("lower", "upper", "interval90_lower", "interval90_upper")
    rows = [
        {"estimate": 5.0, **dict.fromkeys(ends, 5.0)},
        {"estimate": 5.0, **dict.fromkeys(ends, 5.0), "upper": 6.0},
        {"estimate": 5.0, **dict.fromkeys(ends, 5.0), "upper": None},
        {"estimate": None, **dict.fromkeys(ends)},
    ]
    short = exact_ends_left_out(pl.DataFrame(rows))
    assert short.get_column("is_exact").to_list() == [True, False, False, False]
    assert short.row(0, named=True)["lower"] is None
    assert short.row(1, named=True)["upper"] == 6.0
    assert short.row(2, named=True)["lower"] == 5.0


def test_a_data_file_hands_its_content_over_whatever_it_holds(tmp_path: Path) -> None:
    hostile = "</script>\u2028\u202e\"'"
    write_script(tmp_path, "metro/strict-private", {"name": hostile}, ["SYNTHETIC SAMPLE"])
    text = (tmp_path / "data" / "metro" / "strict-private.js").read_text("ascii")
    call, _, rest = text.partition(", ")
    assert call == 'Sectors.receive("metro/strict-private"'
    content = json.loads(rest.removesuffix(");\n"))
    assert content == {"origin": ["SYNTHETIC SAMPLE"], "content": {"name": hostile}}
