"""The mixture page in a browser: words, layers and points are picked by hand and by key, in both languages."""

import re

import pytest
from playwright.sync_api import Page, expect

from moe_demo import load_run
from moe_demo.insight.gate_cause import off_diagonal, pieces_of, unheard_gate
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import expect_no_exception, wait_drawn, wait_ready


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_control_of_the_page_does_what_it_says(page: Page, lang: str):
    page.goto(f"/gated-sum?lang={lang}")
    wait_ready(page)
    pieces = page.get_by_role("table", name=re.compile("苹果公司")).first
    expect(pieces.get_by_role("row")).to_have_count(7)  # head, four experts, one shared, the sum
    page.get_by_role("button", name="L1", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"l=1"))
    page.get_by_role("button", name=text_in(lang, "mixture.words.sentence_view"), exact=True).click()
    expect(page).to_have_url(re.compile("of=sentence"))
    page.get_by_role("table").get_by_role("button", name="iPhone", exact=True).click()
    expect(page).to_have_url(re.compile("t=5"))
    expect(page.get_by_role("table", name=re.compile("iPhone")).first).to_be_visible()
    point = page.get_by_role("button", name=re.compile("发布.*E")).first
    point.focus()
    point.press("Enter")
    expect(page).to_have_url(re.compile("t=1"))
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_the_start_a_newcomer_sees_within_four_clicks_why_a_largest_gate_does_least(
    page: Page, lang: str
):
    run = load_run("deepseek")
    text = selection.DEFAULT_TEXT
    found = unheard_gate(pieces_of(run, text))
    if found is None:
        pytest.skip("in this sentence of the bundled run the largest gate of every word does most")
    word, loud, most = run.trace(text).tokens[found.loud.token], found.loud.expert, found.most.expert
    page.goto(f"/?lang={lang}")
    wait_drawn(page)
    page.get_by_role("button", name=text_in(lang, "start.next_steps.word")).click()
    onward = text_in(lang, "router.proof.onward").split("{")[0]
    page.get_by_role("link", name=onward).click()
    page.get_by_role("link", name=text_in(lang, "mixture.clearest").split("{")[0]).click()
    expect(page.get_by_role("table", name=re.compile(re.escape(word))).first).to_be_visible()
    expect(page).to_have_url(re.compile(f"/gated-sum.*t={found.loud.token}|/gated-sum"))
    answer = page.get_by_text(
        re.compile(rf"E{loud}\b.*[+−]0?.*(E{most}|{text_in(lang, 'mixture.waterfall.steps.shared')})")
    )
    expect(answer.last).to_be_visible()
    page.locator("button.why[data-why^=removal]").first.click()
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()
    expect_no_exception(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_point_off_the_diagonal_is_one_click_from_its_route(page: Page, lang: str):
    pieces = pieces_of(load_run("deepseek"), selection.DEFAULT_TEXT)[0]
    found = off_diagonal(pieces)
    off = [*found.large_for_nothing, *found.small_and_decisive]
    if not off:
        pytest.skip("in this sentence of the bundled run size tells of effect")
    page.goto(f"/gated-sum?lang={lang}")
    wait_drawn(page)
    page.get_by_role("link", name=re.compile(rf"→ E{off[0].expert}\b")).first.click()
    expect(page).to_have_url(re.compile(rf"/top-k\?.*e={off[0].expert}\b"))
    expect(page.get_by_role("heading", name=text_in(lang, "router.title"))).to_be_visible()


@pytest.mark.parametrize("address", ["/gated-sum?l=1", "/gated-sum?run=document&of=sentence"])
def test_the_waterfall_is_a_table_whose_numbers_open(page: Page, address: str):
    page.goto(f"{address}&lang=en")
    wait_drawn(page)
    table = page.get_by_role("table", name=re.compile("From nothing to each class logit"))
    expect(table.get_by_role("columnheader")).to_have_count(4)
    table.get_by_role("button").nth(4).press("Enter")
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()
    expect(page).to_have_url(re.compile("why=step-1-1"))
