"""What people bring is read in a time like that of any other text, whatever it is made of."""

import ast
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.unit.slow_texts import TEXTS

LIMIT_SECONDS = 280  # some ten are needed: a bound on what has none, not a measurement


def test_no_text_is_slow():
    """In a process of its own: a regular expression that runs away cannot be stopped from inside."""
    command = [sys.executable, "-m", "tests.unit.slow_texts"]
    try:
        done = subprocess.run(
            command, timeout=LIMIT_SECONDS, check=True, cwd=ROOT, capture_output=True, text=True
        )
    except subprocess.TimeoutExpired as error:
        pytest.fail(f"this text took too long: {(error.stdout or b'').decode().splitlines()[-1]}")
    assert done.stdout.splitlines() == [*TEXTS]


def test_only_two_modules_search_text_with_patterns():
    """Of each of theirs every repetition has a bound, or is of one kind of character that nothing after it shares."""
    users = [
        path.name
        for path in sorted((ROOT / "moe_demo" / "text").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "re" in {getattr(node, "module", ""), *(a.name for a in node.names)}
    ]
    assert users == ["entities.py", "segmentation.py"]
