"""The site opens from disk: no request, no dead link, every failing row on its page."""

from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from expectations.data_docs import DataDocs, write_data_docs
from expectations.results import ExpectationResult, not_evaluated
from expectations.runner import run_suites
from expectations.vocabulary import TableSuite, column_between, column_in_set, column_not_null, no_rows

M = "The sentence that people read."


class Page(HTMLParser):
    """What a page loads, where it links to, and what it says."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.source = path.read_text("utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.text += " "
        for name, value in attrs:
            if name in {"src", "srcset", "href", "data", "poster", "background", "action"} and value is not None:
                (self.links if tag == "a" else self.loads).append(value)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def site(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> Path:
    cells = TableSuite(
        "core.cells",
        (
            column_not_null("own_code", meaning="Every cell has an owner."),
            column_between("quarter", 1, 4, meaning="A year has four quarters."),
            column_in_set("title", ["plain"], meaning="Titles are <plain>.", severity="warning"),
            no_rows("broken", "SELEC <i>1</i>", meaning="Broken on purpose."),
        ),
    )
    run_suites(database, [cells, TableSuite("core.empty", (column_not_null("a", meaning=M),))], docs, "run-1")
    return docs.folder


def test_no_page_loads_anything_and_each_says_so_to_the_browser(site: Path) -> None:
    pages = {path: Page(path) for path in site.rglob("*.html")}
    assert sorted(path.name for path in pages) == ["core.cells.html", "core.empty.html", "index.html"]
    for path, page in pages.items():
        assert page.loads == []
        assert not page.tags & {"script", "link", "img", "iframe", "object", "embed"}
        assert "@import" not in page.source
        assert "url(" not in page.source
        assert "default-src 'none'" in page.source
        assert [link for link in page.links if not (path.parent / link).is_file()] == []


def test_the_banner_and_the_run_stand_on_every_page(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = Page(path).text
        assert "SYNTHETIC SAMPLE" in text
        assert "Target sectors" in text
        assert "run-1" in text


def test_the_index_counts_and_says_whether_it_stops_publication(site: Path) -> None:
    text = " ".join(Page(site / "index.html").text.split())
    assert "Failed: 2, which stops publication. Warnings: 1." in text
    assert "core.cells failed 4 1 2 1" in text
    assert "core.empty passed 1 1 0 0" in text


def test_a_page_shows_meaning_statement_error_and_the_failing_row(site: Path) -> None:
    page = Page(site / "tables" / "core.cells.html")
    text = " ".join(page.text.split())
    assert "A year has four quarters." in text
    assert "quarter values must be greater than or equal to 1" in text
    assert "Failing rows: 1 of 6" in text
    assert "41067 9 2016 5 13 7 1.5 plain" in text
    assert "Could not be evaluated" in text
    assert text.index("A year has four quarters.") < text.index("Every cell has an owner.")


def test_values_of_the_data_are_text_not_markup(site: Path) -> None:
    page = Page(site / "tables" / "core.cells.html")
    assert not page.tags & {"b", "i"}
    for literally in ("a <b>bold</b> title", "SELEC <i>1</i>", "Titles are <plain>."):
        assert literally in page.text


def results_of(*tables: str, success: bool = True) -> list[ExpectationResult]:
    expectation = column_not_null("a", meaning=M)
    if success:
        return [ExpectationResult(t, "t", "n", (), M, "critical", "s", True, 0, 1, None, [], None) for t in tables]
    return [not_evaluated(table, expectation, "error") for table in tables]


def test_the_layers_of_a_run_come_together_and_a_suite_that_runs_again_replaces_itself(docs: DataDocs) -> None:
    write_data_docs(docs, "run-1", results_of("raw.captures", success=False))
    write_data_docs(docs, "run-1", results_of("core.cells"))
    write_data_docs(docs, "run-1", results_of("raw.captures"))
    text = " ".join(Page(docs.folder / "index.html").text.split())
    assert "raw.captures passed 1 1 0 0 core.cells passed 1 1 0 0" in text
    assert "Everything that blocks publication holds." in text


def test_the_next_run_starts_afresh(docs: DataDocs) -> None:
    write_data_docs(docs, "run-1", results_of("raw.captures", "core.cells"))
    write_data_docs(docs, "run-2", results_of("raw.captures"))
    assert [path.name for path in (docs.folder / "tables").iterdir()] == ["raw.captures.html"]
    assert "core.cells" not in Page(docs.folder / "index.html").text


def test_the_same_results_give_the_same_bytes(docs: DataDocs, tmp_path: Path) -> None:
    again = DataDocs(tmp_path / "again", docs.site_name, docs.banner)
    for site in (docs, again):
        write_data_docs(site, "run", results_of("core.cells", success=False))
    assert {p.relative_to(docs.folder): p.read_bytes() for p in docs.folder.rglob("*.*")} == {
        p.relative_to(again.folder): p.read_bytes() for p in again.folder.rglob("*.*")
    }
