"""One batch through a run whose experts are shared out over processes: what was sent, and the match with one process.

    torchrun --nproc-per-node=4 -m moe_demo parallel deepseek --out DIR       writes DIR/parallel.json

What was sent is counted where it arrives, in the bytes of the rows themselves. Beside it stands what routing predicts:
the first process routes the whole batch alone, and each copy of a token has so many bytes. Both are of one forward
pass; a backward pass sends the gradients of the same rows the other way.

Letters: N ranks, E routed experts, L MoE layers, K chosen per token, D width, T tokens, C classes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from moe_demo.cluster.expert_parallel import Arrived, ExpertRanks, ParallelExperts, plan_sending
from moe_demo.config import ConfigError
from moe_demo.insight.run import Run
from moe_demo.model.balance import expert_load
from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier, ClassifierOutput
from moe_demo.model.experts import RoutedExperts
from moe_demo.runs.files import RunError, read_json
from moe_demo.text.corpus import Corpus
from moe_demo.training.distributed import ALONE, Ranks
from moe_demo.training.evaluation import encode_all
from moe_demo.training.shares import Shares

if TYPE_CHECKING:
    import pandas as pd

PHASES = ("dispatch", "experts", "combine")
_COUNT_BYTES = 8  # how many copies are coming: one whole number a pair of ranks


@dataclass(frozen=True, kw_only=True)
class LayerTraffic:
    """One MoE layer. Matrices are by sender, then receiver; their diagonal stays in its process."""

    load_E: list[int]
    """Assignments per expert, of the whole batch."""
    copies_NN: list[list[int]]
    """Copies of tokens: one for every rank that holds any of its experts."""
    assignments_NN: list[list[int]]
    """What it would be with a copy for every expert."""
    bytes_NN: dict[str, list[list[int]]]
    """`dispatch` and `combine`: what arrived."""
    predicted_bytes_NN: dict[str, list[list[int]]]
    """The same, reckoned from the routing of a single process."""
    copies_between: int
    """Off the diagonal: what does travel."""
    assignments_between: int
    bytes_between: int
    seconds_N: dict[str, list[float]]
    """Median time of each rank in each of `PHASES`; waiting for the slowest is in it."""


@dataclass(frozen=True, kw_only=True)
class ParallelRun:
    """What one such run found."""

    run_id: str
    step: int
    source: str
    n_headlines: int
    n_tokens: int
    n_ranks: int
    backend: str
    device: str
    torch_version: str
    experts_per_rank: int
    """Contiguous: rank 0 has the first of them."""
    tokens_N: list[int]
    repeats: int
    layers: list[LayerTraffic]
    differences: dict[str, float]
    """The largest from the single process: of `class_scores`, `loss` and `gradients`."""
    largest_gradient: float
    seconds: dict[str, float]
    """Median time of the whole forward pass: `single` process over the whole batch, `parallel` over the shares."""

    @property
    def milliseconds(self) -> dict[str, float]:
        """`seconds` in thousandths."""
        return {name: 1000 * value for name, value in self.seconds.items()}

    @property
    def as_predicted(self) -> bool:
        """Whether every pair of ranks was sent just what routing predicts, in every layer."""
        return all(layer.bytes_NN == layer.predicted_bytes_NN for layer in self.layers)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self) | {"as_predicted": self.as_predicted}


def read_parallel_run(path: Path) -> ParallelRun:
    """What a run wrote down. Raises RunError with one sentence where it is missing or broken."""
    record = read_json(path)
    try:
        values = {name: value for name, value in record.items() if name != "as_predicted"}
        layers = [LayerTraffic(**layer) for layer in values.pop("layers")]
        return ParallelRun(layers=layers, **values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError("bad_recording", path=path, why=error) from error


def bytes_by_pair(layer: LayerTraffic) -> pd.DataFrame:
    """What was sent there and back, a row for each sender, a column for each receiver; what stays is None."""
    import pandas as pd

    both_NN = np.array(layer.bytes_NN["dispatch"]) + np.array(layer.bytes_NN["combine"])
    ranks = range(len(both_NN))
    return pd.DataFrame(
        [[None if a == b else int(both_NN[a, b]) for b in ranks] for a in ranks], dtype="Int64"
    )


def milliseconds_by_rank(layer: LayerTraffic) -> pd.DataFrame:
    """Each rank's time in each of `PHASES`, and the assignments that its experts had."""
    import pandas as pd

    n_ranks = len(layer.copies_NN)
    frame = pd.DataFrame({phase: 1000 * np.array(layer.seconds_N[phase]) for phase in PHASES})
    return frame.assign(load=np.array(layer.load_E).reshape(n_ranks, -1).sum(1))


class _CountingRanks(ExpertRanks):
    """Counts what arrives from each rank."""

    def __init__(self, group: dist.ProcessGroup) -> None:
        super().__init__(group)
        self.arrived_bytes_N = [0] * self.size

    def exchange(self, rows_SX: Tensor, sent: list[int], received: list[int]) -> Tensor:
        arrived_RX = super().exchange(rows_SX, sent, received)
        for sender, rows in enumerate(arrived_RX.split(received)):
            self.arrived_bytes_N[sender] += rows.nbytes
        return arrived_RX


class _MeasuredExperts(ParallelExperts):
    """Notes time and bytes of each phase of the forward passes."""

    ranks: _CountingRanks

    def __init__(self, whole: RoutedExperts, ranks: _CountingRanks) -> None:
        super().__init__(whole, ranks)
        self.seconds: dict[str, list[float]] = {phase: [] for phase in PHASES}
        self.bytes_N: dict[str, list[int]] = {}

    def dispatch(self, *given: Any) -> Arrived:
        with self._measured("dispatch"):
            return super().dispatch(*given)

    def run(self, arrived: Arrived) -> Tensor:
        with self._measured("experts"):
            return super().run(arrived)

    def combine(self, *given: Any) -> Tensor:
        with self._measured("combine"):
            return super().combine(*given)

    @contextmanager
    def _measured(self, phase: str) -> Iterator[None]:
        before_N, began = list(self.ranks.arrived_bytes_N), _now(self.down_EDF.device)
        yield
        self.seconds[phase].append(_now(self.down_EDF.device) - began)
        self.bytes_N[phase] = [
            after - before for after, before in zip(self.ranks.arrived_bytes_N, before_N, strict=True)
        ]


@dataclass(frozen=True, kw_only=True)
class _Pass:
    """One forward and backward pass over some of the headlines, and the time of forward passes alone."""

    output: ClassifierOutput
    loss: Tensor
    gradients: dict[str, Tensor]
    seconds: float


def measure(run: Run, corpus: Corpus, ranks: Ranks, repeats: int = 20) -> ParallelRun | None:
    """All ranks together; each takes every N-th headline. The first gets the record, the others None.

    Raises ConfigError where there is one process, the experts cannot be shared out evenly, or headlines are too few.
    """
    shares, model, counting = _shared_out(run, corpus, ranks)
    texts, labels_B = TokenBatch.of(encode_all(corpus, run.encoder)), torch.from_numpy(corpus.label_ids)
    mine_B = torch.arange(ranks.rank, len(corpus), ranks.world)
    mine = _passes(model, texts.select(mine_B), labels_B[mine_B], shares, len(corpus), repeats)
    scores, loss = _of_everyone(mine.output.logits_BC.detach().cpu()), float(counting.sum(mine.loss))
    measured = _of_everyone([_measured(layer.experts) for layer in model.moe_layers])
    if not ranks.is_first:
        return None
    alone = _passes(
        deepcopy(run.model).to(ranks.device), texts, labels_B, Shares(ALONE), len(corpus), repeats
    )
    pairs = [(mine.gradients[name], gradient) for name, gradient in alone.gradients.items()]
    return ParallelRun(
        run_id=run.run_id,
        step=run.step,
        source=Path(corpus.source).name,
        n_headlines=len(corpus),
        n_tokens=len(texts.word_ids_T),
        n_ranks=ranks.world,
        backend=dist.get_backend(),
        device=ranks.device,
        torch_version=torch.__version__,
        experts_per_rank=run.config.model.n_routed // ranks.world,
        tokens_N=[int(texts.lengths_B[rank :: ranks.world].sum()) for rank in range(ranks.world)],
        repeats=repeats,
        layers=_layers(alone.output, texts, measured),
        differences={
            "class_scores": _furthest(_in_turn(scores), alone.output.logits_BC),
            "loss": abs(loss / ranks.world - float(alone.loss)),
            "gradients": max(_furthest(ours, theirs) for ours, theirs in pairs),
        },
        largest_gradient=max(float(theirs.abs().max()) for _, theirs in pairs),
        seconds={"single": alone.seconds, "parallel": mine.seconds},
    )


def _shared_out(run: Run, corpus: Corpus, ranks: Ranks) -> tuple[Shares, Classifier, _CountingRanks]:
    """The model with this process's share of the experts, all of it measured."""
    if ranks.world == 1:
        raise ConfigError("one_process")
    if len(corpus) < ranks.world:
        raise ConfigError("few_headlines", world=ranks.world, n=len(corpus))
    shares = Shares(ranks, ranks.world, run.config.model.n_routed)
    assert shares.experts is not None
    model, counting = deepcopy(run.model).to(ranks.device), _CountingRanks(shares.experts.group)
    for layer in model.moe_layers:
        layer.experts = _MeasuredExperts(layer.experts, counting)
    return shares, model, counting


def _in_turn(parts: list[Tensor]) -> Tensor:
    """The rows of all ranks as they stood in the batch, where they were dealt out in turn."""
    rows_BC = torch.cat(parts)
    dealt = torch.cat([torch.arange(rank, len(rows_BC), len(parts)) for rank in range(len(parts))])
    return torch.empty_like(rows_BC).index_copy(0, dealt, rows_BC)


def _passes(
    model: Classifier, batch: TokenBatch, labels_B: Tensor, shares: Shares, n_headlines: int, repeats: int
) -> _Pass:
    """In eval mode, so that nothing is drawn; the mean of all ranks' losses is that of all headlines."""
    device = next(model.parameters()).device
    model.eval()
    batch, labels_B = batch.to(device), labels_B.to(device)
    output: ClassifierOutput = model(batch)
    summed = F.cross_entropy(output.logits_BC, labels_B, reduction="sum")
    loss = summed * shares.ranks.world / n_headlines
    loss.backward()
    shares.average_gradients(model)
    gradients = {
        f"/{name}": weight.grad for name, weight in model.named_parameters() if weight.grad is not None
    }
    times = []
    with torch.inference_mode():
        for _ in range(repeats):
            began = _now(device)
            model(batch)
            times.append(_now(device) - began)
    whole = shares.gather(model, gradients)
    return _Pass(output=output, loss=loss.detach(), gradients=whole, seconds=statistics.median(times))


def _measured(experts: RoutedExperts) -> dict[str, Any]:
    """What one rank noted of a layer; the first pass, which warms up, is not timed."""
    assert isinstance(experts, _MeasuredExperts)
    seconds = {phase: statistics.median(times[1:]) for phase, times in experts.seconds.items()}
    return {"bytes_N": experts.bytes_N, "seconds": seconds}


def _layers(
    output: ClassifierOutput, texts: TokenBatch, measured: list[list[dict[str, Any]]]
) -> list[LayerTraffic]:
    """Of each layer what every rank noted, beside what the routing of the whole batch predicts."""
    return [
        _layer(output, index, texts, [of_rank[index] for of_rank in measured])
        for index in range(len(output.blocks))
    ]


def _layer(
    output: ClassifierOutput, index: int, texts: TokenBatch, measured: list[dict[str, Any]]
) -> LayerTraffic:
    n_ranks, routing = len(measured), output.routings[index]
    topk_idx_TK, n_routed = routing.topk_idx_TK.cpu(), routing.scores_TE.shape[1]
    rank_T = texts.sequence_T % n_ranks
    copies_NN, assignments_NN = (torch.zeros(n_ranks, n_ranks, dtype=torch.long) for _ in range(2))
    for rank in range(n_ranks):
        of_rank_TK = topk_idx_TK[rank_T == rank]
        copies_NN[rank] = plan_sending(of_rank_TK, n_routed, n_ranks).n_copies_N
        assignments_NN[rank] = expert_load(of_rank_TK, n_routed).unflatten(0, (n_ranks, -1)).sum(1)
    # A row is the vector and K gates, beside K expert numbers; the sum that comes back is a vector.
    vector = output.blocks[index].moe_input_TD[:1].nbytes
    row = vector + routing.gates_TK[:1].nbytes + topk_idx_TK[:1].nbytes
    predicted = {"dispatch": copies_NN * row + _COUNT_BYTES, "combine": copies_NN.T * vector}
    arrived = {
        phase: torch.tensor([of_rank["bytes_N"][phase] for of_rank in measured]).T for phase in predicted
    }
    return LayerTraffic(
        load_E=expert_load(topk_idx_TK, n_routed).tolist(),
        copies_NN=copies_NN.tolist(),
        assignments_NN=assignments_NN.tolist(),
        bytes_NN={phase: bytes_NN.tolist() for phase, bytes_NN in arrived.items()},
        predicted_bytes_NN={phase: bytes_NN.tolist() for phase, bytes_NN in predicted.items()},
        copies_between=_between(copies_NN),
        assignments_between=_between(assignments_NN),
        bytes_between=sum(map(_between, arrived.values())),
        seconds_N={phase: [of_rank["seconds"][phase] for of_rank in measured] for phase in PHASES},
    )


def _between(of_pairs_NN: Tensor) -> int:
    return int(of_pairs_NN.sum() - of_pairs_NN.diagonal().sum())


def _of_everyone(value: Any) -> list[Any]:
    values: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(values, value)
    return values


def _furthest(ours: Tensor, theirs: Tensor) -> float:
    return float((ours.detach().cpu() - theirs.detach().cpu()).abs().max())


def _now(device: torch.device) -> float:
    """Seconds, once the GPU has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
