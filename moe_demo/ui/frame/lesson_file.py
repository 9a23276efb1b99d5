"""A lesson as a file: TOML that is checked line by line before anything of it is shown.

    read_lesson(text, "collapse")                      raises LessonError with line and reason
    read_lesson(text, name, run_of=views.opened_run)   the same, with runs, checkpoints and places looked up
    require_twins(text, lesson, other)                 the same lesson in two languages, but for its words

The keys of a file are the fields of `ui.frame.lesson`; a step's `settings` are the parameters of its page's address, as
the browser shows them.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar, cast

from moe_demo.insight.run import Run
from moe_demo.runs.store import RunError
from moe_demo.text.errors import EmptyTextError
from moe_demo.text.segmentation import tokenize
from moe_demo.ui.frame.lesson import (
    LETTERS,
    PHASES,
    Goals,
    Lesson,
    Plan,
    Question,
    Step,
)
from moe_demo.ui.frame.lesson_errors import LessonError
from moe_demo.ui.frame.lesson_lines import Path, line_of, lines_of, torn_at
from moe_demo.ui.frame.pages import PAGES, Page, page_at
from moe_demo.ui.kit import page_settings
from moe_demo.ui.kit.page_settings import BOOLS
from moe_demo.ui.kit.selection import DEPTHS, KEYS, kept_or_parsed

MAX_BYTES = 60_000
MAX_STEPS = 24
ANSWERS = (2, len(LETTERS))
START = "start"
"""What a file writes for the page that opens first, whose address is empty."""
ROOM = {
    "title": 60,
    "do": 170,
    "ask": 140,
    "answer": 64,
    "notice": 240,
    "why": 110,
    "because": 260,
}
"""Columns that a text may take; a Chinese character takes two. What is not named here stands in the plan alone."""
_PROSE = 1000
_QUOTED = 60  # characters
_SHARED = {KEYS[name] for name in ("text", "token", "layer", "expert", "run", "step", "twin", "why")}
_STEP_KEYS = ("phase", "page", "settings", "visible", "depth", "do", "notice", "question", "teacher")
_NEEDED = ("phase", "page", "do", "notice", "teacher")
_QUESTION_KEYS = ("ask", "answers", "right", "why", "because", "check")
_SAME = ("phase", "page", "params", "visible", "depth")

RunOf = Callable[[str, int | None], Run]
Word = TypeVar("Word", bound=str)


def read_lesson(text: str, name: str, run_of: RunOf | None = None) -> Lesson:
    """The lesson in a file. Raises LessonError. Without `run_of` nobody looks whether its runs and places exist."""
    return _Reader(text, run_of).lesson(name)


def decoded(raw: bytes) -> str:
    """The text of a file that somebody brings. Raises LessonError."""
    if len(raw) > MAX_BYTES:
        raise LessonError("too_large", size=len(raw), limit=MAX_BYTES)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LessonError("encoding") from None


def require_twins(text: str, lesson: Lesson, other: Lesson) -> None:
    """Two languages of a lesson differ in its words alone; `text` is the file of the first. Raises LessonError."""
    lines = lines_of(text)

    def fail(path: Path) -> None:
        raise LessonError("twin", line=line_of(lines, path), name=path[-1])

    if len(lesson.steps) != len(other.steps):
        fail(("steps",))
    for place, (one, two) in enumerate(zip(lesson.steps, other.steps, strict=True)):
        for name in _SAME:
            if getattr(one, name) != getattr(two, name):
                fail(("steps", place, "settings" if name == "params" else name))
        if _asked(one.question) != _asked(two.question):
            fail(("steps", place, "question"))


def columns(text: str) -> int:
    """How many columns a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _asked(question: Question | None) -> tuple[object, ...]:
    return () if question is None else (len(question.answers), question.right, question.check)


class _Reader:
    """One file: its tables, and the line of each key."""

    def __init__(self, text: str, run_of: RunOf | None) -> None:
        self.run_of = run_of
        self.lines = lines_of(text)
        try:
            self.content = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:  # the latter: brackets within brackets
            raise LessonError("syntax", line=torn_at(error, text)) from None

    def line(self, path: Path) -> int:
        return line_of(self.lines, path)

    def lesson(self, name: str) -> Lesson:
        plan = [field.name for field in fields(Plan)]
        self.require_keys(self.content, (), [*plan, "steps"])
        goals = self.table(self.content, ("goals",))
        names = [field.name for field in fields(Goals)]
        self.require_keys(goals, ("goals",), names)
        texts = {key: self.text(self.content, (key,)) for key in plan if key != "goals"}
        return Lesson(
            name=name,
            plan=Plan(goals=Goals(**{key: self.text(goals, ("goals", key)) for key in names}), **texts),
            steps=self.steps(),
        )

    def steps(self) -> tuple[Step, ...]:
        found = self.content["steps"]
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise LessonError("table", line=self.line(("steps",)), name="[steps]")
        if not 1 <= len(found) <= MAX_STEPS:
            raise LessonError("steps", line=self.line(("steps",)), low=1, high=MAX_STEPS, n=len(found))
        steps = tuple(self.step(one, ("steps", place)) for place, one in enumerate(found))
        for place, step in enumerate(steps):
            after = steps[place + 1] if place + 1 < len(steps) else None
            is_run = after is not None and after.phase == "run" and after.question is None
            if step.phase == "predict" and not (step.question and is_run):
                raise LessonError("order", line=self.line(("steps", place, "phase")))
        return steps

    def step(self, table: dict[str, Any], at: Path) -> Step:
        self.require_keys(table, at, _STEP_KEYS, _NEEDED)
        page = self.page(table, at)
        visible = self.visible(table, at, page)
        return Step(
            phase=self.word(table, (*at, "phase"), PHASES),
            page=page,
            params=self.params(table, at, page),
            visible=visible,
            depth=self.word({"depth": DEPTHS[0]} | table, (*at, "depth"), DEPTHS),
            do=self.text(table, (*at, "do")),
            notice=self.text(table, (*at, "notice")),
            question=self.question(table, at) if "question" in table else None,
            teacher=self.text(table, (*at, "teacher")),
        )

    def page(self, table: dict[str, Any], at: Path) -> Page:
        known = [page.url_path or START for page in PAGES]
        word = self.word(table, (*at, "page"), known)
        return page_at("" if word == START else word)

    def visible(self, table: dict[str, Any], at: Path, page: Page) -> tuple[str, ...] | None:
        if "visible" not in table:
            return None
        path = (*at, "visible")
        for name in (names := self.texts(table, path)):
            if name not in page.parts:
                raise LessonError(
                    "word",
                    line=self.line(path),
                    name="visible",
                    value=_cut(name),
                    known=", ".join(page.parts),
                )
        return names

    def params(self, table: dict[str, Any], at: Path, page: Page) -> dict[str, str]:
        """What the page's address asks for, each value checked by the type of its setting."""
        if "settings" not in table:
            return {}
        path = (*at, "settings")
        settings = self.table(table, path)
        known = sorted(_SHARED | {field.name for field in fields(page.settings)})
        for name in settings:
            if name not in known:
                where = page.url_path or START
                raise LessonError(
                    "setting",
                    line=self.line((*path, name)),
                    page=where,
                    name=_cut(name),
                    known=", ".join(known),
                )
        asked = {name: _as_in_an_address(value) for name, value in settings.items()}
        chosen = kept_or_parsed(page.settings, tuple(asked.items()))
        written = chosen.params(page.settings)
        for name in settings:
            if name in chosen.notices or (name == "s" and not _is_sentence(asked[name])):
                raise LessonError("value", line=self.line((*path, name)), name=name, value=_cut(asked[name]))
        if self.run_of is not None:
            self.require_places(page, asked, path)
        return written

    def require_places(self, page: Page, asked: Mapping[str, str], path: Path) -> None:
        """The run, its checkpoint, and the word, layer and expert of the settings exist."""
        assert self.run_of is not None
        chosen = kept_or_parsed(page.settings, tuple(asked.items()))
        for name, run_name in (("run", page.run or chosen.run), ("with", chosen.twin)):
            if run_name is None:
                continue
            try:
                run = self.run_of(run_name, None)
            except RunError:
                raise LessonError("run", line=self.line((*path, name)), value=_cut(run_name)) from None
            if name == "run":
                if chosen.step is not None and chosen.step not in run.steps:
                    raise LessonError("place", line=self.line((*path, "step")), name="step")
                if missing := chosen.checked(run, len(tokenize(chosen.text).tokens)).notices:
                    raise LessonError("place", line=self.line((*path, missing[0])), name=missing[0])

    def question(self, table: dict[str, Any], at: Path) -> Question:
        path = (*at, "question")
        asked = self.table(table, path)
        self.require_keys(asked, path, _QUESTION_KEYS, _QUESTION_KEYS[:-1])
        answers = self.texts(asked, (*path, "answers"), "answer")
        low, high = ANSWERS
        if not low <= len(answers) <= high:
            raise LessonError(
                "answers", line=self.line((*path, "answers")), low=low, high=high, n=len(answers)
            )
        letters, right = LETTERS[: len(answers)], asked["right"]
        if not isinstance(right, str) or len(right) != 1 or right not in letters:
            raise LessonError(
                "right", line=self.line((*path, "right")), value=_cut(right), known=", ".join(letters)
            )
        texts = {name: self.text(asked, (*path, name)) for name in ("ask", "why", "because")}
        check = self.text(asked, (*path, "check")) if "check" in asked else ""
        return Question(answers=answers, right=letters.index(right), check=check, **texts)

    def require_keys(
        self, table: dict[str, Any], at: Path, known: Sequence[str], needed: Sequence[str] | None = None
    ) -> None:
        where = ".".join(str(part) for part in at if isinstance(part, str)) or "lesson"
        for name in table:
            if name not in known:
                raise LessonError(
                    "unknown_key",
                    line=self.line((*at, name)),
                    table=where,
                    name=_cut(name),
                    known=", ".join(known),
                )
        for name in known if needed is None else needed:
            if name not in table:
                raise LessonError("missing_key", line=self.line(at), table=where, name=name)

    def table(self, table: dict[str, Any], path: Path) -> dict[str, Any]:
        found = table[str(path[-1])]
        if not isinstance(found, dict):
            raise LessonError("table", line=self.line(path), name=path[-1])
        return found

    def text(self, table: dict[str, Any], path: Path) -> str:
        found = table[str(path[-1])]
        if not isinstance(found, str) or not found.strip():
            raise LessonError("text", line=self.line(path), name=path[-1])
        return self.fitting(found, path, str(path[-1]))

    def texts(self, table: dict[str, Any], path: Path, kind: str = "") -> tuple[str, ...]:
        found = table[str(path[-1])]
        if not isinstance(found, list) or not all(isinstance(one, str) and one.strip() for one in found):
            raise LessonError("texts", line=self.line(path), name=path[-1])
        return tuple(self.fitting(one, path, kind) for one in found)

    def fitting(self, text: str, path: Path, kind: str) -> str:
        """The text in one line, where it has room."""
        text = " ".join(text.split())
        width, limit = columns(text), ROOM.get(kind, _PROSE)
        if width > limit:
            raise LessonError("too_long", line=self.line(path), name=path[-1], width=width, limit=limit)
        return text

    def word(self, table: dict[str, Any], path: Path, known: Sequence[Word]) -> Word:
        value = table[str(path[-1])]
        if value not in known:
            raise LessonError(
                "word", line=self.line(path), name=path[-1], value=_cut(value), known=", ".join(known)
            )
        return cast(Word, value)


def _cut(value: object) -> str:
    """What stands in a file, as far as an error quotes it."""
    return str(value)[:_QUOTED]


def _as_in_an_address(value: object) -> str:
    """A value of TOML as a page's address writes it."""
    words = {value: word for word, value in BOOLS.items()}
    if isinstance(value, bool):
        return words[value]
    return page_settings.word(value) if isinstance(value, int | float | str) else ""


def _is_sentence(text: str) -> bool:
    try:
        return bool(tokenize(text))
    except EmptyTextError:
        return False
