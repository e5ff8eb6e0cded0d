import pytest

from pipelines.domain.qcew_codes import AreaKind
from pipelines.domain.regions import Region, check_regions, counties_of_state

AREAS: dict[str, AreaKind] = {
    "41000": "state",
    "41051": "county",
    "41067": "county",
    "41997": "other_statewide",
    "41999": "unknown_county",
    "53011": "county",
    "C3890": "metropolitan",
}


def test_a_state_is_its_counties_and_the_unknown_one() -> None:
    assert counties_of_state("41", AREAS) == ("41051", "41067", "41999")


@pytest.mark.parametrize(
    "region",
    [
        Region("portland_metro", "Portland Metro", ("41051", "41067"), is_default=True),
        Region("across_states", "Across states", ("41051", "53011")),
        Region("oregon", "Oregon", ("41051", "41067", "41999"), statewide_area="41000"),
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
