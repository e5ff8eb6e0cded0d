"""Takes the README's pictures from a real run: lineage.png, checks.png and dashboard.png, in docs/pictures.

    make run
    .venv/bin/python docs/screenshots.py

The run is the latest of the Dagster home (DAGSTER_HOME; if it is not set, the project's own), the dashboard the one
under SECTORS_DATA_DIR. Dagster's web server is started on a free port of this machine, and stopped at the end, also
when something fails. Needs the packages of `make test` and a Chromium (Debian: apt-get install chromium). Look at the
pictures before they are committed.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, Route, TimeoutError, sync_playwright  # noqa: A004

from pipelines.settings import PROJECT_ROOT, read_settings

PICTURES = PROJECT_ROOT / "docs" / "pictures"
CHECKED_TABLE = "marts/share_of_employment"
SECONDS_TO_START, SECONDS_TO_STOP = 120, 15
MILLISECONDS_TO_SHOW, MILLISECONDS_TO_SETTLE = 60_000, 2_000
WITHOUT_CONTROLS = ".split-panel-container button, [class*=zoomSliderContainer] { visibility: hidden !important }"
MARGIN = 24


def main() -> None:
    """Take all pictures that can be taken."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # by way of what stops the server
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright, chromium(playwright) as browser:
        with dagster_web_server() as address:
            picture_of_lineage(browser, address)
            picture_of_checks(browser, address)
        picture_of_dashboard(browser)


def picture_of_lineage(browser: Browser, address: str) -> None:
    """The layers, how they depend on each other, and the state of their assets."""
    page = new_page(browser, width=1700, height=900)
    page.goto(f"{address}/asset-groups")
    page.get_by_text("Hide navigation").click()
    page.get_by_label("panel_show_right").click()  # the list beside the graph
    page.reload()  # the graph is fitted to the room it now has
    boxes = page.locator("foreignObject")
    boxes.first.wait_for()
    page.wait_for_function("() => !document.body.textContent.includes('fetching statuses')")
    page.add_style_tag(content=WITHOUT_CONTROLS)
    page.wait_for_timeout(MILLISECONDS_TO_SETTLE)
    places = [place for box in boxes.all() if (place := box.bounding_box())]
    left, top = (min(place[side] for place in places) - MARGIN for side in ("x", "y"))
    right = max(place["x"] + place["width"] for place in places) + MARGIN
    bottom = max(place["y"] + place["height"] for place in places) + MARGIN
    save(page, "lineage", left, top, right - left, bottom - top)


def picture_of_checks(browser: Browser, address: str) -> None:
    """The checks of a table that people read, and what the latest run found."""
    page = new_page(browser, width=1200, height=545)
    page.goto(f"{address}/assets/{CHECKED_TABLE}?view=checks&checkDetail=expectations")
    page.get_by_text("Hide navigation").click()
    try:
        page.get_by_text("Passed").first.wait_for()
    except TimeoutError:
        raise SystemExit(f"{CHECKED_TABLE} has no check that passed in this Dagster home: `make run` first") from None
    page.wait_for_timeout(MILLISECONDS_TO_SETTLE)
    save(page, "checks")


def picture_of_dashboard(browser: Browser) -> None:
    """The first page of the site, from disk."""
    first_page = read_settings().exports_dir / "site" / "index.html"
    if not first_page.exists():
        print(f"No dashboard at {first_page}: no picture of it is taken; `make run` makes it")
        return
    page = new_page(browser, width=1280, height=1630)  # down to the first charts
    page.goto(first_page.as_uri())
    page.locator("svg, canvas").first.wait_for()
    page.wait_for_timeout(MILLISECONDS_TO_SETTLE)  # charts are drawn one after the other
    save(page, "dashboard")


def save(page: Page, name: str, *place: float) -> None:
    """Writes a picture of the page, or of a place on it: x, y, width, height."""
    path = PICTURES / f"{name}.png"
    if place:
        x, y, width, height = place
        page.screenshot(path=path, clip={"x": x, "y": y, "width": width, "height": height})
    else:
        page.screenshot(path=path)
    print(path)


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser without a window: the system's Chromium, or else Playwright's own."""
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
    try:
        yield browser
    finally:
        browser.close()


def new_page(browser: Browser, width: int, height: int) -> Page:
    """A page that reaches this machine only, sharp enough for a README."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1.5,
        locale="en-US",
        timezone_id="UTC",
        color_scheme="light",
    )
    context.set_default_timeout(MILLISECONDS_TO_SHOW)
    context.route("**/*", only_this_machine)
    return context.new_page()


def only_this_machine(route: Route) -> None:
    """Refuses every request to a network."""
    if route.request.url.startswith(("file:", "data:", "blob:", "http://127.0.0.1:")):
        route.continue_()
    else:
        route.abort()


@contextmanager
def dagster_web_server() -> Iterator[str]:
    """The address of a Dagster web server on loopback, which is stopped with all its processes at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).parent / "dagster-webserver")
    command = [program, "--module-name", "pipelines.definitions", "--host", "127.0.0.1", "--port", str(port)]
    environment = {"DAGSTER_HOME": str(PROJECT_ROOT)} | os.environ
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile("w+") as said:
        # in a session of its own: it starts other processes, and all of them are stopped together
        server = subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=environment, stdout=said, stderr=said, start_new_session=True
        )
        try:
            if not answers(server, f"{address}/server_info"):
                said.seek(0)
                raise SystemExit(f"Dagster's web server did not start:\n{said.read()[-3000:]}")
            yield address
        finally:
            stop(server)


def answers(server: "subprocess.Popen[bytes]", address: str) -> bool:
    """Whether the server answers before it ends, or the time is over."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by way of a proxy
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            with opener.open(address, timeout=5):
                return True
        except OSError:
            time.sleep(0.5)
    return False


def stop(server: "subprocess.Popen[bytes]") -> None:
    """Ends the server and all that it started; what does not listen is killed."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(server.pid, how)
            server.wait(SECONDS_TO_STOP)


if __name__ == "__main__":
    main()
