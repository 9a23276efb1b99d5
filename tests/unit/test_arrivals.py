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
    assert arrived.count_T[-1] == trace.pooling_count
    weight_CD, bias_C = (value.detach().numpy() for value in (run.model.head.weight, run.model.head.bias))
    times = [*model.few_words_divisors, 1][0]  # neither first word is known
    alone_D = trace.averaged_TD[0] / (times * (1 + model.pooling_pseudocount))
    logits_C = weight_CD @ alone_D + bias_C
    assert np.allclose(arrived.probabilities_TC[0], np.exp(logits_C) / np.exp(logits_C).sum(), atol=1e-5)


def test_the_fewer_words_are_known_the_less_the_sum_counts():
    """苹果公司 and 最新 have no row of their own, 了 and 的 are single characters: only 发布 and 手机 count."""
    run = load_run("deepseek")
    model, trace = run.config.model, run.trace("苹果公司发布了的最新手机")
    assert trace.tokens == ("苹果公司", "发布", "了", "的", "最新", "手机")
    assert trace.known_T.tolist() == [False, True, True, True, False, True]
    none, one, two, _ = model.few_words_divisors
    times = [none, one, one, one, one, two]
    plain = np.arange(1, 7) + model.pooling_pseudocount
    assert np.allclose(arrivals(run, trace).count_T, plain * times)
