"""The mixture page: every number on it is the record's, and its sentences say only what the numbers say."""

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.mixture import mixture, removal_effects
from moe_demo.ui.kit.i18n import text_in
from tests.pages.app import EXAMPLE, drawn, opened


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("run", "layer", "token"), [("deepseek", 1, 5), ("document", 0, 2)])
def test_every_piece_of_the_selected_word_is_that_of_the_record(run: str, layer: int, token: int, lang: str):
    data = drawn(opened("mixture", run=run, l=str(layer), t=str(token), lang=lang), "rows")
    trace = load_run(run).trace(EXAMPLE)
    found, effect_TPC = mixture(trace).layers[layer], removal_effects(load_run(run), EXAMPLE)[layer]
    assert data["word"] == trace.tokens[token]
    assert len(data["rows"]) == found.gates_TP.shape[1]
    for p, row in enumerate(data["rows"]):
        kind, index = found.name(token, p)
        assert row["expert"] == (index if kind == "expert" else None)
        np.testing.assert_allclose(row["piece"], found.pieces_TPD[token, p], atol=1e-6)
        np.testing.assert_allclose(np.array(row["output"]) * row["gate"], row["piece"], atol=1e-5)
        np.testing.assert_allclose(row["effect"], effect_TPC[token, p], atol=1e-5)
    np.testing.assert_allclose(sum(np.array(row["piece"]) for row in data["rows"]), data["total"], atol=1e-5)
    assert data["rows"][-1]["so_far"] == pytest.approx(data["total_norm"], rel=1e-4)


def test_the_claim_names_who_is_loudest_and_who_adds_most():
    for token in range(len(load_run("deepseek").trace(EXAMPLE).tokens)):
        data = drawn(opened("mixture", t=str(token)), "rows")
        experts = [row for row in data["rows"] if row["expert"] is not None]
        loud = max(experts, key=lambda row: row["gate"])
        long = max(experts, key=lambda row: row["norm"])
        assert loud["label"] in data["claim"]
        assert long["label"] in data["claim"]
        assert (text_in("zh", "mixture.shared", n=0)[:2] in data["claim"]) == (
            max(row["norm"] for row in data["rows"]) > long["norm"]
        )


def test_the_straight_way_is_shown_only_where_it_is_exact():
    assert all(row["direct"] is None for row in drawn(opened("mixture"), "rows")["rows"])
    data = drawn(opened("mixture", run="document"), "rows")
    assert all(len(row["direct"]) == 3 for row in data["rows"])
    assert data["measured"].startswith(text_in("zh", "mixture.measured_direct", n=7, answer="")[:12])
    assert data["measured"] != text_in("zh", "mixture.measured")


def test_the_articles_line_stands_beside_the_live_one_for_its_own_sentence_alone():
    data = drawn(opened("mixture", run="document"), "rows")
    trace = load_run("document").trace(EXAMPLE)
    assert [term["gate"] for term in data["article"]] == [0.8, 0.7, 0.6, 0.5, 0.9, 0.8]
    for term in data["article"]:
        token = trace.tokens.index(term["word"])
        assert term["live_gate"] == pytest.approx(float(trace.layers[0].gates_TK[token, 0]))
        assert term["live_expert"] == trace.layers[0].topk_idx_TK[token, 0]
    assert drawn(opened("mixture", run="document", s="手机"), "rows")["article"] == []
    assert drawn(opened("mixture"), "rows")["article"] == []


def test_the_whole_sentence_has_every_words_pieces():
    data = drawn(opened("mixture", of="sentence"), "rows")
    found = mixture(load_run("deepseek").trace(EXAMPLE)).layers[0]
    assert data["of"] == "sentence"
    np.testing.assert_allclose([row["norms"] for row in data["sentence"]], found.norm_TP, rtol=1e-5)
    assert [row["experts"] for row in data["sentence"]] == found.experts_TK.tolist()


def test_the_scatter_has_a_point_for_every_word_and_expert():
    data = drawn(opened("mixture", l="1"), "points")
    layer = load_run("deepseek").trace(EXAMPLE).layers[1]
    assert [(point["token"], point["expert"]) for point in data["points"]] == [
        (t, int(e)) for t, row in enumerate(layer.topk_idx_TK) for e in row
    ]


def test_a_sentence_of_one_word_has_pieces_too():
    data = drawn(opened("mixture", s="手机"), "rows")
    assert len(data["sentence"]) == 1
