"""Every lesson that ships, from its short link to its end by the keys alone, in both languages; its sheet on paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from moe_demo.ui.frame import lessons
from moe_demo.ui.frame.lesson import LETTERS, Lesson
from moe_demo.ui.kit.i18n import LANGUAGES, text_in
from tests.browser.helpers import box_of, expect_no_exception, wait_drawn

SMALLEST_TYPE_JS = """() => {
  const found = [];
  const isSeen = (node) => {
    const { width, height } = node.getBoundingClientRect();
    return node.checkVisibility() && width > 1 && height > 1;
  };
  for (const root of [document, ...[...document.querySelectorAll("*")].flatMap((node) => node.shadowRoot ?? [])])
    for (const node of root.querySelectorAll("body *, :host *")) {
      const says = [...node.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim());
      if (!says || !isSeen(node)) continue;
      const zoom = node.currentCSSZoom, turned = node.ownerSVGElement && node.getScreenCTM();
      const size = parseFloat(getComputedStyle(node).fontSize) * zoom;
      found.push([turned ? (size * Math.hypot(turned.a, turned.b)) / zoom : size, node.textContent.trim()]);
    }
  return found.sort((one, other) => one[0] - other[0]).slice(0, 3);
}"""
"""The three smallest pieces of text on the screen: pixels, text."""
WATCH_CANVAS_JS = """() => {
  window.painted = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (...text) {
    const size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]);
    window.painted.push([this.canvas, size * (this.canvas.currentCSSZoom ?? 1), text[0]]);
    return fillText.apply(this, text);
  };
}"""
"""Keeps what is written on canvases, which have no text of their own: canvas, pixels, text."""
PAINTED_JS = """painted.filter(([canvas]) => canvas.isConnected && canvas.checkVisibility())
  .map(([, size, text]) => [size, text])"""
"""Of that, what is seen: tables that a step leaves out are painted before they are hidden, now and then."""
HIGHEST_BAR = 260  # of a window that is 720 px high
TOO_WIDE_HEADS_JS = """(heads) => heads.filter((head) => {
  const range = document.createRange();
  range.selectNodeContents(head);
  return range.getBoundingClientRect().width > head.getBoundingClientRect().width - 3;
}).map((head) => head.textContent)"""
"""Heads of columns that touch the next, or are cut."""
PRESENTED = (
    ("tour", 1, "en"),
    ("tour", 7, "zh"),
    ("routing", 2, "zh"),
    ("causes", 2, "en"),
    ("causes", 5, "zh"),
    ("causes", 6, "en"),
    ("collapse", 2, "en"),
    ("data", 5, "en"),
    ("engineers", 1, "zh"),
    ("engineers", 4, "en"),
    ("collapse", 7, "en"),
)
"""Steps on every page that lessons lead to: lesson, number, language."""
NOT_YET = {"whatif-effect"}
"""Parts that stand on their page only once they are asked for."""


def bar(page: Page) -> Locator:
    return page.locator(".st-key-lesson .bar")


def expect_step(page: Page, lesson: Lesson, number: int, lang: str) -> None:
    """The bar of this step on its page, with the focus, and the parts that the step names."""
    step = lesson.step(number)
    place = text_in(lang, f"lesson.phases.{step.phase}")
    said = text_in(lang, "lesson.place", n=number, all=len(lesson.steps), phase=place)
    expect(bar(page).locator(".place")).to_have_text(said, timeout=30_000)
    expect(page).to_have_url(re.compile(rf"/{step.page.url_path}\?"))
    wait_drawn(page)
    expect(bar(page).locator(".do")).to_contain_text(step.do)
    expect(page.locator(f".st-key-{step.page.parts[0]}").first).to_be_visible()
    for part in {*(step.visible or ())} - NOT_YET:
        expect(page.locator(f".st-key-{part}").first).to_be_visible()
    if step.visible is not None and step.depth != "prove":
        expect(page.locator(".st-key-source")).to_be_hidden()
    assert page.get_by_test_id("stAlert").count() == 0
    expect_no_exception(page)


def answer(page: Page, place: int) -> None:
    """Press the letter of an answer; nothing below the bar moves."""
    before = box_of(page.locator("h1"))["y"]
    page.keyboard.press(LETTERS[place])
    expect(bar(page).locator(".answer[aria-pressed=true]")).to_contain_text(LETTERS[place])
    assert abs(box_of(page.locator("h1"))["y"] - before) < 2


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", lessons.NAMES)
def test_a_lesson_is_walked_by_the_keys_alone(new_page: Callable[..., Page], name: str, lang: str):
    page, lesson = new_page(width=1280, height=720), lessons.lesson_called(name, lang)
    assert lesson is not None
    page.goto(f"/?lesson={name}&lang={lang}")
    for number, step in enumerate(lesson.steps, start=1):
        expect_step(page, lesson, number, lang)
        if step.question is not None:
            wrong = (step.question.right + 1) % len(step.question.answers)
            answer(page, wrong)
            expect(bar(page).locator(".answer.right")).to_have_count(0 if step.phase == "predict" else 1)
        if lesson.asks(number) and step.phase != "predict":
            expect(bar(page).locator(".answer.wrong")).to_have_attribute("aria-pressed", "true")
            page.keyboard.press("w")
            _, question = lesson.asks(number)
            expect(bar(page).get_by_text(question.because)).to_be_visible()
        if number < len(lesson.steps):
            page.keyboard.press("ArrowRight")
    expect(bar(page).locator("[data-stop=next]")).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    expect_step(page, lesson, len(lesson.steps) - 1, lang)
    page.go_back()
    expect_step(page, lesson, len(lesson.steps), lang)


def test_a_reader_may_look_around_and_come_back(page: Page):
    page.goto("/?lesson=routing&n=4")
    wait_drawn(page)
    assert bar(page).locator("[data-stop=reset]").count() == 0
    page.locator(".st-key-head").get_by_role("link", name=text_in("zh", "scale.nav"), exact=True).click()
    expect(page.locator("h1")).to_have_text(text_in("zh", "scale.title"))
    expect(bar(page).locator(".place")).to_contain_text("4 / 8")
    bar(page).locator("[data-stop=reset]").click()
    expect(page.locator("h1")).to_have_text(text_in("zh", "router.title"))
    expect(bar(page).locator("[data-stop=reset]")).to_have_count(0)
    expect(page.locator(".st-key-map")).to_be_hidden()
    bar(page).locator("[data-stop=whole]").click()
    expect(page.locator(".st-key-map")).to_be_visible()


def test_a_link_with_a_state_of_its_own_stays_as_it_is(page: Page):
    page.goto("/top-k?lesson=collapse&n=3&k=2")
    wait_drawn(page)
    expect(page.locator("h1")).to_have_text(text_in("zh", "router.title"))
    expect(bar(page).locator(".place")).to_contain_text("3 / 7")
    expect(page).to_have_url(re.compile("k=2"))


def test_a_lesson_that_is_not_there_is_said_so(page: Page):
    for address in ("/?lesson=nobody", "/?lesson=own-" + "0" * 32, "/?lesson=tour&n=99", "/?lesson=tour&n=x"):
        page.goto(address)
        expect(page.get_by_test_id("stAlert").first).to_be_visible(timeout=30_000)
        expect(page.locator("h1")).to_be_visible()
        expect_no_exception(page)


def test_the_sheet_stands_alone_on_paper(page: Page):
    page.goto("/course?plan=data&lang=en")
    wait_drawn(page)
    page.emulate_media(media="print")
    expect(page.locator(".st-key-lessons-sheet .sheet")).to_be_visible()
    for hidden in (
        ".st-key-head",
        "h1",
        ".st-key-lessons-card-tour",
        ".st-key-lessons-drop",
        ".sheet .print",
    ):
        expect(page.locator(hidden).first).to_be_hidden()
    lesson = lessons.lesson_called("data", "en")
    assert lesson is not None
    expect(page.locator(".sheet .step")).to_have_count(len(lesson.steps))


def test_a_lesson_of_ones_own_is_checked_kept_and_opened_by_its_link(new_page: Callable[..., Page]):
    page = new_page(width=1280, height=900)
    page.goto("/course?lang=en")
    wait_drawn(page)
    text = lessons.source("tour", "en").replace("A mixture of experts in ten minutes", "Mine")
    field = page.locator(".st-key-lessons-drop input[type=file]")
    field.set_input_files(
        {"name": "a.toml", "mimeType": "application/toml", "buffer": text.replace('"B"', '"X"', 1).encode()}
    )
    line = 1 + text.split('right = "B"')[0].count("\n")
    expect(page.get_by_test_id("stAlert")).to_contain_text(f"Line {line}: the right answer is X")
    field = page.locator(".st-key-lessons-drop input[type=file]")
    field.set_input_files({"name": "a.toml", "mimeType": "application/toml", "buffer": text.encode()})
    card = page.locator('[class*="st-key-lessons-card-own"]').filter(has_text="Mine")
    expect(card).to_have_count(1, timeout=15_000)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    [name] = re.findall(r"own-[0-9a-f]{32}", card.inner_text())
    other = new_page(width=1280, height=720)
    other.goto(f"/?lesson={name}&n=4")
    expect(bar(other).locator(".title")).to_have_text("Mine", timeout=30_000)
    expect(other).to_have_url(re.compile("/gated-sum"))
    other.goto("/course")
    wait_drawn(other)
    assert other.locator('[class*="st-key-lessons-card-own"]').count() == 0
    card.get_by_role("button", name=text_in("en", "lessons.delete")).click()
    expect(card).to_have_count(0)
    other.goto(f"/?lesson={name}")
    expect(other.get_by_test_id("stAlert").first).to_be_visible(timeout=30_000)


def test_a_lesson_is_presented_by_the_keys_of_a_clicker(new_page: Callable[..., Page]):
    page = new_page(width=1920, height=1080)
    page.goto("/?lesson=routing&present=1")
    wait_drawn(page)
    expect(page.locator(".st-key-head")).to_be_hidden()
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 22
    place, black = bar(page).locator(".place"), page.locator(".moe-black")
    page.get_by_test_id("stMain").click(position={"x": 4, "y": 600})  # the keys hold wherever the focus is
    for key, number in (("PageDown", 2), ("ArrowRight", 3), (" ", 4), ("PageUp", 3), ("ArrowLeft", 2)):
        page.keyboard.press(key)
        expect(place).to_contain_text(f"{number} / 8")
        wait_drawn(page)
        expect(page).to_have_url(re.compile("present=1"))
    page.keyboard.press("2")
    expect(bar(page).locator(".answer[aria-pressed=true]")).to_contain_text("B")
    for key in ("b", "."):
        page.keyboard.press(key)
        expect(black).to_be_visible()
        page.keyboard.press(key)
        expect(black).to_have_count(0)
    expect(place).to_contain_text(text_in("zh", "lesson.depths.look"))
    page.keyboard.press("D")
    expect(place).to_contain_text(text_in("zh", "lesson.depths.compute"))
    expect(page.locator('[class*="st-key-lineage-list"]').last).to_be_visible()
    before = box_of(bar(page))["height"]
    page.keyboard.press("+")
    page.wait_for_function(f"document.querySelector('.st-key-lesson').offsetHeight > {before}")
    page.keyboard.press("?")
    expect(page.locator(".st-key-lesson .help")).to_contain_text("PageDown")
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(place).to_contain_text("Step 2 / 8")
    page.goto("/?lesson=routing&n=7&present=1&lang=en")  # where sentences are brought, a letter is a letter
    wait_drawn(page)
    page.locator("input#sentence").press("b")
    expect(black).to_have_count(0)
    page.get_by_test_id("stMain").click(position={"x": 4, "y": 600})
    page.keyboard.press("x")
    expect(page.locator(".st-key-head")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present=1"))


@pytest.mark.parametrize(("name", "number", "lang"), PRESENTED)
def test_in_presenting_no_type_is_smaller_than_22_pixels(
    new_page: Callable[..., Page], name: str, number: int, lang: str
):
    page = new_page(width=1920, height=1080, unused=True)
    page.add_init_script(f"({WATCH_CANVAS_JS})()")
    page.goto(f"/?lesson={name}&n={number}&present=1&lang={lang}")
    wait_drawn(page)
    expect(bar(page)).to_be_visible()
    painted = page.evaluate(PAINTED_JS)
    assert bool(painted) == (lessons.lesson_called(name, lang).step(number).page.name == "training")
    assert all(size >= 21.9 for size, _ in painted), sorted(painted)[:5]
    smallest = page.evaluate(SMALLEST_TYPE_JS)
    assert len(smallest) == 3
    assert smallest[0][0] >= 21.9, smallest  # 14 px of a picture are 22.05 of the screen
    is_typed = lessons.lesson_called(name, lang).step(number).phase in ("modify", "make")
    form = page.locator(".st-key-strip form")
    expect(form.first if is_typed else page.locator(".st-key-strip form:visible")).to_have_count(
        int(is_typed)
    )


def test_the_teachers_own_window_follows_and_leads(new_page: Callable[..., Page]):
    page, lesson = new_page(width=1280, height=720), lessons.lesson_called("tour", "en")
    assert lesson is not None
    page.goto("/?lesson=tour&lang=en&present=1")
    wait_drawn(page)
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    notes = opened.value
    expect(notes.locator("h1")).to_contain_text("Step 1 / 7")
    expect(notes.locator("body")).to_contain_text(lesson.step(1).teacher)
    expect(notes.locator("body")).to_contain_text(lesson.step(2).do)
    expect(notes.locator(".clock")).to_have_text(re.compile(r"^\d\d:\d\d · 0:\d\d$"))
    notes.keyboard.press("PageDown")
    expect(bar(page).locator(".place")).to_contain_text("Step 2 / 7", timeout=30_000)
    expect(notes.locator("body")).to_contain_text(lesson.step(2).teacher)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_before_a_class_the_bar_is_low_and_only_the_steps_own_controls_stand(
    new_page: Callable[..., Page], lang: str
):
    page = new_page(width=1280, height=720)
    for name, number in (("tour", 3), ("collapse", 1), ("causes", 5), ("causes", 6), ("routing", 5)):
        page.goto(f"/?lesson={name}&n={number}&present=1&lang={lang}")
        wait_drawn(page)
        height = box_of(bar(page))["height"]
        assert height <= HIGHEST_BAR, f"{name} {number}"
        for answer_place in (0, 1):
            page.keyboard.press(str(answer_place + 1))
            page.wait_for_timeout(300)
            assert abs(box_of(bar(page))["height"] - height) < 2, f"{name} {number}: an answer moves the page"
        heads = page.locator(".st-key-experts .map thead").locator("th.seat, th.load")
        assert heads.evaluate_all(TOO_WIDE_HEADS_JS) == []
    extras = page.locator(".extra, .save")
    assert extras.count()
    assert not any(extra.is_visible() for extra in extras.all())
    bar(page).locator("[data-stop=whole]").click()
    expect(page.locator("button.extra").first).to_be_visible()
    expect(page.locator(".save button").first).to_be_visible()
