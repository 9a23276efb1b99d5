"""The library as the README shows it in a notebook: its lines run as they stand, and give tidy tables."""

import re
from pathlib import Path

import pandas as pd
import pytest

import moe_demo

ROOT = Path(moe_demo.__file__).parents[1]


def notebook_lines() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("In a notebook:")[1]
    return [line.strip() for line in re.findall(r"(?m)^    .*$", block.split("\n## ")[0])]


def test_every_line_of_the_readme_runs_and_what_it_shows_is_a_tidy_table():
    names: dict = {}
    shown = []
    for line in notebook_lines():
        try:
            shown.append(eval(line, names))
        except SyntaxError:
            exec(line, names)
    frames = [value for value in shown if isinstance(value, pd.DataFrame)]
    assert len(frames) >= 4
    for frame in frames:
        assert len(frame)
        assert not {"layer"} - set(frame.columns)


@pytest.mark.parametrize("name", moe_demo.__all__)
def test_every_name_of_the_library_is_there(name: str):
    assert getattr(moe_demo, name).__doc__
