"""What a number of one sentence is asked of: the record of its forward pass, and the place in it that is selected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from moe_demo.config import RoutingRule
from moe_demo.insight.mixture import LayerMixture, mixture
from moe_demo.insight.run import Run
from moe_demo.insight.trace import Array, ForwardTrace, LayerTrace


@dataclass(frozen=True, kw_only=True, eq=False)
class SentenceCase:
    """One place of one forward pass. `trace` may be that of a changed router; then `rule` is the changed one."""

    run: Run
    trace: ForwardTrace
    rule: RoutingRule
    token: int
    layer: int
    expert: int
    whole: bool = False
    """Whether the steps toward a class are those of the whole sentence, not of the word."""

    @property
    def routed(self) -> LayerTrace:
        """The selected layer's record."""
        return self.trace.layers[self.layer]

    @cached_property
    def mixture(self) -> LayerMixture:
        """The selected layer's output in pieces."""
        return mixture(self.trace).layers[self.layer]

    @property
    def block(self) -> str:
        """The beginning of the names of the selected block's weights."""
        return f"blocks.{self.layer}"

    @cached_property
    def weights(self) -> dict[str, Array]:
        """Every weight of the model by its name, without a copy."""
        return {name: value.numpy() for name, value in self.run.model.state_dict().items()}

    @property
    def past_embedding(self) -> dict[str, Array]:
        """The weights of all that follows the words' vectors, and what routers know of the words themselves.

        That is, layer by layer: the biases that the words' kinds have, and the words' rows of the table.
        """
        found = {name: values for name, values in self.weights.items() if not name.startswith("embedding.")}
        for layer in self.trace.layers:
            of_words = {"kind_bias_TE": layer.kind_bias_TE, "hash_order_TE": layer.hash_order_TE}
            found |= {
                f"blocks.{layer.layer}.moe.router.{name}": values
                for name, values in of_words.items()
                if values is not None
            }
        return found

    @property
    def pooling_divisor(self) -> str:
        """What the sum over the words is divided by, as it stands in an equation."""
        pseudocount = self.run.config.model.pooling_pseudocount
        added = f"T + {pseudocount:g}" if pseudocount else "T"
        times = self.trace.pooling_count / (len(self.trace.tokens) + pseudocount)
        return rf"{times:.4g}\,({added})" if times > 1 else added

    def weight(self, name: str) -> Array:
        """One weight."""
        return self.weights[name]

    @property
    def directions_ED(self) -> Array:
        """The expert directions e_i of the selected layer."""
        return np.asarray(self.weight(f"{self.block}.moe.router.weight_ED"))


def sentence_case(
    run: Run,
    trace: ForwardTrace,
    *,
    token: int,
    layer: int,
    expert: int | None,
    rule: RoutingRule | None = None,
    whole: bool = False,
) -> SentenceCase:
    """A case; without an expert, that of the one the router took first."""
    chosen = int(trace.layers[layer].topk_idx_TK[token, 0]) if expert is None else expert
    return SentenceCase(
        run=run,
        trace=trace,
        rule=rule or run.config.model.routing_rule,
        token=token,
        layer=layer,
        expert=chosen,
        whole=whole,
    )
