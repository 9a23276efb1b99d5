"""The style of the frame in the very first answer, so that what is drawn first stands at once where it will stay.

That is what Streamlit draws before the page's own script has run, and the first elements of that script. The script
says the style again (`frame.head`), which comes some tenths of a second later: without this a page is whole, and jumps.
"""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware

from moe_demo.ui.frame.head import STYLE

_END = b"</body>"  # not the head: the rules of Streamlit's own elements are put there, and the later one wins
# Of the file on disk, which is not what is sent: a browser that asked by them would keep yesterday's style.
_ABOUT_THE_FILE = ("etag", "last-modified", "accept-ranges")


def middleware() -> Middleware:
    """What puts the style into every HTML page."""
    return Middleware(_EarlyStyle, style=f"<style>{STYLE}</style>".encode())


class _EarlyStyle:
    """An answer with HTML is kept back until it is whole, and sent on with the style at its end."""

    def __init__(self, app: Any, style: bytes) -> None:
        self.app = app
        self.style = style

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on; what is not asked for as a page, or is none, as it is."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        start: Any = None
        body = b""

        async def send_with_style(message: Any) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    whole = self._styled(start, body)
                    await send(start)
                    await send({"type": "http.response.body", "body": whole})

        # Nothing can be put into what is compressed already, and a page is short.
        plainly = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app(scope | {"headers": plainly}, receive, send_with_style)

    def _styled(self, start: Any, body: bytes) -> bytes:
        """The page with the style; its length is told in the answer's headers, which are changed."""
        if not body:
            return body  # HEAD
        whole = body.replace(_END, self.style + _END, 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(whole))
        for name in _ABOUT_THE_FILE:
            del headers[name]
        return whole


def _is_page(start: Any) -> bool:
    return start["status"] == 200 and Headers(raw=start["headers"]).get("content-type", "").startswith(
        "text/html"
    )
