"""Where the numbers of every page come from: each one offered is that on the page, and NumPy and its notebook agree."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.lineage import QUANTITIES, NumberKey, notebook
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.ui.balance.data import SHOWN_SEED
from moe_demo.ui.balance.page import recording
from moe_demo.ui.kit import lineage as kit_lineage
from moe_demo.ui.kit.i18n import LANGUAGES, speaking, text_in
from moe_demo.ui.kit.lineage import Offer, loaded_from
from moe_demo.ui.whatif import numbers as whatif_numbers
from tests.pages.app import opened
from tests.pages.numbers import (
    balance,
    experts,
    journey,
    mixture,
    router,
    start,
    training,
    view_of,
    whatif,
)
from tests.pages.numbers_nodes import nodes
from tests.pages.numbers_slow_step import slow_motion


def few_steps() -> list[int]:
    """The first, a middle and the last evaluation of each training that ships, and the first batches."""
    of_runs = [load_run(name).metrics for name in ("deepseek", "document")]
    of_runs += [run.evaluations for run in recording().of_seed(SHOWN_SEED)]
    found = {0, 1, 2}
    for records in of_runs:
        steps = [one.step for one in records if isinstance(one, EvalMetrics)]
        found |= {steps[0], steps[len(steps) // 2], steps[-1]}
    return sorted(found)


NOT_LISTED = [
    *(
        NumberKey(name, (run, step))
        for name, quantity in QUANTITIES.items()
        if quantity.takes == ("run", "at_step")
        for run in range(3)
        for step in few_steps()
    ),
    *(NumberKey("slow_score", at) for at in [(0, 0), (1, 0), (1, 1), (1, 10**6), (10**6, 0)]),
]
"""Of those that are too many for a list, a few of each kind; not every page has them."""


def all_of(offer: Offer) -> list[NumberKey]:
    """Every number that a page offers."""
    listed = [*offer.keys, *offer.buttons]
    return [*listed, *(key for key in NOT_LISTED if key not in listed and offer.within(key))]


PLACES = [
    (start, {}),
    (start, {"l": "1", "t": "3", "run": "deepseek", "s": "火箭夺冠 🏆 山"}),
    (start, {"run": "document"}),
    (journey, {}),
    (journey, {"t": "4", "stage": "choice", "e": "1"}),
    (journey, {"s": "手机", "stage": "classes"}),
    (router, {}),
    (router, {"k": "2", "temp": "0.5", "be": "3", "bias": "0.5", "l": "1", "t": "4", "e": "3"}),
    (router, {"groups": "no", "e": "0"}),
    (router, {"run": "document", "s": "山"}),
    (mixture, {}),
    (mixture, {"l": "1", "t": "6", "e": "2"}),
    (mixture, {"run": "document", "t": "2"}),
    (mixture, {"run": "document", "of": "sentence"}),
    (mixture, {"of": "sentence", "s": "火箭夺冠"}),
    (training, {}),
    (training, {"l": "1", "e": "4", "run": "deepseek"}),
    (training, {"run": "document", "step": "0", "with": "deepseek"}),
    (slow_motion, {}),
    (slow_motion, {"l": "1", "e": "4", "run": "deepseek", "step": "0"}),
    (slow_motion, {"run": "document"}),
    (whatif, {"off": "0-1.1-2", "mute": "0-4", "topk": "3"}),
    (whatif, {"off": "1-2", "l": "1", "e": "2", "t": "3"}),
    (whatif, {"run": "document", "force": "0-2-1", "cap": "2"}),
    (experts, {}),
    (experts, {"l": "1", "e": "3", "col": "5", "believe": "topic"}),
    (experts, {"run": "document", "e": "1", "believe": "path"}),
    (nodes, {}),
    (nodes, {"l": "1", "e": "5", "limit": "4", "spare": "2", "stay": "yes", "refresh": "1", "window": "5"}),
    (nodes, {"run": "document"}),
    (balance, {}),
    (balance, {"way": "seq_aux_loss", "e": "2", "moment": "1"}),
    (balance, {"way": "loss_free", "e": "5", "reveal": "yes"}),
]
ROUNDED = {
    start: 1e-4,
    mixture: 2e-6,
    journey: 2e-5,
    balance: 6e-3,
    experts: 6e-4,
    training: 6e-3,
    slow_motion: 5e-5,
}
"""How far a page rounds its numbers."""


@pytest.mark.parametrize(("page", "params"), PLACES, ids=lambda one: getattr(one, "__name__", str(one)))
def test_every_number_that_a_page_offers_is_that_on_it_and_numpy_agrees(page: Any, params: dict[str, str]):
    offer, shown = page(params)
    every = all_of(offer)
    assert len(set(every)) == len(every) > 0
    for key in every:
        lineage = offer.lineage(key)
        found = kit_lineage.check(lineage)
        assert found.agrees, (key, found)
        on_page = shown(key)
        if on_page is not None:
            expected = np.asarray(lineage.expected, dtype=float).ravel()[: np.size(on_page)]
            np.testing.assert_allclose(
                np.ravel(on_page), expected, atol=ROUNDED.get(page, 1e-6), rtol=1e-5, err_msg=str(key)
            )


@pytest.mark.parametrize(("page", "params"), PLACES, ids=lambda one: getattr(one, "__name__", str(one)))
def test_every_notebook_that_a_page_offers_runs_and_gives_the_number(page: Any, params: dict[str, str]):
    offer, _ = page(params)
    every = all_of(offer)
    # of the experts page's hundreds, which all read the same thousands of words, one of each kind
    for key in {key.name: key for key in every}.values() if page is experts else every:
        lineage, found = offer.lineage(key), {}
        book = json.loads(notebook(lineage, offer.name(key), loaded_from(offer.case(key))))
        for cell in book["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), found)
        np.testing.assert_allclose(found["result"], lineage.expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("page", "params"), PLACES[::3], ids=lambda one: getattr(one, "__name__", str(one)))
def test_every_number_and_everything_it_is_made_of_has_a_name(page: Any, params: dict[str, str], lang: str):
    with speaking(lang):
        offer, _ = page(params)
        every = all_of(offer)
        names = [offer.name(key) for key in every]
        assert len(set(names)) == len(names)
        assert not [name for name in names if "{" in name]
        for key in every:
            assert all(text_in(lang, f"lineage.array.{name}") for name in offer.lineage(key).arrays)


@pytest.mark.parametrize(
    ("page", "key", "params"),
    [
        ("", "probability-0", {}),
        ("journey", "piece-0", {"t": "1"}),
        ("router", "gate", {"k": "2"}),
        ("mixture", "removal-0-1", {"l": "1"}),
        ("training", "held_out_loss", {}),
        ("balance", "batch_sum", {}),
        ("whatif", "probability-2", {"off": "0-1"}),
        ("experts", "assigned_lift-1", {"e": "3", "col": "1"}),
        ("experts", "information-0", {}),
        ("experts", "committee", {"believe": "unsure"}),
        ("balance", "eval_max_vio-1-0", {"reveal": "yes"}),
        ("balance", "eval_ratio-2-0", {"reveal": "yes"}),
        ("", "step_ce-0-1", {}),
        ("", "eval_floor-0-0", {}),
        ("balance", "sequence_mean", {"way": "seq_aux_loss"}),
        ("training", "step_bias-0-2", {"e": "2"}),
        ("training", "step_floor-0-2", {}),
        ("nodes", "sent_copies-1", {"l": "1"}),
        ("nodes", "imbalance_refreshed-11", {}),
        ("experts", "lottery_luck-0", {"e": "2"}),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_address_opens_the_sum_with_its_verdict(page: str, key: str, params: dict[str, str], lang: str):
    at = opened(page, why=key, lang=lang, **params)
    [verdict] = at.success
    begin = text_in(lang, "lineage.agrees").split("{")[0]
    begin_vector = text_in(lang, "lineage.agrees_vector").split("{")[0]
    assert verdict.value.startswith((begin, begin_vector))
    assert any("result = " in code.value for code in at.code)


def test_a_number_that_does_not_agree_is_red(monkeypatch: pytest.MonkeyPatch):
    class Wrong(Offer):
        def lineage(self, key: NumberKey):
            from dataclasses import replace

            return replace(super().lineage(key), expected=0.123)

    monkeypatch.setattr("moe_demo.ui.mixture.numbers.Offer", Wrong)
    at = opened("mixture", why="gate", lang="en")
    assert [error.value.startswith("✗") for error in at.error] == [True]
    assert not at.success


@pytest.mark.parametrize(
    "page", ["", "journey", "router", "mixture", "training", "balance", "whatif", "experts", "nodes"]
)
def test_nothing_is_computed_while_no_number_is_asked_for(page: str, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise AssertionError("a lineage was made")

    monkeypatch.setattr(kit_lineage, "check", fail)
    monkeypatch.setattr(kit_lineage, "lineage_of", fail if page != "router" else kit_lineage.lineage_of)
    assert not opened(page).success


def test_loads_behind_the_curtain_are_not_told_by_their_sums():
    hidden, told = (balance(params)[0] for params in ({}, {"reveal": "yes"}))
    last = recording().of_seed(SHOWN_SEED)[0].final.step
    key = NumberKey("eval_load", (0, last))
    assert told.has(key)
    assert not hidden.has(key)
    assert hidden.has(NumberKey("eval_accuracy", (0, last)))
    assert not told.has(NumberKey("eval_load", (0, 5)))  # there was no evaluation


def test_an_answer_that_is_still_to_be_predicted_is_not_told_by_its_sum():
    offer = whatif_numbers.offered(view_of("whatif", {"predict": "yes", "off": "0-1"}))
    assert {key.name for key in all_of(offer)} == set(whatif_numbers.OF_SCATTER)  # of the trained model


def test_a_number_of_another_page_is_told_and_a_broken_one_is_named():
    at = opened("router", why="batch_sum", lang="en")
    assert [info.value for info in at.info] == [text_in("en", "lineage.not_here")]
    at = opened("router", why="<script>", lang="en")
    assert any("why" in warning.value for warning in at.warning)


def test_the_list_of_a_page_opens_a_number_without_the_mouse():
    at = opened("mixture", lang="en")
    box = next(one for one in at.selectbox if one.label == text_in("en", "lineage.list"))
    box.set_value("gate").run()
    assert "gate" in at.query_params["why"]
    assert at.success
