"""The short link of a class: sent on to the page that the class looks at, so that who comes late is there at once.

    /?class=k7mq2f  ->  /top-k?k=2&class=k7mq2f

What asks for more than class and language stays as it is; the page's own bar then follows, or says why it cannot.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.middleware import Middleware

from moe_demo.jobs.classrooms import Classrooms
from moe_demo.runs.errors import RunError
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit.selection import KEYS
from moe_demo.ui.server.short_links import ShortLinks

_CLASS, _LANG = KEYS["class_code"], KEYS["lang"]
_URL_PATHS = {page.url_path for page in PAGES}


def middleware() -> Middleware:
    """What sends such links on."""
    return Middleware(ShortLinks, parameter=_CLASS, target=target)


def target(url_path: str, query: str) -> str | None:
    """Where a link leads, relative to the page that it names; None where it stays. Both without their sign."""
    asked = dict(parse_qsl(query))
    if _CLASS in asked:
        asked[_CLASS] = asked[_CLASS].lower()  # a phone begins a word that is typed with a capital
    if url_path not in _URL_PATHS or _CLASS not in asked or not asked.keys() <= {_CLASS, _LANG}:
        return None
    try:
        place = Classrooms().room(asked[_CLASS]).place
    except RunError:
        return None
    params = dict(place.params) | asked
    return (
        None
        if place.url_path == url_path and params == asked
        else f"{place.url_path or '.'}?{urlencode(params)}"
    )
