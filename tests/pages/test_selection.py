"""One selection, in the address: read, checked, written; the same link gives the same picture on every page."""

import pytest
from streamlit.testing.v1 import AppTest

from moe_demo import load_run
from moe_demo.text.segmentation import MAX_CHARS
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit import page_settings
from moe_demo.ui.kit.i18n import text_in
from moe_demo.ui.kit.page_settings import PageSettings
from moe_demo.ui.kit.selection import DEFAULT_TEXT, KEYS, Selection, parsed, plain_text
from moe_demo.ui.router.settings import RouterSettings
from tests.pages.app import addresses, drawn, messages, opened, routes, strip


def updated(start: dict[str, str], change: str) -> dict[str, str]:
    """The address after `selection.update(<change>)` in a click."""
    script = f"""
import streamlit as st
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit import selection
from moe_demo.ui.router.settings import RouterSettings
st.button("go", on_click=lambda: selection.update({change}))
"""
    at = AppTest.from_string(script)
    for name, value in start.items():
        at.query_params[name] = value
    at.run().button[0].click().run()
    assert not at.exception, at.exception
    return {
        name: values[0] if isinstance(values, list) else values for name, values in at.query_params.items()
    }


def test_what_is_default_does_not_stand_in_the_address():
    assert Selection().params() == {}
    assert Selection(token=0, layer=1, lang="en").params() == {"t": "0", "l": "1", "lang": "en"}


def test_a_link_to_another_page_takes_the_selection_along_with_changes():
    chosen = Selection(text="火箭升空", token=1, settings=RouterSettings(k=3), others={"way": "none"})
    assert chosen.params(token=0) == {"s": "火箭升空", "t": "0", "k": "3", "way": "none"}
    assert chosen.params(RouterSettings, token=0, k=None) == {"s": "火箭升空", "t": "0", "way": "none"}
    assert chosen.params(BalanceSettings, way="loss_free+seq")["way"] == "loss_free_seq"


def test_a_click_changes_only_what_it_names():
    assert updated({"t": "2", "lang": "en", "k": "3"}, "expert=5") == {
        "t": "2",
        "e": "5",
        "lang": "en",
        "k": "3",
    }


def test_a_new_sentence_drops_the_picked_word_and_keeps_the_rest():
    assert updated({"t": "2", "l": "1"}, "text='火箭升空'") == {"s": "火箭升空", "l": "1"}


def test_a_new_run_drops_what_the_old_one_meant():
    assert updated({"t": "2", "l": "1", "e": "9", "step": "8"}, "run='document'") == {"run": "document"}


def test_a_setting_of_the_page_is_written_beside_those_of_others():
    start = {"way": "loss_free", "temp": "0.7", "k": "99", "utm": "1"}
    assert updated(start, "RouterSettings, k=3, expert=2") == {
        "e": "2",
        "k": "3",
        "temp": "0.7",
        "way": "loss_free",
    }
    assert updated({"way": "3", "k": "3"}, "BalanceSettings, reveal=True") == {
        "k": "3",
        "way": "loss_free",
        "reveal": "yes",
    }


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (RouterSettings, {"k": 99}),
        (RouterSettings, {"way": "none"}),
        (BalanceSettings, {"way": "3"}),
        (PageSettings, {"k": 3}),
    ],
)
def test_what_the_page_cannot_have_is_a_mistake_in_the_code(kind: type[PageSettings], changes: dict):
    with pytest.raises(ValueError, match=kind.__name__):
        Selection().params(kind, **changes)


def test_reading_has_no_effect_and_one_address_is_one_selection():
    pairs = (("k", "3"), ("t", "x"), ("way", "loss_free"), ("zz", "1"))
    chosen = parsed(RouterSettings, pairs)
    assert chosen.of(RouterSettings).k == 3
    assert chosen.others == {"way": "loss_free"}
    assert set(chosen.notices) == {"t", "zz"}
    assert parsed(RouterSettings, pairs) is chosen


def test_the_pages_have_their_parameters_to_themselves():
    kinds = {page.settings for page in PAGES} - {PageSettings}
    every = [name for kind in kinds for name in page_settings.names(kind)]
    assert len(every) == len(set(every))
    assert not {*every} & {*KEYS.values()}


def test_back_to_the_default_leaves_the_address():
    assert updated({"t": "2", "s": "火箭升空"}, f"token=None, text={DEFAULT_TEXT!r}") == {}


@pytest.mark.parametrize("raw", ["  火箭\ud800升空 ", "火箭升空\n"])
def test_a_sentence_fits_an_address(raw: str):
    assert plain_text(raw) == "火箭升空"
    assert len(plain_text("长" * 10_000)) == MAX_CHARS + 1


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"t": "99"}, "t"),
        ({"t": "-1"}, "t"),
        ({"t": "٣"}, "t"),
        ({"t": "9" * 400}, "t"),
        ({"l": "9"}, "l"),
        ({"e": "16"}, "e"),
        ({"e": "x"}, "e"),
        ({"step": "3"}, "step"),
        ({"run": "nobody"}, "run"),
        ({"run": "../bundled_runs/deepseek"}, "run"),
        ({"run": "/etc"}, "run"),
        ({"s": " \u200b "}, "s"),
        ({"with": "nobody"}, "with"),
        ({"utm": "1"}, "utm"),
    ],
)
def test_what_is_broken_or_foreign_falls_back_and_is_named(lang: str, broken: dict[str, str], named: str):
    at = opened(lang=lang, **broken)
    assert at.warning[0].value == text_in(lang, "common.bad_address", names=named)
    whole, plain = routes(at), routes(opened(lang=lang))
    assert whole["selection"] == plain["selection"]
    assert whole["layers"] == plain["layers"]


def test_an_unknown_language_is_told_in_the_first_one():
    at = opened(lang="fr")
    assert at.title[0].value == text_in("zh", "start.title")
    assert "lang" in at.warning[0].value


def test_the_same_link_gives_the_same_picture():
    link = {"s": "火箭夺冠", "t": "1", "l": "1", "e": "3"}
    first, second = opened(**link), opened(**link)
    assert routes(first) == routes(second)
    assert routes(first)["selection"] == {"token": 1, "expert": 3, "layer": 1}
    assert strip(first)["picked"] == 1


def test_every_page_keeps_sentence_word_and_language():
    for page in ("router", "journey"):
        at = opened(page, s="火箭夺冠", t="1", lang="en")
        data = strip(at)
        assert (data["text"], data["picked"], data["lang"]) == ("火箭夺冠", 1, "en"), page
        assert not at.warning


def test_where_another_run_is_shown_what_it_lacks_is_no_fault_of_the_link():
    at = opened("journey", e="15", l="1")
    assert not at.warning
    assert len(drawn(at, "stages")["experts"]) == load_run("document").config.model.n_routed


def test_the_strip_underlines_each_word_by_its_largest_gate():
    layer = load_run("deepseek").trace(DEFAULT_TEXT).layers[0]
    assert [token["expert"] for token in strip(opened())["tokens"]] == layer.gates_TE.argmax(1).tolist()


@pytest.mark.parametrize("page", ["router", "balance"])
def test_every_picture_says_the_address_that_it_is_drawn_for(page: str):
    asked = {"s": "火箭夺冠", "t": "1", "lang": "en"}
    told = addresses(opened(page, **asked))
    assert told
    assert all(address == asked for address in told)


def test_what_a_click_does_not_change_is_sent_as_the_message_before():
    """So that Streamlit sends a mark for it: the address that it is drawn for must not make it another one."""
    at = opened("experts", t="1")
    before = messages(at)
    at.query_params["t"] = "2"
    at.run()
    changed = [message for message in messages(at) if message not in before]
    assert 0 < len(changed) < len(before)
    told = [
        address for address, message in zip(addresses(at), messages(at), strict=True) if message in changed
    ]
    assert told == [{"t": "2"}] * len(changed)
