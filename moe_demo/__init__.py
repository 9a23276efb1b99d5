"""DeepSeekMoE explorer: train, trace and see a small mixture of experts.

    >>> from moe_demo import load_run
    >>> trace = load_run("deepseek").trace("苹果公司发布了最新的iPhone 15")
    >>> trace.frame()          # one row per token x layer x expert

Importing this package loads nothing heavy; torch comes with the first name that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moe_demo.insight.run import Run, list_runs, load_run
    from moe_demo.insight.trace import ForwardTrace, LayerTrace, trace_text

_HOME = {
    "Run": "moe_demo.insight.run",
    "list_runs": "moe_demo.insight.run",
    "load_run": "moe_demo.insight.run",
    "ForwardTrace": "moe_demo.insight.trace",
    "LayerTrace": "moe_demo.insight.trace",
    "trace_text": "moe_demo.insight.trace",
}
__all__ = ["ForwardTrace", "LayerTrace", "Run", "list_runs", "load_run", "trace_text"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
