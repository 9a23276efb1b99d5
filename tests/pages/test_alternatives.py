"""What Streamlit draws itself, tables, charts and pictures, says in words what it shows."""

import ast

import pytest

from tests.pages.app import ROOT, opened

WITH_ALT = {
    "dataframe",
    "table",
    "plotly_chart",
    "line_chart",
    "bar_chart",
    "area_chart",
    "scatter_chart",
    "image",
}


def silent_calls(source: str) -> list[str]:
    """Calls of Streamlit's drawings without `alt`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    drawings = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in WITH_ALT
        and ast.unparse(call.func.value) == "st"
    ]
    return [ast.unparse(call.func) for call in drawings if "alt" not in {word.arg for word in call.keywords}]


def test_every_native_drawing_has_an_alternative_text():
    paths = [path for folder in ("moe_demo/ui", "pages") for path in (ROOT / folder).rglob("*.py")]
    assert {
        str(path): found for path in paths if (found := silent_calls(path.read_text(encoding="utf-8")))
    } == {}


def test_a_drawing_without_one_is_caught():
    assert silent_calls("import streamlit as st\nst.dataframe(x, key='k')") == ["st.dataframe"]
    assert silent_calls("import streamlit as st\nst.dataframe(x, alt=t('a'))") == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_of_the_hardest_headlines_says_what_it_shows(lang: str):
    [table] = opened("training", lang=lang).dataframe
    assert "12" in table.proto.alt
