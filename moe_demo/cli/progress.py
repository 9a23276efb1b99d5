"""How far training is, on stderr: a bar that moves on a terminal, plain lines in a log."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from pathlib import Path

from moe_demo.config import RunConfig
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.text.corpus import Corpus
from moe_demo.training.train import Silent

_REDRAW_SECONDS = 0.1


class Lines(Silent):
    """A line at the start and for each evaluation."""

    def on_start(
        self, folder: Path, config: RunConfig, corpus: Corpus, first_step: int, n_steps: int
    ) -> None:
        """Say what is trained on what, and which rows were left out."""
        self.first_step, self.n_steps, self.began = first_step, n_steps, time.monotonic()
        for sentence in left_out(corpus):
            self.say(sentence)
        done = f", from step {first_step}" if first_step else ""
        self.say(f"{config.preset}: {n_steps} steps on {len(corpus)} headlines{done}, into {folder}")

    def on_step(self, metrics: StepMetrics) -> None:
        """Remember the newest one."""
        self.newest = metrics

    def on_evaluation(self, metrics: EvalMetrics) -> None:
        """One line."""
        self.say(
            f"step {metrics.step}/{self.n_steps}  held-out accuracy {metrics.accuracy:.3f}  "
            f"loss {metrics.loss:.3f}  MaxVio {max(metrics.max_vio_L):.2f}"
        )

    def say(self, sentence: str) -> None:
        """Write a line."""
        _write(f"{sentence}\n")

    def close(self) -> None:
        """Leave the cursor at the beginning of a line."""


class Bar(Lines):
    """The lines, and below them a bar with the newest step."""

    drawn_at = 0.0

    def on_step(self, metrics: StepMetrics) -> None:
        """Draw again, not more often than an eye can follow."""
        if time.monotonic() - self.drawn_at > _REDRAW_SECONDS or metrics.step == self.n_steps:
            self.drawn_at = time.monotonic()
            per_step = (self.drawn_at - self.began) / (metrics.step - self.first_step)
            text = (
                f" {metrics.step}/{self.n_steps}  loss {metrics.loss:.3f}  accuracy {metrics.accuracy:.2f}  "
                f"MaxVio {max(metrics.max_vio_L):.2f}  {per_step * (self.n_steps - metrics.step):.0f} s left"
            )
            room = shutil.get_terminal_size().columns - 1
            width = max(0, min(30, room - len(text)))
            bar = ("█" * round(width * metrics.step / self.n_steps)).ljust(width, "░")
            _write(f"\r\033[K{(bar + text)[:room]}")

    def say(self, sentence: str) -> None:
        """Write the line where the bar was; the next step draws it again below."""
        self.close()
        super().say(sentence)

    def close(self) -> None:
        """Take the bar away."""
        _write("\r\033[K")


def tell_passes(done: int, of: int) -> None:
    """How many passes over the headlines are done: one line that is written over, on a terminal only."""
    if sys.stderr.isatty():
        _write(f"\r\033[K{done}/{of}" if done < of else "\r\033[K")


def _write(text: str) -> None:
    """To stderr; training goes on where nobody listens any more (`2>&1 | head`)."""
    with contextlib.suppress(BrokenPipeError):
        print(text, end="", file=sys.stderr, flush=True)


def left_out(corpus: Corpus) -> list[str]:
    """One sentence where rows of the files are not used, with the reasons and the first such line."""
    if not corpus.rejected:
        return []
    reasons = ", ".join(f"{reason.value}: {n}" for reason, n in corpus.rejected_counts.items())
    first = corpus.rejected[0]
    return [
        f"{len(corpus.rejected)} rows are left out ({reasons}); the first is line {first.line} of its file."
    ]
