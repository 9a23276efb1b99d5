"""The floor beside MaxVio is what blind choice really gives, and the share of parameters adds up."""

import numpy as np
import pytest
import torch

from moe_demo.insight.load import random_max_vio
from moe_demo.insight.sparsity import sparsity
from moe_demo.model.classifier import Classifier
from moe_demo.presets import PRESETS
from moe_demo.published import count as published_count
from moe_demo.published import shape_of


@pytest.mark.parametrize(
    ("n_tokens", "n_routed", "top_k"), [(400, 16, 4), (2000, 16, 4), (300, 3, 1), (5000, 64, 6)]
)
def test_the_noise_floor_is_what_blind_choice_gives(n_tokens: int, n_routed: int, top_k: int):
    draw = np.random.default_rng(0)
    found = []
    for _ in range(60):
        chosen = draw.random((n_tokens, n_routed)).argpartition(top_k, axis=1)[:, :top_k]
        load = np.bincount(chosen.ravel(), minlength=n_routed)
        found.append(load.max() / load.mean() - 1)
    assert random_max_vio(n_tokens, n_routed, top_k) == pytest.approx(np.mean(found), rel=0.12)


def test_the_noise_floor_shrinks_with_more_tokens_and_is_nothing_where_all_are_chosen():
    assert random_max_vio(4000, 16, 4) == pytest.approx(random_max_vio(1000, 16, 4) / 2)
    assert random_max_vio(100, 4, 4) == 0
    assert random_max_vio(0, 4, 1) == 0


@pytest.mark.parametrize("name", PRESETS)
def test_every_parameter_but_the_tables_is_counted_once(name: str):
    config = PRESETS[name].model
    model = Classifier(config)
    count = sparsity(model)
    tables = sum(p.numel() for p in model.embedding.parameters())
    biases = config.n_layers * config.n_routed
    assert count.total == sum(p.numel() for p in model.parameters()) - tables + biases
    published = published_count(shape_of(config))
    assert (count.used, count.total) == (published.activated, published.total - tables)
    expert = 3 * config.dim * config.expert_dim
    silent = (config.n_routed - config.top_k) * expert * config.n_layers
    assert count.used == count.total - silent
    assert 0 < count.share < 1
    assert (count.experts_used, count.experts_total) == (
        config.top_k + config.n_shared,
        config.n_routed + config.n_shared,
    )


def test_parameters_outside_the_k_chosen_experts_do_not_touch_a_word():
    torch.manual_seed(0)
    config = PRESETS["deepseek"].model
    layer = Classifier(config).eval().moe_layers[0]
    x_TD = torch.randn(1, config.dim)
    output_TD, routing = layer(x_TD)
    silent = [e for e in range(config.n_routed) if e not in routing.topk_idx_TK[0]]
    with torch.no_grad():
        layer.experts.down_EDF[silent] = 7.0
    assert torch.equal(layer(x_TD)[0], output_TD)
