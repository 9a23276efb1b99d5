"""The journey page: nine stages, the article's numbers beside the record of a forward pass, in two languages."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from moe_demo import load_run
from moe_demo.insight.article import STAGES, TITLE
from moe_demo.insight.journey import SHOWN
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.journey.page import ONWARD
from moe_demo.ui.kit import source
from moe_demo.ui.kit.i18n import text_in
from tests.pages import app

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = "苹果公司发布了最新的iPhone 15"


@pytest.fixture(autouse=True)
def strict_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOE_DEMO_STRICT_TEXT", "1")


def opened(**params: str) -> AppTest:
    """The journey under an address."""
    os.chdir(ROOT)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in params.items():
        at.query_params[name] = value
    at.run()
    at.switch_page("pages/journey.py").run()
    assert not at.exception, at.exception
    return at


def drawn(at: AppTest) -> dict[str, Any]:
    return next(data for data in app.pictures(at) if "stages" in data)


def stage(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in data["stages"] if one["id"] == name)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_shows_the_record_of_the_document_run(lang: str):
    at = opened(lang=lang, run="deepseek")
    trace, data = load_run("document").trace(EXAMPLE), drawn(at)
    assert at.title[0].value == text_in(lang, "journey.title")
    assert data["words"] == list(trace.tokens)
    assert stage(data, "router")["scores"] == trace.layers[0].scores_TE.astype(float).round(5).tolist()
    assert np.allclose(stage(data, "pooling")["pooled"], trace.pooled_D[:SHOWN], atol=1e-5)
    assert stage(data, "classes")["probabilities"] == trace.probabilities_C.astype(float).round(5).tolist()
    assert all(one["claim"] and one["note"] for one in data["stages"])
    assert not any("{" in one["claim"] + one["note"] for one in data["stages"])


@pytest.mark.parametrize("number", range(1, 10))
def test_an_old_address_counts_the_stations_and_the_page_shows_its_code(number: int):
    at = opened(stage=str(number))
    assert drawn(at)["stage"] == number
    at.session_state[source.OPEN] = True
    assert at.run().code
    assert not at.warning


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("text", ["山", "<script>alert(1)</script>", "🏆🏆", "很长" * 200])
def test_any_sentence_walks_the_nine_stages(lang: str, text: str):
    data = drawn(opened(lang=lang, s=text))
    assert len(data["stages"]) == len(STAGES)
    assert not data["article"]["same_text"]
    assert 1 <= len(data["words"]) <= 64
    assert text_in(lang, "journey.note.tokens_other").split("{")[0] in stage(data, "tokens")["note"]


@pytest.mark.parametrize("name", STAGES)
def test_the_address_calls_a_station_by_its_name(name: str):
    at = opened(stage=name)
    assert drawn(at)["stage"] == STAGES.index(name) + 1
    assert not at.warning


@pytest.mark.parametrize("broken", ["0", "10", "x", "-1"])
def test_a_foreign_station_falls_back_to_the_first_and_says_so(broken: str):
    at = opened(stage=broken)
    assert drawn(at)["stage"] == 1
    assert "stage" in at.warning[0].value


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_names_its_model_the_selected_one_and_the_article(lang: str):
    said = " ".join(caption.value for caption in opened(lang=lang, run="nothing").caption)
    assert all(name in said for name in ("document", "deepseek", TITLE))
    own = " ".join(caption.value for caption in opened(lang=lang, run="document").caption)
    assert own.count("document") == 1


def test_the_last_stage_leads_on():
    words = drawn(opened(stage="classes"))["text_of"]
    assert {f"to_{page}" for page in ONWARD} <= words.keys()
    assert {page.name for page in PAGES} >= set(ONWARD)
