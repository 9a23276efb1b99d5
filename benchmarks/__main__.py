"""`python -m benchmarks NAME ...`: each benchmark is a module of this folder with a `main(argv)`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main(argv: list[str]) -> int:
    """Hand the rest of the command line to the named benchmark; say which there are where none is named."""
    if not argv or argv[0] not in NAMES:
        print(
            f"usage: python -m benchmarks NAME ..., where NAME is one of {', '.join(NAMES)}", file=sys.stderr
        )
        return 2
    importlib.import_module(f"benchmarks.{argv[0]}").main(argv[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
