"""Every number's sum: NumPy without the model finds the number of the record, and a wrong one is told apart."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.config import RoutingRule
from moe_demo.insight.lineage import (
    QUANTITIES,
    Lineage,
    LoadedFrom,
    NumberKey,
    SentenceCase,
    check,
    lineage_of,
    notebook,
    sentence_case,
)
from moe_demo.insight.lineage.record import dot_product
from moe_demo.insight.mixture import toward
from moe_demo.insight.run import Run
from moe_demo.insight.waterfall import waterfall
from moe_demo.model.change import LayerChange
from moe_demo.routers import with_router
from moe_demo.training.train import train_run
from tests import toy

TEXT = "苹果公司发布了最新的iPhone 15"


@pytest.fixture(params=["document", "deepseek"])
def run(request: pytest.FixtureRequest) -> Run:
    return load_run(request.param)


def every_key(case: SentenceCase) -> Iterator[NumberKey]:
    """Every quantity of a sentence at every place."""
    n_steps = len(waterfall(case.run, case.trace, case.layer, None if case.whole else case.token).steps)
    ends = {"piece": case.mixture.gates_TP.shape[1], "label": len(case.trace.labels), "step": n_steps}
    ends["other"], ends["group"] = len(case.trace.tokens), case.rule.n_groups
    has = {
        "direct": toward(case.run, case.trace, case.mixture).direct_TPC is not None,
        "group_score": case.rule.n_groups > 1,
    }
    for name, quantity in QUANTITIES.items():
        if quantity.of is SentenceCase and has.get(name, True):
            for at in itertools.product(*(range(ends[kind]) for kind in quantity.takes)):
                yield NumberKey(name, at)


def a_number(**changes: Any) -> Lineage:
    """Three halves, from two numbers."""
    plain = Lineage(
        name="score",
        equation="",
        source="",
        arrays={"x": np.array([1.0, 0.5])},
        snippet="result = x.sum()",
        expected=1.5,
    )
    return replace(plain, **changes)


def run_notebook(book: bytes) -> dict[str, Any]:
    """What the code cells of a notebook leave behind; the last one raises where the numbers differ."""
    found: dict[str, Any] = {}
    for cell in json.loads(book)["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), found)
    return found


@pytest.mark.parametrize(("layer", "token", "expert"), [(0, 0, None), (-1, 5, 2), (0, 3, 1)])
def test_numpy_finds_every_number_of_a_sentence(run: Run, layer: int, token: int, expert: int | None):
    trace = run.trace(TEXT)
    case = sentence_case(
        run, trace, token=token, layer=layer % len(trace.layers), expert=expert, whole=token == 3
    )
    for key in every_key(case):
        found = check(lineage_of(key, case))
        assert found.agrees, (key, found)


@pytest.mark.parametrize("text", ["手机", "🏆", "火箭夺冠 🏆", "很长" * 40, "a"])
def test_of_any_headline(run: Run, text: str):
    trace = run.trace(text)
    case = sentence_case(run, trace, token=len(trace.tokens) - 1, layer=0, expert=None)
    for key in every_key(case):
        assert check(lineage_of(key, case)).agrees, key


@pytest.mark.parametrize(
    "values",
    [
        {"top_k": 2, "temperature": 0.5, "route_scale": 2.5},
        {"n_groups": 1, "topk_groups": 1, "top_k": 1},
        {"top_k": 3, "temperature": 2.0, "norm_topk": False},
        {"score_fn": "softmax", "group_score": "max", "norm_topk": False},
        {
            "score_fn": "sqrt_softplus",
            "n_groups": 1,
            "topk_groups": 1,
            "route_scale": 1.5,
            "temperature": 2.0,
        },
    ],
)
def test_the_route_under_a_changed_rule_and_bias(values: dict[str, Any]):
    run = load_run("deepseek")
    rule = replace(run.config.model.routing_rule, **values)
    bias_E = run.model.moe_layers[0].router.bias_E + torch.linspace(-0.3, 0.3, rule.n_routed)
    trace = run.trace(TEXT, {0: LayerChange(rule=rule, bias_E=bias_E)})
    for token, expert in itertools.product(range(len(trace.tokens)), range(rule.n_routed)):
        case = sentence_case(run, trace, token=token, layer=0, expert=expert, rule=rule)
        for name in ("logit", "score", "choice", "gate", "cut", "gate_sum"):
            assert check(lineage_of(NumberKey(name), case)).agrees, (token, expert, name)
        for group in range(rule.n_groups) if rule.n_groups > 1 else ():
            assert check(lineage_of(NumberKey("group_score", (group,)), case)).agrees, (token, group)


@pytest.mark.parametrize("n_hash_layers", [1, 2])
@pytest.mark.parametrize("router", ["v4-hash", "v4.1"])
def test_every_number_where_routers_look_at_the_word(router: str, n_hash_layers: int, csv, tmp_path):
    config = with_router(toy.config(epochs=1), router)
    if router == "v4-hash":
        config = replace(config, model=replace(config.model, n_hash_layers=n_hash_layers))
    train_run(tmp_path / "run", config, [csv])
    run = load_run(tmp_path / "run")
    for layer in run.model.moe_layers if router == "v4.1" else ():
        layer.router.kind_bias_ZE.copy_(torch.randn(layer.router.kind_bias_ZE.shape) * 0.2)
    case = sentence_case(run, run.trace("火箭夺冠"), token=1, layer=0, expert=None)
    for key in every_key(case):
        assert check(lineage_of(key, case)).agrees, key
    rule = replace(config.model.routing_rule, top_k=3, temperature=2.0)
    bias_E = torch.linspace(-0.3, 0.3, rule.n_routed)
    trace = run.trace("火箭夺冠", {0: LayerChange(rule=rule, bias_E=bias_E)})
    for token, expert in itertools.product(range(len(trace.tokens)), range(rule.n_routed)):
        changed = sentence_case(run, trace, token=token, layer=0, expert=expert, rule=rule)
        for name in ("score", "choice", "gate", "cut", "gate_sum"):
            assert check(lineage_of(NumberKey(name), changed)).agrees, (token, expert, name)


@pytest.mark.parametrize("router", ["v2", "v4"])
def test_every_number_of_another_generation_of_the_router(router: str):
    bundled = load_run("deepseek")
    config = with_router(bundled.config, router)
    model = deepcopy(bundled.model)
    model.adopt(config.model)
    run = replace(bundled, config=config, model=model)
    case = sentence_case(run, run.trace("火箭夺冠"), token=1, layer=0, expert=None)
    for key in every_key(case):
        assert check(lineage_of(key, case)).agrees, key


def test_the_expected_number_is_the_records_own():
    run = load_run("deepseek")
    trace = run.trace(TEXT)
    layer = trace.layers[1]
    case = sentence_case(run, trace, token=2, layer=1, expert=None)
    e = int(layer.topk_idx_TK[2, 0])
    assert case.expert == e
    for name, value in {
        "logit": layer.logits_TE[2, e],
        "score": layer.scores_TE[2, e],
        "choice": layer.choice_TE[2, e],
        "gate": layer.gates_TK[2, 0],
        "familiarity": trace.familiarity,
    }.items():
        assert lineage_of(NumberKey(name), case).expected == pytest.approx(float(value))
    assert lineage_of(NumberKey("probability", (2,)), case).expected == trace.probabilities_C[2]
    np.testing.assert_array_equal(lineage_of(NumberKey("pooled"), case).expected, trace.pooled_D)


def test_a_wrong_number_is_told_apart():
    assert check(a_number()).agrees
    assert check(a_number()).result == 1.5
    wrong = check(a_number(expected=1.501))
    assert not wrong.agrees
    assert wrong.difference == pytest.approx(0.001)
    assert not check(a_number(expected=np.array([1.5, 1.5]))).agrees
    assert not check(a_number(expected=float("nan"))).agrees
    assert check(a_number(snippet="result = -np.inf", expected=float("-inf"))).agrees
    assert not check(a_number(snippet="result = -np.inf")).agrees


@pytest.mark.parametrize(
    "line", ["import os", "import torch", "open('/tmp/x', 'w')", "exec('1')", "eval('1')"]
)
def test_a_snippet_reaches_nothing_but_numpy(line: str):
    with pytest.raises((ImportError, NameError)):
        check(a_number(snippet=f"{line}\nresult = 1.5"))


def test_a_snippet_cannot_change_what_it_reads():
    values = np.array([1.0, 0.5], np.float32)
    assert check(a_number(arrays={"x": values}, snippet="x += 1\nresult = x.sum() - 2")).agrees
    assert values.tolist() == [1.0, 0.5]


def test_a_dot_product_is_its_terms_and_the_rest():
    x_D, w_D = np.linspace(-1, 1, 20, dtype=np.float32), np.linspace(3, -2, 20, dtype=np.float32)
    found = dot_product(x_D, w_D, n_terms=5)
    sizes = [abs(term.product) for term in found.terms]
    assert sizes == sorted(sizes, reverse=True)
    assert len(found.terms) + found.n_rest == 20
    assert found.total == pytest.approx(float(x_D.astype(float) @ w_D.astype(float)))
    assert all(term.product == pytest.approx(term.x * term.w) for term in found.terms)


def test_a_key_is_read_as_it_is_written():
    for key in (
        NumberKey("gate"),
        NumberKey("removal", (4, 2)),
        NumberKey("lift", (0,)),
        NumberKey("step_ce", (0, 12345)),
    ):
        assert NumberKey.read(str(key)) == key
    for raw in ("", "Gate", "gate-", "gate-x", "gate--1", "gate-1-2-3-4", "a" * 30, "gate-99999999"):
        with pytest.raises(ValueError, match="names no number"):
            NumberKey.read(raw)


@pytest.mark.parametrize("key", [NumberKey("nothing"), NumberKey("gate", (1,)), NumberKey("removal", (0,))])
def test_what_is_no_number_is_refused(key: NumberKey):
    run = load_run("document")
    case = sentence_case(run, run.trace(TEXT), token=0, layer=0, expert=None)
    with pytest.raises(KeyError):
        lineage_of(key, case)


def test_every_notebook_of_a_sentence_gives_the_number(run: Run):
    trace = run.trace(TEXT)
    case = sentence_case(run, trace, token=1, layer=len(trace.layers) - 1, expert=None)
    for key in every_key(case):
        lineage = lineage_of(key, case)
        left = run_notebook(notebook(lineage, str(key), LoadedFrom(run=run.run_id, step=run.step)))
        np.testing.assert_allclose(left["result"], lineage.expected, atol=1e-5, rtol=1e-4)


def test_a_notebook_whose_numbers_differ_says_so():
    with pytest.raises(AssertionError):
        run_notebook(notebook(a_number(expected=2.0), "wrong"))


def test_a_notebook_is_one():
    book = json.loads(notebook(a_number(), "标题"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert [cell["cell_type"] for cell in book["cells"]] == ["markdown", "code", "code", "code"]
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    assert "标题" in "".join(book["cells"][0]["source"])


def test_the_rule_of_a_case_is_the_runs_own_unless_given():
    run = load_run("deepseek")
    trace = run.trace(TEXT)
    own = sentence_case(run, trace, token=0, layer=0, expert=None)
    other = RoutingRule(n_routed=16, top_k=1)
    assert own.rule == run.config.model.routing_rule
    assert sentence_case(run, trace, token=0, layer=0, expert=None, rule=other).rule == other
