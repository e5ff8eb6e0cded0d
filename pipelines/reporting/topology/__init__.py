"""Shapes of counties for maps, cut from a topology of the whole country that is part of this package.

Belongs here: which counties, with which lines. Not here: projection, colour, what a map shows (charts). The source,
its licence and how to renew it are in README.md beside this file; `vendor.py` made it.
"""

import gzip
import json
from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from typing import Any

FEATURE = "counties"
"""The name of the feature for Vega: alt.Data(values=shapes, format={"type": "topojson", "feature": FEATURE})."""
FILE_NAME = "counties.json.gz"


def county_shapes(states: Collection[str]) -> dict[str, Any]:
    """The counties of these states as TopoJSON, in longitude and latitude: an id is the county's 5-digit code.

    States are two-digit FIPS codes. Counties are those of 2017 and come in the order of their codes; only lines they
    use are kept, so that Oregon takes about 13 KB. Later counties are not there (`county_codes` says which are):
    Connecticut's planning regions of 2022, Alaska's Chugach and Copper River of 2019.

    Raises ValueError for a state without shapes.
    """
    country = _country()
    counties = sorted(country["objects"][FEATURE]["geometries"], key=lambda county: str(county["id"]))
    known = {county["id"][:2] for county in counties}
    if unknown := sorted(set(states) - known):
        raise ValueError(
            f"no county shapes for state {', '.join(map(repr, unknown))}: give two-digit FIPS codes, "
            f"as '41' for Oregon; there are {', '.join(sorted(known))}"
        )
    chosen = [county for county in counties if county["id"][:2] in states]
    used = dict.fromkeys(line for county in chosen for line in _lines(county["arcs"]))
    numbers = {line: number for number, line in enumerate(used)}
    shapes = [county | {"arcs": _renumbered(county["arcs"], numbers)} for county in chosen]
    return country | {
        "objects": {FEATURE: {"type": "GeometryCollection", "geometries": shapes}},
        "arcs": [country["arcs"][line] for line in used],
    }


def county_codes(shapes: Mapping[str, Any]) -> frozenset[str]:
    """The 5-digit codes of the counties that these shapes draw; a region with any other cannot be drawn whole."""
    return frozenset(county["id"] for county in shapes["objects"][FEATURE]["geometries"])


def _country() -> dict[str, Any]:
    packed = files(__package__).joinpath(FILE_NAME).read_bytes()
    country: dict[str, Any] = json.loads(gzip.decompress(packed))
    return country


def _lines(arcs: int | list[Any]) -> Iterator[int]:
    """The lines that rings are made of, however deep; TopoJSON writes line n drawn backwards as ~n."""
    if isinstance(arcs, int):
        yield max(arcs, ~arcs)
    else:
        for part in arcs:
            yield from _lines(part)


def _renumbered(arcs: int | list[Any], numbers: Mapping[int, int]) -> int | list[Any]:
    if isinstance(arcs, int):
        return numbers[arcs] if arcs >= 0 else ~numbers[~arcs]
    return [_renumbered(part, numbers) for part in arcs]
