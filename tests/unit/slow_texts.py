"""Texts made to be slow, and everything that reads what people bring: `python -m tests.unit.slow_texts` runs it all.

With one of them a regular expression, the csv module or unicodedata once took minutes to days, in one call that
nothing could interrupt.
"""

from contextlib import suppress

from moe_demo.text.corpus import text_key
from moe_demo.text.entities import unescape, without_tags
from moe_demo.text.errors import CorpusError, EmptyTextError, quote
from moe_demo.text.formats import parse
from moe_demo.text.intake import intake_of
from moe_demo.text.segmentation import normalize, tokenize

N = 10_000
TEXTS = {
    "letters, tabs, a letter": "a" * 200_000 + "\t" * 200_000 + "x",
    "tabs in many lines": ("a" + "\t" * 1000 + "x\n") * 20,
    "spaces": " " * 50_000 + "x",
    "marks": '"a\n' * N,
    "marks in one line": '",' * N,
    "doubled marks": "text,label\n" + '""' * N,
    "a mark to the end": 'text,label\n"' + 'a,""\n' * N,
    "marks that close in a word": "text\tlabel\n" + '"a\t"b"\n' * N,
    "open brackets": "[" * N,
    "open braces": '{"a":' * N,
    "a long number": '{"text": "a", "label": ' + "9" * 50_000 + "}",
    "a long fraction": '{"text": "a", "label": 0.' + "9" * 50_000 + "}",
    "ampersands": "&" * 50_000 + ";",
    "escaped ampersands": "&amp;" * N,
    "a long reference": "&#" + "9" * 50_000 + ";",
    "a long name": "&" + "a" * 50_000 + ";",
    "accents": "e" + "\u0300\u0316" * 80_000,
    "Hebrew accents": "\u05d0" + "\u05b0\u0591" * 80_000,
    "letters of another script": "é" * 30_000 + "a" * 30_000,
    "flags": "\U0001f1e6" * 30_000,
    "joined pictures": "\U0001f468\u200d" * 30_000,
    "keycaps": "1\ufe0f" * 30_000,
    "separators": "_!_|,|||\t;," * N,
    "rows of separators": "_!_|,|||\t;,\n" * 1_000,
    "columns": "a," * 100_000 + "\n" + "a\n" * 2_000,
    "labels": "__label__" * N,
    "blank lines": "\n" * 50_000 + "a",
    "digits": "1" * 50_000 + "\t" + "1" * 50_000,
}


def read_all() -> None:
    """Every text through every reader."""
    for name, text in TEXTS.items():
        print(name, flush=True)
        for file in ("a.txt", "a.json"):
            for read in (intake_of, lambda data, file: parse(data, file, 500_000, need_label=False)):
                with suppress(CorpusError):
                    read(text.encode(), file)
        for function in (normalize, text_key, unescape, without_tags, quote, tokenize):
            with suppress(EmptyTextError):
                function(text)


if __name__ == "__main__":
    read_all()
