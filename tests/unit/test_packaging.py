"""The project as an installed package: one list of versions, everything it ships inside, every picture declared."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import venv
from pathlib import Path

import pytest
import yaml

from moe_demo.app_folder import PACKAGE
from moe_demo.cli import main
from tests.browser.helpers import free_port
from tests.conftest import ROOT

UI = ROOT / "moe_demo" / "ui"
EXAMPLE = "苹果公司发布了最新的iPhone 15"


def lines_of(name: str) -> list[str]:
    """The requirements of a file, without comments, options and our own package."""
    bare = (line.partition("#")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return [line for line in bare if line and not line.startswith("-")]


def project(path: Path = ROOT / "pyproject.toml") -> dict:
    """A pyproject.toml."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_the_package_needs_the_versions_that_requirements_txt_names():
    assert project()["project"]["dependencies"] == lines_of("requirements.txt")
    assert "-e ." in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()


def test_the_manifest_inside_the_package_names_the_package_and_the_folder_of_the_pictures():
    manifest = project(ROOT / "moe_demo" / "pyproject.toml")
    declared = manifest["tool"]["streamlit"]["component"]["components"]
    assert {one["asset_dir"] for one in declared} == {"ui"}
    assert manifest["project"]["name"] == project()["project"]["name"] == PACKAGE


def test_every_picture_has_a_style_of_its_own_beside_it():
    pictures = [path for path in UI.rglob("*.js") if "export default" in path.read_text(encoding="utf-8")]
    pictures = [path for path in pictures if path.parent.name != "kit"]
    assert pictures
    assert [path for path in pictures if not path.with_suffix(".css").is_file()] == []


def test_pre_commit_calls_the_tools_of_make_check():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [recipe] = re.findall(r"^check:.*\n((?:\t.*\n)+)", makefile, flags=re.MULTILINE)
    commands = [line.strip() for line in recipe.splitlines()]
    places = {"$(BIN)": ".venv/bin", "$(NODE_BIN)": "node_modules/.bin"}
    for short, long in places.items():
        commands = [command.replace(short, long) for command in commands]
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [hook["entry"] for hook in config["repos"][0]["hooks"]] == commands


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment into which the built package was installed; libraries are those of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    source = folder / "source"  # building writes beside what it builds
    shutil.copytree(ROOT / "moe_demo", source / "moe_demo", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pages", ".streamlit"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "app.py"):
        shutil.copy(ROOT / name, source)
    wheel = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run(wheel, check=True, capture_output=True, timeout=300)
    [built] = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=False)
    paths = sysconfig.get_paths(vars={"base": str(folder / "env"), "platbase": str(folder / "env")})
    install = [*pip, "--python", str(folder / "env" / "bin" / "python"), "install", "--no-deps", str(built)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    libraries = [path for path in sys.path if Path(path).name == "site-packages"]
    (Path(paths["purelib"]) / "libraries.pth").write_text("\n".join(libraries), encoding="utf-8")
    return Path(paths["scripts"])


def bare() -> dict[str, str]:
    """Surroundings that know nothing of the checkout."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MOE_DEMO_RUNS")}


def said(command: list[str], folder: Path) -> str:
    """What a command says in a folder that knows nothing of the checkout."""
    done = subprocess.run(
        command, cwd=folder, env=bare(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_installed_package_works_from_any_folder(installed: Path, tmp_path: Path):
    moe_demo = str(installed / "moe-demo")
    assert {"deepseek", "document"} <= set(said([moe_demo, "runs"], tmp_path).split())
    assert '"label": "tech"' in said([moe_demo, "classify", "--run", "document", EXAMPLE], tmp_path)
    code = (
        f"import moe_demo; print(moe_demo.__file__, moe_demo.load_run('deepseek').trace({EXAMPLE!r}).label)"
    )
    place, label = said([str(installed / "python"), "-c", code], tmp_path).split()
    assert label == "tech"
    assert str(ROOT) not in place


def test_an_installed_package_brings_its_pictures_words_and_recordings(installed: Path, tmp_path: Path):
    code = (
        "import moe_demo, pathlib\n"
        "from streamlit.components.v2.manifest_scanner import scan_component_manifests\n"
        "root = pathlib.Path(moe_demo.__file__).parent\n"
        "assert root in [folder for _, folder in scan_component_manifests()]\n"
        "print(*(path.relative_to(root).as_posix() for path in root.rglob('*') if path.is_file()), sep='\\n')\n"
    )
    shipped = said([str(installed / "python"), "-c", code], tmp_path).splitlines()
    ours = [
        path.relative_to(ROOT / "moe_demo").as_posix()
        for path in (ROOT / "moe_demo").rglob("*")
        if path.is_file()
    ]
    assert sorted(source_files(ours)) == sorted(source_files(shipped))


def test_an_installed_package_serves_the_app_below_a_base_path(installed: Path, tmp_path: Path):
    port = str(free_port())
    command = [str(installed / "moe-demo"), "serve", "--port", port, "--base-path", "/school/demo/"]
    with subprocess.Popen(command, cwd=tmp_path, env=bare(), stderr=subprocess.PIPE) as server:
        try:
            page = answer(f"http://127.0.0.1:{port}/school/demo/forward-pass")
            assert b"<title>" in page
            assert b"waits-for-a-picture" in page, "the style of the frame comes with the first answer"
            assert json.loads(answer(f"http://127.0.0.1:{port}/school/demo/live/deepseek/history"))["steps"]
            second = subprocess.run(
                command, cwd=tmp_path, env=bare(), capture_output=True, text=True, timeout=60, check=False
            )
        finally:
            server.terminate()
    assert second.returncode == 2
    assert second.stderr == f"127.0.0.1, port {port}: Address already in use.\n"


@pytest.mark.parametrize(
    ("option", "why"),
    [
        (("--port", "0"), "0 is no port: 1 to 65535"),
        (("--port", "²"), "² is no port: 1 to 65535"),
        (("--base-path", "a b"), "a b is no path of an address"),
        (("--base-path", "../x?"), "../x? is no path of an address"),
    ],
)
def test_serve_refuses_what_is_no_place(
    option: tuple[str, str], why: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as refused:
        main(["serve", *option])
    assert refused.value.code == 2
    assert why in capsys.readouterr().err


def answer(address: str, seconds: float = 60) -> bytes:
    """What a server says once it is up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            asked = urllib.request.Request(address, headers={"Accept": "text/html,*/*"})
            with urllib.request.urlopen(asked, timeout=10) as found:
                return found.read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def source_files(paths: list[str]) -> list[str]:
    """Without what Python writes beside them."""
    return [path for path in paths if "__pycache__" not in path]
