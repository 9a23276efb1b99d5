"""How little of the network one word uses: parameters that take part, beside all there are.

    sparsity(run.model)  ->  Sparsity(used=…, total=…, parts=(Part("attention", …), …))

The two look-up tables (words and character n-grams) are left out: reading a few rows of a table is no work, and
how many rows depends on the word. Everything else is counted as it stands in the model, part by part, and as the
published models are (`published.count`): with the routing biases, which no gradient moves. `used` is what every single
word passes through with the K experts the router gives it and the shared ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn

from moe_demo.model.classifier import Classifier


@dataclass(frozen=True, kw_only=True)
class Part:
    """One kind of parameters, over all layers."""

    name: str
    used: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Sparsity:
    """The parameters one word uses."""

    parts: tuple[Part, ...]
    experts_used: int
    """K + S, in each layer."""
    experts_total: int
    """E + S, in each layer."""

    @property
    def used(self) -> int:
        """Parameters that one word passes through."""
        return sum(part.used for part in self.parts)

    @property
    def total(self) -> int:
        """All parameters but the look-up tables."""
        return sum(part.total for part in self.parts)

    @property
    def share(self) -> float:
        """used / total."""
        return self.used / self.total


def sparsity(model: Classifier) -> Sparsity:
    """Count the parameters of a classifier and those that one word uses."""
    config = model.config
    routed = _count(layer.experts for layer in model.moe_layers)
    biases = sum(layer.router.bias_E.numel() for layer in model.moe_layers)
    counted = {
        "router": _count(layer.router for layer in model.moe_layers) + biases,
        "shared": _count(layer.shared for layer in model.moe_layers),
    }
    counted["rest"] = _count([model]) - _count([model.embedding]) - routed - sum(counted.values()) + biases
    parts = [Part(name=name, used=total, total=total) for name, total in counted.items()]
    parts.append(Part(name="routed", used=routed * config.top_k // config.n_routed, total=routed))
    return Sparsity(
        parts=tuple(parts),
        experts_used=config.top_k + config.n_shared,
        experts_total=config.n_routed + config.n_shared,
    )


def _count(modules: Iterable[nn.Module]) -> int:
    return sum(parameter.numel() for module in modules for parameter in module.parameters())
