"""What a table holds, whatever file or machine it lies on: its rows in the order of its key, its hash, differences.

Belongs here: comparing tables of two databases or files bit for bit, and leaving out what belongs to one machine. Not
here: how tables get into files (open_data), or which are compared (orchestration.bundles).
"""

from collections.abc import Iterator

import duckdb

from pipelines.warehouse.contracts import Table
from pipelines.warehouse.contracts.model import literal

SHOWN_ROWS = 5
_PATH = r"^([/\\]|[A-Za-z]:[/\\])"
"""How an absolute path begins; internet addresses and the origin of the sample begin otherwise."""


def portable(connection: duckdb.DuckDBPyConnection, table: Table) -> duckdb.DuckDBPyRelation:
    """The table's columns as the contract lists them, rows in the order of its key.

    Of files taken in by hand `address` is the file's name: a path on somebody's machine tells others nothing, and may
    tell them too much.
    """
    columns = (_address() if column.name == "address" else _quoted(column.name) for column in table.columns)
    return connection.table(table.name).order(key_of(table)).project(", ".join(columns))


def content_hash(relation: duckdb.DuckDBPyRelation) -> str:
    """A hash of rows and column names, 64 hexadecimal digits, the same in whatever order or file the rows are.

    SHA-256 over the JSON list of the column names and the sorted SHA-256 of the rows, each the JSON list of its values
    as DuckDB writes them: floating point so that it comes back bit for bit, null as null, lists as JSON.
    """
    names = ", ".join(map(literal, relation.columns))
    rows = relation.project(f"sha256(to_json([{', '.join(_texts(relation))}])::VARCHAR) AS row_hash")
    joined = rows.aggregate("coalesce(string_agg(row_hash, '' ORDER BY row_hash), '') AS row_hashes")
    (found,) = joined.project(f"sha256(to_json([{names}])::VARCHAR || row_hashes)").fetchall()
    return str(found[0])


def differences(table: Table, before: duckdb.DuckDBPyRelation, now: duckdb.DuckDBPyRelation) -> Iterator[str]:
    """How rows of a table differ between two relations of one connection, in sentences; none where nothing does.

    First how many, then the first few rows by key: which columns of them changed, which rows are missing or new.
    """
    if before.columns != now.columns:
        yield f"its columns were {', '.join(before.columns)}; now they are {', '.join(now.columns)}"
        return
    key = key_of(table)
    was, is_now = (rows.project(_named_texts(rows)) for rows in (before, now))
    gone, come = was.except_(is_now), is_now.except_(was)
    gone_keys, come_keys = gone.project(key), come.project(key)
    found = {
        "changed": gone_keys.intersect(come_keys),
        "missing": gone_keys.except_(come_keys),
        "new": come_keys.except_(gone_keys),
    }
    counts = {kind: int((keys.count("*").fetchone() or (0,))[0]) for kind, keys in found.items()}
    if any(counts.values()):
        yield "rows " + ", ".join(f"{kind}: {count:,}" for kind, count in counts.items() if count)
    first = found.pop("changed").order(key).limit(SHOWN_ROWS).set_alias("first")
    rows_of = [first.join(rows.set_alias("rows"), key, "inner").order(key).pl().to_dicts() for rows in (gone, come)]
    for old, new in zip(*rows_of, strict=True):
        changes = [f"{name} was {old[name]}, is {new[name]}" for name in old if old[name] != new[name]]
        yield f"{_place(table, old)}: {'; '.join(changes)}"
    for kind, keys in found.items():
        for row in keys.order(key).limit(SHOWN_ROWS).pl().to_dicts():
            yield f"{_place(table, row)}: {kind}"


def key_of(table: Table) -> str:
    """The columns of the key, as ORDER BY and USING take them."""
    return ", ".join(map(_quoted, table.key))


def _place(table: Table, row: dict[str, object]) -> str:
    return ", ".join(f"{name} {row[name]}" for name in table.key)


def _address() -> str:
    name = """parse_filename("address", false, 'both_slash')"""
    return f"""CASE WHEN regexp_matches("address", '{_PATH}') THEN {name} ELSE "address" END AS "address" """


def _named_texts(relation: duckdb.DuckDBPyRelation) -> str:
    texts = zip(_texts(relation), relation.columns, strict=True)
    return ", ".join(f"{text} AS {_quoted(name)}" for text, name in texts)


def _texts(relation: duckdb.DuckDBPyRelation) -> Iterator[str]:
    """Every column as a text that is another one for another value."""
    for name, kind in zip(relation.columns, relation.types, strict=True):
        yield f"to_json({_quoted(name)})::VARCHAR" if kind.id == "list" else f"{_quoted(name)}::VARCHAR"


def _quoted(name: str) -> str:
    """A column's name as SQL takes it: of a contract, or of a file that somebody sent."""
    return '"' + name.replace('"', '""') + '"'
