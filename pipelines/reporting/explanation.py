"""A figure taken apart, for the terminal: what it is, and the rows and files that it is made of.

Belongs here: wording and layout. Not here: which rows a figure is made of (pipelines.warehouse.explanations), whose
facts are the dictionaries that are read here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.reporting.result_table import SHOWN, percent, share_text
from pipelines.reporting.uncertainty import is_open

Facts = Mapping[str, Any]

NOUNS: Mapping[str, str] = {"businesses": "businesses", "employment": "jobs", "wages": "in wages"}
STATUS: Mapping[str, str] = {
    "published": "published: nothing is hidden, the figure is exact.",
    "estimated": "estimated: some cells are hidden for confidentiality. The truth is in the 90 % interval in 9 of 10 "
    "cases, and between the proven bounds, which follow from the published rows, always.",
    "withheld_single_cell": "withheld: the hidden rest is a single cell, or one or two establishments, or the figure "
    "would give such a one away by subtraction, or the agency that released it hides it. Only the published part is "
    "shown.",
    "contradictory_rows": "not estimated: published rows contradict each other (estimates.contradictions). Only the "
    "published part is shown.",
    "no_quarters": "not estimated: made from annual files or a source without quarterly rows of six digits. Only the "
    "published part is shown.",
}
REVISION: Mapping[str, str] = {
    "preliminary": "preliminary: as first published, in whole or in part; it will be revised.",
    "revised": "revised: published again, and it will be once more at least.",
    "final": "final: it is not published again.",
}
UNITS: Mapping[tuple[str, bool], str] = {
    ("businesses", True): "establishments, the mean of four quarters",
    ("businesses", False): "establishments of the quarter",
    ("employment", True): "jobs, the mean of twelve months",
    ("employment", False): "jobs, the mean of three months",
    ("wages", True): "US dollars, the sum of four quarters",
    ("wages", False): "US dollars, the sum of the quarter",
}
KINDS: Mapping[str, str] = {
    "union": "All target sectors: the industries of every sector together, those in several counted once.",
    "gross": "A gross sum: it adds the sectors up as they are, so that what lies in several is counted as often. Each "
    "row below is listed once for every sector that counts it.",
}
SHORT = 10
"""Characters of a hash that people are shown; all of them stand under Files."""
_MONTHS = ("month1_employment", "month2_employment", "month3_employment")


def explanation_parts(facts: Facts) -> Iterator[RenderableType]:
    """An explanation as what a console prints, top to bottom; facts: those of Explanation.as_dict."""
    figure = facts["figure"]
    if figure["is_synthetic"]:
        yield Text(f"{SYNTHETIC}: a made-up figure of a made-up economy.", style="bold red")
    yield Text(
        f"{figure['sector_name']}: {figure['measure']} in {figure['region_name']}, {figure['period']}, "
        f"{figure['ownership_name'].lower()} ownership, {figure['definition']} definition",
        style="bold",
    )
    sections = {
        "The figure": _figure(figure),
        "The region": _region(figure, facts["region"]),
        "The known part": _known(figure, facts["known"]),
        "The hidden part": _hidden(figure, facts["hidden"]),
        "Beside it, never added": _beside(figure, facts["beside"]),
        "Files": [*_files(facts["files"]), *_members(_all_rows(facts))],
        "Breaks of the series": _breaks(figure, facts["breaks"]),
    }
    for title, parts in sections.items():
        yield Text(f"\n{title}", style="bold")
        yield from (Padding(part, (0, 0, 0, 2), expand=False) for part in parts)


def level(measure: str, value: float | None, is_exact: bool = True) -> str:
    """A figure as people read it: whole dollars; of jobs and businesses two decimals where exact, else whole."""
    if value is None:
        return "hidden"
    if measure == "wages":
        return f"${value:,.0f}"
    return f"{value:,.2f}".removesuffix(".00") if is_exact else f"{value:,.0f}"


def _figure(figure: Facts) -> Iterator[RenderableType]:
    measure, noun = figure["measure"], NOUNS[figure["measure"]]
    lines = {"Figure": _ranges(figure), "Share": f"{share_text(figure)} of {level(measure, figure['total'])} {noun}"}
    if figure["known"] is None:
        lines["Known part"] = "nothing of it is published"
    else:
        lines["Known part"] = f"{level(measure, figure['known'])} {noun}{_coverage(figure)}"
    lines["Status"] = STATUS[figure["estimate_status"]] + _coarser(figure)
    lines["Revision"] = REVISION[figure["revision_status"]]
    lines["Unit"] = UNITS[measure, figure["quarter"] == 0]
    lines["Ownership"] = f"{figure['ownership']}: own_code {', '.join(figure['own_codes'])}"
    lines["Source"] = figure["data_origin"]
    if figure["sector_kind"] in KINDS:
        lines["Kind"] = KINDS[figure["sector_kind"]]
    if figure["lens_of"]:
        lines["Kind"] = f"A lens: a part of {figure['lens_of']}, shown beside it and never added."
    sectors = dict.fromkeys((code["sector"], code["sector_name"]) for code in figure["codes"])
    for sector, name in sectors:
        codes = [_code(code) for code in figure["codes"] if code["sector"] == sector]
        title = "Definition" if len(sectors) == 1 else name
        lines[title] = f"{figure['definition']}, NAICS {figure['naics_vintage']}: {', '.join(codes)}"
    yield _pairs(lines)


def _ranges(figure: Facts) -> str:
    measure, noun = figure["measure"], NOUNS[figure["measure"]]
    if figure["estimate_status"] not in SHOWN or figure["estimate"] is None:
        return "hidden" if figure["known"] is None else f"≥ {level(measure, figure['known'])} {noun}"
    if not is_open(figure):
        return f"{level(measure, figure['estimate'])} {noun}"
    ends = ("interval90_lower", "interval90_upper", "lower", "upper")
    low90, high90, low, high = (level(measure, figure[end], is_exact=False) for end in ends)
    best = level(measure, figure["estimate"], is_exact=False)
    return f"≈ {best} {noun} (90 %: {low90} to {high90}; proven: {low} to {high})"


def _coverage(figure: Facts) -> str:
    parts = []
    if figure["coverage"] is not None:
        parts.append(f"{percent(figure['coverage'])} of the estimate")
    if figure["coverage_establishments"] is not None:
        parts.append(f"{percent(figure['coverage_establishments'])} of its establishments lie in published cells")
    return f"; {', '.join(parts)}" if parts else ""


def _coarser(figure: Facts) -> str:
    coarser = figure["coarser_region"]
    return f" The next larger region that is shown: {coarser}." if coarser else ""


def _code(code: Facts) -> str:
    if code["equivalence"] == "same":
        return str(code["industry_code"])
    return (
        f"{code['industry_code']} ({code['equivalence']}: listed as {code['listed_code']} of {code['listed_vintage']})"
    )


def _region(figure: Facts, region: Facts) -> Iterator[RenderableType]:
    areas = [f"{area['area_fips']} {area['area_title']}" for area in region["areas"]]
    yield Text(f"{figure['region']}: {'; '.join(areas)}")
    if region["areas"][0]["basis"] == "statewide":
        yield Text("The state's own rows are used: they are better published than those of its counties.")
    yield Text(f"All industries, what the share is a share of: {level(figure['measure'], figure['total'])}")
    yield _rows_table(figure, region["rows"], region["sum"])


def _known(figure: Facts, known: Facts) -> Iterator[RenderableType]:
    if not known["rows"]:
        yield Text("No row of it is published.")
        return
    if figure["measure"] == "businesses":
        yield Text("Establishments are published for every cell, also where jobs and wages are hidden: the fewest rows "
                   "that cover it.")  # fmt: skip
    else:
        yield Text("The fewest published rows that cover it: those with no published row above them inside it.")
    yield _rows_table(figure, known["rows"], known["sum"])
    if known["agrees"]:
        yield Text(f"The sum is the known part of the figure, exactly. Rows: {len(known['rows'])}.", style="green")


def _hidden(figure: Facts, hidden: Facts) -> Iterator[RenderableType]:
    if not hidden["rows"]:
        yield Text("Nothing of it is hidden.")
        return
    inside = level("businesses", hidden["establishments"])
    yield Text(f"Cells: {len(hidden['rows'])}, establishments in them: {inside}. Their jobs and wages are not "
               "published, and never estimated one by one. Inside: the nearest published row above.")  # fmt: skip
    table, is_year = _table(figure, hidden["rows"]), figure["quarter"] == 0
    table.add_column("Estabs.", justify="right", no_wrap=True)
    table.add_column("Inside")
    if is_year:
        table.add_column("Hidden in", no_wrap=True)
    table.add_column("Capture: lines", no_wrap=True)
    for row in hidden["rows"]:
        above = [row["nearest_published_code"], row["nearest_published_title"]]
        nearest = _shortened(" ".join(filter(None, above)) or "no published row")
        quarters = [f"Q{each['quarter']}" for each in row["rows"] if each["disclosure"] == "suppressed"]
        when = [Text(" ".join(quarters) or "the year")] if is_year else []
        establishments = Text(level("businesses", row["establishments"]))
        table.add_row(*_first_cells(figure, row), establishments, nearest, *when, Text(_lines(figure, row)))
    yield table
    if is_year:
        yield Text("A year is hidden where one of its quarters is.", style="dim")


def _beside(figure: Facts, beside: Sequence[Facts]) -> Iterator[RenderableType]:
    if not beside:
        yield Text("No other sector has a part of it, and it has no lens.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("", "Figure", "Share of the region"):
        table.add_column(title, overflow="fold")
    for row in beside:
        if row["relation"] == "lens":
            what = f"lens: {row['sector_name']}"
        else:
            what = f"in both {row['sector_name']} and {row['other_sector_name']}"
        table.add_row(*map(Text, (what, _ranges({**row, "measure": figure["measure"]}), share_text(row))))
    yield table


def _files(files: Sequence[Facts]) -> Iterator[RenderableType]:
    for file in files:
        yield _pairs(
            {
                file["capture_sha256"][:SHORT]: file["file_name"] or "",
                "SHA-256": file["capture_sha256"],
                "Address": file["address"],
                "Published": f"{file['published_at'][:10]}, retrieved {file['retrieved_at'][:10]}; "
                f"{file['revision_status']}",
            }
        )


def _breaks(figure: Facts, breaks: Sequence[Facts]) -> Iterator[RenderableType]:
    last = figure["naics_last_year"]
    yield Text(f"NAICS {figure['naics_vintage']} is in force {figure['naics_first_year']}"
               f"{f' to {last}' if last else ' and later'}: across a switch industries are cut otherwise.")  # fmt: skip
    for found in breaks:
        note = f" {found['note']}." if found["note"] else ""
        yield Text(f"From {found['first_quarter']}: {found['reason']} (industries {', '.join(found['industry_codes'])};"
                   f" evidence {found['grade']}).{note}")  # fmt: skip


def _rows_table(figure: Facts, rows: Sequence[Facts], added: float | None) -> Table:
    measure, is_year = figure["measure"], figure["quarter"] == 0
    table = _table(figure, rows)
    columns = _value_columns(measure, is_year)
    for title in columns:
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Capture: lines", no_wrap=True)
    for row in rows:
        table.add_row(*_first_cells(figure, row), *map(Text, (*_values(measure, is_year, row), _lines(figure, row))))
    table.add_section()
    first = [""] * (len(table.columns) - len(columns) - 2) + ["Sum"]
    table.add_row(*first, *_sums(measure, is_year, rows, added), "", style="bold")
    return table


def _value_columns(measure: str, is_year: bool) -> list[str]:
    if measure != "employment":
        return [{"businesses": "Establishments", "wages": "Wages"}[measure]]
    return ["12 months added", "Mean"] if is_year else ["Month 1", "Month 2", "Month 3", "Mean"]


def _values(measure: str, is_year: bool, row: Facts) -> list[str]:
    mean = level(measure, row["value"])
    if measure != "employment":
        return [mean]
    if is_year:
        return ["hidden" if row["value"] is None else f"{round(12 * row['value']):,}", mean]
    return [*(_month(row, month) for month in _MONTHS), mean]


def _month(row: Facts, month: str) -> str:
    found = [quarter[month] for quarter in row["rows"]]
    return "–" if not found or found[0] is None else f"{found[0]:,}"


def _sums(measure: str, is_year: bool, rows: Sequence[Facts], added: float | None) -> list[str]:
    if measure != "employment":
        return [level(measure, added)]
    if is_year:
        return ["hidden" if added is None else f"{round(12 * added):,}", level(measure, added)]
    months = [[quarter[month] for row in rows for quarter in row["rows"]] for month in _MONTHS]
    return [*("–" if None in values or not values else f"{sum(values):,}" for values in months), level(measure, added)]


def _table(figure: Facts, rows: Sequence[Facts]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="italic")
    if figure["sector_kind"] == "gross" and any("sector_name" in row for row in rows):
        table.add_column("Sector")
    for title in ("Area", "Own", "Code"):
        table.add_column(title, no_wrap=True)
    table.add_column("Industry")
    return table


def _first_cells(figure: Facts, row: Facts) -> list[Text]:
    cells = [Text(row["area_fips"]), Text(row["own_code"]), Text(row["industry_code"])]
    if figure["sector_kind"] == "gross" and "sector_name" in row:
        cells.insert(0, _shortened(row["sector_name"]))
    return [*cells, _shortened(row.get("industry_title") or "All industries")]


def _shortened(text: str) -> Text:
    """A title in one line, cut where there is no room; not str: [brackets] in it are not markup."""
    return Text(text, no_wrap=True, overflow="ellipsis")


def _lines(figure: Facts, row: Facts) -> str:
    """Where its rows stand, by capture: 2fe2bb38d5: Q1–Q3 120–122, Q4 9; of a quarter the line alone."""
    by_capture: dict[str, list[Facts]] = {}
    for quarter in row["rows"]:
        by_capture.setdefault(quarter["capture_sha256"], []).append(quarter)
    places = [f"{sha[:SHORT]}: {', '.join(_spans(figure, found))}" for sha, found in by_capture.items()]
    return "; ".join([*places, *(f"{sha[:SHORT]}: annual file" for sha in row["captures"] if sha not in by_capture)])


def _spans(figure: Facts, rows: Sequence[Facts]) -> Iterator[str]:
    """Quarters with their lines, those that follow each other in one."""
    spans: list[list[Facts]] = []
    for row in rows:
        last = spans[-1][-1] if spans else None
        if last and all(row[name] == last[name] + 1 for name in ("quarter", "line_number")):
            spans[-1].append(row)
        else:
            spans.append([row])
    for span in spans:
        lines = _range([row["line_number"] for row in span])
        yield lines if figure["quarter"] else f"Q{_range([row['quarter'] for row in span], '–Q')} {lines}"


def _range(numbers: Sequence[int], between: str = "–") -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}{between}{numbers[-1]}"


def _all_rows(facts: Facts) -> Iterator[Facts]:
    for part in ("region", "known", "hidden"):
        yield from facts[part]["rows"]


def _members(rows: Iterable[Facts]) -> Iterator[RenderableType]:
    """Which table of which file the lines are of, for each area."""
    tables: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        for quarter in row["rows"]:
            tables.setdefault((quarter["capture_sha256"][:SHORT], quarter["member"]), {})[row["area_fips"]] = None
    for (capture, member), areas in tables.items():
        yield Text(f"Lines of {capture} for {', '.join(areas)}: {member}", style="dim")


def _pairs(lines: Mapping[str, str]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="italic")
    table.add_column(overflow="fold")
    for name, text in lines.items():
        table.add_row(Text(name), Text(text))
    return table
