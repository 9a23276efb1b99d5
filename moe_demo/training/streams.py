"""Random numbers of a run: a stream of its own for each purpose, drawn from (seed, purpose, where), never restored."""

from __future__ import annotations

import numpy as np
import torch

ORDER, HIDDEN_WORDS, DROPOUT, OUTLIERS, CALIBRATION, WORD_ROWS, LEFT_OUT = 0, 1, 2, 3, 4, 5, 7
"""What a stream is for. A number keeps its purpose, so that runs come again; 6 had one once."""


def seed_of(*parts: int) -> int:
    """One seed from several numbers, so that neighbouring steps and seeds share nothing."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0])


def generator(*parts: int) -> torch.Generator:
    """A generator at the beginning of the stream of these numbers."""
    return torch.Generator().manual_seed(seed_of(*parts))
