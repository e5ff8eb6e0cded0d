"""The definitions that analysts edit, read from a folder: sectors, regions, published figures, breaks, choices.

Another board brings a folder of its own with some of the files; the rest are the shipped ones. Here files become
definitions, and every fault in them is told at once with file, line and key. What makes a definition sound belongs to
`pipelines.domain`; how YAML is read with its lines, to `checked_yaml`; the codes they are written in, to
`code_files`; prices, standards of living and choices of analysis, to `analysis_files`.
"""

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

import polars as pl

from pipelines.domain.definition_tables import Definitions, PublishedFigure, ReviewedRevision
from pipelines.domain.prices import complete_years
from pipelines.domain.qcew_codes import AreaKind
from pipelines.domain.regions import NATION, Region, check_regions, counties_of_state
from pipelines.domain.sector_definitions import (
    GROSS,
    UNION,
    Classification,
    DefinitionLine,
    Lens,
    Place,
    Problem,
    Sector,
    check_sectors,
)
from pipelines.sources.analysis_files import (
    ANALYSIS,
    ANALYSIS_COLUMNS,
    PRICES,
    STANDARDS,
    read_analysis,
    read_living_standards,
    read_prices,
)
from pipelines.sources.break_files import read_area_changes, read_trend_breaks
from pipelines.sources.checked_yaml import CheckedYaml, FileProblem, read_checked_yaml, unknown_key
from pipelines.sources.code_files import CODE_COLUMNS, read_areas, read_classification, read_code_table

YAML_FILES = (
    *("sectors.yaml", "regions.yaml", "published_figures.yaml", "trend_breaks.yaml", "reviewed_revisions.yaml"),
    ANALYSIS,
)
CSV_COLUMNS = {**CODE_COLUMNS, **ANALYSIS_COLUMNS}
DEFINITION_FILES = (*YAML_FILES, *CSV_COLUMNS)


class DefinitionError(ValueError):
    """Definitions that cannot be used; `problems` are all the faults found in the files."""

    def __init__(self, problems: Iterable[FileProblem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"{count} in the definitions", *map(str, self.problems)]))


def load_definitions(folder: Path, shipped: Path) -> Definitions:
    """Read the definitions of `folder`, taking from `shipped` the files that it has not (and the schemas).

    Shipped published figures about a sector or region that the folder does not define are left out.
    Raises DefinitionError with every fault found in any file.
    """
    files = _find_files(folder, shipped)
    problems: list[FileProblem] = []
    tables = {name: read_code_table(files[name], columns, problems) for name, columns in CSV_COLUMNS.items()}
    documents = {name: _read_document(files[name], shipped) for name in YAML_FILES}
    problems += [problem for document in documents.values() for problem in document.problems]
    classification = read_classification(files, tables, problems)
    areas = read_areas(files["areas.csv"], tables["areas.csv"], problems)

    sector_file, region_file, figure_file, break_file, review_file, choice_file = (
        documents[name] for name in YAML_FILES
    )
    sectors, lenses = _sectors(sector_file, classification, problems)
    regions = _regions(region_file, areas, problems)
    figures = _published_figures(
        figure_file,
        known_sectors=[UNION, GROSS, *(sector.key for sector in (*sectors, *lenses))] if sectors else None,
        known_regions=[region.key for region in regions] or None,
        may_be_about_others=files["published_figures.yaml"].parent != folder,
        problems=problems,
    )
    area_kinds = None if areas is None else _area_kinds(areas)
    breaks = read_trend_breaks(break_file, classification, area_kinds, problems)
    changes = read_area_changes(break_file, area_kinds, problems)
    reviews = _reviewed_revisions(review_file, areas, problems)
    counties = None if areas is None else [area for area, kind in _area_kinds(areas).items() if kind == "county"]
    standards = read_living_standards(files[STANDARDS], tables[STANDARDS], counties, problems)
    prices = read_prices(files[PRICES], tables[PRICES], problems)
    analysis = read_analysis(
        choice_file,
        priced_years=None if any(found.file == files[PRICES] for found in problems) else complete_years(prices),
        whole_areas=[region.key for region in regions if region.statewide_area] if regions else None,
        may_be_about_others=files[ANALYSIS].parent != folder,
        problems=problems,
    )
    if problems or classification is None or areas is None or analysis is None:
        raise DefinitionError(problems)
    return Definitions(
        listed_vintage=sector_file.value["naics_vintage"],
        classification=classification,
        areas=areas,
        sectors=sectors,
        lenses=lenses,
        regions=regions,
        published_figures=figures,
        trend_breaks=breaks,
        area_changes=changes,
        reviewed_revisions=reviews,
        prices=prices,
        living_standards=standards,
        analysis=analysis,
        content_sha256=_content_sha256(files),
    )


def _find_files(folder: Path, shipped: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise DefinitionError([FileProblem(folder, None, "", "no such folder", "a folder", "correct the path")])
    names = {path.name for path in folder.iterdir() if path.suffix in (".yaml", ".yml", ".csv")}
    known = {*DEFINITION_FILES, *(path.name for path in shipped.iterdir())}
    problems = [
        FileProblem(
            folder / name,
            None,
            "",
            "a file of this name, which nothing would read",
            ", ".join(sorted(known & {*DEFINITION_FILES})),
            _rename_advice(name, known),
        )
        for name in sorted(names - known)
    ]
    if not names & known:
        problems.append(
            FileProblem(
                folder, None, "", "no definitions", ", ".join(DEFINITION_FILES), "put at least one of them here"
            )
        )
    if problems:
        raise DefinitionError(problems)
    return {name: folder / name if name in names else shipped / name for name in DEFINITION_FILES}


def _rename_advice(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else "rename it, or move it elsewhere"


def _content_sha256(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        content = path.read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _read_document(path: Path, shipped: Path) -> CheckedYaml:
    schema = json.loads((shipped / "schemas" / f"{path.stem}.schema.json").read_text("utf-8"))
    return read_checked_yaml(path, schema)


def _sectors(
    document: CheckedYaml, classification: Classification | None, problems: list[FileProblem]
) -> tuple[tuple[Sector, ...], tuple[Lens, ...]]:
    """The sectors and lenses of a sound document, checked; none of an unsound one."""
    if document.problems:
        return (), ()
    unknown: list[FileProblem] = []

    def lines(entries: list[dict[str, Any]], place: Place) -> Iterator[DefinitionLine]:
        for position, entry in enumerate(entries):
            unknown.extend(unknown_key(document, (*place, position, "source"), entry, document.value["sources"]))
            yield DefinitionLine(
                code=entry["code"],
                source=document.value["sources"].get(entry["source"], ""),
                grade=entry["grade"],
                equivalents={int(vintage): tuple(codes) for vintage, codes in entry.get("equivalents", {}).items()},
                equivalence=entry.get("equivalence", "same"),
                note=entry.get("note", ""),
            )

    def strict_and_broad(entry: dict[str, Any], place: Place) -> dict[str, tuple[DefinitionLine, ...]]:
        strict = tuple(lines(entry["strict"], (*place, "strict")))
        added = tuple(lines(entry["broad"].get("lines", []), (*place, "broad", "lines")))
        return {"strict": strict, "broad": strict + added if "includes" in entry["broad"] else added}

    sectors = tuple(
        Sector(key, entry["name"], **strict_and_broad(entry, ("sectors", key)))
        for key, entry in document.value["sectors"].items()
    )
    lenses = tuple(
        Lens(key, entry["name"], lens_of=entry["lens_of"], **strict_and_broad(entry, ("lenses", key)))
        for key, entry in document.value.get("lenses", {}).items()
    )
    problems += unknown
    if classification:
        found = check_sectors(sectors, lenses, document.value["naics_vintage"], classification)
        problems += [_in_file(document, problem) for problem in found]
    return sectors, lenses


def _in_file(document: CheckedYaml, problem: Problem) -> FileProblem:
    """Place a problem where the file has the line: the broad definition's own lines come after the strict ones."""
    where = problem.where
    if len(where) > 3 and where[2] == "broad":
        kind, key, _, position = where[:4]
        entry = document.value[kind][key]
        taken_over = len(entry["strict"]) if "includes" in entry["broad"] else 0
        where = (kind, key, "broad", "lines", cast("int", position) - taken_over, *where[4:])
    return document.problem(where, problem.found, problem.expected, problem.advice)


def _area_kinds(areas: pl.DataFrame) -> dict[str, AreaKind]:
    return cast("dict[str, AreaKind]", dict(areas.select("area_fips", "area_kind").iter_rows()))


def _regions(document: CheckedYaml, areas: pl.DataFrame | None, problems: list[FileProblem]) -> tuple[Region, ...]:
    """The regions of a sound document, checked; none of an unsound one, or where the areas are unreadable."""
    if document.problems or areas is None:
        return ()
    kinds = _area_kinds(areas)
    entries: dict[str, dict[str, Any]] = document.value["regions"]
    default = document.value["default_region"]
    problems += unknown_key(document, ("default_region",), document.value, entries)
    regions = tuple(
        Region(
            key=key,
            name=entry["name"],
            counties=counties_of_state(entry["state"], kinds) if "state" in entry else tuple(entry.get("counties", ())),
            statewide_area=NATION if "nation" in entry else f"{entry['state']}000" if "state" in entry else None,
            is_default=key == default,
        )
        for key, entry in entries.items()
    )
    problems += [
        document.problem(problem.where, problem.found, problem.expected, problem.advice)
        for problem in check_regions(regions, kinds)
    ]
    return regions


def _published_figures(
    document: CheckedYaml,
    *,
    known_sectors: list[str] | None,
    known_regions: list[str] | None,
    may_be_about_others: bool,
    problems: list[FileProblem],
) -> tuple[PublishedFigure, ...]:
    """The figures of a sound document; those about sectors or regions unknown are faults, or are left out."""
    if document.problems:
        return ()
    figures = []
    for key, entry in document.value["figures"].items():
        place = ("figures", key)
        sources = document.value["sources"]
        unknown = list(unknown_key(document, (*place, "source"), entry, sources))
        about_others = [
            problem
            for field, known in (("sector", known_sectors), ("region", known_regions))
            if known is not None
            for problem in unknown_key(document, (*place, field), entry, known)
        ]
        if about_others and may_be_about_others:
            continue
        unknown += about_others
        if entry["statistic"].startswith("share_") and entry["value"] > 1:
            found, advice = str(entry["value"]), f"write {entry['value'] / 100:g} if it is a percentage"
            unknown.append(document.problem((*place, "value"), found, "a share from 0 to 1", advice))
        problems += unknown
        if not unknown:
            source = sources[entry["source"]]
            figures.append(
                PublishedFigure(
                    figure_id=key,
                    publisher=source["publisher"],
                    **{name: entry[name] for name in ("region", "year", "sector", "statistic", "grade")},
                    value=float(entry["value"]),
                    source=source["text"],
                    note=entry.get("note"),
                )
            )
    return tuple(figures)


def _reviewed_revisions(
    document: CheckedYaml, areas: pl.DataFrame | None, problems: list[FileProblem]
) -> tuple[ReviewedRevision, ...]:
    """The reviews of a sound document, checked; none of an unsound one, or where the areas are unreadable."""
    if document.problems or areas is None:
        return ()
    states = {area[:2] for area, kind in _area_kinds(areas).items() if kind == "state"}
    reviews: dict[tuple[str, str, str], ReviewedRevision] = {}
    for position, entry in enumerate(document.value["reviews"] or []):
        place = ("reviews", position)
        key = (entry["state"], entry["period"], entry["capture_sha256"])
        if entry["state"] not in states:
            found, advice = entry["state"], "look it up in areas.csv: Oregon is 41"
            problems.append(document.problem((*place, "state"), found, "the two digits of a state", advice))
        if key in reviews:
            found, advice = f"{' '.join(key)} a second time", "take one of the entries out"
            problems.append(document.problem(place, found, "a state, quarter and file once", advice))
        try:
            day = date.fromisoformat(entry["reviewed_on"])
        except ValueError:
            found, advice = entry["reviewed_on"], "correct the day"
            problems.append(document.problem((*place, "reviewed_on"), found, "a day of the calendar", advice))
            continue
        reviews[key] = ReviewedRevision(*key, entry["reviewed_by"], day, entry["reason"])
    return tuple(reviews[key] for key in sorted(reviews))
