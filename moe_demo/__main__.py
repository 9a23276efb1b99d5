"""`python -m moe_demo`: the command line."""

import sys

from moe_demo.cli import main

if __name__ == "__main__":
    sys.exit(main())
