"""Imports every module of the project and prints, as JSON, what their own code did besides importing.

Each line of the list is [what, its object, the project's file]: files opened, folders listed, processes and sockets,
environment variables asked for. Run by test_import_is_quiet in a process of its own: an audit hook cannot be taken
back. Everything is imported once before the watch, so that what the libraries do at import is over by then.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "assets", "expectations")
EVENTS = ("open", "os.", "shutil.", "subprocess.", "socket.", "sqlite3.", "tempfile.", "urllib.")
STANDARD_LIBRARY = str(Path(os.__file__).parent)

seen: set[tuple[str, str, str]] = set()
is_watching = False


def main() -> None:
    global is_watching
    sys.path.insert(0, str(PROJECT_ROOT))
    files = [path.relative_to(PROJECT_ROOT) for package in PACKAGES for path in (PROJECT_ROOT / package).rglob("*.py")]
    names = sorted(".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files)
    for name in names:
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.split(".")[0] in PACKAGES]:
        del sys.modules[name]
    sys.addaudithook(on_event)
    watch_environment()
    is_watching = True
    for name in names:
        importlib.import_module(name)
    is_watching = False
    print(json.dumps(sorted(seen)))


def on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if is_watching and event.startswith(EVENTS):
        note(event, str(arguments[0]) if arguments else "", sys._getframe(1))


def watch_environment() -> None:
    for method in ("__getitem__", "__contains__", "__iter__"):
        setattr(os._Environ, method, watched(getattr(os._Environ, method)))


def watched(original: Any) -> Any:
    def ask(self: object, *key: str) -> Any:
        if is_watching:
            note("environment", ", ".join(key), sys._getframe(1))
        return original(self, *key)

    return ask


def note(event: str, target: str, frame: FrameType | None) -> None:
    """Keeps an event whose nearest caller outside the standard library is the project, and not an import of it."""
    while frame is not None and is_standard(frame.f_code.co_filename):
        if "importlib" in frame.f_code.co_filename:
            return
        frame = frame.f_back
    caller = Path(frame.f_code.co_filename) if frame else Path()
    if caller.is_relative_to(PROJECT_ROOT) and caller.relative_to(PROJECT_ROOT).parts[0] in PACKAGES:
        seen.add((event, target, str(caller.relative_to(PROJECT_ROOT))))


def is_standard(file_name: str) -> bool:
    return file_name.startswith("<frozen") or (
        file_name.startswith(STANDARD_LIBRARY) and "site-packages" not in file_name
    )


main()
