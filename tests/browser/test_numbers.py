"""A click on a number, or its key, opens the sum it comes from on every page; Escape closes it again."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import expect_no_exception, wait_drawn

OPENERS = [
    ("/", ".result .value", "probability-0"),
    ("/forward-pass?stage=gates", ".formula button.why", "piece-0"),
    ("/top-k", ".sum .factor[data-why=gate]", "gate"),
    ("/top-k", ".side button.why", "probability-0"),
    ("/gated-sum", "button.why[data-why=length-1]", "length-1"),
    ("/gated-sum?run=document", "svg.strip[data-why=output-0]", "output-0"),
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
    expect(dialog.get_by_text(re.compile("^✓ "))).to_be_visible()
    expect(page).to_have_url(re.compile(rf"[?&]why={key}"))
    expect(dialog.locator("code").filter(has_text="result =").first).to_be_visible()
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


def test_a_number_of_a_chart_opens_too(page: Page):
    page.goto("/train?lang=en")
    wait_drawn(page)
    chart = page.locator(".js-plotly-plot").last
    chart.scroll_into_view_if_needed()
    page.get_by_text(text_in("en", "checkpoint.experts_title", layer="L0")).scroll_into_view_if_needed()
    cell = page.locator(".js-plotly-plot .xy2 .bars .point, .js-plotly-plot .x2y2 .point, .point path").first
    expect(cell).to_be_visible(timeout=20_000)
    cell.click(force=True)
    expect(page).to_have_url(re.compile("why=relative_load"))
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()


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
