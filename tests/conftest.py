"""What every test may use: the real files of ../shared/data, where they are."""

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SHARED_DATA = (Path(__file__).parents[1] / ".." / "shared" / "data").resolve()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real BLS and Oregon Employment Department files; the test is skipped where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the real files of ../shared/data, which are not part of the project")
    return SHARED_DATA


def pytest_configure() -> None:
    """Loopback is all that tests contact: never by way of a developer's proxy."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--write-docs`: tables of the documentation are written as the tests find them, not compared."""
    parser.addoption("--write-docs", action="store_true", help="write the documentation's tables anew")


@pytest.hookimpl(tryfirst=True)  # what runs the tests side by side reads the marks by the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that asks for `shared_data`, so that `-m "not shared_data"` leaves them out.

    Tests that share whole runs are a group, those of faults and of the dashboard others: each stays in one process.
    """
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared_data)
        folders = item.path.relative_to(TESTS).parts
        if folders[0] in ("browser", "integration"):
            item.add_marker(pytest.mark.xdist_group(folders[1] if folders[1] == "faults" else folders[0]))
