"""Why a lesson file is refused."""

from __future__ import annotations

from moe_demo.errors import SaidError

LESSON_SENTENCES = {
    "encoding": "The lesson is no UTF-8 text; save the file as UTF-8.",
    "too_large": "The lesson has {size:,} bytes, at most {limit:,} are read; make it shorter.",
    "syntax": "Line {line} is not TOML; look at its quotation marks, brackets and the sign =.",
    "unknown_key": "Line {line}: {table} has no key {name}; it may have {known}.",
    "missing_key": "Line {line}: {table} needs the key {name}.",
    "text": "Line {line}: {name} must be a text in quotation marks, and not an empty one.",
    "table": "Line {line}: {name} must be a table, such as [{name}] with a line for each key.",
    "texts": 'Line {line}: {name} must be a list of texts, such as ["one", "two"].',
    "too_long": "Line {line}: {name} takes {width} columns, there is room for {limit} "
    "(a Chinese character takes two); shorten it.",
    "steps": "Line {line}: a lesson has {low} to {high} steps, this one has {n}.",
    "word": "Line {line}: {name} cannot be {value}; write one of {known}.",
    "setting": "Line {line}: the page {page} has no setting {name}; it may have {known}.",
    "value": "Line {line}: the setting {name} cannot be {value}.",
    "run": "Line {line}: there is no run named {value}.",
    "place": "Line {line}: the setting {name} names what this sentence or this run does not have.",
    "answers": "Line {line}: a question has {low} to {high} answers, this one has {n}.",
    "right": "Line {line}: the right answer is {value}, but the answers are {known}.",
    "order": "Line {line}: a step that predicts asks a question, and a step that runs follows it without one.",
    "no_twin": "The lesson {name} is not there in the language {lang}; write {path}.",
    "twin": "Line {line}: {name} is not the same as in the other language; make them equal.",
}


class LessonError(SaidError):
    """A lesson that cannot be given; the message says where and why."""

    topic = "lesson"
    sentences = LESSON_SENTENCES
