"""Charts as SVG and PNG, for slides: each says what it shows, who published it, and whether it is made up.

Belongs here: what stands around a chart in a picture, and its files. Not here: charts and their rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.reporting.site import theme
from pipelines.reporting.site.figures import Figure

WIDTH = 760
TITLE_HEIGHT = 110
"""What title and source take of a picture whose height is fixed, so that the chart keeps its own."""
SCALE = 2
"""Pixels of a PNG for each of the SVG."""
_OPENING = re.compile(r"<svg[^>]*>")
_NUMBERED = re.compile(r"\b(gradient_|clip)\d+\b")


@dataclass(frozen=True)
class Picture:
    """A figure with its data, title, and what stands below the title."""

    figure: Figure
    datasets: Mapping[str, Any]
    title: str
    subtitle: str
    source: str
    is_synthetic: bool


def picture_svg(picture: Picture) -> str:
    """The picture as SVG. Raises ValueError where Vega cannot draw it."""
    marks = [f"{SYNTHETIC}: made-up figures of a made-up economy"] if picture.is_synthetic else []
    height = picture.figure.spec["height"]
    spec = picture.figure.spec | {
        "height": height + TITLE_HEIGHT if isinstance(height, int) else height,
        "width": WIDTH,
        "padding": 22,
        "datasets": picture.datasets,
        "title": {
            "text": picture.title,
            "subtitle": [picture.subtitle, *marks, f"Source: {picture.source}"],
            "frame": "bounds",
            **({"subtitleColor": theme.WARNING} if picture.is_synthetic else {}),
        },
    }
    svg = vl_convert.vegalite_to_svg(spec)
    # Vega numbers its gradients through all pictures of a process: a picture by itself is the same whenever it is drawn
    numbers: dict[str, str] = {}
    svg = _NUMBERED.sub(lambda found: numbers.setdefault(found[0], f"{found[1]}{len(numbers)}"), svg)
    return _OPENING.sub(lambda found: found[0] + theme.HATCHING, svg, count=1)


def write_picture(path: Path, picture: Picture) -> None:
    """Writes <path>.svg and <path>.png."""
    svg = picture_svg(picture)
    path.with_suffix(".svg").write_text(svg, "utf-8")
    path.with_suffix(".png").write_bytes(vl_convert.svg_to_png(svg, scale=SCALE))


@cache
def vega_script() -> str:
    """The runtime of all charts in one script: Vega, Vega-Lite, Vega-Embed, of the versions that draw the pictures."""
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # its names stay inside: they are many, and one letter long
    return f'(() => {{\n"use strict";\n{bundle}\n}})();\n'
