"""The examples that ship: every one does what it is said to do, in the bundled run, and can be read back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import Run, load_run
from moe_demo.insight.telling_headlines import FEW, MANY, N_ROUTES, TellingHeadline, telling_headlines
from moe_demo.insight.word_routing import sets_per_word
from moe_demo.model.change import LayerChange
from moe_demo.releases.examples import read_examples, write_examples
from moe_demo.text.corpus import Corpus

EXAMPLES = read_examples()


@pytest.fixture(scope="module")
def run() -> Run:
    return load_run("deepseek")


def turned(run: Run, one: TellingHeadline) -> tuple[str, str, int]:
    """The class as trained, the class under the change, and how many words of the headline have the expert then."""
    bias_E = run.model.moe_layers[one.layer].router.bias_E.clone()
    if one.expert is not None:
        bias_E[one.expert] += one.push
    rule = run.config.model.routing_rule
    changed = LayerChange(rule=replace(rule, top_k=one.top_k or rule.top_k), bias_E=bias_E)
    after = run.trace(one.text, {one.layer: changed})
    return (
        run.trace(one.text).label,
        after.label,
        int((after.layers[one.layer].topk_idx_TK == one.expert).sum()),
    )


def test_there_is_one_of_each_kind():
    assert {one.top_k for one in EXAMPLES if one.why == "k"} == {FEW, MANY}
    assert [one.why for one in EXAMPLES] == ["k", "k", "bias", "off", *["routes"] * N_ROUTES]
    assert len({one.text for one in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("one", [one for one in EXAMPLES if one.why != "routes"], ids=lambda one: one.why)
def test_the_answer_turns_as_it_says(run: Run, one: TellingHeadline):
    before, after, n_words = turned(run, one)
    assert (before, after) == (one.before, one.after)
    assert before != after
    if one.why == "off":
        assert n_words == 0


@pytest.mark.parametrize("one", [one for one in EXAMPLES if one.why == "routes"], ids=lambda one: one.text)
def test_the_words_part_as_it_says(run: Run, one: TellingHeadline):
    trace = run.trace(one.text)
    counts = [sets_per_word(layer.topk_idx_TK) * one.n_words for layer in trace.layers]
    assert np.rint(counts).tolist() == list(one.sets)
    assert min(one.sets) >= 0.7 * one.n_words
    assert len(trace.tokens) == one.n_words


def test_all_are_held_out(run: Run):
    assert {one.text for one in EXAMPLES} <= set(split_of_run(run.store).held_out.texts)


def test_the_search_finds_them_again(run: Run):
    """Among themselves and a few others: the same ones, in the same order."""
    held_out = split_of_run(run.store).held_out
    texts = {one.text for one in EXAMPLES}
    few = [one for place, one in enumerate(held_out.headlines) if place < 40 or one.text in texts]
    with torch.inference_mode():
        found = telling_headlines(run, Corpus(tuple(few), held_out.labels, source="few"))
    assert found == list(EXAMPLES)


def test_they_survive_their_file_and_a_broken_one_gives_none(tmp_path: Path):
    path = tmp_path / "examples.json"
    write_examples(EXAMPLES, path)
    assert read_examples(path) == EXAMPLES
    broken = tmp_path / "broken.json"
    for content in (
        "",
        "[]",
        '{"headlines": [{"why": "magic", "text": "", "sets": []}]}',
        '{"headlines": 3}',
    ):
        broken.write_text(content, encoding="utf-8")
        read_examples.cache_clear()
        assert read_examples(broken) == ()
    assert read_examples(tmp_path / "missing.json") == ()
