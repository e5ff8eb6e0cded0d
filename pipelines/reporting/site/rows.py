"""What charts show, as rows, from rows of the marts.

Belongs here: the part of a view that a chart shows, named, coloured and labelled. Not here: marks (charts), wording of
numbers (sentences). static/rows.js does the same in the browser; a test holds the two against each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.reporting.site import theme
from pipelines.reporting.site.sentences import Row, apart, level_label, number, share_label
from pipelines.reporting.uncertainty import is_open

Rows = list[dict[str, Any]]
ROOM = 1.35
"""How much farther than the longest bar a chart reaches, so that labels find room."""
LONGEST_NAME = 120
SHORTEST_LABEL = {"businesses": "Businesses", "employment": "Jobs", "wages": "Wages"}


def short(name: str) -> str:
    """A name as charts bear it: no longer than a line."""
    return apart(name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…")


def range_row(order: int, name: str, colour: str, row: Row, by: float | None, label: str) -> dict[str, Any]:
    """A row with its range, divided by `by`: hatched where only a part is known; null ends where there is no range."""
    shown = row["estimate"] if row["estimate"] is not None else row.get("known")
    is_shown = shown is not None and by is not None and by > 0
    divisor = by or 1.0
    has_range = is_shown and row["estimate"] is not None and is_open(row)
    ends: dict[str, float | None] = {}
    for low, high, prefix in (("low", "high", ""), ("low90", "high90", "interval90_")):
        least, most = row.get(f"{prefix}lower"), row.get(f"{prefix}upper")
        # a range without an upper end is told, not drawn
        if has_range and least is not None and most is not None:
            ends |= {low: least / divisor, high: most / divisor}
        else:
            ends |= {low: None, high: None}
    value = shown / divisor if is_shown and shown is not None else None
    end = ends["high"] or value or 0.0
    return {
        "order": order,
        "name": short(name),
        "colour": colour if row["estimate"] is not None else theme.HATCHED,
        "value": value,
        **ends,
        "end": end,
        "room": end * ROOM,
        "label": label,
    }


def share_rows(figures: Iterable[tuple[str, str, Row | None]]) -> Rows:
    """Shares, a row a figure (name, colour, row of marts.sector_measures); figures that are not there are left out."""
    return [
        range_row(order, name, colour, row, row["total"], share_label(row))
        for order, (name, colour, row) in enumerate(figures)
        if row is not None
    ]


def level_rows(figures: Iterable[tuple[str, str, Row | None]], measure: str) -> Rows:
    """Levels, a row a figure, in the unit of the measure."""
    return [
        range_row(order, name, colour, row, 1.0, level_label(row, measure))
        for order, (name, colour, row) in enumerate(figures)
        if row is not None
    ]


def part_rows(figures: Iterable[tuple[str, str, Row | None]]) -> Rows:
    """What part of each sector's businesses lies in published cells, and what in hidden ones: two rows a figure."""
    rows: Rows = []
    for order, (name, colour, row) in enumerate(figures):
        if row is None or row["coverage_establishments"] is None:
            continue
        part = row["coverage_establishments"]
        hidden, total = number(row["hidden_cells"] or 0), number(row["total_cells"] or 0)
        same = {"order": order, "name": short(name), "label": f"{hidden} of {total} cells hidden"}
        rows.append({**same, "colour": colour, "from": 0.0, "to": part})
        if part < 1:
            rows.append({**same, "colour": theme.HATCHED, "from": part, "to": 1.0})
    return rows


def series_rows(
    figures: Mapping[str, Row], periods: Sequence[str], chosen: str, colour: str, measure: str, breaks: Iterable[str]
) -> Rows:
    """A row a period: shares where the measure is `share`, else levels; parts are numbered, a new one at each break.

    The period of the view is ringed, or the last where it is none of them.
    """
    starts, rows = sorted(breaks), []
    there = [period for period in periods if period in figures]
    ringed = chosen if chosen in there else there[-1] if there else ""
    for place, period in enumerate(periods):
        if (row := figures.get(period)) is None:
            continue
        by = row["total"] if measure == "share" else 1.0
        label = share_label(row) if measure == "share" else level_label(row, measure)
        made = range_row(place, "", colour, row, by, label)
        state = "at least" if row["estimate"] is None else "estimated" if is_open(row) else "published"
        rows.append(
            {
                **{name: made[name] for name in ("value", "low", "high", "low90", "high90", "label")},
                "period": period,
                "colour": colour,
                "fill": colour if state == "published" else theme.PAPER,
                "state": state,
                "part": sum(start <= period for start in starts),
                "chosen": period == ringed,
                "place": place / max(len(periods) - 1, 1),
            }
        )
    return rows


def county_rows(counties: Iterable[tuple[str, str, Row]]) -> Rows:
    """A row a county (code, name, row): its share, or the reason why it has none."""
    made: Rows = []
    for county, name, row in counties:
        is_known = row["estimate"] is not None and bool(row["total"])
        made.append(
            {
                "county": county,
                "name": apart(name),
                "share": row["estimate"] / row["total"] if is_known else None,
                "state": "known" if is_known else "hidden" if row["estimate"] is None else "shareless",
                "label": share_label(row),
            }
        )
    return made
