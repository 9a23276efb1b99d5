"""The figures that decide the default: does it route words, evenly, rightly, and know what it does not know?

    python -m benchmarks words --data FILE [--data FILE ...] [--seeds 3] [--set NAME=VALUE ...] [--others FILE]

Trains the `deepseek` preset on the built-in corpus, once a seed, as `train` does, and measures on real headlines it
has never seen: accuracy on each file; different expert sets a word and the overlap of two words' sets; global MaxVio
in eval mode on the held-out half; the familiarity's AUROC against headlines of topics that training never showed (the
held-out topics, or the lines of --others); how many of those are classified above 0.9; calibration error.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from moe_demo.cli.settings import changed_by
from moe_demo.config import RunConfig
from moe_demo.insight.familiarity import calibration_error, separation
from moe_demo.insight.run import load_run
from moe_demo.insight.word_routing import word_routing
from moe_demo.presets import preset
from moe_demo.runs.data import read_corpora
from moe_demo.text.background import held_out_background
from moe_demo.text.corpus import Corpus, read_labelled_or_plain
from moe_demo.text.nonsense import nonsense
from moe_demo.training.evaluation import encode_all, evaluate, in_batches
from moe_demo.training.train import Outcome, train_run

NONSENSE_SEED = 1  # another one than training's


def measure(config: RunConfig, real: Sequence[Corpus], others: Sequence[str]) -> dict[str, Any]:
    """Train one run and take every figure; the run is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        return _figures(train_run(Path(name) / "run", config, device="cpu"), config, real, others)


def _figures(
    outcome: Outcome, config: RunConfig, real: Sequence[Corpus], others: Sequence[str]
) -> dict[str, Any]:
    run = load_run(outcome.folder)  # it reads of its folder as it is asked
    texts = [encode_all(corpus, run.encoder) for corpus in real]
    label_ids = [torch.from_numpy(corpus.label_ids) for corpus in real]
    words = word_routing(run.model, [text for corpus in texts for text in corpus])
    headlines = [text for corpus in real for text in corpus.texts]
    answers = run.classify(headlines)
    probabilities_BC = np.array([list(answer.probabilities.values()) for answer in answers])
    topics, noise = (separation(run, headlines, texts) for texts in (others, nonsense(1000, NONSENSE_SEED)))
    return {
        "seed": config.seed,
        "seconds": outcome.train_seconds,
        "held_out": outcome.evaluation.accuracy,
        "accuracy": [
            evaluate(run.model, in_batches(encoded), label_ids_B).accuracy
            for encoded, label_ids_B in zip(texts, label_ids, strict=True)
        ],
        "sets": words.sets_per_word_L,
        "overlap": words.overlap_L,
        "max_vio": outcome.evaluation.max_vio_L,
        "auroc": topics.auroc,
        "over_0.9": topics.over_confident,
        "nonsense_auroc": noise.auroc,
        "nonsense_over_0.9": noise.over_confident,
        "calibration_error": calibration_error(probabilities_BC, torch.cat(label_ids).numpy()),
        "kept": topics.kept,
        "others_called_familiar": topics.called_familiar,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """One line of figures a seed, then their means."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks words", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, action="append", required=True, help="a file of labelled real headlines")
    add("--seeds", type=int, default=3, help="how many trainings")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="another setting than the preset's")
    add("--others", type=Path, help="headlines of other topics, one a line (default: the held-out topics)")
    add("--json", action="store_true", help="print JSON lines instead of a table")
    options = parser.parse_args(argv)
    real = [read_corpora([path]) for path in options.data]
    others = read_labelled_or_plain(options.others).texts if options.others else held_out_background()
    rows = []
    for seed in range(options.seeds):
        config = changed_by(preset("deepseek"), [*options.set, f"seed={seed}"])
        rows.append(measure(config, real, others))
        print(json.dumps(rows[-1]) if options.json else _line(rows[-1]), flush=True)
    if not options.json:
        means = {name: np.mean([row[name] for row in rows], axis=0) for name in rows[0]}
        print(_line({**means, "seed": "mean"}))


def _line(row: dict[str, Any]) -> str:
    """Every figure with its name, numbers of several layers or files divided by a slash."""
    return "  ".join(f"{name} {_shown(value)}" for name, value in row.items())


def _shown(value: Any) -> str:
    if isinstance(value, str | int):
        return str(value)
    return "/".join(f"{number:.3f}" for number in np.atleast_1d(value))
