"""Remembers, in the working database, which tables passed their checks and in which order they were built.

Belongs here: what publication must know, whoever started the builds: a whole run, or a person who remade one table.
Not here: the checks themselves.
"""

from collections.abc import Mapping, Sequence

import duckdb


def begin_build(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> None:
    """Takes back that these tables passed; from here until record_build a killed run leaves them unfit."""
    connection.execute("CREATE SEQUENCE IF NOT EXISTS build_number")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS build_log (table_name VARCHAR PRIMARY KEY, build_number BIGINT, passed BOOLEAN)"
    )
    connection.executemany("DELETE FROM build_log WHERE table_name = ?", [[table] for table in tables])


def record_build(connection: duckdb.DuckDBPyConnection, passed: Mapping[str, bool]) -> None:
    """Notes for each table that was just built and checked whether it passed."""
    rows = [[table, has_passed] for table, has_passed in passed.items()]
    connection.executemany("INSERT INTO build_log VALUES (?, nextval('build_number'), ?)", rows)


def build_number(connection: duckdb.DuckDBPyConnection, table: str) -> int | None:
    """Of the build that a table was recorded with; a later build of any table has a greater one."""
    found = connection.execute("SELECT build_number FROM build_log WHERE table_name = ?", [table]).fetchone()
    return int(found[0]) if found else None


def unfit_tables(connection: duckdb.DuckDBPyConnection, dependencies: Mapping[str, Sequence[str]]) -> list[str]:
    """Why tables must not be published, a sentence each: not built, not passed, or older than what they are made from.

    dependencies names every table that is to be published or that one of them is made from.
    """
    known = {
        str(table): (int(number), bool(passed))
        for table, number, passed in connection.execute("FROM build_log").fetchall()
    }
    reasons = []
    for table, sources in sorted(dependencies.items()):
        if table not in known:
            reasons.append(f"{table} was not built to its end")
            continue
        number, passed = known[table]
        if not passed:
            reasons.append(f"{table} failed its checks")
        newer = [source for source in sources if source in known and known[source][0] > number]
        if newer:
            reasons.append(f"{table} is older than {', '.join(newer)}")
    return reasons
