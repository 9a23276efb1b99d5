"""The commands that take a run apart and change it: `mixture`, `whatif`, `experts`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from moe_demo.cli.ask import dump
from moe_demo.cli.progress import left_out, tell_passes
from moe_demo.insight.experts import LayerExperts, experts_of
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.mixture import mixture as taken_apart
from moe_demo.insight.run import Run, load_run
from moe_demo.insight.switches import Place, Seat, Switches, WhatIfError
from moe_demo.insight.whatif import Effect, Headlines, WhatIf, ablation_frame, ablations, effect
from moe_demo.insight.whatif import whatif as ask_whatif
from moe_demo.runs.data import read_corpora


def mixture(args: argparse.Namespace) -> int:
    """Every layer's output for every word, as the sum of its pieces."""
    run = load_run(args.run, args.step)
    trace = run.trace(" ".join(args.text))
    if trace.left_out:
        print(f"Too long; the last {len(trace.left_out)} characters are not read.", file=sys.stderr)
    print(dump(taken_apart(trace).to_dict(), run))
    return 0


def whatif(args: argparse.Namespace) -> int:
    """The model with something switched beside the trained one: one headline, or the accuracy on a file."""
    run = load_run(args.run, args.step)
    switches = _switches(args)
    if args.every_expert:
        return _every_expert(run, args, switches)
    if args.data:
        found = effect(run, _headlines(run, args), switches)
        print(dump(_effect_record(found, switches), run) if args.json else _effect_words(found))
    else:
        answer = ask_whatif(run, " ".join(args.text), switches)
        for layer, token, expert in answer.unheard:
            print(
                f"Word {token} is not sent to expert {expert} of layer {layer}, so its gate there says nothing.",
                file=sys.stderr,
            )
        print(dump(_record(answer), run) if args.json else _words(answer))
    return 0


def _every_expert(run: Run, args: argparse.Namespace, switches: Switches) -> int:
    """Each expert off by itself, in a table."""
    if not args.data or switches.anything:
        raise WhatIfError("every_expert")
    frame = ablation_frame(ablations(run, _headlines(run, args), tell=tell_passes))
    print(frame.to_json(orient="records") if args.json else frame.to_string(index=False, float_format="%.4f"))
    return 0


def experts(args: argparse.Namespace) -> int:
    """Load, share and lift of every expert and class, beside the band of shuffled labels."""
    run = load_run(args.run, args.step)
    layers = experts_of(run, _headlines(run, args))
    print(
        dump([row for layer in layers for row in layer.rows()], run) if args.json else _expert_table(layers)
    )
    return 0


def _switches(args: argparse.Namespace) -> Switches:
    return Switches(
        off=tuple(Seat(*seat) for seat in args.off),
        silenced=tuple(Seat(*seat) for seat in args.silence),
        alone=tuple(Seat(*seat) for seat in args.alone),
        shared_off=tuple(args.shared_off),
        forced=tuple(Place(*place) for place in args.force),
        gates=tuple((Place(*place), value) for place, value in args.gate),
        pushed=tuple((Seat(*seat), by) for seat, by in args.bias),
        top_k=args.k,
        topk_groups=args.groups,
        top_off=args.top_off,
        random_router=args.random_router,
        temperature=args.temperature,
        capacity=args.capacity,
        capacity_factor=args.capacity_factor,
        drop_by=args.drop_by,
        capacity_over=args.capacity_over,
    )


def _headlines(run: Run, args: argparse.Namespace) -> Headlines:
    """Those of the files, or the run's own held-out half."""
    corpus = read_corpora(args.data, run.labels) if args.data else split_of_run(run.store).held_out
    for sentence in left_out(corpus) if args.data else ():
        print(sentence, file=sys.stderr)
    return Headlines.of(run, corpus)


def _record(answer: WhatIf) -> dict[str, Any]:
    return {
        "before": answer.before.probabilities,
        "after": answer.after.probabilities,
        "changed": [list(place) for place in answer.changed],
        "dropped": [list(place) for place in answer.dropped],
    }


def _words(answer: WhatIf) -> str:
    rows = ["", "before", "after"]
    table = [rows] + [
        [label, f"{answer.before.probabilities[label]:.4f}", f"{answer.after.probabilities[label]:.4f}"]
        for label in answer.before.labels
    ]
    by_layer: dict[int, list[str]] = {}
    for layer, token in answer.changed:
        by_layer.setdefault(layer, []).append(answer.before.tokens[token])
    lines = ["  ".join([row[0].ljust(16), *(cell.rjust(8) for cell in row[1:])]) for row in table]
    lines += [f"layer {layer}: other experts for {' '.join(words)}" for layer, words in by_layer.items()]
    return "\n".join(lines if by_layer else [*lines, "Every word keeps its experts."])


def _effect_record(found: Effect, switches: Switches) -> dict[str, Any]:
    return {
        "accuracy_before": found.accuracy_before,
        "accuracy_after": found.accuracy_after,
        "difference": found.difference,
        "interval": list(found.interval),
        "loss_before": found.loss_before,
        "loss_after": found.loss_after,
        "n": found.n,
        "dropped": found.dropped_share_L.tolist(),
        "words_losing": found.losing_share_L.tolist(),
        "load": {
            f"{seat.layer}:{seat.expert}": found.load_share(seat)
            for seat in (*switches.off, *switches.silenced)
        },
    }


def _effect_words(found: Effect) -> str:
    low, high = found.interval
    return "\n".join(
        [
            f"accuracy before  {found.accuracy_before:.4f}",
            f"accuracy after   {found.accuracy_after:.4f}",
            f"difference       {found.difference:+.4f} (95 % of resampled headlines: {low:+.4f} to {high:+.4f})",
            f"headlines        {found.n}, of which {found.n_flipped} get another class",
        ]
    )


def _expert_table(layers: list[LayerExperts]) -> str:
    rows = [["layer", "expert", "class", "load", "share", "lift", "n", "luck"]]
    for layer in layers:
        for row in layer.rows():
            numbers = ["-" if row[name] is None else f"{row[name]:.2f}" for name in ("load", "share", "lift")]
            low, high = row["band"]
            luck = "-" if low is None else f"{low:.2f} to {high:.2f}"
            rows.append([str(row["layer"]), str(row["expert"]), row["class"], *numbers, str(row["n"]), luck])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )
