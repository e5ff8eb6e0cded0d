"""Puts a finished warehouse in the place of the last one, in one step.

Belongs here: what must hold before, and the swap. Not here: deciding whether checks passed, and the copies (side_file).
"""

import os
from pathlib import Path

import duckdb

from pipelines.warehouse.build_log import unfit_tables
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.reports import read_report
from pipelines.warehouse.side_file import side_file
from pipelines.warehouse.sql_models import made_from


class NotFitForPublication(ValueError):  # noqa: N818 - it names the situation
    """The working database does not hold one finished, checked and reviewed build; says what is wanting and why."""


def publish_warehouse(working: Path, published: Path, note: str) -> list[Table]:
    """Copies every public table from the working database into a new file and swaps it in; the tables published.

    Readers of the old file keep it until they close; whoever opens the path afterwards gets the new one. `note` goes
    before each table's comment. A run that is killed leaves the old file as it was. Raises NotFitForPublication,
    changing nothing, where a table failed its checks, was not built to its end, or is older than one it is made from,
    and where a file moved a state's totals beyond the usual envelope and nobody has reviewed that.
    """
    tables = [table for table in ALL_TABLES.values() if table.is_published]
    with open_database(working, read_only=True) as connection, side_file(working, published) as side:
        if reasons := unfit_tables(connection, _dependencies()):
            shown = "; ".join(reasons[:5]) + (f"; and {len(reasons) - 5} more" if len(reasons) > 5 else "")
            raise NotFitForPublication(f"nothing was published: {shown}. Run the whole job")
        if unreviewed := _unreviewed_revisions(connection):
            raise NotFitForPublication(unreviewed)
        side.finish(connection, tables, note)
        _flush(side.path)
        # of a person who wrote into the published file and was killed: DuckDB would replay it into the new one
        published.with_name(published.name + ".wal").unlink(missing_ok=True)
        side.path.replace(published)
        _flush(published.parent)
    return tables


def _unreviewed_revisions(connection: duckdb.DuckDBPyConnection) -> str:
    """What a person must look at before this may be published, and how to say that it was; empty if nothing waits."""
    waiting = read_report(connection, "unreviewed_revisions")
    if waiting.is_empty():
        return ""
    return "\n".join(
        [
            "nothing was published: a newer file moves the totals of a state by more than is usual (establishments "
            "1 %, employment and wages 0.1 %), and nobody has reviewed it. The last published warehouse is as it was.",
            *waiting.get_column("finding"),
            "See what moved in marts.revisions, and what the publisher says of it. If the newer figures are right, "
            "complete these lines, put them at the end of reviewed_revisions.yaml (in data/reference, or in your own "
            "folder of definitions), and run again. If not, ask the publisher for a corrected file, and review both.",
            *waiting.get_column("entry"),
        ]
    )


def _dependencies() -> dict[str, tuple[str, ...]]:
    """Every table of the warehouse with the tables it is made from; raw tables follow the captures."""
    return {name: _made_from(table) for name, table in ALL_TABLES.items()}


def _made_from(table: Table) -> tuple[str, ...]:
    is_of_captures = table.schema == "raw" and table.name not in ("raw.captures", "raw.refused_files", "raw.web_files")
    return ("raw.captures",) if is_of_captures else made_from(table.name)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
