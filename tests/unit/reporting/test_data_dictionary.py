"""The dictionary: current, complete, with a unit for every number; all text as text; every link leads somewhere."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from pipelines.reporting.data_dictionary import (
    LAYERS,
    RENEWAL,
    dictionary_html,
    dictionary_markdown,
    table_anchor,
)
from pipelines.warehouse.connection import LAYERS as SCHEMAS
from pipelines.warehouse.contracts import ALL_TABLES

DICTIONARY = Path(__file__).resolve().parents[3] / "docs" / "data_dictionary.md"
PUBLISHED = [table for table in ALL_TABLES.values() if table.is_published]


@dataclass(frozen=True)
class SomeColumn:
    name: str = "jobs"
    type: str = "DOUBLE"
    meaning: str = "Jobs."
    is_nullable: bool = False


@dataclass(frozen=True)
class SomeTable:
    name: str = "marts.some"
    grain: str = "One row a thing."
    key: tuple[str, ...] = ("jobs",)
    columns: tuple[SomeColumn, ...] = (SomeColumn(),)
    cautions: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)


HOSTILE = "</script><img src=x onerror=alert(1)> | `a` *b* _c_ [d](e) \"'&amp; \u202e"


class Page(HTMLParser):
    """Tags, ids, targets of links and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        found = dict(attrs)
        self.ids += [str(found["id"])] if "id" in found else []
        self.targets |= {str(found["href"]).removeprefix("#")} if "href" in found else set()

    def handle_data(self, data: str) -> None:
        self.text += data


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_the_file_is_current() -> None:
    assert DICTIONARY.read_text("utf-8") == dictionary_markdown(PUBLISHED), f"renew it: {RENEWAL}"


def test_every_published_table_and_column_is_in_it() -> None:
    sections = re.split(r"^### ", dictionary_markdown(PUBLISHED), flags=re.MULTILINE)[1:]
    found = {
        name: [cells(line)[0].strip("`") for line in body.splitlines() if line.startswith("| `")]
        for name, _, body in (section.partition("\n") for section in sections)
    }
    assert found == {table.name: [column.name for column in table.columns] for table in PUBLISHED}


def test_layers_are_those_of_the_warehouse() -> None:
    assert set(LAYERS) == set(SCHEMAS)


def test_links_of_the_markdown_lead_to_its_headings() -> None:
    text = dictionary_markdown(PUBLISHED)
    anchors = {heading.replace(".", "") for heading in re.findall(r"^#+ (\S+)$", text, re.MULTILINE)}
    targets = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert targets
    assert targets <= anchors
    for file in set(re.findall(r"\]\(([^)#]+)\)", text)):
        assert (DICTIONARY.parent / file).exists(), file


def test_ids_of_the_page_are_unique_and_its_links_lead_to_them() -> None:
    page = Page(dictionary_html(PUBLISHED))
    assert len(page.ids) == len(set(page.ids))
    assert page.targets
    assert page.targets <= set(page.ids)
    assert {table_anchor(table.name) for table in PUBLISHED} <= set(page.ids)


def test_the_page_is_an_inner_part_with_headings_from_h2() -> None:
    page = Page(dictionary_html(PUBLISHED))
    assert not {"html", "head", "body", "h1", "script", "style"} & set(page.tags)
    assert page.tags["h3"] == page.tags["table"] == page.tags["caption"] == len(PUBLISHED)


def test_hostile_text_is_text_on_the_page() -> None:
    table = SomeTable(grain=HOSTILE, columns=(SomeColumn(meaning=HOSTILE),), cautions=(HOSTILE,))
    page, plain = Page(dictionary_html([table])), Page(dictionary_html([SomeTable(cautions=("Mind.",))]))
    assert page.tags == plain.tags
    assert page.text.count(HOSTILE) == 4


def test_hostile_text_is_text_in_the_markdown() -> None:
    text = dictionary_markdown([SomeTable(grain=HOSTILE, columns=(SomeColumn(meaning=HOSTILE + "\n# x"),))])
    assert "<img" not in text
    assert "</script>" not in text
    (row,) = (line for line in text.splitlines() if line.startswith("| `jobs`"))
    assert len(cells(row)) == 5
    assert r"\`a\` \*b\* \_c\_ \[d\](e)" in row
    assert not re.search(r"^# x", text, re.MULTILINE)


def test_tables_that_are_named_are_linked() -> None:
    tables = [SomeTable(), SomeTable("marts.some_more", "See marts.some and marts.some_more; not marts.someone.")]
    assert (
        "See [marts.some](#martssome) and [marts.some_more](#martssome_more); not marts.someone."
        in dictionary_markdown(tables)
    )
    assert '<a href="#marts-some">marts.some</a> and <a href="#marts-some_more">' in dictionary_html(tables)
