"""Two languages, the same keys, nothing a reader sees written in a page."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from moe_demo.ui.kit import i18n
from tests.pages.app import EXAMPLE, ROOT

CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]
SPEAKING = [*PAGES, *sorted((ROOT / "moe_demo" / "ui").rglob("*.py"))]
SHOWING = {
    "title",
    "header",
    "subheader",
    "caption",
    "markdown",
    "write",
    "text",
    "info",
    "warning",
    "error",
    "success",
}


def calls(path: Path) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).split(".")[-1]


def used_keys(function: str) -> set[str]:
    """Every literal first argument of t(…), labels(…) or prose(…) in the app."""
    return {
        call.args[0].value
        for path in SPEAKING
        for call in calls(path)
        if name_of(call) == function and call.args and isinstance(call.args[0], ast.Constant)
    }


def placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def test_both_languages_have_the_same_keys_and_placeholders():
    zh, en = i18n.texts("zh"), i18n.texts("en")
    assert zh.keys() == en.keys()
    assert {key: placeholders(zh[key]) for key in zh} == {key: placeholders(en[key]) for key in en}


def test_both_languages_have_the_same_prose():
    names = [{path.name for path in (i18n.LOCALES / spoken).glob("*.md")} for spoken in i18n.LANGUAGES]
    assert names[0] == names[1]


def test_every_key_that_is_used_exists():
    texts = i18n.texts("zh")
    assert used_keys("t")
    assert used_keys("t") - texts.keys() == set()
    assert {
        prefix for prefix in used_keys("labels") if not any(key.startswith(f"{prefix}.") for key in texts)
    } == set()
    assert {
        name for name in used_keys("prose") if not (i18n.LOCALES / "zh" / f"{name}.md").is_file()
    } == set()


def test_no_text_is_empty():
    assert [
        key for spoken in i18n.LANGUAGES for key, text in i18n.texts(spoken).items() if not text.strip()
    ] == []


def test_english_has_no_chinese_but_the_name_of_the_language_and_words_of_the_example():
    texts = {key: text for key, text in i18n.texts("en").items() if key != "nav.to_zh"}
    texts |= {path.name: path.read_text("utf-8") for path in (i18n.LOCALES / "en").glob("*.md")}
    foreign = {key: set(CJK.findall(text)) - set(EXAMPLE) for key, text in texts.items()}
    assert {key: found for key, found in foreign.items() if found} == {}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_holds_no_text_for_readers(path: Path):
    tree = ast.parse(path.read_text("utf-8"))
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [text for text in constants if isinstance(text, str) and CJK.search(text)] == []
    shown = [call for call in calls(path) if name_of(call) in SHOWING]
    said = [arg for call in shown for arg in call.args if isinstance(arg, ast.Constant | ast.JoinedStr)]
    assert [ast.unparse(arg) for arg in said] == []


def test_a_missing_key_raises_here_and_is_shown_in_the_app(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        i18n.t("no.such.key")
    with pytest.raises(ValueError, match="cannot be filled"):
        i18n.t("common.bad_address", other=1)
    monkeypatch.delenv("MOE_DEMO_STRICT_TEXT")
    assert i18n.t("no.such.key") == "no.such.key"


def test_speaking_changes_the_language_for_a_while():
    with i18n.speaking("en"):
        assert i18n.t("start.nav") == i18n.text_in("en", "start.nav")
    assert i18n.t("start.nav") == i18n.text_in("zh", "start.nav")


@pytest.mark.parametrize(
    ("value", "spec", "written"),
    [
        (-0.06, ".2f", "−0.06"),
        (0.06, "+.2f", "+0.06"),
        (-1e-7, ".0e", "−1e-07"),
        (-3, "", "−3"),
        ("-3", "", "-3"),
    ],
)
def test_a_number_below_zero_has_a_minus_sign_and_a_word_stays_as_it_is(
    value: object, spec: str, written: str
):
    assert i18n.number(value, spec) == written


def test_the_numbers_of_a_text_have_a_minus_sign():
    assert (
        i18n.text_in("en", "mixture.correlation", value=-0.06, low=-0.09, high=0.1) == "−0.06 (−0.09 to 0.10)"
    )
