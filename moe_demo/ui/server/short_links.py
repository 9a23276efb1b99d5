"""A link that names little is sent on to the page and state that it stands for: of a class, of a lesson's step.

Middleware(ShortLinks, parameter="class", target=target)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse

Target = Callable[[str, str], str | None]
"""Where the link of a page and a query leads, relative to the page; None where it stays."""


class ShortLinks:
    """Answers a request for a page whose query has this parameter and leads elsewhere."""

    def __init__(self, app: Any, *, parameter: str, target: Target) -> None:
        self.app, self.sign, self.target = app, f"{parameter}=".encode(), target

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send on, or pass on."""
        if (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and self.sign in scope["query_string"]
        ):
            request = Request(scope)
            found = self.target(request.url.path.rpartition("/")[2], request.url.query)
            if found is not None and "text/html" in request.headers.get("accept", ""):
                # Relative, so that it holds behind any base path, host and scheme.
                await RedirectResponse(found, status_code=307)(scope, receive, send)
                return
        await self.app(scope, receive, send)
