"""HTML's way of writing characters, undone: `&quot;火箭&quot;&nbsp;` is `"火箭" `, and `<em>火箭</em>` is `火箭`.

Headlines taken from web pages are full of it, some escaped twice (`&amp;quot;`). What is no such character stays:
`AT&T`, `R&D`, `&foo;`, `<三体>`. Every repetition in the pattern has a bound, so that no text is slow to search.
"""

from __future__ import annotations

import html
import re

_SURE_NAMES = "nbsp|quot|amp|lt|gt"  # browsers read these without their semicolon too
PATTERN = (
    "&(?:amp;){0,3}(?:"
    "(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31})[;；]"
    f"|(?:{_SURE_NAMES})(?![A-Za-z0-9=;；]))"
)
_ENTITY = re.compile(PATTERN)


_TAG = re.compile(
    r"</?(?:a|b|br|div|em|font|h[1-6]|i|img|mark|p|small|span|strong|sub|sup|u)(?:[ /][^<>]{0,300})?>",
    re.IGNORECASE,
)


def without_tags(text: str) -> str:
    """The text without the tags of a page's running text; those of its meaning, `&lt;b&gt;`, stay."""
    if "<" not in text:
        return text
    return _TAG.sub(lambda match: " " if match.group()[1:3].lower() == "br" else "", text)


def unescape(text: str) -> str:
    """The text with its characters as they are meant."""
    return _ENTITY.sub(lambda match: character(match.group()), text) if "&" in text else text


def character(entity: str) -> str:
    """What one match of PATTERN stands for; the match itself where it is no character of HTML."""
    name = entity[1:].rstrip(";；")
    while name.startswith("amp;"):
        name = name.removeprefix("amp;")
    for spelling in (name, name.lower()):  # &QUOT; and &NBSP; are met as well
        found = html.unescape(f"&{spelling};")
        if found != f"&{spelling};":
            return found
    return entity
