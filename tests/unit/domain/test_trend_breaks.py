import pytest

from pipelines.domain.naics import NaicsTree
from pipelines.domain.periods import Period
from pipelines.domain.qcew_codes import AreaKind
from pipelines.domain.trend_breaks import AreaChange, BrokenCell, TrendBreak, check_area_changes, check_trend_breaks

AREAS: dict[str, AreaKind] = {
    "US000": "nation",
    "41000": "state",
    "41051": "county",
    "41999": "unknown_county",
    "57000": "us_special",
    "C3890": "metropolitan",
}


def a_break(area_prefix: str, own_code: str, industry_code: str) -> TrendBreak:
    cell = BrokenCell(own_code, industry_code)
    return TrendBreak("moved", area_prefix, (cell,), (Period(2018, 1),), "Jobs moved", "A", "A letter")


@pytest.mark.parametrize("area_prefix", ["", "41", "41051", "41999", "57000", "C3890"])
@pytest.mark.parametrize(
    "industry_code",
    ["23", "3352", "335221", "33522", "335220"],  # 335221 is of 2012 only, 335220 of 2017 and 2022
)
@pytest.mark.parametrize("own_code", ["0", "2", "5"])
def test_sound_breaks(trees: dict[int, NaicsTree], area_prefix: str, own_code: str, industry_code: str) -> None:
    assert list(check_trend_breaks([a_break(area_prefix, own_code, industry_code)], AREAS, trees.values())) == []


@pytest.mark.parametrize(
    ("area_prefix", "own_code", "industry_code", "where", "found"),
    [
        ("53", "5", "23", ("area_prefix",), "53"),
        ("4", "5", "23", ("area_prefix",), "4"),
        ("57", "5", "23", ("area_prefix",), "57"),
        ("41000", "5", "23", ("area_prefix",), "41000"),
        ("US000", "5", "23", ("area_prefix",), "US000"),
        ("41", "7", "23", ("cells", 0, "own_code"), "7"),
        ("41", "5", "238210", ("cells", 0, "industry_code"), "238210"),
        ("41", "5", "31-33", ("cells", 0, "industry_code"), "31-33"),
        ("41", "5", "31", ("cells", 0, "industry_code"), "31"),
        ("41", "5", "10", ("cells", 0, "industry_code"), "10"),
        ("41", "5", "1012", ("cells", 0, "industry_code"), "1012"),
    ],
)
def test_unsound_breaks(
    trees: dict[int, NaicsTree],
    area_prefix: str,
    own_code: str,
    industry_code: str,
    where: tuple[str | int, ...],
    found: str,
) -> None:
    (problem,) = check_trend_breaks([a_break(area_prefix, own_code, industry_code)], AREAS, trees.values())
    assert problem.where == ("breaks", "moved", *where)
    assert problem.found == found


def a_change(*areas: str, break_id: str = "cut") -> AreaChange:
    return AreaChange(break_id, areas, Period(2024, 1), "Cut otherwise", "A", "A letter")


def test_sound_area_changes() -> None:
    assert list(check_area_changes([a_change("41051", "41999")], ["moved"], AREAS)) == []


@pytest.mark.parametrize("area", ["41", "41000", "US000", "57000", "C3890", "41053"])
def test_areas_that_no_region_is_built_from(area: str) -> None:
    (problem,) = check_area_changes([a_change("41051", area)], [], AREAS)
    assert problem.where == ("area_changes", "cut", "areas", 1)
    assert problem.found == area


def test_a_key_is_that_of_one_break() -> None:
    (problem,) = check_area_changes([a_change("41051", "41999", break_id="moved")], ["moved"], AREAS)
    assert problem.where == ("area_changes", "moved")
    assert problem.advice == "rename it"
