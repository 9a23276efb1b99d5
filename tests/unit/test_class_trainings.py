"""Seeds handed out to a class: one job each in the one queue, its result handed in once, whoever looks."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from moe_demo.insight.seed_spread import spread
from moe_demo.jobs.class_log import Begun
from moe_demo.jobs.classroom_errors import ClassroomError
from moe_demo.jobs.classrooms import Classroom, Classrooms
from moe_demo.jobs.jobs import Jobs
from moe_demo.presets import preset
from moe_demo.runs.errors import RunError
from moe_demo.runs.owners import Caller, new_id
from moe_demo.ui.kit.i18n import LANGUAGES, speaking, text_in
from moe_demo.ui.server import class_routes, class_trainings
from moe_demo.ui.server.class_trainings import begin, config_of, look, wall_of
from moe_demo.ui.server.class_wire import ClassPayload, seeds_payload
from moe_demo.ui.server.visitor import COOKIE
from tests.typed import mismatches

ANNE, BEN, CLEO = Caller(new_id()), Caller(new_id()), Caller(new_id())
WINDOW = "a" * 24


@pytest.fixture
def rooms(runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Classrooms:
    """A folder in which every training waits for ever, and is looked at whenever somebody asks."""
    monkeypatch.setenv("MOE_DEMO_JOBS", "0")
    monkeypatch.setattr(class_trainings, "LOOK_SECONDS", -1.0)
    monkeypatch.setattr(class_routes, "HOLD_SECONDS", 0.3)
    return Classrooms()


def opened(rooms: Classrooms) -> Classroom:
    """A class with seeds handed out."""
    code = rooms.open(ANNE)
    return rooms.hand_out(code, ANNE, WINDOW, wall_of("deepseek"))


def train(name: str, run: str) -> float:
    """Let the training end as this run did; its accuracy."""
    jobs = Jobs()
    jobs.waiting.leave(name)
    shutil.copytree(run, jobs.runs / name)
    lines = [json.loads(line) for line in (Path(run) / "metrics.jsonl").read_text("utf-8").splitlines()]
    return [line["accuracy"] for line in lines if line["kind"] == "eval"][-1]


def begun(rooms: Classrooms, room: Classroom, seed: int) -> Begun:
    assert room.wall is not None
    return rooms.log(room.code).counts().begun[room.wall.number][seed]


def test_nothing_but_the_seed_differs_between_two_learners(rooms: Classrooms):
    wall = wall_of("deepseek")
    first, second = config_of(wall, 1), config_of(wall, 2)
    assert first != second
    assert replace(first, seed=2) == second
    assert (first.epochs, first.patience) == (2, 0)
    whole = preset("deepseek")
    assert replace(first, seed=whole.seed, epochs=whole.epochs, patience=whole.patience) == whole


def test_each_seat_has_a_seed_and_who_comes_late_the_next_one(rooms: Classrooms):
    room = opened(rooms)
    assert room.wall is not None
    seats = [rooms.log(room.code).join(room.code, who.visitor) for who in (BEN, CLEO, BEN)]
    assert [room.wall.seed_of(seat) for seat in seats] == [1, 2, 1]


def test_a_button_twice_is_one_training_that_is_the_browsers_own_and_waits_its_turn(rooms: Classrooms):
    room, jobs = opened(rooms), Jobs()
    for who in (BEN, BEN, CLEO):
        begin(room, who)
    assert jobs.names() == ["seed1-1", "seed2-1"]
    found = look(room, rooms.log(room.code))
    assert [(seed, one.state, one.place) for seed, one in found.items()] == [
        (1, "queued", 1),
        (2, "queued", 2),
    ]
    assert jobs.get("seed1-1").private
    assert jobs.find("seed1-1", CLEO) is None
    assert jobs.find("seed1-1", BEN) is not None


def test_what_has_ended_is_handed_in_once_and_stays_when_the_run_is_gone(rooms: Classrooms, run: str):
    room = opened(rooms)
    log = rooms.log(room.code)
    begin(room, BEN)
    accuracy = train("seed1-1", run)
    for _ in range(3):
        assert look(room, log) == {}
    assert room.wall is not None
    assert log.counts().finished[room.wall.number][1].accuracy == accuracy
    assert log.path.read_text("utf-8").count('"finished"') == 1
    Jobs().delete("seed1-1", BEN)
    begin(room, BEN)
    assert Jobs().names() == []
    assert Classrooms().log(room.code).counts().finished[room.wall.number][1].accuracy == accuracy


def test_a_run_that_is_deleted_or_another_one_of_its_name_counts_for_nothing(rooms: Classrooms, run: str):
    room = opened(rooms)
    log = rooms.log(room.code)
    begin(room, BEN)
    Jobs().delete("seed1-1", BEN)
    assert look(room, log)[1].state == "gone"
    Jobs().start(config_of(wall_of("deepseek"), 7), owner=CLEO, name="seed1-1")
    train("seed1-1", run)
    assert look(room, log)[1].state == "gone"
    begin(room, BEN)  # and may be trained once more
    assert begun(rooms, room, 1).run == "seed1-2"
    assert look(room, log)[1].state == "queued"


def test_what_comes_of_an_earlier_handing_out_is_not_in_the_next(rooms: Classrooms, run: str):
    room = opened(rooms)
    begin(room, BEN)
    again = rooms.hand_out(room.code, ANNE, WINDOW, wall_of("deepseek"))
    train("seed1-1", run)
    assert look(again, rooms.log(room.code)) == {}
    assert rooms.log(room.code).counts().finished == {}


def test_a_browser_that_may_start_no_more_is_told_and_nothing_is_begun(rooms: Classrooms, monkeypatch):
    room = opened(rooms)
    monkeypatch.setenv("MOE_DEMO_KEPT_RUNS", "0")
    with pytest.raises(RunError) as caught:
        begin(room, BEN)
    assert caught.value.code == "many_runs"
    assert rooms.log(room.code).counts().begun == {}
    with pytest.raises(ClassroomError, match="Nothing is handed out"):
        begin(replace(room, handed_out={}), BEN)


def test_seeds_of_a_private_run_are_not_handed_out(rooms: Classrooms):
    Jobs().start(preset("deepseek"), owner=BEN, private=True, name="mine-1")
    with pytest.raises(RunError):
        wall_of("mine-1")


def state_of(code: str, who: Caller) -> dict:
    client = TestClient(Starlette(routes=class_routes.routes()), cookies={COOKIE: who.visitor})
    told = client.get(f"/class/{code}/state?lang=en").json()
    assert list(mismatches(told, ClassPayload)) == []
    return told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_presenter_sees_one_row_with_what_chance_alone_does(rooms: Classrooms, lang: str):
    room = opened(rooms)
    log = rooms.log(room.code)
    assert room.wall is not None
    for who in (BEN, CLEO, ANNE):
        log.join(room.code, who.visitor)
    begin(room, CLEO)
    with speaking(lang):
        assert seeds_payload(room.wall, log.counts())["spread"] == ""
    for seed, accuracy in ((1, 0.84), (3, 0.82)):
        log.finish(room.wall.number, seed, accuracy, 3.0)
        log.finish(room.wall.number, seed, 0.5, 3.0)
    with speaking(lang):
        told = seeds_payload(room.wall, log.counts())
    assert [(cell["text"], cell["tone"]) for cell in told["cells"]] == [
        ("84.0%", "more"),
        ("…", None),
        ("82.0%", "less"),
    ]
    assert told["filled"] == text_in(lang, "class.seeds_filled", n=2, all=3)
    assert all(part in told["spread"] for part in ("83.0%", "1.4", "82.0%", "84.0%"))


def test_each_follower_is_told_of_their_own_training_and_the_presenter_of_all(rooms: Classrooms, run: str):
    room = opened(rooms)
    assert state_of(room.code, BEN)["training"] is None
    begin(room, BEN)
    waiting = state_of(room.code, BEN)
    assert waiting["training"] == {
        "says": text_in("en", "class.training.queued", place=1, seconds=20),
        "again": False,
        "result": "",
        "tone": None,
    }
    assert state_of(room.code, CLEO)["training"] is None
    accuracy = train("seed1-1", run)
    ended = state_of(room.code, BEN)
    assert ended["version"] != waiting["version"]
    assert ended["moved"] == waiting["moved"]
    value = text_in("en", "class.accuracy", value=accuracy)
    assert ended["training"]["result"] == text_in("en", "class.result.seeds", value=value)
    seeds = state_of(room.code, ANNE)["lead"]["seeds"]
    assert [cell["text"] for cell in seeds["cells"]] == [value, ""]


def test_the_spread_of_seeds_is_mean_and_sample_deviation():
    values = {1: 0.81, 4: 0.85, 9: 0.83}
    found = spread(values)
    assert found is not None
    assert (found.n, found.low, found.high) == (3, 0.81, 0.85)
    assert found.mean == pytest.approx(mean(values.values()))
    assert found.sd == pytest.approx(stdev(values.values()))
    assert sum(found.from_mean.values()) == pytest.approx(0)
    assert spread({}) is None
    alone = spread({3: 0.5})
    assert alone is not None
    assert (alone.mean, alone.sd, alone.from_mean) == (0.5, None, {3: 0})


def test_the_time_told_grows_with_the_place_and_follows_those_that_have_ended(runs_folder, monkeypatch):
    monkeypatch.setenv("MOE_DEMO_JOBS", "2")
    rooms = Classrooms()
    room = opened(rooms)
    log = rooms.log(room.code)
    assert room.wall is not None
    times = [class_trainings.seconds_until(place, room.wall, log.counts()) for place in (1, 4, 28)]
    assert times == sorted(times)
    assert times[-1] == 10 * round(28 * 20 / 2 / 10)
    log.finish(room.wall.number, 1, 0.8, 32.0)
    assert class_trainings.seconds_of(room.wall, log.counts()) == 40
    assert class_trainings.seconds_until(28, room.wall, log.counts()) == 560
