"""The house keeps its shape: who imports whom, how long things are, and what importing does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.architecture import PICTURE, drawing, parts, places
from tests.unit.architecture import (
    MAX_FUNCTION_LINES,
    MAY_IMPORT,
    MUST_NOT_IMPORT,
    ROOT,
    address_breaches,
    import_breaches,
    length_breaches,
    machine_path_breaches,
    module_name,
    random_breaches,
)

APP_FOLDERS = (".", "moe_demo", "pages")
CODE_FOLDERS = (*APP_FOLDERS, "benchmarks", "scripts", "tests")
TEXT_SUFFIXES = {".py", ".js", ".css", ".html", ".md", ".toml", ".txt", ".sh", ".json", ""}

# What a component may name: the namespace of SVG is a name, not an address.
COMPONENT_HOSTS = ("www.w3.org",)


def files(*folders: str, suffixes: set[str]) -> list[Path]:
    """Project files below the folders, relative to the root; "." means those directly in the root."""
    found: list[Path] = []
    for folder in folders:
        found += ROOT.iterdir() if folder == "." else (ROOT / folder).rglob("*")
    return sorted(path.relative_to(ROOT) for path in found if path.is_file() and path.suffix in suffixes)


def breaches(check: Callable[..., list[str]], paths: list[Path], *args: object) -> list[str]:
    """What a check finds in all of these files."""
    assert paths, "there is nothing to check"
    return [line for path in paths for line in check((ROOT / path).read_text(encoding="utf-8"), path, *args)]


def test_imports_go_in_one_direction():
    assert breaches(import_breaches, files(*APP_FOLDERS, suffixes={".py"})) == []


def test_the_table_of_the_house_knows_only_parts_that_come_earlier():
    assert MAY_IMPORT.keys() == MUST_NOT_IMPORT.keys()
    order = list(MAY_IMPORT)
    for part in order[: order.index("__init__")]:
        earlier = {*order[: order.index(part)], "__init__"}
        assert set(MAY_IMPORT[part].split()) <= earlier, part


def test_the_picture_of_the_floors_is_that_of_the_rules():
    """`make architecture` draws it again."""
    assert PICTURE.read_text(encoding="utf-8") == drawing()


def test_no_floor_is_drawn_over_another():
    boxes, _ = places(parts())
    assert len({(left, top) for left, top, _ in boxes.values()}) == len(boxes) > 10


def test_what_is_shown_draws_no_random_number():
    assert breaches(random_breaches, files(*APP_FOLDERS, suffixes={".py"})) == []


def test_files_and_functions_stay_short():
    assert breaches(length_breaches, files(*CODE_FOLDERS, suffixes={".py", ".js"})) == []


def test_no_file_names_a_path_of_one_machine():
    own = {"test_architecture.py", "architecture.py"}  # they hold the bad examples
    paths = files(*CODE_FOLDERS, "docs", ".streamlit", ".ci", suffixes=TEXT_SUFFIXES)
    assert breaches(machine_path_breaches, [path for path in paths if path.name not in own]) == []


def test_components_name_no_other_host():
    paths = files("moe_demo/ui", suffixes={".js", ".css", ".html", ".py"})
    assert breaches(address_breaches, paths, COMPONENT_HOSTS) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("moe_demo/model/router.py", "import streamlit as st"),
        ("moe_demo/model/router.py", "from plotly import graph_objects as go"),
        ("moe_demo/model/router.py", "def f():\n    import pandas.api"),
        ("moe_demo/model/router.py", "from moe_demo.training.trainer import Trainer"),
        ("moe_demo/model/router.py", "from ..insight import trace"),
        ("moe_demo/model/router.py", "from .. import figures"),
        ("moe_demo/model/router.py", "import importlib\nimportlib.import_module('moe_demo.ui.kit.i18n')"),
        ("moe_demo/figures/theme.py", "import torch"),
        ("moe_demo/figures/theme.py", "from moe_demo.model.router import Router"),
        ("moe_demo/figures/theme.py", "import moe_demo.ui"),
        ("moe_demo/cluster/placement.py", "from moe_demo.insight.trace import ForwardTrace"),
        ("moe_demo/cluster/placement.py", "import torch.distributed"),
        ("moe_demo/ui/kit/i18n.py", "from pages import start"),
        ("moe_demo/ui/router/page.py", "from moe_demo.ui.start.page import badge"),
        ("moe_demo/ui/kit/words.py", "from moe_demo.ui.balance import page"),
        ("moe_demo/ui/kit/words.py", "import streamlit as st"),
        ("moe_demo/ui/router/data_map.py", "import streamlit as st"),
        ("pages/start.py", "import torch.nn"),
        ("pages/start.py", "import plotly.graph_objects as go"),
        ("pages/start.py", "from pages.router import show"),
        ("app.py", "import torch"),
        ("moe_demo/extras/thing.py", ""),
    ],
)
def test_a_wrong_import_is_caught(path: str, source: str):
    assert import_breaches(source, Path(path))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "moe_demo/model/router.py",
            "import torch\nfrom moe_demo.config import ModelConfig\nfrom .experts import Expert",
        ),
        ("moe_demo/insight/trace.py", "import pandas as pd\nfrom moe_demo.model.moe import MoELayer"),
        ("moe_demo/cluster/expert_parallel.py", "import torch\nfrom moe_demo.model.moe import MoELayer"),
        (
            "moe_demo/figures/theme.py",
            "import plotly.graph_objects as go\nfrom moe_demo.insight import trace",
        ),
        (
            "moe_demo/ui/router/page.py",
            "from moe_demo.ui.kit.words import badge\nfrom moe_demo.ui.router import controls",
        ),
        (
            "pages/start.py",
            "import streamlit as st\nfrom moe_demo.ui.kit.i18n import t\nfrom moe_demo import load_run",
        ),
    ],
)
def test_a_right_import_passes(path: str, source: str):
    assert import_breaches(source, Path(path)) == []


@pytest.mark.parametrize(
    "source", ["import random", "from random import choice", "x = np.random.rand(3)", "y = torch.randn(2)"]
)
def test_a_random_number_on_screen_is_caught(source: str):
    assert random_breaches(source, Path("moe_demo/figures/routing.py"))
    assert random_breaches(source, Path("pages/router.py"))
    assert random_breaches(source, Path("moe_demo/training/trainer.py")) == []


def test_long_things_are_caught():
    function = "def f():\n" + "    x = 1\n" * MAX_FUNCTION_LINES
    assert length_breaches(function, Path("moe_demo/a.py"))
    assert length_breaches("x = 1\n" * 400, Path("moe_demo/a.py"))
    assert length_breaches("let x;\n" * 400, Path("moe_demo/ui/components/a.js"))
    assert length_breaches("x = 1\n" * 399, Path("moe_demo/a.py")) == []


@pytest.mark.parametrize(
    "text", ['s.src = "https://cdn.example.net/p.js"', "@import url(//fonts.example.com/a.css)"]
)
def test_an_outside_address_is_caught(text: str):
    assert address_breaches(text, Path("moe_demo/ui/components/a.js"), COMPONENT_HOSTS)


def test_comments_and_namespaces_are_no_addresses():
    text = '// a.b.c is a note\nconst NS = "http://www.w3.org/2000/svg";'
    assert address_breaches(text, Path("moe_demo/ui/components/a.js"), COMPONENT_HOSTS) == []


@pytest.mark.parametrize(
    "text", ["open('/home/ann/x.csv')", "/Users/ann", "C:\\Users\\ann", "/srv/build/house/runs"]
)
def test_a_path_of_one_machine_is_caught(text: str):
    assert machine_path_breaches(text, Path("README.md"), Path("/srv/build/house"))


def run_python(code: str, folder: Path) -> str:
    """What a fresh interpreter prints on both channels, with the folder as its home and working folder."""
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "XDG_CACHE_HOME": str(folder),
    }
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path):
    heavy = "{'torch', 'streamlit', 'plotly', 'pandas', 'jieba'}"
    code = f"import moe_demo, sys; print(*sorted({heavy} & set(sys.modules)))"
    assert run_python(code, tmp_path).split() == []
    assert list(tmp_path.iterdir()) == []


def test_importing_any_module_says_nothing_and_writes_nothing(tmp_path: Path):
    names = [module_name(path) for path in files("moe_demo", suffixes={".py"})]
    names = [name for name in names if name not in ("__init__", "__main__") and not name.startswith("ui")]
    assert names
    assert run_python("\n".join(f"import moe_demo.{name}" for name in names), tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
