"""A click on a number, or its key, opens the sum it comes from on every page; Escape closes it again."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import LANGUAGES, text_in
from tests.browser.helpers import expect_no_exception, go_inside, wait_drawn
from tests.browser.test_accessibility import STREAMLITS_OWN, VIOLATIONS

OPENERS = [
    ("/", ".result .value", "probability-0"),
    ("/forward-pass?stage=gates", ".formula button.why", "piece-0"),
    ("/top-k", ".sum .factor[data-why=gate]", "gate"),
    ("/top-k", ".side button.why", "probability-0"),
    ("/gated-sum", "button.why[data-why=length-1]", "length-1"),
    ("/gated-sum?run=document", "svg.strip[data-why=output-0]", "output-0"),
    ("/gated-sum?l=1", "table button.why[data-why^=removal]", "removal-0-0"),
    ("/load-balancing?reveal=yes", "button.why[data-why=batch_push]", "batch_push"),
    ("/load-balancing?reveal=yes", "svg text[data-why^=eval_max_vio]", "eval_max_vio-0-"),
    ("/load-balancing?reveal=yes", "button.why[data-why=headline_unevenness-0]", "headline_unevenness-0"),
    ("/top-k", "svg g.row text[data-why=gate]", "gate"),
    ("/top-k", "svg text[data-why=cut]", "cut"),
    ("/top-k", "svg text[data-why^=group_score]", "group_score-0"),
    ("/forward-pass?stage=router", "svg text[data-why=score]", "score"),
    ("/forward-pass?stage=transformer", "svg text[data-why=mixed_change]", "mixed_change"),
    ("/forward-pass?stage=classes", "svg text[data-why=probability-1]", "probability-1"),
    ("/interventions?off=0-1", ".slope svg tspan[data-why^=trained_probability]", "trained_probability-0"),
    ("/specialization", "td.load .why", "assigned_load"),
    ("/specialization", "dl.numbers button.why[data-why^=assigned_lift]", "assigned_lift"),
    ("/specialization", "table.pairs .why", "pair_lift-0"),
    ("/specialization", "button.why[data-why=information-0]", "information-0"),
    ("/specialization", "li button.why[data-why=lottery_mean-0]", "lottery_mean-0"),
    ("/specialization?l=1", "table.partners .why[data-why=lottery_overlap-1]", "lottery_overlap-1"),
    ("/expert-parallel", "svg text.count[data-why=sent_copies-2]", "sent_copies-2"),
    ("/expert-parallel", ".bar.served small[data-why=device_served-3]", "device_served-3"),
    ("/specialization?believe=unsure", ".lane .live[data-why]", "committee"),
    ("/train", ".head .read button.why[data-why^=eval_accuracy]", "eval_accuracy-0-"),
    ("/load-balancing?reveal=yes", ".curve[data-run='4'] circle", "eval_accuracy-4-"),
    ("/load-balancing?reveal=yes", "svg .card text[data-why^=eval_ratio]", "eval_ratio-0-"),
    ("/load-balancing?reveal=yes", "td[data-why=headline_f-1]", "headline_f-1"),
]
"""Page, a number on it, its key."""


@pytest.mark.parametrize("address", dict.fromkeys(address for address, _, _ in OPENERS))
def test_a_number_opens_its_sum_and_escape_closes_it(page: Page, address: str):
    asked = f"{address}{'&' if '?' in address else '?'}lang="
    page.goto(f"{asked}zh")
    for lang in LANGUAGES:
        expect(page.locator("html")).to_have_attribute("lang", lang)
        wait_drawn(page)
        for number, key in [(number, key) for on, number, key in OPENERS if on == address]:
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
        go_inside(page, f"{asked}en")


def test_a_number_is_reached_and_opened_by_the_keyboard(page: Page):
    page.goto("/gated-sum?lang=en")
    wait_drawn(page)
    page.locator("button.why[data-why=gate]").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "mark", "key"),
    [
        ("/top-k", "g.row[tabindex='0']", "gate"),
        ("/top-k", "table button[tabindex='0'][data-sum]", "score"),
        ("/specialization", "button.lift[tabindex='0']", "assigned_lift"),
        ("/forward-pass?stage=gates", "g.word[tabindex='0']", "piece-0"),
        ("/load-balancing?reveal=yes", "g.card[tabindex='0']", "eval_worst_vio-0-"),
        ("/interventions", "button.seat", "words_taken"),
    ],
)
def test_equals_opens_the_number_of_the_mark_in_focus(page: Page, address: str, mark: str, key: str):
    page.goto(f"{address}{'&' if '?' in address else '?'}lang=en")
    wait_drawn(page)
    page.locator(mark).first.focus()
    page.keyboard.press("=")
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible(timeout=20_000)
    expect(page).to_have_url(re.compile(rf"[?&]why={key}"))


def test_a_number_in_a_row_does_not_pick_it_and_the_row_beside_it_does(page: Page):
    page.goto("/top-k?lang=en")
    wait_drawn(page)
    row = page.locator("g.row").nth(5)
    row.locator("text.fate, rect").first.click()
    expect(page).to_have_url(re.compile(r"[?&]e=5"))
    expect(page).not_to_have_url(re.compile("why="))
    page.locator("g.row").nth(6).locator("text[data-why=choice]").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]why=choice"))


def test_a_cell_that_is_a_number_keeps_its_click(page: Page):
    page.goto("/specialization?lang=en")
    wait_drawn(page)
    page.locator("button.lift").nth(7).click()
    expect(page).to_have_url(re.compile(r"[?&]col="))
    expect(page).not_to_have_url(re.compile("why="))


def test_a_tile_of_the_comparison_opens_once_the_loads_are_shown(page: Page):
    page.goto("/load-balancing?reveal=yes&lang=en")
    wait_drawn(page)
    page.locator("g.card rect[fill^=rgb]").nth(40).click()
    expect(page).to_have_url(re.compile(r"[?&]why=eval_load-"))
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()


def test_a_number_of_a_chart_opens_too(page: Page):
    page.goto("/train?lang=en")
    wait_drawn(page)
    page.get_by_text(text_in("en", "checkpoint.experts_title", layer="L0")).scroll_into_view_if_needed()
    bar = page.locator(".js-plotly-plot .point path").first
    expect(bar).to_be_visible(timeout=20_000)
    bar.click(force=True)
    expect(page).to_have_url(re.compile("why=relative_load"))
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()


def test_a_point_of_the_start_pages_curves_opens_too(page: Page):
    page.goto("/?lang=en")
    wait_drawn(page)
    page.locator("#training").scroll_into_view_if_needed()
    points = page.locator(".js-plotly-plot .scatterlayer .trace .points path")
    expect(points.last).to_be_visible(timeout=20_000)
    points.last.click(force=True)
    expect(page).to_have_url(re.compile("why=eval_(floor|max_vio)-0-"))
    expect(page.get_by_role("dialog").get_by_text(re.compile("^✓ "))).to_be_visible()


@pytest.mark.parametrize(
    "address", ["/gated-sum?l=1", "/interventions?l=1&off=1-2", "/interventions?predict=yes&off=1-2"]
)
def test_the_numbers_of_the_scatter_open_on_both_of_its_pages(page: Page, address: str):
    page.goto(f"{address}&lang=en")
    wait_drawn(page)
    table = page.locator("details", has=page.locator("table.twin button[data-why^=removal]"))
    table.locator("summary").click()
    row = table.locator("tbody tr").nth(3)
    number, effect = row.locator("button[data-why^=removal]"), row.locator("td").nth(3)
    shown = float(effect.inner_text().replace("−", "-"))
    number.click()
    verdict = page.get_by_role("dialog").get_by_text(re.compile("^✓ "))
    expect(verdict).to_be_visible(timeout=20_000)
    found = re.search(r"on the page: (\S+)\.", verdict.inner_text())
    assert found is not None
    assert float(found[1].replace("−", "-")) == pytest.approx(shown, abs=0.0006)
    expect_no_exception(page)


SLOW_MOTION = {
    "scores": ("rect.cell[data-why^=slow_score]", "slow_score-0-0"),
    "dispatch": ("text.number[data-why=slow_load]", "slow_load"),
    "loss": (".formula button.why[data-why=slow_loss]", "slow_loss"),
    "gradient": ("text[data-why=slow_experts_norm]", "slow_experts_norm"),
    "bias": ("text[data-why=slow_bias]", "slow_bias"),
}
"""By stage: a number on it, its key."""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_numbers_of_every_stage_of_the_slow_motion_open_too(page: Page, lang: str):
    page.goto(f"/train?lang={lang}")
    wait_drawn(page)
    page.locator(".st-key-slow-open label").click()
    for stage, (number, key) in SLOW_MOTION.items():
        page.locator(f".tab[data-stage={stage}]").click(timeout=20_000)
        page.locator(number).first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text(re.compile("^✓ "))).to_be_visible(timeout=20_000)
        expect(page).to_have_url(re.compile(rf"[?&]why={key}"))
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    expect_no_exception(page)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_the_sum_of_a_number_fits_its_window_and_axe_finds_nothing_in_it(
    new_page: Callable[..., Page], axe: str, width: int, scheme: str
):
    page = new_page(width=width, height=844, color_scheme=scheme)
    for address in ("/gated-sum?why=removal-0-0&lang=zh", "/top-k?why=logit&lang=en"):
        page.goto(address)
        wait_drawn(page)
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text(re.compile("^✓ "))).to_be_visible()
        assert dialog.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
        page.evaluate(axe)
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
