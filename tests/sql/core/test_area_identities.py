"""Ownerships add up to total covered, counties to their state and metropolitan area; incomplete sets are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse


def found(warehouse: Warehouse, measure: str = "establishments") -> list[tuple[str, str, float, float, bool]]:
    """(identity, group, expected, found, holds) of one measure."""
    warehouse.build("core.cell_measures", "core.area_identities")
    return [
        (row["identity"], row["group_name"], row["expected"], row["found"], row["holds"])
        for row in warehouse.rows("core.area_identities", measure=measure)
    ]


def cell(area: str, establishments: int, own: str = "5", industry: str = "10", jobs: int = 0) -> Row:
    return {"area_fips": area, "establishments": establishments, "own_code": own, "industry_code": industry,
            "jobs": jobs}  # fmt: skip


def hidden(area: str, establishments: int, own: str = "5", industry: str = "10") -> Row:
    row = {"area_fips": area, "establishments": establishments, "own_code": own, "industry_code": industry}
    return row | {"disclosure": "suppressed"}


class TestOwnerships:
    def test_they_add_up_to_total_covered(self, warehouse: Warehouse) -> None:
        parts = [cell("41051", number, own) for own, number in (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 50))]
        warehouse.insert("core.qcew_cells", cell("41051", 60, "0"), *parts)
        assert found(warehouse) == [("ownerships_add_up", "41051", 60, 60, True)]

    def test_a_total_of_governments_is_no_further_part(self, warehouse: Warehouse) -> None:
        cells = [cell("41000", 60, "0"), cell("41000", 10, "8"), cell("41000", 10, "1"), cell("41000", 50, "5")]
        warehouse.insert("core.qcew_cells", *cells)
        assert found(warehouse) == [("ownerships_add_up", "41000", 60, 60, True)]

    @pytest.mark.parametrize("fault", [1, -1])
    def test_one_off_by_one_is_found(self, warehouse: Warehouse, fault: int) -> None:
        cells = [cell("41051", 60, "0"), cell("41051", 10, "1"), cell("41051", 50 + fault, "5")]
        warehouse.insert("core.qcew_cells", *cells)
        assert found(warehouse) == [("ownerships_add_up", "41051", 60, 60 + fault, False)]

    def test_a_missing_ownership_is_found(self, warehouse: Warehouse) -> None:
        """A file cut at a line end before private: BLS sorts by ownership."""
        warehouse.insert("core.qcew_cells", cell("41051", 60, "0"), cell("41051", 10, "1"))
        assert found(warehouse) == [("ownerships_add_up", "41051", 60, 10, False)]

    def test_hidden_figures_are_left_alone(self, warehouse: Warehouse) -> None:
        cells = [cell("41051", 60, "0", jobs=600), hidden("41051", 10, "1"), cell("41051", 50, "5", jobs=500)]
        warehouse.insert("core.qcew_cells", *cells)
        assert found(warehouse, "month1_employment") == []
        assert len(found(warehouse)) == 1

    def test_a_hidden_total_is_left_alone(self, warehouse: Warehouse) -> None:
        warehouse.insert("core.qcew_cells", hidden("41051", 60, "0"), cell("41051", 60, "5", jobs=500))
        assert found(warehouse, "month1_employment") == []


class TestStates:
    @pytest.fixture
    def state(self, warehouse: Warehouse) -> Warehouse:
        """A state of two counties."""
        kinds = {"41000": "state", "41001": "county", "41003": "county", "41999": "unknown_county",
                 "41996": "other_statewide", "53011": "county"}  # fmt: skip
        areas = [{"area_fips": area, "area_kind": kind, "state_fips": area[:2]} for area, kind in kinds.items()]
        warehouse.insert("reference.areas", *areas, {"area_fips": "C4142", "area_kind": "metropolitan",
                                                     "state_fips": None})  # fmt: skip
        return warehouse

    def test_counties_and_the_unknown_county_add_up(self, state: Warehouse) -> None:
        for industry, scale in (("10", 1), ("62", 2)):
            numbers = {"41000": 16, "41001": 10, "41003": 5, "41999": 1, "53011": 99}
            state.insert("core.qcew_cells", *(cell(area, scale * n, "5", industry) for area, n in numbers.items()))
        identity = "counties_add_up_to_state"
        assert found(state) == [
            (identity, "41000 own 5 industry 10", 16, 16, True),
            (identity, "41000 own 5 industry 62", 32, 32, True),
        ]

    def test_rare_other_areas_of_the_state_are_added_where_they_are_there(self, state: Warehouse) -> None:
        numbers = {"41000": 18, "41001": 10, "41003": 5, "41999": 1, "41996": 2}
        state.insert("core.qcew_cells", *(cell(area, number) for area, number in numbers.items()))
        assert [row[2:] for row in found(state)] == [(18, 18, True)]

    def test_one_off_by_one_is_found(self, state: Warehouse) -> None:
        numbers = {"41000": 17, "41001": 10, "41003": 5, "41999": 1}
        state.insert("core.qcew_cells", *(cell(area, number) for area, number in numbers.items()))
        assert [row[2:] for row in found(state)] == [(17, 16, False)]

    @pytest.mark.parametrize("missing", ["41003", "41999"])
    def test_while_an_area_is_missing_nothing_is_checked(self, state: Warehouse, missing: str) -> None:
        numbers = {"41000": 16, "41001": 10, "41003": 5, "41999": 1}
        del numbers[missing]
        state.insert("core.qcew_cells", *(cell(area, number) for area, number in numbers.items()))
        assert found(state) == []

    def test_a_county_without_an_industry_is_not_missing(self, state: Warehouse) -> None:
        totals = {"41000": 16, "41001": 10, "41003": 5, "41999": 1}
        state.insert("core.qcew_cells", *(cell(area, number) for area, number in totals.items()))
        state.insert("core.qcew_cells", cell("41000", 4, industry="62"), cell("41003", 4, industry="62"))
        assert ("counties_add_up_to_state", "41000 own 5 industry 62", 4, 4, True) in found(state)

    def test_industries_with_a_hidden_county_are_left_alone(self, state: Warehouse) -> None:
        cells = [cell("41000", 16, jobs=160), cell("41001", 10, jobs=100), hidden("41003", 5), cell("41999", 1, jobs=9)]
        state.insert("core.qcew_cells", *cells)
        assert found(state, "wages") == []
        assert [row[2:] for row in found(state)] == [(16, 16, True)]

    def test_another_quarter_or_source_does_not_complete_it(self, state: Warehouse) -> None:
        numbers = {"41000": 16, "41001": 10, "41003": 5}
        state.insert("core.qcew_cells", *(cell(area, number) for area, number in numbers.items()))
        unknown = cell("41999", 1)
        state.insert("core.qcew_cells", {**unknown, "quarter": 2}, {**unknown, "source": "sample"})
        assert found(state) == []

    def test_quarters_ownerships_and_sources_are_not_added_to_each_other(self, state: Warehouse) -> None:
        numbers = {"41000": 16, "41001": 10, "41003": 5, "41999": 1}
        others: list[Row] = [{}, {"quarter": 2}, {"own_code": "3"}, {"source": "sample"}]
        for scale, keys in enumerate(others, start=1):
            cells = ({**cell(area, scale * number), **keys} for area, number in numbers.items())
            state.insert("core.qcew_cells", *cells)
        assert sorted(row[2:] for row in found(state)) == [(16 * scale, 16 * scale, True) for scale in (1, 2, 3, 4)]


class TestMetropolitanAreas:
    @pytest.fixture
    def salem(self, warehouse: Warehouse) -> Warehouse:
        counties = ({"area_fips": area} for area in ("41047", "41053"))
        warehouse.insert(
            "reference.metropolitan_areas", *counties, metropolitan_area="C4142", first_year=2013, last_year=2023
        )
        return warehouse

    @pytest.mark.parametrize(("year", "groups"), [(2012, 0), (2013, 1), (2023, 1), (2024, 0)])
    def test_its_counties_add_up_while_its_delineation_stands(self, salem: Warehouse, year: int, groups: int) -> None:
        cells = [cell("C4142", 30), cell("41047", 20), cell("41053", 9)]
        salem.insert("core.qcew_cells", *cells, year=year)
        identity = "counties_add_up_to_metropolitan_area"
        assert found(salem) == [(identity, "C4142 own 5 industry 10", 30, 29, False)] * groups

    def test_while_a_county_is_missing_nothing_is_checked(self, salem: Warehouse) -> None:
        salem.insert("core.qcew_cells", cell("C4142", 30), cell("41047", 20))
        assert found(salem) == []
