"""The router page: the controls change the record, the address holds them, both languages are whole."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from moe_demo import load_run
from moe_demo.insight.router_path import path_change, router_path
from moe_demo.ui.kit.i18n import text_in
from tests.pages import app


@pytest.fixture(autouse=True)
def strict_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOE_DEMO_STRICT_TEXT", "1")


def opened(**params: str) -> AppTest:
    """The router page under an address."""
    return app.opened("router", **params)


def drawn(at: AppTest, having: str = "rows") -> dict[str, Any]:
    """The data of the path, or of the component whose data has another field."""
    assert not at.exception, at.exception
    return app.drawn(at, having)


def chosen(data: dict[str, Any]) -> set[int]:
    return {row["e"] for row in data["rows"] if row["chosen"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("run", ["deepseek", "document"])
def test_the_page_shows_the_record_of_the_forward_pass(lang: str, run: str):
    at = opened(lang=lang, run=run, t="1")
    trace = load_run(run).trace("苹果公司发布了最新的iPhone 15")
    layer, data = trace.layers[0], drawn(at)
    assert at.title[0].value == text_in(lang, "router.title")
    assert [row["logit"] for row in data["rows"]] == layer.logits_TE[1].tolist()
    assert [row["gate"] for row in data["rows"]] == layer.gates_TE[1].tolist()
    assert data["order"][: data["top_k"]] == layer.topk_idx_TK[1].tolist()
    assert not data["changed"]
    assert drawn(at, "scores")["scores"] == layer.scores_TE.tolist()
    assert all("trained" not in row for row in data["rows"])


def test_the_k_slider_makes_a_new_forward_pass():
    at = opened()
    trained = drawn(at)
    at.slider(key="router.k").set_value(2).run()
    data = drawn(at)
    assert data["changed"]
    assert len(chosen(data)) == data["top_k"] == 2
    assert data["cut"] > trained["cut"]
    assert data["gate_sum"] == pytest.approx(1.0, abs=1e-5)
    assert [c["before"] for c in data["classes"]] == [c["after"] for c in trained["classes"]]


def test_a_raised_bias_lets_an_expert_in_but_no_score_moves():
    at = opened()
    trained = drawn(at)
    at.slider(key="router.bias").set_value(1.0).run()
    data = drawn(at)
    entered = [row for row in data["rows"] if row["fate"] == "entered"]
    assert entered
    assert [row["score"] for row in data["rows"]] == [row["score"] for row in trained["rows"]]
    total = sum(row["score"] for row in data["rows"] if row["chosen"])
    for row in data["rows"]:
        assert row["gate"] == pytest.approx(row["score"] / total if row["chosen"] else 0.0, abs=1e-5)
        assert row["trained"]["gate"] == trained["rows"][row["e"]]["gate"]
    at.button(key="router.reset").click().run()
    assert drawn(at)["rows"] == trained["rows"]


def test_temperature_moves_scores_and_groups_can_be_switched_off():
    at = opened()
    trained = drawn(at)
    at.select_slider(key="router.temp").set_value(4.0).run()
    assert [r["score"] for r in drawn(at)["rows"]] != [r["score"] for r in trained["rows"]]
    at.toggle(key="router.groups").set_value(False).run()
    data = drawn(at)
    assert data["groups"] == []
    assert all(row["kept"] for row in data["rows"])


def test_the_settings_in_the_address_are_the_picture():
    data = drawn(opened(k="3", be="0", bias="0.5", l="1", t="2", e="0"))
    run = load_run("deepseek")
    assert (data["top_k"], data["token"], data["selected"]) == (3, 2, 0)
    trained = run.trace("苹果公司发布了最新的iPhone 15").layers[1]
    assert data["rows"][0]["bias"] == pytest.approx(trained.bias_E[0] + 0.5)


def test_settings_survive_a_look_at_another_page():
    at = opened()
    at.slider(key="router.k").set_value(6).run()
    kept = dict(at.query_params)
    at.switch_page("pages/start.py").run()
    for name, value in kept.items():  # the links of the head carry the address along
        at.query_params[name] = value[0] if isinstance(value, list) else value
    at.switch_page("pages/router.py").run()
    assert drawn(at)["top_k"] == 6
    assert at.slider(key="router.k").value == 6


@pytest.mark.parametrize("params", [{"k": "99"}, {"bias": "x"}, {"temp": "0"}, {"be": "77", "bias": "0.2"}])
def test_a_broken_setting_falls_back(params: dict[str, str]):
    data = drawn(opened(**params))
    assert data["top_k"] == load_run("deepseek").config.model.top_k


def test_one_chosen_of_three_is_not_normalised():
    data = drawn(opened(run="document"))
    assert not data["normalised"]
    assert data["groups"] == []
    assert "group" not in data["heads"]
    best = next(row for row in data["rows"] if row["chosen"])
    assert best["gate"] == best["score"] == data["gate_sum"]


def test_the_trained_path_is_its_own_neighbour():
    run = load_run("deepseek")
    layer = run.trace("火箭夺冠").layers[0]
    path = router_path(layer, 0, run.config.model.routing_rule)
    change = path_change(path, path)
    assert (change.entered, change.left, change.reweighted) == ((), (), ())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_k_that_the_kept_groups_cannot_fill_is_one_sentence(lang: str, monkeypatch: pytest.MonkeyPatch):
    from moe_demo.config import ConfigError
    from moe_demo.ui.router import controls as router_controls

    def refuse(*_: object) -> None:
        raise ConfigError("rule", owner="RoutingRule", field="top_k", rule="at most 8", value=9)

    monkeypatch.setattr(router_controls.Asked, "rule", refuse)
    at = opened(lang=lang, k="7")
    reachable = 8
    assert at.warning[0].value == text_in(lang, "router.refused", k=7, reachable=reachable)
    assert not drawn(at)["changed"]
