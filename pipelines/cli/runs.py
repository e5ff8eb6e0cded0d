"""The commands that make and show results: run, plan, status, sample.

Belongs here: their arguments and exit codes. Not here: anything a run does (assets), or how figures are worded
(reporting).
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from pipelines.cli.messages import console, messages_for_people, say
from pipelines.domain.code_tables import SYNTHETIC
from pipelines.reporting.plan_table import plan_files, plan_sentences, plan_summary
from pipelines.reporting.result_table import reading_notes, result_table
from pipelines.settings import PROJECT_ROOT, WEB_SOURCES, Settings, SettingsError, read_settings
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.reports import read_report

RESULT_WIDTH = 215
TITLES: Mapping[str, str] = {"site": "Dashboard", "workbooks": "Workbooks", "open_data": "Open data"}


Since = Annotated[int | None, typer.Option(min=1990, max=2100, help="First year wanted from BLS; SECTORS_SINCE.")]
FinalToo = Annotated[bool, typer.Option("--final-too", help="Ask also for files in hand that are final.")]


def run(since: Since = None, final_too: FinalToo = False) -> None:
    """Capture, read, classify, check and publish; ends with the result table. Settings are SECTORS_* variables."""
    with messages_for_people():
        settings = _settings(since, final_too)
        if settings.source in WEB_SOURCES and not settings.as_of:
            settings.contact()
        elif since or final_too:
            asked = f"AS_OF={settings.as_of}" if settings.as_of else f"SOURCE={settings.source}"
            raise SettingsError(f"--since and --final-too are for a look at a publisher; {asked} asks for nothing")
        outcome = run_job(settings)
        if not outcome.has_published:
            say("The run failed: the last published warehouse is as it was.", style="bold red")
            say(f"What was expected and found: {settings.exports_dir / 'data_docs' / 'index.html'}")
            raise typer.Exit(1)
        _print_result(settings)
        if not outcome.is_success:
            say("The warehouse is published, but not all that was to be made of it: see above.", style="bold red")
            raise typer.Exit(1)
        for name, title in TITLES.items():
            if name in outcome.made:
                say(f"{title}: {outcome.made[name]}")


def plan(
    since: Since = None,
    final_too: FinalToo = False,
    files: Annotated[bool, typer.Option("--files", help="List every file.")] = False,
) -> None:
    """What a run would ask BLS or QualityInfo for, why, how many requests and about how long. Asks for nothing."""
    from pipelines.orchestration.web_looks import plan_look

    with messages_for_people():
        settings = _settings(since, final_too)
        settings = settings if settings.source in WEB_SOURCES else replace(settings, source="bls")
        planned = plan_look(settings)
        requests = planned.frame()
        if files:
            for line in plan_files(requests):
                say(line)
        elif planned.requests:
            console.print(plan_summary(requests))
        counts = planned.least_requests(), len(planned.requests), planned.seconds(), planned.final_files
        for sentence in [*plan_sentences(settings.source, *counts), *planned.late_sentences()]:
            say(sentence)


def status() -> None:
    """What the published warehouse holds: sources, periods, identities checked, and the result table."""
    with messages_for_people():
        _print_result(read_settings())


def sample(
    folder: Annotated[Path, typer.Argument(help="Where the files go; made if it is not there.")],
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = Settings.sample_seed,
    records: Annotated[bool, typer.Option("--records", help="Write its establishment records: 0.7 GB a year.")] = False,
) -> None:
    """Write the synthetic sample: BLS-layout files of a made-up economy of establishments, or its records."""
    from pipelines.orchestration.intake import write_sample_establishments, write_sample_files

    with messages_for_people():
        write = write_sample_establishments if records else write_sample_files
        for path in write(folder, replace(read_settings(), sample_seed=seed)):
            say(f"{SYNTHETIC}: {path}")


def _settings(since: int | None, final_too: bool) -> Settings:
    """Settings of the environment, with what the command line adds."""
    settings = read_settings()
    return replace(settings, since=since or settings.since, asks_final_files=final_too)


class Outcome(NamedTuple):
    """How a run ended. made: where that is which it made for people, by the names of the published assets."""

    is_success: bool
    made: Mapping[str, Path]

    @property
    def has_published(self) -> bool:
        """Whether the warehouse was replaced, whatever became of what is made of it."""
        return "warehouse" in self.made


def run_job(settings: Settings) -> Outcome:
    """Runs the refresh job in this process; dagster.yaml and its relative folders belong to the project."""
    import dagster as dg

    from pipelines.definitions import build_definitions
    from pipelines.orchestration.confidential import make_private
    from pipelines.orchestration.jobs import REFRESH
    from pipelines.orchestration.one_at_a_time import alone

    make_private(settings)
    os.environ.setdefault("DAGSTER_HOME", str(PROJECT_ROOT))
    os.chdir(PROJECT_ROOT)
    say(f"Source {settings.source}; data under {settings.data_dir}")
    with alone(settings.data_dir / "warehouse" / ".dagster.lock", say, "another run prepares Dagster; waiting for it"):
        opened = dg.DagsterInstance.get()  # two that make its storage at once would spoil it
    with opened as instance:
        job = build_definitions(settings, shows_lineage=False).resolve_job_def(REFRESH.name)
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        events = result.get_asset_materialization_events()
        told = [event.step_materialization_data.materialization for event in events]
        published = [each for each in told if each.asset_key.path[0] == "published"]
        made = {each.asset_key.path[1]: Path(str(each.metadata["path"].value)) for each in published}
        return Outcome(result.success, made)


def _print_result(settings: Settings) -> None:
    with open_database(settings.published_database, read_only=True) as connection:
        measures, notes = read_report(connection, "result_table"), read_report(connection, "run_notes")
    is_synthetic = SYNTHETIC in measures.get_column("data_origin").to_list()
    if measures.is_empty():
        say("No region has all its counties in any period: see marts.region_availability.", style="yellow")
    else:
        Console(width=max(console.width, RESULT_WIDTH)).print(result_table(measures, is_synthetic))
    for note in [*reading_notes(measures), *notes.get_column("note").to_list()]:
        say(note, style="red" if is_synthetic and "SYNTHETIC" in note else "")
    say(f"Warehouse: {settings.published_database}")
