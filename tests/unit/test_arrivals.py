"""The answer while words arrive: the mean of those that have, and at the end the answer itself."""

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.arrivals import arrivals


@pytest.mark.parametrize("name", ["deepseek", "document"])
@pytest.mark.parametrize("text", ["苹果公司发布了最新的iPhone 15", "山"])
def test_each_row_is_the_head_on_the_mean_of_the_words_so_far_and_the_last_is_the_answer(
    name: str, text: str
):
    run = load_run(name)
    trace, model = run.trace(text), run.config.model
    arrived = arrivals(run, trace)
    assert arrived.probabilities_TC.shape == (len(trace.tokens), len(trace.labels))
    assert np.allclose(arrived.probabilities_TC.sum(axis=1), 1, atol=1e-6)
    assert np.allclose(arrived.probabilities_TC[-1], trace.probabilities_C, atol=1e-5)
    assert len(trace.tokens) + arrived.added_T[-1] == trace.pooling_count
    weight_CD, bias_C = (value.detach().numpy() for value in (run.model.head.weight, run.model.head.bias))
    alone_D = trace.averaged_TD[0] / (1 + model.pooling_pseudocount + model.lone_word_pseudocount)
    logits_C = weight_CD @ alone_D + bias_C
    assert np.allclose(arrived.probabilities_TC[0], np.exp(logits_C) / np.exp(logits_C).sum(), atol=1e-5)


def test_the_first_word_alone_counts_for_less_than_with_a_second_one_that_is_known():
    run = load_run("deepseek")
    model, trace = run.config.model, run.trace("苹果公司发布了最新的iPhone 15")
    assert trace.known_T[:2].all()
    few = model.pooling_pseudocount
    assert arrivals(run, trace).added_T.tolist() == [few + model.lone_word_pseudocount] + [few] * (
        len(trace.tokens) - 1
    )
