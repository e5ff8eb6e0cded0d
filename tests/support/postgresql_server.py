"""A PostgreSQL server of its own for tests: Debian's programs, a temporary folder, loopback.

Belongs here: making, starting and ending it, and rows of a query. Not here: what Dagster keeps in it (the tests).
"""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import sqlalchemy

PASSWORD = "canary @ secret/of:the%team"
_USER = "dagster"
_UNPRIVILEGED = "postgres"
"""The user of Debian's package: PostgreSQL does not run as root."""


def postgresql_programs() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest version there is; None where PostgreSQL is not installed."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=lambda folder: float(folder.parent.name), default=None)


class PostgresqlServer:
    """An empty database, from entering to leaving the context."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="postgresql_"))
        self._owner = _UNPRIVILEGED if os.geteuid() == 0 else None
        self._port = free_port()
        self.address = f"postgresql://{_USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Self:
        secret = self._folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        if self._owner:
            shutil.chown(self._folder, self._owner)
            shutil.chown(secret, self._owner)
        self._run("initdb", f"--username={_USER}", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}", f"--options={options}")
        self._engine = sqlalchemy.create_engine(self.address)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._engine.dispose()
        self._run("pg_ctl", "stop", "--mode=immediate")
        shutil.rmtree(self._folder)

    def ask(self, query: str, **parameters: object) -> list[tuple[Any, ...]]:
        """Rows of a query; :name stands for a parameter."""
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sqlalchemy.text(query), parameters)]

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._folder / 'data'}", *arguments]
        with (self._folder / "said").open("w+", encoding="utf-8") as said:  # no pipe: the server would keep it open
            done = subprocess.run(command, user=self._owner, cwd=self._folder, stdout=said, stderr=said, check=False)
            said.seek(0)
            assert done.returncode == 0, said.read()


def free_port() -> int:
    """A port of loopback that nobody has at this moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
