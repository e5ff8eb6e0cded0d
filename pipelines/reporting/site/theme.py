"""Colours, type and lines of pages and charts, once.

Belongs here: the palette, Altair's configuration, the hatching of what is hidden. Not here: what is drawn (charts).

Colours of sectors follow Okabe and Ito (2008), darkened until they keep a contrast of 4.5:1 on white, so that they
serve for text too. No colour means anything alone: bars bear their names, what is hidden is hatched and says so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

INK = "#1b2733"
MUTED = "#52606d"
LINE = "#d5dbe1"
PAPER = "#ffffff"
GROUND = "#f5f6f4"
ACCENT = "#0b5394"
SECOND = "#7a2d04"
"""Beside the accent, where two readings stand on one line."""
CERTAIN = "#c3cfda"
LIKELY = "#7f96ab"
WARNING = "#7a4b00"
WARNING_GROUND = "#ffe7b3"
SECTOR_COLOURS = ("#0069a8", "#157e62", "#7a2d04", "#521b45", "#8f6801", "#2f6f80", "#8a3b3b", "#5a5299")
ALL_SECTORS_COLOUR = INK
MAP_COLOURS = ("#e8f0f6", "#b5cde0", "#7ba6c8", "#3f7dab", "#0b4a7d")
FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"

HATCHED = "url(#hatched)"
"""The fill of what is hidden; pages and pictures define it with HATCHING."""
HATCHING = (
    '<defs><pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="{PAPER}"/><rect width="2" height="6" fill="{MUTED}"/></pattern></defs>'
)


def sector_colours(sectors: Sequence[str]) -> Mapping[str, str]:
    """A colour for each sector in their order; more sectors than colours begin anew, for bars bear their names."""
    return {sector: SECTOR_COLOURS[place % len(SECTOR_COLOURS)] for place, sector in enumerate(sectors)}


def palette_css() -> str:
    """The palette as CSS variables, for static/site.css."""
    named = {
        "ink": INK,
        "muted": MUTED,
        "line": LINE,
        "paper": PAPER,
        "ground": GROUND,
        "accent": ACCENT,
        "certain": CERTAIN,
        "likely": LIKELY,
        "warning": WARNING,
        "warning-ground": WARNING_GROUND,
        "font": FONT,
    }
    return ":root {" + " ".join(f"--{name}: {value};" for name, value in named.items()) + "}\n"


def chart_config() -> dict[str, Any]:
    """Altair's configuration of every chart: quiet axes, readable type, no frame."""
    labels = {"labelColor": MUTED, "labelFontSize": 12, "titleColor": MUTED, "titleFontSize": 12}
    return {
        "font": FONT,
        "background": PAPER,
        "view": {"stroke": None},
        "axis": {
            **labels,
            "titleFontWeight": "normal",
            "domain": False,
            "ticks": False,
            "gridColor": "#e9edf0",
            "labelPadding": 6,
        },
        "legend": {**labels, "titleFontWeight": "normal", "orient": "bottom", "gradientThickness": 10},
        "title": {
            "anchor": "start",
            "color": INK,
            "fontSize": 17,
            "fontWeight": 600,
            "subtitleColor": MUTED,
            "subtitleFontSize": 13,
            "subtitlePadding": 6,
            "offset": 14,
        },
        "text": {"color": INK, "fontSize": 13},
        "rule": {"color": INK},
    }
