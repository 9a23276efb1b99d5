"""The numbers of a step in slow motion that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.lineage import QUANTITIES, NumberKey, SlowCase
from moe_demo.insight.run import Run
from moe_demo.insight.step_record import SlowStep

_OF_STEP = ("slow_loss", "slow_ce", "slow_norm", "slow_clipped_norm", "slow_rate")
_OF_LAYER = ("slow_max_vio", "slow_mean", "slow_random", "slow_experts_norm")
_OF_EXPERT = ("slow_load", "slow_count", "slow_clipped")
_OF_HEADLINE = ("slow_headline_loss", "slow_sum", "slow_f", "slow_share", "slow_push", "slow_mine")


def listed(step: SlowStep, layer: int, headline: int) -> list[NumberKey]:
    """Those of the step, and of one headline of its batch."""
    has = {
        "slow_balance": bool(step.losses),
        "slow_bias": step.balance.bias_step > 0 and step.layers[layer].moves_by_load,
        "slow_others_norm": bool(step.parts_of(layer)[1]),
    }
    return [
        *(NumberKey(name) for name in (*_OF_STEP, *_OF_LAYER, *_OF_EXPERT)),
        *(NumberKey(name) for name, is_there in has.items() if is_there),
        *(NumberKey(name, (headline,)) for name in _OF_HEADLINE),
    ]


def is_there(step: SlowStep, layer: int, key: NumberKey) -> bool:
    """Whether the step has this number: of any of its headlines, and of every word of them that was read."""
    quantity = QUANTITIES.get(key.name)
    if quantity is None or quantity.of is not SlowCase or len(key.at) != len(quantity.takes):
        return False
    if not key.at:
        return key in listed(step, layer, 0)
    if key.at[0] >= len(step.headlines):
        return False
    return len(key.at) == 1 or key.at[1] < len(step.headlines[key.at[0]].read)


def slow_case(run: Run, step: SlowStep, layer: int, expert: int) -> SlowCase:
    """One layer and expert of the step."""
    config = run.store.config(step.metrics.step)
    return SlowCase(step=step, config=config, layer=layer, expert=expert)
