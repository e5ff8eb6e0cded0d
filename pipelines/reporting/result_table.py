"""The table at the end of a run: the target sectors of one region and year, with how much of each was published.

Belongs here: wording and layout for the terminal. Not here: where the figures come from (cli).
"""

import polars as pl
from rich.table import Table
from rich.text import Text

_MEASURES = (("businesses", "Businesses"), ("employment", "Employment"), ("wages", "Wages"))


def result_table(measures: pl.DataFrame, is_synthetic: bool) -> Table:
    """Rows of marts.sector_measures of one region, period and ownership, as a terminal table.

    measures is in the order of display; lenses are left to the caller to leave out. A figure with hidden cells is
    shown as 'at least' (≥): it is the published part.
    """
    region, period, origin = measures.select("region_name", "period", "data_origin").row(0)
    title = f"{region}, {period}, private ownership: number and share of the region. {origin}."
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
    if measures.get_column("hidden_cells").sum():
        notes.append(
            "≥ marks the published part of a figure: cells that BLS hides for confidentiality are not in it. "
            "Published is the share of the sector's establishments that lie in published cells."
        )
    notes.append("Sectors overlap: the rows do not add up; all target sectors together count each business once.")
    return notes


def _sector_cells(name: str, sector: pl.DataFrame) -> list[str | Text]:
    cells: list[str | Text] = [Text(name)]  # not str: [brackets] in a name are not markup
    coverage: list[float] = []
    for measure, _ in _MEASURES:
        row = sector.filter(pl.col("measure") == measure).row(0, named=True)
        at_least = "≥ " if row["hidden_cells"] else ""
        cells.append("hidden" if row["known"] is None else at_least + _level(measure, row["known"]))
        cells.append("hidden" if row["known_share"] is None else at_least + percent(row["known_share"]))
        if row["coverage_establishments"] is not None:
            coverage.append(row["coverage_establishments"])
    return [*cells, percent(min(coverage)) if coverage else "–"]


def _level(measure: str, value: float) -> str:
    return f"${value / 1e6:,.1f} million" if measure == "wages" else f"{_rounded(value):,}"


def _rounded(value: float) -> int:
    return int(value + 0.5)


def percent(share: float) -> str:
    """A share of 0–1 as people read it: 5.7 %. Less than all is never shown as 100 %."""
    shown = f"{100 * share:.1f} %"
    return "99.9 %" if shown == "100.0 %" and share < 1 else shown
