"""What happened to a run while it trained: settings changed by hand, pauses, divergence, calibration of the biases.

One JSON line each in the run's `events.jsonl`. A change is written down with the number of steps taken before it, so
a run that was cut off makes the same changes at the same steps when it is resumed, and ends with the same bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from moe_demo.config import RunConfig

Setting = int | float | str

CHANGEABLE = {
    "lr": (),
    "top_k": ("model",),
    "method": ("balance",),
    "alpha": ("balance",),
    "seq_alpha": ("balance",),
    "bias_rate": ("balance",),
}
"""Settings that may change between two optimizer steps, and the part of RunConfig that holds them.

Everything else decides the shape of the weights, the data or their order: it needs a new run.
"""

MARKS = ("paused", "played", "diverged", "calibrated")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of `events.jsonl`."""

    step: int
    """Steps taken before it: a changed setting holds from the next step on."""
    kind: str
    """A name of CHANGEABLE, or one of MARKS."""
    value: Setting | None = None
    """The new setting; as text, the loss for `diverged`, the number of bias updates for `calibrated`."""
    before: Setting | None = None

    @property
    def is_change(self) -> bool:
        """Whether a setting changed."""
        return self.kind in CHANGEABLE


def setting(config: RunConfig, name: str) -> Setting:
    """The value of a changeable setting."""
    owner: Any = config
    for part in CHANGEABLE[name]:
        owner = getattr(owner, part)
    value: Setting = getattr(owner, name)
    return value


def changed(config: RunConfig, name: str, value: Setting) -> RunConfig:
    """The configuration with one changeable setting at another value.

    Raises ConfigError where no run can have that value, such as a K above the number of experts.
    """
    if value == setting(config, name):
        return config
    values = config.to_dict()
    owner = values
    for part in CHANGEABLE[name]:
        owner = owner[part]
    owner[name] = value
    return RunConfig.from_dict(values)


def config_at(config: RunConfig, events: Iterable[Event], step: int) -> RunConfig:
    """The settings under which step number `step` was taken; those of the first step for 0."""
    for event in events:
        if event.is_change and event.step < max(step, 1) and event.value is not None:
            config = changed(config, event.kind, event.value)
    return config


def kept_after_divergence(events: Iterable[Event], step: int) -> list[Event]:
    """The events of a run that went back to `step`: the changes made later led astray and are not made again."""
    return [event for event in events if not event.is_change or event.step <= step]
