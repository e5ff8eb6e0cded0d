"""The whole dashboard, written to a folder from the tables that its reports give.

Belongs here: which pages there are and what stands on them. Not here: queries and the swap of the folder
(orchestration.sites), charts, words, layout (templates).
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.domain.figure_names import MEASURES
from pipelines.reporting.site import figures as made
from pipelines.reporting.site import methods, theme
from pipelines.reporting.site.figures import QUERIES, Figure
from pipelines.reporting.site.pictures import Picture, vega_script, write_picture
from pipelines.reporting.site.sentences import firsts
from pipelines.reporting.site.site_data import COUNTY, data_files, file_name, write_script
from pipelines.reporting.site.views import ALL_SECTORS, Tables, View, choices, sectors, usual_view
from pipelines.reporting.topology import county_shapes

HERE = Path(__file__).parent
_DRAWN_AS_COUNTRY = 4
"""From so many states on a map is drawn as one draws the whole country."""


@dataclass(frozen=True)
class Extras:
    """What the site shows but is not made from its tables."""

    dictionary: Markup | None = None
    """The data dictionary, HTML that its maker escaped."""
    checks: Mapping[str, int] | None = None
    """Expectations, passed, failed, warnings and tables of the checks; None where they are not in hand."""
    has_data_docs: bool = False


@dataclass(frozen=True)
class Site:
    """The dashboard of some tables (reports by name), in a folder."""

    folder: Path
    tables: Tables
    extras: Extras

    def write(self) -> None:
        """Writes every file below the folder. Raises ValueError for a key that cannot name a file."""
        for name in ("static", "data", "pictures"):
            (self.folder / name).mkdir(parents=True)
        for path in sorted((HERE / "static").iterdir()):
            shutil.copyfile(path, self.folder / "static" / path.name)
        (self.folder / "static" / "vega.js").write_text(vega_script(), "utf-8")
        (self.folder / "static" / "palette.css").write_text(theme.palette_css(), "utf-8")
        for name, content in data_files(self.tables):
            write_script(self.folder, name, content, self.origins)
        write_script(self.folder, "choices", self.choices, self.origins)
        write_script(self.folder, "shapes", self.shapes, self.origins)
        self._write_overview()
        for sector in self.sector_pages:
            self._write_sector(sector)
        self._write_screening()
        self._write("methods.html.j2", "methods.html", **self._methods())
        if self.extras.dictionary is not None:
            self._write("dictionary.html.j2", "dictionary.html", dictionary=self.extras.dictionary, has_scripts=False)

    @cached_property
    def view(self) -> View:
        """What pages show at first, and pictures always."""
        return usual_view(self.tables)

    @cached_property
    def choices(self) -> dict[str, Any]:
        """See views.choices."""
        return choices(self.tables, self.view)

    @cached_property
    def origins(self) -> list[str]:
        """Who published the data."""
        return self.tables["site_origin"].get_column("data_origin").to_list()

    @cached_property
    def is_synthetic(self) -> bool:
        """Whether any of the data are made up."""
        return SYNTHETIC in self.origins

    @cached_property
    def sector_pages(self) -> list[dict[str, Any]]:
        """Sectors that have a page."""
        return [one for one in sectors(self.tables) if one["kind"] == "sector"]

    @cached_property
    def states(self) -> list[str]:
        """States with counties that have figures by themselves."""
        keys = self.tables["site_regions"].get_column("region")
        return sorted(keys.filter(keys.str.contains(COUNTY)).str.head(2).unique())

    @cached_property
    def shapes(self) -> dict[str, Any] | None:
        """Shapes of their counties; None where there are none."""
        return county_shapes(self.states) if self.states else None

    def _write_overview(self) -> None:
        shown, hidden = made.overview_figures(), made.hidden_figure()
        rows = {one.key: self.view.overview_rows(one.key) for one in (*shown, hidden)}
        compared, others = made.compared_figure(), methods.compared(self.tables["site_published_figures"])
        pictured = self._pictures([*shown, hidden], rows, "overview")
        if others.rows:
            pictured |= self._pictures([compared], {compared.key: {"rows": others.rows}}, "overview")
        keys = [ALL_SECTORS, *(one["key"] for one in self.sector_pages)]
        self._write(
            "index.html.j2",
            "index.html",
            where=self.view.titles("{region}, {when}, by the {definition} definition"),
            heading=self.view.titles("What part of {region}’s economy are its target sectors?"),
            sentences=[self._sentence(key) for key in keys],
            figures=shown,
            hidden=hidden,
            compared=compared,
            titles={one.key: self._title(one) for one in (*shown, hidden, compared)},
            specs={one.key: _json(one.vega) for one in (*shown, hidden, compared)},
            pictures=pictured,
            compared_rows=_json({"rows": others.rows}) if others.rows else None,
            compared_table=others.table,
            compared_words=others.words,
            compared_alt=others.alt,
        )

    def _write_sector(self, sector: dict[str, Any]) -> None:
        key = sector["key"]
        lenses = [one for one in sectors(self.tables) if one["lens_of"] == key]
        shown = made.sector_figures(bool(lenses), len(self.states) >= _DRAWN_AS_COUNTRY)
        rows = {one.key: self.view.sector_rows(one.key, key, self.shapes) for one in shown}
        self._write(
            "sector.html.j2",
            f"sector-{file_name(key)}.html",
            sector=sector,
            where=self.view.titles("{region}, {when}, by the {definition} definition"),
            # where there is none of a sector, each measure says so in the same words
            sentences=_once_heard([self._sentence(key, measure) for measure in MEASURES]),
            lens_sentences=[self._sentence(one["key"]) for one in lenses],
            figures=shown,
            titles={one.key: self._title(one, sector["name"]) for one in shown},
            specs={one.key: _json(one.vega) for one in shown},
            pictures=self._pictures(shown, rows, file_name(key), sector["name"]),
        )

    def _write_screening(self) -> None:
        figure, rows = made.ranking_figure(), self.view.ranking_rows()
        title = self.view.titles(figure.title, shown=firsts(len(rows["rows"])))
        self._write(
            "screening.html.j2",
            "screening.html",
            where=self.view.titles("{region}, {year}, by the {definition} definition"),
            analysis=methods.analysis_words(self.tables["site_analysis"], self.tables["site_weights"]),
            figure=figure,
            titles={figure.key: title},
            specs={figure.key: _json(figure.vega)},
            pictures=self._pictures([figure], {figure.key: rows}, "screening"),
        )

    def _methods(self) -> dict[str, Any]:
        example = methods.example_figure()
        lines = self.tables["site_definitions"].to_dicts()
        by_sector = [(name, list(found)) for name, found in groupby(lines, key=lambda line: str(line["sector_name"]))]
        return {
            "example": example,
            "example_rows": _json({"rows": methods.EXAMPLE_ROWS}),
            "example_table": methods.EXAMPLE_TABLE,
            "example_alt": methods.EXAMPLE_ALT,
            "specs": {example.key: _json(example.vega)},
            "definitions": [
                {"name": name, "lines": found, "counts": methods.counts_of_codes(found)} for name, found in by_sector
            ],
            "naics_words": methods.naics_words(lines[0]["naics_vintage"], self.tables["site_periods"]["year"])
            if lines
            else "",
            "breaks": self.tables["site_all_breaks"].to_dicts(),
            "files": self.tables["site_files"].to_dicts(),
            "identities": self.tables["site_identities"].to_dicts(),
            "checks_words": methods.checks_words(self.extras.checks),
            "has_data_docs": self.extras.has_data_docs,
        }

    def _sentence(self, sector: str, measure: str | None = None) -> dict[str, Any]:
        values = {"sector": sector} | ({"measure": measure} if measure else {})
        return {
            "text": self.view.sentence(sector, measure),
            "sql": self.view.query("measure", **values),
            "sector": sector,
            "measure": measure,
        }

    def _title(self, figure: Figure, sector: str = "") -> str:
        return self.view.titles(figure.title, sector, figure.measure)

    def _pictures(
        self, shown: Sequence[Figure], rows: Mapping[str, Mapping[str, Any]], place: str, sector: str = ""
    ) -> dict[str, dict[str, str] | None]:
        """Draws the figures of the usual view; where each is, None where there is nothing to draw."""
        found: dict[str, dict[str, str] | None] = {}
        view = self.view
        where = f"{view.region_name}, {view.period}"
        for figure in shown:
            first, *_ = rows[figure.key].values()
            if not any(row.get("value", row.get("share", row)) is not None for row in first):
                found[figure.key] = None
                continue
            path = f"pictures/{place}-{figure.key}"
            title = view.titles(figure.title, sector, figure.measure, shown=firsts(len(first)))
            subtitle = f"{where}, {view.ownership} ownership, {view.definition} definition".replace("_", " ")
            picture = Picture(
                figure,
                rows[figure.key],
                f"{sector} – {title}" if sector else title,
                subtitle,
                f"{', '.join(self.origins)}. {self.vintage}",
                self.is_synthetic,
            )
            write_picture(self.folder / path, picture)
            found[figure.key] = {"path": path, "of": where}
        return found

    @cached_property
    def vintage(self) -> str:
        """Which files the figures come from, in a sentence."""
        return methods.vintage_words(self.tables["site_files"])

    def _menu(self) -> list[dict[str, Any]]:
        entries = [("index.html", "Overview", True, False)]
        entries += [(f"sector-{one['key']}.html", one["name"], True, True) for one in self.sector_pages]
        entries += [("screening.html", "Screening", True, False), ("methods.html", "Methods", True, False)]
        if self.extras.dictionary is not None:
            entries.append(("dictionary.html", "Dictionary", True, False))
        if self.extras.has_data_docs:
            entries.append(("data_docs/index.html", "Checks", False, False))
        return [dict(zip(("href", "name", "carries", "group"), entry, strict=True)) for entry in entries]

    def _write(self, template: str, name: str, **values: Any) -> None:
        shared = {
            "page": name.removesuffix(".html").partition("-")[0],
            "current": name,
            "menu": self._menu(),
            "choices": self.choices,
            "queries": QUERIES,
            "hatching": Markup(theme.HATCHING),
            "origin": {
                "names": ", ".join(self.origins),
                "vintage": self.vintage,
                "is_synthetic": self.is_synthetic,
            },
            "has_scripts": True,
        }
        (self.folder / name).write_text(_templates().get_template(template).render(shared | values), "utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _once_heard(said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    heard = [one["text"] for one in said]
    return [one | {"text": "" if one["text"] in heard[:place] else one["text"]} for place, one in enumerate(said)]


def _json(value: object) -> Markup:
    """JSON that may stand in a script element: nothing in it ends the element."""
    return htmlsafe_json_dumps(value, dumps=lambda made, **_: json.dumps(made, separators=(",", ":"), allow_nan=False))
