"""Where Dagster keeps runs, events and schedules: on this machine, or in a PostgreSQL that a team shares.

Belongs here: the choice between the two, by DAGSTER_PG_URL; with one storage, one queue sees the runs of all. Not here:
that one run at a time writes (one_at_a_time, dagster.yaml).
"""

import os
import re

from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage, SqliteStorageConfig
from dagster._serdes import ConfigurableClassData
from dotenv import dotenv_values

from pipelines.orchestration.event_log import EventLogKeptOpen
from pipelines.settings import PROJECT_ROOT, SettingsError

TEAM_DATABASE = "DAGSTER_PG_URL"
_ADDRESS = re.compile(
    r"postgresql://([^\s:/?#@]+(:[^\s:/?#@]*)?@)?(\[[0-9a-fA-F:]+\]|[^\s:/?#@\[\]]*)(:[0-9]+)?/[^\s/?#@]+(\?[^\s#]*)?"
)
"""What two libraries read alike: one of them would take a part of a password for a host, and show it."""


class StorageByEnvironment(DagsterSqliteStorage):
    """Runs, events and schedules: in PostgreSQL where DAGSTER_PG_URL says which, else in SQLite under base_dir.

    dagster.yaml names it, so that every program of Dagster and of this project chooses alike.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = EventLogKeptOpen(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(  # type: ignore[override]  # Dagster asks for any storage
        cls, inst_data: ConfigurableClassData, config_value: SqliteStorageConfig
    ) -> DagsterStorage:
        """The storage. Raises SettingsError where PostgreSQL is asked for and cannot be had."""
        address = team_database()
        return _postgresql(address) if address else cls.from_local(inst_data=inst_data, **config_value)


def team_database() -> str | None:
    """DAGSTER_PG_URL of the environment, else of .env; None where it is empty or not set.

    `dg` reads .env for assets alone: without a look into it the queue would be in one storage and its runs in another.
    """
    variables = dotenv_values(PROJECT_ROOT / ".env") | os.environ
    return (variables.get(TEAM_DATABASE) or "").strip() or None


def _postgresql(address: str) -> DagsterStorage:
    """Messages show no part of the address that may belong to the password."""
    if not _ADDRESS.fullmatch(address):
        raise SettingsError(
            f"{TEAM_DATABASE}: expected postgresql://user:password@host:port/database, with what is special in a "
            "password written as in addresses: %40 for @, %2F for /, %3A for :"
        )
    try:
        from dagster_postgres import DagsterPostgresStorage
        from dagster_postgres.utils import DagsterPostgresException
    except ModuleNotFoundError:
        raise SettingsError(f"{TEAM_DATABASE} is set, which needs the extra `team`: see docs/team.md") from None
    try:
        return DagsterPostgresStorage(address)
    except DagsterPostgresException as failure:
        reason = str(failure.__cause__).splitlines()[0]
        raise SettingsError(f"{TEAM_DATABASE}: PostgreSQL cannot be reached: {reason}") from None
