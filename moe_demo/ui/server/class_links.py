"""The short link of a class: sent on to the page that the class looks at, so that who comes late is there at once.

    /?class=k7mq2f  ->  /top-k?k=2&class=k7mq2f

What asks for more than class and language stays as it is; the page's own bar then follows, or says why it cannot.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse

from moe_demo.jobs.classrooms import Classrooms
from moe_demo.runs.errors import RunError
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit.selection import KEYS

_CLASS, _LANG = KEYS["class_code"], KEYS["lang"]
_URL_PATHS = {page.url_path for page in PAGES}


def middleware() -> Middleware:
    """What sends such links on."""
    return Middleware(_ClassLinks)


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


class _ClassLinks:
    """Answers a request for a page that only names a class."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send on, or pass on."""
        if (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and b"class=" in scope["query_string"]
        ):
            request = Request(scope)
            found = target(request.url.path.rpartition("/")[2], request.url.query)
            if found is not None and "text/html" in request.headers.get("accept", ""):
                # Relative, so that it holds behind any base path, host and scheme.
                await RedirectResponse(found, status_code=307)(scope, receive, send)
                return
        await self.app(scope, receive, send)
