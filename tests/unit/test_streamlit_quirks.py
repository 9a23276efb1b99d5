"""What Streamlit does not promise is used in one module only."""

import ast
from pathlib import Path

import pytest

from moe_demo.ui.kit.streamlit_quirks import RELY_ON_TEST_IDS
from tests.unit.architecture import ROOT, imports, module_name

QUIRKS = Path("moe_demo/ui/kit/streamlit_quirks.py")
INTERNAL = ("streamlit.runtime", "streamlit.web", "streamlit.elements", "streamlit.proto")


def internal_imports(source: str, path: Path) -> list[str]:
    """Modules of Streamlit that its users are not told of, as this source imports or names them."""
    names = set(imports(source, module_name(path)))
    names |= {ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    return sorted(name for name in names if name.replace("st.", "streamlit.", 1).startswith(INTERNAL))


def sources() -> list[Path]:
    return [
        Path("app.py"),
        *(p.relative_to(ROOT) for top in ("moe_demo", "pages") for p in (ROOT / top).rglob("*.py")),
    ]


def test_nothing_else_uses_streamlits_internals():
    found = {str(path): internal_imports((ROOT / path).read_text("utf-8"), path) for path in sources()}
    assert found.pop(str(QUIRKS)), "the module of the quirks uses none"
    assert {path: names for path, names in found.items() if names} == {}


def test_one_module_draws_the_whole_page_again():
    calling = [str(path) for path in sources() if "st.rerun(" in (ROOT / path).read_text("utf-8")]
    assert calling == ["moe_demo/ui/kit/redraw.py"]


def test_one_module_tells_of_what_takes_a_while():
    text = {str(path): (ROOT / path).read_text("utf-8") for path in sources()}
    assert [path for path, source in text.items() if "st.spinner(" in source] == []
    assert [path for path, source in text.items() if ".progress(" in source] == ["moe_demo/ui/kit/waiting.py"]


def test_only_the_files_with_a_reason_name_elements_by_streamlits_test_ids():
    ui = ROOT / "moe_demo" / "ui"
    named = {
        path.relative_to(ui).as_posix()
        for path in ui.rglob("*")
        if path.suffix in {".css", ".js", ".html", ".py"}
        and path.name != QUIRKS.name
        and "data-testid" in path.read_text(encoding="utf-8")
    }
    assert named == RELY_ON_TEST_IDS.keys()


@pytest.mark.parametrize(
    "source",
    [
        "from streamlit.runtime.scriptrunner import get_script_run_ctx",
        "import streamlit.web.bootstrap",
        "def f():\n    from streamlit import runtime",
        "import streamlit as st\nst.runtime.exists()",
    ],
)
def test_a_use_elsewhere_is_caught(source: str):
    assert internal_imports(source, Path("moe_demo/ui/kit/i18n.py"))


@pytest.mark.parametrize(
    "source", ["import streamlit as st\nst.title('x')", "from streamlit.testing.v1 import AppTest"]
)
def test_what_is_promised_may_be_used(source: str):
    assert internal_imports(source, Path("moe_demo/ui/kit/i18n.py")) == []
