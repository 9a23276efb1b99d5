"""What the browsers of a class have done: a line each, appended, read by whoever shows the counts.

    log.join(code, browser)                       the browser's seat, counted from 0: the same at every call
    log.vote(code, browser, ask, place, final)    an answer; a browser counts once for each question
    log.fill(code, browser, wall, seat, value)    a result for the expert that was handed to it
    log.begin(code, browser, wall, Begun(...))    that it trains from the seed that was handed to it
    log.finish(wall, seed, accuracy, seconds)     what came of that; read of its run, whoever looks
    log.counts()                                  Counts: seats, votes, results

A browser stands in it as a hash that differs from class to class, so nobody can be followed through several. A line
that is torn or foreign is skipped.
"""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from moe_demo.jobs.classroom_errors import ClassroomError
from moe_demo.runs.checking import is_finite_number, parsed
from moe_demo.runs.files import append_line
from moe_demo.runs.owners import hashed

MAX_BYTES = 2_000_000  # a class of 250 that answers 50 questions has about 1.2 MB
_MAX_KEPT = 64  # logs in memory


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A training that a browser has started from its seed."""

    seed: int
    run: str
    created: float
    """Of its ticket: another run that later bears this name is not it."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What came of a training."""

    accuracy: float
    """On the held-out headlines."""
    seconds: float
    """That its steps took."""


@dataclass
class Counts:
    """Everything that a log says, and how far it has been read."""

    read_bytes: int = 0
    seats: dict[str, int] = field(default_factory=dict)
    """Browser -> its place in the order of joining."""
    votes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Question -> browser -> place of the answer."""
    final: set[tuple[str, str]] = field(default_factory=set)
    """(Question, browser) that may not be answered again."""
    results: dict[int, dict[tuple[int, int], float]] = field(default_factory=dict)
    """Number of the handing out -> (layer, expert) -> value; the first result holds."""
    begun: dict[int, dict[int, Begun]] = field(default_factory=dict)
    """Number of the handing out -> seed -> its training; the last one, as long as none has finished."""
    finished: dict[int, dict[int, Finished]] = field(default_factory=dict)
    """Number of the handing out -> seed -> what came of it; the first holds."""

    def of_answers(self, ask: str, n_answers: int) -> list[int]:
        """How many browsers chose each answer of a question."""
        found = Counter(self.votes.get(ask, {}).values())
        return [found[place] for place in range(n_answers)]


class ClassLog:
    """The log of one class."""

    def __init__(self, path: Path, most_browsers: int) -> None:
        self.path, self.most_browsers = path, most_browsers

    def join(self, code: str, browser: str) -> int:
        """The seat of a browser, a new one at its first call. Raises ClassroomError where the class is full."""
        who = known_as(code, browser)
        counts = self.counts()
        if who not in counts.seats:
            if len(counts.seats) >= self.most_browsers:
                raise ClassroomError("full", limit=self.most_browsers)
            self._append({"kind": "join", "who": who})
            counts = self.counts()
        return counts.seats[who]

    def vote(self, code: str, browser: str, ask: str, place: int, *, final: bool) -> None:
        """An answer to a question, which replaces the one before unless that was final. Raises ClassroomError."""
        who, counts = known_as(code, browser), self.counts()
        self._require_seat(who, counts)
        if (ask, who) in counts.final or counts.votes.get(ask, {}).get(who) == place:
            return
        self._append({"kind": "vote", "who": who, "ask": ask, "place": place, "final": final})

    def fill(self, code: str, browser: str, wall: int, expert: tuple[int, int], value: float) -> None:
        """What came of the expert that was handed to a browser. Raises ClassroomError."""
        who, counts = known_as(code, browser), self.counts()
        self._require_seat(who, counts)
        if expert not in counts.results.get(wall, {}):
            layer, number = expert
            line = {"kind": "result", "who": who, "wall": wall, "layer": layer, "expert": number}
            self._append(line | {"value": value})

    def begin(self, code: str, browser: str, wall: int, training: Begun) -> None:
        """That a browser trains from its seed. Raises ClassroomError."""
        who = known_as(code, browser)
        self._require_seat(who, self.counts())
        self._append({"kind": "begun", "who": who, "wall": wall, **asdict(training)})

    def finish(self, wall: int, seed: int, accuracy: float, seconds: float) -> None:
        """What came of the training from a seed. Raises ClassroomError."""
        if seed not in self.counts().finished.get(wall, {}):
            found = Finished(accuracy=accuracy, seconds=seconds)
            self._append({"kind": "finished", "wall": wall, "seed": seed, **asdict(found)})

    def counts(self) -> Counts:
        """What it says now. One object for all readers of this process, never to be changed by them."""
        with _reading:
            counts = _kept.pop(self.path, None) or Counts()
            size = self._size()
            if size < counts.read_bytes:
                counts = Counts()  # another file under the same name
            if size > counts.read_bytes:
                self._read_on(counts)
            _kept[self.path] = counts
            while len(_kept) > _MAX_KEPT:
                _kept.popitem(last=False)
        return counts

    def _size(self) -> int:
        with suppress(OSError):
            return self.path.stat().st_size
        return 0

    def _read_on(self, counts: Counts) -> None:
        with suppress(OSError), open(self.path, "rb") as file:
            file.seek(counts.read_bytes)
            content = file.read(MAX_BYTES)
            whole = content[: content.rfind(b"\n") + 1]
            counts.read_bytes += len(whole)
            for line in whole.splitlines():
                with suppress(ValueError):
                    _take(counts, parsed(line))

    def _append(self, line: Mapping[str, Any]) -> None:
        if self._size() > MAX_BYTES:
            raise ClassroomError("log_full")
        append_line(self.path, json.dumps(line, separators=(",", ":")))

    def _require_seat(self, who: str, counts: Counts) -> None:
        if who not in counts.seats:
            raise ClassroomError("nobody")


def known_as(code: str, browser: str) -> str:
    """How a browser is written down in the log of a class. Raises ClassroomError for one without an id."""
    if not browser:
        raise ClassroomError("nobody")
    return hashed(f"{code} {browser}")[:32]


def _take(counts: Counts, line: Any) -> None:
    """Count a line; one of another make is skipped."""
    match line:
        case {"kind": "join", "who": str(who)}:
            counts.seats.setdefault(who, len(counts.seats))
        case {"kind": "vote", "who": str(who), "ask": str(ask), "place": int(place), "final": bool(final)}:
            if (ask, who) not in counts.final:
                counts.votes.setdefault(ask, {})[who] = place
            if final:
                counts.final.add((ask, who))
        case {
            "kind": "result",
            "wall": int(wall),
            "layer": int(layer),
            "expert": int(expert),
            "value": value,
        }:
            if is_finite_number(value):
                counts.results.setdefault(wall, {}).setdefault((layer, expert), value)
        case {"kind": "begun", "wall": int(wall), "seed": int(seed), "run": str(run), "created": created}:
            if is_finite_number(created):
                begun = Begun(seed=seed, run=run, created=created)
                counts.begun.setdefault(wall, {})[seed] = begun
        case {
            "kind": "finished",
            "wall": int(wall),
            "seed": int(seed),
            "accuracy": accuracy,
            "seconds": took,
        }:
            if is_finite_number(accuracy) and is_finite_number(took):
                found = Finished(accuracy=accuracy, seconds=took)
                counts.finished.setdefault(wall, {}).setdefault(seed, found)


_reading = Lock()
_kept: OrderedDict[Path, Counts] = OrderedDict()
