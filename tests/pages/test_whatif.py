"""The what-if page: what the address switches is switched in the model, and said as it is."""

import pytest

from moe_demo import load_run
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.whatif import whatif
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
        assert [seat["after"] for seat in row["seats"]] == found.after.layers[layer].load_E.tolist()
    assert data["rows"][0]["seats"][9]["state"] == "off"
    assert data["rows"][1]["seats"][5]["state"] == "muted"
    assert [row["shared"] for row in data["rows"]] == ["off", "on"]
    assert data["n_changed"] == len({token for _, token in found.changed})


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


def test_seats_that_the_run_does_not_have_are_left_out():
    data = drawn(opened("whatif", run="document", off="0-1.1-15", shared="0", topk="9"), "rows")
    assert [len(row["seats"]) for row in data["rows"]] == [3]
    assert [seat["state"] for seat in data["rows"][0]["seats"]] == ["on", "off", "on"]
    assert data["rows"][0]["shared"] == "none"


def test_an_address_that_cannot_be_read_is_named():
    at = opened("whatif", off="0-x")
    assert at.warning[0].value == text_in("zh", "common.bad_address", names="off")


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
