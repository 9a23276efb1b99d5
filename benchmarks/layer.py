"""Time of one MoE layer, forward and backward, beside transformers' DeepseekV3MoE with the same weights.

    python -m benchmarks layer [--repeats 30] [--one-thread] [--json]

All contenders run in turn within each repeat, on the same input, so that a busy machine slows all of them; the median
is shown. On a machine with other work `--one-thread` says more: the processor's time of one thread, which waits for
nobody. `limit` is one dense product of as many multiply-adds as the layer needs: nothing can be faster than that.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence

import torch

from moe_demo.config import ModelConfig
from moe_demo.model.interop import to_transformers
from moe_demo.model.moe import MoELayer

SIZES = [(64, 16, 4, 32, 20), (64, 16, 4, 32, 1000), (64, 64, 4, 32, 1000), (128, 64, 6, 64, 4000)]
BACKENDS = ("eager", "batched_mm", "grouped_mm")
WIDER = (8, 16, 32, 64, 128)
TOKENS = (1000, 4000)


def layer_of(dim: int, n_routed: int, top_k: int, expert_dim: int) -> MoELayer:
    """One shared expert, one group, random weights."""
    torch.manual_seed(0)
    settings = {"n_heads": 1, "n_shared": 1, "n_groups": 1, "topk_groups": 1, "router_std": dim**-0.5}
    return MoELayer(ModelConfig(dim=dim, n_routed=n_routed, top_k=top_k, expert_dim=expert_dim, **settings))


def both_ways(module: torch.nn.Module, x: torch.Tensor) -> Callable[[], None]:
    """Forward and backward, with gradients to the input and every parameter."""

    def run() -> None:
        module.zero_grad()
        x.grad = None
        output = module(x)
        (output[0] if isinstance(output, tuple) else output).sum().backward()

    return run


def limit(dim: int, top_k: int, expert_dim: int, n_tokens: int) -> Callable[[], None]:
    """Forward and backward take three products of (K + 1) x 3 x D x F multiply-adds a token."""
    x, weight = torch.randn(n_tokens, dim), torch.randn(dim, 9 * (top_k + 1) * expert_dim)
    out = torch.empty(n_tokens, weight.shape[1])
    return lambda: (torch.mm(x, weight, out=out), None)[1]


def medians(runs: dict[str, Callable[[], None]], repeats: int) -> dict[str, float]:
    """Median milliseconds of each, measured in turn: on the clock, of one thread those of the processor."""
    now = time.perf_counter if torch.get_num_threads() > 1 else time.process_time
    taken: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for repeat in range(-3, repeats):  # three rounds to warm up
        for name in names:
            begin = now()
            runs[name]()
            if repeat >= 0:
                taken[name].append(1e3 * (now() - begin))
        names.append(names.pop(0))  # nobody always finds the caches as the same neighbour left them
    return {name: statistics.median(values) for name, values in taken.items()}


def against_peers(size: tuple[int, ...], repeats: int) -> dict[str, float]:
    """Milliseconds of ours, of each backend and of the limit; and how many times as fast as the fastest backend."""
    dim, n_routed, top_k, expert_dim, n_tokens = size
    layer = layer_of(dim, n_routed, top_k, expert_dim)
    x = torch.randn(n_tokens, dim)
    runs = {"ours": both_ways(layer, x.clone().requires_grad_())}
    for backend in BACKENDS:
        theirs = to_transformers(layer)
        theirs.config._experts_implementation = backend
        runs[backend] = both_ways(theirs, x.clone()[None].requires_grad_())
    runs["limit"] = limit(dim, top_k, expert_dim, n_tokens)
    found = medians(runs, repeats)
    return found | {"times": min(found[backend] for backend in BACKENDS) / found["ours"]}


def by_experts(n_tokens: int, repeats: int) -> dict[int, float]:
    """Microseconds a token at K = 4, D = 64, F = 32, for more and more experts."""
    runs = {
        str(n): both_ways(layer_of(64, n, 4, 32), torch.randn(n_tokens, 64, requires_grad=True))
        for n in WIDER
    }
    return {int(name): 1e3 * value / n_tokens for name, value in medians(runs, repeats).items()}


def main(argv: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks layer", description=__doc__)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--one-thread", action="store_true", help="processor time of one thread")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args(argv)
    if options.one_thread:
        torch.set_num_threads(1)
    rows = {size: against_peers(size, options.repeats) for size in SIZES}
    wider = {n_tokens: by_experts(n_tokens, options.repeats) for n_tokens in TOKENS}
    if options.json:
        print(json.dumps({"sizes": {str(size): row for size, row in rows.items()}, "by_experts": wider}))
        return
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {platform.machine()}; milliseconds")
    columns = ("ours", *BACKENDS, "limit", "times")
    print(f"{'(D, E, K, F, T)':26s}" + "".join(f"{name:>12s}" for name in columns))
    for size, row in rows.items():
        print(f"{size!s:26s}" + "".join(f"{row[name]:12.3f}" for name in columns))
    for n_tokens, taken in wider.items():
        print(f"\n{n_tokens} tokens: experts, microseconds a token, against 8 experts")
        for n, value in taken.items():
            print(f"{n:7d} {value:12.3f} {value / taken[8]:8.2f}")
