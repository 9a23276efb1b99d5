"""How long a what-if takes: on all held-out headlines of a run, for every expert by itself, and in a browser.

    python -m benchmarks whatif [--run deepseek] [--data FILE ...] [--rounds 5] [--clicks 15] [--no-browser]

*answer* is one set of switches on all headlines, the trained model's own answers included; *every expert* is each one
off by itself. With --data they meet the first headlines of labelled files, as many as --headlines says. In the browser,
*seat* runs from the click on an expert to its new state and the sentence's new class probabilities, which the picture
has known since before the click; *seat, answered* to what else Python says of it, the words that go elsewhere;
*seat, measured* to the new accuracy on all held-out headlines, which somebody had asked for before.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import opened, seconds, show
from moe_demo.insight.run import Run, load_run
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.whatif import Headlines, ablations, effect
from moe_demo.runs.data import read_corpora
from moe_demo.ui.frame.pages import page_called
from tests.browser.helpers import LAUNCH_ARGS, Server, find_chromium, serve, wait_ready

BOARD = ".board .seat"
CLICKED = """(pressed) => new Promise((resolve) => {
    const places = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')];
    const { shadowRoot } = places.find((place) => place.shadowRoot?.querySelector(".board"));
    const seat = () => shadowRoot.querySelectorAll(".board .seat")[3];
    const begun = performance.now();
    let drawn = 0;
    const look = () => {
        const now = performance.now() - begun;
        if (seat().getAttribute("aria-pressed") === pressed) drawn ||= now;
        if (drawn && !shadowRoot.querySelector(".root.pending")) resolve([drawn, now]);
        else requestAnimationFrame(look);
    };
    seat().click();
    requestAnimationFrame(look);
})"""
"""Milliseconds from a click on the fourth seat to the frame in which it is pressed or not, and to the whole answer."""


MEASURED = """(wanted) => new Promise((resolve) => {
    const places = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')];
    const { shadowRoot } = places.find((place) => place.shadowRoot?.querySelector(".board"));
    const begun = performance.now();
    const look = () => {
        const line = document.querySelector(".st-key-whatif-effect p");
        if (line?.innerText === wanted) resolve(performance.now() - begun);
        else requestAnimationFrame(look);
    };
    shadowRoot.querySelector(".board .seat.shared").click();
    requestAnimationFrame(look);
})"""
"""Milliseconds from a click on the first shared expert to the frame in which this is the line of the accuracy."""


def asked_of(run: Run, paths: Sequence[Path], most: int) -> Headlines:
    """The headlines of files, or those held out when the run was trained."""
    if not paths:
        return Headlines.held_out(run)
    found = Headlines.of(run, read_corpora(paths, run.labels))
    return Headlines(texts=found.texts[:most], label_ids_B=found.label_ids_B[:most])


def computed(run: Run, headlines: Headlines, rounds: int) -> dict[str, list[float]]:
    """Seconds of the model alone; nothing is kept from one round to the next."""
    switches = Switches(off=(Seat(0, 0),))
    n_experts = run.config.model.n_layers * run.config.model.n_routed
    return {
        f"answer, {len(headlines):,} headlines": [
            seconds(lambda: effect(run, headlines, switches)) for _ in range(rounds)
        ],
        f"every expert, {n_experts} of them": [
            seconds(lambda: ablations(run, headlines)) for _ in range(min(rounds, 2))
        ],
    }


def seat_clicks(browser: Browser, server: Server, clicks: int) -> dict[str, list[float]]:
    """A seat is switched off and on again: until its state and answer are drawn, and until all of it is."""
    page = opened(browser, server, f"/{page_called('whatif').url_path}", BOARD)
    found: dict[str, list[float]] = {"seat": [], "seat, answered": []}
    for number in range(clicks):
        wait_ready(page)
        drawn, answered = page.evaluate(CLICKED, _said(number % 2 == 0))
        found["seat"].append(drawn / 1e3)
        found["seat, answered"].append(answered / 1e3)
    return found


def measured_clicks(browser: Browser, server: Server, clicks: int) -> list[float]:
    """The shared expert of the first layer off and on again, both measured before: the accuracy comes from memory."""
    page = opened(browser, server, f"/{page_called('whatif').url_path}", BOARD)
    page.locator(".st-key-whatif-measure label").first.click()
    shared = page.locator(".seat.shared").first
    texts = [_accuracy(page, "")]
    shared.click()
    texts.append(_accuracy(page, texts[0]))
    found = []
    for number in range(clicks):
        wait_ready(page)
        found.append(page.evaluate(MEASURED, texts[number % 2]) / 1e3)
    return found


def _accuracy(page: Page, before: str) -> str:
    """The line with the accuracy, once it is another one than before."""
    line = page.locator(".st-key-whatif-effect p").first
    while (text := line.inner_text()) == before:
        page.wait_for_timeout(20)
    return text


def _said(is_pressed: bool) -> str:
    return "true" if is_pressed else "false"


def in_browser(clicks: int) -> dict[str, list[float]]:
    """Seconds from click to picture, on a server of its own."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(LAUNCH_ARGS))
        with serve(Path(name) / "log.txt") as server:
            found = {
                **seat_clicks(browser, server, clicks),
                "seat, measured": measured_clicks(browser, server, clicks),
            }
        browser.close()
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks whatif", description=__doc__)
    parser.add_argument("--run", default="deepseek", help="a bundled run's name, or a run folder")
    parser.add_argument("--data", type=Path, nargs="+", default=[], metavar="FILE", help="labelled headlines")
    parser.add_argument("--headlines", type=int, default=1483, help="of --data, at most")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clicks", type=int, default=15)
    parser.add_argument("--no-browser", action="store_true", help="the model alone")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)  # as the app has it
    run = load_run(options.run)
    found = computed(run, asked_of(run, options.data, options.headlines), options.rounds)
    show(found if options.no_browser else found | in_browser(options.clicks))
