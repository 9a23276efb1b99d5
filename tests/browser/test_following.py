"""A class in real windows: followers go along, votes and results come in, and a restart loses nothing."""

import io
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from moe_demo.jobs.classrooms import Classrooms
from moe_demo.ui.frame import class_wall, lessons
from moe_demo.ui.frame.lesson import LETTERS, Lesson
from moe_demo.ui.kit.i18n import LANGUAGES, text_in
from moe_demo.ui.server.visitor import COOKIE
from tests.browser.classes import COMES, PHONE, button, class_bar, code_of, follow, present, say
from tests.browser.helpers import Server, box_of, expect_no_exception, free_port, serve, wait_drawn
from tests.browser.test_accessibility import STREAMLITS_OWN, VIOLATIONS
from tests.browser.test_lessons import bar


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("classes") / "runs"


@pytest.fixture(scope="module")
def class_server(runs: Path) -> Iterator[Server]:
    """An app with a folder of its own: the classes of one test are other browsers' than those of the next."""
    with serve(runs.parent / "log.txt", env={"MOE_DEMO_RUNS": str(runs)}) as running:
        yield running
    assert "Traceback" not in running.log()


def say_of_lesson(key: str) -> str:
    return text_in("zh", f"lesson.{key}")


def expect_step(page: Page, lesson: Lesson, number: int) -> None:
    """The step's page with its bar."""
    expect(bar(page).locator(".place")).to_contain_text(f"{number} / {len(lesson.steps)}", timeout=COMES)
    expect(page).to_have_url(re.compile(rf"/{lesson.step(number).page.url_path}\?"))
    for name, value in lesson.step(number).params.items():
        assert parse_qs(urlsplit(page.url).query)[name] == [value]


def lesson_of(name: str, lang: str) -> Lesson:
    found = lessons.lesson_called(name, lang)
    assert found is not None
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_follower_goes_where_the_presenter_goes_by_the_keys_alone(
    class_server: Server, new_page: Callable[..., Page], lang: str
):
    teacher, learner = new_page(class_server, height=720), new_page(class_server, **PHONE)
    lesson = lesson_of("routing", lang)
    code = present(teacher, lang=lang, present=True)
    follow(learner, code, lang)
    expect(class_bar(teacher)).to_contain_text(say(lang, "words.joined", n=1))
    for number in range(2, len(lesson.steps) + 1):
        teacher.keyboard.press("PageDown")
        expect_step(learner, lesson, number)
    teacher.keyboard.press("PageUp")
    expect_step(learner, lesson, len(lesson.steps) - 1)
    assert "present" not in learner.url
    expect_no_exception(learner)
    late = new_page(class_server, **PHONE)
    late.goto(f"/?class={code}&lang={lang}")
    expect_step(late, lesson, len(lesson.steps) - 1)
    expect(class_bar(teacher)).to_contain_text(say(lang, "words.joined", n=2))


def test_a_follower_sees_the_presenters_selection_on_any_page(
    class_server: Server, new_page: Callable[..., Page]
):
    teacher, learner = new_page(class_server), new_page(class_server, **PHONE)
    teacher.goto("/course?lang=en")
    wait_drawn(teacher)
    teacher.get_by_role("button", name=say("en", "open"), exact=True).click()
    teacher.wait_for_url("**class=*")
    follow(learner, code_of(teacher))
    expect(learner).to_have_url(re.compile("/course"))
    teacher.locator(".st-key-head").get_by_role("link", name=text_in("en", "router.nav"), exact=True).click()
    wait_drawn(teacher)
    teacher.locator("input#sentence").fill("火箭升空")
    teacher.keyboard.press("Enter")
    expect(learner.locator("input#sentence")).to_have_value("火箭升空", timeout=COMES)
    expect(learner).to_have_url(re.compile("/top-k"))
    teacher.locator(".st-key-strip .chip").nth(1).click()
    expect(learner.locator(".st-key-strip .chip").nth(1)).to_have_attribute(
        "aria-selected", "true", timeout=COMES
    )
    expect(learner.locator("h1")).to_have_text(text_in("zh", "router.title"))  # each in their own language


def test_a_follower_looks_as_deep_as_the_presenter(class_server: Server, new_page: Callable[..., Page]):
    teacher, learner = new_page(class_server, height=720), new_page(class_server, **PHONE)
    follow(learner, present(teacher, present=True))
    sums, code = (learner.locator(f'[class*="st-key-{key}"]').last for key in ("lineage-list", "source"))
    for depth, shows_sums, shows_code in (
        ("compute", True, False),
        ("prove", True, True),
        ("look", False, False),
    ):
        teacher.keyboard.press("d")
        expect(bar(teacher).locator(".place")).to_contain_text(say_of_lesson(f"depths.{depth}"))
        expect(learner).to_have_url(re.compile(f"depth={depth}"), timeout=COMES)
        expect(sums).to_be_visible(visible=shows_sums, timeout=COMES)
        expect(code).to_be_visible(visible=shows_code, timeout=COMES)
    expect(bar(learner).locator("[data-stop=reset]")).to_have_count(0)  # it is the step that is on show
    teacher.keyboard.press("PageDown")
    expect_step(learner, lesson_of("routing", "zh"), 2)
    expect(learner).not_to_have_url(re.compile("depth="))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_qr_code_on_a_presented_screen_is_read_as_the_link(
    class_server: Server, new_page: Callable[..., Page], scheme: str
):
    teacher = new_page(class_server, width=1280, height=720, color_scheme=scheme)
    code = present(teacher, lang="en", present=True)
    expect(class_bar(teacher)).to_contain_text(say("en", "words.joined", n=0))
    step_before = box_of(bar(teacher))
    button(teacher, "link").focus()
    teacher.keyboard.press("Enter")  # one event: the bar draws its buttons anew while the class begins
    expect(class_bar(teacher).locator(".qr")).to_be_visible()
    assert box_of(bar(teacher)) == step_before  # it lies over the page and moves nothing
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(teacher.screenshot())))
    assert found.text == f"{class_server.base_url}/?class={code}&lang=en"
    assert found.text == class_bar(teacher).locator(".link").inner_text()


def test_followers_roam_once_they_are_released_and_are_gathered_again(
    class_server: Server, new_page: Callable[..., Page]
):
    teacher, learner = new_page(class_server), new_page(class_server, height=900)
    lesson = lesson_of("routing", "zh")
    follow(learner, present(teacher))
    away = learner.locator(".st-key-head").get_by_role("link", name=text_in("zh", "scale.nav"), exact=True)
    away.click()
    learner.wait_for_timeout(1500)
    expect_step(learner, lesson, 1)
    button(teacher, "release").click()
    expect(class_bar(learner)).to_contain_text(say("zh", "words.here"), timeout=COMES)
    away.click()
    expect(learner.locator("h1")).to_have_text(text_in("zh", "scale.title"))
    expect(class_bar(learner)).to_contain_text(say("zh", "words.released"))
    teacher.locator(".st-key-lesson [data-stop=next]").click()
    expect_step(teacher, lesson, 2)
    learner.wait_for_timeout(1500)
    expect(learner.locator("h1")).to_have_text(text_in("zh", "scale.title"))
    button(learner, "back").click()
    expect_step(learner, lesson, 2)
    away.click()
    expect(learner.locator("h1")).to_have_text(text_in("zh", "scale.title"))
    button(teacher, "release").click()
    expect_step(learner, lesson, 2)
    expect(class_bar(learner)).to_contain_text(say("zh", "words.following"))


def test_answers_come_in_as_counts_and_a_vote_twice_counts_once(
    class_server: Server, new_page: Callable[..., Page]
):
    teacher, first, second = (new_page(class_server, height=900) for _ in range(3))
    code = present(teacher, "collapse", "en")
    lesson = lesson_of("collapse", "en")
    assert lesson.step(1).phase == "predict"

    def expect_counts(*wanted: int) -> None:
        said = [
            say("en", "words.answer", letter=letter, n=n) for letter, n in zip(LETTERS, wanted, strict=False)
        ]
        expect(class_bar(teacher).locator(".count")).to_have_text(said, timeout=COMES)

    expect_counts(*[0] * len(lesson.step(1).question.answers))
    for learner, place in ((first, 0), (second, 1)):
        follow(learner, code)
        bar(learner).locator(f"[data-stop=answer{place}]").click()
    expect_counts(1, 1, 0)
    bar(first).locator("[data-stop=answer1]").click()
    expect_counts(0, 2, 0)
    first.reload()  # a browser that comes again is the same one
    wait_drawn(first)
    bar(first).locator("[data-stop=answer2]").click()
    expect_counts(0, 1, 1)
    expect(class_bar(teacher).locator(".votes p")).to_have_text(say("en", "words.answers", n=2, all=2))
    bar(teacher).locator("[data-stop=next]").click()
    expect_step(first, lesson, 2)
    expect_counts(0, 1, 1)  # beside the outcome


def test_a_browser_without_cookies_follows_and_votes_once_but_cannot_present(
    class_server: Server, new_page: Callable[..., Page]
):
    teacher, learner = new_page(class_server), new_page(class_server, height=900)
    code = present(teacher)

    # As in a browser that keeps none: what the page hands it is gone before the page asks for anything.
    learner.goto(f"/?class={code}", wait_until="commit")
    learner.context.clear_cookies()
    wait_drawn(learner)
    expect(class_bar(learner)).to_contain_text(say("zh", "words.following"))
    for place in (0, 1, 0):
        bar(learner).locator(f"[data-stop=answer{place}]").click()
    expect(class_bar(teacher).locator(".votes p")).to_have_text(
        say("zh", "words.answers", n=1, all=1), timeout=COMES
    )
    assert COOKIE not in {cookie["name"] for cookie in learner.context.cookies()}
    learner.goto("/?lesson=tour", wait_until="commit")
    learner.context.clear_cookies()
    wait_drawn(learner)
    bar(learner).locator("[data-stop=class]").click()
    expect(learner.get_by_test_id("stAlert")).to_have_text(say("zh", "no_cookies"))
    assert "class=" not in learner.url


def test_experts_handed_out_fill_the_matrix_with_what_the_model_says(
    class_server: Server, new_page: Callable[..., Page], runs: Path
):
    teacher, first, second = (new_page(class_server, height=900) for _ in range(3))
    code = present(teacher, lang="en")
    for learner in (first, second):
        follow(learner, code, "en")
    button(teacher, "hand").click()
    button(teacher, "hand-sentence").click()
    cells = class_bar(teacher).locator(".wall tbody td")
    expect(cells).to_have_count(32)
    expect(class_bar(teacher).locator(".wall td.empty")).to_have_count(32)
    wall = Classrooms(runs).room(code).wall
    assert wall is not None
    for seat, learner in enumerate((first, second)):
        assert wall.expert_of(seat) == (0, seat)
        expect(class_bar(learner).locator(".mine")).to_contain_text(f"E{seat} of L0", timeout=COMES)
        button(learner, "act").click()
        value = say("en", "points", value=class_wall.value_of(wall, 0, seat))
        expect(class_bar(learner).locator(".mine .tone")).to_contain_text(value, timeout=COMES)
        expect(cells.nth(seat)).to_have_text(value, timeout=COMES)
    expect(class_bar(teacher).locator(".wall td.empty")).to_have_count(30)
    button(teacher, "hand").click()
    expect(class_bar(teacher).locator(".wall")).to_have_count(0)
    expect(class_bar(first).locator(".mine")).to_have_count(0, timeout=COMES)


def test_a_killed_server_that_comes_back_has_the_class_its_votes_and_its_followers(
    new_page: Callable[..., Page], runs: Path, tmp_path: Path
):
    port, lesson = free_port(), lesson_of("routing", "zh")
    options = {"env": {"MOE_DEMO_RUNS": str(runs)}, "port": port}
    with ExitStack() as stack:
        server = stack.enter_context(serve(tmp_path / "before.txt", **options))
        teacher, learner = new_page(server), new_page(server, height=900)
        for page in (teacher, learner):
            page.browser_log.forgive(
                "ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|WebSocket|ERR_CONNECTION_RESET"
            )
        follow(learner, present(teacher))
        bar(learner).locator("[data-stop=answer1]").click()
        voted = say("zh", "words.answers", n=1, all=1)
        expect(class_bar(teacher).locator(".votes p")).to_have_text(voted, timeout=COMES)
        os.killpg(server.process.pid, signal.SIGKILL)
        expect(class_bar(learner)).to_contain_text(say("zh", "words.lost"), timeout=COMES)
        stack.enter_context(serve(tmp_path / "after.txt", **options))
        expect(class_bar(learner)).to_contain_text(say("zh", "words.following"), timeout=30_000)
        expect(class_bar(teacher).locator(".votes p")).to_have_text(voted, timeout=30_000)
        wait_drawn(teacher)
        wait_drawn(learner)
        bar(teacher).locator("[data-stop=next]").click()
        expect_step(learner, lesson, 2)
        for page in (teacher, learner):
            page.context.close()


def test_two_presenters_of_one_class_are_told_so_and_the_second_may_take_over(
    class_server: Server, new_page: Callable[..., Page]
):
    teacher, learner = new_page(class_server), new_page(class_server, height=900)
    code = present(teacher)
    follow(learner, code)
    second = teacher.context.new_page()
    second.goto(f"/top-k?class={code}&k=2")
    wait_drawn(second)
    refused = text_in("zh", "errors.classroom.other_window")
    expect(class_bar(second)).to_contain_text(refused)
    learner.wait_for_timeout(1000)
    expect(learner.locator("h1")).to_have_text(text_in("zh", "start.title"))
    button(second, "take").click()
    expect(learner.locator("h1")).to_have_text(text_in("zh", "router.title"), timeout=COMES)
    expect(learner).to_have_url(re.compile("k=2"))
    teacher.locator(".st-key-lesson [data-stop=next]").click()
    expect(class_bar(teacher)).to_contain_text(refused, timeout=COMES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_ended_an_unknown_and_a_broken_class_are_told_in_one_sentence(
    class_server: Server, new_page: Callable[..., Page], runs: Path, lang: str
):
    teacher, learner = new_page(class_server), new_page(class_server, **PHONE)
    code = present(teacher, lang=lang)
    follow(learner, code, lang)
    button(teacher, "end").click()
    button(teacher, "end").click()
    ended = text_in(lang, "errors.classroom.ended")
    for page in (learner, teacher):
        expect(class_bar(page)).to_contain_text(ended, timeout=COMES)
    broken = present(teacher, lang=lang)
    rooms = Classrooms(runs)
    while not rooms.room(broken).window:  # it writes itself in; nothing is written after that
        teacher.wait_for_timeout(20)
    rooms.path(broken).write_text("{", encoding="utf-8")
    for asked, reason in (("222222", "unknown"), (broken, "broken"), (code, "ended")):
        learner.goto(f"/?class={asked}&lang={lang}&lesson=tour")
        wait_drawn(learner)
        said = text_in(lang, f"errors.classroom.{reason}", name=asked)
        expect(learner.get_by_test_id("stAlert")).to_have_text(said)
        expect(learner.locator("h1")).to_be_visible()
        expect_no_exception(learner)
    learner.get_by_role("button", name=say(lang, "words.leave")).click()
    expect(learner.get_by_test_id("stAlert")).to_have_count(0)
    assert "class=" not in learner.url


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bar_is_for_everybody_at_every_width(
    class_server: Server,
    new_page: Callable[..., Page],
    axe: str,
    lang: str,
):
    teacher, learner = (
        new_page(class_server, height=900),
        new_page(class_server, color_scheme="dark", **PHONE),
    )
    code = present(teacher, lang=lang)
    follow(learner, code, lang)
    button(teacher, "link").focus()
    teacher.keyboard.press("Enter")
    link = class_bar(teacher).locator(".link").inner_text()
    assert code in link
    expect(class_bar(teacher).get_by_role("img", name=say(lang, "qr_alt", link=link))).to_be_visible()
    expect(class_bar(teacher)).to_contain_text(say(lang, "this_machine"))
    for name in ("hand", "hand-sentence"):
        button(teacher, name).focus()
        teacher.keyboard.press("Enter")
    button(learner, "act").focus()
    learner.keyboard.press("Enter")
    expect(class_bar(teacher).locator(".wall td.empty")).to_have_count(31, timeout=COMES)
    for page in (teacher, learner):
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.evaluate(axe)
        found = page.evaluate(VIOLATIONS, STREAMLITS_OWN)
        assert not found, "\n".join(found)
    for mark in class_bar(learner).locator("button").all():
        assert mark.bounding_box()["height"] >= 44
    teacher.set_viewport_size({"width": 390, "height": 844})
    teacher.wait_for_timeout(300)
    assert teacher.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
