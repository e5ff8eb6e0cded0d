"""Data Docs in a browser without a network: from disk, over loopback, copied elsewhere, with hostile values."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from expectations.data_docs import DataDocs, write_data_docs
from expectations.results import ExpectationResult
from pipelines.settings import Settings

SYNTHETIC = "SYNTHETIC SAMPLE"
PHONE, DESK = 360, 1280
HOSTILE = (
    "</script><script>window.ran = true</script>",
    '"><img src=x onerror="window.ran = true">',
    "=cmd|' /C calc'!A0",
    "\u202egnidaer\u202c",
    "{{ 7 * 7 }}",
    "long" * 2_500,
)

Open = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Open]:
    """Opens a page; nothing outside of its site is let through. In the end, nobody asked, and nobody complained."""
    refused: list[str] = []
    said: list[str] = []
    contexts = []

    def call(address: str, site: str, width: int = DESK, scheme: Any = "light") -> Page:
        def only_of_the_site(route: Route) -> None:
            if route.request.url.startswith(site):
                route.continue_()
            else:
                refused.append(route.request.url)
                route.abort()

        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        context.route("**/*", only_of_the_site)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
        page.goto(address)
        return page

    yield call
    for context in contexts:
        context.close()
    assert refused == []
    assert said == []


@pytest.fixture
def docs(sample_runs: Any, tmp_path: Path) -> Path:
    """The pages of the run on the sample, copied to a folder whose name is not easy in an address."""
    folder = tmp_path / "for the board #1 ü" / "docs"
    shutil.copytree(Settings(data_dir=sample_runs.data_dir).exports_dir / "data_docs", folder)
    return folder


@pytest.fixture
def failed_docs(tmp_path: Path) -> Path:
    """Pages of a check that failed on rows with hostile values; the table's and the check's words are hostile too."""
    docs = DataDocs(tmp_path / "failed", f"Data Docs: {HOSTILE[0]}", f"{SYNTHETIC} {HOSTILE[1]}")
    rows = [{f"column {HOSTILE[0]}": value, "jobs": None} for value in HOSTILE]
    result = ExpectationResult(
        *("core.cells", "no_rows", HOSTILE[0], (), HOSTILE[1], "critical", HOSTILE[0], False),
        *(len(rows), 100, HOSTILE[3], rows, HOSTILE[1]),
    )
    write_data_docs(docs, "run-1", [result])
    return docs.folder


@pytest.mark.slow
@pytest.mark.parametrize("over", ["disk", "loopback"])
def test_index_and_tables_are_read_without_a_network(over: str, docs: Path, visit: Open) -> None:
    summary = json.loads((docs / "run.json").read_text("utf-8"))["tables"]
    with address_of(docs, over) as site:
        page = visit(f"{site}index.html", site)
        assert page.get_by_role("heading", level=1).inner_text() == "Data Docs: target sectors"
        assert page.get_by_role("row").count() == len(summary) + 1
        assert page.get_by_text("Everything that blocks publication holds.").is_visible()
        assert page.get_by_text(SYNTHETIC).first.is_visible()

        page.get_by_role("link", name="core.qcew_cells", exact=True).click()
        assert page.get_by_role("heading", level=1).inner_text() == "core.qcew_cells"
        checks = page.locator("section")
        assert checks.count() == summary["core.qcew_cells"]["expectations"] > 0
        assert checks.first.is_visible()
        assert page.get_by_text(SYNTHETIC).first.is_visible()
        page.get_by_label("hide those that passed").check()
        assert checks.filter(visible=True).count() == summary["core.qcew_cells"]["warnings"]

        page.get_by_role("link", name="Data Docs: target sectors").click()
        assert page.get_by_role("row").count() == len(summary) + 1


@pytest.mark.slow
def test_every_page_fits_a_phone_and_says_that_it_is_synthetic(docs: Path, visit: Open) -> None:
    with address_of(docs, "disk") as site:
        page = visit(f"{site}index.html", site, PHONE)
        pages = sorted((docs / "tables").glob("*.html"))
        assert pages
        for path in (docs / "index.html", *pages):
            page.goto(path.as_uri())
            assert page.get_by_text(SYNTHETIC).first.is_visible(), path.name
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, path.name


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_hostile_values_are_shown_as_text(width: int, failed_docs: Path, visit: Open) -> None:
    with address_of(failed_docs, "disk") as site:
        page = visit(f"{site}index.html", site, width)
        assert page.title() == f"Data Docs: {HOSTILE[0]}"
        assert "Failed: 1, which stops publication." in page.get_by_role("main").inner_text()
        page.get_by_role("link", name="core.cells").click()
        cells = page.locator(".rows tbody tr td:first-child")
        assert cells.all_text_contents() == list(HOSTILE)
        assert page.locator(".rows .null").count() == len(HOSTILE)  # no value is not 0
        assert page.get_by_text(HOSTILE[1]).first.is_visible()
        assert page.evaluate("window.ran === undefined")
        assert page.locator("script, img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(scheme: str, failed_docs: Path, visit: Open) -> None:
    with address_of(failed_docs, "disk") as site:
        assert_accessible(visit(f"{site}index.html", site, scheme=scheme))
        assert_accessible(visit(f"{site}tables/core.cells.html", site, PHONE, scheme))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_pages_of_a_run(scheme: str, docs: Path, visit: Open) -> None:
    with address_of(docs, "disk") as site:
        assert_accessible(visit(f"{site}index.html", site, PHONE, scheme))
        assert_accessible(visit(f"{site}tables/core.qcew_cells.html", site, scheme=scheme))


def assert_accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    serious = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in serious] == []


@contextmanager
def address_of(folder: Path, over: str) -> Iterator[str]:
    """Where the folder's pages begin: on disk, or on a server on loopback that ends with the block."""
    if over == "disk":
        yield f"{folder.as_uri()}/"
        return
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """The test's own output is enough."""
