"""Take the pictures of docs/images again: `make screenshots`.

Server and browser are those of the browser tests, without motion: the same app gives the same picture.
"""

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from moe_demo.ui.frame.pages import PAGES
from tests.browser.helpers import (
    LAUNCH_ARGS,
    ROOT,
    expect_no_exception,
    find_chromium,
    screenshot,
    serve,
    wait_ready,
)

IMAGES = ROOT / "docs" / "images"
WINDOW = {"width": 1440, "height": 900}
SETTLE_SECONDS = 15


def take(page: Page, name: str, path: str) -> Path:
    """Open a page and save it once two pictures in a row are equal."""
    page.goto(path)
    wait_ready(page)
    expect_no_exception(page)
    if page.get_by_role("dialog").count():
        raise SystemExit(
            f"{path} shows a dialog instead of the page: {page.get_by_role('dialog').inner_text()}"
        )
    deadline = time.monotonic() + SETTLE_SECONDS
    before = b""
    while time.monotonic() < deadline:
        picture = screenshot(page, name, IMAGES)
        if picture.read_bytes() == before:
            return picture
        before = picture.read_bytes()
        page.wait_for_timeout(400)
    raise SystemExit(f"{path} still moves after {SETTLE_SECONDS} s")


def main() -> None:
    """Take every picture, or those named on the command line."""
    addresses = {page.name: page.picture_address for page in PAGES}
    names = sys.argv[1:] or list(addresses)
    unknown = [name for name in names if name not in addresses]
    if unknown:
        raise SystemExit(f"no picture is called {', '.join(unknown)}; there are {', '.join(addresses)}")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(LAUNCH_ARGS))
        look = {"locale": "zh-CN", "reduced_motion": "reduce", "color_scheme": "light"}
        page = chromium.new_page(base_url=server.base_url, viewport=WINDOW, **look)
        for name in names:
            print(take(page, name, addresses[name]).relative_to(ROOT))
        chromium.close()


if __name__ == "__main__":
    main()
