"""Expectations on a real DuckDB file: what passes, what fails with which rows, and that nothing is left open."""

import json
import re
import subprocess
import sys
from contextlib import nullcontext, suppress
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from expectations.data_docs import DataDocs
from expectations.results import ExpectationResult
from expectations.runner import run_suites
from expectations.vocabulary import (
    Expectation,
    TableSuite,
    column_between,
    column_in_set,
    column_matches,
    column_not_null,
    columns_unique,
    great_expectation,
    no_rows,
    pair_ordered,
    row_count_between,
)

M = "The sentence that people read."


def run(
    database: duckdb.DuckDBPyConnection, docs: DataDocs, *expectations: Expectation, table: str = "core.cells"
) -> list[ExpectationResult]:
    return run_suites(database, [TableSuite(table, expectations)], docs, "a run")


PASSING = [
    column_in_set("own_code", {"5", "9"}, meaning=M),
    column_in_set("year", [2016, 2017], meaning=M),
    column_between("quarter", 1, 5, meaning=M),
    column_between("wages_usd", maximum=1500, meaning=M),
    column_not_null("own_code", meaning=M),
    column_matches("area_fips", "41[0-9]{3}", meaning=M),
    columns_unique("establishments", meaning=M),
    columns_unique("area_fips", "quarter", "establishments", meaning=M),
    row_count_between(6, 6, meaning=M),
    pair_ordered("establishments", "quarter", meaning=M),
    no_rows("none", "SELECT * FROM core.cells WHERE quarter > 5", meaning=M),
    great_expectation("ExpectColumnMaxToBeBetween", column="quarter", max_value=5, meaning=M),
]


def test_what_is_true_passes_and_nulls_are_let_through(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    results = run(database, docs, *PASSING)
    assert [result.name for result in results if not result.success] == []
    assert [result.name for result in results] == [expectation.name for expectation in PASSING]
    assert all(result.failing_rows == [] and result.error is None for result in results)


def test_of_confidential_tables_results_and_pages_say_rule_and_count_only(
    database: duckdb.DuckDBPyConnection, docs: DataDocs
) -> None:
    broken = no_rows("broken", "SELECT title::BIGINT FROM core.cells", meaning=M)  # DuckDB quotes what it cannot cast
    greatest = great_expectation("ExpectColumnMaxToBeBetween", column="wages_usd", max_value=1, meaning=M)
    expectations = (*(expectation for expectation, *_ in FAILING), broken, greatest, row_count_between(9, meaning=M))
    suite = TableSuite("core.cells", expectations)
    results = run_suites(database, [suite], docs, "a run", confidential={"core.cells"})
    counts = [count for _, count, *_ in FAILING]
    assert [result.unexpected_count for result in results[: len(counts)]] == counts
    assert [result.failing_rows for result in results] == [[]] * len(results)
    assert [result.observed_value for result in results][-2:] == [None, 6]
    told = str(results) + "".join(path.read_text("utf-8") for path in docs.folder.rglob("*.*"))
    assert not {"plain", "1500"} & set(re.findall(r"\w+", told))


# expectation, its count of failing rows and of rows looked at, and the establishments of the rows it must show
FAILING = [
    (column_in_set("own_code", ["0", "5"], meaning=M), 1, 6, [13]),
    (column_between("quarter", 1, 4, meaning=M), 1, 6, [13]),
    (column_between("share", 0, 1, meaning=M), 2, 6, [13, 15]),
    (column_not_null("wages_usd", meaning=M), 1, 6, [14]),
    (column_matches("area_fips", "4105", meaning=M), 4, None, [10, 11, 12, 13]),
    (columns_unique("area_fips", "quarter", meaning=M), 2, None, [14, 15]),
    (pair_ordered("wages_usd", "establishments", meaning=M), 1, 6, [13]),
    (no_rows("cheap", "SELECT * FROM core.cells WHERE wages_usd < 8", meaning=M), 1, None, [13]),
]


def test_what_is_false_fails_with_the_whole_rows(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    results = run(database, docs, *(expectation for expectation, *_ in FAILING))
    for result, (expectation, failing, looked_at, establishments) in zip(results, FAILING, strict=True):
        assert not result.success, expectation.name
        assert (result.unexpected_count, result.element_count) == (failing, looked_at), expectation.name
        assert [row["establishments"] for row in result.failing_rows] == establishments, expectation.name
        assert all(len(row) == 8 for row in result.failing_rows), expectation.name
    assert results[0].failing_rows == [
        {
            "area_fips": "41067",
            "own_code": "9",
            "year": 2016,
            "quarter": 5,
            "establishments": 13,
            "wages_usd": 7,
            "share": 1.5,
            "title": "plain",
        }
    ]


def test_counts_of_tables_and_aggregates_fail_with_what_was_observed(
    database: duckdb.DuckDBPyConnection, docs: DataDocs
) -> None:
    highest = great_expectation("ExpectColumnMaxToBeBetween", column="quarter", max_value=4, meaning=M)
    rows, maximum = run(database, docs, row_count_between(7, meaning=M), highest)
    assert (rows.success, rows.observed_value, rows.failing_rows) == (False, 6, [])
    assert (maximum.success, maximum.observed_value, maximum.columns) == (False, 5, ("quarter",))


def test_a_result_says_what_was_checked_and_how_bad_it_is(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    critical, warning, query = run(
        database,
        docs,
        column_between("quarter", 1, 4, meaning="A year has four quarters."),
        column_in_set("own_code", ["5"], meaning=M, severity="warning"),
        column_matches("area_fips", "4105", meaning=M),
    )
    assert (critical.table, critical.type, critical.columns) == ("core.cells", "column_between", ("quarter",))
    assert critical.meaning == "A year has four quarters."
    assert critical.statement.startswith("quarter values must be greater than or equal to 1")
    assert (critical.blocks, warning.success, warning.blocks) == (True, False, False)
    assert query.statement == """SELECT * FROM core.cells WHERE NOT regexp_full_match("area_fips", '4105')"""


def test_at_most_twenty_rows_are_shown_the_first_ones_and_all_are_counted(
    database: duckdb.DuckDBPyConnection, docs: DataDocs
) -> None:
    with database.cursor() as connection:
        connection.execute("CREATE TABLE core.many AS SELECT i AS n, 'x' AS c FROM range(5000) AS rows(i)")
    downwards = no_rows("all", "SELECT * FROM core.many ORDER BY n DESC", meaning=M)
    results = run(database, docs, column_in_set("c", ["y"], meaning=M), downwards, table="core.many")
    assert [result.unexpected_count for result in results] == [5000, 5000]
    assert [row["n"] for row in results[0].failing_rows] == list(range(20))
    assert [row["n"] for row in results[1].failing_rows] == list(range(4999, 4979, -1))


def test_an_empty_table_fails_only_what_asks_for_rows(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    results = run(
        database,
        docs,
        column_not_null("a", meaning=M),
        column_between("a", 0, meaning=M),
        column_in_set("c", ["x"], meaning=M),
        columns_unique("a", meaning=M),
        pair_ordered("a", "b", meaning=M),
        column_matches("c", "x", meaning=M),
        row_count_between(1, meaning=M),
        table="core.empty",
    )
    assert [result.success for result in results] == [True] * 6 + [False]
    assert [result.unexpected_count for result in results[:6]] == [0] * 6


def test_a_view_is_a_table_too(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    (result,) = run(database, docs, column_between("quarter", 1, 4, meaning=M), table="core.view_of_cells")
    assert [row["establishments"] for row in result.failing_rows] == [13]


AWKWARD = [
    ":name",
    "a::b",
    "12:30",
    r"\:",
    "{}",
    "{batch}",
    "{{x}}",
    "100%",
    "%%",
    "%s",
    "$1",
    "$$",
    "it's",
    '"',
    "\\",
    "?",
]


def test_sql_reaches_the_database_as_it_is_written(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    with database.cursor() as connection:
        connection.execute("CREATE TABLE core.awkward AS SELECT unnest(?) AS word", [AWKWARD])
    literals = ["'" + word.replace("'", "''") + "'" for word in AWKWARD]
    queries = [
        no_rows(word, f"-- leading\nSELECT * FROM core.awkward WHERE word = {literal} -- trailing", meaning=M)
        for word, literal in zip(AWKWARD, literals, strict=True)
    ]
    structs = no_rows("struct", "WITH s AS (SELECT {'a': 1::BIGINT} AS s) SELECT s.a::VARCHAR AS a FROM s;", meaning=M)
    time = column_matches("word", r"(?:1|2)[0-9]:[0-5]\d|[^1].*|1[^2].*", meaning=M)
    sets = column_in_set("word", AWKWARD, meaning=M)
    *results, struct, matched, in_set = run(database, docs, *queries, structs, time, sets, table="core.awkward")
    assert [result.failing_rows for result in results] == [[{"word": word}] for word in AWKWARD]
    assert struct.failing_rows == [{"a": "1"}]
    assert (matched.success, matched.error, in_set.success) == (True, None, True)


BROKEN = [
    (column_between("no_such_column", 1, meaning=M), "no_such_column"),
    (column_between("title", 1, meaning=M), "VARCHAR"),
    (column_matches("area_fips", "(", meaning=M), "missing \\)"),
    (no_rows("syntax", "SELEC 1", meaning=M), "syntax error"),
    (no_rows("missing", "SELECT * FROM core.no_such_table", meaning=M), "no_such_table"),
    (no_rows("at run time", "SELECT title::BIGINT FROM core.cells", meaning=M), "Could not convert"),
    (great_expectation("ExpectTheImpossible", meaning=M), "ExpectTheImpossible"),
    (great_expectation("ExpectColumnMaxToBeBetween", nonsense=1, meaning=M), "nonsense"),
    (great_expectation("ExpectColumnStdevToBeBetween", column="share", max_value=1, meaning=M), "out of range"),
    (great_expectation("ExpectColumnValuesToMatchRegex", column="title", regex="x", meaning=M), "not supported"),
]


def test_what_cannot_be_evaluated_fails_and_takes_nothing_with_it(
    database: duckdb.DuckDBPyConnection, docs: DataDocs, capfd: pytest.CaptureFixture[str]
) -> None:
    sound = [column_between("quarter", 1, 4, meaning=M), row_count_between(6, meaning=M)]
    results = run(database, docs, *(expectation for expectation, _ in BROKEN), *sound)
    for result, (expectation, message) in zip(results, BROKEN, strict=False):
        assert not result.success, expectation.name
        assert result.error is not None, expectation.name
        assert re.search(message, result.error), (expectation.name, result.error)
        assert "Traceback" not in result.error
    assert [(result.success, result.unexpected_count) for result in results[-2:]] == [(False, 1), (True, None)]
    assert capfd.readouterr() == ("", "")


def test_a_missing_table_fails_all_its_expectations_and_an_empty_suite_fails(
    database: duckdb.DuckDBPyConnection, docs: DataDocs
) -> None:
    missing = TableSuite("core.missing", (column_not_null("a", meaning=M), row_count_between(0, meaning=M)))
    results = run_suites(database, [missing, TableSuite("core.cells", ())], docs, "a run")
    assert [result.blocks for result in results] == [True, True, True]
    assert results[1].error == "There is no table core.missing in the database."
    assert results[2].error == "The suite of core.cells has no expectation."


@pytest.mark.parametrize("suites", [[], [TableSuite("core.cells", ())] * 2])
def test_no_suites_or_two_for_a_table_are_refused(
    database: duckdb.DuckDBPyConnection, docs: DataDocs, suites: list[TableSuite]
) -> None:
    with pytest.raises(ValueError, match="one suite for each table"):
        run_suites(database, suites, docs, "a run")


def test_the_database_is_only_read_and_stays_open(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    before = str(database.sql("FROM core.cells").fetchall())
    *_, written = run(database, docs, *PASSING, no_rows("write", "DROP TABLE core.cells", meaning=M))
    assert written.error is not None
    assert str(database.sql("FROM core.cells").fetchall()) == before


def test_another_database_in_the_same_process_is_another(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    run(database, docs, *PASSING)
    with duckdb.connect() as other:
        other.execute("CREATE SCHEMA core; CREATE TABLE core.cells AS SELECT 42 AS a")
        (result,) = run(other, docs, column_in_set("a", [42], meaning=M))
    assert result.success


def test_what_is_made_once_is_what_great_expectations_makes_each_time(
    database: duckdb.DuckDBPyConnection, docs: DataDocs, monkeypatch: pytest.MonkeyPatch
) -> None:
    expectations = [*PASSING, *(expectation for expectation, *_ in FAILING)]
    once = run(database, docs, *expectations)
    monkeypatch.setattr("expectations.great_expectations_on_duckdb._made_once", lambda *_: nullcontext())
    assert run(database, docs, *expectations) == once
    assert [result.success for result in once] == [True] * len(PASSING) + [False] * len(FAILING)


def test_a_property_is_made_once_an_object_and_anew_afterwards() -> None:
    from expectations.great_expectations_on_duckdb import _made_once

    class Counted:
        times = 0

        @property
        def made(self) -> int:
            self.times += 1
            return self.times

    first, second = Counted(), Counted()
    with suppress(KeyboardInterrupt), _made_once(Counted, "made"):
        assert [first.made, first.made, second.made] == [1, 1, 1]
        raise KeyboardInterrupt
    assert [first.made, second.made] == [2, 2]


def test_two_runs_give_the_same_results_in_json(database: duckdb.DuckDBPyConnection, docs: DataDocs) -> None:
    expectations = [*PASSING, *(expectation for expectation, *_ in FAILING), *(broken for broken, _ in BROKEN)]
    first, second = ([asdict(result) for result in run(database, docs, *expectations)] for _ in range(2))
    assert first == second
    assert "NaN" not in json.dumps(first)


WATCHED = """
import sys
from pathlib import Path
import duckdb
seen = []
def watch(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        seen.append((event, str(arguments)))
    if event == "open" and isinstance(arguments[0], str) and set(arguments[1] or "") & set("wax+"):
        seen.append((event, arguments[0]))
sys.addaudithook(watch)
from expectations.data_docs import DataDocs
from expectations.runner import run_suites
from expectations.vocabulary import TableSuite, column_not_null
suite = TableSuite("core.cells", (column_not_null("own_code", meaning="m"),))
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    (result,) = run_suites(connection, [suite], DataDocs(Path(sys.argv[2])), "run")
outside = [one for one in seen if sys.argv[2] not in one[1]]
sys.exit(0 if result.success and not outside else str(outside))
"""


def test_nothing_is_written_elsewhere_and_no_network_is_used(path: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(path), str(tmp_path / "site")],
        cwd=home,
        env={"HOME": str(home), "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(home.rglob("*")) == []
