"""The style of the frame comes with the first answer, and with nothing else."""

import asyncio
import gzip

import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response

from moe_demo.ui.frame.head import STYLE
from moe_demo.ui.server import early_style

PAGE = "<html><head><title>t</title></head><body><p>" + "page " * 500 + "</p></body></html>"
BROWSER = {b"accept": b"text/html,*/*", b"accept-encoding": b"gzip"}


def answer(response: Response, headers: dict[bytes, bytes], method: str = "GET") -> tuple[dict, bytes]:
    """Headers and body that a browser gets from a server that compresses."""
    middleware = early_style.middleware()
    app = middleware.cls(GZipMiddleware(response), *middleware.args, **middleware.kwargs)
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    scope = {"type": "http", "method": method, "path": "/", "headers": list(headers.items())}
    asyncio.run(app(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}, body


def test_a_page_carries_the_style_once_at_its_end_and_says_its_length():
    headers, body = answer(HTMLResponse(PAGE, headers={"etag": "x"}), BROWSER)
    assert body.decode() == PAGE.replace("</body>", f"<style>{STYLE}</style></body>")
    assert headers["content-length"] == str(len(body))
    assert "etag" not in headers


@pytest.mark.parametrize(
    "response", [JSONResponse({"a": "</body>" * 500}), HTMLResponse(PAGE, status_code=404)]
)
def test_what_is_no_page_is_passed_on_as_it_is(response: Response):
    assert answer(response, BROWSER)[1] == response.body


def test_what_is_not_asked_for_as_a_page_stays_compressed():
    headers, body = answer(HTMLResponse(PAGE), BROWSER | {b"accept": b"*/*"})
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body).decode() == PAGE
