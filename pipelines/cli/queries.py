"""The commands with which people ask the published warehouse in SQL, and the dictionary of what they can ask for.

Belongs here: their arguments and exit codes. Not here: what may be asked (warehouse), how answers look (reporting).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from pipelines.cli.messages import console, messages_for_people, say
from pipelines.reporting.data_dictionary import dictionary_markdown
from pipelines.reporting.query_output import SYNTHETIC_NOTE, answer_csv, answer_json, answer_table, examples_list
from pipelines.settings import PROJECT_ROOT, read_settings
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.queries import Answer, QueryRefused, UnknownName, ask, example, examples, open_to_ask, tables
from pipelines.warehouse.queries import show as show_table

DATA_DICTIONARY = PROJECT_ROOT / "docs" / "data_dictionary.md"
LEAST_WIDTH = 80


class Format(StrEnum):
    """How answers are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


AnswerFormat = Annotated[
    Format | None, typer.Option("--format", help="Without it: a table in a terminal, CSV for another program or file.")
]


def query(
    sql: Annotated[str | None, typer.Argument(help="One SELECT; - reads it from standard input.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the SQL from a file.")] = None,
    example_name: Annotated[str | None, typer.Option("--example", help="Run an example query by its name.")] = None,
    lists_examples: Annotated[bool, typer.Option("--examples", help="List the example queries.")] = False,
    answer_format: AnswerFormat = None,
) -> None:
    """Ask the published warehouse in SQL, read-only: query "SELECT … FROM marts.share_of_employment".

    Tables and columns: docs/data_dictionary.md, or `sectors show`. Examples: --examples.
    """
    with _answering():
        if lists_examples:
            _console().print(examples_list([(found.name, found.question) for found in examples()]))
            return
        asked = _asked(sql, file, example_name)
        with open_to_ask(read_settings().published_database) as connection:
            answer = ask(connection, asked)
        _print(answer, answer_format)


def show(
    table: Annotated[
        str | None, typer.Argument(help="Its name, such as marts.share_of_employment; without, all tables.")
    ] = None,
    columns: Annotated[str, typer.Option(help="Only these columns, comma separated, in this order.")] = "",
    limit: Annotated[int | None, typer.Option(min=0, help="Only the first rows, in the order of the key.")] = None,
    answer_format: AnswerFormat = None,
) -> None:
    """Print a table of the published warehouse: show marts.share_of_employment; without a name, say which there are."""
    with _answering():
        chosen = [name.strip() for name in columns.split(",") if name.strip()]
        with open_to_ask(read_settings().published_database) as connection:
            answer = show_table(connection, table, chosen, limit) if table else tables(connection)
        _print(answer, answer_format)


def docs(
    file: Annotated[Path, typer.Option("--file", help="Where it goes.")] = DATA_DICTIONARY,
) -> None:
    """Write the data dictionary anew, from the contracts of the warehouse."""
    with _answering():
        published = [table for table in ALL_TABLES.values() if table.is_published]
        file.write_text(dictionary_markdown(published), "utf-8")
        say(f"{len(published)} tables described in {file}")


@contextmanager
def _answering() -> Iterator[None]:
    """Standard output is the answer alone: remarks and failures go to standard error."""
    console.stderr = True
    try:
        with messages_for_people(QueryRefused, UnknownName, duckdb.Error, IsADirectoryError, PermissionError):
            yield
    finally:
        console.stderr = False


def _asked(sql: str | None, file: Path | None, example_name: str | None) -> str:
    if sum(given is not None for given in (sql, file, example_name)) != 1:
        raise QueryRefused("expected one of: SQL in quotes, - for standard input, --file, --example (see --examples)")
    if example_name is not None:
        return example(example_name).sql
    try:
        if file is not None:
            return file.read_text("utf-8")
        return sys.stdin.read() if sql == "-" else str(sql)
    except UnicodeDecodeError as error:
        raise QueryRefused(f"{file or 'standard input'}: this is no UTF-8 text ({error}); expected SQL") from error


def _print(answer: Answer, answer_format: Format | None) -> None:
    """Prints an answer; where another program has closed its end of the pipe, typer ends the command quietly."""
    form = answer_format or (Format.TABLE if sys.stdout.isatty() else Format.CSV)
    if form is Format.TABLE:
        wide = _console()
        whole = "--format csv or json"
        wide.print(answer_table(answer.rows, answer.kinds, wide.width, answer.is_synthetic, whole))
        return
    if answer.is_synthetic:
        say(SYNTHETIC_NOTE, style="bold red")
    if form is Format.CSV:
        typer.echo(answer_csv(answer.rows).encode(), nl=False)
    else:
        for part in answer_json(answer.rows, answer.kinds):
            sys.stdout.write(part)
    sys.stdout.flush()


def _console() -> Console:
    return Console(width=max(console.width, LEAST_WIDTH), highlight=False)
