"""What the app costs and how soon it answers: in a browser, page by page, and for a class of 30.

    python -m benchmarks app [--servers 3] [--clicks 15] [--minutes 3] [--json]

Three benchmarks, one after the other, each of which can be run alone: `browser`, `clicks`, `load`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks import browser, clicks, load
from tests.browser.helpers import ROOT


def main(argv: Sequence[str] | None = None) -> None:
    """Measure all three, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks app", description=__doc__)
    parser.add_argument("--servers", type=int, default=3, help="fresh servers to open")
    parser.add_argument("--clicks", type=int, default=15)
    parser.add_argument("--minutes", type=float, default=3.0, help="how long the class lasts")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args(argv)
    script = ROOT / "app.py"
    answers = browser.measure(options.servers, options.clicks)
    pages = clicks.measure(script, options.clicks)
    of_class = load.measure(script, load.VISITORS, load.EVERY_SECONDS, 60 * options.minutes)
    if options.json:
        print(
            json.dumps(
                {"browser": answers, "pages": [asdict(page) for page in pages]} | {"load": asdict(of_class)}
            )
        )
        return
    browser.show(answers)
    clicks.show(pages)
    load.show(of_class)
