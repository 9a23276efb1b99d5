"""The training page in a real browser: buttons pressed, curves growing, time rewound, servers killed."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from moe_demo.insight.run import load_run
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunStore
from moe_demo.training.schedule import patience_is_over
from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import Server, expect_no_exception, wait_ready

TRAINS = 120_000  # milliseconds: two cores may be busy with other tests


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Where the server keeps its runs."""
    return tmp_path / "runs"


@pytest.fixture
def training_server(fresh_server: Callable[..., Server], runs: Path) -> Callable[[], Server]:
    """Start a server on that folder; a second one finds what the first one left."""
    return lambda: fresh_server(env={"MOE_DEMO_RUNS": str(runs)})


def shown(page: Page, name: str) -> str:
    """What the picture says of itself."""
    return page.locator("[data-zoom]").first.get_attribute(f"data-{name}") or ""


def until(page: Page, name: str, value: str | re.Pattern[str]) -> None:
    expect(page.locator("[data-zoom]").first).to_have_attribute(f"data-{name}", value, timeout=TRAINS)


def until_step(page: Page, step: int) -> None:
    page.wait_for_function(
        """(step) => [...document.querySelectorAll("*")].some((node) => {
            const root = node.shadowRoot?.querySelector("[data-zoom]");
            return root && Number(root.dataset.steps) >= step; })""",
        arg=step,
        timeout=TRAINS,
    )


def until_written(page: Page, folder: Path, step: int) -> None:
    """Wait until a run has taken so many steps: its folder says so, whatever the page still shows of another one."""
    for _ in range(TRAINS // 100):
        if (folder / "config.json").is_file() and any(
            record.step >= step for record in RunStore(folder).metrics()[0]
        ):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{folder.name} never got to step {step}")


def button(page: Page, name: str) -> Locator:
    """The button, once it is there once: while a page is drawn anew, what stood there before may still stand."""
    found = page.get_by_role("button", name=text_in("zh", f"training.buttons.{name}"), exact=True)
    expect(found).to_have_count(1, timeout=TRAINS)
    return found


def press(page: Page, name: str) -> None:
    button(page, name).click(timeout=TRAINS)


def enabled(page: Page, name: str):
    return expect(button(page, name))


def train(page: Page) -> str:
    """Press the button and wait until the first steps are on show; returns the name of the run."""
    press(page, "train")
    expect(page).to_have_url(re.compile(r"run=\w+-\d"), timeout=TRAINS)
    until(page, "state", "running")
    return run_name(page)


def take(page: Page, name: str, last: int) -> None:
    """Press one step or one epoch, and see the run pause again after step `last`."""
    press(page, name)
    until(page, "steps", str(last))
    until(page, "state", "paused")


def stands_at(page: Page, step: int) -> None:
    """The line of the picture and the time machine of every page: not the counter alone has moved."""
    for slider in (page.get_by_role("slider").last, page.get_by_role("slider").first):
        expect(slider).to_have_attribute("aria-valuetext", re.compile(rf"\b{step}\b"), timeout=TRAINS)


def end_of_epoch(store: RunStore, step: int) -> int:
    """The last step of the epoch that step `step` stands in."""
    of_epoch = store.status().n_steps // store.config().epochs
    return step // of_epoch * of_epoch + of_epoch


def run_name(page: Page) -> str:
    return re.search(r"run=([\w-]+)", page.url)[1]


def stop(page: Page) -> None:
    """Stop a run that was begun a moment ago."""
    press(page, "stop")
    until(page, "state", "stopped")
    enabled(page, "play").to_be_enabled(timeout=30_000)


def test_a_run_is_trained_paused_stepped_resumed_reset_and_stopped_by_its_buttons(
    training_server: Callable[[], Server], new_page: Callable[..., Page], runs: Path
):
    server = training_server()
    page = new_page(server, height=900)
    page.goto("/train")
    name = train(page)
    until_step(page, 30)
    press(page, "pause")
    until(page, "state", "paused")
    steps = int(shown(page, "steps"))
    page.wait_for_timeout(1200)
    assert int(shown(page, "steps")) == steps
    for taken in (steps + 1, steps + 2):
        take(page, "step", taken)
        stands_at(page, taken)
        assert RunStore(runs / name).checkpoint_steps()[-1] == taken
    steps += 1
    epoch_end = end_of_epoch(RunStore(runs / name), steps + 1)
    take(page, "epoch", epoch_end)
    assert len((runs / name / "metrics.jsonl").read_text().splitlines()) > epoch_end

    watcher = new_page(server, height=900)  # another browser sees it move, and may not touch it
    watcher.goto(f"/train?run={name}")
    until(watcher, "state", "paused")
    enabled(watcher, "step").to_be_disabled(timeout=30_000)
    press(page, "play")
    until(page, "state", "running")
    until(watcher, "state", "running")
    until_step(watcher, epoch_end + 20)
    enabled(watcher, "pause").to_be_disabled(timeout=30_000)

    press(page, "same_seed")
    expect(page).not_to_have_url(re.compile(f"run={name}(&|$)"), timeout=TRAINS)
    until(watcher, "state", "stopped")
    again = run_name(page)
    until_written(page, runs / again, 5)
    stop(page)
    one, other = (
        [record for record in RunStore(runs / run).metrics()[0] if record.step <= 5] for run in (name, again)
    )
    assert one == other  # the same seed: the same numbers, to the last digit
    expect_no_exception(page)


def test_the_default_preset_trains_to_its_best_accuracy_while_it_is_watched(
    training_server: Callable[[], Server], new_page: Callable[..., Page], runs: Path
):
    page = new_page(training_server(), height=900)
    page.goto("/train")
    train(page)
    until_step(page, 50)
    canvas = page.locator("canvas").first.element_handle()
    seen = []
    while shown(page, "state") in ("running", "starting"):
        seen.append(int(shown(page, "steps") or 0))
        page.wait_for_timeout(300)
    until(page, "state", "done")
    assert seen == sorted(seen)
    assert len(set(seen)) > 5  # it moved while it was watched
    assert canvas.evaluate("node => node.isConnected")  # and was never drawn anew
    store = RunStore(runs / run_name(page))
    evals = [record for record in store.metrics()[0] if isinstance(record, EvalMetrics)]
    accuracies = [record.accuracy for record in evals]
    status, patience = store.status(), store.config().patience
    assert status.step == status.n_steps or patience_is_over(accuracies, patience)
    assert max(accuracies) > 0.85
    assert status.train_seconds > 0
    enabled(page, "train").to_be_enabled(timeout=30_000)
    expect(page.get_by_text(f"{evals[-1].accuracy:.1%}").first).to_be_visible(timeout=30_000)


def test_training_survives_a_killed_server_and_another_one_finds_it(
    training_server: Callable[[], Server], new_page: Callable[..., Page], runs: Path
):
    server = training_server()
    page = new_page(server, height=900)
    page.goto("/train")
    name = train(page)
    until_step(page, 20)
    before = (runs / name / "metrics.jsonl").read_bytes()
    page.goto("about:blank")
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    second = new_page(training_server(), height=900)
    second.goto(f"/train?run={name}")
    until_step(second, int(before.count(b'"step"')) // 2 + 40)
    after = (runs / name / "metrics.jsonl").read_bytes()
    assert after.startswith(before[: before.rfind(b"\n") + 1])
    steps = [r.step for r in RunStore(runs / name).metrics()[0] if isinstance(r, StepMetrics)]
    assert steps == list(range(1, len(steps) + 1))  # no line lost
    enabled(second, "pause").to_be_disabled(timeout=30_000)  # another browser: it watches
    os.kill(RunStore(runs / name).status().pid, signal.SIGTERM)
    until(second, "state", re.compile("stopped|done"))


def test_a_setting_changed_while_it_trains_holds_at_once_and_is_marked(
    training_server: Callable[[], Server], new_page: Callable[..., Page], runs: Path
):
    page = new_page(training_server(), height=900)
    page.goto("/train")
    train(page)
    until_step(page, 10)
    press(page, "pause")
    until(page, "state", "paused")
    page.get_by_role("button", name=text_in("zh", "training.settings.title")).click()
    field = page.get_by_label(text_in("zh", "training.names.lr"), exact=True)
    field.fill("0.0012")
    field.press("Enter")
    page.wait_for_timeout(800)
    page.keyboard.press("Escape")
    press(page, "step")
    store = RunStore(runs / run_name(page))
    page.wait_for_timeout(1500)
    [change] = store.changes()
    assert (change.kind, change.value) == ("lr", 0.0012)
    last = [record for record in store.metrics()[0] if isinstance(record, StepMetrics)][-1]
    assert last.step == change.step + 1
    assert last.lr <= 0.0012
    press(page, "stop")
    until(page, "state", "stopped")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_scrubber_moves_every_page_to_its_checkpoint(page: Page, lang: str):
    steps = load_run("deepseek").steps
    page.goto(f"/train?lang={lang}")
    wait_ready(page)
    until(page, "steps", str(steps[-1]))
    slider = page.get_by_role("slider").last
    slider.focus()
    slider.press("ArrowLeft")
    expect(page).to_have_url(re.compile(f"step={steps[-2]}"))
    slider.press("Home")
    expect(page).to_have_url(re.compile(r"step=0"))
    page.get_by_role("link", name=text_in(lang, "router.nav"), exact=True).click()
    expect(page).to_have_url(re.compile(r"top-k\?.*step=0"))
    wait_ready(page)
    expect_no_exception(page)
    bar = page.get_by_label(text_in(lang, "strip.time", step=0, n=1, all=len(steps)))
    expect(bar).to_have_value("0")
    bar.press("ArrowRight")
    expect(page).to_have_url(re.compile(f"step={steps[1]}"))
