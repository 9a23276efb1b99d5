"""A click on the switchboard: what it changes in the address, and that a second one takes it back."""

from dataclasses import replace

import pytest

from moe_demo.ui.kit.page_settings import changed, read, written
from moe_demo.ui.whatif.clicks import changes
from moe_demo.ui.whatif.settings import SWITCHES, WhatIfSettings

PLAIN = WhatIfSettings()


def clicked(asked: WhatIfSettings, click: dict, token: int = 2) -> WhatIfSettings:
    return changed(asked, changes(asked, click, token))


@pytest.mark.parametrize(
    ("act", "click", "name", "value"),
    [
        ("off", {"layer": 1, "expert": 3}, "off", ((1, 3),)),
        ("silence", {"layer": 1, "expert": 3}, "mute", ((1, 3),)),
        ("alone", {"layer": 1, "expert": 3}, "alone", ((1, 3),)),
        ("only", {"layer": 1, "expert": 3}, "only", ((1, 3),)),
        ("force", {"layer": 1, "expert": 3}, "force", ((1, 2, 3),)),
        ("off", {"layer": 0}, "shared", ((0,),)),
        ("off", {"force": 4, "layer": 0, "expert": 1}, "force", ((0, 4, 1),)),
    ],
)
def test_a_click_switches_and_a_second_takes_it_back(act, click, name, value):
    once = clicked(replace(PLAIN, act=act), click)
    assert getattr(once, name) == value
    assert read(WhatIfSettings, written(once)) == (once, ())
    assert clicked(once, click) == replace(PLAIN, act=act)


@pytest.mark.parametrize(
    ("click", "name", "at", "values"),
    [
        ({"gate": 80, "layer": 0, "token": 1, "expert": 5}, "gate", (0, 1, 5), (80, 30)),
        ({"push": -20, "layer": 0, "expert": 5}, "push", (0, 5), (-20, 35)),
    ],
)
def test_a_slider_has_one_value_and_can_be_taken_back(click, name, at, values):
    moved = clicked(PLAIN, click)
    again = clicked(moved, click | {name: values[1]})
    assert getattr(moved, name) == ((*at, values[0]),)
    assert getattr(again, name) == ((*at, values[1]),)
    assert read(WhatIfSettings, written(again)) == (again, ())
    assert clicked(again, click | {name: None}) == PLAIN


def test_one_expert_a_layer_is_heard_alone():
    asked = replace(PLAIN, act="only", only=((0, 1), (1, 2)))
    assert clicked(asked, {"layer": 0, "expert": 4}).only == ((1, 2), (0, 4))
    silenced = asked.switches(4).silenced
    assert set(silenced) == {(0, 0), (0, 2), (0, 3), (1, 0), (1, 1), (1, 3)}


def test_the_others_of_a_layer_are_off_or_silent_never_both():
    asked = replace(PLAIN, act="alone", only=((0, 1), (1, 2)))
    found = clicked(asked, {"layer": 0, "expert": 4})
    assert (found.alone, found.only) == (((0, 4),), ((1, 2),))
    found = clicked(replace(found, act="only"), {"layer": 0, "expert": 4})
    assert (found.alone, found.only) == ((), ((1, 2), (0, 4)))


@pytest.mark.parametrize("name", ["alone", "only"])
@pytest.mark.parametrize("act", ["off", "silence"])
def test_one_of_the_others_comes_back_by_a_click(name, act):
    asked = replace(PLAIN, act=act, **{name: ((0, 1),)})
    assert getattr(clicked(asked, {"layer": 0, "expert": 4}), name) == ((0, 1), (0, 4))


def test_an_expert_is_off_or_silent_never_both():
    off = clicked(PLAIN, {"layer": 0, "expert": 1})
    assert clicked(replace(off, act="silence"), {"layer": 0, "expert": 1}) == replace(PLAIN, act="silence")


@pytest.mark.parametrize(
    "click", [{"layer": 0, "expert": 1}, {"layer": 0}, {"push": 5, "layer": 0, "expert": 1}]
)
def test_whatever_changes_the_model_makes_a_new_question(click):
    asked = replace(PLAIN, predict=True, verdict="kept", fall="much")
    found = clicked(asked, click)
    assert (found.verdict, found.fall, found.predict) == (None, None, True)
    assert clicked(asked, {"act": "silence"}).verdict == "kept"


def test_every_switch_of_the_address_reaches_the_model():
    asked = WhatIfSettings(
        off=((0, 0),), mute=((0, 1),), only=((1, 0),), alone=((1, 1),), shared=((0,),), force=((0, 0, 2),),
        gate=((0, 0, 2, 50),), push=((0, 3, -5),), topk=2, kept=1, tau=2.0, cap=3, dice=7,
    )  # fmt: skip
    trained = PLAIN.switches(4)
    assert not trained.anything
    for name in SWITCHES:
        alone = replace(PLAIN, **{name: getattr(asked, name)}).switches(4)
        assert alone.anything, name
        assert alone != trained


def test_a_large_model_can_be_switched_too():
    asked = replace(PLAIN, off=tuple((0, e) for e in range(200)))
    found = clicked(asked, {"layer": 1, "expert": 900})
    assert len(found.off) == 201
    assert changed(PLAIN, {"topk": 100, "kept": 64, "cap": 500}).topk == 100
