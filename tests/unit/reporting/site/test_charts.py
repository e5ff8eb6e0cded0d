"""Charts are valid, name their data, and are drawn with what is hidden hatched."""

import re
from typing import Any

import pytest

from pipelines.reporting.site import charts, theme
from pipelines.reporting.site.figures import (
    QUERIES,
    Figure,
    compared_figure,
    hidden_figure,
    overview_figures,
    ranking_figure,
    sector_figures,
)
from pipelines.reporting.site.methods import EXAMPLE_ROWS, example_figure
from pipelines.reporting.site.pictures import Picture, picture_svg
from pipelines.reporting.site.rows import county_rows, range_row, series_rows
from pipelines.reporting.topology import county_shapes

ALL = (
    *overview_figures(),
    hidden_figure(),
    compared_figure(),
    *sector_figures(True, False),
    ranking_figure(),
    example_figure(),
)
EXACT = dict.fromkeys(("lower", "estimate", "upper", "interval90_lower", "interval90_upper"), 40.0)
NOTHING = dict.fromkeys(EXACT)


def drawn(figure: Figure, datasets: dict[str, Any], is_synthetic: bool = True) -> str:
    return picture_svg(Picture(figure, datasets, "A title", "A subtitle", "Somebody", is_synthetic))


@pytest.mark.parametrize("figure", ALL, ids=lambda figure: figure.key)
def test_every_chart_names_its_data_and_holds_none(figure: Figure) -> None:
    named = {data["name"]: data for data in figure.vega["data"] if "source" not in data}
    assert set(named) <= {"rows", "breaks", "counties", "shapes", "region"}
    assert named
    assert all("values" not in data and "url" not in data for data in named.values())
    assert figure.columns


def test_keys_are_those_of_the_queries() -> None:
    keys = {figure.key.partition("-")[0] for figure in ALL} - {"example", "size", "share"}
    assert keys <= set(QUERIES)


def test_a_picture_says_what_it_shows_and_that_it_is_made_up() -> None:
    svg = drawn(example_figure(), {"rows": EXAMPLE_ROWS})
    for words in ("A title", "A subtitle", "Source: Somebody", "SYNTHETIC SAMPLE: made-up figures", "≥ 3.1 %"):
        assert words in svg
    assert "SYNTHETIC" not in drawn(example_figure(), {"rows": EXAMPLE_ROWS}, is_synthetic=False)


def test_what_is_hidden_is_hatched_and_the_hatching_is_part_of_the_picture() -> None:
    svg = drawn(example_figure(), {"rows": EXAMPLE_ROWS})
    assert 'fill="url(#hatched)"' in svg
    assert svg.count('<pattern id="hatched"') == 1


def test_the_same_picture_is_the_same_whenever_it_is_drawn() -> None:
    row = {"total": 100.0, "known": 40.0, "estimate_status": "published", **EXACT}
    rows = county_rows([("41051", "Multnomah", row), ("41067", "Washington", {**row, **NOTHING})])
    figure = next(figure for figure in ALL if figure.key == "map")
    datasets = {"counties": rows, "shapes": county_shapes(["41"]), "region": [{"county": "41051", "inside": True}]}
    first = drawn(figure, datasets)
    assert "url(#hatched)" in first
    assert drawn(figure, datasets) == first


def test_billions_of_dollars_are_written_as_people_do() -> None:
    figures = {year: {"total": 9e9, **dict.fromkeys(EXACT, value)} for year, value in (("2022", 1e9), ("2023", 2.4e9))}
    rows = series_rows(figures, [*figures], "2023", theme.ACCENT, "pay", [])
    svg = drawn(next(figure for figure in ALL if figure.key == "pay"), {"rows": rows, "breaks": []})
    assert re.search(r">\$[\d.]+B<", svg)
    assert not re.search(r">[$\d.]+G<", svg)


def test_a_line_ends_at_a_break() -> None:
    periods = ["2022-Q3", "2022-Q4", "2023-Q1", "2023-Q2"]
    figures = {period: {"known": 40.0, "total": 100.0, **EXACT} for period in periods}
    rows = series_rows(figures, periods, "2023-Q2", theme.ACCENT, "employment", ["2023-Q1"])
    assert [row["part"] for row in rows] == [0, 0, 1, 1]
    assert [row["chosen"] for row in rows] == [False, False, False, True]
    figure = next(figure for figure in ALL if figure.key == "size")
    svg = drawn(figure, {"rows": rows, "breaks": [{"period": "2023-Q1", "label": "moved"}]})
    assert svg.count(f'stroke="{theme.ACCENT}" stroke-width="2.5"') == 2
    assert ">break<" in svg


def test_unknown_is_no_bar_of_nothing() -> None:
    hidden = range_row(0, "Hidden", theme.ACCENT, {**NOTHING, "known": None}, 100.0, "hidden")
    zero = range_row(1, "Zero", theme.ACCENT, dict.fromkeys(EXACT, 0.0), 100.0, "0.0 %")
    assert (hidden["value"], hidden["colour"]) == (None, theme.HATCHED)
    assert (zero["value"], zero["colour"]) == (0.0, theme.ACCENT)


def test_a_range_without_an_upper_end_is_not_drawn_as_one() -> None:
    pay = {**EXACT, "lower": 30.0, "interval90_lower": 35.0, "upper": None, "interval90_upper": None}
    row = range_row(0, "Pay", theme.ACCENT, pay, 1.0, "≈ $40")
    assert [row[name] for name in ("low", "high", "low90", "high90", "value", "end")] == [*[None] * 4, 40.0, 40.0]


def test_hostile_names_are_text_in_charts() -> None:
    name = "</svg><script>alert(1)</script>"
    rows = [range_row(0, name, theme.ACCENT, {**EXACT, "known": 40.0}, 100.0, name)]
    svg = drawn(overview_figures()[0], {"rows": rows})
    assert "<script" not in svg
    assert "&lt;/svg&gt;" in svg


def test_a_chart_of_the_whole_country_is_projected_as_such() -> None:
    spec = charts.county_map("counties", "shapes", "region", is_wide=True).to_dict()
    assert {layer["projection"]["type"] for layer in spec["layer"]} == {"albersUsa"}
