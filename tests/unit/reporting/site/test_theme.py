"""Colours can be read, also by those who see fewer of them."""

from itertools import combinations

import pytest

from pipelines.reporting.site import theme

# Viénot, Brettel and Mollon (1999): linear RGB as people without red or green cones see it
DICHROMATS = {
    "protanopia": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "deuteranopia": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
}
FIVE = theme.SECTOR_COLOURS[:5]


def linear(colour: str) -> tuple[float, ...]:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: tuple[float, ...]) -> tuple[float, ...]:
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    xyz = [sum(a * b for a, b in zip(row, rgb, strict=True)) / w for row, w in zip(to_xyz, white, strict=True)]
    x, y, z = (max(v, 0) ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


@pytest.mark.parametrize("colour", [theme.INK, theme.MUTED, theme.ACCENT, theme.WARNING, *theme.SECTOR_COLOURS])
def test_text_has_contrast_on_paper_and_ground(colour: str) -> None:
    assert contrast(colour, theme.PAPER) >= 4.5
    assert contrast(colour, theme.GROUND) >= 4.5


def test_the_mark_of_the_sample_has_contrast() -> None:
    assert contrast(theme.WARNING, theme.WARNING_GROUND) >= 4.5


@pytest.mark.parametrize("eyes", DICHROMATS)
def test_five_sectors_differ_to_colour_blind_eyes(eyes: str) -> None:
    def seen(colour: str) -> tuple[float, ...]:
        rgb = linear(colour)
        return lab(tuple(sum(a * b for a, b in zip(row, rgb, strict=True)) for row in DICHROMATS[eyes]))

    for one, other in combinations(FIVE, 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen(one), seen(other), strict=True)) ** 0.5
        assert distance > 15, (one, other, distance)


def test_more_sectors_than_colours_begin_anew() -> None:
    names = [f"sector{number}" for number in range(10)]
    colours = theme.sector_colours(names)
    assert list(colours) == names
    assert colours["sector8"] == colours["sector0"]


def test_the_palette_of_the_pages_is_that_of_the_charts() -> None:
    css = theme.palette_css()
    assert f"--ink: {theme.INK};" in css
    assert f"--accent: {theme.ACCENT};" in css
