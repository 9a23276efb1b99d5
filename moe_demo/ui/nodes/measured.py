"""What the nodes page measures on the held-out headlines: once a run, checkpoint and setting for all readers."""

from __future__ import annotations

from moe_demo.insight.assignments import Assignments, Tell, assignments
from moe_demo.insight.dropping import sweep
from moe_demo.insight.kept import RunCache, kept_with_run
from moe_demo.insight.node_traffic import Limited, limits, trained_limit
from moe_demo.insight.plan_outcome import Plan, PlanOutcome, machines_for, plan_outcome
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Switches
from moe_demo.insight.trace import ForwardTrace
from moe_demo.insight.whatif import Effect, whatif
from moe_demo.ui.kit.effects import effect_of, headlines_of
from moe_demo.ui.nodes.settings import FACTORS, NodesSettings

PLANNED, ALONE, AGAIN = 3, 6, 3
"""Windows of all classes, of one class alone, and of all again."""


def routed(run: Run, limit: int | None, tell: Tell = lambda done, of: None) -> Assignments:
    """Where every held-out word goes under a limit. Raises DataGoneError."""
    switches = None if limit in (None, trained_limit(run.config.model)) else Switches(topk_groups=limit)
    return _routed.get(run, switches, lambda: assignments(run, headlines_of(run), tell, switches))


def is_routed(run: Run, limit: int | None) -> bool:
    """Whether it is in memory."""
    switches = None if limit in (None, trained_limit(run.config.model)) else Switches(topk_groups=limit)
    return _routed.has(run, switches)


@kept_with_run(256)
def limited(run: Run, text: str, limit: int) -> ForwardTrace:
    """A sentence under a limit; the trained one changes nothing."""
    if limit == trained_limit(run.config.model):
        return run.trace(text)
    return whatif(run, text, Switches(topk_groups=limit)).after


@kept_with_run()
def every_limit(run: Run) -> tuple[Limited, ...]:
    """Every limit on the held-out headlines."""
    return limits(run, headlines_of(run), measure=lambda switches: effect_of(run, switches))


@kept_with_run(64)
def every_factor(run: Run, asked: NodesSettings) -> dict[Switches, Effect]:
    """Every capacity factor with the asked way of dropping."""
    return sweep(
        run,
        headlines_of(run),
        FACTORS,
        (asked.dropby,),
        (asked.over,),
        lambda switches: effect_of(run, switches),
    )


@kept_with_run(64)
def outcome(run: Run, spare: int, stay: bool, hour: int, refresh: int) -> PlanOutcome:
    """The experts of a run placed for all classes alike, and asked for one alone for a while."""
    n = len(run.labels)
    even = tuple(1 / n for _ in range(n))
    alone = tuple(float(c == hour) for c in range(n))
    plan = Plan(served=(even,) * PLANNED + (alone,) * ALONE + (even,) * AGAIN, planned=even, refresh=refresh)
    return plan_outcome(routed(run, None), plan, machines_for(run.config.model, spare, stay))


def outcome_for(run: Run, asked: NodesSettings) -> PlanOutcome:
    """As the page's controls stand."""
    return outcome(run, asked.spare, asked.stay, asked.hour, asked.refresh)


_routed: RunCache[Assignments] = RunCache(8)  # limits: some 2 MB each
