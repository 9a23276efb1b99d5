"""Sets a word and overlap, by hand and on a model."""

import numpy as np
import pytest

from moe_demo.insight.word_routing import overlap, sets_per_word, word_routing
from moe_demo.training.train import build_trainer
from tests import toy


def test_sets_per_word_by_hand():
    """Words on {0,1}, {1,0} and {0,2}: two different sets, three words."""
    assert sets_per_word(np.array([[0, 1], [1, 0], [0, 2]])) == pytest.approx(2 / 3)
    assert sets_per_word(np.array([[5, 3]])) == 1.0


def test_overlap_by_hand():
    """Pairs of {0,1}, {1,0}, {0,2}: 2 of 2 in common, 1 of 2, 1 of 2; a mean of two thirds."""
    assert overlap(np.array([[0, 1], [1, 0], [0, 2]])) == pytest.approx(2 / 3)
    assert overlap(np.array([[0, 1], [2, 3]])) == 0.0
    assert overlap(np.array([[0, 1], [1, 0]])) == 1.0


def test_a_single_word_has_no_pair():
    assert overlap(np.array([[0, 1]])) is None


def test_blind_choice_overlaps_by_k_over_e():
    rng = np.random.default_rng(0)
    blind_TK = np.argsort(rng.random((600, 16)), axis=1)[:, :4]
    assert overlap(blind_TK) == pytest.approx(4 / 16, abs=0.01)
    assert sets_per_word(blind_TK) > 0.75


def test_a_model_is_measured_headline_by_headline():
    trainer = build_trainer(toy.config(), toy.split())
    texts = [trainer.encoder.encode(text) for text in toy.split().held_out.texts]
    found = word_routing(trainer.model, texts)
    alone = [word_routing(trainer.model, [text]) for text in texts]
    for layer in range(2):
        expected = np.mean([one.sets_per_word_L[layer] for one in alone])
        assert found.sets_per_word_L[layer] == pytest.approx(expected)
        assert found.overlap_L[layer] == pytest.approx(np.mean([one.overlap_L[layer] for one in alone]))
    assert found.n_headlines == len(texts)


def test_headlines_of_one_word_have_no_overlap_at_all():
    trainer = build_trainer(toy.config(), toy.split())
    found = word_routing(trainer.model, [trainer.encoder.encode("火箭")])
    assert found.overlap_L == (None, None)
    assert found.sets_per_word_L == (1.0, 1.0)
