"""DeepSeekMoE explorer: train, trace and see a small mixture of experts.

    >>> from moe_demo import load_run
    >>> trace = load_run("deepseek").trace("苹果公司发布了最新的iPhone 15")
    >>> trace.frame()          # one row per token x layer x expert

    >>> from moe_demo import Headlines, Seat, Switches, ablation_frame, ablations, effect, whatif
    >>> run = load_run("deepseek")
    >>> whatif(run, trace.text, Switches(off=(Seat(0, 3),))).frame()
    >>> effect(run, Headlines.held_out(run), Switches(top_k=2)).interval
    >>> ablation_frame(ablations(run, Headlines.held_out(run)))

Importing this package loads nothing heavy; torch comes with the first name that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moe_demo.insight.paper_interventions import paper_interventions
    from moe_demo.insight.routing_diff import routing_diff
    from moe_demo.insight.run import Run, list_runs, load_run
    from moe_demo.insight.switches import Place, Seat, Switches
    from moe_demo.insight.trace import ForwardTrace, LayerTrace, trace_text
    from moe_demo.insight.whatif import Headlines, ablation_frame, ablations, effect, measured_on, whatif

_HOME = {
    "Run": "moe_demo.insight.run",
    "list_runs": "moe_demo.insight.run",
    "load_run": "moe_demo.insight.run",
    "paper_interventions": "moe_demo.insight.paper_interventions",
    "routing_diff": "moe_demo.insight.routing_diff",
    "Place": "moe_demo.insight.switches",
    "Seat": "moe_demo.insight.switches",
    "Switches": "moe_demo.insight.switches",
    "Headlines": "moe_demo.insight.whatif",
    "ablation_frame": "moe_demo.insight.whatif",
    "ablations": "moe_demo.insight.whatif",
    "measured_on": "moe_demo.insight.whatif",
    "effect": "moe_demo.insight.whatif",
    "whatif": "moe_demo.insight.whatif",
    "ForwardTrace": "moe_demo.insight.trace",
    "LayerTrace": "moe_demo.insight.trace",
    "trace_text": "moe_demo.insight.trace",
}
__all__ = [
    "ForwardTrace",
    "Headlines",
    "LayerTrace",
    "Place",
    "Run",
    "Seat",
    "Switches",
    "ablation_frame",
    "ablations",
    "effect",
    "list_runs",
    "load_run",
    "measured_on",
    "paper_interventions",
    "routing_diff",
    "trace_text",
    "whatif",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
