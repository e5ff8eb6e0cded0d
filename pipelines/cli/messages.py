"""What every command of `sectors` says and how: sentences as they are, failures as one message and exit code 1.

Belongs here: the console, and which failures a person can act on. Not here: what commands do.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from pipelines.domain.figure_names import UnknownFigure
from pipelines.settings import SettingsError
from pipelines.sources.definition_files import DefinitionError
from pipelines.warehouse.reports import AnotherVersion

console = Console()
FOR_PEOPLE = (SettingsError, FileNotFoundError, DefinitionError, AnotherVersion, UnknownFigure)


def say(text: str, style: str = "") -> None:
    """Prints a sentence as it is: brackets in names and paths are no markup."""
    console.print(Text(text, style=style), soft_wrap=True)


@contextmanager
def messages_for_people(*also: type[Exception]) -> Iterator[None]:
    """Ends a command that fails for a reason a person can act on: the message, exit code 1, no traceback.

    also: failures that are such reasons in one command only.
    """
    for_people: tuple[type[Exception], ...] = (*FOR_PEOPLE, *also)
    try:
        yield
    except for_people as error:
        say(str(error), style="bold red")
        sys.exit(1)
