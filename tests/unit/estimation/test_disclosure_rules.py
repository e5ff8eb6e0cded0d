"""Primary rules on contributions worked out by hand."""

import polars as pl
import pytest

from pipelines.domain.disclosure_policy import PrimaryRules
from pipelines.estimation.disclosure_rules import unsafe_outputs


def verdicts(rules: PrimaryRules, **cells: list[tuple[int, int]]) -> dict[str, bool]:
    """Is each cell unsafe; a cell is the jobs and wages of its employers."""
    rows = [
        (name, f"{name}{number}", *one) for name, employers in cells.items() for number, one in enumerate(employers)
    ]
    schema = ["cell", "employer", "jobs", "wages_usd"]
    found = unsafe_outputs(pl.DataFrame(rows, schema=schema, orient="row"), ["cell"], rules)
    return dict(found.sort("cell").select("cell", "is_unsafe").iter_rows())


def test_fewer_employers_than_the_minimum_are_unsafe() -> None:
    rules = PrimaryRules(minimum_employers=3, dominance_share=None)
    even = (10, 1000)
    assert verdicts(rules, one=[even], two=[even] * 2, three=[even] * 3) == {"one": True, "two": True, "three": False}


def test_one_employer_with_more_than_the_share_of_jobs_or_of_wages_is_unsafe() -> None:
    rules = PrimaryRules(minimum_employers=None, dominance_share=0.8)
    small = [(10, 100), (10, 100)]
    assert verdicts(rules, at_share=[(80, 800), *small], by_jobs=[(81, 800), *small], by_wages=[(80, 801), *small]) == {
        "at_share": False,
        "by_jobs": True,
        "by_wages": True,
    }


def test_p_percent_asks_what_the_two_largest_leave() -> None:
    """Of 100, 50 and r the second knows r + 100, so 100 within r: unsafe below 10 %."""
    rules = PrimaryRules(minimum_employers=None, dominance_share=None, p_percent=0.1)
    two = [(100, 1000), (50, 500)]
    assert verdicts(rules, nine=[*two, (9, 100)], ten=[*two, (10, 100)]) == {"nine": True, "ten": False}


def test_an_output_without_jobs_and_wages_is_judged_by_its_employers() -> None:
    rules = PrimaryRules()
    assert verdicts(rules, three=[(0, 0)] * 3, two=[(0, 0)] * 2) == {"three": False, "two": True}


def test_employers_are_counted() -> None:
    frame = pl.DataFrame({"cell": ["a", "a"], "employer": ["x", "y"], "jobs": [1, 1], "wages_usd": [1, 1]})
    assert unsafe_outputs(frame, ["cell"], PrimaryRules()).rows() == [("a", 2, True)]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"minimum_employers": 0}, "minimum_employers 0"),
        ({"dominance_share": 1.5}, "dominance_share 1.5"),
        ({"minimum_employers": None, "dominance_share": None}, "no rule"),
    ],
)
def test_rules_that_cannot_be_are_refused(arguments: dict[str, float | None], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PrimaryRules(**arguments)  # type: ignore[arg-type]
