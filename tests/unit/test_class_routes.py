"""What browsers of a class ask for: news at once, nothing where there is none, and only the presenter is obeyed."""

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from moe_demo.jobs.classrooms import Classrooms, Place
from moe_demo.runs.owners import Caller, new_id
from moe_demo.ui.kit.i18n import text_in
from moe_demo.ui.server import class_links, class_routes
from moe_demo.ui.server.class_wire import ClassPayload, ClassRefusal
from moe_demo.ui.server.visitor import COOKIE, HEADER
from tests.typed import mismatches

ANNE = Caller(new_id())
WINDOW, OTHER_WINDOW = "a" * 24, "b" * 24

Browser = Callable[..., TestClient]


@pytest.fixture
def rooms(runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Classrooms:
    """Where the routes find their classes; nobody waits long for news."""
    monkeypatch.setattr(class_routes, "HOLD_SECONDS", 0.3)
    return Classrooms()


@pytest.fixture
def browser(rooms: Classrooms) -> Browser:
    """A browser of its own: `browser(visitor)`; `visit` is what a page sends where the browser takes no cookies."""
    app = Starlette(routes=class_routes.routes())

    def opened(visitor: Caller | None = None, visit: str = "") -> TestClient:
        headers = {HEADER: visit} if visit else {}
        cookies = {} if visit else {COOKIE: (visitor or Caller(new_id())).visitor}
        return TestClient(app, headers=headers, cookies=cookies)

    return opened


def lead(client: TestClient, code: str, **asked: object) -> str | None:
    """Ask for something as the presenter; the reason why it was not done."""
    answer = client.post(f"/class/{code}/lead?lang=en", json={"window": WINDOW, **asked})
    refusal = answer.json().get("refusal")
    assert refusal is None or list(mismatches(refusal, ClassRefusal)) == []
    return refusal and refusal["code"]


def test_a_follower_is_told_where_the_class_is_and_takes_a_seat(rooms: Classrooms, browser: Browser):
    code = rooms.open(ANNE, Place(url_path="top-k", params={"k": "2"}))
    answer = browser().get(f"/class/{code}/state")
    told = answer.json()
    assert list(mismatches(told, ClassPayload)) == []
    assert (told["path"], told["params"], told["released"]) == ("top-k", {"k": "2"}, False)
    assert told["lead"] is None
    assert answer.headers["cache-control"] == "no-store"
    assert len(rooms.log(code).counts().seats) == 1


def test_nothing_is_sent_until_the_class_moves_and_then_at_once(
    rooms: Classrooms, browser: Browser, monkeypatch
):
    code = rooms.open(ANNE)
    follower, presenter = browser(), browser(ANNE)
    version = follower.get(f"/class/{code}/state").json()["version"]
    quiet = follower.get(f"/class/{code}/state?since={version}")
    assert (quiet.status_code, quiet.content) == (304, b"")
    monkeypatch.setattr(class_routes, "HOLD_SECONDS", 30.0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(follower.get, f"/class/{code}/state?since={version}")
        time.sleep(0.5)
        assert not waiting.done()
        assert lead(presenter, code, act="steer", path="train", params={"s": "苹果"}) is None
        told = waiting.result(5).json()
    assert (told["path"], told["params"]) == ("train", {"s": "苹果"})


def test_the_presenter_sees_what_comes_in_and_nobody_else_does(rooms: Classrooms, browser: Browser):
    code, visitor = rooms.open(ANNE), new_id()
    rooms.log(code).join(code, visitor)
    presenter = browser(ANNE)
    before = presenter.get(f"/class/{code}/state").json()
    assert list(mismatches(before, ClassPayload)) == []
    assert before["lead"] == {"window": "", "joined": 1, "votes": {}, "wall": None, "seeds": None}
    rooms.log(code).vote(code, visitor, "tour 1", 1, final=False)
    after = presenter.get(f"/class/{code}/state?since={before['version']}").json()
    assert after["lead"]["votes"] == {"tour 1": [0, 1, 0, 0]}
    assert browser().get(f"/class/{code}/state").json()["lead"] is None
    assert presenter.get(f"/class/{code}/state?since={after['version']}").json()["lead"]["joined"] == 2


def test_a_browser_without_cookies_follows_and_is_counted_by_its_visit(rooms: Classrooms, browser: Browser):
    code, visit = rooms.open(ANNE), new_id()
    for client in (browser(visit=visit), browser(visit=visit)):
        assert client.get(f"/class/{code}/state").status_code == 200
    assert len(rooms.log(code).counts().seats) == 1
    nobody = TestClient(Starlette(routes=class_routes.routes()))
    assert nobody.get(f"/class/{code}/state").status_code == 200
    assert len(rooms.log(code).counts().seats) == 1


def test_an_unknown_an_ended_and_a_broken_class_are_each_told_in_one_sentence(
    rooms: Classrooms, browser: Browser
):
    ended, broken = rooms.open(ANNE), rooms.open(ANNE)
    assert lead(browser(ANNE), ended, act="end") is None
    rooms.path(broken).write_text("{", encoding="utf-8")
    wanted = [("unknown", "nobody"), ("ended", ended), ("broken", broken)]
    for spoken in ("en", "zh"):
        for reason, code in wanted:
            answer = browser().get(f"/class/{code}/state?lang={spoken}")
            message = text_in(spoken, f"errors.classroom.{reason}", name=code)
            assert answer.json() == {"refusal": {"message": message, "code": reason}}


def test_who_waits_is_told_that_the_class_has_ended(rooms: Classrooms, browser: Browser, monkeypatch):
    code, follower = rooms.open(ANNE), browser()
    version = follower.get(f"/class/{code}/state").json()["version"]
    monkeypatch.setattr(class_routes, "HOLD_SECONDS", 30.0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(follower.get, f"/class/{code}/state?since={version}")
        time.sleep(0.3)
        rooms.end(code, ANNE)
        assert waiting.result(5).json()["refusal"]["code"] == "ended"


def test_a_second_window_is_refused_with_one_sentence_until_it_takes_over(
    rooms: Classrooms, browser: Browser
):
    code, presenter = rooms.open(ANNE), browser(ANNE)
    assert lead(presenter, code, act="steer", path="top-k", params={}) is None
    assert lead(presenter, code, act="steer", path="train", params={}, window=OTHER_WINDOW) == "other_window"
    assert rooms.room(code).url_path == "top-k"
    assert lead(presenter, code, act="take_over", window=OTHER_WINDOW) is None
    assert lead(presenter, code, act="steer", path="train", params={}, window=OTHER_WINDOW) is None
    assert lead(presenter, code, act="release") == "other_window"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"act": "dance"},
        {"act": "steer", "path": "nowhere", "params": {}},
        {"act": "steer", "path": "top-k", "params": []},
        {"act": "steer", "path": "top-k", "params": {"s": "x" * 5000}},
        {"act": "steer", "path": "top-k", "params": {"s": "x" * 30_000}},
        {"act": "release", "window": "../x"},
        {"act": "hand_out", "measure": "sentence", "params": {"run": "nobody"}},
        {"act": "hand_out", "measure": "sentence", "params": {"s": " "}},
    ],
)
def test_a_request_that_no_page_makes_changes_nothing(rooms: Classrooms, browser: Browser, asked: dict):
    code = rooms.open(ANNE)
    assert lead(browser(ANNE), code, **asked) is not None
    assert rooms.room(code).version == 0


def test_other_sites_and_other_browsers_cannot_lead(rooms: Classrooms, browser: Browser):
    code = rooms.open(ANNE)
    assert lead(browser(), code, act="end") == "not_presenter"
    body = json.dumps({"window": WINDOW, "act": "end"})
    for content in (body, "{", "[]", "[" * 9000):
        kind = "text/plain" if content == body else "application/json"
        answer = browser(ANNE).post(f"/class/{code}/lead", content=content, headers={"content-type": kind})
        assert answer.json()["refusal"]["code"] == "request"
    assert not rooms.room(code).ended


def test_the_experts_of_the_shown_run_are_handed_out_and_results_fill_their_cells(
    rooms: Classrooms, browser: Browser
):
    code, presenter, visitor = rooms.open(ANNE), browser(ANNE), new_id()
    rooms.log(code).join(code, visitor)
    asked = {"act": "hand_out", "measure": "held_out", "params": {"s": "火箭夺冠"}}
    assert lead(presenter, code, **asked) is None
    assert browser().get(f"/class/{code}/state").json()["wall"] == 1
    wall = presenter.get(f"/class/{code}/state?lang=en").json()["lead"]["wall"]
    assert [len(row) for row in wall["rows"]] == [16, 16]
    assert {cell["text"] for row in wall["rows"] for cell in row} == {""}
    assert {cell["tone"] for row in wall["rows"] for cell in row} == {None}
    rooms.log(code).fill(code, visitor, 1, (1, 5), -0.0123)
    wall = presenter.get(f"/class/{code}/state?lang=en").json()["lead"]["wall"]
    cell = wall["rows"][1][5]
    assert (cell["text"], cell["tone"], cell["label"]) == ("−1.2%", "less", "L1, E5 off: −1.2%")
    assert sum(bool(cell["text"]) for row in wall["rows"] for cell in row) == 1
    assert wall["filled"] == text_in("en", "class.filled", n=1, all=32)
    assert lead(presenter, code, act="take_back") is None
    assert browser().get(f"/class/{code}/state").json()["wall"] == 0


def test_a_class_in_another_process_is_followed_through_its_file(rooms: Classrooms, browser: Browser):
    code, follower = rooms.open(ANNE), browser()
    version = follower.get(f"/class/{code}/state").json()["version"]
    record = json.loads(rooms.path(code).read_text("utf-8"))
    record |= {"version": 7, "url_path": "train"}
    rooms.path(code).write_text(json.dumps(record), encoding="utf-8")
    told = follower.get(f"/class/{code}/state?since={version}").json()
    assert (told["version"], told["path"]) == ("7", "train")


def test_the_short_link_leads_to_where_the_class_is(rooms: Classrooms):
    code = rooms.open(ANNE, Place(url_path="top-k", params={"k": "2", "lesson": "routing"}))
    wanted = f"top-k?k=2&lesson=routing&class={code}"
    for url_path in ("", "course"):
        assert class_links.target(url_path, f"class={code}") == wanted
    assert class_links.target("", f"class={code.upper()}&lang=en") == f"{wanted}&lang=en"
    for query in (f"class={code}&k=3", "class=nobody", "class=%00", "k=2", ""):
        assert class_links.target("top-k", query) is None
    rooms.steer(code, ANNE, WINDOW, Place())
    assert class_links.target("", f"class={code}") is None
    assert class_links.target("top-k", f"class={code}") == f".?class={code}"
    rooms.end(code, ANNE)
    assert class_links.target("top-k", f"class={code}") is None


def test_two_hundred_who_wait_are_all_told_at_once(rooms: Classrooms, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(class_routes, "HOLD_SECONDS", 60.0)
    code, followers = rooms.open(ANNE), [new_id() for _ in range(200)]

    [state] = [route for route in class_routes.routes() if route.path.endswith("/state")]

    async def stays() -> dict:
        """A browser that does not leave."""
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def news(browser: str, since: str) -> dict:
        scope = {"type": "http", "method": "GET", "path": "/", "path_params": {"code": code}}
        scope |= {"query_string": f"since={since}".encode(), "headers": [(HEADER.encode(), browser.encode())]}
        return json.loads((await state.endpoint(Request(scope, stays))).body)

    async def told() -> list[dict]:
        first = await asyncio.gather(*(news(browser, "") for browser in followers))
        pairs = zip(followers, first, strict=True)
        waiting = [asyncio.ensure_future(news(browser, had["version"])) for browser, had in pairs]
        await asyncio.sleep(0.3)
        assert not any(one.done() for one in waiting)
        rooms.steer(code, ANNE, WINDOW, Place(url_path="train"))
        return await asyncio.gather(*waiting)

    assert {told["path"] for told in asyncio.run(told())} == {"train"}
    assert len(rooms.log(code).counts().seats) == 200
