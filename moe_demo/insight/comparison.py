"""Ways of keeping the load even, held against each other: the same training under each method, over several seeds.

Nothing is known beforehand: which run is uneven, which method costs accuracy, which flattens the experts' division of
labour is read from the evaluations, and each statement that the papers lead one to expect is tested on them.

Letters: L MoE layers, E routed experts, C classes, K chosen.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.config import METHODS, BalanceMethod, RunConfig
from moe_demo.insight.load import DEAD_BELOW, random_max_vio
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunStore

Array = np.ndarray[Any, Any]

WELL_ABOVE = 3.0
"""Times MaxVio by chance from which on an imbalance is called well above it."""
AT_NOISE = 2.0
"""Times the noise of drawing headlines up to which an imbalance is called noise: chance alone hardly gets further."""


@dataclass(frozen=True, kw_only=True)
class ComparedRun:
    """One run: what its folder says, from the untrained model on."""

    run_id: str
    config: RunConfig
    evaluations: tuple[EvalMetrics, ...]
    noise_L: tuple[float, ...] = ()
    """MaxVio that an even router would show in each layer, words coming in headlines; empty where not measured."""

    @property
    def method(self) -> BalanceMethod:
        """How it keeps its load even."""
        return self.config.balance.method

    @property
    def seed(self) -> int:
        """First weights and order of the data."""
        return self.config.seed

    @property
    def final(self) -> EvalMetrics:
        """The newest evaluation."""
        return self.evaluations[-1]

    @property
    def floor(self) -> float:
        """MaxVio of blind choice for as many tokens as an evaluation routes."""
        model = self.config.model
        n_tokens = int(np.sum(self.final.load_LE[0])) // model.top_k
        return random_max_vio(n_tokens, model.n_routed, model.top_k)

    @property
    def accuracy(self) -> float:
        """On the held-out headlines, at the end."""
        return self.final.accuracy

    @property
    def max_vio(self) -> float:
        """Global MaxVio of the worst layer, at the end."""
        return max(self.final.max_vio_L)

    @property
    def busiest_load(self) -> float:
        """Load / fair share of the busiest expert of that layer: MaxVio + 1."""
        return self.max_vio + 1

    @property
    def worst_layer(self) -> int:
        """Where that is."""
        return self.final.max_vio_L.index(self.max_vio)

    @property
    def noise(self) -> float:
        """Of that layer: MaxVio by the luck of which headlines are held out; that of blind choice if not measured."""
        return self.noise_L[self.worst_layer] if self.noise_L else self.floor

    @property
    def ratio(self) -> float:
        """How many times that of blind choice."""
        return self.max_vio / self.floor

    @property
    def least_load(self) -> float:
        """Load / fair share of the expert with the least to do, in any layer, at the end."""
        return float(relative_loads(self.final).min())

    @property
    def step_time(self) -> float:
        """Time of a step relative to even load, at the end."""
        return step_time(self.final)

    @property
    def mutual_information(self) -> float:
        """Bits between expert and class, the mean over the layers, at the end."""
        return mean_information(self.final)

    @property
    def n_dead(self) -> int:
        """Dead experts of all layers together, at the end."""
        return sum(len(dead) for dead in dead_experts(self.final))


def compared(store: RunStore, noise_L: tuple[float, ...] = ()) -> ComparedRun | None:
    """A run folder as one of those compared; None before its first evaluation. Raises RunError on a broken one."""
    evaluations = tuple(record for record in store.metrics()[0] if isinstance(record, EvalMetrics))
    if not evaluations:
        return None
    return ComparedRun(
        run_id=store.run_id,
        config=store.config(),
        evaluations=evaluations,
        noise_L=noise_L,
    )


# -- one evaluation --------------------------------------------------------------------------------------------


def relative_loads(evaluation: EvalMetrics) -> Array:
    """Load / fair share, shape (L, E): 1 is fair, 0 is dead."""
    load_LE = np.asarray(evaluation.load_LE, dtype=float)
    return np.asarray(load_LE / load_LE.mean(axis=1, keepdims=True))


def dead_experts(evaluation: EvalMetrics) -> list[list[int]]:
    """The dead experts of each layer."""
    return [np.flatnonzero(row_E < DEAD_BELOW).tolist() for row_E in relative_loads(evaluation)]


def step_time(evaluation: EvalMetrics) -> float:
    """Time that the experts of a step take, relative to even load, where each has a machine of its own.

    A layer is done when its busiest expert is: max load / mean load, 1 at best and E / K where all tokens choose the
    same K. Layers follow each other and all have the same work, so it is the mean over them. What goes over the
    network and what is not an expert's work is left out.
    """
    return float(relative_loads(evaluation).max(axis=1).mean())


def waiting(step_time: float) -> float:
    """The share of all machines' time that is paid for and unused while they wait for the busiest: 1 - 1 / time."""
    return 1 - 1 / step_time


def mutual_information(load_EC: Sequence[Sequence[int]] | Array) -> float:
    """I(E; C) in bits: how much the expert that took a word says about the class of its headline.

    sum over e, c of p(e,c) log2 (p(e,c) / p(e) p(c)); 0 where experts take all classes alike, at most log2 C.
    """
    p_EC = np.asarray(load_EC, dtype=float)
    p_EC = p_EC / p_EC.sum()
    chance_EC = p_EC.sum(axis=1, keepdims=True) * p_EC.sum(axis=0, keepdims=True)
    is_there = p_EC > 0
    return float((p_EC[is_there] * np.log2(p_EC[is_there] / chance_EC[is_there])).sum())


def information_bias(load_EC: Sequence[Sequence[int]] | Array) -> float:
    """Bits that `mutual_information` shows on average where there is nothing to show, from counting noise alone.

    (E' - 1)(C' - 1) / (2 N ln 2) for N independent counts and E', C' experts and classes that occur (Miller 1955).
    The words of one headline share its class, so the true bias is somewhat larger.
    """
    counts_EC = np.asarray(load_EC)
    n_experts, n_classes = (int((counts_EC.sum(axis=axis) > 0).sum()) for axis in (1, 0))
    return (n_experts - 1) * (n_classes - 1) / (2 * float(counts_EC.sum()) * math.log(2))


def mean_information(evaluation: EvalMetrics) -> float:
    """`mutual_information` of each layer by itself, then their mean: experts of two layers are never pooled."""
    return float(np.mean([mutual_information(load_EC) for load_EC in evaluation.load_LEC]))


def mean_information_bias(evaluation: EvalMetrics) -> float:
    """The same mean of `information_bias`."""
    return float(np.mean([information_bias(load_EC) for load_EC in evaluation.load_LEC]))


# -- who is who ------------------------------------------------------------------------------------------------


def shuffled(runs: Iterable[ComparedRun]) -> list[ComparedRun]:
    """In an order that tells nothing and is the same every time: by a hash of seed and method."""
    return sorted(runs, key=lambda run: hashlib.blake2b(f"{run.seed} {run.method}".encode()).hexdigest())


def most_uneven(runs: Sequence[ComparedRun]) -> int:
    """Place of the run whose worst layer is the most uneven, measured against chance."""
    return int(np.argmax([run.ratio for run in runs]))


# -- over seeds ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Spread:
    """One number over several seeds."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Mean, least and largest."""
        values = list(values)
        return cls(mean=float(np.mean(values)), low=float(min(values)), high=float(max(values)))


@dataclass(frozen=True, kw_only=True)
class MethodRow:
    """One method over its seeds: a row of the table."""

    method: BalanceMethod
    n_seeds: int
    accuracy: Spread
    max_vio: Spread
    floor: float
    noise: float
    information: Spread
    information_bias: float
    n_dead: Spread


def method_rows(runs: Sequence[ComparedRun]) -> list[MethodRow]:
    """The table, in the order of METHODS."""
    by_method = [(method, [run for run in runs if run.method == method]) for method in METHODS]
    return [
        MethodRow(
            method=method,
            n_seeds=len(of_method),
            accuracy=Spread.of(run.accuracy for run in of_method),
            max_vio=Spread.of(run.max_vio for run in of_method),
            floor=float(np.mean([run.floor for run in of_method])),
            noise=float(np.mean([run.noise for run in of_method])),
            information=Spread.of(run.mutual_information for run in of_method),
            information_bias=float(np.mean([mean_information_bias(run.final) for run in of_method])),
            n_dead=Spread.of(run.n_dead for run in of_method),
        )
        for method, of_method in by_method
        if of_method
    ]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Whether a statement holds in these runs, and the numbers it was judged by."""

    name: str
    holds: bool
    values: dict[str, float]


def findings(runs: Sequence[ComparedRun]) -> list[Finding]:
    """The three statements of the page, each tested; one whose methods are not all there is left out."""
    there = {run.method for run in runs}
    needs: list[tuple[set[BalanceMethod], Callable[[Sequence[ComparedRun]], Finding]]] = [
        ({"none"}, none_is_uneven),
        ({"none", "loss_free"}, loss_free_is_even),
        ({"aux_loss", "seq_aux_loss"}, sequence_flattens),
    ]
    return [judge(runs) for methods, judge in needs if methods <= there]


def none_is_uneven(runs: Sequence[ComparedRun]) -> Finding:
    """Without balancing MaxVio is well above the noise floor in every seed, and in the mean higher than at first.

    "At first" is the lowest that the mean over the seeds has been: an untrained router is uneven by accident.
    """
    of_method = [run for run in runs if run.method == "none"]
    ratios = [run.ratio for run in of_method]
    course = mean_course(of_method)
    values = {
        "n_seeds": len(of_method),
        "max_vio": float(np.mean([run.max_vio for run in of_method])),
        "floor": of_method[0].floor,
        "ratio": float(np.mean(ratios)),
        "lowest": min(course),
        "last": course[-1],
    }
    return Finding(
        name="none_uneven", holds=min(ratios) >= WELL_ABOVE and course[-1] > 1.25 * min(course), values=values
    )


def mean_course(runs: Sequence[ComparedRun]) -> list[float]:
    """Worst-layer MaxVio over the evaluations, the mean over runs, as far as all have come."""
    courses = [[max(evaluation.max_vio_L) for evaluation in run.evaluations] for run in runs]
    n_common = min(len(course) for course in courses)
    return np.mean([course[:n_common] for course in courses], axis=0).tolist()


def loss_free_is_even(runs: Sequence[ComparedRun]) -> Finding:
    """`loss_free` ends within the noise of drawing headlines, and its accuracy is not below that of `none`.

    Seed by seed, since both trained on the same batches; "not below" within two standard errors of that difference.
    """
    of_method = [run for run in runs if run.method == "loss_free"]
    gain, error = paired(runs, "loss_free", "none", lambda run: run.accuracy)
    ratio = float(np.mean([run.max_vio / run.noise for run in of_method]))
    values = {
        "n_seeds": len(of_method),
        "max_vio": float(np.mean([run.max_vio for run in of_method])),
        "without": float(np.mean([run.max_vio for run in runs if run.method == "none"])),
        "noise": float(np.mean([run.noise for run in of_method])),
        "ratio": ratio,
        "gain": gain,
        "error": error,
    }
    return Finding(
        name="loss_free_even", holds=ratio <= AT_NOISE and gain >= -2 * error - 1e-12, values=values
    )


def sequence_flattens(runs: Sequence[ComparedRun]) -> Finding:
    """At equal alpha the sequence-wise loss leaves less information between expert and class than the batch's."""
    drop, error = paired(runs, "aux_loss", "seq_aux_loss", lambda run: run.mutual_information)
    aux, seq = (
        float(np.mean([run.mutual_information for run in runs if run.method == method]))
        for method in ("aux_loss", "seq_aux_loss")
    )
    alpha = next(run.config.balance.alpha for run in runs if run.method == "aux_loss")
    seq_alpha = next(run.config.balance.seq_alpha for run in runs if run.method == "seq_aux_loss")
    values = {
        "n_seeds": len({run.seed for run in runs}),
        "aux": aux,
        "seq": seq,
        "drop": drop,
        "error": error,
        "alpha": alpha,
    }
    is_equal = alpha == seq_alpha
    return Finding(name="sequence_flattens", holds=is_equal and drop > 2 * error, values=values)


def paired(
    runs: Sequence[ComparedRun],
    method: BalanceMethod,
    other: BalanceMethod,
    measure: Callable[[ComparedRun], float],
) -> tuple[float, float]:
    """Mean over common seeds of `method` minus `other`, and the standard error of that mean (0 for one seed)."""
    by_seed = {(run.method, run.seed): measure(run) for run in runs}
    seeds = sorted({seed for _, seed in by_seed})
    differences = [
        by_seed[method, seed] - by_seed[other, seed]
        for seed in seeds
        if (method, seed) in by_seed and (other, seed) in by_seed
    ]
    if not differences:
        return 0.0, 0.0
    error = float(np.std(differences, ddof=1) / math.sqrt(len(differences))) if len(differences) > 1 else 0.0
    return float(np.mean(differences)), error
