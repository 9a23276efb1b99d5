"""What the server answers besides Streamlit's own addresses, each below the base path where there is one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit import chart
from moe_demo.ui.server import class_routes, live


def every_route() -> list[Route]:
    """The library of the charts, the training that is watched, the classes, and the addresses that pages once had."""
    routes = [chart.library_route(), *live.routes(), *class_routes.routes(), *former_addresses()]
    return [Route(_base_path() + route.path, route.endpoint, methods=route.methods) for route in routes]


def _base_path() -> str:
    """What goes before every address, by `--server.baseUrlPath`: empty, or such as `/demo/x`.

    An ASGI server's own `--root-path` is taken off before a route is asked.
    """
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def former_addresses() -> list[Route]:
    """A link that somebody kept: sent on to the page's address of today with all it asks for."""
    return [
        Route(f"/{former}", _sent_on(page.url_path)) for page in PAGES for former in page.former_url_paths
    ]


def _sent_on(url_path: str) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        # Relative, so that it holds behind any base path, host and scheme.
        return RedirectResponse(f"{url_path}?{request.url.query}".rstrip("?"), status_code=308)

    return endpoint
