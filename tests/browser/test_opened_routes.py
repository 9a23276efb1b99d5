"""A file of another model's routes in a browser: opened on the workbench, seen on the experts and nodes pages."""

import json
import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import expect_no_exception, wait_drawn, wait_ready

N_WORDS, N_ROUTED = 30, 8
WORDS = [[[t % 3, 3 + t % 5], [t % 2, 2 + t % 2]] for t in range(N_WORDS)]
ANSWER = json.dumps({"model": "somebodys", "choices": [{"routed_experts": WORDS}]}).encode()


def heat_of(page: Page) -> list[list[float]]:
    """What the map of loads was drawn from."""
    return page.locator(".st-key-experts-routes-map .js-plotly-plot").evaluate(
        "(plot) => plot._fullData[0].z.map((row) => Array.from(row))"
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_routes_opened_on_the_workbench_are_counted_on_the_experts_and_nodes_pages(
    new_page: Callable[..., Page], lang: str
):
    page = new_page(width=1280, height=900)
    page.goto(f"/models-and-data?lang={lang}")
    wait_drawn(page)
    field = page.locator(".st-key-workbench-routes input[type=file]")
    field.set_input_files({"name": "theirs.json", "mimeType": "application/json", "buffer": ANSWER})
    to_experts = page.get_by_role("link", name=text_in(lang, "routes.to_experts"))
    to_experts.click()
    expect(page).to_have_url(re.compile("specialization"))
    expect(page.get_by_role("heading", name=text_in(lang, "routes.title_load"))).to_be_visible()
    theirs = text_in(lang, "routes.whose.theirs").strip("*")
    expect(page.get_by_text(re.compile(f"{theirs} · theirs.json"))).to_be_visible()
    page.locator(".st-key-experts-routes-map").scroll_into_view_if_needed()
    expect(page.locator(".st-key-experts-routes-map .js-plotly-plot")).to_be_visible()
    fair = N_WORDS * 2 / N_ROUTED
    counts = [Counter(expert for word in WORDS for expert in word[layer]) for layer in range(2)]
    wanted = [[count[expert] / fair for expert in range(N_ROUTED)] for count in counts]
    assert [pytest.approx(row) for row in heat_of(page)] == wanted
    page.get_by_role("link", name=text_in(lang, "nodes.nav"), exact=True).click()
    expect(page).to_have_url(re.compile("expert-parallel"))
    copies = sum(len({expert // 2 for expert in word[0]}) for word in WORDS)  # 8 experts on 4 nodes
    words = page.get_by_text(
        re.compile(rf"\b4 .*(?<!\d){copies}(?!\d).*(?<!\d){2 * N_WORDS}(?!\d)"), exact=False
    )
    expect(words.first).to_be_visible()
    page.get_by_role("button", name=text_in(lang, "routes.forget"), exact=True).click()
    expect(page.get_by_role("heading", name=text_in(lang, "routes.title_traffic"))).to_have_count(0)
    page.get_by_role("link", name=text_in(lang, "experts.nav"), exact=True).click()
    expect(page).to_have_url(re.compile("specialization"))
    wait_ready(page)
    expect(page.get_by_role("heading", name=text_in(lang, "routes.title_load"))).to_have_count(0)
    expect_no_exception(page)
