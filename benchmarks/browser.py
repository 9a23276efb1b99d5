"""How soon the app answers, in a real Chromium, beside the smallest app Streamlit can make.

    python -m benchmarks browser [--servers 3] [--clicks 15]

Time to the first picture runs from the moment a fresh server says it is up to the moment the routes of the example
are drawn. Time of a click runs to the moment the server's answer is drawn: a word picked in the strip, the router's
rows under another k. The small app has one title and one button.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from moe_demo.ui.frame.pages import page_called
from tests.browser.helpers import LAUNCH_ARGS, ROOT, Server, find_chromium, serve, wait_ready

SMALL_APP = """import streamlit as st
n = st.session_state.setdefault("n", 0)
st.title(f"picture {n}")
st.button("next", on_click=lambda: st.session_state.update(n=n + 1))
"""
LOOK = {"viewport": {"width": 1280, "height": 720}, "locale": "zh-CN", "reduced_motion": "reduce"}


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def first_picture(browser: Browser, server: Server, mark: str) -> float:
    """From opening the address to seeing the mark; called as soon as the server is up."""
    page = browser.new_page(base_url=server.base_url, **LOOK)

    def open_it() -> None:
        page.goto("/", wait_until="commit")
        page.locator(mark).first.wait_for(state="visible")

    taken = seconds(open_it)
    page.close()
    return taken


def opened(browser: Browser, server: Server, path: str, mark: str) -> Page:
    """A page that has come to rest."""
    page = browser.new_page(base_url=server.base_url, **LOOK)
    page.goto(path)
    page.locator(mark).first.wait_for(state="visible")
    wait_ready(page)
    return page


def word_clicks(browser: Browser, server: Server, clicks: int) -> list[float]:
    """A word of the picture is clicked; the strip above, drawn by the server, marks it."""
    page = opened(browser, server, "/", "g.ribbon")

    def click(token: int) -> None:
        page.locator("g.token").nth(token).click()
        page.locator(f".chip:nth-child({token + 1})[aria-selected=true]").wait_for()

    return [seconds(partial(click, (1 + i) % 6)) for i in range(clicks)]


def slider_moves(browser: Browser, server: Server, clicks: int) -> list[float]:
    """The router's k moves by one; the model runs again and as many rows light up."""
    page = opened(browser, server, f"/{page_called('router').url_path}", "g.row.chosen")
    slider = page.get_by_role("slider").first

    def move(last: int, key: str) -> None:
        slider.press(key)
        page.locator("g.row.chosen").nth(last).wait_for(state="visible" if key == "ArrowRight" else "hidden")

    steps = [(3, "ArrowLeft"), (3, "ArrowRight")]
    return [seconds(partial(move, *steps[i % 2])) for i in range(clicks)]


def small_clicks(browser: Browser, server: Server, clicks: int) -> list[float]:
    """The small app's button."""
    page = opened(browser, server, "/", "h1")

    def click(n: int) -> None:
        page.get_by_role("button", name="next").click()
        page.get_by_role("heading", name=f"picture {n}", exact=True).wait_for()

    return [seconds(partial(click, n)) for n in range(1, clicks + 1)]


def measure(servers: int, clicks: int) -> dict[str, list[float]]:
    """Seconds of everything; the two apps take turns."""
    found: dict[str, list[float]] = {"small app: first picture": [], "first picture": []}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        small = Path(name) / "small.py"
        small.write_text(SMALL_APP)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(LAUNCH_ARGS))
        for number in range(servers):
            with serve(Path(name) / f"small-{number}.txt", script=small) as server:
                found["small app: first picture"].append(first_picture(browser, server, "h1"))
                if number == servers - 1:
                    found["small app: click"] = small_clicks(browser, server, clicks)
            with serve(Path(name) / f"app-{number}.txt", script=ROOT / "app.py") as server:
                found["first picture"].append(first_picture(browser, server, "g.ribbon"))
                if number == servers - 1:
                    found["click on a word"] = word_clicks(browser, server, clicks)
                    found["router: k moved"] = slider_moves(browser, server, clicks)
        browser.close()
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks browser", description=__doc__)
    parser.add_argument("--servers", type=int, default=3, help="fresh servers to open")
    parser.add_argument("--clicks", type=int, default=15)
    options = parser.parse_args(argv)
    show(measure(options.servers, options.clicks))


def show(found: dict[str, list[float]]) -> None:
    """Print the median, the quickest and the slowest of each."""
    print(f"{'milliseconds':28s}{'median':>9s}{'least':>9s}{'most':>9s}")
    for name, values in found.items():
        numbers = (statistics.median(values), min(values), max(values))
        print(f"{name:28s}" + "".join(f"{1e3 * value:9.0f}" for value in numbers))
