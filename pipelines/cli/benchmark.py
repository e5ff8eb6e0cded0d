"""The `sectors benchmark` commands.

Belongs here: arguments, exit codes, how results are laid out. Not here: what is measured (orchestration.*benchmarks).
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import duckdb
import polars as pl
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.cli.messages import console, messages_for_people, say
from pipelines.domain.code_tables import SYNTHETIC
from pipelines.reporting.marked_sections import replace_section
from pipelines.reporting.result_table import percent
from pipelines.settings import read_settings

if TYPE_CHECKING:
    from pipelines.orchestration.benchmarks import StateCells
    from pipelines.orchestration.nation_benchmarks import NationCost
    from pipelines.orchestration.run_benchmarks import RunCost
    from pipelines.orchestration.speed_benchmarks import ReadingSpeed

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="How good the estimates of hidden cells are, what they cost, and how fast files are read.",
)
WIDTH = 150
_METHODS = {
    "estimate": "Estimate",
    "zero": "Zero",
    "equal_split": "Equal split",
    "establishment_split": "By establishments",
}

State = Annotated[str | None, typer.Option(help="Two digits, such as 41; without, the first state there is.")]
Year = Annotated[int | None, typer.Option(help="Without, the latest of which all quarters are there.")]


@app.command("accuracy")
def accuracy_command(
    state: State = None,
    year: Year = None,
    seeds: Annotated[int, typer.Option(min=1, help="How often further cells are hidden.")] = 1,
    output: Annotated[Path | None, typer.Option(help="A file that gets the tables as Markdown.")] = None,
) -> None:
    """Hide further cells of a state and year, estimate them, and say how far off the estimates are."""
    from pipelines.orchestration import benchmarks

    with messages_for_people(ValueError, duckdb.Error):
        settings = read_settings()
        cells = benchmarks.read_state_cells(benchmarks.benchmark_database(settings), state, year)
        with console.status("Hiding cells, estimating, comparing …"):
            sheets = [_score_sheet(cells, benchmarks.accuracy(cells, range(1, seeds + 1)), seeds)]
            if cells.is_sample:
                sheets.append(_sector_sheet(cells, benchmarks.sample_accuracy(cells, settings)))
        _show(sheets)
        if output:
            output.write_text("\n".join(sheet.markdown() for sheet in sheets), encoding="utf-8")
            say(f"Written: {output}")


@app.command("estimates")
def estimates_command(state: State = None, year: Year = None) -> None:
    """Seconds of CPU that each step of the estimates takes on a state and year, and the most memory used."""
    from pipelines.orchestration import benchmarks

    with messages_for_people(ValueError, duckdb.Error):
        with console.status("Measuring …"):
            cells, costs = benchmarks.speed(benchmarks.benchmark_database(read_settings()), state, year)
        rows = [[step, str(times), f"{seconds:.2f}"] for step, times, seconds in costs.steps.iter_rows()]
        _show([Sheet(f"{_name(cells)}: CPU seconds", ["Step", "Times", "Seconds each"], rows)])
        console.print(f"Peak memory: {costs.peak_megabytes:,.0f} MB")


@app.command("speed")
def speed_command(
    rows: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Of the made-up file; repeat it for several. Without: as many as BLS's of 2025."),
    ] = None,
    is_annual: Annotated[bool, typer.Option("--annual", help="The annual layout, not the quarterly one.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="A Markdown page whose section `reading-files` gets the table.")
    ] = None,
) -> None:
    """Take in made-up singlefiles of BLS's size and layout; measure every step, and the bare limits beside it."""
    from pipelines.orchestration import speed_benchmarks
    from pipelines.sources.sample_singlefile import BLS_QUARTERLY_ROWS

    with messages_for_people(ValueError, OSError):
        with console.status("Writing files, reading them …"):
            speeds = [
                speed_benchmarks.reading_speed(read_settings(), count, "annual" if is_annual else "quarterly")
                for count in rows or [BLS_QUARTERLY_ROWS]
            ]
        sheet = _reading_sheet(speeds, "annual" if is_annual else "quarterly")
        _show([sheet])
        if output:
            _write_section(output, "reading-files", sheet.markdown())


@app.command("records")
def records_command(
    records: Annotated[int, typer.Option(min=1, help="How many made-up records; 1 GB of disk a million.")] = 4_000_000,
) -> None:
    """How many establishment records of the fixed layout are read in a second."""
    from pipelines.orchestration.record_benchmarks import reading_speed

    with messages_for_people():
        speed = reading_speed(read_settings(), records)
        say(f"{speed.records:,} records in {speed.seconds:.1f} s: {speed.records_a_second:,.0f} a second")


@app.command("run")
def run_command(
    archive: Annotated[Path, typer.Argument(help="A zip of BLS, one table an area: 2016_qtrly_by_area.zip.")],
    parts: Annotated[
        list[int] | None,
        typer.Option("--part", min=1, help="One in so many tables; repeat it for several. Without: 8, 4, 2 and 1."),
    ] = None,
    times: Annotated[int, typer.Option(min=1, help="How often; the fastest run on each part is shown.")] = 1,
    output: Annotated[Path | None, typer.Option(help="A Markdown page whose section `runs` gets the table.")] = None,
) -> None:
    """Run on an eighth, a quarter, half and all of an archive; seconds of each layer."""
    from pipelines.orchestration.run_benchmarks import PARTS, RunFailed, run_costs

    with messages_for_people(RunFailed, OSError, zipfile.BadZipFile):
        with console.status("Running …"):
            sheet = _run_sheet(archive.name, run_costs(archive, parts or PARTS, times), times)
        _show([sheet])
        if output:
            _write_section(output, "runs", sheet.markdown())


@app.command("nation")
def nation_command(
    states: Annotated[int | None, typer.Option(min=1, help="So many, small to large. Without: all of them.")] = None,
    output: Annotated[Path | None, typer.Option(help="A Markdown page whose section `nation` gets the result.")] = None,
) -> None:
    """Make synthetic states of real shape and estimate all their hidden cells of a year: seconds and memory."""
    from pipelines.orchestration.nation_benchmarks import nation_cost

    with messages_for_people(ValueError, RuntimeError, duckdb.Error):
        with console.status("Making states, estimating …"):
            cost = nation_cost(read_settings(), states)
        sheet, sentences = _nation_sheet(cost), _nation_sentences(cost)
        _show([sheet])
        for sentence in sentences:
            say(sentence)
        if output:
            _write_section(output, "nation", "\n".join([sheet.markdown(), *(f"* {each}" for each in sentences), ""]))


@dataclass(frozen=True)
class Sheet:
    """A table of texts; the numbers are right of `labels` columns of names."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    labels: int = 1

    def table(self) -> Table:
        """For the terminal, without the title."""
        table = Table()
        for place, name in enumerate(self.header):
            table.add_column(name, justify="left" if place < self.labels else "right")
        for row in self.rows:
            table.add_row(*map(Text, row))
        return table

    def markdown(self) -> str:
        """As a Markdown table under its title."""
        sides = ["---" if place < self.labels else "--:" for place in range(len(self.header))]
        lines = [f"| {' | '.join(row)} |" for row in (self.header, sides, *self.rows)]
        return "\n".join([f"**{self.title}**", "", *lines, ""])


def _reading_sheet(speeds: Sequence["ReadingSpeed"], layout: str) -> Sheet:
    header = ["Step", "Rows", "Rows/s", "MB/s of text", "Seconds", "CPU seconds", "Peak MB"]
    rows = []
    for speed in speeds:
        for step in speed.steps:
            figures = (speed.rows, speed.rows / step.seconds, speed.bytes / 1e6 / step.seconds)
            costs = (f"{step.seconds:.1f}", f"{step.cpu_seconds:.1f}", f"{step.peak_megabytes:,.0f}")
            rows.append([step.name, *(f"{figure:,.0f}" for figure in figures), *costs])
        ratio = "ingest / (better bare read + inflate)"
        rows.append([ratio, f"{speed.rows:,}", "", "", f"{speed.ratio:.2f}", f"{speed.cpu_ratio:.2f}", ""])
    return Sheet(f"Made-up {layout} singlefiles, SYNTHETIC", header, rows)


def _score_sheet(cells: "StateCells", scores: pl.DataFrame, seeds: int) -> Sheet:
    header = ["Measure", "Held out", "Cells", "Inside bounds", "In 90 % interval", *_METHODS.values()]
    rows = [
        [measure, held_out, f"{count:,}", *("–" if share is None else percent(share) for share in shares)]
        for measure, held_out, count, *shares in scores.iter_rows()
    ]
    drawn = "seed 1" if seeds == 1 else f"seeds 1 to {seeds}"
    return Sheet(f"{_name(cells)}: errors of cells hidden further, {drawn}", header, rows, labels=2)


def _sector_sheet(cells: "StateCells", errors: pl.DataFrame) -> Sheet:
    header = ["Groups", "Measure", "Method", "Totals", "Error", "Error of shares, points"]
    rows = [
        [groups, measure, _METHODS[method], f"{totals:,}", percent(error), f"{points:.2f}"]
        for groups, measure, method, totals, error, points in errors.iter_rows()
    ]
    return Sheet(f"{_name(cells)}: totals with hidden cells by county, against the full truth", header, rows, labels=3)


def _nation_sheet(cost: "NationCost") -> Sheet:
    header = ["State", "Counties", "Cells of four quarters", "Hidden", "Seconds"]
    names = ("state_fips", "counties", "cells", "hidden", "seconds")
    rows = [
        [state, *(f"{number:,}" for number in numbers), f"{seconds:.1f}"]
        for state, *numbers, seconds in cost.states.sort("counties").select(names).iter_rows()
    ]
    totals = (f"{cost.states[name].sum():,}" for name in names[1:4])
    rows.append([f"{cost.states.height} states", *totals, f"{cost.seconds:.1f}"])
    return Sheet(f"Estimates of a year, {SYNTHETIC} states, {cost.processes} processes", header, rows)


def _nation_sentences(cost: "NationCost") -> list[str]:
    found = (
        f"{cost.seconds:,.0f} s in all, {cost.adding_seconds:,.0f} s of it adding up; {cost.cpu_seconds:,.0f} CPU s."
    )
    peak = (
        f"{cost.largest_megabytes:,.0f} MB in the largest state's process, {cost.parent_megabytes:,.0f} MB in the one"
    )
    sentences = [found, f"Peak memory: {peak} that reads states and adds up."]
    if not cost.is_whole:
        counted = f"all {cost.all_counties.height} states with {cost.all_counties['counties'].sum():,} counties"
        minutes = cost.nation_seconds() / 60
        sentences.append(
            f"EXTRAPOLATED, not measured: {counted} would take about {minutes:,.0f} min, each the seconds of measured "
            "states with about as many counties."
        )
    return sentences


def _run_sheet(name: str, costs: Sequence["RunCost"], times: int) -> Sheet:
    layers = list(costs[0].layers)
    header = ["Rows", "Start and end", *(layer.capitalize() for layer in layers), "Whole", "Without estimates", "CPU"]
    rows = [
        [
            f"{cost.rows:,}",
            *(f"{seconds:.1f}" for seconds in (cost.beside, *cost.layers.values(), cost.seconds)),
            f"{cost.without_estimates:.1f}",
            f"{cost.cpu_seconds:.1f}",
        ]
        for cost in costs
    ]
    runs = "Whole runs" if times == 1 else f"The fastest of {times} whole runs each"
    return Sheet(f"{runs} on {name} and parts of it, seconds", header, rows)


def _write_section(page: Path, name: str, section: str) -> None:
    """Writes what was measured into its part of a page, with the day and the machine."""
    from pipelines.orchestration.machine import machine

    text = page.read_text(encoding="utf-8") if page.exists() else ""
    measured_on = f"Measured on {date.today()}: {', '.join(f'{fact} {value}' for fact, value in machine())}."
    page.write_text(replace_section(text, name, f"{section}\n{measured_on}"), encoding="utf-8")
    say(f"Written: {page}")


def _name(cells: "StateCells") -> str:
    mark = f"{SYNTHETIC}, " if cells.is_sample else ""
    return f"{mark}state {cells.state_fips}, {cells.year}"


def _show(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        console.print(Text(sheet.title, style="bold"), soft_wrap=True)
        Console(width=max(console.width, WIDTH)).print(sheet.table())
