"""Every error has a key: one English sentence, and one in each language of the pages."""

import ast
import pickle
import re
import string
from collections.abc import Iterator
from typing import Any

import pytest

from moe_demo.cluster.errors import PlacementError
from moe_demo.config import ConfigError
from moe_demo.errors import Said, SaidError
from moe_demo.insight.routes_errors import RoutesError
from moe_demo.insight.switches import WhatIfError
from moe_demo.jobs.classroom_errors import ClassroomError
from moe_demo.jobs.import_errors import RunImportError
from moe_demo.jobs.uploads import UploadError
from moe_demo.published import PublishedError
from moe_demo.releases.seeds import SeedsError
from moe_demo.rules import RULES, must_be
from moe_demo.runs.errors import REASONS, RunError, reason
from moe_demo.text.errors import CorpusError, EmptyTextError, VocabularyError
from moe_demo.ui.frame.lesson_errors import LessonError
from moe_demo.ui.kit.errors import place_of, said, sentence
from moe_demo.ui.kit.i18n import LANGUAGES, speaking, text_in, texts
from tests.conftest import ROOT

KINDS = {
    kind.__name__: kind
    for kind in (
        ConfigError,
        RunError,
        CorpusError,
        UploadError,
        VocabularyError,
        WhatIfError,
        SeedsError,
        PublishedError,
        PlacementError,
        LessonError,
        ClassroomError,
        RunImportError,
        RoutesError,
    )
}
KEYS = [(kind, code) for kind in (*KINDS.values(), EmptyTextError) for code in kind.sentences]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def placeholders(template: str) -> dict[str, str]:
    """Name -> format."""
    return {name: form or "" for _, name, form, _ in string.Formatter().parse(template) if name}


def values_for(template: str) -> dict[str, Any]:
    """A value for each: numbers where the format wants one."""
    wants = placeholders(template)
    return {name: 3 if form or name in ("limit", "count") else "a_b" for name, form in wants.items()}


def error_of(kind: type[SaidError], code: str) -> SaidError:
    if kind is EmptyTextError:
        return EmptyTextError()
    values = values_for(kind.sentences[code])
    for lang in LANGUAGES:
        key = place_of(f"{kind.topic}.{code}")
        values |= (
            {n: 3 for n, form in placeholders(texts(lang)[key]).items() if form} if key in texts(lang) else {}
        )
    return kind(code, **values)


@pytest.mark.parametrize(("kind", "code"), KEYS, ids=lambda value: getattr(value, "__name__", value))
def test_every_error_is_said_in_both_languages_with_its_values(kind: type[SaidError], code: str):
    error = error_of(kind, code)
    for lang in LANGUAGES:
        with speaking(lang):
            shown, plain = sentence(error), said(error.said)
        assert CHINESE.search(plain) if lang == "zh" else not CHINESE.search(plain)
        assert "{" not in shown
        assert plain.endswith(("。", ".")), plain
        assert placeholders(text_in(lang, place_of(error.said.key))).keys() <= error.values.keys() | {
            "reasons"
        }


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_said_in_both_languages(code: str):
    found = reason(code, who="SIGTERM", epochs=5, step=3, loss=1.5, back=2)
    for lang in LANGUAGES:
        with speaking(lang):
            assert bool(CHINESE.search(said(found))) == (lang == "zh")


@pytest.mark.parametrize("code", RULES)
def test_a_broken_rule_is_told_wholly_in_the_readers_language(code: str):
    values = dict.fromkeys(placeholders(RULES[code]), 3)
    error = ConfigError("rule", owner="RoutingRule", field="top_k", rule=must_be(code, **values), value="99")
    with speaking("zh"):
        told = sentence(error)
    with speaking("en"):
        assert sentence(error).replace("\\", "") == str(error)
    english = set(re.findall(r"\w+", RULES[code].format(**values))) - {"3", "true", "false", "DeepseekV3MoE"}
    assert not english & set(re.findall(r"[A-Za-z]\w*", told)), told


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Kind, code and named values of every error that the program makes."""
    for path in (ROOT / "moe_demo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in KINDS and node.args:
                assert isinstance(node.args[0], ast.Constant | ast.IfExp), f"{path}: {ast.unparse(node)}"
                given = {word.arg for word in node.keywords if word.arg}
                is_open = any(word.arg is None for word in node.keywords)
                codes = [arg.value for arg in ast.walk(node.args[0]) if isinstance(arg, ast.Constant)]
                for code in (code for code in codes if isinstance(code, str)):
                    yield ast.unparse(node.func), code, {"*"} if is_open else given


def test_every_error_that_is_raised_has_a_sentence_and_its_values():
    found = list(raised())
    assert len(found) > 60
    for kind, code, given in found:
        wanted = placeholders(KINDS[kind].sentences[code]).keys()
        assert given == {"*"} or wanted <= given, (kind, code)


def test_what_comes_from_strangers_is_no_markdown():
    with speaking("zh"):
        assert "[x](http" not in sentence(RunError("missing", name="[x](http://host)"))
        assert said(RunError("missing", name="[x](y)").said) == text_in(
            "zh", "errors.run.missing", name="[x](y)"
        )


def test_a_reason_without_a_key_stays_as_it_is():
    with speaking("zh"):
        assert said("The file is empty.") == "The file is empty."
        assert said(Said.again("New.", "run.of_a_later_version", {"a": 1})) == "New."


@pytest.mark.parametrize(("kind", "code"), KEYS, ids=lambda value: getattr(value, "__name__", value))
def test_an_error_survives_the_way_between_processes(kind: type[SaidError], code: str):
    error = error_of(kind, code)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.said.values) == (kind, str(error), error.said.values)
