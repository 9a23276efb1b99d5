"""The start page as a reader uses it: first screen, hover, click, keys, play, the sentence, links, odd input."""

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from moe_demo import load_run
from moe_demo.ui.kit.chart import ADDRESS
from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import box_of, expect_no_exception, wait_ready

PRESET = "火箭夺冠"


def opened(page: Page, address: str = "/") -> Page:
    page.goto(address)
    expect(tokens(page).first).to_be_visible(timeout=30_000)
    wait_ready(page)
    expect_no_exception(page)
    return page


def tokens(page: Page) -> Locator:
    return page.locator("g.token")


def seats(page: Page) -> Locator:
    return page.locator("g.seat")


def bright(page: Page) -> list[tuple[int, int]]:
    """(token, expert) of the ribbons that are neither dim nor waiting."""
    found = page.locator("g.ribbon:not(.dim):not(.waiting)")
    return found.evaluate_all("all => all.map(n => [Number(n.dataset.t), Number(n.dataset.e)])")


def asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def button(page: Page, key: str, lang: str = "zh") -> Locator:
    return page.get_by_role("button", name=text_in(lang, key), exact=True)


def sentence(page: Page) -> Locator:
    return page.get_by_label(text_in("zh", "strip.input"))


def submit(page: Page, text: str) -> None:
    sentence(page).fill(text)
    sentence(page).press("Enter")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900)])
@pytest.mark.parametrize(("lang", "run"), [("zh", "deepseek"), ("en", "deepseek"), ("en", "document")])
def test_the_first_screen_holds_the_whole_picture(
    new_page: Callable[..., Page], width: int, height: int, lang: str, run: str
):
    page = opened(new_page(width=width, height=height), f"/?lang={lang}&run={run}")
    marks = [tokens(page).last, seats(page).last, page.locator("p.line"), page.locator(".result .value").last]
    for mark in [*marks, button(page, "flow.words.table", lang), page.locator(".next-step").last]:
        box = box_of(mark)
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
        assert box["x"] + box["width"] <= width
    assert len(bright(page)) == tokens(page).count() * (4 if run == "deepseek" else 1)


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_the_lines_under_words_say_is_never_cut(new_page: Callable[..., Page], width: int, lang: str):
    page = new_page(width=width)
    page.goto(f"/?lang={lang}")
    wait_ready(page)
    legend = page.locator("span.legend")
    expect(legend).to_contain_text(text_in(lang, "strip.legend_top"))
    if width < 1280:  # there the words are a list to scroll, and in Chinese the legend is its end
        legend.scroll_into_view_if_needed()
    held, holder = box_of(legend), box_of(legend.locator(".."))
    assert held["x"] >= holder["x"] - 1
    assert held["x"] + held["width"] <= holder["x"] + holder["width"] + 1
    assert held["x"] + held["width"] <= width


def test_hover_on_a_word_keeps_its_routes_and_dims_the_rest(page: Page):
    opened(page)
    tokens(page).nth(2).hover()
    assert {t for t, _ in bright(page)} == {2}
    assert len(bright(page)) == 4
    dim = page.locator("g.ribbon.dim").first
    expect(dim).to_have_css("opacity", "0.1")
    page.mouse.move(5, 5)
    assert len(bright(page)) == tokens(page).count() * 4


def test_hover_on_an_expert_shows_the_words_it_received(page: Page):
    opened(page)
    seat = page.locator("g.seat:not(.silent)").first
    expert = int(seat.get_attribute("data-e"))
    seat.hover()
    assert {e for _, e in bright(page)} == {expert}
    lit = page.locator("g.token:not(.dim)").evaluate_all("all => all.map(n => Number(n.dataset.t))")
    assert sorted(lit) == sorted(t for t, _ in bright(page))


def test_a_click_goes_into_the_address_and_a_reload_keeps_it(page: Page):
    opened(page)
    tokens(page).nth(5).click()
    page.wait_for_url("**/?t=5")
    expect(page.locator(".chip[aria-selected=true]")).to_have_text(tokens(page).nth(5).text_content())
    seats(page).nth(3).click()
    page.wait_for_url("**/?t=5&e=3")
    page.mouse.move(5, 5)
    page.reload()
    opened(page, page.url)
    expect(page.locator("g.token.picked")).to_have_attribute("data-t", "5")
    expect(page.locator("g.seat.picked")).to_have_attribute("data-e", "3")


def test_the_layers_of_the_same_word_differ_and_the_layer_is_kept(page: Page):
    opened(page)
    first = bright(page)
    page.locator(".layers button").nth(1).click()
    page.wait_for_url("**/?l=1")
    assert bright(page) != first
    opened(page, page.url)
    expect(page.locator(".layers button").nth(1)).to_have_attribute("aria-pressed", "true")


def test_tab_enters_once_arrows_move_enter_picks_escape_clears(page: Page):
    opened(page)
    page.locator(".tools button").last.focus()
    page.keyboard.press("Tab")
    expect(tokens(page).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(tokens(page).nth(1)).to_be_focused()
    assert {t for t, _ in bright(page)} == {1}
    expect(page.locator("[aria-live]").last).to_have_text(
        tokens(page).nth(1).get_attribute("aria-description")
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/?t=1")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.dataset.e") is not None
    page.keyboard.press("Escape")
    page.wait_for_function("location.search === ''")


def test_keys_open_the_table_with_the_same_numbers_and_the_help(page: Page):
    opened(page)
    tokens(page).first.focus()
    page.keyboard.press("t")
    expect(page.locator(".panel tbody tr")).to_have_count(tokens(page).count() * 4)
    page.keyboard.press("?")
    expect(page.locator(".panel dt")).to_have_count(9)
    expect(page.locator(".panel dt").last).to_have_text("=")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_space_plays_the_words_one_by_one_and_rests(new_page: Callable[..., Page], motion: str):
    page = opened(new_page(reduced_motion=motion))
    n = tokens(page).count()
    tokens(page).first.focus()
    page.keyboard.press("Space")
    expect(page.locator("g.token.waiting")).to_have_count(n - 1, timeout=500)
    expect(page.locator("g.token.waiting")).not_to_have_count(n - 1)
    page.keyboard.press("Space")
    expect(button(page, "flow.words.play")).to_be_visible()
    stopped = page.locator("g.token.waiting").count()
    page.wait_for_timeout(1500)
    assert page.locator("g.token.waiting").count() == stopped
    page.keyboard.press("Space")
    second = text_in("zh", "flow.layer", n=2, index=1)
    expect(page.locator(".layers button[aria-pressed=true]")).to_have_text(second, timeout=10_000)
    expect(button(page, "flow.words.play")).to_be_visible(timeout=15_000)
    expect(page.locator("g.token.waiting")).to_have_count(0)


def test_the_answer_builds_up_as_words_arrive(page: Page):
    """While words are in the first layer there is no answer; in the last one it is that of the words so far."""
    opened(page)
    values, names = page.locator(".result .value"), page.locator(".result .class")
    final = values.all_text_contents()
    assert all(value.endswith("%") for value in final)
    n = tokens(page).count()
    button(page, "flow.words.step").click()
    expect(values.first).to_have_text("–")
    expect(page.locator(".result .best")).to_have_count(0)
    for _ in range(n):
        button(page, "flow.words.step").click()
    expect(page.locator(".layers button[aria-pressed=true]")).to_have_text(
        text_in("zh", "flow.layer", n=2, index=1)
    )
    model = load_run("deepseek").config.model
    none, added = (
        f"{model.few_words_divisors[0]:g}",
        f"{model.pooling_pseudocount:g}",
    )  # 苹果公司 is not known
    status = text_in("zh", "flow.status_mean_few", n=1, all=n, added=added, times=none)
    expect(page.locator(".result .status")).to_have_text(status)
    assert values.all_text_contents() != final
    assert names.count() == values.count()
    for _ in range(n - 1):
        button(page, "flow.words.step").click()
    assert values.all_text_contents() == final


def test_a_sentence_is_typed_or_chosen_and_stands_in_the_address(page: Page):
    opened(page, "/?t=2")
    submit(page, "  国产手机芯片量产 ")
    expect(tokens(page).first).to_have_text("国产手机")
    assert asked(page) == {"s": "国产手机芯片量产"}
    page.locator("button.more").click()
    page.get_by_role("menuitem", name=PRESET).click()
    expect(tokens(page)).to_have_count(2)
    assert asked(page) == {"s": PRESET}
    opened(page, page.url)
    expect(sentence(page)).to_have_value(PRESET)


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b"])
def test_an_empty_sentence_gets_one_sentence_and_the_picture_stays(page: Page, text: str):
    opened(page)
    before = tokens(page).all_text_contents()
    submit(page, text)
    expect(page.get_by_text(text_in("zh", "strip.empty"))).to_have_count(1)
    assert tokens(page).all_text_contents() == before
    assert asked(page) == {}


def test_ten_thousand_characters_are_cut_and_said(page: Page):
    opened(page)
    submit(page, "姚明退役仪式" * 1667)
    expect(tokens(page)).to_have_count(64)
    expect(page.locator(".note")).to_have_text(text_in("zh", "strip.cut", tokens=64, chars=512))
    opened(page, page.url)
    expect(page.locator(".note")).to_have_text(text_in("zh", "strip.cut", tokens=64, chars=512))
    assert box_of(seats(page).last)["y"] < 1000


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "**粗** [a](javascript:alert(1)) $x$"],
)
def test_markup_is_shown_as_text(new_page: Callable[..., Page], text: str):
    page = new_page(unused=True)
    page.on("dialog", lambda dialog: pytest.fail(f"the sentence ran: {dialog.message}"))
    opened(page, f"/?s={quote(text)}")
    assert "".join(tokens(page).all_text_contents()).replace("…", "") in text.replace(" ", "")
    tokens(page).nth(1).click()
    page.wait_for_url("**t=1")
    wait_ready(page)
    expect(sentence(page)).to_have_value(text)
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("text", ["🏆🎉", "مرحبا بالعالم", "ＡＩ眼镜👓  来了", "A" * 400])
def test_odd_sentences_are_drawn_inside_their_boxes(page: Page, text: str):
    opened(page, f"/?s={quote(text)}")
    for token in tokens(page).all():
        box, words = box_of(token.locator("rect")), box_of(token.locator("text"))
        assert words["x"] >= box["x"] - 1
        assert words["x"] + words["width"] <= box["x"] + box["width"] + 1


def test_a_broken_address_falls_back_and_says_so(page: Page):
    opened(page, "/?t=99&e=x&run=../x&step=7&zz=1")
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_have_count(1)
    for name in ("t", "e", "run", "zz"):
        expect(notice).to_contain_text(name)
    expect(tokens(page)).to_have_count(7)


def test_the_next_steps_lead_on(page: Page):
    opened(page, "/?t=5")
    page.locator(".next-step.edit").click()
    expect(sentence(page)).to_be_focused()
    page.locator(".next-step.training").click()
    page.wait_for_url("**/train?t=5")
    wait_ready(page)
    page.go_back()
    page.locator(".next-step.word").click()
    page.wait_for_url("**/top-k?t=5")


def test_pages_and_language_keep_the_selection(page: Page):
    opened(page, f"/?s={quote(PRESET)}&t=1")
    page.get_by_role("button", name=text_in("zh", "nav.to_en")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(text_in("en", "start.title"))
    for name in ("router", "journey", "training", "balance", "start"):
        page.get_by_role("link", name=text_in("en", f"{name}.nav"), exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(text_in("en", f"{name}.title"))
        assert asked(page) == {"s": PRESET, "t": "1", "lang": "en"}
        # The balance page trains another model and has no sentence to choose a word of.
        expect(page.locator(".chip[aria-selected=true]")).to_have_count(0 if name == "balance" else 1)


def test_the_chart_and_its_library_wait_until_they_are_looked_at(new_page: Callable[..., Page]):
    page = new_page(height=720, unused=True)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(urlsplit(request.url).path))
    opened(page)
    page.wait_for_timeout(1000)
    assert not [path for path in fetched if "lotly" in path]
    page.get_by_text(text_in("zh", "start.training_title")).scroll_into_view_if_needed()
    page.mouse.wheel(0, 600)
    expect(page.locator(".js-plotly-plot .legend .traces")).to_have_count(5)
    assert [path for path in fetched if "lotly" in path] == [ADDRESS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_numbers_stand_out_from_the_ground(new_page: Callable[..., Page], scheme: str):
    page = opened(new_page(color_scheme=scheme))
    contrast = """nodes => {
      const rgb = (text) => { const c = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        c.fillStyle = text; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3); };
      const light = (text) => rgb(text).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = light(getComputedStyle(document.querySelector(".stApp")).backgroundColor);
      return nodes.map(n => { const ink = light(getComputedStyle(n).fill);
        return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05); }); }"""
    for kind in (
        ".token text",
        ".seat .name",
        ".seat .words",
        ".result .class",
        ".shared text",
        ".group text",
    ):
        assert min(page.locator(kind).evaluate_all(contrast)) >= 4.5, kind
