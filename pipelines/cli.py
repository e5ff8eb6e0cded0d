"""The `sectors` command.

Belongs here: arguments, exit codes, what is printed. Not here: anything a run does (assets), or how figures are worded
(reporting). Every failure a person can act on ends in one message and exit code 1, never in a traceback.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from dotenv import load_dotenv
from rich.console import Console
from rich.text import Text

from pipelines import cli_benchmark
from pipelines.domain.figure_names import UnknownFigure
from pipelines.reporting.explanation import explanation_parts
from pipelines.reporting.plan_table import plan_files, plan_sentences, plan_summary
from pipelines.reporting.result_table import reading_notes, result_table
from pipelines.settings import PROJECT_ROOT, WEB_SOURCES, Settings, SettingsError, read_settings
from pipelines.sources.definition_files import DefinitionError
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.explanations import explain as explain_figure
from pipelines.warehouse.reports import AnotherVersion, read_report

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="What part of a region's businesses, jobs and wages its target sectors are, from QCEW.",
)
app.add_typer(cli_benchmark.app, name="benchmark")
console = Console()
RESULT_WIDTH = 215
LEAST_WIDTH = 100


Since = Annotated[int | None, typer.Option(min=1990, max=2100, help="First year wanted from BLS; SECTORS_SINCE.")]
FinalToo = Annotated[bool, typer.Option("--final-too", help="Ask also for files in hand that are final.")]


@app.command()
def run(since: Since = None, final_too: FinalToo = False) -> None:
    """Capture, read, classify, check and publish; ends with the result table. Settings are SECTORS_* variables."""
    with _messages_for_people():
        settings = _settings(since, final_too)
        if settings.source in WEB_SOURCES and not settings.as_of:
            settings.contact()
        elif since or final_too:
            asked = f"AS_OF={settings.as_of}" if settings.as_of else f"SOURCE={settings.source}"
            raise SettingsError(f"--since and --final-too are for a look at a publisher; {asked} asks for nothing")
        if not _run_job(settings):
            _say("The run failed: the last published warehouse is as it was.", style="bold red")
            _say(f"What was expected and found: {settings.exports_dir / 'data_docs' / 'index.html'}")
            raise typer.Exit(1)
        _print_result(settings)


@app.command()
def plan(
    since: Since = None,
    final_too: FinalToo = False,
    files: Annotated[bool, typer.Option("--files", help="List every file.")] = False,
) -> None:
    """What a run would ask BLS or QualityInfo for, why, how many requests and about how long. Asks for nothing."""
    from pipelines.orchestration.web_looks import plan_look

    with _messages_for_people():
        settings = _settings(since, final_too)
        settings = settings if settings.source in WEB_SOURCES else replace(settings, source="bls")
        planned = plan_look(settings)
        requests = planned.frame()
        if files:
            for line in plan_files(requests):
                _say(line)
        elif planned.requests:
            console.print(plan_summary(requests))
        counts = planned.least_requests(), len(planned.requests), planned.seconds(), planned.final_files
        for sentence in [*plan_sentences(settings.source, *counts), *planned.late_sentences()]:
            _say(sentence)


@app.command()
def status() -> None:
    """What the published warehouse holds: sources, periods, identities checked, and the result table."""
    with _messages_for_people():
        _print_result(read_settings())


@app.command()
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
    with _messages_for_people():
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


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where the files go; made if it is not there.")],
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = Settings.sample_seed,
) -> None:
    """Write the synthetic sample: BLS-layout files of a made-up economy of establishments."""
    from pipelines.orchestration.intake import write_sample_files

    with _messages_for_people():
        folder.mkdir(parents=True, exist_ok=True)
        for path in write_sample_files(folder, replace(read_settings(), sample_seed=seed)):
            _say(f"SYNTHETIC SAMPLE: {path}")


def main() -> None:
    """Entry point of the `sectors` command. Settings in .env count as `dg` counts them: the environment goes first."""
    load_dotenv(PROJECT_ROOT / ".env")
    app()


def _settings(since: int | None, final_too: bool) -> Settings:
    """Settings of the environment, with what the command line adds."""
    settings = read_settings()
    return replace(settings, since=since or settings.since, asks_final_files=final_too)


def _run_job(settings: Settings) -> bool:
    """Runs the refresh job in this process; dagster.yaml and its relative folders belong to the project."""
    import dagster as dg

    from pipelines.definitions import build_definitions
    from pipelines.orchestration.jobs import REFRESH
    from pipelines.orchestration.one_at_a_time import alone

    os.environ.setdefault("DAGSTER_HOME", str(PROJECT_ROOT))
    os.chdir(PROJECT_ROOT)
    _say(f"Source {settings.source}; data under {settings.data_dir}")
    with alone(settings.data_dir / "warehouse" / ".dagster.lock", _say, "another run prepares Dagster; waiting for it"):
        opened = dg.DagsterInstance.get()  # two that make its storage at once would spoil it
    with opened as instance:
        job = build_definitions(settings).resolve_job_def(REFRESH.name)
        return job.execute_in_process(instance=instance, raise_on_error=False).success


def _print_result(settings: Settings) -> None:
    with open_database(settings.published_database, read_only=True) as connection:
        measures, notes = read_report(connection, "result_table"), read_report(connection, "run_notes")
    is_synthetic = "SYNTHETIC SAMPLE" in measures.get_column("data_origin").to_list()
    if measures.is_empty():
        _say("No region has all its counties in any period: see marts.region_availability.", style="yellow")
    else:
        Console(width=max(console.width, RESULT_WIDTH)).print(result_table(measures, is_synthetic))
    for note in [*reading_notes(measures), *notes.get_column("note").to_list()]:
        _say(note, style="red" if is_synthetic and "SYNTHETIC" in note else "")
    _say(f"Warehouse: {settings.published_database}")


def _say(text: str, style: str = "") -> None:
    """Prints a sentence as it is: brackets in names and paths are no markup."""
    console.print(Text(text, style=style), soft_wrap=True)


@contextmanager
def _messages_for_people() -> Iterator[None]:
    try:
        yield
    except (SettingsError, FileNotFoundError, DefinitionError, AnotherVersion, UnknownFigure) as error:
        _say(str(error), style="bold red")
        sys.exit(1)
