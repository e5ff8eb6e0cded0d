"""Regions: named sets of counties that the shares are worked out for, and the nation that they are compared with.

Regions are built from counties only, because BLS publishes no industry detail of metropolitan areas from 2025 Q3 on.
The nation is not added up: its own rows are taken, where its file is in hand.
Reading them from a file belongs to `pipelines.sources.definition_files`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipelines.domain.qcew_codes import AreaKind
from pipelines.domain.sector_definitions import Problem

COUNTY_KINDS: frozenset[AreaKind] = frozenset({"county", "unknown_county"})
NATION = "US000"
"""QCEW's area code of the United States, without Puerto Rico and the Virgin Islands."""


@dataclass(frozen=True)
class Region:
    """A named set of counties (QCEW area codes). `statewide_area` is set if they are all of one state: '41000'.

    The nation has no counties, and NATION for its statewide area.
    """

    key: str
    name: str
    counties: tuple[str, ...]
    statewide_area: str | None = None
    is_default: bool = False


def counties_of_state(state_fips: str, area_kinds: Mapping[str, AreaKind]) -> tuple[str, ...]:
    """All county codes of a state, its unknown county (ss999) included, in order; they add up to the state."""
    return tuple(sorted(area for area, kind in area_kinds.items() if kind in COUNTY_KINDS and area[:2] == state_fips))


def check_regions(regions: Iterable[Region], area_kinds: Mapping[str, AreaKind]) -> Iterator[Problem]:
    """Check regions against the kinds of all known areas; nothing is yielded if they are sound.

    Found are: unknown areas, areas that are no counties, a county named twice, a statewide area that is no state or
    not that of every county, a nation that is shown first or not last. Places begin ('regions', key).
    """
    regions = tuple(regions)
    for region in regions:
        place = ("regions", region.key)
        for position, area in enumerate(region.counties):
            kind = area_kinds.get(area)
            if kind is None:
                yield Problem(
                    (*place, "counties", position),
                    f"{area}, which is not in areas.csv",
                    "the five-digit code of a county, such as 41051",
                    "look the code up in areas.csv, or add the county there",
                )
            elif kind not in COUNTY_KINDS:
                yield Problem(
                    (*place, "counties", position),
                    f"{area}, of the kind {kind}",
                    "counties only",
                    "name the counties it consists of; a whole state is written state:",
                )
            elif area in region.counties[:position]:
                yield Problem(
                    (*place, "counties", position), f"{area} a second time", "each county once", "take it out"
                )
        if region.statewide_area == NATION:
            yield from _check_nation(region, is_last=region is regions[-1])
        elif region.statewide_area is not None:
            yield from _check_statewide_area(region, area_kinds)


def _check_nation(region: Region, *, is_last: bool) -> Iterator[Problem]:
    if region.is_default or not is_last:
        yield Problem(
            ("regions", region.key, "nation"),
            "the nation as the region shown first" if region.is_default else "the nation before other regions",
            "the nation as what regions are compared with, after them",
            "name a region of counties or a state in default_region, and let the nation be the last entry",
        )


def _check_statewide_area(region: Region, area_kinds: Mapping[str, AreaKind]) -> Iterator[Problem]:
    area = region.statewide_area or ""
    place = ("regions", region.key, "statewide_area")
    if area_kinds.get(area) != "state":
        yield Problem(place, area, "the code of a state, such as 41000", "look the code up in areas.csv")
        return
    missing = set(counties_of_state(area[:2], area_kinds)).symmetric_difference(region.counties)
    if missing:
        yield Problem(
            place,
            f"{area} for a region that is not the whole state: {', '.join(sorted(missing)[:12])}",
            "a statewide area only where the region is that state, ss999 included",
            "take statewide_area out, or write state: in place of counties:",
        )
