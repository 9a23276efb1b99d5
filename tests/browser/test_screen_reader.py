"""What a screen reader says of every picture and of each mark that takes the focus, and that nothing moves unasked.

Names are those of Chromium's accessibility tree, which it makes of the page through all shadow roots.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from moe_demo.text.corpus import builtin_corpus
from moe_demo.ui.frame.pages import PAGES, SCRIPTS
from moe_demo.ui.frame.pages import Page as Row
from moe_demo.ui.kit.i18n import LANGUAGES
from moe_demo.ui.kit.selection import DEFAULT_TEXT
from tests.browser.helpers import go_inside, wait_drawn

PICTURES = [row for row in PAGES if (SCRIPTS.parent / "moe_demo" / "ui" / row.name / "picture.js").is_file()]
OTHER = {
    "start": "s=主队绝杀",
    "journey": "stage=5",
    "router": "t=3",
    "mixture": "t=3",
    "experts": "l=1",
    "training": "step=69",
    "balance": "reveal=no",
    "whatif": "off=0-2",
    "nodes": "l=1",
    "scale": "model=deepseek-v2",
    "workbench": "run=document",
}
"""What makes another picture of a page's, as its address asks for it."""
MARKS = {
    "start": ("g.token, g.seat", "ArrowDown"),
    "journey": (".word", "ArrowDown"),
    "router": ("g.row", "ArrowDown"),
    "experts": ("button.lift", "ArrowRight"),
    "training": (".handle", "ArrowLeft"),
    "balance": ("g.card", "ArrowRight"),
    "nodes": ("button.word", "ArrowDown"),
    "scale": ("button.card", "ArrowRight"),
}
"""The marks of a picture that arrow keys walk through, and a key that goes to the next."""
ONE_SENTENCE = 20  # characters at least; a title alone is shorter
SAID = {
    "button",
    "option",
    "tab",
    "slider",
    "link",
    "gridcell",
    "checkbox",
    "radio",
    "textbox",
    "menuitem",
    "figure",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ENGLISH = re.compile(r"\b[a-z]{2,}(?: [a-z]{2,}){2,}")
RAW = re.compile(r"\{\w+\}|\bundefined\b|\bNaN\b|\bnull\b|\[object|\b[a-z]+(?:\.[a-z_]+){2,}")
PLACES = "[...document.querySelectorAll('.stBidiComponent')]"
FOCUSED = """(() => {
    let at = document.activeElement;
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at;
})()"""
MOVING = """() => {
    const within = (root) => [...root.querySelectorAll("*")].flatMap(({ shadowRoot }) =>
        shadowRoot ? [shadowRoot, ...within(shadowRoot)] : []);
    const all = [document, ...within(document)].flatMap((root) => root.getAnimations());
    return [...new Set(all)]
        .filter((one) => one.playState === "running" && one.effect.getComputedTiming().duration > 10)
        .filter((one) => one.animationName !== "waits-for-a-picture") // shows at its end what it hid: no motion
        .map((one) => [one.animationName ?? one.transitionProperty, one.effect.target?.outerHTML.slice(0, 120)]);
}"""


class Heard:
    """What a screen reader is told of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._tree: CDPSession = page.context.new_cdp_session(page)

    def pictures(self) -> list[dict[str, Any]]:
        """Every node of the pictures that is not left out of the tree."""
        n = self.page.evaluate(f"{PLACES}.length")
        return [node for place in range(n) for node in self._below(f"{PLACES}[{place}]")]

    def focused(self) -> str:
        """All that is said of what has the focus: name, value, description."""
        [node, *_] = self._tree.send(
            "Accessibility.getPartialAXTree", {"objectId": self._object(FOCUSED), "fetchRelatives": False}
        )["nodes"]
        return " | ".join(text(node, part) for part in ("name", "value", "description"))

    def _below(self, expression: str) -> list[dict[str, Any]]:
        found = self._tree.send("Accessibility.queryAXTree", {"objectId": self._object(expression)})["nodes"]
        return [node for node in found if not node["ignored"]]

    def _object(self, expression: str) -> str:
        name: str = self._tree.send("Runtime.evaluate", {"expression": expression})["result"]["objectId"]
        return name


def text(node: dict[str, Any], part: str) -> str:
    return str(node.get(part, {}).get("value", ""))


def main_picture(page: Page, row: Row) -> Locator:
    return page.locator(f".st-key-{row.parts[0]} [role=figure]").first


@cache
def headlines() -> str:
    """All Chinese that is data and not a text of the app."""
    return "\n".join((DEFAULT_TEXT, *(headline.text for headline in builtin_corpus().headlines)))


def wrong_names(nodes: list[dict[str, Any]], lang: str) -> list[str]:
    """Of marks that take the focus: without a name, with a key or a hole in it, or in the other language."""
    wrong = []
    for node in nodes:
        role, name = text(node, "role"), text(node, "name")
        said = f"{role}: {name} | {text(node, 'description')}"
        if role not in SAID:
            continue
        foreign = (
            ENGLISH.search(said)
            if lang == "zh"
            else any(run not in headlines() for run in CHINESE.findall(said))
        )
        if not name.strip() or RAW.search(said) or foreign:
            wrong.append(said)
    return wrong


def address(row: Row, lang: str, asked: str = "") -> str:
    asked = "&".join(part for part in (asked or row.picture, f"lang={lang}") if part)
    return f"/{row.url_path}?{asked}"


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_a_screen_reader_hears_every_mark_in_the_language_of_the_page(
    new_page: Callable[..., Page], row: Row
):
    page = new_page(height=900)
    heard = Heard(page)
    for lang in LANGUAGES:
        page.goto(address(row, lang))
        wait_drawn(page)
        nodes = heard.pictures()
        assert any(text(node, "role") in SAID for node in nodes)
        assert wrong_names(nodes, lang) == []
        assert page.evaluate(MOVING) == []
        if row not in PICTURES:
            continue
        says = main_picture(page, row).get_attribute("aria-label") or ""
        figures = [text(node, "name") for node in nodes if text(node, "role") == "figure"]
        assert says in figures
        assert len(says) >= (ONE_SENTENCE if lang == "zh" else 2 * ONE_SENTENCE), says
        go_inside(page, address(row, lang, OTHER[row.name]))
        expect(main_picture(page, row)).not_to_have_attribute("aria-label", says, timeout=15_000)
        assert page.evaluate(MOVING) == []


@pytest.mark.parametrize("name", MARKS)
def test_each_mark_that_the_arrow_keys_reach_is_said_by_another_name(page: Page, name: str):
    row = next(row for row in PAGES if row.name == name)
    page.goto(address(row, "en"))
    wait_drawn(page)
    heard, (marks, key) = Heard(page), MARKS[name]
    page.locator(f".st-key-{row.parts[0]}").locator(marks).first.focus()
    said = [heard.focused()]
    for _ in range(2):
        page.keyboard.press(key)
        for _ in range(20):  # a line that is dragged through time tells where it is a moment later
            if heard.focused() != said[-1]:
                break
            page.wait_for_timeout(100)
        said.append(heard.focused())
        assert page.evaluate(MOVING) == []
    assert len(set(said)) == 3, said


@pytest.mark.parametrize(
    ("path", "place", "plays"), [("/", "flow", "button.play"), ("/forward-pass", "journey", ".panel .solid")]
)
def test_what_plays_steps_without_moving_for_who_wants_less_motion(
    page: Page, path: str, place: str, plays: str
):
    page.goto(path)
    wait_drawn(page)
    picture = page.locator(f".st-key-{place}")
    said = picture.locator("[aria-live]").last
    picture.locator(plays).first.click()
    expect(said).not_to_be_empty()
    assert page.evaluate(MOVING) == []
