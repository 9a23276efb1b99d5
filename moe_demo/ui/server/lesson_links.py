"""A link that names a lesson's step and nothing else, on whatever page: sent on to the page and state of that step.

    /?lesson=collapse&n=3  ->  /load-balancing?reveal=yes&lesson=collapse&n=3

What asks for more than that is a state of its own, such as a teacher's copy of the address in the middle of a step, and
stays as it is. Inside the app, where no page is fetched, a reader may look at other pages and come back by the bar.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.middleware import Middleware

from moe_demo.ui.frame.lessons import lesson_called
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit.i18n import DEFAULT_LANGUAGE, LANGUAGES
from moe_demo.ui.kit.page_settings import PageSettings
from moe_demo.ui.kit.selection import KEYS, parsed
from moe_demo.ui.server.short_links import ShortLinks

_FRAME = {KEYS[name] for name in ("lesson", "lesson_step", "lang", "present", "class_code")}
_URL_PATHS = {page.url_path for page in PAGES}


def middleware() -> Middleware:
    """What sends such links on."""
    return Middleware(ShortLinks, parameter=KEYS["lesson"], target=target)


def target(url_path: str, query: str) -> str | None:
    """Where a link leads, relative to the page that it names; None where it stays. Both without their sign."""
    pairs = tuple(parse_qsl(query))
    names = [name for name, _ in pairs]
    if url_path not in _URL_PATHS or "lesson" not in names or not _FRAME.issuperset(names):
        return None
    chosen = parsed(PageSettings, pairs)
    lang = chosen.lang if chosen.lang in LANGUAGES else DEFAULT_LANGUAGE
    lesson = lesson_called(str(chosen.lesson), lang)
    if lesson is None or chosen.notices or not 1 <= chosen.lesson_step <= len(lesson.steps):
        return None
    to = lesson.step(chosen.lesson_step).page.url_path
    params = lesson.address(chosen.lesson_step, lang, chosen.present, chosen.class_code)
    if to == url_path and dict(pairs) == params:
        return None
    return f"{to or '.'}?{urlencode(params)}"
