"""The forward pass of a model that is interfered with, beside the one of the model as it was trained.

rerouted(run, trace, change, token)     another routing rule, or a pushed bias, in one layer

Only the router of that layer is changed; later layers see what it then lets through.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from moe_demo.config import RoutingRule
from moe_demo.insight.router_path import RouterPath, router_path
from moe_demo.insight.run import Run
from moe_demo.insight.trace import ForwardTrace, LayerTrace
from moe_demo.model.change import LayerChange


@dataclass(frozen=True, kw_only=True)
class RouterIntervention:
    """What is changed in the router of one layer."""

    layer: int
    rule: RoutingRule
    expert: int | None = None
    """The expert whose bias is pushed, if any."""
    push: float = 0.0
    """Added to its bias."""


@dataclass(frozen=True, kw_only=True)
class Rerouted:
    """The changed forward pass beside the trained one, both seen from one token."""

    trace: ForwardTrace
    path: RouterPath
    trained_trace: ForwardTrace
    trained_path: RouterPath
    changed: bool

    @property
    def layer(self) -> LayerTrace:
        """The changed layer's record."""
        return self.trace.layers[self.path.layer]


def rerouted(run: Run, trained: ForwardTrace, change: RouterIntervention, token: int) -> Rerouted:
    """Run the sentence again under the change; where nothing is changed, the trained trace is both."""
    trained_rule, layer = run.config.model.routing_rule, trained.layers[change.layer]
    trained_path = router_path(layer, token, trained_rule)
    if change.rule == trained_rule and change.expert is None:
        return Rerouted(
            trace=trained, path=trained_path, trained_trace=trained, trained_path=trained_path, changed=False
        )
    bias_E = torch.from_numpy(layer.bias_E.copy())
    if change.expert is not None:
        bias_E[change.expert] += change.push
    trace = run.trace(trained.text, {change.layer: LayerChange(rule=change.rule, bias_E=bias_E)})
    return Rerouted(
        trace=trace,
        path=router_path(trace.layers[change.layer], token, change.rule),
        trained_trace=trained,
        trained_path=trained_path,
        changed=True,
    )
