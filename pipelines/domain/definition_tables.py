"""The definitions of one run, typed, and the reference tables that the warehouse keeps of them.

Nothing is checked here: what makes a definition sound belongs to `sector_definitions`, `regions`, `trend_breaks`
and `naics`, reading the files to `pipelines.sources.definition_files`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

import polars as pl

from pipelines.domain.analysis import Analysis
from pipelines.domain.living_standards import LivingStandard
from pipelines.domain.naics_bridge import NaicsBridge, bridges, continuity_faults
from pipelines.domain.prices import MonthlyPrice
from pipelines.domain.regions import Region
from pipelines.domain.sector_definitions import (
    DEFINITIONS,
    GROSS,
    UNION,
    Classification,
    Grade,
    Lens,
    Sector,
    codes_finer_than,
    codes_in_vintage,
    equivalence_in_vintage,
    leaves_of,
)
from pipelines.domain.trend_breaks import AreaChange, TrendBreak

UNIT_OF_STATISTIC: Mapping[str, str] = {
    "employment": "jobs",
    "businesses": "businesses",
    "average_wage": "usd_per_year",
    "location_quotient": "ratio",
    "share_of_businesses": "share",
    "share_of_employment": "share",
    "share_of_wages": "share",
}


@dataclass(frozen=True)
class PublishedFigure:
    """A figure that somebody published about a sector of a region in a year. Shares are 0 to 1, wages US dollars."""

    figure_id: str
    publisher: str
    region: str
    year: int
    sector: str
    statistic: str
    value: float
    grade: Grade
    source: str
    note: str | None


@dataclass(frozen=True)
class ReviewedRevision:
    """Somebody looked at what a newer file changed of a state's quarter, and found it right."""

    state_fips: str
    period: str
    capture_sha256: str
    reviewed_by: str
    reviewed_on: date
    reason: str


@dataclass(frozen=True)
class Definitions:
    """All definitions of one run: where they came from no longer matters, but for the hash of their files' content.

    `listed_vintage` is the NAICS vintage whose codes the sectors list. `areas` has the columns area_fips, area_title,
    area_kind, state_fips.
    """

    listed_vintage: int
    classification: Classification
    areas: pl.DataFrame
    sectors: tuple[Sector, ...]
    lenses: tuple[Lens, ...]
    regions: tuple[Region, ...]
    published_figures: tuple[PublishedFigure, ...]
    trend_breaks: tuple[TrendBreak, ...]
    area_changes: tuple[AreaChange, ...]
    reviewed_revisions: tuple[ReviewedRevision, ...]
    prices: tuple[MonthlyPrice, ...]
    living_standards: tuple[LivingStandard, ...]
    analysis: Analysis
    content_sha256: str

    def tables(self) -> dict[str, pl.DataFrame]:
        """The reference tables by name, rows in a stable order."""
        return {
            "reference.naics": self._naics(),
            "reference.areas": self.areas,
            "reference.sectors": self._sectors(),
            "reference.sector_codes": self._sector_codes(),
            "reference.naics_bridge": self._naics_bridge(),
            "reference.sector_continuity": self._sector_continuity(),
            "reference.regions": self._regions(),
            "reference.region_areas": self._region_areas(),
            "reference.published_figures": self._published_figures(),
            "reference.trend_breaks": self._trend_breaks(),
            "reference.area_changes": self._area_changes(),
            "reference.reviewed_revisions": self._reviewed_revisions(),
            "reference.price_index": self._price_index(),
            "reference.self_sufficiency_standards": self._self_sufficiency_standards(),
            "reference.analysis": self._analysis(),
            "reference.screening_weights": self._screening_weights(),
        }

    def codes_too_fine(self, deepest_levels: Iterable[int]) -> pl.DataFrame:
        """The listed codes that a source without rows below each given level of the tree cannot represent exactly.

        One row a definition, sector, NAICS vintage, deepest_naics_level and listed_code; see `codes_finer_than`.
        """
        rows = []
        for definition in DEFINITIONS:
            for sector in (*self.sectors, *self.lenses):
                lines = sector.lines(definition)
                for vintage, tree in self.classification.trees.items():
                    codes_of = {line.code: codes_in_vintage(line, vintage) for line in lines}
                    codes = [code for codes in codes_of.values() for code in codes]
                    for level in deepest_levels:
                        finer = set(codes_finer_than(codes, tree, level))
                        rows += [
                            (definition, sector.key, vintage, level, listed)
                            for listed, own in sorted(codes_of.items())
                            if not finer.isdisjoint(own)
                        ]
        return _frame(
            rows,
            definition=pl.String,
            sector=pl.String,
            naics_vintage=pl.Int16,
            deepest_naics_level=pl.Int8,
            listed_code=pl.String,
        )

    def _naics(self) -> pl.DataFrame:
        return _frame(
            [
                (vintage, row.code, row.title, row.parent_code, row.level)
                for vintage, tree in self.classification.trees.items()
                for row in tree.industries
            ],
            naics_vintage=pl.Int16,
            industry_code=pl.String,
            industry_title=pl.String,
            parent_code=pl.String,
            naics_level=pl.Int8,
        )

    def _sectors(self) -> pl.DataFrame:
        rows: list[tuple[str, str, str, str | None]] = [
            *((sector.key, sector.name, "sector", None) for sector in self.sectors),
            (UNION, "All target sectors (each business once)", "union", None),
            (GROSS, "Sum of sectors (overlaps counted twice)", "gross", None),
            *((lens.key, lens.name, "lens", lens.lens_of) for lens in self.lenses),
        ]
        return _frame(
            [(*row, order) for order, row in enumerate(rows, start=1)],
            sector=pl.String,
            sector_name=pl.String,
            kind=pl.String,
            lens_of=pl.String,
            sort_order=pl.Int16,
        )

    def _sector_codes(self) -> pl.DataFrame:
        return _frame(
            [
                (
                    *(definition, sector.key, vintage, code, line.code, self.listed_vintage),
                    *(equivalence_in_vintage(line, vintage), line.grade, line.source, line.note or None),
                )
                for definition in DEFINITIONS
                for sector in (*self.sectors, *self.lenses)
                for vintage in self.classification.trees
                for line in sector.lines(definition)
                for code in codes_in_vintage(line, vintage)
            ],
            definition=pl.String,
            sector=pl.String,
            naics_vintage=pl.Int16,
            industry_code=pl.String,
            listed_code=pl.String,
            listed_vintage=pl.Int16,
            equivalence=pl.String,
            grade=pl.String,
            source=pl.String,
            note=pl.String,
        )

    @cached_property
    def _bridges(self) -> Mapping[tuple[int, int], NaicsBridge]:
        return bridges(self.classification.trees, self.classification.concordance)

    @cached_property
    def _leaves(self) -> Mapping[int, Mapping[tuple[str, str], frozenset[str]]]:
        return {vintage: self._leaves_in(vintage) for vintage in self.classification.trees}

    def _leaves_in(self, vintage: int) -> Mapping[tuple[str, str], frozenset[str]]:
        """The six-digit codes used in a vintage, by definition and key of a sector, a lens, or all sectors together."""
        tree = self.classification.trees[vintage]
        leaves: dict[tuple[str, str], frozenset[str]] = {
            (definition, sector.key): leaves_of(
                (code for line in sector.lines(definition) for code in codes_in_vintage(line, vintage)), tree
            )
            for definition in DEFINITIONS
            for sector in (*self.sectors, *self.lenses)
        }
        for definition in DEFINITIONS:
            parts = (leaves[definition, sector.key] for sector in self.sectors)
            leaves[definition, UNION] = frozenset[str]().union(*parts)
        return leaves

    def _naics_bridge(self) -> pl.DataFrame:
        return _frame(
            [
                (*key, self.listed_vintage, vintage, step.code, step.membership, step.kind, step.source_codes)
                for key, leaves in self._leaves[self.listed_vintage].items()
                for vintage in self.classification.trees
                for step in self._bridges[self.listed_vintage, vintage].carry(leaves).steps
            ],
            definition=pl.String,
            sector=pl.String,
            from_vintage=pl.Int16,
            naics_vintage=pl.Int16,
            industry_code=pl.String,
            membership=pl.String,
            step=pl.String,
            source_codes=pl.List(pl.String),
        )

    def _sector_continuity(self) -> pl.DataFrame:
        rows: list[tuple[str, str, int, int, bool, str | None]] = []
        for earlier, later in pairwise(sorted(self.classification.trees)):
            before, after = self._leaves[earlier], self._leaves[later]
            for key, leaves in before.items():
                faults = "; ".join(continuity_faults(self._bridges[earlier, later], leaves, after[key]))
                rows.append((*key, earlier, later, not faults, faults or None))
        return _frame(
            rows,
            definition=pl.String,
            sector=pl.String,
            earlier_vintage=pl.Int16,
            later_vintage=pl.Int16,
            is_exact=pl.Boolean,
            reason=pl.String,
        )

    def _regions(self) -> pl.DataFrame:
        return _frame(
            [
                (region.key, region.name, region.statewide_area, region.is_default, order)
                for order, region in enumerate(self.regions, start=1)
            ],
            region=pl.String,
            region_name=pl.String,
            statewide_area=pl.String,
            is_default=pl.Boolean,
            sort_order=pl.Int16,
        )

    def _region_areas(self) -> pl.DataFrame:
        return _frame(
            [(region.key, county) for region in self.regions for county in region.counties],
            region=pl.String,
            area_fips=pl.String,
        )

    def _published_figures(self) -> pl.DataFrame:
        return _frame(
            [
                (
                    *(figure.figure_id, figure.publisher, figure.region, figure.year, figure.sector),
                    *(figure.statistic, figure.value, UNIT_OF_STATISTIC[figure.statistic]),
                    *(figure.grade, figure.source, figure.note),
                )
                for figure in self.published_figures
            ],
            figure_id=pl.String,
            publisher=pl.String,
            region=pl.String,
            year=pl.Int16,
            sector=pl.String,
            statistic=pl.String,
            value=pl.Float64,
            unit=pl.String,
            grade=pl.String,
            source=pl.String,
            note=pl.String,
        )

    def _trend_breaks(self) -> pl.DataFrame:
        return _frame(
            [
                (
                    *(each.break_id, each.area_prefix, cell.own_code, cell.industry_code),
                    *(quarter.year, quarter.quarter, each.reason, each.grade, each.source, each.note),
                )
                for each in self.trend_breaks
                for cell in each.cells
                for quarter in each.quarters
            ],
            break_id=pl.String,
            area_prefix=pl.String,
            own_code=pl.String,
            industry_code=pl.String,
            year=pl.Int16,
            quarter=pl.Int8,
            reason=pl.String,
            grade=pl.String,
            source=pl.String,
            note=pl.String,
        )

    def _area_changes(self) -> pl.DataFrame:
        return _frame(
            [
                (
                    *(each.break_id, area, each.quarter.year, each.quarter.quarter),
                    *(each.reason, each.grade, each.source, each.note),
                )
                for each in self.area_changes
                for area in each.areas
            ],
            break_id=pl.String,
            area_fips=pl.String,
            year=pl.Int16,
            quarter=pl.Int8,
            reason=pl.String,
            grade=pl.String,
            source=pl.String,
            note=pl.String,
        )

    def _reviewed_revisions(self) -> pl.DataFrame:
        return _frame(
            [
                (
                    *(review.state_fips, review.period, review.capture_sha256),
                    *(review.reviewed_by, review.reviewed_on, review.reason),
                )
                for review in self.reviewed_revisions
            ],
            state_fips=pl.String,
            period=pl.String,
            capture_sha256=pl.String,
            reviewed_by=pl.String,
            reviewed_on=pl.Date,
            reason=pl.String,
        )

    def _price_index(self) -> pl.DataFrame:
        return _frame(
            [(price.year, price.month, float(price.cpi_u), price.source) for price in self.prices],
            year=pl.Int16,
            month=pl.Int8,
            cpi_u=pl.Float64,
            source=pl.String,
        )

    def _self_sufficiency_standards(self) -> pl.DataFrame:
        return _frame(
            [
                (
                    *(standard.area_fips, standard.year, standard.family_type, standard.adults, standard.family),
                    *(standard.value, standard.unit),
                    *(standard.usd_per_year_per_adult, standard.usd_per_hour_per_adult),
                    *(standard.grade, standard.source, standard.note),
                )
                for standard in self.living_standards
            ],
            area_fips=pl.String,
            year=pl.Int16,
            family_type=pl.String,
            adults=pl.Int8,
            family=pl.String,
            value=pl.Float64,
            unit=pl.String,
            usd_per_year_per_adult=pl.Float64,
            usd_per_hour_per_adult=pl.Float64,
            grade=pl.String,
            source=pl.String,
            note=pl.String,
        )

    def _analysis(self) -> pl.DataFrame:
        screening = self.analysis.screening
        return _frame(
            [
                (
                    *(self.analysis.price_year, screening.base_region),
                    *(screening.random_weightings, screening.seed, screening.top_share),
                )
            ],
            price_year=pl.Int16,
            base_region=pl.String,
            random_weightings=pl.Int64,
            seed=pl.Int64,
            top_share=pl.Float64,
        )

    def _screening_weights(self) -> pl.DataFrame:
        weights = self.analysis.screening.weights
        return _frame(
            [(criterion, float(weight)) for criterion, weight in weights.items()],
            criterion=pl.String,
            weight=pl.Float64,
        )


def _frame(rows: Iterable[tuple[Any, ...]], **schema: type[pl.DataType] | pl.DataType) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")
