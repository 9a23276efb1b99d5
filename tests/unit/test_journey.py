"""The nine stages: every number of the record comes from the trace, and the laws between stages hold."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from moe_demo.insight import article
from moe_demo.insight.journey import SHOWN, align, journey, pieces
from moe_demo.insight.specialisation import Specialisation
from moe_demo.insight.trace import ForwardTrace, trace_text
from moe_demo.model.classifier import Classifier
from moe_demo.runs.data import text_encoder
from moe_demo.text.tokenizer import Vocabulary
from tests import toy

TEXTS = (article.TEXT, "火箭夺冠", "山", "中国队 3比2 击败对手，进入四强🏆")


def traced(text: str, **model: float) -> ForwardTrace:
    """An untrained model's trace: laws do not wait for training."""
    config = toy.config("document")
    vocabulary = Vocabulary(["发布", "的", "夺冠", "最新"])
    torch.manual_seed(3)
    network = Classifier(replace(config.model, vocab_size=len(vocabulary), **model)).eval()
    network.moe_layers[0].router.bias_E.copy_(torch.tensor([0.2, 0.0, -0.2]))
    return trace_text(network, text_encoder(config, vocabulary), text, run_id="toy")


@pytest.fixture(params=TEXTS)
def trace(request: pytest.FixtureRequest) -> ForwardTrace:
    return traced(request.param)


def stage(record: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in record["stages"] if one["id"] == name)


def near(values: Any) -> Any:
    return pytest.approx(np.asarray(values), abs=3e-5)


def test_nine_stages_in_the_articles_order(trace: ForwardTrace):
    record = journey(trace)
    assert [one["id"] for one in record["stages"]] == list(article.STAGES)
    assert len(article.STAGES) == 9
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_the_pieces_are_the_sentence(trace: ForwardTrace):
    assert "".join(piece["text"] for piece in pieces(trace)) == trace.text
    tokens = [piece["text"] for piece in pieces(trace) if piece["token"] is not None]
    assert tokens == list(trace.tokens)


def test_scores_of_a_word_sum_to_one_and_the_choice_is_the_largest_biased_one(trace: ForwardTrace):
    record = journey(trace)
    assert np.sum(stage(record, "router")["scores"], axis=1) == near(np.ones(len(trace.tokens)))
    choice = stage(record, "choice")
    biased_TE = np.asarray(choice["scores"]) + choice["bias"]
    assert choice["choice"] == near(biased_TE)
    assert choice["expert"] == biased_TE.argmax(axis=1).tolist()
    assert choice["swayed"] == (np.argmax(choice["scores"], axis=1) != choice["expert"]).tolist()
    assert sum(choice["load"]) == len(trace.tokens)


def test_the_gate_is_the_chosen_score_and_multiplies_the_output(trace: ForwardTrace):
    record = journey(trace)
    gates, scores_TE = stage(record, "gates"), np.asarray(stage(record, "router")["scores"])
    chosen_T = scores_TE[np.arange(len(scores_TE)), gates["expert"]]
    assert gates["gate"] == near(chosen_T)
    assert gates["output"] == stage(record, "experts")["values"]
    assert np.asarray(gates["values"]) == near(np.asarray(gates["gate"])[:, None] * gates["output"])
    assert gates["values"] == near(trace.layers[0].output_TD[:, :SHOWN])


def test_weighted_plus_what_the_transformer_adds_is_what_leaves(trace: ForwardTrace):
    record = journey(trace)
    mixed = stage(record, "transformer")
    assert mixed["entered"] == stage(record, "gates")["values"]
    assert np.asarray(mixed["values"]) == near(np.asarray(mixed["entered"]) + mixed["added"])


def test_the_sentence_vector_is_the_mean_of_the_columns(trace: ForwardTrace):
    pooling = stage(journey(trace), "pooling")
    assert pooling["count"] == len(trace.tokens)
    assert np.mean(pooling["values"], axis=0) == near(pooling["mean"])
    assert not pooling["normed_after"]
    assert pooling["mean"] == near(pooling["pooled"])


def test_a_smoothed_mean_says_what_its_sum_is_divided_by():
    facts = stage(journey(traced("山", pooling_pseudocount=2.0)), "pooling")["facts"]
    assert (facts["n"], facts["added"], facts["count"]) == (1, 2.0, 3.0)


def test_class_probabilities_are_the_softmax_of_the_logits(trace: ForwardTrace):
    classes = stage(journey(trace), "classes")
    exponents = np.exp(classes["logits"])
    assert classes["probabilities"] == near(exponents / exponents.sum())
    assert sum(classes["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert classes["label"] == trace.label


def test_facts_name_the_extremes(trace: ForwardTrace):
    record = journey(trace)
    gates = stage(record, "gates")
    assert gates["facts"]["loud_gate"] == max(gates["gate"])
    assert gates["facts"]["quiet_gate"] == min(gates["gate"])
    router = stage(record, "router")
    assert router["facts"]["surest_score"] == np.max(router["scores"])


def test_colour_scales_reach_the_largest_shown_value(trace: ForwardTrace):
    for one in journey(trace)["stages"]:
        if "values" in one and one["id"] not in ("gates", "transformer"):
            assert one["limit"] == near(np.abs(one["values"]).max())


def test_the_article_stands_over_its_own_words_and_misses_one():
    paper = journey(traced(article.TEXT))["article"]
    assert paper["same_text"]
    assert paper["columns"] == [0, 1, 3, 4, 5, 6]
    assert paper["left_out"] == [2]


def test_for_another_sentence_the_article_keeps_to_itself():
    paper = journey(traced("火箭夺冠"))["article"]
    assert not paper["same_text"]
    assert paper["columns"] == [0, 1, 2, 3, 4, 5]
    assert paper["left_out"] == []


@pytest.mark.parametrize(
    ("ours", "theirs", "columns", "left_over"),
    [
        ("ab", "ab", [0, 1], []),
        ("ac", "abc", [0, 2], [1]),
        ("aa", "aba", [0, 2], [1]),
        ("ax", "ab", [0, None], [1]),
    ],
)
def test_words_are_aligned_in_order(ours: str, theirs: str, columns: list[int | None], left_over: list[int]):
    assert align(ours, theirs) == (columns, left_over)


def test_the_articles_numbers_are_as_printed():
    assert article.TOKENS == ("苹果公司", "发布", "最新", "的", "iPhone", "15")
    assert [(s.token, s.scores_E, s.chosen) for s in article.SCORES] == [
        (0, (0.8, 0.1, 0.1), 1),
        (4, (0.9, 0.05, 0.05), 1),
    ]
    assert [(o.written, o.values) for o in article.OUTPUTS] == [
        ("E1(T1)", (0.9, 0.2)),
        ("E1(T2)", (0.3, 0.8)),
        ("E1(T5)", (0.95, 0.1)),
    ]
    assert [(o.written, o.meant) for o in article.OUTPUTS if o.written != o.meant] == [("E1(T2)", "E2(T2)")]
    assert [f"{w.gate}·{w.written}" for w in article.WEIGHTED] == [
        "0.8·E1(T1)",
        "0.7·E1(T2)",
        "0.6·E1(T3)",
        "0.5·E1(T4)",
        "0.9·E1(T5)",
        "0.8·E1(T6)",
    ]
    assert dict(article.PROBABILITIES) == {"tech": 0.92, "sports": 0.05, "entertainment": 0.03}


def test_held_out_shares_come_with_chance_and_a_dead_expert_has_none():
    experts = Specialisation(
        layer=0,
        labels=("tech", "sports", "entertainment"),
        n_headlines=40,
        load_EC=np.array([[300, 100, 100], [0, 0, 0], [100, 300, 300]]),
    )
    found = stage(journey(traced("火箭夺冠"), experts), "router")["held_out"]
    assert found["share"] == [[0.6, 0.2, 0.2], [None] * 3, [0.14286, 0.42857, 0.42857]]
    assert found["chance"] == [0.33333] * 3
    assert found["most"] == {"expert": 0, "label": "tech", "lift": 1.8}
    assert stage(journey(traced("火箭夺冠")), "router")["held_out"] is None
