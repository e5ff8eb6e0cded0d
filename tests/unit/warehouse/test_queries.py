"""Own SQL on a published warehouse: every value as it is, one SELECT, nothing else within reach."""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.queries import QueryRefused, UnknownName, ask, example, examples, open_to_ask, show, tables
from pipelines.warehouse.reports import AnotherVersion
from pipelines.warehouse.sql_models import dependencies, load_model


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "sectors.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("""
            CREATE SCHEMA raw;
            CREATE SCHEMA marts;
            CREATE SCHEMA core;
            CREATE TABLE raw.captures AS SELECT 'files' AS source;
            CREATE TABLE marts.share_of_employment AS
                FROM (VALUES ('b', 2::BIGINT, ''), ('a', NULL, NULL), ('c', 0, 'x')) AS rows(region, jobs, note);
            CREATE TABLE marts.twice AS SELECT 1 AS a;
            CREATE TABLE core.twice AS SELECT 2 AS a;
        """)
    return path


@pytest.fixture
def connection(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_to_ask(published) as connection:
        yield connection


class TestValues:
    @pytest.mark.parametrize(
        ("sql", "text", "kind"),
        [
            ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727", "number"),
            ("sum(9007199254740993::BIGINT)", "9007199254740993", "number"),
            ("1.10::DECIMAL(20, 2)", "1.10", "number"),
            ("1e0::DOUBLE / 3", repr(1 / 3), "number"),
            ("0.1::FLOAT", "0.1", "number"),
            ("'nan'::DOUBLE", "nan", "number"),
            ("true", "true", "boolean"),
            ("''", "", "text"),
            ("'NULL'", "NULL", "text"),
            ("'=1+1'", "=1+1", "text"),
            ("DATE 'infinity'", "infinity", "text"),
            ("INTERVAL 1 MONTH", "1 month", "text"),
            ("TIMESTAMP_NS '2020-01-01 00:00:00.123456789'", "2020-01-01 00:00:00.123456789", "text"),
            ("NULL::BIGINT", None, "number"),
        ],
    )
    def test_a_value_is_the_text_of_all_of_it(
        self, connection: duckdb.DuckDBPyConnection, sql: str, text: str | None, kind: str
    ) -> None:
        answer = ask(connection, f"SELECT {sql} AS value")
        assert answer.rows.rows() == [(text,)]
        assert answer.kinds == {"value": kind}

    def test_lists_and_structures_are_json_without_loss(self, connection: duckdb.DuckDBPyConnection) -> None:
        answer = ask(
            connection, """SELECT ['a', NULL, '', '"'] AS list, {'n': 9007199254740993, 'd': 1.10} AS struct"""
        )
        assert answer.kinds == {"list": "nested", "struct": "nested"}
        texts = answer.rows.row(0, named=True)
        assert json.loads(texts["list"]) == ["a", None, "", '"']
        assert json.loads(texts["struct"], parse_float=Decimal) == {"n": 9007199254740993, "d": Decimal("1.10")}

    def test_doubles_come_back_as_they_were(self, connection: duckdb.DuckDBPyConnection) -> None:
        answer = ask(connection, "SELECT sqrt(range) / 7 * 1e15 ** (range % 7 - 3) AS value FROM range(1, 2000)")
        found = connection.sql("SELECT sqrt(range) / 7 * 1e15 ** (range % 7 - 3) FROM range(1, 2000)").fetchall()
        assert [float(text) for text in answer.rows.get_column("value")] == [value for (value,) in found]

    def test_columns_may_have_any_name(self, connection: duckdb.DuckDBPyConnection) -> None:
        answer = ask(connection, 'SELECT 1 AS "a ""b"";--", 2 AS "select"')
        assert answer.rows.columns == ['a "b";--', "select"]
        assert answer.rows.rows() == [("1", "2")]

    def test_a_sample_is_known(self, published: Path) -> None:
        with open_to_ask(published) as connection:
            assert not ask(connection, "SELECT 1 AS a").is_synthetic
        with duckdb.connect(published) as writer:
            writer.execute("INSERT INTO raw.captures VALUES ('sample')")
        with open_to_ask(published) as connection:
            assert ask(connection, "SELECT 1 AS a").is_synthetic
            assert show(connection, "core.twice").is_synthetic


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("sql", "reason"),
        [
            ("", "there is no SQL"),
            ("-- a remark", "there is no SQL"),
            ("SELECT 1; SELECT 2", "2 statements"),
            ("SELECT 1; DROP TABLE marts.twice", "2 statements"),
            ("COPY marts.twice TO 'out.csv'", "COPY is not answered"),
            ("EXPORT DATABASE 'out'", "EXPORT is not answered"),
            ("ATTACH 'other.duckdb'", "ATTACH is not answered"),
            ("INSTALL httpfs", "LOAD is not answered"),
            ("LOAD httpfs", "LOAD is not answered"),
            ("SET threads = 1", "SET is not answered"),
            ("PRAGMA threads = 1", "SET is not answered"),
            ("CREATE TEMP TABLE mine AS SELECT 1", "CREATE is not answered"),
            ("WITH new AS (SELECT 9) INSERT INTO marts.twice FROM new", "INSERT is not answered"),
            ("DELETE FROM marts.twice", "DELETE is not answered"),
            ("CALL enable_logging()", "CALL is not answered"),
            ("FROM enable_logging(storage = 'file')", "changes the session"),
            ("FROM enable_profiling()", "changes the session"),
            ('SUMMARIZE FROM "Checkpoint" ()', "changes the session"),
            ("FROM enable_logging/**/(storage='stdout')", "changes the session"),
            ("SELECT * FROM (FROM checkpoint -- now\n ())", "changes the session"),
            ("FROM query('FROM enable_' || 'logging()')", "query is not answered"),
            ("FROM query_table('core.twice')", "query_table is not answered"),
            ("PIVOT marts.twice ON a", "say which values PIVOT"),
            ("SELECT 1 AS a, 2 AS A", "several columns are called a"),
        ],
    )
    def test_all_but_one_select_is_refused_with_what_to_do(
        self, connection: duckdb.DuckDBPyConnection, published: Path, sql: str, reason: str
    ) -> None:
        before = hashlib.sha256(published.read_bytes()).hexdigest()
        with pytest.raises(QueryRefused, match=reason):
            ask(connection, sql)
        assert hashlib.sha256(published.read_bytes()).hexdigest() == before
        assert [path.name for path in published.parent.iterdir()] == [published.name]

    @pytest.mark.parametrize(
        "sql",
        [
            "FROM core.twice",
            "WITH one AS (SELECT 1 AS a) FROM one",
            "VALUES (1, 2)",
            "DESCRIBE core.twice",
            "SUMMARIZE core.twice",
            "SHOW ALL TABLES",
            "PIVOT core.twice ON a IN (1, 2) USING count(*)",
            "SELECT 1 AS a;",
            "SELECT 'checkpoint' AS word",
            "SELECT 'enable_logging(x)' AS word -- checkpoint (",
        ],
    )
    def test_all_that_only_selects_is_answered(self, connection: duckdb.DuckDBPyConnection, sql: str) -> None:
        assert ask(connection, sql).rows.height > 0

    def test_no_file_is_within_reach(self, connection: duckdb.DuckDBPyConnection, published: Path) -> None:
        secret = published.with_name("secret.csv")
        secret.write_text("a\n1\n", "utf-8")
        for sql in (
            f"FROM '{secret}'",
            f"FROM read_csv('{secret}')",
            f"FROM read_text('{secret}')",
            f"FROM glob('{secret.parent}/*')",
            "FROM 'http://127.0.0.1:9/a.csv'",
        ):
            with pytest.raises(duckdb.Error, match=r"disabled by configuration|does not exist"):
                ask(connection, sql)

    def test_no_variable_of_the_program_is_within_reach(self, connection: duckdb.DuckDBPyConnection) -> None:
        frame = pl.DataFrame({"a": [1]})
        with pytest.raises(duckdb.CatalogException, match="frame does not exist"):
            ask(connection, "FROM frame")
        assert frame.height == 1

    def test_the_database_itself_refuses_too(self, connection: duckdb.DuckDBPyConnection) -> None:
        for sql, reason in (
            ("INSERT INTO core.twice VALUES (3)", "read-only"),
            ("SET enable_external_access = true", "locked"),
            ("COPY core.twice TO 'out.csv'", "disabled by configuration"),
            ("ATTACH 'other.duckdb'", "disabled by configuration"),
        ):
            with pytest.raises(duckdb.Error, match=reason):
                connection.execute(sql)

    def test_sql_that_fails_has_duckdbs_hint(self, connection: duckdb.DuckDBPyConnection) -> None:
        with pytest.raises(duckdb.BinderException, match='Candidate bindings: "region"'):
            ask(connection, "SELECT regon FROM marts.share_of_employment")
        with pytest.raises(duckdb.CatalogException, match=r'Did you mean "marts\.share_of_employment"'):
            ask(connection, "FROM share_of_employment")

    def test_a_missing_or_strange_database_is_said_to_be_one(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="no such database yet"), open_to_ask(tmp_path / "no.duckdb"):
            pass
        strange = tmp_path / "strange.duckdb"
        duckdb.connect(strange).close()
        with open_to_ask(strange) as connection, pytest.raises(AnotherVersion, match=r"raw\.captures"):
            ask(connection, "SELECT 1 AS a")


class TestShow:
    def test_rows_come_as_they_were_published(self, connection: duckdb.DuckDBPyConnection) -> None:
        for name in ("marts.share_of_employment", "share_of_employment"):
            assert show(connection, name).rows.rows() == [("b", "2", ""), ("a", None, None), ("c", "0", "x")]

    def test_columns_and_rows_can_be_chosen(self, connection: duckdb.DuckDBPyConnection) -> None:
        answer = show(connection, "share_of_employment", ["note", "region"], limit=1)
        assert answer.rows.rows(named=True) == [{"note": "", "region": "b"}]
        assert answer.kinds == {"note": "text", "region": "text"}
        assert show(connection, "share_of_employment", limit=0).rows.height == 0

    @pytest.mark.parametrize(
        ("table", "columns", "hint"),
        [
            ("marts.share_of_employmnt", [], "no table marts.share_of_employmnt: did you mean marts.share_of_employ"),
            ("Share_Of_Employment", [], "did you mean marts.share_of_employment"),
            ("twice", [], "did you mean .*core.twice"),
            ("zzz", [], "there are core.twice, marts.share_of_employment, marts.twice, raw.captures"),
            ("share_of_employment", ["regio"], "no column regio: did you mean region"),
            ("share_of_employment; DROP TABLE x", [], "no table"),
            ("share_of_employment", ["count(*)"], "no column"),
        ],
    )
    def test_a_name_that_there_is_not_suggests_the_nearest(
        self, connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], hint: str
    ) -> None:
        with pytest.raises(UnknownName, match=hint):
            show(connection, table, columns)


class TestExamples:
    def test_every_example_says_what_it_answers_reads_and_promises(self) -> None:
        found = examples()
        assert len(found) >= 12
        for each in found:
            assert each.question.endswith("?")
            assert set(each.never_null) <= set(each.columns)
            assert tuple(sorted(each.reads)) == dependencies(load_model(f"examples.{each.name}"))
            assert all(ALL_TABLES[table].is_published for table in each.reads)
            assert each == example(each.name)

    def test_an_example_that_there_is_not_suggests_the_nearest(self) -> None:
        with pytest.raises(UnknownName, match="did you mean construction_share_of_jobs"):
            example("construction_share")


def test_all_tables_are_listed_the_public_ones_first(connection: duckdb.DuckDBPyConnection) -> None:
    listed = tables(connection).rows["table_name"].to_list()
    assert listed == ["marts.share_of_employment", "marts.twice", "core.twice", "raw.captures"]
