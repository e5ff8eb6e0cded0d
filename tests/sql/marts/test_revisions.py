"""What a new file changed: cells of every vintage against the one before, shares against what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

CELLS = ("core.vintages", "core.qcew_cells", "core.replaced_cells", "marts.revisions")
DAYS = {"first": "2016-09-08", "second": "2016-12-06", "third": "2017-03-08"}
NEW_HASH = "c" * 64
REVIEW: Row = {"state_fips": "41", "period": "2016-Q1", "capture_sha256": NEW_HASH, "reviewed_by": "data steward"}


def published(capture: str) -> str:
    return f"{DAYS[capture]}T14:00:00.000000+00:00"


def cell(industry: str, own_code: str = "5", **figures: object) -> Row:
    return {"industry_code": industry, "own_code": own_code, **figures}


def hidden(industry: str, establishments: int) -> Row:
    return cell(industry, establishments=establishments, disclosure="suppressed")


def known(industry: str, establishments: int, jobs: int | tuple[int, int, int], wages: int, own_code: str = "5") -> Row:
    return cell(industry, own_code, establishments=establishments, jobs=jobs, wages_usd=wages)


def capture(warehouse: Warehouse, name: str, *rows: Row, area: str = "41051", quarter: int = 1) -> None:
    """A whole file: the cells given, a total covered and a finest industry where they hold none."""
    order = list(DAYS).index(name) + 1
    if not warehouse.rows("raw.captures", capture_sha256=name):
        row = {"capture_sha256": name, "vintage_order": order, "published_at": published(name)}
        warehouse.insert("raw.captures", row, retrieved_at=published(name))
    held = {(row["own_code"], row["industry_code"]) for row in rows}
    always = [known("10", 9, 90, 900, "0"), known("621111", 1, 3, 30)]
    rows = (*rows, *(row for row in always if (row["own_code"], row["industry_code"]) not in held))
    warehouse.insert("raw.quarterly_cells", *rows, capture_sha256=name, area_fips=area, quarter=quarter)


def revisions(warehouse: Warehouse, **where: object) -> list[Row]:
    warehouse.build(*CELLS)
    assert warehouse.broken_contracts(*CELLS) == []
    return warehouse.rows("marts.revisions", **where)


def changes(rows: list[Row]) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {
        (row["subject"], row["measure"]): (
            row["how"],
            row["before"],
            row["after"],
            row["change"],
            row["relative_change"],
        )
        for row in rows
    }


class TestCells:
    def test_each_way_in_which_a_figure_changes(self, warehouse: Warehouse) -> None:
        capture(
            warehouse,
            "first",
            known("23", 10, (100, 100, 100), 5000),
            hidden("54", 4),
            known("62", 20, 200, 9000),
            known("72", 2, 20, 800),
            known("81", 5, 50, 700),
        )
        capture(
            warehouse,
            "second",
            known("23", 11, (100, 103, 106), 5000),
            known("54", 4, 40, 600),
            hidden("62", 20),
            known("81", 5, 50, 700),
            known("92", 1, 0, 0),
        )
        assert changes(revisions(warehouse)) == {
            ("23", "establishments"): ("changed", 10, 11, 1, 0.1),
            ("23", "employment"): ("changed", 100, 103, 3, 0.03),  # the mean of 100, 103 and 106
            ("54", "employment"): ("newly_published", None, 40, None, None),
            ("54", "wages"): ("newly_published", None, 600, None, None),
            ("62", "employment"): ("newly_hidden", 200, None, None, None),
            ("62", "wages"): ("newly_hidden", 9000, None, None, None),
            ("72", "establishments"): ("gone", 2, None, None, None),
            ("72", "employment"): ("gone", 20, None, None, None),
            ("72", "wages"): ("gone", 800, None, None, None),
            ("92", "establishments"): ("new", None, 1, None, None),
            ("92", "employment"): ("new", None, 0, None, None),
            ("92", "wages"): ("new", None, 0, None, None),
        }

    def test_a_change_says_where_when_and_from_which_files(self, warehouse: Warehouse) -> None:
        for name, jobs in (("first", 100), ("second", 90)):
            capture(warehouse, name, known("23", 10, jobs, 5000, own_code="3"))
        (row,) = revisions(warehouse)
        expected = {"kind": "cell", "source": "bls", "place": "41051", "own_code": "3", "subject": "23",
                    "ownership": "local_government", "definition": None, "sector": None, "period": "2016-Q1",
                    "year": 2016, "quarter": 1, "measure": "employment", "vintage_number": 2, "is_in_force": True,
                    "captures_before": ["first"], "captures_after": ["second"], "change": -10, "relative_change": -0.1,
                    "published_at_before": published("first"), "published_at_after": published("second"),
                    "is_beyond_envelope": False, "reviewed_by": None,
                    "data_origin": "U.S. Bureau of Labor Statistics, QCEW"}  # fmt: skip
        assert {name: row[name] for name in expected} == expected

    def test_a_cell_that_came_or_went_names_the_whole_files(self, warehouse: Warehouse) -> None:
        capture(warehouse, "first")
        capture(warehouse, "second", hidden("23", 1))
        (row,) = revisions(warehouse)
        assert (row["measure"], row["how"]) == ("establishments", "new"), (
            "its jobs are hidden: nothing is known of them"
        )
        assert (row["captures_before"], row["captures_after"]) == (["first"], ["second"])

    def test_every_vintage_is_set_beside_the_one_before(self, warehouse: Warehouse) -> None:
        for name, wages in (("first", 100), ("second", 110), ("third", 99)):
            capture(warehouse, name, known("23", 1, 1, wages))
        found = [
            (row["vintage_number"], row["is_in_force"], row["before"], row["after"]) for row in revisions(warehouse)
        ]
        assert found == [(2, False, 100, 110), (3, True, 110, 99)]

    def test_what_did_not_change_or_has_one_vintage_is_not_listed(self, warehouse: Warehouse) -> None:
        for name in ("first", "second"):
            capture(warehouse, name, known("23", 10, 100, 5000), hidden("62", 2))
        capture(warehouse, "second", known("23", 99, 990, 99000), area="41067")
        capture(warehouse, "second", known("23", 99, 990, 99000), quarter=2)
        assert revisions(warehouse) == []

    def test_from_nothing_there_is_no_relative_change(self, warehouse: Warehouse) -> None:
        capture(warehouse, "first", cell("23", establishments=0, disclosure="true_zero"))
        capture(warehouse, "second", known("23", 1, 5, 70))
        found = changes(revisions(warehouse))
        assert found["23", "wages"] == ("changed", 0, 70, 70, None)

    def test_a_file_of_some_industries_is_no_vintage_but_part_of_what_was_before(self, warehouse: Warehouse) -> None:
        capture(warehouse, "first", known("23", 1, 1, 100))
        warehouse.insert(
            "raw.captures", {"capture_sha256": "part", "vintage_order": 2, "published_at": published("second")}
        )
        warehouse.insert("raw.quarterly_cells", known("23", 1, 1, 105), capture_sha256="part")
        assert revisions(warehouse) == []
        capture(warehouse, "third", known("23", 1, 1, 110))
        (row,) = revisions(warehouse)
        assert (row["before"], row["captures_before"], row["published_at_before"]) == (
            105,
            ["part"],
            published("second"),
        )


class TestShares:
    @pytest.fixture
    def metro(self, warehouse: Warehouse) -> Warehouse:
        """A region of two counties; the first was replaced."""
        for order, (name, day) in enumerate(DAYS.items(), start=1):
            row = {"capture_sha256": name, "vintage_order": order, "published_at": f"{day}T14:00:00.000000+00:00"}
            warehouse.insert("raw.captures", row)
        when = {"year": 2016, "quarter": 1, "source": "bls"}
        warehouse.insert(
            "core.vintages",
            {"capture_sha256": "first", "newer_vintages": 1, "is_in_force": False, "published_at": published("first")},
            {"capture_sha256": "third", "vintage_number": 2, "published_at": published("third")},
            {"capture_sha256": "second", "area_fips": "41067", "published_at": published("second")},
            **when,
        )
        warehouse.insert(
            "core.replaced_regions",
            {"area_fips": "41051", "area_vintage": "replaced"},
            {"area_fips": "41067", "area_vintage": "in_force"},
            region="metro",
            period="2016-Q1",
            **when,
        )
        kinds = {"strict:health": "sector", "strict:health+child_care": "overlap"}
        groups = ({"group_key": key, "kind": kind} for key, kind in kinds.items())
        warehouse.insert("core.industry_groups", *groups, definition="strict", sector="health")
        return warehouse

    @staticmethod
    def shares(warehouse: Warehouse, before: float | None, after: float | None, **more: object) -> list[Row]:
        key = {"group_key": "strict:health", "region": "metro", "period": "2016-Q1", "ownership": "private",
               "measure": "wages"} | more  # fmt: skip
        sides = ({"vintage": name, "known_share": share} for name, share in (("replaced", before), ("in_force", after)))
        warehouse.insert("core.region_measures", *sides, **key)
        rows = warehouse.run("marts.revisions")
        assert warehouse.broken_contracts("marts.revisions") == []
        return rows

    def test_a_share_before_and_after(self, metro: Warehouse) -> None:
        (row,) = self.shares(metro, 0.5, 0.625)
        expected = {"kind": "sector_share", "place": "metro", "own_code": "5", "ownership": "private",
                    "subject": "strict:health", "definition": "strict", "sector": "health", "period": "2016-Q1",
                    "measure": "wages", "before": 0.5, "after": 0.625, "change": 0.125, "relative_change": 0.25,
                    "how": "changed", "vintage_number": 2, "is_in_force": True,
                    "captures_before": ["first", "second"], "captures_after": ["second", "third"],
                    "published_at_before": published("second"), "published_at_after": published("third"),
                    "is_beyond_envelope": False}  # fmt: skip
        assert {name: row[name] for name in expected} == expected

    @pytest.mark.parametrize(
        ("before", "after", "how"), [(None, 0.5, "newly_published"), (0.5, None, "newly_hidden"), (0.0, 0.5, "changed")]
    )
    def test_a_share_that_was_or_is_hidden(
        self, metro: Warehouse, before: float | None, after: float | None, how: str
    ) -> None:
        (row,) = self.shares(metro, before, after, ownership="government")
        assert (row["how"], row["own_code"], row["relative_change"]) == (how, "8", None)

    def test_the_same_share_and_overlaps_are_left_out(self, metro: Warehouse) -> None:
        assert self.shares(metro, 0.5, 0.5) == []
        assert self.shares(metro, None, None, measure="employment") == []
        assert self.shares(metro, 0.5, 0.6, group_key="strict:health+child_care") == []


class TestEnvelope:
    """Of a state's total covered and private total: establishments 1 %, jobs and wages 0.1 %."""

    @staticmethod
    def oregon(warehouse: Warehouse, before: Row, after: Row, area: str = "41000") -> None:
        capture(warehouse, "first", before, area=area)
        capture(warehouse, "second", after, area=area)
        warehouse.connection.execute(
            "UPDATE raw.captures SET capture_sha256 = ? WHERE capture_sha256 = 'second'", [NEW_HASH]
        )
        warehouse.connection.execute(
            "UPDATE raw.quarterly_cells SET capture_sha256 = ? WHERE capture_sha256 = 'second'", [NEW_HASH]
        )
        warehouse.build(*CELLS)

    def beyond(self, warehouse: Warehouse) -> list[tuple[object, ...]]:
        rows = warehouse.query("checks.revisions_beyond_envelope")
        return [(row["area_fips"], row["period"], row["ownership"], row["measure"]) for row in rows]

    @pytest.mark.parametrize(
        ("after", "measures"),
        [
            (known("10", 1010, 10_010, 100_100), []),
            (known("10", 990, 9_990, 99_900), []),
            (known("10", 1011, 10_010, 100_100), ["establishments"]),
            (known("10", 989, 10_000, 100_000), ["establishments"]),
            (known("10", 1000, 10_011, 100_000), ["employment"]),
            (known("10", 1000, 10_000, 100_101), ["wages"]),
            (known("10", 1000, 9_989, 99_899), ["employment", "wages"]),
        ],
    )
    def test_beyond_is_more_than_the_envelope_in_either_direction(
        self, warehouse: Warehouse, after: Row, measures: list[str]
    ) -> None:
        self.oregon(warehouse, known("10", 1000, 10_000, 100_000), after)
        assert self.beyond(warehouse) == [("41000", "2016-Q1", "private", measure) for measure in measures]

    def test_the_total_covered_counts_too(self, warehouse: Warehouse) -> None:
        self.oregon(warehouse, known("10", 1000, 10_000, 100_000, "0"), known("10", 1000, 10_000, 100_200, "0"))
        assert self.beyond(warehouse) == [("41000", "2016-Q1", "total_covered", "wages")]

    @pytest.mark.parametrize(
        ("row", "area"),
        [
            (known("10", 1000, 10_000, 100_000), "41051"),
            (known("62", 1000, 10_000, 100_000), "41000"),
            (known("10", 1000, 10_000, 100_000, "1"), "41000"),
        ],
    )
    def test_counties_industries_and_small_ownerships_move_more(
        self, warehouse: Warehouse, row: Row, area: str
    ) -> None:
        self.oregon(warehouse, row, {**row, "establishments": 2000, "wages_usd": 200_000}, area)
        assert self.beyond(warehouse) == []
        assert len(warehouse.rows("marts.revisions")) == 2

    def test_a_step_waits_for_its_review_though_another_follows(self, warehouse: Warehouse) -> None:
        """Or a jump would be published with the next file that moves little."""
        for name, wages in (("first", 100_000), ("second", 110_000), ("third", 110_001)):
            capture(warehouse, name, known("10", 1, 1, wages), area="41000")
        warehouse.build(*CELLS)
        assert [row["is_beyond_envelope"] for row in warehouse.rows("marts.revisions")] == [True, False]
        assert self.beyond(warehouse) == [("41000", "2016-Q1", "private", "wages")]

    @pytest.mark.parametrize(
        ("other", "is_reviewed"),
        [
            ({}, True),
            ({"state_fips": "53"}, False),
            ({"period": "2016-Q2"}, False),
            ({"capture_sha256": "first"}, False),
        ],
    )
    def test_a_review_is_of_one_state_quarter_and_file(
        self, warehouse: Warehouse, other: Row, is_reviewed: bool
    ) -> None:
        warehouse.insert("reference.reviewed_revisions", REVIEW | other)
        self.oregon(warehouse, known("10", 1000, 10_000, 100_000), known("10", 1000, 10_000, 100_200))
        (row,) = warehouse.rows("marts.revisions")
        assert (row["is_beyond_envelope"], row["reviewed_by"]) == (True, "data steward" if is_reviewed else None)
        assert (self.beyond(warehouse) == []) is is_reviewed
