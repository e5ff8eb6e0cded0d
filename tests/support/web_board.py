"""A board that takes its files from a publisher's server: two counties, cut from the sample economy.

Belongs here: its settings, what is published for it, and one look or one whole run. Not here: the server itself
(publisher_server), and what goes wrong (the tests).
"""

import contextlib
import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
from published_files import slice_path
from publisher_server import PublisherServer

from pipelines.definitions import build_definitions
from pipelines.orchestration.intake import Intake, take_in
from pipelines.orchestration.jobs import REFRESH
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.sources.raw_store import Capture, RawStore, sha256_of
from pipelines.sources.request_log import LastAnswer, RequestLog

ANOTHER_BOARD = PROJECT_ROOT / "tests" / "integration" / "another_board"
COUNTIES = ("41051", "41067")
YEAR = 2024
CONTACT = "data@board.example"
TODAY = date(2025, 7, 1)
"""The fourth quarter of 2024 is out, and every quarter of that year will be published again."""
FIRST_RELEASE = datetime(2025, 6, 4, 14, tzinfo=UTC)
NEXT_RELEASE = datetime(2025, 9, 9, 14, tzinfo=UTC)

SCOPE = """
bls: {{areas: [{areas}], years: 0}}
qualityinfo: {{areas: ["41051", "41067"], periods: [annual], years: 1}}
"""


def board_definitions(folder: Path) -> Path:
    """Definitions of the other board of the tests, with a scope of its two counties and no year before this one."""
    shutil.copytree(ANOTHER_BOARD, folder)
    (folder / "capture.yaml").write_text(SCOPE.format(areas=", ".join(f'"{area}"' for area in COUNTIES)), "utf-8")
    return folder


@dataclass
class WebBoard:
    """One board's folder and the server it asks. told: what the last look said."""

    server: PublisherServer
    folder: Path
    definitions_dir: Path
    changes: dict[str, object] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        settings = Settings(
            exports=(),
            source="bls",
            data_dir=self.folder / "data",
            definitions_dir=self.definitions_dir,
            contact_email=CONTACT,
            bls_address=f"{self.server.address}/cew",
            qualityinfo_address=self.server.address,
            today=TODAY,
        )
        return replace(settings, **self.changes)  # type: ignore[arg-type]  # names and values are Settings' own

    def publish(self, files: Mapping[str, bytes], at: datetime) -> None:
        for path, content in files.items():
            self.server.publish(path, content, last_modified=at)

    def look(self) -> Intake:
        """The capturing part of a run."""
        self.told.clear()
        return take_in(self.settings, self.told.append)

    def refresh(self, home: Path) -> dg.ExecuteInProcessResult:
        """A whole run in this process."""
        job = build_definitions(self.settings).resolve_job_def(REFRESH.name)
        with contextlib.chdir(PROJECT_ROOT), dg.DagsterInstance.from_config(str(home)) as instance:
            return job.execute_in_process(instance=instance, raise_on_error=False)

    def published(self) -> str:
        """The hash of the published warehouse's bytes."""
        return sha256_of(self.settings.published_database)

    def answer(self, path: str) -> LastAnswer:
        """The last answer of a path, as the log has it."""
        answer = RequestLog(self.settings.raw_dir).last(self.server.address + path)
        assert answer, f"{path} was never asked for"
        return answer

    def captures(self) -> list[Capture]:
        return RawStore(self.settings.raw_dir).captures(("bls", "qualityinfo", "files"))

    def damaged(self) -> list[str]:
        """Captures whose bytes are not those that their name says."""
        store = RawStore(self.settings.raw_dir)
        return [one.file_name for one in self.captures() if sha256_of(store.path(one)) != one.capture_sha256]

    def copy(self, folder: Path) -> "WebBoard":
        """A board with the same past, in a folder of its own."""
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder, changes={}, told=[])


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def path_of(quarter: int, area: str) -> str:
    """Where the server has a county's quarter."""
    return slice_path(YEAR, quarter, area)
