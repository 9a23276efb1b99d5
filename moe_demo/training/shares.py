"""Which process holds which weights of a model that several train together, and how their gradients become one's.

Every process holds all weights but the experts'. With `expert_parallel` = N, each N neighbouring processes share the
experts of one copy of the model; W / N such copies train side by side, each process on its own share of the batch:

    W = 4, N = 2     first copy     rank 0 has experts 0..7, rank 1 experts 8..15
                     second copy    rank 2 has experts 0..7, rank 3 experts 8..15

A gradient is the mean over the W shares of the batch. Those of the weights that all hold are summed over all; an
expert's gradient already has the tokens of its own copy's N processes in it (they came to it), so it is summed over
the processes that hold the same experts.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh

from moe_demo.cluster.expert_parallel import ExpertRanks, ParallelExperts, share_experts
from moe_demo.config import ConfigError
from moe_demo.model.classifier import Classifier
from moe_demo.training.distributed import Ranks

_CLIP_EPS = 1e-6  # what torch adds to the norm before it divides
_Weights = tuple[list[nn.Parameter], list[nn.Parameter]]


class Shares:
    """The processes of one training run, and what each of them holds."""

    def __init__(self, ranks: Ranks, expert_parallel: int = 1, n_routed: int = 1) -> None:
        """Raises ConfigError where so many processes, or `n_routed` experts, cannot be divided like this."""
        self.ranks = ranks
        if expert_parallel < 1 or ranks.world % expert_parallel:
            raise ConfigError("expert_processes", value=expert_parallel, world=ranks.world)
        self.experts: ExpertRanks | None = None
        """Those that share the experts of this process's copy of the model; None where each holds all."""
        self._alike: dist.ProcessGroup | None = None
        """Those that hold the same experts."""
        self._sorted: tuple[nn.Module, _Weights] | None = None
        if expert_parallel > 1:
            if n_routed % expert_parallel:
                raise ConfigError("expert_ranks", ranks=expert_parallel, n_routed=n_routed)
            shape = ranks.world // expert_parallel, expert_parallel
            mesh = init_device_mesh(ranks.device.split(":")[0], shape, mesh_dim_names=("copy", "expert"))
            self.experts, self._alike = ExpertRanks(mesh.get_group("expert")), mesh.get_group("copy")

    def split(self, model: Classifier) -> None:
        """Leave this process its share of the experts."""
        if self.experts:
            share_experts(model.moe_layers, self.experts)

    def drop_gradients(self, model: nn.Module) -> None:
        """No weight has a gradient any more: what `Optimizer.zero_grad` does, without its notes for profilers."""
        for weights in self._weights(model):
            for weight in weights:
                weight.grad = None

    @torch.no_grad()
    def average_gradients(self, model: nn.Module) -> None:
        """The gradients of each process's share of the batch become those of the whole batch."""
        if self.ranks.world == 1:
            return
        everywhere, shared_out = self._gradients(model)
        for group, gradients in ((dist.group.WORLD, everywhere), (self._alike, shared_out)):
            if gradients:
                flat = torch.cat([gradient.flatten() for gradient in gradients])  # one message
                dist.all_reduce(flat, group=group)
                flat /= self.ranks.world
                for gradient, mean in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
                    gradient.copy_(mean.view_as(gradient))

    def clip_gradients(self, model: nn.Module, largest_norm: float) -> Tensor:
        """Shrink all gradients together where their norm, over all experts, is larger; the norm before."""
        weights, (everywhere, shared_out) = self._weights(model), self._gradients(model)
        norm = nn.utils.get_total_norm(everywhere)
        if self.experts:
            squares = self.experts.sum(nn.utils.get_total_norm(shared_out).square())
            norm = (norm.square() + squares).sqrt()
        if (
            not float(norm) + _CLIP_EPS <= largest_norm
        ):  # else every gradient would be multiplied by 1; NaN is clipped
            nn.utils.clip_grads_with_norm_([*weights[0], *weights[1]], largest_norm, norm)
        return norm

    def _weights(self, model: nn.Module) -> _Weights:
        """Those that every process holds, and those that are shared out.

        They are sorted once for a model: to walk through it takes a twentieth of a step.
        """
        if self._sorted is None or self._sorted[0] is not model:
            self._sorted = model, _by_holder(model)
        return self._sorted[1]

    def _gradients(self, model: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
        """The gradients of both."""
        everywhere, shared_out = self._weights(model)
        return _known_gradients(everywhere), _known_gradients(shared_out)

    def gather(self, model: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """A training state (`runs.weights`) with the experts of a whole copy, for the first process; together."""
        if not self.experts or self.ranks.rank >= self.experts.size:
            return state  # the first copy of the model is enough
        return {
            name: self.experts.gather(value) if is_shared_out else value
            for name, value, is_shared_out in _marked(model, state)
        }

    def share_of(self, model: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Of a whole training state what this process holds."""
        if not self.experts:
            return state
        return {
            name: value[self.experts.share(len(value))] if is_shared_out else value
            for name, value, is_shared_out in _marked(model, state)
        }


def _parallel_experts(model: nn.Module) -> Iterator[tuple[str, ParallelExperts]]:
    return ((name, part) for name, part in model.named_modules() if isinstance(part, ParallelExperts))


def _by_holder(model: nn.Module) -> _Weights:
    """The weights that every process holds, and those that are shared out."""
    shared_out = {id(weight) for _, experts in _parallel_experts(model) for weight in experts.parameters()}
    weights: _Weights = ([], [])
    for weight in model.parameters():
        weights[id(weight) in shared_out].append(weight)
    return weights


def _known_gradients(weights: list[nn.Parameter]) -> list[Tensor]:
    return [weight.grad for weight in weights if weight.grad is not None]


def _marked(model: nn.Module, state: dict[str, Tensor]) -> Iterator[tuple[str, Tensor, bool]]:
    """Each tensor of a training state, and whether it has a row for every expert that is shared out."""
    places = [f"/{name}." for name, _ in _parallel_experts(model)]
    for name, value in state.items():
        yield name, value, value.ndim > 0 and any(place in name for place in places)
