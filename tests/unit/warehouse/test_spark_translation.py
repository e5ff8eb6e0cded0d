"""Every model is translated, and what cannot be carried is refused: never passed on to mean something else."""

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from pipelines.warehouse.spark.engine import ModelTypeError, contract_type
from pipelines.warehouse.spark.translation import spark_sql, translate
from pipelines.warehouse.sql_models import load_model, model_names

MODELS = [name for folder in ("core", "estimates", "marts", "measures") for name in model_names(folder)]
SCHEMA: dict[str, object] = {
    "core": {"t": {"a": "VARCHAR", "b": "VARCHAR", "c": "BOOLEAN", "n": "TINYINT", "x": "DOUBLE", "l": "VARCHAR[]"}}
}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_plain_sql_on_views(name: str) -> None:
    tree = sqlglot.parse_one(spark_sql(load_model(name)), read="spark")
    assert isinstance(tree, exp.Query)
    assert not [table.sql() for table in tree.find_all(exp.Table) if table.db]
    assert not list(tree.find_all(exp.Qualify))
    assert not [star.sql() for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count)]


@pytest.mark.parametrize(
    ("written", "translated"),
    [
        ("n / 4.0", "CAST(t.n AS DOUBLE) / 4.0"),
        ("regexp_full_match(a, 'b|c')", "t.a RLIKE '^(?:b|c)$'"),
        ("list_position(l, a)", "NULLIF(ARRAY_POSITION(t.l, t.a), 0)"),
        ("a[:2]", "LEFT(t.a, 2)"),
        ("l[:2]", "SLICE(t.l, 1, 2)"),
        ("len(l)", "SIZE(t.l)"),
        ("len(a)", "LENGTH(t.a)"),
        ("count(*) FILTER (c) OVER (PARTITION BY a)", "COUNT(IF(t.c, 1, NULL)) OVER (PARTITION BY t.a)"),
        ("a, n, x, l, row_number() OVER ()", "t.a AS a, t.n AS n, t.x AS x, t.l AS l, STRUCT(t.a, t.n)"),
    ],
)
def test_what_differs_is_rewritten(written: str, translated: str) -> None:
    found = translate(f"SELECT {written} AS z FROM core.t", SCHEMA).replace("`", "")
    assert found == f"SELECT {translated} AS z FROM core__t AS t"


@pytest.mark.parametrize(
    "written",
    [
        "a[2:3]",
        "format(a, b)",
        "format('{:>8}', a)",
        "regexp_full_match(a, b)",
        "list(a ORDER BY b DESC)",
        "string_agg(DISTINCT a, '; ' ORDER BY b)",
        "any_value(a) FILTER (c) OVER ()",
        "x, row_number() OVER ()",
        "unnest([a]) AS one, unnest([b])",
        "nothing",
    ],
)
def test_what_is_not_carried_is_refused(written: str) -> None:
    with pytest.raises(SqlglotError):
        translate(f"SELECT {written} AS z FROM core.t", SCHEMA)


@pytest.mark.parametrize(
    ("found", "declared", "wanted"),
    [
        ("int", "TINYINT", "tinyint"),
        ("decimal(20,0)", "BIGINT", "bigint"),
        ("decimal(5,2)", "DOUBLE", "double"),
        ("void", "DATE", "date"),
        ("array<string>", "VARCHAR[]", "array<string>"),
    ],
)
def test_a_column_gets_the_type_of_its_contract(found: str, declared: str, wanted: str) -> None:
    assert contract_type("core.t", "a", found, declared) == wanted


@pytest.mark.parametrize(
    ("found", "declared"), [("double", "BIGINT"), ("decimal(5,2)", "INTEGER"), ("int", "VARCHAR"), (None, "DATE")]
)
def test_a_column_of_another_kind_is_named(found: str | None, declared: str) -> None:
    with pytest.raises(ModelTypeError) as told:
        contract_type("core.t", "a", found, declared)
    assert str(told.value) == f"core.t: column a is {found} in Spark; its contract says {declared}"
