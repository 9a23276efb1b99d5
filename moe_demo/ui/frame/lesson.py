"""What a lesson is: a plan for a teacher, and steps, each a page in a certain state with a question about it.

    lesson = read_lesson(text, "collapse")      ui.frame.lesson_file: read and checked, or refused with line and reason
    step = lesson.step(3)                       counted from 1
    step.page, step.params                      where it leads: a row of ui.frame.pages and what its address asks for

A step is the address of a page, so whoever has it can be sent there: a reader by Next, or any browser by a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from moe_demo.ui.frame.pages import Page
from moe_demo.ui.kit.i18n import DEFAULT_LANGUAGE
from moe_demo.ui.kit.selection import Depth, Selection

Phase = Literal["predict", "run", "investigate", "modify", "make"]
"""PRIMM (Sentance, Waite and Kallia, 2019): what learners do in a step."""
PHASES: tuple[Phase, ...] = get_args(Phase)
LETTERS = "ABCD"
"""Names of the answers of a question."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about what is on the page, and one "why?" for when the answer is known."""

    ask: str
    answers: tuple[str, ...]
    right: int
    """Place of the right answer, from 0."""
    why: str
    """Asked of the reader once the answer is on show."""
    because: str
    """What may be answered to that."""
    check: str = ""
    """Name of the computation by which a test finds the right answer again; of the lessons that ship."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One state of one page, with what is said about it."""

    phase: Phase
    page: Page
    params: Mapping[str, str]
    """What the page's address asks for, as `Selection.params` writes it."""
    visible: tuple[str, ...] | None
    """Those of `page.parts` that stay beside the main picture; None: the whole page."""
    depth: Depth
    do: str
    """What the reader is to do."""
    notice: str
    """What is to be noticed, once a question is answered."""
    question: Question | None
    teacher: str
    """For the teacher's plan only."""


@dataclass(frozen=True, kw_only=True)
class Goals:
    """The four dimensions of the Ministry of Education's guide for general AI education (2025)."""

    knowledge: str
    skills: str
    thinking: str
    values: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a teacher reads first, in the order of the sheet."""

    title: str
    about: str
    level: str
    """For whom, such as upper secondary school."""
    periods: str
    """How long it takes."""
    goals: Goals
    key_points: str
    difficult_points: str
    inquiry: str
    """The question that the lesson is about."""
    assessment: str


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A plan and its steps."""

    name: str
    """As `lesson=` in an address."""
    plan: Plan
    steps: tuple[Step, ...]

    def step(self, number: int) -> Step:
        """The step of this number, from 1. Raises IndexError."""
        if not 1 <= number <= len(self.steps):
            raise IndexError(number)
        return self.steps[number - 1]

    def asks(self, number: int) -> tuple[int, Question] | None:
        """The question that is on show in a step, and the number of the step that asks it.

        A step that runs shows the question of the prediction before it.
        """
        step = self.step(number)
        if step.question is None and step.phase == "run" and number > 1:
            number -= 1
        question = self.step(number).question
        return None if question is None else (number, question)

    def address(
        self, number: int, lang: str = DEFAULT_LANGUAGE, present: int = 0, class_code: str | None = None
    ) -> dict[str, str]:
        """The parameters that open a step on its page."""
        frame = Selection(
            lesson=self.name, lesson_step=number, lang=lang, present=present, class_code=class_code
        )
        return dict(self.step(number).params) | frame.params()
