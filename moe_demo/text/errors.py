"""What can go wrong with files and texts, and the one sentence each problem is told in.

Every sentence names the file, and the line where there is one, and says what to do.
`code` and `values` let a page say the same in another language.
"""

from __future__ import annotations

from typing import ClassVar

from moe_demo.errors import SaidError

MAX_QUOTE_CHARS = 40
MAX_QUOTES = 3

CORPUS_SENTENCES = {
    "missing": "{file} does not exist; check the path.",
    "device": "{file} is no file but a device; name a file of headlines.",
    "slow": "{file} is a pipe that has not ended after {seconds:.0f} seconds; write to it at once, or name a file.",
    "folder": "{file} is a folder; name one file inside it.",
    "unreadable": "{file} cannot be read ({why}); check the file and its permissions.",
    "empty": "{file} is empty; it needs one headline a line.",
    "too_large": "{file} is larger than {limit} bytes, the most that is read; keep a part of it.",
    "too_many_rows": "{file} has more than {limit} rows, the most that is read; keep a part of it.",
    "archive": "{file} is an archive, a spreadsheet or a document, not text; unpack it or save it as CSV in UTF-8.",
    "binary": "{file}, line {line}: this is not text (it contains a zero byte); save it as CSV in UTF-8.",
    "encoding": "{file}, line {line}: the text is neither UTF-8 nor GBK; save the file again in UTF-8.",
    "mixed": "{file}, line {line}: this line is {encoding}, but the lines before it are {before}; "
    "save the whole file again in UTF-8.",
    "header": "{file}, line {line}: the header must name the columns text and label, but is {found}; "
    "put text,label in the first line, or a name for every column, separated as the lines below are.",
    "text_header": "{file}, line {line}: the header must name a column text, but is {found}; "
    "put text in the first line, or a name for every column, separated as the lines below are.",
    "json_array": "{file}, line {line}: this is one JSON array; write one JSON object a line instead.",
    "json_object": "{file}, line {line}: this is one JSON object around all headlines; "
    "write one JSON object a headline and line instead.",
    "markup": "{file} is {kind}, not lines of headlines; save it as CSV with the columns text and label.",
    "more": "{file}, line {line}: {found} holds more than a headline, as other lines do; "
    "write text,label in the first line and every label into a column of its own.",
    "quote": "{file}, line {line}: a quotation mark is opened here and closed nowhere; "
    'inside quoted text, write every " twice.',
    "reading": "{file} takes more than {seconds} seconds or {mb} MB of memory to read; keep a part of it.",
    "failed": "{file} cannot be read; save it once more and bring it again.",
    "busy": "{file} was not read because too many files are being read already; try again in a minute.",
    "unknown_label": "{file} has labels that are not known ({found}); use one of {accepted}.",
    "one_class": "{file} has headlines of only one class ({label}); "
    "add headlines of at least one more of {accepted}.",
    "nothing_left": "{file} has no usable headline ({reasons}); "
    "give each headline a text and one of the labels {accepted}.",
    "no_labelled": "{file} has no headline with a text and a label ({reasons}); give each headline both.",
    "no_text": "{file} has no usable headline ({reasons}); put one headline on each line.",
    "too_few": "{file} has too few headlines of class {label} ({count}) to hold out {fraction:.0%} of them; "
    "add at least {missing} more.",
    "no_class": "{file} has no label that belongs to a class; choose at least two classes for its labels.",
    "only_class": "{file} has headlines of only one class ({label}); choose at least two classes for its labels.",
    "many_classes": "{file} has labels of {count} classes, and {limit} is the most; "
    "put some together or leave some out.",
    "class_name": "{file} has a class whose name is blank or too long ({found}); write 1 to {limit} characters.",
}

_RESTORE = "restore it from a copy or train the run again."
VOCABULARY_SENTENCES = {
    "unreadable": "{path} cannot be read ({why}); " + _RESTORE,
    "not_utf8": "{path} is not UTF-8 text; " + _RESTORE,
    "torn": "{path} has lost its beginning or its end; " + _RESTORE,
    "repeats": "{path} has the word {word!r} more than once or an empty line; " + _RESTORE,
}

DETAIL_SENTENCES = {
    "fields": "{found} fields, {columns} columns; put a text that has the separator in it in quotation marks",
    "many_labels": "{count} labels; keep one of them",
    "long_label": "a label of {count} characters, {limit} at most; a label is a word or two",
    "not_json": "not a JSON object",
    "no_tab": "no tab before a class id",
    "few_fields": "fewer than four fields between _!_",
    "many_fields": "more than five fields between _!_; take _!_ out of the title",
    "label_inside": "a label in the middle; put it before the headline",
    "too_long": "{count} characters, {limit} at most; an article is no headline",
    "same_as": "line {line}",
    "disagree": "{places}",
    "label": "{label}",
}


class CorpusError(SaidError):
    """A file of headlines that cannot be used; its message is one plain sentence."""

    topic = "corpus"
    sentences = CORPUS_SENTENCES


class Detail(str):
    """What exactly is wrong with one row, in English; `code` and `values` say it in another language."""

    code: str
    values: dict[str, object]

    def __new__(cls, code: str, **values: object) -> Detail:
        """The sentence of this code, filled."""
        detail = super().__new__(cls, DETAIL_SENTENCES[code].format(**values))
        detail.code, detail.values = code, values
        return detail

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """As pickle needs it: made from code and values, not from the sentence."""
        return (self.code,), self.values


class EmptyTextError(SaidError):
    """A text without a single word in it."""

    topic = "text"
    sentences: ClassVar = {"empty": "The text has no words; write at least one character that can be seen."}

    def __init__(self) -> None:
        super().__init__("empty")

    def __reduce__(self) -> tuple[type[EmptyTextError], tuple[()]]:
        """As pickle needs it."""
        return EmptyTextError, ()


class VocabularyError(SaidError):
    """A vocabulary file that is missing, torn or not a vocabulary; its message is one plain sentence."""

    topic = "vocabulary"
    sentences = VOCABULARY_SENTENCES


def quote(text: str) -> str:
    """A piece of someone's file, made safe and short enough to stand inside a sentence."""
    beginning = text.strip()[: MAX_QUOTE_CHARS + 1]  # not all of what may be millions of characters
    shown = "".join(char if char.isprintable() else " " for char in beginning).strip()
    return f'"{shown[:MAX_QUOTE_CHARS]}…"' if len(shown) > MAX_QUOTE_CHARS else f'"{shown}"'


def quote_some(items: list[str]) -> str:
    """The first few items as a list, and how many more there are."""
    shown = ", ".join(items[:MAX_QUOTES])
    return shown if len(items) <= MAX_QUOTES else f"{shown} and {len(items) - MAX_QUOTES} more"
