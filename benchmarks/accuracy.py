"""Accuracy on the same held-out headlines: ours beside TF-IDF + logistic regression and fastText, in one run.

    python -m benchmarks accuracy --data FILE [--data FILE ...] [--seeds 3]

All three are trained on the same rows, four fifths of the files together, and judged on the same other fifth, which
none of them sees before. Ours takes its preset as it is: no setting is chosen on the held-out rows.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from moe_demo.presets import on_own_data, preset
from moe_demo.runs.data import read_corpora, split_of, text_encoder, training_vocabulary
from moe_demo.text.corpus import Corpus
from moe_demo.text.segmentation import segment
from moe_demo.training.trainer import Trainer

Labels = npt.NDArray[np.int64]


def ours(train: Corpus, held_out: Corpus, seed: int) -> float:
    """Accuracy of the `deepseek` preset after its last step."""
    config = replace(on_own_data(preset("deepseek")), seed=seed)
    encoder = text_encoder(config, training_vocabulary(config, train))
    trainer = Trainer(config, train, held_out, encoder)
    trainer.take_all_steps()
    return trainer.evaluate().accuracy


def tfidf(train: Corpus, held_out: Corpus, seed: int) -> float:
    """Character 1-3-grams, TF-IDF, logistic regression (scikit-learn); it has no randomness to seed."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    features = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    model = make_pipeline(features, LogisticRegression(C=10, max_iter=1000))
    model.fit(train.texts, train.label_ids)
    return float((model.predict(held_out.texts) == held_out.label_ids).mean())


def fasttext(train: Corpus, held_out: Corpus, seed: int) -> float:
    """FastText on jieba words with character 1-3-grams and word pairs."""
    import fasttext as library

    def words(text: str) -> str:
        return " ".join(segment(text)).lower()

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"__label__{h.label} {words(h.text)}\n" for h in train.headlines)
        file.flush()
        model = library.train_supervised(
            file.name, epoch=50, lr=0.1, dim=50, minn=1, maxn=3, wordNgrams=2, seed=seed, thread=1, verbose=0
        )
    # `model.predict` of this release does not know NumPy 2; its own core does the same without NumPy.
    found = [model.f.predict(words(text) + "\n", 1, 0.0, "strict")[0][1] for text in held_out.texts]
    right = [
        label == f"__label__{headline.label}"
        for label, headline in zip(found, held_out.headlines, strict=True)
    ]
    return float(np.mean(right))


PEERS = {"ours": ours, "TF-IDF + logistic regression": tfidf, "fastText": fasttext}


def measure(train: Corpus, held_out: Corpus, seeds: Sequence[int]) -> list[dict[str, object]]:
    """One row per peer: mean accuracy, its spread over the seeds, seconds of one training."""
    rows: list[dict[str, object]] = []
    for name, peer in PEERS.items():
        begin = time.perf_counter()
        found = [peer(train, held_out, seed) for seed in seeds]
        seconds = (time.perf_counter() - begin) / len(found)
        rows.append({"name": name, "accuracy": found, "mean": float(np.mean(found)), "seconds": seconds})
    return rows


def main(argv: Sequence[str] | None = None) -> None:
    """Print the three side by side."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks accuracy", description=__doc__)
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="a file of labelled headlines"
    )
    parser.add_argument("--seeds", type=int, default=3, help="how many trainings to average")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(argv)
    split = split_of(read_corpora(options.data), on_own_data(preset("deepseek")))
    rows = measure(split.train, split.held_out, range(options.seeds))
    if options.json:
        print(json.dumps(rows))
        return
    print(f"trained on {len(split.train)} headlines, judged on {len(split.held_out)} others")
    print(f"{'':30s} {'accuracy':>9s} {'lowest':>8s} {'highest':>8s} {'seconds':>8s}")
    for row in rows:
        found = row["accuracy"]
        assert isinstance(found, list)
        print(
            f"{row['name']:30s} {row['mean']:9.4f} {min(found):8.4f} {max(found):8.4f} {row['seconds']:8.1f}"
        )
