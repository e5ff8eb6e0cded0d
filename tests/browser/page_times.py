"""How long a site's pages take to be shown from disk, beside the bare limit: `python tests/browser/page_times.py SITE`.

Belongs here: the measurement, run by hand on a quiet machine. Not here: what the test suite asserts, for tests do not
time. The bare limit is a page that loads the runtime of the charts and draws nothing.
"""

import argparse
import re
import shutil
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

RUNTIME = re.compile(r'<script src="static/vega[^"]*"[^>]*></script>')
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
SHOWN = "performance.getEntriesByName('ready')[0].startTime"


def milliseconds(browser: Browser, page: Path, moment: str, times: int = 5) -> float:
    """Median of `times` visits, each in a context of its own, from navigation to the moment the expression gives."""
    seen = []
    for _ in range(times):
        context = browser.new_context(offline=True)
        view = context.new_page()
        view.goto(page.as_uri(), wait_until="load")
        view.wait_for_function(f"() => {{ try {{ return {moment} > 0 }} catch {{ return false }} }}")
        seen.append(view.evaluate(moment))
        context.close()
    return median(seen)


def bare_page(page: Path) -> Path:
    """Writes beside the page one that only loads the runtime of its charts."""
    scripts = RUNTIME.findall(page.read_text("utf-8"))
    bare = page.with_name(f".bare-{page.name}")
    bare.write_text("<!doctype html><html lang=en><title>bare</title>" + "".join(scripts), "utf-8")
    return bare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of a site, such as data/exports/site")
    site = parser.parse_args().site.resolve()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for page in (one for one in sorted(site.glob("*.html")) if RUNTIME.search(one.read_text("utf-8"))):
            bare = bare_page(page)
            shown, limit = milliseconds(browser, page, SHOWN), milliseconds(browser, bare, LOADED)
            bare.unlink()
            print(f"{page.name:40} {shown:7.0f} ms, the runtime alone {limit:6.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
