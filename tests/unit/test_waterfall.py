"""The steps toward a class: they are the logit; exact where the way is linear, else what leaving a part out does."""

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.mixture import mixture, removal_effects
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.waterfall import expert_effects, waterfall
from moe_demo.insight.whatif import whatif

TEXT = "苹果公司发布了最新的iPhone 15"


@pytest.fixture(params=["document", "deepseek"])
def run(request: pytest.FixtureRequest) -> Run:
    return load_run(request.param)


def test_the_steps_of_any_headline_end_at_its_logits(run: Run):
    for text in split_of_run(run.store).held_out.texts[:40]:
        trace = run.trace(text)
        for layer in range(len(trace.layers)):
            for token in (None, len(trace.tokens) - 1):
                found = waterfall(run, trace, layer, token)
                np.testing.assert_allclose(found.running_NC[-1], trace.logits_C, atol=2e-4, rtol=1e-4)


def test_only_the_articles_order_is_exact_and_it_has_no_rest():
    for name, exact in (("document", True), ("deepseek", False)):
        run = load_run(name)
        trace = run.trace(TEXT)
        for layer in range(len(trace.layers)):
            found = waterfall(run, trace, layer)
            assert found.exact is exact
            assert [step.kind == "rest" for step in found.steps] == [not exact] + [False] * (
                len(found.steps) - 1
            )


def test_an_exact_step_is_the_pieces_dot_product_with_the_class_direction():
    run = load_run("document")
    trace = run.trace(TEXT)
    w_CD, [parts] = run.model.head.weight.detach().numpy(), mixture(trace).layers
    for token in range(len(trace.tokens)):
        [step] = [one for one in waterfall(run, trace, 0, token).steps if one.kind == "expert"]
        gate, output_D = parts.gates_TP[token, 0], parts.outputs_TPD[token, 0]
        np.testing.assert_allclose(step.value_C, gate * (w_CD @ output_D) / trace.pooling_count, atol=1e-4)
    by_expert = [one for one in waterfall(run, trace, 0).steps if one.kind == "expert"]
    assert [one.expert for one in by_expert] == sorted(set(trace.layers[0].topk_idx_TK.ravel().tolist()))


def test_a_measured_step_of_a_word_is_what_leaving_its_piece_out_does():
    run = load_run("deepseek")
    trace = run.trace(TEXT)
    for layer, effect_TPC in enumerate(removal_effects(run, TEXT)):
        steps = [one for one in waterfall(run, trace, layer, 3).steps if one.piece is not None]
        assert [one.expert for one in steps[:-1]] == trace.layers[layer].topk_idx_TK[3].tolist()
        np.testing.assert_array_equal([one.value_C for one in steps], effect_TPC[3])


def test_a_measured_step_of_the_sentence_is_what_silencing_the_expert_does(run: Run):
    trace = run.trace(TEXT)
    for layer, steps in enumerate(expert_effects(run, TEXT)):
        for step in steps:
            switches = (
                Switches(shared_off=(layer,))
                if step.expert is None
                else Switches(silenced=(Seat(layer, step.expert),))
            )
            after = whatif(run, TEXT, switches).after
            np.testing.assert_allclose(step.value_C, trace.logits_C - after.logits_C, atol=1e-4)


def test_a_word_alone_has_no_other_words():
    run = load_run("document")
    kinds = [step.kind for step in waterfall(run, run.trace("手机"), 0, 0).steps]
    assert kinds == ["bias", "expert", "transformer"]
