"""Finds the example headlines of the bundled run in its held-out half: `python -m moe_demo.releases.make_examples`.

`insight.telling_headlines` says what is looked for. The same run gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import load_run
from moe_demo.insight.telling_headlines import telling_headlines
from moe_demo.releases.examples import EXAMPLE_RUN, EXAMPLES, write_examples
from moe_demo.training.distributed import one_thread


def main(argv: Sequence[str] | None = None) -> None:
    """Search, write, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m moe_demo.releases.make_examples", description=__doc__)
    parser.add_argument("--out", type=Path, default=EXAMPLES, help="where to write them")
    options = parser.parse_args(argv)
    run = load_run(EXAMPLE_RUN)
    with one_thread():
        found = telling_headlines(run, split_of_run(run.store).held_out)
    write_examples(found, options.out)
    for one in found:
        change = f"K {one.top_k}" if one.top_k else f"E{one.expert} {one.push:+g}"
        turned = f"{one.why} L{one.layer} {change}: {one.before} -> {one.after}"
        print(one.text, f"routes {one.sets} of {one.n_words}" if one.why == "routes" else turned)


if __name__ == "__main__":
    main()
