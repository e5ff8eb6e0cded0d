"""The table at the end of a run: the target sectors of one region and year, with how much of each was published.

Belongs here: wording and layout for the terminal. Not here: where the figures come from (cli).
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.table import Table
from rich.text import Text

from pipelines.reporting.uncertainty import INVISIBLE, is_open

SHOWN = {"published", "estimated"}
UNKNOWN = {"contradictory_rows", "no_quarters"}
NOT_FINAL = {
    "preliminary": "Preliminary: made from figures as they were first published, in whole or in part; they will be "
    "revised (marts.revisions tells what changed).",
    "revised": "Revised: made from figures that were published again, and will be once more at least (marts.revisions "
    "tells what changed).",
}
_MEASURES = (("businesses", "Businesses"), ("employment", "Employment"), ("wages", "Wages"))


def result_table(measures: pl.DataFrame, is_synthetic: bool) -> Table:
    """Rows of marts.sector_measures of one region, period and ownership, as a terminal table.

    measures is in the order of display; lenses are left to the caller to leave out. A figure with hidden cells is an
    estimate (≈), its share with the 90 % interval and the proven bounds; one that is withheld, or could not be
    estimated, is shown as 'at least' (≥): it is the published part.
    """
    region, period, origin, status = measures.select("region_name", "period", "data_origin", "revision_status").row(0)
    shown_period = period if status == "final" else f"{period} ({status})"
    title = f"{region}, {shown_period}, private ownership: number and share of the region. {origin}."
    table = Table(title=Text(title, style="bold red" if is_synthetic else "bold"), title_justify="left")
    table.add_column("Sector", no_wrap=True)
    for _, name in _MEASURES:
        table.add_column(name, justify="right", no_wrap=True)
        table.add_column("Share", justify="right", no_wrap=True)
    table.add_column("Published", justify="right", no_wrap=True)
    for (definition,), rows in measures.group_by("definition", maintain_order=True):
        table.add_section()
        table.add_row(Text(f"{definition} definition", style="italic"))
        for (_, sector_name), sector in rows.group_by("sector", "sector_name", maintain_order=True):
            table.add_row(*_sector_cells(str(sector_name), sector))
    return table


def reading_notes(measures: pl.DataFrame) -> list[str]:
    """Sentences that a reader needs beside the table."""
    notes: list[str] = []
    if measures.is_empty():
        return notes
    status = set(measures.get_column("estimate_status").to_list())
    if status != {"published"}:
        notes.append("Published is the share of the sector's establishments that lie in published cells.")
    if "estimated" in status:
        notes.append(
            "≈ marks an estimate where cells are hidden for confidentiality: the truth is within the first range in 9 "
            "of 10 cases, and within the second, which follows from the published rows, always."
        )
    if "withheld_single_cell" in status:
        notes.append(
            "≥ marks the published part of a figure whose rest is a single hidden cell, or one or two establishments, "
            "or that its agency hides: it is not shown; marts.sector_measures names the next larger region that is "
            "(coarser_region)."
        )
    if status & UNKNOWN:
        notes.append(
            "≥ marks the published part of a figure that could not be estimated: made from annual files or a coarse "
            "source, or from rows that contradict each other (estimates.contradictions)."
        )
    notes += [NOT_FINAL[name] for name in measures.get_column("revision_status").unique().sort() if name in NOT_FINAL]
    notes.append("Sectors overlap: the rows do not add up; all target sectors together count each business once.")
    return notes


def _sector_cells(name: str, sector: pl.DataFrame) -> list[str | Text]:
    cells: list[str | Text] = [Text(name)]  # not str: [brackets] in a name are not markup
    coverage: list[float] = []
    for measure, _ in _MEASURES:
        row = sector.filter(pl.col("measure") == measure).row(0, named=True)
        cells.append(_level_text(measure, row))
        cells.append(share_text(row))
        if row["coverage_establishments"] is not None:
            coverage.append(row["coverage_establishments"])
    return [*cells, percent(min(coverage)) if coverage else "–"]


def share_text(row: Mapping[str, Any]) -> str:
    """The share of one row of marts.sector_measures; where cells are hidden, with its ranges.

    Such as 31.4 % (90 %: 31.2–31.7; proven 30.9–32.2), with as many digits as it takes to see the interval.
    """
    if row["estimate_status"] not in SHOWN:
        return "hidden" if row["known_share"] is None else f"≥ {percent(row['known_share'])}"
    if row["estimate_share"] is None:
        return "hidden"
    interval = row["interval90_lower_share"], row["interval90_upper_share"]
    bounds = row["lower_share"], row["upper_share"]
    if bounds[1] - bounds[0] <= INVISIBLE:
        return percent(row["estimate_share"])
    digits = next((d for d in (1, 2, 3) if f"{100 * interval[0]:.{d}f}" != f"{100 * interval[1]:.{d}f}"), 3)
    ranges = "; ".join(
        f"{name} {100 * lower:.{digits}f}–{100 * upper:.{digits}f}"
        for name, (lower, upper) in (("90 %:", interval), ("proven", bounds))
    )
    return f"{100 * row['estimate_share']:.{digits}f} % ({ranges})"


def _level_text(measure: str, row: Mapping[str, Any]) -> str:
    if row["estimate"] is None:
        return "hidden" if row["known"] is None else f"≥ {_level(measure, row['known'])}"
    return ("≈ " if is_open(row) else "") + _level(measure, row["estimate"])


def _level(measure: str, value: float) -> str:
    return f"${value / 1e6:,.1f} million" if measure == "wages" else f"{_rounded(value):,}"


def _rounded(value: float) -> int:
    return int(value + 0.5)


def percent(share: float) -> str:
    """A share of 0–1 as people read it: 5.7 %. Less than all is never shown as 100 %."""
    shown = f"{100 * share:.1f} %"
    return "99.9 %" if shown == "100.0 %" and share < 1 else shown
