"""Experts by class: counts that add up, and a band that holds what luck gives."""

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.insight.assignments import MAX_HEADLINES, Assignments, assignments
from moe_demo.insight.expert_cell import cell_of, text_of
from moe_demo.insight.experts import by_class, by_kind, experts_of, frame, kinds
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.shuffled import band, frequency_strata, lifts, shuffled_loads, shuffles
from moe_demo.insight.whatif import Headlines
from moe_demo.text.word_kinds import KINDS
from moe_demo.training.evaluation import evaluate, in_batches


@pytest.fixture(scope="module")
def headlines() -> Headlines:
    return Headlines.held_out(load_run("deepseek"), MAX_HEADLINES)


@pytest.fixture(scope="module")
def found(headlines: Headlines) -> Assignments:
    return assignments(load_run("deepseek"), headlines)


def test_loads_are_those_of_the_evaluation_and_sum_to_words_times_k(headlines: Headlines):
    run = load_run("deepseek")
    evaluation = evaluate(run.model, in_batches(headlines.texts), headlines.label_ids_B)
    n_tokens = sum(len(text.tokens) for text in headlines.texts)
    for layer, found in enumerate(experts_of(run, headlines)):
        np.testing.assert_array_equal(found.counts.load_EC, evaluation.load_LEC[layer])
        fair = n_tokens * run.config.model.top_k / run.config.model.n_routed
        assert (found.load_E * fair).sum() == pytest.approx(n_tokens * run.config.model.top_k)


def test_ninety_five_of_a_hundred_lifts_of_other_shuffles_lie_inside_the_band(found: Assignments):
    strata_W, kind_W = frequency_strata(found.count_W), kinds(found)
    for layer in range(found.n_layers):
        for load_BE, labels_B, strata_B in (
            (found.by_headline(layer), found.label_ids_B, None),
            (found.by_word(layer), kind_W, strata_W),
        ):
            n_labels = int(labels_B.max()) + 1
            low_EC, high_EC = band(lifts(shuffled_loads(load_BE, labels_B, n_labels, strata_B=strata_B)))
            others = lifts(
                shuffled_loads(load_BE, labels_B, n_labels, n_shuffles=100, seed=99, strata_B=strata_B)
            )
            inside = ((others >= low_EC) & (others <= high_EC)).mean()
            assert 0.93 < inside < 0.97


def test_an_expert_that_takes_one_class_alone_lies_outside_of_luck():
    label_ids_B = np.repeat([0, 1], 50)
    load_BE = np.stack([np.where(label_ids_B == 0, 4, 0), np.where(label_ids_B == 0, 0, 4)], axis=1)
    low_EC, high_EC = band(lifts(shuffled_loads(load_BE, label_ids_B, 2)))
    assert (high_EC < 2).all()
    assert (low_EC > 0).all()


def test_a_dead_expert_has_no_lift_and_no_band():
    label_ids_B = np.array([0, 1, 0, 1])
    load_BE = np.array([[3, 0], [2, 0], [5, 0], [1, 0]])
    low_EC, high_EC = band(lifts(shuffled_loads(load_BE, label_ids_B, 2, n_shuffles=20)))
    assert np.isnan(low_EC[1]).all()
    assert np.isnan(high_EC[1]).all()
    assert not np.isnan(low_EC[0]).any()


def test_the_table_has_a_row_for_every_layer_expert_and_class(headlines: Headlines):
    run = load_run("deepseek")
    found = experts_of(run, headlines)
    table = frame(found)
    assert len(table) == run.config.model.n_layers * run.config.model.n_routed * 3
    shares = table.groupby(["layer", "expert"])["share"].sum()
    np.testing.assert_allclose(shares, 1)
    assert {"load", "share", "lift", "n", "low", "high"} <= set(table.columns)


def test_every_word_is_counted_once_for_each_of_its_experts(found: Assignments):
    for layer in range(found.n_layers):
        by_word_WE, by_headline_BE = found.by_word(layer), found.by_headline(layer)
        np.testing.assert_array_equal(by_word_WE.sum(axis=1), found.count_W * found.top_k)
        np.testing.assert_array_equal(by_word_WE.sum(axis=0), by_headline_BE.sum(axis=0))
        np.testing.assert_array_equal(found.chosen(layer).sum(axis=0), by_word_WE.sum(axis=0))
    assert found.count_W[0] == found.count_W.max()
    assert sum(found.count_W) == found.n_tokens


def test_by_kind_and_by_class_count_the_same_loads(found: Assignments):
    for classes, by_kinds in zip(by_class(found), by_kind(found), strict=True):
        np.testing.assert_array_equal(classes.counts.load_E, by_kinds.counts.load_E)
        assert by_kinds.counts.labels == KINDS


def test_a_cell_outside_of_its_band_is_said_to_be_and_no_other(found: Assignments):
    for layer in by_class(found):
        lift_EC = layer.counts.lift_EC
        inside_EC = (lift_EC >= layer.band.low_EC) & (lift_EC <= layer.band.high_EC)
        np.testing.assert_array_equal(layer.within_luck_EC, inside_EC)
        assert layer.clear_by_luck == pytest.approx(0.05 * lift_EC.size)


def test_kinds_are_shuffled_among_words_that_are_about_as_frequent():
    count_W = np.array([900, 80, *[5] * 30, *[1] * 50])
    strata_W = frequency_strata(count_W, at_least=20)
    assert len({strata_W[0], strata_W[1], strata_W[2]}) == 1, (
        "the two rare cases are joined to the next stratum"
    )
    assert strata_W[-1] != strata_W[2]
    label_W = np.array([1] * 32 + [0] * 50)
    [shuffled_W] = shuffles(label_W, 1, np.random.default_rng(0), strata_W)
    np.testing.assert_array_equal(shuffled_W, label_W)


def test_the_words_behind_a_cell_are_those_that_the_cell_counts(found: Assignments):
    classes, by_kinds = by_class(found)[1], by_kind(found)[1]
    for by, counts, of in (("class", classes.counts, 2), ("kind", by_kinds.counts, 3)):
        cell = cell_of(found, layer=1, expert=7, of=of, by=by, n_words=10**6)
        assert cell.n == counts.load_EC[7, of] == sum(word.n for word in cell.words)
        assert cell.n_words == len(cell.words)
        assert all(word.n <= word.of for word in cell.words)
        assert [word.n for word in cell.words] == sorted((word.n for word in cell.words), reverse=True)


def test_the_headlines_behind_a_cell_are_held_out_ones_and_their_marked_words_went_there(found: Assignments):
    run = load_run("deepseek")
    held_out = {"".join(headline.text.split()) for headline in split_of_run(run.store).held_out.headlines}
    cell = cell_of(found, layer=0, expert=7, of=2, by="class")
    assert cell.headlines
    for headline in cell.headlines:
        trace = run.trace(headline.text)
        assert tuple(trace.tokens) == headline.tokens
        went_T = (trace.layers[0].topk_idx_TK == 7).any(axis=1)
        assert np.flatnonzero(went_T).tolist() == list(headline.taken)
        assert headline.label == 2
        assert "".join(headline.text.split()) in held_out


def test_a_headline_is_put_together_again_with_its_spaces(found: Assignments):
    for place in range(0, len(found.texts), 50):
        again = load_run("deepseek").encoder.encode(text_of(found, place))
        assert [token.text for token in again.tokens] == [token.text for token in found.texts[place].tokens]


def test_a_class_without_a_headline_has_no_lift_and_the_others_keep_theirs(headlines: Headlines):
    rows = torch.nonzero(headlines.label_ids_B != 1).flatten().tolist()
    left = Headlines(
        texts=tuple(headlines.texts[row] for row in rows), label_ids_B=headlines.label_ids_B[rows]
    )
    for layer in experts_of(load_run("deepseek"), left):
        assert np.isnan(layer.counts.lift_EC[:, 1]).all()
        assert layer.within_luck_EC[:, 1].all()
        assert not np.isnan(layer.counts.lift_EC[:, [0, 2]]).any()
        assert all(row["lift"] is None for row in layer.rows() if row["class"] == "sports")


def test_one_headline_of_one_word_can_be_counted():
    run = load_run("deepseek")
    one = Headlines(texts=(run.encoder.encode("手机"),), label_ids_B=torch.tensor([0]))
    found = assignments(run, one)
    for layer in (*by_class(found), *by_kind(found)):
        assert layer.counts.load_E.sum() == run.config.model.top_k
        assert layer.within_luck_EC.all()
