"""What the tests of faults share: a board with a past, its server, and the table of what was seen."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from published_files import by_area_zip, revised, slices
from publisher_server import PublisherServer
from web_board import COUNTIES, FIRST_RELEASE, YEAR, WebBoard, board_definitions

from pipelines.orchestration.intake import write_sample_files
from pipelines.settings import PROJECT_ROOT, Settings

TABLE = PROJECT_ROOT / "docs" / "capture_faults.md"


@dataclass
class FaultTable:
    """What was seen of each fault, in the order of the tests."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, fault: str, said: str, in_hand: str, next_run: str) -> None:
        """One fault: what the run said of it, what served meanwhile, and what the next good run did."""
        self.rows.append((fault, without_addresses(said), in_hand, next_run))

    def text(self) -> str:
        lines = ["| fault | the run says | in hand meanwhile | the next good run |", "|---|---|---|---|"]
        return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in self.rows)])


def without_addresses(text: str) -> str:
    """A sentence without what differs from run to run: the server's port, folders of tests, identifiers."""
    text = re.sub(r"https?://127\.0\.0\.1:\d+", "https://publisher", text)
    text = re.sub(r"/\S*/pytest-\S*?/data|(?<=at work in )\S+(?=;)", "data", text)
    text = re.sub(r"^67,\d{3},\d{3} bytes are more", "so many bytes are more", text)
    return re.sub(r"after [\d,]+ of ([\d,]+) bytes|[\d,]+ bytes in \d+ s", r"after a part of it", text)


@pytest.fixture(scope="session", autouse=True)
def long_runs() -> None:
    """Faults wait for no long run, and start none."""


@pytest.fixture(scope="session")
def fault_table() -> FaultTable:
    return FaultTable()


@pytest.fixture(scope="session")
def sample_zips(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The sample's zips by name."""
    return {path.name: path for path in write_sample_files(tmp_path_factory.mktemp("economy"), Settings())}


@pytest.fixture(scope="session")
def first_vintage(sample_zips: Mapping[str, Path]) -> Mapping[str, bytes]:
    """The slices of both counties as they are first published, by path."""
    return slices(_zip_of(sample_zips, YEAR), COUNTIES)


@pytest.fixture(scope="session")
def next_vintage(first_vintage: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The slices of Multnomah County as they are published again."""
    return revised(first_vintage, ["41051"])


@pytest.fixture(scope="session")
def year_before(sample_zips: Mapping[str, Path]) -> tuple[str, bytes]:
    """The path of the zip of the year before, and its content."""
    ((path, content),) = by_area_zip(slices(_zip_of(sample_zips, YEAR - 1), COUNTIES)).items()
    return path, content


@pytest.fixture(scope="session")
def server() -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        yield server


@pytest.fixture(scope="session")
def past(
    server: PublisherServer, first_vintage: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> WebBoard:
    """A board that has captured the first vintage."""
    folder = tmp_path_factory.mktemp("past")
    board = WebBoard(server, folder / "board", board_definitions(folder / "definitions"))
    board.publish(first_vintage, FIRST_RELEASE)
    board.look()
    return board


@pytest.fixture
def board(past: WebBoard, first_vintage: Mapping[str, bytes], tmp_path: Path) -> Iterator[WebBoard]:
    """A board of its own with that past, before a server that is well."""
    past.publish(first_vintage, FIRST_RELEASE)
    yield past.copy(tmp_path / "board")
    for path in first_vintage:
        past.server.misbehave(path)


def _zip_of(zips: Mapping[str, Path], year: int) -> Path:
    (found,) = (path for name, path in zips.items() if name.startswith(f"{year}_qtrly"))
    return found
