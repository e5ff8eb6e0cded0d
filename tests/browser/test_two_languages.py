"""What the browser says and draws is what Python says and draws: the same words, the same rows."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipelines.orchestration.sites import REPORTS
from pipelines.reporting.site import sentences
from pipelines.reporting.site.figures import hidden_figure, overview_figures, sector_figures
from pipelines.reporting.site.pages import Extras, Site
from pipelines.reporting.site.views import View, sectors
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.reports import read_report

SENTENCES = """([sector, measure, ownership]) => Sectors.load(`wide/broad-${ownership}`).then(tables =>
    Sectors.unpack(tables.measures).filter(row => row.sector === sector && row.measure === measure).map(row => [
        row.period, Sectors.words.measureSentence(row, Sectors.sectorOf(sector).name, measure, ownership, row.period),
        Sectors.words.shareLabel(row), Sectors.words.levelLabel(row, measure)]))"""
NUMBERS = """values => values.map(value => [Sectors.words.number(value), Sectors.words.number(value, 1),
    Sectors.words.percent(value), Sectors.words.percent(value, 2), Sectors.words.level("wages", value)])"""
DRAWN = """() => Object.fromEntries([...document.querySelectorAll("figure[data-figure]")].filter(one =>
    one.querySelector(".plot").vega).map(one => [one.dataset.figure,
    one.querySelector(".plot").vega.spec.data.filter(data => /^(rows|breaks|counties|region)$/.test(data.name))
    .map(data => [data.name, data.values])]))"""


@pytest.fixture(scope="module")
def view(dashboard: Any) -> View:
    with open_database(dashboard.warehouse, read_only=True) as connection:
        tables = {name: read_report(connection, name) for name in REPORTS}
    return Site(dashboard.folder, tables, Extras()).view


@pytest.mark.parametrize("ownership", ["private", "total_covered"])
@pytest.mark.parametrize("measure", ["businesses", "employment", "wages"])
def test_sentences_and_labels_are_the_same(
    measure: str, ownership: str, view: View, dashboard: Any, opened: Callable[..., Any]
) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/index.html")
    compared = 0
    for region in ("wide", "41055"):
        of_region = View(view.tables, region, view.period, "broad", ownership)
        for sector in sectors(view.tables):
            key, name = sector["key"], sector["name"]
            said = page.page.evaluate(SENTENCES.replace("wide/", f"{region}/"), [key, measure, ownership])
            for period, sentence, share, level in said:
                row = of_region.measures[key, measure, period]
                assert sentence == sentences.measure_sentence(row, name, measure, ownership, period)
                assert (share, level) == (sentences.share_label(row), sentences.level_label(row, measure))
                compared += 1
    assert compared > 100


def test_numbers_are_the_same(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/index.html")
    values = [0, 0.5, 1.5, 2.5, 0.05, 0.25, 0.35, 0.9996, 0.00001, 999.5, 999_949.999, 1e6, 1_234_567.85, 2.675, 1 / 3]
    said = page.page.evaluate(NUMBERS, values)
    for value, (whole, tenths, share, finer, wages) in zip(values, said, strict=True):
        assert whole == sentences.number(value)
        assert tenths == sentences.number(value, 1)
        assert (share, finer) == (sentences.percent(value), sentences.percent(value, 2))
        assert wages == sentences.level("wages", value)


def test_words_for_ownerships_and_counts_are_the_same(dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/index.html")
    for ownership in sentences.OWNERSHIPS:
        for measure in sentences.WHOLES:
            said = page.page.evaluate("([m, o]) => Sectors.words.whole(m, o)", [measure, ownership])
            assert said == sentences.whole(measure, ownership)
        said = page.page.evaluate("o => Sectors.words.called('Businesses', o)", ownership)
        assert said == sentences.called("Businesses", ownership)
    for count in (0, 1, 2, 25):
        assert page.page.evaluate("n => Sectors.words.firsts(n)", count) == sentences.firsts(count)
    for value in (0, 0.004, 0.005, 1.234):
        assert page.page.evaluate("x => Sectors.words.level('quotient', x)", value) == sentences.level(
            "quotient", value
        )


def test_the_overview_draws_the_rows_of_its_pictures(view: View, dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/index.html")
    drawn = page.page.evaluate(DRAWN)
    for figure in (*overview_figures(), hidden_figure()):
        assert_alike(dict(drawn[figure.key]), view.overview_rows(figure.key))


@pytest.mark.parametrize("sector", ["making", "power", "building", "care"])
def test_a_sector_page_draws_the_rows_of_its_pictures(
    sector: str, view: View, dashboard: Any, opened: Callable[..., Any]
) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/sector-{sector}.html")
    drawn = page.page.evaluate(DRAWN)
    for figure in sector_figures(sector == "making", False):
        expected = view.sector_rows(figure.key, sector, {"any": "shapes"})
        expected.pop("shapes", None)
        if next(iter(expected.values())):
            assert_alike(dict(drawn[figure.key]), expected)
        else:
            assert figure.key not in drawn


def test_screening_draws_the_rows_of_its_picture(view: View, dashboard: Any, opened: Callable[..., Any]) -> None:
    page = opened().go(f"{dashboard.folder.as_uri()}/screening.html")
    assert_alike(dict(page.page.evaluate(DRAWN)["ranking"]), view.ranking_rows())


def assert_alike(drawn: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """The same rows, to the last digit; Vega marks those it has read with symbols."""
    assert drawn.keys() == expected.keys()
    for name, rows in expected.items():
        assert [
            {key: value for key, value in row.items() if not key.startswith("Symbol")} for row in drawn[name]
        ] == rows
