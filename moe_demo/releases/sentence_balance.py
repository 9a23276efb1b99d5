"""One headline through four trainings that differ in the weight of the sequence-wise loss alone, as it lies on disk.

read_sentence_balance()     the recording that `make_sentence_balance` makes
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moe_demo.releases.recorded import read_recorded
from moe_demo.runs.files import write_json

SENTENCE_BALANCE = Path(__file__).parents[1] / "recordings" / "sentence_balance.json"


@dataclass(frozen=True, kw_only=True)
class SentenceLayer:
    """How the words of the headline were routed in one layer, and how all held-out headlines were."""

    experts: tuple[tuple[int, ...], ...]
    """Of each word, K of E, ascending."""
    n_sets: int
    """Different expert sets among the words."""
    overlap: float
    """Mean share of experts that two of the words have in common."""
    held_out_sets_per_word: float
    held_out_overlap: float
    max_vio: float
    """Over all held-out headlines, in eval mode."""


@dataclass(frozen=True, kw_only=True)
class SentenceRun:
    """One training."""

    seq_alpha: float
    accuracy: float
    """On held-out headlines."""
    layers: tuple[SentenceLayer, ...]


@dataclass(frozen=True, kw_only=True)
class SentenceBalance:
    """All of them, by ascending weight."""

    text: str
    tokens: tuple[str, ...]
    seed: int
    n_routed: int
    top_k: int
    chosen: float
    """The weight that the preset has."""
    runs: tuple[SentenceRun, ...]


def read_sentence_balance(path: Path = SENTENCE_BALANCE) -> SentenceBalance:
    """The recording. Raises RunError with one sentence where it is missing or broken."""
    return read_recorded(path, _recording)


def write_sentence_balance(recording: SentenceBalance, path: Path = SENTENCE_BALANCE) -> None:
    """Replace the file."""
    write_json(path, asdict(recording))


def _recording(record: dict[str, Any]) -> SentenceBalance:
    runs = tuple(
        SentenceRun(
            seq_alpha=float(run["seq_alpha"]),
            accuracy=float(run["accuracy"]),
            layers=tuple(_layer(layer, record) for layer in run["layers"]),
        )
        for run in record["runs"]
    )
    if not runs or len({len(run.layers) for run in runs}) != 1:
        raise ValueError("it has no runs of equal depth")
    return SentenceBalance(**record | {"tokens": tuple(record["tokens"]), "runs": runs})


def _layer(layer: dict[str, Any], record: dict[str, Any]) -> SentenceLayer:
    experts = tuple(tuple(int(expert) for expert in row) for row in layer["experts"])
    n_routed, top_k = record["n_routed"], record["top_k"]
    if len(experts) != len(record["tokens"]) or any(len(set(row)) != top_k for row in experts):
        raise ValueError("a word has too many or too few experts")
    if not all(0 <= expert < n_routed for row in experts for expert in row):
        raise ValueError("there is no such expert")
    return SentenceLayer(**layer | {"experts": experts})
