"""What the sheet of a lesson is given: the plan for a teacher, or the questions alone for learners."""

from __future__ import annotations

from dataclasses import fields
from typing import TypedDict

from moe_demo.ui.frame.lesson import LETTERS, Goals, Lesson, Plan, Question, Step
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.lessons.settings import Sheet


class SheetLine(TypedDict):
    """A heading of the plan and what stands under it."""

    head: str
    text: str


class SheetQuestion(TypedDict):
    """A question with its answers, and the right one where the sheet is a teacher's."""

    ask: str
    answers: list[str]
    right: str
    """Its letter; empty on a learner's sheet."""
    why: str
    because: str
    """Empty on a learner's sheet."""


class SheetStep(TypedDict):
    """One step of the lesson."""

    head: str
    """Its number, what is done in it, on which page."""
    do: str
    notice: str
    """Empty on a learner's sheet, as is the note."""
    teacher: str
    question: SheetQuestion | None


class LessonsSheetData(TypedDict):
    """A lesson on paper."""

    name: str
    title: str
    about: str
    facts: list[SheetLine]
    goals: list[SheetLine]
    steps: list[SheetStep]
    is_teachers: bool
    words: dict[str, str]
    lang: str


def sheet_data(lesson: Lesson, kind: Sheet) -> LessonsSheetData:
    """The sheet of a lesson."""
    is_teachers, plan = kind == "teacher", lesson.plan
    facts = [field.name for field in fields(Plan) if field.name not in ("title", "about", "goals")]
    return {
        "name": lesson.name,
        "title": plan.title,
        "about": plan.about,
        "facts": [_line(name, getattr(plan, name)) for name in facts] if is_teachers else [],
        "goals": [_line(one.name, getattr(plan.goals, one.name)) for one in fields(Goals)]
        if is_teachers
        else [],
        "steps": [
            _step(number, step, is_teachers=is_teachers) for number, step in enumerate(lesson.steps, start=1)
        ],
        "is_teachers": is_teachers,
        "words": labels("lessons.words"),
        "lang": language(),
    }


def _line(name: str, text: str) -> SheetLine:
    return {"head": t(f"lessons.plan.{name}"), "text": text}


def _step(number: int, step: Step, *, is_teachers: bool) -> SheetStep:
    phase = t(f"lesson.phases.{step.phase}")
    return {
        "head": t("lessons.step", n=number, phase=phase, page=step.page.word),
        "do": step.do,
        "notice": step.notice if is_teachers else "",
        "teacher": step.teacher if is_teachers else "",
        "question": None if step.question is None else _question(step.question, is_teachers=is_teachers),
    }


def _question(question: Question, *, is_teachers: bool) -> SheetQuestion:
    return {
        "ask": question.ask,
        "answers": list(question.answers),
        "right": LETTERS[question.right] if is_teachers else "",
        "why": question.why,
        "because": question.because if is_teachers else "",
    }
