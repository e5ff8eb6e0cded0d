"""The commands that ask the published warehouse about figures: explain.

Belongs here: their arguments and exit codes. Not here: what is asked (warehouse), how answers are worded (reporting).
"""

import json
from typing import Annotated

import typer
from rich.console import Console

from pipelines.cli.messages import console, messages_for_people
from pipelines.reporting.explanation import explanation_parts
from pipelines.settings import read_settings
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.explanations import explain as explain_figure

LEAST_WIDTH = 100


def explain(
    words: Annotated[
        list[str],
        typer.Argument(help="Region, sector, measure and period, in any order; also definition and ownership."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON, with full hashes and every row.")] = False,
) -> None:
    """Take a figure apart, down to cells, rows, lines and files: explain portland_metro clean_energy employment 2016.

    Words in any order: a region or the code of a county, a sector, a measure, a year or quarter (2016-Q3); also a
    definition (strict, if nothing is said) and an ownership (private).
    """
    with messages_for_people():
        with open_database(read_settings().published_database, read_only=True) as connection:
            explanation = explain_figure(connection, words)
        facts = explanation.as_dict()
        if as_json:
            typer.echo(json.dumps(facts, indent=2, allow_nan=False))
        else:
            wide = Console(width=max(console.width, LEAST_WIDTH), highlight=False)
            for part in explanation_parts(facts):
                wide.print(part)
        for disagreement in explanation.disagreements:
            typer.secho(f"The warehouse contradicts itself: {disagreement}", fg="red", err=True)
        if explanation.disagreements:
            raise typer.Exit(1)
