"""Where something is written, in the reader's language: papers keep their names, `section 3.2` becomes words."""

from __future__ import annotations

import re

from moe_demo.ui.kit.i18n import t

_AND = re.compile(r"(?<=\d|t) and (?=\d|section \d|Eq\. \d)")
"""Between two places of one paper; that between two authors stays."""
_PLACE = re.compile(
    r"(?<![A-Za-z/_])(?:(?P<kind>section|Algorithm|Eq\.) (?P<n>\d[\d.]*(?:-\d+)?)"
    r"|(?P<word>abstract|technical report|report)(?![A-Za-z._]))"
)
_KEY_OF = {"Eq.": "equation", "technical report": "technical_report"}


def cited(source: object) -> str:
    """A source as records hold it, in English, as a page says it."""

    def in_words(found: re.Match[str]) -> str:
        name = found["kind"] or found["word"]
        return t(f"cited.{_KEY_OF.get(name, name.lower())}", n=found["n"])

    return _PLACE.sub(in_words, _AND.sub(t("cited.and"), str(source)))
