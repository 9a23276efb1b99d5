"""axe-core (https://github.com/dequelabs/axe-core) finds nothing on any page, in either theme and language."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit.i18n import LANGUAGES
from tests.browser.helpers import go_inside, wait_drawn

STREAMLITS_OWN = [
    # The field that files are dropped on has the role "presentation" and a label at once; its markup is Streamlit's,
    # and the button inside it does the same for the keyboard.
    '[data-testid="stFileUploaderDropzone"]',
]
"""Selectors of what no style or text of ours can mend."""
SETTLES = 400  # milliseconds: a picture takes the colours of another theme a moment after the page has
VIOLATIONS = """async (excluded) => {
    const context = { include: [document], exclude: excluded.map((selector) => [selector]) };
    const { violations } = await axe.run(context, { resultTypes: ["violations"] });
    const told = (id, node) => [`${id} at ${node.target.flat().join(" ")}`, node.html, node.failureSummary];
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node).join("\\n  ")));
}"""


OPENED = (
    "/interventions?act=force&t=1&gate=0-0-1-50&push=0-3--20&cap=2&s=苹果发布&beside=苹果大跌",
    "/interventions?act=bias&e=3&only=0-3&shared=1&predict=yes",
    "/interventions?act=silence&off=0-1.0-4&mute=0-3&alone=1-3",
    "/expert-parallel?t=1&l=1&limit=4&factor=1&stay=yes&spare=2",
    "/?lesson=collapse&n=2",
    "/?lesson=routing&n=8",
    "/course?plan=data&sheet=pupil",
    "/models-and-data?with=document",
)
"""What stands on a page only once a visitor has asked for it."""


def found(page: Page, axe: str) -> str:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    return "\n".join(page.evaluate(VIOLATIONS, STREAMLITS_OWN))


@pytest.mark.parametrize("address", OPENED)
def test_axe_finds_nothing_in_what_a_visitor_opens(new_page: Callable[..., Page], axe: str, address: str):
    page = new_page(height=900)
    page.goto(f"{address}&lang=zh")
    wait_drawn(page)
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    assert found(page, axe) == ""
    # A lesson's link has led on to its page; the language of every address may be left out of it.
    go_inside(page, page.url.replace("&lang=zh", "") + "&lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    wait_drawn(page)
    assert found(page, axe) == ""


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_axe_finds_nothing(new_page: Callable[..., Page], axe: str, row):
    page = new_page(height=900)
    address = f"{row.picture_address}{'&' if '?' in row.picture_address else '?'}lang="
    page.goto(f"{address}zh")
    for lang in LANGUAGES:
        expect(page.locator("html")).to_have_attribute("lang", lang)
        wait_drawn(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(SETTLES)
            assert found(page, axe) == "", f"{lang}, {scheme}"
        go_inside(page, f"{address}en")
