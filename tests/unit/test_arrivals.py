"""The answer while words arrive: the mean of those that have, and at the end the answer itself."""

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.arrivals import answers_so_far


@pytest.mark.parametrize("name", ["deepseek", "document"])
@pytest.mark.parametrize("text", ["苹果公司发布了最新的iPhone 15", "山"])
def test_each_row_is_the_head_on_the_mean_of_the_words_so_far_and_the_last_is_the_answer(
    name: str, text: str
):
    run = load_run(name)
    trace = run.trace(text)
    answers_TC = answers_so_far(run.model, trace)
    assert answers_TC.shape == (len(trace.tokens), len(trace.labels))
    assert np.allclose(answers_TC.sum(axis=1), 1, atol=1e-6)
    assert np.allclose(answers_TC[-1], trace.probabilities_C, atol=1e-5)
    weight_CD, bias_C = (value.detach().numpy() for value in (run.model.head.weight, run.model.head.bias))
    alone_D = trace.averaged_TD[0] / (1 + run.config.model.pooling_pseudocount)
    logits_C = weight_CD @ alone_D + bias_C
    assert np.allclose(answers_TC[0], np.exp(logits_C) / np.exp(logits_C).sum(), atol=1e-5)
