"""Four accounts of experts: each number is full where its account holds, and chance where nothing does."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.insight.accounts import Figure, committee, features, figures, path, topic
from moe_demo.insight.assignments import MAX_HEADLINES, Assignments, assignments
from moe_demo.insight.whatif import Headlines
from moe_demo.insight.word_clusters import clusters_of, word_clusters
from moe_demo.model.router import route

RULE = load_run("deepseek").config.model.routing_rule


@pytest.fixture(scope="module")
def found() -> Assignments:
    run = load_run("deepseek")
    return assignments(run, Headlines.held_out(run, MAX_HEADLINES))


def sent_to(found: Assignments, *experts_TK: np.ndarray, n_routed: int) -> Assignments:
    """The same words, sent elsewhere, with equal gates."""
    experts_LTK = np.stack(experts_TK)
    gates_LTK = np.full(experts_LTK.shape, 1 / experts_LTK.shape[2], dtype=np.float32)
    return replace(found, experts_LTK=experts_LTK, gates_LTK=gates_LTK, n_routed=n_routed)


def test_a_standing_committee_has_all_of_the_gates_and_random_routing_has_chance(found: Assignments):
    always = np.tile(np.arange(4), (found.n_tokens, 1))
    assert committee(sent_to(found, always, n_routed=16), 0, RULE).value == pytest.approx(1)
    logits_TE = torch.from_numpy(np.random.default_rng(99).standard_normal((found.n_tokens, 16)))
    drawn = route(logits_TE, torch.zeros(16), RULE).topk_idx_TK.numpy()
    random = committee(sent_to(found, drawn, n_routed=16), 0, RULE)
    assert random.value == pytest.approx(random.chance, abs=0.01)
    assert random.chance == pytest.approx(4 / 16, abs=0.02)


def test_experts_by_class_tell_all_and_blind_ones_nothing(found: Assignments):
    by_class = sent_to(found, found.label_T[:, None], n_routed=3)
    assert topic(by_class, 0).value == pytest.approx(1, abs=0.01)
    blind = sent_to(found, np.random.default_rng(0).integers(0, 3, (found.n_tokens, 1)), n_routed=3)
    assert abs(topic(blind, 0).value) < 3 * topic(blind, 0).chance


def test_an_expert_for_each_cluster_has_one_and_blind_experts_have_as_many_as_shuffled_ones(
    found: Assignments,
):
    cluster_W = word_clusters(found.vector_WD, 8)
    own = sent_to(found, cluster_W[found.word_T][:, None], n_routed=8)
    assert features(own, 0, cluster_W).value == pytest.approx(1)
    blind = sent_to(found, np.random.default_rng(0).integers(0, 8, (found.n_tokens, 1)), n_routed=8)
    figure = features(blind, 0, cluster_W)
    assert figure.value == pytest.approx(figure.chance, rel=0.1)


def test_a_path_can_tell_what_no_layer_tells_alone(found: Assignments):
    """The class is the exclusive or of both layers' experts, each of which is drawn."""
    is_sports_T = (found.label_T == 1).astype(np.int64)
    first_T = np.random.default_rng(0).integers(0, 2, found.n_tokens)
    both = sent_to(found, first_T[:, None], (first_T ^ is_sports_T)[:, None], n_routed=2)
    two = replace(both, label_ids_B=(found.label_ids_B == 1).astype(np.int64), labels=("other", "sports"))
    figure = path(two)
    assert figure.value == pytest.approx(1, abs=0.02)
    assert figure.beside is not None
    assert abs(figure.beside) < 0.02


def test_every_layer_has_three_accounts_and_two_layers_have_a_path(found: Assignments):
    each = figures(found, RULE)
    assert [(f.account, f.layer) for f in each if f.account == "path"] == [("path", None)]
    for account in ("committee", "topic", "features"):
        assert [f.layer for f in each if f.account == account] == [0, 1]
    assert figures(found, RULE) == each, "the same words give the same numbers"
    run = load_run("document")
    one = figures(assignments(run, Headlines.held_out(run, MAX_HEADLINES)), run.config.model.routing_rule)
    assert all(isinstance(f, Figure) and f.account != "path" for f in one)


def test_words_of_like_vectors_share_a_cluster():
    random = np.random.default_rng(0)
    directions = np.linalg.qr(random.standard_normal((6, 6)))[0][:4]
    true_W = np.repeat(np.arange(4), 25)
    vector_WD = directions[true_W] * random.uniform(0.5, 3, (100, 1)) + random.normal(0, 0.02, (100, 6))
    cluster_W = word_clusters(vector_WD, 4)
    assert len({(a, b) for a, b in zip(true_W, cluster_W, strict=True)}) == 4


def test_the_clusters_of_an_expert_are_those_above_chance(found: Assignments):
    cluster_W = word_clusters(found.vector_WD)
    listed = clusters_of(found, 0, 7, cluster_W)
    assert 3 <= len(listed) <= 5
    assert all(one.lift > 1 and 0 < one.share < 1 and one.words for one in listed)
    by_word_WE = found.by_word(0)
    places = {word: place for place, word in enumerate(found.words)}
    for one in listed:
        assert len({cluster_W[places[word]] for word in one.words}) == 1
        assert all(by_word_WE[places[word], 7] > 0 for word in one.words)
