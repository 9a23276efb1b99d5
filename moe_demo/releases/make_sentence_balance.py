"""Records one headline under four weights of the sequence-wise loss, from the built-in corpus.

    python -m moe_demo.releases.make_sentence_balance

The `deepseek` preset is trained with none, DeepSeek-V3's 1e-4, its own weight, and far too much; nothing else differs.
The same machine makes the same bytes every time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from moe_demo.config import RunConfig
from moe_demo.insight.trace import trace_text
from moe_demo.insight.word_routing import WordRouting, overlap, sets_per_word, word_routing
from moe_demo.presets import preset
from moe_demo.releases.sentence_balance import (
    SENTENCE_BALANCE,
    SentenceBalance,
    SentenceLayer,
    SentenceRun,
    write_sentence_balance,
)
from moe_demo.runs.data import read_corpora, split_of
from moe_demo.training.distributed import one_thread
from moe_demo.training.evaluation import encode_all
from moe_demo.training.train import build_trainer
from moe_demo.training.trainer import Trainer

TEXT = (
    "浙江广厦李春江怒摔外套 胡金秋罚球线拉杆"  # held out; nine words, so that one can see whether they part
)
V3, TOO_MUCH = 1e-4, 0.1


def record(
    base: RunConfig,
    text: str = TEXT,
    files: Sequence[Path] = (),
    report: Callable[[str], None] = lambda line: None,
) -> SentenceBalance:
    """Train under each weight, to the end, and look at the headline and at all held-out ones."""
    split, runs = split_of(read_corpora(files, base.model.labels), base), []
    tokens: tuple[str, ...] = ()
    for seq_alpha in (0.0, V3, base.balance.seq_alpha, TOO_MUCH):
        config = replace(base, patience=0, balance=replace(base.balance, seq_alpha=seq_alpha))
        with one_thread():
            trainer = build_trainer(config, split)
            trainer.take_all_steps()
            if trainer.calibrates:
                trainer.calibrate()
            texts = encode_all(split.held_out, trainer.encoder)
            run = _seen(trainer, seq_alpha, text, word_routing(trainer.model, texts))
        tokens = tuple(token.text for token in trainer.encoder.encode(text).tokens)
        runs.append(run)
        shown = ", ".join(f"{layer.n_sets} sets, overlap {layer.overlap:.2f}" for layer in run.layers)
        report(f"seq_alpha {seq_alpha:g}: held-out accuracy {run.accuracy:.4f}; {shown}")
    return SentenceBalance(
        text=text,
        tokens=tokens,
        seed=base.seed,
        n_routed=base.model.n_routed,
        top_k=base.model.top_k,
        chosen=base.balance.seq_alpha,
        runs=tuple(runs),
    )


def _seen(trainer: Trainer, seq_alpha: float, text: str, words: WordRouting) -> SentenceRun:
    evaluation, trace = trainer.evaluate(), trace_text(trainer.model, trainer.encoder, text)
    layers = [
        SentenceLayer(
            experts=tuple(tuple(sorted(row)) for row in layer.topk_idx_TK.tolist()),
            n_sets=round(sets_per_word(layer.topk_idx_TK) * len(trace.tokens)),
            overlap=round(overlap(layer.topk_idx_TK) or 0.0, 6),
            held_out_sets_per_word=round(words.sets_per_word_L[place], 6),
            held_out_overlap=round(words.overlap_L[place] or 0.0, 6),
            max_vio=evaluation.max_vio_L[place],
        )
        for place, layer in enumerate(trace.layers)
    ]
    return SentenceRun(seq_alpha=seq_alpha, accuracy=evaluation.accuracy, layers=tuple(layers))


def main(argv: Sequence[str] | None = None) -> None:
    """Record, and say how each training ended."""
    parser = argparse.ArgumentParser(
        prog="python -m moe_demo.releases.make_sentence_balance", description=__doc__
    )
    parser.add_argument("--out", type=Path, default=SENTENCE_BALANCE, help="where to write it")
    parser.add_argument("--text", default=TEXT, help="the headline")
    options = parser.parse_args(argv)
    write_sentence_balance(record(preset("deepseek"), options.text, report=print), options.out)


if __name__ == "__main__":
    main()
