"""What people may read of a figure: exact, estimated, or, where it would give a cell away, its published part only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

FIGURE = {"group_key": "strict:health", "region": "metro", "ownership": "private", "measure": "employment"}
# 2,000 jobs in all industries; 700 of the sector are published, in 3 cells nobody knows how many.
HIDDEN = {"known": 700, "total": 2000, "known_share": 0.35, "hidden_cells": 3, "total_cells": 9}
EXACT = HIDDEN | {"hidden_cells": 0}
LEVELS = ("lower", "interval90_lower", "estimate", "interval90_upper", "upper")
SHARES = tuple(f"{name}_share" for name in LEVELS)
ESTIMATE = dict(zip(LEVELS, (800, 850, 900, 950, 1000), strict=True))
ESTIMATED_SHARE = dict(zip(SHARES, (0.4, 0.425, 0.45, 0.475, 0.5), strict=True))
FOUND = ESTIMATE | ESTIMATED_SHARE | {"known": 700, "hidden_cells": 3, "hidden_establishments": 9}


def place(warehouse: Warehouse, *areas: str, quarter: int = 1, **more: object) -> None:
    shared = {"region": "metro", "period": period(quarter), "year": 2016, "quarter": quarter, "source": "bls"}
    places = ({"area_fips": area} for area in areas)
    warehouse.insert("core.region_periods", *places, **{"basis": "counties"} | shared | more)


def period(quarter: int) -> str:
    return f"2016-Q{quarter}" if quarter else "2016"


def published(warehouse: Warehouse, measured: Row, quarter: int = 1) -> None:
    warehouse.insert("core.region_measures", FIGURE | measured, period=period(quarter))


def estimated(warehouse: Warehouse, found: Row, quarter: int = 1) -> None:
    row = FIGURE | {"source": "bls", "year": 2016, "quarter": quarter} | found
    warehouse.insert("estimates.region_estimates", row)


def build(warehouse: Warehouse) -> list[Row]:
    warehouse.build("estimates.asked_regions", "estimates.figure_estimates")
    assert warehouse.broken_contracts("estimates.figure_estimates") == []
    return warehouse.rows("estimates.figure_estimates")


def figure(warehouse: Warehouse, measured: Row, found: Row | None, quarter: int = 1) -> Row:
    """The one figure of a region and period."""
    published(warehouse, measured, quarter)
    if found is not None:
        estimated(warehouse, found, quarter)
    (row,) = build(warehouse)
    return row


def contradict(warehouse: Warehouse, **more: object) -> None:
    row = {"source": "bls", "state_fips": "41", "year": 2016, "quarter": 1, "place": 1, "reason": "it cannot be"}
    warehouse.insert("estimates.contradictions", row | more)


def levels(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in LEVELS)


def shares(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in SHARES)


@pytest.fixture
def metro(warehouse: Warehouse) -> Warehouse:
    """A region of two counties, in one quarter."""
    place(warehouse, "41051", "41067")
    return warehouse


class TestStatus:
    @pytest.mark.parametrize("found", [None, FOUND])
    def test_where_nothing_is_hidden_a_figure_is_exact_even_if_there_is_an_estimate(
        self, metro: Warehouse, found: Row | None
    ) -> None:
        row = figure(metro, EXACT, found)
        assert row["estimate_status"] == "published"
        assert levels(row) == (700,) * 5
        assert shares(row) == (0.35,) * 5
        assert row["coverage"] == 1

    def test_hidden_cells_are_estimated(self, metro: Warehouse) -> None:
        row = figure(metro, HIDDEN, FOUND)
        assert row["estimate_status"] == "estimated"
        assert levels(row) == (800, 850, 900, 950, 1000)
        assert shares(row) == (0.4, 0.425, 0.45, 0.475, 0.5)
        assert row["coverage"] == pytest.approx(7 / 9)

    def test_a_figure_that_would_give_a_cell_away_is_withheld(self, metro: Warehouse) -> None:
        row = figure(metro, HIDDEN, FOUND | {"is_withheld": True})
        assert row["estimate_status"] == "withheld_single_cell"
        self.assert_only_the_published_part(row)

    def test_what_the_agency_hides_of_its_totals_is_withheld(self, metro: Warehouse) -> None:
        self.released(metro, disclosure="suppressed")
        row = figure(metro, HIDDEN, FOUND)
        assert row["estimate_status"] == "withheld_single_cell"
        self.assert_only_the_published_part(row)

    def released(self, warehouse: Warehouse, **where: object) -> None:
        total = {"source": "bls", "period": "2016-Q1", "year": 2016, "quarter": 1, "disclosure": "disclosed"}
        place = {name: FIGURE[name] for name in ("group_key", "region", "ownership")}
        warehouse.insert("core.released_totals", place | total | where)

    def test_of_a_region_whose_total_the_agency_hides_a_stated_figure_has_no_share(self, metro: Warehouse) -> None:
        self.released(metro)
        row = figure(metro, EXACT | {"total": None, "known_share": None}, FOUND)
        assert row["estimate_status"] == "published"
        assert levels(row) == (700,) * 5
        assert shares(row) == (0, None, None, None, None)

    def test_nor_has_an_estimate(self, metro: Warehouse) -> None:
        self.released(metro, group_key="strict:energy")
        row = figure(metro, HIDDEN | {"total": None, "known_share": None}, FOUND)
        assert row["estimate_status"] == "estimated"
        assert levels(row) == (800, 850, 900, 950, 1000)
        assert shares(row) == (0, None, None, None, None)

    def test_rows_that_contradict_each_other_give_no_estimate(self, metro: Warehouse) -> None:
        contradict(metro)
        row = figure(metro, HIDDEN, None)
        assert row["estimate_status"] == "contradictory_rows"
        self.assert_only_the_published_part(row)

    def test_without_quarters_there_is_no_estimate(self, metro: Warehouse) -> None:
        row = figure(metro, HIDDEN, None)
        assert row["estimate_status"] == "no_quarters"
        self.assert_only_the_published_part(row)

    @staticmethod
    def assert_only_the_published_part(row: Row) -> None:
        assert levels(row) == (700, None, None, None, None)
        assert shares(row) == (0.35, None, None, None, None)
        assert row["coverage"] is None

    @pytest.mark.parametrize(
        "other",
        [{"source": "sample"}, {"region": "oregon"}, {"ownership": "government"}, {"group_key": "strict:energy"},
         {"year": 2015}, {"quarter": 2}, {"measure": "wages"}],
    )  # fmt: skip
    def test_an_estimate_of_something_else_does_not_serve(self, metro: Warehouse, other: Row) -> None:
        assert figure(metro, HIDDEN, FOUND | other)["estimate_status"] == "no_quarters"

    def test_one_hidden_cell_of_a_whole_state_is_withheld(self, warehouse: Warehouse) -> None:
        """Below the state's own rows more cells are hidden, in counties; the state's rows leave only one open."""
        place(warehouse, "41000", basis="statewide")
        row = figure(warehouse, HIDDEN | {"hidden_cells": 1}, FOUND)
        assert row["estimate_status"] == "withheld_single_cell"
        self.assert_only_the_published_part(row)

    @pytest.mark.parametrize(("basis", "hidden_cells"), [("statewide", 2), ("counties", 1), ("county", 1)])
    def test_two_of_a_state_or_one_of_counties_that_is_no_single_cell_is_not(
        self, warehouse: Warehouse, basis: str, hidden_cells: int
    ) -> None:
        place(warehouse, "41000", basis=basis)
        row = figure(warehouse, HIDDEN | {"hidden_cells": hidden_cells}, FOUND)
        assert row["estimate_status"] == "estimated"


class TestBounds:
    def test_they_are_never_below_what_is_published(self, metro: Warehouse) -> None:
        row = figure(metro, HIDDEN | {"known": 860, "known_share": 0.43}, FOUND)
        assert levels(row) == (860, 860, 900, 950, 1000)
        assert shares(row) == (0.43, 0.43, 0.45, 0.475, 0.5)
        assert row["coverage"] == pytest.approx(86 / 90)

    def test_a_year_whose_annual_file_publishes_more_than_its_quarters(self, warehouse: Warehouse) -> None:
        place(warehouse, "41051", quarter=0)
        row = figure(warehouse, HIDDEN | {"known": 960, "known_share": 0.48}, FOUND, quarter=0)
        assert row["estimate_status"] == "estimated"
        assert levels(row) == (960, 960, 960, 960, 1000)
        assert shares(row) == (0.48, 0.48, 0.48, 0.48, 0.5)
        assert row["coverage"] == 1

    def test_and_more_than_they_allow(self, warehouse: Warehouse) -> None:
        place(warehouse, "41051", quarter=0)
        row = figure(warehouse, HIDDEN | {"known": 1010, "known_share": 0.505}, FOUND, quarter=0)
        assert levels(row) == (1010,) * 5
        assert shares(row) == (0.505,) * 5

    @pytest.mark.parametrize(("found", "lower"), [(None, 0), (FOUND, 800)])
    def test_where_all_is_hidden_nothing_is_the_published_part(
        self, metro: Warehouse, found: Row | None, lower: float
    ) -> None:
        row = figure(metro, HIDDEN | {"known": None, "known_share": None}, found)
        assert (row["lower"], row["lower_share"]) == (lower, lower / 2000)
        assert row["coverage"] == (None if found is None else 0)

    def test_of_nothing_there_is_no_part(self, metro: Warehouse) -> None:
        nothing = dict.fromkeys((*LEVELS, *SHARES), 0)
        row = figure(metro, HIDDEN | {"known": 0, "known_share": 0}, FOUND | nothing)
        assert (row["estimate_status"], row["upper"], row["coverage"]) == ("estimated", 0, None)


class TestHiddenTotal:
    TOTAL_HIDDEN = EXACT | {"total": None, "known_share": None}

    def test_the_level_is_exact_and_the_share_estimated(self, metro: Warehouse) -> None:
        row = figure(metro, self.TOTAL_HIDDEN, FOUND | {"hidden_cells": 0})
        assert row["estimate_status"] == "estimated"
        assert levels(row) == (700,) * 5
        assert shares(row) == (0.4, 0.425, 0.45, 0.475, 0.5)
        assert row["coverage"] == 1

    def test_without_an_estimate_only_the_level_is_known(self, metro: Warehouse) -> None:
        row = figure(metro, self.TOTAL_HIDDEN, None)
        assert row["estimate_status"] == "published"
        assert levels(row) == (700,) * 5
        assert shares(row) == (0, None, None, None, None)

    def test_where_rows_contradict_each_other_the_level_stays_exact(self, metro: Warehouse) -> None:
        contradict(metro)
        row = figure(metro, self.TOTAL_HIDDEN, FOUND | {"hidden_cells": 0})
        assert row["estimate_status"] == "contradictory_rows"
        assert levels(row) == (700,) * 5
        assert shares(row) == (0, None, None, None, None)

    def test_of_a_total_that_may_be_nothing_there_is_no_share(self, metro: Warehouse) -> None:
        row = figure(metro, HIDDEN | {"total": None, "known_share": None}, FOUND | dict.fromkeys(SHARES))
        assert levels(row) == (800, 850, 900, 950, 1000)
        assert shares(row) == (0, None, None, None, None)


class TestContradictions:
    @pytest.fixture
    def regions(self, warehouse: Warehouse) -> Warehouse:
        """A region of Oregon, one of Washington and one of both, two quarters and the year, estimated as a rule."""
        areas = {"metro": ["41051"], "seattle": ["53033"], "columbia": ["41051", "53011"]}
        for region, counties in areas.items():
            for quarter in (0, 1, 2):
                place(warehouse, *counties, region=region, quarter=quarter)
                published(warehouse, HIDDEN | {"region": region}, quarter)
                estimated(warehouse, FOUND | {"region": region}, quarter)
        return warehouse

    def broken(self, warehouse: Warehouse) -> set[tuple[str, str]]:
        """(region, period) of the figures that contradict themselves; all others are estimated."""
        rows = build(warehouse)
        assert {row["estimate_status"] for row in rows} <= {"contradictory_rows", "estimated"}
        return {(row["region"], row["period"]) for row in rows if row["estimate_status"] == "contradictory_rows"}

    def test_a_quarter_marks_itself_and_its_year_in_the_regions_of_its_state(self, regions: Warehouse) -> None:
        contradict(regions)
        contradict(regions, place=2)
        assert self.broken(regions) == {
            ("metro", "2016-Q1"),
            ("metro", "2016"),
            ("columbia", "2016-Q1"),
            ("columbia", "2016"),
        }

    def test_a_region_of_two_states_is_marked_by_either(self, regions: Warehouse) -> None:
        contradict(regions, state_fips="53", quarter=2)
        assert self.broken(regions) == {
            ("seattle", "2016-Q2"),
            ("seattle", "2016"),
            ("columbia", "2016-Q2"),
            ("columbia", "2016"),
        }

    @pytest.mark.parametrize("other", [{"source": "sample"}, {"year": 2015}, {"state_fips": "06"}])
    def test_others_are_not_marked(self, regions: Warehouse, other: Row) -> None:
        for period, elsewhere in (("2016-Q3", {"source": "sample"}), ("2015-Q1", {"year": 2015})):
            place(regions, "41051", period=period, **elsewhere)
        contradict(regions, **other)
        assert self.broken(regions) == set()

    def test_what_is_published_stays_published(self, metro: Warehouse) -> None:
        contradict(metro)
        row = figure(metro, EXACT, FOUND)
        assert (row["estimate_status"], row["estimate"], row["estimate_share"]) == ("published", 700, 0.35)

    def test_a_contradiction_comes_before_the_guard(self, metro: Warehouse) -> None:
        contradict(metro)
        row = figure(metro, HIDDEN, FOUND | {"is_withheld": True})
        assert (row["estimate_status"], row["upper"]) == ("contradictory_rows", None)
