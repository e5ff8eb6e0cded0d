"""Shapes of counties, decoded here by the rules of TopoJSON and held to what is known of Oregon."""

import gzip
import hashlib
import io
import itertools
import json
import math
import re
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import pytest
import vl_convert

from pipelines.reporting import topology
from pipelines.reporting.topology import FEATURE, FILE_NAME, county_codes, county_shapes
from pipelines.reporting.topology.vendor import vendor

Point = tuple[float, float]
Ring = list[Point]
OREGON = {f"41{number:03d}" for number in range(1, 72, 2)}  # 36 counties, odd numbers as FIPS gives them
MULTNOMAH, WASHINGTON, HARNEY = "41051", "41067", "41025"
STATES_AND_ISLANDS = {*(f"{code:02d}" for code in range(1, 57)), "60", "66", "69", "72", "78"} - {
    "03", "07", "14", "43", "52",  # never given
}  # fmt: skip


@pytest.fixture(scope="module")
def oregon() -> dict[str, Any]:
    return county_shapes({"41"})


def test_the_counties_of_the_state_are_there_and_no_other(oregon: dict[str, Any]) -> None:
    assert county_codes(oregon) == OREGON
    assert [county["id"] for county in oregon["objects"][FEATURE]["geometries"]] == sorted(OREGON)


def test_names_are_those_of_the_counties(oregon: dict[str, Any]) -> None:
    names = {county["id"]: county["properties"]["name"] for county in oregon["objects"][FEATURE]["geometries"]}
    assert names[MULTNOMAH] == "Multnomah"
    assert names[HARNEY] == "Harney"


def test_rings_are_closed_and_within_oregon(oregon: dict[str, Any]) -> None:
    rings = [ring for county in OREGON for ring in outlines(oregon, county)]
    assert len(rings) >= len(OREGON)
    assert all(len(ring) >= 4 and ring[0] == ring[-1] for ring in rings)
    longitudes, latitudes = zip(*(point for ring in rings for point in ring), strict=True)
    assert (min(longitudes), max(longitudes)) == pytest.approx((-124.57, -116.46), abs=0.02)
    assert (min(latitudes), max(latitudes)) == pytest.approx((41.99, 46.28), abs=0.02)


@pytest.mark.parametrize(("county", "square_kilometres"), [(HARNEY, 26_486), (MULTNOMAH, 1_206), (WASHINGTON, 1_881)])
def test_areas_are_those_the_census_bureau_gives(county: str, square_kilometres: int, oregon: dict[str, Any]) -> None:
    assert sum(map(area, outlines(oregon, county))) == pytest.approx(square_kilometres, rel=0.03)


def test_neighbours_share_a_line_and_others_do_not(oregon: dict[str, Any]) -> None:
    lines = {county: {max(arc, ~arc) for arc in arcs(oregon, county)} for county in OREGON}
    assert lines[MULTNOMAH] & lines[WASHINGTON]
    assert not lines[MULTNOMAH] & lines[HARNEY]


def test_every_line_is_used(oregon: dict[str, Any]) -> None:
    used = {max(arc, ~arc) for county in OREGON for arc in arcs(oregon, county)}
    assert used == set(range(len(oregon["arcs"])))


def test_oregon_is_small(oregon: dict[str, Any]) -> None:
    assert len(json.dumps(oregon, separators=(",", ":"))) <= 13_000


def test_two_states_are_drawn_with_common_lines(oregon: dict[str, Any]) -> None:
    both, washington = county_shapes(["53", "41"]), county_shapes(["53"])
    assert county_codes(both) == OREGON | county_codes(washington)
    assert len(both["arcs"]) < len(oregon["arcs"]) + len(washington["arcs"])
    assert list(outlines(both, MULTNOMAH)) == list(outlines(oregon, MULTNOMAH))


def test_every_state_can_be_drawn() -> None:
    country = county_shapes(STATES_AND_ISLANDS)
    codes = county_codes(country)
    assert {code[:2] for code in codes} == STATES_AND_ISLANDS
    assert all(re.fullmatch(r"\d{5}", code) for code in codes)
    assert len(codes) == 3_142 + 78 + 11  # counties of 2017; of Puerto Rico; of the other islands
    rings = {county["id"]: list(rings_of(country, county)) for county in country["objects"][FEATURE]["geometries"]}
    every = [ring for of_county in rings.values() for ring in of_county]
    assert all(ring[0] == ring[-1] for ring in every)
    assert all(abs(longitude) <= 180 and abs(latitude) <= 90 for ring in every for longitude, latitude in ring)
    specks = {county for county, of_county in rings.items() if sum(map(area, of_county)) < 1}
    assert specks == {"51610"}  # Falls Church, Virginia, 5 square kilometres, is a mere line in the source


def test_counties_that_came_later_are_known_to_be_missing() -> None:
    codes = county_codes(county_shapes(["09", "02"]))
    assert {"09001", "09013", "02261"} <= codes
    assert not {"09110", "09190", "02063", "02066"} & codes


def test_no_state_has_no_counties() -> None:
    assert county_codes(county_shapes([])) == frozenset()


@pytest.mark.parametrize("states", [["41", "03"], "41", ["US"], ["4"]])
def test_an_unknown_state_is_refused_by_name(states: list[str]) -> None:
    with pytest.raises(ValueError, match=r"no county shapes for state '.*two-digit FIPS codes, as '41' for Oregon"):
        county_shapes(states)


def test_the_same_states_give_the_same_bytes() -> None:
    assert json.dumps(county_shapes(["41", "53"])) == json.dumps(county_shapes({"53", "41"}))


def test_vega_draws_every_county_inside_the_picture(oregon: dict[str, Any]) -> None:
    """A ring wound the wrong way would fill everything around the county."""
    jobs = pl.DataFrame({"county": sorted(OREGON), "jobs": range(len(OREGON))})
    chart = (
        alt.Chart(alt.Data(values=oregon, format={"type": "topojson", "feature": FEATURE}))
        .mark_geoshape()
        .encode(color="jobs:Q")
        .transform_lookup(lookup="id", from_=alt.LookupData(jobs, "county", ["jobs"]))
        .project("albersUsa")
        .properties(width=400, height=300)
    )
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    paths = set(re.findall(r'<path aria-label="[^"]*" role="graphics-symbol"[^>]* d="([^"]+)"', svg))
    assert len(paths) == len(OREGON)
    corners = [[tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)] for path in paths]
    widths = [max(x for x, _ in county) - min(x for x, _ in county) for county in corners]
    assert max(widths) < 200


def test_the_file_is_the_one_the_readme_records() -> None:
    folder = Path(topology.__file__).parent
    content = gzip.decompress((folder / FILE_NAME).read_bytes())
    assert f"`{hashlib.sha256(content).hexdigest()}`" in (folder / "README.md").read_text("utf-8")
    assert "Permission to use, copy, modify" in (folder / "LICENSE").read_text("utf-8")


def release(path: Path, files: dict[str, bytes]) -> Path:
    """An archive as `npm pack` leaves it."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_the_package_is_made_anew_from_a_release(tmp_path: Path) -> None:
    """States and the nation go, the counties stay as they are, and the record says of which release."""
    folder = Path(topology.__file__).parent
    kept = json.loads(gzip.decompress((folder / FILE_NAME).read_bytes()))
    atlas = kept | {"objects": {"states": {}, **kept["objects"], "nation": {}}, "bbox": [0, 0, 1, 1]}
    files = {
        "package.json": b'{"name": "us-atlas", "version": "9.8.7"}',
        "counties-10m.json": json.dumps(atlas).encode(),
        "LICENSE": b"as it is",
    }
    path = release(tmp_path / "us-atlas-9.8.7.tgz", files)
    shutil.copy(folder / "README.md", tmp_path)
    vendor(path, tmp_path)
    assert gzip.decompress((tmp_path / FILE_NAME).read_bytes()) == gzip.decompress((folder / FILE_NAME).read_bytes())
    assert (tmp_path / "LICENSE").read_bytes() == b"as it is"
    before, after = (place.joinpath("README.md").read_text("utf-8").splitlines() for place in (folder, tmp_path))
    assert len(before) == len(after)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed[0] == "| package | `us-atlas 9.8.7 (npm)` |"
    assert hashlib.sha256(path.read_bytes()).hexdigest() in changed[1]
    assert len(changed) == 3  # and the hash of the file in it; what is kept is the same


def test_another_archive_is_refused(tmp_path: Path) -> None:
    path = release(tmp_path / "another.tgz", {"package.json": b"{}"})
    with pytest.raises(SystemExit, match=r"no package/counties-10m\.json in this archive"):
        vendor(path, tmp_path)


def arcs(shapes: dict[str, Any], county: str) -> Iterator[int]:
    return (arc for polygon in polygons(shape_of(shapes, county)) for ring in polygon for arc in ring)


def outlines(shapes: dict[str, Any], county: str) -> Iterator[Ring]:
    return rings_of(shapes, shape_of(shapes, county))


def shape_of(shapes: dict[str, Any], county: str) -> dict[str, Any]:
    (shape,) = (shape for shape in shapes["objects"][FEATURE]["geometries"] if shape["id"] == county)
    return shape


def polygons(shape: dict[str, Any]) -> list[list[list[int]]]:
    return shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]


def rings_of(shapes: dict[str, Any], shape: dict[str, Any]) -> Iterator[Ring]:
    """Rings in degrees: lines one after the other, each beginning where the one before it ends."""
    for polygon in polygons(shape):
        for ring in polygon:
            points: Ring = []
            for arc in ring:
                line = degrees(shapes, max(arc, ~arc))
                line = line if arc >= 0 else line[::-1]
                assert not points or points[-1] == line[0]
                points += line if not points else line[1:]
            yield points


def degrees(shapes: dict[str, Any], line: int) -> Ring:
    (x_scale, y_scale), (x_start, y_start) = shapes["transform"]["scale"], shapes["transform"]["translate"]
    x = y = 0
    points = []
    for x_step, y_step in shapes["arcs"][line]:
        x, y = x + x_step, y + y_step
        points.append((x * x_scale + x_start, y * y_scale + y_start))
    return points


def area(ring: Ring) -> float:
    """Square kilometres of a ring on a sphere; of small ones, with longitudes shrunk by the latitude."""
    shrink = math.cos(math.radians(sum(latitude for _, latitude in ring) / len(ring)))
    doubled = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(ring))
    return abs(doubled) / 2 * shrink * 111.195**2
