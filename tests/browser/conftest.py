"""A small warehouse of known figures, the dashboard made of it, and Debian's Chromium with the network off.

The warehouse has tables of the contracts, filled by formula: every status a figure can have, a break, a region that is
a single county, counties that are hidden. A second one bears names that attack the pages.
"""

import functools
import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from contract_rows import complete

from pipelines.orchestration.sites import write_site
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES

pytest.importorskip("playwright.sync_api")

PERIODS = [f"{year}{quarter}" for year in (2022, 2023, 2024) for quarter in ("", "-Q1", "-Q2", "-Q3", "-Q4")]
COUNTIES = {
    "41005": "Clackamas County",
    "41051": "Multnomah County",
    "41067": "Washington County",
    "41055": "Sherman County",
}
REGIONS = {"metro": ["41051", "41067"], "wide": ["41005", "41051", "41067"]}
SECTORS = {
    "making": ("Making", "sector", None),
    "power": ("Power", "sector", None),
    "building": ("Building", "sector", None),
    "care": ("Care", "sector", None),
    "children": ("Children", "sector", None),
    "all_target_sectors": ("All target sectors (each business once)", "union", None),
    "sum_of_sectors": ("Sum of sectors (overlaps counted twice)", "gross", None),
    "chips": ("Chips", "lens", "making"),
}
MEASURES = {"businesses": 1.0, "employment": 20.0, "wages": 1_400_000.0}
HOSTILE = {
    "making": """</script><script>window.attacked = 1</script><img src=x onerror="window.attacked=2">""",
    "power": "\u202eyltfel ot thgir 'quoted' \"twice\" {name} {{ 7*7 }}",
    "care": "=cmd|'/C calc'!A0",
    "children": "Long " + "name " * 2000,
    "chips": "</title></style><!-- ]]> &amp; `${1}`",
}
EXACT = dict.fromkeys(("lower", "estimate", "upper", "interval90_lower", "interval90_upper"), 1.0)
OPEN = {"lower": 0.8, "interval90_lower": 0.9, "estimate": 1.0, "interval90_upper": 1.05, "upper": 1.3}
STATUS = {
    "making": "published",
    "power": "estimated",
    "building": "published",
    "care": "withheld_single_cell",
    "children": "contradictory_rows",
    "chips": "withheld_single_cell",
}
_DEFAULT = {"VARCHAR": "x", "BOOLEAN": False, "VARCHAR[]": []}

Query = Callable[..., list[tuple[Any, ...]]]


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Makes a table of the contracts; columns that a row does not say are null where they may be, else a default."""
    contract = ALL_TABLES[table]
    connection.execute(contract.create_statement())
    if rows:
        whole = [complete(contract, row, _DEFAULT) for row in rows]
        frame = pl.DataFrame(whole, infer_schema_length=None)  # noqa: F841 - read by DuckDB
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM frame")


def part(region: str) -> float:
    return {"metro": 1.0, "wide": 1.6, "41051": 0.7, "41067": 0.3, "41005": 0.6, "41055": 0.01}[region]


def figure(region: str, definition: str, sector: str, ownership: str, period: str, measure: str) -> dict[str, Any]:
    """One row of marts.sector_measures, by formula."""
    year, quarter = int(period[:4]), int(period[-1]) if "Q" in period else 0
    place = [*SECTORS].index(sector)
    grown = 1 + 0.03 * (year - 2022) + 0.004 * quarter
    size = (200 + 90 * place) * part(region) * grown * (1.25 if definition == "broad" else 1)
    size *= MEASURES[measure] * (3 if sector in ("all_target_sectors", "sum_of_sectors") else 1)
    size *= 0.25 if quarter and measure == "wages" else 1
    status = STATUS.get(sector, "estimated")
    if measure == "businesses" or region == "wide":
        status = "published"
    if region == "41055" and measure != "businesses":
        status = "withheld_single_cell"
    shown = {name: size * ratio for name, ratio in (EXACT if status == "published" else OPEN).items()}
    if status not in ("published", "estimated"):
        shown = dict.fromkeys(shown)
    known = {"published": size, "estimated": size * 0.8}.get(status, None if sector == "chips" else size * 0.6)
    total = 9000 * part(region) * grown * MEASURES[measure] * (1.2 if ownership != "private" else 1)
    total *= 0.25 if quarter and measure == "wages" else 1
    has_total = not (region == "41005" and ownership == "total_covered" and year == 2022)
    return {
        "region": region,
        "definition": definition,
        "sector": sector,
        "ownership": ownership,
        "period": period,
        "year": year,
        "quarter": quarter,
        "measure": measure,
        "estimate_status": status,
        "known": known,
        "sector_name": SECTORS[sector][0],
        "sector_kind": SECTORS[sector][1],
        "total": total if has_total else None,
        **shown,
        **{f"{n}_share": value / total if value is not None and has_total else None for n, value in shown.items()},
        "known_share": known / total if known is not None and has_total else None,
        "data_origin": "SYNTHETIC SAMPLE",
        "hidden_cells": 0 if status == "published" else 3,
        "total_cells": 12,
        "source": "sample",
        "coverage_establishments": 1.0 if status == "published" else 0.9,
        "revision_status": "final",
        "region_name": {**COUNTIES, "metro": "Metro", "wide": "Wide"}[region],
    }


def write_warehouse(path: Path, names: Mapping[str, str]) -> None:
    """Writes the warehouse; names replace those of sectors, regions and industries."""
    named = {key: (names.get(key, name), kind, lens) for key, (name, kind, lens) in SECTORS.items()}
    places = [
        (region, definition, ownership, period)
        for region in (*REGIONS, *COUNTIES)
        for definition in ("strict", "broad")
        for ownership in ("private", "total_covered")
        for period in PERIODS
        if not (region == "wide" and period < "2023")
    ]
    measures = [
        figure(region, definition, sector, ownership, period, measure) | {"sector_name": named[sector][0]}
        for region, definition, ownership, period in places
        for sector in SECTORS
        for measure in MEASURES
    ]
    if "region" in names:
        measures = [row | {"region_name": names["region"]} if row["region"] == "wide" else row for row in measures]
    with open_database(path) as connection:
        fill(connection, "marts.sector_measures", measures)
        for measure in MEASURES:
            rows = [row for row in measures if row["measure"] == measure]
            columns = {column.name for column in ALL_TABLES[f"marts.share_of_{measure}"].columns}
            fill(connection, f"marts.share_of_{measure}", [{k: v for k, v in r.items() if k in columns} for r in rows])
        jobs = [row for row in measures if row["measure"] == "employment" and row["estimate"] is not None]
        pay = [
            {k: row[k] for k in ("region", "definition", "sector", "ownership", "period", "year", "quarter")}
            for row in jobs
        ]
        for row, job in zip(pay, jobs, strict=True):
            is_open = job["estimate_status"] == "estimated"
            row |= {name: 70_000 * ratio for name, ratio in (OPEN if is_open else EXACT).items()}
            row |= {"estimate_status": job["estimate_status"]}
            row |= {"upper": None, "interval90_upper": None} if is_open and row["period"] == "2022" else {}
        fill(connection, "marts.sector_pay", pay)
        quotients = [
            {k: row[k] for k in ("region", "definition", "sector", "ownership", "period", "year", "quarter", "measure")}
            | {"base_region": "wide", "base_region_name": "Wide", "base_ownership": row["ownership"]}
            | ({"concentration_status": "hidden"} if row["estimate"] is None else {"concentration_status": "measured"})
            | {name: 1.3 * ratio if row["estimate"] is not None else None
               for name, ratio in (OPEN if row["estimate_status"] == "estimated" else EXACT).items()}
            for row in measures
            if row["region"] != "wide"
        ]  # fmt: skip
        fill(connection, "marts.sector_concentration", quotients)
        overlaps = [
            {k: row[k] for k in ("region", "definition", "ownership", "period", "year", "quarter", "measure", "known")}
            | {k: row[k] for k in EXACT}
            | {"sector": row["sector"], "other_sector": "building", "estimate_status": row["estimate_status"]}
            for row in measures
            if row["sector"] in ("power", "care")
        ]
        fill(connection, "marts.sector_overlap", overlaps)
        view = {"region": "metro", "definition": "strict", "sector": "building", "ownership": "private"}
        reason = names.get("reason", "Jobs were moved between industries")
        broken = {"kind": "recoding", "breaks_series": True, "reason": reason, "break_id": "moved", "grade": "A"}
        moved = {"year": 2023, "quarter": 1}
        fill(connection, "marts.trend_breaks", [{**view, **broken, **moved, "series": s} for s in ("level", "share")])
        fill(connection, "reference.trend_breaks", [{"break_id": "moved", "reason": reason, "grade": "A", **moved}])
        reading = {"period": "2024", "year": 2024, "reading": "SYNTHETIC SAMPLE: pay is 1.1 times the Standard"}
        fill(connection, "marts.pay_against_standard", [{**view, **reading}])
        _fill_industries(connection, names)
        _fill_reference(connection, named, names)


def _fill_industries(connection: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> None:
    titles = names.get("industry", "Industry")
    rows = [
        {
            "region": region,
            "year": year,
            "period": str(year),
            "industry_code": code,
            "naics_digits": len(code),
            "industry_title": f"{titles} {code}",
            "industries": 40,
            "ranked_industries": 30,
            "establishments": 12.0,
            "rank": None if n % 4 == 3 else n + 1,
            "rank_best": max(1, n - 2),
            "rank_worst": n + 9,
            "estimate_jobs": None if n % 4 == 3 else 900.0 - n,
            "lower_jobs": 40.0,
            "score_lower": 0.1,
            "estimate_pay": None if n % 4 == 3 else 65_000.0,
            "estimate_growth": 0.01,
            "score_upper": 0.9,
            "top_share_of_weightings": None if n % 4 == 3 else 0.8,
            "estimate_location_quotient": 1.1,
            **{f"{definition}_sectors": ["building"] if n < 6 else [] for definition in ("strict", "broad")},
            **{f"{definition}_sectors_in_part": ["power"] if 6 <= n < 9 else [] for definition in ("strict", "broad")},
        }
        for region in (*REGIONS, *COUNTIES)
        for year in (2023, 2024)
        for n, code in enumerate([*(f"{2300 + n}" for n in range(40)), *(f"{230 + n}" for n in range(12))])
    ]
    fill(connection, "marts.sector_screening", rows)


def _fill_reference(
    connection: duckdb.DuckDBPyConnection, named: Mapping[str, tuple[str, str, str | None]], names: Mapping[str, str]
) -> None:
    sectors = [
        {"sector": key, "sector_name": name, "kind": kind, "lens_of": lens, "sort_order": order}
        for order, (key, (name, kind, lens)) in enumerate(named.items())
    ]
    fill(connection, "reference.sectors", sectors)
    regions = [{"region": "metro", "is_default": True, "sort_order": 1}, {"region": "wide", "sort_order": 2}]
    fill(connection, "reference.regions", regions)
    areas = [{"region": region, "area_fips": area} for region, counties in REGIONS.items() for area in counties]
    fill(connection, "reference.region_areas", areas)
    codes = [
        {"definition": d, "sector": s, "naics_vintage": 2022, "listed_vintage": 2022, "industry_code": "23",
         "grade": "C", "source": names.get("reason", "Somebody said so")}
        for d in ("strict", "broad") for s, (_, kind, _) in named.items() if kind in ("sector", "lens")
    ]  # fmt: skip
    fill(connection, "reference.sector_codes", codes)
    fill(
        connection,
        "reference.naics",
        [{"naics_vintage": 2022, "industry_code": "23", "industry_title": "Construction"}],
    )
    theirs = [
        {"figure_id": "jobs", "statistic": "employment", "unit": "jobs", "value": 12_000.0, "sector": "building"},
        {
            "figure_id": "share",
            "statistic": "share_of_wages",
            "unit": "share",
            "value": 0.49,
            "sector": "all_target_sectors",
        },
    ]
    fill(
        connection,
        "reference.published_figures",
        [one | {"publisher": names.get("reason", "A board")} for one in theirs],
    )
    ours = [
        {"figure_id": one["figure_id"], "statistic": one["statistic"], "published_value": one["value"],
         "region": "metro", "sector": one["sector"], "published_year": 2023, "our_year": 2023, "definition": definition,
         "reading": one["sector"], "our_value": one["value"] * ratio, "difference": one["value"] * (ratio - 1),
         "is_complete": definition == "strict", "is_reproduced": ratio == 1.0, "is_reproduced_by_any": True,
         "publisher": names.get("reason", "A board"), "note": None if ratio == 1.0 else "cells are hidden"}
        for one in theirs for definition, ratio in (("strict", 0.7), ("broad", 1.0))
    ]  # fmt: skip
    fill(connection, "marts.published_figures", ours)
    fill(connection, "reference.analysis", [{"price_year": 2024, "random_weightings": 1000, "top_share": 0.25}])
    fill(
        connection, "reference.screening_weights", [{"criterion": c, "weight": 1.0} for c in ("growth", "pay", "size")]
    )
    file = {"capture_sha256": "a" * 64, "file_name": names.get("reason", "2024.zip"), "periods": "2022-Q1 to 2024-Q4"}
    fill(connection, "raw.captures", [file | {"areas": "4 areas", "published_at": "2025-06-01T00:00:00+00:00"}])
    fill(connection, "marts.figure_sources", [{"capture_sha256": "a" * 64, "revision_status": "final"}])
    fill(connection, "core.identities", [{"identity": "industries_add_up", "groups_checked": 1234, "groups_failed": 0}])


@dataclass(frozen=True)
class Dashboard:
    """A site, and the warehouse that it was made from."""

    folder: Path
    warehouse: Path

    @property
    def pages(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.html"))

    def ask(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            return connection.execute(query, parameters).fetchall()


def make_dashboard(folder: Path, names: Mapping[str, str]) -> Dashboard:
    docs = folder / "docs"
    docs.mkdir()
    (docs / "index.html").write_text('<!doctype html><html lang="en"><title>Checks</title><h1>Checks</h1></html>')
    counts = {"expectations": 9, "passed": 9, "failed": 0, "warnings": 0}
    (docs / "run.json").write_text(f'{{"run_name": "r", "tables": {{"core.x": {counts!r}}}}}'.replace("'", '"'))
    write_warehouse(folder / "sectors.duckdb", names)
    with open_database(folder / "sectors.duckdb", read_only=True) as connection:
        dictionary = "<h2>marts.share_of_employment</h2><p>One row a sector.</p>"
        write_site(connection, folder / "site", docs, dictionary)
    return Dashboard(folder / "site", folder / "sectors.duckdb")


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    return make_dashboard(tmp_path_factory.mktemp("dashboard"), {})


@pytest.fixture(scope="session")
def hostile_dashboard(tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    attack = HOSTILE["making"]
    names = {**HOSTILE, "region": attack, "reason": attack, "industry": attack}
    return make_dashboard(tmp_path_factory.mktemp("hostile"), names)


@pytest.fixture(scope="session")
def served(dashboard: Dashboard) -> Iterator[str]:
    """The address of the site on a web server of this machine."""
    handler = functools.partial(QuietHandler, directory=str(dashboard.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@dataclass
class Opened:
    """A page of the site, and what happened on it."""

    page: Any
    refused: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go(self, address: str) -> "Opened":
        self.page.goto(address)
        return self.ready()

    def ready(self) -> "Opened":
        self.page.wait_for_selector("html[data-state=ready]", timeout=30_000)
        return self

    def choose(self, control: str, value: str) -> None:
        """Chooses as a person does, and waits until the page shows it."""
        select = self.page.locator(f"select[data-control={control}]")
        if select.count():
            select.select_option(value)
        else:
            self.page.locator(f"label.choice:has(input[data-control={control}][value='{value}'])").click()
        self.ready()

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).first.text_content())


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Opened]]:
    """Opens a page with the network off: what is not of the site or this machine is refused and remembered."""
    contexts = []

    def open_page(**options: Any) -> Opened:
        context = chromium.new_context(**options)
        contexts.append(context)
        made = Opened(context.new_page())

        def guard(route: Any) -> None:
            if route.request.url.startswith(("file:", "http://127.0.0.1:", "data:")):
                route.continue_()
            else:
                made.refused.append(route.request.url)
                route.abort()

        context.route("**/*", guard)
        made.page.on("request", lambda request: made.loaded.append(request.url))
        made.page.on("console", lambda message: made.errors.append(message.text) if message.type == "error" else None)
        made.page.on("pageerror", lambda error: made.errors.append(str(error)))
        return made

    yield open_page
    for context in contexts:
        context.close()
