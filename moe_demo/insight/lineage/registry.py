"""Every quantity with a lineage: what it is asked of, and which places it takes beside those of the selection.

lineage_of(NumberKey("gate"), case)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from moe_demo.insight.lineage import (
    accounts,
    assigned,
    balance,
    classes,
    devices,
    experts,
    held_out,
    lottery,
    nodes,
    pairs,
    recorded_steps,
    routing,
    slow,
    steps,
)
from moe_demo.insight.lineage.accounts import AccountCase
from moe_demo.insight.lineage.assigned import AssignedCase
from moe_demo.insight.lineage.balance import StepCase
from moe_demo.insight.lineage.devices import PlanCase
from moe_demo.insight.lineage.held_out import HeldOutCase
from moe_demo.insight.lineage.key import NumberKey
from moe_demo.insight.lineage.lottery import LotteryCase
from moe_demo.insight.lineage.nodes import TrafficCase
from moe_demo.insight.lineage.record import Lineage
from moe_demo.insight.lineage.recorded_steps import RecordedCase
from moe_demo.insight.lineage.sentence import SentenceCase
from moe_demo.insight.lineage.slow import SlowCase

Case = (
    SentenceCase
    | HeldOutCase
    | StepCase
    | AssignedCase
    | AccountCase
    | RecordedCase
    | SlowCase
    | LotteryCase
    | TrafficCase
    | PlanCase
)
PlaceKind = Literal[
    "piece",
    "label",
    "headline",
    "step",
    "other",
    "group",
    "column",
    "partner",
    "by",
    "run",
    "at_step",
    "nth",
    "training",
    "node",
    "nodes",
    "device",
    "window",
]


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One kind of number."""

    build: Callable[..., Lineage]
    """Called with the case and the places."""
    of: type[Case]
    takes: tuple[PlaceKind, ...] = ()


def _all_of(
    kind: type[Case], *builders: Callable[..., Lineage], takes: tuple[PlaceKind, ...] = ()
) -> dict[str, Quantity]:
    """By the builders' own names."""
    return {build.__name__: Quantity(build=build, of=kind, takes=takes) for build in builders}


_WHEN: tuple[PlaceKind, ...] = ("run", "at_step")

QUANTITIES: dict[str, Quantity] = {
    **_all_of(SentenceCase, classes.token_vector, routing.logit, routing.score, routing.choice, routing.gate),
    **_all_of(
        SentenceCase,
        experts.block_output,
        routing.cut,
        routing.gate_sum,
        routing.words_taken,
        routing.trained_words_taken,
    ),
    **_all_of(SentenceCase, routing.group_score, takes=("group",)),
    **_all_of(SentenceCase, experts.output, experts.piece, experts.length, takes=("piece",)),
    **_all_of(SentenceCase, experts.layer_output, experts.output_length, experts.mixed, experts.mixed_change),
    **_all_of(SentenceCase, experts.cosine, experts.direct, experts.removal, takes=("piece", "label")),
    **_all_of(SentenceCase, steps.step, takes=("step", "label")),
    **_all_of(SentenceCase, experts.attention, takes=("other",)),
    **_all_of(SentenceCase, classes.pooled, classes.familiarity),
    **_all_of(SentenceCase, classes.class_logit, classes.probability, takes=("label",)),
    **_all_of(SentenceCase, classes.trained_probability, takes=("label",)),
    **_all_of(HeldOutCase, held_out.accuracy, held_out.held_out_loss, held_out.max_vio),
    **_all_of(HeldOutCase, held_out.relative_load),
    **_all_of(HeldOutCase, held_out.lift, takes=("label",)),
    **_all_of(HeldOutCase, held_out.eval_accuracy, held_out.eval_max_vio, held_out.eval_load, takes=_WHEN),
    **_all_of(HeldOutCase, held_out.eval_worst_vio, held_out.eval_least, held_out.eval_time, takes=_WHEN),
    **_all_of(HeldOutCase, held_out.eval_floor, held_out.eval_ratio, takes=_WHEN),
    **_all_of(RecordedCase, recorded_steps.step_floor, takes=_WHEN),
    **_all_of(RecordedCase, recorded_steps.step_ce, recorded_steps.step_max_vio, takes=_WHEN),
    **_all_of(RecordedCase, recorded_steps.step_load, recorded_steps.step_bias, takes=_WHEN),
    **_all_of(SlowCase, slow.slow_score, takes=("headline", "nth")),
    **_all_of(SlowCase, slow.slow_count, slow.slow_load, slow.slow_mean, slow.slow_max_vio, slow.slow_random),
    **_all_of(SlowCase, slow.slow_mine, slow.slow_headline_loss, takes=("headline",)),
    **_all_of(SlowCase, slow.slow_f, slow.slow_share, slow.slow_push, slow.slow_sum, takes=("headline",)),
    **_all_of(SlowCase, slow.slow_ce, slow.slow_balance, slow.slow_loss, slow.slow_norm),
    **_all_of(SlowCase, slow.slow_experts_norm, slow.slow_others_norm, slow.slow_clipped),
    **_all_of(SlowCase, slow.slow_clipped_norm, slow.slow_rate, slow.slow_bias),
    **_all_of(StepCase, balance.batch_f, balance.batch_push, balance.batch_sum, balance.batch_unevenness),
    **_all_of(StepCase, balance.headline_f, balance.headline_push, takes=("headline",)),
    **_all_of(StepCase, balance.headline_sum, balance.headline_unevenness, takes=("headline",)),
    **_all_of(StepCase, balance.sequence_mean, balance.sequence_unevenness, balance.bias),
    **_all_of(AssignedCase, assigned.assigned_load),
    **_all_of(AssignedCase, assigned.assigned_count, assigned.assigned_share, takes=("column",)),
    **_all_of(AssignedCase, assigned.assigned_lift, assigned.assigned_chance, takes=("column",)),
    **_all_of(AssignedCase, assigned.assigned_band, assigned.assigned_luck, takes=("column",)),
    **_all_of(AssignedCase, pairs.pair_count, pairs.pair_expected, takes=("partner",)),
    **_all_of(AssignedCase, pairs.pair_lift, pairs.pair_band, takes=("partner",)),
    **_all_of(AssignedCase, assigned.information_raw, assigned.information_bias, takes=("by",)),
    **_all_of(AssignedCase, assigned.information, assigned.information_luck, takes=("by",)),
    **_all_of(AssignedCase, assigned.information_share, assigned.information_luck_share, takes=("by",)),
    **_all_of(LotteryCase, lottery.lottery_overlap, lottery.lottery_mean, takes=("training",)),
    **_all_of(LotteryCase, lottery.lottery_chance, lottery.lottery_luck, takes=("training",)),
    **_all_of(LotteryCase, lottery.lottery_survive, lottery.lottery_same, takes=("training",)),
    **_all_of(LotteryCase, lottery.lottery_by_chance, takes=("training",)),
    **_all_of(TrafficCase, nodes.sent_count, nodes.sent_per_expert, nodes.sent_per_node, nodes.sent_free),
    **_all_of(TrafficCase, nodes.sent_copies, nodes.sent_share, takes=("node",)),
    **_all_of(TrafficCase, nodes.reached_mean, nodes.reached_saved, nodes.reached_chance_mean),
    **_all_of(TrafficCase, nodes.reached_v3),
    **_all_of(TrafficCase, nodes.reached_share, nodes.reached_chance, takes=("nodes",)),
    **_all_of(PlanCase, devices.device_planned, devices.device_served, takes=("device",)),
    **_all_of(PlanCase, devices.device_refreshed, takes=("device",)),
    **_all_of(PlanCase, devices.imbalance_planned, devices.slowdown, devices.slowdown_refreshed),
    **_all_of(PlanCase, devices.imbalance_served, devices.imbalance_refreshed, takes=("window",)),
    **_all_of(PlanCase, devices.imbalance_without, takes=("window",)),
    **_all_of(PlanCase, devices.experts_moved, devices.balanced_layers, devices.balanced_devices),
    **_all_of(AccountCase, accounts.committee, accounts.committee_chance),
    **_all_of(AccountCase, accounts.features, accounts.features_chance),
    **_all_of(AccountCase, accounts.path, accounts.path_chance, accounts.path_alone),
}


def lineage_of(key: NumberKey, case: Case) -> Lineage:
    """Where a number comes from. Raises KeyError for what is no quantity, or not one of this kind of case."""
    quantity = QUANTITIES[key.name]
    if not isinstance(case, quantity.of) or len(key.at) != len(quantity.takes):
        raise KeyError(str(key))
    return quantity.build(case, *key.at)
