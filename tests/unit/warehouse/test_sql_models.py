"""Models are found by name, and what they depend on is read from their SQL."""

from pathlib import Path

import pytest

from pipelines.warehouse import sql_models
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.sql_models import (
    SQL_FOLDER,
    SqlModel,
    column_lineage,
    dependencies,
    load_model,
    model_names,
)


def model(sql: str, name: str = "core.some") -> SqlModel:
    return SqlModel(name, Path("sql/core/some.sql"), sql)


# Files


def test_every_file_is_a_model_of_its_name() -> None:
    for folder in ("core", "marts", "checks", "reports"):
        names = model_names(folder)
        assert names == sorted(names)
        assert len(names) == len(list((SQL_FOLDER / folder).glob("*.sql")))
        for name in names:
            loaded = load_model(name)
            assert (loaded.name, loaded.path.stem) == (name, name.split(".")[1])
            assert loaded.sql == loaded.path.read_text(encoding="utf-8")
            assert loaded.description


def test_a_missing_model_is_named_with_the_file_it_should_be_in() -> None:
    with pytest.raises(FileNotFoundError, match=r"core\.nothing: there is no .*sql/core/nothing\.sql"):
        load_model("core.nothing")


def test_the_description_is_the_comment_at_the_top_only() -> None:
    assert (
        model("-- Grain: one.\n--   Why: two.\nSELECT 1 -- not this\n-- nor this\n").description
        == "Grain: one.\nWhy: two."
    )
    assert model("SELECT 1").description == ""


# Dependencies


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1 AS a", ()),
        ("FROM core.cells", ("core.cells",)),
        ("-- FROM core.comment\nSELECT 'core.text' FROM core.cells;", ("core.cells",)),
        ("SELECT * FROM marts.b JOIN core.a USING (x), raw.c", ("core.a", "marts.b", "raw.c")),
        ("SELECT * FROM core.a AS one JOIN core.a AS two ON one.x = two.x", ("core.a",)),
        ("WITH cells AS (SELECT * FROM core.a) SELECT * FROM cells", ("core.a",)),
        ("WITH a AS (SELECT * FROM core.a) SELECT * FROM a JOIN core.b USING (x)", ("core.a", "core.b")),
        ("WITH x AS (WITH y AS (FROM core.a) FROM y), z AS (FROM x) FROM z", ("core.a",)),
        ("WITH RECURSIVE up AS (FROM core.a UNION ALL SELECT b.* FROM core.b AS b JOIN up USING (x)) FROM up",
         ("core.a", "core.b")),
        ("SELECT (SELECT max(x) FROM core.a) FROM core.b WHERE x IN (SELECT x FROM core.c) AND EXISTS (FROM core.d)",
         ("core.a", "core.b", "core.c", "core.d")),
        ("SELECT * FROM core.a UNION ALL BY NAME SELECT * FROM core.b EXCEPT FROM core.c",
         ("core.a", "core.b", "core.c")),
        ("SELECT * FROM (SELECT * FROM core.a) AS inside, range(10)", ("core.a",)),
        ("SELECT list_transform([1], x -> x) FROM core.a, LATERAL (SELECT core.a.x FROM core.b)", ("core.a", "core.b")),
        ('SELECT * FROM "core"."a b"', ("core.a b",)),
    ],
)  # fmt: skip
def test_dependencies_are_the_tables_that_are_read(sql: str, tables: tuple[str, ...]) -> None:
    assert dependencies(model(sql)) == tables


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT FROM WHERE", "syntax error"),
        ("CREATE TABLE core.x AS SELECT 1", "Only SELECT statements"),
        ("DROP TABLE core.x", "Only SELECT statements"),
        ("SELECT 1; SELECT * FROM core.a", "2 statements"),
        ("", "0 statements"),
        ("-- nothing but a comment", "0 statements"),
    ],
)
def test_what_is_not_one_select_is_refused_with_its_file(sql: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"^sql/core/some\.sql: .*; expected one SELECT$") as error:
        dependencies(model(sql))
    assert told in str(error.value)


def test_every_model_reads_declared_tables_only_and_not_itself() -> None:
    for folder in ("core", "marts", "checks", "reports"):
        for name in model_names(folder):
            read = dependencies(load_model(name))
            assert read
            assert set(read) <= ALL_TABLES.keys()
            assert name not in read


# Column lineage


def test_a_column_is_followed_through_names_sums_and_ctes() -> None:
    sql = """
        WITH cells AS (
            SELECT area_fips AS area, year, sum(wages_usd) AS wages FROM core.qcew_cells GROUP BY ALL
        )
        SELECT cells.area AS region, areas.area_title AS region_name, cells.wages / 2 AS known, 'bls' AS source
        FROM cells JOIN reference.areas AS areas ON areas.area_fips = cells.area
    """
    assert column_lineage(model(sql, "marts.sector_measures")) == {
        "region": (("core.qcew_cells", "area_fips"),),
        "region_name": (("reference.areas", "area_title"),),
        "known": (("core.qcew_cells", "wages_usd"),),
    }


def test_both_sides_of_a_choice_and_a_union_are_behind_a_column() -> None:
    sql = """
        SELECT coalesce(a.wages_usd, b.wages_usd) AS known
        FROM core.qcew_cells AS a JOIN core.qcew_annual AS b USING (year)
        UNION ALL
        SELECT taxable_wages_usd AS known FROM core.qcew_cells
    """
    assert column_lineage(model(sql, "marts.sector_measures"))["known"] == (
        ("core.qcew_annual", "wages_usd"),
        ("core.qcew_cells", "taxable_wages_usd"),
        ("core.qcew_cells", "wages_usd"),
    )


@pytest.mark.parametrize(
    ("name", "column", "origins"),
    [
        ("core.qcew_cells", "wages_usd", {("raw.quarterly_cells", "wages_usd")}),
        ("core.qcew_cells", "establishments", {("raw.quarterly_cells", "establishments")}),
        ("core.identities", "groups_failed", {("core.industry_identities", "holds"), ("core.area_identities", "holds"),
                                              ("core.row_identities", "holds"), ("core.annual_identities", "holds")}),
        ("marts.share_of_wages", "wages_usd", {("marts.sector_measures", "known")}),
        ("marts.share_of_employment", "region_employment", {("marts.sector_measures", "total")}),
        ("marts.share_of_businesses", "known_share", {("marts.sector_measures", "known_share")}),
    ],
)  # fmt: skip
def test_known_columns_of_the_warehouse_come_from_known_places(
    name: str, column: str, origins: set[tuple[str, str]]
) -> None:
    assert set(column_lineage(load_model(name))[column]) == origins


@pytest.mark.parametrize("name", [*model_names("core"), *model_names("marts")])
def test_lineage_names_real_columns_of_what_a_model_reads(name: str) -> None:
    lineage = column_lineage(load_model(name))
    assert lineage
    assert lineage.keys() <= {column.name for column in ALL_TABLES[name].columns}
    for table, column in {origin for origins in lineage.values() for origin in origins}:
        assert table in dependencies(load_model(name))
        assert column in {each.name for each in ALL_TABLES[table].columns}


def test_models_are_read_again_when_their_text_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_models, "SQL_FOLDER", tmp_path)
    (tmp_path / "core").mkdir()
    for table in ("a", "b"):
        (tmp_path / "core" / "some.sql").write_text(f"FROM core.{table}")
        assert dependencies(load_model("core.some")) == (f"core.{table}",)
