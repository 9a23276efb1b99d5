"""Every address opens its page first on a fresh server, old ones too, however the server was started."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from moe_demo.ui.frame.pages import PAGES, page_called
from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import Server, asgi_command, expect_no_exception, streamlit_command, wait_ready

FORMER = [(former, page) for page in PAGES for former in page.former_url_paths]


def expect_page(page: Page, name: str) -> None:
    """The English page of this name, with the word of the address picked where it shows the sentence."""
    title = text_in("en", f"{name}.title")
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=30_000)
    if page_called(name).has_sentence:
        expect(page.locator(".chip[aria-selected=true]")).to_have_count(1, timeout=30_000)
    wait_ready(page)
    expect_no_exception(page)


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_a_deep_link_may_be_the_first_visit_of_a_fresh_server(
    fresh_server: Callable[..., Server], new_page: Callable[..., Page], row
):
    page = new_page(fresh_server())
    page.goto(f"/{row.url_path}?lang=en&t=1")
    expect_page(page, row.name)
    expect(page).to_have_title(f"{text_in('en', f'{row.name}.nav')} · {text_in('en', 'nav.brand')}")


@pytest.mark.parametrize("former", FORMER, ids=lambda former: former[0])
def test_an_old_link_is_sent_on_with_all_it_asks_for(page: Page, former):
    url_path, row = former
    page.goto(f"/{url_path}?lang=en&t=1&s=%E7%81%AB%E7%AE%AD%E5%8D%87%E7%A9%BA")
    expect_page(page, row.name)
    expect(page).to_have_url(
        re.compile(rf"/{row.url_path}\?lang=en&t=1&s=%E7%81%AB%E7%AE%AD%E5%8D%87%E7%A9%BA$")
    )


def test_links_charts_and_records_work_below_a_base_path(
    fresh_server: Callable[..., Server], new_page: Callable[..., Page]
):
    def command(script: Path, port: int) -> list[str]:
        return [*streamlit_command(script, port), "--server.baseUrlPath", "/demo/x"]

    page, wrong = new_page(fresh_server(command=command, base_path="demo/x")), []
    page.on("response", lambda answer: wrong.append(answer.url) if is_a_page_instead(answer) else None)
    page.goto("/demo/x/learning?lang=en&t=1")
    expect_page(page, "training")
    page.wait_for_url("**/demo/x/train?lang=en&t=1")
    with page.expect_response("**/demo/x/live/deepseek/routes*") as routes:
        page.reload()
    assert routes.value.json()["tokens"]
    page.goto("/demo/x/?lang=en")
    wait_ready(page)
    page.get_by_text(text_in("en", "start.training_title")).scroll_into_view_if_needed()
    page.mouse.wheel(0, 600)
    expect(page.locator(".js-plotly-plot")).to_have_count(1, timeout=30_000)
    assert wrong == []


def is_a_page_instead(answer: Response) -> bool:
    """Whether the server sent its page for want of what was asked for: a script, a style, a record."""
    is_page = "text/html" in answer.headers.get("content-type", "")
    return is_page and answer.request.resource_type != "document"


def test_an_asgi_server_draws_the_same_start_page(
    fresh_server: Callable[..., Server], new_page: Callable[..., Page]
):
    page = new_page(fresh_server(command=asgi_command))
    page.goto("/?lang=en&t=1")
    expect_page(page, "start")
    expect(page.locator("g.token")).to_have_count(7)
