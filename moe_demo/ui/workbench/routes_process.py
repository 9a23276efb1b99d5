"""A file of routes, read in a process of its own with limits: `python -m moe_demo.ui.workbench.routes_process`."""

from __future__ import annotations

import sys
from typing import Any

from moe_demo.insight.routes_errors import RoutesError
from moe_demo.insight.routes_files import MAX_BYTES, Routes, read_routes
from moe_demo.jobs.apart import Limit, RefusedError, answering, apart

LIMIT = Limit(seconds=30, mb=8000)
"""Of addresses; the libraries of a torch for GPUs are some five thousand."""


def routes_apart(data: bytes, file: str, n_routed: int | None = None, **options: Any) -> Routes:
    """As `read_routes`; `options` as for `apart`. Raises RoutesError."""
    if len(data) > MAX_BYTES:
        raise RoutesError("too_large", file=file, limit=MAX_BYTES // 1_000_000)
    try:
        return apart("moe_demo.ui.workbench.routes_process", (data, file, n_routed), Routes, **options)
    except RefusedError as refused:
        if refused.why != "too_much":
            raise RoutesError("busy" if refused.why == "busy" else "failed", file=file) from None
        raise RoutesError("reading", file=file, seconds=LIMIT.seconds, mb=LIMIT.mb) from None


if __name__ == "__main__":
    sys.exit(answering(lambda brought: read_routes(*brought), LIMIT))
