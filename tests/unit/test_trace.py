"""The record of one headline: it adds up, it equals the model's own pass, and it is plain JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from moe_demo.insight.trace import ForwardTrace, trace_text
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.presets import preset
from moe_demo.text.errors import EmptyTextError
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Trainer
from tests import toy

TEXT = "主队加时绝杀，芯片iPhone 15"


@pytest.fixture(scope="module", params=["document", "deepseek"])
def trainer(request) -> Trainer:
    trainer = build_trainer(toy.config(request.param), toy.split())
    for _ in range(3):
        trainer.step()
    trainer.model.eval()
    return trainer


@pytest.fixture
def trace(trainer: Trainer) -> ForwardTrace:
    return trace_text(trainer.model, trainer.encoder, TEXT, run_id="toy", step=3)


def test_shared_plus_gate_times_expert_is_the_layers_output(trace: ForwardTrace):
    for layer in trace.layers:
        summed_TD = layer.shared_out_TSD.sum(1) + layer.weighted_TKD.sum(1)
        np.testing.assert_allclose(summed_TD, layer.output_TD, atol=1e-5)


def test_attention_of_every_head_is_shared_out_among_the_words(trace: ForwardTrace, trainer: Trainer):
    n = len(trace.tokens)
    for layer in trace.layers:
        assert layer.attention_HTT.shape == (trainer.model.config.n_heads, n, n)
        np.testing.assert_allclose(layer.attention_HTT.sum(2), 1, rtol=1e-5)


def test_what_attention_looks_at_is_what_it_mixes(trace: ForwardTrace, trainer: Trainer):
    """Mixed once more by the recorded weights: what a block without a dense FFN adds."""
    block, [layer, *_] = trainer.model.blocks[0], trace.layers
    if block.ffn is not None:
        pytest.skip("a dense FFN stands behind this attention")
    x_TD = block.attention_norm(torch.from_numpy(trace.embedded_TD)).detach()
    v_HTd = block.attention.qkv(x_TD).detach().chunk(3, -1)[2].unflatten(-1, (len(layer.attention_HTT), -1))
    mixed_TD = (torch.from_numpy(layer.attention_HTT) @ v_HTd.transpose(0, 1)).transpose(0, 1).flatten(1)
    np.testing.assert_allclose(block.attention.out(mixed_TD).detach(), layer.mixed_TD, atol=1e-5)


def test_loads_sum_to_tokens_times_k(trace: ForwardTrace, trainer: Trainer):
    for layer in trace.layers:
        assert layer.load_E.sum() == len(trace.tokens) * trainer.config.model.top_k


def test_a_block_is_its_input_plus_what_its_parts_add(trace: ForwardTrace, trainer: Trainer):
    """In the article's order no residual path leads around the MoE layer: its input is not part of the sum."""
    has_residual = trainer.config.model.block_order == "attention_moe"
    before_TD = trace.embedded_TD
    for layer in trace.layers:
        added_TD = layer.output_TD + layer.mixed_TD
        expected_TD = before_TD + added_TD if has_residual else added_TD
        np.testing.assert_allclose(layer.block_output_TD, expected_TD, atol=1e-5)
        before_TD = layer.block_output_TD


def test_the_record_is_the_models_own_pass(trace: ForwardTrace, trainer: Trainer):
    batch = TokenBatch.of([trainer.encoder.encode(TEXT)])
    with torch.no_grad():
        output = trainer.model(batch)
    np.testing.assert_array_equal(trace.logits_C, output.logits_BC[0].numpy())
    np.testing.assert_allclose(trace.probabilities_C, output.logits_BC[0].softmax(-1).numpy(), rtol=1e-6)
    for layer, routing in zip(trace.layers, output.routings, strict=True):
        for name, value in vars(routing).items():
            found = getattr(layer, name)
            assert (found is None) == (value is None)
            if value is not None:
                np.testing.assert_array_equal(found, value.numpy())


def test_gates_come_from_scores_and_the_choice_from_scores_and_bias(trace: ForwardTrace):
    for layer in trace.layers:
        finite = np.isfinite(layer.choice_TE)
        np.testing.assert_allclose(
            (layer.scores_TE + layer.bias_E)[finite], layer.choice_TE[finite], atol=1e-6
        )
        chosen = np.take_along_axis(layer.choice_TE, layer.topk_idx_TK, axis=1)
        left_over = layer.choice_TE.copy()
        np.put_along_axis(left_over, layer.topk_idx_TK, -np.inf, axis=1)
        assert (chosen.min(1) >= left_over.max(1)).all()
        assert (np.diff(chosen, axis=1) <= 0).all()  # best first


def test_tokens_stand_where_they_say(trace: ForwardTrace):
    assert [trace.text[start:end] for start, end in trace.token_spans] == list(trace.tokens)
    assert trace.known_T.dtype == bool
    assert trace.left_out == ""


def test_frame_has_a_row_per_token_layer_and_expert(trace: ForwardTrace, trainer: Trainer):
    frame, model = trace.frame(), trainer.config.model
    assert len(frame) == len(trace.tokens) * model.n_layers * model.n_routed
    chosen = frame[frame.chosen]
    assert len(chosen) == len(trace.tokens) * model.n_layers * model.top_k
    assert (chosen.gate > 0).all()
    assert (frame[~frame.chosen].gate == 0).all()
    first = frame[(frame.token_idx == 0) & (frame.layer == 0)]
    np.testing.assert_array_equal(first.score.to_numpy(np.float32), trace.layers[0].scores_TE[0])


def test_the_record_is_strict_json_with_the_names_of_the_contract(trace: ForwardTrace):
    record = json.loads(json.dumps(trace.to_dict(), allow_nan=False))
    assert {"tokens", "layers", "label", "probabilities"} <= set(record)
    assert record["tokens"] == list(trace.tokens)
    assert list(record["probabilities"]) == list(trace.labels)
    layer, of = record["layers"][0], trace.layers[0]
    assert {"scores", "choice", "topk_idx", "gates", "bias", "logits", "load"} <= set(layer)
    assert np.array(layer["scores"]).shape == of.scores_TE.shape
    assert layer["topk_idx"] == of.topk_idx_TK.tolist()
    nothing = [[number is None for number in row] for row in layer["choice"]]
    assert nothing == np.isneginf(of.choice_TE).tolist()  # JSON has no infinity


def test_a_change_affects_only_its_call_and_its_layer(trace: ForwardTrace, trainer: Trainer):
    last = len(trace.layers) - 1
    pushed_E = torch.zeros(trainer.config.model.n_routed)
    pushed_E[1] = 100.0
    changed = trace_text(trainer.model, trainer.encoder, TEXT, changes={last: LayerChange(bias_E=pushed_E)})
    assert (changed.layers[last].topk_idx_TK[:, 0] == 1).all()
    np.testing.assert_array_equal(changed.layers[last].bias_E, pushed_E.numpy())
    np.testing.assert_array_equal(changed.layers[last].scores_TE, trace.layers[last].scores_TE)
    if last > 0:
        np.testing.assert_array_equal(changed.layers[0].output_TD, trace.layers[0].output_TD)
    again = trace_text(trainer.model, trainer.encoder, TEXT)
    np.testing.assert_array_equal(again.logits_C, trace.logits_C)


def test_another_k_is_a_change_too(trainer: Trainer):
    rule = replace(trainer.config.model.routing_rule, top_k=2)
    changed = trace_text(trainer.model, trainer.encoder, TEXT, changes={0: LayerChange(rule=rule)})
    assert changed.layers[0].topk_idx_TK.shape == (len(changed.tokens), 2)


def test_a_long_text_says_what_was_left_out(trainer: Trainer):
    text = "芯片" * 300
    trace = trace_text(trainer.model, trainer.encoder, text)
    assert len(trace.tokens) == trainer.config.model.max_tokens
    assert trace.left_out
    assert text.endswith(trace.left_out)


@pytest.mark.parametrize("text", ["", " \t\n", "\u200b"])
def test_a_text_without_words_is_refused(trainer: Trainer, text: str):
    with pytest.raises(EmptyTextError):
        trace_text(trainer.model, trainer.encoder, text)


def test_a_record_of_wrong_shape_cannot_be_made(trace: ForwardTrace):
    with pytest.raises(AssertionError, match="gates_TK has shape"):
        replace(trace.layers[0], gates_TK=trace.layers[0].gates_TK[:1])


def test_the_presets_of_the_app_trace_the_example():
    for name in ("document", "deepseek"):
        config = replace(preset(name), min_count=1)
        trainer = build_trainer(config, toy.split())
        trace = trace_text(trainer.model.eval(), trainer.encoder, "苹果公司发布了最新的iPhone 15")
        assert trace.tokens == ("苹果公司", "发布", "了", "最新", "的", "iPhone", "15")
