"""What watching browsers may ask for: small answers, nothing when nothing changed, and no private run of others."""

import gzip
import json
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.requests import Request
from starlette.responses import Response

from moe_demo.insight.run import load_run
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.errors import reason
from moe_demo.runs.owners import NOBODY, Caller, new_id
from moe_demo.runs.store import RunStore
from moe_demo.ui.kit import views
from moe_demo.ui.kit.i18n import text_in
from moe_demo.ui.server import live
from moe_demo.ui.server.visitor import COOKIE, HEADER
from moe_demo.ui.server.wire import HistoryPayload, RoutesPayload
from tests import toy
from tests.typed import mismatches

MINE, THEIRS = Caller(new_id()), Caller(new_id())


def ask(
    what: str, name: str, query: str = "", visitor: Caller = NOBODY, packed: bool = False, visit: str = ""
) -> Response:
    """The answer to a GET, without a server between; `visit` is what a page without cookies sends."""
    headers = [(b"cookie", f"{COOKIE}={visitor.visitor}".encode())] if visitor.visitor else []
    headers += [(b"accept-encoding", b"gzip")] if packed else []
    headers += [(HEADER.encode(), visit.encode())] if visit else []
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": query.encode("utf-8", "surrogatepass"),
        "headers": headers,
    }
    scope["path_params"] = {"name": name}
    [route] = [route for route in live.routes() if route.path == f"/live/{{name}}/{what}"]
    return route.endpoint(Request(scope))


def content(answer: Response) -> dict:
    return json.loads(answer.body)


@pytest.fixture
def jobs(runs_folder: Path) -> Jobs:
    """A folder of runs in which nothing starts."""
    return Jobs(runs_folder, most=0)


def test_a_bundled_run_is_told_whole_and_then_not_again():
    answer = content(ask("history", "deepseek"))
    assert answer["whole"]
    assert answer["evals"][-1]["step"] == load_run("deepseek").step
    again = ask("history", "deepseek", f"since={answer['version']}")
    assert (again.status_code, again.body) == (304, b"")


def test_a_large_answer_is_packed_for_browsers_that_unpack():
    plain, packed = ask("history", "document"), ask("history", "document", packed=True)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2


def test_an_answer_is_what_its_type_says(jobs: Jobs):
    waiting = jobs.start(toy.config(), owner=MINE)
    answers = [content(ask("history", name, visitor=MINE)) for name in ("deepseek", waiting.name)]
    wrong = [one for answer in answers for one in mismatches(answer, HistoryPayload)]
    assert wrong + list(mismatches(content(ask("routes", "document", "s=a")), RoutesPayload)) == []


def test_the_routes_of_a_sentence_at_every_checkpoint():
    answer = content(ask("routes", "document", "s=%E7%81%AB%E7%AE%AD%E5%A4%BA%E5%86%A0&from=2"))
    run = load_run("document")
    assert answer["steps"] == list(run.steps[2:])
    assert answer["tokens"] == list(run.trace("火箭夺冠").tokens)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_answered_is_told_in_the_readers_language(lang: str):
    message = content(ask("history", "nobody", f"lang={lang}"))["message"]
    assert message == text_in(lang, "errors.run.missing", name="nobody")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_why_a_run_ended_is_told_in_the_readers_language(jobs: Jobs, lang: str):
    store = RunStore(jobs.runs / "a-1")
    shutil.copytree(BUNDLED_RUNS / "document", store.folder)
    store.write_status("done", 832, 832, reason("patience", epochs=7))
    assert content(ask("history", "a-1", f"lang={lang}"))["reason"] == text_in(
        lang, "errors.reason.patience", epochs=7
    )


@pytest.mark.parametrize(
    ("what", "name", "query", "sentence"),
    [
        ("history", "nobody", "lang=en", "There is no run nobody."),
        ("history", "..", "lang=en", "There is no run ..."),
        ("routes", "nobody", "s=a&lang=en", "There is no run nobody."),
        (
            "routes",
            "document",
            "s=&lang=en",
            "The headline has no readable character; write at least one word.",
        ),
    ],
)
def test_what_cannot_be_answered_gets_one_sentence(what: str, name: str, query: str, sentence: str):
    answer = ask(what, name, query)
    assert answer.status_code == 404
    if name != "document":
        assert content(answer)["message"] == sentence
    assert content(answer)["message"].endswith(".")


BROKEN_NUMBERS = ["-1", "x", "999999", "1e3", "", "²", "٣", "１", "9" * 5000, "0x1", "1.0", " 1", "1_0", "\0"]
BROKEN_NAMES = [
    "x" * 256,
    "中" * 90,
    "x" * 100_000,
    "a\0b",
    "\0",
    "a/b",
    "../x",
    "a\\b",
    "\udc80",
    ".jobs",
    "lock",
    "a\nb",
]


@pytest.mark.parametrize("since", BROKEN_NUMBERS)
def test_a_broken_version_gets_everything(since: str):
    assert content(ask("history", "document", f"since={quote(since)}"))["whole"]


@pytest.mark.parametrize("first", BROKEN_NUMBERS)
def test_a_broken_place_gets_every_checkpoint(first: str):
    wanted = 0 if first == "999999" else len(load_run("document").steps)
    assert len(content(ask("routes", "document", f"s=a&from={quote(first)}"))["steps"]) == wanted


@pytest.mark.parametrize("name", BROKEN_NAMES)
@pytest.mark.parametrize("what", ["history", "routes"])
def test_a_name_that_no_run_can_have_is_that_of_no_run(what: str, name: str):
    answer = ask(what, name, "s=a")
    assert answer.status_code == 404
    assert len(content(answer)["message"]) < 200


def test_whatever_is_asked_few_answers_are_kept():
    watched = live.watched(RunStore(BUNDLED_RUNS / "deepseek"))
    for since in range(1000, 4000):
        assert ask("history", "deepseek", f"since={since}").status_code == 200
    assert watched.answers.used <= live._ANSWER_BYTES


def test_the_routes_of_many_sentences_take_bounded_room_and_read_no_checkpoint_twice(
    monkeypatch: pytest.MonkeyPatch,
):
    loads = []
    load_model = RunStore.load_model
    monkeypatch.setattr(
        RunStore, "load_model", lambda store, step=None: loads.append(step) or load_model(store, step)
    )
    monkeypatch.setattr(live._known_routes, "room", 2000)
    views._loaded.clear()
    for number in range(30):
        assert ask("routes", "document", f"s={quote(f'火箭第{number}次夺冠')}").status_code == 200
    assert sorted(loads) == sorted(set(loads))
    assert live._known_routes.used <= 2000
    live._known_routes.clear()


def test_a_job_that_waits_is_told_with_its_place(jobs: Jobs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MOE_DEMO_JOBS", "0")
    names = [jobs.start(toy.config(), owner=MINE).name for _ in range(2)]
    answers = [content(ask("history", name)) for name in names]
    assert [(answer["state"], answer["place"]) for answer in answers] == [("queued", 1), ("queued", 2)]


def test_a_run_on_somebodys_own_data_is_there_for_its_browser_only(jobs: Jobs, run: str):
    name = jobs.start(toy.config(), owner=MINE, private=True).name
    for visitor in (THEIRS, NOBODY):
        answer = ask("history", name, visitor=visitor)
        assert content(answer)["message"] == text_in("zh", "errors.run.missing", name=name)
        assert ask("routes", name, "s=a", visitor=visitor).status_code == 404
    assert content(ask("history", name, visitor=MINE))["state"] == "queued"


def test_a_browser_without_cookies_watches_its_own_private_run(jobs: Jobs):
    """The page's script gives it the id of the visit; a cookie goes before."""
    name = jobs.start(toy.config(), owner=MINE, private=True).name
    assert content(ask("history", name, visit=MINE.visitor))["state"] == "queued"
    for other in (THEIRS.visitor, "", "x"):
        assert ask("history", name, visit=other).status_code == 404
    assert ask("history", name, visitor=THEIRS, visit=MINE.visitor).status_code == 404


def test_a_run_deleted_or_damaged_while_it_is_watched_is_told_in_one_sentence(runs_folder: Path, run: str):
    shutil.copytree(run, runs_folder / "watched")
    version = content(ask("history", "watched"))["version"]
    (runs_folder / "watched" / "status.json").write_text("{")
    live._watched.clear()
    damaged = ask("history", "watched", f"since={version}")
    assert damaged.status_code == 404
    assert "status.json 读不出来" in content(damaged)["message"]
    shutil.rmtree(runs_folder / "watched")
    assert content(ask("history", "watched"))["message"] == text_in(
        "zh", "errors.run.missing", name="watched"
    )


def test_a_run_that_waits_to_go_on_is_told_as_the_page_sees_it(
    jobs: Jobs, run: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MOE_DEMO_JOBS", "0")
    name = jobs.start(toy.config(), owner=MINE).name
    jobs.stop(name, MINE)
    shutil.copytree(run, jobs.runs / name)
    RunStore(jobs.runs / name).write_status("stopped", 5, 8)
    jobs.play(name, MINE)
    answer, job = content(ask("history", name)), jobs.get(name)
    assert (answer["state"], answer["place"]) == (job.state, job.place) == ("queued", 1)
