"""The cookie by which a browser is known again."""

import asyncio
from http.cookies import SimpleCookie

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, Response

from moe_demo.runs.owners import is_id, new_id
from moe_demo.ui.server import visitor


def cookies_of(response: Response, cookie: str = "", scheme: str = "http", proto: str = "") -> SimpleCookie:
    """What a browser with this cookie gets to keep from such an answer."""
    middleware = visitor.middleware()
    app, sent = middleware.cls(response, *middleware.args, **middleware.kwargs), []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    headers = [(b"cookie", cookie.encode())] if cookie else []
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope = {"type": "http", "method": "GET", "path": "/", "scheme": scheme, "headers": headers}
    asyncio.run(app(scope, receive, send))
    kept = SimpleCookie()
    for name, value in sent[0]["headers"]:
        if name == b"set-cookie":
            kept.load(value.decode())
    return kept


def test_a_browser_gets_an_id_of_its_own_with_its_first_page():
    one, other = (cookies_of(HTMLResponse("<p>page</p>"))[visitor.COOKIE] for _ in range(2))
    assert is_id(one.value)
    assert one.value != other.value
    assert one["httponly"]
    assert one["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("scheme", "proto", "secure"),
    [
        ("http", "", False),
        ("http", "http", False),
        ("https", "", True),
        ("http", "https", True),
        ("http", "HTTPS, http", True),
        ("http", "http, https", False),
    ],
)
def test_behind_https_the_cookie_never_goes_over_http(scheme: str, proto: str, secure: bool):
    cookie = cookies_of(HTMLResponse(""), scheme=scheme, proto=proto)[visitor.COOKIE]
    assert (bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"]) == (secure, True, "Lax")


def test_a_known_browser_keeps_its_id_and_data_carry_none():
    assert not cookies_of(HTMLResponse(""), f"{visitor.COOKIE}={new_id()}")
    assert not cookies_of(JSONResponse({}))


@pytest.mark.parametrize("value", ["", "x", "../../etc", "A" * 32, "a" * 31, "a" * 33, '"><script>'])
def test_what_is_no_id_counts_as_none_and_is_replaced(value: str):
    headers = [(b"cookie", f"{visitor.COOKIE}={value}".encode())]
    assert visitor.visitor_of(HTTPConnection({"type": "http", "headers": headers})) == ""
    assert is_id(cookies_of(HTMLResponse(""), f"{visitor.COOKIE}={value}")[visitor.COOKIE].value)


def test_an_id_is_read_from_the_cookie():
    mine = new_id()
    headers = [(b"cookie", f"other=1; {visitor.COOKIE}={mine}".encode())]
    assert visitor.visitor_of(HTTPConnection({"type": "http", "headers": headers})) == mine
