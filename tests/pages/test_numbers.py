"""Where the numbers of every page come from: each one offered is that on the page, and NumPy and its notebook agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from moe_demo.insight.balance_terms import batch_loss, sequence_loss
from moe_demo.insight.lineage import NumberKey, notebook
from moe_demo.insight.whatif import whatif as ask
from moe_demo.ui.balance import numbers as balance_numbers
from moe_demo.ui.balance.data_formulas import experts_table, headline_map_data
from moe_demo.ui.balance.formulas import shown_step
from moe_demo.ui.balance.page import recording
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.experts import numbers as experts_numbers
from moe_demo.ui.experts.data import picture_data as experts_data
from moe_demo.ui.experts.data_debate import debate_data
from moe_demo.ui.experts.data_pairs import pairs, pairs_data, tells
from moe_demo.ui.experts.seeds import live
from moe_demo.ui.frame.pages import page_called
from moe_demo.ui.journey import numbers as journey_numbers
from moe_demo.ui.journey.data import picture_data as journey_data
from moe_demo.ui.kit import lineage as kit_lineage
from moe_demo.ui.kit import selection, views
from moe_demo.ui.kit.i18n import LANGUAGES, speaking, text_in
from moe_demo.ui.kit.lineage import Offer, loaded_from
from moe_demo.ui.kit.views import View
from moe_demo.ui.mixture import numbers as mixture_numbers
from moe_demo.ui.mixture.data import picture_data as mixture_data
from moe_demo.ui.mixture.data_waterfall import waterfall_data
from moe_demo.ui.router import controls as router_controls
from moe_demo.ui.router import numbers as router_numbers
from moe_demo.ui.router.data import picture_data as router_data
from moe_demo.ui.start import numbers as start_numbers
from moe_demo.ui.start.data import picture_data as start_data
from moe_demo.ui.training import numbers as training_numbers
from moe_demo.ui.training.checkpoint import examined
from moe_demo.ui.whatif import numbers as whatif_numbers
from moe_demo.ui.whatif.data import picture_data as whatif_data
from moe_demo.ui.whatif.settings import WhatIfSettings
from tests.pages.app import opened

Shown = Callable[[NumberKey], Any]
"""The number of the page under a key, or several of a vector's first."""


def view_of(page: str, params: dict[str, str]) -> View:
    """What a page would show under this address."""
    row = page_called(page)
    chosen = selection.parsed(row.settings, tuple(params.items()))
    run = views.opened_run(row.run or chosen.run, chosen.step)
    trace = views.traced(run, chosen.text)
    return View(chosen.clipped(run, len(trace.tokens)), run, trace)


def start(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("start", params)
    data, offer = start_data(view), start_numbers.offered(view)
    layer, token = data["layers"][view.selection.layer], view.selection.token or 0
    k = layer["experts"][token].index(offer.expert)

    def shown(key: NumberKey) -> Any:
        return {
            "probability": lambda: data["classes"][key.at[0]]["p"],
            "gate": lambda: layer["gates"][token][k],
            "score": lambda: layer["scores"][token][k],
            "familiarity": lambda: view.trace.familiarity,
        }[key.name]()

    return offer, shown


def journey(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("journey", params)
    data, offer, t = journey_data(view, 0), journey_numbers.offered(view), view.selection.token or 0
    _, vectors, router, choice, experts, gates, transformer, pooling, classes = data["stages"]

    def shown(key: NumberKey) -> Any:
        return {
            "token_vector": lambda: vectors["values"][t],
            "logit": lambda: router["logits"][t][offer.expert],
            "score": lambda: router["scores"][t][offer.expert],
            "choice": lambda: choice["choice"][t][offer.expert],
            "gate": lambda: gates["gate"][t] if gates["expert"][t] == offer.expert else 0.0,
            "output": lambda: experts["values"][t],
            "piece": lambda: gates["values"][t],
            "layer_output": lambda: transformer["entered"][t],
            "mixed": lambda: transformer["added"][t],
            "mixed_change": lambda: transformer["change"][t],
            "words_taken": lambda: choice["load"][offer.expert],
            "attention": lambda: transformer["looks"][t] if transformer["looks_at"][t] == key.at[0] else None,
            "block_output": lambda: transformer["values"][t],
            "pooled": lambda: pooling["pooled"],
            "class_logit": lambda: classes["logits"][key.at[0]],
            "probability": lambda: classes["probabilities"][key.at[0]],
        }[key.name]()

    return offer, shown


def router(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("router", params)
    asked = router_controls.read(view)
    rerouted = router_controls.rerouted(view, asked)
    data, offer = router_data(view, rerouted, asked), router_numbers.offered(view, rerouted)
    row = data["rows"][offer.expert]

    def shown(key: NumberKey) -> Any:
        if key.at:
            return {
                "probability": lambda: data["classes"][key.at[0]]["after"],
                "trained_probability": lambda: data["classes"][key.at[0]]["before"],
                "group_score": lambda: data["groups"][key.at[0]]["score"],
            }[key.name]()
        if key.name in ("cut", "gate_sum"):
            return data[key.name]
        return -np.inf if row[key.name] is None else row[key.name]

    return offer, shown


def mixture(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("mixture", params)
    data, steps, offer = mixture_data(view), waterfall_data(view), mixture_numbers.offered(view)
    gate = [row["gate"] for row in data["rows"] if row["expert"] == offer.expert] or [0.0]
    names = {"length": "norm", "removal": "effect"}

    def shown(key: NumberKey) -> Any:
        if key.name == "class_logit":
            return steps["logits"][key.at[0]]
        if key.name == "step":
            return steps["steps"][key.at[0]]["values"][key.at[1]]
        whole = {"gate": gate[0], "output_length": data["total_norm"], "layer_output": data["total"]}
        if not key.at:
            return whole[key.name]
        value = data["rows"][key.at[0]][names.get(key.name, key.name)]
        return value if len(key.at) == 1 else value[key.at[1]]

    return offer, shown


def training(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("training", params)
    offer, (_, evaluation) = training_numbers.offered(view), examined(view.run)
    assert offer is not None
    load_EC = np.array(evaluation.load_LEC[offer.layer])
    load_E = load_EC.sum(1)

    def shown(key: NumberKey) -> Any:
        return {
            "accuracy": lambda: evaluation.accuracy,
            "held_out_loss": lambda: evaluation.loss,
            "max_vio": lambda: evaluation.max_vio_L[offer.layer],
            "relative_load": lambda: load_E[offer.expert] / load_E.mean(),
            "lift": lambda: (
                load_EC[offer.expert, key.at[0]]
                / load_E[offer.expert]
                / (load_EC[:, key.at[0]].sum() / load_EC.sum())
            ),
        }[key.name]()

    return offer, shown


def balance(params: dict[str, str]) -> tuple[Offer, Shown]:
    chosen = selection.parsed(BalanceSettings, tuple(params.items()))
    found = recording()
    offer, (step, layer) = balance_numbers.offered(found, chosen), shown_step(found, chosen)
    table = experts_table(step, layer)["rows"]
    cells = {row["cells"][offer.expert]["why"]: row["cells"][offer.expert]["text"] for row in table}
    map_of = headline_map_data(step, layer, sequence_loss(step, layer), batch_loss(step, layer))

    def shown(key: NumberKey) -> Any:
        if str(key) in cells:
            return float(cells[str(key)])
        if key.name == "headline_f":
            return map_of["headlines"][key.at[0]]["f"][offer.expert]
        if key.name == "headline_unevenness":
            return map_of["headlines"][key.at[0]]["unevenness"]
        if key.name == "batch_unevenness":
            return map_of["batch"]["unevenness"]
        if key.name.startswith("sequence"):
            of = sequence_loss(step, layer)
            return {"sequence_mean": of.mean, "sequence_unevenness": of.unevenness}[key.name]
        return None  # stands in the formula alone

    return offer, shown


def whatif(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("whatif", params)
    switches = view.selection.of(WhatIfSettings).switches(view.run.config.model.n_routed)
    found = ask(view.run, view.trace.text, switches)
    data = whatif_data(view, found)
    offer, layer = whatif_numbers.offered(view), view.selection.layer
    assert offer is not None
    seat = data["rows"][layer]["seats"][offer.expert]

    def shown(key: NumberKey) -> Any:
        return {
            "probability": lambda: data["answers"][key.at[0]]["after"],
            "trained_probability": lambda: data["answers"][key.at[0]]["before"],
            "class_logit": lambda: found.after.logits_C[key.at[0]],
            "words_taken": lambda: seat["after"],
            "trained_words_taken": lambda: seat["before"],
        }[key.name]()

    return offer, shown


def experts(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("experts", params)
    data, offer = experts_data(view), experts_numbers.offered(view)
    layer, e = data["layer"], offer.expert
    of_pairs, told = pairs_data(view.run, layer, "zh"), tells(view.run)[layer]
    picked = {one["why"]: one["text"] for one in data["picked"]["numbers"]}
    row = data["rows"][e]
    columns = {
        column["column"]: row["cells"][g][place]
        for g, group in enumerate(data["columns"])
        for place, column in enumerate(group)
    }
    charts = debate_data(view, [live(view.run)], e)["charts"] if "believe" in params else []
    dots = {
        key: dot[which]
        for chart in charts
        for dot_row in chart["rows"]
        for dot in dot_row["dots"]
        for which, key in dot["why"].items()
        if dot["layer"] in (layer, None)
    }

    def shown(key: NumberKey) -> Any:
        if str(key) in dots:
            return dots[str(key)]
        if key.name.startswith("pair_"):
            i, j = sorted((e, key.at[0]))
            cell = of_pairs["rows"][j][i]
            values = {"count": "n", "lift": "lift"}
            name = key.name.removeprefix("pair_")
            if name == "expected":  # the picture rounds it to a tenth
                exact = float(pairs(view.run, layer).expected_EE[i, j])
                assert cell["expected"] == pytest.approx(exact, abs=0.051)
                return exact
            return [cell["low"], cell["high"]] if name == "band" else cell[values[name]]
        if key.name.startswith("information"):
            name = key.name.removeprefix("information").removeprefix("_") or "corrected"
            return getattr(told[key.at[0]], name)
        if key.name == "assigned_load":
            return row["load"]
        cell = columns[key.at[0]]
        names = {
            "count": cell["n"],
            "lift": cell["lift"],
            "band": [cell["low"], cell["high"]],
            "luck": cell["luck"],
        }
        found = names.get(key.name.removeprefix("assigned_"))
        if found is None and str(key) in picked:
            return float(picked[str(key)].rstrip("%")) / 100
        return found

    return offer, shown


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
    (training, {"run": "document", "step": "0"}),
    (whatif, {"off": "0-1.1-2", "mute": "0-4", "topk": "3"}),
    (whatif, {"off": "1-2", "l": "1", "e": "2"}),
    (whatif, {"run": "document", "force": "0-2-1", "cap": "2"}),
    (experts, {}),
    (experts, {"l": "1", "e": "3", "col": "5", "believe": "topic"}),
    (experts, {"run": "document", "e": "1", "believe": "path"}),
    (balance, {}),
    (balance, {"way": "seq_aux_loss", "e": "2", "moment": "1"}),
    (balance, {"way": "loss_free", "e": "5"}),
]
ROUNDED = {start: 1e-4, mixture: 2e-6, journey: 2e-5, balance: 6e-3, experts: 6e-4}
"""How far a page rounds its numbers."""


@pytest.mark.parametrize(("page", "params"), PLACES, ids=lambda one: getattr(one, "__name__", str(one)))
def test_every_number_that_a_page_offers_is_that_on_it_and_numpy_agrees(page: Any, params: dict[str, str]):
    offer, shown = page(params)
    every = [*offer.keys, *offer.buttons]
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
    every = [*offer.keys, *offer.buttons]
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
        every = [*offer.keys, *offer.buttons]
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
    "page", ["", "journey", "router", "mixture", "training", "balance", "whatif", "experts"]
)
def test_nothing_is_computed_while_no_number_is_asked_for(page: str, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise AssertionError("a lineage was made")

    monkeypatch.setattr(kit_lineage, "check", fail)
    monkeypatch.setattr(kit_lineage, "lineage_of", fail if page != "router" else kit_lineage.lineage_of)
    assert not opened(page).success


def test_an_answer_that_is_still_to_be_predicted_is_not_told_by_its_sum():
    view = view_of("whatif", {"predict": "yes", "off": "0-1"})
    assert whatif_numbers.offered(view) is None


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
