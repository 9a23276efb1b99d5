"""How well gate and length tell of effect in every bundled run: `python -m moe_demo.releases.make_gate_effects`.

The same weights and machine give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from moe_demo.insight.gate_cause import agreement
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.run import load_run
from moe_demo.releases.gate_effects import GATE_EFFECTS, N_HEADLINES, write_agreements
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.training.distributed import one_thread


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, write, and say what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m moe_demo.releases.make_gate_effects", description=__doc__
    )
    parser.add_argument("--out", type=Path, default=GATE_EFFECTS, help="where to write it")
    options = parser.parse_args(argv)
    found = {}
    for folder in sorted(BUNDLED_RUNS.iterdir()):
        run = load_run(folder.name)
        with one_thread():
            found[run] = agreement(run, split_of_run(run.store).held_out.texts[:N_HEADLINES])
        for layer in found[run]:
            print(
                f"{run.run_id} L{layer.layer}: gate {layer.of_gate.value:.3f}, length {layer.of_norm.value:.3f}"
            )
    write_agreements(found, options.out)


if __name__ == "__main__":
    main()
