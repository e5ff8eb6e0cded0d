"""One function a kind of chart, each with named data: the page fills it with the view, a picture with its rows.

Belongs here: marks, scales, axes. Not here: which rows (rows), colours (theme), what stands around it.

Rows that have a range are alike in all charts: name, colour, value, low, high (proven), low90, high90 (nine in ten
times; null where exact) and label, the figure as text. Colours are drawn as they are, so that what is hidden can be
hatched. Charts are as wide as what holds them; a picture sets its own width.
"""

from typing import Any, Literal

import altair as alt

from pipelines.reporting.site import theme
from pipelines.reporting.topology import FEATURE

Chart = alt.Chart | alt.LayerChart
STEP = 46
"""Height of a bar with the name above it, pixels."""
FORMATS = {"share": ".2~%", "ratio": ".1~f", "rank": "d"}


def _axis(unit: str, ticks: int) -> alt.Axis:
    if unit not in ("count", "usd"):
        return alt.Axis(format=FORMATS[unit], tickCount=ticks, title=None)
    # people write billions as B, not G
    shown = "currency + replace(format(datum.value, '~s'), 'G', 'B')"
    return alt.Axis(labelExpr=shown, tickCount=ticks, title=None)


def _with_currency(chart: Any, unit: str) -> Any:
    # the page sets it where a chart of counts shows wages
    return chart.add_params(alt.param(name="currency", value="$" if unit == "usd" else ""))


def _own_colour() -> alt.Color:
    return alt.Color("colour:N", scale=None)


def _finished(chart: Any, height: int | alt.Step) -> Chart:
    # bars have a step of their own, so that only their width fits itself to the page
    fit: Literal["fit-x", "fit"] = "fit-x" if isinstance(height, alt.Step) else "fit"
    autosize = alt.AutoSizeParams(type=fit, contains="padding")
    sized = chart.properties(width="container", height=height, padding=2, autosize=autosize)
    finished: Chart = sized.configure(**theme.chart_config())
    return finished


def range_bars(data: str, unit: str) -> Chart:
    """A bar a row, its name above and its figure at the end; a line for the proven range, a thick one for 90 %."""
    base = alt.Chart(alt.NamedData(data)).encode(y=alt.Y("order:O", axis=None, scale=alt.Scale(paddingInner=0.5)))
    axis = _axis(unit, 4)
    bars = base.mark_bar(height=14, cornerRadiusEnd=2).encode(
        x=alt.X("value:Q", axis=axis, scale=alt.Scale(nice=False), stack=None), color=_own_colour()
    )
    room = base.mark_point(opacity=0).encode(x="room:Q")
    # lines have a pale edge, to be seen on bars
    edge = base.mark_rule(strokeWidth=5, color=theme.PAPER).encode(x="low:Q", x2="high:Q")
    proven = base.mark_rule(strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    likely = base.mark_rule(strokeWidth=6, color=theme.LIKELY).encode(x="low90:Q", x2="high90:Q")
    ends = base.mark_tick(thickness=1.5, height=12, color=theme.INK)
    names = base.mark_text(align="left", dy=-17, limit={"expr": "width"}).encode(x=alt.value(0), text="name:N")
    labels = base.mark_text(align="left", dx=7, fontWeight=600).encode(x="end:Q", text="label:N")
    layers = (room, bars, edge, likely, proven, ends.encode(x="low:Q"), ends.encode(x="high:Q"), names, labels)
    return _finished(_with_currency(alt.layer(*layers), unit), alt.Step(STEP))


def series(data: str, breaks: str, unit: str) -> Chart:
    """A line over periods with its ranges as bands; dashed lines stand where a series breaks.

    Marks tell what is published (dot), estimated (ring) and only known in part (triangle: at least this); the period of
    the view is ringed. Lines end at breaks: figures on both sides do not compare.
    """
    x = alt.X("period:O", axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True, grid=False))
    base = alt.Chart(alt.NamedData(data)).encode(x=x)
    axis = _axis(unit, 5)
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(zero=False, nice=True, padding=18))
    ends = {"proven": ("low:Q", "high:Q", theme.CERTAIN), "likely": ("low90:Q", "high90:Q", theme.LIKELY)}
    bands = [
        base.mark_area(opacity=0.55, color=colour).encode(y=alt.Y(low, title=None), y2=high, detail="part:N")
        for low, high, colour in ends.values()
    ]
    line = base.mark_line(strokeWidth=2.5).encode(y=y, color=_own_colour(), detail="part:N")
    shapes = alt.Scale(domain=["published", "estimated", "at least"], range=["circle", "circle", "triangle-up"])
    points = base.mark_point(size=55, strokeWidth=2, opacity=1).encode(
        y=y,
        color=_own_colour(),
        fill=alt.Fill("fill:N", scale=None),
        shape=alt.Shape("state:N", scale=shapes, legend=None),
    )
    unknown = base.transform_filter("!isValid(datum.value)").mark_text(
        text="hidden", angle=270, align="left", color=theme.MUTED, fontSize=11, dx=4
    )
    chosen = base.transform_filter("datum.chosen && isValid(datum.value)")
    ring = chosen.mark_point(size=230, strokeWidth=1.5, color=theme.INK).encode(y=y)
    side = {"expr": "datum.place > 0.5 ? 'right' : 'left'"}
    label = chosen.mark_text(dy=-20, fontWeight=600, align=side)
    at_breaks = alt.Chart(alt.NamedData(breaks)).encode(x=alt.X("period:O", bandPosition=0))
    rules = at_breaks.mark_rule(strokeDash=[4, 4], color=theme.WARNING)
    notes = at_breaks.mark_text(text="break", align="left", baseline="top", dx=4, color=theme.WARNING, fontSize=12)
    # a change of less than a hundredth looks like one
    known = base.transform_filter("isValid(datum.value)")
    room = known.transform_calculate(least="datum.value * 0.98", most="datum.value * 1.02").mark_point(opacity=0)
    layers = (
        room.encode(y=alt.Y("least:Q", axis=axis)),
        room.encode(y="most:Q"),
        *bands,
        rules,
        notes.encode(y=alt.value(2)),
        unknown.encode(y=alt.value("height")),
        line,
        points,
        ring,
        label.mark_text(dy=-20, fontWeight=600, align=side, stroke=theme.PAPER, strokeWidth=5).encode(
            y=y, text="label:N"
        ),
        label.encode(y=y, text="label:N"),
    )
    return _finished(_with_currency(alt.layer(*layers), unit), 250).properties(
        padding={"left": 2, "top": 16, "right": 10, "bottom": 2}
    )


def quotients(data: str) -> Chart:
    """A dot a row on a scale of location quotients, with its ranges; the line at 1 is the region compared with."""
    base = alt.Chart(alt.NamedData(data)).encode(y=alt.Y("order:O", axis=None, scale=alt.Scale(paddingInner=0.5)))
    axis = alt.Axis(format=FORMATS["ratio"], tickCount=5, title=None)
    one = alt.Chart(alt.NamedData(data)).mark_rule(strokeDash=[4, 4], color=theme.MUTED).encode(x=alt.datum(1))
    room = base.mark_point(opacity=0).encode(x=alt.X("room:Q", axis=axis, scale=alt.Scale(domainMin=0)))
    beyond_one = base.mark_point(opacity=0).encode(x=alt.datum(1.2))
    stem = base.mark_rule(strokeWidth=3, opacity=0.35).encode(x="value:Q", x2=alt.datum(1), color=_own_colour())
    proven = base.mark_rule(strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    likely = base.mark_rule(strokeWidth=6, color=theme.LIKELY).encode(x="low90:Q", x2="high90:Q")
    dots = base.mark_point(size=110, filled=True, opacity=1).encode(x="value:Q", color=_own_colour())
    names = base.mark_text(align="left", dy=-17, limit={"expr": "width - 90"}).encode(x=alt.value(0), text="name:N")
    labels = base.mark_text(align="right", dy=-17, fontWeight=600).encode(x=alt.value("width"), text="label:N")
    return _finished(alt.layer(room, beyond_one, one, stem, likely, proven, dots, names, labels), alt.Step(STEP))


def compared(data: str) -> Chart:
    """Our readings of each published figure as parts of it; the line at 100 % is the published figure."""
    base = alt.Chart(alt.NamedData(data)).encode(y=alt.Y("order:O", axis=None, scale=alt.Scale(paddingInner=0.5)))
    axis = alt.Axis(format=FORMATS["share"], tickCount=5, title="ours, of the published figure")
    one = alt.Chart(alt.NamedData(data)).mark_rule(strokeWidth=2, color=theme.INK).encode(x=alt.datum(1))
    x = alt.X("ratio:Q", axis=axis, scale=alt.Scale(domainMin=0, nice=True))
    shapes = alt.Scale(domain=["strict", "broad"], range=["circle", "square"])
    # the one large, the other small, and drawn on it: they can fall on one another
    readings = base.mark_point(strokeWidth=2, opacity=1).encode(
        x=x,
        color=_own_colour(),
        fill=alt.Fill("fill:N", scale=None),
        size=alt.Size("definition:N", scale=alt.Scale(domain=["strict", "broad"], range=[150, 55]), legend=None),
        shape=alt.Shape("definition:N", scale=shapes, legend=alt.Legend(title=None, symbolStrokeColor=theme.INK)),
    )
    span = base.mark_rule(strokeWidth=2, opacity=0.4).encode(x="min(ratio):Q", x2="max(ratio):Q", color=_own_colour())
    once = base.transform_aggregate(groupby=["order", "name", "detail"])
    names = once.mark_text(align="left", dy=-32, limit={"expr": "width"}).encode(x=alt.value(0), text="name:N")
    # on a line of its own: a long name must not push the published figure off a telephone
    details = once.mark_text(align="left", dy=-16, fontSize=12, color=theme.MUTED, limit={"expr": "width"})
    layers = (one, span, readings, names, details.encode(x=alt.value(0), text="detail:N"))
    return _finished(alt.layer(*layers), alt.Step(STEP + 18))


def parts(data: str) -> Chart:
    """What part of each whole is published (plain) and hidden (hatched), from 0 to 100 %."""
    base = alt.Chart(alt.NamedData(data)).encode(y=alt.Y("order:O", axis=None, scale=alt.Scale(paddingInner=0.5)))
    axis = alt.Axis(format=FORMATS["share"], values=[0, 0.25, 0.5, 0.75, 1], title=None)
    x = alt.X("from:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
    bars = base.mark_bar(height=14, stroke=theme.MUTED, strokeWidth=0.5).encode(x=x, x2="to:Q", color=_own_colour())
    once = base.transform_filter("datum.from == 0")
    names = once.mark_text(align="left", dy=-17, limit={"expr": "width - 130"}).encode(x=alt.value(0), text="name:N")
    labels = once.mark_text(align="right", dy=-17, color=theme.MUTED).encode(x=alt.value("width"), text="label:N")
    return _finished(alt.layer(bars, names, labels), alt.Step(STEP))


def county_map(data: str, shapes: str, region: str, is_wide: bool) -> Chart:
    """Counties by the sector's share; what is hidden is hatched, where no data are it is left open and dashed.

    is_wide: more than a few states, which are drawn as one draws the whole country.
    """
    projection: Literal["albersUsa", "mercator"] = "albersUsa" if is_wide else "mercator"
    counties = alt.NamedData(shapes, format=alt.TopoDataFormat(type="topojson", feature=FEATURE))
    looked_up = alt.LookupData(alt.NamedData(data), "county", ["share", "state", "name", "label"])
    base = alt.Chart(counties).project(type=projection).transform_lookup(lookup="id", from_=looked_up)
    scale = alt.Scale(range=list(theme.MAP_COLOURS), interpolate="lab", domainMin=0)
    legend = alt.Legend(format=FORMATS["share"], title=None, tickCount=4, gradientLength=200)
    tip = [alt.Tooltip("name:N"), alt.Tooltip("label:N")]
    known = "datum.state == 'known'"
    blank = base.transform_filter("!isValid(datum.state)").mark_geoshape(
        fill=theme.PAPER, stroke=theme.LINE, strokeDash=[2, 2]
    )
    shown = base.transform_filter(known).mark_geoshape(stroke=theme.PAPER, strokeWidth=0.8)
    hidden = base.transform_filter("isValid(datum.state) && datum.state != 'known'")
    own = alt.LookupData(alt.NamedData(region), "county", ["inside"])
    outline = (
        alt.Chart(counties)
        .project(type=projection)
        .transform_lookup(lookup="id", from_=own)
        .transform_filter("datum.inside")
        .mark_geoshape(fill=None, stroke=theme.INK, strokeWidth=2)
    )
    layers = (
        blank,
        shown.encode(color=alt.Color("share:Q", scale=scale, legend=legend), tooltip=tip),
        hidden.mark_geoshape(fill=theme.HATCHED, stroke=theme.MUTED, strokeWidth=0.8).encode(tooltip=tip),
        outline,
    )
    return _finished(alt.layer(*layers), 380)


def rank_ranges(data: str) -> Chart:
    """Industries by place: a dot for the rank, a line for all places possible; target sectors are diamonds."""
    base = alt.Chart(alt.NamedData(data)).encode(y=alt.Y("order:O", axis=None, scale=alt.Scale(paddingInner=0.5)))
    axis = alt.Axis(format=FORMATS["rank"], tickCount=6, tickMinStep=1, title="place, 1 is the first")
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domainMin=1, nice=False))
    room = base.mark_point(opacity=0).encode(x="room:Q")
    possible = base.mark_rule(strokeWidth=3, color=theme.CERTAIN).encode(x="low:Q", x2="high:Q")
    shapes = alt.Scale(domain=["target sector", "in part", "other"], range=["diamond", "triangle-up", "circle"])
    dots = base.mark_point(size=100, filled=True, opacity=1).encode(
        x=x,
        color=_own_colour(),
        shape=alt.Shape("kind:N", scale=shapes, legend=alt.Legend(title=None, symbolFillColor=theme.MUTED)),
    )
    names = base.mark_text(align="left", dy=-14, limit={"expr": "width"}).encode(x=alt.value(0), text="name:N")
    return _finished(alt.layer(room, possible, dots, names), alt.Step(36))
