"""What the lesson bar is given: where the reader is in the lesson, what to do, the question, and what has come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from moe_demo.ui.frame.lesson import LETTERS, Lesson
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.selection import Depth
from moe_demo.ui.kit.words import key_help


class LessonQuestion(TypedDict):
    """The question on show, with the reader's answer and, once it is known, the right one."""

    ask: str
    answers: list[str]
    picked: int | None
    right: int | None
    """None as long as it is not to be shown."""
    open: bool
    """Whether an answer may still be given."""
    outcome: str
    """What has become of the reader's answer, in words."""
    why: str
    """Empty where it is not asked here."""
    because: str


class FrameLessonBarData(TypedDict):
    """One step of a lesson."""

    title: str
    place: str
    """Which step of how many, and what is done in it."""
    number: int
    count: int
    do: str
    notice: str
    known: bool
    """Whether what is to be noticed may be shown; its room is kept before."""
    question: LessonQuestion | None
    away: bool
    """Whether the page is not, or no longer, as the step opens it."""
    whole: bool | None
    """Whether the whole page stands below; None where the step leaves nothing out."""
    depth: str
    """In words."""
    present: bool
    """Whether a class looks on: then the keys of a clicker hold on the whole page."""
    is_class: bool
    """Whether this page leads or follows a class already."""
    teacher: str
    """For the teacher's own window, as what is coming; empty where no class looks on."""
    coming: str
    keys: dict[str, str]
    words: dict[str, str]
    lang: str


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How a reader has a step before them."""

    picked: int | None = None
    """Their answer to the question that is on show."""
    away: bool = False
    whole: bool | None = None
    depth: Depth = "look"
    present: bool = False
    is_class: bool = False


def lesson_bar_data(lesson: Lesson, number: int, seen: Seen) -> FrameLessonBarData:
    """The bar of a step."""
    step = lesson.step(number)
    question = _question(lesson, number, seen.picked)
    is_known = step.phase == "predict" or question is None or question["right"] is not None
    return {
        "title": lesson.plan.title,
        "place": t("lesson.place", n=number, all=len(lesson.steps), phase=t(f"lesson.phases.{step.phase}")),
        "number": number,
        "count": len(lesson.steps),
        "do": step.do,
        "notice": step.notice,
        "known": is_known,
        "question": question,
        "away": seen.away,
        "whole": seen.whole,
        "depth": t(f"lesson.depths.{seen.depth}"),
        "present": seen.present,
        "is_class": seen.is_class,
        "teacher": step.teacher if seen.present else "",
        "coming": lesson.step(number + 1).do if seen.present and number < len(lesson.steps) else "",
        "keys": key_help("lesson.present_keys" if seen.present else "lesson.keys"),
        "words": labels("lesson.words"),
        "lang": language(),
    }


def _question(lesson: Lesson, number: int, picked: int | None) -> LessonQuestion | None:
    asked = lesson.asks(number)
    if asked is None:
        return None
    asking, question = asked
    is_predicted = lesson.step(asking).phase == "predict"
    is_settled = asking != number or (picked is not None and not is_predicted)
    return {
        "ask": question.ask,
        "answers": list(question.answers),
        "picked": picked,
        "right": question.right if is_settled else None,
        "open": asking == number,
        "outcome": _outcome(picked, question.right, is_settled=is_settled, is_predicted=is_predicted),
        "why": "" if asking == number and is_predicted else question.why,
        "because": question.because,
    }


def _outcome(picked: int | None, right: int, *, is_settled: bool, is_predicted: bool) -> str:
    if not is_settled:
        if picked is None:
            return t("lesson.ask_prediction" if is_predicted else "lesson.ask")
        return t("lesson.predicted", letter=LETTERS[picked])
    if picked is None:
        return t("lesson.no_prediction", right=LETTERS[right])
    key = "lesson.right" if picked == right else "lesson.wrong"
    return t(key, letter=LETTERS[picked], right=LETTERS[right])
