"""Classes on disk: their presenter alone leads them, a browser counts once, another process loses none."""

import json
import multiprocessing
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from moe_demo.jobs.class_log import MAX_BYTES, Counts
from moe_demo.jobs.classroom_errors import ClassroomError
from moe_demo.jobs.classrooms import OPEN_SECONDS, Classrooms, Place, Wall
from moe_demo.limits import Limits
from moe_demo.runs.errors import RunError
from moe_demo.runs.owners import Caller, new_id

ANNE, BEN = Caller(new_id()), Caller(new_id())
WINDOW, OTHER_WINDOW = "a" * 24, "b" * 24
TOP_K = Place(url_path="top-k", params={"k": "2"})
WALL = Wall(number=0, measure="sentence", run="deepseek", text="苹果", n_layers=2, n_experts=3)


@pytest.fixture
def rooms(tmp_path: Path) -> Classrooms:
    return Classrooms(tmp_path)


def lines(rooms: Classrooms, code: str) -> list[dict]:
    return [json.loads(line) for line in (rooms.folder / f"{code}.jsonl").read_text("utf-8").splitlines()]


def test_a_class_is_where_its_presenter_was_last(rooms: Classrooms, tmp_path: Path):
    code = rooms.open(ANNE, Place(url_path="course"))
    assert rooms.room(code).place == Place(url_path="course")
    before = rooms.room(code).version
    assert rooms.steer(code, ANNE, WINDOW, TOP_K) == Classrooms(tmp_path).room(code)
    assert rooms.room(code).place == TOP_K
    assert rooms.room(code).version == before + 1
    rooms.steer(code, ANNE, WINDOW, TOP_K)
    assert rooms.room(code).version == before + 1


def test_neither_the_code_nor_the_files_let_anybody_else_lead(rooms: Classrooms):
    code = rooms.open(ANNE)
    rooms.log(code).join(code, BEN.visitor)
    for act in (
        lambda who: rooms.steer(code, who, WINDOW, TOP_K),
        lambda who: rooms.release(code, who, WINDOW, released=True),
        lambda who: rooms.take_over(code, who, WINDOW),
        lambda who: rooms.hand_out(code, who, WINDOW, WALL),
        lambda who: rooms.end(code, who),
    ):
        for stranger in (BEN, Caller(), Caller(rooms.room(code).owner)):
            with pytest.raises(ClassroomError, match="Only the browser that opened"):
                act(stranger)
    assert rooms.room(code).version == 0
    written = "".join(path.read_text("utf-8") for path in rooms.folder.iterdir())
    assert ANNE.visitor not in written
    assert BEN.visitor not in written


def test_only_one_window_leads_until_another_takes_over(rooms: Classrooms):
    code = rooms.open(ANNE)
    rooms.steer(code, ANNE, WINDOW, TOP_K)
    with pytest.raises(ClassroomError, match="Another window presents"):
        rooms.steer(code, ANNE, OTHER_WINDOW, Place(url_path="train"))
    assert rooms.room(code).place == TOP_K
    rooms.take_over(code, ANNE, OTHER_WINDOW)
    rooms.steer(code, ANNE, OTHER_WINDOW, Place(url_path="train"))
    with pytest.raises(ClassroomError, match="Another window presents"):
        rooms.release(code, ANNE, WINDOW, released=True)


def test_release_and_gather_are_told_and_change_no_place(rooms: Classrooms):
    code = rooms.open(ANNE, TOP_K)
    assert not rooms.room(code).released
    assert rooms.release(code, ANNE, WINDOW, released=True).released
    assert rooms.room(code).place == TOP_K
    assert not rooms.release(code, ANNE, WINDOW, released=False).released


def test_a_class_ends_by_its_presenter_or_after_a_day_and_its_files_go_later(rooms: Classrooms, monkeypatch):
    first, second = rooms.open(ANNE), rooms.open(ANNE)
    rooms.end(first, ANNE)
    with pytest.raises(ClassroomError, match="has ended"):
        rooms.room(first)
    with pytest.raises(ClassroomError, match="has ended"):
        rooms.steer(first, ANNE, WINDOW, TOP_K)
    assert [room.code for room in rooms.of(ANNE)] == [second]
    created = rooms.room(second).created
    monkeypatch.setattr("time.time", lambda: created + OPEN_SECONDS + 1)
    with pytest.raises(ClassroomError, match="has ended"):
        rooms.room(second)
    monkeypatch.setattr("time.time", lambda: created + 3 * OPEN_SECONDS)
    rooms.open(BEN)
    with pytest.raises(ClassroomError, match="There is no class"):
        rooms.room(second)
    assert len(list(rooms.folder.glob("*.json"))) == 1


@pytest.mark.parametrize("code", ["", "222222", "../runs", "K7MQ2F", "k7mq2f.json", "0" * 200, "班级", "\0"])
def test_other_codes_are_of_no_class(rooms: Classrooms, code: str):
    rooms.open(ANNE)
    with pytest.raises(ClassroomError, match="There is no class"):
        rooms.room(code)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"code": 1}', b"\xff\xfe", b'{"code": "222222", "owner": "", "created": 1e9}'],
)
def test_a_broken_file_is_told_in_one_sentence_and_troubles_no_other_class(rooms: Classrooms, content: bytes):
    broken, whole = rooms.open(ANNE), rooms.open(ANNE)
    rooms.path(broken).write_bytes(content)
    with pytest.raises(ClassroomError, match=f"class {broken} cannot be read"):
        rooms.room(broken)
    with pytest.raises(ClassroomError, match=f"class {broken} cannot be read"):
        rooms.steer(broken, ANNE, WINDOW, TOP_K)
    assert rooms.path(broken).read_bytes() == content
    assert [room.code for room in rooms.of(ANNE)] == [whole]


def test_a_browser_and_the_server_have_only_so_many_classes(tmp_path: Path):
    rooms = Classrooms(tmp_path, Limits(open_classes=2, all_classes=3))
    first = rooms.open(ANNE)
    rooms.open(ANNE)
    with pytest.raises(ClassroomError, match="has 2 open classes"):
        rooms.open(ANNE)
    rooms.open(BEN)
    with pytest.raises(ClassroomError, match="are 3 open classes"):
        rooms.open(Caller(new_id()))
    rooms.end(first, ANNE)
    rooms.open(ANNE)


def test_requests_that_no_page_makes_are_refused(rooms: Classrooms):
    code = rooms.open(ANNE)
    for window in ("", "x", "../a", "A" * 24, "a" * 33):
        with pytest.raises(ClassroomError, match="no request"):
            rooms.steer(code, ANNE, window, TOP_K)
    with pytest.raises(ClassroomError, match="no request"):
        rooms.steer(code, ANNE, WINDOW, Place(url_path="top-k", params={"s": "x" * 4001}))
    assert rooms.room(code).version == 0


def test_seats_are_given_in_the_order_of_joining_once_to_each_browser(rooms: Classrooms):
    code, browsers = rooms.open(ANNE), [new_id() for _ in range(5)]
    seats = [rooms.log(code).join(code, browser) for browser in (*browsers, *browsers)]
    assert seats == [*range(5), *range(5)]
    assert len(lines(rooms, code)) == 5


def test_a_class_has_room_for_so_many_and_those_who_are_in_it_stay(tmp_path: Path):
    rooms = Classrooms(tmp_path, Limits(class_browsers=200))
    code, browsers = rooms.open(ANNE), [new_id() for _ in range(200)]
    for browser in browsers:
        rooms.log(code).join(code, browser)
    with pytest.raises(ClassroomError, match="200 browsers follow"):
        rooms.log(code).join(code, new_id())
    assert rooms.log(code).join(code, browsers[-1]) == 199


def test_a_vote_twice_counts_once_and_the_last_one_holds_until_it_is_final(rooms: Classrooms):
    code, mine, theirs = rooms.open(ANNE), new_id(), new_id()
    log = rooms.log(code)
    for browser in (mine, theirs):
        log.join(code, browser)
    log.vote(code, mine, "tour 1", 0, final=False)
    log.vote(code, mine, "tour 1", 0, final=False)
    log.vote(code, theirs, "tour 1", 2, final=False)
    assert log.counts().of_answers("tour 1", 3) == [1, 0, 1]
    log.vote(code, mine, "tour 1", 2, final=True)
    log.vote(code, mine, "tour 1", 1, final=True)
    log.vote(code, mine, "tour 1", 1, final=False)
    assert log.counts().of_answers("tour 1", 3) == [0, 0, 2]
    assert log.counts().of_answers("tour 2", 2) == [0, 0]
    assert len(lines(rooms, code)) == 5


def test_who_has_no_seat_or_no_id_does_not_vote(rooms: Classrooms):
    code = rooms.open(ANNE)
    for browser in (new_id(), ""):
        with pytest.raises(ClassroomError, match="not known to the class"):
            rooms.log(code).vote(code, browser, "tour 1", 0, final=False)
    assert not (rooms.folder / f"{code}.jsonl").exists()


def test_the_first_result_of_an_expert_holds_and_a_new_handing_out_begins_empty(rooms: Classrooms):
    code, browser = rooms.open(ANNE), new_id()
    wall = rooms.hand_out(code, ANNE, WINDOW, WALL).wall
    assert wall == replace(WALL, number=1)
    log = rooms.log(code)
    log.join(code, browser)
    log.fill(code, browser, 1, (0, 2), -0.25)
    log.fill(code, browser, 1, (0, 2), 0.5)
    assert log.counts().results == {1: {(0, 2): -0.25}}
    assert rooms.hand_out(code, ANNE, WINDOW, None).wall is None
    again = rooms.hand_out(code, ANNE, WINDOW, WALL).wall
    assert again == replace(WALL, number=2)
    assert log.counts().results.get(2, {}) == {}


def test_every_expert_is_handed_out_before_one_is_handed_out_twice():
    experts = [WALL.expert_of(seat) for seat in range(7)]
    assert experts == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 0)]


def test_torn_and_foreign_lines_are_skipped(rooms: Classrooms):
    code, browser = rooms.open(ANNE), new_id()
    log = rooms.log(code)
    log.join(code, browser)
    with open(log.path, "ab") as file:
        file.write(
            b'\xff\n[]\n{"kind": "vote"}\n'
            b'{"kind": "result", "who": "x", "wall": 1, "layer": 0, "expert": 0, "value": NaN}\n'
        )
        file.write(b'{"kind": "vote", "who": "x", "ask": "a", "place": 1, "final": false}\n{"kind": "jo')
    assert log.counts().of_answers("a", 2) == [0, 1]
    assert log.counts().results == {}
    assert len(log.counts().seats) == 1


def test_a_log_does_not_grow_without_end(rooms: Classrooms):
    code, browser = rooms.open(ANNE), new_id()
    log = rooms.log(code)
    log.join(code, browser)
    with open(log.path, "ab") as file:
        file.write(b"x" * MAX_BYTES + b"\n")
    with pytest.raises(ClassroomError, match="as much as there may be"):
        log.vote(code, browser, "tour 1", 0, final=False)


def _follow(root: Path, code: str, browsers: list[str]) -> None:
    log = Classrooms(root).log(code)
    for browser in browsers:
        log.join(code, browser)
        log.vote(code, browser, "tour 1", 1, final=True)


def test_two_processes_share_a_class_and_lose_no_vote(rooms: Classrooms, tmp_path: Path):
    code, browsers = rooms.open(ANNE), [new_id() for _ in range(40)]
    context = multiprocessing.get_context("spawn")
    parts = [context.Process(target=_follow, args=(tmp_path, code, browsers[first::2])) for first in range(2)]
    for part in parts:
        part.start()
    for part in parts:
        part.join(60)
    counts = Counts()
    log = rooms.log(code)
    log._read_on(counts)
    assert log.counts() == counts
    assert sorted(counts.seats.values()) == list(range(40))
    assert counts.of_answers("tour 1", 2) == [0, 40]


def test_whoever_reads_while_it_is_written_finds_a_whole_class(rooms: Classrooms, tmp_path: Path):
    code, found = rooms.open(ANNE, Place(url_path="step-0")), []

    def read() -> None:
        reader = Classrooms(tmp_path)
        while not found or found[-1] != "step-60":
            found.append(reader.room(code).url_path)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(1, 61):
        rooms.steer(code, ANNE, WINDOW, Place(url_path=f"step-{number}"))
    thread.join(30)
    steps = [int(one.partition("-")[2]) for one in found]
    assert steps == sorted(steps)
    assert steps[-1] == 60


def test_a_disk_that_refuses_leaves_the_class_as_it_was(rooms: Classrooms, monkeypatch):
    code = rooms.open(ANNE, TOP_K)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunError, match="no space left"):
        rooms.steer(code, ANNE, WINDOW, Place(url_path="train"))
    with pytest.raises(RunError, match="no space left"):
        rooms.open(ANNE)
    assert rooms.room(code).place == TOP_K
    assert [path.name for path in rooms.folder.iterdir()] == [f"{code}.json"]
