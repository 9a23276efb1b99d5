"""Seeds handed out to a class, in real windows: trained in the one queue, gathered on the presenter's screen."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.owners import Caller
from moe_demo.runs.store import RunStore
from moe_demo.ui.server.visitor import COOKIE
from tests.browser.classes import COMES, PHONE, button, class_bar, code_of, follow, present, say
from tests.browser.helpers import Server, expect_no_exception, serve, wait_drawn
from tests.browser.test_accessibility import STREAMLITS_OWN, VIOLATIONS

TRAINS = 240_000  # milliseconds that a test grants, on a machine that others use too


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def one_at_a_time(runs: Path) -> Iterator[Server]:
    """An app that trains one run at a time, so that somebody waits."""
    env = {"MOE_DEMO_RUNS": str(runs), "MOE_DEMO_JOBS": "1"}
    with serve(runs.parent / "log.txt", env=env) as running:
        yield running
    assert "Traceback" not in running.log()


def browser_of(page: Page) -> Caller:
    [cookie] = [one["value"] for one in page.context.cookies() if one["name"] == COOKIE]
    return Caller(cookie)


def accuracy_of(runs: Path, name: str) -> float:
    """As the run's own record says."""
    lines = (RunStore(runs / name).folder / "metrics.jsonl").read_text("utf-8")
    return float(re.findall(r'"accuracy": ([0-9.]+)', lines)[-1])


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: list[str] = page.evaluate(VIOLATIONS, STREAMLITS_OWN)
    return found


def test_two_learners_train_from_their_seeds_and_the_class_sees_what_chance_does(
    one_at_a_time: Server, new_page: Callable[..., Page], runs: Path, axe: str
):
    teacher = new_page(one_at_a_time, height=900)
    learners = [new_page(one_at_a_time, color_scheme="dark", **PHONE) for _ in range(2)]
    code = present(teacher, lang="en")
    teacher.goto(f"/?class={code}&lang=en&run=document")
    wait_drawn(teacher)
    for learner in learners:
        follow(learner, code, "en")
    button(teacher, "hand").click()
    button(teacher, "hand-seeds").click()
    cells = class_bar(teacher).locator(".seeds li")
    expect(cells).to_have_count(2, timeout=COMES)
    expect(class_bar(teacher).locator(".seeds li.empty")).to_have_count(2)
    for seed, learner in enumerate(learners, start=1):
        mine = class_bar(learner).locator(".mine")
        expect(mine).to_contain_text(f"Your seed is {seed}", timeout=COMES)
        expect(mine).to_contain_text("2 epochs only (in full: 8)")
        button(learner, "act").click()
        expect(button(learner, "act")).to_have_count(0, timeout=COMES)
    expect(class_bar(learners[1]).locator(".mine")).to_contain_text("Waiting at place 1", timeout=COMES)
    assert violations(learners[1], axe) == []
    for page in (*learners, teacher):
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    jobs = Jobs(runs)
    names = [name for who in map(browser_of, learners) for name in jobs.names() if jobs.find(name, who)]
    assert names == ["seed1-1", "seed2-1"]  # each browser's own
    expect(class_bar(learners[0]).locator(".mine")).to_contain_text(
        re.compile("step|Accuracy"), timeout=TRAINS
    )
    learners[0].goto("about:blank")  # what a window sees matters to nobody
    expect(class_bar(teacher).locator(".seeds li.empty")).to_have_count(0, timeout=TRAINS)
    accuracies = [accuracy_of(runs, name) for name in names]
    expect(cells.locator("b")).to_have_text([say("en", "accuracy", value=one) for one in accuracies])
    value = say("en", "result.seeds", value=say("en", "accuracy", value=accuracies[1]))
    expect(class_bar(learners[1]).locator(".mine .tone")).to_have_text(value, timeout=COMES)
    expect(class_bar(teacher).locator(".spread")).to_contain_text(f"mean {sum(accuracies) / 2:.1%}")
    assert violations(teacher, axe) == []
    teacher.reload()
    wait_drawn(teacher)
    assert code_of(teacher) == code
    expect(class_bar(teacher).locator(".seeds li.tone")).to_have_count(2, timeout=COMES)
    expect_no_exception(teacher)
