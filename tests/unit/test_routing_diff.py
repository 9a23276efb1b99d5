"""The routes of a word in two sentences: words matched by spelling, routes those of the traces."""

import pytest

from moe_demo import load_run
from moe_demo.insight.routing_diff import MINIMAL_PAIRS, by_word_alone, routing_diff
from moe_demo.text.errors import EmptyTextError


@pytest.mark.parametrize("pair", MINIMAL_PAIRS, ids="/".join)
def test_every_pair_shares_a_word_and_where_moe_comes_first_its_route(pair: tuple[str, str]):
    found = routing_diff(load_run("document"), *pair)
    assert found.words
    assert by_word_alone(load_run("document").config.model, 0)
    assert not any(any(word.moved) for word in found.words)
    assert pair[0] != pair[1]


def test_routes_are_those_of_the_traces_and_moved_where_the_sets_differ():
    run = load_run("deepseek")
    some_moved = False
    for pair in MINIMAL_PAIRS:
        found = routing_diff(run, *pair)
        for word in found.words:
            assert found.a.tokens[word.token_a] == found.b.tokens[word.token_b] == word.text
            for layer, moved in enumerate(word.moved):
                a = set(found.a.layers[layer].topk_idx_TK[word.token_a].tolist())
                b = set(found.b.layers[layer].topk_idx_TK[word.token_b].tolist())
                assert (set(word.experts_a[layer]), set(word.experts_b[layer])) == (a, b)
                assert moved == (a != b)
                some_moved = some_moved or moved
    assert some_moved, "behind attention a word's route depends on its neighbours"
    assert not by_word_alone(run.config.model, 0)


def test_a_sentence_beside_itself_moves_nothing_and_repeated_words_keep_their_order():
    run = load_run("deepseek")
    text = "手机和手机"
    found = routing_diff(run, text, text)
    assert [(word.token_a, word.token_b) for word in found.words] == [
        (t, t) for t in range(len(found.a.tokens))
    ]
    assert not any(any(word.moved) for word in found.words)


def test_the_frame_has_a_row_for_each_shared_word_and_layer():
    run = load_run("deepseek")
    found = routing_diff(run, *MINIMAL_PAIRS[0])
    frame = found.frame()
    assert len(frame) == len(found.words) * run.config.model.n_layers
    assert (frame["moved"] == (frame["n_same"] < run.config.model.top_k)).all()
    nothing = routing_diff(run, "火箭", "手机").frame()
    assert nothing.empty
    assert list(nothing.columns) == list(frame.columns)


def test_a_sentence_without_a_word_is_refused():
    with pytest.raises(EmptyTextError):
        routing_diff(load_run("deepseek"), "火箭", " ")
