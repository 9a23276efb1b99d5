"""What a process that this program starts knows of its surroundings."""

from __future__ import annotations

import os
from pathlib import Path

from moe_demo.runs.owners import OPERATOR_VARIABLE

PACKAGE_FOLDER = Path(__file__).parents[2]


def environment() -> dict[str, str]:
    """That of this program without the operator's word; where the package is not installed, Python finds it there."""
    inherited = {name: value for name, value in os.environ.items() if name != OPERATOR_VARIABLE}
    if PACKAGE_FOLDER.name in ("site-packages", "dist-packages"):
        return inherited
    paths = [str(PACKAGE_FOLDER), inherited.get("PYTHONPATH", "")]
    return inherited | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
