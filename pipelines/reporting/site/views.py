"""One view of the tables: a region, definition, ownership and period, and what each figure shows of it.

Belongs here: the choices there are, the view that a page begins with, the rows of its figures for pictures. Not here:
other views, which static/figures.js makes of the data files by the same rules.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipelines.domain.figure_names import DEFAULTS, MEASURES
from pipelines.reporting.site import rows, sentences, theme
from pipelines.reporting.site.figures import QUERIES
from pipelines.reporting.site.rows import Rows
from pipelines.reporting.site.site_data import COUNTY

Tables = Mapping[str, pl.DataFrame]
ALL_SECTORS = "all_target_sectors"
STATUSES: Mapping[str, str] = {
    "published": "published",
    "estimated": "estimated",
    "withheld_single_cell": "the rest is withheld",
    "contradictory_rows": "published rows contradict each other",
    "no_quarters": "not estimated: no quarterly detail",
}
DIGITS = ("3", "4")
LARGEST = 12
FIRST_RANKED = 25
USUAL_MEASURE = "employment"


@dataclass(frozen=True)
class View:
    """A region, definition, ownership and period of the tables, with a measure."""

    tables: Tables
    region: str
    period: str
    definition: str
    ownership: str
    measure: str = USUAL_MEASURE

    @cached_property
    def region_name(self) -> str:
        """Name of the region."""
        return str(next(one["name"] for one in regions(self.tables) if one["key"] == self.region))

    @property
    def year(self) -> int:
        """Year of the period."""
        return int(self.period[:4])

    @cached_property
    def measures(self) -> Mapping[tuple[str, str, str], dict[str, Any]]:
        """Rows of marts.sector_measures by sector, measure and period."""
        found = self._part("site_measures").iter_rows(named=True)
        return {(row["sector"], row["measure"], row["period"]): row for row in found}

    def row(self, sector: str, measure: str | None = None) -> dict[str, Any] | None:
        """The row of a sector, of the view's measure or another."""
        return self.measures.get((sector, measure or self.measure, self.period))

    def sentence(self, sector: str, measure: str | None = None) -> str:
        """What is known of a sector, in a sentence."""
        name = next(one["name"] for one in sectors(self.tables) if one["key"] == sector)
        chosen = measure or self.measure
        return sentences.measure_sentence(self.row(sector, chosen), name, chosen, self.ownership, self.period)

    def query(self, key: str, **values: str) -> str:
        """The SQL that gives a figure; values of keys are text in it."""
        known = {name: str(getattr(self, name)) for name in ("region", "period", "definition", "ownership", "measure")}
        return sentences.fill(QUERIES[key], known | {"year": str(self.year)} | values)

    def titles(self, pattern: str, sector: str = "", measure: str = "", **values: str) -> str:
        """A title with the view filled in."""
        chosen = measure or self.measure
        known = {
            "region": sentences.apart(self.region_name),
            "when": sentences.when(self.period),
            "definition": self.definition,
            "year": str(self.year),
            "digits": DIGITS[-1],
            "whole": sentences.whole(chosen, self.ownership),
            "kind_title": sentences.called(rows.SHORTEST_LABEL[chosen], self.ownership),
            "counted": sentences.called("Businesses", self.ownership),
            "name": sentences.apart(sector),
        }
        return sentences.fill(pattern, known | values)

    def overview_rows(self, key: str) -> dict[str, Rows]:
        """Data of a figure of the overview."""
        if key == "headline":
            colour = theme.ALL_SECTORS_COLOUR
            names = [
                (sentences.whole(one, self.ownership).capitalize(), colour, self.row(ALL_SECTORS, one))
                for one in MEASURES
            ]
            return {"rows": rows.share_rows(names)}
        shown = [one for one in sectors(self.tables) if one["kind"] in ("sector", "union")]
        measure = USUAL_MEASURE if key == "hidden" else key.partition("-")[2]
        figures = [(one["name"], one["colour"], self.row(one["key"], measure)) for one in shown]
        return {"rows": rows.part_rows(figures) if key == "hidden" else rows.share_rows(figures)}

    def sector_rows(self, key: str, sector: str, shapes: Mapping[str, Any] | None) -> dict[str, Any]:
        """Data of a figure of a sector's page; all empty where there is nothing to draw."""
        colour = next(one["colour"] for one in sectors(self.tables) if one["key"] == sector)
        match key:
            case "size" | "share" | "pay":
                return self._series(key, sector, colour)
            case "concentration":
                return {"rows": self._quotients(sector, colour)}
            case "map":
                inside = [{"county": county, "inside": True} for county in self.counties]
                return {"counties": self._counties(sector) if shapes else [], "shapes": shapes, "region": inside}
            case "industries":
                return {"rows": self._industries(sector, colour)}
            case "overlap":
                return {"rows": self._overlaps(sector)}
            case "lens":
                shown = [one for one in sectors(self.tables) if sector in (one["key"], one["lens_of"])]
                return {"rows": rows.share_rows((one["name"], one["colour"], self.row(one["key"])) for one in shown)}
        raise ValueError(f"{key}: no such figure of a sector")

    def ranking_rows(self) -> dict[str, Rows]:
        """Industries with the first places."""
        found = self._industry_rows(int(DIGITS[-1])).filter(pl.col("rank").is_not_null()).head(FIRST_RANKED)
        made: Rows = []
        for order, row in enumerate(found.iter_rows(named=True)):
            whole, part = row[f"{self.definition}_sectors"], row[f"{self.definition}_sectors_in_part"]
            made.append(
                {
                    "order": order,
                    "name": rows.short(f"{row['rank']}. {row['industry_title']}"),
                    "value": row["rank"],
                    "low": row["rank_best"],
                    "high": row["rank_worst"],
                    "room": row["rank_worst"] * 1.05,
                    "kind": "target sector" if whole else "in part" if part else "other",
                    "colour": theme.ACCENT if whole or part else theme.MUTED,
                    "label": f"place {row['rank']}",
                }
            )
        return {"rows": made}

    @property
    def counties(self) -> list[str]:
        """Counties of the region."""
        return list(next(one["counties"] for one in regions(self.tables) if one["key"] == self.region))

    def _part(self, table: str) -> pl.DataFrame:
        view = ("region", "definition", "ownership")
        return self.tables[table].filter(pl.col(name) == getattr(self, name) for name in view)

    def _industry_rows(self, digits: int) -> pl.DataFrame:
        return self.tables["site_industries"].filter(
            pl.col("region") == self.region, pl.col("year") == self.year, pl.col("naics_digits") == digits
        )

    def _series(self, key: str, sector: str, colour: str) -> dict[str, Rows]:
        all_periods = sorted(self.tables["site_periods"].get_column("period"))
        years, quarters = ([one for one in all_periods if ("Q" in one) == is_quarter] for is_quarter in (False, True))
        by_year = "Q" not in self.period and (len(years) > 2 or not quarters)
        periods = years if by_year else quarters
        if key == "pay":
            found = self._part("site_pay").filter(pl.col("sector") == sector).iter_rows(named=True)
            figures = {row["period"]: row for row in found}
        else:
            wanted = {one: self.measures.get((sector, self.measure, one)) for one in periods}
            figures = {one: row for one, row in wanted.items() if row}
        series = pl.col("series") == ("share" if key == "share" else "level")
        breaks = [
            {"period": str(row["year"]) if by_year else f"{row['year']}-Q{row['quarter']}", "label": row["reason"]}
            for row in self._part("site_breaks").filter(series, pl.col("sector") == sector).iter_rows(named=True)
        ]
        measure = self.measure if key == "size" else key
        made = rows.series_rows(figures, periods, self.period, colour, measure, [one["period"] for one in breaks])
        if all(row["value"] is None for row in made):
            return {"rows": [], "breaks": []}
        return {"rows": made, "breaks": [{**one, "label": rows.short(one["label"])} for one in breaks]}

    def _quotients(self, sector: str, colour: str) -> Rows:
        of_sector = (pl.col("sector") == sector, pl.col("period") == self.period, pl.col("estimate").is_not_null())
        found = self._part("site_concentration").filter(*of_sector).iter_rows(named=True)
        return [
            rows.range_row(
                order,
                f"{rows.SHORTEST_LABEL[row['measure']]}, against {row['base_region_name']}",
                colour,
                row,
                1.0,
                sentences.level_label(row, "quotient"),
            )
            for order, row in enumerate(found)
        ]

    def _counties(self, sector: str) -> Rows:
        names = {one["key"]: one["name"] for one in regions(self.tables)}
        found = self.tables["site_measures"].filter(
            pl.col("region").str.contains(COUNTY),
            *(pl.col(name) == getattr(self, name) for name in ("definition", "ownership", "period", "measure")),
            pl.col("sector") == sector,
        )
        return rows.county_rows((row["region"], names[row["region"]], row) for row in found.iter_rows(named=True))

    def _industries(self, sector: str, colour: str) -> Rows:
        inside = pl.col(f"{self.definition}_sectors").list.contains(sector) & pl.col("estimate_jobs").is_not_null()
        largest = self._industry_rows(4).filter(inside).sort("estimate_jobs", descending=True, maintain_order=True)
        return [
            rows.range_row(
                order,
                f"{row['industry_code']} {row['industry_title']}",
                colour,
                {"estimate": row["estimate_jobs"], "lower": None},
                1.0,
                sentences.number(row["estimate_jobs"]),
            )
            for order, row in enumerate(largest.head(LARGEST).iter_rows(named=True))
        ]

    def _overlaps(self, sector: str) -> Rows:
        by_key = {one["key"]: one for one in sectors(self.tables)}
        found = self._part("site_overlaps").filter(
            (pl.col("sector") == sector) | (pl.col("other_sector") == sector),
            pl.col("period") == self.period,
            pl.col("measure") == self.measure,
        )
        others = [
            (by_key[row["other_sector" if row["sector"] == sector else "sector"]], row)
            for row in found.iter_rows(named=True)
        ]
        made = rows.level_rows(((one["name"], one["colour"], row) for one, row in others), self.measure)
        return made if any(row["value"] for row in made) else []


def regions(tables: Tables) -> list[dict[str, Any]]:
    """Regions with figures in the order of choice, with the counties that they are made of."""
    states = tables["site_regions"].filter(pl.col("region").str.contains(COUNTY)).get_column("region").to_list()
    found = []
    for row in tables["site_regions"].iter_rows(named=True):
        key, area = row["region"], row["statewide_area"]
        of_state = [county for county in states if area and county.startswith(area[:2])]
        counties = [key] if re.match(COUNTY, key) else row["counties"] or []
        found.append({"key": key, "name": row["region_name"], "counties": of_state or counties})
    return found


def sectors(tables: Tables) -> list[dict[str, Any]]:
    """Sectors, lenses and the ways of adding up, in order, each with its colour; a lens has that of its sector."""
    found = tables["site_sectors"].to_dicts()
    colours = theme.sector_colours([row["sector"] for row in found if row["kind"] == "sector"])
    return [
        {
            "key": row["sector"],
            "name": row["sector_name"],
            "kind": row["kind"],
            "lens_of": row["lens_of"],
            "colour": colours.get(row["lens_of"] or row["sector"], theme.ALL_SECTORS_COLOUR),
        }
        for row in found
    ]


def usual_view(tables: Tables) -> View:
    """What a page shows at first: the default region, or the first; of its periods the latest year, or quarter."""
    region = tables["site_regions"].row(0, named=True)["region"]
    measures = tables["site_measures"].filter(pl.col("region") == region)
    known = {name: measures.get_column(name).unique().to_list() for name in ("period", "definition", "ownership")}
    ranked = tables["site_periods"].filter(pl.col("period").is_in(known["period"]))
    years_first = ranked.sort(pl.col("quarter") > 0, maintain_order=True)
    chosen = {name: DEFAULTS[name] if DEFAULTS[name] in known[name] else min(known[name]) for name in DEFAULTS}
    return View(tables, region, years_first.row(0, named=True)["period"], chosen["definition"], chosen["ownership"])


def choices(tables: Tables, view: View) -> dict[str, Any]:
    """What the pages let people choose from, the words that sentences are made of, and the queries."""
    measures, places = tables["site_measures"], regions(tables)
    periods = tables["site_periods"].select(key="period", revision_status="revision_status").to_dicts()
    owners = sorted(measures.get_column("ownership").unique(), key=[*sentences.OWNERSHIPS].index)
    known: Mapping[str, Sequence[str]] = {
        "region": [one["key"] for one in places],
        "definition": sorted(measures.get_column("definition").unique(), reverse=True),
        "period": [one["key"] for one in periods],
        "ownership": owners,
        "measure": list(MEASURES),
        "digits": list(DIGITS),
    }
    usual = {name: getattr(view, name) for name in ("region", "definition", "period", "ownership", "measure")}
    return {
        "regions": places,
        "periods": periods,
        "sectors": sectors(tables),
        "known": known,
        "usual": usual | {"digits": DIGITS[-1]},
        "queries": QUERIES,
        "hatched": theme.HATCHED,
        "paper": theme.PAPER,
        "accent": theme.ACCENT,
        "muted": theme.MUTED,
        "words": {
            "patterns": sentences.PATTERNS,
            "nouns": sentences.NOUNS,
            "kinds": sentences.KINDS,
            "wholes": sentences.WHOLES,
            "rest": sentences.REST,
            "quarters": sentences.QUARTERS,
            "ownerships": sentences.OWNERSHIPS,
            "no_quotient": sentences.NO_QUOTIENT,
            "shortest": rows.SHORTEST_LABEL,
            "statuses": STATUSES,
        },
    }
