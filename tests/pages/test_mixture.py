"""The mixture page: every number on it is the record's, and its sentences say only what the numbers say."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from moe_demo import load_run
from moe_demo.insight.gate_cause import Agreement, agreement, off_diagonal, pieces_of, unheard_gate
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.mixture import mixture, removal_effects
from moe_demo.releases.gate_effects import recorded_agreement
from moe_demo.ui.kit.i18n import text_in
from moe_demo.ui.mixture import page as mixture_page
from moe_demo.ui.mixture.page import MANY
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
    trace = load_run("deepseek").trace(EXAMPLE)
    layer = trace.layers[1]
    assert data["answer"] == int(trace.logits_C.argmax())
    for point in data["points"]:
        assert layer.topk_idx_TK[point["token"], point["piece"]] == point["expert"]
    assert [(point["token"], point["expert"]) for point in data["points"]] == [
        (t, int(e)) for t, row in enumerate(layer.topk_idx_TK) for e in row
    ]


def test_a_sentence_of_one_word_has_pieces_too():
    data = drawn(opened("mixture", s="手机"), "rows")
    assert len(data["sentence"]) == 1


def test_the_claim_on_a_whole_sentence_counts_its_words():
    for layer in (0, 1):
        data = drawn(opened("mixture", of="sentence", l=str(layer), lang="en"), "rows")
        found = mixture(load_run("deepseek").trace(EXAMPLE)).layers[layer]
        chosen = found.norm_TP[:, : found.n_chosen]
        n_other = int((found.gates_TP[:, : found.n_chosen].argmax(1) != chosen.argmax(1)).sum())
        n_shared = int((found.norm_TP.argmax(1) >= found.n_chosen).sum())
        n = len(found.norm_TP)
        key = "sentence_other" if n_other else "sentence_same"
        said = text_in("en", f"mixture.claim.{key}", n=n_other, all=n)
        said += text_in("en", "mixture.claim.sentence_shared", n=n_shared) if n_shared else ""
        assert data["claim"] == said


@pytest.mark.parametrize(
    ("run", "params"), [("deepseek", {"l": "1", "t": "3"}), ("document", {"of": "sentence"})]
)
def test_the_bars_of_the_waterfall_follow_each_other_to_the_logits(run: str, params: dict[str, str]):
    data = drawn(opened("mixture", run=run, **params), "ends")
    ends = np.zeros(3)
    for step in data["steps"]:
        np.testing.assert_allclose(step["starts"], ends, atol=1e-5)
        ends = ends + step["values"]
    np.testing.assert_allclose(ends, data["logits"], atol=1e-4)
    np.testing.assert_allclose(data["logits"], load_run(run).trace(EXAMPLE).logits_C, atol=1e-5)
    lengths = [high - low for low, high in data["ends"]]
    np.testing.assert_allclose(lengths, lengths[0], atol=1e-5)
    for (low, high), base, logit in zip(data["ends"], data["base"], data["logits"], strict=True):
        assert low - 1e-5 <= min(base, logit) <= max(base, logit) <= high + 1e-5


def test_the_waterfall_says_whether_it_is_exact_or_measured():
    for run, kind in (("document", "exact"), ("deepseek", "measured")):
        data = drawn(opened("mixture", run=run, lang="en"), "ends")
        n = f"{load_run(run).trace(EXAMPLE).pooling_count:g}"
        assert data["kind"] == text_in("en", f"mixture.waterfall.{kind}", n=n)
        assert [step["is_drawn"] for step in data["steps"]].count(False) == (kind == "measured")


def test_the_largest_gate_is_named_beside_the_piece_that_moves_the_answer_most():
    trace = load_run("deepseek").trace(EXAMPLE)
    answer = int(trace.logits_C.argmax())
    effect_TPC = removal_effects(load_run("deepseek"), EXAMPLE)[1]
    for token in (0, 5):
        claim = drawn(opened("mixture", l="1", t=str(token), lang="en"), "ends")["claim"]
        layer = trace.layers[1]
        loud = int(layer.topk_idx_TK[token][layer.gates_TK[token].argmax()])
        most = int(np.abs(effect_TPC[token, :, answer]).argmax())
        names = [f"E{int(e)}" for e in layer.topk_idx_TK[token]]
        name = [*names, text_in("en", "mixture.waterfall.steps.shared")][most]
        assert claim.startswith(f"E{loud}, with the largest gate")
        assert name in claim


def test_links_lead_to_the_clearest_case_and_to_the_routes_of_points_off_the_diagonal():
    at = opened("mixture", l="1", lang="en")
    pieces = pieces_of(load_run("deepseek"), EXAMPLE)
    labels = [link.proto.label for link in at.get("page_link")]
    found = off_diagonal(pieces[1])
    for piece in (*found.large_for_nothing, *found.small_and_decisive):
        assert any(f"→ E{piece.expert}: gate {piece.gate:.2f}" in label for label in labels)
    begin = text_in("en", "mixture.clearest").split("{")[0]
    assert any(label.startswith(begin) for label in labels) == (unheard_gate(pieces) is not None)
    document = [link.proto.label for link in opened("mixture", run="document", lang="en").get("page_link")]
    assert not any(label.startswith(begin) for label in document)


def assert_told(said: list[str], found: tuple[Agreement, ...]) -> None:
    """Each layer's line has both correlations with their intervals."""
    assert len(said) == len(found)
    for line, layer in zip(said, found, strict=True):
        for one in (layer.of_gate, layer.of_norm):
            assert f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})" in line.replace("−", "-")
        tells = "length" if layer.of_norm.low > layer.of_gate.high else "alike"
        assert line.endswith(text_in("en", f"mixture.agreement_{tells}"))


def lines(at: AppTest) -> list[str]:
    return [one.value for one in at.markdown if "rank correlation" in one.value]


@pytest.mark.parametrize("name", ["deepseek", "document"])
def test_the_rank_correlations_of_a_bundled_run_stand_there_without_asking(name: str):
    at = opened("mixture", lang="en", run=name)
    assert MANY not in [one.key for one in at.toggle]
    assert_told(lines(at), recorded_agreement(load_run(name)))


def test_those_of_another_checkpoint_are_measured_once_a_reader_asks(monkeypatch: pytest.MonkeyPatch):
    made = []
    monkeypatch.setattr(mixture_page, "N_HEADLINES", 6)
    monkeypatch.setattr(mixture_page, "agreement", lambda *asked: made.append(asked) or agreement(*asked))
    mixture_page._agreement.kept.clear()
    run = load_run("deepseek")
    run = run.at(run.steps[-2])
    at = opened("mixture", lang="en", step=str(run.step))
    assert lines(at) == []
    at.toggle(key=MANY).set_value(True).run()
    assert_told(lines(at), agreement(run, split_of_run(run.store).held_out.texts[:6]))
    assert len(made) == 1
    at.run()
    assert len(made) == 1
    mixture_page._agreement.kept.clear()
