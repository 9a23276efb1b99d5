"""A link that names a step and nothing else leads to the step's page and state; any other stays as it is."""

from urllib.parse import parse_qs

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from moe_demo.ui.frame import lessons
from moe_demo.ui.kit.i18n import LANGUAGES
from moe_demo.ui.server import lesson_links
from moe_demo.ui.server.lesson_links import target


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", lessons.NAMES)
def test_every_step_is_reached_by_its_short_link_from_any_page(name: str, lang: str):
    lesson = lessons.lesson_called(name, lang)
    assert lesson is not None
    for number, step in enumerate(lesson.steps, start=1):
        for url_path in ("", "top-k", "course"):
            found = target(url_path, f"lesson={name}&n={number}&lang={lang}")
            wanted = lesson.address(number, lang)
            if found is None:
                assert (url_path, {}) == (step.page.url_path, dict(step.params))
                continue
            path, _, query = found.partition("?")
            assert path == (step.page.url_path or ".")
            assert {key: value for key, [value] in parse_qs(query).items()} == wanted
            assert target(step.page.url_path, query) is None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "lang=en",
        "lesson=nobody",
        "lesson=own-" + "0" * 32,
        "lesson=collapse&n=0&k=2",
        "lesson=collapse&n=2&reveal=no",
        "lesson=collapse&n=99",
        "lesson=collapse&n=x",
        "lesson=" + "%00" * 50,
    ],
)
def test_any_other_link_stays(query: str):
    assert target("", query) is None


def test_only_a_page_is_sent_on_and_below_any_path():
    def page(_request: object) -> HTMLResponse:
        return HTMLResponse("page")

    app = Starlette(routes=[Route("/{path:path}", page)], middleware=[lesson_links.middleware()])
    client = TestClient(app, follow_redirects=False)
    html = {"accept": "text/html"}
    sent = client.get("/demo/x/top-k?lesson=tour&n=4", headers=html)
    assert (sent.status_code, sent.headers["location"]) == (307, "gated-sum?t=0&lesson=tour&n=4")
    sent = client.get("/top-k?lesson=tour", headers=html)
    assert sent.headers["location"] == ".?lesson=tour"
    assert client.get("/demo/x/_stcore/health?lesson=tour&n=4", headers=html).status_code == 200
    assert client.get("/top-k?lesson=tour&n=4", headers={"accept": "application/json"}).status_code == 200
