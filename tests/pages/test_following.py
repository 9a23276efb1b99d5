"""The bar of a class, without a browser: who leads, who follows, and what is said where there is no class."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from moe_demo.insight.run import load_run
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.whatif import whatif
from moe_demo.jobs.classrooms import Classrooms, Place, Wall
from moe_demo.presets import preset
from moe_demo.runs.owners import Caller, new_id
from moe_demo.ui.frame import class_wall, lessons
from moe_demo.ui.frame.data_class import FrameClassBarData, qr_rows
from moe_demo.ui.frame.lesson import LETTERS
from moe_demo.ui.kit.effects import effect_of
from moe_demo.ui.kit.i18n import LANGUAGES, text_in
from moe_demo.ui.server import class_trainings
from tests.pages.app import EXAMPLE, opened, pictures
from tests.typed import mismatches

ANNE = Caller(new_id())
WINDOW = "a" * 24


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Classrooms:
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path / "runs"))
    return Classrooms()


def bars(at: AppTest) -> list[dict]:
    return [data for data in pictures(at) if "invitation" in data]


def opened_by(visitor: str, page: str, **params: str) -> AppTest:
    """The page as this visitor has it: a test has no cookies."""
    at = opened(page, **params)
    at.session_state["visitor.id"] = visitor
    return at.run()


def test_without_a_class_there_is_no_bar(rooms: Classrooms):
    assert bars(opened("router")) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_opened_the_class_leads_it_and_all_others_follow(rooms: Classrooms, lang: str):
    code = rooms.open(ANNE)
    address = {"class": code, "lang": lang, "lesson": "routing"}
    [leads] = bars(opened_by(ANNE.visitor, "router", **address))
    [follows] = bars(opened_by(new_id(), "router", **address))
    for data in (leads, follows):
        assert list(mismatches(data, FrameClassBarData)) == []
        assert data["title"] == text_in(lang, "class.title", code=code)
    assert (leads["leads"], follows["leads"]) == (True, False)
    lesson = lessons.lesson_called("routing", lang)
    assert lesson is not None
    _, question = lesson.asks(1)
    assert (leads["ask"], leads["answers"]) == ("routing 1", list(LETTERS[: len(question.answers)]))
    assert (follows["ask"], follows["invitation"]) == ("", None)
    assert f"class={code}" in leads["invitation"]["link"]
    assert ANNE.visitor not in leads["invitation"]["link"]
    assert ("lang=" in leads["invitation"]["link"]) == (lang != "zh")


def test_links_in_the_head_and_steps_of_a_lesson_stay_in_the_class(rooms: Classrooms):
    code = rooms.open(ANNE)
    at = opened("balance", **{"class": code, "lesson": "tour"})
    links = {link.proto.label: link.proto.query_string for link in at.get("page_link")}
    assert f"class={code}" in links[text_in("zh", "router.nav")]
    ways = [link.proto.query_string for link in at.get("page_link") if "n=2" in link.proto.query_string]
    assert ways
    assert all(f"class={code}" in way for way in ways)
    at = opened("lessons", **{"class": code})
    begin = [link.proto.query_string for link in at.get("page_link") if "lesson=" in link.proto.query_string]
    assert begin
    assert all(f"class={code}" in query for query in begin)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_class_that_is_not_there_is_said_so_above_the_page(rooms: Classrooms, lang: str):
    ended, broken = rooms.open(ANNE), rooms.open(ANNE)
    rooms.end(ended, ANNE)
    rooms.path(broken).write_bytes(b"\xff")
    for code, reason in ((ended, "ended"), (broken, "broken"), ("nobody", "unknown"), ("*x*", "unknown")):
        at = opened("router", **{"class": code, "lang": lang})
        [said] = at.warning
        wanted = text_in(lang, f"errors.classroom.{reason}", name=code)
        assert said.value.replace("\\", "") == wanted
        assert bars(at) == []
        assert at.title
        at.button(key="class.leave").click().run()
        assert len(at.warning) == 0
        assert "class" not in at.query_params


def test_a_browser_without_cookies_cannot_open_a_class_and_is_told_why(rooms: Classrooms):
    at = opened("lessons")
    at.button(key="lessons.class").click().run()
    [said] = at.warning
    assert said.value == text_in("zh", "class.no_cookies")
    assert not rooms.folder.exists()


def test_a_presenter_finds_their_open_classes_on_the_page_for_teachers(rooms: Classrooms):
    mine, ended, theirs = rooms.open(ANNE), rooms.open(ANNE), rooms.open(Caller(new_id()))
    rooms.end(ended, ANNE)
    at = opened_by(ANNE.visitor, "lessons")
    keys = {button.key for button in at.button if str(button.key).startswith("lessons.class.")}
    assert keys == {f"lessons.class.{mine}"}
    at.button(key=f"lessons.class.{mine}").click().run()
    assert at.query_params["class"] in (mine, [mine])
    assert theirs not in keys


def test_the_expert_of_a_seat_is_told_with_what_came_of_it(rooms: Classrooms):
    code, first, second = rooms.open(ANNE), new_id(), new_id()
    wall = Wall(number=0, measure="held_out", run="deepseek", text=EXAMPLE, n_layers=2, n_experts=16)
    rooms.hand_out(code, ANNE, WINDOW, wall)
    seats = [
        bars(opened_by(visitor, "router", **{"class": code, "lang": "en"}))[0] for visitor in (first, second)
    ]
    numbers = [rooms.log(code).join(code, visitor) for visitor in (first, second)]
    for data, seat in zip(seats, numbers, strict=True):
        assert data["wall"] == 1
        assert f"E{seat} of L0" in data["mine"]["says"]
        assert (data["mine"]["result"], data["mine"]["tone"]) == ("", None)
    rooms.log(code).fill(code, first, 1, (0, numbers[0]), -0.02)
    [told] = bars(opened_by(first, "router", **{"class": code, "lang": "en"}))
    assert (told["mine"]["result"], told["mine"]["tone"]) == ("Change in accuracy: −2.0%", "less")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_seed_of_a_seat_is_told_with_how_little_is_trained_and_how_long_it_takes(
    rooms: Classrooms, monkeypatch: pytest.MonkeyPatch, lang: str
):
    monkeypatch.setenv("MOE_DEMO_JOBS", "3")
    code, first, second = rooms.open(ANNE), new_id(), new_id()
    rooms.hand_out(code, ANNE, WINDOW, class_trainings.wall_of("deepseek"))
    address = {"class": code, "lang": lang}
    told = [bars(opened_by(visitor, "training", **address))[0]["mine"] for visitor in (first, second)]
    seeds = [1 + rooms.log(code).join(code, visitor) for visitor in (first, second)]
    assert len(set(seeds)) == 2
    for mine, seed in zip(told, seeds, strict=True):
        said = {"preset": "deepseek", "epochs": 2, "whole": preset("deepseek").epochs, "most": 3}
        assert mine["says"] == text_in(lang, "class.mine.seeds", seed=seed, seconds=20, **said)
        assert mine["act"] == text_in(lang, "class.act_seed", seed=seed)
        assert mine["result"] == ""
    [leads] = bars(opened_by(ANNE.visitor, "training", **address))
    assert leads["mine"] is None


def test_a_result_is_what_the_model_says(rooms: Classrooms):
    run, off = load_run("deepseek"), Switches(off=(Seat(1, 4),))
    wall = Wall(number=1, measure="sentence", run="deepseek", text=EXAMPLE, n_layers=2, n_experts=16)
    found = whatif(run, EXAMPLE, off)
    wanted = found.after.probabilities[found.before.label] - found.before.probabilities[found.before.label]
    assert class_wall.value_of(wall, 1, 4) == pytest.approx(wanted, abs=1e-6)
    held_out = Wall(number=1, measure="held_out", run="deepseek", text="", n_layers=2, n_experts=16)
    assert class_wall.value_of(held_out, 1, 4) == effect_of(run, off).difference


def test_a_qr_code_has_its_three_corners_and_grows_with_the_link():
    rows = qr_rows("http://192.168.1.20:8501/?class=k7mq2f")
    corner = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    assert [row[:7] for row in rows[:7]] == corner
    assert [row[-7:] for row in rows[:7]] == corner
    assert [row[:7] for row in rows[-7:]] == corner
    assert {len(row) for row in rows} == {len(rows)}
    assert len(qr_rows("https://" + "a" * 200)) > len(rows)


def test_a_class_leaves_the_address_of_its_page_as_it_is(rooms: Classrooms):
    code = rooms.open(ANNE, Place(url_path="top-k", params={"k": "2"}))
    at = opened_by(ANNE.visitor, "router", **{"class": code, "k": "3"})
    assert at.query_params["k"] in ("3", ["3"])
    assert rooms.room(code).place.params == {"k": "2"}  # told by the page's own script, in a browser
