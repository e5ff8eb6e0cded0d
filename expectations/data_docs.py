"""Data Docs: the results of a run as a static site, an index and one page a table, that opens from disk.

Great Expectations' own pages load scripts, styles and images from seven hosts, show an empty index without them, and
put values of the data into the page unescaped. These pages hold all they need, and forbid themselves any request.
Nothing here knows Great Expectations or the database.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.results import ExpectationResult

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class DataDocs:
    """The folder of the site, which belongs to it alone, its name, and a banner that stands on every page."""

    folder: Path
    site_name: str = "Data Docs"
    banner: str = ""


def write_data_docs(docs: DataDocs, run_name: str, results: Sequence[ExpectationResult]) -> None:
    """Add the tables of `results` to the site of the run, in place of what it said of them before.

    The site shows one run: with the first results of another run, the pages of the earlier one go.
    """
    summary_file = docs.folder / "run.json"
    pages = docs.folder / "tables"
    summary = json.loads(summary_file.read_text("utf-8")) if summary_file.exists() else {}
    if summary.get("run_name") != run_name:
        shutil.rmtree(pages, ignore_errors=True)
        summary = {"run_name": run_name, "tables": {}}
    pages.mkdir(parents=True, exist_ok=True)

    for table, of_table in groupby(results, key=lambda result: result.table):
        failed_first = sorted(of_table, key=lambda result: result.success)
        counts = _counts(failed_first)
        summary["tables"][table] = counts
        page = _page(docs, "table.html", run_name=run_name, table=table, counts=counts, results=failed_first)
        _write(pages / f"{table}.html", page)
    _write(docs.folder / "index.html", _page(docs, "index.html", **summary))
    _write(summary_file, json.dumps(summary, indent=1))


def _counts(results: Sequence[ExpectationResult]) -> dict[str, int]:
    passed = sum(result.success for result in results)
    failed = sum(result.blocks for result in results)
    return {
        "expectations": len(results),
        "passed": passed,
        "failed": failed,
        "warnings": len(results) - passed - failed,
    }


def _page(docs: DataDocs, template: str, **values: Any) -> str:
    return _environment().get_template(template).render(site_name=docs.site_name, banner=docs.banner, **values)


@cache
def _environment() -> Environment:
    """Once a process: its templates are compiled once."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all, so that a killed run leaves no half page."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)
