"""The lessons there are: those that ship, one file a language, and those that visitors have brought.

    shipped("en")                      every lesson that ships, in order
    lesson_called("collapse", "en")    one of them, or one of somebody's own; None where there is none

Files that ship are read once; that their runs, checkpoints and places exist, and that both languages say the same, is
seen to by tests.
"""

from __future__ import annotations

from functools import cache

from moe_demo.jobs.lesson_files import LessonFiles
from moe_demo.ui.frame.lesson import Lesson
from moe_demo.ui.frame.lesson_errors import LessonError
from moe_demo.ui.frame.lesson_file import read_lesson
from moe_demo.ui.kit.bounded import BoundedCache
from moe_demo.ui.kit.i18n import LOCALES

NAMES = ("tour", "routing", "collapse", "causes", "engineers", "data")
"""In the order of the page for teachers."""


@cache
def shipped(lang: str) -> tuple[Lesson, ...]:
    """The lessons that ship, in one language."""
    return tuple(read_lesson(source(name, lang), name) for name in NAMES)


def source(name: str, lang: str) -> str:
    """The file of a lesson that ships. Raises LessonError where a language has none."""
    path = LOCALES / lang / "lessons" / f"{name}.toml"
    if not path.is_file():
        raise LessonError("no_twin", name=name, lang=lang, path=f"locales/{lang}/lessons/{name}.toml")
    return path.read_text(encoding="utf-8")


def lesson_called(name: str, lang: str) -> Lesson | None:
    """The lesson of this name; one of somebody's own speaks the language that it is written in."""
    for lesson in shipped(lang):
        if lesson.name == name:
            return lesson
    return _own(name)


def _own(name: str) -> Lesson | None:
    text = LessonFiles().text(name)
    if text is None:
        return None
    try:
        return _read.get((name, text), lambda: read_lesson(text, name))
    except LessonError:  # it was right when it was brought; a page has changed since
        return None


_read: BoundedCache[Lesson] = BoundedCache(64, lambda _: 1)
