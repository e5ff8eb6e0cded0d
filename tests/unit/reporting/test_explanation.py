"""A figure taken apart, as people read it: what is said of each kind, in any width, and names as they are."""

import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rich.console import Console

from pipelines.reporting.explanation import explanation_parts, level

Facts = dict[str, Any]
SHA = "0123456789abcdef" * 4
ENDS = ("lower", "interval90_lower", "estimate", "interval90_upper", "upper")
EXACT: Facts = dict.fromkeys(ENDS, 300.5) | dict.fromkeys((f"{end}_share" for end in ENDS), 0.03)
WITHHELD: Facts = dict.fromkeys((*ENDS, *(f"{end}_share" for end in ENDS)))


def levels(values: Iterable[float], shares: Iterable[float]) -> Facts:
    return dict(zip(ENDS, values, strict=True)) | dict(zip((f"{end}_share" for end in ENDS), shares, strict=True))


ESTIMATED = levels((280.0, 290.0, 300.5, 310.0, 330.0), (0.028, 0.029, 0.03, 0.031, 0.033))


def quarter_row(number: int, line: int, **more: object) -> Facts:
    months = dict.fromkeys((f"month{month}_employment" for month in (1, 2, 3)), 100)
    where = {"capture_sha256": SHA, "file_name": "2016.zip", "member": "2016 [41051].csv", "line_number": line}
    return {"quarter": number, "disclosure": "disclosed", "establishments": 5, **months, **where, **more}


def cell(value: float | None, lines: tuple[int, ...] = (7,), **more: object) -> Facts:
    rows = [quarter_row(number, line) for number, line in enumerate(lines, start=1)]
    named = {"sector": "energy", "sector_name": "Energy", "area_fips": "41051", "area_title": "Multnomah"}
    code = {"own_code": "5", "industry_code": "2211", "industry_title": "Power [bold]"}
    return {**named, **code, "value": value, "establishments": 5.0, "captures": [SHA], "rows": rows, **more}


def part(rows: list[Facts], added: float | None) -> Facts:
    return {"expected": added, "sum": added, "agrees": True, "establishments": 3.0, "rows": rows}


@pytest.fixture
def facts() -> Facts:
    figure = {
        **dict.fromkeys(("region", "period"), "2016"), "sector": "energy", "sector_name": "Energy [red]",
        "region": "metro", "region_name": "Metro", "measure": "employment", "quarter": 0, "definition": "strict",
        "ownership": "private", "ownership_name": "Private", "own_codes": ["5"], "sector_kind": "sector",
        "lens_of": None, "known": 300.5, "total": 10_000.0, "known_share": 0.03, "coverage": 1.0,
        "coverage_establishments": 1.0, "estimate_status": "published", "coarser_region": None,
        "revision_status": "final", "data_origin": "BLS", "is_synthetic": False, "naics_vintage": 2012,
        "naics_first_year": 2011, "naics_last_year": 2016, **EXACT,
        "codes": [
            {"sector": "energy", "sector_name": "Energy", "industry_code": "2211", "listed_code": "2211",
             "listed_vintage": 2022, "equivalence": "same"},
            {"sector": "energy", "sector_name": "Energy", "industry_code": "541712", "listed_code": "541715",
             "listed_vintage": 2022, "equivalence": "wider"},
        ],
    }  # fmt: skip
    total = cell(10_000.0, (2, 3, 4, 5), industry_code="10", industry_title=None)
    area = {"area_fips": "41051", "area_title": "Multnomah", "basis": "counties"}
    file = {
        "capture_sha256": SHA, "file_name": "2016.zip", "address": "https://example.org/[x]",
        "published_at": "2017-09-06T10:00", "retrieved_at": "2026-11-26T10:53", "revision_status": "final",
    }  # fmt: skip
    return {
        "figure": figure,
        "region": {**part([total], 10_000.0), "areas": [area]},
        "known": part([cell(300.5, (7, 8, 9, 12))], 300.5),
        "hidden": part([], 0),
        "beside": [],
        "files": [file],
        "breaks": [],
    }


def shown(facts: Facts, width: int = 160) -> str:
    console = Console(file=io.StringIO(), width=width)
    for each in explanation_parts(facts):
        console.print(each)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def hide(facts: Facts) -> None:
    """Makes the figure an estimate with one hidden cell, of which one quarter is hidden."""
    facts["figure"] |= ESTIMATED | {"estimate_status": "estimated", "known": 200.0, "coverage": 0.67}
    rows = [quarter_row(1, 20), quarter_row(2, 21, disclosure="suppressed")]
    above = {"nearest_published_code": "22", "nearest_published_title": "Utilities"}
    facts["hidden"] = part([cell(None, industry_code="221111") | {"rows": rows} | above], 1)


def test_an_exact_figure_is_shown_with_its_rows_lines_and_sum(facts: Facts) -> None:
    text = shown(facts)
    for said in ("300.50 jobs", "3.0 % of 10,000 jobs", "nothing is hidden, the figure is exact", "3,606",
                 "0123456789: Q1–Q3 7–9, Q4 12", "The sum is the known part of the figure, exactly",
                 "Nothing of it is hidden", "541712 (wider: listed as 541715 of 2022)", SHA, "2017-09-06"):  # fmt: skip
        assert said in text, said


def test_names_in_brackets_are_shown_as_they_are(facts: Facts) -> None:
    text = shown(facts)
    for name in ("Energy [red]", "Power [bold]", "https://example.org/[x]", "2016 [41051].csv"):
        assert name in text


def test_an_estimate_has_its_interval_and_bounds_and_a_hidden_cell_has_no_value(facts: Facts) -> None:
    hide(facts)
    text = shown(facts)
    assert "≈ 300 jobs (90 %: 290 to 310; proven: 280 to 330)" in text
    (line,) = (line for line in text.splitlines() if "221111" in line)
    assert line.split() == ["41051", "5", "221111", "Power", "[bold]", "5", "22", "Utilities", "Q2",
                            "0123456789:", "Q1–Q2", "20–21"]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("withheld_single_cell", "a single cell"),
        ("contradictory_rows", "contradict each other"),
        ("no_quarters", "annual files"),
    ],
)
def test_a_figure_that_is_not_shown_is_its_published_part_and_says_why(facts: Facts, status: str, said: str) -> None:
    facts["figure"] |= WITHHELD | {"estimate_status": status, "coverage": None, "coarser_region": "oregon"}
    text = shown(facts)
    assert "≥ 300.50 jobs" in text
    assert said in text
    assert "The next larger region that is shown: oregon." in " ".join(text.split())


def test_what_is_wholly_hidden_has_no_number(facts: Facts) -> None:
    facts["figure"] |= WITHHELD | {"estimate_status": "no_quarters", "known": None, "known_share": None}
    facts["known"] = part([], 0)
    text = shown(facts)
    assert "nothing of it is published" in text
    assert "No row of it is published." in text


def test_the_sample_says_that_it_is_one_first_of_all(facts: Facts) -> None:
    facts["figure"]["is_synthetic"] = True
    assert shown(facts).startswith("SYNTHETIC SAMPLE")


@pytest.mark.parametrize(
    ("kind", "said"), [("union", "those in several counted once"), ("gross", "adds the sectors up as they are")]
)
def test_sums_of_sectors_say_what_they_are(facts: Facts, kind: str, said: str) -> None:
    facts["figure"]["sector_kind"] = kind
    assert said in shown(facts)


def test_a_lens_says_what_it_is_a_part_of(facts: Facts) -> None:
    facts["figure"] |= {"sector_kind": "lens", "lens_of": "health"}
    assert "A lens: a part of health" in shown(facts)


def test_a_quarter_has_its_months_and_lines(facts: Facts) -> None:
    facts["figure"]["quarter"] = 1
    facts["known"] = part([cell(100.0, (7,)), cell(100.0, (9,))], 200.0)
    text = shown(facts)
    assert ["Sum", "200", "200", "200", "200"] in [line.split() for line in text.splitlines()]
    assert "0123456789: 7" in text


def test_a_year_that_the_annual_file_publishes_names_it(facts: Facts) -> None:
    facts["known"] = part([cell(300.5, ()) | {"captures": ["f" * 64]}], 300.5)
    assert "ffffffffff: annual file" in shown(facts)


def test_a_hidden_total_is_said_to_be(facts: Facts) -> None:
    facts["region"] = facts["region"] | {"rows": [cell(None)], "sum": None}
    facts["figure"] |= {"total": None, "estimate_share": None}
    text = shown(facts)
    assert "what the share is a share of: hidden" in text


def test_what_stands_beside_and_breaks(facts: Facts) -> None:
    names = {"sector_name": "Energy", "other_sector_name": "Builders", "known": 2.0, "known_share": 0.01}
    overlap = {"relation": "overlap", "estimate_status": "published", **names, **EXACT}
    facts["beside"] = [overlap, overlap | {"relation": "lens", "sector_name": "Solar"}]
    note = {"first_quarter": "2018-Q1", "reason": "Moved", "industry_codes": ["2211"], "grade": "A", "note": "Maybe"}
    facts["breaks"] = [note]
    text = shown(facts)
    assert "in both Energy and Builders" in text
    assert "lens: Solar" in text
    assert "From 2018-Q1: Moved (industries 2211; evidence A). Maybe." in text


@pytest.mark.parametrize("width", [100, 130, 200])
def test_rows_stay_lines_and_lines_stay_whole_in_any_width(facts: Facts, width: int) -> None:
    hide(facts)
    facts["known"] = part([cell(300.5, (7, 8, 9, 10), industry_title="A very long title " * 9)], 300.5)
    lines = shown(facts, width).splitlines()
    assert max(map(len, lines)) <= width
    assert len([line for line in lines if line.rstrip().endswith("0123456789: Q1–Q4 7–10")]) == 1


@pytest.mark.parametrize(
    ("measure", "value", "is_exact", "expected"),
    [
        ("wages", 1_234_567.0, True, "$1,234,567"),
        ("employment", 1234.0, True, "1,234"),
        ("employment", 1234.0833, True, "1,234.08"),
        ("employment", 1234.0833, False, "1,234"),
        ("businesses", 43.75, True, "43.75"),
        ("wages", None, True, "hidden"),
    ],
)
def test_levels(measure: str, value: float | None, is_exact: bool, expected: str) -> None:
    assert level(measure, value, is_exact) == expected


def test_every_measure_has_a_table(facts: Facts) -> None:
    show: Callable[[str], str] = lambda measure: shown(facts | {"figure": facts["figure"] | {"measure": measure}})  # noqa: E731
    assert "Establishments" in show("businesses")
    assert "Wages" in show("wages")
