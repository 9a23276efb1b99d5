"""One MoE layer with its experts shared out, run by torchrun, beside the whole one: see test_expert_parallel.

Every rank has so many tokens as its case says, and saves how far it is from the single process.
"""

import copy
import os
import sys

import torch
import torch.distributed as dist

from moe_demo.cluster.expert_parallel import ExpertRanks, share_experts
from moe_demo.config import ModelConfig
from moe_demo.model.moe import MoELayer

# Tokens of each rank, and what is added to the routing bias of single experts of the eight.
CASES = {
    "even": ([20, 20], {}),
    "uneven load": ([33, 5], {0: 0.4, 1: 0.4}),
    "an expert without tokens": ([20, 20], {6: -9.0}),
    "a rank whose experts have no tokens": ([20, 20], {4: -9.0, 5: -9.0, 6: -9.0, 7: -9.0}),
    "a rank without tokens": ([0, 31], {}),
    "no tokens at all": ([0, 0], {}),
}


def differences(n_tokens: list[int], bias: dict[int, float], dtype: torch.dtype) -> dict[str, float]:
    """The largest difference from the single process, in outputs and in every gradient."""
    rank = dist.get_rank()
    torch.manual_seed(0)
    layer = MoELayer(
        ModelConfig(dim=16, n_heads=2, expert_dim=8, n_routed=8, n_groups=1, topk_groups=1, top_k=2)
    ).to(dtype)
    for expert, value in bias.items():
        layer.router.bias_E[expert] = value
    whole = copy.deepcopy(layer)
    x_TD, d_output_TD = torch.randn(2, sum(n_tokens), 16, dtype=dtype) / 4
    mine = slice(sum(n_tokens[:rank]), sum(n_tokens[: rank + 1]))
    whole_x, x = x_TD.clone().requires_grad_(), x_TD[mine].clone().requires_grad_()

    whole_output, routing = whole(whole_x)
    (whole_output * d_output_TD).sum().backward()
    ranks = ExpertRanks(dist.group.WORLD)
    share_experts([layer], ranks)
    output, _ = layer(x)
    (output * d_output_TD[mine]).sum().backward()

    own, theirs = layer.experts, whole.experts
    pairs = {
        "output": (output, whole_output[mine]),
        "x": (x.grad, whole_x.grad[mine]),
        "gate_up": (own.gate_up_E2FD.grad, theirs.gate_up_E2FD.grad[own.mine]),
        "down": (own.down_EDF.grad, theirs.down_EDF.grad[own.mine]),
        "router": (ranks.sum(layer.router.weight_ED.grad), whole.router.weight_ED.grad),
        "shared": (ranks.sum(layer.shared[0].down.weight.grad), whole.shared[0].down.weight.grad),
    }
    found = {name: float((a - b).abs().max()) if a.numel() else 0.0 for name, (a, b) in pairs.items()}
    load_E = torch.bincount(routing.topk_idx_TK.flatten(), minlength=8)
    return found | {"experts without tokens": float((load_E == 0).sum()), "tokens": float(len(x))}


if __name__ == "__main__":
    dist.init_process_group("gloo")
    types = (torch.float32, torch.float64)
    found = {(name, dtype): differences(*case, dtype) for name, case in CASES.items() for dtype in types}
    torch.save(found, f"{sys.argv[1]}-{os.environ['RANK']}.pt")
    dist.destroy_process_group()
