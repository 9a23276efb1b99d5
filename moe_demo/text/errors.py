"""What can go wrong with files and texts, and the one sentence each problem is told in.

Every sentence names the file, and the line where there is one, and says what to do.
`code` and `values` let a page say the same in another language.
"""

MAX_QUOTE_CHARS = 40
MAX_QUOTES = 3

CORPUS_SENTENCES = {
    "missing": "{file} does not exist; check the path.",
    "folder": "{file} is a folder; name one file inside it.",
    "unreadable": "{file} cannot be read ({why}); check the file and its permissions.",
    "empty": "{file} is empty; it needs one headline a line.",
    "too_large": "{file} is larger than {limit} bytes, the most that is read; keep a part of it.",
    "too_many_rows": "{file} has more than {limit} rows, the most that is read; keep a part of it.",
    "archive": "{file} is an archive or a spreadsheet, not text; unpack it or save it as CSV in UTF-8.",
    "binary": "{file}, line {line}: this is not text (it contains a zero byte); save it as CSV in UTF-8.",
    "encoding": "{file}, line {line}: the text is neither UTF-8 nor GBK; save the file again in UTF-8.",
    "header": "{file}, line {line}: the header must name the columns text and label, but is {found}; "
    "put text,label in the first line.",
    "text_header": "{file}, line {line}: the header must name a column text, but is {found}; "
    "put text in the first line.",
    "json_array": "{file}, line {line}: this is one JSON array; write one JSON object a line instead.",
    "quote": "{file}, line {line}: a quotation mark is not closed properly ({why}); "
    'inside quoted text, write every " twice.',
    "unknown_label": "{file} has labels that are not known ({found}); use one of {accepted}.",
    "one_class": "{file} has headlines of only one class ({label}); "
    "add headlines of at least one more of {accepted}.",
    "nothing_left": "{file} has no usable headline ({reasons}); "
    "give each headline a text and one of the labels {accepted}.",
    "no_text": "{file} has no usable headline ({reasons}); put one headline on each line.",
    "too_few": "{file} has too few headlines of class {label} ({count}) to hold out {fraction:.0%} of them; "
    "add at least {missing} more.",
}


class CorpusError(ValueError):
    """A file of headlines that cannot be used; its message is one plain sentence."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(CORPUS_SENTENCES[code].format(**values))


class EmptyTextError(ValueError):
    """A text without a single word in it."""

    def __init__(self) -> None:
        super().__init__("The text has no words; write at least one character that can be seen.")


class VocabularyError(ValueError):
    """A vocabulary file that is missing, torn or not a vocabulary; its message is one plain sentence."""


def quote(text: str) -> str:
    """A piece of someone's file, made safe and short enough to stand inside a sentence."""
    shown = "".join(char if char.isprintable() else " " for char in text).strip()
    return f'"{shown[:MAX_QUOTE_CHARS]}…"' if len(shown) > MAX_QUOTE_CHARS else f'"{shown}"'


def quote_some(items: list[str]) -> str:
    """The first few items as a list, and how many more there are."""
    shown = ", ".join(items[:MAX_QUOTES])
    return shown if len(items) <= MAX_QUOTES else f"{shown} and {len(items) - MAX_QUOTES} more"
