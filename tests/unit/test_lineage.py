"""A logit back to its dot product, and the printed NumPy program that computes the whole path again."""

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from moe_demo.config import RoutingRule, preset
from moe_demo.insight.lineage import logit_lineage, numpy_snippet
from moe_demo.insight.router_path import router_path
from moe_demo.insight.trace import ForwardTrace, trace_text
from moe_demo.model.change import LayerChange
from moe_demo.model.classifier import Classifier
from moe_demo.text.tokenizer import NgramHasher, TextEncoder, Vocabulary

TEXT = "苹果公司发布了最新的iPhone 15"


def traced(name: str, **rule_values: Any) -> tuple[ForwardTrace, RoutingRule, list[np.ndarray[Any, Any]]]:
    """A sentence through a model of random weights and biases, under a rule that may differ from its own."""
    torch.manual_seed(3)
    config = preset(name).model
    model = Classifier(config).eval()
    for layer in model.moe_layers:
        layer.router.bias_E.normal_(std=0.1)
    encoder = TextEncoder(Vocabulary([]), NgramHasher(config.n_buckets, config.min_n, config.max_n))
    values = {f: getattr(config.routing_rule, f) for f in RoutingRule.__dataclass_fields__} | rule_values
    rule = RoutingRule(**values)
    trace = trace_text(model, encoder, TEXT, changes={0: LayerChange(rule=rule)})
    return trace, rule, [layer.router.weight_ED.detach().numpy() for layer in model.moe_layers]


def test_terms_and_rest_add_up_to_the_recorded_logit():
    trace, _, directions = traced("deepseek")
    lineage = logit_lineage(trace.layers[0], directions[0], token=2, expert=5)
    sizes = [abs(term.product) for term in lineage.terms]
    assert sizes == sorted(sizes, reverse=True)
    assert len(lineage.terms) + lineage.n_rest == len(lineage.x_D)
    assert lineage.total == pytest.approx(lineage.logit, abs=1e-5)
    assert all(term.product == pytest.approx(term.x * term.w) for term in lineage.terms)


@pytest.mark.parametrize(
    ("name", "rule_values"),
    [
        ("deepseek", {}),
        ("deepseek", {"top_k": 2, "temperature": 0.5, "route_scale": 2.5}),
        ("deepseek", {"n_groups": 1, "topk_groups": 1, "top_k": 1}),
        ("document", {}),
        ("document", {"top_k": 2, "temperature": 2.0}),
    ],
)
def test_the_printed_snippet_reproduces_logit_choice_and_gates(name: str, rule_values: dict[str, Any]):
    trace, rule, directions = traced(name, **rule_values)
    layer, token, expert = trace.layers[0], 1, 2
    snippet = numpy_snippet(
        logit_lineage(layer, directions[0], token, expert), router_path(layer, token, rule)
    )
    found: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(snippet, found)
    assert found["logit"] == pytest.approx(layer.logits_TE[token, expert], abs=1e-5)
    assert found["chosen"].tolist() == layer.topk_idx_TK[token].tolist()
    assert found["gates"] == pytest.approx(layer.gates_TK[token], abs=1e-5)


def test_the_snippet_needs_numpy_only():
    trace, rule, directions = traced("deepseek")
    layer = trace.layers[0]
    snippet = numpy_snippet(logit_lineage(layer, directions[0], 0, 0), router_path(layer, 0, rule))
    imports = [line for line in snippet.splitlines() if "import" in line]
    assert imports == ["import numpy as np"]
    assert str(Path.cwd()) not in snippet
