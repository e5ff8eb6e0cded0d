"""Looks and whole runs in processes of their own, which can be halted anywhere, killed, or run out of disk.

Belongs here: what such a process does. They are forked from one process that has imported everything and used nothing
(no library has started its threads), so that a process costs no imports. Not here: what is expected (the tests).
"""

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pyarrow.parquet as pq
from web_board import WebBoard

from pipelines.definitions import build_definitions
from pipelines.orchestration import factories, intake, jobs, web_looks
from pipelines.settings import PROJECT_ROOT
from pipelines.sources.http import PoliteSession
from pipelines.sources.raw_store import RawStore
from pipelines.sources.typed_cells import TypedCells
from pipelines.warehouse import publish, side_file

SECONDS = 300.0
"""After which a process counts as hanging; a loaded machine needs some."""
PUBLICATION = dg.AssetKey(["published", "warehouse"])

_ONE_AT_A_TIME = Lock()
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class FarServer:
    """All that another process knows of the publisher's server."""

    address: str


@dataclass
class ForkedRun:
    """A process that tells where it is and waits to be let on; it is gone when the context ends."""

    said_in: Path
    process: Any = None
    line: Any = None
    places: list[str] = field(default_factory=list)
    _stands_still: bool = False

    def __enter__(self) -> "ForkedRun":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def halts(self) -> Iterator[str]:
        """Where the process stands still, until it ends; asking for the next lets it go on."""
        while (place := self._go_on()) is not None:
            yield place

    def until(self, place: str) -> None:
        """Lets the process go on until it stands still there."""
        found = next((halt for halt in self.halts() if halt == place), None)
        assert found, f"it never came to {place!r}, but to {self.places}: {self.said()[-2000:]}"

    def end(self, biggest_file: int | None = None) -> int:
        """Lets the process go on to its end; its exit code. biggest_file: it writes no byte beyond, from now on."""
        place = self._go_on(biggest_file)
        while place is not None:
            place = self._go_on()
        return int(self.process.exitcode)

    def _go_on(self, biggest_file: int | None = None) -> str | None:
        """Where the process halts next; None where it has ended."""
        try:
            if self._stands_still:
                self._stands_still = False
                self.line.send(biggest_file)
            if not self.line.poll(SECONDS):
                self.kill()
                raise TimeoutError(f"nothing in {SECONDS:.0f} s after {self.places[-1:]}: {self.said()[-2000:]}")
            self.places.append(str(self.line.recv()))
        except (EOFError, ConnectionError):
            self.process.join(SECONDS)
            return None
        self._stands_still = True
        return self.places[-1]

    def seen(self) -> dict[str, int]:
        """How often a reader saw which rows, or which error; it ends."""
        self.line.send(None)
        if not self.line.poll(SECONDS):
            raise TimeoutError(self.said())
        return dict(self.line.recv())

    def kill(self) -> int:
        """kill -9, where it is."""
        self.process.kill()
        self.process.join(SECONDS)
        return int(self.process.exitcode)

    def said(self) -> str:
        return self.said_in.read_text("utf-8") if self.said_in.exists() else ""


class Forks:
    """Starts processes from the one that is warm."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["pytest", "forked_runs"])
        self._number = 0

    def look(self, board: WebBoard, knife: "Knife | None", areas: pl.DataFrame) -> ForkedRun:
        """The capturing part of a run, which kills itself where the knife says.

        Without a knife it halts before each file is asked for, read, and kept. areas: see knowing_areas.
        """
        return self._start(_look, board, knife, areas)

    def refresh(self, board: WebBoard, home: Path, only: dg.AssetKey | None = None, halting: bool = True) -> ForkedRun:
        """A whole run, or one asset; halting at each end of a step, and in the building of each table."""
        return self._start(_refresh, board, home, only, halting)

    def reader(self, warehouse: Path, query: str, pause: float = 0.0) -> ForkedRun:
        """Reads the warehouse again and again, until it is asked for what it saw."""
        return self._start(_read, warehouse, query, pause)

    def publications(self, pairs: list[tuple[Path, Path]]) -> ForkedRun:
        """Publishes working databases, one after the other."""
        return self._start(_publish, pairs)

    def _start(self, target: Callable[..., None], *arguments: Any) -> ForkedRun:
        self._number += 1
        said_in = self._folder / f"said_{self._number}.txt"
        sent = tuple(_sendable(argument) for argument in arguments)
        mine, its = self._context.Pipe()
        process = self._context.Process(target=target, args=(its, said_in, *sent), daemon=True)
        path = os.environ.get("PYTHONPATH")  # the warm process does not know this one's sys.path
        os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), str(PROJECT_ROOT), path or ""])
        try:
            process.start()
        finally:
            os.environ.pop("PYTHONPATH") if path is None else os.environ.update(PYTHONPATH=path)
        its.close()
        return ForkedRun(said_in, process, mine)


@contextlib.contextmanager
def knowing_areas(areas: pl.DataFrame) -> Iterator[None]:
    """Looks take reference.areas from here: to read all definitions again takes longer than everything else."""
    loads = intake.load_definitions, web_looks.load_definitions
    known = SimpleNamespace(areas=areas)
    intake.load_definitions = web_looks.load_definitions = lambda *_: known  # type: ignore[assignment,return-value]
    try:
        yield
    finally:
        intake.load_definitions, web_looks.load_definitions = loads


def _sendable(argument: Any) -> Any:
    return replace(argument, server=FarServer(argument.server.address)) if isinstance(argument, WebBoard) else argument


# In the forked process


@dataclass(frozen=True)
class Knife:
    """Where a process kills itself: before its n-th change of the disk, or in the middle of a write of a kind.

    kind: body, copy, parquet, or what is in the path of a small text file.
    """

    change: int | None = None
    kind: str | None = None


@dataclass
class _Changes:
    """Counts changes of the disk under a folder, and kills before one."""

    folder: Path
    last: int | None
    count: int = 0

    def note(self, what: str) -> None:
        self.count += 1
        if self.count == self.last:
            print(f"killed before {what}", flush=True)
            _kill()

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hears of whatever Python does, before it is done."""
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITES and self._is_mine(path):
                self.note(f"open {self._shown(path)}")
        elif event in ("os.rename", "os.remove", "os.rmdir"):
            if self._is_mine(arguments[0]):
                self.note(f"{event[3:]} {self._shown(arguments[0])}")
        elif event == "os.mkdir" and self._is_mine(arguments[0]) and not Path(arguments[0]).exists():
            self.note(f"mkdir {self._shown(arguments[0])}")

    def _is_mine(self, path: object) -> bool:
        """A name without a folder is one in a folder that is being removed."""
        return isinstance(path, str | Path) and (not Path(path).is_absolute() or Path(path).is_relative_to(self.folder))

    def _shown(self, path: Any) -> str:
        return os.path.relpath(path, self.folder) if Path(path).is_absolute() else str(path)


def _look(line: Connection, said_in: Path, board: WebBoard, knife: Knife | None, areas: pl.DataFrame) -> None:
    _speak_into(said_in)
    if knife is None:
        _halt_before(
            PoliteSession, "fetch", line, lambda _, address, *__, **___: f"asking {address.split('/api/')[-1]}"
        )
        _halt_before(TypedCells, "ensure", line, lambda _, __, file: f"reading {file.name}")
        _halt_before(RawStore, "keep", line, lambda _, file, __: f"keeping {file.name}")
    elif knife.change is not None:
        _count_changes(_Changes(board.settings.data_dir, knife.change))
    elif knife.kind:
        _kill_in_a_write(knife.kind)
    try:
        with knowing_areas(areas):
            board.look()
    except OSError as error:
        print(f"FAILED {type(error).__name__}: {error}", flush=True)
        sys.exit(1)


def _refresh(line: Connection, said_in: Path, board: WebBoard, home: Path, only: Any, is_halting: bool) -> None:
    _speak_into(said_in)
    if is_halting:
        _halt_at_steps(line)
        _halt_before(factories, "comment_table", line, lambda _, table, prefix: f"in {table.name}")
        _halt_before(side_file, "comment_table", line, lambda _, table, prefix: f"publishing {table.name}")
        _halt_before(publish, "_flush", line, lambda path: f"flushing {path.name}")
    job = build_definitions(board.settings).resolve_job_def(jobs.REFRESH.name)
    with contextlib.chdir(PROJECT_ROOT), dg.DagsterInstance.from_config(str(home)) as instance:
        result = job.execute_in_process(
            instance=instance, raise_on_error=False, asset_selection=[only] if only else None
        )
    sys.exit(0 if result.success else 1)


def _read(line: Connection, said_in: Path, warehouse: Path, query: str, pause: float) -> None:
    _speak_into(said_in)
    seen: Counter[str] = Counter()
    while not line.poll(pause):
        try:
            with duckdb.connect(warehouse, read_only=True) as connection:
                seen[str(connection.execute(query).fetchall())] += 1
        except Exception as error:
            seen[f"{type(error).__name__}: {error}"] += 1
    line.recv()
    line.send(dict(seen))


def _publish(line: Connection, said_in: Path, pairs: list[tuple[Path, Path]]) -> None:
    _speak_into(said_in)
    for working, published in pairs:
        publish.publish_warehouse(working, published, "")


def _speak_into(path: Path) -> None:
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(target, 1)
    os.dup2(target, 2)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()


def _halt(line: Connection, place: str) -> None:
    with _ONE_AT_A_TIME:  # tables are copied in threads
        line.send(place)
        biggest_file = line.recv()
    if biggest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (biggest_file, resource.RLIM_INFINITY))


def _halt_at_steps(line: Connection) -> None:
    """The progress logger hears of every event of the run, when it has happened."""
    word_of = jobs.record_line

    def record_line(event: dg.DagsterEvent) -> str | None:
        if event.event_type_value == "STEP_START":
            _halt(line, f"start {event.step_key}")
        elif event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE"):
            _halt(line, f"end {event.step_key}")
        return word_of(event)

    jobs.record_line = record_line


def _halt_before(owner: Any, name: str, line: Connection, place: Callable[..., str]) -> None:
    original = getattr(owner, name)

    def halting(*arguments: Any, **named: Any) -> Any:
        _halt(line, place(*arguments, **named))
        return original(*arguments, **named)

    setattr(owner, name, halting)


def _count_changes(changes: _Changes) -> None:
    """Python tells of its own changes; what pyarrow does, and flushing, it does not see."""

    def noting(owner: Any, name: str, what: str) -> None:
        original = getattr(owner, name)

        def noted(*arguments: Any, **named: Any) -> Any:
            changes.note(what)
            return original(*arguments, **named)

        setattr(owner, name, noted)

    noting(os, "fsync", "fsync")
    noting(pq.ParquetWriter, "write_table", "a write of Parquet")
    noting(pq.ParquetWriter, "close", "the end of a Parquet file")
    sys.addaudithook(changes.audit)


def _kill_in_a_write(kind: str) -> None:
    """The first write of a kind is done by half, and reaches the disk."""
    open_, write_text, write_table = Path.open, Path.write_text, pq.ParquetWriter.write_table

    class HalfWriter:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> "HalfWriter":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, block: bytes) -> None:
            self.file.write(block[: len(block) // 2])
            self.file.flush()
            _kill()

    def open_by_half(path: Path, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        file = open_(path, mode, *arguments, **named)
        return HalfWriter(file) if mode == {"body": "ab", "copy": "wb"}[kind] else file

    def write_half(path: Path, text: str, *arguments: Any, **named: Any) -> int:
        if kind not in str(path):
            return write_text(path, text, *arguments, **named)
        write_text(path, text[: len(text) // 2], *arguments, **named)
        _kill()
        return 0

    def write_some(writer: Any, *arguments: Any, **named: Any) -> None:
        write_table(writer, *arguments, **named)
        _kill()

    if kind in ("body", "copy"):
        Path.open = open_by_half  # type: ignore[method-assign,assignment]
    elif kind == "parquet":
        pq.ParquetWriter.write_table = write_some
    else:
        Path.write_text = write_half  # type: ignore[method-assign,assignment]
