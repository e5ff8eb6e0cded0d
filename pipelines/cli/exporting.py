"""The command that takes figures out of the project: export, as open data or as a bundle, and the check of a bundle.

Belongs here: arguments, exit codes, what is printed, and the run that rebuilds. Not here: what is written or compared
(orchestration).
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import duckdb
import typer

from pipelines.cli.messages import messages_for_people, say
from pipelines.cli.runs import run_job
from pipelines.settings import Settings, SettingsError, read_settings
from pipelines.sources.raw_store import sha256_of
from pipelines.sources.whole_files import DamagedFile
from pipelines.warehouse.connection import open_database

if TYPE_CHECKING:
    from pipelines.orchestration.bundles import Bundle


def export(
    folder: Annotated[Path | None, typer.Argument(help="Where open data goes; without, to exports/open_data.")] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Write a zip file from which the figures can be made again and compared.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(help="Check such a file: every byte, then a rebuild, compared table by table.")
    ] = None,
    against: Annotated[Path | None, typer.Option(help="With --check: compare this warehouse; do not rebuild.")] = None,
) -> None:
    """Write the published tables as open data, Parquet and CSV with a descriptor; or a bundle; or check a bundle."""
    from pipelines.orchestration.bundle_files import DamagedBundle
    from pipelines.orchestration.bundles import CannotBundle, write_bundle
    from pipelines.orchestration.folders import NotOurFolder
    from pipelines.orchestration.open_data import write_open_data

    if sum(given is not None for given in (folder, bundle, check)) > 1 or (against and not check):
        raise typer.BadParameter("give a folder, --bundle or --check; --against goes with --check")
    with messages_for_people(CannotBundle, DamagedBundle, DamagedFile, NotOurFolder, NotADirectoryError, duckdb.Error):
        settings = read_settings()
        if settings.is_confidential:
            raise SettingsError(
                "SECTORS_SOURCE=establishments: these figures are exact and confidential, and nothing of them is "
                "exported before what must be hidden is"
            )
        if check:
            _check(check, against)
        elif bundle:
            package = write_bundle(settings, bundle)
            say(package.title, style="red" if package.is_synthetic else "")
            say(f"Bundle: {bundle} ({bundle.stat().st_size / 1e6:,.1f} MB, SHA-256 {sha256_of(bundle)})")
        else:
            target = folder or settings.exports_dir / "open_data"
            with open_database(settings.published_database, read_only=True) as connection:
                tables = write_open_data(connection, target)
            size = sum(file.bytes for table in tables for file in (table.csv, table.parquet))
            say(f"Open data: {target} ({len(tables)} tables as Parquet and CSV, {size / 1e6:,.1f} MB)")


def _check(path: Path, against: Path | None) -> None:
    """Says of every table whether it is the same; exit code 1 where one is not."""
    from pipelines.orchestration.bundles import compare, definitions_differ, open_bundle

    with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
        unpacked = Path(folder, "bundle")
        unpacked.mkdir()
        bundle = open_bundle(path, unpacked)
        say(f"{path}: {bundle.contents['title']}")
        say(f"Every byte is as it was written ({len(bundle.contents['files'])} files).")
        for sentence in [*bundle.other_makers(), definitions_differ(bundle)]:
            if sentence:
                say(f"Figures may differ: {sentence}", style="yellow")
        warehouse = against or _rebuild(bundle, Path(folder))
        different = 0
        for table in compare(bundle, warehouse):
            say(f"{'same ' if table.is_equal else 'OTHER'}  {table.name} ({table.rows:,} rows)")
            for finding in table.findings:
                say(f"       {finding}", style="red")
            different += not table.is_equal
    if different:
        say(f"{different} of {len(bundle.tables)} tables are not the same.", style="bold red")
        raise typer.Exit(1)
    say(f"All {len(bundle.tables)} tables are the same, bit for bit.")


def _rebuild(bundle: "Bundle", folder: Path) -> Path:
    """The warehouse that a run makes from a bundle, in a data folder and a Dagster home of its own."""
    from pipelines.orchestration.bundles import prepare_rebuild

    settings: Settings = prepare_rebuild(bundle, folder / "data")
    home = folder / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    say("Rebuilding, which takes as long as a run …")
    with _environment({"DAGSTER_HOME": str(home)}):
        if not run_job(settings).has_published:
            say("The rebuild failed: nothing can be compared. What failed stands above.", style="bold red")
            raise typer.Exit(1)
    return settings.published_database


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Variables of this process for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
