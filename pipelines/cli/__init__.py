"""The `sectors` command: one module a family of commands, put together here.

Belongs here: arguments, exit codes, what is printed. Not here: anything a run does (assets), or how figures are worded
(reporting). Every failure a person can act on ends in one message and exit code 1, never in a traceback.
"""

import gc

import typer
from dotenv import load_dotenv

from pipelines.cli import benchmark, exporting, figures, queries, releasing, runs
from pipelines.settings import PROJECT_ROOT

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="What part of a region's businesses, jobs and wages its target sectors are, from QCEW.",
)
for command in (
    runs.run,
    runs.plan,
    runs.status,
    runs.sample,
    figures.explain,
    queries.query,
    queries.show,
    queries.docs,
    exporting.export,
    releasing.release,
):
    app.command()(command)
app.add_typer(benchmark.app, name="benchmark")

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""By default Python looks for garbage after 700, and finds none among all that is imported."""


def main() -> None:
    """Entry point of the `sectors` command. Settings in .env count as `dg` counts them: the environment goes first."""
    load_dotenv(PROJECT_ROOT / ".env")
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        app()
    finally:
        gc.freeze()  # all goes with the process: looking through it once more takes most of a second
