"""Sentences say what is known of a figure, and no more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reporting.site.sentences import (
    apart,
    called,
    fill,
    firsts,
    level,
    level_label,
    measure_sentence,
    number,
    percent,
    share_label,
    when,
)

ENDS = ("lower", "interval90_lower", "estimate", "interval90_upper", "upper")


def row(status: str, known: float | None, total: float | None, *ends: float | None) -> dict[str, Any]:
    values = dict(zip(ENDS, ends or (None,) * 5, strict=True))
    return {"estimate_status": status, "known": known, "total": total} | values


EXACT = row("published", 35_536, 683_384.6, *[35_536.0] * 5)
OPEN = row("estimated", 471.6, 669_523.8, 803.0, 1_272.0, 1_406.0, 1_480.0, 1_741.0)


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (EXACT, "Construction: 35,536 jobs in 2016, 5.2 % of private employment."),
        (
            OPEN,
            "Construction: about 1,406 jobs in 2016 (nine in ten times between 1,272 and 1,480; certainly between 803 "
            "and 1,741), 0.21 % of private employment.",
        ),
        (
            row("withheld_single_cell", 460, 669_523.8),
            "Construction: at least 460 jobs in 2016, 0.1 % of private employment; the rest is hidden for "
            "confidentiality.",
        ),
        (
            row("contradictory_rows", 460, 669_523.8),
            "Construction: at least 460 jobs in 2016, 0.1 % of private employment; the rest is hidden, and not "
            "estimated, for published rows contradict each other.",
        ),
        (
            row("withheld_single_cell", None, 669_523.8),
            "Construction: hidden for confidentiality in 2016; nothing of its jobs is published.",
        ),
        (row("no_quarters", 12, None), "Construction: at least 12 jobs in 2016; the rest is hidden, and not estimated, "
         "for the source has no quarterly detail."),
        (row("published", 0, 10, *[0.0] * 5), "Construction: none in 2016."),
        (row("published", 7, None, *[7.0] * 5), "Construction: 7 jobs in 2016; the total of private employment is "
         "hidden, or there is none."),
        (None, "Construction: no figure in 2016."),
    ],
)  # fmt: skip
def test_every_status_has_its_sentence(figure: dict[str, Any] | None, expected: str) -> None:
    assert measure_sentence(figure, "Construction", "employment", "private", "2016") == expected


def test_wages_are_said_in_dollars_and_quarters_in_words() -> None:
    wages = row("published", 2_311_900_000, 40e9, *[2_311_900_000.0] * 5)
    said = measure_sentence(wages, "Construction", "wages", "total_covered", "2016-Q2")
    assert said == "Construction: $2,311.9 million in wages in the second quarter of 2016, 5.8 % of all covered wages."


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(0.5, 0, "1"), (1234.4999, 0, "1,234"), (1_000_000, 0, "1,000,000"), (0.05, 1, "0.1"), (-12.34, 1, "−12.3")],
)
def test_halves_are_rounded_up(value: float, digits: int, expected: str) -> None:
    assert number(value, digits) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0.0 %"), (0.00004, "under 0.1 %"), (0.057, "5.7 %"), (0.99999, "99.9 %"), (1, "100.0 %")],
)
def test_a_part_is_neither_none_nor_all(share: float, expected: str) -> None:
    assert percent(share) == expected


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_no_part_of_something_is_shown_as_nothing_or_everything(share: float) -> None:
    assert percent(share) not in ("0.0 %", "100.0 %")


def test_labels_tell_estimates_and_parts_from_figures() -> None:
    assert (share_label(EXACT), level_label(EXACT, "employment")) == ("5.2 %", "35,536")
    assert (share_label(OPEN), level_label(OPEN, "employment")) == ("≈ 0.21 %", "≈ 1,406")
    part = row("withheld_single_cell", 460, 10_000)
    assert (share_label(part), level_label(part, "employment")) == ("≥ 4.6 %", "≥ 460")
    nothing = row("withheld_single_cell", None, 10_000)
    assert (share_label(nothing), level_label(nothing, "employment")) == ("hidden", "hidden")


def test_pay_without_upper_end_is_said_so() -> None:
    pay = row("estimated", None, None, 40_000.0, 45_000.0, 50_000.0, None, None)
    assert level_label(pay, "pay") == "≈ $50,000"


def test_names_are_text_whatever_they_hold() -> None:
    said = measure_sentence(EXACT, "{share} <b>", "employment", "private", "2016")
    assert said.startswith("{share} <b>: 35,536 jobs")
    assert apart("plain") == "plain"
    assert apart("\u202eturned") == "\u2068\u202eturned\u2069"


def test_a_pattern_without_its_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="level"):
        fill("{level}", {})


def test_governments_have_establishments_and_no_businesses() -> None:
    said = measure_sentence(EXACT, "Care", "businesses", "state_government", "2016")
    assert said == "Care: 35,536 establishments in 2016, 5.2 % of state government establishments."
    assert (called("Businesses", "private"), called("Jobs", "government")) == ("Businesses", "Jobs")


def test_a_share_of_a_hidden_total_is_unknown_and_its_figure_is_not_hidden() -> None:
    assert share_label({**EXACT, "total": None}) == "share unknown"


def test_a_ranking_never_shows_the_first_none() -> None:
    assert [firsts(count) for count in (0, 1, 25)] == ["Industries", "The first industry", "The first 25 industries"]


def test_a_small_quotient_is_not_none() -> None:
    assert [level("quotient", value) for value in (0, 0.0049, 0.005)] == ["0.00", "under 0.01", "0.01"]


def test_units_and_periods() -> None:
    assert [level(unit, 1234.5) for unit in ("employment", "pay", "quotient", "wages")] == [
        *("1,235", "$1,235", "1,234.50", "$1,235"),
    ]
    assert (when("2024"), when("2024-Q4")) == ("in 2024", "in the fourth quarter of 2024")
