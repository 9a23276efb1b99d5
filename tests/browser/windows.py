"""Windows that tests hand on: a tab that has shown the app before loads a page with less than half the work."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.helpers import BrowserLog, Server

ORDINARY = {"reduced_motion": "reduce", "color_scheme": "light"}
"""What a window can change while it is open; everything else belongs to its context."""
EMPTY_STORES = "() => { localStorage.clear(); sessionStorage.clear(); }"


class Windows:
    """The windows of one browser; those that no test has are kept by what they were opened with."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[tuple[object, ...], list[Page]] = {}
        self._kinds: dict[Page, tuple[object, ...]] = {}

    def open(self, server: Server, viewport: ViewportSize, **options: Any) -> Page:
        """A new window of a new visitor, whose log is in `page.browser_log`."""
        options = {"locale": "zh-CN"} | ORDINARY | options
        context = self._browser.new_context(base_url=server.base_url, viewport=viewport, **options)
        log = BrowserLog(host=urlsplit(server.base_url).netloc)
        log.watch(context)
        page = context.new_page()
        page.browser_log = log
        return page

    def take(self, server: Server, viewport: ViewportSize, **options: Any) -> Page:
        """A window of a visitor whom the server does not know; handed back by `take_back`."""
        changed = {name: options.pop(name, ordinary) for name, ordinary in ORDINARY.items()}
        kind = (server.base_url, *sorted(options.items()))
        free = self._free.setdefault(kind, [])
        if free:
            page = free.pop()
            page.set_viewport_size(viewport)
        else:
            page = self.open(server, viewport, **options)
            self._kinds[page] = kind
        page.emulate_media(media="null", **changed)
        page.browser_log.clear()
        return page

    def take_back(self, pages: list[Page], *, clean: bool) -> None:
        """Keep those that were taken for the next, emptied; close them where a test went wrong."""
        for page in [page for page in pages if page in self._kinds]:
            if clean and not page.is_closed():
                _empty(page)
                self._free[self._kinds[page]].append(page)
            else:
                del self._kinds[page]
                page.context.close()


def _empty(page: Page) -> None:
    for other in page.context.pages:
        if other != page:
            other.close()
    page.unroute_all()
    if page.url.startswith("http"):  # an empty page has no stores
        page.evaluate(EMPTY_STORES)
    page.goto("about:blank")  # ends its connection and its asking
    page.context.clear_cookies()
    page.mouse.move(0, 0)
