"""A table has one name everywhere: contract, asset, SQL file, suite."""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import dagster as dg
import pytest

from expectations.suites import BY_TABLE
from pipelines.definitions import build_definitions
from pipelines.settings import Export, Settings
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.contracts.estimates import MADE_FROM
from pipelines.warehouse.contracts.marts import MEASURED
from pipelines.warehouse.sql_models import dependencies, load_model, model_names

TABLES = {name for name, table in ALL_TABLES.items() if not table.is_view}
SQL_LAYERS = ("core", "estimates", "marts")
PUBLISHED_WAREHOUSE = "published.warehouse"
EXPORTS = [f"published.{name}" for name in get_args(Export)]
QUARTERS_OF_BLS = "raw.quarters_of_bls"  # captures in the store, a partition a quarter; no table


@pytest.fixture(scope="module")
def assets() -> Mapping[str, dg.AssetSpec]:
    specs = build_definitions(Settings()).resolve_all_asset_specs()
    return {".".join(spec.key.path): spec for spec in specs}


def test_every_contract_is_an_asset_and_every_asset_a_contract(assets: Mapping[str, dg.AssetSpec]) -> None:
    assert set(assets) == {*ALL_TABLES, PUBLISHED_WAREHOUSE, *EXPORTS, QUARTERS_OF_BLS}


def test_asset_keys_are_schema_and_table_grouped_by_layer(assets: Mapping[str, dg.AssetSpec]) -> None:
    assert {name: (len(spec.key.path), spec.group_name) for name, spec in assets.items()} == {
        name: (2, name.split(".")[0]) for name in assets
    }


def test_every_table_has_a_suite(assets: Mapping[str, dg.AssetSpec]) -> None:
    assert set(BY_TABLE) <= set(ALL_TABLES)
    assert TABLES - set(BY_TABLE) == set()


def test_no_suite_is_empty_and_none_is_for_a_table_of_another_layer() -> None:
    assert [name for name, suite in BY_TABLE.items() if not suite.expectations or suite.table != name] == []


@pytest.mark.parametrize("layer", SQL_LAYERS)
def test_every_contract_has_its_model_and_every_model_its_contract(layer: str) -> None:
    made_by_sql = {name for name in ALL_TABLES if name.startswith(f"{layer}.")} - {*MADE_FROM, *MEASURED}
    assert set(model_names(layer)) == made_by_sql


def test_tables_that_no_sql_makes_say_what_they_are_made_from(assets: Mapping[str, dg.AssetSpec]) -> None:
    for name, sources in MADE_FROM.items():
        assert {".".join(dep.asset_key.path) for dep in assets[name].deps} == set(sources) <= set(ALL_TABLES)


def test_measured_tables_depend_on_what_their_model_reads(assets: Mapping[str, dg.AssetSpec]) -> None:
    assert set(model_names("measures")) == set(MEASURED.values())
    for name, model in MEASURED.items():
        spec = assets[name]
        assert spec.metadata["sql_file"] == str(Path("sql", *model.split(".")).with_suffix(".sql"))
        assert {".".join(dep.asset_key.path) for dep in spec.deps} == set(dependencies(load_model(model)))


@pytest.mark.parametrize("layer", SQL_LAYERS)
def test_assets_of_models_say_which_file_and_depend_on_what_it_reads(
    layer: str, assets: Mapping[str, dg.AssetSpec]
) -> None:
    for name in model_names(layer):
        spec, (schema, table) = assets[name], name.split(".")
        assert spec.metadata["sql_file"] == str(Path("sql", schema, f"{table}.sql"))
        assert {".".join(dep.asset_key.path) for dep in spec.deps} == set(dependencies(load_model(name)))


def test_names_tell_layer_and_table() -> None:
    layers = {"raw", "reference", *SQL_LAYERS}
    assert [name for name, table in ALL_TABLES.items() if f"{table.schema}.{table.table}" != name] == []
    assert {table.schema for table in ALL_TABLES.values()} <= layers


def test_everything_that_is_published_leads_to_the_published_warehouse(assets: Mapping[str, dg.AssetSpec]) -> None:
    published = {name for name, table in ALL_TABLES.items() if table.is_published}
    assert {".".join(dep.asset_key.path) for dep in assets[PUBLISHED_WAREHOUSE].deps} == published
    assert {"marts.share_of_businesses", "marts.share_of_employment", "marts.share_of_wages"} <= published
