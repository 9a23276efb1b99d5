"""What the container image does, in an environment made by the same scripts, behind the same proxy's settings."""

import gzip
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from playwright.sync_api import Page, expect

from moe_demo.ui.kit.i18n import text_in
from tests.browser.helpers import ROOT, Server, free_port, wait_drawn, wait_ready

DEPLOY = ROOT / "deploy"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
TRAINS = 120_000  # milliseconds
OTHER = "nobody"


def run(*command: object, **env: str) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that other users may look into, as pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def environment(place: Path) -> Path:
    """The app, installed from a folder of wheels; the libraries, hundreds of megabytes, are those of the tests."""
    bare = {"PIP_ARGS": "--no-deps --no-build-isolation"}
    run("bash", ROOT / "scripts" / "wheels.sh", place / "wheels", sys.executable, **bare)
    run("bash", DEPLOY / "install.sh", place / "wheels", place / "env", sys.executable, PIP_ARGS="--no-deps")
    paths = sysconfig.get_paths(vars={"base": str(place / "env"), "platbase": str(place / "env")})
    libraries = [path for path in sys.path if Path(path).name == "site-packages"]
    (Path(paths["purelib"]) / "libraries.pth").write_text("\n".join(libraries), encoding="utf-8")
    return place / "env"


class Copy(NamedTuple):
    """Two processes of the app on one folder, and the proxy before the first."""

    proxy: str
    ports: list[int]
    data: Path
    apps: list[subprocess.Popen[bytes]]
    is_anothers: bool
    """Whether a user who owns the data and nothing else runs it."""


@pytest.fixture(scope="module")
def copy(environment: Path, place: Path) -> Iterator[Copy]:
    if NGINX is None:
        pytest.skip("nginx is not on this machine (Debian's package nginx-light)")
    data, ports, port = place / "data", [free_port(), free_port()], free_port()
    data.mkdir()
    prefix = as_another(environment, data)
    settings = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    settings = settings.replace("server app:8501;", f"server 127.0.0.1:{ports[0]};")
    settings = settings.replace("listen 8080;", f"listen 127.0.0.1:{port};")
    (place / "nginx.conf").write_text(f"daemon off;\npid {place}/nginx.pid;\n{settings}", encoding="utf-8")
    with ExitStack() as stack:
        apps = []
        for own in ports:
            env = {"PORT": str(own), "ADDRESS": "127.0.0.1", "BASE_PATH": "demo"}
            start = [*prefix, "sh", str(DEPLOY / "start.sh"), str(environment)]
            apps.append(stack.enter_context(running(start, place / f"{own}.txt", cwd=data, env=env)))
        nginx = [str(NGINX), "-e", str(place / "nginx.txt"), "-c", str(place / "nginx.conf")]
        stack.enter_context(running(nginx, place / "proxy.txt"))
        for own in ports:
            until_healthy(own)
        yield Copy(f"http://127.0.0.1:{port}", ports, data, apps, bool(prefix))


def as_another(environment: Path, data: Path) -> list[str]:
    """What makes a command that of a user who owns the data and nothing else; empty where root does not run the tests.

    That user may read everything, as the Python of the tests may stand where only root looks, and write nothing else.
    """
    if os.geteuid() != 0:
        return []
    reads = "-all,+dac_read_search"
    prefix = ["setpriv", f"--reuid={OTHER}", f"--regid={pwd.getpwnam(OTHER).pw_gid}", "--clear-groups"]
    prefix += [f"--inh-caps={reads}", f"--ambient-caps={reads}"]
    code = [str(environment / "bin" / "python"), "-c", "import torch, moe_demo"]
    try:
        subprocess.run([*prefix, *code], cwd=data, capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.CalledProcessError):
        return []
    shutil.chown(data, OTHER)
    return prefix


@contextmanager
def running(
    command: list[str],
    log: Path,
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    whole = {name: value for name, value in os.environ.items() if name != "MOE_DEMO_RUNS"} | (env or {})
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=cwd, env=whole, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def until_healthy(port: int) -> None:
    """By the image's own check."""
    env = os.environ | {"PORT": str(port), "BASE_PATH": "demo"}
    for _ in range(60):
        check = [sys.executable, str(DEPLOY / "healthy.py")]
        if subprocess.run(check, env=env, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(1)
    raise AssertionError("the app was not healthy within a minute")


def asked(address: str) -> tuple[dict[str, str], bytes]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip", "Accept": "*/*"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(answer.headers), answer.read()


def until_steps(address: str, steps: int) -> int:
    """Wait until a process tells of so many steps of a run; returns the last one it tells of."""
    for _ in range(TRAINS // 500):
        _, answer = asked(address)
        with suppress(gzip.BadGzipFile):
            answer = gzip.decompress(answer)
        if len(taken := json.loads(answer)["steps"]) >= steps:
            return taken[-1]
        time.sleep(0.5)
    raise AssertionError(f"{address} never told of {steps} steps")


def test_below_the_proxys_path_are_picture_charts_and_live_training_and_a_second_process_has_the_run(
    copy: Copy, new_page: Callable[..., Page]
):
    front = Server(copy.proxy, None, copy.data)  # type: ignore[arg-type]
    page = new_page(front, height=900)
    page.goto("/demo?lang=en")
    wait_drawn(page)
    expect(page.locator("g.token").first).to_be_visible()
    page.locator("#training").scroll_into_view_if_needed()
    page.mouse.wheel(0, 600)
    expect(page.locator(".js-plotly-plot")).to_have_count(1, timeout=30_000)
    page.goto("/demo/train?lang=en")
    wait_ready(page)
    page.get_by_role("button", name=text_in("en", "training.buttons.train"), exact=True).click(timeout=TRAINS)
    expect(page).to_have_url(re.compile(r"/demo/train\?.*run=\w+-\d"), timeout=TRAINS)
    steps = page.locator("[data-zoom]").first
    expect(steps).to_have_attribute("data-state", "running", timeout=TRAINS)
    [name] = re.findall(r"run=([\w-]+)", page.url)
    taken = until_steps(f"http://127.0.0.1:{copy.ports[1]}/demo/live/{name}/history", 10)
    page.wait_for_function(  # the picture has been drawn on by what comes through the proxy
        """(taken) => [...document.querySelectorAll("*")].some((node) =>
            Number(node.shadowRoot?.querySelector("[data-zoom]")?.dataset.steps ?? 0) >= taken)""",
        arg=taken,
        timeout=TRAINS,
    )
    assert (copy.data / "runs" / name / "config.json").is_file()
    page.get_by_role("button", name=text_in("en", "training.buttons.stop"), exact=True).click(timeout=TRAINS)
    expect(steps).to_have_attribute("data-state", re.compile("stopped|done"), timeout=TRAINS)


def test_who_is_with_one_process_follows_a_presenter_who_is_with_the_other(
    copy: Copy, new_page: Callable[..., Page]
):
    teacher = new_page(Server(copy.proxy, None, copy.data))  # type: ignore[arg-type]
    teacher.goto("/demo/course?lang=en")
    wait_drawn(teacher)
    teacher.get_by_role("button", name=text_in("en", "class.open"), exact=True).click()
    teacher.wait_for_url("**class=*")
    [code] = re.findall(r"class=(\w+)", teacher.url)
    other = f"http://127.0.0.1:{copy.ports[1]}"
    learner = new_page(Server(other, None, copy.data))  # type: ignore[arg-type]
    learner.goto(f"/demo?class={code}&lang=en")
    learner.wait_for_url(f"{other}/demo/course?*")
    wait_drawn(teacher)
    teacher.get_by_role("link", name=text_in("en", "router.nav"), exact=True).click()
    teacher.wait_for_url("**/demo/top-k?*")
    learner.wait_for_url(f"{other}/demo/top-k?*")
    wait_drawn(learner)
    expect(learner.get_by_role("heading", level=1)).to_have_text(text_in("en", "router.title"))


def test_another_user_than_root_runs_the_app_and_its_trainings(copy: Copy):
    if not copy.is_anothers:
        pytest.skip("only root can start the app as another user, and only where setpriv may")
    assert {Path(f"/proc/{app.pid}").owner() for app in copy.apps} == {OTHER}
    assert {path.owner() for path in copy.data.rglob("*")} <= {OTHER}


def test_the_proxy_packs_what_the_app_sends_plainly(copy: Copy):
    _, page = asked(f"{copy.proxy}/demo/")
    with suppress(gzip.BadGzipFile):
        page = gzip.decompress(page)
    [script] = re.findall(r'src="\./(static/js/index\.[^"]+\.js)"', page.decode())
    headers, packed = asked(f"{copy.proxy}/demo/{script}")
    assert headers["Content-Encoding"] == "gzip"
    assert len(packed) < len(gzip.decompress(packed)) / 2


def test_the_image_is_made_by_the_scripts_that_are_tested_here():
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for script in ("scripts/wheels.sh", "/deploy/install.sh", "/deploy/start.sh", "/deploy/healthy.py"):
        assert script in image
    assert image.index("USER app") < image.index("CMD [")
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert "./nginx.conf:/etc/nginx/nginx.conf:ro" in services["proxy"]["volumes"]
    assert services["app"]["environment"]["BASE_PATH"] == "demo"
    assert [one.partition(":")[2] for one in services["app"]["volumes"]] == re.findall(r"VOLUME (\S+)", image)


def test_an_empty_folder_of_wheels_is_refused_in_a_sentence(tmp_path: Path):
    command = ["bash", str(DEPLOY / "install.sh"), str(tmp_path), str(tmp_path / "env")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == f"there is no moe_demo wheel in {tmp_path}: make wheels\n"
    assert not (tmp_path / "env").exists()
