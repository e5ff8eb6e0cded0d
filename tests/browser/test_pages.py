"""The dashboard as people see it: from disk and from a web server, with the network off."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe

from pipelines.reporting.site import sentences

PAGES = (
    *("index.html", "methods.html", "screening.html", "dictionary.html"),
    *("sector-making.html", "sector-power.html", "sector-building.html", "sector-care.html", "sector-children.html"),
)
WITH_VIEW = tuple(page for page in PAGES if page not in ("methods.html", "dictionary.html"))
FIRST_PAGE, SECTOR_PAGE = 2_500_000, 300_000
DRAWN = """() => [...document.querySelectorAll("figure[data-figure]")].map(figure => [
    figure.dataset.figure, figure.querySelectorAll(".plot svg path, .plot svg rect, .plot svg line").length,
    figure.querySelector(".plot").hidden,
    figure.querySelector(".remark").textContent + (figure.querySelector(".empty").hidden ? "" : "nothing to draw")])"""
SHARE = """SELECT estimate_share, known_share FROM marts.share_of_employment
WHERE region = ? AND definition = ? AND sector = ? AND period = ? AND ownership = ?"""


@pytest.mark.parametrize(
    ("name", "place"), [*((page, "disk") for page in PAGES), ("index.html", "server"), ("sector-power.html", "server")]
)
def test_every_chart_is_drawn_and_nothing_is_loaded_from_elsewhere(
    name: str, place: str, dashboard: Any, served: str, opened: Callable[..., Any]
) -> None:
    root = dashboard.folder.as_uri() if place == "disk" else served
    page = opened()
    page.page.goto(f"{root}/{name}")
    if name != "dictionary.html":
        page.ready()
    assert page.refused == []
    assert page.errors == []
    for figure, marks, is_hidden, remark in page.page.evaluate(DRAWN):
        assert marks > 3 or (is_hidden and remark), f"{figure}: nothing drawn"
    assert page.page.locator("html").get_attribute("lang") == "en"
    assert "SYNTHETIC SAMPLE" in page.page.title()
    assert page.page.locator(".banner").is_visible()


def test_pages_are_those_expected(dashboard: Any) -> None:
    assert set(dashboard.pages) == set(PAGES)
    assert (dashboard.folder / "data_docs" / "index.html").exists()


def test_region_and_definition_change_the_figures_to_those_of_the_warehouse(
    dashboard: Any, opened: Callable[..., Any]
) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-building.html")

    def shown() -> str:
        return str(page.text("[data-stat=employment] .big"))

    def expected(region: str, definition: str, period: str = "2024", ownership: str = "private") -> str:
        ((estimate, _),) = dashboard.ask(SHARE, region, definition, "building", period, ownership)
        return f"{100 * estimate:.1f} %"

    assert shown() == expected("metro", "strict")
    page.choose("definition", "broad")
    assert shown() == expected("metro", "broad") != expected("metro", "strict")
    page.choose("region", "41051")
    assert shown() == expected("41051", "broad")
    page.choose("ownership", "total_covered")
    page.choose("period", "2023-Q2")
    assert shown() == expected("41051", "broad", "2023-Q2", "total_covered")
    assert "Multnomah" in page.text(".kicker")
    assert "region=41051&definition=broad&period=2023-Q2&ownership=total_covered" in page.page.url


@pytest.mark.parametrize("name", WITH_VIEW)
def test_the_query_beside_each_figure_gives_it(name: str, dashboard: Any, opened: Callable[..., Any]) -> None:
    """Every SQL text on a page runs on the warehouse; that of a card's sentence gives the card's share."""
    page = opened().go(f"{dashboard.folder.as_uri()}/{name}#definition=broad&region=wide&period=2024-Q3")
    queries = [text for text in page.page.locator("[data-query]").all_text_contents() if text]
    assert len(queries) >= (1 if name == "screening.html" else 9)
    for query in queries:
        assert "{" not in query
        dashboard.ask(query)
    for figure in page.page.locator("figure[data-figure]:has([data-query]):has(tbody tr)").all():
        assert dashboard.ask(figure.locator("[data-query]").text_content()), figure.get_attribute("data-figure")
    if name.startswith("sector"):
        sentence = page.page.locator("[data-say=measure][data-measure=employment]").first
        ((estimate, *_),) = dashboard.ask(sentence.locator("[data-query]").text_content())
        assert f"{int(estimate + 0.5):,} jobs" in sentence.locator("[data-text]").text_content()


def test_a_deep_link_is_followed_and_carried_to_other_pages(dashboard: Any, opened: Callable[..., Any]) -> None:
    view = "region=wide&definition=broad&period=2023-Q4&ownership=total_covered&measure=wages"
    page = opened().go(f"{dashboard.folder.as_uri()}/index.html#{view}")
    assert page.page.locator("select[data-control=region]").input_value() == "wide"
    page.page.locator("nav a", has_text="Building").click()
    page.page.wait_for_url("**/sector-building.html*")
    page.ready()
    assert view in page.page.url
    assert page.text(".kicker") == "Wide, in the fourth quarter of 2023, by the broad definition"
    assert page.text("#figure-size .title") == "Wages over time"
    page.page.goto(f"{page.page.url.split('#')[0]}#region=41067")
    page.page.locator(".kicker", has_text="Washington County").wait_for()


@pytest.mark.parametrize(
    "wrong", ["region=nowhere", "definition=%3Cb%3E", "period=1999", "measure=", "ownership=a&b=c"]
)
def test_a_link_to_what_there_is_not_says_so_and_shows_the_usual(
    wrong: str, dashboard: Any, opened: Callable[..., Any]
) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/index.html#{wrong}")
    message = page.page.locator("#messages")
    assert message.is_visible()
    assert f"There is no {wrong.partition('=')[0]}" in message.text_content()
    assert message.locator("b").count() == 0
    assert page.page.locator("select[data-control=region]").input_value() == "metro"
    assert page.errors == []


def test_a_view_can_be_embedded_alone_with_the_mark_of_the_sample(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-building.html#embed=1&figure=share")
    assert [one.get_attribute("data-figure") for one in page.page.locator("figure[data-figure]:visible").all()] == [
        "share"
    ]
    assert page.page.locator("nav:visible, form:visible, h1:visible").count() == 0
    assert page.page.locator(".banner").is_visible()
    frame = opened()
    frame.page.goto(f"{dashboard.folder.as_uri()}/methods.html")
    frame.page.evaluate("""address => { const frame = document.createElement("iframe"); frame.src = address;
        document.body.append(frame); }""", page.page.url)  # fmt: skip
    assert [one.url for one in frame.page.frames]


def test_hidden_is_said_and_never_zero(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-care.html#region=41055")
    assert page.text("[data-stat=employment] .big").startswith("≥ ")
    assert "at least" in page.text("[data-say=measure][data-measure=employment] [data-text]")
    lens = opened().go(f"{dashboard.folder.as_uri()}/sector-making.html#region=41055")
    assert "hidden for confidentiality" in lens.text(".lens [data-text]")
    cells = page.page.locator("#figure-map tbody tr", has_text="Sherman").locator("td").all_text_contents()
    assert cells[0].startswith("≥")
    assert cells[-1] == "the rest is withheld"
    fills = page.page.locator("#figure-map svg path").evaluate_all("all => all.map(one => one.getAttribute('fill'))")
    assert "url(#hatched)" in fills


def test_a_hidden_total_hides_the_share_and_not_the_range(dashboard: Any, opened: Callable[..., Any]) -> None:
    view = "region=41005&ownership=total_covered&period=2022"
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-power.html#{view}")
    said = page.text("[data-stat=employment] .range")
    ((lower, upper),) = dashboard.ask(
        "SELECT lower, upper FROM marts.share_of_employment WHERE region = '41005' AND definition = 'strict' "
        "AND ownership = 'total_covered' AND period = '2022' AND sector = 'power'"
    )
    ends = f"between {sentences.number(lower)} and {sentences.number(upper)}"
    assert said == f"certainly {ends}; the region’s total is hidden"
    assert page.text("[data-stat=businesses] .range") == "share unknown: the region’s total is hidden"


def test_wages_are_drawn_in_dollars(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-building.html#measure=wages")
    labels = page.page.locator("#figure-size .role-axis-label text").all_text_contents()
    money = [label for label in labels if not re.match(r"20\d\d", label)]
    assert money
    assert all(re.fullmatch(r"\$[\d.]+[kMB]?", label) for label in money), money
    page.choose("measure", "employment")
    assert not [
        label for label in page.page.locator("#figure-size .role-axis-label text").all_text_contents() if "$" in label
    ]


def test_captions_follow_the_view_as_titles_do(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/screening.html")
    page.choose("region", "wide")
    assert ", Wide, 2024" in page.text("#figure-ranking caption")
    other = opened().go(f"{dashboard.folder.as_uri()}/sector-building.html#measure=wages&ownership=total_covered")
    for figure in other.page.locator("figure[data-figure]").all():
        title = figure.locator(".title").text_content()
        assert figure.locator("caption").text_content() == title
        assert figure.locator(".scroll").get_attribute("aria-label") == f"Table: {title}"


def test_what_is_known_of_an_overlap_is_said(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-care.html")
    said = page.text("[data-say=overlap] [data-text]")
    assert said.startswith("At least ")
    assert said.endswith("jobs in 2024 lie in both Care and Building; the rest is hidden for confidentiality.")
    assert page.page.locator("#figure-overlap tbody td").first.text_content().removeprefix("≥ ") in said


def test_breaks_are_marked_and_no_line_crosses_them(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-building.html#period=2024-Q4")
    lines = page.page.locator("#figure-size .mark-line.role-mark path[stroke-width='2.5']")
    assert lines.count() == 2
    assert "Break at 2023-Q1: Jobs were moved" in page.text("#figure-size .remark")
    other = opened().go(f"{dashboard.folder.as_uri()}/sector-making.html#period=2024-Q4")
    assert other.page.locator("#figure-size .mark-line.role-mark path[stroke-width='2.5']").count() == 1


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_a_telephone_and_a_desk(
    name: str, width: int, dashboard: Any, opened: Callable[..., Any], tmp_path: Path
) -> None:
    page = opened(viewport={"width": width, "height": 800})
    page.page.goto(f"{dashboard.folder.as_uri()}/{name}")
    if name != "dictionary.html":
        page.ready()
    picture = page.page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
    assert len(picture) > 10_000
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    for plot in page.page.locator(".plot svg:visible").all():
        assert plot.bounding_box()["width"] <= width


def test_a_page_prints_its_figures_without_the_controls(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-building.html")
    page.page.emulate_media(media="print")
    assert page.page.locator("nav:visible, form:visible, summary:visible").count() == 0
    assert page.page.locator(".banner").is_visible()
    assert page.page.locator(".plot svg:visible").count() > 3
    printed = page.page.pdf()
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") < 9


@pytest.mark.parametrize(
    ("name", "width"), [*((page, 1280) for page in PAGES), ("index.html", 360), ("sector-making.html", 360)]
)
def test_no_serious_violation_of_accessibility(
    name: str, width: int, dashboard: Any, opened: Callable[..., Any]
) -> None:
    page = opened(viewport={"width": width, "height": 800}, bypass_csp=True)
    page.page.goto(f"{dashboard.folder.as_uri()}/{name}#region=41055")
    if name != "dictionary.html":
        page.ready()
    page.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = Axe().run(page.page).response
    assert found["passes"]
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in serious] == []


def test_everything_can_be_done_by_keyboard(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-building.html#region=wide")
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.id") == "main"
    assert "region=wide" in page.page.url
    assert page.text(".kicker").startswith("Wide")
    page.page.locator("input[data-control=definition][value=strict]").focus()
    page.page.keyboard.press("ArrowRight")
    page.ready()
    assert "definition=broad" in page.page.url
    outlined = page.page.evaluate(
        "getComputedStyle(document.querySelector('input[data-control=definition][value=broad] + span')).outlineStyle"
    )
    assert outlined == "solid"
    page.page.locator("#figure-size summary").first.focus()
    page.page.keyboard.press("Enter")
    assert page.page.locator("#figure-size table").is_visible()
    assert page.page.locator("#figure-size tbody tr").count() == 2


def test_without_scripts_the_figures_are_said(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened(java_script_enabled=False)
    page.page.goto(f"{dashboard.folder.as_uri()}/sector-building.html")
    ((estimate, _),) = dashboard.ask(SHARE, "metro", "strict", "building", "2024", "private")
    assert f"{100 * estimate:.1f} % of private employment" in page.page.locator("main").inner_text()
    assert "need JavaScript" in page.page.locator("noscript").inner_text()


def test_budgets_of_bytes(dashboard: Any, opened: Callable[..., Any]) -> None:
    def size(addresses: list[str]) -> int:
        paths = {Path(unquote(urlparse(one).path)) for one in addresses if one.startswith("file:")}
        return sum(path.stat().st_size for path in paths if path.is_file())

    first = opened().go(f"{dashboard.folder.as_uri()}/index.html")
    assert size(first.loaded) <= FIRST_PAGE
    for name in (page for page in PAGES if page.startswith("sector")):
        page = opened().go(f"{dashboard.folder.as_uri()}/{name}")
        assert size([one for one in page.loaded if one not in first.loaded]) <= SECTOR_PAGE


def test_links_of_pages_lead_somewhere(dashboard: Any) -> None:
    for name in dashboard.pages:
        text = (dashboard.folder / name).read_text("utf-8")
        links = re.findall(r'(?:href|src)="([^"]+)"', text)
        assert links
        gone = [one for one in links if not one.startswith(("#", "data:")) and not (dashboard.folder / one).exists()]
        assert gone == [], name
