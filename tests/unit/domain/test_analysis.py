"""Choices of analysis that cannot be meant."""

import math

import pytest

from pipelines.domain.analysis import Analysis, Screening, check_analysis

WEIGHTS = {"size": 1.0, "pay": 0.0}


def chosen(price_year: int = 2024, top_share: float = 0.25, **weights: float) -> Analysis:
    return Analysis(price_year, Screening({**WEIGHTS, **weights}, "oregon", 1000, 2016, top_share))


def test_sound_choices_have_no_problem() -> None:
    assert list(check_analysis(chosen(), (2023, 2024))) == []


def test_real_dollars_need_a_year_with_an_index_and_the_nearest_is_named() -> None:
    (problem,) = check_analysis(chosen(2025), (2023, 2024))
    assert (problem.where, problem.found) == (("price_year",), "2025")
    assert problem.advice == "write 2024, or add the missing months there"
    (without,) = check_analysis(chosen(), ())
    assert without.advice == "add the months of that year there"


def test_of_prices_that_could_not_be_read_nothing_is_said() -> None:
    assert list(check_analysis(chosen(), None)) == []


def test_weights_that_weigh_nothing_rank_nothing() -> None:
    (problem,) = check_analysis(chosen(size=0), (2024,))
    assert problem.where == ("screening", "weights")


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_numbers_are_finite(number: float) -> None:
    problems = list(check_analysis(chosen(size=number, top_share=number), (2024,)))
    assert [problem.where for problem in problems] == [("screening", "weights", "size"), ("screening", "top_share")]
