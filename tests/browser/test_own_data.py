"""Data of one's own in a real browser: typed classes, a file too large to send, what a second browser sees."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from moe_demo.jobs.uploads import Uploads
from moe_demo.ui.kit import i18n
from moe_demo.ui.server.visitor import COOKIE
from tests.browser.helpers import Server, expect_no_exception, wait_ready

ROWS = [f"{label}的标题{n},{label}" for label in ("明星", "篮球", "足球") for n in range(4)]


def text(key: str, **values: object) -> str:
    return i18n.text_in("zh", f"own_data.{key}", **values)


@pytest.fixture
def own_server(fresh_server: Callable[..., Server], tmp_path: Path) -> Server:
    """An app whose folder of runs is empty."""
    return fresh_server(env={"MOE_DEMO_RUNS": str(tmp_path / "runs")})


def open_section(page: Page, server: Server) -> None:
    page.goto(f"{server.base_url}/models-and-data")
    expect(page.get_by_text(text("kept_title"))).to_be_visible(timeout=30_000)


def bring(page: Page, path: Path) -> None:
    page.locator(".st-key-own-drop input[type=file]").set_input_files(path)


def choose(page: Page, label: str, name: str) -> None:
    box = page.get_by_label(text("class_of", label=label))
    box.click()
    box.fill(name)
    page.get_by_role("option", name=name).click()


def test_a_data_set_with_typed_classes_is_kept_for_this_browser_alone(
    own_server: Server, new_page: Callable[..., Page], tmp_path: Path
):
    path = tmp_path / "标题集.csv"
    path.write_text("\n".join(["text,label", *ROWS]), "utf-8")
    mine, other = new_page(own_server), new_page(own_server)
    open_section(mine, own_server)
    bring(mine, path)
    bars = mine.get_by_label(text("bars_label"))
    expect(bars.get_by_role("listitem")).to_have_count(3, timeout=30_000)  # read by a process of its own
    choose(mine, "篮球", "球类")
    expect(bars).to_contain_text("球类")
    wait_ready(mine)  # the other rows get the new name to choose from
    choose(mine, "足球", "球类")
    expect(bars.get_by_role("listitem")).to_have_text(["◆明星4", "★球类8"])
    mine.get_by_role("button", name=text("keep")).click()
    expect(mine.get_by_text(text("kept", name="标题集"))).to_be_visible()

    mine.reload()
    expect(mine.get_by_text("明星 4、球类 8")).to_be_visible(timeout=30_000)
    open_section(other, own_server)
    expect(other.get_by_text(text("none_kept"))).to_be_visible()
    expect(other.get_by_text("标题集")).to_have_count(0)
    expect_no_exception(mine)


def test_a_file_over_the_limit_is_refused_in_the_readers_language(
    own_server: Server, new_page: Callable[..., Page], tmp_path: Path
):
    path = tmp_path / "big.csv"
    path.write_bytes(b"text,label\n" + b"a,b\n" * 5_500_000)
    page = new_page(own_server)
    open_section(page, own_server)
    bring(page, path)
    expect(page.get_by_label("big.csv, 22.0MB")).to_have_attribute("aria-invalid", "true")
    said = page.locator(".st-key-own-drop").evaluate("node => getComputedStyle(node, '::after').content")
    assert said == f'"{text("refused", mb=20)}"'
    assert list(Uploads(tmp_path / "runs").folder.glob("*")) == []


def open_without_cookies(page: Page, server: Server) -> None:
    """As in a browser that keeps none: what the page hands it is gone before the page asks for anything."""
    page.goto(f"{server.base_url}/models-and-data", wait_until="commit")
    page.context.clear_cookies()
    expect(page.get_by_text(text("no_cookies"))).to_be_visible(timeout=30_000)


def test_a_browser_without_cookies_watches_the_run_on_its_own_data(
    own_server: Server, new_page: Callable[..., Page], tmp_path: Path
):
    path = tmp_path / "标题集.csv"
    path.write_text("\n".join(["text,label", *ROWS * 8]).replace("的标题", "的标题第"), "utf-8")
    page = new_page(own_server)
    open_without_cookies(page, own_server)
    bring(page, path)
    page.get_by_role("button", name=text("keep")).click()
    is_of_the_run = re.compile(rf"/live/{quote('标题集-1')}/history")
    with page.expect_response(is_of_the_run, timeout=60_000) as answer:
        page.get_by_role("button", name=text("train")).click()
    assert answer.value.status == 200
    expect(page.locator("[data-zoom]").first).to_have_attribute(
        "data-steps", re.compile(r"[1-9]"), timeout=60_000
    )
    assert COOKIE not in {cookie["name"] for cookie in page.context.cookies()}
    expect_no_exception(page)
