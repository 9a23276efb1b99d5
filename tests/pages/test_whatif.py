"""The what-if page: what the address switches is switched in the model, and said as it is."""

from collections import Counter

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.gate_cause import off_diagonal, pieces_of
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.paper_interventions import paper_interventions
from moe_demo.insight.random_seats import random_seats
from moe_demo.insight.switches import Place, Seat, Switches
from moe_demo.insight.whatif import Headlines, measured_on, whatif
from moe_demo.ui.kit.i18n import text_in
from tests.pages.app import EXAMPLE, drawn, opened

SWITCHED = {"off": "0-9.1-2", "mute": "1-5", "shared": "0", "topk": "3", "cap": "4", "tau": "0.5"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_stands_in_the_address_is_switched(lang: str):
    data = drawn(opened("whatif", lang=lang, **SWITCHED), "rows")
    switches = Switches(
        off=(Seat(0, 9), Seat(1, 2)),
        silenced=(Seat(1, 5),),
        shared_off=(0,),
        top_k=3,
        capacity=4,
        temperature=0.5,
    )
    found = whatif(load_run("deepseek"), EXAMPLE, switches)
    assert [answer["after"] for answer in data["answers"]] == pytest.approx(
        found.after.probabilities_C.tolist()
    )
    assert [answer["before"] for answer in data["answers"]] == pytest.approx(
        found.before.probabilities_C.tolist()
    )
    for layer, row in enumerate(data["rows"]):
        chosen = enumerate(found.after.layers[layer].topk_idx_TK.tolist())
        sent = [(layer, word, expert) for word, experts in chosen for expert in experts]
        served = Counter(expert for at, word, expert in sent if (at, word, expert) not in found.dropped)
        assert [seat["after"] for seat in row["seats"]] == [served[e] for e in range(len(row["seats"]))]
    assert data["rows"][0]["seats"][9]["state"] == "off"
    assert data["rows"][1]["seats"][5]["state"] == "muted"
    assert [row["shared"] for row in data["rows"]] == ["off", "on"]
    assert data["n_changed"] == len({token for _, token in found.changed})


WORD_CHANGES = {"force": "0-1-{e}", "gate": "0-0-{g}-35", "push": "1-2--30", "only": "1-5", "kept": "3"}


def test_what_is_changed_by_hand_is_changed_in_the_model_and_can_be_taken_back():
    run = load_run("deepseek")
    layer = run.trace(EXAMPLE).layers[0]
    reachable = np.isfinite(whatif(run, EXAMPLE, Switches(topk_groups=3)).after.layers[0].choice_TE[1])
    e = next(e for e in np.flatnonzero(reachable) if e not in layer.topk_idx_TK[1])
    g = int(layer.topk_idx_TK[0, 0])
    data = drawn(
        opened("whatif", act="force", t="1", **{k: v.format(e=e, g=g) for k, v in WORD_CHANGES.items()}),
        "rows",
    )
    switches = Switches(
        forced=(Place(0, 1, int(e)),),
        gates=((Place(0, 0, g), 0.35),),
        pushed=((Seat(1, 2), -0.3),),
        silenced=tuple(Seat(1, other) for other in range(16) if other != 5),
        topk_groups=3,
    )
    found = whatif(run, EXAMPLE, switches)
    assert [answer["after"] for answer in data["answers"]] == pytest.approx(
        found.after.probabilities_C.tolist()
    )
    assert data["rows"][0]["seats"][e] | {"before": 0, "after": 0} == {
        "state": "on",
        "before": 0,
        "after": 0,
        "mine": True,
        "forced": True,
    }
    assert [seat["state"] for seat in data["rows"][1]["seats"]].count("on") == 1
    assert [change["undo"] for change in data["changes"]] == [
        {"force": 1, "layer": 0, "expert": e},
        {"gate": None, "layer": 0, "token": 0, "expert": g},
        {"push": None, "layer": 1, "expert": 2},
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_answer_stands_beside_those_of_other_experts(lang: str):
    run, switches = load_run("deepseek"), Switches(silenced=(Seat(1, 3),))
    found, luck = whatif(run, EXAMPLE, switches).after, random_seats(run, EXAMPLE, switches)
    data = drawn(opened("whatif", mute="1-3", lang=lang), "rows")
    np.testing.assert_allclose([one["low"] for one in data["answers"]], luck.low_C, atol=1e-6)
    np.testing.assert_allclose([one["high"] for one in data["answers"]], luck.high_C, atol=1e-6)
    c = int(run.trace(EXAMPLE).logits_C.argmax())
    before, after = run.trace(EXAMPLE).probabilities_C[c], found.probabilities_C[c]
    as_far = sum(abs(one[c] - before) >= abs(after - before) for one in luck.probabilities_NC)
    said = text_in(
        lang,
        "whatif.luck",
        n=luck.n,
        as_far=as_far,
        label=text_in(lang, f"classes.{run.labels[c]}"),
        low=luck.low_C[c],
        high=luck.high_C[c],
    )
    assert data["luck"] == said


@pytest.mark.parametrize(("act", "name"), [("off", "off"), ("silence", "silenced")])
def test_the_answer_after_a_click_is_sent_before_the_click(act: str, name: str):
    run = load_run("deepseek")
    data = drawn(opened("whatif", act=act), "rows")
    expected = whatif(run, EXAMPLE, Switches(**{name: (Seat(1, 3),)})).after.probabilities_C
    np.testing.assert_allclose(data["next"][1][3], expected, atol=1e-5)
    back = drawn(opened("whatif", act=act, mute="1-3"), "rows")["next"]
    np.testing.assert_allclose(back[1][3], run.trace(EXAMPLE).probabilities_C, atol=1e-5)
    assert [one for layer in back for one in layer].count(None) == 31


@pytest.mark.parametrize(
    "address", [{"off": "0-1", "topk": "3"}, {"act": "force"}, {"off": "0-1.0-2"}, {"topk": "2"}]
)
def test_where_a_click_is_another_question_no_answer_is_sent_before(address: dict[str, str]):
    assert drawn(opened("whatif", **address), "rows")["next"] is None


@pytest.mark.parametrize("address", [{}, {"topk": "2"}, {"off": "0-1", "predict": "yes"}])
def test_where_no_expert_is_switched_or_the_answer_is_kept_back_there_is_no_band(address: dict[str, str]):
    data = drawn(opened("whatif", **address), "rows")
    assert data["luck"] == ""
    assert all(one["low"] is None for one in data["answers"] or [])


def test_all_but_one_can_be_off_or_silent():
    run = load_run("deepseek")
    for name, state in (("alone", "off"), ("only", "muted")):
        data = drawn(opened("whatif", **{name: "1-5"}), "rows")
        states = [seat["state"] for seat in data["rows"][1]["seats"]]
        assert states == [state] * 5 + ["on"] + [state] * 10
        others = tuple(Seat(1, e) for e in range(16) if e != 5)
        switches = Switches(alone=(Seat(1, 5),)) if name == "alone" else Switches(silenced=others)
        after = whatif(run, EXAMPLE, switches).after.probabilities_C
        assert [one["after"] for one in data["answers"]] == pytest.approx(after.tolist())


def test_the_scatter_marks_what_is_switched_and_leads_to_the_routes():
    run = load_run("deepseek")
    pieces = pieces_of(run, EXAMPLE)[1]
    expert = pieces[0].expert
    at = opened("whatif", off=f"1-{expert}", mute="0-1", l="1", lang="en")
    data = drawn(at, "points")
    assert [point["effect"] for point in data["points"]] == pytest.approx(
        [piece.effect for piece in pieces], abs=1e-6
    )
    assert {point["expert"] for point in data["points"] if point["state"] == "off"} == {expert}
    assert not any(point["state"] == "muted" for point in data["points"])
    found = off_diagonal(pieces)
    labels = [link.proto.label for link in at.get("page_link")]
    for piece in (*found.large_for_nothing, *found.small_and_decisive):
        assert any(f"→ E{piece.expert}: gate {piece.gate:.2f}" in label for label in labels)
    assert all(point["state"] == "on" for point in drawn(opened("mixture"), "points")["points"])


def test_sliders_show_the_gates_of_the_picked_word_and_the_bias_of_the_picked_expert():
    layer = load_run("deepseek").trace(EXAMPLE).layers[1]
    data = drawn(opened("whatif", act="force", t="2"), "rows")
    assert data["bias"] is None
    shown = data["gates"][1]["gates"]
    assert [one["expert"] for one in shown] == layer.topk_idx_TK[2].tolist()
    assert [one["gate"] / 100 for one in shown] == pytest.approx(layer.gates_TK[2].tolist(), abs=0.005)
    data = drawn(opened("whatif", act="bias", l="1", e="7"), "rows")
    assert data["gates"] == []
    assert data["bias"]["trained"] == pytest.approx(float(layer.bias_E[7]))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_forced_word_in_a_group_that_was_left_out_is_refused_in_one_sentence(lang: str):
    choice_E = load_run("deepseek").trace(EXAMPLE).layers[0].choice_TE[0]
    outside = int(np.flatnonzero(np.isneginf(choice_E))[0])
    reachable = ", ".join(map(str, np.flatnonzero(np.isfinite(choice_E))))
    at = opened("whatif", force=f"0-0-{outside}", lang=lang)
    values = {"layer": 0, "token": 0, "expert": outside, "reachable": reachable}
    assert [warning.value.replace("\\", "") for warning in at.warning] == [
        text_in(lang, "errors.whatif.force_group", **values)
    ]
    assert all(answer["before"] == answer["after"] for answer in drawn(at, "rows")["answers"])


def test_a_sentence_of_one_word_is_answered():
    data = drawn(opened("whatif", s="手机", off="0-1", act="force"), "rows")
    assert len(data["tokens"]) == 1
    assert sum(seat["after"] for seat in data["rows"][0]["seats"]) == 4


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_forced_word_that_the_sentence_does_not_have_is_said(lang: str):
    at = opened("whatif", s="手机", force="0-6-1", lang=lang)
    assert at.warning[0].value.replace("\\", "") == text_in(lang, "errors.whatif.token", token=6, last=0)


def test_who_predicts_sees_no_answer_before():
    at = opened("whatif", off="0-9", predict="yes")
    data = drawn(at, "rows")
    trained = load_run("deepseek").trace(EXAMPLE)
    assert data["answers"] is None
    assert data["layers"] == []
    assert [seat["after"] for seat in data["rows"][0]["seats"]] == trained.layers[0].load_E.tolist()
    at.button(key="whatif.verdict.kept").click().run()
    assert at.query_params["verdict"] in ("kept", ["kept"])
    found = whatif(load_run("deepseek"), EXAMPLE, Switches(off=(Seat(0, 9),)))
    data = drawn(at, "rows")
    assert [one["after"] for one in data["answers"]] == pytest.approx(found.after.probabilities_C.tolist())
    stays = found.before.label == found.after.label
    assert text_in("zh", "whatif.predict.right" if stays else "whatif.predict.wrong") in data["prediction"]
    assert text_in("zh", "whatif.predict.score")[:3] in data["prediction"]


def test_a_prediction_that_came_by_link_stands_there_without_a_score():
    data = drawn(opened("whatif", off="0-9", predict="yes", verdict="flips"), "rows")
    assert text_in("zh", "whatif.predict.verdict_flips") in data["prediction"]
    assert data["answers"]
    assert text_in("zh", "whatif.predict.score")[:3] not in data["prediction"]


def test_the_fall_of_accuracy_can_be_predicted_too():
    at = opened("whatif", off="0-9", predict="yes", verdict="kept", lang="en")
    at.toggle(key="whatif.measure").set_value(True).run()
    assert not any("95 %" in block.value for block in at.markdown)
    at.button(key="whatif.fall.none").click().run()
    assert any("95 %" in block.value for block in at.markdown)
    assert any("Guessing at random" in block.value for block in at.markdown)


def test_another_change_is_another_question():
    at = opened("whatif", off="0-9", predict="yes", verdict="kept")
    at.slider(key="whatif.topk").set_value(2).run()
    assert "verdict" not in at.query_params
    assert drawn(at, "rows")["answers"] is None


def test_nothing_switched_is_the_trained_model_and_says_so():
    data = drawn(opened("whatif"), "rows")
    assert data["claim"] == text_in("zh", "whatif.claim.nothing")
    assert all(answer["before"] == answer["after"] for answer in data["answers"])
    assert data["layers"] == []


def test_the_claim_tells_whether_the_answer_flips():
    run = load_run("document")
    text = next(
        text
        for text in split_of_run(run.store).held_out.texts
        if (found := whatif(run, text, Switches(off=(Seat(0, 1),)))).before.label != found.after.label
    )
    found = whatif(run, text, Switches(off=(Seat(0, 1),)))
    data = drawn(opened("whatif", run="document", off="0-1", s=text), "rows")
    assert text_in("zh", f"classes.{found.after.label}") in data["claim"]
    assert data["claim"].startswith(text_in("zh", "whatif.claim.flipped")[:5])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_asked_is_said_and_the_trained_model_stays(lang: str):
    everyone = ".".join(f"0-{e}" for e in range(16))
    at = opened("whatif", off=everyone, lang=lang)
    assert at.warning[0].value.replace("\\", "") == text_in(lang, "errors.whatif.too_few", layer=0, k=4)
    assert all(answer["before"] == answer["after"] for answer in drawn(at, "rows")["answers"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_seats_that_the_run_does_not_have_are_left_out(lang: str):
    asked = {"off": "0-1.1-15", "alone": "0-9", "shared": "0", "topk": "9", "push": "0-7-20", "kept": "4"}
    at = opened("whatif", run="document", lang=lang, **asked)
    assert len(at.warning) == 1
    assert at.warning[0].value.startswith(text_in(lang, "common.bad_address").split("{")[0])
    assert all(name in at.warning[0].value for name in asked)
    data = drawn(at, "rows")
    assert [len(row["seats"]) for row in data["rows"]] == [3]
    assert [seat["state"] for seat in data["rows"][0]["seats"]] == ["on", "off", "on"]
    assert data["rows"][0]["shared"] == "none"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("off", "0-x"),
        ("cap", "0"),
        ("topk", "0"),
        ("gate", "0-1-2"),
        ("push", "0-1"),
        ("verdict", "maybe"),
        ("act", "x"),
        ("alone", "0"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_address_that_cannot_be_read_is_named_and_changes_nothing(name: str, raw: str, lang: str):
    at = opened("whatif", lang=lang, **{name: raw})
    assert [warning.value for warning in at.warning] == [text_in(lang, "common.bad_address", names=name)]
    assert drawn(at, "rows")["claim"] == text_in(lang, "whatif.claim.nothing")


@pytest.mark.parametrize(
    ("asked", "code", "values"),
    [
        ({"topk": "12"}, "k", {"k": 12, "most": 8}),
        ({"topk": "4", "kept": "1", "off": "0-0"}, "too_few", {"layer": 0, "k": 4}),
        ({"gate": "0-0-1-2000"}, "gate", {"value": 20.0, "most": 10.0}),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_does_not_fit_is_said_in_one_sentence(asked: dict[str, str], code: str, values: dict, lang: str):
    run = load_run("deepseek")
    if code == "too_few":  # so many off that the one kept group of some word is too small
        asked = asked | {"off": ".".join(f"0-{e}" for e in range(0, run.config.model.n_routed, 2))}
    at = opened("whatif", lang=lang, **asked)
    assert len(at.warning) == 1
    assert at.warning[0].value.replace("\\", "") == text_in(lang, f"errors.whatif.{code}", **values)
    assert all(answer["before"] == answer["after"] for answer in drawn(at, "rows")["answers"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_forced_word_is_refused_where_many_headlines_are_asked(lang: str):
    run = load_run("deepseek")
    expert = int(run.trace(EXAMPLE).layers[0].topk_idx_TK[0, 0])
    at = opened("whatif", force=f"0-0-{expert}", lang=lang)
    at.toggle(key="whatif.measure").set_value(True).run()
    assert [w.value.replace("\\", "") for w in at.warning] == [text_in(lang, "errors.whatif.one_sentence")]


def test_a_full_expert_drops_words_and_they_are_shown():
    data = drawn(opened("whatif", run="document", cap="1"), "rows")
    found = whatif(load_run("document"), EXAMPLE, Switches(capacity=1))
    shown = {
        (word["token"], e) for layer in data["layers"] for word in layer["words"] for e in word["dropped"]
    }
    assert shown == {(token, expert) for _, token, expert in found.dropped}


def test_the_accuracy_with_and_without_is_told_with_its_interval():
    at = opened("whatif", off="1-3")
    at.toggle(key="whatif.measure").set_value(True).run()
    assert not at.exception
    n = len(split_of_run(load_run("deepseek").store).held_out)
    assert any(f"{n}" in block.value and "95 %" in block.value for block in at.markdown)


def test_reset_takes_everything_back():
    at = opened("whatif", **SWITCHED)
    at.button(key="whatif.reset").click().run()
    assert not set(SWITCHED) & set(at.query_params)


def test_a_moved_slider_stands_in_the_address_until_it_is_as_trained():
    at = opened("whatif")
    at.slider(key="whatif.topk").set_value(2).run()
    assert at.query_params["topk"] == ["2"] or at.query_params["topk"] == "2"
    at.slider(key="whatif.topk").set_value(4).run()
    assert "topk" not in at.query_params


@pytest.mark.parametrize("name", ["deepseek", "document"])
def test_the_papers_interventions_stand_beside_its_figures(name: str):
    at = opened("whatif", run=name, lang="en")
    at.toggle(key="whatif.paper").set_value(True).run()
    assert not at.exception
    run = load_run(name)
    found = paper_interventions(run, measured_on(run, Headlines.held_out(run)))
    said = "\n".join(block.value for block in at.markdown)
    for step in (*found.top_off, *found.fewer):
        assert f"{step.effect.loss_after:.3f}" in said
    assert "GShard" in said
    assert (text_in("en", "whatif.paper.no_shared") in said) == (not run.config.model.n_shared)


def test_only_the_first_answer_to_a_question_counts():
    asked = {"off": "0-9", "predict": "yes"}
    at = opened("whatif", lang="en", **asked)
    at.button(key="whatif.verdict.kept").click().run()
    first = drawn(at, "rows")["prediction"]
    at.query_params.pop("verdict", None)
    at.run()
    at.button(key="whatif.verdict.flips").click().run()
    again = drawn(at, "rows")["prediction"]
    assert first.split("so far")[1] == again.split("so far")[1]
    assert first != again
