"""What Streamlit does not promise is used in one module only."""

import ast
import asyncio
import gc
import time
import weakref
from pathlib import Path

import pytest
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from moe_demo.ui.kit.streamlit_quirks import RELY_ON_TEST_IDS, forget_ended_visits
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


class Client:
    """A browser that hears nothing."""

    def write_forward_msg(self, msg: object) -> None:
        """Nothing is shown."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A server of Streamlit's that keeps a visit for a tenth of a second after its end."""
    monkeypatch.setattr(Runtime, "_instance", None)
    return Runtime(
        RuntimeConfig(
            script_path="app.py",
            media_file_storage=MemoryMediaFileStorage("/media"),
            uploaded_file_manager=MemoryUploadedFileManager("/files"),
            session_storage=MemorySessionStorage(ttl_seconds=0.1),  # type: ignore[arg-type]
        )
    )


async def visit(server: Runtime) -> tuple[str, weakref.ref[AppSession]]:
    """Somebody comes, brings a file and leaves. Returns the visit's id and its state."""
    visits = server._session_mgr
    script = ScriptData("app.py", is_hello=False)
    name = visits.connect_session(Client(), script, user_info={})  # type: ignore[arg-type]
    server.uploaded_file_mgr.add_file(name, UploadedFileRec("1", "a.csv", "text/csv", b"text,label"))
    info = visits.get_session_info(name)
    assert info is not None
    visits.disconnect_session(name)
    return name, weakref.ref(info.session)


async def clear(server: Runtime, name: str) -> int:
    """Clear up. Returns how many files of this visit there still are."""
    forget_ended_visits()
    gc.collect()
    return len(server.uploaded_file_mgr.get_files(name, ["1"]))


def test_a_visit_that_is_over_is_forgotten_with_its_file_though_nobody_else_leaves(server: Runtime):
    name, state = asyncio.run(visit(server))
    assert asyncio.run(clear(server, name)) == 1, "its browser may still come back"
    assert state() is not None
    time.sleep(0.2)
    assert asyncio.run(clear(server, name)) == 0
    assert state() is None
