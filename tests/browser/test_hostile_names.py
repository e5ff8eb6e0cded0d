"""Names that attack pages, charts and file names are text everywhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.reporting.site.site_data import file_name


def test_no_name_runs_or_breaks_a_page(hostile_dashboard: Any, opened: Callable[..., Any]) -> None:
    for name in hostile_dashboard.pages:
        page = opened(viewport={"width": 360, "height": 800})
        page.page.goto(f"{hostile_dashboard.folder.as_uri()}/{name}#region=wide")
        if name != "dictionary.html":
            page.ready()
        assert page.page.evaluate("window.attacked") is None, name
        assert page.errors == [], name
        assert page.refused == [], name
        assert page.page.locator("main script[src], main img").count() == 0
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 360, name


@pytest.mark.parametrize("sector", ["making", "power", "care", "children"])
def test_names_stand_whole_as_text(sector: str, hostile_dashboard: Any, opened: Callable[..., Any]) -> None:
    ((name,),) = hostile_dashboard.ask("SELECT sector_name FROM reference.sectors WHERE sector = ?", sector)
    page = opened().go(f"{hostile_dashboard.folder.as_uri()}/sector-{sector}.html")
    assert page.page.locator("h1").text_content() == name
    overview = opened().go(f"{hostile_dashboard.folder.as_uri()}/index.html")
    sentence = overview.page.locator(f"[data-say=measure][data-sector={sector}] [data-text]").text_content()
    assert name in sentence
    drawn = overview.page.locator("#figure-sectors-wages svg text").all_text_contents()
    assert any(name[:12] in text for text in drawn)


def test_a_name_that_turns_writing_turns_nothing_but_itself(hostile_dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{hostile_dashboard.folder.as_uri()}/index.html")
    sentence = page.text("[data-say=measure][data-sector=power] [data-text]")
    assert sentence.startswith("\u2068\u202e")
    assert "\u2069:" in sentence


def test_hostile_names_are_in_no_file_name_and_no_markup(hostile_dashboard: Any) -> None:
    for path in hostile_dashboard.folder.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", path.name), path
    for path in hostile_dashboard.folder.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "<script>window.attacked" not in text
        assert 'onerror="window' not in text
    for path in (hostile_dashboard.folder / "pictures").glob("*.svg"):
        assert "<script" not in path.read_text("utf-8")


@pytest.mark.parametrize("key", ["", "../up", "a/b", "a b", "CON.txt", "a\n", "é", "\u202e"])
def test_a_key_that_cannot_name_a_file_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and _ only"):
        file_name("fine", key)
