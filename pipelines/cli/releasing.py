"""The command that makes tables of establishment records which may leave: release.

Belongs here: arguments, exit codes, what is printed. Not here: what is hidden and audited (orchestration, estimation).
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.messages import messages_for_people, say
from pipelines.settings import SHIPPED_DEFINITIONS, Settings, read_settings


def release(
    folder: Annotated[Path, typer.Argument(help="Where the tables go; replaced as a whole.")],
    public: Annotated[
        Path | None, typer.Option(help="The published warehouse with BLS's files; without, the project's own.")
    ] = None,
    without_public: Annotated[
        bool, typer.Option("--without-public", help="Nobody has published cells of these quarters yet.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only check that the folder is what was audited.")] = False,
) -> None:
    """Hide what must be hidden of the agency's own records, audit what is left, and write it with a manifest."""
    from pipelines.orchestration.confidential import make_private, without_values
    from pipelines.orchestration.folders import NotOurFolder
    from pipelines.orchestration.releases import make_release, require_records
    from pipelines.sources.policy_file import load_policy
    from pipelines.sources.release_files import AuditFailed, require_audited

    with messages_for_people(AuditFailed, NotOurFolder):
        settings = read_settings()
        make_private(settings)
        if check:
            require_audited(settings.data_dir, folder)
            say(f"{folder}: every file is the one that was audited.")
            return
        require_records(settings)
        policy = load_policy(settings.data_dir, SHIPPED_DEFINITIONS)
        with without_values(settings):
            warehouse = public or Settings().published_database
            manifest = make_release(settings, policy, warehouse, folder, say, needs_public_file=not without_public)
        say(f"Release: {manifest}")
