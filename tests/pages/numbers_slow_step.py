"""What a step in slow motion shows under the key of a number."""

from __future__ import annotations

from typing import Any

from moe_demo.insight.lineage import NumberKey
from moe_demo.insight.slow_step import slow_step
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.training import numbers as training_numbers
from moe_demo.ui.training.data_slow_step import slow_step_data
from tests.pages.numbers import Shown, view_of


def slow_motion(params: dict[str, str]) -> tuple[Offer, Shown]:
    """The training page with its step in slow motion open at headline 1."""
    view = view_of("training", params)
    step = slow_step(view.run)
    offer = training_numbers.offered(view, (step, 1))
    assert offer is not None
    e, data = offer.expert, slow_step_data(view.run, step, offer.layer, 1)
    rows = {row["why"]: row["norm"] for row in data["gradients"]}
    factors, whole = data["factors"], step.metrics
    plain = {
        "slow_count": data["load"][e],
        "slow_load": data["f"][e],
        "slow_mean": data["mean"],
        "slow_random": data["random_f"],
        "slow_max_vio": max(data["f"]) - 1,
        "slow_mine": data["mine"][e],
        "slow_headline_loss": data["batch"][1]["loss"],
        "slow_f": factors["f"][e],
        "slow_share": factors["P"][e],
        "slow_push": factors["product"][e],
        "slow_sum": sum(factors["product"]),
        "slow_ce": data["ce"],
        "slow_balance": data["balance"],
        "slow_loss": whole.loss,
        "slow_norm": whole.grad_norm,
        "slow_clipped_norm": step.clipped_norm,
        "slow_experts_norm": rows.get("slow_experts_norm"),
        "slow_others_norm": rows.get("slow_others_norm"),
        "slow_clipped": data["pull"][e]["clipped"],
        "slow_rate": data["lr"],
        "slow_bias": data["after"][e],
    }

    def shown(key: NumberKey) -> Any:
        if key.name == "slow_score":
            return data["scores"][key.at[1]][e] if key.at[0] == 1 else None
        return plain.get(key.name)

    return offer, shown
