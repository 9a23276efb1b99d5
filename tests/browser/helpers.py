"""A real browser on a real server: what the browser tests and `make screenshots` share."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "tests" / "browser" / "artifacts"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# The browser itself must stay quiet too, or it would ask its maker's hosts for updates.
LAUNCH_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A deep link makes Streamlit look for its own endpoints below the page's path before it tries the root.
HARMLESS_404 = re.compile(r"^/.+/_stcore/(health|host-config)$")
START_SECONDS = 60


def find_chromium() -> str:
    """Path of the system's Chromium; $CHROMIUM goes first."""
    named = os.environ.get("CHROMIUM")
    candidates = [named, *map(shutil.which, CHROMIUM_NAMES), *CHROMIUM_APPS]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError(
        "no Chromium on this machine: `make test` installs one (or set CHROMIUM to its path)"
    )


@dataclass(frozen=True)
class Server:
    """A running app."""

    base_url: str
    process: subprocess.Popen
    log_path: Path

    def log(self) -> str:
        """What the server has printed so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def streamlit_command(script: Path, port: int) -> list[str]:
    """How a reader starts the app."""
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    return [*command, "--server.port", str(port), "--server.address", "127.0.0.1"]


def asgi_command(script: Path, port: int) -> list[str]:
    """How an ASGI server is told to run the same app."""
    return [sys.executable, "-m", "uvicorn", f"{script.stem}:app", "--port", str(port), "--host", "127.0.0.1"]


@contextmanager
def serve(
    log_path: Path,
    *,
    script: Path = ROOT / "app.py",
    command: Callable[[Path, int], list[str]] = streamlit_command,
    base_path: str = "",
    env: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Server]:
    """Run the app as a process group of its own, at a free port by default; end the whole group afterwards."""
    port = port or free_port()
    own_env = {"STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "full", "STREAMLIT_SERVER_BASE_URL_PATH": base_path}
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command(script, port),
            cwd=script.parent,
            env=os.environ | own_env | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log_path)
    try:
        _wait_until_healthy(server, base_path)
        yield server
    finally:
        _end_group(process)


def _wait_until_healthy(server: Server, base_path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(
                f"the app ended with status {server.process.returncode} at start:\n{server.log()}"
            )
        url = "/".join(part for part in (server.base_url, base_path, "_stcore/health") if part)
        with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise TimeoutError(f"the app was not healthy within {START_SECONDS} s:\n{server.log()}")


def _end_group(process: subprocess.Popen) -> None:
    for sign, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return


@dataclass
class BrowserLog:
    """What a browser context did that no visitor should see: errors, and requests to other hosts."""

    host: str
    console_errors: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def forgive(self, pattern: str) -> None:
        """Let problems pass that match: for a test that provokes one on purpose."""
        self.forgiven.append(pattern)

    def clear(self) -> None:
        """Forget all of it, for the next who gets the window."""
        for kept in (self.console_errors, self.page_errors, self.foreign_requests, self.forgiven):
            kept.clear()

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of the context, those opened later included."""
        context.on("request", lambda request: self._note_request(request.url))
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.page_errors.append(str(error.error)))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._note_request(socket.url)))

    def problems(self) -> list[str]:
        """Everything that went wrong, one line each."""
        found = [
            *(f"uncaught error in the page: {text}" for text in self.page_errors),
            *(f"error in the console: {text}" for text in self.console_errors),
            *(f"request to another host: {url}" for url in self.foreign_requests),
        ]
        return [line for line in found if not any(re.search(pattern, line) for pattern in self.forgiven)]

    def _note_request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.foreign_requests.append(url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        source = urlsplit(message.location["url"])
        is_404 = "status of 404" in message.text
        if is_404 and source.netloc == self.host and HARMLESS_404.match(source.path):
            return
        self.console_errors.append(f"{message.text} ({message.location['url']})")


def wait_ready(page: Page, *, seconds: float = 30) -> None:
    """Wait until the page has been run to its end. Not for pages that poll: wait for content there."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=seconds * 1000)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=seconds * 1000)


def go_inside(page: Page, address: str) -> None:
    """Go to another state of the page that is open as Back and Forward do: nothing is fetched anew.

    Wait for what the new state shows before `wait_drawn`: until the server has been asked, the old one is ready.
    """
    page.evaluate(
        "(to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }", address
    )


def wait_drawn(page: Page, *, seconds: float = 30) -> None:
    """Wait until the page has been run to its end and its pictures stand: one beside the strip, where there is one."""
    wait_ready(page, seconds=seconds)
    page.wait_for_function(
        """() => {
            const places = [...document.querySelectorAll(".stBidiComponent")];
            const hasStrip = document.querySelector('.st-key-strip') !== null;
            return places.length > Number(hasStrip) && places.every((place) => "drawn" in place.dataset);
        }""",
        timeout=seconds * 1000,
    )


def expect_no_exception(page: Page) -> None:
    """No traceback box anywhere on the page; its text is in the failure."""
    boxes = page.get_by_test_id("stException")
    assert boxes.count() == 0, "\n".join(boxes.all_inner_texts())


def box_of(mark: Locator, *, seconds: float = 5) -> dict[str, float]:
    """Where a mark stands. A page may draw it anew between two looks; then this looks again."""
    deadline = time.monotonic() + seconds
    while (box := mark.bounding_box()) is None:
        assert time.monotonic() < deadline, f"{mark} is not on the page"
    return box


def scroll_to(mark: Locator) -> None:
    """Scroll until a mark is in the window, and be done: an open list closes when the page scrolls."""
    mark.scroll_into_view_if_needed()
    mark.evaluate("() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")


def screenshot(page: Page, name: str, folder: Path = ARTIFACTS) -> Path:
    """Save what the window shows as folder/name.png, with running animations at their end."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=path, animations="disabled")
    return path
