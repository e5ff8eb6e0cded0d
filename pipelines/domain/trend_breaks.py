"""Breaks that make a trend lie: quarters in which jobs moved between cells without moving in the economy.

Cells can be coded otherwise (TrendBreak), areas cut otherwise (AreaChange). Switches of the NAICS vintage belong to
`naics_bridge`; reading breaks from a file, to `pipelines.sources.break_files`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipelines.domain.naics import SECTOR_LEVEL, NaicsTree
from pipelines.domain.periods import Period
from pipelines.domain.qcew_codes import OWNERSHIPS, AreaKind
from pipelines.domain.sector_definitions import Grade, Problem


@dataclass(frozen=True)
class BrokenCell:
    """An ownership and an industry, with all finer ones whose codes begin with it."""

    own_code: str
    industry_code: str


@dataclass(frozen=True)
class TrendBreak:
    """A break in the series of some cells, in all areas whose codes begin with `area_prefix` ('' is everywhere).

    `quarters` are those in which cells moved, each the first of a new series.
    """

    break_id: str
    area_prefix: str
    cells: tuple[BrokenCell, ...]
    quarters: tuple[Period, ...]
    reason: str
    grade: Grade
    source: str
    note: str | None = None


@dataclass(frozen=True)
class AreaChange:
    """Areas cut otherwise: `areas` are all the old and all the new ones, `quarter` the first of the new series.

    A region that holds all of them, as a state does, or none, is the same before and after.
    """

    break_id: str
    areas: tuple[str, ...]
    quarter: Period
    reason: str
    grade: Grade
    source: str
    note: str | None = None


def check_area_changes(
    changes: Iterable[AreaChange], break_ids: Iterable[str], area_kinds: Mapping[str, AreaKind]
) -> Iterator[Problem]:
    """Check changes against the kinds of all known areas; nothing is yielded if they are sound.

    break_ids: keys of other breaks. Places begin ('area_changes', break_id).
    """
    taken = set(break_ids)
    for change in changes:
        place = ("area_changes", change.break_id)
        if change.break_id in taken:
            yield Problem(place, f"the key {change.break_id}, which a break has too", "each key once", "rename it")
        for position, area in enumerate(change.areas):
            if area_kinds.get(area) not in ("county", "unknown_county"):
                yield Problem(
                    (*place, "areas", position),
                    area,
                    "a county, or what stands for one, that is in areas.csv",
                    "look the code up in areas.csv: regions are built from counties",
                )


def check_trend_breaks(
    breaks: Iterable[TrendBreak], area_kinds: Mapping[str, AreaKind], trees: Iterable[NaicsTree]
) -> Iterator[Problem]:
    """Check breaks against the kinds of all known areas and the industry trees; nothing is yielded if they are sound.

    A prefix must mean what it seems to: the row of a state alone (41000), or a code that no finer one begins with (10,
    31-33), would leave out what it stands for. Places begin ('breaks', break_id).
    """
    states = {area[:2] for area, kind in area_kinds.items() if kind == "state"}
    areas = {area for area, kind in area_kinds.items() if kind not in ("nation", "state")}
    ownerships = {ownership.code: ownership.name for ownership in OWNERSHIPS}
    industries = {
        industry.code
        for tree in trees
        for industry in tree.industries
        if industry.level >= SECTOR_LEVEL and industry.code.isdecimal()
    }
    for each in breaks:
        place = ("breaks", each.break_id)
        if each.area_prefix not in {"", *states, *areas}:
            yield Problem(
                (*place, "area_prefix"),
                each.area_prefix,
                '"" for the nation, the two digits of a state, or the code of an area in areas.csv',
                'write "" or the two digits for all areas of the nation or a state, or look the code up in areas.csv',
            )
        for position, cell in enumerate(each.cells):
            if cell.own_code not in ownerships:
                yield Problem(
                    (*place, "cells", position, "own_code"),
                    cell.own_code,
                    "one of " + ", ".join(f"{code} {name}" for code, name in ownerships.items()),
                    "use one of these codes",
                )
            if cell.industry_code not in industries:
                around = max((code for code in industries if cell.industry_code.startswith(code)), key=len, default="")
                yield Problem(
                    (*place, "cells", position, "industry_code"),
                    cell.industry_code,
                    "a code of two to six digits that is in naics_2012.csv, naics_2017.csv or naics_2022.csv",
                    f"correct it, or use {around}" if around else "write a sector such as 31-33 by its 3-digit codes",
                )
