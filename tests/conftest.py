"""What every test may use: the real files of ../shared/data, where they are, and a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARED_DATA = (Path(__file__).parents[1] / ".." / "shared" / "data").resolve()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real BLS and Oregon Employment Department files; the test is skipped where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the real files of ../shared/data, which are not part of the project")
    return SHARED_DATA


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, headless, one in a process: Playwright allows no second. Skips tests where it is missing."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs Chromium: install the package `chromium`")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def pytest_configure() -> None:
    """Loopback is all that tests contact: never by way of a developer's proxy."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--write-docs`: tables of the documentation are written as the tests find them, not compared."""
    parser.addoption("--write-docs", action="store_true", help="write the documentation's tables anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that asks for `shared_data`, so that `-m "not shared_data"` leaves them out."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared_data)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Side by side, tests of a file stay in one process; so do all that share whole runs, or faults, or a browser."""
    return _ByWhatTheyShare(config, log)


class _ByWhatTheyShare(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        shared = ("tests/integration/faults/", "tests/integration/", "tests/browser/")
        return next((folder for folder in shared if path.startswith(folder)), path)
