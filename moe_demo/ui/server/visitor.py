"""Who is looking: an id for each browser, so that only the one that started a job may stop it.

The server hands every browser a random cookie with its first page; scripts of the page cannot read it, and it says
nothing about the person. It is no password: whoever copies it from the browser's own store is that browser.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection

from moe_demo.runs.owners import is_id, new_id

COOKIE = "moe_browser"
HEADER = "x-moe-browser"
"""What a page that is open in a browser without cookies adds to its own requests: the id of the visit."""
_SECONDS = 365 * 24 * 3600


def visitor_id() -> str:
    """The id of the browser this script run belongs to; one that ends with the visit where it takes no cookies."""
    found = _checked(st.context.cookies.get(COOKIE, ""))
    return found or str(st.session_state.setdefault("visitor.id", new_id()))


def has_cookie() -> bool:
    """Whether the browser will still be known when it comes back."""
    return bool(_checked(st.context.cookies.get(COOKIE, "")))


def visit_id() -> str:
    """The id that the page itself must send along, since the browser sends no cookie; empty where it does."""
    return "" if has_cookie() else visitor_id()


def visitor_of(connection: HTTPConnection) -> str:
    """The id of the browser that sent a request: as `visitor_id` on its page."""
    return _checked(connection.cookies.get(COOKIE, "")) or _checked(connection.headers.get(HEADER, ""))


def middleware() -> Middleware:
    """What gives browsers their cookie."""
    return Middleware(_Cookies)


def _checked(value: object) -> str:
    """The id, or nothing: outside a browser there may be no text at all."""
    return value if isinstance(value, str) and is_id(value) else ""


def _is_https(scope: Any) -> bool:
    """Whether the browser speaks https, to this server or to the proxy in front of it."""
    forwarded = HTTPConnection(scope).headers.get("x-forwarded-proto", "")
    return scope.get("scheme") == "https" or forwarded.partition(",")[0].strip().lower() == "https"


class _Cookies:
    """Puts a cookie on the answer to every request for a page that came without one."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on, with one header more where it is needed."""
        if scope["type"] != "http" or _checked(HTTPConnection(scope).cookies.get(COOKIE, "")):
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    value = new_id()
                    secure = "; Secure" if _is_https(scope) else ""
                    headers.append(
                        "set-cookie",
                        f"{COOKIE}={value}; Max-Age={_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}",
                    )
            await send(message)

        await self.app(scope, receive, send_with_cookie)
