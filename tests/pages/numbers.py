"""What a page shows under the key of a number: its offer, and the numbers as its pictures are given them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from moe_demo.insight.balance_terms import batch_loss, sequence_loss
from moe_demo.insight.comparison import shuffled
from moe_demo.insight.history import NOTHING, History
from moe_demo.insight.lineage import NumberKey
from moe_demo.insight.whatif import whatif as ask
from moe_demo.ui.balance import numbers as balance_numbers
from moe_demo.ui.balance.data import SHOWN_SEED
from moe_demo.ui.balance.data import picture_data as balance_data
from moe_demo.ui.balance.data_formulas import experts_table, headline_map_data
from moe_demo.ui.balance.formulas import shown_step
from moe_demo.ui.balance.page import recording
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.experts import numbers as experts_numbers
from moe_demo.ui.experts.data import picture_data as experts_data
from moe_demo.ui.experts.data_debate import debate_data
from moe_demo.ui.experts.data_lottery import lottery_data
from moe_demo.ui.experts.data_pairs import pairs, pairs_data, tells
from moe_demo.ui.experts.seeds import live
from moe_demo.ui.frame.pages import page_called
from moe_demo.ui.journey import numbers as journey_numbers
from moe_demo.ui.journey.data import picture_data as journey_data
from moe_demo.ui.kit import selection, views
from moe_demo.ui.kit.data_scatter import scatter_data
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.mixture import numbers as mixture_numbers
from moe_demo.ui.mixture.data import picture_data as mixture_data
from moe_demo.ui.mixture.data_waterfall import waterfall_data
from moe_demo.ui.router import controls as router_controls
from moe_demo.ui.router import numbers as router_numbers
from moe_demo.ui.router.data import picture_data as router_data
from moe_demo.ui.server.wire import history_payload
from moe_demo.ui.start import numbers as start_numbers
from moe_demo.ui.start.curves import _figure as curves_figure
from moe_demo.ui.start.data import picture_data as start_data
from moe_demo.ui.training import numbers as training_numbers
from moe_demo.ui.training.checkpoint import examined
from moe_demo.ui.whatif import numbers as whatif_numbers
from moe_demo.ui.whatif.data import picture_data as whatif_data
from moe_demo.ui.whatif.settings import WhatIfSettings

Shown = Callable[[NumberKey], Any]
"""The number of the page under a key, or several of a vector's first."""


def view_of(page: str, params: dict[str, str]) -> View:
    """What a page would show under this address."""
    row = page_called(page)
    chosen = selection.parsed(row.settings, tuple(params.items()))
    run = views.opened_run(row.run or chosen.run, chosen.step)
    trace = views.traced(run, chosen.text)
    return View(chosen.clipped(run, len(trace.tokens)), run, trace)


def values_of(encoded: Any) -> list[float]:
    """Of a plotly array as it is sent."""
    if isinstance(encoded, dict):
        return np.frombuffer(b64decode(encoded["bdata"]), dtype=encoded["dtype"]).tolist()
    return encoded


def start(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("start", params)
    data, offer = start_data(view), start_numbers.offered(view)
    layer, token = data["layers"][view.selection.layer], view.selection.token or 0
    k = layer["experts"][token].index(offer.expert)

    lines = curves_figure(view.run, "en")["data"]

    def point(key: NumberKey) -> float | None:
        """Of the curve that asks for this number; of many batches it has only some."""
        why = f"{key.name}-0-{{at}}"
        of_layer = (None, offer.layer)
        line = next(
            one
            for one in lines
            if one.get("meta", {}).get("why") == why and one["meta"].get("layer") in of_layer
        )
        is_drawn = [key.at[1]] in line["customdata"]
        assert is_drawn or key.name == "step_ce"
        return values_of(line["y"])[line["customdata"].index([key.at[1]])] if is_drawn else None

    def shown(key: NumberKey) -> Any:
        if len(key.at) == 2:
            return point(key)
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
    history = History(view.run.store)
    history.refresh("done", 0)
    sent = history_payload(history.since(NOTHING))

    def shown(key: NumberKey) -> Any:
        if len(key.at) == 2:
            return from_record(sent, key, offer) if key.at[0] == 0 else None
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


def from_record(sent: dict[str, Any], key: NumberKey, offer: Offer) -> float | None:
    """A number of the picture of training, as the browser gets it; of many steps it gets only some."""
    layer, e, step = offer.layer, offer.expert, key.at[1]
    if key.name.startswith("eval_"):
        one = [one for one in sent["evals"] if one["step"] == step][-1]  # the last is after the calibration
        return {"eval_accuracy": one["accuracy"], "eval_floor": one["floor"]}.get(
            key.name, one["max_vio"][layer]
        )
    if key.name == "step_floor":
        return sent["batch_floor"]
    if step not in sent["steps"]:
        return None
    at = sent["steps"].index(step)
    return {
        "step_ce": lambda: sent["ce"][at],
        "step_max_vio": lambda: sent["max_vio"][layer][at] / 1000,
        "step_load": lambda: sent["load"][layer][e][at] / 100,
        "step_bias": lambda: sent["bias"][layer][e][at] / 1e5,
    }[key.name]()


def balance(params: dict[str, str]) -> tuple[Offer, Shown]:
    chosen = selection.parsed(BalanceSettings, tuple(params.items()))
    found = recording()
    runs = shuffled(found.of_seed(SHOWN_SEED))
    offer, (step, layer) = balance_numbers.offered(found, chosen, runs), shown_step(found, chosen)
    courses = balance_data(runs, chosen.of(BalanceSettings))["runs"]
    table = experts_table(step, layer)["rows"]
    cells = {row["cells"][offer.expert]["why"]: row["cells"][offer.expert]["text"] for row in table}
    map_of = headline_map_data(step, layer, sequence_loss(step, layer), batch_loss(step, layer))

    def shown(key: NumberKey) -> Any:
        if key.name.startswith("eval_"):
            run, of_step = courses[key.at[0]], courses[key.at[0]]["steps"].index(key.at[1])
            known = {
                "eval_accuracy": lambda: run["accuracy"][of_step],
                "eval_worst_vio": lambda: run["worst_vio"][of_step],
                "eval_load": lambda: run["load"][layer][of_step][offer.expert],
                "eval_max_vio": lambda: run["max_vio"][layer] if of_step == len(run["steps"]) - 1 else None,
                "eval_least": lambda: min(min(load[of_step]) for load in run["load"]),
                "eval_floor": lambda: run["floor"],
                "eval_ratio": lambda: run["worst_vio"][of_step] / run["floor"],
                "eval_time": lambda: np.mean([max(load[of_step]) for load in run["load"]]),
            }
            return known[key.name]()
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
    seat = data["rows"][layer]["seats"][offer.expert]
    token = view.selection.token or 0
    points = [one for one in scatter_data(view, {})["points"] if one["token"] == token]

    def of_scatter(key: NumberKey) -> float | None:
        if key.name == "gate":
            return next((one["gate"] for one in points if one["expert"] == offer.expert), 0.0)
        found = next(one for one in points if one["piece"] == key.at[0])
        return found["norm" if key.name == "length" else "effect"]

    def shown(key: NumberKey) -> Any:
        if key.name in whatif_numbers.OF_SCATTER:
            return of_scatter(key)
        return {
            "probability": lambda: data["answers"][key.at[0]]["after"],
            "trained_probability": lambda: data["answers"][key.at[0]]["before"],
            "class_logit": lambda: found.after.logits_C[key.at[0]],
            "words_taken": lambda: seat["after"],
            "trained_words_taken": lambda: seat["before"],
        }[key.name]()

    return offer, shown


def of_cell(data: dict[str, Any], key: NumberKey, row: dict[str, Any]) -> Any:
    """A number of a cell of the map in this row; of the picked one also those that only its panel has."""
    columns = {
        column["column"]: row["cells"][g][place]
        for g, group in enumerate(data["columns"])
        for place, column in enumerate(group)
    }
    cell, name = columns[key.at[0]], key.name.removeprefix("assigned_")
    on_map = {
        "count": cell["n"],
        "lift": cell["lift"],
        "band": [cell["low"], cell["high"]],
        "luck": cell["luck"],
    }
    picked = {one["why"]: one["text"] for one in data["picked"]["numbers"]}
    if name in on_map:
        return on_map[name]
    return float(picked[str(key)].rstrip("%")) / 100 if str(key) in picked else None


def of_matching(view: View, offer: Offer, key: NumberKey) -> float | None:
    """A number of the table of matched experts, or of the sentence above it, which rounds it."""
    matched = lottery_data(view.run, offer.layer, None)
    other = matched["others"][key.at[0]]
    if key.name == "lottery_overlap":
        return matched["rows"][offer.expert]["partners"][key.at[0]]["overlap"]
    if key.name == "lottery_luck":
        return other["luck"]
    number, exact = other["numbers"][key.name.removeprefix("lottery_")], float(offer.lineage(key).expected)
    assert number["why"] == str(key)
    assert float(number["text"]) == pytest.approx(exact, abs=0.051 if "chance" in key.name else 0.0051)
    return None


def experts(params: dict[str, str]) -> tuple[Offer, Shown]:
    view = view_of("experts", params)
    data, offer = experts_data(view), experts_numbers.offered(view)
    layer, e = data["layer"], offer.expert
    of_pairs, told = pairs_data(view.run, layer, "zh"), tells(view.run)[layer]
    row = data["rows"][e]
    charts = debate_data(view, [live(view.run)], e)["charts"] if "believe" in params else []
    dots = {
        key: dot[which]
        for chart in charts
        for dot_row in chart["rows"]
        for dot in dot_row["dots"]
        for which, key in dot["why"].items()
        if dot["layer"] in (layer, None)
    }

    def of_pair(name: str, other: int) -> Any:
        i, j = sorted((e, other))
        cell = of_pairs["rows"][j][i]
        if name == "expected":  # the picture rounds it to a tenth
            exact = float(pairs(view.run, layer).expected_EE[i, j])
            assert cell["expected"] == pytest.approx(exact, abs=0.051)
            return exact
        return [cell["low"], cell["high"]] if name == "band" else cell[{"count": "n", "lift": "lift"}[name]]

    def shown(key: NumberKey) -> Any:
        if key.name.startswith("lottery_"):
            return of_matching(view, offer, key)
        if str(key) in dots:
            return dots[str(key)]
        if key.name.startswith("pair_"):
            return of_pair(key.name.removeprefix("pair_"), key.at[0])
        if key.name.startswith("information"):
            name = key.name.removeprefix("information").removeprefix("_") or "corrected"
            return getattr(told[key.at[0]], name)
        return row["load"] if key.name == "assigned_load" else of_cell(data, key, row)

    return offer, shown
