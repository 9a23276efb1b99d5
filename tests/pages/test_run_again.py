"""A run of a page that changes nothing makes the very same bytes: only then is nothing sent twice."""

import pytest
from streamlit.testing.v1 import AppTest

from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit.i18n import LANGUAGES
from tests.pages.app import opened


def payloads(at: AppTest) -> list[bytes]:
    """What every picture, chart and table of a page is sent, in order."""
    drawn = [*at.get("bidi_component"), *at.get("arrow_data_frame"), *at.get("dataframe")]
    return [element.proto.SerializeToString(deterministic=True) for element in drawn]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_a_second_run_sends_the_same_bytes(page: str, lang: str):
    at = opened(page, lang=lang)
    first = payloads(at)
    at.run()
    assert first
    assert payloads(at) == first


def test_figures_and_tables_are_kept_apart_by_language():
    zh, en = (payloads(opened("training", lang=lang)) for lang in LANGUAGES)
    assert len(zh) == len(en)
    assert all(mine != other for mine, other in zip(zh, en, strict=True))
