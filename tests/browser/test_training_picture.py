"""The training picture by itself: its axis, pointer and keys, its table, and a record that grows or is gone."""

import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunStore
from tests.browser.helpers import box_of, expect_no_exception, wait_ready

PATH = "/train"
STORE = RunStore(BUNDLED_RUNS / "deepseek")
CHECKPOINTS = STORE.checkpoint_steps()
LEFT, RIGHT = 84, 128  # gutters of the stage, in pixels
NewPage = Callable[..., Page]


def opened(page: Page, address: str = PATH) -> Page:
    page.goto(address)
    expect(root(page)).to_have_attribute("data-steps", str(newest_step()), timeout=30_000)
    wait_ready(page)
    expect_no_exception(page)
    return page


def newest_step() -> int:
    return max(record.step for record in STORE.metrics()[0])


def root(page: Page) -> Locator:
    return page.locator(".root[data-steps]")


def handle(page: Page) -> Locator:
    return root(page).get_by_role("slider")


def stage(page: Page) -> Locator:
    return root(page).locator(".stage")


def asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def point(page: Page, share: float, y: float) -> tuple[float, float]:
    """A place of the window: a share of the axis of steps, and pixels below the top of the stage."""
    box = box_of(stage(page))
    return box["x"] + LEFT + share * (box["width"] - LEFT - RIGHT), box["y"] + y


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def zoom(page: Page) -> list[int]:
    """First and last step in view, once it is not the whole run."""
    expect(root(page)).not_to_have_attribute("data-zoom", f"0,{newest_step()}")
    return [int(step) for step in root(page).get_attribute("data-zoom").split(",")]


def picture(page: Page) -> str:
    return stage(page).locator("canvas").first.evaluate("canvas => canvas.toDataURL()")


def press(page: Page, name: str) -> None:
    root(page).get_by_role("button", name=name, exact=True).click()


def test_a_drag_of_the_ruler_ends_at_the_checkpoint_before_it(new_page: NewPage):
    page = opened(new_page())
    target = CHECKPOINTS[-2]
    share = (target + 0.5 * (CHECKPOINTS[-1] - target)) / CHECKPOINTS[-1]
    drag(page, point(page, 1, 24), point(page, share, 24))
    expect(root(page)).to_have_attribute("data-step", str(target))
    page.wait_for_url(f"**step={target}*")


def test_the_line_goes_from_checkpoint_to_checkpoint_by_keys(new_page: NewPage):
    page = opened(new_page())
    handle(page).focus()
    for key, step in (("Home", CHECKPOINTS[0]), ("ArrowRight", CHECKPOINTS[1]), ("End", CHECKPOINTS[-1])):
        page.keyboard.press(key)
        expect(handle(page)).to_have_attribute("aria-valuenow", str(step))
        asked = None if step == CHECKPOINTS[-1] else str(step)  # the last one is the address without a step
        page.wait_for_function("step => new URL(location).searchParams.get('step') === step", arg=asked)
        wait_ready(page)
    evaluation = [record for record in STORE.metrics()[0] if isinstance(record, EvalMetrics)][-1]
    said = re.compile(re.escape(f"{100 * evaluation.accuracy:.1f}%"))
    expect(handle(page)).to_have_attribute("aria-valuetext", said)


def test_an_answer_to_an_earlier_key_does_not_take_the_line_back(new_page: NewPage):
    page = opened(new_page())
    handle(page).focus()
    page.keyboard.press("Home")
    page.wait_for_url(f"**step={CHECKPOINTS[0]}*")
    wait_ready(page)
    watch = """() => { window.seen = []; const root = %s; new MutationObserver(
        () => window.seen.push(Number(root.getAttribute("aria-valuenow"))),
    ).observe(root, { attributes: true, attributeFilter: ["aria-valuenow"] }); }"""
    handle(page).evaluate("(node) => { window.line = node; }")
    page.evaluate(watch % "window.line")
    for _ in CHECKPOINTS[1:]:
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(40)  # long enough for each to be told, too short for its answer
    page.wait_for_function("() => !new URL(location).searchParams.has('step')")
    wait_ready(page)
    assert page.evaluate("() => window.line.isConnected"), "another picture stands in its place"
    expect(handle(page)).to_be_focused()
    seen = page.evaluate("() => window.seen")
    assert seen[-1] == CHECKPOINTS[-1]
    assert seen == sorted(seen), "the line went back"


def test_a_zoom_outlives_a_rerun_and_escape_ends_it(new_page: NewPage):
    page = opened(new_page())
    drag(page, point(page, 0.25, 90), point(page, 0.5, 92))
    lo, hi = zoom(page)
    assert lo == pytest.approx(0.25 * newest_step(), abs=4)
    assert hi == pytest.approx(0.5 * newest_step(), abs=4)
    press(page, "L1")
    page.wait_for_url("**l=1*")
    wait_ready(page)
    assert zoom(page) == [lo, hi]
    page.keyboard.press("Escape")
    expect(root(page)).to_have_attribute("data-zoom", f"0,{newest_step()}")


@pytest.mark.parametrize("button", ["对数", "MaxVio", "偏置", "L1"])
def test_every_switch_draws_another_picture(new_page: NewPage, button: str):
    page = opened(new_page())
    before = picture(page)
    press(page, button)
    expect(root(page).get_by_role("button", name=button, exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    deadline = time.monotonic() + 5
    while picture(page) == before:
        assert time.monotonic() < deadline, "the picture is the same"


def test_the_table_says_what_the_record_says(new_page: NewPage):
    page = opened(new_page())
    press(page, "表格")
    rows = root(page).locator("tbody tr")
    records = [record for record in STORE.metrics()[0] if isinstance(record, EvalMetrics)]
    expect(rows).to_have_count(len(records))
    for row, record in zip(rows.all(), records, strict=True):
        cells = row.locator("th, td").all_inner_texts()
        assert cells[0] == str(record.step)
        assert float(cells[2]) == pytest.approx(record.loss, abs=0.006)
        assert cells[3] == f"{100 * round(record.accuracy, 4):.1f}%"
        assert [float(cell) for cell in cells[4:6]] == pytest.approx(record.max_vio_L, abs=0.006)
    page.keyboard.press("Escape")
    expect(rows).to_have_count(len(records))
    expect(root(page).locator(".panel")).to_be_hidden()


class GrowingRun:
    """Answers the record's address with the real record, first cut after some steps, then the rest."""

    def __init__(self, until: int) -> None:
        self.until: int | None = until
        self.told = False

    def __call__(self, route: Route) -> None:
        if "/routes" in route.request.url:
            return route.continue_()
        if self.told and self.until is not None:
            return route.fulfill(status=304)
        whole = route.fetch(url=route.request.url.split("?")[0]).json()
        answer = whole | {"version": 1 if self.until else 2, "state": "running"}
        if self.until is not None:
            answer |= self.part(whole, lambda step: step <= self.until)
            answer["step"] = self.until
        elif self.told:
            answer |= self.part(whole, lambda step: step > 300) | {"whole": False, "state": "done"}
        self.told = True
        return route.fulfill(body=json.dumps(answer), content_type="application/json")

    @staticmethod
    def part(whole: dict[str, Any], wanted: Callable[[int], bool]) -> dict[str, Any]:
        kept = [i for i, step in enumerate(whole["steps"]) if wanted(step)]

        def pick(row: list[Any]) -> list[Any]:
            return [row[i] for i in kept]

        columns: dict[str, Any] = {
            name: pick(whole[name]) for name in ("steps", "ce", "balance", "accuracy", "lr")
        }
        columns |= {
            name: [[pick(row) for row in layer] for layer in whole[name]] for name in ("load", "bias")
        }
        columns["max_vio"] = [pick(row) for row in whole["max_vio"]]
        columns["evals"] = [record for record in whole["evals"] if wanted(record["step"])]
        columns["checkpoints"] = [step for step in whole["checkpoints"] if wanted(step) or step < 300]
        return columns


def test_new_points_come_without_a_new_picture_or_a_lost_zoom(new_page: NewPage):
    page = new_page()
    run = GrowingRun(until=300)
    page.route("**/live/deepseek/**", run)
    page.goto(PATH)
    expect(root(page)).to_have_attribute("data-state", "running", timeout=30_000)
    wait_ready(page)
    assert int(root(page).get_attribute("data-steps")) <= 300
    drag(page, point(page, 0.1, 90), point(page, 0.9, 92))
    seen, node = zoom(page), stage(page).element_handle()
    run.until = None
    expect(root(page)).to_have_attribute("data-steps", str(newest_step()), timeout=10_000)
    assert zoom(page) == seen
    assert stage(page).evaluate("(now, before) => now === before", node)
    expect(root(page)).to_have_attribute("data-step", str(CHECKPOINTS[-1]))  # it follows the newest


def test_a_lost_connection_is_said_and_mended(new_page: NewPage):
    page = new_page()
    page.browser_log.forgive("ERR_FAILED")
    page.route("**/live/deepseek/**", lambda route: route.abort())
    page.goto(PATH)
    notice = page.locator(".root .notice")
    expect(notice).to_contain_text("连接断了", timeout=30_000)
    page.unroute("**/live/deepseek/**")
    expect(root(page)).to_have_attribute("data-steps", str(newest_step()), timeout=10_000)
    expect(notice).to_be_hidden()


def test_a_run_that_is_gone_says_so_and_keeps_its_picture(new_page: NewPage):
    page = opened(new_page())
    page.browser_log.forgive("404")
    drawn = root(page).get_attribute("data-steps")
    answer = json.dumps({"message": "<b>gone</b>"})
    page.route("**/live/deepseek/history*", lambda route: route.fulfill(status=404, body=answer))
    press(page, "L1")  # any rerun asks at once
    expect(page.locator(".root .notice")).to_have_text("<b>gone</b>")
    assert root(page).get_attribute("data-steps") == drawn
