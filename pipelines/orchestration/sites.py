"""Writes the dashboard from the published warehouse, and puts it in place of the last one.

Belongs here: the queries a site is made from. Not here: the swap of its folder (folders), pages, charts, words
(reporting.site).
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
from markupsafe import Markup

from pipelines.orchestration.folders import swapped_in
from pipelines.warehouse.reports import read_report

REPORTS = (
    *("site_measures", "site_pay", "site_concentration", "site_overlaps", "site_breaks", "site_standards"),
    *("site_industries", "site_published_figures", "site_regions", "site_sectors", "site_periods", "site_origin"),
    *("site_definitions", "site_files", "site_identities", "site_all_breaks", "site_weights", "site_analysis"),
)


class NothingToShow(ValueError):  # noqa: N818 - it names the situation
    """A warehouse without figures of any region: there is no page to make of it."""


def write_site(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    data_docs: Path | None = None,
    dictionary_html: str | None = None,
) -> Path:
    """Writes the dashboard of a published warehouse to a folder that belongs to it alone; its first page.

    data_docs: the pages of the checks, which become a part of the site; dictionary_html: the data dictionary, the inner
    part of a page, whose maker escaped every text of it. The folder is replaced as a whole: whoever has a page of the
    old one open keeps it. Raises NothingToShow where no region has figures, NotOurFolder for a folder of other things,
    ValueError for a key that cannot name a file; the last site stays.
    """
    from pipelines.reporting.site.pages import Extras, Site  # draws with libraries that take a second to load

    tables = {name: read_report(connection, name) for name in REPORTS}
    if tables["site_measures"].is_empty():
        raise NothingToShow(
            "the warehouse has no figures of any region: marts.region_availability says what is missing"
        )
    has_docs = data_docs is not None and (data_docs / "index.html").exists()
    checks = _checks(data_docs / "run.json") if data_docs and has_docs else None
    with swapped_in(folder) as new:
        Site(new, tables, Extras(Markup(dictionary_html) if dictionary_html else None, checks, has_docs)).write()
        if data_docs and has_docs:
            shutil.copytree(data_docs, new / "data_docs", ignore=shutil.ignore_patterns("*.partial"))
    return folder / "index.html"


def _checks(summary: Path) -> Mapping[str, int] | None:
    """What the checks found, all tables together; None where their pages have no summary."""
    if not summary.exists():
        return None
    tables = json.loads(summary.read_text("utf-8"))["tables"]
    names = ("expectations", "passed", "failed", "warnings")
    return {"tables": len(tables)} | {name: sum(counts[name] for counts in tables.values()) for name in names}
