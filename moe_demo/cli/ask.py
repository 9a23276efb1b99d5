"""The commands that ask a trained run: `evaluate`, `classify`, `trace`, `runs`."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from moe_demo.cli.progress import left_out
from moe_demo.errors import one_line
from moe_demo.insight.familiarity import calibration_error
from moe_demo.insight.run import Classified, Run, load_run, no_answer
from moe_demo.insight.word_routing import WordRouting, word_routing
from moe_demo.runs.catalogue import RunCatalogue, is_bundled
from moe_demo.runs.data import read_corpora
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.corpus import Corpus, read_labelled_or_plain
from moe_demo.text.errors import EmptyTextError
from moe_demo.training.evaluation import encode_all, in_batches
from moe_demo.training.evaluation import evaluate as evaluate_model

_FILE_CHUNK = 64  # headlines of a file go through the model together; typed ones are answered one by one
Headline = tuple[str, str]
"""Where it comes from, in words, and its text."""


def evaluate(args: argparse.Namespace) -> int:
    """Accuracy, loss, confusion and MaxVio on labelled headlines."""
    run = load_run(args.run, args.step)
    corpus = read_corpora(args.data, run.labels)
    for sentence in left_out(corpus):
        print(sentence, file=sys.stderr)
    texts = encode_all(corpus, run.encoder)
    metrics = evaluate_model(run.model, in_batches(texts), torch.from_numpy(corpus.label_ids), run.step)
    if not metrics.finite:
        raise no_answer(run.store)
    n_cut = sum(text.truncated is not None for text in texts)
    if n_cut:
        print(f"{n_cut} headlines are longer than the model reads; their ends are left out.", file=sys.stderr)
    words = word_routing(run.model, texts)
    print(_as_json(run, metrics, corpus, words) if args.json else _as_table(run, metrics, words))
    return 0


def _as_json(run: Run, metrics: EvalMetrics, corpus: Corpus, words: WordRouting) -> str:
    answers = run.classify(corpus.texts)
    probabilities_BC = np.array([list(answer.probabilities.values()) for answer in answers])
    calibration = calibration_error(probabilities_BC, corpus.label_ids)
    return dump(
        {
            "run": run.run_id,
            "step": run.step,
            "n_headlines": metrics.n_headlines,
            "accuracy": metrics.accuracy,
            "loss": metrics.loss,
            "labels": run.labels,
            "confusion": metrics.confusion_CC,  # rows: the true class, columns: the predicted one
            "max_vio": metrics.max_vio_L,
            "expert_sets_per_word": words.sets_per_word_L,
            "expert_set_overlap": words.overlap_L,  # of two words of one headline, as a share of their experts
            "calibration_error": calibration,
            "load": metrics.load_LE,
            "load_by_class": metrics.load_LEC,
        },
        run,
    )


def _as_table(run: Run, metrics: EvalMetrics, words: WordRouting) -> str:
    width = max(map(len, run.labels)) + 2
    rows = [
        f"{run.run_id} at step {run.step}, {metrics.n_headlines} headlines",
        f"accuracy  {metrics.accuracy:.4f}",
        f"loss      {metrics.loss:.4f}",
        f"max_vio   {_by_layer(metrics.max_vio_L)}",
        f"overlap   {_by_layer(words.overlap_L)} (experts that two words of a headline have in common)",
        "",
        "confusion (rows: the true class, columns: the predicted one)",
        " " * width + "".join(label.rjust(width) for label in run.labels),
    ]
    for label, counts in zip(run.labels, metrics.confusion_CC, strict=True):
        rows.append(label.ljust(width) + "".join(str(count).rjust(width) for count in counts))
    return "\n".join(rows)


def _by_layer(values: Sequence[float | None]) -> str:
    """Headlines of one word have no two to compare."""
    shown = ("not defined" if value is None else f"{value:.3f}" for value in values)
    return ", ".join(f"layer {layer}: {value}" for layer, value in enumerate(shown))


def classify(args: argparse.Namespace) -> int:
    """One JSON line per headline, in their order; one that cannot be read is named on stderr."""
    run = load_run(args.run, args.step)
    n_refused = 0
    headlines = _headlines(args)
    while chunk := list(itertools.islice(headlines, _FILE_CHUNK if args.data else 1)):
        for where, text, answer in _answers(run, chunk):
            if isinstance(answer, str):
                print(f"{where}: {answer}", file=sys.stderr)
                n_refused += 1
                continue
            if answer.left_out:
                n_left_out = len(answer.left_out)
                print(f"{where}: too long; the last {n_left_out} characters are not read.", file=sys.stderr)
            record = {
                "text": text,
                "label": answer.label,
                "probabilities": answer.probabilities,
                "familiarity": answer.familiarity,
                "familiar": answer.familiar,
            }
            print(dump(record, run), flush=not args.data)
    return 2 if n_refused else 0


def _answers(run: Run, chunk: list[Headline]) -> Iterator[tuple[str, str, Classified | str]]:
    """The answer to each headline, or the sentence that says why there is none."""
    try:
        answers = run.classify([text for _, text in chunk])
    except EmptyTextError as error:
        if len(chunk) == 1:
            yield *chunk[0], str(error)
        else:
            for headline in chunk:
                yield from _answers(run, [headline])
        return
    for (where, text), answer in zip(chunk, answers, strict=True):
        yield where, text, answer


def _headlines(args: argparse.Namespace) -> Iterator[Headline]:
    """From the arguments, then from the file, or from standard input where there is neither."""
    yield from ((f"headline {number}", text) for number, text in enumerate(args.text, start=1))
    if args.data:
        texts = read_labelled_or_plain(args.data)
        for row in texts.rejected:
            print(f"{args.data}, line {row.line}: {row.reason.value}.", file=sys.stderr)
        yield from ((f"{args.data}, headline {n}", text) for n, text in enumerate(texts.texts, start=1))
    elif not args.text:
        yield from _lines_of_stdin()


def _lines_of_stdin() -> Iterator[Headline]:
    if sys.stdin.isatty():
        print("Type one headline a line; Ctrl-D ends.", file=sys.stderr)
    for number, line in enumerate(sys.stdin.buffer, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            text = line.decode("gb18030", errors="replace")
        yield f"line {number}", text.strip("\r\n")


def trace(args: argparse.Namespace) -> int:
    """The whole ForwardTrace; arguments that a shell took apart are one headline again."""
    run = load_run(args.run, args.step)
    record = run.trace(" ".join(args.text))
    if record.left_out:
        print(f"Too long; the last {len(record.left_out)} characters are not read.", file=sys.stderr)
    print(dump(record.to_dict(), run))
    return 0


def runs(args: argparse.Namespace) -> int:
    """Name, preset, state, step, accuracy and folder of every run; a torn one is named on stderr."""
    rows: list[tuple[str, ...]] = [("name", "preset", "state", "step", "accuracy", "where")]
    for folder in RunCatalogue().folders():
        try:
            rows.append(_run_row(RunStore(folder)))
        except RunError as error:
            rows.append((one_line(folder.name), "?", "torn", "?", "?", one_line(str(folder))))
            print(one_line(str(error)), file=sys.stderr)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _run_row(store: RunStore) -> tuple[str, ...]:
    status, (records, notice) = store.status(), store.metrics()
    if notice:
        print(one_line(notice), file=sys.stderr)
    evaluations = [record for record in records if isinstance(record, EvalMetrics)]
    row = (
        store.run_id,
        store.config().preset,
        status.state,
        f"{max((record.step for record in records), default=0)}/{status.n_steps}",
        f"{evaluations[-1].accuracy:.4f}" if evaluations else "-",
        "bundled" if is_bundled(store) else str(store.folder),
    )
    return tuple(map(one_line, row))


def dump(value: Any, run: Run | None = None) -> str:
    """Strict JSON. Raises RunError where a run's answer is no number; one that comes from no run would be a bug."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        if run is None:
            raise
        raise no_answer(run.store) from None
