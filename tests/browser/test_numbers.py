"""A click on a number, or its key, opens the sum it comes from on every page; Escape closes it again."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import expect_no_exception, wait_drawn
from tests.browser.test_accessibility import AXE, STREAMLITS_OWN, VIOLATIONS

OPENERS = [
    ("/", ".result .value", "probability-0"),
    ("/forward-pass?stage=gates", ".formula button.why", "piece-0"),
    ("/top-k", ".sum .factor[data-why=gate]", "gate"),
    ("/top-k", ".side button.why", "probability-0"),
    ("/gated-sum", "button.why[data-why=length-1]", "length-1"),
    ("/gated-sum?run=document", "svg.strip[data-why=output-0]", "output-0"),
    ("/gated-sum?l=1", "table button.why[data-why^=removal]", "removal-0-0"),
    ("/load-balancing?reveal=yes", "button.why[data-why=batch_push]", "batch_push"),
    ("/load-balancing?reveal=yes", "td[data-why=headline_f-1]", "headline_f-1"),
]
"""Page, a number on it, its key."""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("address", "number", "key"), OPENERS, ids=[f"{a}{k}" for a, _, k in OPENERS])
def test_a_number_opens_its_sum_and_escape_closes_it(
    page: Page, address: str, number: str, key: str, lang: str
):
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
    wait_drawn(page)
    page.locator(number).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(re.compile("^✓ "))).to_be_visible(timeout=20_000)
    expect(page).to_have_url(re.compile(rf"[?&]why={key}"))
    code = dialog.locator("code").filter(has_text="result =").first
    expect(code).to_be_visible(timeout=20_000)  # the first time the browser fetches what colours it
    assert dialog.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).not_to_have_url(re.compile("why="))
    expect_no_exception(page)


def test_a_number_is_reached_and_opened_by_the_keyboard(page: Page):
    page.goto("/gated-sum?lang=en")
    wait_drawn(page)
    page.locator("button.why[data-why=gate]").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_number_of_a_chart_opens_too(page: Page):
    page.goto("/train?lang=en")
    wait_drawn(page)
    page.get_by_text(text_in("en", "checkpoint.experts_title", layer="L0")).scroll_into_view_if_needed()
    bar = page.locator(".js-plotly-plot .point path").first
    expect(bar).to_be_visible(timeout=20_000)
    bar.click(force=True)
    expect(page).to_have_url(re.compile("why=relative_load"))
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_the_sum_of_a_number_fits_its_window_and_axe_finds_nothing_in_it(
    new_page: Callable[..., Page], width: int, scheme: str
):
    page = new_page(width=width, height=844, color_scheme=scheme)
    for address in ("/gated-sum?why=removal-0-0&lang=zh", "/top-k?why=logit&lang=en"):
        page.goto(address)
        wait_drawn(page)
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text(re.compile("^✓ "))).to_be_visible()
        assert dialog.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(VIOLATIONS, [*STREAMLITS_OWN, ".katex-display"])  # a formula wider than a phone
        assert not found, "\n".join(found)


def test_the_notebook_that_is_downloaded_runs(page: Page):
    page.goto("/gated-sum?lang=en&why=gate")
    wait_drawn(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=text_in("en", "lineage.notebook")).click()
    assert waiting.value.suggested_filename == "gate.ipynb"
    book, found = json.loads(waiting.value.path().read_text(encoding="utf-8")), {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), found)
    assert 0 < found["result"] < 1
