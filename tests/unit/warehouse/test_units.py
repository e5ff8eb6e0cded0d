"""Units: every column of numbers has one, told by its contract."""

import pytest

from pipelines.warehouse.contracts import ALL_TABLES, Table

NUMBERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"}
PUBLISHED = [table for table in ALL_TABLES.values() if table.is_published]


@pytest.mark.parametrize("table", PUBLISHED, ids=lambda table: table.name)
def test_every_number_has_a_unit_and_nothing_else_has(table: Table) -> None:
    assert set(table.units) == {column.name for column in table.columns if column.type in NUMBERS}


@pytest.mark.parametrize(
    ("table", "column", "unit"),
    [
        ("marts.share_of_employment", "estimate", "jobs"),
        ("marts.share_of_employment", "region_employment", "jobs"),
        ("marts.share_of_wages", "estimate", "US dollars"),
        ("marts.share_of_wages", "wages_usd", "US dollars"),
        ("marts.share_of_businesses", "upper", "establishments"),
        ("marts.share_of_businesses", "estimate_share", "0–1"),
        ("marts.sector_measures", "total", "that of `measure`"),
        ("marts.sector_measures", "hidden_cells", "count"),
        ("marts.sector_pay", "estimate", "US dollars"),
        ("marts.sector_pay", "price_year", "year"),
        ("marts.pay_against_standard", "standard_usd_per_year", "US dollars"),
        ("marts.pay_against_standard", "estimate_multiple", "ratio"),
        ("marts.sector_concentration", "lower", "ratio"),
        ("marts.region_diversity", "estimate_herfindahl", "0–1"),
        ("marts.region_diversity", "estimate_effective_industries", "industries"),
        ("marts.sector_trends", "estimate_growth", "relative, 0.05 is 5 %"),
        ("marts.sector_trends", "estimate_index", "index, first year = 100"),
        ("marts.sector_trends", "estimate_change", "that of `measure`"),
        ("marts.shift_share", "estimate_local", "that of `measure`"),
        ("marts.sector_screening", "estimate_local_growth", "jobs"),
        ("marts.sector_screening", "percentile_local_growth", "0–1"),
        ("marts.sector_screening", "rank", "place"),
        ("marts.source_reconciliation", "tolerance", "that of `measure`"),
        ("marts.published_figures", "our_value", "that of `statistic`"),
        ("marts.seasonally_adjusted_employment", "seasonal_factor", "ratio"),
        ("reference.price_index", "cpi_u", "index, 1982–84 = 100"),
        ("core.qcew_cells", "oty_wages_change_usd", "US dollars"),
    ],
)
def test_units_are_those_of_the_contract(table: str, column: str, unit: str) -> None:
    assert ALL_TABLES[table].units[column] == unit
