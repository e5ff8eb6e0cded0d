import pytest

from pipelines.domain.qcew_codes import AreaKind
from pipelines.domain.regions import NATION, Region, check_regions, counties_of_state

AREAS: dict[str, AreaKind] = {
    "41000": "state",
    "41051": "county",
    "41067": "county",
    "41997": "other_statewide",
    "41999": "unknown_county",
    "53011": "county",
    "C3890": "metropolitan",
    "US000": "nation",
}


def test_a_state_is_its_counties_and_the_unknown_one() -> None:
    assert counties_of_state("41", AREAS) == ("41051", "41067", "41999")


@pytest.mark.parametrize(
    "region",
    [
        Region("portland_metro", "Portland Metro", ("41051", "41067"), is_default=True),
        Region("across_states", "Across states", ("41051", "53011")),
        Region("oregon", "Oregon", ("41051", "41067", "41999"), statewide_area="41000"),
        Region("united_states", "United States", (), statewide_area=NATION),
    ],
)
def test_sound_regions(region: Region) -> None:
    assert list(check_regions([region], AREAS)) == []


@pytest.mark.parametrize(
    ("counties", "statewide_area", "where", "found"),
    [
        (("41051", "41052"), None, ("counties", 1), "41052, which is not in areas.csv"),
        (("C3890",), None, ("counties", 0), "C3890, of the kind metropolitan"),
        (("41000",), None, ("counties", 0), "41000, of the kind state"),
        (("41997",), None, ("counties", 0), "41997, of the kind other_statewide"),
        (("41051", "41051"), None, ("counties", 1), "41051 a second time"),
        (("41051", "41067"), "41000", ("statewide_area",), "41000 for a region that is not the whole state: 41999"),
        (("41051",), "42000", ("statewide_area",), "42000"),
    ],
)
def test_unsound_regions(
    counties: tuple[str, ...], statewide_area: str | None, where: tuple[str | int, ...], found: str
) -> None:
    (problem,) = check_regions([Region("here", "Here", counties, statewide_area)], AREAS)
    assert problem.where == ("regions", "here", *where)
    assert problem.found == found


@pytest.mark.parametrize(
    ("nation_is_default", "nation_is_last", "found"),
    [
        (False, True, []),
        (True, True, ["the nation as the region shown first"]),
        (False, False, ["the nation before other regions"]),
    ],
)
def test_the_nation_is_what_regions_are_compared_with(
    nation_is_default: bool, nation_is_last: bool, found: list[str]
) -> None:
    nation = Region("united_states", "United States", (), NATION, is_default=nation_is_default)
    metro = Region("metro", "Metro", ("41051",), is_default=not nation_is_default)
    regions = (metro, nation) if nation_is_last else (nation, metro)
    problems = list(check_regions(regions, AREAS))
    assert [problem.found for problem in problems] == found
    assert all(problem.where == ("regions", "united_states", "nation") for problem in problems)
