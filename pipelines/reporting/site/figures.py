"""Every figure of the pages: its title, chart, the headings of its table, how to read it, and the query that gives it.

Belongs here: what a page has. Not here: marks (charts), rows (rows and static/figures.js, whose makers bear the same
keys), layout (templates). Titles and queries are patterns that the page fills with the view.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import vl_convert

from pipelines.reporting.site import charts
from pipelines.reporting.site.sentences import WHOLES

RANGES = ("Nine in ten times", "Certainly", "Status")
HOW_TO_READ_BARS = (
    "Bars are the figures; where something is hidden, a thick line holds the truth nine times in ten and a thin line "
    "always. Hatched bars are the published part: at least this."
)
HOW_TO_READ_SERIES = (
    "A dot is published, a ring an estimate, a triangle the published part: at least this. Bands hold the truth nine "
    "in ten times (dark) and always (light). A dashed line is a break: figures on its two sides do not compare."
)
PRIVATE_ONLY = "Of private ownership, by the year, whatever the view: a quarter shows its year."
_VIEW = "WHERE region = '{region}' AND definition = '{definition}' AND ownership = '{ownership}'"
_RANGE = "lower, estimate, upper, interval90_lower, interval90_upper"
QUERIES: Mapping[str, str] = {
    "measure": f"""SELECT estimate, interval90_lower, interval90_upper, lower, upper, estimate_share, known_share,
    estimate_status
FROM marts.share_of_{{measure}}
{_VIEW}
  AND period = '{{period}}' AND sector = '{{sector}}'""",
    "sectors": f"""SELECT sector_name, estimate, interval90_lower, interval90_upper, lower, upper, estimate_share,
    known_share, estimate_status
FROM marts.share_of_{{measure}}
{_VIEW}
  AND period = '{{period}}' AND sector_kind IN ('sector', 'union')""",
    "headline": f"""SELECT measure, estimate, interval90_lower, interval90_upper, lower, upper, estimate_share,
    known_share
FROM marts.sector_measures
{_VIEW}
  AND period = '{{period}}' AND sector = 'all_target_sectors'""",
    "gross": f"""SELECT sector, estimate_share, known_share
FROM marts.share_of_{{measure}}
{_VIEW}
  AND period = '{{period}}' AND sector_kind IN ('union', 'gross')""",
    "hidden": f"""SELECT sector_name, coverage_establishments, hidden_cells, total_cells
FROM marts.share_of_employment
{_VIEW}
  AND period = '{{period}}' AND sector_kind IN ('sector', 'union')""",
    "series": f"""SELECT period, {_RANGE}, estimate_share, known_share, estimate_status
FROM marts.share_of_{{measure}}
{_VIEW}
  AND sector = '{{sector}}'
ORDER BY period""",
    "pay": f"""SELECT period, {_RANGE}, estimate_status
FROM marts.sector_pay
{_VIEW}
  AND sector = '{{sector}}'
ORDER BY period""",
    "map": """SELECT region AS county, region_name, estimate_share, known_share, estimate_status
FROM marts.share_of_{measure}
WHERE region SIMILAR TO '[0-9]+' AND definition = '{definition}' AND ownership = '{ownership}'
  AND period = '{period}' AND sector = '{sector}'""",
    "concentration": f"""SELECT measure, base_region_name, {_RANGE}, concentration_status
FROM marts.sector_concentration
{_VIEW}
  AND period = '{{period}}' AND sector = '{{sector}}' AND base_ownership = '{{base_ownership}}'""",
    "overlap": f"""SELECT sector_name, other_sector_name, {_RANGE}, estimate_status
FROM marts.sector_overlap
{_VIEW}
  AND period = '{{period}}' AND measure = '{{measure}}' AND '{{sector}}' IN (sector, other_sector)""",
    "lens": f"""SELECT sector_name, {_RANGE}, estimate_share, known_share, estimate_status
FROM marts.share_of_{{measure}}
{_VIEW}
  AND period = '{{period}}' AND sector IN ('{{sector}}', {{lenses}})""",
    "industries": """SELECT industry_code, industry_title, estimate_jobs, establishments, estimate_pay
FROM marts.sector_screening
WHERE region = '{region}' AND year = {year} AND naics_digits = 4
  AND ('{sector}' IN {definition}_sectors OR '{sector}' IN {definition}_sectors_in_part)""",
    "ranking": """SELECT industry_code, industry_title, rank, rank_best, rank_worst, score, top_share_of_weightings
FROM marts.sector_screening
WHERE region = '{region}' AND year = {year} AND naics_digits = {digits}
ORDER BY rank NULLS LAST, rank_best""",
    "standard": f"""SELECT reading
FROM marts.pay_against_standard
{_VIEW}
  AND period = '{{period}}' AND sector = '{{sector}}'""",
    "compared": "SELECT * FROM marts.published_figures",
}


@dataclass(frozen=True)
class Figure:
    """One figure: key of its maker in static/figures.js, title pattern, chart, headings of its table, note."""

    key: str
    title: str
    chart: charts.Chart
    columns: tuple[str, ...]
    note: str = ""
    measure: str = ""
    """Where a figure is of one measure whatever the view."""
    is_wide: bool = False
    is_tall: bool = False
    """Two others fit beside it."""
    texts: int = 1
    """How many columns of the table are names, from the left; the others are figures."""

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The chart as Vega-Lite, checked by Altair against its schema."""
        found: dict[str, Any] = self.chart.to_dict()
        return found

    @cached_property
    def vega(self) -> dict[str, Any]:
        """The same as Vega: compiled once here, not by each page for each view."""
        found: dict[str, Any] = vl_convert.vegalite_to_vega(self.spec)
        return found


@cache
def overview_figures() -> tuple[Figure, ...]:
    """Figures of the overview that follow the view."""
    columns = ("Figure", "Share", *RANGES)
    headline = Figure(
        "headline",
        "All target sectors together, each business once",
        charts.range_bars("rows", "share"),
        ("Part of", *columns),
        HOW_TO_READ_BARS,
    )
    shares = [
        Figure(
            f"sectors-{measure}",
            "Share of {whole}",
            charts.range_bars("rows", "share"),
            ("Sector", *columns),
            measure=measure,
        )
        for measure in WHOLES
    ]
    return (headline, *shares)


@cache
def hidden_figure() -> Figure:
    """What of each sector is published, and what hidden."""
    return Figure(
        "hidden",
        "{counted} in published cells (plain) and in hidden ones (hatched)",
        charts.parts("rows"),
        ("Sector", "Businesses in published cells", "Hidden cells", "All cells"),
        "Counts of businesses are always published; jobs and wages of a cell are hidden where they would tell of "
        "single businesses. A cell is a county, an ownership and an industry of the finest detail.",
        is_wide=True,
    )


@cache
def compared_figure() -> Figure:
    """Figures that others have published, beside ours."""
    return Figure(
        "compared",
        "Published figures, and how ours compare",
        charts.compared("rows"),
        ("Figure", "Publisher", "Year", "Published", "Reading", "Ours", "Difference", "Reproduced", "Note"),
        "Each mark is one of our readings as a part of the published figure: a dot by the strict definition, a square "
        "by the broad one; hollow where ours is of another year than theirs, so that the two are no comparison. On the "
        "black line ours and theirs are the same.",
        is_wide=True,
        texts=2,
    )


@cache
def sector_figures(has_lens: bool, is_wide_map: bool) -> tuple[Figure, ...]:
    """Figures of a sector's page."""
    series = ("Period", "Figure", *RANGES)
    figures = [
        Figure("size", "{kind_title} over time", charts.series("rows", "breaks", "count"), series, HOW_TO_READ_SERIES),
        Figure("share", "Share of {whole} over time", charts.series("rows", "breaks", "share"), series),
        Figure(
            "map",
            "County by county: share of {whole}",
            charts.county_map("counties", "shapes", "region", is_wide_map),
            ("County", "Share", *RANGES),
            "Hatched: hidden for confidentiality, or a part of a hidden total; neither is zero. "
            "Dashed and empty: no data. Outlined: the region.",
            is_tall=True,
        ),
        Figure(
            "pay",
            "Average pay of a job, US dollars a year",
            charts.series("rows", "breaks", "usd"),
            series,
            "Wages divided by jobs, part-time jobs included, in dollars of their time.",
        ),
        Figure(
            "concentration",
            "How concentrated it is here",
            charts.quotients("rows"),
            ("Measure and region compared with", "Location quotient", *RANGES),
            "The sector's share here divided by its share in the region compared with: at 1 both are the same.",
        ),
        Figure(
            "industries",
            "Jobs in the industries it is made of",
            charts.range_bars("rows", "count"),
            ("Industry", "Jobs", "Businesses", "Average pay"),
            "Industries of four digits that lie wholly in the sector. " + PRIVATE_ONLY,
            is_tall=True,
        ),
        Figure(
            "overlap",
            "What lies in other sectors too",
            charts.range_bars("rows", "count"),
            ("Also in", "Figure", *RANGES),
            HOW_TO_READ_BARS,
        ),
    ]
    if has_lens:
        figures.append(
            Figure(
                "lens",
                "A closer look: a part of it, never added",
                charts.range_bars("rows", "share"),
                ("Sector or lens", "Figure", "Share", *RANGES),
                HOW_TO_READ_BARS,
            )
        )
    return tuple(figures)


@cache
def ranking_figure() -> Figure:
    """Industries by open weights."""
    return Figure(
        "ranking",
        "{shown} of {digits} digits by place, {region}, {year}",
        charts.rank_ranges("rows"),
        (
            "Industry",
            "Place",
            "Places possible",
            "On top in",
            "Jobs",
            "Growth",
            "Concentration",
            "Pay",
            "Target sector",
        ),
        "The dot is the place by the weights above; the line holds every place that is possible, whatever is hidden. "
        "An industry with hidden cells has a range and no place. " + PRIVATE_ONLY,
        is_wide=True,
    )
